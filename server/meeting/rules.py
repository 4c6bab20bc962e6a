"""The regulation of one meeting as data: the numbers in force that day, each with the document it stands in."""

from dataclasses import dataclass
from fractions import Fraction

from .ids import CriterionId, MotionKind

CHARTER = "Điều lệ Đảng 2011"
GUIDE = "Hướng dẫn 42-HD/BTCTW, 28/10/2025"
SCORE = MotionKind("score")  # the motion by which the cell votes its own score


@dataclass(frozen=True, slots=True)
class MotionRule:
    """What one kind of motion needs: a share of the base, never of the ballots."""

    kind: MotionKind
    over: int = 1
    under: int = 2
    at_least: bool = False  # True: the share is enough; False: more than the share
    secret: bool = False  # on paper, never on this platform
    changeable: bool = True  # a ballot may be changed until the vote is closed
    document: str = CHARTER  # "" = a setting

    @property
    def share(self) -> Fraction:
        return Fraction(self.over, self.under)

    def passed(self, in_favour: int, base: int) -> bool:
        """By whole numbers only; of nobody nothing is passed."""
        has, needs = in_favour * self.under, base * self.over
        return base > 0 and (has >= needs if self.at_least else has > needs)


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted on paper."""

    in_favour: int
    against: int
    other: int
    invalid: int = 0

    @property
    def total(self) -> int:
        return self.in_favour + self.against + self.other + self.invalid


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict: in_favour + against + other + invalid + not_voted = base."""

    base: int
    in_favour: int
    against: int
    other: int
    not_voted: int
    passed: bool
    rule: MotionRule
    invalid: int = 0  # on paper only

    @property
    def percent(self) -> int:
        """In favour of the base, in hundredths of a percent, rounded down: 6666 is 66.66 %."""
        return self.in_favour * 10_000 // self.base if self.base else 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the score sheet."""

    id: CriterionId
    most: int  # points
    document: str = GUIDE


@dataclass(frozen=True, slots=True)
class Points:
    """What a score sheet gives for one criterion."""

    criterion: CriterionId
    points: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    word: str
    least: int  # points from which it is reached


MOTIONS = (
    MotionRule(MotionKind("ordinary")),
    MotionRule(MotionKind("resolution")),
    MotionRule(SCORE, document=GUIDE),
    MotionRule(MotionKind("admission"), 2, 3, at_least=True),
    MotionRule(MotionKind("official_recognition"), 2, 3, at_least=True),
    MotionRule(MotionKind("election"), secret=True),
    MotionRule(MotionKind("discipline"), secret=True),
    MotionRule(MotionKind("annual_review"), secret=True),
)
CRITERIA = tuple(
    Criterion(CriterionId(name), most)
    for name, most in (
        *(("time", 5), ("attendance", 5), ("preparation", 10), ("conduct", 40)),
        *(("principles", 5), ("last_conclusion", 30), ("closing", 5)),
    )
)
GRADES = (Grade("good", 90), Grade("fair", 70), Grade("average", 50), Grade("poor", 0))


@dataclass(frozen=True, slots=True)
class Regulation:
    """Seconds, unless the name says otherwise.  Frozen into `Called`: a meeting replays under the rules of its own day.

    Every default here is the cautious default of docs/regulation.md; org/rulebook.py fills in what is in force.
    """

    grace: int = 120  # a silent connection becomes an absence after this (no document: a setting)
    chair_grace: int = 30  # the next in line is offered the chair after this (no document: a setting)
    presence_window: int = 180  # to answer "are you there?" (no document: a setting)
    speech_limit: int = 300  # one speech; the clock shows it, the chair enforces it (no document: a setting)
    duration_minutes: int = 90  # 42-HD/BTCTW 28/10/2025: a regular meeting at least; 120 when combined
    contest_window: int = 60  # to contest a hand that the chair entered (no document: a setting)
    longest_split: int = 3600  # the groups sit apart so long at most (no document: a setting)
    smallest_group: int = 3  # members (no document: a setting; as many as make a cell)
    results_days: int = 2  # 42-HD/BTCTW 28/10/2025: results are posted and reported within so many days of the close
    sealed: bool = False  # sound and picture are sealed from end to end (no document: a setting)
    report_grace: int = 300  # after gathering a group may still report so long (no document: a setting)
    motions: tuple[MotionRule, ...] = MOTIONS
    criteria: tuple[Criterion, ...] = CRITERIA  # of the score of the meeting, 100 points together
    grades: tuple[Grade, ...] = GRADES  # from the best; the last from 0
