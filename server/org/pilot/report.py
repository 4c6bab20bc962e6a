"""The interim and the final review of the pilot (sơ kết, tổng kết): one period, one committee, everything below it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import below, meetings, pilot_cases, pilot_periods, units
from server.records.turnout import Turnout, turnout

from ..refusal import Refused
from ..tree import Unit
from . import notes
from .case import BOTH, CIRCUMSTANCES, GROUPS, ONLINE, RULE, Period
from .forms import FORMS, HYBRID, ZONE
from .listing import cells_of, members_of
from .notes import Note

_DAY = timedelta(days=1)
LONGEST = 3 * 366  # days of one review
_NONE = Turnout(0, 0)
_MODES: Mapping[str, frozenset[str]] = {BOTH: frozenset({ONLINE, GROUPS})}


@dataclass(frozen=True, slots=True)
class Sum:
    """Meetings held, and who came to them."""

    meetings: int = 0
    convened: int = 0
    attended: int = 0

    def plus(self, came: Turnout) -> "Sum":
        return Sum(self.meetings + 1, self.convened + came.convened, self.attended + came.attended)

    @property
    def permille(self) -> int:
        """Who came of those convened, in thousandths, rounded half up; 0 where nobody was convened."""
        return (2000 * self.attended + self.convened) // (2 * self.convened) if self.convened else 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was allowed at some time in the period."""

    unit: Unit
    modes: frozenset[str]  # ONLINE, GROUPS
    special: bool  # special circumstances, not special nature
    periods: tuple[Period, ...]  # within the reviewed one
    members: int  # on its last day
    forms: Mapping[str, Sum]  # of FORMS
    problems: int

    @property
    def all(self) -> Sum:
        return total(self.forms.values())


@dataclass(frozen=True, slots=True)
class Report:
    top: Unit
    since: date
    last: date
    cells_below: int  # of the whole tree below, on the last day
    cells: Sequence[Cell]
    forms: Mapping[str, Sum]
    months: Sequence[tuple[str, Mapping[str, Sum]]]  # "2027-01" → form → sum; every month of the period
    problems: Mapping[str, int]  # kind → how many
    notes: Sequence[Note]

    @property
    def members(self) -> int:
        return sum(cell.members for cell in self.cells)

    @property
    def all(self) -> Sum:
        return total(self.forms.values())

    @property
    def online_cells(self) -> int:
        return sum(1 for cell in self.cells if ONLINE in cell.modes)

    @property
    def group_cells(self) -> int:
        return sum(1 for cell in self.cells if GROUPS in cell.modes)

    @property
    def online(self) -> Sum:
        return total([self.forms[ONLINE], self.forms[HYBRID]])


def total(sums: Iterable[Sum]) -> Sum:
    each = list(sums)
    return Sum(sum(s.meetings for s in each), sum(s.convened for s in each), sum(s.attended for s in each))


async def review(connection: AsyncConnection, top: Unit, since: date, last: date, zone: ZoneInfo = ZONE) -> Report:
    """From `since` to the end of `last`.  Raises Refused.

    Meetings are those closed, by the day they were planned for; attendance is counted from the attendance rows.
    """
    if last < since:
        raise Refused(RULE, "The last day is not before the first.")
    if (last - since).days > LONGEST:
        raise Refused(RULE, "A review covers three years at most.")
    everyone = await cells_of(connection, top, last)
    allowed = await _allowed(connection, top, since, last)
    held = [row for row in await _held(connection, top, since, last, zone) if row.unit_id in allowed]
    came = await turnout(connection, [row.id for row in held])
    noted = [note for note in await notes.under(connection, top, since, last) if note.unit_id in allowed]
    of_month = _gathered(held, lambda row: _month(row, zone))
    return Report(
        top=top,
        since=since,
        last=last,
        cells_below=len(everyone),
        cells=_cells(allowed, held, came, noted, await members_of(connection, top, last)),
        forms=_by_form(held, came),
        months=[(month, _by_form(of_month.get(month, ()), came)) for month in _months(since, last)],
        problems=Counter(note.kind for note in noted),
        notes=noted,
    )


