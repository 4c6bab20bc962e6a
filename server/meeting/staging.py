"""Who may send sound and picture, and whom everyone hears and sees.  The media server is told this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from .ids import ConnectionId, GroupId, MemberId
from .meeting import Meeting
from .sitting import Phase


@dataclass(frozen=True, slots=True)
class PeerPlan:
    """One connection of one member.  Whatever it sends beyond this is dropped at ingress."""

    member: MemberId
    place: GroupId  # HALL unless the groups sit apart
    audio: bool
    video: bool
    screen: bool = False


@dataclass(frozen=True, slots=True)
class PlacePlan:
    always: tuple[MemberId, ...]  # heard whatever the others' levels are
    main: MemberId | None  # the main picture; None = whoever speaks
    elsewhere: MemberId | None = None  # heard and seen here too, though he is in another place


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
            peers[connection] = PeerPlan(member, m.place(member), heard and newest, newest, shares and newest)
    return StagePlan(peers, {place: _place(m, place) for place in m.places})


def may_be_heard(m: Meeting, member: MemberId) -> bool:
    """Whether this member's microphone is let through when it is on."""
    here = member in m.attendance.present and m.sitting.phase is not Phase.CLOSED
    return here and member not in m.microphones.muted and m.allowed(member)


def may_share(m: Meeting, member: MemberId) -> bool:
    """Whether this member's screen is let through: that of who leads where he is, and of who has the floor there as
    long as he has it."""
    here = member in m.attendance.present and m.sitting.phase is not Phase.CLOSED
    floor = m.debate(m.place(member)).floor if here else None
    return here and member in (m.leader(m.place(member)), floor and floor.member)


def _held(connection: ConnectionId) -> tuple[ConnectionId, ...]:
    return (connection,) if connection else ()


def _place(m: Meeting, place: GroupId) -> PlacePlan:
    """Who speaks and who leads is always heard there; whoever speaks to all groups, before them."""
    floor, address = m.debate(place).floor, m.groups.address
    wanted = (address, floor and floor.member, m.leader(place))
    heard = dict.fromkeys(each for each in wanted if each and (each == address or m.is_in(place)(each)))
    guest = address if address and not m.is_in(place)(address) else None
    return PlacePlan(tuple(heard), next(iter(heard), None), guest)
