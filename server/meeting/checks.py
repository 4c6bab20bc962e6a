"""Proof of presence: "are you there?", one big button, a window to answer in.

Asked of every member who is connected then; not of those whom the chair sees in the room or for whom a neighbour
vouches, nor of guests.  Who is connected when the window ends and has not answered is *to verify*, never absent by
itself, until the chair is satisfied or he answers a later question.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from . import events as e
from .attendance import Attendance, connected, counts, seat_of
from .ids import MemberId
from .refusal import Refused, kept_reason
from .rules import Regulation

SHORTEST_TIMER, LONGEST_TIMER = 5, 240  # minutes


@dataclass(frozen=True, slots=True)
class Check:
    """The question that stands."""

    asked_at: datetime
    until: datetime
    asked: tuple[MemberId, ...]
    waiting: frozenset[MemberId]  # has not answered and has not left
    answered: frozenset[MemberId] = frozenset()


@dataclass(frozen=True, slots=True)
class Checks:
    running: Check | None = None
    to_verify: Mapping[MemberId, datetime] = field(default_factory=dict)  # since when
    minutes: int = 0  # of the timer; 0 = off
    next: datetime | None = None  # when the timer asks; None while it must not
    open: bool = False  # the meeting is in session: the timer asks at no other time
    drawn: int = 0  # how many random moments were used up
    seed: str = ""


def ask(checks: Checks, a: Attendance, regulation: Regulation, by: MemberId, at: datetime) -> Iterator[e.Event]:
    """By the chair, who proves his own presence by asking."""
    if checks.running:
        raise Refused("check", "The question is already being asked.")
    asked = _askable(a)
    yield e.PresenceAsked(_end(regulation, at), asked)
    if by in asked:
        yield e.PresenceAnswered(by)


def answer(checks: Checks, by: MemberId) -> Iterator[e.Event]:
    if not checks.running or by not in checks.running.waiting:
        raise Refused("check", "You are not being asked.")
    yield e.PresenceAnswered(by)


def verify(checks: Checks, a: Attendance, member: MemberId, reason: str) -> Iterator[e.Event]:
    seat = seat_of(a, member)
    if member not in checks.to_verify:
        raise Refused("check", "{name} is not marked to verify.", name=seat.name)
    yield e.Verified(member, kept_reason(reason))


def set_timer(checks: Checks, minutes: int, at: datetime) -> Iterator[e.Event]:
    if minutes and not SHORTEST_TIMER <= minutes <= LONGEST_TIMER:
        raise Refused(
            "timer", "The timer asks every {least} to {most} minutes.", least=SHORTEST_TIMER, most=LONGEST_TIMER
        )
    if minutes != checks.minutes:
        yield e.PresenceTimerSet(minutes, _moment(replace(checks, minutes=minutes), at))


def abandon(checks: Checks) -> Iterator[e.Event]:
    """The meeting closes before the window does: nobody has missed anything."""
    if checks.running:
        yield e.PresenceCheckEnded(())


def follows(checks: Checks, a: Attendance, regulation: Regulation, at: datetime) -> Iterable[e.Event]:
    check = checks.running
    if check and (at >= check.until or not check.waiting):
        yield e.PresenceCheckEnded(tuple(member for member in check.asked if _missed(check, a, member)))
    elif not check and checks.next and at >= checks.next:
        yield e.PresenceAsked(_end(regulation, at), _askable(a))


def due(checks: Checks) -> datetime | None:
    return checks.running.until if checks.running else checks.next


def _askable(a: Attendance) -> tuple[MemberId, ...]:
    return tuple(member for member in a.seats if _answerable(a, member) and counts(a, member))


def _answerable(a: Attendance, member: MemberId) -> bool:
    return connected(a, member) and not a.present[member].in_room


def _missed(check: Check, a: Attendance, member: MemberId) -> bool:
    return member in check.waiting and _answerable(a, member)


def _end(regulation: Regulation, at: datetime) -> datetime:
    return at + timedelta(seconds=regulation.presence_window)


def _moment(checks: Checks, at: datetime) -> datetime | None:
    """When the timer asks next: half to one and a half times its minutes from now, known only to who knows the seed."""
    if not (checks.minutes and checks.open):
        return None
    drawn = hashlib.sha256(f"{checks.seed}:{checks.drawn}".encode()).digest()
    share = int.from_bytes(drawn[:4], "big") / 2**32
    return at + timedelta(seconds=round(checks.minutes * 60 * (0.5 + share)))


# -- What happened ---------------------------------------------------------------------------------------------------


def _called(checks: Checks, event: e.Called, at: datetime) -> Checks:
    """Who was to verify in his group still is."""
    marked = {member: group.closed_at for group in event.held for member in group.to_verify}
    return replace(checks, seed=event.seed, to_verify=marked)


def _drawing(checks: Checks, at: datetime) -> Checks:
    return replace(checks, next=_moment(checks, at), drawn=checks.drawn + 1)


def _asked(checks: Checks, event: e.PresenceAsked, at: datetime) -> Checks:
    return replace(checks, running=Check(at, event.until, event.asked, frozenset(event.asked)), next=None)


def _answered(checks: Checks, event: e.PresenceAnswered, at: datetime) -> Checks:
    after = _verified(_no_longer_waiting(checks, event, at), event, at)
    check = after.running
    return replace(after, running=check and replace(check, answered=check.answered | {event.member}))


def _ended(checks: Checks, event: e.PresenceCheckEnded, at: datetime) -> Checks:
    marked = {**checks.to_verify, **{member: at for member in event.missed if member not in checks.to_verify}}
    return _drawing(replace(checks, running=None, to_verify=marked), at)


def _verified(checks: Checks, event: e.Verified | e.PresenceAnswered, at: datetime) -> Checks:
    if event.member not in checks.to_verify:
        return checks
    return replace(checks, to_verify={m: since for m, since in checks.to_verify.items() if m != event.member})


def _no_longer_waiting(checks: Checks, event: e.PresenceAnswered | e.Left, at: datetime) -> Checks:
    check = checks.running
    if not check or event.member not in check.waiting:
        return checks
    return replace(checks, running=replace(check, waiting=check.waiting - {event.member}))


def _in_session(checks: Checks, event: e.Opened | e.Resumed, at: datetime) -> Checks:
    begun = replace(checks, open=True)
    return begun if begun.running else _drawing(begun, at)


def _out_of_session(checks: Checks, event: e.Paused | e.Closed, at: datetime) -> Checks:
    return replace(checks, open=False, next=None) if checks.open else checks


_APPLIED: dict[type[e.Event], Callable[[Checks, Any, datetime], Checks]] = {
    e.Called: _called,
    e.PresenceAsked: _asked,
    e.PresenceAnswered: _answered,
    e.PresenceCheckEnded: _ended,
    e.Verified: _verified,
    e.Left: _no_longer_waiting,
    e.PresenceTimerSet: lambda checks, event, _: replace(
        checks, minutes=event.minutes, next=event.first, drawn=checks.drawn + 1
    ),
    e.Opened: _in_session,
    e.Resumed: _in_session,
    e.Paused: _out_of_session,
    e.Closed: _out_of_session,
}


def apply(checks: Checks, event: e.Event, at: datetime) -> Checks:
    applied = _APPLIED.get(type(event))
    return applied(checks, event, at) if applied else checks
