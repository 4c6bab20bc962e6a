"""A log as it is carried out of the house, walked entry by entry: of what is withheld the hash stands, and the chain
goes on from that.  The one way to walk it, for a meeting's file (carried.py) and for an inspection's (inspection.py).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import rfc8785

from ..meeting.events import Recorded
from .chain import GENESIS, link
from .codec import CorruptRecord, from_body
from .parcel import Unreadable, json_object, log_line
from .signing import signed
from .witness import Sealed

UNKNOWN = "?"  # name of an event that cannot be read


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    hash: bytes  # as it stands there
    name: str  # of its event, or UNKNOWN
    recorded: Recorded | None  # None: withheld, or it cannot be read
    withheld: bool
    meeting: str  # "" = not known yet
    wrong: tuple[str, ...]  # faults found, in words


def walked(log: bytes, where: str, meeting: str = "") -> Iterator[Entry]:
    """Every entry on its own, so that each broken one is named.  `where` the log is; without `meeting` it is that of
    the first entry that can be read.  Raises Unreadable."""
    previous = GENESIS
    for seq, line in enumerate(log.splitlines(), start=1):
        entry = _entry(seq, previous, line, f"{where}, entry {seq}", meeting)
        yield entry
        previous, meeting = entry.hash, entry.meeting


def _entry(seq: int, previous: bytes, line: bytes, where: str, meeting: str) -> Entry:
    read = json_object(line, where)
    try:
        hash = bytes.fromhex(read["hash"])
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{where} cannot be read") from None
    if "withheld" in read:
        name = str(read["withheld"])
        return Entry(seq, hash, name, None, True, meeting, _elsewhere(log_line(hash, b"", name) == line + b"\n"))
    try:
        body = rfc8785.dumps(read.get("body"))
        whose, recorded = from_body(body, meeting or UNKNOWN, seq)
    except (CorruptRecord, ValueError, RecursionError) as corrupt:
        why = corrupt.why if isinstance(corrupt, CorruptRecord) else "cannot be read"
        return Entry(seq, hash, UNKNOWN, None, False, meeting, (why,))
    fits = () if link(previous, seq, body) == hash else ("the hash does not fit the entry and those before it",)
    own = (whose, recorded.seq) == (meeting or whose, seq) and log_line(hash, body) == line + b"\n"
    name = type(recorded.event).__name__
    return Entry(seq, hash, name, recorded, False, meeting or whose, (*fits, *_elsewhere(own)))


def _elsewhere(own: bool) -> tuple[str, ...]:
    return () if own else ("the entry belongs elsewhere",)


# -- The signed heads ------------------------------------------------------------------------------------------------


def sealed(heads: bytes, where: str) -> Sequence[Sealed]:
    """Raises Unreadable."""
    found = []
    for number, line in enumerate(heads.splitlines(), start=1):
        try:
            found.append(Sealed.read(json_object(line, where)))
        except ValueError:
            raise Unreadable(f"{where}, line {number} cannot be read") from None
    return found


def faults(
    heads: Sequence[Sealed], meeting: str, hashes: Sequence[bytes], trusted: Collection[bytes] | None
) -> Iterator[str]:
    """What is wrong with these heads of the log with these hashes.  `trusted`: the keys that may sign; None = any."""
    for each in heads:
        head, where = each.head, f"the head at entry {each.head.seq}"
        if trusted is not None and each.public_key not in trusted:
            yield f"{where}: it is signed with a key that is not trusted"
        if head.meeting != meeting:
            yield f"{where}: it is of another meeting"
        if not signed(head, each.signature, each.public_key):
            yield f"{where}: the signature does not hold"
        if head.seq <= len(hashes) and hashes[head.seq - 1] != head.hash:
            yield f"{where}: it is not that of this log"
    last = max((each.head.seq for each in heads), default=0)
    if last != len(hashes):
        yield f"the log has {len(hashes)} entries, the last signed head stands at {last}"
