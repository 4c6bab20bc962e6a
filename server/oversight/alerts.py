"""What the follower of a cell must know: found once a day, kept once each, told in the program and by mail.

`run` is handed the clock.  It looks at this month and the last one; what lies further back was alerted then, or is
history that came with an import.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import MeetingKind, Standing
from server.notify import outbox
from server.notify.outbox import Message
from server.org import people, tree
from server.org.overrides import book_of
from server.org.refusal import Refused, kept
from server.org.rulebook import Rule, Rulebook, number, share
from server.org.tree import CELL, Unit
from server.records.database import Database
from server.records.rollups import REGULAR
from server.records.summaries import EXCUSED
from server.records.tables import alerts, meetings, roll_lines, summaries, unit_months, units, verdicts
from server.records.tables import people as persons

from .absences import Tally, months_absent, tallies, trailing
from .cells import part_broken, roll
from .months import Month

# kind → the sentence of the page and the mail; its {places} are filled from the facts
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "unplanned": "{cell} has not planned its meeting of {month}.",
        "unmet": "{cell} did not meet in {month}.",
        "low": "In {cell} {present} of {base} members came on {day}: below the target.",
        "excused": "{name} of {cell} was absent with a reason {count} times in a row.",
        "absent": "{name} of {cell} was absent without a reason in {count} months of {year}.",
        "papers": "The papers of {cell} for the meeting of {day} are late.",
        "broken": "The record of the meeting of {cell} on {day} is not whole.",
    }
)
RECENT = timedelta(days=40)
_SECRETARIES = ("cell_secretary", "deputy_secretary")

Fact = str | int


@dataclass(frozen=True, slots=True)
class Found:
    """Something to alert; the first four fields name it once and for all."""

    unit_id: str
    kind: str
    subject: str
    period: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    unit: Unit
    kind: str
    subject: str
    raised_at: datetime
    facts: Mapping[str, Fact]
    noted_at: datetime | None
    noted_by: str  # the name
    note: str


# -- Reading ---------------------------------------------------------------------------------------------------------

_a = alerts.c


async def of_units(
    connection: AsyncConnection, unit_ids: Sequence[str], *, only_open: bool, limit: int = 100
) -> Sequence[Alert]:
    """The latest first."""
    return await _read(connection, _a.unit_id.in_(unit_ids), only_open, limit)


async def below(
    connection: AsyncConnection, top: Unit, *, only_open: bool, limit: int = 200, offset: int = 0
) -> Sequence[Alert]:
    return await _read(connection, tree.within([top]), only_open, limit, offset)


async def count(connection: AsyncConnection, top: Unit, *, only_open: bool) -> int:
    joined = alerts.join(units, _a.unit_id == units.c.id)
    counted = sa.select(sa.func.count()).select_from(joined).where(tree.within([top]))
    return (await connection.scalar(counted.where(_a.noted_at.is_(None)) if only_open else counted)) or 0


async def _read(
    connection: AsyncConnection, where: sa.ColumnElement[bool], only_open: bool, limit: int, offset: int = 0
) -> Sequence[Alert]:
    joined = alerts.join(units, _a.unit_id == units.c.id).outerjoin(persons, _a.noted_by == persons.c.id)
    named = (units.c.kind.label("unit_kind"), units.c.name, units.c.path, persons.c.name.label("noted_name"))
    found = sa.select(alerts, *named).select_from(joined).where(where)
    if only_open:
        found = found.where(_a.noted_at.is_(None))
    rows = await connection.execute(found.order_by(_a.noted_at.is_not(None), _a.id.desc()).limit(limit).offset(offset))
    return [_alert(row) for row in rows]


def _alert(row: Any) -> Alert:
    unit = Unit(row.unit_id, row.unit_kind, row.name, row.path)
    return Alert(
        row.id, unit, row.kind, row.subject, row.raised_at, row.facts, row.noted_at, row.noted_name or "", row.note
    )


async def acknowledge(connection: AsyncConnection, unit: Unit, number: int, note: str, by: str, at: datetime) -> None:
    """Seen, with what was done about it.  Raises Refused."""
    said = kept(note, "alert")
    open_one = sa.and_(_a.id == number, _a.unit_id == unit.id, _a.noted_at.is_(None))
    done = await connection.execute(sa.update(alerts).where(open_one).values(noted_at=at, noted_by=by, note=said))
    if done.rowcount != 1:
        raise Refused("alert", "This alert was acknowledged already, or there is none.")


# -- The daily run ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Day:
    """One run: its day, and the rules of each cell, read once for all cells of a committee."""

    at: datetime
    zone: ZoneInfo
    books: dict[str, Rulebook] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    async def rules(self, connection: AsyncConnection, unit: Unit) -> Mapping[str, Rule]:
        if unit.parent_id not in self.books:
            self.books[unit.parent_id] = await book_of(connection, unit)
        return self.books[unit.parent_id].of(self.today, unit.line)


async def run(database: Database, at: datetime, zone: ZoneInfo) -> int:
    """Find, keep and tell what is new; returns how many alerts that were."""
    day, new = _Day(at, zone), 0
    async with database.read() as connection:
        cells = {unit.id: unit for unit in await _cells(connection, day.today)}
        found = [each async for each in _found(connection, day, cells)]
    for each in found:
        async with database.write() as connection:
            new += await _raise(connection, each, cells[each.unit_id], day)
    return new


async def _cells(connection: AsyncConnection, today: date) -> Sequence[Unit]:
    columns = (units.c.id, units.c.kind, units.c.name, units.c.path)
    found = sa.select(*columns).where(units.c.kind == CELL, tree.alive(today)).order_by(units.c.path)
    return [Unit(**row._mapping) for row in await connection.execute(found)]


async def _found(connection: AsyncConnection, day: _Day, cells: Mapping[str, Unit]) -> AsyncIterator[Found]:
    for search in (_unplanned, _unmet, _of_meetings, _of_members):
        async for each in search(connection, day, cells):
            yield each


async def _unplanned(connection: AsyncConnection, day: _Day, cells: Mapping[str, Unit]) -> AsyncIterator[Found]:
    month = Month.of(day.today)
    begin, end = month.moments(day.zone)
    m = meetings.c
    regular = sa.and_(m.planned_for >= begin, m.planned_for < end, m.kind.in_(REGULAR), m.phase != "cancelled")
    whole = sa.select(m.unit_id).where(regular, m.round_id.is_(None))
    planned = set((await connection.execute(whole.distinct())).scalars())
    for unit in cells.values():
        if unit.id in planned:
            continue
        if day.today.day > number(await day.rules(connection, unit), "plan_by_day"):
            yield Found(unit.id, "unplanned", "", str(month), {"month": _said(month)})


async def _unmet(connection: AsyncConnection, day: _Day, cells: Mapping[str, Unit]) -> AsyncIterator[Found]:
    """Of last month, once it is over."""
    month = Month.of(day.today).minus(1)
    n = unit_months.c
    met = set((await connection.execute(sa.select(n.unit_id).where(n.month == str(month), n.met > 0))).scalars())
    founded = sa.select(units.c.id).where(units.c.kind == CELL, units.c.founded >= month.after)
    young = set((await connection.execute(founded)).scalars())
    for unit in cells.values():
        if unit.id not in met | young:
            yield Found(unit.id, "unmet", "", str(month), {"month": _said(month)})


async def _of_meetings(connection: AsyncConnection, day: _Day, cells: Mapping[str, Unit]) -> AsyncIterator[Found]:
    """Attendance below the target, papers late, record broken; of a round, that of any of its groups."""
    s, v, m = summaries.c, verdicts.c, meetings
    broken = sa.or_(v.ok.is_(False), part_broken(m))
    facts = (s.base, s.present, s.results_days, s.reported_after, broken.label("broken"))
    joined = summaries.join(m, m.c.id == s.meeting).outerjoin(verdicts, v.meeting == s.meeting)
    recent = sa.and_(s.kind != MeetingKind.COMMITTEE.value, sa.or_(s.closed_at >= day.at - RECENT, broken))
    found = sa.select(s.meeting, s.unit_id, s.month, s.planned_for, s.closed_at, *facts).select_from(joined)
    for row in await connection.execute(found.where(recent).order_by(s.closed_at)):
        unit = cells.get(row.unit_id)
        if unit is None:
            continue
        rules, on = await day.rules(connection, unit), _dmy(row.planned_for, day.zone)
        if row.broken:
            yield Found(unit.id, "broken", row.meeting, row.month, {"day": on})
        if row.closed_at < day.at - RECENT:
            continue
        wanted = share(rules, "attendance_target")
        if row.base and row.present * wanted.under < row.base * wanted.over:
            yield Found(unit.id, "low", row.meeting, row.month, {"day": on, "present": row.present, "base": row.base})
        due = row.closed_at.astimezone(day.zone).date() + timedelta(days=row.results_days)
        if row.reported_after is None and day.today > due:
            yield Found(unit.id, "papers", row.meeting, row.month, {"day": on})


async def _of_members(connection: AsyncConnection, day: _Day, cells: Mapping[str, Unit]) -> AsyncIterator[Found]:
    """Of the cells that met lately: who was excused too often in a row, who was away for months of this year."""
    s = summaries.c
    met = sa.select(s.unit_id).where(s.kind.in_(REGULAR), s.closed_at >= day.at - RECENT).distinct()
    for unit_id in list((await connection.execute(met.order_by(s.unit_id))).scalars()):
        if unit_id not in cells:
            continue
        rules = await day.rules(connection, cells[unit_id])
        since = min(str(Month.of(day.today).minus(12)), f"{day.today.year}-01")
        for tally in tallies(await roll(connection, roll_lines.c.unit_id == unit_id, since)):
            if tally.standing != Standing.EXEMPT:
                for each in _away(unit_id, tally, rules, day.today):
                    yield each


def _away(unit_id: str, tally: Tally, rules: Mapping[str, Rule], today: date) -> Sequence[Found]:
    found = []
    row = trailing(tally.lines, (EXCUSED,))
    if row > number(rules, "absences_in_a_row"):
        first = tally.lines[-row].month  # the same row of absences is alerted once
        found.append(Found(unit_id, "excused", tally.member, first, {"name": tally.name, "count": row}))
    for year in sorted({(today - RECENT).year, today.year}):  # December may close after the last look of its year
        away = months_absent(tally.lines, year)
        if len(away) >= number(rules, "months_absent_a_year"):
            facts: dict[str, Fact] = {"name": tally.name, "count": len(away), "year": year}
            found.append(Found(unit_id, "absent", tally.member, str(year), facts))
    return found


async def _raise(connection: AsyncConnection, found: Found, unit: Unit, day: _Day) -> int:
    """Keep it, if it is new, and tell whoever follows the cell."""
    facts = {"cell": unit.name, **found.facts}
    key = {"unit_id": unit.id, "kind": found.kind, "subject": found.subject, "period": found.period}
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(alerts).values(**key, raised_at=day.at, facts=facts).on_conflict_do_nothing()
    if (await connection.execute(row)).rowcount != 1:
        return 0
    link = f"/units/{unit.id}/alerts"
    for person in await _followers(connection, unit, day.today):
        named = f"alert/{unit.id}/{found.kind}/{found.subject}/{found.period}"
        await outbox.post(connection, Message(person, named, KINDS[found.kind], KINDS[found.kind], facts, link), day.at)
    return 1


async def _followers(connection: AsyncConnection, unit: Unit, today: date) -> Sequence[str]:
    """The assigned followers; where there are none, the secretaries of the direct superior."""
    mandates = await people.with_post(connection, unit.id, "assigned_follower", today)
    if not mandates and unit.parent_id:
        mandates = tuple(
            [each for post in _SECRETARIES for each in await people.with_post(connection, unit.parent_id, post, today)]
        )
    return list(dict.fromkeys(mandate.person_id for mandate in mandates))


def _said(month: Month) -> str:
    return f"{month.number:02}/{month.year}"


def _dmy(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d/%m/%Y}"
