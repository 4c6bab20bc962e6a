"""Tasks between meetings: owner and secretary keep them up, the next meeting begins with them (42-HD/BTCTW: conduct).

What the meetings say of a task stands in their logs; here is what became of it.  Each change leaves a trace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import meetings, people, summaries, tasks

from . import access, trail
from .meetings import COMMITTEE
from .refusal import Refused, kept
from .trail import Hand
from .tree import Unit

OPEN, DONE, WITHDRAWN, OVERDUE = "open", "done", "withdrawn", "overdue"
STATES = (OPEN, DONE, WITHDRAWN)  # as kept; overdue is read off the deadline


@dataclass(frozen=True, slots=True)
class Task:
    meeting: str  # where it was given
    meeting_title: str
    id: str
    unit_id: str
    text: str
    owner: str  # a person
    owner_name: str
    deadline: date  # its last day
    state: str  # a word of STATES
    result: str
    done_on: date | None
    of_committee: bool  # given at a meeting of the cell committee
    adopted: bool  # the minutes of that meeting are

    def state_on(self, day: date) -> str:
        """As of that day: open, done, overdue or withdrawn."""
        if self.state == DONE and self.done_on and self.done_on > day:
            return OVERDUE if day > self.deadline else OPEN
        return OVERDUE if self.state == OPEN and day > self.deadline else self.state


_T = tasks.c
_FOUND = sa.select(
    tasks,
    sa.func.coalesce(people.c.name, _T.owner).label("owner_name"),
    sa.func.coalesce(meetings.c.title, "").label("meeting_title"),
    sa.func.coalesce(meetings.c.kind == COMMITTEE, sa.false()).label("of_committee"),
    sa.func.coalesce(summaries.c.adopted, sa.false()).label("adopted"),
).select_from(
    tasks.outerjoin(people, _T.owner == people.c.id)
    .outerjoin(meetings, _T.meeting == meetings.c.id)
    .outerjoin(summaries, _T.meeting == summaries.c.meeting)
)
_ORDER = (_T.deadline, _T.meeting, _T.id)


def _read(row: Any) -> Task:
    return Task(**{name: row._mapping[name] for name in Task.__dataclass_fields__})


async def task(connection: AsyncConnection, meeting: str, task_id: str) -> Task | None:
    row = (await connection.execute(_FOUND.where(_T.meeting == meeting, _T.id == task_id))).first()
    return _read(row) if row else None


async def of_meeting(connection: AsyncConnection, meeting: str) -> Sequence[Task]:
    """Those given there, by deadline."""
    return [_read(row) for row in await connection.execute(_FOUND.where(_T.meeting == meeting).order_by(*_ORDER))]


async def of_unit(connection: AsyncConnection, unit_id: str, limit: int = 500) -> Sequence[Task]:
    """Of a cell: what is open first, by deadline; then what is done, the latest first."""
    order = (sa.case((_T.state == OPEN, 0), else_=1), *_ORDER)
    found = _FOUND.where(_T.unit_id == unit_id, _T.state != WITHDRAWN).order_by(*order).limit(limit)
    return [_read(row) for row in await connection.execute(found)]


def seen(actor: access.Actor, unit: Unit, found: Sequence[Task]) -> list[Task]:
    """Those of them that this person may read: what the committee gave itself is the committee's and its owner's, and
    no wording goes up before the minutes are adopted (decision 0007)."""
    inside = bool(access.roles(actor, unit) & {"member", "committee"})
    return [
        each
        for each in found
        if each.owner == actor.person_id
        or ((inside or each.adopted) and access.may(actor, "see_tasks", unit, committee=each.of_committee))
    ]


async def of_owner(connection: AsyncConnection, person_id: str) -> Sequence[Task]:
    """Of one person, what is open, by deadline."""
    found = _FOUND.where(_T.owner == person_id, _T.state == OPEN).order_by(*_ORDER)
    return [_read(row) for row in await connection.execute(found)]


async def carried_into(connection: AsyncConnection, meeting: str) -> Sequence[Task]:
    """The tasks this meeting begins with, by deadline: given at earlier meetings of the cell, and at the end of the
    last one before it still open.  What was done since is among them, with its result.  What the committee gave itself
    comes before the committee alone."""
    m = meetings.c
    this = (await connection.execute(sa.select(m.unit_id, m.planned_for, m.kind).where(m.id == meeting))).first()
    if this is None:
        return ()
    cell = sa.func.coalesce(m.kind, "") != COMMITTEE
    audience, alike = (sa.true(), ~cell) if this.kind == COMMITTEE else (cell, cell)
    held = sa.and_(
        m.unit_id == this.unit_id,
        m.planned_for < this.planned_for,
        m.id != meeting,
        m.closed_at.is_not(None),
        alike,
        m.round_id.is_(None),  # a group gives no task: what it held is of its round
    )
    last = await connection.scalar(sa.select(sa.func.max(m.planned_for)).where(held))
    if last is None:  # the cell was merged or split: what came over with it
        found = _FOUND.where(_T.unit_id == this.unit_id, _T.state == OPEN, _T.meeting != meeting)
    else:
        since = sa.or_(_T.state == OPEN, sa.and_(_T.state == DONE, _T.done_on >= last.date()))
        before = sa.or_(m.planned_for < this.planned_for, m.id.is_(None))
        found = _FOUND.where(_T.unit_id == this.unit_id, _T.meeting != meeting, before, since)
    return [_read(row) for row in await connection.execute(found.where(audience).order_by(*_ORDER))]


# -- Keeping up ------------------------------------------------------------------------------------------------------


async def report(connection: AsyncConnection, hand: Hand, of: Task, result: str, done_on: date | None) -> None:
    """How far it is; with a day, it was done on that day.  Raises Refused."""
    if of.state == WITHDRAWN:
        raise Refused("task", "This task was withdrawn.")
    said = kept(result, "task", needed=done_on is not None)
    if done_on is not None and done_on > hand.today:
        raise Refused("task", "A task is not done on a day to come.")
    state = DONE if done_on else OPEN
    if (said, state, done_on) == (of.result, of.state, of.done_on):
        return
    values = {"result": said, "state": state, "done_on": done_on}
    await connection.execute(sa.update(tasks).where(_T.meeting == of.meeting, _T.id == of.id).values(values))
    what = "task_done" if done_on else "task_reported"
    await trail.note(connection, hand, of.unit_id, what, of.owner, task=of.text[:200], result=said[:500])


async def move(connection: AsyncConnection, from_unit: str, to_unit: str, only: Sequence[str] | None = None) -> None:
    """The open tasks of one cell go over to another: all, or those of these people.  For mergers and splits."""
    mine = sa.and_(_T.unit_id == from_unit, _T.state == OPEN)
    if only is not None:
        mine = sa.and_(mine, _T.owner.in_(only))
    await connection.execute(sa.update(tasks).where(mine).values(unit_id=to_unit))
