"""What goes into the record, as it is shown: votes, conclusions, tasks, documents, score, minutes.

`tells`: these eyes see what is for the chair and the minutes secretary only.  Nobody's eyes see a single ballot.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import NotRequired, TypedDict

from . import rounds
from .attendance import Attendance, counts
from .concluding import Assignment, Conclusions, Task, Wording
from .ids import About, Carried, GroupMeeting, MemberId, Motion, Poll
from .minuting import Draft, Minutes
from .rules import Count, MotionRule, Points, Regulation, Result
from .scoring import Scoring, Sheet
from .showing import Showing, Shown
from .voting import RESERVABLE, Ballot, State, Vote, Voting


class ResultView(TypedDict):
    base: int
    in_favour: int
    against: int
    other: int
    invalid: int
    not_voted: int
    passed: bool
    percent: int


class CountView(TypedDict):
    in_favour: int
    against: int
    other: int
    invalid: int


class VoteView(TypedDict):
    order: int
    kind: str
    text: str
    item: str
    state: str
    over: int
    under: int
    at_least: bool
    changeable: bool
    document: str
    opened_at: str
    base: int
    closed_at: NotRequired[str]
    reason: NotRequired[str]
    voted: NotRequired[int]
    waiting: NotRequired[dict[str, bool]]
    result: NotRequired[ResultView]
    reserved: NotRequired[int]
    opinions: NotRequired[dict[str, str]]
    counters: NotRequired[dict[str, bool]]
    counts: NotRequired[dict[str, CountView]]
    motion: NotRequired[str]
    count: NotRequired[CountView]
    groups: NotRequired[dict[str, CountView]]


class PreparedView(TypedDict):
    order: int
    item: str
    kind: str
    text: str
    groups: NotRequired[dict[str, CountView]]


class HeldView(TypedDict):
    order: int
    name: str
    meeting: str
    form: str
    opened_at: str
    closed_at: str
    chair: str
    adopted: bool
    present: int
    place: NotRequired[str]


class RoundView(TypedDict):
    motions: dict[str, PreparedView]
    held: NotRequired[dict[str, HeldView]]
    group: NotRequired[str]


class VotesView(TypedDict):
    all: dict[str, VoteView]
    open: NotRequired[str]


class MotionView(TypedDict):
    order: int
    over: int
    under: int
    at_least: bool
    secret: bool
    changeable: bool
    document: str


class CarriedView(TypedDict):
    text: str
    owner: str
    deadline: str
    state: str
    result: NotRequired[str]


class DocumentView(TypedDict):
    order: int
    title: str
    item: str
    pages: int


class ShowingView(TypedDict):
    document: str
    page: int
    since: str


class WordingView(TypedDict):
    text: str
    at: str


class ConclusionView(TypedDict):
    version: int
    text: str
    at: str
    earlier: NotRequired[dict[str, WordingView]]


class AssignmentView(TypedDict):
    text: str
    owner: str
    deadline: str
    at: str


class WithdrawnView(TypedDict):
    at: str
    reason: str


class TaskView(TypedDict):
    order: int
    item: str
    version: int
    text: str
    owner: str
    deadline: str
    at: str
    earlier: NotRequired[dict[str, AssignmentView]]
    withdrawn: NotRequired[WithdrawnView]


class CriterionView(TypedDict):
    order: int
    most: int
    document: str


class GradeView(TypedDict):
    word: str
    least: int


class PointsView(TypedDict):
    points: int
    reason: NotRequired[str]


class SheetView(TypedDict):
    version: int
    by: str
    points: dict[str, PointsView]
    total: int
    grade: str
    state: str
    vote: NotRequired[str]


class ScoreView(TypedDict):
    criteria: dict[str, CriterionView]
    grades: list[GradeView]
    sheet: NotRequired[SheetView]


class MinuteView(TypedDict):
    version: int
    by: str
    at: str
    text: NotRequired[str]


class MinutesView(TypedDict):
    items: dict[str, MinuteView]
    read_at: NotRequired[str]
    adopted_at: NotRequired[str]


class HandView(TypedDict):
    until: str


class BallotView(TypedDict):
    choice: str
    opinion: NotRequired[str]
    reserved: NotRequired[bool]
    hand: NotRequired[HandView]


@lru_cache(maxsize=4096)
def rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


# -- Votes -----------------------------------------------------------------------------------------------------------


def votes(voting: Voting, tells: bool) -> VotesView:
    view: VotesView = {"all": {vote.id: _vote(order, vote, tells) for order, vote in enumerate(voting.votes.values())}}
    if voting.open:
        view["open"] = voting.open
    return view


def motions(regulation: Regulation) -> dict[str, MotionView]:
    return {rule.kind: _motion(order, rule) for order, rule in enumerate(regulation.motions)}


def ballots(voting: Voting, member: MemberId) -> dict[str, BallotView]:
    """His own, and nobody else's."""
    return {vote.id: _ballot(vote.ballots[member]) for vote in voting.votes.values() if member in vote.ballots}


