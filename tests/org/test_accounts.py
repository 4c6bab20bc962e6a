"""Signing in, over SQLite and PostgreSQL."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from server.org.accounts import STEP, Accounts
from server.org.passwords import Unfit
from server.org.security import Cautious
from server.org.sessions import session_id
from server.records.database import Database
from server.records.tables import accounts as table
from server.records.tables import sessions

PASSWORD = "con-thuyen-ra-khoi"
OTHER = "mua-lua-chin-vang-ruong"


class Clock:
    now = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Counting(PasswordHasher):
    """The real thing, counting its work."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.verified += 1
        return bool(super().verify(hash, password))


CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


class House:
    """Accounts with a clock of their own; `pauses` are the seconds refusals waited."""

    def __init__(self, database: Database, **policy: int) -> None:
        self.clock, self.hasher, self.pauses = Clock(), Counting(**CHEAP), list[float]()
        self.accounts = Accounts(database, Cautious(**policy), self.clock, self._pause, self.hasher)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def wrong(self, times: int = 1, username: str = "an") -> None:
        for _ in range(times):
            assert await self.accounts.sign_in(username, "wrong") is None


@pytest.fixture
async def house(either: Database) -> House:
    house = House(either)
    await house.accounts.create("account-an", "an", "An.TranVan", PASSWORD)
    return house


async def _in(house: House, username: str = "an.tranvan", password: str = PASSWORD) -> str:
    token = await house.accounts.sign_in(username, password, "phone|Android|Chrome")
    assert token
    return token


async def test_the_right_password_opens_a_session(house: House) -> None:
    signed_in = await house.accounts.sessions.of(await _in(house))
    assert signed_in
    assert (signed_in.person_id, signed_in.name, signed_in.username) == ("an", "Trần Văn An", "an.tranvan")


@pytest.mark.parametrize("username", ["AN.TRANVAN", "  an.tranvan ", "an.tranvan", "An.TranVan"])
async def test_a_username_may_be_typed_in_any_case(house: House, username: str) -> None:
    assert await _in(house, username)


async def test_the_token_is_kept_nowhere(house: House, either: Database) -> None:
    token = await _in(house)
    async with either.read() as connection:
        (row,) = (await connection.execute(sa.select(sessions))).all()
    assert token not in str(row)
    assert row.id == session_id(token)
    assert len(token) >= 43


async def test_the_password_is_kept_as_argon2id(house: House, either: Database) -> None:
    async with either.read() as connection:
        kept = await connection.scalar(sa.select(table.c.password_hash))
    assert kept.startswith("$argon2id$v=19$")


@pytest.mark.parametrize("username", ["an.tranvan", "nobody", "", "x" * 500, "an\x1ftranvan"])
async def test_every_refusal_does_the_same_work_and_leaves_on_the_same_beat(house: House, username: str) -> None:
    assert await house.accounts.sign_in(username, "wrong") is None
    assert house.hasher.verified == 1
    assert len(house.pauses) == 1
    assert 0 < house.pauses[0] <= STEP


async def test_a_locked_account_does_the_same_work_too(house: House) -> None:
    await house.wrong(5, "an.tranvan")
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None
    assert house.hasher.verified == 6
    assert len(house.pauses) == 6


async def test_four_wrong_tries_do_not_lock_and_a_right_one_begins_the_count_anew(house: House) -> None:
    for _ in range(3):
        await house.wrong(4, "an.tranvan")
        assert await _in(house)


async def test_five_wrong_tries_lock_for_twelve_hours(house: House) -> None:
    await house.wrong(5, "an.tranvan")
    house.clock.now += timedelta(hours=11, minutes=59)
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None
    house.clock.now += timedelta(minutes=1)
    assert await _in(house)


async def test_tries_at_a_locked_account_do_not_make_the_lock_longer(house: House) -> None:
    await house.wrong(5, "an.tranvan")
    house.clock.now += timedelta(hours=11)
    await house.wrong(5, "an.tranvan")
    house.clock.now += timedelta(hours=1)
    assert await _in(house)


async def test_after_a_lock_there_are_five_tries_again(house: House) -> None:
    await house.wrong(5, "an.tranvan")
    house.clock.now += timedelta(hours=12)
    await house.wrong(4, "an.tranvan")
    assert await _in(house)


async def test_a_hundred_tries_at_once_are_a_hundred_tries(house: House) -> None:
    guesses = [f"wrong-{number}" for number in range(30)] + [PASSWORD]
    tried = await asyncio.gather(*(house.accounts.sign_in("an.tranvan", guess) for guess in guesses))
    assert tried == [None] * 31
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None


async def test_a_lock_without_end_is_lifted_by_an_administrator(either: Database) -> None:
    house = House(either, lock_hours=0)
    await house.accounts.create("account-an", "an", "an", PASSWORD)
    await house.wrong(5)
    house.clock.now += timedelta(days=4000)
    assert await house.accounts.sign_in("an", PASSWORD) is None
    assert await house.accounts.unlock("AN")
    assert await _in(house, "an")
    assert not await house.accounts.unlock("nobody")


