"""The organisation: units, what stands above them and below them, on the page and in one indexed query each.

A sub-tree is a range of paths.  A unit that is no more stays where it stood, with its last name and its day.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import below, memberships, unit_names, units

from . import names

CELL = "cell"
KINDS = ("central", "province", "commune", "grassroots", CELL)
RANK: Mapping[str, int] = MappingProxyType({kind: rank for rank, kind in enumerate(KINDS)})
ALWAYS = date(1900, 1, 1)  # since before the register began: nobody wrote the day down
FIRST_DAY = date(1930, 2, 3)  # nothing in the register is older than the Party


@dataclass(frozen=True, slots=True)
class Unit:
    """`path` is "/root/…/own id/": the units above, and itself."""

    id: str
    kind: str  # central | province | commune | grassroots | cell
    name: str
    path: str

    @property
    def line(self) -> tuple[str, ...]:
        """The ids from the root down to itself."""
        return tuple(self.path.strip("/").split("/"))

    @property
    def parent_id(self) -> str:
        """ "" for a root."""
        return self.line[-2] if len(self.line) > 1 else ""

    def within(self, other: "Unit") -> bool:
        """Whether it is `other` or stands below it."""
        return self.path.startswith(other.path)


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the register keeps of a unit."""

    unit: Unit
    code: str  # "" = none given
    founded: date | None
    dissolved: date | None  # the first day on which it is no more
    heir: Unit | None  # what it was merged into that day

    def alive(self, day: date) -> bool:
        return self.dissolved is None or day < self.dissolved


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit among its siblings, with how much stands in its sub-tree on that day."""

    record: Record
    cells: int
    members: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name and the days it held."""

    name: str
    since: date
    until: date | None


_COLUMNS = (units.c.id, units.c.kind, units.c.name, units.c.path)


async def unit(connection: AsyncConnection, unit_id: str) -> Unit | None:
    row = (await connection.execute(sa.select(*_COLUMNS).where(units.c.id == unit_id))).first()
    return Unit(**row._mapping) if row else None


async def above(connection: AsyncConnection, of: Unit) -> tuple[Unit, ...]:
    """The units above it, from the root down to its direct superior."""
    found = sa.select(*_COLUMNS).where(units.c.id.in_(of.line[:-1])).order_by(sa.func.length(units.c.path))
    return tuple(Unit(**row._mapping) for row in await connection.execute(found))


async def subtree(connection: AsyncConnection, of: Sequence[Unit], kind: str = "") -> tuple[Unit, ...]:
    """The units of these sub-trees, themselves among them, in the order of the tree; only one kind if given."""
    if not of:
        return ()
    found = sa.select(*_COLUMNS).where(within(of))
    if kind:
        found = found.where(units.c.kind == kind)
    return tuple(Unit(**row._mapping) for row in await connection.execute(found.order_by(units.c.path)))


def within(tops: Sequence[Unit]) -> sa.ColumnElement[bool]:
    """The units of these sub-trees; of none of them, nothing."""
    return sa.or_(sa.false(), *(below(top.path) for top in tops))


def alive(day: date) -> sa.ColumnElement[bool]:
    """The units that are not dissolved on that day."""
    return sa.or_(units.c.dissolved.is_(None), units.c.dissolved > day)


# -- For the register's pages ----------------------------------------------------------------------------------------

_HEIR = units.alias("heir")
_RECORD = (
    *_COLUMNS,
    units.c.code,
    units.c.founded,
    units.c.dissolved,
    _HEIR.c.id.label("heir_id"),
    _HEIR.c.kind.label("heir_kind"),
    _HEIR.c.name.label("heir_name"),
    _HEIR.c.path.label("heir_path"),
)
_RECORDS = sa.select(*_RECORD).select_from(units.outerjoin(_HEIR, units.c.merged_into == _HEIR.c.id))


async def record(connection: AsyncConnection, unit_id: str) -> Record | None:
    row = (await connection.execute(_RECORDS.where(units.c.id == unit_id))).first()
    return _record(row) if row else None


async def heads(connection: AsyncConnection, tops: Sequence[Unit], day: date) -> tuple[Branch, ...]:
    """These very units, with their counts."""
    return await _branches(connection, units.c.id.in_([top.id for top in tops]), day, len(tops), 0)


async def children(
    connection: AsyncConnection, of: Unit, day: date, limit: int = 50, offset: int = 0
) -> tuple[Branch, ...]:
    """The units directly below, those that are no more at the end; at most `limit` of them from `offset` on."""
    return await _branches(connection, units.c.parent_id == of.id, day, limit, offset)


async def count_children(connection: AsyncConnection, of: Unit) -> int:
    counted = sa.select(sa.func.count()).select_from(units).where(units.c.parent_id == of.id)
    return (await connection.scalar(counted)) or 0


