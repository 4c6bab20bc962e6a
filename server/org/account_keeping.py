"""What the keeper of accounts does: slips, resets, disabling and enabling, and the review of the list.

Whether he may is asked before, by access.keeps; here is what may be done at all.  Each step leaves a trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import account_reviews, accounts, old_passwords, people, sessions, units

from . import slips
from .account_list import Line
from .passwords import UNUSABLE
from .refusal import Refused, kept
from .security import Numbers, months_later
from .slips import Printed
from .trail import Hand, note
from .tree import Unit

REASON = 200  # characters


async def slip(connection: AsyncConnection, hand: Hand, key: bytes, of: Line, numbers: Numbers) -> Printed:
    """An invitation for who has no account; for who has one, a new password: the present one opens nothing from now
    on, and every session ends.  Raises Refused.
    """
    if of.state == "disabled":
        raise Refused("account", "The account is disabled. Please enable it first.")
    lasts = timedelta(days=numbers.slip_days)
    if not of.username:
        return await slips.issue(connection, hand, key, of.entry, slips.JOIN, lasts)
    await _close(connection, of.entry.id)
    return await slips.issue(connection, hand, key, of.entry, slips.RESET, lasts)


async def _close(connection: AsyncConnection, person_id: str) -> None:
    """No password opens the account; the one before is kept among the old."""
    theirs = accounts.c.person_id == person_id
    row = (await connection.execute(sa.select(accounts.c.id, accounts.c.password_hash).where(theirs))).one()
    if row.password_hash != UNUSABLE:
        old = {"account_id": row.id, "password_hash": row.password_hash}
        await connection.execute(sa.insert(old_passwords).values(old))
    await connection.execute(sa.update(accounts).where(theirs).values(password_hash=UNUSABLE))
    await connection.execute(sa.delete(sessions).where(sessions.c.account_id == row.id))


async def disable(connection: AsyncConnection, hand: Hand, of: Line, why: str) -> None:
    """Its sessions end within seconds, its open slips are void.  Raises Refused."""
    reason = _reason(why)
    if not of.username or of.state == "disabled":
        raise Refused("account", "There is no account in use that could be disabled.")
    await _set(connection, of, disabled=True, disabled_why=reason)
    ours = sa.select(accounts.c.id).where(accounts.c.person_id == of.entry.id)
    await connection.execute(sa.delete(sessions).where(sessions.c.account_id.in_(ours)))
    await slips.revoke(connection, hand, of.entry)
    await note(connection, hand, of.entry.home.id, "account_disabled", of.entry.id, why=reason)


async def enable(connection: AsyncConnection, hand: Hand, of: Line, why: str) -> None:
    """With the password it had; its idle days are counted from now.  Raises Refused."""
    reason = _reason(why)
    if of.state != "disabled":
        raise Refused("account", "The account is not disabled.")
    await _set(connection, of, disabled=False, disabled_why="", enabled_at=hand.at)
    await note(connection, hand, of.entry.home.id, "account_enabled", of.entry.id, why=reason)


async def unlock(connection: AsyncConnection, hand: Hand, of: Line) -> None:
    """Raises Refused."""
    if of.state != "locked":
        raise Refused("account", "The account is not locked.")
    await _set(connection, of, failed=0, locked_until=None)
    await note(connection, hand, of.entry.home.id, "account_unlocked", of.entry.id)


async def revoke(connection: AsyncConnection, hand: Hand, of: Line) -> None:
    """The open slip is void; whose password was reset then waits for another.  Raises Refused."""
    if not await slips.revoke(connection, hand, of.entry):
        raise Refused("account", "There is no slip that could be made void.")


async def _set(connection: AsyncConnection, of: Line, **values: object) -> None:
    await connection.execute(sa.update(accounts).where(accounts.c.person_id == of.entry.id).values(**values))


def _reason(why: str) -> str:
    reason = kept(why, "account")
    if len(reason) > REASON:
        raise Refused("account", "A text may have at most {most} characters.", most=REASON)
    return reason


# -- The review of the list (QCVN 12:2026/BCA) -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Review:
    """`unit`: of whose sub-tree the whole list was looked through."""

    unit: Unit
    by: str  # the name
    at: datetime
    note: str
    counts: Mapping[str, int]


async def review(connection: AsyncConnection, hand: Hand, of: Unit, words: str, counts: Mapping[str, int]) -> None:
    """Raises Refused."""
    row = {"unit_id": of.id, "by": hand.by, "at": hand.at, "note": kept(words, "account", needed=False)}
    await connection.execute(sa.insert(account_reviews).values(**row, counts=dict(counts)))
    await note(connection, hand, of.id, "accounts_reviewed")


async def reviews(connection: AsyncConnection, of: Unit, limit: int = 8) -> Sequence[Review]:
    """Those that took in this unit, its own and those of units above it; the latest first."""
    r = account_reviews.c
    joined = account_reviews.join(units, r.unit_id == units.c.id).outerjoin(people, r.by == people.c.id)
    unit = (units.c.id.label("unit"), units.c.kind, units.c.name.label("unit_name"), units.c.path)
    found = sa.select(account_reviews, people.c.name.label("by_name"), *unit).select_from(joined)
    rows = await connection.execute(found.where(r.unit_id.in_(of.line)).order_by(r.id.desc()).limit(limit))
    return [
        Review(Unit(row.unit, row.kind, row.unit_name, row.path), row.by_name or "", row.at, row.note, row.counts)
        for row in rows
    ]


def due(reviewed_on: date | None, today: date, numbers: Numbers) -> date:
    """The day from which the list is to be reviewed again; today where it never was."""
    return months_later(reviewed_on, numbers.account_review_months) if reviewed_on else today
