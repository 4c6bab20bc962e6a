"""A round from its plan to its sealed record: the groups' meetings are called, held, gathered, and vouched for."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.convening import calling
from server.meeting import commands as c
from server.meeting.commands import Call
from server.meeting.events import Recorded
from server.meeting.ids import Choice, Form, MotionId, Part, VoteId
from server.meeting.minutes import attendance_of
from server.org import groups, people, tree
from server.org.refusal import Refused
from server.records import carried, summaries, tables
from server.records.database import Database
from server.records.log import Log, Step
from server.records.signing import Key
from server.records.verify import verify
from tests.meeting.story import T0, Story

SINCE = date(2026, 1, 1)
AGENDA = [{"id": "1", "title": "Nhiệm vụ tháng tới", "minutes": 60, "presenter": ""}]
MOTIONS = [{"id": "plan", "item": "1", "kind": "ordinary", "text": "Thông qua nhiệm vụ tháng tới"}]
PEOPLE = (  # id, year of birth, group, posts
    ("an", 1950, "g1", ("cell_secretary",)),
    ("binh", 1980, "g1", ("group_leader",)),
    ("chi", 1960, "g1", ()),
    ("dung", 1990, "g2", ()),
    ("em", 1970, "g2", ()),
)
PLAN, WHOLE = MotionId("plan"), VoteId("whole")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A cell of two groups; the second has elected nobody."""
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    await made.migrate()
    async with made.write() as connection:
        top = await tree.add(connection, "xa", "commune", "Đảng ủy xã", None)
        await tree.add(connection, "cell", "cell", "Chi bộ thôn 3", top)
        for person, born, _, held in PEOPLE:
            await people.add(connection, person, "cell", f"Đồng chí {person}", birth_year=born)
            await people.give_status(connection, person, "official", SINCE)
            for post in held:
                await people.give_post(connection, person, "cell", post, SINCE)
        for n in (1, 2):
            ours = [person for person, _, group, _ in PEOPLE if group == f"g{n}"]
            await groups.add(connection, f"g{n}", "cell", f"Tổ {n}", ours, SINCE)
        await connection.execute(sa.insert(tables.meetings), _rows())
    yield made
    await made.close()


def _rows() -> list[dict[str, Any]]:
    common = {"unit_id": "cell", "title": "Thường kỳ", "kind": "regular", "agenda": AGENDA, "place": ""}
    none: dict[str, Any] = {"round_id": None, "group_id": None, "motions": []}
    days = {"m1": T0, "m2": T0 + timedelta(days=1)}
    whole = common | none | {"id": "whole", "form": "by_groups", "planned_for": T0 + timedelta(days=2)}
    parts = [
        common | none | {"id": m, "form": "online", "planned_for": at, "round_id": "whole", "group_id": f"g{m[1]}"}
        for m, at in days.items()
    ]
    return [whole | {"motions": MOTIONS}, *parts]


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.load(tmp_path / "log.key")


@pytest.fixture
def log(database: Database, key: Key) -> Log:
    return Log(database, key)


async def keep(log: Log, meeting: str, recorded: Sequence[Recorded]) -> None:
    await log.append_all(meeting, 0, [Step([each.event], each.at, each.by, each.cause) for each in recorded])


def group_meets(call: Call, seconds: float, ballots: dict[str, Choice]) -> Story:
    """All come, vote on the plan as they are told, and close after an hour and a half."""
    story = Story(call, seconds)
    story.join(*(seat.member for seat in call.roster))
    story.ask(c.Open(), call.chair)
    story.ask(c.PutMotion(VoteId("v"), PLAN), call.chair)
    for member, choice in ballots.items():
        story.ask(c.CastBallot(VoteId("v"), choice), member)  # type: ignore[arg-type]
    story.ask(c.CloseVote(VoteId("v")), call.chair)
    story.wait(90 * 60)
    story.ask(c.Close(), call.chair)
    return story


