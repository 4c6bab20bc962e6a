"""Party groups of a cell, their members and their elected leaders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, party_groups, posts

from .people import on

LEADER = "group_leader"


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    members: tuple[str, ...]
    leader: str  # "" = none elected


async def of_cell(connection: AsyncConnection, unit_id: str, day: date) -> tuple[Group, ...]:
    """The cell's groups on that day, by name.  Its leader is the member who holds that post in the cell."""
    named = sa.select(party_groups).where(party_groups.c.unit_id == unit_id).order_by(party_groups.c.name)
    rows = (await connection.execute(named)).all()
    leaders = sa.select(posts.c.person_id).where(posts.c.unit_id == unit_id, posts.c.post == LEADER, on(posts, day))
    elected = frozenset(await connection.scalars(leaders))
    return tuple([await _group(connection, row.id, row.name, elected, day) for row in rows])


async def _group(connection: AsyncConnection, group_id: str, name: str, elected: frozenset[str], day: date) -> Group:
    found = sa.select(group_members.c.person_id).where(group_members.c.group_id == group_id, on(group_members, day))
    members = tuple(await connection.scalars(found.order_by(group_members.c.person_id)))
    return Group(group_id, name, members, next((member for member in members if member in elected), ""))


async def add(
    connection: AsyncConnection, group_id: str, unit_id: str, name: str, members: Sequence[str], since: date
) -> None:
    await connection.execute(sa.insert(party_groups).values(id=group_id, unit_id=unit_id, name=name))
    rows = [{"group_id": group_id, "person_id": member, "since": since} for member in members]
    if rows:
        await connection.execute(sa.insert(group_members), rows)
