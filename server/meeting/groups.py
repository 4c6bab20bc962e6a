"""The meeting splits into groups, they work, report and are gathered: what may be asked, and what follows by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from . import events as e
from . import leading, speaking
from .agenda import Agenda
from .apart import Apart, Group, Groups, here, known, own, place, sitting, together
from .attendance import Attendance, connected, seat_of
from .ids import HALL, NO_ITEM, NOBODY, Circle, GroupId, MemberId, Question, Text
from .refusal import Refused, kept_text
from .rules import Regulation
from .speaking import Speaking
from .voting import COMMITTEE

MOST_GROUPS, MOST_QUESTIONS, LONGEST_ID = 30, 10, 64


# -- Forming ---------------------------------------------------------------------------------------------------------


def form(
    groups: Groups,
    a: Attendance,
    agenda: Agenda,
    regulation: Regulation,
    debate: Speaking,
    chairs: Sequence[MemberId],
    questions: Sequence[Question],
    circles: Sequence[Circle],
    minutes: int,
    at: datetime,
) -> Iterator[e.Event]:
    """`chairs` stay in the hall.  No circles: the party groups of the register.  `debate`: that of the hall; where it
    is free it goes on so in the groups, and no microphone changes by the move."""
    together(groups)
    until = _until(regulation, minutes, at, at)
    asked = _asked(agenda, questions)
    formed = tuple(_named(groups, circle) for circle in circles) or _registered(groups, a, chairs)
    _fit(formed, a, regulation, chairs)
    yield from speaking.hush(debate)
    yield e.GroupsFormed(len(groups.sittings) + 1, asked, formed, until)
    for circle in formed:
        yield from leading.stands_in(circle, a)
        if debate.free:
            yield e.DiscussionOpened(circle.id)


def _until(regulation: Regulation, minutes: int, since: datetime, began: datetime) -> datetime:
    most = regulation.longest_split // 60
    until = since + timedelta(minutes=max(0, min(minutes, most + 1)))
    if minutes < 1 or until > began + timedelta(seconds=regulation.longest_split):
        raise Refused("groups-time", "The groups sit apart for 1 to {most} minutes.", most=most)
    return until


def _asked(agenda: Agenda, questions: Sequence[Question]) -> tuple[Question, ...]:
    ids = [question.id for question in questions]
    if (
        not 1 <= len(ids) <= MOST_QUESTIONS
        or len(set(ids)) < len(ids)
        or not all(1 <= len(i) <= LONGEST_ID for i in ids)
    ):
        raise Refused("groups", "The groups are asked 1 to {most} questions.", most=MOST_QUESTIONS)
    for question in questions:
        if question.item != NO_ITEM and question.item not in agenda.lines:
            raise Refused("agenda", "This item is not on the agenda.")
    return tuple(replace(q, text=Text(kept_text(q.text, needed=q.item == NO_ITEM))) for q in questions)


def _registered(groups: Groups, a: Attendance, chairs: Sequence[MemberId]) -> tuple[Circle, ...]:
    """The party groups of the register that have members on the roster, the chair apart."""
    members = {
        g: tuple(m for m, seat in a.seats.items() if seat.group == g and m not in chairs) for g in groups.register
    }
    found = tuple(_named(groups, Circle(g, "", members[g])) for g in groups.register if members[g])
    if not found:
        raise Refused("groups", "The register knows no party groups of this cell; please draw or assign them.")
    return found


def _named(groups: Groups, circle: Circle) -> Circle:
    """A group of the register has its name, and its leaders as far as they sit in it."""
    known = groups.register.get(circle.id)
    if known is None:
        return replace(circle, name=kept_text(circle.name, most=100))
    leader, deputy = (each if each in circle.members else NOBODY for each in (known.leader, known.deputy))
    return replace(circle, name=known.name, leader=leader, deputy=deputy)


def _fit(circles: Sequence[Circle], a: Attendance, regulation: Regulation, chairs: Sequence[MemberId]) -> None:
    ids, members = [circle.id for circle in circles], [member for circle in circles for member in circle.members]
    if not 2 <= len(ids) <= MOST_GROUPS or len(set(ids)) < len(ids) or not all(1 <= len(i) <= LONGEST_ID for i in ids):
        raise Refused("groups", "A meeting splits into 2 to {most} groups, each with its own name.", most=MOST_GROUPS)
    for member in members:
        seat_of(a, member)
    if len(set(members)) < len(members):
        raise Refused("groups", "Nobody sits in two groups.")
    if set(chairs) & set(members):
        raise Refused("groups", "The chair stays in the hall and visits the groups.")
    for circle in circles:
        _large_enough(circle, regulation)


def _large_enough(circle: Circle, regulation: Regulation) -> None:
    if len(circle.members) < regulation.smallest_group:
        least = regulation.smallest_group
        raise Refused(
            "groups", "“{name}” is too small: a group has at least {least} members.", name=circle.name, least=least
        )
    leading_it = [each for each in (circle.leader, circle.deputy) if each]
    if not set(leading_it) <= set(circle.members) or len(set(leading_it)) < len(leading_it):
        raise Refused("groups", "Leader and deputy of a group are two of its members.")


# -- While they sit --------------------------------------------------------------------------------------------------


def extend(groups: Groups, regulation: Regulation, minutes: int) -> Iterator[e.Event]:
    apart = sitting(groups)
    yield e.GroupsExtended(_until(regulation, minutes, apart.until, apart.began))


def gather(groups: Groups, regulation: Regulation, at: datetime) -> Iterator[e.Event]:
    apart = sitting(groups)
    for group in apart.groups.values():
        yield from (e.placed(ended, group.id) for ended in speaking.hush(group.speaking))
    yield from end_address_of(groups)
    yield e.GroupsGathered(at + timedelta(seconds=regulation.report_grace) if apart.unreported else None)


def gathered(groups: Groups, regulation: Regulation, at: datetime) -> Iterator[e.Event]:
    """Before what concerns everyone: the groups come back if they sit apart."""
    if groups.apart:
        yield from gather(groups, regulation, at)


def assign(
    groups: Groups, a: Attendance, chairs: Sequence[MemberId], member: MemberId, group: GroupId
) -> Iterator[e.Event]:
    apart = sitting(groups)
    seat_of(a, member)
    if group != HALL:
        known(groups, group)
    if member in chairs:
        raise Refused("groups", "The chair stays in the hall and visits the groups.")
    if apart.assigned.get(member, HALL) != group:
        yield e.GroupAssigned(member, group)


def may_visit(groups: Groups, a: Attendance, by: MemberId, chair: MemberId) -> None:
    sitting(groups)
    if not _visitor(a, by, chair):
        raise Refused("visit", "Only the chair and the cell committee visit the groups.")


def _visitor(a: Attendance, member: MemberId, chair: MemberId) -> bool:
    return member == chair or a.seats[member].post in COMMITTEE


def visit(groups: Groups, a: Attendance, by: MemberId, chair: MemberId, group: GroupId) -> Iterator[e.Event]:
    may_visit(groups, a, by, chair)
    if group != HALL:
        known(groups, group)
    if place(groups, by) == group:
        return
    yield e.VisitEnded(by) if group == own(groups, by) else e.GroupVisited(by, group)


def end_visit(groups: Groups, by: MemberId) -> Iterator[e.Event]:
    sitting(groups)
    if by not in groups.visiting:
        raise Refused("visit", "You are where you belong.")
    yield e.VisitEnded(by)


def call_leader(groups: Groups, a: Attendance, group: GroupId) -> Iterator[e.Event]:
    of = known(groups, group)
    if not connected(a, of.lead.acting):
        raise Refused("leader", "Nobody leads “{name}” at the moment.", name=of.name)
    if place(groups, of.lead.acting) == HALL:
        raise Refused("leader", "The leader of “{name}” is in the hall.", name=of.name)
    if of.called != of.lead.acting:
        yield e.LeaderCalled(group, of.lead.acting)


def may_answer(groups: Groups, by: MemberId) -> Group:
    apart = sitting(groups)
    found = next((group for group in apart.groups.values() if group.called == by), None)
    if found is None:
        raise Refused("leader", "The chair is not calling you.")
    return found


def answer_call(groups: Groups, by: MemberId, comes: bool) -> Iterator[e.Event]:
    group = may_answer(groups, by)
    yield e.CallAnswered(group.id, by, comes)
    if comes:
        yield e.GroupVisited(by, HALL)


def begin_address(groups: Groups, by: MemberId) -> Iterator[e.Event]:
    sitting(groups)
    if groups.address:
        raise Refused("address", "The chair already speaks to all groups.")
    yield e.AddressBegan(by)


def end_address(groups: Groups) -> Iterator[e.Event]:
    if not groups.address:
        raise Refused("address", "Nobody speaks to all groups.")
    yield from end_address_of(groups)


def end_address_of(groups: Groups) -> Iterator[e.Event]:
    if groups.address:
        yield e.AddressEnded(groups.address)


# -- Leading and reporting -------------------------------------------------------------------------------------------


def offered_to(groups: Groups, by: MemberId) -> Group:
    found = next((g for g in sitting(groups).groups.values() if g.lead.chair.offered == by), None)
    if found is None:
        raise Refused("succession", "The lead of the group is not offered to you.")
    return found


def chooses_in(groups: Groups, a: Attendance, by: MemberId) -> Group:
    """The group in which he may choose a leader now."""
    where = own(groups, by)
    if where == HALL or place(groups, by) != where:
        raise Refused("leader", "You choose a leader where you sit with your group.")
    leading.may_choose(known(groups, where).lead, a)
    return known(groups, where)


def reports_for(groups: Groups, by: MemberId) -> tuple[Apart, Group]:
    """The sitting and the group for which he reports: whoever leads it, while it sits and in the grace after it."""
    if _awaited(groups) is None:
        raise Refused("report", "No report is awaited now.")
    found = writes_for(groups, by)
    if found is None:
        raise Refused("leader-only", "Only the leader of a group writes its report.")
    return found


def writes_for(groups: Groups, member: MemberId) -> tuple[Apart, Group] | None:
    sitting = _awaited(groups)
    if sitting is None:
        return None
    found = next((group for group in sitting.groups.values() if _may_report(group, sitting, member)), None)
    return (sitting, found) if found else None


def _awaited(groups: Groups) -> Apart | None:
    last = groups.last
    return last if last and (last.gathered is None or last.reports_until) else None


def _may_report(group: Group, apart: Apart, by: MemberId) -> bool:
    """Nobody takes over when the group has gone: then leader and deputy may both bring its report."""
    return group.lead.acting == by or (apart.gathered is not None and by in group.lead.chair.line)


def await_reports(groups: Groups, regulation: Regulation, at: datetime) -> Iterator[e.Event]:
    together(groups)
    if groups.last is None or not groups.last.unreported:
        raise Refused("report", "No group has still to report.")
    until = at + timedelta(seconds=regulation.report_grace)
    if until != groups.last.reports_until:
        yield e.ReportsAwaited(until)


# -- What follows by itself ------------------------------------------------------------------------------------------


def follows(groups: Groups, a: Attendance, chair: MemberId, regulation: Regulation, at: datetime) -> Iterable[e.Event]:
    apart = groups.apart
    if apart is None:
        over = groups.last and groups.last.reports_until
        return (e.ReportsClosed(),) if over and at >= over else ()
    if at >= apart.until:
        return gather(groups, regulation, at)
    return _while_apart(groups, apart, a, chair, regulation, at)


def _while_apart(
    groups: Groups, apart: Apart, a: Attendance, chair: MemberId, regulation: Regulation, at: datetime
) -> Iterator[e.Event]:
    for group in apart.groups.values():
        yield from leading.follows(group.lead, a, regulation, here(groups, a, group.id), group.id, at)
        if group.called and group.called != group.lead.acting:
            yield e.CallAnswered(group.id, group.called, comes=False)
    for member, where in groups.visiting.items():
        called = where == HALL and any(group.lead.acting == member for group in apart.groups.values())
        if not called and not _visitor(a, member, chair):
            yield e.VisitEnded(member)
    if groups.address and (groups.address != chair or groups.address not in a.present):
        yield e.AddressEnded(groups.address)


def due(groups: Groups, a: Attendance, regulation: Regulation) -> datetime | None:
    if groups.apart is None:
        return groups.last.reports_until if groups.last else None
    leads = (leading.due(group.lead, a, regulation) for group in groups.apart.groups.values())
    return min(when for when in (groups.apart.until, *leads) if when)
