"""Merging cells, and splitting one.  First what would happen, then one transaction.

Members, party groups, the posts of groups and followers, open tasks and meetings still planned go over; rows of the
old cell are closed on the day, never rewritten, so that the old cell reads on as it was, under its old name.  A round
does not go over: it is of these very groups.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, meetings, memberships, party_groups, posts, statuses, units
from server.records.tables import people as people_table

from . import changing, groups, people, tasks, trail, tree
from .changing import Described, no_live_meeting, no_round
from .people import AWAY, end, on
from .pilot import cases
from .refusal import Refused
from .trail import Hand
from .tree import CELL, Unit

LEAST_OFFICIAL = 3  # Điều lệ Đảng 2011, điều 21: a cell has at least three official members
SECRETARY = "cell_secretary"
# What becomes of a post of one of the merged cells; its secretary's is chosen.
_BECOMES: Mapping[str, str] = MappingProxyType(
    {
        SECRETARY: "deputy_secretary",
        "deputy_secretary": "deputy_secretary",
        "committee_member": "committee_member",
        "group_leader": "group_leader",
        "deputy_group_leader": "deputy_group_leader",
        "assigned_follower": "assigned_follower",
    }
)
_COMMITTEE = frozenset({SECRETARY, "deputy_secretary", "committee_member"})


@dataclass(frozen=True, slots=True)
class Wish:
    """`into` is one of `cells`, or None: then a new cell is made.  From `day` on the others are no more."""

    cells: tuple[Unit, ...]
    into: Unit | None
    described: Described  # of the cell that remains; "" as name = it keeps its own
    secretary: str  # a person; "" = the receiving cell's stays
    day: date


@dataclass(frozen=True, slots=True)
class Mandate:
    """A post that goes over."""

    person_id: str
    name: str
    cell: str  # the name of the cell it comes from
    post: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merger would do."""

    name: str  # of the cell that remains
    members: Mapping[str, int]  # cell id → how many are registered or attend there
    groups: tuple[tuple[str, str], ...]  # (cell, group) that go over
    mandates: tuple[Mandate, ...]
    meetings: tuple[str, ...]  # titles of the planned meetings that go over
    official: int  # of the merged cell

    @property
    def total(self) -> int:
        return sum(self.members.values())


async def preview(connection: AsyncConnection, hand: Hand, wish: Wish) -> Preview:
    """Raises Refused, as the merger itself would."""
    await _fit(connection, hand, wish)
    ids = [cell.id for cell in wish.cells]
    everyone = {cell.id: await people.of_cell(connection, cell.id, wish.day) for cell in wish.cells}
    going = [cell for cell in wish.cells if cell != wish.into]
    found = [(cell.name, group.name) for cell in going for group in await groups.of_cell(connection, cell.id, wish.day)]
    mandates = await _mandates(connection, wish)
    official = [await people.official(connection, each, wish.day) for each in ids]
    candidates = {each.id for members in everyone.values() for each in members}
    if wish.secretary and wish.secretary not in candidates:
        raise Refused("post", "Only a member of the cell can hold this post.")
    titles = sa.select(meetings.c.title).where(_planned([cell.id for cell in going], hand))
    return Preview(
        name=_name(wish),
        members={each: len(everyone[each]) for each in ids},
        groups=tuple(found),
        mandates=mandates,
        meetings=tuple(await connection.scalars(titles.order_by(meetings.c.planned_for))),
        official=len(frozenset[str]().union(*official)),
    )


async def merge(connection: AsyncConnection, hand: Hand, wish: Wish) -> Unit:
    """The cell that remains.  Raises Refused."""
    await _hold(connection, wish.cells)
    await preview(connection, hand, wish)
    mandates = await _mandates(connection, wish)
    heir = await _heir(connection, hand, wish)
    for cell in wish.cells:
        if cell.id != heir.id:
            await _carry(connection, cell, heir, None, wish.day)
            await _meetings(connection, hand, cell, heir)
            await tasks.move(connection, cell.id, heir.id)
            await _close(connection, hand, cell, heir, wish.day)
    await _reunite(connection, heir, wish.day)
    await _appoint(connection, wish, heir, mandates)
    return heir


async def split(
    connection: AsyncConnection,
    hand: Hand,
    cell: Unit,
    described: Described,
    members: Sequence[str],
    group_ids: Sequence[str],
    secretary: str,
    day: date,
) -> Unit:
    """A new cell beside this one, of these members and of everyone in these groups.  Raises Refused."""
    changing.is_cell(cell)
    await _hold(connection, [cell])
    await _dated(connection, [cell], hand, day)
    await no_live_meeting(connection, [cell.id])
    await no_round(connection, [cell.id], hand.at)
    here = {each.id: each for each in await people.of_cell(connection, cell.id, day)}
    chosen = {each for each in here if each in members or here[each].group in set(group_ids) - {""}}
    _enough(await people.official(connection, cell.id, day), here, chosen, secretary)
    above = await tree.unit(connection, cell.parent_id)
    if above is None:
        raise Refused("tree", "A unit of this kind cannot stand below that one.")
    made = await changing.enter(connection, hand, above, CELL, Described(described.name, described.code, day))
    await _carry(connection, cell, made, chosen, day)
    await tasks.move(connection, cell.id, made.id, sorted(chosen))
    if secretary:
        await people.give_post(connection, secretary, made.id, SECRETARY, day)
    await trail.note(connection, hand, cell.id, "unit_split", name=made.name, count=len(chosen))
    return made


