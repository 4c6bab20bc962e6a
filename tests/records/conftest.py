"""The stores the suites run over: memory, SQLite, PostgreSQL.  Each test has a database of its own."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from server.records.database import Database
from server.records.log import Log
from server.records.memory import MemoryLog
from server.records.signing import Key

POSTGRES = os.environ.get("CHIBO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


async def _postgres() -> asyncpg.Connection:
    try:
        return await asyncpg.connect(POSTGRES, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as refused:
        words = f"PostgreSQL is not reachable at {POSTGRES} (set CHIBO_TEST_POSTGRES): {type(refused).__name__}"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)


def url_of(name: str) -> str:
    return sa.make_url(POSTGRES).set(drivername="postgresql+asyncpg", database=name).render_as_string(False)


async def _with_server(statement: str) -> None:
    server = await _postgres()
    await server.execute(statement)
    await server.close()


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated database that the others are copied from: copying is many times faster than migrating."""
    name = f"chibo_test_{uuid.uuid4().hex}"

    async def make() -> None:
        await _with_server(f'CREATE DATABASE "{name}"')
        database = Database(url_of(name))
        await database.migrate()
        await database.close()

    asyncio.run(make())
    yield name
    asyncio.run(_with_server(f'DROP DATABASE "{name}"'))


@contextmanager
def copied(template: str) -> Iterator[str]:
    """A database to be filled once, from which others are copied in their turn."""
    name = f"chibo_test_{uuid.uuid4().hex}"
    asyncio.run(_with_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield name
    asyncio.run(_with_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def new_postgres(template: str) -> AsyncIterator[str]:
    name = f"chibo_test_{uuid.uuid4().hex}"
    await _with_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield url_of(name)
    await _with_server(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _new_sqlite(directory: Path) -> AsyncIterator[str]:
    yield f"sqlite+aiosqlite:///{directory}/chibo.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def template(request: pytest.FixtureRequest) -> str:
    """What the database of this test is copied from; "" = a new SQLite file."""
    return str(request.getfixturevalue("postgres_template")) if request.param == "postgresql" else ""


@pytest.fixture
async def url(template: str, tmp_path: Path) -> AsyncIterator[str]:
    async for each in new_postgres(template) if template else _new_sqlite(tmp_path):
        yield each


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def key(tmp_path: Path) -> Key:
    return Key.load(tmp_path / "log.key")


@pytest.fixture
def log(database: Database, key: Key) -> Log:
    return Log(database, key)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    name = str(request.param)
    return name, str(request.getfixturevalue("postgres_template")) if name == "postgresql" else ""


@pytest.fixture
async def store(kind: tuple[str, str], tmp_path: Path) -> AsyncIterator[Log | MemoryLog]:
    """Anything that is a log."""
    name, template = kind
    if name == "memory":
        yield MemoryLog()
        return
    async for url in new_postgres(template) if template else _new_sqlite(tmp_path):
        database = Database(url)
        await database.migrate()
        yield Log(database, Key.load(tmp_path / "log.key"))
        await database.close()
