"""The speaker queue, the floor, free discussion.  One numbered queue, the same for all, kept through reconnects."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from . import events as e
from .attendance import Attendance, connected, seat_of
from .ids import HALL, GroupId, MemberId
from .refusal import Refused
from .rules import Regulation

LONGEST_EXTENSION = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Floor:
    member: MemberId
    since: datetime
    until: datetime  # the clock shows what is over; nobody is cut off


@dataclass(frozen=True, slots=True)
class Speaking:
    queue: tuple[MemberId, ...] = ()
    list_open: bool = True
    floor: Floor | None = None
    free: bool = False  # free discussion: everyone may be heard


# -- The queue -------------------------------------------------------------------------------------------------------


def ask(speaking: Speaking, by: MemberId) -> Iterator[e.Event]:
    if by in speaking.queue:
        raise Refused("queue", "You already stand in the queue.")
    if has_floor(speaking, by):
        raise Refused("queue", "You have the floor.")
    if not speaking.list_open:
        raise Refused("list", "The list of speakers is closed.")
    yield e.SpeakerQueued(by)


def withdraw(speaking: Speaking, by: MemberId) -> Iterator[e.Event]:
    if by not in speaking.queue:
        raise Refused("queue", "You do not stand in the queue.")
    yield e.RequestWithdrawn(by)


def strike(speaking: Speaking, a: Attendance, member: MemberId) -> Iterator[e.Event]:
    _waiting(speaking, a, member)
    yield e.RequestStruck(member)


def move(speaking: Speaking, a: Attendance, member: MemberId, before: MemberId) -> Iterator[e.Event]:
    """To stand right before `before`; NOBODY = last.  Where he stands already, nothing happens."""
    _waiting(speaking, a, member)
    if before:
        _waiting(speaking, a, before)
    if member != before and _moved(speaking.queue, member, before) != speaking.queue:
        yield e.RequestMoved(member, before)


def close_list(speaking: Speaking) -> Iterator[e.Event]:
    if not speaking.list_open:
        raise Refused("list", "The list of speakers is already closed.")
    yield e.ListClosed()


def open_list(speaking: Speaking) -> Iterator[e.Event]:
    if speaking.list_open:
        raise Refused("list", "The list of speakers is already open.")
    yield e.ListOpened()


def _waiting(speaking: Speaking, a: Attendance, member: MemberId) -> None:
    seat = seat_of(a, member)
    if member not in speaking.queue:
        raise Refused("queue", "{name} does not stand in the queue.", name=seat.name)


def _moved(queue: tuple[MemberId, ...], member: MemberId, before: MemberId) -> tuple[MemberId, ...]:
    others = [other for other in queue if other != member]
    others.insert(others.index(before) if before else len(others), member)
    return tuple(others)


# -- The floor -------------------------------------------------------------------------------------------------------


def has_floor(speaking: Speaking, member: MemberId) -> bool:
    return speaking.floor is not None and speaking.floor.member == member


def give(
    speaking: Speaking, a: Attendance, regulation: Regulation, member: MemberId, at: datetime
) -> Iterator[e.Event]:
    """To anyone who can be heard: connected, or in the room.  Whoever speaks is ended first."""
    seat = seat_of(a, member)
    if not connected(a, member) and not (member in a.present and a.present[member].in_room):
        raise Refused("floor", "{name} is not here to speak.", name=seat.name)
    if has_floor(speaking, member):
        raise Refused("floor", "{name} has the floor already.", name=seat.name)
    yield from hush(speaking)
    yield e.FloorGiven(member, at + timedelta(seconds=regulation.speech_limit))


def end(speaking: Speaking, by: MemberId, chair: MemberId) -> Iterator[e.Event]:
    if speaking.floor is None:
        raise Refused("floor", "Nobody has the floor.")
    if by not in (speaking.floor.member, chair):
        raise Refused("floor", "Only the speaker or the chair ends a speech.")
    yield from hush(speaking)


def hush(speaking: Speaking) -> Iterator[e.Event]:
    if speaking.floor:
        yield e.SpeechEnded(speaking.floor.member)


def somebody_speaks(speaking: Speaking) -> Floor:
    """Raises Refused("floor") when nobody does."""
    if speaking.floor is None:
        raise Refused("floor", "Nobody has the floor.")
    return speaking.floor


def extend(speaking: Speaking, seconds: int, at: datetime) -> Iterator[e.Event]:
    """Counted from the end of the speech, or from now when it is over time already."""
    floor = somebody_speaks(speaking)
    if not 1 <= seconds <= LONGEST_EXTENSION:
        raise Refused("extension", "A speech is extended by 1 to {most} seconds.", most=LONGEST_EXTENSION)
    yield e.SpeechExtended(max(floor.until, at) + timedelta(seconds=seconds))


# -- Free discussion -------------------------------------------------------------------------------------------------


def open_discussion(speaking: Speaking) -> Iterator[e.Event]:
    if speaking.free:
        raise Refused("discussion", "The discussion is already free.")
    yield e.DiscussionOpened()


def close_discussion(speaking: Speaking) -> Iterator[e.Event]:
    if not speaking.free:
        raise Refused("discussion", "The discussion is not free.")
    yield e.DiscussionClosed()


def follows(speaking: Speaking, here: Callable[[MemberId], bool]) -> Iterable[e.Event]:
    """Who is gone does not keep the floor.  `here`: who is present in the place of this debate."""
    if speaking.floor and not here(speaking.floor.member):
        yield e.SpeechEnded(speaking.floor.member)


# -- What happened ---------------------------------------------------------------------------------------------------


def _out_of_queue(speaking: Speaking, event: e.RequestWithdrawn | e.RequestStruck | e.Left, at: datetime) -> Speaking:
    if event.member not in speaking.queue:
        return speaking
    return replace(speaking, queue=tuple(member for member in speaking.queue if member != event.member))


def _floor_given(speaking: Speaking, event: e.FloorGiven, at: datetime) -> Speaking:
    queue = tuple(member for member in speaking.queue if member != event.member)
    return replace(speaking, queue=queue, floor=Floor(event.member, at, event.until))


def _extended(speaking: Speaking, event: e.SpeechExtended, at: datetime) -> Speaking:
    return replace(speaking, floor=speaking.floor and replace(speaking.floor, until=event.until))


_APPLIED: dict[type[e.Event], Callable[[Speaking, Any, datetime], Speaking]] = {
    e.SpeakerQueued: lambda s, event, _: replace(s, queue=(*s.queue, event.member)),
    e.RequestWithdrawn: _out_of_queue,
    e.RequestStruck: _out_of_queue,
    e.Left: _out_of_queue,
    e.RequestMoved: lambda s, event, _: replace(s, queue=_moved(s.queue, event.member, event.before)),
    e.ListClosed: lambda s, *_: replace(s, list_open=False),
    e.ListOpened: lambda s, *_: replace(s, list_open=True),
    e.FloorGiven: _floor_given,
    e.SpeechExtended: _extended,
    e.SpeechEnded: lambda s, *_: replace(s, floor=None),
    e.DiscussionOpened: lambda s, *_: replace(s, free=True),
    e.DiscussionClosed: lambda s, *_: replace(s, free=False),
}


def apply(speaking: Speaking, event: e.Event, at: datetime, place: GroupId = HALL) -> Speaking:
    """`speaking`: that of `place`."""
    applied = _APPLIED.get(type(event))
    here = getattr(event, "place", place) == place
    return applied(speaking, event, at) if applied and here else speaking
