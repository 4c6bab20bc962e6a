"""The personal link of a notice.  With a session it leads to the door of the meeting; without one to the sign-in page,
where only the password is asked for.  It signs nobody in, and tells a stranger no more than an initial.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from server.convening import agendas
from server.org import meetings
from server.org.meetings import LIVE, MeetingRow

from . import keys
from .render import page

AFTERWARDS = timedelta(days=1)  # after the meeting's end the link names nobody any more


@dataclass(frozen=True, slots=True)
class Named:
    """Whose link it is, as far as the sign-in page needs to know."""

    token: str
    username: str  # never shown: the link is enough to sign in with the password
    initial: str


async def follow(request: web.Request) -> web.StreamResponse:
    """GET /go/{link}: to one's own door, whoever's link it was; whether there is one is decided there."""
    token = request.match_info["link"]
    row = await _meeting(request, token)
    if row is None:
        raise web.HTTPNotFound
    door = f"/meetings/{row.id}"
    if keys.SESSION in request:
        raise web.HTTPSeeOther(door)
    return page(
        request, "sign_in.html", next=door, username="", wrong=False, many=False, named=await named(request, token)
    )


async def named(request: web.Request, token: str) -> Named | None:
    """None where the link is none of ours, too old, or of somebody without an account."""
    row, link = await _meeting(request, token), request.app[keys.LINKS].read(token)
    if row is None or link is None or _over(row, request.app[keys.HOUSE].clock()):
        return None
    found = await request.app[keys.HOUSE].accounts.of_person(link.person)
    return Named(token, found.username, found.name.split()[-1][:1].upper()) if found else None


async def _meeting(request: web.Request, token: str) -> MeetingRow | None:
    link = request.app[keys.LINKS].read(token)
    if link is None:
        return None
    async with request.app[keys.HOUSE].database.read() as connection:
        return await meetings.meeting(connection, link.meeting)


def _over(row: MeetingRow, at: datetime) -> bool:
    end = row.closed_at or row.planned_for + timedelta(minutes=agendas.total(row.agenda))
    return row.phase not in LIVE and at > end + AFTERWARDS
