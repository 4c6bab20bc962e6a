"""The score of the meeting: one of the committee proposes, the committee agrees, the cell votes (42-HD/BTCTW).

What the direct superior decides comes later and stands in no log of a meeting.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from . import events as e
from .attendance import Attendance, seat_of
from .ids import NO_VOTE, MemberId, MotionKind, VoteId
from .refusal import Refused, kept_reason
from .rules import SCORE, Points, Regulation
from .voting import COMMITTEE


class State(StrEnum):
    PROPOSED = "proposed"
    AGREED = "agreed"  # by the committee
    VOTING = "voting"
    ACCEPTED = "accepted"  # by the cell


@dataclass(frozen=True, slots=True)
class Sheet:
    version: int
    by: MemberId
    points: tuple[Points, ...]  # in the order of the regulation
    total: int
    grade: str
    state: State = State.PROPOSED
    vote: VoteId = NO_VOTE  # the last one about it


@dataclass(frozen=True, slots=True)
class Scoring:
    sheet: Sheet | None = None


def may_propose(scoring: Scoring, a: Attendance, by: MemberId, chair: MemberId) -> None:
    if by != chair and seat_of(a, by).post not in COMMITTEE:
        raise Refused("score", "The score is proposed by the chair and the cell committee.")
    if scoring.sheet and scoring.sheet.state in (State.VOTING, State.ACCEPTED):
        raise Refused("score", "The cell votes or has voted on the score.")


def propose(scoring: Scoring, rules: Regulation, by: MemberId, points: tuple[Points, ...]) -> Iterator[e.Event]:
    given = {each.criterion: each for each in points}
    if len(given) != len(points) or given.keys() != {each.id for each in rules.criteria}:
        raise Refused("score", "The sheet has points for every criterion, each once.")
    sheet = tuple(_line(given[each.id], each.most) for each in rules.criteria)
    if scoring.sheet and scoring.sheet.points == sheet:
        return
    total = sum(each.points for each in sheet)
    version = scoring.sheet.version + 1 if scoring.sheet else 1
    yield e.ScoreProposed(version, by, sheet, total, grade(rules, total))


def grade(rules: Regulation, total: int) -> str:
    """The best one whose points are reached; the last is reached from 0."""
    return next(each.word for each in rules.grades if total >= each.least)


def something_proposed(scoring: Scoring) -> None:
    if not scoring.sheet or scoring.sheet.state is not State.PROPOSED:
        raise Refused("score", "No score waits for the committee.")


def agree(scoring: Scoring, version: int) -> Iterator[e.Event]:
    """`version`: what the chair has before him, so that nobody agrees to what was changed meanwhile."""
    if not scoring.sheet or scoring.sheet.version != version:
        raise Refused("score", "The score was proposed anew; please look at it again.")
    yield e.ScoreAgreed(version)


def votable(scoring: Scoring, kind: MotionKind) -> None:
    """Raises Refused("score") for a vote on a score to which the committee has not agreed."""
    if kind == SCORE and (not scoring.sheet or scoring.sheet.state is not State.AGREED):
        raise Refused("score", "The cell votes on a score when the committee has agreed to it.")


def _line(points: Points, most: int) -> Points:
    if not 0 <= points.points <= most:
        raise Refused("score", "This criterion has 0 to {most} points.", most=most)
    return replace(points, reason=kept_reason(points.reason, needed=False))


# -- What happened ---------------------------------------------------------------------------------------------------


def _proposed(scoring: Scoring, event: e.ScoreProposed, at: datetime) -> Scoring:
    return Scoring(Sheet(event.version, event.member, event.points, event.total, event.grade))


def _agreed(scoring: Scoring, event: e.ScoreAgreed, at: datetime) -> Scoring:
    return Scoring(scoring.sheet and replace(scoring.sheet, state=State.AGREED))


def _put(scoring: Scoring, event: e.VoteOpened | e.PaperBallotOrdered, at: datetime) -> Scoring:
    if event.rule.kind != SCORE or not scoring.sheet:
        return scoring
    return Scoring(replace(scoring.sheet, state=State.VOTING, vote=event.vote))


def _decided(scoring: Scoring, event: e.VoteClosed | e.CountRecorded, at: datetime) -> Scoring:
    return _turned(scoring, event.vote, State.ACCEPTED if event.result.passed else State.PROPOSED)


def _turned(scoring: Scoring, vote: VoteId, state: State) -> Scoring:
    if not scoring.sheet or scoring.sheet.vote != vote:
        return scoring
    return Scoring(replace(scoring.sheet, state=state))


_APPLIED: dict[type[e.Event], Callable[[Scoring, Any, datetime], Scoring]] = {
    e.ScoreProposed: _proposed,
    e.ScoreAgreed: _agreed,
    e.VoteOpened: _put,
    e.PaperBallotOrdered: _put,
    e.VoteClosed: _decided,
    e.CountRecorded: _decided,
    e.VoteCancelled: lambda s, event, _: _turned(s, event.vote, State.AGREED),
}


def apply(scoring: Scoring, event: e.Event, at: datetime) -> Scoring:
    applied = _APPLIED.get(type(event))
    return applied(scoring, event, at) if applied else scoring
