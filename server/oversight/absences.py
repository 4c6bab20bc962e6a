"""How often and how long a member was away: read off the lines of the roll, in the order of the meetings.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.records.summaries import EXCUSED, PRESENT, UNEXCUSED

STATES = (PRESENT, EXCUSED, UNEXCUSED)


@dataclass(frozen=True, slots=True)
class Line:
    """One member at one regular meeting of his cell."""

    member: str
    name: str
    standing: str
    meeting: str
    month: str
    planned_for: datetime
    state: str  # of STATES
    seconds: int
    kinds: str
    reason: str
    corrected: bool
    to_verify: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """One member over a period."""

    member: str
    name: str
    standing: str
    lines: tuple[Line, ...]  # in the order of the meetings

    @property
    def present(self) -> int:
        return sum(1 for line in self.lines if line.state == PRESENT)

    @property
    def excused(self) -> int:
        return sum(1 for line in self.lines if line.state == EXCUSED)

    @property
    def unexcused(self) -> int:
        return sum(1 for line in self.lines if line.state == UNEXCUSED)

    @property
    def away_now(self) -> int:
        """Absences in a row, up to the last meeting."""
        return trailing(self.lines, (EXCUSED, UNEXCUSED))

    @property
    def longest(self) -> int:
        """The longest row of absences in the period."""
        longest = run = 0
        for line in self.lines:
            run = 0 if line.state == PRESENT else run + 1
            longest = max(longest, run)
        return longest


def trailing(lines: Sequence[Line], states: Iterable[str]) -> int:
    """How many lines at the end are all of these states."""
    wanted, run = frozenset(states), 0
    for line in reversed(lines):
        if line.state not in wanted:
            break
        run += 1
    return run


def months_absent(lines: Iterable[Line], year: int) -> tuple[str, ...]:
    """The months of that year in which he came to no meeting and was absent from one without a reason (Điều lệ Đảng
    2011: three months of a year without a just reason)."""
    ours = [line for line in lines if line.month.startswith(f"{year:04}-")]
    came = {line.month for line in ours if line.state == PRESENT}
    return tuple(sorted({line.month for line in ours if line.state == UNEXCUSED} - came))


def tallies(lines: Iterable[Line]) -> list[Tally]:
    """One for each member, as he was called and what he was the last time."""
    found: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.planned_for, line.meeting)):
        found.setdefault(line.member, []).append(line)
    return [Tally(member, own[-1].name, own[-1].standing, tuple(own)) for member, own in found.items()]
