"""The supervisors' pages of a committee: the month at a glance, level by level, and the calendar of 24 months."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from server.org import access, tree
from server.org.tree import CELL
from server.oversight import alerts, glance
from server.oversight.glance import Asked, Branch
from server.oversight.months import Month
from server.oversight.sums import Sums
from server.papers.charts import Point, trend
from server.records.database import Connection

from . import guard, keys, supervision_cell
from .next import HOME
from .paging import asked_page, page_count
from .register_words import tops
from .render import page, say
from .supervision_words import asked_month, mmyyyy, percent, target_of, tenths, words

PAGE = 50
OPENED = 12  # levels that may stand open at once


async def front(request: web.Request) -> web.StreamResponse:
    """GET /supervision: the unit he follows, or a choice of them; for a member, who looked at his cell."""
    asks = await guard.actor(request)
    found = tops(asks, "see_supervision")
    if not found and access.may(asks, "see_looks", asks.home):
        raise web.HTTPSeeOther(f"/units/{asks.home.id}/looks")
    if len(found) == 1:
        raise web.HTTPSeeOther(f"/units/{found[0].id}/supervision")
    if not found:
        raise web.HTTPSeeOther(HOME)
    month = asked_month(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        calendar = await glance.calendar(connection, found, month.back())
    return page(request, "supervision_choice.html", units=found, span=month.back(), calendar=calendar, **words())


async def show(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/supervision: ?month=, ?open= levels, ?filter=, ?q=, ?sort=, ?down, ?page=."""
    if request[keys.UNIT].kind == CELL:
        return await supervision_cell.show(request)
    unit, month, house = request[keys.UNIT], asked_month(request), request.app[keys.HOUSE]
    asks, zone = await guard.actor(request), house.settings.zone
    async with house.database.read() as connection:
        target = await target_of(connection, unit, month)
        asked = _asked(request, target)
        whole, branches = await glance.level(connection, unit, month, zone)
        values: dict[str, Any] = {
            "above": [(each, access.may(asks, "see_supervision", each)) for each in await tree.above(connection, unit)],
            "months": await glance.months(connection, unit, month.back()),
            "alerts": await alerts.count(connection, unit, only_open=True),
            "rows": await _opened(connection, request, branches[asked.offset : asked.offset + PAGE], month),
            "found": await glance.cells(connection, unit, month, zone, asked) if _listed(request) else None,
        }
    return page(
        request,
        "supervision.html",
        unit=unit,
        month=month,
        whole=whole,
        target=target,
        asked=asked,
        listed=_listed(request),
        number=asked.offset // PAGE + 1,
        levels=page_count(len(branches), PAGE),
        may_report=access.may(asks, "see_report", unit),
        charts=_charts(request, values["months"], target),
        query=lambda **changed: _query(request, **changed),
        opened=_open_ids(request),
        **values,
        **words() | {"page_query": lambda number: _query(request, page=str(number))},
    )


async def calendar(request: web.Request) -> web.StreamResponse:
    """GET /units/{unit}/supervision/calendar: the units directly below, 24 months each."""
    unit, month, number = request[keys.UNIT], asked_month(request), asked_page(request)
    async with request.app[keys.HOUSE].database.read() as connection:
        branches = [unit] if unit.kind == CELL else await glance.below_with_cells(connection, unit, month)
        part = branches[(number - 1) * PAGE : number * PAGE]
        found = await glance.calendar(connection, part, month.back())
    return page(
        request,
        "supervision_calendar.html",
        unit=unit,
        month=month,
        span=month.back(),
        branches=part,
        calendar=found,
        number=number,
        pages=page_count(len(branches), PAGE),
        **words(),
    )


# -- The tree that opens level by level ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree: how deep it stands, whether it opens and is open."""

    branch: Branch
    depth: int
    opens: bool
    open: bool


async def _opened(
    connection: Connection, request: web.Request, branches: Sequence[Branch], month: Month, depth: int = 0
) -> list[Row]:
    ids, zone = _open_ids(request), request.app[keys.HOUSE].settings.zone
    rows: list[Row] = []
    for branch in branches:
        opens = branch.unit.kind != CELL
        is_open = opens and branch.unit.id in ids
        rows.append(Row(branch, depth, opens, is_open))
        if is_open:
            _, below = await glance.level(connection, branch.unit, month, zone)
            rows += await _opened(connection, request, below, month, depth + 1)
    return rows


def _open_ids(request: web.Request) -> list[str]:
    return [each for each in request.query.get("open", "").split(",") if each][:OPENED]


def _listed(request: web.Request) -> bool:
    """Whether cells are wanted, wherever they stand, and not the tree."""
    return any(request.query.get(word, "").strip() for word in ("filter", "q", "sort"))


def _asked(request: web.Request, target: int) -> Asked:
    query = request.query
    return Asked(
        filter=query.get("filter", "") if query.get("filter") in glance.FILTERS else "",
        words=query.get("q", "").strip()[:100],
        sort=query.get("sort", "") if query.get("sort") in glance.SORTS else "name",
        down="down" in query,
        target=target,
        limit=PAGE,
        offset=(asked_page(request) - 1) * PAGE,
    )


def _query(request: web.Request, **changed: str) -> str:
    """The address of this page with some words of its query changed; "" takes one away."""
    kept = {name: value for name, value in request.query.items() if name in _KNOWN and name not in changed}
    kept |= {name: value for name, value in changed.items() if value}
    return "?" + urlencode(kept)


_KNOWN = ("month", "open", "filter", "q", "sort", "down", "page")


Figure = Callable[[Sums], int | None]
Words = Callable[[Sums], str]


# -- Charts ----------------------------------------------------------------------------------------------------------


def _charts(request: web.Request, months: Mapping[Month, Sums], target: int) -> Sequence[tuple[str, Markup]]:
    """Attendance, cells that met, scores: each a line over the months."""
    kinds: Sequence[tuple[str, str, Figure, Words, int | None, Sequence[str]]] = (
        ("Attendance", "rate", lambda s: s.permille, lambda s: percent(s.permille), target, ("0", "50", "100")),
        (
            "Cells that met",
            "met",
            lambda s: s.met_permille,
            lambda s: percent(s.met_permille),
            None,
            ("0", "50", "100"),
        ),
        ("Score", "score", lambda s: s.score, lambda s: tenths(s.score), 900, ("0", "50", "100")),
    )
    drawn = []
    for title, name, height, said, aim, scale in kinds:
        points = [Point(f"{m.number:02}/{m.year % 100:02}", height(sums), said(sums)) for m, sums in months.items()]
        words_of = say(request, title)
        chart = trend(name, f"{words_of}: {_in_words(months, said)}", points, aim, scale)
        drawn.append((title, Markup(chart)))  # noqa: S704  every word in it is escaped by papers.charts
    return drawn


def _in_words(months: Mapping[Month, Sums], said: Words) -> str:
    return ", ".join(f"{mmyyyy(month)} {said(sums)}" for month, sums in months.items())