async def test_a_disabled_account_opens_nothing_and_its_sessions_end(house: House, either: Database) -> None:
    token = await _in(house)
    async with either.write() as connection:
        await connection.execute(sa.update(table).values(disabled=True))
    assert await house.accounts.sessions.of(token) is None
    assert await house.accounts.sessions.alive([session_id(token)]) == frozenset()
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None


async def test_a_session_ends_when_it_is_idle(house: House) -> None:
    token = await _in(house)
    house.clock.now += timedelta(hours=11)
    assert await house.accounts.sessions.of(token)  # being asked keeps it
    house.clock.now += timedelta(hours=11)
    assert await house.accounts.sessions.of(token)
    house.clock.now += timedelta(hours=12)
    assert await house.accounts.sessions.of(token) is None


async def test_a_session_ends_after_a_week_however_busy(house: House) -> None:
    token = await _in(house)
    for _ in range(27):
        house.clock.now += timedelta(hours=6)
        assert await house.accounts.sessions.of(token)
    house.clock.now += timedelta(hours=6)
    assert await house.accounts.sessions.of(token) is None


async def test_ended_sessions_are_swept_and_living_ones_are_not(house: House) -> None:
    await _in(house)
    house.clock.now += timedelta(hours=13)
    living = await _in(house)
    assert await house.accounts.sweep() == 1
    assert await house.accounts.sessions.of(living)


async def test_signing_in_ends_the_session_of_before(house: House) -> None:
    old = await _in(house)
    new = await house.accounts.sign_in("an.tranvan", PASSWORD, old_token=old)
    assert new
    assert await house.accounts.sessions.of(old) is None
    assert await house.accounts.sessions.of(new)


async def test_which_sessions_are_alive(house: House) -> None:
    one, two = session_id(await _in(house)), session_id(await _in(house))
    assert await house.accounts.sessions.alive([one, two, "nobody's"]) == {one, two}
    await house.accounts.sessions.end(one)
    assert await house.accounts.sessions.alive([one, two]) == {two}
    await house.accounts.sessions.end_all("account-an")
    assert await house.accounts.sessions.alive([one, two]) == frozenset()
    assert await house.accounts.sessions.alive([]) == frozenset()


@pytest.mark.parametrize("token", ["", "x", "'; DROP TABLE sessions; --", "\x00", "đ" * 300])
async def test_a_token_that_is_none(house: House, token: str) -> None:
    assert await house.accounts.sessions.of(token) is None


async def test_a_changed_password_ends_every_other_session(house: House) -> None:
    mine, other = await _in(house), await _in(house)
    by = await house.accounts.sessions.of(mine)
    assert by
    new = await house.accounts.change_password(by, PASSWORD, OTHER)
    assert [bool(await house.accounts.sessions.of(token)) for token in (mine, other, new)] == [False, False, True]
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None
    assert await _in(house, password=OTHER)


async def test_guessing_the_present_password_from_inside_locks_too(house: House) -> None:
    by = await house.accounts.sessions.of(await _in(house))
    assert by
    for _ in range(5):
        with pytest.raises(Unfit, match="present password"):
            await house.accounts.change_password(by, "wrong", OTHER)
    assert await house.accounts.sign_in("an.tranvan", PASSWORD) is None


@pytest.mark.parametrize("password", ["", "thirteen-chr.", "x" * 14, "my-An.TranVan-password", "ab" * 129])
async def test_a_password_that_is_not_fit_is_never_set(either: Database, password: str) -> None:
    house = House(either)
    with pytest.raises(Unfit):
        await house.accounts.create("account-an", "an", "an.tranvan", password)
    assert await house.accounts.sign_in("an.tranvan", password) is None


async def test_the_length_of_a_password_is_a_setting(either: Database) -> None:
    house = House(either, password_length=8)
    await house.accounts.create("account-an", "an", "an", "lua-chin")
    assert await _in(house, "an", "lua-chin")


async def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(house: House, either: Database) -> None:
    stronger = Accounts(either, clock=house.clock, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    assert await stronger.sign_in("an.tranvan", PASSWORD)
    async with either.read() as connection:
        kept = await connection.scalar(sa.select(table.c.password_hash))
    assert "m=16,t=2,p=1" in kept
    assert await stronger.sign_in("an.tranvan", PASSWORD)


class Waiting(PasswordHasher):
    """Verifies only once the loop has taken a turn meanwhile."""

    loop: asyncio.AbstractEventLoop
    turned = False

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        turn = threading.Event()
        self.loop.call_soon_threadsafe(turn.set)
        self.turned = turn.wait(20)
        return bool(super().verify(hash, password))


async def test_while_a_password_is_hashed_the_loop_goes_on(house: House, either: Database) -> None:
    hasher = Waiting(**CHEAP)
    hasher.loop = asyncio.get_running_loop()
    assert await Accounts(either, clock=house.clock, hasher=hasher).sign_in("an.tranvan", PASSWORD)
    assert hasher.turned
