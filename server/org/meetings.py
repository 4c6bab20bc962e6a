"""The meetings in lists: what was planned, and the summary that the log writes beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import heads, meetings, units

from .pilot.forms import IN_PERSON, LATE, ZONE, Others, permit
from .tree import Unit, unit, within

CLOSED, CANCELLED = "closed", "cancelled"
COMMITTEE = "committee"


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting as a list shows it."""

    id: str
    unit: Unit
    title: str
    kind: str  # regular | thematic | combined | committee
    planned_for: datetime  # UTC
    agenda: tuple[dict[str, Any], ...]  # {id, title, minutes, presenter, kind}
    form: str  # in_person | online | hybrid | by_groups
    place: str  # where those in the room meet; "" = online only
    sequence: int  # of the notice
    noticed_at: datetime | None  # when the notice last went out
    changed_at: datetime | None  # agenda or documents changed since
    reason: str  # why it was cancelled
    round_id: str | None  # of the meeting of one group: the round it is part of
    group_id: str | None  # its group
    motions: tuple[dict[str, Any], ...]  # of a round: {id, item, kind, text}
    phase: str  # planned | cancelled | called | gathering | open | paused | closed
    opened_at: datetime | None
    closed_at: datetime | None

    @property
    def closed(self) -> bool:
        return self.phase == CLOSED

    @property
    def cancelled(self) -> bool:
        return self.phase == CANCELLED

    @property
    def of_group(self) -> bool:
        """The meeting of one party group in a round; it decides nothing."""
        return self.round_id is not None

    @property
    def of_committee(self) -> bool:
        """Held by the cell committee among itself."""
        return self.kind == COMMITTEE


@dataclass(frozen=True, slots=True)
class Head:
    """The signed end of a closed log: the last one, which covers all before it."""

    seq: int
    hash: bytes
    signature: bytes
    public_key: bytes
    sealed_at: datetime


_UNIT = (units.c.kind.label("unit_kind"), units.c.name.label("unit_name"), units.c.path.label("unit_path"))
_FOUND = sa.select(meetings, *_UNIT).select_from(meetings.join(units, meetings.c.unit_id == units.c.id))


async def meeting(connection: AsyncConnection, meeting_id: str) -> MeetingRow | None:
    row = (await connection.execute(_FOUND.where(meetings.c.id == meeting_id))).first()
    return _read(row) if row else None


async def of_round(connection: AsyncConnection, round_id: str) -> tuple[MeetingRow, ...]:
    """The meetings of its groups, by planned time."""
    found = _FOUND.where(meetings.c.round_id == round_id).order_by(meetings.c.planned_for, meetings.c.id)
    return tuple(_read(row) for row in await connection.execute(found))


async def of_units(connection: AsyncConnection, unit_ids: Sequence[str]) -> tuple[MeetingRow, ...]:
    """The meetings of these units, by planned time, the earliest first."""
    if not unit_ids:
        return ()
    found = _FOUND.where(meetings.c.unit_id.in_(unit_ids)).order_by(meetings.c.planned_for, meetings.c.id)
    return tuple(_read(row) for row in await connection.execute(found))


async def coming(
    connection: AsyncConnection, tops: Sequence[Unit], at: datetime, most: int, groups: Collection[str] = ()
) -> tuple[MeetingRow, ...]:
    """What goes on or is still ahead in these sub-trees, the earliest first, at most so many; of the meetings of
    groups, those of `groups`."""
    found = _FOUND.where(within(tops), _ahead(at), _whole_or(groups))
    rows = await connection.execute(found.order_by(meetings.c.planned_for, meetings.c.id).limit(most))
    return tuple(_read(row) for row in rows)


async def gone(
    connection: AsyncConnection, tops: Sequence[Unit], at: datetime, most: int, groups: Collection[str] = ()
) -> tuple[MeetingRow, ...]:
    """What is over in these sub-trees, held or not, the latest first, at most so many; of the meetings of groups,
    those of `groups`."""
    found = _FOUND.where(within(tops), ~_ahead(at), _whole_or(groups))
    rows = await connection.execute(found.order_by(meetings.c.planned_for.desc(), meetings.c.id.desc()).limit(most))
    return tuple(_read(row) for row in rows)


def _whole_or(groups: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(meetings.c.group_id.is_(None), meetings.c.group_id.in_(groups))


def _ahead(at: datetime) -> sa.ColumnElement[bool]:
    m = meetings.c
    return sa.or_(m.phase.in_(LIVE), sa.and_(m.phase == "planned", m.planned_for > at - LATE))


async def head(connection: AsyncConnection, meeting_id: str) -> Head | None:
    """The signed head, once the meeting is closed."""
    columns = (heads.c.seq, heads.c.hash, heads.c.signature, heads.c.public_key, heads.c.sealed_at)
    last = sa.select(*columns).where(heads.c.meeting == meeting_id).order_by(heads.c.seq.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return Head(**row._mapping) if row else None


async def plan(
    connection: AsyncConnection,
    meeting_id: str,
    unit_id: str,
    title: str,
    kind: str,
    planned_for: datetime,
    agenda: Sequence[Mapping[str, Any]],
    form: str = IN_PERSON,
    zone: ZoneInfo = ZONE,
    place: str = "",
    at: datetime | None = None,
) -> None:
    """A new meeting, planned.  Raises Refused("pilot") where no decision allows its form on that day of `zone`, or the
    year has no more of them; what nobody came to until `at` does not count, None = everything planned does.
    """
    row = {"id": meeting_id, "unit_id": unit_id, "title": title, "kind": kind, "planned_for": planned_for, "form": form}
    row["place"] = place
    if form != IN_PERSON:
        day = planned_for.astimezone(zone).date()
        await permit(connection, await _unit(connection, unit_id), form, day, Others(at=at))
    await connection.execute(sa.insert(meetings).values(**row, agenda=list(agenda)))


async def _unit(connection: AsyncConnection, unit_id: str) -> Unit:
    found = await unit(connection, unit_id)
    if found is None:
        raise LookupError(unit_id)
    return found


def _read(row: sa.Row[Any]) -> MeetingRow:
    kept = dict(row._mapping)
    of = Unit(kept.pop("unit_id"), kept.pop("unit_kind"), kept.pop("unit_name"), kept.pop("unit_path"))
    return MeetingRow(unit=of, agenda=tuple(kept.pop("agenda")), motions=tuple(kept.pop("motions")), **kept)


# -- When one may go in ----------------------------------------------------------------------------------------------

LIVE = frozenset({"called", "gathering", "open", "paused"})


def joinable(row: MeetingRow, at: datetime, doors: timedelta) -> bool:
    """Whether one may go in at that moment: while it is held, and before from `doors` ahead of its time.

    Not earlier: the first to come calls the meeting, and the roster of that moment is fixed.
    """
    if row.phase in LIVE or row.closed or row.cancelled:
        return row.phase in LIVE
    return row.planned_for - doors <= at < row.planned_for + LATE


def missed(row: MeetingRow, at: datetime) -> bool:
    """Nobody came, and nobody will."""
    return row.phase == "planned" and at >= row.planned_for + LATE
