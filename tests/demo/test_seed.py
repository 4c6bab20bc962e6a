"""The demonstration province: what is in it, and that it can be put in again."""

import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.demo.seed import Demo, demo_password, quarter, seed
from server.meeting.ids import Post, SeatKind
from server.meeting.minutes import attendance_of
from server.org import groups, meetings, people, tree
from server.org.accounts import Accounts
from server.org.roster import call
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.records.verify import verify

TODAY = date(2027, 1, 5)
AT = datetime(2027, 1, 5, 2, 15, tzinfo=UTC)
PASSWORD = "lua-bien-nui-song-417"


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    await database.migrate()
    return database


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.load(tmp_path / "head.key")


async def _seeded(database: Database, key: Key, days: int = 0) -> Demo:
    later = timedelta(days=days)
    return await seed(database, key, TODAY + later, PASSWORD, at=AT + later)


async def test_the_cell_is_as_the_regulation_knows_cells(database: Database, key: Key) -> None:
    demo = await _seeded(database, key)
    async with database.read() as connection:
        members = await people.of_cell(connection, demo.cell_id, TODAY)
        three = await groups.of_cell(connection, demo.cell_id, TODAY)
        province = await tree.unit(connection, "demo-tinh")
        assert province
        units = await tree.subtree(connection, [province])
    standings = [member.standing for member in members]
    assert len(members) == 24
    assert (standings.count("probationary"), standings.count("exempt")) == (2, 1)
    assert (standings.count("suspended"), standings.count("temporary_in")) == (1, 1)
    assert all(group.leader for group in three)
    assert sorted(len(group.members) for group in three) and sum(len(group.members) for group in three) == 24
    assert [unit.kind for unit in units].count("cell") == 7  # one of them merged into another
    await database.close()


async def test_everyone_can_sign_in_with_the_password_that_is_printed(database: Database, key: Key) -> None:
    demo = await _seeded(database, key)
    accounts = Accounts(database)
    accounts.fit("bithu", PASSWORD)
    assert len(demo.accounts) == 35
    for _, username, password in demo.accounts:
        assert await accounts.sign_in(username, password), username
    await database.close()


async def test_the_meeting_can_be_called_at_once(database: Database, key: Key) -> None:
    demo = await _seeded(database, key)
    called = await call(database, demo.meeting_id)
    assert len([seat for seat in called.roster if seat.kind is SeatKind.MEMBER]) == 23
    assert called.roster[-1].post is Post.FOLLOWER
    assert (called.chair, len(called.line), len(called.agenda)) == ("demo-bithu", 4, 5)
    async with database.read() as connection:
        row = await meetings.meeting(connection, demo.meeting_id)
    assert row
    assert meetings.joinable(row, AT, timedelta())
    await database.close()


async def test_the_meeting_of_last_month_is_whole_and_sealed(database: Database, key: Key) -> None:
    await _seeded(database, key)
    assert (await verify(database, "demo-past", {key.public})).ok
    lines = {line.member: line for line in attendance_of(await Log(database, key).read("demo-past"))}
    assert [line.member for line in lines.values() if line.first is None] == ["demo-dangvien10", "demo-dangvien11"]
    assert len(lines["demo-dangvien07"].spans) == 2  # type: ignore[index]
    assert [line.member for line in lines.values() if line.to_verify] == ["demo-dubi2"]
    await database.close()


async def test_a_second_time_nothing_is_added_and_nothing_undone(database: Database, key: Key) -> None:
    first = await _seeded(database, key)
    accounts = Accounts(database)
    signed_in = await accounts.sessions.of(await accounts.sign_in("bithu", PASSWORD) or "")
    assert signed_in
    await accounts.change_password(signed_in, PASSWORD, "cua-rieng-dong-chi-hai")
    assert await _seeded(database, key) == first
    assert await accounts.sign_in("bithu", "cua-rieng-dong-chi-hai")
    await database.close()


async def test_on_another_day_there_is_a_meeting_to_join_again(database: Database, key: Key) -> None:
    first, later = await _seeded(database, key), await _seeded(database, key, days=1)
    assert later.meeting_id != first.meeting_id
    await database.close()


def test_the_password_is_made_once_for_each_house_and_kept_from_others(tmp_path: Path) -> None:
    one, other = demo_password(tmp_path / "a"), demo_password(tmp_path / "b")
    assert one == demo_password(tmp_path / "a")
    assert one != other
    assert stat.S_IMODE((tmp_path / "a" / "demo-password").stat().st_mode) == 0o600


def test_the_quarter_of_an_hour_just_begun() -> None:
    assert quarter(datetime(2027, 1, 5, 12, 44, 59, 1, UTC)) == datetime(2027, 1, 5, 12, 30, tzinfo=UTC)
