"""The record of one meeting as it is carried out of the house, checked without a database.

    log.jsonl, heads.jsonl, manifest.json, manifest.sig    see parcel.py; the manifest says {"meeting": id}
    papers/…    minutes.pdf and resolution.pdf as they were signed, and what else was drawn from the log
    groups/…    of a round: the signed heads of each group's meeting, MEETING.jsonl, which the round's log names

How a member voted leaves the house with nobody: the body of a ballot is withheld, its hash stands, and the chain goes
on from that.  An entry may only be withheld where a ballot could have been: while a vote is open.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import (
    AFTER_THE_CLOSE,
    BallotCast,
    Called,
    Closed,
    HandContested,
    HandEntered,
    PaperDrawnUp,
    PaperSigned,
    Recorded,
    VoteCancelled,
    VoteClosed,
    VoteOpened,
    VotesCounted,
)
from ..meeting.ids import GroupMeeting
from . import parcel, tables
from .chain import GENESIS, link
from .codec import CorruptRecord, from_body
from .parcel import HEADS, LOG, MANIFEST, SIGNATURE, Unreadable, json_object
from .signing import Key, signed
from .witness import Sealed

WITHHELD = frozenset(kind.__name__ for kind in (BallotCast, HandEntered, HandContested))
PAPERS, GROUPS = "papers/", "groups/"
LARGEST, MOST_FILES = 256 << 20, 200  # bytes unpacked; files


# -- Packing ---------------------------------------------------------------------------------------------------------


async def log_and_heads(connection: AsyncConnection, meeting: str) -> tuple[bytes, bytes]:
    """The contents of log.jsonl and heads.jsonl."""
    e = tables.events
    entries = await connection.execute(
        sa.select(e.c.name, e.c.body, e.c.hash).where(e.c.meeting == meeting).order_by(e.c.seq)
    )
    log = b"".join(_line(row.name, row.body, row.hash) for row in entries)
    return log, await parcel.heads_of(connection, meeting)


async def groups_heads(connection: AsyncConnection, meetings: Collection[str]) -> dict[str, bytes]:
    """Of a round: the files of its groups' heads."""
    return {_group_file(meeting): await parcel.heads_of(connection, meeting) for meeting in meetings}


def _group_file(meeting: str) -> str:
    return f"{GROUPS}{meeting}.jsonl"


def _line(name: str, body: bytes, hash: bytes) -> bytes:
    return parcel.log_line(hash, body, name if name in WITHHELD else "")


def packed(meeting: str, files: Mapping[str, bytes], key: Key) -> bytes:
    """The ZIP of `files` with its signed manifest."""
    return parcel.packed({"meeting": meeting}, files, key)


# -- Checking --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Findings:
    """What a meeting's file is worth.  `wrong`: every fault found, in words; none = whole."""

    meeting: str
    count: int = 0  # entries
    withheld: int = 0  # of them ballots, whose content was not carried
    head: str = ""  # hash of the last entry, hex
    keys: tuple[str, ...] = ()  # that signed, hex
    signed: tuple[str, ...] = ()  # papers that both have signed
    wrong: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.wrong


@dataclass(slots=True)
class _Check:
    trusted: Collection[bytes] | None
    meeting: str = "?"
    wrong: list[str] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)  # as far as the chain holds
    names: dict[int, str] = field(default_factory=dict)
    entries: dict[int, Recorded] = field(default_factory=dict)
    withheld: int = 0
    keys: set[bytes] = field(default_factory=set)

    def bad(self, what: str) -> None:
        self.wrong.append(what)


def check(file: Path | bytes, trusted: Collection[bytes] | None = None) -> Findings:
    """Look through a meeting's file.  `trusted`: the public keys that may have signed; None = any, which are named."""
    found = _Check(trusted)
    try:
        files = _unpacked(file)
        _manifest(found, files)
        _chain(found, files[LOG])
        _heads(found, files[HEADS])
        _groups(found, files)
        papers = _papers(found, files)
    except Unreadable as unreadable:
        return Findings(found.meeting, wrong=(*found.wrong, str(unreadable)))
    return Findings(
        found.meeting,
        len(found.names),
        found.withheld,
        found.hashes[-1].hex() if found.hashes else "",
        tuple(sorted(key.hex() for key in found.keys)),
        tuple(papers),
        tuple(found.wrong),
    )


