"""What the groups brought back, for paper: word for word, in the order in which they were asked.  Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from . import events as e
from .events import Recorded
from .ids import Answer, Circle, GroupId, ItemId, MemberId, Question, QuestionId


@dataclass(frozen=True, slots=True)
class GroupReport:
    """The answer of one group to one question, as it was submitted last."""

    item: ItemId  # it stands under this item; NO_ITEM: of the meeting as a whole
    question: QuestionId
    group: str  # its name
    by: MemberId
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Sitting:
    """One sitting of the groups, as the minutes name it."""

    number: int
    began: datetime
    ended: datetime | None  # None: they still sit at the end of what is recorded
    questions: tuple[Question, ...]
    groups: tuple[Circle, ...]
    reports: tuple[GroupReport, ...]
    silent: tuple[str, ...]  # names of the groups that brought no report
    led: Mapping[GroupId, Sequence[MemberId]] = field(default_factory=dict)  # who led and was there, in order

    def asked(self, item: ItemId) -> Sequence[Question]:
        """What the groups were asked about that item."""
        return [question for question in self.questions if question.item == item]

    def on(self, question: Question) -> Sequence[GroupReport]:
        """The reports, of the groups that brought one, in the order of the groups."""
        return [report for report in self.reports if report.question == question.id]


def sittings_of(recorded: Sequence[Recorded]) -> tuple[Sitting, ...]:
    """Every sitting in the log, in order."""
    return tuple(_sitting(recorded, start) for start, each in enumerate(recorded) if _begins(each))


def reports_of(recorded: Sequence[Recorded]) -> tuple[GroupReport, ...]:
    """Every report in the log, by sitting, question and group."""
    return tuple(report for sitting in sittings_of(recorded) for report in sitting.reports)


def _begins(entry: Recorded) -> bool:
    return isinstance(entry.event, e.GroupsFormed)


def _sitting(recorded: Sequence[Recorded], start: int) -> Sitting:
    formed = recorded[start].event
    assert isinstance(formed, e.GroupsFormed)
    ours = list(_until_the_next(recorded[start + 1 :]))
    last = {each.event.group: each for each in ours if isinstance(each.event, e.ReportSubmitted)}
    return Sitting(
        number=formed.number,
        began=recorded[start].at,
        ended=next((each.at for each in ours if isinstance(each.event, e.GroupsGathered)), None),
        questions=formed.questions,
        groups=formed.groups,
        reports=tuple(_reports(formed, last)),
        silent=tuple(circle.name for circle in formed.groups if circle.id not in last),
    )


def _until_the_next(recorded: Sequence[Recorded]) -> Iterator[Recorded]:
    for each in recorded:
        if _begins(each):
            return
        yield each


def _reports(formed: e.GroupsFormed, last: dict[GroupId, Recorded]) -> Iterator[GroupReport]:
    for question in formed.questions:
        for circle in formed.groups:
            if circle.id in last:
                entry = last[circle.id]
                assert isinstance(entry.event, e.ReportSubmitted)
                answer = _answer(entry.event.answers, question.id)
                yield GroupReport(question.item, question.id, circle.name, entry.event.member, entry.at, answer)


def _answer(answers: Sequence[Answer], question: QuestionId) -> Answer:
    return next((answer for answer in answers if answer.question == question), Answer(question))