# -- What must hold --------------------------------------------------------------------------------------------------


async def _fit(connection: AsyncConnection, hand: Hand, wish: Wish) -> None:
    if len({cell.id for cell in wish.cells}) != len(wish.cells) or len(wish.cells) < 2:
        raise Refused("tree", "Please choose at least two cells.")
    if any(cell.kind != CELL for cell in wish.cells):
        raise Refused("tree", "Only cells are merged.")
    if wish.into is None and not wish.described.name.strip():
        raise Refused("name", "A name has between 2 and 200 characters.")
    if wish.described.name.strip():
        await changing.fit(connection, wish.described, hand.today, wish.into.id if wish.into else "")
    await _dated(connection, wish.cells, hand, wish.day)
    await no_live_meeting(connection, [cell.id for cell in wish.cells])
    await no_round(connection, [cell.id for cell in wish.cells], hand.at)


async def _hold(connection: AsyncConnection, cells: Sequence[Unit]) -> None:
    """Against whoever would merge or split one of them now; in one order, so that no two wait for ever."""
    ids = [cell.id for cell in cells]
    await connection.execute(sa.select(units.c.id).where(units.c.id.in_(ids)).order_by(units.c.id).with_for_update())


async def _dated(connection: AsyncConnection, cells: Sequence[Unit], hand: Hand, day: date) -> None:
    """All of them stand, the day is past, and nothing that would have to move began after it.  Raises Refused."""
    ids = [cell.id for cell in cells]
    found = sa.select(units.c.id, units.c.founded, units.c.dissolved).where(units.c.id.in_(ids))
    rows = (await connection.execute(found)).all()
    if len(rows) != len(ids) or any(row.dissolved for row in rows):
        raise Refused("gone", "This unit is no more, or was moved meanwhile.")
    if day > hand.today or any(row.founded and day < row.founded for row in rows):
        raise Refused("dates", "That day cannot be right.")
    for table in (memberships, posts):
        later = sa.select(table.c.id).where(table.c.unit_id.in_(ids), table.c.since > day)
        if await connection.scalar(later.limit(1)):
            raise Refused("dates", "Members or posts were entered for a later day; choose a later one.")


def _enough(official: Collection[str], here: Collection[str], chosen: set[str], secretary: str) -> None:
    if secretary and secretary not in chosen:
        raise Refused("post", "Only a member of the cell can hold this post.")
    for part in (chosen, set(here) - chosen):
        if len(part & set(official)) < LEAST_OFFICIAL:
            raise Refused("least", "Each cell needs at least {least} official members.", least=LEAST_OFFICIAL)


# -- What goes over --------------------------------------------------------------------------------------------------


def _name(wish: Wish) -> str:
    return wish.described.name.strip() or (wish.into.name if wish.into else "")


async def _heir(connection: AsyncConnection, hand: Hand, wish: Wish) -> Unit:
    if wish.into is None:
        above = await tree.unit(connection, wish.cells[0].parent_id)
        if above is None:
            raise Refused("tree", "A unit of this kind cannot stand below that one.")
        new = Described(wish.described.name, wish.described.code, wish.day)
        return await changing.enter(connection, hand, above, CELL, new)
    name = _name(wish)
    if name != wish.into.name:
        await changing.rename(connection, hand, wish.into, name, wish.day)
    return Unit(wish.into.id, wish.into.kind, name, wish.into.path)


async def _carry(connection: AsyncConnection, cell: Unit, to: Unit, only: set[str] | None, day: date) -> None:
    """Members with their groups; all of them, or only some.  Posts of the cell end; those of groups go with them."""
    await _carry_groups(connection, cell, to, only, day)
    where = sa.and_(memberships.c.unit_id == cell.id, _some(memberships.c.person_id, only))
    rows = (await connection.execute(sa.select(memberships).where(where, on(memberships, day)))).all()
    await end(connection, memberships, where, day)
    fresh = [
        {"person_id": row.person_id, "unit_id": to.id, "kind": row.kind, "since": day, "until": row.until}
        for row in rows
    ]
    if fresh:
        await connection.execute(sa.insert(memberships), fresh)
    homes = sa.and_(people_table.c.unit_id == cell.id, _some(people_table.c.id, only))
    await connection.execute(sa.update(people_table).where(homes).values(unit_id=to.id))
    if only is not None:
        await end(connection, posts, sa.and_(posts.c.unit_id == cell.id, posts.c.person_id.in_(only)), day)


