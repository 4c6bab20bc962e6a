"""Slips, states, idle accounts and reviews, over SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.exc import DBAPIError

from server.org import access, account_keeping, account_list, factor, founding, joining, people, slips, tree
from server.org.account_list import Line, Looked
from server.org.accounts import Accounts
from server.org.joining import Spent
from server.org.refusal import Refused
from server.org.security import Cautious, months_later, numbers
from server.org.sessions import session_id
from server.org.slips import Printed
from server.org.trail import Hand
from server.records.database import Database
from server.records.tables import account_reviews
from server.records.tables import slips as slips_table

PASSWORD, NEW = "con-thuyen-ra-khoi", "mua-lua-chin-vang-ruong"
KEY = b"k" * 32


class Clock:
    now = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class House:
    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, Clock()
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.accounts = Accounts(database, Cautious(), self.clock, self._pause, cheap, KEY)

    async def _pause(self, _seconds: float) -> None: ...

    @property
    def look(self) -> Looked:
        return Looked(self.accounts.today, self.clock.now, self.accounts.numbers)

    @property
    def hand(self) -> Hand:
        return Hand("cuong", self.clock.now, self.accounts.today)

    async def line(self, person: str = "an") -> Line:
        async with self.database.read() as connection:
            found = await account_list.line(connection, person, self.look)
        assert found
        return found

    async def slip(self, person: str = "an") -> Printed:
        line = await self.line(person)
        async with self.database.write() as connection:
            return await account_keeping.slip(connection, self.hand, KEY, line, self.look.numbers)

    async def counts(self, unit: str) -> dict[str, int]:
        async with self.database.read() as connection:
            of = await tree.unit(connection, unit)
            assert of
            found = await account_list.counts(connection, of, self.look)
        return {state: n for state, n in found.items() if n}


@pytest.fixture
async def house(either: Database) -> House:
    return House(either)


async def test_an_invitation_becomes_an_account_and_a_reset_a_new_password(house: House) -> None:
    invited = await house.slip()
    assert (await house.line()).state == "invited"
    token = await joining.join(house.accounts, invited.code, "tranvanan", PASSWORD, "")
    assert await house.accounts.sessions.of(token)
    assert (await house.line()).state == "active"
    reset = await house.slip()
    assert (await house.line()).state == "reset"
    assert await house.accounts.sessions.of(token) is None
    assert await house.accounts.sessions.alive([session_id(token)]) == frozenset()  # so that his sockets go
    assert await house.accounts.sign_in("tranvanan", PASSWORD) is None
    await joining.join(house.accounts, reset.code, "", NEW, "")
    assert await house.accounts.sign_in("tranvanan", NEW)


async def test_what_is_kept_of_a_code_is_its_mark_under_the_house_s_key(house: House) -> None:
    made = await house.slip()
    async with house.database.read() as connection:
        (row,) = (await connection.execute(sa.select(slips_table))).all()
    assert row.code_hash == factor.marked(KEY, made.code)
    assert row.code_hash != factor.marked(b"other", made.code)
    assert made.code not in str(row)


async def test_a_slip_of_another_house_opens_nothing(house: House) -> None:
    made = await house.slip()
    with pytest.raises(Spent):
        await joining.look(Accounts(house.database, key=b"other"), made.code)


async def test_disabled_after_idle_days_and_the_list_says_so_even_before_the_sweep(house: House) -> None:
    await house.accounts.create("account-an", "an", "an", PASSWORD)
    house.clock.now += timedelta(days=45)
    assert (await house.line()).state == "active"
    assert (await house.line()).idle_soon(house.clock.now)
    house.clock.now += timedelta(microseconds=1)
    assert (await house.line()).state == "disabled"
    assert await house.accounts.sign_in("an", PASSWORD) is None
    await house.accounts.sweep()
    line = await house.line()
    assert (line.state, line.why) == ("disabled", "idle")
    async with house.database.write() as connection:
        await account_keeping.enable(connection, house.hand, line, "Họp lại")
    assert await house.accounts.sign_in("an", PASSWORD)


async def test_counts_are_the_same_from_the_top_from_the_middle_and_from_the_cell(house: House) -> None:
    await house.accounts.create("account-an", "an", "an", PASSWORD)
    await house.accounts.create("account-binh", "binh", "binh", PASSWORD)
    for _ in range(5):
        await house.accounts.sign_in("binh", "wrong")
    await house.slip("dao")
    expected = {"active": 1, "locked": 1, "invited": 1}
    assert await house.counts("province") == await house.counts("commune") == expected
    cell = await house.counts("cell")
    assert {state: cell[state] for state in expected} == expected
    assert cell["none"] == 8  # of its eleven
    assert await house.counts("cell-2") == {}


@pytest.mark.parametrize("state", account_list.STATES)
async def test_the_list_of_one_state_is_as_long_as_its_count(house: House, state: str) -> None:
    for person in ("an", "binh", "cuong", "dung"):
        await house.accounts.create(f"account-{person}", person, person, PASSWORD)
    for _ in range(5):
        await house.accounts.sign_in("binh", "wrong")
    await house.slip("dung")
    await house.slip("dao")
    async with house.database.write() as connection:
        await account_keeping.disable(connection, house.hand, await house.line("cuong"), "Đi xa")
    for unit in ("province", "cell"):
        async with house.database.read() as connection:
            of = await tree.unit(connection, unit)
            assert of
            found = await account_list.lines(connection, of, house.look, state)
        assert len(found) == (await house.counts(unit)).get(state, 0), unit
        assert {line.state for line in found} <= {state}


async def test_only_the_latest_slip_is_good_and_making_it_void_leaves_none(house: House) -> None:
    first, second = await house.slip(), await house.slip()
    with pytest.raises(Spent):
        await joining.look(house.accounts, first.code)
    assert (await joining.look(house.accounts, second.code)).username == "tranvanan"
    async with house.database.write() as connection:
        entry = await people.entry(connection, "an")
        assert entry
        assert await slips.revoke(connection, house.hand, entry)
        assert not await slips.revoke(connection, house.hand, entry)
    with pytest.raises(Spent):
        await joining.look(house.accounts, second.code)


async def test_a_proposed_name_is_free(house: House) -> None:
    await house.accounts.create("account-binh", "binh", "tranvanan", PASSWORD)
    made = await house.slip()
    assert (await joining.look(house.accounts, made.code)).username == "tranvanan2"


async def test_a_review_is_never_unmade(house: House) -> None:
    async with house.database.write() as connection:
        of = await tree.unit(connection, "commune")
        assert of
        await account_keeping.review(connection, house.hand, of, "Đủ", {"active": 1})
    with pytest.raises(DBAPIError, match="append-only"):
        async with house.database.write() as connection:
            await connection.execute(sa.update(account_reviews).values(note="khác"))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2027, 1, 5), 2, date(2027, 3, 5)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2027, 8, 31), 1, date(2027, 9, 30)),
        (date(2027, 12, 1), 12, date(2028, 12, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_the_numbers_are_those_of_the_rulebook() -> None:
    found = numbers(date(2027, 1, 5))
    assert (found.password_length, found.password_length_second_factor) == (14, 8)
    assert (found.idle_account_days, found.account_review_months) == (45, 3)
    assert (found.administrator_password_months, found.administrator_passwords_kept) == (2, 10)


# RFC 6238, appendix B: the secret "12345678901234567890", SHA-1, the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    at, secret = datetime.fromtimestamp(seconds, UTC), b"12345678901234567890"
    assert factor.code_at(secret, at) == code
    step = factor.step_of(secret, code, at, 0)
    assert step == seconds // 30
    assert factor.step_of(secret, code, at, step) is None
    assert factor.step_of(secret, code, at + timedelta(seconds=30), 0) == step
    assert factor.step_of(secret, code, at + timedelta(seconds=90), 0) is None


async def test_the_first_administrator_of_an_empty_house_gets_in_by_his_slip(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/empty.sqlite")
    await database.migrate()
    house = House(database)
    async with database.write() as connection:
        made = await founding.administrator(connection, KEY, house.look, "Lương Văn Thành", "Tỉnh Mới", "province")
    token = await joining.join(house.accounts, made.code, "luongvanthanh", PASSWORD, "")
    session = await house.accounts.sessions.of(token)
    assert session
    async with database.read() as connection:
        actor = await access.actor(connection, session.person_id, house.accounts.today)
    assert actor
    assert actor.home.name == "Tỉnh Mới"
    assert access.may(actor, "give_offices", actor.home)
    await database.close()


async def test_an_administrator_who_lost_everything_gets_another_slip_and_no_double(house: House) -> None:
    async with house.database.write() as connection:
        one = await founding.administrator(connection, KEY, house.look, "Lê  Văn Mới", "Tỉnh", "province")
        two = await founding.administrator(connection, KEY, house.look, "Lê Văn Mới", "Tỉnh", "province")
        assert one.person_id == two.person_id
        with pytest.raises(Refused):
            await founding.administrator(connection, KEY, house.look, "Lê Văn Mới", "Không có", "province")
    with pytest.raises(Spent):
        await joining.look(house.accounts, one.code)
    assert (await joining.look(house.accounts, two.code)).username == "levanmoi"
