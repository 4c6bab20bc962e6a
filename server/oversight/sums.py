"""What is counted of cells and their months, and the figures made of it; one place for every page and report."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Sums:
    """Of any number of cells and months; see records/rollups.py for what counts as a month kept."""

    cells: int = 0
    planned: int = 0  # cells that planned a regular meeting
    met: int = 0  # cells that held one
    meetings: int = 0  # regular meetings held
    thematic: int = 0  # thematic ones, alone or combined
    online: int = 0  # of the regular ones, by form
    hybrid: int = 0
    by_groups: int = 0
    base: int = 0  # members who count for attendance, over all meetings (records/summaries.py)
    present: int = 0
    excused: int = 0
    unexcused: int = 0
    kept: int = 0  # meetings that lasted as long as the regulation wants
    scored: int = 0
    points: int = 0  # of all scores together
    good: int = 0  # meetings scored good
    verified: int = 0  # meetings whose record was looked at
    broken: int = 0  # and found not whole
    reported: int = 0  # meetings whose results were reported to the direct superior
    in_time: int = 0  # of them within the days that the regulation of the meeting wants
    records: int = 0  # of all closed meetings, whatever their kind
    judged: int = 0  # of them looked at

    @property
    def in_room(self) -> int:
        return self.meetings - self.online - self.hybrid - self.by_groups

    @property
    def permille(self) -> int | None:
        """Attendance in thousandths, rounded half up; None where nobody counts."""
        return ratio(self.present, self.base)

    @property
    def met_permille(self) -> int | None:
        return ratio(self.met, self.cells)

    @property
    def kept_permille(self) -> int | None:
        return ratio(self.kept, self.meetings)

    @property
    def in_time_permille(self) -> int | None:
        return ratio(self.in_time, self.meetings)

    @property
    def score(self) -> int | None:
        """The mean in tenths of a point, rounded half up."""
        return (20 * self.points + self.scored) // (2 * self.scored) if self.scored else None


def ratio(part: int, whole: int) -> int | None:
    """In thousandths, rounded half up; None of nothing."""
    return (2000 * part + whole) // (2 * whole) if whole else None


def plus(sums: Iterable[Sums]) -> Sums:
    every = list(sums)
    return Sums(**{each.name: sum(getattr(one, each.name) for one in every) for each in fields(Sums)})


_NAMES = tuple(each.name for each in fields(Sums))


def read(row: Any, **more: int) -> Sums:
    """The sums of a row of unit_months, or of a query of its columns."""
    known = row._mapping
    return Sums(**{name: known[name] for name in _NAMES if name in known}, **more)
