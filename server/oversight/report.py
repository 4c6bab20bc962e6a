"""Reports of a committee for a month, a quarter or a year: its units, its months, each cell by the four-good criteria.

Of the four criteria two are reckoned here: tasks (done in time, of those due) and meetings (the mean score of the
cell's own meetings, of 100, times the months it met in).  Unity and cadres are the committee's to judge: left empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.overrides import rules_at
from server.org.refusal import Refused
from server.org.rulebook import number
from server.org.tree import CELL, Unit
from server.records.tables import below, tasks, unit_months, units

from .glance import below_with_cells, calendar, living, months
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


@dataclass(frozen=True, slots=True)
class CellLine:
    unit: Unit
    superior: str
    sums: Sums  # `cells`: 1 for each month
    due: int  # tasks due in the period
    done: int  # of them in time
    four: FourGood


@dataclass(frozen=True, slots=True)
class Report:
    top: Unit
    period: str  # of PERIODS
    span: Sequence[Month]
    whole: Sums  # over all months: `cells` counts a cell once for each month
    units: Sequence[tuple[Unit, Sums]]  # directly below
    months: Mapping[Month, Sums]
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


async def made(connection: AsyncConnection, top: Unit, period: str, month: Month) -> Report:
    """Raises Refused."""
    span = span_of(period, month)
    by_month = await months(connection, top, span)
    parts = [top] if top.kind == CELL else await below_with_cells(connection, top, span[-1])
    of_parts = await calendar(connection, parts, span)
    rules = await rules_at(connection, top, span[-1].first)
    keys = ("task", "meeting", "unity", "cadres")
    most = {key: number(rules, f"four_good.{key}") if f"four_good.{key}" in rules else _DEFAULT for key in keys}
    return Report(
        top=top,
        period=period,
        span=span,
        whole=plus(by_month.values()),
        units=[(part, plus(of_parts[part.id].values())) for part in parts],
        months=by_month,
        cells=await _cells(connection, top, span, most),
        most=most,
    )


async def _cells(
    connection: AsyncConnection, top: Unit, span: Sequence[Month], most: Mapping[str, int]
) -> Sequence[CellLine]:
    above, n = units.alias("above"), unit_months.c
    joined = units.outerjoin(above, units.c.parent_id == above.c.id)
    inside = sa.and_(below(top.path), living(span[-1]))
    named = (units.c.id, units.c.kind, units.c.name, units.c.path, above.c.name.label("superior"))
    rows = (
        await connection.execute(sa.select(*named).select_from(joined).where(inside).order_by(units.c.path).limit(MOST))
    ).all()
    counted = [sa.func.sum(column).label(column.name) for column in n if column.name not in ("unit_id", "month")]
    during = n.month.between(str(span[0]), str(span[-1]))
    sums = sa.select(n.unit_id, *counted).select_from(unit_months.join(units, units.c.id == n.unit_id))
    found = {row.unit_id: row for row in await connection.execute(sums.where(inside, during).group_by(n.unit_id))}
    due = await _due(connection, inside, span)
    return [_line(row, found.get(row.id), due.get(row.id, (0, 0)), len(span), most) for row in rows]


async def _due(
    connection: AsyncConnection, inside: sa.ColumnElement[bool], span: Sequence[Month]
) -> Mapping[str, tuple[int, int]]:
    """By cell: tasks whose last day lies in the period, and those of them done by then."""
    t = tasks.c
    in_time = sa.func.sum(sa.case((sa.and_(t.state == "done", t.done_on <= t.deadline), 1), else_=0))
    joined = tasks.join(units, t.unit_id == units.c.id)
    when = sa.and_(t.deadline >= span[0].first, t.deadline < span[-1].after, t.state != "withdrawn")
    found = sa.select(t.unit_id, sa.func.count().label("due"), in_time.label("done")).select_from(joined)
    rows = await connection.execute(found.where(inside, when).group_by(t.unit_id))
    return {row.unit_id: (row.due, int(row.done or 0)) for row in rows}


def _line(row: Any, sums: Any, due: tuple[int, int], count: int, most: Mapping[str, int]) -> CellLine:
    own = read(sums, cells=count) if sums is not None else Sums(cells=count)
    done, met = ratio(due[1], due[0]), ratio(own.met, own.cells) or 0
    four = FourGood(
        task=None if done is None else most["task"] * done // 100,
        meeting=None if own.score is None else own.score * met * most["meeting"] // 100_000,
    )
    return CellLine(Unit(row.id, row.kind, row.name, row.path), row.superior or "", own, *due, four)
