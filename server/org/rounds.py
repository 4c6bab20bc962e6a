"""A round: the cell's meeting of a month held by its party groups, each by itself (03-HD/TW), and how far it is.

The round is the meeting of the whole cell, of form "by_groups"; the meeting of each group names it (`round_id`).
Its own doors open when every group has met: then the groups are counted over the whole cell, in a common session if one
was called, and their minutes become those of the cell.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import events, party_groups, people

from . import groups, meetings
from .meetings import LIVE, MeetingRow
from .pilot import Others, enter, permit_part
from .pilot.case import GROUPS
from .refusal import Refused

RULE = "round"


@dataclass(frozen=True, slots=True)
class Part:
    """The meeting of one group."""

    row: MeetingRow
    group: str  # its name
    leader: str  # the name of who leads it, or of his deputy; "" = nobody is elected
    adopted: bool  # its minutes, by the group

    def state(self, at: datetime) -> str:
        """planned | missed | sitting | sealed | adopted | cancelled."""
        if self.row.closed:
            return "adopted" if self.adopted else "sealed"
        if self.row.cancelled:
            return "cancelled"
        if self.row.phase in LIVE:
            return "sitting"
        return "missed" if meetings.missed(self.row, at) else "planned"


@dataclass(frozen=True, slots=True)
class Round:
    row: MeetingRow
    parts: tuple[Part, ...]  # by name of the group

    @property
    def met(self) -> int:
        return sum(part.row.closed for part in self.parts)

    @property
    def begun(self) -> bool:
        """Somebody has come to the meeting of a group."""
        return any(part.row.closed or part.row.phase in LIVE for part in self.parts)

    @property
    def missing(self) -> tuple[str, ...]:
        """The groups that have not met yet."""
        return tuple(part.group for part in self.parts if not part.row.closed)

    @property
    def complete(self) -> bool:
        return bool(self.parts) and not self.missing

    @property
    def session(self) -> bool:
        """Whether the whole cell is called to a common session; without one the committee brings it to its end."""
        return bool(self.row.place)

    def part(self, mine: Collection[str]) -> Part | None:
        """The meeting of who is in one of these groups."""
        return next((part for part in self.parts if part.row.group_id in mine), None)

    def joinable(self, at: datetime, doors: timedelta) -> bool:
        """Whether its own doors are open: every group has met, and the time of the common session has come."""
        if self.row.phase != "planned":
            return self.row.phase in LIVE
        return self.complete and (not self.session or at >= self.row.planned_for - doors)

    def missed(self, at: datetime) -> bool:
        """No group met, and none will."""
        return not self.begun and meetings.missed(self.row, at)


async def of(connection: AsyncConnection, row: MeetingRow, day: date) -> Round | None:
    """The round as it stands, with who leads the groups on that day; None: it is no round."""
    found = await meetings.of_round(connection, row.id) if row.form == GROUPS else ()
    if not found:
        return None
    ids = [each.id for each in found]
    named = sa.select(party_groups.c.id, party_groups.c.name).where(
        party_groups.c.id.in_([each.group_id for each in found])
    )
    names = {group.id: group.name for group in await connection.execute(named)}
    adopted, led = await _adopted(connection, ids), await _leaders(connection, row, day)
    parts = [
        Part(each, names.get(each.group_id or "", ""), led.get(each.group_id or "", ""), each.id in adopted)
        for each in found
    ]
    return Round(row, tuple(sorted(parts, key=lambda part: (part.group, part.row.id))))


async def _leaders(connection: AsyncConnection, row: MeetingRow, day: date) -> dict[str, str]:
    leading = {each.id: each.leader or each.deputy for each in await groups.of_cell(connection, row.unit.id, day)}
    named = sa.select(people.c.id, people.c.name).where(people.c.id.in_([each for each in leading.values() if each]))
    names = {person.id: person.name for person in await connection.execute(named)}
    return {group: names.get(person, "") for group, person in leading.items()}


async def _adopted(connection: AsyncConnection, ids: Sequence[str]) -> set[str]:
    e = events.c
    found = sa.select(e.meeting).where(e.meeting.in_(ids), e.name == "MinutesAdopted")
    return set(await connection.scalars(found))


# -- When the doors open ---------------------------------------------------------------------------------------------


async def joinable(connection: AsyncConnection, row: MeetingRow, at: datetime, doors: timedelta) -> bool:
    """Whether one may go in at that moment: an ordinary meeting by its time, a round once every group has met."""
    found = await of(connection, row, at.date())
    return found.joinable(at, doors) if found else meetings.joinable(row, at, doors)


async def entered(connection: AsyncConnection, row: MeetingRow, day: date, at: datetime) -> None:
    """Raises Refused unless the decision that allows the meeting is in force on its day, not only when it was planned.

    A round was held by its groups, each on a day of its own when it was: what is left is brought to its end.
    """
    if row.round_id:
        await permit_part(connection, row.unit, row.form, day, Others([row.round_id], at))
    elif await of(connection, row, day) is None:
        await enter(connection, row.unit, row.form, day, Others([row.id], at))


def waiting(of: Round) -> Refused:
    """Why its doors are still closed."""
    return Refused(RULE, "The round is not complete: {groups} have not met yet.", groups=", ".join(of.missing))
