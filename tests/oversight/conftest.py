"""A province of three cells with months behind it, told by the real core into a real database."""

from datetime import UTC, date, datetime

import pytest

from server.demo.cells import CELLS
from server.demo.history import tell
from server.demo.seed import seed
from server.org import tree
from server.org.tree import Unit
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from tests.records.conftest import database, key, postgres_template, template, url

__all__ = ["database", "key", "postgres_template", "template", "url"]  # the same databases as where records are

TODAY = date(2027, 1, 20)
NOW = datetime(2027, 1, 20, 3, 0, tzinfo=UTC)
SOME = [cell for cell in CELLS if cell.id in ("demo-cell-2", "demo-cell-4", "demo-cell-13")]


@pytest.fixture
async def told(database: Database, key: Key) -> Database:
    """Four months: October to January."""
    await seed(database, key, TODAY, "lua-bien-nui-song-417", at=datetime(2027, 1, 20, 12, 30, tzinfo=UTC))
    await tell(database, key, TODAY, months=4, cells=SOME)
    return database


@pytest.fixture
def log(told: Database, key: Key) -> Log:
    return Log(told, key)


async def unit(of: Database, unit_id: str) -> Unit:
    async with of.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found
