"""The list of meetings, and the page that carries the room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from aiohttp import web

from server.org import access, meetings, overrides, rounds
from server.org.meetings import MeetingRow
from server.org.pilot import IN_PERSON
from server.org.pilot.case import GROUPS
from server.org.rounds import Round
from server.org.rulebook import word
from server.papers.filed import Filed, filed

from . import days, guard, keys
from .render import page

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "regular": "Regular meeting",
        "thematic": "Thematic meeting",
        "combined": "Regular and thematic meeting",
        "committee": "Meeting of the cell committee",
    }
)
_AT_DESK = (IN_PERSON, GROUPS)  # forms whose record is kept at a desk in the room
SHOWN = 50  # of what is ahead, and of what is past


@dataclass(frozen=True, slots=True)
class Line:
    """One meeting in the list of one person."""

    row: MeetingRow
    may_join: bool
    may_see_sheet: bool
    may_prepare: bool
    own: bool  # of the cell where he is registered
    filed: Filed | None = None  # of a closed meeting: how far its papers are
    round: Round | None = None  # of a meeting by groups


@dataclass(frozen=True, slots=True)
class Lists:
    now: Sequence[Line]
    ahead: Sequence[Line]  # the next first
    past: Sequence[Line]  # the latest first


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings."""
    asks = await guard.actor(request)
    lines = await _with_rounds(request, asks, [_line(asks, row) for row in await _visible(request, asks)])
    lists = await _with_papers(request, _sorted(request, lines))
    return page(request, "meetings.html", lists=lists, kinds=KINDS, who=asks, may=_own(asks), today=days.today(request))


async def _with_papers(request: web.Request, lists: Lists) -> Lists:
    """How far the papers of the past meetings shown are."""
    house = request.app[keys.HOUSE]
    async with house.database.read() as connection:
        found = await filed(connection, [line.row for line in lists.past], house.settings.zone)
    return replace(lists, past=[replace(line, filed=found.get(line.row.id)) for line in lists.past])


async def _with_rounds(request: web.Request, asks: access.Actor, lines: Sequence[Line]) -> Sequence[Line]:
    """How far the rounds are.  A member sees the meeting of his group; of the round itself only the common session,
    and what came of it."""
    async with request.app[keys.HOUSE].database.read() as connection:
        today = days.today(request)
        lines = [replace(line, round=await rounds.of(connection, line.row, today)) for line in lines]
    return [line for line in lines if not line.round or _told(asks, line.round)]


def _told(asks: access.Actor, of: Round) -> bool:
    return of.session or of.row.closed or guard.may(asks, "see_timeline", of.row)


async def room(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}: the room; its sheet once it is closed; before its day, the invitation.

    A meeting in the room shows its desk to whoever keeps the record: the committee, and with ?desk whoever was
    appointed minutes secretary (the meeting itself lets nobody else in).
    """
    row, house, asks = request[keys.MEETING], request.app[keys.HOUSE], await guard.actor(request)
    if row.closed:
        raise web.HTTPSeeOther(f"/meetings/{row.id}/attendance")
    async with house.database.read() as connection:
        joinable = await rounds.joinable(connection, row, house.clock(), _doors(house))
        gathers = await rounds.of(connection, row, days.today(request))
    joins, at_desk = guard.may(asks, "join_meeting", row), row.form == IN_PERSON or gathers
    elsewhere = at_desk and not (guard.may(asks, "keep_record", row) or "desk" in request.query)
    if not joinable or (elsewhere and joins) or (row.of_group and not joins):
        raise web.HTTPSeeOther(f"/meetings/{row.id}/invitation")
    if not joins:
        raise web.HTTPNotFound
    async with house.database.read() as connection:
        book = await overrides.book_of(connection, row.unit)
    day = row.planned_for.astimezone(house.settings.zone).date()
    sealed = word(book.of(day, row.unit.line), "media_sealed") == "yes"
    return page(request, "room.html", meeting=row.id, title=row.title, form=row.form, zone=house.settings.timezone,
                relays=bool(house.settings.turn_urls), sealed=sealed)  # fmt: skip


async def _visible(request: web.Request, asks: access.Actor) -> Sequence[MeetingRow]:
    """By planned time.  His own cell's stand apart, so that the thousands of a province never push them out."""
    house, (home, *others) = request.app[keys.HOUSE], access.reach(asks)
    rows: dict[str, MeetingRow] = {}
    async with house.database.read() as connection:
        for tops in ([home], others):
            for listed in (meetings.coming, meetings.gone):
                rows |= {row.id: row for row in await listed(connection, tops, house.clock(), SHOWN, asks.groups)}
    seen = [row for row in rows.values() if guard.may(asks, "see_meeting", row)]
    return sorted(seen, key=lambda row: (row.planned_for, row.id))


def _line(asks: access.Actor, row: MeetingRow) -> Line:
    return Line(
        row=row,
        may_join=guard.may(asks, "keep_record" if row.form in _AT_DESK else "join_meeting", row),
        may_see_sheet=row.closed and guard.may(asks, "see_attendance", row),
        may_prepare=guard.may(asks, "prepare", row),
        own=row.unit.id == asks.home.id,
    )


def _own(asks: access.Actor) -> Mapping[str, bool]:
    """What he may do in his own cell, beside coming."""
    return {action: access.may(asks, action, asks.home) for action in ("convene", "prepare", "see_plan", "see_tasks")}


def _doors(house: keys.House) -> timedelta:
    return timedelta(minutes=house.settings.doors_minutes)


def _over(line: Line, at: datetime) -> bool:
    missed = line.round.missed(at) if line.round else meetings.missed(line.row, at)
    return line.row.closed or line.row.cancelled or missed


def _joinable(line: Line, at: datetime, doors: timedelta) -> bool:
    return line.round.joinable(at, doors) if line.round else meetings.joinable(line.row, at, doors)


def _sorted(request: web.Request, lines: Sequence[Line]) -> Lists:
    house = request.app[keys.HOUSE]
    at, doors = house.clock(), _doors(house)
    now = [line for line in lines if _joinable(line, at, doors)]
    past = [line for line in reversed(lines) if _over(line, at)]
    ahead = [line for line in lines if line not in now and line not in past]
    return Lists(now=sorted(now, key=lambda line: not line.own), ahead=ahead, past=past[:SHOWN])
