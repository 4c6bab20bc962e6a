"""The accounts of the demonstration in every state: invitations, a reset, one disabled, one idle; and a review."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import account_keeping, account_list, people, tree
from server.org.account_list import Looked
from server.org.accounts import Accounts
from server.org.idle import IDLE
from server.org.security import numbers
from server.org.trail import Hand
from server.records.tables import accounts as table

WARD, CELL, KEEPER, ADMINISTRATOR = "demo-xa-2", "demo-cell-4", "demo-bithu-4", "demo-quantri"
MEMBERS = (  # id, name, born, username; "" = without an account
    ("demo-yen", "Tạ Thị Yến", 1959, "tathiyen"),
    ("demo-binh", "Ngô Văn Bính", 1952, "ngovanbinh"),
    ("demo-thuan", "Lưu Thị Thuận", 1948, "luuthithuan"),
    ("demo-ket", "Đào Văn Kết", 1946, ""),
    ("demo-nhu", "Phạm Thị Như", 1955, ""),
    ("demo-tru", "Bùi Xuân Trụ", 1961, ""),
)
MOVED = "Chuyển sinh hoạt đảng sang tỉnh khác"


async def seed_accounts(connection: AsyncConnection, accounts: Accounts, hashed: str, today: date, since: date) -> None:
    """Nobody knows the codes of these slips: whoever wants to try one prints it anew."""
    at = datetime.combine(today, time(2), UTC)
    for person, name, born, username in MEMBERS:
        await people.add(connection, person, CELL, name, born)
        await people.give_status(connection, person, "official", since)
        if username:
            await connection.execute(sa.insert(table).values(accounts.row(person, person, username, hashed)))
    await _step(connection, at, today, ("demo-ket", "demo-nhu", "demo-thuan"), "slip")
    await _step(connection, at, today, ("demo-yen",), "disable")
    idle = {"disabled": True, "disabled_why": IDLE, "signed_in_at": at - timedelta(days=60)}
    await connection.execute(sa.update(table).where(table.c.id == "demo-binh").values(idle))
    earlier = Hand(ADMINISTRATOR, at - timedelta(days=110), today - timedelta(days=110))
    ward = await tree.unit(connection, WARD)
    assert ward
    counts = dict.fromkeys(account_list.STATES, 0) | {"active": 6}
    await account_keeping.review(connection, earlier, ward, "Đủ, đúng người dùng.", counts)


async def _step(connection: AsyncConnection, at: datetime, today: date, of: Sequence[str], step: str) -> None:
    hand, look, key = Hand(KEEPER, at, today), Looked(today, at, numbers(today)), secrets.token_bytes(32)
    for person in of:
        line = await account_list.line(connection, person, look)
        assert line
        if step == "slip":
            await account_keeping.slip(connection, hand, key, line, look.numbers)
        else:
            await account_keeping.disable(connection, hand, line, MOVED)


async def keep_alive(connection: AsyncConnection, at: datetime) -> None:
    """A demonstration that rested for months is played again: its accounts count as used, its passwords as new."""
    ours = table.c.id.startswith("demo-", autoescape=True)
    rested = sa.or_(table.c.disabled == sa.false(), table.c.disabled_why == IDLE)
    again = {"disabled": False, "disabled_why": "", "enabled_at": at, "password_set_at": at}
    await connection.execute(sa.update(table).where(ours, rested, table.c.id != "demo-binh").values(again))
