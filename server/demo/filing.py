"""What follows the meetings of the demonstration: papers drawn up from the log, signed, posted; one left waiting."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.meeting import commands as c
from server.meeting.ids import MemberId, PaperKind
from server.meeting.proceedings import proceedings
from server.org import meetings
from server.papers import desk, store
from server.records.database import Database
from server.records.log import Log

from . import province

CHAIR, CLERK = MemberId("demo-bithu"), MemberId("demo-capuy2")
TERM = ("2025 – 2027", date(2025, 7, 1))
TERM_BEFORE = ("2022 – 2025", date(2022, 7, 1))
GIVEN_BEFORE = {"minutes": 11, "resolution": 11}  # on paper, before there was Chibo

Ask = Callable[[c.Command, MemberId, datetime], Awaitable[None]]


async def begin_term(database: Database) -> None:
    async with database.write() as connection:
        if not await store.terms_of(connection, province.CELL):
            await store.begin_term(connection, province.CELL, *TERM_BEFORE, {})
            await store.begin_term(connection, province.CELL, *TERM, GIVEN_BEFORE)


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
