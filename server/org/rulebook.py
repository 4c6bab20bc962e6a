"""The dated rules with their documents, and what a superior committee sets otherwise.  Pure but for reading its files.

The shipped rules stand in rulebook.toml; a province may add a file of the same form in which `committee` names the unit
whose sub-tree an entry is for.  What committees set on the page of rules is kept by overrides.py.  Of two entries in
force the nearer committee's wins; of the same committee the one entered later, then the one that begins later.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from server.meeting.rules import CRITERIA, MOTIONS, Criterion, MotionRule, Regulation

from .refusal import Refused
from .share import Share, parsed

SHIPPED = Path(__file__).with_name("rulebook.toml")
MARKS = ("V", "S", "N")
MOST = 1_000_000  # no limit of the regulation is a larger number
_DAY = timedelta(days=1)


class BadRule(Exception):
    """An entry of a rule file cannot be used.  The message says which and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One value, for one period, with the document it stands in ("" = none: a setting)."""

    key: str
    value: int | str | None  # whole number, share "1/2", one of `choices`; None = the committee sets nothing from here
    unit: str
    document: str
    clause: str
    begins: date
    mark: str  # V read in the text itself, S transcriptions agree, N not found
    ends: date | None = None  # the last day in force
    committee: str = ""  # the unit whose sub-tree it is for; "" = everywhere
    chapter: str = ""
    choices: tuple[str, ...] = ()
    least: int = 0
    fixed: bool = False  # no committee may set it otherwise
    entered: int = 0  # its number among what committees set; 0 = from a file
    by: str = ""  # the person who entered it

    def holds(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends)

    def fitted(self, text: str) -> int | str:
        """What a committee wrote, as a value of this rule.  Raises Refused."""
        said = text.strip()
        if self.choices:
            return _chosen(self, said)
        return _number_of(self, said) if isinstance(self.value, int) else str(_share(self, said))


@dataclass(frozen=True, slots=True)
class Coming:
    """On `day` another value of the rule takes effect; `rule` None = from then on no rule has that key."""

    day: date
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Rulebook:
    rules: tuple[Rule, ...]

    def of(self, day: date, line: Sequence[str]) -> Mapping[str, Rule]:
        """The rules in force that day for the unit at the end of `line` (ids from the root down)."""
        nearness = {unit_id: depth for depth, unit_id in enumerate(line, start=1)} | {"": 0}
        ours = [rule for rule in self.rules if rule.holds(day) and rule.committee in nearness]
        ordered = sorted(ours, key=lambda rule: (nearness[rule.committee], rule.entered, rule.begins))
        last = {(rule.committee, rule.key): rule for rule in ordered}  # in the order of nearness still
        return {key: rule for (_, key), rule in last.items() if rule.value is not None}

    def coming(self, day: date, line: Sequence[str]) -> Mapping[str, Coming]:
        """The next change of each rule after that day."""
        found: dict[str, Coming] = {}
        before = self.of(day, line)
        for turn in sorted({moment for rule in self.rules for moment in _turns(rule) if moment > day}):
            after = self.of(turn, line)
            for key in before.keys() | after.keys():
                if before.get(key) != after.get(key):
                    found.setdefault(key, Coming(turn, after.get(key)))
            before = after
        return found

    def regulation(self, day: date, line: Sequence[str], kind: str) -> Regulation:
        """The numbers of one meeting of that kind (a word of MeetingKind) on that day."""
        return regulation(self.of(day, line), kind)

    def shape(self, key: str) -> Rule | None:
        """The rule of that key as a file has it last: what values it may have."""
        return next((rule for rule in reversed(self.rules) if rule.key == key and not rule.committee), None)


def regulation(rules: Mapping[str, Rule], kind: str) -> Regulation:
    """The numbers of one meeting of that kind out of the rules of its day.  Raises BadRule."""
    return Regulation(
        grace=number(rules, "grace"),
        chair_grace=number(rules, "chair_grace"),
        presence_window=number(rules, "presence_window"),
        speech_limit=number(rules, "speech_limit"),
        duration_minutes=number(rules, f"duration_minutes.{kind}"),
        contest_window=number(rules, "contest_window"),
        longest_split=number(rules, "longest_split"),
        smallest_group=number(rules, "smallest_group"),
        report_grace=number(rules, "report_grace"),
        results_days=_results_days(rules),
        sealed=word(rules, "media_sealed") == "yes",
        motions=tuple(_motion(rules, motion) for motion in MOTIONS),
        criteria=tuple(_criterion(rules, criterion) for criterion in CRITERIA),
    )


def _results_days(rules: Mapping[str, Rule]) -> int:
    """Before the guide that sets a time for them, what it came to set."""
    return number(rules, "results_days_after") if "results_days_after" in rules else Regulation().results_days


# kind of motion → the rule of its share; the others need the ordinary majority
_SHARES = {"admission": "admission_share", "official_recognition": "recognition_share"}


def _motion(rules: Mapping[str, Rule], shipped: MotionRule) -> MotionRule:
    """The share and the form of one kind of motion; its document is the committee's where one has set the share."""
    key, form = _SHARES.get(shipped.kind, "majority_share"), f"vote_form.{shipped.kind}"
    needed, document = share(rules, key), rules[key].document if rules[key].committee else shipped.document
    secret = word(rules, form) == "secret" if form in rules else shipped.secret
    return replace(shipped, over=needed.over, under=needed.under, secret=secret, document=document)


