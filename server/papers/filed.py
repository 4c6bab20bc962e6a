"""How far the papers of closed meetings are, for lists: signed, posted, reported, overdue."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.meetings import MeetingRow
from server.org.overrides import rules_at
from server.org.rulebook import number
from server.records.tables import filings, papers

LATELY = timedelta(days=60)
AT_ONCE = 500  # meetings of one question
DAYS = 2  # where no rule says otherwise (42-HD/BTCTW)


@dataclass(frozen=True, slots=True)
class Filed:
    """Of one closed meeting.  `due`: the last day to post and report its results."""

    due: date
    signed: bool  # the minutes, by both
    posted_on: date | None
    reported_on: date | None
    of_group: bool = False  # of a group's meeting: posted and reported with its round

    @property
    def done(self) -> bool:
        return self.posted_on is not None and self.reported_on is not None

    def overdue(self, today: date) -> bool:
        return not self.done and not self.of_group and today > self.due

    def lately(self, today: date) -> bool:
        """Whether it is recent enough to call for somebody's attention in a list."""
        return today - self.due <= LATELY


async def filed(connection: AsyncConnection, rows: Iterable[MeetingRow], zone: ZoneInfo) -> Mapping[str, Filed]:
    """Of those of `rows` that are closed."""
    closed = [row for row in rows if row.closed_at]
    state = await _state(connection, [row.id for row in closed])
    days: dict[tuple[str, date], int] = {}
    found = {}
    for row in closed:
        assert row.closed_at
        day = row.closed_at.astimezone(zone).date()
        if (row.unit.id, day) not in days:
            rules = await rules_at(connection, row.unit, day)
            days[row.unit.id, day] = number(rules, "results_days_after") if "results_days_after" in rules else DAYS
        signed, posted, reported = state.get(row.id, (False, None, None))
        found[row.id] = Filed(day + timedelta(days=days[row.unit.id, day]), signed, posted, reported, row.of_group)
    return found


_State = tuple[bool, date | None, date | None]


async def _state(connection: AsyncConnection, meetings: list[str]) -> Mapping[str, _State]:
    both = sa.and_(
        papers.c.chair_signed_at.is_not(None), papers.c.secretary_signed_at.is_not(None), papers.c.kind == "minutes"
    )
    joined = filings.outerjoin(papers, sa.and_(filings.c.meeting == papers.c.meeting, both))
    columns = (filings.c.meeting, papers.c.version, filings.c.posted_on, filings.c.reported_on)
    found: dict[str, _State] = {}
    for start in range(0, len(meetings), AT_ONCE):
        some = filings.c.meeting.in_(meetings[start : start + AT_ONCE])
        rows = await connection.execute(sa.select(*columns).select_from(joined).where(some))
        found |= {row.meeting: (row.version is not None, row.posted_on, row.reported_on) for row in rows}
    return found
