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
from .parcel import HEADS, LOG, MANIFEST, SIGNATURE, Unreadable
from .signing import Key, signed
from .walking import faults, sealed, walked
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


def _chain(found: _Check, log: bytes) -> None:
    """What is withheld may only be a ballot, where a vote was open; a ballot that is not withheld is out of place."""
    open_votes = 0
    for entry in walked(log, LOG, found.meeting):
        found.hashes.append(entry.hash)
        found.names[entry.seq] = entry.name
        found.withheld += entry.withheld
        if entry.withheld and (entry.wrong or entry.name not in WITHHELD or open_votes != 1):
            found.bad(f"{LOG}: entry {entry.seq} is withheld and may not be")
            continue
        wrong = entry.wrong
        if entry.recorded:
            open_votes += _opened(found, entry.recorded)
            found.entries[entry.seq] = entry.recorded
            wrong = wrong or (("the entry belongs elsewhere",) if entry.name in WITHHELD else ())
        for what in wrong:
            found.bad(f"{LOG}: entry {entry.seq}: {what}")


def _opened(found: _Check, recorded: Recorded) -> int:
    """How many votes more are open after it: -1, 0 or 1.  A vote that is cancelled was open, unless it was on paper."""
    if isinstance(recorded.event, VoteCancelled):
        opened = (each.event for each in found.entries.values() if isinstance(each.event, VoteOpened))
        return -1 if any(each.vote == recorded.event.vote for each in opened) else 0
    return {VoteOpened: 1, VoteClosed: -1, VotesCounted: -1}.get(type(recorded.event), 0)


def _heads(found: _Check, content: bytes) -> None:
    heads = sealed(content, HEADS)
    found.keys.update(each.public_key for each in heads)
    found.wrong.extend(faults(heads, found.meeting, found.hashes, found.trusted))
    end = next((seq for seq, entry in found.entries.items() if isinstance(entry.event, Closed)), 0)
    if not end:
        found.bad("the meeting is not closed")
    elif end not in {each.head.seq for each in heads}:
        found.bad(f"the head of the close (entry {end}) is missing")
    for seq in (seq for seq in found.names if end and seq > end):
        entry = found.entries.get(seq)
        if entry is not None and type(entry.event) not in AFTER_THE_CLOSE:
            found.bad(f"{LOG}: entry {seq} cannot follow the end of the meeting")


def _groups(found: _Check, files: Mapping[str, bytes]) -> None:
    """Each head that the round holds of a group's meeting was signed."""
    first = found.entries.get(1)
    for group in first.event.held if first and isinstance(first.event, Called) else ():
        name = _group_file(group.meeting)
        if name not in files:
            found.bad(f"{name}: the heads of the meeting of a group are missing")
        elif not any(_is_head(found, each, group) for each in sealed(files[name], name)):
            found.bad(f"{name}: the head that the log holds of this meeting is not in it")


def _is_head(found: _Check, each: Sealed, group: GroupMeeting) -> bool:
    head = each.head
    if (head.meeting, head.seq, head.hash.hex()) != (group.meeting, group.seq, group.hash):
        return False
    found.keys.add(each.public_key)
    if found.trusted is not None and each.public_key not in found.trusted:
        found.bad(f"the head of {group.meeting}: it is signed with a key that is not trusted")
    return signed(head, each.signature, each.public_key)


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
