"""Where everyone was while he was present: in the hall, or in which group.  Pure: a reading of the recorded events.

It divides the spans of the attendance sheet and changes none: the seconds of presence are those of a meeting that never
split.  In a round it begins with the meeting of each group, where its members were until the round was called.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import events as e
from .events import Recorded
from .ids import HALL, GroupId, MemberId
from .minutes import Line, attendance_of
from .state import Meeting, apply


@dataclass(frozen=True, slots=True)
class Stay:
    """Time present in one place without a break."""

    begin: datetime
    end: datetime
    place: GroupId  # HALL, or a group
    name: str  # of the group; "" in the hall


_Moves = dict[MemberId, list[tuple[datetime, GroupId, str]]]


def whereabouts_of(recorded: Sequence[Recorded]) -> dict[MemberId, tuple[Stay, ...]]:
    """For each seat its stays, in order; where it was present and the meeting never split, all of them in the hall."""
    moves = _moves(recorded)
    return {line.member: tuple(_stays(line, moves[line.member])) for line in attendance_of(recorded)}


def _moves(recorded: Sequence[Recorded]) -> _Moves:
    """When each changed his place: (since, place, name), in order."""
    meeting, moves = Meeting(), _Moves()
    for entry in recorded:
        before = meeting.groups
        meeting = apply(meeting, entry.event, entry.at)
        if isinstance(entry.event, e.Called):
            moves = _met(entry.event)
        elif meeting.groups is before:
            continue
        for member in meeting.attendance.seats:
            place = meeting.place(member)
            known = moves.setdefault(member, [])
            if not known or known[-1][1] != place:
                known.append((entry.at, place, _name(meeting, place)))
    return moves


def _met(event: e.Called) -> _Moves:
    """Where each was before the round was called: in the one group whose meeting he attended."""
    moves = _Moves()
    for group in event.held:
        for stay in group.stays:
            moves.setdefault(stay.member, [(stay.began, group.group, group.name)])
    return moves


def _name(m: Meeting, place: GroupId) -> str:
    return m.groups.apart.groups[place].name if m.groups.apart and place != HALL else ""


def _stays(line: Line, moves: Sequence[tuple[datetime, GroupId, str]]) -> Iterator[Stay]:
    for begin, end in _unbroken(line):
        for (since, place, name), until in zip(moves, (*(later[0] for later in moves[1:]), end), strict=True):
            if max(since, begin) < min(until, end):
                yield Stay(max(since, begin), min(until, end), place, name)


def _unbroken(line: Line) -> Iterator[tuple[datetime, datetime]]:
    """The spans of presence, in whatever manner."""
    running: tuple[datetime, datetime] | None = None
    for span in line.spans:
        if running and running[1] == span.begin:
            running = (running[0], span.end)
            continue
        if running:
            yield running
        running = (span.begin, span.end)
    if running:
        yield running
