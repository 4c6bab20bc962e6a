"""The attendance rows: who was counted present from when to when, read off the log and written with it.

They are for lists and supervisors, who must not replay a thousand logs; the sheet itself is meeting/minutes.py, and
both must always agree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import (
    Arrived,
    Closed,
    Connected,
    ConnectionsLost,
    Disconnected,
    Event,
    Left,
    Recorded,
    TickedPresent,
    UntickedPresent,
    Unvouched,
    Vouched,
)
from ..meeting.ids import MemberId
from . import tables

ONLINE, IN_ROOM, VOUCHED = "online", "in_room", "vouched"


@dataclass(frozen=True, slots=True)
class Row:
    """One interval of one member.  `ended` None = present now; `kinds`: every way he was seen present within it."""

    began: datetime
    ended: datetime | None = None
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rolls:
    """What the log says of everybody's presence up to entry `seq`.  A value: `after` returns another."""

    seq: int = 0
    rows: Mapping[MemberId, tuple[Row, ...]] = field(default_factory=dict)
    online: Mapping[MemberId, frozenset[str]] = field(default_factory=dict)  # open connections
    other: Mapping[MemberId, frozenset[str]] = field(default_factory=dict)  # in_room, vouched

    def after(self, recorded: Iterable[Recorded]) -> "Rolls":
        """These rolls, some entries later."""
        rolls = self
        for each in recorded:
            step = _STEPS.get(type(each.event))
            rolls = replace(step(rolls, each.event, each.at) if step else rolls, seq=each.seq)
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


def _arrived(rolls: Rolls, event: Arrived, at: datetime) -> Rolls:
    kinds = rolls.other.get(event.member, frozenset()) | ({ONLINE} if rolls.online.get(event.member) else frozenset())
    return _with_rows(rolls, event.member, (*rolls.rows.get(event.member, ()), Row(at, None, kinds)))


def _left(rolls: Rolls, event: Left, at: datetime) -> Rolls:
    *earlier, last = rolls.rows[event.member]
    return _with_rows(rolls, event.member, (*earlier, replace(last, ended=event.since)))


def _closed(rolls: Rolls, event: Closed, at: datetime) -> Rolls:
    for member, (*earlier, last) in rolls.rows.items():
        if last.ended is None:
            rolls = _with_rows(rolls, member, (*earlier, replace(last, ended=at)))
    return rolls


def _connected(rolls: Rolls, event: Connected, at: datetime) -> Rolls:
    open_ones = rolls.online.get(event.member, frozenset()) | {event.connection}
    return _seen(replace(rolls, online={**rolls.online, event.member: open_ones}), event.member, ONLINE)


def _disconnected(rolls: Rolls, event: Disconnected, at: datetime) -> Rolls:
    left = rolls.online.get(event.member, frozenset()) - {event.connection}
    return replace(rolls, online={**rolls.online, event.member: left})


def _connections_lost(rolls: Rolls, event: ConnectionsLost, at: datetime) -> Rolls:
    return replace(rolls, online={})


def _ticked(rolls: Rolls, event: TickedPresent, at: datetime) -> Rolls:
    return _seen(_other(rolls, event.member, IN_ROOM, True), event.member, IN_ROOM)


def _unticked(rolls: Rolls, event: UntickedPresent, at: datetime) -> Rolls:
    return _other(rolls, event.member, IN_ROOM, False)


def _vouched(rolls: Rolls, event: Vouched, at: datetime) -> Rolls:
    return _seen(_other(rolls, event.member, VOUCHED, True), event.member, VOUCHED)


def _unvouched(rolls: Rolls, event: Unvouched, at: datetime) -> Rolls:
    return _other(rolls, event.member, VOUCHED, False)


_Step = Callable[[Rolls, Any, datetime], Rolls]
_STEPS: Mapping[type[Event], _Step] = {
    Arrived: _arrived,
    Left: _left,
    Closed: _closed,
    Connected: _connected,
    Disconnected: _disconnected,
    ConnectionsLost: _connections_lost,
    TickedPresent: _ticked,
    UntickedPresent: _unticked,
    Vouched: _vouched,
    Unvouched: _unvouched,
}


def _with_rows(rolls: Rolls, member: MemberId, rows: tuple[Row, ...]) -> Rolls:
    return replace(rolls, rows={**rolls.rows, member: rows})


def _other(rolls: Rolls, member: MemberId, kind: str, now: bool) -> Rolls:
    kinds = rolls.other.get(member, frozenset())
    return replace(rolls, other={**rolls.other, member: kinds | {kind} if now else kinds - {kind}})


def _seen(rolls: Rolls, member: MemberId, kind: str) -> Rolls:
    """Add `kind` to the open row of `member`, if he has one."""
    rows = rolls.rows.get(member, ())
    if not rows or rows[-1].ended is not None:
        return rolls
    last = replace(rows[-1], kinds=rows[-1].kinds | {kind})
    return _with_rows(rolls, member, (*rows[:-1], last))
