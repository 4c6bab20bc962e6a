"""What follows the meetings of the demonstration: papers drawn up from the log, signed, posted; one left waiting."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting import commands as c
from server.meeting.ids import MemberId, PaperKind
from server.meeting.proceedings import proceedings
from server.org import meetings
from server.papers import desk, store
from server.records.database import Database
from server.records.log import Log

from .cells import Cell
from .months import MONTHS, months_back, months_between, planned, wanted

CHAIR, CLERK = MemberId("demo-bithu"), MemberId("demo-capuy2")
TERM = ("2025 – 2027", date(2025, 7, 1))
TERM_BEFORE = ("2022 – 2025", date(2022, 7, 1))
RESOLUTIONS = 11  # of the term, given on paper before there was Chibo

Ask = Callable[[c.Command, MemberId, datetime], Awaitable[None]]


async def begin_terms(connection: AsyncConnection, unit: str, since: date, resolutions: int = 0) -> None:
    """Where there is none.  `since`: the first month that is told; those before it had their papers without Chibo, and
    so many `resolutions` of this term: no month that is told has one.
    """
    if not await store.terms_of(connection, unit):
        for (name, begins), least in ((TERM_BEFORE, 0), (TERM, resolutions)):
            minutes = months_between(begins, since)
            given = {"minutes": minutes, "resolution": max(minutes, least)}
            await store.begin_term(connection, unit, name, begins, given)


async def keep_numbers(connection: AsyncConnection, cell: Cell, today: date, zone: ZoneInfo) -> None:
    """The minutes of the months that history.py tells later have their numbers now: numbers go as the meetings went."""
    for first in reversed(months_back(today, MONTHS)[1:]):
        month = wanted(cell, first, today, zone)
        if month and month.held and not await planned(connection, cell.id, first, zone):
            term = await store.term_on(connection, cell.id, month.at.astimezone(zone).date())
            assert term
            run, before = f"term {term.id}", term.given_before["minutes"]
            await store.give_number(connection, cell.id, run, "minutes", month.meeting, before, month.at)


async def sign(database: Database, log: Log, meeting: str, ask: Ask, zone: ZoneInfo) -> None:
    """Everything within two days: drawn up the same evening, signed the next day, then posted and reported."""
    closed = await _drawn_up(database, log, meeting, ask, zone)
    for who, hours in ((CLERK, 1), (CHAIR, 12)):
        for kind, sha256 in await _papers(database, log, meeting):
            await ask(c.SignPaper(kind, sha256), who, closed + timedelta(hours=hours))
    day = (closed + timedelta(days=1)).astimezone(zone).date().isoformat()
    await ask(c.MarkPosted(day), CLERK, closed + timedelta(days=1))
    await ask(c.MarkReported(day), CHAIR, closed + timedelta(days=1))


async def wait(database: Database, log: Log, meeting: str, ask: Ask, zone: ZoneInfo) -> None:
    """Drawn up and signed by the minutes secretary; the chair has not come to it yet."""
    closed = await _drawn_up(database, log, meeting, ask, zone)
    for kind, sha256 in await _papers(database, log, meeting):
        await ask(c.SignPaper(kind, sha256), CLERK, closed + timedelta(hours=2))


async def _drawn_up(database: Database, log: Log, meeting: str, ask: Ask, zone: ZoneInfo) -> datetime:
    """Returns when the meeting was closed."""
    closed = datetime.min.replace(tzinfo=UTC)
    for kind in desk.SIGNED:
        recorded = await log.read(meeting)
        async with database.read() as connection:
            row = await meetings.meeting(connection, meeting)
            assert row and row.closed_at
            of = await desk.material(connection, row, recorded, zone)
        closed = row.closed_at
        if not desk.waits(proceedings(recorded), kind):
            number, sha256 = await desk.draw_up(database, of, kind, closed)
            await ask(c.DrawUpPaper(PaperKind(kind), number, sha256), CLERK, closed + timedelta(minutes=20))
    return closed


async def _papers(database: Database, log: Log, meeting: str) -> list[tuple[PaperKind, str]]:
    papers = proceedings(await log.read(meeting)).meeting.filing.papers
    return [(kind, paper.sha256) for kind, paper in papers.items()]
