"""Who is here: arriving, leaving, lost connections, members in the room, members behind another's device.

A connection is not presence.  Who loses his last connection is *silent*; only when the grace is over has he left, and
then since the moment he went silent.  Who was seen in the room by the chair, or is vouched for by the member beside
him, is present without a connection and is never silent.  After every decision each of those present is connected, in
the room, vouched for, or silent; who is vouched for is nothing else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from . import events as e
from . import rounds
from .ids import NO_CONNECTION, NOBODY, ConnectionId, GroupId, MemberId, Seat, SeatKind
from .refusal import Refused, kept_reason
from .rules import Regulation

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

DEVICES = ("", "phone", "tablet", "desktop")
PAGES_KEPT = 16  # of the pages a member has opened, how many we remember the order of


@dataclass(frozen=True, slots=True)
class Connection:
    device: str  # one of DEVICES
    since: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """One member, from Arrived to Left."""

    since: datetime
    connections: Mapping[ConnectionId, Connection] = field(default_factory=dict)  # the open ones
    pages: tuple[ConnectionId, ...] = ()  # in the order he first opened them; a page that reconnects keeps its place
    lost: datetime | None = None  # when the last open one ended; None while one is open or if there never was one
    held: ConnectionId = NO_CONNECTION  # the connection that was lost then
    in_room: bool = False
    voucher: MemberId = NOBODY

    @property
    def silent(self) -> datetime | None:
        """Since when nothing speaks for his being here; None when something does."""
        return None if self.in_room or self.voucher else self.lost

    @property
    def active(self) -> ConnectionId | None:
        """The newest of his open pages: the one that may send sound and picture."""
        return next((page for page in reversed(self.pages) if page in self.connections), None)


@dataclass(frozen=True, slots=True)
class Removal:
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Attendance:
    seats: Mapping[MemberId, Seat] = field(default_factory=dict)  # in the order of the roster
    present: Mapping[MemberId, Presence] = field(default_factory=dict)
    gone: Mapping[MemberId, datetime] = field(default_factory=dict)  # was here and has left: since when
    removed: Mapping[MemberId, Removal] = field(default_factory=dict)
    met: Mapping[MemberId, GroupId] = field(default_factory=dict)  # of a round: who was present in which group


# -- Questions -------------------------------------------------------------------------------------------------------


def seat_of(a: Attendance, member: MemberId) -> Seat:
    """Raises Refused("roster") for whoever is not entitled to attend."""
    if member not in a.seats:
        raise Refused("roster", "This person is not on the roster of the meeting.")
    return a.seats[member]


def connected(a: Attendance, member: MemberId) -> bool:
    presence = a.present.get(member)
    return presence is not None and bool(presence.connections)


def counts(a: Attendance, member: MemberId) -> bool:
    """Guests and supervisors attend and are not counted."""
    return a.seats[member].kind is SeatKind.MEMBER


def attended(a: Attendance, member: MemberId) -> bool:
    """Here now, or in the meeting of his group: who met there has attended the round."""
    return member in a.present or member in a.met


def holder(a: Attendance, connection: ConnectionId) -> MemberId | None:
    return next((member for member, presence in a.present.items() if connection in presence.connections), None)


# -- Coming and going ------------------------------------------------------------------------------------------------


def join(a: Attendance, by: MemberId, connection: ConnectionId, device: str) -> Iterator[e.Event]:
    """The first connection is an arrival; a second tab is not a second member; the same one twice is nothing."""
    if by in a.removed:
        raise Refused("removed", "You were removed from this meeting.")
    if not 1 <= len(connection) <= 64 or device not in DEVICES:
        raise Refused("connection", "This connection has no valid name.")
    owner = holder(a, connection)
    if owner not in (None, by):
        raise Refused("connection", "This connection belongs to somebody else.")
    if owner == by:
        return
    yield from _arrival(a, by)
    yield e.Connected(by, connection, device)
    if by in a.present and a.present[by].voucher:
        yield e.Unvouched(by, "")  # he is here himself now


def drop(a: Attendance, by: MemberId, connection: ConnectionId) -> Iterator[e.Event]:
    owner = holder(a, connection)
    if owner is not None and by in (owner, NOBODY):
        yield e.Disconnected(owner, connection)


def leave(a: Attendance, by: MemberId, at: datetime) -> Iterator[e.Event]:
    """Goes at once and without grace, with every device; what the chair or a neighbour saw of him ends too.

    Who was silent already was here until he went silent.
    """
    presence = a.present[by]
    for connection in presence.connections:
        yield e.Disconnected(by, connection)
    yield e.Left(by, presence.silent or at)


def recover(a: Attendance, since: str, at: datetime) -> Iterator[e.Event]:
    """After a restart.  `since`: the last moment at which the server is known to have lived, RFC 3339 with offset."""
    lost = min(datetime.fromisoformat(since), at)
    if any(presence.connections for presence in a.present.values()):
        yield e.ConnectionsLost(lost)


def _arrival(a: Attendance, member: MemberId) -> Iterator[e.Event]:
    if member not in a.present:
        yield e.Arrived(member)


# -- In the room, behind another's device ----------------------------------------------------------------------------


def tick(a: Attendance, member: MemberId) -> Iterator[e.Event]:
    seat = _not_removed(a, member)
    presence = a.present.get(member)
    if presence and presence.in_room:
        raise Refused("in-room", "{name} is already ticked as present in the room.", name=seat.name)
    yield from _arrival(a, member)
    yield e.TickedPresent(member)
    if presence and presence.voucher:
        yield e.Unvouched(member, "")  # the chair's own eyes are better


def untick(a: Attendance, member: MemberId, reason: str, at: datetime) -> Iterator[e.Event]:
    seat = seat_of(a, member)
    presence = a.present.get(member)
    if not presence or not presence.in_room:
        raise Refused("in-room", "{name} is not ticked as present in the room.", name=seat.name)
    yield e.UntickedPresent(member, kept_reason(reason))
    if not presence.connections:
        yield e.Left(member, at)


def may_vouch(a: Attendance, by: MemberId) -> None:
    """Raises Refused("vouch") unless `by` is a member who is connected himself."""
    if not counts(a, by):
        raise Refused("vouch", "Only a member of the cell may vouch for another.")
    if not connected(a, by):
        raise Refused("vouch", "Only who is connected himself may vouch for another.")


def vouch(a: Attendance, by: MemberId, member: MemberId) -> Iterator[e.Event]:
    seat = _not_removed(a, member)
    presence = a.present.get(member)
    if member == by:
        raise Refused("vouch", "Nobody vouches for himself.")
    if presence and (presence.connections or presence.in_room or presence.voucher):
        raise Refused("vouch", "{name} is already counted present.", name=seat.name)
    yield from _arrival(a, member)
    yield e.Vouched(member, by)


def may_unvouch(a: Attendance, by: MemberId, chair: MemberId) -> None:
    if by != chair and all(presence.voucher != by for presence in a.present.values()):
        raise Refused("vouch", "You vouch for nobody.")


def unvouch(
    a: Attendance, by: MemberId, chair: MemberId, member: MemberId, reason: str, at: datetime
) -> Iterator[e.Event]:
    """The voucher takes his word back without a reason; the chair must give one."""
    seat = seat_of(a, member)
    presence = a.present.get(member)
    if not presence or not presence.voucher:
        raise Refused("vouch", "Nobody vouches for {name}.", name=seat.name)
    if by not in (presence.voucher, chair):
        raise Refused("vouch", "Only the voucher or the chair may end this.")
    yield e.Unvouched(member, kept_reason(reason, needed=by != presence.voucher))
    yield e.Left(member, at)


# -- Removing --------------------------------------------------------------------------------------------------------


def remove(
    a: Attendance, member: MemberId, reason: str, chairs: tuple[MemberId, ...], at: datetime
) -> Iterator[e.Event]:
    """`chairs`: the acting and the rightful one, whom nobody removes."""
    seat = _not_removed(a, member)
    if member in chairs:
        raise Refused("remove", "The chair cannot be removed.")
    kept = kept_reason(reason)
    if member in a.present:
        yield from leave(a, member, at)
    yield e.Removed(seat.member, kept)


def readmit(a: Attendance, member: MemberId, reason: str) -> Iterator[e.Event]:
    seat = seat_of(a, member)
    if member not in a.removed:
        raise Refused("remove", "{name} was not removed.", name=seat.name)
    yield e.Readmitted(member, kept_reason(reason))


def _not_removed(a: Attendance, member: MemberId) -> Seat:
    seat = seat_of(a, member)
    if member in a.removed:
        raise Refused("remove", "{name} was removed from this meeting.", name=seat.name)
    return seat


# -- What follows by itself ------------------------------------------------------------------------------------------


def follows(a: Attendance, regulation: Regulation, at: datetime) -> Iterable[e.Event]:
    """Who sat behind the device of one who is gone goes with him; who was silent for the whole grace has left."""
    grace = timedelta(seconds=regulation.grace)
    for member, presence in a.present.items():
        if presence.voucher and presence.voucher not in a.present:
            yield e.Unvouched(member, "")
            yield e.Left(member, max(presence.since, a.gone.get(presence.voucher, at)))
        elif presence.silent and at >= presence.silent + grace:
            yield e.Left(member, presence.silent)


def due(a: Attendance, regulation: Regulation) -> datetime | None:
    first = min((presence.silent for presence in a.present.values() if presence.silent), default=None)
    return first and first + timedelta(seconds=regulation.grace)


# -- What happened ---------------------------------------------------------------------------------------------------


def _called(a: Attendance, event: e.Called, at: datetime) -> Attendance:
    return replace(a, seats={seat.member: seat for seat in event.roster}, met=rounds.met(event.held))


def _arrived(a: Attendance, event: e.Arrived, at: datetime) -> Attendance:
    return replace(a, present={**a.present, event.member: Presence(since=at)}, gone=_without(a.gone, event.member))


def _left(a: Attendance, event: e.Left, at: datetime) -> Attendance:
    return replace(a, present=_without(a.present, event.member), gone={**a.gone, event.member: event.since})


def _connected(a: Attendance, event: e.Connected, at: datetime) -> Attendance:
    was, page = a.present[event.member], event.connection
    opened = {**was.connections, page: Connection(event.device, at)}
    pages = was.pages if page in was.pages else _lately((*was.pages, page), opened)
    return _now(a, event.member, replace(was, connections=opened, pages=pages, lost=None, held=NO_CONNECTION))


def _lately(pages: tuple[ConnectionId, ...], opened: Collection[ConnectionId]) -> tuple[ConnectionId, ...]:
    """The last PAGES_KEPT; one that is open is never forgotten."""
    over = [page for page in pages if page not in opened][: max(0, len(pages) - PAGES_KEPT)]
    return tuple(page for page in pages if page not in over)


def _disconnected(a: Attendance, event: e.Disconnected, at: datetime) -> Attendance:
    was = a.present[event.member]
    left = _without(was.connections, event.connection)
    if left:
        return _now(a, event.member, replace(was, connections=left))
    return _now(a, event.member, replace(was, connections=left, lost=at, held=event.connection))


def _connections_lost(a: Attendance, event: e.ConnectionsLost, at: datetime) -> Attendance:
    return replace(a, present={member: _cut_off(was, event.since) for member, was in a.present.items()})


def _cut_off(was: Presence, since: datetime) -> Presence:
    """Nobody is silent from before he connected, however old the last sign of life of the server is."""
    if not was.connections:
        return was
    lost = max(since, *(connection.since for connection in was.connections.values()))
    return replace(was, connections={}, lost=lost, held=was.active or NO_CONNECTION)


def _ticked(a: Attendance, event: e.TickedPresent, at: datetime) -> Attendance:
    return _now(a, event.member, replace(a.present[event.member], in_room=True))


def _vouched(a: Attendance, event: e.Vouched, at: datetime) -> Attendance:
    return _now(a, event.member, replace(a.present[event.member], voucher=event.voucher))


def _unseen(a: Attendance, event: e.UntickedPresent | e.Unvouched, at: datetime) -> Attendance:
    """Nobody answers for him any more: without a connection of his own he is silent from now."""
    was = a.present[event.member]
    still = was.in_room and isinstance(event, e.Unvouched)
    lost = was.lost if was.connections else at
    return _now(a, event.member, replace(was, in_room=still, voucher=NOBODY, lost=lost))


def _removed(a: Attendance, event: e.Removed, at: datetime) -> Attendance:
    return replace(a, removed={**a.removed, event.member: Removal(at, event.reason)})


def _readmitted(a: Attendance, event: e.Readmitted, at: datetime) -> Attendance:
    return replace(a, removed=_without(a.removed, event.member))


def _now(a: Attendance, member: MemberId, presence: Presence) -> Attendance:
    return replace(a, present={**a.present, member: presence})


def _without(mapping: Mapping[_Key, _Value], key: _Key) -> dict[_Key, _Value]:
    return {other: value for other, value in mapping.items() if other != key}


_APPLIED: dict[type[e.Event], Callable[[Attendance, Any, datetime], Attendance]] = {
    e.Called: _called,
    e.Arrived: _arrived,
    e.Left: _left,
    e.Connected: _connected,
    e.Disconnected: _disconnected,
    e.ConnectionsLost: _connections_lost,
    e.TickedPresent: _ticked,
    e.UntickedPresent: _unseen,
    e.Vouched: _vouched,
    e.Unvouched: _unseen,
    e.Removed: _removed,
    e.Readmitted: _readmitted,
}


def apply(a: Attendance, event: e.Event, at: datetime) -> Attendance:
    applied = _APPLIED.get(type(event))
    return applied(a, event, at) if applied else a
