"""The list of meetings, and the page that carries the room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from aiohttp import web

from server.org import access, meetings
from server.org.meetings import MeetingRow
from server.org.pilot import IN_PERSON

from . import guard, keys
from .render import page

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "regular": "Regular meeting",
        "thematic": "Thematic meeting",
        "combined": "Regular and thematic meeting",
        "committee": "Meeting of the cell committee",
    }
)
PAST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One meeting in the list of one person."""

    row: MeetingRow
    may_join: bool
    may_see_sheet: bool
    may_prepare: bool
    own: bool  # of the cell where he is registered


@dataclass(frozen=True, slots=True)
class Lists:
    now: Sequence[Line]
    ahead: Sequence[Line]  # the next first
    past: Sequence[Line]  # the latest first


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings."""
    asks = await guard.actor(request)
    lists = _sorted(request, [_line(asks, row) for row in await _visible(request, asks)])
    return page(request, "meetings.html", lists=lists, kinds=KINDS, who=asks, may=_may(asks))


async def room(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}: the room; its sheet once it is closed; before its day, the invitation."""
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    if row.closed:
        raise web.HTTPSeeOther(f"/meetings/{row.id}/attendance")
    if row.form == IN_PERSON or not meetings.joinable(row, house.clock(), _doors(house)):
        raise web.HTTPSeeOther(f"/meetings/{row.id}/invitation")
    if not access.may(await guard.actor(request), "join_meeting", row.unit, committee=row.of_committee):
        raise web.HTTPNotFound
    words = request.app[keys.WORDS].catalogue(request[keys.LANGUAGE])
    return page(request, "room.html", meeting=row.id, title=row.title, zone=house.settings.timezone, words=words)


async def _visible(request: web.Request, asks: access.Actor) -> Sequence[MeetingRow]:
    async with request.app[keys.HOUSE].database.read() as connection:
        rows = await meetings.below(connection, access.reach(asks))
    return [row for row in rows if access.may(asks, "see_meeting", row.unit, committee=row.of_committee)]


def _line(asks: access.Actor, row: MeetingRow) -> Line:
    return Line(
        row=row,
        may_join=row.form != IN_PERSON and access.may(asks, "join_meeting", row.unit, committee=row.of_committee),
        may_see_sheet=row.closed and access.may(asks, "see_attendance", row.unit, committee=row.of_committee),
        may_prepare=access.may(asks, "prepare", row.unit, committee=row.of_committee),
        own=row.unit.id == asks.home.id,
    )


def _may(asks: access.Actor) -> Mapping[str, bool]:
    """What he may do in his own cell, beside coming."""
    return {action: access.may(asks, action, asks.home) for action in ("convene", "prepare", "see_plan", "see_tasks")}


def _doors(house: keys.House) -> timedelta:
    return timedelta(minutes=house.settings.doors_minutes)


def _over(row: MeetingRow, at: datetime) -> bool:
    return row.closed or row.cancelled or meetings.missed(row, at)


def _sorted(request: web.Request, lines: Sequence[Line]) -> Lists:
    house = request.app[keys.HOUSE]
    at, doors = house.clock(), _doors(house)
    now = [line for line in lines if meetings.joinable(line.row, at, doors)]
    past = [line for line in reversed(lines) if _over(line.row, at)]
    ahead = [line for line in lines if line not in now and line not in past]
    return Lists(now=sorted(now, key=lambda line: not line.own), ahead=ahead, past=past[:PAST_SHOWN])