def _criterion(rules: Mapping[str, Rule], shipped: Criterion) -> Criterion:
    """Before the guide that has the sheet, its points are a setting without a document."""
    key = f"score.{shipped.id}"
    if key not in rules:
        return replace(shipped, document="")
    return replace(shipped, most=number(rules, key), document=rules[key].document)


# -- Reading one rule ------------------------------------------------------------------------------------------------


def number(rules: Mapping[str, Rule], key: str) -> int:
    """The whole number that rule gives.  Raises BadRule."""
    value = rules[key].value
    if not isinstance(value, int) or value < 0:
        raise BadRule(f"{key}: must be a whole number from 0, not {value!r}")
    return value


def share(rules: Mapping[str, Rule], key: str) -> Share:
    """The share that rule gives.  Raises BadRule."""
    found = parsed(str(rules[key].value))
    if found is None:
        raise BadRule(f"{key}: must be a share as 1/2, not {rules[key].value!r}")
    return found


def word(rules: Mapping[str, Rule], key: str) -> str:
    return str(rules[key].value)


def _chosen(rule: Rule, said: str) -> str:
    if said not in rule.choices:
        raise Refused("rules", "Please choose one of the values offered.")
    return said


def _number_of(rule: Rule, said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= 7 and rule.least <= int(said) <= MOST):
        raise Refused("rules", "The value must be a whole number from {least} to {most}.", least=rule.least, most=MOST)
    return int(said)


def _share(rule: Rule, said: str) -> Share:
    found = parsed(said)
    if found and found.over == found.under and "more than" in rule.unit:
        raise Refused("rules", "Nothing is more than all.")
    if found is None:
        raise Refused("rules", "The value must be a share between 0 and 1, as 1/2 or 2/3.")
    return found


def _turns(rule: Rule) -> Iterable[date]:
    """The days on which something changes by this rule."""
    yield rule.begins
    if rule.ends is not None:
        yield rule.ends + _DAY


# -- Files -----------------------------------------------------------------------------------------------------------


def read(*files: Path) -> Rulebook:
    """The shipped rules and those of `files`, which come later.  Raises BadRule; OSError where a file is missing."""
    return Rulebook((*_shipped(), *(rule for file in files for rule in _rules(file))))


@cache
def _shipped() -> tuple[Rule, ...]:
    return tuple(_rules(SHIPPED))


def _rules(file: Path) -> Iterable[Rule]:
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("rule", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadRule(f"{file.name}: {wrong}") from None
    for entry in entries:
        try:
            yield Rule(**entry | {"choices": tuple(entry.get("choices", ()))})
        except TypeError as wrong:
            raise BadRule(f"{file.name}, {entry.get('key', 'an entry without key')}: {wrong}") from None