async def both_met(database: Database, log: Log) -> None:
    first = group_meets(await calling.call(database, "m1"), 0, {"an": Choice.FOR, "chi": Choice.FOR})
    await keep(log, "m1", first.log)
    second = group_meets(await calling.call(database, "m2"), 24 * 3600, {"dung": Choice.FOR, "em": Choice.AGAINST})
    await keep(log, "m2", second.log)


async def test_a_group_is_called_with_its_own_seats_and_its_leader_in_the_chair(database: Database) -> None:
    call = await calling.call(database, "m1")
    assert call.about.part == Part("whole", call.roster[0].group, "Tổ 1") and call.about.form is Form.ONLINE
    assert {seat.member for seat in call.roster} == {"an", "binh", "chi"}
    assert (call.chair, call.line) == ("binh", ("an", "chi")), "after the leader, the oldest"
    assert [motion.text for motion in call.motions] == ["Thông qua nhiệm vụ tháng tới"]
    assert (call.groups, [item.title for item in call.agenda]) == ((), ["Nhiệm vụ tháng tới"])
    assert (await calling.call(database, "m2")).chair == "em", "nobody is elected there"


async def test_the_round_opens_when_every_group_has_met(database: Database, log: Log) -> None:
    with pytest.raises(Refused) as not_yet:
        await calling.call(database, "whole")
    assert not_yet.value.facts == {"group": "Tổ 1"}
    await both_met(database, log)
    call = await calling.call(database, "whole")
    assert call.about.gathers and [group.name for group in call.held] == ["Tổ 1", "Tổ 2"]
    assert [(group.polls[0].in_favour, group.polls[0].against) for group in call.held] == [(2, 0), (1, 1)]
    seq, head = await log.head("m1")
    assert (call.held[0].seq, call.held[0].hash) == (seq, head.hex())
    assert call.before is None, "the groups' meetings are not the meeting before"


async def test_a_group_without_a_meeting_stands_in_the_way(database: Database, log: Log) -> None:
    await both_met(database, log)
    async with database.write() as connection:
        await groups.add(connection, "g3", "cell", "Tổ 3", ["an"], SINCE)
    with pytest.raises(Refused, match="Tổ 3 has no meeting"):
        await calling.call(database, "whole")


async def test_a_record_that_is_not_whole_is_not_built_on(database: Database, log: Log, key: Key) -> None:
    await both_met(database, log)
    with pytest.raises(Refused, match="not whole"):
        await calling.call(database, "whole", trusted={b"another key" * 3})
    async with database.write() as connection:
        await connection.execute(sa.delete(tables.attendance).where(tables.attendance.c.meeting == "m2"))
    with pytest.raises(Refused, match="the meeting of Tổ 2 is not whole"):
        await calling.call(database, "whole", trusted={key.public})


async def test_who_moved_to_another_group_attends_only_once(database: Database, log: Log) -> None:
    first = group_meets(await calling.call(database, "m1"), 0, {})
    await keep(log, "m1", first.log)
    async with database.write() as connection:
        moved = tables.group_members.c.person_id == "chi"
        await connection.execute(sa.update(tables.group_members).where(moved).values(group_id="g2"))
    assert {seat.member for seat in (await calling.call(database, "m2")).roster} == {"dung", "em"}


async def test_who_left_the_cell_after_his_group_met_stays_on_the_roster(database: Database, log: Log) -> None:
    await both_met(database, log)
    async with database.write() as connection:
        gone = tables.memberships.c.person_id == "chi"
        until = date(2027, 1, 7)
        await connection.execute(sa.update(tables.memberships).where(gone).values(until=until))
    assert "chi" in {seat.member for seat in (await calling.call(database, "whole")).roster}


async def held_round(database: Database, log: Log) -> Story:
    await both_met(database, log)
    story = Story(await calling.call(database, "whole"), 48 * 3600)
    story.join("an")  # type: ignore[arg-type]
    story.ask(c.Open(), story.meeting.chair.acting)
    story.ask(c.CountGroups(WHOLE, PLAN), story.meeting.chair.acting)
    story.wait(600)
    story.ask(c.Close(), story.meeting.chair.acting)
    await keep(log, "whole", story.log)
    return story


