"""The rows agree with the sheet (meeting/minutes.py), whatever happens in a meeting, and are written with the log."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import given, settings

from server.meeting import Meeting, Refused, apply, decide, due
from server.meeting import commands as c
from server.meeting.events import Closed, Event, ListOpened, Recorded
from server.meeting.ids import NOBODY, MemberId
from server.meeting.minutes import attendance_of
from server.records import tables
from server.records.attendance import Rolls
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from tests.meeting.stories import Told, told
from tests.meeting.story import T0

from .stories import START, after, story
from .test_log import keep_story

Presence = tuple[datetime, datetime, frozenset[str]]


def played(story: Told) -> list[Recorded]:
    """The log of a story.  No two things are asked in the same millisecond, so that every presence has a length."""
    meeting, log, now = Meeting(), [], T0

    def ask(command: c.Command, by: MemberId) -> None:
        nonlocal meeting
        try:
            happened: Iterable[Event] = decide(meeting, command, by, now)
        except Refused:
            return
        for event in happened:
            meeting = apply(meeting, event, now)
            log.append(Recorded(len(log) + 1, now, by, "", event))

    ask(story.call, NOBODY)
    for step in story.steps:
        now += timedelta(seconds=step.after, milliseconds=1)
        if story.punctual and (when := due(meeting)) and when <= now:
            ask(c.Tick(), NOBODY)
            now += timedelta(milliseconds=1)
        command = step.command
        if isinstance(command, c.Recover):
            since = max(now - timedelta(seconds=int(command.since)), log[-1].at)  # as live/rooms.py asks it
            command = c.Recover(since.isoformat())
        ask(command, step.by)
    if not isinstance(log[-1].event, Closed):  # what was seen last has a length too
        log.append(Recorded(len(log) + 1, now + timedelta(seconds=1), NOBODY, "", ListOpened()))
    return log


def joined(spans: Iterable[Presence]) -> list[Presence]:
    """Spans that touch become one presence; those without length none."""
    whole: list[Presence] = []
    for begin, end, kinds in spans:
        if begin == end:
            continue
        if whole and whole[-1][1] == begin:
            whole[-1] = (whole[-1][0], end, whole[-1][2] | kinds)
        else:
            whole.append((begin, end, kinds))
    return whole


@settings(max_examples=200, deadline=None)
@given(told())
def test_the_rows_are_the_presences_of_the_sheet(story: Told) -> None:
    log = played(story)
    rows = Rolls().after(log).rows
    recovered = any(isinstance(step.command, c.Recover) for step in story.steps)
    for line in attendance_of(log):
        sheet = joined((span.begin, span.end, span.kinds) for span in line.spans)
        kept = joined((row.began, row.ended or log[-1].at, row.kinds) for row in rows.get(line.member, ()))
        assert [(begin, end) for begin, end, _ in kept] == [(begin, end) for begin, end, _ in sheet]
        for (*_, kinds), (*_, of_sheet) in zip(kept, sheet, strict=True):
            # A connection that is lost in the moment it was made lasts for no time and stands on no sheet.
            assert kinds == of_sheet or (recovered and kinds > of_sheet)


@given(told())
def test_reading_in_two_parts_is_reading_at_once(story: Told) -> None:
    log = played(story)
    for cut in range(0, len(log), 7):
        assert Rolls().after(log[:cut]).after(log[cut:]) == Rolls().after(log)


async def rows(database: Database) -> list[tuple[str, int, datetime, datetime | None, str]]:
    kept = tables.attendance.c
    query = sa.select(kept.member, kept.n, kept.began, kept.ended, kept.kinds).order_by(kept.member, kept.n)
    async with database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_rows_are_written_with_the_events_they_come_from(database: Database, log: Log) -> None:
    await keep_story(log, upto=4)
    assert await rows(database) == [
        ("an", 1, after(10), None, "online"),
        ("binh", 1, after(20), None, "online"),
    ]


async def test_rows_end_when_presence_did(database: Database, log: Log) -> None:
    await keep_story(log)
    assert await rows(database) == [
        ("an", 1, after(10), after(200), "online"),
        ("binh", 1, after(20), after(40.000001), "online"),
        ("binh", 2, after(170), after(200), "in_room"),
    ]


async def test_another_process_goes_on_where_the_first_stopped(database: Database, log: Log, key: Key) -> None:
    kept = await keep_story(log, upto=5)
    other = Log(database, key)
    for seconds, by, cause, events in story()[5:]:
        at = after(seconds)
        await other.append("m", len(kept), events, at, by, cause)
        kept += [Recorded(n, at, by, cause, event) for n, event in enumerate(events, len(kept) + 1)]
    assert len(await rows(database)) == 3
    assert (await rows(database))[0][3] == after(200)


async def test_the_list_of_meetings_says_how_far_a_meeting_is(database: Database, log: Log) -> None:
    async with database.write() as connection:
        await connection.execute(tables.units.insert().values(id="u", kind="cell", name="Chi bộ", path="/u/"))
        row = {"id": "m", "unit_id": "u", "title": "t", "kind": "regular", "planned_for": START, "agenda": []}
        await connection.execute(tables.meetings.insert().values(**row))
    await keep_story(log)
    kept = tables.meetings.c
    async with database.read() as connection:
        listed = (await connection.execute(sa.select(kept.phase, kept.opened_at, kept.closed_at))).one()
    assert tuple(listed) == ("closed", after(30), after(200))
