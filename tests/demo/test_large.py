"""The cell that load runs are made on, in a real database."""

from pathlib import Path

from server.demo.large import large_cell, name_of
from server.meeting.ids import Post
from server.org.accounts import Accounts
from server.org.roster import call
from server.records.database import Database


async def test_a_large_cell_can_be_called_and_all_can_sign_in(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"
    meeting, accounts = await large_cell(url, 5)
    database = Database(url)
    called = await call(database, meeting)
    assert len(called.roster) == 5
    assert [seat.post for seat in called.roster[:3]] == [Post.SECRETARY, Post.DEPUTY, Post.COMMITTEE]
    assert [account.officer for account in accounts] == [True, True, True, False, False]
    signing = Accounts(database)
    for account in accounts:
        token = await signing.sign_in(account.username, account.password)
        assert token
        signed_in = await signing.sessions.of(token)
        assert signed_in is not None
        assert signed_in.person_id in {seat.member for seat in called.roster}
    chair = await signing.sessions.of(await signing.sign_in(accounts[0].username, accounts[0].password) or "")
    assert chair is not None
    assert chair.person_id == called.chair
    await database.close()


async def test_a_large_cell_may_have_party_groups_with_their_leaders(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"
    meeting, _ = await large_cell(url, 9, parties=2)
    database = Database(url)
    called = await call(database, meeting)
    await database.close()
    assert [party.name for party in called.groups] == ["Tổ 1", "Tổ 2"]
    for party in called.groups:
        members = {seat.member for seat in called.roster if seat.group == party.id}
        assert len(members) == 4 and {party.leader, party.deputy} <= members
        assert called.chair not in members


async def test_two_large_cells_stand_side_by_side(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"
    (one, _), (two, _) = await large_cell(url, 1), await large_cell(url, 1)
    assert one != two


def test_seven_hundred_members_have_names_of_their_own() -> None:
    assert len({name_of(number) for number in range(700)}) == 700