def _cells(
    allowed: Mapping[str, "_Allowed"],
    held: Sequence[Any],
    came: Mapping[str, Turnout],
    noted: Sequence[Note],
    members: Mapping[str, int],
) -> list[Cell]:
    of_cell, problems = _gathered(held, lambda row: str(row.unit_id)), Counter(note.unit_id for note in noted)
    return [
        Cell(
            unit=each.unit,
            modes=each.modes,
            special=each.special,
            periods=each.periods,
            members=members.get(unit_id, 0),
            forms=_by_form(of_cell.get(unit_id, ()), came),
            problems=problems[unit_id],
        )
        for unit_id, each in allowed.items()
    ]


def _gathered(rows: Sequence[Any], key: Callable[[Any], str]) -> Mapping[str, Sequence[Any]]:
    gathered: dict[str, list[Any]] = {}
    for row in rows:
        gathered.setdefault(key(row), []).append(row)
    return gathered


@dataclass(frozen=True, slots=True)
class _Allowed:
    unit: Unit
    modes: frozenset[str]
    special: bool
    periods: tuple[Period, ...]


async def _allowed(connection: AsyncConnection, top: Unit, since: date, last: date) -> dict[str, _Allowed]:
    """The cells with a decision in force on some day of the period, in the order of the tree."""
    p, u = pilot_periods.c, units.c
    joined = pilot_periods.join(units, p.unit_id == u.id).join(pilot_cases, p.case_id == pilot_cases.c.id)
    overlaps = sa.and_(p.since <= last, sa.or_(p.until.is_(None), p.until > since))
    found = sa.select(p.mode, p.since, p.until, pilot_cases.c.reason, u.id, u.kind, u.name, u.path).select_from(joined)
    cells: dict[str, _Allowed] = {}
    for row in await connection.execute(found.where(below(top.path), overlaps).order_by(u.path, p.since, p.id)):
        before = cells.get(row.id) or _Allowed(Unit(row.id, row.kind, row.name, row.path), frozenset(), False, ())
        period = Period(max(row.since, since), min(row.until, last + _DAY) if row.until else last + _DAY)
        modes = before.modes | _MODES.get(row.mode, frozenset({row.mode}))
        special = before.special or row.reason == CIRCUMSTANCES
        cells[row.id] = _Allowed(before.unit, modes, special, (*before.periods, period))
    return cells


async def _held(connection: AsyncConnection, top: Unit, since: date, last: date, zone: ZoneInfo) -> Sequence[Any]:
    """The closed meetings of the period; those of a cell committee are not the cell's, a round is one."""
    m = meetings.c
    begins = datetime.combine(since, time(), zone).astimezone(UTC)
    ends = datetime.combine(last + _DAY, time(), zone).astimezone(UTC)
    joined = meetings.join(units, m.unit_id == units.c.id)
    found = sa.select(m.id, m.unit_id, m.form, m.planned_for).select_from(joined)
    closed = sa.and_(m.phase == "closed", m.kind != "committee", m.round_id.is_(None))
    ours = found.where(below(top.path), closed, m.planned_for >= begins, m.planned_for < ends)
    return (await connection.execute(ours.order_by(m.planned_for, m.id))).all()


def _by_form(rows: Iterable[Any], came: Mapping[str, Turnout]) -> Mapping[str, Sum]:
    sums = dict.fromkeys(FORMS, Sum())
    for row in rows:
        sums[row.form] = sums[row.form].plus(came.get(row.id, _NONE))
    return sums


def _month(row: Any, zone: ZoneInfo) -> str:
    return f"{row.planned_for.astimezone(zone):%Y-%m}"


def _months(since: date, last: date) -> list[str]:
    count = (last.year - since.year) * 12 + last.month - since.month
    numbers = [since.year * 12 + since.month - 1 + offset for offset in range(count + 1)]
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