async def test_the_round_is_one_row_and_its_groups_have_none(database: Database, log: Log, key: Key) -> None:
    story = await held_round(database, log)
    async with database.read() as connection:
        rows = (await connection.execute(sa.select(tables.summaries))).all()
        above = sa.select(tables.unit_months).where(tables.unit_months.c.unit_id == "xa")
        months = (await connection.execute(above)).one()
        lines = await connection.scalar(sa.select(sa.func.count()).select_from(tables.roll_lines))
        assert await summaries.lacking(connection) == []
    (row,) = rows
    assert (row.meeting, row.form, row.base, row.present, row.votes) == ("whole", "by_groups", 5, 5, 1)
    assert (row.seconds, row.wanted_minutes) == (5400, 90), "the groups met as long as the rule wants"
    assert (months.meetings, months.met, months.by_groups, months.kept, months.present, lines) == (1, 1, 1, 1, 5, 5)
    sheet = {line.member: line.seconds for line in attendance_of(story.log)}
    assert sheet["dung"] == 5400 and sheet["an"] == 5400 + 600
    rebuilt = {each async for each in summaries.rebuild(database, log.read, summaries.ZONE)}
    assert rebuilt == {("m1", True), ("m2", True), ("whole", True)}


async def test_the_rows_of_attendance_are_those_of_the_groups_and_of_the_common_session(
    database: Database, log: Log
) -> None:
    await held_round(database, log)
    async with database.read() as connection:
        a = tables.attendance.c
        rows = await connection.execute(sa.select(a.member, a.n, a.kinds).where(a.meeting == "whole"))
        kinds = {(row.member, row.n): row.kinds for row in rows}
    assert kinds == {(member, 1): "online" for member in ("an", "binh", "chi", "dung", "em")} | {("an", 2): "in_room"}


async def test_the_record_of_the_round_vouches_for_those_of_its_groups(database: Database, log: Log, key: Key) -> None:
    await held_round(database, log)
    for meeting in ("whole", "m1", "m2"):
        assert (await verify(database, meeting, {key.public})).ok
    verdict = await verify(await _without(database, "m2"), "whole", {key.public})
    assert (verdict.ok, verdict.first_broken) == (False, 1) and "m2, the meeting of a group" in verdict.why


async def _without(database: Database, meeting: str) -> Database:
    """By somebody who owns the database."""
    async with database.write() as connection:
        triggers = await connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for trigger in list(triggers):
            await connection.execute(sa.text(f'DROP TRIGGER "{trigger}"'))
        await connection.execute(sa.delete(tables.events).where(tables.events.c.meeting == meeting))
    return database


async def test_the_file_of_a_round_carries_the_heads_it_names(database: Database, log: Log, key: Key) -> None:
    await held_round(database, log)
    async with database.read() as connection:
        entries, heads = await carried.log_and_heads(connection, "whole")
        groups_heads = await carried.groups_heads(connection, ["m1", "m2"])
    files = {"log.jsonl": entries, "heads.jsonl": heads, **groups_heads}
    assert carried.check(carried.packed("whole", files, key), {key.public}).ok
    swapped = files | {"groups/m1.jsonl": files["groups/m2.jsonl"]}
    wrong = carried.check(carried.packed("whole", swapped, key), {key.public}).wrong
    assert wrong == ("groups/m1.jsonl: the head that the log holds of this meeting is not in it",)
    del files["groups/m2.jsonl"]
    wrong = carried.check(carried.packed("whole", files, key), {key.public}).wrong
    assert wrong == ("groups/m2.jsonl: the heads of the meeting of a group are missing",)
    async with database.read() as connection:
        alone = dict(zip(("log.jsonl", "heads.jsonl"), await carried.log_and_heads(connection, "m1"), strict=True))
    found = carried.check(carried.packed("m1", alone, key), {key.public})
    assert (found.ok, found.withheld) == (True, 2), "a vote that is counted in a group ends like any other"
