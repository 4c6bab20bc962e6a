"""Who chairs, and who takes over when the chair is cut off: no meeting may stall for want of one.

The rightful chair acts unless he has had no connection for `chair_grace`; then the chair is offered to the first of
the line who is connected, and who takes it acts until the rightful one is connected again.  An acting deputy who is cut
off is followed in the same way.  Rights come from the seat, never from a connection.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from . import events as e
from .attendance import Attendance, connected
from .ids import HALL, NOBODY, GroupId, MemberId
from .refusal import Refused
from .rules import Regulation


@dataclass(frozen=True, slots=True)
class Chair:
    rightful: MemberId = NOBODY
    acting: MemberId = NOBODY
    line: tuple[MemberId, ...] = ()
    planned_for: datetime | None = None  # nobody is late before
    gathering_at: datetime | None = None
    offered: MemberId = NOBODY


def cut_off_since(chair: Chair, a: Attendance) -> datetime | None:
    """Since when the acting chair has had no connection, None while he has one.  Who never came: since he was due."""
    presence = a.present.get(chair.acting)
    if presence and presence.connections:
        return None
    if presence and presence.lost:
        return presence.lost
    if chair.acting in a.gone:
        return a.gone[chair.acting]
    if chair.gathering_at is None or chair.planned_for is None:
        return None
    return max(chair.planned_for, chair.gathering_at)


def was_here(chair: Chair, a: Attendance) -> bool:
    """Whether the acting chair has ever come."""
    return chair.acting in a.present or chair.acting in a.gone


def take(chair: Chair, by: MemberId) -> Iterator[e.Event]:
    if by != chair.offered:
        raise Refused("succession", "The chair is not offered to you.")
    yield e.ChairTaken(by)


def follows(chair: Chair, a: Attendance, regulation: Regulation, at: datetime) -> Iterable[e.Event]:
    if chair.acting != chair.rightful and connected(a, chair.rightful):
        if chair.offered:
            yield e.OfferWithdrawn()
        yield e.ChairReturned(chair.rightful)
    elif chair.offered:
        if connected(a, chair.acting) or not connected(a, chair.offered):
            yield e.OfferWithdrawn()
    elif (when := due(chair, a, regulation)) and at >= when:
        yield e.ChairOffered(_next(chair, a))


def due(chair: Chair, a: Attendance, regulation: Regulation) -> datetime | None:
    """When the chair is offered; None while nobody of the line could take it: whoever connects first is offered it."""
    since = None if chair.offered else cut_off_since(chair, a)
    if since is None or _next(chair, a) == NOBODY:
        return None
    return since + timedelta(seconds=regulation.chair_grace)


def _next(chair: Chair, a: Attendance) -> MemberId:
    """Asked only while the acting chair is cut off, so never himself."""
    return next((member for member in chair.line if connected(a, member)), NOBODY)


def _called(chair: Chair, event: e.Called, at: datetime) -> Chair:
    planned_for = datetime.fromisoformat(event.about.planned_for)
    return Chair(rightful=event.chair, acting=event.chair, line=event.line, planned_for=planned_for)


_APPLIED: dict[type[e.Event], Callable[[Chair, Any, datetime], Chair]] = {
    e.Called: _called,
    e.GatheringBegan: lambda chair, _, at: replace(chair, gathering_at=at),
    e.ChairOffered: lambda chair, event, _: replace(chair, offered=event.member),
    e.OfferWithdrawn: lambda chair, *_: replace(chair, offered=NOBODY),
    e.ChairTaken: lambda chair, event, _: replace(chair, acting=event.member, offered=NOBODY),
    e.ChairReturned: lambda chair, event, _: replace(chair, acting=event.member, offered=NOBODY),
}


def apply(chair: Chair, event: e.Event, at: datetime, place: GroupId = HALL) -> Chair:
    """`chair`: that of `place`."""
    applied = _APPLIED.get(type(event))
    here = getattr(event, "place", place) == place
    return applied(chair, event, at) if applied and here else chair
