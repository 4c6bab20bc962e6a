"""Accounts that nobody uses are disabled after the rulebook's days (QCVN 12:2026/BCA)."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import accounts, changes, people, sessions

IDLE = "idle"  # in place of a reason


def used_at(row: Any) -> datetime:
    """When the account of this row was last of use: a sign-in, or since it is there or enabled again."""
    moments: tuple[datetime | None, ...] = (row.created_at, row.signed_in_at, row.enabled_at)
    return max(moment for moment in moments if moment is not None)


def idle_since(moment: datetime) -> sa.ColumnElement[bool]:
    """The accounts not used since."""
    a = accounts.c
    signed_in = sa.or_(a.signed_in_at.is_(None), a.signed_in_at < moment)
    return sa.and_(a.created_at < moment, signed_in, sa.or_(a.enabled_at.is_(None), a.enabled_at < moment))


async def disable_idle(connection: AsyncConnection, at: datetime, days: int) -> None:
    """Each leaves a trace at the unit of whose account it is; sessions, if there are any, end."""
    joined = accounts.join(people, accounts.c.person_id == people.c.id)
    idle = sa.select(accounts.c.id, people.c.id.label("person"), people.c.unit_id).select_from(joined)
    idle = idle.where(accounts.c.disabled == sa.false(), idle_since(at - timedelta(days=days)))
    found = (await connection.execute(idle)).all()
    for row in found:
        values = {"disabled": True, "disabled_why": IDLE}
        await connection.execute(sa.update(accounts).where(accounts.c.id == row.id).values(values))
        await connection.execute(sa.delete(sessions).where(sessions.c.account_id == row.id))
        line = {"at": at, "by": "", "unit_id": row.unit_id, "person_id": row.person, "what": "account_idle"}
        await connection.execute(sa.insert(changes).values(**line, facts={"days": str(days)}))
