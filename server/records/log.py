"""The log of the meetings: INSERT and SELECT only.

One append is one transaction: the entries, the rows that are read off them (attendance, tasks, the meeting's line in
lists, the state of its papers) and, once the meeting is closed, its signed head and its summary.  Either all of it is
kept or nothing is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import Closed, Event, Recorded
from ..meeting.ids import MemberId
from . import filing, summaries, tables, tasks
from .attendance import Rolls, keep
from .chain import GENESIS
from .database import Database
from .entries import MOMENTS, PHASES, Entry, SeqTaken, may_follow, opened, sealed
from .signing import Head, Key
from .witness import Sealed, Witness

__all__ = ["Log", "SeqTaken", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one command."""

    events: Sequence[Event]
    at: datetime
    by: MemberId
    cause: str


class Log:
    """The logs of all meetings in one database."""

    taken = SeqTaken

    def __init__(
        self, database: Database, key: Key, zone: ZoneInfo = summaries.ZONE, witness: Witness | None = None
    ) -> None:
        """`zone`: of the calendar by whose months meetings are counted; `witness`: where heads are noted once more."""
        self._database, self._key, self._zone, self._witness = database, key, zone, witness
        self._rolls: dict[str, Rolls] = {}  # of the meetings this process writes; only ever a cache

    async def append(
        self, meeting: str, after: int, events: Sequence[Event], at: datetime, by: MemberId, cause: str
    ) -> int:
        """Keep `events` as entries after+1, after+2, …; returns the number of the last.

        Raises SeqTaken if the log does not end at `after`, or if it is closed and this may not follow: read again and
        decide anew.
        """
        return await self.append_all(meeting, after, [Step(events, at, by, cause)])

    async def append_all(self, meeting: str, after: int, steps: Sequence[Step]) -> int:
        """Keep what came of several commands, all or nothing; otherwise as `append`."""
        steps = [step for step in steps if step.events]
        if not steps:
            return after
        async with self._database.write() as connection:
            closed = await _closed(connection, meeting)
            previous = await _previous(connection, meeting, after)
            if closed and not all(may_follow(True, step.events) for step in steps):
                raise SeqTaken(meeting, after + 1)
            entries = _sealed(meeting, previous, after, steps)
            head = await self._write(connection, meeting, after, entries, closed)
        if head and self._witness:
            await self._witness.note(head)
        return entries[-1].recorded.seq

    async def _write(
        self, connection: AsyncConnection, meeting: str, after: int, entries: Sequence[Entry], closed: bool
    ) -> Sealed | None:
        """The entries and all that is read off them; the signed head, once the meeting is closed."""
        recorded = [entry.recorded for entry in entries]
        await _insert(connection, meeting, entries)
        if not closed:  # attendance never changes after the close
            rolls = await keep(connection, meeting, await self._rolls_at(connection, meeting, after), recorded)
            closed = any(isinstance(each.event, Closed) for each in recorded)
            self._remember(meeting, rolls, closed=closed)
        await tasks.keep(connection, meeting, recorded)
        await _summarise(connection, meeting, entries)
        await filing.keep(connection, meeting, recorded)
        if not closed:
            return None
        await summaries.keep(connection, meeting, await _read(connection, meeting), self._zone)
        return await _seal(connection, entries[-1], self._key)

    async def read(self, meeting: str) -> list[Recorded]:
        """The whole log, in order; [] if there is none.  Raises CorruptRecord: nothing is built on a broken record."""
        async with self._database.read() as connection:
            return await _read(connection, meeting)

    async def head(self, meeting: str) -> tuple[int, bytes]:
        """The number and the hash (32 bytes) of the last entry; (0, 32 zero bytes) if there is none."""
        async with self._database.read() as connection:
            return await _last(connection, meeting)

    async def _rolls_at(self, connection: AsyncConnection, meeting: str, seq: int) -> Rolls:
        rolls = self._rolls.get(meeting)
        if rolls is None or rolls.seq != seq:
            recorded = await _read(connection, meeting)
            rolls = Rolls().after(recorded[:seq])
        return rolls

    def _remember(self, meeting: str, rolls: Rolls, *, closed: bool) -> None:
        if closed:
            self._rolls.pop(meeting, None)
        else:
            self._rolls[meeting] = rolls


