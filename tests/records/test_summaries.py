"""The summaries say what the logs say: of a meeting told by hand, of random ones, of those made anew."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from server.meeting import commands as c
from server.meeting.events import Called, Closed, Recorded
from server.meeting.ids import NOBODY, Choice, ItemId, RollState, SeatKind, Standing, VoteId
from server.meeting.minutes import attendance_of
from server.meeting.proceedings import proceedings
from server.records import summaries, tables
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.records.summaries import EXCUSED, PRESENT, UNEXCUSED, ZONE, Line, Summary, agree, kept, rebuild, summary
from server.records.verify import verify
from tests.meeting.stories import Told, told
from tests.meeting.story import ABOVE, CHAIR, COMMITTEE, DEPUTY, FORMAL, LAN, MINH, ONE, SCORE, Story, gathered, points

from .test_attendance import played


def formal() -> Story:
    """Chair, deputy and follower came; Minh in the room, Lan is excused, the exempt committee member stayed away."""
    story = gathered(CHAIR, DEPUTY, ABOVE, call=FORMAL)
    story.ask(c.TickPresent(MINH), CHAIR)
    story.wait(60)
    story.ask(c.Open(), CHAIR)
    story.ask(c.TakeUpItem(ItemId("one")), CHAIR)
    story.wait(600)
    story.ask(c.Pause(), CHAIR)
    story.wait(300)
    story.ask(c.Resume(), CHAIR)
    story.ask(c.ProposeScore(points(attendance=0)), CHAIR)
    story.ask(c.AgreeScore(1), CHAIR)
    story.ask(c.OpenVote(ONE, SCORE, "95 điểm"), CHAIR)  # type: ignore[arg-type]
    for member in (CHAIR, DEPUTY):
        story.ask(c.CastBallot(ONE, Choice.FOR), member)
    story.ask(c.CloseVote(ONE), CHAIR)
    story.wait(4500)
    story.ask(c.Close(), CHAIR)
    return story


def of(story: Story) -> tuple[Summary, dict[str, Line]]:
    found = summary(story.log)
    assert found
    return found[0], {line.member: line for line in found[1]}


def test_a_meeting_in_one_row() -> None:
    head, lines = of(formal())
    assert (head.official, head.probationary, head.exempt, head.temporary) == (3, 1, 1, 0)
    assert (head.base, head.present, head.excused, head.unexcused) == (4, 3, 1, 0)  # the exempt one stayed away
    assert (head.online, head.in_room, head.followers) == (2, 1, 1)
    assert (head.seconds, head.wanted_minutes) == (5100, 90)
    assert (head.score, head.grade, head.votes) == (95, "good", 1)
    assert (lines[LAN].state, lines[LAN].reason) == (EXCUSED, "ốm")
    assert lines[COMMITTEE].state == UNEXCUSED


def test_the_days_for_the_report_are_those_of_its_own_regulation() -> None:
    assert of(formal())[0].results_days == 2
    log = formal().log
    called = log[0].event
    assert isinstance(called, Called)
    longer = replace(called, regulation=replace(called.regulation, results_days=5))
    found = summary([replace(log[0], event=longer), *log[1:]])
    assert found and found[0].results_days == 5


def test_the_chair_has_the_last_word_on_the_roll() -> None:
    story = gathered(CHAIR, DEPUTY)
    story.ask(c.Open(), CHAIR)
    story.ask(c.CorrectRoll(MINH, RollState.PRESENT, "máy hỏng, có mặt"), CHAIR)
    story.ask(c.CorrectRoll(LAN, RollState.ABSENT_EXCUSED, "báo qua điện thoại"), CHAIR)
    story.ask(c.Close(), CHAIR)
    head, lines = of(story)
    assert (lines[MINH].state, lines[MINH].corrected, lines[MINH].seconds) == (PRESENT, True, 0)
    assert (lines[LAN].state, lines[LAN].reason) == (EXCUSED, "báo qua điện thoại")
    assert (head.corrections, head.present, head.excused) == (2, 3, 1)


def test_whoever_comes_is_no_longer_said_to_be_absent() -> None:
    story = gathered(CHAIR, DEPUTY)
    story.ask(c.Open(), CHAIR)
    story.ask(c.CorrectRoll(LAN, RollState.ABSENT_UNEXCUSED, "không báo"), CHAIR)
    story.join(LAN)
    story.ask(c.Close(), CHAIR)
    assert of(story)[1][LAN].state == PRESENT


def test_a_score_that_the_cell_rejects_is_none() -> None:
    story = gathered(CHAIR, DEPUTY, LAN)
    story.ask(c.Open(), CHAIR)
    story.ask(c.TakeUpItem(ItemId("one")), CHAIR)
    story.ask(c.ProposeScore(points()), CHAIR)
    story.ask(c.AgreeScore(1), CHAIR)
    story.ask(c.OpenVote(VoteId("v"), SCORE, "100 điểm"), CHAIR)  # type: ignore[arg-type]
    story.ask(c.CloseVote(VoteId("v")), CHAIR)
    story.ask(c.Close(), CHAIR)
    head = of(story)[0]
    assert (head.score, head.grade, head.votes) == (None, "", 1)


def test_an_open_meeting_has_none() -> None:
    assert summary(gathered().log) is None


def ended(story: Told) -> list[Recorded]:
    log = played(story)
    return (
        log if isinstance(log[-1].event, Closed) else [*log, Recorded(len(log) + 1, log[-1].at, NOBODY, "", Closed())]
    )


@settings(max_examples=150, deadline=None)
@given(told())
def test_the_numbers_add_up_and_agree_with_the_sheet(story: Told) -> None:
    log = ended(story)
    found = summary(log)
    if found is None:  # never opened
        return
    head, lines = found
    sheet = {line.member: line for line in attendance_of(log)}
    assert [line.member for line in lines] == list(sheet)
    assert {line.member: line.seconds for line in lines} == {member: line.seconds for member, line in sheet.items()}
    members = [line for line in lines if line.kind == SeatKind.MEMBER]
    assert head.present + head.excused + head.unexcused == head.base
    assert head.official + head.probationary + head.exempt + head.temporary == len(members)
    held = next(entry.event for entry in log if isinstance(entry.event, Called)).held
    longest = min((group.closed_at - group.opened_at for group in held), default=log[-1].at - log[0].at)
    assert 0 <= head.seconds <= longest / timedelta(seconds=1)  # of a round the groups met before its own log begins
    came = {line.member for line in lines if line.state == PRESENT and not line.corrected}
    assert came <= {member for member, line in sheet.items() if line.came}
    assert all(line.standing != Standing.NONE for line in members)


def test_who_only_tried_his_telephone_before_the_opening_was_not_there() -> None:
    story = gathered(CHAIR, DEPUTY, LAN, call=FORMAL)
    story.wait(60)
    story.ask(c.Leave(), LAN)
    story.wait(60)
    story.ask(c.Open(), CHAIR)
    story.wait(5400)
    story.ask(c.Close(), CHAIR)
    line = of(story)[1][LAN]
    assert (line.state, line.reason, line.seconds) == (EXCUSED, "ốm", 0)
    called = {each.seat.member: each for each in proceedings(story.log).roll}
    assert (called[LAN].state, called[LAN].reason) == (RollState.ABSENT_EXCUSED, "ốm")
    assert not next(line for line in attendance_of(story.log) if line.member == LAN).came


async def listed(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(tables.units.insert().values(id="u", kind="cell", name="Chi bộ", path="/u/"))
        row = {"id": "m", "unit_id": "u", "title": FORMAL.about.title, "kind": "regular", "form": "online"}
        planned = datetime.fromisoformat(FORMAL.about.planned_for)
        await connection.execute(tables.meetings.insert().values(**row, planned_for=planned, agenda=[]))


async def keep(log: Log, recorded: list[Recorded]) -> None:
    for entry in recorded:
        await log.append("m", entry.seq - 1, [entry.event], entry.at, entry.by, entry.cause)


async def test_the_rows_are_written_when_the_meeting_closes(database: Database, log: Log, key: Key) -> None:
    await listed(database)
    recorded = formal().log
    await keep(log, recorded[:-1])
    async with database.read() as connection:
        assert await kept(connection, "m") is None
    await keep(log, recorded[-1:])
    async with database.read() as connection:
        assert agree(await kept(connection, "m"), summary(recorded))
        place = (await connection.execute(sa.select(tables.summaries.c.unit_id, tables.summaries.c.month))).one()
    assert tuple(place) == ("u", "2027-01")
    assert (await verify(database, "m", {key.public})).ok


async def test_rows_that_lie_are_found_and_made_anew(database: Database, log: Log) -> None:
    await listed(database)
    recorded = formal().log
    await keep(log, recorded)
    async with database.write() as connection:
        await connection.execute(sa.update(tables.summaries).values(present=4, unexcused=0))
        await connection.execute(sa.delete(tables.roll_lines).where(tables.roll_lines.c.member == LAN))
    verdict = await verify(database, "m")
    assert (verdict.ok, verdict.why) == (False, "the summary is not what the log says")
    assert [each async for each in rebuild(database, log.read, ZONE, write=False)] == [("m", False)]
    assert [each async for each in rebuild(database, log.read, ZONE)] == [("m", False)]
    assert [each async for each in rebuild(database, log.read, ZONE)] == [("m", True)]
    assert (await verify(database, "m")).ok


async def test_meetings_closed_before_there_were_summaries_are_known(database: Database, log: Log) -> None:
    await listed(database)
    await keep(log, formal().log)
    async with database.write() as connection:
        await connection.execute(sa.delete(tables.summaries))
    async with database.read() as connection:
        assert await summaries.lacking(connection) == ["m"]


def test_the_tables_have_a_column_for_every_field() -> None:
    head, lines = formal_rows()
    assert asdict(head).keys() <= set(tables.summaries.c.keys())
    assert asdict(lines[0]).keys() <= set(tables.roll_lines.c.keys())


OTHERWISE = [
    (tables.meetings, {"title": "Một cuộc họp khác"}),
    (tables.meetings, {"kind": "thematic"}),
    (tables.meetings, {"form": "in_person"}),
    (tables.meetings, {"planned_for": datetime(2027, 2, 5, 12, 30, tzinfo=UTC)}),
    (tables.meetings, {"opened_at": datetime(2027, 1, 5, 12, 30, tzinfo=UTC)}),
    (tables.meetings, {"closed_at": datetime(2027, 1, 6, 12, 30, tzinfo=UTC)}),
    (tables.meetings, {"unit_id": "v"}),
    (tables.summaries, {"month": "2027-03"}),
    (tables.summaries, {"form": "hybrid"}),
    (tables.summaries, {"unit_id": "v"}),
    (tables.roll_lines, {"month": "2027-03"}),
    (tables.roll_lines, {"unit_id": "v"}),
]


@pytest.mark.parametrize(("table", "values"), OTHERWISE, ids=lambda each: str(getattr(each, "name", each)))
async def test_what_supervisors_read_in_lists_is_held_against_the_log(
    database: Database, log: Log, table: sa.Table, values: dict[str, object]
) -> None:
    await listed(database)
    await keep(log, formal().log)
    async with database.write() as connection:
        await connection.execute(tables.units.insert().values(id="v", kind="cell", name="Chi bộ khác", path="/v/"))
    assert (await verify(database, "m")).ok
    async with database.write() as connection:
        await connection.execute(sa.update(table).values(**values))
    assert not (await verify(database, "m")).ok


def formal_rows() -> tuple[Summary, tuple[Line, ...]]:
    found = summary(formal().log)
    assert found
    return found
