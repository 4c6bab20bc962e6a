"""What the log says of the meeting, for paper.  Pure: the attendance sheet is a reading of the recorded events."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from . import events as e
from .events import Recorded
from .ids import NOBODY, ConnectionId, GroupMeeting, MemberId, Post, Seat, SeatKind, Standing, Stay

ONLINE, IN_ROOM, VOUCHED = "online", "in_room", "vouched"


@dataclass(frozen=True, slots=True)
class Span:
    """Time present without a break and in the same manner."""

    begin: datetime
    end: datetime
    kinds: frozenset[str]  # of ONLINE, IN_ROOM, VOUCHED


@dataclass(frozen=True, slots=True)
class Line:
    """One seat of the attendance sheet."""

    member: MemberId
    name: str
    kind: SeatKind
    standing: Standing
    post: Post
    first: datetime | None  # the first arrival; None = never came
    last: datetime | None  # the last departure, or the end of the meeting
    came: bool  # was there when it opened, or later; or in the meeting of his group
    seconds: int  # present between Opened and Closed, of the group's meeting too; whole seconds
    spans: tuple[Span, ...]  # in order, apart from each other or touching; before the opening too
    silences: tuple[tuple[datetime, datetime], ...]  # lost connections within the grace: counted, and shown
    to_verify: bool
    removed: bool


def attendance_of(recorded: Sequence[Recorded]) -> tuple[Line, ...]:
    """The attendance sheet, one line for each seat in the order of the roster; empty for an empty log.

    Presence ends at `Left.since`, at `Closed`, or, while the meeting goes on, at the last thing recorded.  In a round
    who was present in the meeting of his group was present, and for so long as there.
    """
    rolls: dict[MemberId, _Roll] = {}
    sitting = _Sitting()
    for entry in recorded:
        sitting.read(entry)
        for roll, event in _concerned(rolls, entry.event):
            roll.read(event, entry.at)
        if isinstance(entry.event, e.Closed):
            break
    for roll in rolls.values():
        roll.stop(sitting.ended)
    return tuple(roll.line(sitting) for roll in rolls.values())


@dataclass(slots=True)
class _Sitting:
    """The meeting proper: what counts lies between these."""

    opened: datetime | None = None
    ended: datetime | None = None

    def read(self, entry: Recorded) -> None:
        if isinstance(entry.event, e.Opened):
            self.opened = entry.at
        self.ended = entry.at

    def saw(self, last: datetime | None) -> bool:
        """Who was there last before the opening only tried his telephone."""
        return last is not None and (self.opened is None or last >= self.opened)

    def within(self, span: Span) -> timedelta:
        if self.opened is None or self.ended is None:
            return timedelta()
        return max(min(span.end, self.ended) - max(span.begin, self.opened), timedelta())


def _concerned(rolls: dict[MemberId, "_Roll"], event: e.Event) -> Iterator[tuple["_Roll", Any]]:
    if isinstance(event, e.Called):
        connected = IN_ROOM if event.about.in_person else ONLINE
        rolls.update((seat.member, _Roll(seat, connected)) for seat in event.roster)
        for group in event.held:
            _met(rolls, group)
    elif isinstance(event, e.ConnectionsLost):
        yield from ((roll, event) for roll in rolls.values() if roll.open)
    elif isinstance(event, e.PresenceCheckEnded):
        yield from ((rolls[member], event) for member in event.missed)
    elif (member := getattr(event, "member", NOBODY)) in rolls:
        yield rolls[member], event


def _met(rolls: dict[MemberId, "_Roll"], group: GroupMeeting) -> None:
    for stay in group.stays:
        rolls[stay.member].met(stay, group)
    for member in group.to_verify:
        rolls[member].to_verify = True


@dataclass(slots=True)
class _Roll:
    """One seat while the log is read."""

    seat: Seat
    connected: str = ONLINE  # the manner of presence that a connection is
    here: bool = False
    open: dict[ConnectionId, datetime] = field(default_factory=dict)  # connection -> connected at
    lost: datetime | None = None  # when the last of them ended
    in_room: bool = False
    vouched: bool = False
    began: datetime | None = None  # the running span, of these kinds
    kinds: frozenset[str] = frozenset()
    silent: datetime | None = None  # the running silence
    first: datetime | None = None
    last: datetime | None = None
    arrivals: int = 0  # how many spans there were at the last arrival
    spans: list[Span] = field(default_factory=list)
    silences: list[tuple[datetime, datetime]] = field(default_factory=list)
    to_verify: bool = False
    removed: bool = False
    before: timedelta = timedelta()  # counted in the meeting of his group

    def met(self, stay: Stay, group: GroupMeeting) -> None:
        """Present before the round was called."""
        self.spans.append(Span(stay.began, stay.ended, frozenset(stay.kinds)))
        self.first, self.last, self.arrivals = self.first or stay.began, stay.ended, len(self.spans)
        within = min(stay.ended, group.closed_at) - max(stay.began, group.opened_at)
        self.before += max(within, timedelta())

    def read(self, event: e.Event, at: datetime) -> None:
        if read := _READ.get(type(event)):
            self._turn(read(self, event, at) or at)

    def stop(self, at: datetime | None) -> None:
        """Whoever is still here was here until `at`."""
        if self.here and at:
            self._end_silence(at)
            self._end_span(at)
            self.last = at

    def line(self, sitting: _Sitting) -> Line:
        present = sum((sitting.within(span) for span in self.spans), self.before)
        return Line(
            member=self.seat.member,
            name=self.seat.name,
            kind=self.seat.kind,
            standing=self.seat.standing,
            post=self.seat.post,
            first=self.first,
            last=self.last,
            came=bool(self.before) or sitting.saw(self.last),
            seconds=present // timedelta(seconds=1),
            spans=tuple(self.spans),
            silences=tuple(self.silences),
            to_verify=self.to_verify,
            removed=self.removed,
        )

    def _turn(self, at: datetime) -> None:
        """A new span wherever the manner of presence changes; a silence wherever nothing spoke for it."""
        held = self.in_room or self.vouched
        if self.silent and (held or not self.lost):
            self._end_silence(at)
        self.silent = self.lost if self.here and not held else None
        kinds = self._kinds()
        if kinds != self.kinds:
            at = max(at, self.began or at)  # connections may turn out to have been lost before the last change
            self._end_span(at)
            self.began, self.kinds = at, kinds

    def _kinds(self) -> frozenset[str]:
        online = bool(self.open) or self.silent is not None  # within the grace he counts as before
        kinds = ((self.connected, online), (IN_ROOM, self.in_room), (VOUCHED, self.vouched))
        return frozenset(kind for kind, is_so in kinds if is_so)

    def _end_span(self, at: datetime) -> None:
        if self.began and self.kinds and self.began < at:
            self.spans.append(Span(self.began, at, self.kinds))
        self.began, self.kinds = None, frozenset()

    def _end_silence(self, at: datetime) -> None:
        if self.silent and self.silent < at:
            self.silences.append((self.silent, at))
        self.silent = None

    def arrive(self, event: e.Arrived, at: datetime) -> None:
        self.here, self.first, self.arrivals = True, self.first or at, len(self.spans)

    def leave(self, event: e.Left, at: datetime) -> None:
        """Nothing of this presence lasts beyond `event.since`; the silence that ended it was an absence."""
        self._end_span(event.since)
        now = [replace(s, end=min(s.end, event.since)) for s in self.spans[self.arrivals :] if s.begin < event.since]
        self.spans[self.arrivals :] = now
        self.silences = [(begin, min(end, event.since)) for begin, end in self.silences if begin < event.since]
        self.here = self.in_room = self.vouched = False
        self.open, self.lost, self.silent, self.last = {}, None, None, event.since

    def connect(self, event: e.Connected, at: datetime) -> None:
        self.open[event.connection], self.lost = at, None

    def disconnect(self, event: e.Disconnected, at: datetime) -> None:
        del self.open[event.connection]
        if not self.open:
            self.lost = at

    def cut_off(self, event: e.ConnectionsLost, at: datetime) -> datetime:
        self.lost = max(event.since, *self.open.values())
        self.open = {}
        return self.lost

    def see(self, event: e.TickedPresent | e.Vouched, at: datetime) -> None:
        self.in_room = self.in_room or isinstance(event, e.TickedPresent)
        self.vouched = self.vouched or isinstance(event, e.Vouched)

    def unsee(self, event: e.UntickedPresent | e.Unvouched, at: datetime) -> None:
        self.in_room = self.in_room and isinstance(event, e.Unvouched)
        self.vouched = False
        self.lost = self.lost if self.open else at

    def judge(self, event: e.Event, at: datetime) -> None:
        self.to_verify = isinstance(event, e.PresenceCheckEnded)

    def bar(self, event: e.Event, at: datetime) -> None:
        self.removed = isinstance(event, e.Removed)


_READ: dict[type[e.Event], Callable[[_Roll, Any, datetime], datetime | None]] = {
    e.Arrived: _Roll.arrive,
    e.Left: _Roll.leave,
    e.Connected: _Roll.connect,
    e.Disconnected: _Roll.disconnect,
    e.ConnectionsLost: _Roll.cut_off,
    e.TickedPresent: _Roll.see,
    e.Vouched: _Roll.see,
    e.UntickedPresent: _Roll.unsee,
    e.Unvouched: _Roll.unsee,
    e.PresenceCheckEnded: _Roll.judge,
    e.PresenceAnswered: _Roll.judge,
    e.Verified: _Roll.judge,
    e.Removed: _Roll.bar,
    e.Readmitted: _Roll.bar,
}