def _sealed(meeting: str, previous: bytes, after: int, steps: Sequence[Step]) -> list[Entry]:
    """Raises ValueError for what may not follow the end of the meeting."""
    entries: list[Entry] = []
    for step in steps:
        ended = any(isinstance(entry.recorded.event, Closed) for entry in entries)
        if ended and not may_follow(True, step.events):
            raise ValueError("Nothing of the meeting follows its end.")
        entries += sealed(meeting, previous, after + len(entries), step.events, step.at, step.by, step.cause)
        previous = entries[-1].hash
    return entries


# -- The statements --------------------------------------------------------------------------------------------------


async def _last(connection: AsyncConnection, meeting: str) -> tuple[int, bytes]:
    kept = tables.events.c
    query = sa.select(kept.seq, kept.hash).where(kept.meeting == meeting)
    row = (await connection.execute(query.order_by(kept.seq.desc()).limit(1))).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


async def _previous(connection: AsyncConnection, meeting: str, after: int) -> bytes:
    seq, last = await _last(connection, meeting)
    if seq != after:
        raise SeqTaken(meeting, after + 1)
    return last


async def _closed(connection: AsyncConnection, meeting: str) -> bool:
    """A closed log has a head, and no other has."""
    found = await connection.execute(sa.select(tables.heads.c.seq).where(tables.heads.c.meeting == meeting).limit(1))
    return found.first() is not None


async def _insert(connection: AsyncConnection, meeting: str, entries: Sequence[Entry]) -> None:
    """The primary key (meeting, seq) is the fence: on PostgreSQL the other writer may have come since we looked."""
    try:
        await connection.execute(tables.events.insert(), [_row(meeting, entry) for entry in entries])
    except IntegrityError:
        raise SeqTaken(meeting, entries[0].recorded.seq) from None


def _row(meeting: str, entry: Entry) -> dict[str, Any]:
    recorded = entry.recorded
    return {
        "meeting": meeting,
        "seq": recorded.seq,
        "at": recorded.at,
        "by": recorded.by,
        "cause": recorded.cause,
        "name": type(recorded.event).__name__,
        "body": entry.body,
        "hash": entry.hash,
    }


async def _read(connection: AsyncConnection, meeting: str) -> list[Recorded]:
    kept = tables.events.c
    query = sa.select(kept.seq, kept.body, kept.hash).where(kept.meeting == meeting).order_by(kept.seq)
    return opened(meeting, [(row.seq, row.body, row.hash) for row in await connection.execute(query)])


async def _summarise(connection: AsyncConnection, meeting: str, entries: Sequence[Entry]) -> None:
    """The row of the meeting in lists: its phase, when it opened, when it closed."""
    changed: dict[str, Any] = {}
    for recorded in (entry.recorded for entry in entries):
        kind = type(recorded.event)
        if kind in PHASES:
            changed["phase"] = PHASES[kind]
        if kind in MOMENTS:
            changed[MOMENTS[kind]] = recorded.at
    if changed:
        await connection.execute(sa.update(tables.meetings).where(tables.meetings.c.id == meeting).values(**changed))


async def _seal(connection: AsyncConnection, last: Entry, key: Key) -> Sealed:
    head = Head(last.meeting, last.recorded.seq, last.hash)
    seal = Sealed(head, key.sign(head), key.public)
    row = {
        "meeting": head.meeting,
        "seq": head.seq,
        "hash": head.hash,
        "signature": seal.signature,
        "public_key": seal.public_key,
        "sealed_at": last.recorded.at,
    }
    await connection.execute(tables.heads.insert().values(**row))
    return seal
