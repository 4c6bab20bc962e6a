"""Everything that was prepared becomes the Call of the meeting: excuses, documents, the tasks of last month."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from server.meeting.commands import Call
from server.meeting.ids import Carried, Document, DocumentId, Excuse, ItemId, MemberId, Text
from server.org import meetings as lists
from server.org import roster, tasks
from server.records.database import Connection, Database

from . import answers, documents

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_REASON = 500  # of the core


async def call(database: Database, meeting: str, zone: ZoneInfo = ZONE, at: datetime | None = None) -> Call:
    """What calls this meeting; `at` is when, now by default.  Raises NoSuchMeeting, NoChair."""
    called = await roster.call(database, meeting, zone)
    day = (at or datetime.now(UTC)).astimezone(zone).date()
    async with database.read() as connection:
        return await _prepared(connection, called, meeting, day)


async def _prepared(connection: Connection, called: Call, meeting: str, day: date) -> Call:
    row = await lists.meeting(connection, meeting)
    if row is None:
        raise roster.NoSuchMeeting(meeting)
    said, seated = await answers.of_meeting(connection, meeting), {seat.member for seat in called.roster}
    items = {item.id for item in called.agenda}
    return replace(
        called,
        excuses=_excuses(said, seated),
        documents=tuple(
            Document(DocumentId(each.id), each.title, ItemId(each.item if each.item in items else ""), each.pages)
            for each in await documents.of_meeting(connection, row)
        ),
        carried=tuple(_carried(each, day) for each in await tasks.carried_into(connection, meeting)),
    )


def _excuses(said: Mapping[str, answers.Answer], seated: set[MemberId]) -> tuple[Excuse, ...]:
    """Of who is on the roster and cannot come; what the secretary has not accepted is not accepted."""
    away = [each for each in said.values() if not each.coming and each.person_id in seated]
    return tuple(Excuse(MemberId(each.person_id), each.reason[:LONGEST_REASON], each.accepted is True) for each in away)


def _carried(task: tasks.Task, day: date) -> Carried:
    return Carried(Text(task.text), task.owner_name, task.deadline.isoformat(), task.state_on(day), task.result)
