"""Taking up an account, or setting a new password, with a slip; and proposing what to call oneself."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import accounts as table

from . import names, slips
from .accounts import Accounts
from .passwords import Unfit, spellings
from .slips import JOIN, Slip
from .trail import Hand, note

TAKEN = "This username is taken. Please choose another."
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
# Short, without marks, each spelt as it is spoken: what a phone cannot mistake.
_SPOKEN = (
    "an ba banh ben bien binh bong bua cam canh cau chanh chao chim chuoi co cua da dao dat de den dong dua dung "
    "em ga gao ghe gio gach go hoa hai hang hat hen hong hue keo khoai kim la lam lan le len lua luoi mai mam man "
    "mat may me mien mo mua muoi nam nang nem nghe ngo nhan nho nui nong non oi ong oc pho phu qua que quat "
    "rau reo ren rung ruong san sao sau sen song son su suoi tam tao tay thac than thom thu thuyen tinh tre trang "
    "trau tu tuoi uom vai vang ve viet vinh voi vuon xa xanh xe xoai xuan xuong yen"
)
SYLLABLES = _SPOKEN.split()


@dataclass(frozen=True, slots=True)
class Invited:
    """Who holds this slip, and the name he signs in with: proposed, or his already where he has an account."""

    slip: Slip
    username: str
    account_id: str = ""  # "" = he has none yet
    second_factor: bool = False


class Spent(Exception):
    """The code is wrong, was used, was replaced, or is too old: nobody is told which."""


async def look(accounts: Accounts, code: str) -> Invited:
    """Raises Spent."""
    async with accounts.database.read() as connection:
        slip = await slips.find(connection, accounts.key, slips.bare(code), accounts.clock())
        if slip is None:
            raise Spent
        row = await _account(connection, slip.person_id)
        if (row is None) != (slip.kind == JOIN) or (row is not None and row.disabled):
            raise Spent
        if row is None:
            return Invited(slip, await proposed(connection, slip.name))
        return Invited(slip, row.username, row.id, bool(row.factor))


async def join(accounts: Accounts, code: str, username: str, password: str, device: str, old_token: str = "") -> str:
    """The token of his first session, all in one transaction.  Raises Spent, Unfit."""
    found = await look(accounts, code)
    name = found.username if found.account_id else chosen(username)
    accounts.fit(name, password, found.second_factor)
    if found.account_id:
        await accounts.fresh(found.account_id, found.slip.person_id, password)
    try:
        return await _taken_up(accounts, found, name, await accounts.hashed(password), device, old_token)
    except IntegrityError:  # of two who chose the same name at once
        raise Unfit(TAKEN) from None


async def _taken_up(accounts: Accounts, found: Invited, name: str, hashed: str, device: str, old_token: str) -> str:
    at = accounts.clock()
    async with accounts.database.write() as connection:
        if not await slips.spend(connection, found.slip, at):
            raise Spent
        account_id = await _kept(connection, accounts, found, name, hashed)
        person, word = found.slip.person_id, "account_renewed" if found.account_id else "account_joined"
        await note(connection, Hand(person, at, accounts.today), found.slip.unit.id, word, person)
        return await accounts.sessions.open(connection, account_id, device, old_token)


async def _kept(connection: AsyncConnection, accounts: Accounts, found: Invited, name: str, hashed: str) -> str:
    """The id of the account, which has the new password.  Raises Unfit."""
    if found.account_id:
        await accounts.set_password(connection, found.account_id, hashed)
        unlocked = sa.update(table).where(table.c.id == found.account_id)
        await connection.execute(unlocked.values(failed=0, locked_until=None))
        return found.account_id
    if await connection.scalar(sa.select(table.c.id).where(table.c.username == name)):
        raise Unfit(TAKEN)
    account_id = secrets.token_hex(16)
    row = accounts.row(account_id, found.slip.person_id, name, hashed)
    await connection.execute(sa.insert(table).values(row))
    return account_id


def chosen(username: str) -> str:
    """The username as it is kept.  Raises Unfit."""
    plain = spellings(username)[1]
    if not USERNAME.fullmatch(plain):
        raise Unfit("A username has 3 to 40 letters without marks, digits, points or hyphens.")
    return plain


async def proposed(connection: AsyncConnection, name: str) -> str:
    """His own name without marks, with the first number that makes it free."""
    plain = re.sub(r"[^a-z0-9]", "", names.fold(name))[:30]
    plain = plain if len(plain) >= 3 else f"dongchi{plain}"
    likely = [plain, *(f"{plain}{number}" for number in range(2, 100))]
    taken = set(await connection.scalars(sa.select(table.c.username).where(table.c.username.in_(likely))))
    return next((each for each in likely if each not in taken), f"{plain}{secrets.randbelow(10**6):06}")


def phrase() -> str:
    """A password one can write down and type: five syllables and three digits (44 bits; an account locks after 5)."""
    return "-".join([*(secrets.choice(SYLLABLES) for _ in range(5)), f"{secrets.randbelow(1000):03}"])


async def _account(connection: AsyncConnection, person_id: str) -> Any:
    """Its row, or None."""
    found = sa.select(table.c.id, table.c.username, table.c.disabled, table.c.factor)
    return (await connection.execute(found.where(table.c.person_id == person_id))).first()
