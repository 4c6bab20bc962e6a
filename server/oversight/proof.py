"""How far the records of a sub-tree were verified, and which are not whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import tree
from server.org.tree import Unit
from server.records.tables import meetings, units, verdicts

_m, _v = meetings.c, verdicts.c


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
    joined = meetings.join(units, _m.unit_id == units.c.id).outerjoin(verdicts, _v.meeting == _m.id)
    counted = (
        sa.func.count().label("closed"),
        sa.func.count(_v.meeting).label("verified"),
        sa.func.coalesce(sa.func.sum(sa.case((_v.ok.is_(False), 1), else_=0)), 0).label("broken"),
        sa.func.min(_v.at).label("oldest"),
    )
    found = sa.select(*counted).select_from(joined).where(tree.within([top]), _m.phase == "closed")
    return State(**(await connection.execute(found)).one()._mapping)


async def broken(connection: AsyncConnection, top: Unit, limit: int) -> Sequence[Broken]:
    """The latest meeting first."""
    joined = verdicts.join(meetings, _v.meeting == _m.id).join(units, _m.unit_id == units.c.id)
    columns = (_v.meeting, _m.title, units.c.name.label("cell"), _m.planned_for, _v.at, _v.seq, _v.why)
    found = sa.select(*columns).select_from(joined).where(tree.within([top]), _v.ok.is_(False))
    rows = await connection.execute(found.order_by(_m.planned_for.desc(), _m.id).limit(limit))
    return [Broken(**row._mapping) for row in rows]


async def closed(connection: AsyncConnection, top: Unit) -> Sequence[str]:
    """The closed meetings of the sub-tree, the latest first."""
    joined = meetings.join(units, _m.unit_id == units.c.id)
    found = sa.select(_m.id).select_from(joined).where(tree.within([top]), _m.phase == "closed")
    return list((await connection.execute(found.order_by(_m.planned_for.desc(), _m.id))).scalars())
