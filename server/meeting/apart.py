"""The groups while they sit apart, as a value: a state of the same meeting (03-HD/TW, 27/12/2022).

Where a member is, is reckoned and never kept: where he visits, else the group he belongs to while the groups sit, else
the hall.  So a reload or a restart puts him where he belongs, and attendance does not know that this file exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from . import leading, reporting, speaking
from .attendance import Attendance, connected, counts
from .ids import HALL, NOBODY, GroupId, MemberId, PartyGroup, Question
from .leading import Lead
from .refusal import Refused
from .reporting import Reporting
from .speaking import Speaking


@dataclass(frozen=True, slots=True)
class Group:
    """One group while it sits apart."""

    id: GroupId
    name: str
    lead: Lead
    speaking: Speaking
    reporting: Reporting = field(default_factory=Reporting)
    called: MemberId = NOBODY  # the leader whom the chair asks into the hall


@dataclass(frozen=True, slots=True)
class Apart:
    """One sitting of the groups, from GroupsFormed on; its reports stand after it."""

    number: int
    questions: tuple[Question, ...]
    groups: Mapping[GroupId, Group]
    assigned: Mapping[MemberId, GroupId]
    began: datetime
    until: datetime
    gathered: datetime | None = None
    reports_until: datetime | None = None  # after gathering: so long they may still report; None = no longer

    def members(self, group: GroupId) -> tuple[MemberId, ...]:
        return tuple(member for member, own in self.assigned.items() if own == group)

    @property
    def unreported(self) -> tuple[GroupId, ...]:
        return tuple(group.id for group in self.groups.values() if group.reporting.report is None)


@dataclass(frozen=True, slots=True)
class Groups:
    register: Mapping[GroupId, PartyGroup] = field(default_factory=dict)
    sittings: tuple[Apart, ...] = ()
    visiting: Mapping[MemberId, GroupId] = field(default_factory=dict)  # HALL: called into it
    address: MemberId = NOBODY  # who is heard in every place

    @property
    def last(self) -> Apart | None:
        return self.sittings[-1] if self.sittings else None

    @property
    def apart(self) -> Apart | None:
        """While they sit."""
        return self.last if self.last and self.last.gathered is None else None


def place(groups: Groups, member: MemberId) -> GroupId:
    """Where he is, or will be when he comes."""
    if groups.apart is None:
        return HALL
    return groups.visiting.get(member, groups.apart.assigned.get(member, HALL))


def here(groups: Groups, a: Attendance, group: GroupId) -> tuple[MemberId, ...]:
    """The members who sit there now and are connected: visitors do not choose a leader."""
    apart = sitting(groups)
    return tuple(m for m in apart.members(group) if counts(a, m) and connected(a, m) and place(groups, m) == group)


def together(groups: Groups) -> None:
    """Raises Refused("groups") while the groups sit apart."""
    if groups.apart:
        raise Refused("groups", "The groups sit apart; gather them first.")


def sitting(groups: Groups) -> Apart:
    """Raises Refused("groups") while they do not."""
    if groups.apart is None:
        raise Refused("groups", "No groups sit apart.")
    return groups.apart


def known(groups: Groups, group: GroupId) -> Group:
    """Raises Refused("groups")."""
    apart = sitting(groups)
    if group not in apart.groups:
        raise Refused("groups", "There is no such group.")
    return apart.groups[group]


def own(groups: Groups, member: MemberId) -> GroupId:
    """Where he belongs while the groups sit."""
    return sitting(groups).assigned.get(member, HALL)


# -- What happened ---------------------------------------------------------------------------------------------------


def _formed(groups: Groups, event: e.GroupsFormed, at: datetime) -> Groups:
    formed = {c.id: Group(c.id, c.name, leading.begun(c, at), Speaking()) for c in event.groups}
    assigned = {member: circle.id for circle in event.groups for member in circle.members}
    apart = Apart(event.number, event.questions, formed, assigned, began=at, until=event.until)
    before = tuple(replace(each, reports_until=None) for each in groups.sittings)
    return replace(groups, sittings=(*before, apart))


def _gathered(groups: Groups, event: e.GroupsGathered, at: datetime) -> Groups:
    home = _changed(groups, gathered=at, reports_until=event.reports_until)
    return replace(home, visiting={}, address=NOBODY)


def _assigned(groups: Groups, event: e.GroupAssigned, at: datetime) -> Groups:
    """A leader leads the group he comes from no longer."""
    assert groups.last
    others = {member: group for member, group in groups.last.assigned.items() if member != event.member}
    assigned = {**others, event.member: event.group} if event.group != HALL else others
    formed = {
        g.id: g if g.id == event.group else replace(g, lead=leading.without(g.lead, event.member))
        for g in groups.last.groups.values()
    }
    moved = _changed(groups, assigned=assigned, groups=formed)
    return _off_the_queues(replace(moved, visiting=_without(moved.visiting, event.member)), event.member)


def _visited(groups: Groups, event: e.GroupVisited, at: datetime) -> Groups:
    return _off_the_queues(replace(groups, visiting={**groups.visiting, event.member: event.group}), event.member)


def _visit_ended(groups: Groups, event: e.VisitEnded | e.Left, at: datetime) -> Groups:
    if event.member not in groups.visiting:
        return groups
    return _off_the_queues(replace(groups, visiting=_without(groups.visiting, event.member)), event.member)


def _off_the_queues(groups: Groups, member: MemberId) -> Groups:
    """Who has moved waits no longer where he was."""
    assert groups.last
    now = place(groups, member)
    formed = {id: group if id == now else _unqueued(group, member) for id, group in groups.last.groups.items()}
    return _changed(groups, groups=formed)


def _unqueued(group: Group, member: MemberId) -> Group:
    queue = tuple(other for other in group.speaking.queue if other != member)
    return replace(group, speaking=replace(group.speaking, queue=queue))


def _called(groups: Groups, event: e.LeaderCalled | e.CallAnswered, at: datetime) -> Groups:
    assert groups.last
    who = event.member if isinstance(event, e.LeaderCalled) else NOBODY
    now = replace(groups.last.groups[event.group], called=who)
    return _changed(groups, groups={**groups.last.groups, event.group: now})


def _without(visiting: Mapping[MemberId, GroupId], member: MemberId) -> dict[MemberId, GroupId]:
    return {other: group for other, group in visiting.items() if other != member}


def _changed(groups: Groups, /, **how: Any) -> Groups:
    """The last sitting is now so."""
    assert groups.last
    return replace(groups, sittings=(*groups.sittings[:-1], replace(groups.last, **how)))


_APPLIED: dict[type[e.Event], Callable[[Groups, Any, datetime], Groups]] = {
    e.Called: lambda g, event, _: Groups({each.id: each for each in event.groups}) if event.groups else g,
    e.GroupsFormed: _formed,
    e.GroupsExtended: lambda g, event, _: _changed(g, until=event.until),
    e.GroupsGathered: _gathered,
    e.GroupAssigned: _assigned,
    e.GroupVisited: _visited,
    e.VisitEnded: _visit_ended,
    e.Left: _visit_ended,
    e.LeaderCalled: _called,
    e.CallAnswered: _called,
    e.AddressBegan: lambda g, event, _: replace(g, address=event.member),
    e.AddressEnded: lambda g, *_: replace(g, address=NOBODY),
    e.ReportsAwaited: lambda g, event, _: _changed(g, reports_until=event.until),
    e.ReportsClosed: lambda g, *_: _changed(g, reports_until=None),
}


def apply(groups: Groups, event: e.Event, at: datetime) -> Groups:
    applied = _APPLIED.get(type(event))
    after = applied(groups, event, at) if applied else groups
    return _inside(after, event, at)


def _inside(groups: Groups, event: e.Event, at: datetime) -> Groups:
    """What happens within the groups of the last sitting: their debate, their leaders, their reports."""
    apart = groups.last
    if apart is None or (apart.gathered and apart.reports_until is None):
        return groups
    now = {group.id: _group(group, event, at) for group in apart.groups.values()}
    if all(now[id] is group for id, group in apart.groups.items()):
        return groups
    return _changed(groups, groups=now)


def _group(group: Group, event: e.Event, at: datetime) -> Group:
    lead = leading.apply(group.lead, event, at, group.id)
    debate = speaking.apply(group.speaking, event, at, group.id)
    written = reporting.apply(group.reporting, event, at, group.id)
    if lead is group.lead and debate is group.speaking and written is group.reporting:
        return group
    return replace(group, lead=lead, speaking=debate, reporting=written)
