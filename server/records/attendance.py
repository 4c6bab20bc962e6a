"""The attendance rows: who was counted present from when to when, read off the log and written with it.

One row per presence, from the arrival to the departure.  They are for lists and supervisors, who must not replay a
thousand logs; the sheet of one meeting is meeting/minutes.py, and both must always agree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import Arrived, Called, Closed, Connected, Event, Left, Recorded, TickedPresent, Vouched
from ..meeting.ids import MemberId
from . import tables
from .codec import CorruptRecord

ONLINE, IN_ROOM, VOUCHED = "online", "in_room", "vouched"


@dataclass(frozen=True, slots=True)
class Row:
    """One presence of one member.  `ended` None = present now; `kinds`: every way he was seen present within it."""

    began: datetime
    ended: datetime | None = None
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rolls:
    """What the log says of everybody's presence up to entry `seq`.  A value: `after` returns another."""

    seq: int = 0
    connected: str = ONLINE  # the manner of presence that a connection is
    rows: Mapping[MemberId, tuple[Row, ...]] = field(default_factory=dict)

    def after(self, recorded: Iterable[Recorded]) -> "Rolls":
        """These rolls, some entries later.  Raises CorruptRecord where someone leaves who never came."""
        rolls = self
        for each in recorded:
            step = _STEPS.get(type(each.event))
            try:
                rolls = replace(step(rolls, each.event, each.at) if step else rolls, seq=each.seq)
            except KeyError:
                raise CorruptRecord("?", each.seq, "the entry does not follow from those before it") from None
        return rolls

    def changed(self, since: "Rolls") -> Iterable[tuple[MemberId, int, Row, bool]]:
        """(member, n, row, is new) of every row that is not as it was in `since`."""
        for member, rows in self.rows.items():
            before = since.rows.get(member, ())
            for n, row in enumerate(rows, 1):
                if n > len(before) or before[n - 1] != row:
                    yield member, n, row, n > len(before)


async def keep(connection: AsyncConnection, meeting: str, before: Rolls, recorded: Sequence[Recorded]) -> Rolls:
    """Write the rows that `recorded` makes or changes, in the transaction of `connection`."""
    after = before.after(recorded)
    new: list[dict[str, Any]] = []
    for member, n, row, is_new in after.changed(before):
        values = {"began": row.began, "ended": row.ended, "kinds": " ".join(sorted(row.kinds))}
        if is_new:
            new.append({"meeting": meeting, "member": member, "n": n, **values})
        else:
            kept = tables.attendance.c
            key = (kept.meeting == meeting) & (kept.member == member) & (kept.n == n)
            await connection.execute(sa.update(tables.attendance).where(key).values(**values))
    if new:
        await connection.execute(tables.attendance.insert(), new)
    return after


# -- One step per kind of event --------------------------------------------------------------------------------------


def _called(rolls: Rolls, event: Called, at: datetime) -> Rolls:
    """Of a round: who was present in the meeting of his group was present, and that comes first."""
    rolls = replace(rolls, connected=IN_ROOM if event.about.in_person else ONLINE)
    for stay in (stay for group in event.held for stay in group.stays):
        row = Row(stay.began, stay.ended, frozenset(stay.kinds))
        rolls = _with_rows(rolls, stay.member, (*rolls.rows.get(stay.member, ()), row))
    return rolls


def _arrived(rolls: Rolls, event: Arrived, at: datetime) -> Rolls:
    return _with_rows(rolls, event.member, (*rolls.rows.get(event.member, ()), Row(at)))


def _left(rolls: Rolls, event: Left, at: datetime) -> Rolls:
    *earlier, last = rolls.rows[event.member]
    return _with_rows(rolls, event.member, (*earlier, replace(last, ended=event.since)))


def _closed(rolls: Rolls, event: Closed, at: datetime) -> Rolls:
    for member, (*earlier, last) in rolls.rows.items():
        if last.ended is None:
            rolls = _with_rows(rolls, member, (*earlier, replace(last, ended=at)))
    return rolls


_SEEN: Mapping[type[Event], str] = {TickedPresent: IN_ROOM, Vouched: VOUCHED}


def _seen(rolls: Rolls, event: Connected | TickedPresent | Vouched, at: datetime) -> Rolls:
    *earlier, last = rolls.rows[event.member]
    seen = replace(last, kinds=last.kinds | {_SEEN.get(type(event), rolls.connected)})
    return _with_rows(rolls, event.member, (*earlier, seen))


def _with_rows(rolls: Rolls, member: MemberId, rows: tuple[Row, ...]) -> Rolls:
    return replace(rolls, rows={**rolls.rows, member: rows})


_STEPS: Mapping[type[Event], Callable[[Rolls, Any, datetime], Rolls]] = {
    Called: _called,
    Arrived: _arrived,
    Left: _left,
    Closed: _closed,
    Connected: _seen,
    TickedPresent: _seen,
    Vouched: _seen,
}
