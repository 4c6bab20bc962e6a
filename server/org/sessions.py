"""Sessions: who is signed in on which device, and until when.  The token itself is kept nowhere."""

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.database import Database
from server.records.tables import accounts, people, sessions

from .security import Policy

TOKEN_BYTES = 32  # 256 bits
SEEN_EVERY = timedelta(minutes=1)  # a session's last sight is written no oftener


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


def session_id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


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


class Sessions:
    """The living sessions of all accounts.  `clock` gives UTC."""

    def __init__(self, database: Database, policy: Policy, clock: Callable[[], datetime]) -> None:
        self._database, self._policy, self._clock = database, policy, clock

    async def open(self, connection: AsyncConnection, account_id: str, device: str, old_token: str = "") -> str:
        """The token of a new session; the one of `old_token` ends."""
        await connection.execute(sa.delete(sessions).where(sessions.c.id == session_id(old_token)))
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
        theirs = sa.update(accounts).where(accounts.c.id == account_id)
        await connection.execute(theirs.values(signed_in_at=at))
        return token

    async def end(self, session: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.id == session))

    async def end_all(self, account_id: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.delete(sessions).where(sessions.c.account_id == account_id))

    async def end_one(self, account_id: str, session: str) -> None:
        """Ends one of one's own sessions; somebody else's is left alone."""
        async with self._database.write() as connection:
            ours = sa.and_(sessions.c.id == session, sessions.c.account_id == account_id)
            await connection.execute(sa.delete(sessions).where(ours))

    async def of(self, token: str) -> SignedIn | None:
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

    async def of_account(self, account_id: str) -> tuple[SignedIn, ...]:
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

    async def sweep(self, connection: AsyncConnection) -> int:
        """Deletes the sessions that ended by themselves; how many."""
        at = self._clock()
        ended = sa.or_(sessions.c.expires_at <= at, sessions.c.seen_at <= at - self._idle)
        return (await connection.execute(sa.delete(sessions).where(ended))).rowcount

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
