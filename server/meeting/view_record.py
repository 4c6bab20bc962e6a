"""What goes into the record, as it is shown: votes, conclusions, tasks, documents, score, minutes.

`tells`: these eyes see what is for the chair and the minutes secretary only.  Nobody's eyes see a single ballot.
"""

from typing import NotRequired, TypedDict


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
