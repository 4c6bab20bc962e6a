"""Who may send sound and picture, and whom everyone hears and sees.  The media server is told this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from .ids import HALL, ConnectionId, GroupId, MemberId
from .meeting import Meeting
from .microphones import allowed
from .sitting import Phase


@dataclass(frozen=True, slots=True)
class PeerPlan:
    """One connection of one member.  Whatever it sends beyond this is dropped at ingress."""

    member: MemberId
    place: GroupId  # HALL until party groups sit apart
    audio: bool
    video: bool
    screen: bool = False


@dataclass(frozen=True, slots=True)
class PlacePlan:
    always: tuple[MemberId, ...]  # heard whatever the others' levels are
    main: MemberId | None  # the main picture; None = whoever speaks


@dataclass(frozen=True, slots=True)
class StagePlan:
    peers: Mapping[ConnectionId, PeerPlan]
    places: Mapping[GroupId, PlacePlan]


def plan(m: Meeting) -> StagePlan:
    """Empty before the first person comes and after the meeting is closed."""
    if m.sitting.phase in (Phase.CALLED, Phase.CLOSED):
        return StagePlan({}, {})
    peers: dict[ConnectionId, PeerPlan] = {}
    for member, presence in m.attendance.present.items():
        heard = may_be_heard(m, member) and member in m.microphones.on
        active = presence.active or presence.held  # a socket that flaps must not cut the sound
        for connection in (*presence.connections, *_held(presence.held)):
            newest = connection == active
            shares = may_share(m, member)
            peers[connection] = PeerPlan(member, HALL, heard and newest, newest, shares and newest)
    return StagePlan(peers, {HALL: _hall(m)})


def may_be_heard(m: Meeting, member: MemberId) -> bool:
    """Whether this member's microphone is let through when it is on."""
    here = member in m.attendance.present and m.sitting.phase is not Phase.CLOSED
    return here and member not in m.microphones.muted and allowed(m.speaking, m.chair.acting, member)


def may_share(m: Meeting, member: MemberId) -> bool:
    """Whether this member's screen is let through: the chair's, and that of who has the floor as long as he has it."""
    floor = m.speaking.floor and m.speaking.floor.member
    here = member in m.attendance.present and m.sitting.phase is not Phase.CLOSED
    return here and member in (m.chair.acting, floor)


def _held(connection: ConnectionId) -> tuple[ConnectionId, ...]:
    return (connection,) if connection else ()


def _hall(m: Meeting) -> PlacePlan:
    floor = m.speaking.floor and m.speaking.floor.member
    always = tuple(member for member in (floor, m.chair.acting) if member and member in m.attendance.present)
    first = dict.fromkeys(always)
    return PlacePlan(tuple(first), next(iter(first), None))
