"""The months that the demonstration has behind it: told by the real core, whole, and told once."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.demo.cells import CELLS, GOOD, LATE, THIN
from server.demo.history import tell
from server.demo.months import months_back
from server.demo.seed import seed
from server.records import tables
from server.records.database import Connection, Database
from server.records.signing import Key
from server.records.verify import verify_all
from server.settings import Settings

TODAY = date(2027, 1, 20)
SOME = [cell for cell in CELLS if cell.id in ("demo-cell-1", "demo-cell-4")]
LARGE = [cell for cell in CELLS if cell.id == "demo-cell-11"]


@pytest.fixture
async def seeded(tmp_path: Path) -> AsyncIterator[tuple[Database, Key]]:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    database, key = Database(settings.database), Key.load(settings.head_key)
    await database.migrate()
    await seed(database, key, TODAY, "lua-bien-nui-song-417", at=datetime(2027, 1, 20, 12, 30, tzinfo=UTC))
    yield database, key
    await database.close()


async def test_three_months_of_two_cells(seeded: tuple[Database, Key]) -> None:
    database, key = seeded
    held = await tell(database, key, TODAY, months=3, cells=SOME)
    assert held == 4  # the first cell has those of this month and the last from elsewhere
    assert all([verdict.ok async for verdict in verify_all(database, {key.public})])
    async with database.read() as connection:
        s = tables.summaries.c
        rows = (
            await connection.execute(sa.select(tables.summaries).where(s.meeting.not_in(("demo-past", "demo-late"))))
        ).all()
    assert Counter(row.unit_id for row in rows) == {"demo-cell-1": 1, "demo-cell-4": 3}
    assert all(row.adopted and row.score is not None for row in rows)
    assert all(row.seconds >= row.wanted_minutes * 60 for row in rows if row.unit_id == "demo-cell-1")
    assert sum(row.present for row in rows if row.unit_id == "demo-cell-4") < 0.9 * sum(
        row.base for row in rows if row.unit_id == "demo-cell-4"
    )
    assert await tell(database, key, TODAY, months=3, cells=SOME) == 0
    async with database.read() as connection:
        await _papers_and_tasks(connection)
        assert await _minutes_of(connection, "demo-cell-1") == [17, 18, 19]  # 16 of its term on paper, or not told here


async def _minutes_of(connection: Connection, unit_id: str) -> list[int]:
    """The numbers of a cell's minutes, in the order in which its meetings were closed."""
    n, s = tables.paper_numbers.c, tables.summaries.c
    joined = tables.paper_numbers.join(tables.summaries, s.meeting == n.meeting)
    ours = sa.and_(n.unit_id == unit_id, n.series == "minutes")
    found = sa.select(n.number).select_from(joined).where(ours).order_by(s.closed_at)
    return list(await connection.scalars(found))


async def _papers_and_tasks(connection: Connection) -> None:
    """Most results are reported in time, with signed minutes behind them; most tasks are done."""
    s, p, t = tables.summaries.c, tables.papers.c, tables.tasks.c
    told = s.meeting.not_in(("demo-past", "demo-late"))
    reported = (await connection.execute(sa.select(s.meeting, s.reported_after, s.results_days).where(told))).all()
    in_time = [row for row in reported if row.reported_after is not None and row.reported_after <= row.results_days]
    assert len(in_time) >= len(reported) // 2
    signed = sa.and_(p.kind == "minutes", p.chair_signed_at.is_not(None), p.secretary_signed_at.is_not(None))
    names = set(await connection.scalars(sa.select(p.meeting).where(signed)))
    assert {row.meeting for row in reported if row.reported_after is not None} <= names
    ours = sa.and_(t.meeting.not_in(("demo-past", "demo-late")), t.deadline < TODAY)
    states = Counter(await connection.scalars(sa.select(t.state).where(ours)))
    assert states["done"] > states["open"]


async def test_the_groups_of_the_large_cell_sit_apart_and_report(seeded: tuple[Database, Key]) -> None:
    """In the month with a theme, once the cell may meet online."""
    database, key = seeded
    await tell(database, key, TODAY, months=6, cells=LARGE)
    e = tables.events.c
    async with database.read() as connection:
        names = Counter(await connection.scalars(sa.select(e.name).where(e.meeting == "demo-cell-11-2026-12")))
    assert (names["GroupsFormed"], names["ReportSubmitted"], names["GroupsGathered"]) == (1, 3, 1)


@pytest.mark.parametrize(("year", "month", "ahead"), [(2026, 10, "2027-02"), (2027, 6, "2027-10")])  # June has a theme
async def test_the_large_cell_has_held_a_round_and_has_one_ahead(
    tmp_path: Path, year: int, month: int, ahead: str
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    database = Database(settings.database)
    await database.migrate()
    key, today, now = Key.load(settings.head_key), date(year, month, 20), f"{year}-{month:02}"
    await seed(database, key, today, "lua-bien-nui-song-417", at=datetime(year, month, 20, 12, 30, tzinfo=UTC))
    cell = [each for each in CELLS if each.groups]
    # the cell asked in the fourth month of its story, so that it may meet by groups in the fifth
    assert await tell(database, key, today, months=6, cells=cell) == 6
    assert all([verdict.ok async for verdict in verify_all(database, {key.public})])
    m, s = tables.meetings.c, tables.summaries.c
    async with database.read() as connection:
        rounds = {
            row.id: row.phase
            for row in await connection.execute(sa.select(m.id, m.phase).where(m.form == "by_groups").order_by(m.id))
        }
        parts = (await connection.execute(sa.select(m.round_id, m.phase, m.form).where(m.round_id.is_not(None)))).all()
        held = (await connection.execute(sa.select(tables.summaries).where(s.form == "by_groups"))).all()
        counted = await connection.scalar(sa.select(sa.func.count()).where(tables.events.c.name == "GroupsCounted"))
    assert rounds == {f"demo-cell-11-{now}": "closed", f"demo-cell-11-{ahead}": "planned"}
    assert Counter((part.round_id[-7:], part.phase) for part in parts) == {
        (now, "closed"): 3,
        (ahead, "planned"): 3,
    }
    assert {part.form for part in parts} == {"online", "in_person"}
    (row,) = held
    assert (row.unit_id, row.official + row.probationary + row.exempt, row.adopted) == ("demo-cell-11", 54, True)
    assert row.present > 40
    assert counted == 1
    assert await tell(database, key, today, months=6, cells=cell) == 0
    await database.close()


def test_months_are_counted_backwards_over_the_year() -> None:
    assert months_back(date(2027, 2, 14), 3) == [date(2027, 2, 1), date(2027, 1, 1), date(2026, 12, 1)]


def test_cells_differ() -> None:
    assert {GOOD, LATE, THIN} <= {cell.habit for cell in CELLS}
