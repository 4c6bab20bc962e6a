"""Accounts: signing in, locks, and what a password is changed for.

Whoever asks from outside learns nothing from a refusal: an unknown name, a wrong password and a locked account get the
same answer after the same work and in the same time.
"""

import asyncio
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.database import Database
from server.records.tables import accounts, old_passwords, people, posts, sessions, slips

from . import factor
from .idle import IDLE, disable_idle, used_at
from .passwords import HASHER, UNUSABLE, Passwords, Unfit, fit, fold, spellings
from .people import on
from .security import Cautious, Numbers, Policy, months_later, numbers
from .sessions import Sessions, SignedIn

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # locked until an administrator unlocks
STEP = 0.25  # seconds; refusals leave on a multiple of it, so that a few ms of database do not tell what was wrong


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right; a code of the second factor is still to come."""

    account_id: str
    stamp: str  # of the password: when another is set meanwhile, this step is over


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is."""

    username: str
    name: str


def now() -> datetime:
    return datetime.now(UTC)


class Accounts:
    """Everything about signing in.  `clock` gives UTC; `pause` waits so many seconds; `key`: see org.factor."""

    def __init__(
        self,
        database: Database,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        hasher: PasswordHasher = HASHER,
        key: bytes = b"",
    ) -> None:
        self.database, self.clock, self._pause = database, clock, pause
        self._policy = policy or Cautious()
        self.sessions, self._passwords = Sessions(database, self._policy, clock), Passwords(hasher)
        self.key = key or secrets.token_bytes(32)  # the house's: without one, what it sealed dies with the process

    # -- Signing in and out ----------------------------------------------------------------------------------------

    async def sign_in(
        self, username: str, password: str, device: str = "", old_token: str = ""
    ) -> str | SecondStep | None:
        """The token of a new session, or None: wrong, unknown, locked and disabled are all alike.

        The session of `old_token`, if there is one, ends in the same transaction: a session is never carried through a
        sign-in.
        """
        began = time.monotonic()
        found = await self._proven(username, password)
        if found is None:
            await self.refusal(began)
            return None
        if found.factor:
            return SecondStep(found.id, found.stamp)
        async with self.database.write() as connection:
            return await self.sessions.open(connection, found.id, device, old_token)

    async def second_step(self, step: SecondStep, code: str, device: str = "", old_token: str = "") -> str | None:
        """The token of a new session for a code of the app, or of the slip for who lost it; None = refused.

        A wrong code counts as a wrong try.
        """
        began = time.monotonic()
        found = await self._counted(accounts.c.id == step.account_id)
        async with self.database.write() as connection:
            ours = found and found.allowed and hmac.compare_digest(found.stamp, step.stamp)
            if found and ours and await self._second(connection, found, "".join(code.split())):
                await connection.execute(_of(found.id).values(failed=0, locked_until=None))
                return await self.sessions.open(connection, found.id, device, old_token)
        await self.refusal(began)
        return None

    async def refusal(self, began: float) -> None:
        """Waits, so that every refusal leaves on the same beat.  `began` is of time.monotonic()."""
        await self._pause(STEP - (time.monotonic() - began) % STEP)

    async def of_person(self, person_id: str) -> Holder | None:
        """None where he has no account."""
        joined = accounts.join(people, accounts.c.person_id == people.c.id)
        found = sa.select(accounts.c.username, people.c.name).select_from(joined)
        async with self.database.read() as connection:
            row = (await connection.execute(found.where(accounts.c.person_id == person_id))).first()
        return Holder(row.username, row.name) if row else None

    async def sweep(self) -> int:
        """Deletes the sessions that ended by themselves, how many; and disables the accounts that nobody uses."""
        async with self.database.write() as connection:
            await disable_idle(connection, self.clock(), self.numbers.idle_account_days)
            return await self.sessions.sweep(connection)

    # -- Passwords and locks ---------------------------------------------------------------------------------------

    async def create(self, account_id: str, person_id: str, username: str, password: str) -> None:
        """A new account.  Raises Unfit; sqlalchemy's IntegrityError where the name or the person has one already."""
        self.fit(username, password)
        hashed = await self.hashed(password)
        async with self.database.write() as connection:
            await connection.execute(sa.insert(accounts).values(**self.row(account_id, person_id, username, hashed)))

    async def change_password(self, by: SignedIn, old: str, new: str, device: str = "") -> str:
        """The token of a new session; every other session of the account ends.  Raises Unfit.

        A wrong old password counts as a wrong try at signing in: a stolen session must not be a way to guess it.
        """
        self.fit(by.username, new, by.second_factor)
        await self.prove(by, old)
        if secrets.compare_digest(old.encode(), new.encode()):
            raise Unfit("The new password must differ from the present one.")
        await self.fresh(by.account_id, by.person_id, new)
        hashed = await self.hashed(new)
        async with self.database.write() as connection:
            await self.set_password(connection, by.account_id, hashed)
            return await self.sessions.open(connection, by.account_id, device)

    async def prove(self, by: SignedIn, password: str) -> None:
        """Raises Unfit unless it is the password; a wrong one counts as a wrong try."""
        if await self._proven(by.username, password) is None:
            raise Unfit("The present password is not right.")
        if by.second_factor:  # where a code follows the count goes on; here none does
            async with self.database.write() as connection:
                await connection.execute(_of(by.account_id).values(failed=0, locked_until=None))

    async def fresh(self, account_id: str, person_id: str, password: str) -> None:
        """Raises Unfit where an administrator takes one of his last passwords again."""
        kept = self.numbers.administrator_passwords_kept
        async with self.database.read() as connection:
            if not await self._administers(connection, person_id):
                return
            before = sa.select(old_passwords.c.password_hash).where(old_passwords.c.account_id == account_id)
            present = sa.select(accounts.c.password_hash).where(accounts.c.id == account_id)
            last = before.order_by(old_passwords.c.id.desc()).limit(kept - 1)
            hashes = [*await connection.scalars(present), *await connection.scalars(last)]
        for hashed in hashes:
            if hashed != UNUSABLE and await self._passwords.right(hashed, password):
                raise Unfit("An administrator's password differs from his last {count}.", count=kept)

    async def set_password(self, connection: AsyncConnection, account_id: str, hashed: str) -> None:
        """Every session of the account ends; the password before is kept among the old ones."""
        present = await connection.scalar(sa.select(accounts.c.password_hash).where(accounts.c.id == account_id))
        if present:
            await connection.execute(sa.insert(old_passwords).values(account_id=account_id, password_hash=present))
        await connection.execute(_of(account_id).values(password_hash=hashed, password_set_at=self.clock()))
        await connection.execute(sa.delete(sessions).where(sessions.c.account_id == account_id))
        ours = old_passwords.c.account_id == account_id
        kept = sa.select(old_passwords.c.id).where(ours).order_by(old_passwords.c.id.desc())
        kept = kept.limit(self.numbers.administrator_passwords_kept)
        await connection.execute(sa.delete(old_passwords).where(ours, old_passwords.c.id.not_in(kept)))

    async def password_due(self, by: SignedIn) -> date | None:
        """The day from which an administrator must change his password; None for the others."""
        async with self.database.read() as connection:
            return self._due(by) if await self._administers(connection, by.person_id) else None

    def password_old(self, by: SignedIn) -> bool:
        """Whether it is too old for an administrator; asked for every page, without the database."""
        return self._due(by) <= self.today

    def _due(self, by: SignedIn) -> date:
        set_on = by.password_set_at.astimezone(self._policy.zone).date()
        return months_later(set_on, self.numbers.administrator_password_months)

    async def unlock(self, username: str) -> bool:
        """By an administrator; what was disabled because nobody used it is enabled.  False: no such account."""
        theirs, idle = accounts.c.username == fold(username), accounts.c.disabled_why == IDLE
        async with self.database.write() as connection:
            again = {"disabled": sa.false(), "disabled_why": "", "enabled_at": self.clock()}
            await connection.execute(sa.update(accounts).where(theirs, idle).values(again))
            used = {"failed": 0, "locked_until": None, "enabled_at": self.clock()}
            return (await connection.execute(sa.update(accounts).where(theirs).values(used))).rowcount == 1

    def least(self, second_factor: bool = False) -> int:
        """Characters that a password has at least."""
        alone = self._policy.password_length
        return min(alone, self.numbers.password_length_second_factor) if second_factor else alone

    def fit(self, username: str, password: str, second_factor: bool = False) -> None:
        """Raises Unfit unless the password may be set."""
        fit(username, password, self.least(second_factor))

    async def hashed(self, password: str) -> str:
        return await self._passwords.hashed(password)

    def row(self, account_id: str, person_id: str, username: str, hashed: str) -> dict[str, object]:
        """The row of a new account, for whoever writes many at once."""
        return {
            "id": account_id,
            "person_id": person_id,
            "username": fold(username),
            "password_hash": hashed,
            "created_at": self.clock(),
            "password_set_at": self.clock(),
        }

    @property
    def numbers(self) -> Numbers:
        """The rulebook's numbers today."""
        return numbers(self.today)

    @property
    def today(self) -> date:
        return self.clock().astimezone(self._policy.zone).date()

    # -- Inside ----------------------------------------------------------------------------------------------------

    async def _proven(self, username: str, password: str) -> "_Found | None":
        """The account whose password this is, unless it is locked or disabled.

        The try is counted before the password is looked at, so that a hundred tries at once are a hundred tries; then
        one hash is verified, whoever asks for whomever.  Where a second factor follows, the count goes on until then.
        """
        found = await self._counted(accounts.c.username.in_(spellings(username)), fold(username))
        nobodys = self._passwords.nobodys
        hashed, allowed = (found.password_hash or nobodys, found.allowed) if found else (nobodys, False)
        right = await self._passwords.right(hashed, password)
        if found is None or not (right and allowed):
            return None
        values: dict[str, object] = {} if found.factor else {"failed": 0, "locked_until": None}
        if self._passwords.outworn(hashed):
            values["password_hash"] = anew = await self.hashed(password)
            found = replace(found, password_hash=anew)
        if values:
            async with self.database.write() as connection:
                await connection.execute(_of(found.id).values(values))
        return found

    async def _counted(self, where: sa.ColumnElement[bool], exactly: str = "") -> "_Found | None":
        at = self.clock()
        async with self.database.write() as connection:
            asked = sa.select(accounts).where(where).order_by((accounts.c.username == exactly).desc()).with_for_update()
            row = (await connection.execute(asked)).first()
            if row is None:
                return None
            locked = row.locked_until is not None and row.locked_until > at
            failed = 1 if row.locked_until is not None else row.failed + 1  # a lock that ended begins the count anew
            if not locked:
                until = self._lock(at) if failed >= self._policy.lock_after else None
                await connection.execute(_of(row.id).values(failed=failed, locked_until=until))
            idle = used_at(row) < at - timedelta(days=self.numbers.idle_account_days)
            usable = not locked and not row.disabled and not idle and row.password_hash != UNUSABLE
            return _Found(row.id, row.person_id, row.password_hash, usable, row.factor, row.factor_step)

    async def _second(self, connection: AsyncConnection, found: "_Found", code: str) -> bool:
        """Whether the second factor is proven; then its code, or the slip, is spent."""
        secret = factor.unsealed(self.key, found.factor)
        step = factor.step_of(secret, code, self.clock(), found.factor_step) if secret else None
        if step is not None:
            fence = _of(found.id).where(accounts.c.factor_step < step)
            return (await connection.execute(fence.values(factor_step=step))).rowcount == 1
        theirs = sa.and_(slips.c.code_hash == factor.marked(self.key, code), slips.c.person_id == found.person_id)
        spent = sa.update(slips).where(theirs, slips.c.kind == "factor", slips.c.ended_at.is_(None))
        return (await connection.execute(spent.values(ended_at=self.clock(), ended="used"))).rowcount == 1

    async def _administers(self, connection: AsyncConnection, person_id: str) -> bool:
        held = sa.and_(posts.c.person_id == person_id, posts.c.post == "administrator", on(posts, self.today))
        return await connection.scalar(sa.select(posts.c.id).where(held).limit(1)) is not None

    def _lock(self, at: datetime) -> datetime:
        hours = self._policy.lock_hours
        return at + timedelta(hours=hours) if hours else FOREVER


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    person_id: str
    password_hash: str
    allowed: bool
    factor: str  # sealed; "" = none
    factor_step: int

    @property
    def stamp(self) -> str:
        """Of the password of now; it tells nothing of it."""
        return sha256(self.password_hash.encode()).hexdigest()


def _of(account_id: str) -> sa.Update:
    return sa.update(accounts).where(accounts.c.id == account_id)
