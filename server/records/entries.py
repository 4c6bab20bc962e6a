"""What every store of the log has in common: how events become sealed entries, and entries events again.  Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..meeting.events import AFTER_THE_CLOSE, Called, Closed, Event, GatheringBegan, Opened, Paused, Recorded, Resumed
from ..meeting.ids import MemberId
from .chain import first_broken, links
from .codec import CorruptRecord, from_body, to_body

# What the list of meetings says after such an event.
PHASES: Mapping[type[Event], str] = {
    Called: "called",
    GatheringBegan: "gathering",
    Opened: "open",
    Paused: "paused",
    Resumed: "open",
    Closed: "closed",
}
MOMENTS: Mapping[type[Event], str] = {Opened: "opened_at", Closed: "closed_at"}  # when, in the same list


def may_follow(closed: bool, events: Sequence[Event]) -> bool:
    """Whether these may be the next entries of a log: after `Closed` only what stands in AFTER_THE_CLOSE."""
    for event in events:
        if closed and type(event) not in AFTER_THE_CLOSE:
            return False
        closed = closed or isinstance(event, Closed)
    return True


class SeqTaken(Exception):
    """Somebody else wrote entry `seq` of this meeting, or what stood before it is gone: read again, decide anew."""

    def __init__(self, meeting: str, seq: int) -> None:
        super().__init__(f"Entry {seq} of the log of meeting {meeting} is not ours to write.")
        self.meeting, self.seq = meeting, seq


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is kept."""

    meeting: str
    recorded: Recorded
    body: bytes
    hash: bytes


def sealed(
    meeting: str, previous: bytes, after: int, events: Sequence[Event], at: datetime, by: MemberId, cause: str
) -> list[Entry]:
    """The entries after+1, after+2, … behind the hash `previous`.  Raises ValueError for what may not follow."""
    if not may_follow(False, events):
        raise ValueError("Nothing of the meeting follows its end.")
    recorded = [Recorded(seq, at, by, cause, event) for seq, event in enumerate(events, after + 1)]
    bodies = [to_body(meeting, each) for each in recorded]
    return [
        Entry(meeting, each, body, hash)
        for each, body, hash in zip(recorded, bodies, links(previous, after, bodies), strict=True)
    ]


def opened(meeting: str, rows: Sequence[tuple[int, bytes, bytes]]) -> list[Recorded]:
    """The entries of the rows (seq, body, hash), which are in order.  Raises CorruptRecord at the first broken one."""
    if broken := first_broken(rows):
        raise CorruptRecord(meeting, *broken)
    return [_entry(meeting, seq, body) for seq, body, _ in rows]


def _entry(meeting: str, seq: int, body: bytes) -> Recorded:
    whose, recorded = from_body(body, meeting, seq)
    if (whose, recorded.seq) != (meeting, seq):
        raise CorruptRecord(meeting, seq, "the entry belongs elsewhere")
    return recorded