def _unpacked(file: Path | bytes) -> dict[str, bytes]:
    files = parcel.unpacked(file, "a meeting's file", MOST_FILES, LARGEST)
    if missing := sorted({MANIFEST, SIGNATURE, LOG, HEADS} - files.keys()):
        raise Unreadable(f"{missing[0]} is missing")
    return files


def _manifest(found: _Check, files: Mapping[str, bytes]) -> None:
    manifest = parcel.manifest_of(files, found.trusted)
    if not isinstance(manifest.about.get("meeting"), str):
        raise Unreadable(f"{MANIFEST} cannot be read")
    found.meeting = manifest.about["meeting"]
    found.keys.add(manifest.public_key)
    found.wrong.extend(manifest.wrong)


def _key(found: _Check, public: bytes, where: str) -> None:
    found.keys.add(public)
    if found.trusted is not None and public not in found.trusted:
        found.bad(f"{where}: it is signed with a key that is not trusted")


def _chain(found: _Check, log: bytes) -> None:
    """Every entry on its own, so that each broken one is named; the chain goes on from the hash that stands there."""
    previous, open_votes = GENESIS, 0
    for seq, line in enumerate(log.splitlines(), start=1):
        read = json_object(line, f"{LOG}, entry {seq}")
        try:
            hash = bytes.fromhex(read["hash"])
        except (KeyError, TypeError, ValueError):
            raise Unreadable(f"{LOG}, entry {seq} cannot be read") from None
        if "withheld" in read:
            found.withheld += 1
            found.names[seq] = str(read["withheld"])
            if read.keys() != {"hash", "withheld"} or found.names[seq] not in WITHHELD or open_votes != 1:
                found.bad(f"{LOG}: entry {seq} is withheld and may not be")
        else:
            open_votes += _entry(found, seq, previous, hash, line, read)
        found.hashes.append(hash)
        previous = hash


def _entry(found: _Check, seq: int, previous: bytes, hash: bytes, line: bytes, read: dict[str, Any]) -> int:
    """Returns how many votes more are open after it: -1, 0 or 1."""
    try:
        body = rfc8785.dumps(read.get("body"))
        whose, recorded = from_body(body, found.meeting, seq)
    except (CorruptRecord, ValueError, RecursionError) as corrupt:
        found.names[seq] = "?"
        found.bad(f"{LOG}: entry {seq}: {corrupt.why if isinstance(corrupt, CorruptRecord) else 'cannot be read'}")
        return 0
    name = found.names[seq] = type(recorded.event).__name__
    found.entries[seq] = recorded
    if link(previous, seq, body) != hash:
        found.bad(f"{LOG}: entry {seq}: the hash does not fit the entry and those before it")
    if (whose, recorded.seq) != (found.meeting, seq) or _line(name, body, hash) != line + b"\n":
        found.bad(f"{LOG}: entry {seq}: the entry belongs elsewhere")
    return {VoteOpened: 1, VoteClosed: -1, VotesCounted: -1}.get(type(recorded.event), 0) + _cancelled(found, recorded)


def _cancelled(found: _Check, recorded: Recorded) -> int:
    """A vote that is cancelled was open, unless it was on paper."""
    if not isinstance(recorded.event, VoteCancelled):
        return 0
    opened = (each.event for each in found.entries.values() if isinstance(each.event, VoteOpened))
    return -1 if any(each.vote == recorded.event.vote for each in opened) else 0


