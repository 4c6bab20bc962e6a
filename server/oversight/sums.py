"""What is counted of cells and their months, and how a summary becomes a number; one place for every page and report.

A month of a cell is kept by its regular meeting, alone or combined with a thematic one; a thematic meeting never
replaces it (42-HD/BTCTW), so it is counted beside, and nowhere in these sums.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from server.meeting.ids import MeetingKind
from server.records.tables import meetings, summaries, verdicts

THEMATIC = MeetingKind.THEMATIC.value


@dataclass(frozen=True, slots=True)
class Sums:
    """Of any number of cells and months."""

    cells: int = 0
    planned: int = 0  # cells that planned a regular meeting
    met: int = 0  # cells that held one
    meetings: int = 0  # regular meetings held
    online: int = 0  # of them, by form
    hybrid: int = 0
    by_groups: int = 0
    base: int = 0  # members who count for attendance, over all meetings
    present: int = 0
    unexcused: int = 0
    kept: int = 0  # meetings that lasted as long as the regulation wants
    scored: int = 0
    points: int = 0  # of all scores together
    good: int = 0  # meetings scored good
    verified: int = 0  # meetings whose record was looked at
    broken: int = 0  # and found not whole

    @property
    def in_room(self) -> int:
        return self.meetings - self.online - self.hybrid - self.by_groups

    @property
    def permille(self) -> int | None:
        """Attendance in thousandths, rounded half up; None where nobody counts."""
        return _ratio(self.present, self.base)

    @property
    def met_permille(self) -> int | None:
        return _ratio(self.met, self.cells)

    @property
    def score(self) -> int | None:
        """The mean in tenths of a point, rounded half up."""
        return (20 * self.points + self.scored) // (2 * self.scored) if self.scored else None


def _ratio(part: int, whole: int) -> int | None:
    return (2000 * part + whole) // (2 * whole) if whole else None


def plus(sums: Iterable[Sums]) -> Sums:
    every = list(sums)
    return Sums(**{each.name: sum(getattr(one, each.name) for one in every) for each in fields(Sums)})


_s, _v = summaries.c, verdicts.c
REGULAR = _s.kind != THEMATIC
PLANNED = meetings.c.kind != THEMATIC


def _when(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _sum(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(column), 0)


# What a query of summaries adds up; those that need verdicts stand apart, so that months alone are read from the index.
ADDED: tuple[sa.ColumnElement[Any], ...] = (
    sa.func.count(sa.distinct(_s.unit_id)).label("met"),
    sa.func.count(_s.month).label("meetings"),
    _when(_s.form == "online").label("online"),
    _when(_s.form == "hybrid").label("hybrid"),
    _when(_s.form == "by_groups").label("by_groups"),
    _sum(_s.base).label("base"),
    _sum(_s.present).label("present"),
    _sum(_s.unexcused).label("unexcused"),
    _when(_s.seconds >= _s.wanted_minutes * 60).label("kept"),
    sa.func.count(_s.score).label("scored"),
    _sum(_s.score).label("points"),
    _when(_s.grade == "good").label("good"),
)
JUDGED: tuple[sa.ColumnElement[Any], ...] = (
    sa.func.count(_v.meeting).label("verified"),
    _when(_v.ok.is_(False)).label("broken"),
)
