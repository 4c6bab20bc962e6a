"""The dated rules with their documents, and what a superior committee sets otherwise.

The shipped rules stand in rulebook.toml; a province may add a file of the same form in which `committee` names the unit
whose sub-tree an entry is for.  Of two entries in force the nearer committee's wins, then the later one.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from server.meeting.rules import Regulation

SHIPPED = Path(__file__).with_name("rulebook.toml")
_SECONDS = ("grace", "chair_grace", "presence_window", "speech_limit")


class BadRule(Exception):
    """An entry of a rule file cannot be used.  The message says which and why."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One value, for one period, with the document it stands in ("" = none: a setting)."""

    key: str
    value: int | str
    unit: str
    document: str
    clause: str
    begins: date
    mark: str  # V read in the text itself, S transcriptions agree, N not found
    ends: date | None = None  # the last day in force
    committee: str = ""  # the unit whose sub-tree it is for; "" = everywhere

    def holds(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Rulebook:
    rules: tuple[Rule, ...]

    def of(self, day: date, line: Sequence[str]) -> Mapping[str, Rule]:
        """The rules in force that day for the unit at the end of `line` (ids from the root down)."""
        nearness = {unit_id: depth for depth, unit_id in enumerate(line, start=1)} | {"": 0}
        ours = [rule for rule in self.rules if rule.holds(day) and rule.committee in nearness]
        return {rule.key: rule for rule in sorted(ours, key=lambda rule: (nearness[rule.committee], rule.begins))}

    def regulation(self, day: date, line: Sequence[str], kind: str) -> Regulation:
        """The numbers of one meeting of that kind (a word of MeetingKind) on that day."""
        rules = self.of(day, line)
        seconds = {key: _number(rules[key]) for key in _SECONDS}
        return Regulation(**seconds, duration_minutes=_number(rules[f"duration_minutes.{kind}"]))


def read(*files: Path) -> Rulebook:
    """The shipped rules and those of `files`, which come later.  Raises BadRule; OSError where a file is missing."""
    return Rulebook(tuple(rule for file in (SHIPPED, *files) for rule in _rules(file)))


def _rules(file: Path) -> Iterable[Rule]:
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("rule", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise BadRule(f"{file.name}: {wrong}") from None
    for entry in entries:
        try:
            yield Rule(**entry)
        except TypeError as wrong:
            raise BadRule(f"{file.name}, {entry.get('key', 'an entry without key')}: {wrong}") from None


def _number(rule: Rule) -> int:
    if not isinstance(rule.value, int) or rule.value < 0:
        raise BadRule(f"{rule.key}: must be a whole number from 0, not {rule.value!r}")
    return rule.value
