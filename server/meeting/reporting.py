"""What a group brings back: a report on every question, kept while it is written, submitted by whoever leads.

It decides nothing; it is an input to the record of the cell (03-HD/TW, 27/12/2022).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from .ids import Answer, GroupId, MemberId, Question, QuestionId, Text
from .refusal import Refused, kept_text


@dataclass(frozen=True, slots=True)
class Report:
    version: int
    by: MemberId
    at: datetime
    answers: tuple[Answer, ...]  # to the questions, in their order


@dataclass(frozen=True, slots=True)
class Reporting:
    drafts: Mapping[QuestionId, Answer] = field(default_factory=dict)
    versions: tuple[Report, ...] = ()  # the last one holds

    @property
    def report(self) -> Report | None:
        return self.versions[-1] if self.versions else None


def answer_to(reporting: Reporting, question: QuestionId) -> Answer:
    """As it is written now."""
    return reporting.drafts.get(question, Answer(question))


def draft(
    reporting: Reporting,
    questions: Sequence[Question],
    members: frozenset[MemberId],
    by: MemberId,
    group: GroupId,
    written: Answer,
) -> Iterator[e.Event]:
    """`members`: those of the group.  What stands already is nothing."""
    if written.question not in [question.id for question in questions]:
        raise Refused("report", "The groups were not asked that.")
    kept = _kept(written, members)
    if kept != answer_to(reporting, written.question):
        yield e.ReportDrafted(group, by, kept)


def submit(reporting: Reporting, questions: Sequence[Question], by: MemberId, group: GroupId) -> Iterator[e.Event]:
    answers = tuple(answer_to(reporting, question.id) for question in questions)
    if all(answer == Answer(answer.question) for answer in answers):
        raise Refused("report", "Nothing is written in the report yet.")
    last = reporting.report
    if last is None or last.answers != answers:
        yield e.ReportSubmitted(group, len(reporting.versions) + 1, by, answers)


def _kept(written: Answer, members: frozenset[MemberId]) -> Answer:
    hands = (written.hands_for, written.hands_against, written.hands_other)
    if min(hands) < 0 or sum(hands) > len(members):
        raise Refused("report", "The group has at most {most} hands.", most=len(members))
    if not set(written.reserved) <= members or len(set(written.reserved)) < len(written.reserved):
        raise Refused("report", "Only members of the group reserve an opinion in its report.")
    return replace(
        written, in_favour=_text(written.in_favour), against=_text(written.against), proposals=_text(written.proposals)
    )


def _text(text: Text) -> Text:
    return Text(kept_text(text, needed=False))


# -- What happened ---------------------------------------------------------------------------------------------------


def _drafted(reporting: Reporting, event: e.ReportDrafted, at: datetime) -> Reporting:
    return replace(reporting, drafts={**reporting.drafts, event.answer.question: event.answer})


def _submitted(reporting: Reporting, event: e.ReportSubmitted, at: datetime) -> Reporting:
    report = Report(event.version, event.member, at, event.answers)
    return replace(reporting, versions=(*reporting.versions, report))


_APPLIED: dict[type[e.Event], Callable[[Reporting, Any, datetime], Reporting]] = {
    e.ReportDrafted: _drafted,
    e.ReportSubmitted: _submitted,
}


def apply(reporting: Reporting, event: e.Event, at: datetime, group: GroupId) -> Reporting:
    applied = _APPLIED.get(type(event))
    here = getattr(event, "group", group) == group
    return applied(reporting, event, at) if applied and here else reporting
