"""Accounts: passwords, sessions, locks.

Whoever asks from outside learns nothing from a refusal: an unknown name, a wrong password and a locked account get the
same answer after the same work and in the same time.
"""

import asyncio
import hashlib
import secrets
import time
import unicodedata
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.database import Database
from server.records.tables import accounts, old_passwords, people, posts, sessions, slips

from . import factor, names
from .idle import IDLE, disable_idle, used_at
from .people import on
from .security import Numbers, months_later, numbers, shipped

# Argon2id, 46 MiB, one pass, one lane: the first of the OWASP Password Storage Cheat Sheet's equal choices.  One lane,
# so that a sign-in never takes a second core from a meeting; two at a time, so that a crowd takes 92 MiB and no more.
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1, hash_len=32, salt_len=16)
HASHING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

TOKEN_BYTES = 32  # 256 bits
PASSWORD_CHARACTERS = 256  # more is not hashed: it would only cost us time
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # locked until an administrator unlocks
SEEN_EVERY = timedelta(minutes=1)  # a session's last sight is written no oftener
UNUSABLE = ""  # kept in place of a hash where no password opens the account
STEP = 0.25  # seconds; refusals leave on a multiple of it, so that a few ms of database do not tell what was wrong


class Policy(Protocol):
    """What accounts need of the settings."""

    @property
    def session_idle_minutes(self) -> int: ...
    @property
    def session_days(self) -> int: ...
    @property
    def lock_after(self) -> int: ...
    @property
    def lock_hours(self) -> int: ...
    @property
    def password_length(self) -> int: ...
    @property
    def zone(self) -> ZoneInfo: ...


@dataclass(frozen=True, slots=True)
class Cautious:
    """The policy where nobody set one (QCVN 12:2026/BCA)."""

    session_idle_minutes: int = 12 * 60
    session_days: int = 7
    lock_after: int = field(default_factory=partial(shipped, "lock_after"))
    lock_hours: int = field(default_factory=partial(shipped, "lock_hours"))
    password_length: int = field(default_factory=partial(shipped, "password_length"))
    zone: ZoneInfo = field(default_factory=partial(ZoneInfo, "Asia/Ho_Chi_Minh"))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session and whose it is."""

    session_id: str  # sha256 of the token, hex
    account_id: str
    person_id: str
    username: str
    name: str
    csrf_secret: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    device: str
    password_set_at: datetime
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right; a code of the second factor is still to come."""

    account_id: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose account it is."""

    username: str
    name: str


class Unfit(Exception):
    """A new password is refused.  `why` is the English key of the sentence, `facts` fill its {placeholders}."""

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(why.format(**facts))
        self.why, self.facts = why, facts


def fold(username: str) -> str:
    """The one spelling under which a username is kept."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def spellings(username: str) -> tuple[str, str]:
    """As it was typed, and without marks and spaces: a phone may put marks where nobody wanted them."""
    typed = fold(username)
    return typed, names.fold(typed).replace(" ", "")


def session_id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def now() -> datetime:
    return datetime.now(UTC)


