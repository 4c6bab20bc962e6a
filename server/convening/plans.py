"""The plan of a year: what a cell means to do in each month, who prepares it, and the meeting it became."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.overrides import rules_at
from server.org.refusal import Refused, kept
from server.org.rulebook import number
from server.org.trail import Hand
from server.org.tree import Unit
from server.records.tables import meetings, plan_lines

from . import marks
from .agendas import MARKED
from .allowed import KINDS, MONTHLY, RULE, Warning

YEARS = range(2020, 2101)


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    year: int
    month: int
    kind: str
    day: date | None  # None = not yet fixed
    theme: str
    preparing: str  # who prepares
    meeting: str  # "" = not yet convened
    phase: str  # of that meeting; "" = none


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as a form gives it."""

    month: int
    kind: str
    day: date | None = None
    theme: str = ""
    preparing: str = ""


_P = plan_lines.c


async def of_year(connection: AsyncConnection, unit: Unit, year: int) -> Sequence[Line]:
    """By month, then by day."""
    joined = plan_lines.outerjoin(meetings, _P.meeting == meetings.c.id)
    found = sa.select(plan_lines, sa.func.coalesce(meetings.c.phase, "").label("phase")).select_from(joined)
    rows = await connection.execute(found.where(_P.unit_id == unit.id, _P.year == year))
    lines = [
        Line(row.id, row.year, row.month, row.kind, row.day, row.theme, row.preparing, row.meeting or "", row.phase)
        for row in rows
    ]
    return sorted(lines, key=lambda line: (line.month, line.day or date.max, line.kind, line.id))


async def line(connection: AsyncConnection, unit: Unit, line_id: str) -> Line | None:
    year = await connection.scalar(sa.select(_P.year).where(_P.id == line_id, _P.unit_id == unit.id))
    if year is None:
        return None
    return next((each for each in await of_year(connection, unit, year) if each.id == line_id), None)


async def add(connection: AsyncConnection, unit: Unit, year: int, wanted: Wanted) -> str:
    """Raises Refused."""
    made = f"p{secrets.token_hex(6)}"
    values = {"id": made, "unit_id": unit.id} | _fitted(year, wanted)
    await connection.execute(sa.insert(plan_lines).values(values))
    return made


async def edit(connection: AsyncConnection, of: Line, wanted: Wanted) -> None:
    """Raises Refused."""
    await connection.execute(sa.update(plan_lines).where(_P.id == of.id).values(_fitted(of.year, wanted)))


async def remove(connection: AsyncConnection, of: Line) -> None:
    await connection.execute(sa.delete(plan_lines).where(_P.id == of.id))


async def convened(connection: AsyncConnection, of: Line, meeting: str) -> None:
    """The line became this meeting."""
    await connection.execute(sa.update(plan_lines).where(_P.id == of.id).values(meeting=meeting))


async def usual(connection: AsyncConnection, hand: Hand, unit: Unit, year: int) -> int:
    """A regular meeting for each month that has none, a thematic one for each quarter that has none; how many."""
    have = await of_year(connection, unit, year)
    regular = {each.month for each in have if each.kind in MONTHLY}
    quarters = {(each.month - 1) // 3 for each in have if each.kind in ("thematic", "combined")}
    wanted = [Wanted(month, "regular") for month in range(1, 13) if month not in regular]
    wanted += [Wanted(quarter * 3 + 2, "thematic") for quarter in range(4) if quarter not in quarters]
    for each in wanted:
        await add(connection, unit, year, each)
    return len(wanted)


async def lacking(connection: AsyncConnection, unit: Unit, year: int, today: date) -> list[Warning]:
    """The months without a regular meeting and the quarters without a thematic one, by the rulebook."""
    have, rules = await of_year(connection, unit, year), await rules_at(connection, unit, today)
    monthly, quarterly = number(rules, "regular_meetings_a_month"), number(rules, "thematic_meetings_a_quarter")
    regular = [each.month for each in have if each.kind in MONTHLY]
    thematic = [(each.month - 1) // 3 + 1 for each in have if each.kind in ("thematic", "combined")]
    months = [month for month in range(1, 13) if regular.count(month) < monthly]
    quarters = [quarter for quarter in range(1, 5) if thematic.count(quarter) < quarterly]
    found = []
    if months:
        facts = {"months": _said(months), "document": rules["regular_meetings_a_month"].document}
        found.append(Warning("No regular meeting is planned in the months {months} ({document}).", facts))
    if quarters:
        facts = {"quarters": _said(quarters), "document": rules["thematic_meetings_a_quarter"].document}
        found.append(Warning("No thematic meeting is planned in the quarters {quarters} ({document}).", facts))
    return found


def _said(numbers: Sequence[int]) -> str:
    return ", ".join(str(each) for each in numbers)


def _fitted(year: int, wanted: Wanted) -> dict[str, Any]:
    if wanted.kind not in KINDS or wanted.month not in range(1, 13) or year not in YEARS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if wanted.day and (wanted.day.year, wanted.day.month) != (year, wanted.month):
        raise Refused(RULE, "The day lies in another month.")
    theme, preparing = kept(wanted.theme, RULE, needed=False), " ".join(wanted.preparing.split())[:300]
    if marks.titled(theme):
        raise Refused("secret", MARKED)
    row = {"year": year, "month": wanted.month, "kind": wanted.kind, "day": wanted.day}
    return row | {"theme": theme, "preparing": preparing}
