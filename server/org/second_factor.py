"""Setting up and turning off the second factor of one's own account."""

from datetime import datetime

import sqlalchemy as sa

from server.records.tables import accounts as table

from . import factor, people, slips
from .accounts import Accounts
from .passwords import Unfit
from .sessions import SignedIn
from .slips import Printed
from .trail import Hand, note


async def turn_on(accounts: Accounts, by: SignedIn, password: str, secret: bytes, code: str) -> Printed:
    """The slip for the day the phone is lost; an earlier factor, and its slip, are no more.  Raises Unfit."""
    at = accounts.clock()
    step = factor.step_of(secret, "".join(code.split()), at, 0)
    if step is None:
        raise Unfit("The code is not right. Please type the six digits that the app shows now.")
    await accounts.prove(by, password)
    async with accounts.database.write() as connection:
        kept = {"factor": factor.sealed(accounts.key, secret), "factor_step": step}
        await connection.execute(sa.update(table).where(table.c.id == by.account_id).values(kept))
        entry, hand = await people.entry(connection, by.person_id), _hand(accounts, by, at)
        assert entry is not None  # an account is somebody's
        await note(connection, hand, entry.home.id, "factor_on", entry.id)
        return await slips.issue(connection, hand, accounts.key, entry, slips.FACTOR, slips.LONG)


async def turn_off(accounts: Accounts, by: SignedIn, password: str) -> None:
    """Only with a password that is long enough to stand alone.  Raises Unfit."""
    await accounts.prove(by, password)
    accounts.fit(by.username, password)
    at = accounts.clock()
    async with accounts.database.write() as connection:
        await connection.execute(sa.update(table).where(table.c.id == by.account_id).values(factor="", factor_step=0))
        entry, hand = await people.entry(connection, by.person_id), _hand(accounts, by, at)
        assert entry is not None
        await slips.void(connection, entry.id, slips.FACTOR, at)
        await note(connection, hand, entry.home.id, "factor_off", entry.id)


def _hand(accounts: Accounts, by: SignedIn, at: datetime) -> Hand:
    return Hand(by.person_id, at, accounts.today)
