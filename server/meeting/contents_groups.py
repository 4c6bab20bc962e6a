"""The chapter of the party groups in the table of contents."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from . import apart, groups, leading, microphones, reporting
from . import commands as c
from . import events as e
from .ids import Answer, MemberId
from .ruling import OPEN, SESSION, Rule, Rules, Who, no_vote
from .state import Meeting


def _apart(m: Meeting, by: MemberId) -> None:
    apart.sitting(m.groups)


def _formable(m: Meeting, by: MemberId) -> None:
    no_vote(m, by)
    apart.together(m.groups)


def _form(m: Meeting, command: c.FormGroups, by: MemberId, at: datetime) -> Iterator[e.Event]:
    x = command
    known = (m.groups, m.attendance, m.agenda, m.regulation, m.speaking, m.chairs)
    yield from groups.form(*known, x.questions, x.groups, x.minutes, at)


def _address(m: Meeting, command: c.AddressGroups, by: MemberId, at: datetime) -> Iterator[e.Event]:
    """Who speaks to all wants to be heard: his microphone goes on with it."""
    yield from groups.begin_address(m.groups, by)
    if by not in m.microphones.muted:
        yield from microphones.turn_on(m.microphones, True, by)


def _lead(m: Meeting, command: c.LeadGroup, by: MemberId, at: datetime) -> Iterator[e.Event]:
    group = groups.offered_to(m.groups, by)
    yield from leading.take(group.lead, by, group.id)


def _choose(m: Meeting, command: c.ChooseLeader, by: MemberId, at: datetime) -> Iterator[e.Event]:
    group = groups.chooses_in(m.groups, m.attendance, by)
    here = apart.here(m.groups, m.attendance, group.id)
    yield from leading.choose(group.lead, m.attendance, here, by, command.member, group.id)


def _draft(m: Meeting, command: c.DraftReport, by: MemberId, at: datetime) -> Iterator[e.Event]:
    sitting, group = groups.reports_for(m.groups, by)
    written = Answer(**{each.name: getattr(command, each.name) for each in fields(Answer)})
    members = frozenset(sitting.members(group.id))
    yield from reporting.draft(group.reporting, sitting.questions, members, by, group.id, written)


def _submit(m: Meeting, command: c.SubmitReport, by: MemberId, at: datetime) -> Iterator[e.Event]:
    sitting, group = groups.reports_for(m.groups, by)
    yield from reporting.submit(group.reporting, sitting.questions, by, group.id)


GROUPS: Rules = {
    c.FormGroups: Rule(Who.CHAIR, OPEN, _form, first=_formable),
    c.ExtendGroups: Rule(
        Who.CHAIR, OPEN, lambda m, x, by, at: groups.extend(m.groups, m.regulation, x.minutes), first=_apart
    ),
    c.GatherGroups: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: groups.gather(m.groups, m.regulation, at)),
    c.AssignToGroup: Rule(
        Who.CHAIR,
        OPEN,
        lambda m, x, by, at: groups.assign(m.groups, m.attendance, m.chairs, x.member, x.group),
        first=_apart,
    ),
    c.VisitGroup: Rule(
        Who.PRESENT,
        OPEN,
        lambda m, x, by, at: groups.visit(m.groups, m.attendance, by, m.chair.acting, x.group),
        first=lambda m, by: groups.may_visit(m.groups, m.attendance, by, m.chair.acting),
    ),
    c.EndVisit: Rule(Who.PRESENT, OPEN, lambda m, x, by, at: groups.end_visit(m.groups, by)),
    c.CallLeader: Rule(
        Who.CHAIR, OPEN, lambda m, x, by, at: groups.call_leader(m.groups, m.attendance, x.group), first=_apart
    ),
    c.AnswerCall: Rule(
        Who.PRESENT,
        OPEN,
        lambda m, x, by, at: groups.answer_call(m.groups, by, x.comes),
        first=lambda m, by: groups.may_answer(m.groups, by),
    ),
    c.AddressGroups: Rule(Who.CHAIR, OPEN, _address),
    c.EndAddress: Rule(Who.CHAIR, OPEN, lambda m, x, by, at: groups.end_address(m.groups)),
    c.LeadGroup: Rule(Who.PRESENT, OPEN, _lead),
    c.ChooseLeader: Rule(Who.PRESENT, OPEN, _choose, first=lambda m, by: groups.chooses_in(m.groups, m.attendance, by)),
    c.DraftReport: Rule(Who.PRESENT, SESSION, _draft, first=lambda m, by: groups.reports_for(m.groups, by)),
    c.SubmitReport: Rule(Who.PRESENT, SESSION, _submit),
    c.AwaitReports: Rule(Who.CHAIR, SESSION, lambda m, x, by, at: groups.await_reports(m.groups, m.regulation, at)),
}
