"""Is the record of a meeting whole?  Reads what is kept as an auditor would and names the first entry that is wrong."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import AFTER_THE_CLOSE, Called, Closed, Recorded
from . import filing, summaries, tables
from .attendance import Rolls
from .chain import GENESIS, link
from .codec import CorruptRecord, from_body
from .database import Database
from .entries import MOMENTS, PHASES
from .signing import Head, signed
from .witness import Sealed


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.  `first_broken` None while not ok: the log is whole, but something read off it disagrees."""

    meeting: str
    ok: bool
    count: int  # entries that are kept
    head: str  # hash of the last good entry, hex
    first_broken: int | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.ok:
            return f"{self.meeting}: {self.count} events, whole, head {self.head}"
        where = "not whole" if self.first_broken is None else f"broken at event {self.first_broken}"
        return f"{self.meeting}: {where}: {self.why}"


class _Broken(Exception):
    def __init__(self, seq: int | None, why: str) -> None:
        super().__init__(why)
        self.seq, self.why = seq, why


Row = sa.Row[Any]


async def verify(
    database: Database, meeting: str, trusted: Collection[bytes] | None = None, witnessed: Sequence[Sealed] = ()
) -> Verdict:
    """Read everything kept of `meeting` and judge it.

    `trusted`: the public keys (32 bytes each) that may have signed heads.  With None the key that stands beside the
    signature is taken, which finds accidents, but not someone who rewrites a whole log and signs it anew.
    `witnessed`: the heads of this meeting that were noted outside the database (witness.noted).
    """
    async with database.read() as connection:
        rows = await _all(connection, tables.events, "meeting", meeting, "seq")
        heads = await _all(connection, tables.heads, "meeting", meeting, "seq")
        listed = await _all(connection, tables.meetings, "id", meeting, "id")
        roll = await _all(connection, tables.attendance, "meeting", meeting, "n")
        kept, places = await summaries.kept(connection, meeting), await summaries.places(connection, meeting)
        filed = await filing.read(connection, meeting)
        earlier, vouched = await _earlier(connection, rows), await _vouched(connection, rows)
    recorded: list[Recorded] = []
    try:
        recorded.extend(_chained(meeting, rows))
        _check_end(meeting, recorded, rows, heads, trusted)
        _check_witness(rows, witnessed)
        _check_clock(recorded)
        _check_before(recorded, earlier)
        _check_held(recorded, vouched)
        _check_list(meeting, recorded, listed)
        _check_roll(recorded, roll)
        if listed and not (_placed(listed[0], places) and summaries.agree(kept, summaries.summary(recorded))):
            raise _Broken(None, "the summary is not what the log says")
        if filed != filing.State().after(recorded):
            raise _Broken(None, "the state of the papers is not what the log says")
    except _Broken as broken:
        return Verdict(meeting, False, len(rows), _hash(rows, recorded).hex(), broken.seq, broken.why)
    return Verdict(meeting, True, len(rows), _hash(rows, recorded).hex())


async def verify_all(
    database: Database,
    trusted: Collection[bytes] | None = None,
    witnessed: Mapping[str, Sequence[Sealed]] = MappingProxyType({}),
) -> AsyncIterator[Verdict]:
    """One verdict for every meeting of which anything is or should be kept, in order of id."""
    begun = sa.select(tables.meetings.c.id).where(tables.meetings.c.phase != "planned")
    every = sa.union(sa.select(tables.events.c.meeting), sa.select(tables.heads.c.meeting), begun)
    async with database.read() as connection:
        meetings = sorted({*(await connection.execute(every)).scalars(), *witnessed})
    for meeting in meetings:
        yield await verify(database, meeting, trusted, witnessed.get(meeting, ()))


async def _all(connection: AsyncConnection, table: sa.Table, key: str, meeting: str, order: str) -> list[Row]:
    query = sa.select(table).where(table.c[key] == meeting).order_by(table.c[order])
    return list(await connection.execute(query))


def _hash(rows: Sequence[Row], good: Sequence[Recorded]) -> bytes:
    """Of the last entry that was found good."""
    return rows[len(good) - 1].hash if good else GENESIS