_COLUMNS = (
    sessions.c.id.label("session_id"),
    sessions.c.account_id,
    accounts.c.person_id,
    accounts.c.username,
    people.c.name,
    sessions.c.csrf_secret,
    sessions.c.created_at,
    sessions.c.seen_at,
    sessions.c.expires_at,
    sessions.c.device,
    sa.func.coalesce(accounts.c.password_set_at, accounts.c.created_at).label("password_set_at"),
    (accounts.c.factor != "").label("second_factor"),
)
_JOINED = sessions.join(accounts, sessions.c.account_id == accounts.c.id).join(
    people, accounts.c.person_id == people.c.id
)


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
        self.database, self.clock, self._pause, self._hasher = database, clock, pause, hasher
        self._policy = policy or Cautious()
        self.key = key or secrets.token_bytes(32)  # the house's: without one, what it sealed dies with the process
        self._dummy = hasher.hash(secrets.token_urlsafe())  # verified against where there is no account

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
            return SecondStep(found.id)
        async with self.database.write() as connection:
            return await self.open_session(connection, found.id, device, old_token)

    async def second_step(self, step: SecondStep, code: str, device: str = "", old_token: str = "") -> str | None:
        """The token of a new session for a code of the app, or of the slip for who lost it; None = refused.

        A wrong code counts as a wrong try.
        """
        began = time.monotonic()
        found = await self._counted(accounts.c.id == step.account_id)
        async with self.database.write() as connection:
            if found and found.allowed and await self._second(connection, found, "".join(code.split())):
                await connection.execute(_of(found.id).values(failed=0, locked_until=None))
                return await self.open_session(connection, found.id, device, old_token)
        await self.refusal(began)
        return None

    async def refusal(self, began: float) -> None:
        """Waits, so that every refusal leaves on the same beat.  `began` is of time.monotonic()."""
        await self._pause(STEP - (time.monotonic() - began) % STEP)

    async def sign_out(self, session: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.id == session))

    async def sign_out_everywhere(self, account_id: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.account_id == account_id))

    async def sign_out_one(self, account_id: str, session: str) -> None:
        """Ends one of one's own sessions; somebody else's is left alone."""
        async with self.database.write() as connection:
            ours = sa.and_(sessions.c.id == session, sessions.c.account_id == account_id)
            await connection.execute(sa.delete(sessions).where(ours))

    # -- Sessions --------------------------------------------------------------------------------------------------

    async def session(self, token: str) -> SignedIn | None:
        """Who holds this token, if its session lives.  Being asked keeps it from going idle."""
        if not token:
            return None
        found = sa.select(*_COLUMNS).select_from(_JOINED).where(sessions.c.id == session_id(token), self._living())
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        if row is None:
            return None
        signed_in = SignedIn(**row._mapping)
        if self.clock() - signed_in.seen_at >= SEEN_EVERY:
            await self._seen(signed_in.session_id)
        return signed_in

    async def sessions_of(self, account_id: str) -> tuple[SignedIn, ...]:
        """The living sessions of one account, the newest first."""
        found = (
            sa.select(*_COLUMNS)
            .select_from(_JOINED)
            .where(sessions.c.account_id == account_id, self._living())
            .order_by(sessions.c.created_at.desc(), sessions.c.id)
        )
        async with self.database.read() as connection:
            return tuple(SignedIn(**row._mapping) for row in await connection.execute(found))

    async def of_person(self, person_id: str) -> Holder | None:
        """None where he has no account."""
        joined = accounts.join(people, accounts.c.person_id == people.c.id)
        found = sa.select(accounts.c.username, people.c.name).select_from(joined)
        async with self.database.read() as connection:
            row = (await connection.execute(found.where(accounts.c.person_id == person_id))).first()
        return Holder(row.username, row.name) if row else None

    async def alive(self, session_ids: Collection[str]) -> frozenset[str]:
        """Which of these sessions still live; asked every two seconds for all open sockets at once."""
        if not session_ids:
            return frozenset()
        joined = sessions.join(accounts, sessions.c.account_id == accounts.c.id)
        found = sa.select(sessions.c.id).select_from(joined).where(sessions.c.id.in_(session_ids), self._living())
        async with self.database.read() as connection:
            return frozenset(await connection.scalars(found))

    async def sweep(self) -> int:
        """Deletes the sessions that ended by themselves, how many; and disables the accounts that nobody uses."""
        at = self.clock()
        ended = sa.or_(sessions.c.expires_at <= at, sessions.c.seen_at <= at - self._idle)
        async with self.database.write() as connection:
            await disable_idle(connection, at, self.numbers.idle_account_days)
            return (await connection.execute(sa.delete(sessions).where(ended))).rowcount

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
            return await self.open_session(connection, by.account_id, device)

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
            if hashed != UNUSABLE and await self._verified(hashed, password):
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
        if len(password) < self.least(second_factor):
            raise Unfit("A password has at least {least} characters.", least=self.least(second_factor))
        if len(password) > PASSWORD_CHARACTERS:
            raise Unfit("A password has at most {most} characters.", most=PASSWORD_CHARACTERS)
        if fold(username) in password.casefold():
            raise Unfit("A password must not contain the username.")
        if len(set(password)) < 5:
            raise Unfit("A password needs more different characters.")

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
        hashed, allowed = (found.password_hash or self._dummy, found.allowed) if found else (self._dummy, False)
        right = await self._verified(hashed, password)
        if found is None or not (right and allowed):
            return None
        values: dict[str, object] = {} if found.factor else {"failed": 0, "locked_until": None}
        if self._hasher.check_needs_rehash(hashed):
            values["password_hash"] = await self.hashed(password)
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

    async def _verified(self, hashed: str, password: str) -> bool:
        if len(password) > PASSWORD_CHARACTERS:
            hashed, password = self._dummy, ""
        return await asyncio.get_running_loop().run_in_executor(HASHING, self._matches, hashed, password)

    def _matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            return False

    async def hashed(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(HASHING, self._hasher.hash, password)

    async def open_session(self, connection: AsyncConnection, account_id: str, device: str, old_token: str = "") -> str:
        """The token of a new session; the one of `old_token` ends."""
        await connection.execute(sa.delete(sessions).where(sessions.c.id == session_id(old_token)))
        token, at = secrets.token_urlsafe(TOKEN_BYTES), self.clock()
        row = {
            "id": session_id(token),
            "account_id": account_id,
            "created_at": at,
            "seen_at": at,
            "expires_at": at + timedelta(days=self._policy.session_days),
            "device": device[:200],
            "csrf_secret": secrets.token_urlsafe(TOKEN_BYTES),
        }
        await connection.execute(sa.insert(sessions).values(row))
        await connection.execute(_of(account_id).values(signed_in_at=at))
        return token

    async def _seen(self, session: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(sa.update(sessions).where(sessions.c.id == session).values(seen_at=self.clock()))

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self._policy.session_idle_minutes)

    def _living(self) -> sa.ColumnElement[bool]:
        at = self.clock()
        fresh = sa.and_(sessions.c.expires_at > at, sessions.c.seen_at > at - self._idle)
        return sa.and_(fresh, accounts.c.disabled == sa.false())


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    person_id: str
    password_hash: str
    allowed: bool
    factor: str  # sealed; "" = none
    factor_step: int


def _of(account_id: str) -> sa.Update:
    return sa.update(accounts).where(accounts.c.id == account_id)