async def _carry_groups(connection: AsyncConnection, cell: Unit, to: Unit, only: set[str] | None, day: date) -> None:
    """Each group all of whose members go is founded anew there, under its name; others lose those who go."""
    for group in await groups.of_cell(connection, cell.id, day):
        going = set(group.members) if only is None else set(group.members) & only
        mine = sa.and_(group_members.c.group_id == group.id, group_members.c.person_id.in_(going))
        await end(connection, group_members, mine, day)
        if going == set(group.members):
            ended = sa.update(party_groups).where(party_groups.c.id == group.id)
            await connection.execute(ended.values(ended=day))
            await groups.add(connection, tree.new_id(), to.id, group.name, sorted(going), day)
            if only is not None:
                await _lead(connection, to, group, day)


async def _lead(connection: AsyncConnection, to: Unit, group: groups.Group, day: date) -> None:
    for post, person in ((groups.LEADER, group.leader), (groups.DEPUTY, group.deputy)):
        if person:
            await people.give_post(connection, person, to.id, post, day)


async def _reunite(connection: AsyncConnection, heir: Unit, day: date) -> None:
    """Who was a guest of one merged cell and at home in another is simply at home."""
    home, guest = memberships.alias("home"), memberships.c
    at_home = sa.select(home.c.person_id).where(home.c.unit_id == heir.id, home.c.kind == "home", on(home, day))
    both = sa.and_(guest.unit_id == heir.id, guest.kind == "guest", guest.person_id.in_(at_home), on(memberships, day))
    back = list(await connection.scalars(sa.select(guest.person_id).where(both)))
    await end(connection, memberships, both, day)
    away = sa.and_(statuses.c.person_id.in_(back), statuses.c.standing == AWAY)
    await end(connection, statuses, away, day)


def _some(column: sa.ColumnElement[str], only: set[str] | None) -> sa.ColumnElement[bool]:
    return sa.true() if only is None else column.in_(only)


async def _mandates(connection: AsyncConnection, wish: Wish) -> tuple[Mandate, ...]:
    """Every post of these cells that holds, and what becomes of it; the receiving cell's stay unless another leads."""
    ids = {cell.id: cell.name for cell in wish.cells}
    joined = posts.join(people_table, posts.c.person_id == people_table.c.id)
    found = (
        sa.select(posts, people_table.c.name).select_from(joined).where(posts.c.unit_id.in_(ids), on(posts, wish.day))
    )
    rows = (await connection.execute(found.order_by(posts.c.unit_id, people_table.c.folded, posts.c.id))).all()
    return tuple(
        Mandate(
            row.person_id, row.name, ids[row.unit_id], row.post, _becomes(wish, row.person_id, row.unit_id, row.post)
        )
        for row in rows
    )


def _becomes(wish: Wish, person_id: str, unit_id: str, post: str) -> str:
    if post in _COMMITTEE and wish.secretary == person_id:
        return SECRETARY
    stays = wish.into is not None and wish.into.id == unit_id
    return post if stays and (post != SECRETARY or not wish.secretary) else _BECOMES.get(post, "")


async def _appoint(connection: AsyncConnection, wish: Wish, heir: Unit, mandates: Sequence[Mandate]) -> None:
    """The posts of the merged cell from the day on, each member's highest in the committee and no other there."""
    everywhere = sa.and_(posts.c.unit_id.in_([cell.id for cell in wish.cells]), on(posts, wish.day))
    await end(connection, posts, everywhere, wish.day)
    wanted = {(mandate.person_id, mandate.becomes) for mandate in mandates if mandate.becomes}
    if wish.secretary:
        wanted.add((wish.secretary, SECRETARY))
    for person, post in sorted(wanted):
        if post not in _COMMITTEE or _highest(person, wanted) == post:
            await people.give_post(connection, person, heir.id, post, wish.day)


def _highest(person: str, wanted: set[tuple[str, str]]) -> str:
    order = (SECRETARY, "deputy_secretary", "committee_member")
    return next((post for post in order if (person, post) in wanted), "")


def _planned(ids: Sequence[str], hand: Hand) -> sa.ColumnElement[bool]:
    return sa.and_(meetings.c.unit_id.in_(ids), meetings.c.phase == "planned", meetings.c.planned_for > hand.at)


async def _meetings(connection: AsyncConnection, hand: Hand, cell: Unit, heir: Unit) -> None:
    moved = sa.update(meetings).where(_planned([cell.id], hand))
    await connection.execute(moved.values(unit_id=heir.id))


async def _close(connection: AsyncConnection, hand: Hand, cell: Unit, heir: Unit, day: date) -> None:
    gone = sa.update(units).where(units.c.id == cell.id)
    await connection.execute(gone.values(dissolved=day, merged_into=heir.id))
    await cases.lapse(connection, cell.id, day, "", hand)
    await trail.note(connection, hand, cell.id, "unit_merged", into=heir.name)
    await trail.note(connection, hand, heir.id, "unit_received", name=cell.name)
