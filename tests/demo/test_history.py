"""The months that the demonstration has behind it: told by the real core, whole, and told once."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa

from server.demo.cells import CELLS, GOOD, LATE, THIN
from server.demo.history import months_back, tell
from server.demo.seed import seed
from server.records import tables
from server.records.database import Database
from server.records.signing import Key
from server.records.verify import verify_all
from server.settings import Settings

TODAY = date(2027, 1, 20)
SOME = [cell for cell in CELLS if cell.id in ("demo-cell-1", "demo-cell-4", "demo-cell-11")]


async def test_three_months_of_three_cells(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path)
    database = Database(settings.database)
    await database.migrate()
    key = Key.load(settings.head_key)
    await seed(database, key, TODAY, "lua-bien-nui-song-417", at=datetime(2027, 1, 20, 12, 30, tzinfo=UTC))
    held = await tell(database, key, TODAY, months=3, cells=SOME)
    assert held == 7  # the first cell has those of this month and the last from elsewhere
    assert all([verdict.ok async for verdict in verify_all(database, {key.public})])
    async with database.read() as connection:
        s = tables.summaries.c
        rows = (
            await connection.execute(sa.select(tables.summaries).where(s.meeting.not_in(("demo-past", "demo-late"))))
        ).all()
    assert Counter(row.unit_id for row in rows) == {"demo-cell-1": 1, "demo-cell-4": 3, "demo-cell-11": 3}
    assert all(row.adopted and row.score is not None for row in rows)
    assert all(row.seconds >= row.wanted_minutes * 60 for row in rows if row.unit_id == "demo-cell-1")
    assert sum(row.present for row in rows if row.unit_id == "demo-cell-4") < 0.9 * sum(
        row.base for row in rows if row.unit_id == "demo-cell-4"
    )
    assert await tell(database, key, TODAY, months=3, cells=SOME) == 0
    await database.close()


def test_months_are_counted_backwards_over_the_year() -> None:
    assert months_back(date(2027, 2, 14), 3) == [date(2027, 2, 1), date(2027, 1, 1), date(2026, 12, 1)]


def test_cells_differ() -> None:
    assert {GOOD, LATE, THIN} <= {cell.habit for cell in CELLS}
