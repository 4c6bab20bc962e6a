"""Members, their dated statuses and posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import group_members, memberships, party_groups, people, posts, statuses, units

from . import names
from .tree import ALWAYS, Unit, within

SUSPENDED = "suspended"  # đình chỉ sinh hoạt: in the register only; nobody suspended is ever seated

TRANSFERRED = "transferred"  # gone to an organisation outside this register
GUEST_STANDING = "temporary_in"
AWAY = "temporary_out"  # at home, while he is a guest elsewhere

# Of several statuses on one day the first of these is what the person is in the cell that day.
STRONGEST_FIRST = (
    TRANSFERRED,
    SUSPENDED,
    AWAY,
    "exempt",
    GUEST_STANDING,
    "probationary",
    "official",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a cell on one day."""

    id: str
    name: str
    standing: str  # one of STRONGEST_FIRST; "" = none on that day
    posts: frozenset[str]  # in this unit, on that day
    group: str  # party group; "" = none


@dataclass(frozen=True, slots=True)
class Mandate:
    """A post in a unit."""

    person_id: str
    name: str
    post: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the register keeps of a person, whatever the day."""

    id: str
    name: str
    birth_year: int | None
    home: Unit  # where he is registered, or was last
    card_number: str  # "" = not given
    phone: str
    mail: str

    @property
    def masked_card(self) -> str:
        """The number as pages show it: the last three characters."""
        return "•" * 4 + self.card_number[-3:] if self.card_number else ""


@dataclass(frozen=True, slots=True)
class Held:
    """A post with its mandate."""

    id: int
    person_id: str
    person: str
    unit: Unit
    post: str  # one of POSTS
    since: date
    until: date | None


POSTS = (
    "cell_secretary",
    "deputy_secretary",
    "committee_member",
    "group_leader",
    "deputy_group_leader",
    "assigned_follower",
    "organising_department",
    "administrator",
)


def on(table: sa.FromClause, day: date) -> sa.ColumnElement[bool]:
    """The rows of a dated table that hold on that day: since ≤ day < until."""
    return sa.and_(table.c.since <= day, sa.or_(table.c.until.is_(None), table.c.until > day))


_HOME = (units.c.id.label("home"), units.c.kind, units.c.name.label("unit_name"), units.c.path)


async def entry(connection: AsyncConnection, person_id: str) -> Entry | None:
    joined = people.join(units, people.c.unit_id == units.c.id)
    found = sa.select(people, *_HOME).select_from(joined).where(people.c.id == person_id)
    row = (await connection.execute(found)).first()
    return _entry(row) if row else None


def _entry(row: Any) -> Entry:
    home = Unit(row.home, row.kind, row.unit_name, row.path)
    return Entry(row.id, row.name, row.birth_year, home, row.card_number or "", row.phone, row.mail)


async def of_cell(connection: AsyncConnection, unit_id: str, day: date) -> tuple[Person, ...]:
    """Who belongs to the cell on that day, with what holds then; ordered by id.

    A member of another cell who attends here for a time is `temporary_in`, whatever he is at home; unless he is
    suspended.
    """
    of = sa.and_(memberships.c.unit_id == unit_id, on(memberships, day))
    joined = people.join(memberships, memberships.c.person_id == people.c.id)
    found = sa.select(people.c.id, people.c.name, sa.func.min(memberships.c.kind).label("kind")).select_from(joined)
    rows = (await connection.execute(found.where(of).group_by(people.c.id, people.c.name).order_by(people.c.id))).all()
    ids = sa.select(memberships.c.person_id).where(of)
    standings = await _gathered(connection, statuses, statuses.c.standing, statuses.c.person_id.in_(ids), day)
    held = await _gathered(connection, posts, posts.c.post, posts.c.unit_id == unit_id, day)
    groups = await _groups(connection, unit_id, day)
    return tuple(
        Person(
            row.id,
            row.name,
            standing(standings.get(row.id, set()), row.kind),
            frozenset(held.get(row.id, ())),
            groups.get(row.id, ""),
        )
        for row in rows
    )


def standing(words: set[str], kind: str) -> str:
    """What these statuses come to, in a cell where he is registered (`home`) or attends for a time (`guest`)."""
    own = strongest(words)
    return GUEST_STANDING if kind == "guest" and own not in (SUSPENDED, TRANSFERRED, "") else own


async def entries(connection: AsyncConnection, unit_id: str, day: date) -> dict[str, Entry]:
    """The entries of those who belong to the cell on that day, by id."""
    of = sa.select(memberships.c.person_id).where(memberships.c.unit_id == unit_id, on(memberships, day))
    found = sa.select(people, *_HOME).select_from(people.join(units, people.c.unit_id == units.c.id))
    return {row.id: _entry(row) for row in await connection.execute(found.where(people.c.id.in_(of)))}


async def official(connection: AsyncConnection, unit_id: str, day: date) -> frozenset[str]:
    """The official members registered in the cell on that day: exempt or suspended, they are so."""
    joined = memberships.join(statuses, statuses.c.person_id == memberships.c.person_id)
    home = sa.and_(memberships.c.unit_id == unit_id, memberships.c.kind == "home", on(memberships, day))
    found = sa.select(memberships.c.person_id).select_from(joined)
    return frozenset(await connection.scalars(found.where(home, statuses.c.standing == "official", on(statuses, day))))


async def search(connection: AsyncConnection, tops: Sequence[Unit], words: str, limit: int) -> tuple[Entry, ...]:
    """Those registered in these sub-trees whose name contains the words, diacritics aside; by name."""
    joined = people.join(units, people.c.unit_id == units.c.id)
    hit = people.c.folded.contains(names.fold(words), autoescape=True)
    found = sa.select(people, *_HOME).select_from(joined).where(within(tops), hit)
    rows = await connection.execute(found.order_by(people.c.folded, people.c.id).limit(limit))
    return tuple(_entry(row) for row in rows)


async def with_post(connection: AsyncConnection, unit_id: str, post: str, day: date) -> tuple[Mandate, ...]:
    """Who holds this post in this unit on that day, wherever he is registered."""
    joined = posts.join(people, posts.c.person_id == people.c.id)
    found = (
        sa.select(people.c.id.label("person_id"), people.c.name, posts.c.post)
        .select_from(joined)
        .where(posts.c.unit_id == unit_id, posts.c.post == post, on(posts, day))
        .order_by(people.c.id)
    )
    return tuple(Mandate(**row._mapping) for row in await connection.execute(found))


async def mandates(connection: AsyncConnection, unit_id: str, day: date) -> tuple[Held, ...]:
    """Every post in this unit on that day, in the order of posts and names."""
    found = _HELD.where(posts.c.unit_id == unit_id, on(posts, day))
    held = [_held(row) for row in await connection.execute(found)]
    return tuple(sorted(held, key=lambda each: (POSTS.index(each.post), names.order(each.person), each.id)))


async def posts_of(connection: AsyncConnection, person_id: str) -> tuple[Held, ...]:
    """Every post he ever held, the latest first."""
    found = _HELD.where(posts.c.person_id == person_id).order_by(posts.c.since.desc(), posts.c.id.desc())
    return tuple(_held(row) for row in await connection.execute(found))


_HELD = sa.select(
    posts, people.c.name, units.c.id.label("unit"), units.c.kind, units.c.name.label("unit_name"), units.c.path
)
_HELD = _HELD.select_from(
    posts.join(people, posts.c.person_id == people.c.id).join(units, posts.c.unit_id == units.c.id)
)


def _held(row: Any) -> Held:
    at = Unit(row.unit, row.kind, row.unit_name, row.path)
    return Held(row.id, row.person_id, row.name, at, row.post, row.since, row.until)


def strongest(standings: set[str]) -> str:
    return next((word for word in STRONGEST_FIRST if word in standings), "")


async def _gathered(
    connection: AsyncConnection, table: sa.Table, word: sa.ColumnElement[str], where: sa.ColumnElement[bool], day: date
) -> dict[str, set[str]]:
    gathered: dict[str, set[str]] = {}
    found = sa.select(table.c.person_id, word.label("word")).where(where, on(table, day))
    for row in await connection.execute(found):
        gathered.setdefault(row.person_id, set()).add(row.word)
    return gathered


async def _groups(connection: AsyncConnection, unit_id: str, day: date) -> dict[str, str]:
    joined = group_members.join(party_groups, group_members.c.group_id == party_groups.c.id)
    found = (
        sa.select(group_members.c.person_id, party_groups.c.id)
        .select_from(joined)
        .where(party_groups.c.unit_id == unit_id, on(group_members, day))
    )
    return {row.person_id: row.id for row in await connection.execute(found)}


# -- Writing ---------------------------------------------------------------------------------------------------------


async def add(
    connection: AsyncConnection,
    person_id: str,
    unit_id: str,
    name: str,
    birth_year: int | None = None,
    since: date = ALWAYS,
) -> None:
    """A new member, registered in the unit since that day."""
    row: dict[str, Any] = {"id": person_id, "unit_id": unit_id, "name": name, "birth_year": birth_year}
    await connection.execute(sa.insert(people).values(row | {"folded": names.fold(name)}))
    await join(connection, person_id, unit_id, "home", since)


async def join(
    connection: AsyncConnection, person_id: str, unit_id: str, kind: str, since: date, until: date | None = None
) -> None:
    row = {"person_id": person_id, "unit_id": unit_id, "kind": kind, "since": since, "until": until}
    await connection.execute(sa.insert(memberships).values(row))


async def give_status(connection: AsyncConnection, person_id: str, standing: str, since: date) -> None:
    row = {"person_id": person_id, "standing": standing, "since": since}
    await connection.execute(sa.insert(statuses).values(row))


async def give_post(connection: AsyncConnection, person_id: str, unit_id: str, post: str, since: date) -> None:
    row = {"person_id": person_id, "unit_id": unit_id, "post": post, "since": since}
    await connection.execute(sa.insert(posts).values(row))


async def end(connection: AsyncConnection, table: sa.Table, where: sa.ColumnElement[bool], day: date) -> None:
    """The rows hold no longer from that day on; those that had not begun by then are taken away."""
    await connection.execute(sa.delete(table).where(where, table.c.since >= day))
    open_then = sa.or_(table.c.until.is_(None), table.c.until > day)
    await connection.execute(sa.update(table).where(where, open_then).values(until=day))
