"""A case of the pilot: which steps follow which, and what they come to.  Pure.

A case is nothing but its steps in order (Hướng dẫn 03-HD/TW, 27/12/2022: the cell asks, the superior reviews and
classifies, the committee decides the list).  State, draft, decision and the days in force are read off them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from ..refusal import Refused

RULE = "pilot"

# The closed list of special nature (03-HD/TW), and special circumstances, which want words.
CIRCUMSTANCES = "circumstances"
REASONS = ("abroad", "offices_in_provinces", "far_work", "students_summer", "on_duty", "sea_islands", CIRCUMSTANCES)
ONLINE, GROUPS, BOTH = "online", "by_groups", "both"
MODES = (ONLINE, GROUPS, BOTH)

DRAFT, SUBMITTED, RETURNED, PROPOSED = "draft", "submitted", "returned", "proposed"
DECIDED, SUSPENDED, ENDED, REFUSED, WITHDRAWN, LAPSED = (
    "decided",
    "suspended",
    "ended",
    "refused",
    "withdrawn",
    "lapsed",
)
PENDING = frozenset({DRAFT, SUBMITTED, RETURNED, PROPOSED})
STATES = (DRAFT, SUBMITTED, RETURNED, PROPOSED, DECIDED, SUSPENDED, ENDED, REFUSED, WITHDRAWN, LAPSED)


@dataclass(frozen=True, slots=True)
class Step:
    """One row: who did what and when."""

    n: int
    step: str  # a word of MOVES
    by: str
    at: datetime
    body: Mapping[str, Any]
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """Why one member cannot come."""

    reason: str  # a word of REASONS
    text: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the cell asks."""

    reason: str = ""  # a word of REASONS; "" = not yet chosen
    text: str = ""  # special circumstances in words
    mode: str = ONLINE
    away: Mapping[str, Away] = field(default_factory=dict)  # person → why

    def body(self) -> dict[str, Any]:
        away = {person: {"reason": each.reason, "text": each.text} for person, each in self.away.items()}
        return {"reason": self.reason, "text": self.text, "mode": self.mode, "away": away}


@dataclass(frozen=True, slots=True)
class Paper:
    """The decision that makes a step valid."""

    number: str
    day: date  # of signing
    signer: str


@dataclass(frozen=True, slots=True)
class Period:
    """In force from `since` to the day before `until`; None = without an end."""

    since: date
    until: date | None

    @property
    def last(self) -> date | None:
        """The last day in force."""
        return self.until - timedelta(days=1) if self.until else None

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Case:
    """What the steps come to."""

    id: str
    unit_id: str
    state: str = ""
    draft: Draft = field(default_factory=Draft)
    facts: Mapping[str, Any] = field(default_factory=dict)  # as counted when it was submitted last: see facts.py
    why: str = ""  # of the last return, refusal, suspension or end
    mode: str = ""  # as decided
    committee: str = ""  # that decided: a unit
    papers: tuple[Paper, ...] = ()  # the decision and what changed it
    until: date | None = None  # the end of the decision, were it not suspended
    periods: tuple[Period, ...] = ()
    steps: tuple[Step, ...] = ()

    def in_force(self, day: date) -> bool:
        return any(period.holds(day) for period in self.periods)

    def status(self, day: date) -> str:
        """The state on that day: of a decision "coming", "in_force", "suspended" or "over"; else the state itself."""
        if self.state not in (DECIDED, SUSPENDED, ENDED):
            return self.state
        return in_force_on(self.state, self.periods, day)


def in_force_on(state: str, periods: Sequence[Period], day: date) -> str:
    """What a case that was decided is on that day."""
    if any(period.holds(day) for period in periods):
        return "in_force"
    ahead = any(period.since > day for period in periods)
    before = any(period.since <= day for period in periods)
    if ahead:
        return "suspended" if before else "coming"
    return "suspended" if state == SUSPENDED else "over"


# -- Which step follows which ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """A step may be taken in one of `frm`; then the case is in `to` ("" = where it was)."""

    frm: frozenset[str]
    to: str
    wrong: str  # the sentence where it may not be taken


def _move(frm: Sequence[str], to: str, wrong: str) -> Move:
    return Move(frozenset(frm), to, wrong)


_ASKING = (DRAFT, RETURNED)
_CHANGE = "The case was submitted; it can be changed again when it is returned."
_REVIEW = "Only a case that was submitted can be reviewed."
_DECIDE = "Only a case that the organising department proposed can be decided."
_LATER = "Only a case with a decision can be extended, suspended or ended."

MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "opened": _move([""], DRAFT, "There is such a case already."),
        "saved": _move(_ASKING, "", _CHANGE),
        "submitted": _move(_ASKING, SUBMITTED, _CHANGE),
        "withdrawn": _move(tuple(PENDING), WITHDRAWN, "A case that was decided cannot be withdrawn; it can be ended."),
        "returned": _move([SUBMITTED, PROPOSED], RETURNED, _REVIEW),
        "proposed": _move([SUBMITTED], PROPOSED, _REVIEW),
        "decided": _move([PROPOSED], DECIDED, _DECIDE),
        "refused": _move([PROPOSED], REFUSED, _DECIDE),
        "extended": _move([DECIDED], DECIDED, _LATER),
        "suspended": _move([DECIDED], SUSPENDED, _LATER),
        "resumed": _move([SUSPENDED], DECIDED, "Only a suspended decision can be resumed."),
        "ended": _move([DECIDED, SUSPENDED], ENDED, _LATER),
        "lapsed": _move((*PENDING, DECIDED, SUSPENDED), LAPSED, "The case is closed already."),
    }
)


def check(case: Case, step: str) -> None:
    """Raises Refused where the step does not follow."""
    if case.state not in MOVES[step].frm:
        raise Refused(RULE, MOVES[step].wrong)


def may_follow(case: Case) -> frozenset[str]:
    return frozenset(step for step, move in MOVES.items() if case.state in move.frm)


# -- What the steps come to ------------------------------------------------------------------------------------------


def read(case_id: str, unit_id: str, steps: Sequence[Step]) -> Case:
    """The case that these steps make."""
    case = Case(case_id, unit_id)
    for step in steps:
        case = after(case, step)
    return case


def after(case: Case, step: Step) -> Case:
    applied = _APPLIED[step.step](case, step.body)
    return replace(applied, state=MOVES[step.step].to or case.state, steps=(*case.steps, step))


def _saved(case: Case, body: Mapping[str, Any]) -> Case:
    away = {person: Away(**each) for person, each in body["away"].items()}
    return replace(case, draft=Draft(body["reason"], body["text"], body["mode"], away))


def _submitted(case: Case, body: Mapping[str, Any]) -> Case:
    return replace(case, facts=body["facts"], why="")


def _decided(case: Case, body: Mapping[str, Any]) -> Case:
    until = _day(body["until"])
    period = Period(date.fromisoformat(body["since"]), until)
    decided = replace(case, mode=body["mode"], committee=body["committee"], until=until, periods=(period,), why="")
    return _with_paper(decided, body)


def _extended(case: Case, body: Mapping[str, Any]) -> Case:
    until = _day(body["until"])
    *earlier, last = case.periods
    return _with_paper(replace(case, until=until, periods=(*earlier, Period(last.since, until))), body)


def _cut(case: Case, body: Mapping[str, Any]) -> Case:
    """From `since` on it is not in force."""
    since = date.fromisoformat(body["since"])
    kept = [Period(p.since, since if p.until is None else min(p.until, since)) for p in case.periods if p.since < since]
    return _with_paper(replace(case, periods=tuple(kept), why=body["why"]), body)


def _resumed(case: Case, body: Mapping[str, Any]) -> Case:
    since = date.fromisoformat(body["since"])
    return _with_paper(replace(case, periods=(*case.periods, Period(since, case.until)), why=""), body)


def _why(case: Case, body: Mapping[str, Any]) -> Case:
    return replace(case, why=body["why"])


def _lapsed(case: Case, body: Mapping[str, Any]) -> Case:
    return _cut(case, body)


def _with_paper(case: Case, body: Mapping[str, Any]) -> Case:
    if not body.get("number"):
        return case
    paper = Paper(body["number"], date.fromisoformat(body["day"]), body["signer"])
    return replace(case, papers=(*case.papers, paper))


def _same(case: Case, body: Mapping[str, Any]) -> Case:
    return case


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_APPLIED: Mapping[str, Callable[[Case, Mapping[str, Any]], Case]] = MappingProxyType(
    {
        "opened": _same,
        "saved": _saved,
        "submitted": _submitted,
        "withdrawn": _same,
        "returned": _why,
        "proposed": _why,
        "decided": _decided,
        "refused": _why,
        "extended": _extended,
        "suspended": _cut,
        "resumed": _resumed,
        "ended": _cut,
        "lapsed": _lapsed,
    }
)
