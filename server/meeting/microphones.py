"""Microphones: on, off, or barred by the chair.  A state of the member on the server, so that no reconnect changes it.

Only the acting chair and the floor holder may be heard, unless the discussion is free.  A microphone that is no longer
allowed is turned off, whatever took the permission away.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from . import events as e
from .attendance import Attendance, connected, seat_of
from .ids import MemberId
from .refusal import Refused, kept_reason
from .speaking import Speaking, has_floor


@dataclass(frozen=True, slots=True)
class Microphones:
    on: frozenset[MemberId] = frozenset()
    muted: frozenset[MemberId] = frozenset()  # barred until the chair lifts it; never on


def allowed(speaking: Speaking, chair: MemberId, member: MemberId) -> bool:
    """Whether the rules of debate let this member be heard, muted or not.  `chair`: the acting one."""
    return speaking.free or member == chair or has_floor(speaking, member)


def turn_on(mics: Microphones, may: bool, by: MemberId) -> Iterator[e.Event]:
    """Asked twice it is done once: a tap on a slow network is often a double tap."""
    if by in mics.muted:
        raise Refused("muted", "The chair has muted your microphone.")
    if not may:
        raise Refused("microphone", "Please ask to speak first.")
    if by not in mics.on:
        yield e.MicrophoneTurnedOn(by)


def turn_off(mics: Microphones, by: MemberId) -> Iterator[e.Event]:
    if by in mics.on:
        yield e.MicrophoneTurnedOff(by)


def called_upon(mics: Microphones, speaking: Speaking, a: Attendance, member: MemberId) -> Iterator[e.Event]:
    """The floor was given: who had asked for it wants to be heard; who had not turns his microphone on himself."""
    if member in speaking.queue and connected(a, member) and member not in mics.on | mics.muted:
        yield e.MicrophoneTurnedOn(member)


def mute(
    mics: Microphones, a: Attendance, member: MemberId, reason: str, chairs: tuple[MemberId, ...]
) -> Iterator[e.Event]:
    seat = seat_of(a, member)
    if member in chairs:
        raise Refused("mute", "The chair cannot be muted.")
    if member in mics.muted:
        raise Refused("mute", "{name} is already muted.", name=seat.name)
    yield e.Muted(member, kept_reason(reason, needed=False))


def lift(mics: Microphones, a: Attendance, member: MemberId) -> Iterator[e.Event]:
    seat = seat_of(a, member)
    if member not in mics.muted:
        raise Refused("mute", "{name} is not muted.", name=seat.name)
    yield e.MuteLifted(member)


def follows(mics: Microphones, a: Attendance, may: Callable[[MemberId], bool]) -> Iterable[e.Event]:
    """`may`: whom the rules of debate let be heard where he is."""
    for member in sorted(mics.on):
        if member not in a.present or not may(member):
            yield e.MicrophoneTurnedOff(member)


_APPLIED: dict[type[e.Event], Callable[[Microphones, Any, datetime], Microphones]] = {
    e.MicrophoneTurnedOn: lambda m, event, _: replace(m, on=m.on | {event.member}),
    e.MicrophoneTurnedOff: lambda m, event, _: replace(m, on=m.on - {event.member}),
    e.Muted: lambda m, event, _: Microphones(m.on - {event.member}, m.muted | {event.member}),
    e.MuteLifted: lambda m, event, _: replace(m, muted=m.muted - {event.member}),
}


def apply(mics: Microphones, event: e.Event, at: datetime) -> Microphones:
    applied = _APPLIED.get(type(event))
    return applied(mics, event, at) if applied else mics