async def names_of(connection: AsyncConnection, unit_id: str) -> tuple[Named, ...]:
    """Every name it had, the latest first."""
    columns = (unit_names.c.name, unit_names.c.since, unit_names.c.until)
    found = sa.select(*columns).where(unit_names.c.unit_id == unit_id)
    rows = await connection.execute(found.order_by(unit_names.c.since.desc(), unit_names.c.id.desc()))
    return tuple(Named(**row._mapping) for row in rows)


async def merged_from(connection: AsyncConnection, unit_id: str) -> tuple[Record, ...]:
    """The units that were merged into it, the latest first."""
    found = _RECORDS.where(units.c.merged_into == unit_id).order_by(units.c.dissolved.desc(), units.c.path)
    return tuple(_record(row) for row in await connection.execute(found))


async def search(connection: AsyncConnection, tops: Sequence[Unit], words: str, limit: int) -> tuple[Record, ...]:
    """The units of these sub-trees whose name contains the words, diacritics aside, or whose code this is."""
    hit = sa.or_(units.c.folded.contains(names.fold(words), autoescape=True), units.c.code == words.strip().upper())
    found = _RECORDS.where(within(tops), hit).order_by(units.c.dissolved.is_not(None), units.c.folded, units.c.id)
    return tuple(_record(row) for row in await connection.execute(found.limit(limit)))


async def cells(
    connection: AsyncConnection, tops: Sequence[Unit], words: str, day: date, limit: int
) -> tuple[Record, ...]:
    """The living cells of these sub-trees, by name; those only whose name or code fits the words, if there are any."""
    hit = sa.or_(units.c.folded.contains(names.fold(words), autoescape=True), units.c.code == words.strip().upper())
    found = _RECORDS.where(within(tops), units.c.kind == CELL, alive(day), hit)
    rows = await connection.execute(found.order_by(units.c.folded, units.c.id).limit(limit))
    return tuple(_record(row) for row in rows)


async def offices(connection: AsyncConnection, tops: Sequence[Unit], day: date, limit: int) -> tuple[Unit, ...]:
    """The living units of these sub-trees that are no cells, in the order of the tree."""
    found = sa.select(*_COLUMNS).where(within(tops), units.c.kind != CELL, alive(day))
    rows = await connection.execute(found.order_by(units.c.path).limit(limit))
    return tuple(Unit(**row._mapping) for row in rows)


async def _branches(
    connection: AsyncConnection, where: sa.ColumnElement[bool], day: date, limit: int, offset: int
) -> tuple[Branch, ...]:
    """The counts are taken in the database, each over one range of the path's index."""
    inner = units.alias("inner_units")
    inside = sa.and_(inner.c.path >= units.c.path, inner.c.path < _end(units.c.path))
    living = sa.or_(inner.c.dissolved.is_(None), inner.c.dissolved > day)
    cells = sa.select(sa.func.count()).where(inside, inner.c.kind == CELL, living)
    homes = sa.and_(
        memberships.c.unit_id == inner.c.id,
        memberships.c.kind == "home",
        memberships.c.since <= day,
        # not `until IS NULL OR until > day`: SQLite would search the index twice for each unit
        sa.func.coalesce(memberships.c.until, date.max) > day,
    )
    members = sa.select(sa.func.count()).select_from(inner.join(memberships, homes)).where(inside)
    counts = (
        cells.correlate(units).scalar_subquery().label("cells"),
        members.correlate(units).scalar_subquery().label("members"),
    )
    order = (units.c.dissolved.is_not(None), units.c.folded, units.c.id)
    found = _RECORDS.add_columns(*counts).where(where).order_by(*order).limit(limit).offset(offset)
    return tuple(Branch(_record(row), row.cells, row.members) for row in await connection.execute(found))


def _end(path: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The end of the range of paths below `path` ("0" is the byte after "/"): see records.tables.below."""
    return sa.func.substr(path, 1, sa.func.length(path) - 1).concat("0")


def _record(row: Any) -> Record:
    heir = Unit(row.heir_id, row.heir_kind, row.heir_name, row.heir_path) if row.heir_id else None
    of = Unit(row.id, row.kind, row.name, row.path)
    return Record(of, row.code or "", row.founded, row.dissolved, heir)


# -- Writing ---------------------------------------------------------------------------------------------------------


def new_id() -> str:
    return secrets.token_hex(8)


async def add(
    connection: AsyncConnection,
    unit_id: str,
    kind: str,
    name: str,
    parent: Unit | None,
    code: str = "",
    founded: date | None = None,
) -> Unit:
    """A new unit below `parent`; None = the root."""
    made = Unit(unit_id, kind, name, f"{parent.path if parent else '/'}{unit_id}/")
    row = {"id": made.id, "kind": kind, "name": name, "path": made.path, "parent_id": parent.id if parent else None}
    more = {"code": code or None, "founded": founded, "folded": names.fold(name)}
    await connection.execute(sa.insert(units).values(row | more))
    named = {"unit_id": unit_id, "name": name, "since": founded or ALWAYS}
    await connection.execute(sa.insert(unit_names).values(named))
    return made
