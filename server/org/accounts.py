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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.database import Database
from server.records.tables import accounts, people, sessions

# Argon2id, 46 MiB, one pass, one lane: the first of the OWASP Password Storage Cheat Sheet's equal choices.  One lane,
# so that a sign-in never takes a second core from a meeting; two at a time, so that a crowd takes 92 MiB and no more.
HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1, hash_len=32, salt_len=16)
HASHING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

TOKEN_BYTES = 32  # 256 bits
PASSWORD_CHARACTERS = 256  # more is not hashed: it would only cost us time
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # locked until an administrator unlocks
SEEN_EVERY = timedelta(minutes=1)  # a session's last sight is written no oftener
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


@dataclass(frozen=True, slots=True)
class Cautious:
    """The policy where nobody set one (QCVN 12:2026/BCA)."""

    session_idle_minutes: int = 12 * 60
    session_days: int = 7
    lock_after: int = 5
    lock_hours: int = 12
    password_length: int = 14


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


class Unfit(Exception):
    """A new password is refused.  `why` is the English key of the sentence, `facts` fill its {placeholders}."""

    def __init__(self, why: str, **facts: str | int) -> None:
        super().__init__(why.format(**facts))
        self.why, self.facts = why, facts


def fold(username: str) -> str:
    """The one spelling under which a username is kept."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


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
)
_JOINED = sessions.join(accounts, sessions.c.account_id == accounts.c.id).join(
    people, accounts.c.person_id == people.c.id
)


class Accounts:
    """Everything about signing in.  `clock` gives UTC; `pause` waits so many seconds."""

    def __init__(
        self,
        database: Database,
        policy: Policy | None = None,
        clock: Callable[[], datetime] = now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        hasher: PasswordHasher = HASHER,
    ) -> None:
        self._database, self._clock, self._pause, self._hasher = database, clock, pause, hasher
        self._policy = policy or Cautious()
        self._dummy = hasher.hash(secrets.token_urlsafe())  # verified against where there is no account

    # -- Signing in and out ----------------------------------------------------------------------------------------

    async def sign_in(self, username: str, password: str, device: str = "", old_token: str = "") -> str | None:
        """The token of a new session, or None: wrong, unknown, locked and disabled are all alike.

        The session of `old_token`, if there is one, ends in the same transaction: a session is never carried through a
        sign-in.
        """
        began = time.monotonic()
        account_id = await self._proven(fold(username), password)
        if account_id is None:
            await self._pause(STEP - (time.monotonic() - began) % STEP)
            return None
        async with self._database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.id == session_id(old_token)))
            return await self._new_session(connection, account_id, device)

    async def sign_out(self, session: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.id == session))

    async def sign_out_everywhere(self, account_id: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.account_id == account_id))

    async def sign_out_one(self, account_id: str, session: str) -> None:
        """Ends one of one's own sessions; somebody else's is left alone."""
        async with self._database.write() as connection:
            ours = sa.and_(sessions.c.id == session, sessions.c.account_id == account_id)
            await connection.execute(sa.delete(sessions).where(ours))

    # -- Sessions --------------------------------------------------------------------------------------------------

    async def session(self, token: str) -> SignedIn | None:
        """Who holds this token, if its session lives.  Being asked keeps it from going idle."""
        if not token:
            return None
        found = sa.select(*_COLUMNS).select_from(_JOINED).where(sessions.c.id == session_id(token), self._living())
        async with self._database.read() as connection:
            row = (await connection.execute(found)).first()
        if row is None:
            return None
        signed_in = SignedIn(**row._mapping)
        if self._clock() - signed_in.seen_at >= SEEN_EVERY:
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
        async with self._database.read() as connection:
            return tuple(SignedIn(**row._mapping) for row in await connection.execute(found))

    async def alive(self, session_ids: Collection[str]) -> frozenset[str]:
        """Which of these sessions still live; asked every two seconds for all open sockets at once."""
        if not session_ids:
            return frozenset()
        joined = sessions.join(accounts, sessions.c.account_id == accounts.c.id)
        found = sa.select(sessions.c.id).select_from(joined).where(sessions.c.id.in_(session_ids), self._living())
        async with self._database.read() as connection:
            return frozenset(await connection.scalars(found))

    async def sweep(self) -> int:
        """Deletes the sessions that ended by themselves; how many."""
        at = self._clock()
        ended = sa.or_(sessions.c.expires_at <= at, sessions.c.seen_at <= at - self._idle)
        async with self._database.write() as connection:
            return (await connection.execute(sa.delete(sessions).where(ended))).rowcount

    # -- Passwords and locks ---------------------------------------------------------------------------------------

    async def create(self, account_id: str, person_id: str, username: str, password: str) -> None:
        """A new account.  Raises Unfit; sqlalchemy's IntegrityError where the name or the person has one already."""
        self.fit(username, password)
        hashed = await self._hashed(password)
        async with self._database.write() as connection:
            await connection.execute(sa.insert(accounts).values(**self.row(account_id, person_id, username, hashed)))

    async def change_password(self, by: SignedIn, old: str, new: str, device: str = "") -> str:
        """The token of a new session; every other session of the account ends.  Raises Unfit.

        A wrong old password counts as a wrong try at signing in: a stolen session must not be a way to guess it.
        """
        self.fit(by.username, new)
        if await self._proven(by.username, old) is None:
            raise Unfit("The present password is not right.")
        if secrets.compare_digest(old, new):
            raise Unfit("The new password must differ from the present one.")
        hashed = await self._hashed(new)
        async with self._database.write() as connection:
            ours = accounts.c.id == by.account_id
            await connection.execute(sa.update(accounts).where(ours).values(password_hash=hashed))
            await connection.execute(sa.delete(sessions).where(sessions.c.account_id == by.account_id))
            return await self._new_session(connection, by.account_id, device)

    async def unlock(self, username: str) -> bool:
        """By an administrator.  False where there is no such account."""
        theirs = sa.update(accounts).where(accounts.c.username == fold(username))
        async with self._database.write() as connection:
            return (await connection.execute(theirs.values(failed=0, locked_until=None))).rowcount == 1

    def fit(self, username: str, password: str) -> None:
        """Raises Unfit unless the password may be set."""
        if len(password) < self._policy.password_length:
            raise Unfit("A password has at least {least} characters.", least=self._policy.password_length)
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
            "created_at": self._clock(),
        }

    # -- Inside ----------------------------------------------------------------------------------------------------

    async def _proven(self, username: str, password: str) -> str | None:
        """The account whose password this is, unless it is locked or disabled.

        The try is counted before the password is looked at, so that a hundred tries at once are a hundred tries; then
        one hash is verified, whoever asks for whomever.
        """
        found = await self._counted(username)
        hashed, allowed = (found.password_hash, found.allowed) if found else (self._dummy, False)
        right = await self._verified(hashed, password)
        if found is None or not (right and allowed):
            return None
        values: dict[str, object] = {"failed": 0, "locked_until": None}
        if self._hasher.check_needs_rehash(hashed):
            values["password_hash"] = await self._hashed(password)
        async with self._database.write() as connection:
            await connection.execute(sa.update(accounts).where(accounts.c.id == found.id).values(values))
        return found.id

    async def _counted(self, username: str) -> "_Found | None":
        at = self._clock()
        async with self._database.write() as connection:
            asked = sa.select(accounts).where(accounts.c.username == username).with_for_update()
            row = (await connection.execute(asked)).first()
            if row is None:
                return None
            locked = row.locked_until is not None and row.locked_until > at
            failed = 1 if row.locked_until is not None else row.failed + 1  # a lock that ended begins the count anew
            if not locked:
                values = {
                    "failed": failed,
                    "locked_until": self._lock(at) if failed >= self._policy.lock_after else None,
                }
                await connection.execute(sa.update(accounts).where(accounts.c.id == row.id).values(values))
            return _Found(row.id, row.password_hash, not locked and not row.disabled)

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

    async def _hashed(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(HASHING, self._hasher.hash, password)

    async def _new_session(self, connection: AsyncConnection, account_id: str, device: str) -> str:
        token, at = secrets.token_urlsafe(TOKEN_BYTES), self._clock()
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
        return token

    async def _seen(self, session: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.update(sessions).where(sessions.c.id == session).values(seen_at=self._clock()))

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self._policy.session_idle_minutes)

    def _living(self) -> sa.ColumnElement[bool]:
        at = self._clock()
        fresh = sa.and_(sessions.c.expires_at > at, sessions.c.seen_at > at - self._idle)
        return sa.and_(fresh, accounts.c.disabled == sa.false())


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    password_hash: str
    allowed: bool
