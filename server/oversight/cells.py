"""One cell over its months: its meetings, and every member's attendance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import MeetingKind, SeatKind
from server.org.tree import Unit
from server.records.rollups import REGULAR
from server.records.tables import meetings, roll_lines, summaries, verdicts

from .absences import Line
from .sums import ratio

_m, _s, _v, _r = meetings.c, summaries.c, verdicts.c, roll_lines.c
_FACTS = ("form", "base", "present", "excused", "unexcused", "seconds", "wanted_minutes", "score", "grade", "adopted")


@dataclass(frozen=True, slots=True)
class Held:
    """One meeting of the cell as the list shows it; what follows `held` is 0, "" or None while it is not closed."""

    id: str
    title: str
    kind: str
    planned_for: datetime
    phase: str
    form: str
    opened_at: datetime | None
    held: bool  # closed, with a summary
    base: int
    present: int
    excused: int
    unexcused: int
    seconds: int
    wanted_minutes: int
    score: int | None
    grade: str
    adopted: bool
    whole: bool | None  # the last verdict on its record, and those of its groups; None = not yet looked at
    parts: int = 0  # of a round: its groups
    met: int = 0  # of them, those that have met

    @property
    def permille(self) -> int | None:
        return ratio(self.present, self.base)

    @property
    def kept(self) -> bool:
        return self.seconds >= self.wanted_minutes * 60


async def held(connection: AsyncConnection, unit: Unit, since: datetime, until: datetime) -> Sequence[Held]:
    """Its meetings planned for that time, the latest first; a round is one."""
    joined = meetings.outerjoin(summaries, _s.meeting == _m.id).outerjoin(verdicts, _v.meeting == _m.id)
    listed = (_m.id, _m.title, _m.kind, _m.planned_for, _m.phase, _m.form.label("wanted_form"), _m.opened_at)
    facts = (_s.meeting.label("summary"), *(_s[name] for name in _FACTS), _v.ok)
    of_cell = sa.and_(_m.unit_id == unit.id, _m.kind != MeetingKind.COMMITTEE.value, _m.round_id.is_(None))
    when = sa.and_(of_cell, _m.planned_for >= since, _m.planned_for < until)
    broken = part_broken(meetings).label("part_broken")
    found = sa.select(*listed, *facts, broken).select_from(joined).where(when)
    rows = (await connection.execute(found.order_by(_m.planned_for.desc(), _m.id))).all()
    parts = await _parts(connection, unit)
    return [_held(row, *parts.get(row.id, (0, 0))) for row in rows]


def part_broken(of: sa.Table) -> sa.ColumnElement[bool]:
    """Whether the record of a group's meeting in this round was found broken."""
    part, said = meetings.alias("part"), verdicts.alias("said")
    joined = part.join(said, said.c.meeting == part.c.id)
    return sa.exists().select_from(joined).where(part.c.round_id == of.c.id, said.c.ok.is_(False))


async def _parts(connection: AsyncConnection, unit: Unit) -> dict[str, tuple[int, int]]:
    """By round of the cell: how many groups it has, and how many of them have met."""
    met = sa.func.sum(sa.case((_m.phase == "closed", 1), else_=0))
    found = sa.select(_m.round_id, sa.func.count(), met).where(_m.unit_id == unit.id, _m.round_id.is_not(None))
    rows = await connection.execute(found.group_by(_m.round_id))
    return {str(round_id): (count, int(closed)) for round_id, count, closed in rows}


def _held(row: Any, parts: int, met: int) -> Held:
    numbers = {name: row._mapping[name] or 0 for name in _FACTS[1:7]}
    return Held(
        id=row.id,
        title=row.title,
        kind=row.kind,
        planned_for=row.planned_for,
        phase=row.phase,
        form=row.form or row.wanted_form,
        opened_at=row.opened_at,
        held=row.summary is not None,
        score=row.score,
        grade=row.grade or "",
        adopted=bool(row.adopted),
        whole=False if row.part_broken else row.ok,
        parts=parts,
        met=met,
        **numbers,
    )


async def roll(
    connection: AsyncConnection, where: sa.ColumnElement[bool], since: str, until: str = "9999-99"
) -> Sequence[Line]:
    """The lines of members at regular meetings of the months from `since` to `until`."""
    joined = roll_lines.join(summaries, _s.meeting == _r.meeting)
    columns = tuple(_r[name] for name in Line.__dataclass_fields__ if name != "planned_for")
    regular = sa.and_(_s.kind.in_(REGULAR), _r.kind == SeatKind.MEMBER.value)
    found = (
        sa.select(*columns, _s.planned_for).select_from(joined).where(where, regular, _r.month.between(since, until))
    )
    return [Line(**row._mapping) for row in await connection.execute(found.order_by(_s.planned_for, _r.meeting))]


async def roll_of_cell(connection: AsyncConnection, unit: Unit, since: str) -> Sequence[Line]:
    return await roll(connection, _r.unit_id == unit.id, since)


async def roll_of_member(connection: AsyncConnection, unit: Unit, person_id: str, since: str) -> Sequence[Line]:
    """In this cell only: what he did elsewhere is of that cell."""
    return await roll(connection, sa.and_(_r.member == person_id, _r.unit_id == unit.id), since)
