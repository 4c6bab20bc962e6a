"""The months of every unit: of a cell what its summaries add up to, of a committee the same for all cells below it.

So that a province reads its two years from a few rows.  The row of a cell is computed anew whenever something of its
month changed (a meeting closed, a record was verified), and the difference goes to every unit above it, in the same
transaction.  A month of a cell is kept by its regular meeting, alone or combined with a thematic one; a thematic
meeting never replaces it (42-HD/BTCTW), so thematic ones are counted apart.  Records are those of every closed
meeting, whatever its kind.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.ids import MeetingKind
from . import tables
from .tables import summaries, unit_months, units, verdicts

Counts = dict[str, int]

_s, _v, _u = summaries.c, verdicts.c, unit_months.c
REGULAR = (MeetingKind.REGULAR.value, MeetingKind.COMBINED.value)  # the kinds that make a month
_THEMATIC = (MeetingKind.THEMATIC.value, MeetingKind.COMBINED.value)
_REGULAR = _s.kind.in_(REGULAR)
COUNTED = tuple(column.name for column in unit_months.c if column.name not in ("unit_id", "month"))


def _if(condition: sa.ColumnElement[bool], then: Any = 1) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, then), else_=0)), 0)


# How each column of unit_months is added up over the summaries of one cell and month; `met` is made of `meetings`.
_ADDED: Mapping[str, sa.ColumnElement[int]] = {
    "meetings": _if(_REGULAR),
    "thematic": _if(_s.kind.in_(_THEMATIC)),
    "online": _if(sa.and_(_REGULAR, _s.form == "online")),
    "hybrid": _if(sa.and_(_REGULAR, _s.form == "hybrid")),
    "by_groups": _if(sa.and_(_REGULAR, _s.form == "by_groups")),
    "base": _if(_REGULAR, _s.base),
    "present": _if(_REGULAR, _s.present),
    "excused": _if(_REGULAR, _s.excused),
    "unexcused": _if(_REGULAR, _s.unexcused),
    "kept": _if(sa.and_(_REGULAR, _s.seconds >= _s.wanted_minutes * 60)),
    "scored": _if(sa.and_(_REGULAR, _s.score.is_not(None))),
    "points": _if(sa.and_(_REGULAR, _s.score.is_not(None)), _s.score),
    "good": _if(sa.and_(_REGULAR, _s.grade == "good")),
    "reported": _if(sa.and_(_REGULAR, _s.reported_after.is_not(None))),
    "in_time": _if(sa.and_(_REGULAR, _s.reported_after <= _s.results_days)),
    "verified": _if(sa.and_(_REGULAR, _v.meeting.is_not(None))),
    "broken": _if(sa.and_(_REGULAR, _v.ok.is_(False))),
    "records": sa.func.count(),
    "judged": sa.func.count(_v.meeting),
}
_FACTS = sa.select(*(column.label(name) for name, column in _ADDED.items())).select_from(
    summaries.outerjoin(verdicts, _v.meeting == _s.meeting)
)


async def refresh(connection: AsyncConnection, unit_id: str, month: str) -> None:
    """The row of this cell and month anew, and what changed in the rows of every unit above it."""
    line = await _line(connection, unit_id)
    kept = sa.select(unit_months).where(_u.unit_id == unit_id, _u.month == month).with_for_update()
    row = (await connection.execute(kept)).first()
    was = {name: row._mapping[name] if row else 0 for name in COUNTED}
    now = _counts((await connection.execute(_FACTS.where(_s.unit_id == unit_id, _s.month == month))).one())
    change = {name: now[name] - was[name] for name in COUNTED}
    if any(change.values()):
        for each in line:
            await _add(connection, each, month, change)


def _counts(row: Any) -> Counts:
    facts = {name: int(row._mapping[name]) for name in _ADDED}
    return {**facts, "met": int(facts["meetings"] > 0)}


async def _line(connection: AsyncConnection, unit_id: str) -> list[str]:
    """From the root down to itself, so that writers never wait for each other in a circle."""
    path = await connection.scalar(sa.select(units.c.path).where(units.c.id == unit_id))
    return str(path).strip("/").split("/") if path else []


async def _add(connection: AsyncConnection, unit_id: str, month: str, change: Counts) -> None:
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(unit_months).values(unit_id=unit_id, month=month, **change)
    more = {name: _u[name] + by for name, by in change.items() if by}
    await connection.execute(new.on_conflict_do_update(index_elements=["unit_id", "month"], set_=more))


async def moved(connection: AsyncConnection, before: Iterable[str], unit_id: str) -> None:
    """A unit was moved from below the units `before` (ids) to where it stands now: the months of those that lost or
    gained it are added up anew."""
    now, old = set(await _line(connection, unit_id)), set(before)
    for each in sorted(now ^ old):
        await _again(connection, each)


async def _again(connection: AsyncConnection, unit_id: str) -> None:
    """All months of a unit that is no cell, from the rows of the cells below it."""
    path = await connection.scalar(sa.select(units.c.path).where(units.c.id == unit_id, units.c.kind != "cell"))
    if path is None:
        return
    await connection.execute(sa.delete(unit_months).where(_u.unit_id == unit_id))
    cells = unit_months.join(units, sa.and_(units.c.id == _u.unit_id, units.c.kind == "cell"))
    sums = [sa.func.sum(_u[name]).label(name) for name in COUNTED]
    found = sa.select(_u.month, *sums).select_from(cells).where(tables.below(path)).group_by(_u.month)
    rows = [
        {"unit_id": unit_id, "month": row.month, **{name: int(row._mapping[name]) for name in COUNTED}}
        for row in await connection.execute(found)
    ]
    if rows:
        await connection.execute(unit_months.insert(), rows)


async def rebuild(connection: AsyncConnection) -> None:
    """Every row, from the summaries as they stand."""
    await connection.execute(sa.delete(unit_months))
    found = _FACTS.add_columns(_s.unit_id, _s.month).group_by(_s.unit_id, _s.month)
    rows = [{"unit_id": row.unit_id, "month": row.month, **_counts(row)} for row in await connection.execute(found)]
    if rows:
        await connection.execute(unit_months.insert(), rows)
    for each in list(await connection.scalars(sa.select(units.c.id).where(units.c.kind != "cell"))):
        await _again(connection, each)