def _motion(order: int, rule: MotionRule) -> MotionView:
    return {
        "order": order,
        "over": rule.over,
        "under": rule.under,
        "at_least": rule.at_least,
        "secret": rule.secret,
        "changeable": rule.changeable,
        "document": rule.document,
    }


def _vote(order: int, vote: Vote, tells: bool) -> VoteView:
    view: VoteView = {
        "order": order,
        "kind": vote.rule.kind,
        "text": vote.text,
        "item": vote.item,
        "state": vote.state.value,
        "over": vote.rule.over,
        "under": vote.rule.under,
        "at_least": vote.rule.at_least,
        "changeable": vote.rule.changeable,
        "document": vote.rule.document,
        "opened_at": rfc3339(vote.opened_at),
        "base": len(vote.base),
    }
    if vote.closed_at:
        view["closed_at"] = rfc3339(vote.closed_at)
    if vote.reason:
        view["reason"] = vote.reason
    if vote.result:
        view["result"] = _result(vote.result)
    _add_turnout(vote, view)
    _add_opinions(vote, view, tells)
    _add_counts(vote, view)
    _add_round(vote, view)
    return view


def _add_turnout(vote: Vote, view: VoteView) -> None:
    """Who has not voted, never how."""
    if not vote.rule.secret:
        view["voted"] = len(vote.voted)
    if vote.state is State.OPEN:
        view["waiting"] = dict.fromkeys(sorted(vote.base - vote.voted), True)


def _add_opinions(vote: Vote, view: VoteView, tells: bool) -> None:
    if vote.state in RESERVABLE:
        view["reserved"] = len(vote.reserved)
        if tells and vote.reserved:
            view["opinions"] = {member: vote.reserved[member] for member in sorted(vote.reserved)}


def _add_counts(vote: Vote, view: VoteView) -> None:
    """The second one counts without having seen what the first one counted."""
    if vote.counts:
        view["counters"] = dict.fromkeys(sorted(vote.counts), True)
    if len(vote.counts) > 1:
        view["counts"] = {member: _count(vote.counts[member]) for member in sorted(vote.counts)}


def _add_round(vote: Vote, view: VoteView) -> None:
    """Of a motion of the round: what each group voted, and what was voted here; while a vote is open, no sums."""
    if vote.motion:
        view["motion"] = vote.motion
    if vote.count:
        view["count"] = _count(vote.count)
    if vote.result and vote.polls:
        view["groups"] = _polls(vote.polls)


def _polls(polls: rounds.Polls) -> dict[str, CountView]:
    return {group: _poll(poll) for group, poll in polls.items()}


def _poll(poll: Poll) -> CountView:
    return {"in_favour": poll.in_favour, "against": poll.against, "other": poll.other, "invalid": 0}


def round_of(
    about: About, voting: Voting, held: tuple[GroupMeeting, ...], attendance: Attendance, tells: bool
) -> RoundView:
    """`tells`: what the groups voted on a motion that is not decided yet is for the chair and the minutes secretary."""
    motions = enumerate(voting.motions.values())
    view: RoundView = {"motions": {each.id: _prepared(order, each, voting, tells) for order, each in motions}}
    if held:
        view["held"] = {each.group: _held(order, each, attendance) for order, each in enumerate(held)}
    if about.part:
        view["group"] = about.part.name
    return view


def _prepared(order: int, motion: Motion, voting: Voting, tells: bool) -> PreparedView:
    view: PreparedView = {"order": order, "item": motion.item, "kind": motion.kind, "text": motion.text}
    if tells and motion.id in voting.polls:
        view["groups"] = _polls(voting.polls[motion.id])
    return view


def _held(order: int, group: GroupMeeting, attendance: Attendance) -> HeldView:
    """A follower may sit with a group; only members count."""
    view: HeldView = {
        "order": order,
        "name": group.name,
        "meeting": group.meeting,
        "form": group.form.value,
        "opened_at": rfc3339(group.opened_at),
        "closed_at": rfc3339(group.closed_at),
        "chair": group.chair,
        "adopted": group.adopted,
        "present": len({stay.member for stay in group.stays if counts(attendance, stay.member)}),
    }
    if group.place:
        view["place"] = group.place
    return view


def _result(result: Result) -> ResultView:
    return {
        "base": result.base,
        "in_favour": result.in_favour,
        "against": result.against,
        "other": result.other,
        "invalid": result.invalid,
        "not_voted": result.not_voted,
        "passed": result.passed,
        "percent": result.percent,
    }


