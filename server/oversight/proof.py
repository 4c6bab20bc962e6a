"""How far the records of a sub-tree were verified, and which are not whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import tree
from server.org.tree import Unit
from server.records.tables import meetings, unit_months, units, verdicts

_m, _n, _v = meetings.c, unit_months.c, verdicts.c
# Outer joins: SQLite then begins with the verdicts, of which few are asked for, and not with all meetings.
_PLACED = verdicts.outerjoin(meetings, _v.meeting == _m.id).outerjoin(units, _m.unit_id == units.c.id)


@dataclass(frozen=True, slots=True)
class State:
    closed: int
    verified: int
    broken: int
    oldest: datetime | None  # of the verdicts


@dataclass(frozen=True, slots=True)
class Broken:
    meeting: str
    title: str
    cell: str
    planned_for: datetime
    at: datetime  # when it was found
    seq: int | None
    why: str


async def state(connection: AsyncConnection, top: Unit) -> State:
    """Closed and verified as the months have counted them; see records/rollups.py."""
    counted = (sa.func.coalesce(sa.func.sum(column), 0) for column in (_n.records, _n.judged))
    row = (await connection.execute(sa.select(*counted).where(_n.unit_id == top.id))).one()
    closed, verified = (int(count) for count in row)
    faulty = sa.select(sa.func.count()).select_from(_PLACED).where(_below(top), _v.ok.is_(False))
    return State(closed, verified, await connection.scalar(faulty) or 0, await _oldest(connection, top, verified))


def _below(top: Unit) -> sa.ColumnElement[bool]:
    """Asked of each verdict that is found otherwise, and so written that no index of paths begins with all records."""
    return sa.func.substr(units.c.path, 1, len(top.path)) == top.path


MANY = 2_000  # records: of so many of a sub-tree one stands among the oldest of all


async def _oldest(connection: AsyncConnection, top: Unit, verified: int) -> datetime | None:
    """When the verdict of longest ago was given: the verdicts of few records are looked through, those of many walked
    from the oldest on until one is of the sub-tree."""
    of = sa.select(_v.at).select_from(_PLACED)
    few = sa.select(sa.func.min(of.where(tree.within([top])).subquery().c.at))
    many = of.where(_below(top)).order_by(_v.at).limit(1)
    found: datetime | None = await connection.scalar(few if verified < MANY else many)
    return found


async def broken(connection: AsyncConnection, top: Unit, limit: int) -> Sequence[Broken]:
    """The latest meeting first."""
    columns = (_v.meeting, _m.title, units.c.name.label("cell"), _m.planned_for, _v.at, _v.seq, _v.why)
    found = sa.select(*columns).select_from(_PLACED).where(_below(top), _v.ok.is_(False))
    rows = await connection.execute(found.order_by(_m.planned_for.desc(), _m.id).limit(limit))
    return [Broken(**row._mapping) for row in rows]


async def closed(connection: AsyncConnection, top: Unit) -> Sequence[str]:
    """The closed meetings of the sub-tree, the latest first."""
    joined = meetings.join(units, _m.unit_id == units.c.id)
    found = sa.select(_m.id).select_from(joined).where(tree.within([top]), _m.phase == "closed")
    return list((await connection.execute(found.order_by(_m.planned_for.desc(), _m.id))).scalars())
