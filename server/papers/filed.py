"""How far the papers of closed meetings are, for lists: signed, posted, reported, overdue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.rules import Regulation
from server.org.meetings import MeetingRow
from server.records.tables import filings, meetings, papers, summaries

LATELY = timedelta(days=60)
AT_ONCE = 500  # meetings of one question
_DAYS = Regulation().results_days  # where no summary tells: of a group's meeting, whose round is reported


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
    """Of those of `rows` that are closed.  How many days there are, the record says: the rule of the meeting's day."""
    closed = {row.id: row for row in rows if row.closed_at}
    found = {}
    for state in await _states(connection, list(closed)):
        row = closed[state.id]
        assert row.closed_at
        days = _DAYS if state.results_days is None else state.results_days
        due = row.closed_at.astimezone(zone).date() + timedelta(days=days)
        found[row.id] = Filed(due, state.version is not None, state.posted_on, state.reported_on, row.of_group)
    return found


async def _states(connection: AsyncConnection, ids: Sequence[str]) -> Sequence[Any]:
    p, m = papers.c, meetings.c
    both = sa.and_(p.kind == "minutes", p.chair_signed_at.is_not(None), p.secretary_signed_at.is_not(None))
    joined = (
        meetings.outerjoin(filings, filings.c.meeting == m.id)
        .outerjoin(papers, sa.and_(p.meeting == m.id, both))
        .outerjoin(summaries, summaries.c.meeting == m.id)
    )
    columns = (m.id, p.version, filings.c.posted_on, filings.c.reported_on, summaries.c.results_days)
    found = sa.select(*columns).select_from(joined)
    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return [row for part in parts for row in await connection.execute(found.where(m.id.in_(part)))]
