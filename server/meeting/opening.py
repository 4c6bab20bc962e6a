"""The opening: who keeps the minutes, what the roll call says, the agenda adopted (42-HD/BTCTW: opening).

The roll call is read from attendance; the chair corrects a line with a reason.  A correction is a word for the record
and gives nobody a vote; that somebody is absent is no longer said once he has arrived.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from .attendance import Attendance, counts, seat_of
from .ids import NOBODY, Excuse, MemberId, RollState
from .refusal import Refused, kept_reason


@dataclass(frozen=True, slots=True)
class Correction:
    state: RollState
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    minutes_secretary: MemberId = NOBODY
    adopted_at: datetime | None = None
    excuses: Mapping[MemberId, Excuse] = field(default_factory=dict)
    corrections: Mapping[MemberId, Correction] = field(default_factory=dict)


def appoint(opening: Opening, a: Attendance, member: MemberId, chairs: tuple[MemberId, ...]) -> Iterator[e.Event]:
    """`chairs`: the acting and the rightful one, who sign beside him."""
    seat = seat_of(a, member)
    if not counts(a, member) or member not in a.present:
        raise Refused("minutes-secretary", "The minutes are kept by a member who is present.")
    if member in chairs:
        raise Refused("minutes-secretary", "The chair does not keep the minutes.")
    if member != opening.minutes_secretary:
        yield e.MinutesSecretaryAppointed(seat.member)


def correct(opening: Opening, a: Attendance, member: MemberId, state: RollState, reason: str) -> Iterator[e.Event]:
    seat_of(a, member)
    kept, was = kept_reason(reason), opening.corrections.get(member)
    if not was or (was.state, was.reason) != (state, kept):
        yield e.RollCorrected(member, state, kept)


def adopt(opening: Opening) -> Iterator[e.Event]:
    if opening.adopted_at:
        raise Refused("agenda", "The agenda is already adopted.")
    yield e.AgendaAdopted()


# -- What happened ---------------------------------------------------------------------------------------------------


def _corrected(opening: Opening, event: e.RollCorrected, at: datetime) -> Opening:
    line = Correction(event.state, event.reason, at)
    return replace(opening, corrections={**opening.corrections, event.member: line})


def _arrived(opening: Opening, event: e.Arrived, at: datetime) -> Opening:
    was = opening.corrections.get(event.member)
    if was is None or was.state is RollState.PRESENT:
        return opening
    return replace(opening, corrections={m: line for m, line in opening.corrections.items() if m != event.member})


def _called(opening: Opening, event: e.Called, at: datetime) -> Opening:
    """What a group's chair said of its roll holds for the round."""
    excuses = {each.member: each for each in event.excuses}
    words = {
        each.member: Correction(each.state, each.reason, group.closed_at)
        for group in event.held
        for each in group.words
    }
    return replace(opening, excuses=excuses, corrections=words) if excuses or words else opening


_APPLIED: dict[type[e.Event], Callable[[Opening, Any, datetime], Opening]] = {
    e.Called: _called,
    e.MinutesSecretaryAppointed: lambda o, event, _: replace(o, minutes_secretary=event.member),
    e.RollCorrected: _corrected,
    e.Arrived: _arrived,
    e.AgendaAdopted: lambda o, _, at: replace(o, adopted_at=at),
}


def apply(opening: Opening, event: e.Event, at: datetime) -> Opening:
    applied = _APPLIED.get(type(event))
    return applied(opening, event, at) if applied else opening
