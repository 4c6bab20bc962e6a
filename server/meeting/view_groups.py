"""The party groups as they are shown: those of the register, those that sit apart, and what they reported.

Everyone sees who sits where and how long.  A group's debate is shown to those who are in it and to nobody else; its
report to the chair when it is submitted, to everyone when the hall sits again; what is still written to its leader.
"""

from typing import NotRequired, TypedDict

from .apart import Apart, Group, Groups, own, place
from .attendance import Attendance, connected
from .chairing import cut_off_since
from .groups import MOST_GROUPS, writes_for
from .ids import HALL, Answer, GroupId, MemberId, PartyGroup
from .leading import Lead
from .reporting import Report, Reporting, answer_to
from .view_record import rfc3339


class PartyGroupView(TypedDict):
    order: int
    name: str
    leader: NotRequired[str]
    deputy: NotRequired[str]


class QuestionView(TypedDict):
    order: int
    item: str
    text: str


class AnswerView(TypedDict):
    in_favour: str
    against: str
    proposals: str
    reserved: list[str]
    hands_for: int
    hands_against: int
    hands_other: int


class ReportView(TypedDict):
    version: int
    by: str
    at: str
    answers: NotRequired[dict[str, AnswerView]]


class GroupView(TypedDict):
    order: int
    name: str
    members: dict[str, bool]
    writing: bool
    leader: NotRequired[str]
    offered: NotRequired[str]
    empty_since: NotRequired[str]
    choices: NotRequired[dict[str, str]]
    called: NotRequired[str]
    report: NotRequired[ReportView]


class ApartView(TypedDict):
    questions: dict[str, QuestionView]
    groups: dict[str, GroupView]
    began: str
    until: str
    gathered: NotRequired[str]
    reports_until: NotRequired[str]


class GroupsView(TypedDict):
    register: dict[str, PartyGroupView]
    sittings: dict[str, ApartView]
    visiting: dict[str, str]
    longest: int
    smallest: int
    most: int
    apart: NotRequired[str]
    address: NotRequired[str]


class MineReport(TypedDict):
    sitting: str
    group: str
    answers: dict[str, AnswerView]


class MineGroups(TypedDict):
    place: str
    belongs: str
    leads: bool
    offered: NotRequired[bool]
    called: NotRequired[bool]
    report: NotRequired[MineReport]


# -- For everyone ----------------------------------------------------------------------------------------------------


def groups(kept: Groups, a: Attendance, where: GroupId, chairs: bool, longest: int, smallest: int) -> GroupsView:
    """`where`: the place of these eyes; `longest` in minutes, `smallest` in members."""
    view: GroupsView = {
        "register": {each.id: _registered(order, each) for order, each in enumerate(kept.register.values())},
        "sittings": {str(sitting.number): _sitting(sitting, a, where, chairs) for sitting in kept.sittings},
        "visiting": dict(sorted(kept.visiting.items())),
        "longest": longest,
        "smallest": smallest,
        "most": MOST_GROUPS,
    }
    if kept.apart:
        view["apart"] = str(kept.apart.number)
    if kept.address:
        view["address"] = kept.address
    return view


def _registered(order: int, group: PartyGroup) -> PartyGroupView:
    view: PartyGroupView = {"order": order, "name": group.name}
    if group.leader:
        view["leader"] = group.leader
    if group.deputy:
        view["deputy"] = group.deputy
    return view


def _sitting(sitting: Apart, a: Attendance, where: GroupId, chairs: bool) -> ApartView:
    told = chairs or sitting.gathered is not None
    view: ApartView = {
        "questions": {
            question.id: {"order": order, "item": question.item, "text": question.text}
            for order, question in enumerate(sitting.questions)
        },
        "groups": {
            group.id: _group(order, sitting, group, a, group.id == where, told)
            for order, group in enumerate(sitting.groups.values())
        },
        "began": rfc3339(sitting.began),
        "until": rfc3339(sitting.until),
    }
    if sitting.gathered:
        view["gathered"] = rfc3339(sitting.gathered)
    if sitting.reports_until:
        view["reports_until"] = rfc3339(sitting.reports_until)
    return view


def _group(order: int, sitting: Apart, group: Group, a: Attendance, inside: bool, told: bool) -> GroupView:
    view: GroupView = {
        "order": order,
        "name": group.name,
        "members": dict.fromkeys(sorted(sitting.members(group.id)), True),
        "writing": bool(group.reporting.drafts),
    }
    if group.lead.acting:
        view["leader"] = group.lead.acting
    if sitting.gathered is None:
        _add_lead(view, group.lead, a, inside)
        if group.called:
            view["called"] = group.called
    if group.reporting.report:
        view["report"] = _report(group.reporting.report, told)
    return view


def _add_lead(view: GroupView, lead: Lead, a: Attendance, inside: bool) -> None:
    if lead.chair.offered:
        view["offered"] = lead.chair.offered
    if not connected(a, lead.acting) and (since := cut_off_since(lead.chair, a)):
        view["empty_since"] = rfc3339(since)
        if inside:
            view["choices"] = dict(sorted(lead.chosen.items()))


def _report(report: Report, told: bool) -> ReportView:
    view: ReportView = {"version": report.version, "by": report.by, "at": rfc3339(report.at)}
    if told:
        view["answers"] = {answer.question: _answer(answer) for answer in report.answers}
    return view


def _answer(answer: Answer) -> AnswerView:
    return {
        "in_favour": answer.in_favour,
        "against": answer.against,
        "proposals": answer.proposals,
        "reserved": list(answer.reserved),
        "hands_for": answer.hands_for,
        "hands_against": answer.hands_against,
        "hands_other": answer.hands_other,
    }


# -- For one member --------------------------------------------------------------------------------------------------


def mine(kept: Groups, member: MemberId, leads: bool) -> MineGroups:
    """`leads`: the debate of the place where he is."""
    view: MineGroups = {
        "place": place(kept, member),
        "belongs": own(kept, member) if kept.apart else HALL,
        "leads": leads,
    }
    if kept.apart:
        groups = kept.apart.groups.values()
        if any(group.lead.chair.offered == member for group in groups):
            view["offered"] = True
        if any(group.called == member for group in groups):
            view["called"] = True
    if (written := writes_for(kept, member)) is not None:
        sitting, group = written
        view["report"] = _written(sitting, group.id, group.reporting)
    return view


def _written(sitting: Apart, group: GroupId, reporting: Reporting) -> MineReport:
    answers = {str(each.id): _answer(answer_to(reporting, each.id)) for each in sitting.questions}
    return {"sitting": str(sitting.number), "group": group, "answers": answers}
