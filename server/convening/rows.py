"""A planned meeting as it stands: found anew, who is convened, still open to change or not, changed and marked so."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import Seat, SeatKind
from server.org import meetings as lists
from server.org import roster
from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.records.tables import meetings

from .allowed import GROUPS, RULE, day_of

OPEN = "The doors of this meeting are open: it can no longer be changed."


async def again(connection: AsyncConnection, meeting_id: str) -> MeetingRow:
    """The meeting as it now stands, held against others who would write it.  Raises Refused where there is none."""
    await connection.execute(sa.select(meetings.c.id).where(meetings.c.id == meeting_id).with_for_update())
    found = await lists.meeting(connection, meeting_id)
    if found is None:
        raise Refused("gone", "That is no longer there.")
    return found


async def convened(connection: AsyncConnection, row: MeetingRow, zone: ZoneInfo) -> tuple[Seat, ...]:
    """Who is told and may answer: of a group's meeting its members and the superior's follower."""
    seats = await roster.seats(connection, row.unit.id, day_of(row, zone), committee=row.of_committee)
    if not row.of_group:
        return seats
    return tuple(seat for seat in seats if seat.kind is not SeatKind.MEMBER or seat.group == row.group_id)


def fixed(row: MeetingRow, at: datetime, doors: timedelta) -> None:
    """Raises Refused once the meeting can no longer be changed.

    The doors of a round open when its groups have met, not at a time; a group that missed its time may have another.
    """
    if row.cancelled:
        raise Refused(RULE, "This meeting was cancelled.")
    by_time = row.form != GROUPS and not (row.of_group and lists.missed(row, at))
    if row.phase != "planned" or (by_time and at >= row.planned_for - doors):
        raise Refused(RULE, OPEN)


async def keep(connection: AsyncConnection, row: MeetingRow, at: datetime, **values: Any) -> None:
    """What was told and is no longer so is marked, until it is told again."""
    if await _written(connection, meetings.c.id == row.id, at, values) != 1:
        raise Refused(RULE, OPEN)


async def spread(connection: AsyncConnection, row: MeetingRow, at: datetime, **values: Any) -> None:
    """The same for the groups' meetings of this round, as far as nobody has come to them."""
    await _written(connection, meetings.c.round_id == row.id, at, values)


async def _written(
    connection: AsyncConnection, where: sa.ColumnElement[bool], at: datetime, values: dict[str, Any]
) -> int:
    told = meetings.c.noticed_at.is_not(None)
    changed = sa.case((told, sa.literal(at, meetings.c.changed_at.type)), else_=meetings.c.changed_at)
    ours = sa.and_(where, meetings.c.phase == "planned")
    done = await connection.execute(sa.update(meetings).where(ours).values(**values, changed_at=changed))
    return done.rowcount
