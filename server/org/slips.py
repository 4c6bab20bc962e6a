"""Codes on paper: to take up an account, to set a new password, to sign in without the second factor.

Sixteen digits (53 bits), which every keyboard types alike; good once, for the rulebook's days, and only the latest of
its kind.  Only the code's mark is kept (org.factor): the code itself stands on the paper and nowhere else.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import people, slips, units

from . import factor
from .people import Entry
from .trail import Hand, note
from .tree import Unit

DIGITS = 16
JOIN, RESET, FACTOR = "join", "reset", "factor"
LONG = timedelta(days=3650)  # the slip of a second factor lies in a drawer until the phone is lost
_NOTED = {JOIN: "account_invited", RESET: "account_reset"}


@dataclass(frozen=True, slots=True)
class Slip:
    """A code that is good at this moment."""

    id: str
    kind: str  # JOIN | RESET | FACTOR
    person_id: str
    name: str
    unit: Unit
    made_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Printed:
    """A slip as it is handed over: the one moment at which the code is known."""

    person_id: str
    name: str
    unit: str
    kind: str
    code: str
    expires_at: datetime


def spaced(code: str) -> str:
    """1234 5678 9012 3456"""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def bare(typed: str) -> str:
    """The digits of what was typed or scanned; "" where they are no code."""
    digits = "".join(str(int(mark)) for mark in typed[:100] if mark.isdecimal())
    return digits if len(digits) == DIGITS else ""


async def issue(connection: AsyncConnection, hand: Hand, key: bytes, to: Entry, kind: str, lasts: timedelta) -> Printed:
    """A new slip; the earlier ones of its kind are void from now on."""
    await void(connection, to.id, kind, hand.at, "replaced")
    code, expires = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", hand.at + lasts
    row = {"id": secrets.token_hex(16), "person_id": to.id, "kind": kind, "code_hash": factor.marked(key, code)}
    made = {"made_at": hand.at, "made_by": hand.by, "expires_at": expires}
    await connection.execute(sa.insert(slips).values(row | made))
    if kind in _NOTED:
        await note(connection, hand, to.home.id, _NOTED[kind], to.id)
    return Printed(to.id, to.name, to.home.name, kind, code, expires)


async def find(connection: AsyncConnection, key: bytes, code: str, at: datetime) -> Slip | None:
    """The slip of this code, if it is good at that moment; not those of second factors, which are asked elsewhere."""
    joined = slips.join(people, slips.c.person_id == people.c.id).join(units, people.c.unit_id == units.c.id)
    u = units.c
    home = (u.id.label("unit_id"), u.kind.label("unit_kind"), u.name.label("unit_name"), u.path)
    found = sa.select(slips, people.c.name, *home).select_from(joined)
    good = (slips.c.code_hash == factor.marked(key, code), slips.c.kind != FACTOR, alive(at))
    row = (await connection.execute(found.where(*good))).first()
    if row is None:
        return None
    at_home = Unit(row.unit_id, row.unit_kind, row.unit_name, row.path)
    return Slip(row.id, row.kind, row.person_id, row.name, at_home, row.made_by, row.expires_at)


def alive(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(slips.c.ended_at.is_(None), slips.c.expires_at > at)


async def spend(connection: AsyncConnection, slip: Slip, at: datetime) -> bool:
    """Uses it; False where somebody else was quicker."""
    fence = sa.update(slips).where(slips.c.id == slip.id, alive(at))
    return (await connection.execute(fence.values(ended_at=at, ended="used"))).rowcount == 1


async def revoke(connection: AsyncConnection, hand: Hand, of: Entry) -> bool:
    """Every open slip of this person is void; whether there was one."""
    ended = sum([await void(connection, of.id, kind, hand.at) for kind in (JOIN, RESET)])
    if ended:
        await note(connection, hand, of.home.id, "slip_revoked", of.id)
    return ended > 0


async def void(connection: AsyncConnection, person_id: str, kind: str, at: datetime, how: str = "revoked") -> int:
    """His open slips of that kind are good no more; how many there were."""
    theirs = sa.update(slips).where(slips.c.person_id == person_id, slips.c.kind == kind, slips.c.ended_at.is_(None))
    return (await connection.execute(theirs.values(ended_at=at, ended=how))).rowcount
