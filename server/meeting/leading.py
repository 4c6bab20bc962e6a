"""Who leads a party group while it sits apart: its leader, else its deputy, else who is chosen on the spot.

The succession is that of the chair (chairing.py), within the group: whoever leads and is cut off for `chair_grace` is
followed by the deputy, and comes back as leader.  Where nobody of the line is there, the members choose by tapping.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import chairing
from . import events as e
from .attendance import Attendance, connected, seat_of
from .chairing import Chair
from .ids import NOBODY, Circle, GroupId, MemberId
from .refusal import Refused
from .rules import Regulation


@dataclass(frozen=True, slots=True)
class Lead:
    """`here`, wherever it is asked for: the members who sit in the group now and are connected."""

    chair: Chair = field(default_factory=Chair)
    chosen: Mapping[MemberId, MemberId] = field(default_factory=dict)  # who wants whom

    @property
    def acting(self) -> MemberId:
        return self.chair.acting


def begun(circle: Circle, at: datetime) -> Lead:
    """Who is not there is awaited as a chair is."""
    line = tuple(member for member in (circle.leader, circle.deputy) if member)
    rightful = line[0] if line else NOBODY
    return Lead(Chair(rightful, rightful, line, planned_for=at, gathering_at=at))


def stands_in(circle: Circle, a: Attendance) -> Iterator[e.Event]:
    """Where the leader is not there at the beginning, the deputy leads without being asked."""
    if circle.leader and circle.deputy and not connected(a, circle.leader) and connected(a, circle.deputy):
        yield e.ChairTaken(circle.deputy, circle.id)


def take(lead: Lead, by: MemberId, group: GroupId) -> Iterator[e.Event]:
    if by != lead.chair.offered:
        raise Refused("succession", "The lead of the group is not offered to you.")
    yield e.ChairTaken(by, group)


def may_choose(lead: Lead, a: Attendance) -> None:
    if connected(a, lead.acting) or lead.chair.offered:
        raise Refused("leader", "The group has its leader.")


def choose(
    lead: Lead, a: Attendance, here: tuple[MemberId, ...], by: MemberId, member: MemberId, group: GroupId
) -> Iterator[e.Event]:
    may_choose(lead, a)
    seat = seat_of(a, member)
    if by not in here or member not in here:
        raise Refused(
            "leader", "{name} does not sit in this group now.", name=a.seats[by if by not in here else member].name
        )
    if lead.chosen.get(by) != member:
        yield e.LeaderChosen(group, by, seat.member)


def follows(
    lead: Lead, a: Attendance, regulation: Regulation, here: tuple[MemberId, ...], group: GroupId, at: datetime
) -> Iterable[e.Event]:
    if happening := tuple(chairing.follows(lead.chair, a, regulation, at)):
        return tuple(e.placed(event, group) for event in happening)
    elected = None if connected(a, lead.acting) or lead.chair.offered else _majority(lead, here)
    return (e.LeaderElected(group, elected),) if elected else ()


def due(lead: Lead, a: Attendance, regulation: Regulation) -> datetime | None:
    return chairing.due(lead.chair, a, regulation)


def without(lead: Lead, member: MemberId) -> Lead:
    """He belongs to another group now."""
    chair = lead.chair
    rightful, acting, offered = (
        NOBODY if each == member else each for each in (chair.rightful, chair.acting, chair.offered)
    )
    line = tuple(each for each in chair.line if each != member)
    return Lead(replace(chair, rightful=rightful, acting=acting, offered=offered, line=line), _silenced(lead, member))


def _majority(lead: Lead, here: tuple[MemberId, ...]) -> MemberId | None:
    wanted = [choice for member, choice in lead.chosen.items() if member in here and choice in here]
    return next((member for member in here if 2 * wanted.count(member) > len(here)), None)


def _silenced(lead: Lead, member: MemberId) -> Mapping[MemberId, MemberId]:
    return {by: choice for by, choice in lead.chosen.items() if by != member}


# -- What happened ---------------------------------------------------------------------------------------------------


def _elected(lead: Lead, event: e.LeaderElected) -> Lead:
    """Where the register knows no leader he is the rightful one: he comes back as leader."""
    chair = lead.chair
    return Lead(replace(chair, acting=event.member, rightful=chair.rightful or event.member))


_APPLIED: dict[type[e.Event], Callable[[Lead, Any], Lead]] = {
    e.LeaderChosen: lambda lead, event: replace(lead, chosen={**lead.chosen, event.member: event.choice}),
    e.LeaderElected: _elected,
}


def apply(lead: Lead, event: e.Event, at: datetime, group: GroupId) -> Lead:
    if isinstance(event, e.Left) and event.member in lead.chosen:
        return replace(lead, chosen=_silenced(lead, event.member))
    if isinstance(event, e.Connected) and event.member == lead.acting and lead.chosen:
        return replace(lead, chosen={})  # he was away for a moment
    applied = _APPLIED.get(type(event))
    if applied:
        return applied(lead, event) if getattr(event, "group", group) == group else lead
    chair = chairing.apply(lead.chair, event, at, group)
    return lead if chair is lead.chair else Lead(chair)
