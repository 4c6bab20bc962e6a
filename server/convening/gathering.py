"""A round when its own doors open: what each group held, from its sealed log.

Nothing is taken from a meeting that goes on or whose record is not whole; the sentence names the group.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.commands import Call
from server.meeting.events import Called, Recorded
from server.meeting.held import held
from server.meeting.ids import GroupMeeting, MemberId, Seat
from server.org import groups
from server.org import meetings as lists
from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.records.database import Database
from server.records.sealed import NotWhole, convened, sealed

RULE = "round"
NOBODY = "No meeting of a party group is planned for this round."
MISSING = "{group} has no meeting in this round; the round is complete when every group has met."
GOING_ON = "{group} has not met yet, or its meeting is not closed; the round is complete when every group has met."
BROKEN = "The record of the meeting of {group} is not whole; the round cannot be gathered on it."


@dataclass(frozen=True, slots=True)
class Held:
    meeting: GroupMeeting
    roster: tuple[Seat, ...]


async def gathered(database: Database, row: MeetingRow, day: date, trusted: Collection[bytes] | None) -> list[Held]:
    """What every group of the cell held, by name of the group.  `day`: of the round.  Raises Refused("round")."""
    async with database.read() as connection:
        planned = [each for each in await lists.of_round(connection, row.id) if not each.cancelled]
        parties = await groups.of_cell(connection, row.unit.id, day)
    if not planned:
        raise Refused(RULE, NOBODY)
    met = {each.group_id for each in planned}
    if missing := [each.name for each in parties if each.members and each.id not in met]:
        raise Refused(RULE, MISSING, group=missing[0])
    names = {each.id: each.name for each in parties}
    found = [await _held(database, each, names.get(each.group_id or "", each.title), trusted) for each in planned]
    return sorted(found, key=lambda each: (each.meeting.name, each.meeting.group))


async def _held(database: Database, row: MeetingRow, name: str, trusted: Collection[bytes] | None) -> Held:
    if not row.closed:
        raise Refused(RULE, GOING_ON, group=name)
    try:
        recorded, head = await sealed(database, row.id, trusted)
    except NotWhole:
        raise Refused(RULE, BROKEN, group=name) from None
    return Held(held(row.id, head, row.place, recorded), _called(recorded).roster)


def _called(recorded: Iterable[Recorded]) -> Called:
    return next(each.event for each in recorded if isinstance(each.event, Called))


def with_held(call: Call, found: Collection[Held]) -> Call:
    """The call of the round: who was convened with his group and left the cell since stays on its roster, and an excuse
    that was given to the group holds."""
    seated = {seat.member for seat in call.roster}
    late = {seat.member: seat for each in found for seat in each.roster if seat.member not in seated}
    said = {each.member for each in call.excuses}
    before = [excuse for each in found for excuse in each.meeting.excuses if excuse.member not in said]
    return replace(
        call,
        about=replace(call.about, gathers=True),
        roster=(*call.roster, *late.values()),
        excuses=(*call.excuses, *{each.member: each for each in before}.values()),
        held=tuple(each.meeting for each in found),
    )


async def seated_elsewhere(connection: AsyncConnection, row: MeetingRow) -> frozenset[MemberId]:
    """Who was convened by another group of the same round already: nobody attends twice, and nobody votes twice."""
    others = [each for each in await lists.of_round(connection, row.round_id or "") if each.id != row.id]
    return await convened(connection, [each.id for each in others])
