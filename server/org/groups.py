"""Party groups of a cell, their members and their elected leaders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, meetings, party_groups, posts

from . import names, people, trail
from .people import end, on
from .refusal import Refused
from .trail import Hand
from .tree import Unit, new_id

LEADER, DEPUTY = "group_leader", "deputy_group_leader"


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    name: str
    members: tuple[str, ...]
    leader: str  # "" = none elected
    deputy: str = ""


async def of_cell(connection: AsyncConnection, unit_id: str, day: date) -> tuple[Group, ...]:
    """The cell's groups on that day, by name.  Leader and deputy are the members who hold these posts in the cell."""
    alive = sa.or_(party_groups.c.ended.is_(None), party_groups.c.ended > day)
    named = sa.select(party_groups).where(party_groups.c.unit_id == unit_id, alive).order_by(party_groups.c.name)
    rows = (await connection.execute(named)).all()
    ids = [row.id for row in rows]
    joined = sa.select(group_members).where(group_members.c.group_id.in_(ids), on(group_members, day))
    members: dict[str, list[str]] = {each: [] for each in ids}
    for row in await connection.execute(joined.order_by(group_members.c.person_id)):
        members[row.group_id].append(row.person_id)
    leading = sa.select(posts).where(posts.c.unit_id == unit_id, posts.c.post.in_((LEADER, DEPUTY)), on(posts, day))
    elected = {(row.person_id, row.post) for row in await connection.execute(leading)}
    return tuple(_group(row.id, row.name, tuple(members[row.id]), elected) for row in rows)


def _group(group_id: str, name: str, members: tuple[str, ...], elected: set[tuple[str, str]]) -> Group:
    leader, deputy = (
        next((member for member in members if (member, post) in elected), "") for post in (LEADER, DEPUTY)
    )
    return Group(group_id, name, members, leader, deputy)


async def add(
    connection: AsyncConnection, group_id: str, unit_id: str, name: str, members: Sequence[str], since: date
) -> None:
    await connection.execute(sa.insert(party_groups).values(id=group_id, unit_id=unit_id, name=name))
    rows = [{"group_id": group_id, "person_id": member, "since": since} for member in members]
    if rows:
        await connection.execute(sa.insert(group_members), rows)


async def one(connection: AsyncConnection, unit_id: str, group_id: str, day: date) -> Group | None:
    """A group of this very cell, on that day."""
    return next((group for group in await of_cell(connection, unit_id, day) if group.id == group_id), None)


async def save(
    connection: AsyncConnection,
    hand: Hand,
    cell: Unit,
    group_id: str,
    name: str,
    members: Sequence[str],
    elected: tuple[str, str],
) -> str:
    """A group as it is from today on: name, members, leader and deputy ("" = none).  "" as id: a new one; its id.

    Who comes from another group of the cell leaves it.  Raises Refused.
    """
    tidy, of_the_cell = (
        names.tidy(name),
        {person.id for person in await people.of_cell(connection, cell.id, hand.today)},
    )
    _fit(tidy, members, elected, of_the_cell)
    if group_id and await one(connection, cell.id, group_id, hand.today) is None:
        raise Refused("gone", "That is no longer there.")
    if not group_id:
        await _between_rounds(connection, cell)
    kept = group_id or new_id()
    if group_id:
        await connection.execute(sa.update(party_groups).where(party_groups.c.id == kept).values(name=tidy))
    else:
        await connection.execute(sa.insert(party_groups).values(id=kept, unit_id=cell.id, name=tidy))
    await _seat(connection, hand, cell, kept, set(members))
    await _elect(connection, hand, cell, kept, set(members), elected)
    await trail.note(connection, hand, cell.id, "group_changed", name=tidy)
    return kept


async def dissolve(connection: AsyncConnection, hand: Hand, cell: Unit, group: Group) -> None:
    """From today on there is no such group; its leader's and deputy's mandates end.  Raises Refused."""
    await _between_rounds(connection, cell)
    mine = group_members.c.group_id == group.id
    await _unelect(connection, hand, cell, set(group.members), {group.leader, group.deputy})
    await end(connection, group_members, mine, hand.today)
    await connection.execute(sa.update(party_groups).where(party_groups.c.id == group.id).values(ended=hand.today))
    await trail.note(connection, hand, cell.id, "group_ended", name=group.name)


async def _between_rounds(connection: AsyncConnection, cell: Unit) -> None:
    """A round has a meeting for each group: until it is over there are no others."""
    part, whole = meetings.alias("part"), meetings.alias("whole")
    joined = part.join(whole, part.c.round_id == whole.c.id)
    ours = sa.and_(whole.c.unit_id == cell.id, whole.c.phase.not_in(("cancelled", "closed")))
    if await connection.scalar(sa.select(sa.func.count()).select_from(joined).where(ours)):
        raise Refused(
            "group", "A round of the groups is planned: groups are formed and dissolved when it is over or cancelled."
        )


def _fit(name: str, members: Sequence[str], elected: tuple[str, str], of_the_cell: set[str]) -> None:
    leader, deputy = elected
    if not 2 <= len(name) <= 200:
        raise Refused("name", "A name has between 2 and 200 characters.")
    if not members or not set(members) <= of_the_cell:
        raise Refused("group", "A group has members, and only members of the cell.")
    if not {leader, deputy} - {""} <= set(members):
        raise Refused("group", "Leader and deputy are members of the group.")
    if leader and leader == deputy:
        raise Refused("group", "Leader and deputy are two different members.")


async def _seat(connection: AsyncConnection, hand: Hand, cell: Unit, group_id: str, wanted: set[str]) -> None:
    """Exactly these are its members from today on."""
    groups = await of_cell(connection, cell.id, hand.today)
    now = {member for group in groups if group.id == group_id for member in group.members}
    come, ours = wanted - now, sa.select(party_groups.c.id).where(party_groups.c.unit_id == cell.id)
    left = sa.and_(group_members.c.group_id == group_id, group_members.c.person_id.in_(now - wanted))
    elsewhere = sa.and_(group_members.c.group_id.in_(ours), group_members.c.person_id.in_(come))
    for where in (left, elsewhere):
        await end(connection, group_members, where, hand.today)
    await _unelect(connection, hand, cell, come | (now - wanted), set())
    if come:
        rows = [{"group_id": group_id, "person_id": person, "since": hand.today} for person in sorted(come)]
        await connection.execute(sa.insert(group_members), rows)


async def _elect(
    connection: AsyncConnection, hand: Hand, cell: Unit, group_id: str, members: set[str], elected: tuple[str, str]
) -> None:
    group = await one(connection, cell.id, group_id, hand.today)
    before = (group.leader, group.deputy) if group else ("", "")
    for post, old, new in zip((LEADER, DEPUTY), before, elected, strict=True):
        if old == new:
            continue
        mine = sa.and_(posts.c.unit_id == cell.id, posts.c.post == post, posts.c.person_id.in_(members))
        await end(connection, posts, mine, hand.today)
        if new:
            await people.give_post(connection, new, cell.id, post, hand.today)


async def _unelect(connection: AsyncConnection, hand: Hand, cell: Unit, gone: set[str], also: set[str]) -> None:
    """Who leaves a group leads it no longer."""
    mine = sa.and_(posts.c.unit_id == cell.id, posts.c.post.in_((LEADER, DEPUTY)), posts.c.person_id.in_(gone | also))
    await end(connection, posts, mine, hand.today)