def _chained(meeting: str, rows: Sequence[Row]) -> Iterator[Recorded]:
    """The entries, as far as all is well."""
    previous = GENESIS
    for expected, row in enumerate(rows, 1):
        if row.seq != expected:
            raise _Broken(expected, "the entry is missing")
        previous = link(previous, row.seq, row.body)
        if previous != row.hash:
            raise _Broken(row.seq, "the hash does not fit the entry and those before it")
        yield _entry(meeting, row)


def _entry(meeting: str, row: Row) -> Recorded:
    try:
        whose, recorded = from_body(row.body, meeting, row.seq)
    except CorruptRecord as corrupt:
        raise _Broken(row.seq, corrupt.why) from None
    if (whose, recorded.seq) != (meeting, row.seq):
        raise _Broken(row.seq, "the entry belongs elsewhere")
    columns = (row.at, row.by, row.cause, row.name)
    if columns != (recorded.at, recorded.by, recorded.cause, type(recorded.event).__name__):
        raise _Broken(row.seq, "the columns do not say what the body says")
    return recorded


def _check_end(
    meeting: str,
    recorded: Sequence[Recorded],
    rows: Sequence[Row],
    heads: Sequence[Row],
    trusted: Collection[bytes] | None,
) -> None:
    """A closed log has a signed head at its `Closed` and one at its last entry; an open one has none."""
    for head in heads:
        _check_head(meeting, rows, head, trusted)
    end = next((each.seq for each in recorded if isinstance(each.event, Closed)), 0)
    stray = next((each.seq for each in recorded[end:] if end and type(each.event) not in AFTER_THE_CLOSE), 0)
    if stray:
        raise _Broken(stray, "this cannot follow the end of the meeting")
    at = [head.seq for head in heads]
    if end and end not in at:
        raise _Broken(end, "the meeting is closed, but its signed head is missing")
    if end and at[-1] != len(recorded):
        raise _Broken(at[-1] + 1, "the entry follows the last signed head")
    if at and (not end or at[0] != end):
        raise _Broken(at[0], "the signed head is not that of this log")


def _check_head(meeting: str, rows: Sequence[Row], head: Row, trusted: Collection[bytes] | None) -> None:
    if trusted is not None and head.public_key not in trusted:
        raise _Broken(head.seq, "the head is signed with a key that is not ours")
    if not signed(Head(meeting, head.seq, head.hash), head.signature, head.public_key):
        raise _Broken(head.seq, "the signature of the head does not hold")
    if head.seq > len(rows):
        raise _Broken(len(rows) + 1, f"the entry is missing: the signed head stands at {head.seq}")
    row = rows[head.seq - 1]
    if (row.hash, row.at) != (head.hash, head.sealed_at):
        raise _Broken(head.seq, "the signed head is not that of this log")


def _check_witness(rows: Sequence[Row], witnessed: Sequence[Sealed]) -> None:
    """What was noted outside the database stands in it."""
    for sealed in witnessed:
        head = sealed.head
        if not signed(head, sealed.signature, sealed.public_key):
            continue  # a line that proves nothing
        if head.seq > len(rows):
            raise _Broken(len(rows) + 1, f"the entry is missing: the witness has a head at {head.seq}")
        if rows[head.seq - 1].hash != head.hash:
            raise _Broken(head.seq, "the witness has another head for this entry")


def _check_clock(recorded: Sequence[Recorded]) -> None:
    """A room never goes back in time (live/room.py): who sets the clock back writes what no room wrote."""
    for before, after in pairwise(recorded):
        if after.at < before.at:
            raise _Broken(after.seq, "the entry is dated before the one it follows")


def _first(rows: Sequence[Row]) -> Called | None:
    if not rows or rows[0].seq != 1:
        return None
    try:
        called = from_body(rows[0].body)[1].event
    except CorruptRecord:
        return None
    return called if isinstance(called, Called) else None


async def _earlier(connection: AsyncConnection, rows: Sequence[Row]) -> bytes | None:
    """What the log of the meeting before has at the entry that this one holds; None where there is none."""
    called = _first(rows)
    if called is None or called.before is None:
        return None
    return await _hash_at(connection, called.before.meeting, called.before.seq)


