"""The log without a database: for meetings that need not outlive the process, and beside the others in the tests."""

from collections.abc import Sequence
from datetime import datetime

from ..meeting.events import Closed, Event, Recorded
from ..meeting.ids import MemberId
from .chain import GENESIS
from .entries import Entry, SeqTaken, may_follow, opened, sealed


class MemoryLog:
    """Same interface as `Log`; keeps the same bytes."""

    taken = SeqTaken

    def __init__(self) -> None:
        self._entries: dict[str, list[Entry]] = {}

    async def append(
        self, meeting: str, after: int, events: Sequence[Event], at: datetime, by: MemberId, cause: str
    ) -> int:
        kept = self._entries.get(meeting, [])
        closed = any(isinstance(entry.recorded.event, Closed) for entry in kept)
        if len(kept) != after or (closed and not may_follow(True, events)):
            raise SeqTaken(meeting, after + 1)
        previous = kept[-1].hash if kept else GENESIS
        self._entries[meeting] = kept + sealed(meeting, previous, after, events, at, by, cause)
        return after + len(events)

    async def read(self, meeting: str) -> list[Recorded]:
        kept = self._entries.get(meeting, [])
        return opened(meeting, [(entry.recorded.seq, entry.body, entry.hash) for entry in kept])

    async def head(self, meeting: str) -> tuple[int, bytes]:
        kept = self._entries.get(meeting, [])
        return (len(kept), kept[-1].hash) if kept else (0, GENESIS)
