"""Reports of a committee for a month, a quarter or a year: its units, its months, each cell by the four-good criteria.

Of the four criteria two are reckoned here: tasks (done in time, of those due) and meetings (the mean score of the
cell's own meetings, of 100, times the months it met in).  Unity and cadres are the committee's to judge
(appraisals.py): empty until it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.overrides import rules_at
from server.org.refusal import Refused
from server.org.rulebook import number
from server.org.tree import CELL, Unit
from server.records.rollups import COUNTED
from server.records.tables import below, tasks, unit_months, units

from .appraisals import Appraisal
from .appraisals import of_cells as appraised
from .glance import below_with_cells, calendar, cells_by_month, lived, living, months
from .months import Month
from .sums import Sums, plus, ratio, read

PERIODS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}  # → months
MOST = 6_000  # cells of one report
_DEFAULT = 25


@dataclass(frozen=True, slots=True)
class FourGood:
    """Points in tenths; None = nothing to reckon from."""

    task: int | None
    meeting: int | None
    unity: int | None = None
    cadres: int | None = None

    @property
    def total(self) -> int | None:
        """Of all four, once all four are there."""
        known = [each for each in (self.task, self.meeting, self.unity, self.cadres) if each is not None]
        return sum(known) if len(known) == len(fields(self)) else None


@dataclass(frozen=True, slots=True)
class CellLine:
    unit: Unit
    superior: str
    sums: Sums  # `cells`: 1 for each month in which there was the cell
    due: int  # tasks due in the period
    done: int  # of them in time
    four: FourGood
    said: Mapping[str, Appraisal] = field(default_factory=dict)  # by the committee: criterion → who said it, and why
    dissolved: date | None = None  # in the period


@dataclass(frozen=True, slots=True)
class Report:
    top: Unit
    period: str  # of PERIODS
    span: Sequence[Month]  # those that have begun
    whole: Sums  # over all months: `cells` counts a cell once for each month
    units: Sequence[tuple[Unit, Sums]]  # directly below
    months: Mapping[Month, Sums]
    count: int  # cells, of which `cells` is a part
    cells: Sequence[CellLine]
    most: Mapping[str, int]  # criterion → points

    @property
    def since(self) -> date:
        return self.span[0].first

    @property
    def until(self) -> date:
        """The first day after it."""
        return self.span[-1].after


def span_of(period: str, month: Month) -> list[Month]:
    """The months of the period in which `month` lies.  Raises Refused."""
    if period not in PERIODS:
        raise Refused("report", "Please choose one of the values offered.")
    count = PERIODS[period]
    last = Month(month.year, -(-month.number // count) * count)
    return last.back(count)


def begun(span: Sequence[Month], today: date) -> Sequence[Month]:
    """Its months up to this one: nobody has failed to meet in a month that is still to come.  All of a period that has
    not begun."""
    return [month for month in span if month.first <= today] or span


async def made(
    connection: AsyncConnection, top: Unit, period: str, month: Month, today: date, limit: int = MOST, offset: int = 0
) -> Report:
    """With that part of the cells.  Raises Refused."""
    whole = span_of(period, month)
    span = begun(whole, today)
    by_month = await months(connection, top, span)
    parts = [top] if top.kind == CELL else await below_with_cells(connection, top, span[0], span[-1])
    of_parts = await calendar(connection, parts, span)
    most = await most_of(connection, top, span)
    counted = await cells_by_month(connection, top, span)
    units_of = [
        (part, replace(plus(of_parts[part.id].values()), cells=sum(counted[month][part.id] for month in span)))
        for part in parts
    ]
    count, named = await _named(connection, top, span, limit, offset)
    said = await appraised(connection, [row.id for row in named], period, whole[-1])
    cells = await _cells(connection, named, span, said, most)
    return Report(top, period, span, plus(by_month.values()), units_of, by_month, count, cells, most)


async def most_of(connection: AsyncConnection, top: Unit, span: Sequence[Month]) -> Mapping[str, int]:
    """The points of each criterion when the period began."""
    rules = await rules_at(connection, top, span[0].first)
    keys = {name: f"four_good.{name}" for name in ("task", "meeting", "unity", "cadres")}
    return {name: number(rules, key) if key in rules else _DEFAULT for name, key in keys.items()}


async def _named(
    connection: AsyncConnection, top: Unit, span: Sequence[Month], limit: int, offset: int
) -> tuple[int, Sequence[Any]]:
    """How many cells there were in the period, also those that are no more, and a part of them: by the unit above, then
    by name."""
    above = units.alias("above")
    joined = units.outerjoin(above, units.c.parent_id == above.c.id)
    inside = sa.and_(below(top.path), living(span[0], span[-1]))
    own = (units.c.id, units.c.kind, units.c.name, units.c.path, units.c.founded, units.c.dissolved)
    order = (above.c.folded, above.c.id, units.c.folded, units.c.id)
    found = (
        sa.select(*own, above.c.name.label("superior"))
        .select_from(joined)
        .where(inside)
        .order_by(*order)
        .limit(limit)
        .offset(offset)
    )
    count = await connection.scalar(sa.select(sa.func.count()).select_from(units).where(inside))
    return count or 0, (await connection.execute(found)).all()


async def _cells(
    connection: AsyncConnection, named: Sequence[Any], span: Sequence[Month],
    said: Mapping[str, Mapping[str, Appraisal]], most: Mapping[str, int],
) -> Sequence[CellLine]:  # fmt: skip
    ids = [row.id for row in named]
    sums: dict[str, Any] = {}
    due: dict[str, tuple[int, int]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        sums |= await _sums(connection, part, span)
        due |= await _due(connection, part, span)
    lines = [(row, sums.get(row.id), due.get(row.id, (0, 0)), said.get(row.id, {})) for row in named]
    return [_line(*line, span, most) for line in lines]


_AT_ONCE = 500


async def _sums(connection: AsyncConnection, cells: Sequence[str], span: Sequence[Month]) -> Mapping[str, Any]:
    n = unit_months.c
    counted = [sa.func.sum(n[name]).label(name) for name in COUNTED]
    during = sa.and_(n.unit_id.in_(cells), n.month.between(str(span[0]), str(span[-1])))
    found = sa.select(n.unit_id, *counted).where(during).group_by(n.unit_id)
    return {row.unit_id: row for row in await connection.execute(found)}


async def _due(
    connection: AsyncConnection, cells: Sequence[str], span: Sequence[Month]
) -> Mapping[str, tuple[int, int]]:
    """By cell: tasks whose last day lies in the period, and those of them done by then."""
    t = tasks.c
    in_time = sa.func.sum(sa.case((sa.and_(t.state == "done", t.done_on <= t.deadline), 1), else_=0))
    when = sa.and_(t.deadline >= span[0].first, t.deadline < span[-1].after, t.state != "withdrawn")
    found = sa.select(t.unit_id, sa.func.count().label("due"), in_time.label("done")).where(t.unit_id.in_(cells), when)
    return {row.unit_id: (row.due, int(row.done)) for row in await connection.execute(found.group_by(t.unit_id))}


def _line(
    row: Any, sums: Any, due: tuple[int, int], said: Mapping[str, Appraisal], span: Sequence[Month],
    most: Mapping[str, int],
) -> CellLine:  # fmt: skip
    count = sum(lived(row.founded, row.dissolved, month) for month in span)
    own = read(sums, cells=count) if sums is not None else Sums(cells=count)
    done, met = ratio(due[1], due[0]), ratio(own.met, own.cells) or 0
    four = FourGood(
        task=None if done is None else most["task"] * done // 100,
        meeting=None if own.score is None else own.score * met * most["meeting"] // 100_000,
        **{criterion: 10 * each.points for criterion, each in said.items()},
    )
    over = row.dissolved if row.dissolved and row.dissolved < span[-1].after else None
    return CellLine(Unit(row.id, row.kind, row.name, row.path), row.superior or "", own, *due, four, said, over)