async def _vouched(connection: AsyncConnection, rows: Sequence[Row]) -> Mapping[str, bytes | None]:
    """Of a round: what the log of each group's meeting has at the entry that the round holds."""
    called = _first(rows)
    held = called.held if called else ()
    return {each.meeting: await _hash_at(connection, each.meeting, each.seq) for each in held}


async def _hash_at(connection: AsyncConnection, meeting: str, seq: int) -> bytes | None:
    kept = tables.events.c
    hash: bytes | None = await connection.scalar(sa.select(kept.hash).where(kept.meeting == meeting, kept.seq == seq))
    return hash


def _check_before(recorded: Sequence[Recorded], earlier: bytes | None) -> None:
    """Each month's log holds the head of the one before."""
    called = recorded[0].event if recorded else None
    if isinstance(called, Called) and called.before and (earlier is None or earlier.hex() != called.before.hash):
        raise _Broken(1, f"it holds a head of {called.before.meeting}, the meeting before, that is not in that log")


def _check_held(recorded: Sequence[Recorded], vouched: Mapping[str, bytes | None]) -> None:
    """The round holds the heads of its groups' meetings."""
    called = recorded[0].event if recorded else None
    for each in called.held if isinstance(called, Called) else ():
        hash = vouched.get(each.meeting)
        if hash is None or hash.hex() != each.hash:
            raise _Broken(1, f"it holds a head of {each.meeting}, the meeting of a group, that is not in that log")


def _check_list(meeting: str, recorded: Sequence[Recorded], listed: Sequence[Row]) -> None:
    if not recorded and not listed:
        raise _Broken(None, "there is no such meeting")
    phases = [PHASES[type(each.event)] for each in recorded if type(each.event) in PHASES]
    expected = phases[-1] if phases else "planned"
    if listed and listed[0].phase != expected:
        raise _Broken(
            len(recorded) + 1 if not recorded else None,
            f"the meeting is listed as {listed[0].phase}, by its log it is {expected}",
        )
    for name, said in _listed(recorded).items() if listed else ():
        if _to_the_millisecond(getattr(listed[0], name)) != _to_the_millisecond(said):
            raise _Broken(None, f"the list of meetings says another {name} than the log")


def _to_the_millisecond(value: object) -> object:
    """A log has no finer times (codec.moment)."""
    return value.replace(microsecond=value.microsecond // 1000 * 1000) if isinstance(value, datetime) else value


def _placed(row: Row, places: Collection[tuple[str, str, str]]) -> bool:
    """All its rows stand in one month, that of the meeting in any zone, and with its cell."""
    months = {f"{row.planned_for + timedelta(hours=hours):%Y-%m}" for hours in (-12, 14)}
    right = all(unit == row.unit_id and month in months and form in ("", row.form) for unit, month, form in places)
    return right and len({month for _, month, _ in places}) <= 1


def _listed(recorded: Sequence[Recorded]) -> Mapping[str, object]:
    """What the list of meetings must say, from the call on: which meeting it is, and when it opened and closed."""
    called = recorded[0].event if recorded else None
    if not isinstance(called, Called):
        return {}
    about = called.about
    said: dict[str, object] = {"title": about.title, "kind": about.kind.value, "form": about.form.value}
    said["planned_for"] = datetime.fromisoformat(about.planned_for)
    return said | {MOMENTS[type(each.event)]: each.at for each in recorded if type(each.event) in MOMENTS}


def _check_roll(recorded: Sequence[Recorded], roll: Sequence[Row]) -> None:
    kept = {(row.member, row.n): (row.began, row.ended, row.kinds) for row in roll}
    try:
        rolls = Rolls().after(recorded)
    except CorruptRecord as corrupt:
        raise _Broken(corrupt.seq, corrupt.why) from None
    expected = {
        (member, n): (row.began, row.ended, " ".join(sorted(row.kinds))) for member, n, row, _ in rolls.changed(Rolls())
    }
    for member, n in sorted(kept.keys() | expected.keys()):
        if kept.get((member, n)) != expected.get((member, n)):
            raise _Broken(None, f"the attendance of {member}, interval {n}, is not what the log says")
