"""What a committee says of a cell where nothing can be counted: points with their grounds, kept with who and when.

Of the four-good criteria unity and cadres are the committee's to judge.  Rows are only added; the last one holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.refusal import Refused, kept
from server.org.tree import CELL, Unit
from server.records.tables import appraisals, people

from .months import Month

CRITERIA: Mapping[str, str] = MappingProxyType({"unity": "Unity", "cadres": "Cadres"})
_a = appraisals.c


@dataclass(frozen=True, slots=True)
class Appraisal:
    criterion: str  # of CRITERIA
    points: int
    note: str
    by: str  # the name
    at: datetime


async def of_cells(
    connection: AsyncConnection, cells: Sequence[str], period: str, last: Month
) -> Mapping[str, Mapping[str, Appraisal]]:
    """Cell → criterion → what holds of that period."""
    found: dict[str, dict[str, Appraisal]] = {}
    for start in range(0, len(cells), _AT_ONCE):
        for cell, each in await _read(connection, cells[start : start + _AT_ONCE], period, last):
            found.setdefault(cell, {})[each.criterion] = each
    return found


_AT_ONCE = 500


async def history(connection: AsyncConnection, cell: Unit, period: str, last: Month) -> Sequence[Appraisal]:
    """Everything that was said of the cell for that period, the latest first."""
    return [each for _, each in reversed(await _read(connection, [cell.id], period, last))]


async def _read(
    connection: AsyncConnection, cells: Sequence[str], period: str, last: Month
) -> list[tuple[str, Appraisal]]:
    named = sa.func.coalesce(people.c.name, "").label("name")
    joined = appraisals.outerjoin(people, _a.by == people.c.id)
    ours = sa.and_(_a.unit_id.in_(cells), _a.period == period, _a.last == str(last))
    rows = await connection.execute(sa.select(appraisals, named).select_from(joined).where(ours).order_by(_a.id))
    return [(row.unit_id, Appraisal(row.criterion, row.points, row.note, row.name, row.at)) for row in rows]


@dataclass(frozen=True, slots=True)
class Said:
    """As a person enters it."""

    criterion: str
    points: str
    note: str


async def appraise(
    connection: AsyncConnection, cell: Unit, period: str, last: Month, said: Said, most: int, by: str, at: datetime
) -> None:
    """Of 0 to `most` whole points.  Raises Refused."""
    if cell.kind != CELL or said.criterion not in CRITERIA:
        raise Refused("appraisal", "Please choose one of the values offered.")
    written = said.points.strip()
    if not (written.isascii() and written.isdigit() and len(written) < 5 and int(written) <= most):
        raise Refused("appraisal", "Points are a whole number from 0 to {most}.", most=most)
    row = {"unit_id": cell.id, "period": period, "last": str(last), "criterion": said.criterion}
    note = kept(said.note, "appraisal")
    await connection.execute(sa.insert(appraisals).values(**row, points=int(written), note=note, by=by, at=at))
