"""The organisation: units, what stands above them and below them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import below, units

CELL = "cell"


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

    def within(self, other: "Unit") -> bool:
        """Whether it is `other` or stands below it."""
        return self.path.startswith(other.path)


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
    found = sa.select(*_COLUMNS).where(sa.or_(*(below(top.path) for top in of)))
    if kind:
        found = found.where(units.c.kind == kind)
    return tuple(Unit(**row._mapping) for row in await connection.execute(found.order_by(units.c.path)))


async def add(connection: AsyncConnection, unit_id: str, kind: str, name: str, parent: Unit | None) -> Unit:
    """A new unit below `parent`; None = the root."""
    made = Unit(unit_id, kind, name, f"{parent.path if parent else '/'}{unit_id}/")
    row = {"id": made.id, "kind": kind, "name": name, "path": made.path, "parent_id": parent.id if parent else None}
    await connection.execute(sa.insert(units).values(row))
    return made