def _heads(found: _Check, heads: bytes) -> None:
    at = []
    for sealed in _read_heads(HEADS, heads):
        at.append(sealed.head.seq)
        _head(found, sealed)
    end = next((seq for seq, entry in found.entries.items() if isinstance(entry.event, Closed)), 0)
    if not end:
        found.bad("the meeting is not closed")
    elif end not in at:
        found.bad(f"the head of the close (entry {end}) is missing")
    if not at or max(at) != len(found.hashes):
        found.bad(f"the log has {len(found.hashes)} entries, the last signed head stands at {max(at, default=0)}")
    for seq in (seq for seq in found.names if end and seq > end):
        entry = found.entries.get(seq)
        if entry is not None and type(entry.event) not in AFTER_THE_CLOSE:
            found.bad(f"{LOG}: entry {seq} cannot follow the end of the meeting")


def _head(found: _Check, sealed: Sealed) -> None:
    head, where = sealed.head, f"the head at entry {sealed.head.seq}"
    _key(found, sealed.public_key, where)
    if head.meeting != found.meeting:
        found.bad(f"{where}: it is of another meeting")
    if not signed(head, sealed.signature, sealed.public_key):
        found.bad(f"{where}: the signature does not hold")
    if head.seq <= len(found.hashes) and found.hashes[head.seq - 1] != head.hash:
        found.bad(f"{where}: it is not that of this log")


def _groups(found: _Check, files: Mapping[str, bytes]) -> None:
    """Each head that the round holds of a group's meeting was signed."""
    first = found.entries.get(1)
    for group in first.event.held if first and isinstance(first.event, Called) else ():
        name = _group_file(group.meeting)
        if name not in files:
            found.bad(f"{name}: the heads of the meeting of a group are missing")
        elif not any(_is_head(found, sealed, group) for sealed in _read_heads(name, files[name])):
            found.bad(f"{name}: the head that the log holds of this meeting is not in it")


def _read_heads(name: str, content: bytes) -> Iterator[Sealed]:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            yield Sealed.read(json_object(line, name))
        except ValueError:
            raise Unreadable(f"{name}, line {number} cannot be read") from None


def _is_head(found: _Check, sealed: Sealed, group: GroupMeeting) -> bool:
    head = sealed.head
    if (head.meeting, head.seq, head.hash.hex()) != (group.meeting, group.seq, group.hash):
        return False
    _key(found, sealed.public_key, f"the head of {group.meeting}")
    return signed(head, sealed.signature, sealed.public_key)


def _papers(found: _Check, files: Mapping[str, bytes]) -> Iterator[str]:
    """What the log says was signed is the file that is here.  Gives the kinds that both have signed."""
    drawn: dict[str, PaperDrawnUp] = {}
    by: dict[str, set[bool]] = {}
    for entry in found.entries.values():
        event = entry.event
        if isinstance(event, PaperDrawnUp):
            drawn[event.kind], by[event.kind] = event, set()
        elif isinstance(event, PaperSigned) and event.kind in drawn and event.sha256 == drawn[event.kind].sha256:
            by[event.kind].add(event.secretary)
    names = {f"{PAPERS}{kind}.pdf": kind for kind in ("minutes", "resolution")}
    for name, kind in names.items():
        if kind not in drawn:
            if name in files:
                found.bad(f"{name}: the log knows no such paper")
        elif name not in files:
            found.bad(f"{name}: the paper that the log names is missing")
        elif sha256(files[name]).hexdigest() != drawn[kind].sha256:
            found.bad(f"{name}: it is not the paper that was signed in the log")
    return iter(sorted(kind for kind, capacities in by.items() if len(capacities) == 2))


def report(findings: Findings) -> Sequence[str]:
    """Lines for whoever asked."""
    if findings.ok:
        papers = ", ".join(findings.signed) or "none"
        return (
            f"{findings.meeting}: {findings.count} events, whole, head {findings.head}",
            f"  ballots withheld: {findings.withheld}; papers signed by both: {papers}",
            *(f"  signed with {key}" for key in findings.keys),
        )
    return (f"{findings.meeting}: not whole", *(f"  {what}" for what in findings.wrong))
