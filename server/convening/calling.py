"""Everything that was prepared becomes the Call of the meeting: excuses, documents, the tasks of last month; of a
round, what its groups held."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server.meeting.commands import Call
from server.meeting.ids import NOBODY, Carried, Document, DocumentId, Excuse, Form, ItemId, MemberId, Text
from server.org import meetings as lists
from server.org import roster, tasks
from server.org.meetings import MeetingRow
from server.records.database import Connection, Database

from . import answers, documents, gathering

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_REASON = 500  # of the core


async def call(
    database: Database,
    meeting: str,
    zone: ZoneInfo = ZONE,
    at: datetime | None = None,
    trusted: Collection[bytes] | None = None,
) -> Call:
    """What calls this meeting; `at` is when, now by default.  Raises NoSuchMeeting, NoChair; Refused("round") where a
    group has not met or its record is not whole.

    `trusted`: the public keys that may have signed what the groups held; None = any.
    """
    called = await roster.call(database, meeting, zone)
    day = (at or datetime.now(UTC)).astimezone(zone).date()
    async with database.read() as connection:
        row = await lists.meeting(connection, meeting)
        if row is None:
            raise roster.NoSuchMeeting(meeting)
        called = await _prepared(connection, called, row, day)
        if row.of_group:
            return _without(called, await gathering.seated_elsewhere(connection, row))
    if called.about.form is not Form.BY_GROUPS:
        return called
    day = row.planned_for.astimezone(zone).date()
    return gathering.with_held(called, await gathering.gathered(database, row, day, trusted))


async def _prepared(connection: Connection, called: Call, row: MeetingRow, day: date) -> Call:
    said, seated = await answers.of_meeting(connection, row.id), {seat.member for seat in called.roster}
    items = {item.id for item in called.agenda}
    return replace(
        called,
        excuses=_excuses(said, seated),
        documents=tuple(
            Document(DocumentId(each.id), each.title, ItemId(each.item if each.item in items else ""), each.pages)
            for each in await documents.of_meeting(connection, row)
        ),
        carried=tuple(_carried(each, day) for each in await tasks.carried_into(connection, row.id)),
    )


def _without(called: Call, elsewhere: Collection[MemberId]) -> Call:
    """The call of a group's meeting without who was convened by another group of the round already."""
    seats = tuple(seat for seat in called.roster if seat.member not in elsewhere)
    chair, *line = [each for each in (called.chair, *called.line) if each not in elsewhere] or [NOBODY]
    if chair == NOBODY:
        raise roster.NoChair(called.about.cell)
    excuses = tuple(each for each in called.excuses if each.member not in elsewhere)
    return replace(called, roster=seats, chair=chair, line=tuple(line), excuses=excuses)


def _excuses(said: Mapping[str, answers.Answer], seated: set[MemberId]) -> tuple[Excuse, ...]:
    """Of who is on the roster and cannot come; what the secretary has not accepted is not accepted."""
    away = [each for each in said.values() if not each.coming and each.person_id in seated]
    return tuple(Excuse(MemberId(each.person_id), each.reason[:LONGEST_REASON], each.accepted is True) for each in away)


def _carried(task: tasks.Task, day: date) -> Carried:
    return Carried(Text(task.text), task.owner_name, task.deadline.isoformat(), task.state_on(day), task.result)
