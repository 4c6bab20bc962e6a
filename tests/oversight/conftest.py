"""A province of three cells with months behind it, told by the real core into a real database: once for each kind of
database, from which every test has a copy of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.demo.cells import CELLS
from server.demo.history import tell
from server.demo.seed import seed
from server.org import tree
from server.org.tree import Unit
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from tests.records import conftest as records

TODAY = date(2027, 1, 20)
NOW = datetime(2027, 1, 20, 3, 0, tzinfo=UTC)
SOME = [cell for cell in CELLS if cell.id in ("demo-cell-2", "demo-cell-4", "demo-cell-13")]

postgres_template, database = records.postgres_template, records.database


async def _tell(url: str, key: Path) -> None:
    """Four months: October to January."""
    database, signing = Database(url), Key.load(key)
    await database.migrate()
    await seed(database, signing, TODAY, "lua-bien-nui-song-417", at=datetime(2027, 1, 20, 12, 30, tzinfo=UTC))
    await tell(database, signing, TODAY, months=4, cells=SOME)
    await database.close()


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key") / "log.key"


@pytest.fixture
def key(key_file: Path) -> Key:
    return Key.load(key_file)


@pytest.fixture(scope="session")
def told_file(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("told")
    asyncio.run(_tell(f"sqlite+aiosqlite:///{folder}/chibo.sqlite", key_file))
    return folder / "chibo.sqlite"


@pytest.fixture(scope="session")
def told_template(postgres_template: str, key_file: Path) -> Iterator[str]:
    with records.copied(postgres_template) as name:
        asyncio.run(_tell(records.url_of(name), key_file))
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def origin(request: pytest.FixtureRequest) -> Path | str:
    """What the database of this test is copied from: a file, or the name of a database."""
    found = request.getfixturevalue("told_template" if request.param == "postgresql" else "told_file")
    return found if isinstance(found, Path) else str(found)


@pytest.fixture
async def url(origin: Path | str, tmp_path: Path) -> AsyncIterator[str]:
    if isinstance(origin, str):
        async for url in records.new_postgres(origin):
            yield url
        return
    shutil.copy(origin, tmp_path / "chibo.sqlite")
    yield f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"


@pytest.fixture
def told(database: Database) -> Database:
    return database


@pytest.fixture
def log(told: Database, key: Key) -> Log:
    return Log(told, key)


async def unit(of: Database, unit_id: str) -> Unit:
    async with of.read() as connection:
        found = await tree.unit(connection, unit_id)
    assert found
    return found
