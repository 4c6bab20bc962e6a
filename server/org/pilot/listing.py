"""A committee's cells by class and state, with counts.  (03-HD/TW: first review and classify, then decide the list.)"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import below, memberships, party_groups, pilot_cases, pilot_periods, statuses, units

from ..overrides import rules_at
from ..people import TRANSFERRED, on
from ..rulebook import number
from ..tree import CELL, Unit
from .case import CIRCUMSTANCES, DECIDED, ENDED, SUSPENDED, Period, in_force_on
from .facts import OWN

NO_CASE = "none"
STATES = ("in_force", "coming", "suspended", "over", "submitted", "proposed", "returned", "draft", "refused", NO_CASE)
NATURE, SPECIAL, LARGE, ORDINARY = "special_nature", "special_circumstances", "large", "ordinary"
CLASSES = (NATURE, SPECIAL, LARGE, ORDINARY)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One cell on one day."""

    unit: Unit
    kind: str  # a word of CLASSES
    state: str  # a word of STATES
    mode: str  # of its case; "" = none
    case_id: str
    since: date | None  # of the days in force, or the next
    until: date | None
    members: int  # of the cell itself
    groups: int

    @property
    def last(self) -> date | None:
        return self.until - _DAY if self.until else None


@dataclass(frozen=True, slots=True)
class Listing:
    lines: Sequence[Line]  # in the order of the tree
    states: Mapping[str, int]
    kinds: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]  # (class, state) → cells


async def of_committee(connection: AsyncConnection, top: Unit, day: date) -> Listing:
    """Every cell that stands below `top` on that day."""
    cells = await cells_of(connection, top, day)
    members, groups = await members_of(connection, top, day), await _groups(connection, top, day)
    cases = await _cases(connection, top)
    periods = await periods_of(connection, top)
    large = number(await rules_at(connection, top, day), "large_cell_members")
    lines = [
        _line(cell, cases.get(cell.id, ()), periods, members.get(cell.id, 0), groups.get(cell.id, 0), large, day)
        for cell in cells
    ]
    return Listing(
        lines,
        Counter(line.state for line in lines),
        Counter(line.kind for line in lines),
        Counter((line.kind, line.state) for line in lines),
    )


def _line(
    cell: Unit,
    cases: Sequence[Any],
    periods: Mapping[str, Sequence[Period]],
    members: int,
    groups: int,
    large: int,
    day: date,
) -> Line:
    states = [(_state(case.state, periods.get(case.id, ()), day), case) for case in cases]
    known = [pair for pair in states if pair[0] in STATES]
    state, case = min(known, key=lambda pair: STATES.index(pair[0]), default=(NO_CASE, None))
    kind = _class(case.reason if case else "", groups > 0 and members >= large)
    shown = _shown(periods.get(case.id, ()) if case else (), day)
    return Line(
        cell,
        kind,
        state,
        case.mode if case else "",
        case.id if case else "",
        shown.since if shown else None,
        shown.until if shown else None,
        members,
        groups,
    )


def _state(state: str, periods: Sequence[Period], day: date) -> str:
    return in_force_on(state, periods, day) if state in (DECIDED, SUSPENDED, ENDED) else state


def _shown(periods: Sequence[Period], day: date) -> Period | None:
    """The period of that day, else the next, else the last."""
    ordered = sorted(periods, key=lambda period: period.since)
    ahead = [period for period in ordered if period.until is None or period.until > day]
    return ahead[0] if ahead else ordered[-1] if ordered else None


def _class(reason: str, is_large: bool) -> str:
    if reason:
        return SPECIAL if reason == CIRCUMSTANCES else NATURE
    return LARGE if is_large else ORDINARY


# -- One query each --------------------------------------------------------------------------------------------------


async def cells_of(connection: AsyncConnection, top: Unit, day: date) -> tuple[Unit, ...]:
    """The cells below `top`, or itself, that exist on that day."""
    u = units.c
    alive = sa.and_(sa.or_(u.founded.is_(None), u.founded <= day), sa.or_(u.dissolved.is_(None), u.dissolved > day))
    found = sa.select(u.id, u.kind, u.name, u.path).where(below(top.path), u.kind == CELL, alive).order_by(u.path)
    return tuple(Unit(**row._mapping) for row in await connection.execute(found))


async def members_of(connection: AsyncConnection, top: Unit, day: date) -> Mapping[str, int]:
    """Cell id → its own members on that day, whatever their standing."""
    m, s = memberships.c, statuses.c
    left = sa.select(s.person_id).where(s.standing == TRANSFERRED, on(statuses, day))
    joined = memberships.join(units, m.unit_id == units.c.id).join(statuses, m.person_id == s.person_id)
    counted = sa.func.count(sa.distinct(m.person_id)).label("many")
    found = (
        sa.select(m.unit_id, counted)
        .select_from(joined)
        .where(
            below(top.path),
            m.kind == "home",
            on(memberships, day),
            on(statuses, day),
            s.standing.in_(OWN),
            m.person_id.not_in(left),
        )
    )
    return {row.unit_id: row.many for row in await connection.execute(found.group_by(m.unit_id))}


async def _groups(connection: AsyncConnection, top: Unit, day: date) -> Mapping[str, int]:
    g = party_groups.c
    joined = party_groups.join(units, g.unit_id == units.c.id)
    found = sa.select(g.unit_id, sa.func.count().label("many")).select_from(joined)
    alive = found.where(below(top.path), sa.or_(g.ended.is_(None), g.ended > day)).group_by(g.unit_id)
    return {row.unit_id: row.many for row in await connection.execute(alive)}


async def _cases(connection: AsyncConnection, top: Unit) -> Mapping[str, Sequence[Any]]:
    """Cell id → its cases, the newest first."""
    c = pilot_cases.c
    joined = pilot_cases.join(units, c.unit_id == units.c.id)
    found = sa.select(c.id, c.unit_id, c.state, c.reason, c.mode).select_from(joined).where(below(top.path))
    gathered: dict[str, list[Any]] = {}
    for row in await connection.execute(found.order_by(c.opened_at.desc(), c.id)):
        gathered.setdefault(row.unit_id, []).append(row)
    return gathered


async def periods_of(connection: AsyncConnection, top: Unit) -> Mapping[str, Sequence[Period]]:
    """Case id → its days in force."""
    p = pilot_periods.c
    joined = pilot_periods.join(units, p.unit_id == units.c.id)
    found = sa.select(p.case_id, p.since, p.until).select_from(joined).where(below(top.path)).order_by(p.since)
    gathered: dict[str, list[Period]] = {}
    for row in await connection.execute(found):
        gathered.setdefault(row.case_id, []).append(Period(row.since, row.until))
    return gathered


__all__ = ["CLASSES", "STATES", "Line", "Listing", "cells_of", "members_of", "of_committee"]