def _count(count: Count) -> CountView:
    return {
        "in_favour": count.in_favour,
        "against": count.against,
        "other": count.other,
        "invalid": count.invalid,
    }


def _ballot(ballot: Ballot) -> BallotView:
    view: BallotView = {"choice": ballot.choice.value}
    if ballot.opinion:
        view["opinion"] = ballot.opinion
    if ballot.reserved:
        view["reserved"] = True
    if ballot.hand:
        view["hand"] = {"until": rfc3339(ballot.hand)}
    return view


# -- Documents, conclusions, tasks -----------------------------------------------------------------------------------


def documents(showing: Showing) -> dict[str, DocumentView]:
    return {
        each.id: {"order": order, "title": each.title, "item": each.item, "pages": each.pages}
        for order, each in enumerate(showing.documents.values())
    }


def showing(shown: Shown) -> ShowingView:
    return {"document": shown.document, "page": shown.page, "since": rfc3339(shown.since)}


def conclusions(kept: Conclusions) -> dict[str, ConclusionView]:
    return {item: _conclusion(wordings) for item, wordings in kept.items.items()}


def carried(kept: Conclusions) -> list[CarriedView]:
    return [_carried(task) for task in kept.carried]


def _carried(task: Carried) -> CarriedView:
    view: CarriedView = {"text": task.text, "owner": task.owner, "deadline": task.deadline, "state": task.state}
    if task.result:
        view["result"] = task.result
    return view


def tasks(kept: Conclusions) -> dict[str, TaskView]:
    return {task.id: _task(order, task) for order, task in enumerate(kept.tasks.values())}


def _conclusion(wordings: tuple[Wording, ...]) -> ConclusionView:
    *earlier, last = wordings
    view: ConclusionView = {"version": len(wordings), "text": last.text, "at": rfc3339(last.at)}
    if earlier:
        view["earlier"] = {str(version): _wording(each) for version, each in enumerate(earlier, start=1)}
    return view


def _wording(wording: Wording) -> WordingView:
    return {"text": wording.text, "at": rfc3339(wording.at)}


def _task(order: int, task: Task) -> TaskView:
    *earlier, last = task.versions
    view: TaskView = {
        "order": order,
        "item": task.item,
        "version": len(task.versions),
        "text": last.text,
        "owner": last.owner,
        "deadline": last.deadline,
        "at": rfc3339(last.at),
    }
    if earlier:
        view["earlier"] = {str(version): _assignment(each) for version, each in enumerate(earlier, start=1)}
    if task.withdrawn_at:
        view["withdrawn"] = {"at": rfc3339(task.withdrawn_at), "reason": task.reason}
    return view


def _assignment(assignment: Assignment) -> AssignmentView:
    return {
        "text": assignment.text,
        "owner": assignment.owner,
        "deadline": assignment.deadline,
        "at": rfc3339(assignment.at),
    }


# -- Score, minutes --------------------------------------------------------------------------------------------------


def score(scoring: Scoring, regulation: Regulation) -> ScoreView:
    view: ScoreView = {
        "criteria": {
            each.id: {"order": order, "most": each.most, "document": each.document}
            for order, each in enumerate(regulation.criteria)
        },
        "grades": [{"word": grade.word, "least": grade.least} for grade in regulation.grades],
    }
    if scoring.sheet:
        view["sheet"] = _sheet(scoring.sheet)
    return view


def _sheet(sheet: Sheet) -> SheetView:
    view: SheetView = {
        "version": sheet.version,
        "by": sheet.by,
        "points": {each.criterion: _points(each) for each in sheet.points},
        "total": sheet.total,
        "grade": sheet.grade,
        "state": sheet.state.value,
    }
    if sheet.vote:
        view["vote"] = sheet.vote
    return view


def _points(points: Points) -> PointsView:
    return {"points": points.points, "reason": points.reason} if points.reason else {"points": points.points}


def minutes(kept: Minutes, tells: bool) -> MinutesView:
    """Before they are read aloud the others see that they are being written, and not what."""
    texts = tells or kept.read_at is not None
    view: MinutesView = {"items": {item: _minute(draft, texts) for item, draft in kept.items.items()}}
    if kept.read_at:
        view["read_at"] = rfc3339(kept.read_at)
    if kept.adopted_at:
        view["adopted_at"] = rfc3339(kept.adopted_at)
    return view


def _minute(draft: Draft, text: bool) -> MinuteView:
    view: MinuteView = {"version": draft.version, "by": draft.by, "at": rfc3339(draft.at)}
    if text:
        view["text"] = draft.text
    return view
