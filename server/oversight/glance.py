"""The month at a glance: a committee's sub-tree level by level, its months, its cells by what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import names
from server.org.tree import CELL, Unit
from server.records.tables import meetings, summaries, units, verdicts

from .months import Month
from .sums import ADDED, JUDGED, PLANNED, REGULAR, Sums

_cell = units.alias("cell")
_s, _m, _v = summaries.c, meetings.c, verdicts.c


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit and what its sub-tree did in the month."""

    unit: Unit
    sums: Sums


def _below(path: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The cells of a unit's sub-tree: a range of paths (records.tables.below)."""
    end = sa.func.substr(path, 1, sa.func.length(path) - 1).concat("0")
    return sa.and_(_cell.c.path >= path, _cell.c.path < end, _cell.c.kind == CELL)


def _within(top: Unit) -> sa.ColumnElement[bool]:
    return sa.and_(_cell.c.path >= top.path, _cell.c.path < top.path[:-1] + "0", _cell.c.kind == CELL)


def _living(month: Month) -> sa.ColumnElement[bool]:
    """The cells there were at the end of the month."""
    here = sa.or_(_cell.c.dissolved.is_(None), _cell.c.dissolved >= month.after)
    return sa.and_(here, sa.or_(_cell.c.founded.is_(None), _cell.c.founded < month.after))


def _held(month: Month) -> sa.ColumnElement[bool]:
    return sa.and_(_s.unit_id == _cell.c.id, _s.month == str(month), REGULAR)


def _planned(month: Month, zone: ZoneInfo) -> sa.ColumnElement[bool]:
    begin, end = month.moments(zone)
    return sa.and_(_m.unit_id == _cell.c.id, _m.planned_for >= begin, _m.planned_for < end, PLANNED)


# -- Level by level --------------------------------------------------------------------------------------------------


async def level(connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo) -> list[Branch]:
    """The units directly below `top` that have cells, each with the sums of its sub-tree, by name."""
    counted = sa.func.count(sa.distinct(_cell.c.id)).label("cells")
    below = units.join(_cell, _below(units.c.path))
    facts = below.outerjoin(summaries, _held(month)).outerjoin(verdicts, _v.meeting == _s.meeting)
    named = (units.c.id, units.c.kind, units.c.name, units.c.path, units.c.folded)
    found = sa.select(*named, counted, *ADDED, *JUDGED).select_from(facts)
    of_top = sa.and_(units.c.parent_id == top.id, _living(month))
    rows = (await connection.execute(found.where(of_top).group_by(*named).order_by(units.c.folded, units.c.id))).all()
    planning = below.join(meetings, _planned(month, zone))
    plans = sa.select(units.c.id, sa.func.count(sa.distinct(_m.unit_id)).label("planned")).select_from(planning)
    planned = {row.id: row.planned for row in await connection.execute(plans.where(of_top).group_by(units.c.id))}
    return [Branch(_unit(row), _sums(row, planned=planned.get(row.id, 0))) for row in rows]


async def whole(connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo) -> Branch:
    """`top` itself with the sums of everything below it."""
    facts = _cell.outerjoin(summaries, _held(month)).outerjoin(verdicts, _v.meeting == _s.meeting)
    counted = sa.func.count(sa.distinct(_cell.c.id)).label("cells")
    of_top = sa.and_(_within(top), _living(month))
    row = (await connection.execute(sa.select(counted, *ADDED, *JUDGED).select_from(facts).where(of_top))).one()
    plans = sa.select(sa.func.count(sa.distinct(_m.unit_id))).select_from(_cell.join(meetings, _planned(month, zone)))
    return Branch(top, _sums(row, planned=(await connection.scalar(plans.where(of_top))) or 0))


def _unit(row: Any) -> Unit:
    return Unit(row.id, row.kind, row.name, row.path)


def _sums(row: Any, **more: int) -> Sums:
    return Sums(**{name: int(row._mapping[name]) for name in Sums.__dataclass_fields__ if name in row._mapping}, **more)


# -- Month by month --------------------------------------------------------------------------------------------------


async def months(connection: AsyncConnection, top: Unit, span: Sequence[Month]) -> Mapping[Month, Sums]:
    """The sums of each month of `span`; how many cells there were is that of its last month."""
    cells = sa.select(sa.func.count()).select_from(_cell).where(_within(top), _living(span[-1]))
    count = (await connection.scalar(cells)) or 0
    joined = _cell.join(summaries, _s.unit_id == _cell.c.id)
    begin, end = str(span[0]), str(span[-1])
    found = sa.select(_s.month, *ADDED).select_from(joined).where(_within(top), _s.month.between(begin, end), REGULAR)
    kept = {row.month: _sums(row, cells=count) for row in await connection.execute(found.group_by(_s.month))}
    return {month: kept.get(str(month), Sums(cells=count)) for month in span}


async def calendar(
    connection: AsyncConnection, tops: Sequence[Unit], span: Sequence[Month]
) -> Mapping[str, Mapping[Month, Sums]]:
    """The same for several units at once: id → month → sums.  A month without a meeting is left out."""
    joined = units.join(_cell, _below(units.c.path)).join(summaries, _s.unit_id == _cell.c.id)
    of_tops = units.c.id.in_([top.id for top in tops])
    in_span = _s.month.between(str(span[0]), str(span[-1]))
    found = sa.select(units.c.id, _s.month, *ADDED).select_from(joined).where(of_tops, in_span, REGULAR)
    kept: dict[str, dict[Month, Sums]] = {top.id: {} for top in tops}
    by_word = {str(month): month for month in span}
    for row in await connection.execute(found.group_by(units.c.id, _s.month)):
        kept[row.id][by_word[row.month]] = _sums(row)
    return kept


# -- Cells by what is wrong, by name, in an order --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CellMonth:
    """One cell in one month."""

    unit: Unit
    superior: str  # name of the unit above
    planned_for: datetime | None  # the regular meeting of the month; None = nothing planned
    meeting: str  # its id; "" = none
    phase: str
    sums: Sums


def _wrong(target: int) -> Mapping[str, sa.ColumnElement[bool]]:
    return {
        "unplanned": _m.id.is_(None),
        "unmet": _s.meeting.is_(None),
        "low": sa.and_(_s.base > 0, _s.present * 1000 < _s.base * target),
        "short": _s.seconds < _s.wanted_minutes * 60,
        "unscored": sa.and_(_s.meeting.is_not(None), _s.score.is_(None)),
        "broken": _v.ok.is_(False),
    }


FILTERS = ("unplanned", "unmet", "low", "short", "unscored", "broken")
_RATE = sa.cast(_s.present, sa.Float) / sa.func.nullif(_s.base, 0)
SORTS: Mapping[str, sa.ColumnElement[Any]] = MappingProxyType(
    {"name": _cell.c.folded, "attendance": _RATE, "duration": _s.seconds, "score": _s.score, "day": _m.planned_for}
)


@dataclass(frozen=True, slots=True)
class Asked:
    """How a list of cells is wanted.  `target`: attendance in thousandths below which it is low."""

    filter: str = ""  # of FILTERS; "" = all
    words: str = ""
    sort: str = "name"  # of SORTS
    down: bool = False
    target: int = 800
    limit: int = 50
    offset: int = 0


async def cells(
    connection: AsyncConnection, top: Unit, month: Month, zone: ZoneInfo, asked: Asked
) -> tuple[int, list[CellMonth]]:
    """How many cells of the sub-tree fit, and a part of them."""
    above = units.alias("above")
    joined = (
        _cell.outerjoin(above, _cell.c.parent_id == above.c.id)
        .outerjoin(meetings, _planned(month, zone))
        .outerjoin(summaries, sa.and_(_s.meeting == _m.id, REGULAR))
        .outerjoin(verdicts, _v.meeting == _s.meeting)
    )
    where = [_within(top), _living(month)]
    if asked.filter:
        where.append(_wrong(asked.target)[asked.filter])
    if words := names.fold(asked.words):
        where.append(_cell.c.folded.contains(words, autoescape=True))
    count = (await connection.scalar(sa.select(sa.func.count()).select_from(joined).where(*where))) or 0
    shown = (_cell.c.id, _cell.c.kind, _cell.c.name, _cell.c.path, above.c.name.label("superior"))
    of_meeting = (_m.planned_for, _m.phase, _m.id.label("meeting"))
    facts = tuple(_s[name] for name in ("form", "base", "present", "unexcused", "seconds", "wanted_minutes", "score"))
    query = sa.select(*shown, *of_meeting, *facts, _s.grade, _s.meeting.label("held"), _v.ok).select_from(joined)
    key = SORTS[asked.sort]
    order = (key.is_(None), key.desc() if asked.down else key, _cell.c.folded, _cell.c.id)
    rows = await connection.execute(query.where(*where).order_by(*order).limit(asked.limit).offset(asked.offset))
    return count, [_cell_month(row) for row in rows]


def _cell_month(row: Any) -> CellMonth:
    sums = Sums(cells=1, planned=int(row.meeting is not None))
    if row.held is not None:
        sums = replace(
            sums,
            met=1,
            meetings=1,
            online=int(row.form == "online"),
            hybrid=int(row.form == "hybrid"),
            by_groups=int(row.form == "by_groups"),
            base=row.base,
            present=row.present,
            unexcused=row.unexcused,
            kept=int(row.seconds >= row.wanted_minutes * 60),
            scored=int(row.score is not None),
            points=row.score or 0,
            good=int(row.grade == "good"),
            verified=int(row.ok is not None),
            broken=int(row.ok is False),
        )
    return CellMonth(_unit(row), row.superior or "", row.planned_for, row.meeting or "", row.phase or "", sums)
