"""The supervisors' pages of one cell, one member, one meeting; and, for the cell, who looked at it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web
from markupsafe import Markup

from server.meeting.events import Closed, Recorded
from server.meeting.ids import HALL, SeatKind
from server.meeting.minutes import Line, attendance_of
from server.meeting.whereabouts import Stay, whereabouts_of
from server.org import access, rounds
from server.org.refusal import Refused
from server.org.rounds import Part
from server.org.tree import CELL
from server.oversight import alerts, cells, eyes, inspection, looks, members, remarks
from server.oversight.absences import tallies
from server.oversight.months import SPAN, Month
from server.papers.timeline import Bar, Track, timeline
from server.records import judging

from . import days, guard, keys
from .attendance import POSTS
from .paging import asked_page, page_count
from .render import page, say
from .rounds import state_of
from .supervision_words import BARS, TOLD, target_of, words
from .words import phrased

LOOKS = 50
_SPAN = timedelta(days=SPAN * 31)


async def show(request: web.Request) -> web.Response:
    """GET /units/{unit}/supervision of a cell."""
    return await of_cell(request)


async def of_cell(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    unit, house, asks = request[keys.UNIT], request.app[keys.HOUSE], await guard.actor(request)
    month = Month.of(days.today(request))
    since = month.minus(SPAN - 1)
    begin, _ = since.moments(house.settings.zone)
    _, end = month.moments(house.settings.zone)
    async with house.database.read() as connection:
        held = await cells.held(connection, unit, begin, end + _SPAN)
        found = tallies(await cells.roll_of_cell(connection, unit, str(since)))
        counted, latest = await looks.at_unit(connection, unit, 5)
        common = {
            "held": held,
            "members": sorted(found, key=lambda tally: (-tally.away_now, tally.present - len(tally.lines), tally.name)),
            "looked": counted,
            "looks": latest,
            "alerts": await alerts.of_units(connection, [unit.id], only_open=True),
            "remarks": await remarks.of_unit(connection, unit),
            "target": await target_of(connection, unit, month),
        }
    rights = {right for right in _RIGHTS if access.may(asks, right, unit)}
    shown = {**common, "unit": unit, "since": since, "month": month, "rights": rights, "refused": None, "sent": {}}
    return page(
        request,
        "supervision_cell.html",
        status=status,
        WHAT=looks.WHAT,
        ALERTS=alerts.KINDS,
        KINDS=remarks.KINDS,
        at=house.clock(),
        **{**shown, **words(), **values},
    )


_RIGHTS = (
    *("see_timeline", "note_alert", "remark", "answer_remark"),
    *("take_inspection", "see_alerts", "verify_records"),
)


async def member(request: web.Request) -> web.StreamResponse:
    """GET /people/{person}/attendance: 24 months in his cell."""
    entry, house = request[keys.PERSON], request.app[keys.HOUSE]
    since = Month.of(days.today(request)).minus(SPAN - 1)
    async with house.database.read() as connection:
        lines = await cells.roll_of_member(connection, entry.home, entry.id, str(since))
        found = await members.visits(connection, entry.id, [line.meeting for line in lines])
    tally = next(iter(tallies(lines)), None)
    asks = await guard.actor(request)
    return page(
        request,
        "supervision_member.html",
        entry=entry,
        tally=tally,
        visits=found,
        none=members.Visit(),
        may_see=access.may(asks, "see_timeline", entry.home),
        **words(),
    )


async def looked(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/looks: which superior looked at what, the latest first."""
    unit, number = request[keys.UNIT], asked_page(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        count, found = await looks.at_unit(connection, unit, LOOKS, (number - 1) * LOOKS)
    return page(
        request,
        "supervision_looks.html",
        unit=unit,
        looks=found,
        count=count,
        number=number,
        pages=page_count(count, LOOKS),
        WHAT=looks.WHAT,
        ROLES=looks.ROLES,
        page_query=lambda number: f"?page={number}",
    )


# -- One meeting -----------------------------------------------------------------------------------------------------


async def course(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/timeline."""
    return await of_meeting(request)


async def of_meeting(request: web.Request, status: int = 200, **values: Any) -> web.Response:
    row, house, asks = request[keys.MEETING], request.app[keys.HOUSE], await guard.actor(request)
    recorded = await house.log.read(row.id)
    verdicts = await judging.judged(house.database, [row.id])
    async with house.database.read() as connection:
        said = await remarks.of_meeting(connection, row.id)
        found = await rounds.of(connection, row, days.today(request))
    lines = attendance_of(recorded)
    told = eyes.told(recorded)
    phrase = partial(phrased, request.app[keys.WORDS], house.settings.zone, request[keys.LANGUAGE])
    return page(
        request,
        "supervision_timeline.html",
        status=status,
        meeting=row,
        drawn=drawn(request, recorded),
        lines=lines,
        told=told,
        corrected=[line for line in told if line.kind == eyes.CORRECTION],
        adopted=eyes.adopted(recorded),
        verdict=verdicts.get(row.id),
        remarks=said,
        round=found,
        groups=[await _group(request, place, part) for place, part in enumerate(found.parts)] if found else [],
        rights={right for right in _RIGHTS if guard.may(asks, right, row)},
        phrase=phrase,
        TOLD=TOLD,
        POSTS=POSTS,
        KINDS=remarks.KINDS,
        **{"refused": None, "sent": {}, **words(), **values},
    )


@dataclass(frozen=True, slots=True)
class Group:
    """What one group of a round held, inside the page of the round."""

    part: Part
    said: tuple[str, str]  # its state, and the kind of its tag
    drawn: Markup
    seats: int
    came: int


async def _group(request: web.Request, place: int, part: Part) -> Group:
    house = request.app[keys.HOUSE]
    recorded = await house.log.read(part.row.id)
    lines = [line for line in attendance_of(recorded) if line.kind == SeatKind.MEMBER] if recorded else []
    came = sum(1 for line in lines if line.came)
    return Group(part, state_of(part, house.clock()), drawn(request, recorded, f"group-{place}"), len(lines), came)


def drawn(request: web.Request, recorded: Sequence[Recorded], name: str = "timeline") -> Markup:
    """The bars of everyone who has a seat, from the first arrival to the end; `name` is unique on the page.

    What the groups of a round held is drawn for each of them: beside days between them an evening would be a stroke.
    """
    if not recorded:
        return Markup()
    lines, places = attendance_of(recorded), whereabouts_of(recorded)
    called, last = recorded[0].at, recorded[-1].at
    begin = min((span.begin for line in lines for span in line.spans if span.begin >= called), default=last)
    tracks = [Track(line.name, list(_bars(request, line, places.get(line.member, ()), begin))) for line in lines]
    legend = [(kind, say(request, name)) for kind, name in BARS.items()]
    title = say(request, "Who was there from when to when; the table below says the same.")
    end = next((entry.at for entry in recorded if isinstance(entry.event, Closed)), last)
    svg = timeline(name, title, tracks, (end - begin).total_seconds(), list(_marks(request, begin, end)), legend)
    return Markup(svg)  # noqa: S704  every word in it is escaped by papers.timeline


def _bars(request: web.Request, line: Line, places: Sequence[Stay], begin: datetime) -> Iterator[Bar]:
    for span in line.spans:
        if span.begin < begin:
            continue
        kind = next(word for kind, word in _KINDS if kind in span.kinds)
        yield _bar(request, kind, span.begin, span.end, begin)
    for stay in places:
        if stay.place != HALL and stay.begin >= begin:
            yield _bar(request, "group", stay.begin, stay.end, begin, stay.name)
    for since, until in line.silences:
        yield _bar(request, "silent", since, until, begin)


def _bar(request: web.Request, kind: str, since: datetime, until: datetime, begin: datetime, named: str = "") -> Bar:
    zone = request.app[keys.HOUSE].settings.zone
    what = named or say(request, BARS[kind])
    words_of = f"{what} {since.astimezone(zone):%H:%M:%S} – {until.astimezone(zone):%H:%M:%S}"
    return Bar(kind, (since - begin).total_seconds(), (until - begin).total_seconds(), words_of)


_KINDS = (("in_room", "room"), ("vouched", "vouched"), ("online", "hall"))


def _marks(request: web.Request, begin: datetime, end: datetime) -> Iterator[tuple[float, str]]:
    """Every quarter of an hour; every half where it lasts long."""
    zone = request.app[keys.HOUSE].settings.zone
    every = 15 if end - begin < timedelta(hours=2) else 30
    at = begin.replace(minute=begin.minute // every * every, second=0, microsecond=0) + timedelta(minutes=every)
    while at < end:
        yield (at - begin).total_seconds(), f"{at.astimezone(zone):%H:%M}"
        at += timedelta(minutes=every)


# -- To take along ---------------------------------------------------------------------------------------------------


async def inspected(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/inspection.zip: ?since= and ?last= months."""
    unit, house = request[keys.UNIT], request.app[keys.HOUSE]
    since, last = (Month.parsed(request.query.get(name, "")) for name in ("since", "last"))
    try:
        if since is None or last is None or unit.kind != CELL:
            raise Refused("inspection", "Please give the first and the last month.")
        asked, key = inspection.Asked(since, last), house.key
        drawing = partial(_as_file, request)
        made = await inspection.made(house.database, house.log.read, unit, asked, key, house.settings.zone, drawing)
    except Refused as refused:
        if unit.kind != CELL:
            raise web.HTTPNotFound from None
        return await of_cell(request, 422, refused=refused)
    name = f"inspection-{since}-{last}.zip"
    headers = {"Content-Type": "application/zip", "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=made, headers=headers)


def _as_file(request: web.Request, recorded: Sequence[Recorded]) -> bytes:
    """The same drawing, with the colours that the pages give it."""
    svg = str(drawn(request, recorded))
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace("<defs>", _STYLE, 1).encode()


_STYLE = (
    "<style>text{font:12px sans-serif}.hall{fill:#9b1b20}.room{fill:#3c6238}.vouched{fill:#5e544a}.group{fill:#7c5210}"
    ".silent{fill:#fff;stroke:#000}.base,.mark{stroke:#bbb}.hatch{stroke:#fff;stroke-width:1.5;fill:none}.dot{fill:#fff}"
    "</style><defs>"
)
