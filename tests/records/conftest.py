"""The stores the suites run over: memory, SQLite, PostgreSQL.  Each test has a database of its own."""

import os
import uuid
from collections.abc import AsyncIterator
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


async def _new_postgres() -> AsyncIterator[str]:
    name = f"chibo_test_{uuid.uuid4().hex}"
    server = await _postgres()
    await server.execute(f'CREATE DATABASE "{name}"')
    url = sa.make_url(POSTGRES).set(drivername="postgresql+asyncpg", database=name)
    yield url.render_as_string(hide_password=False)
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"
        return
    async for each in _new_postgres():
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
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Log | MemoryLog]:
    """Anything that is a log."""
    if request.param == "memory":
        yield MemoryLog()
        return
    urls = _new_postgres() if request.param == "postgresql" else _sqlite(tmp_path)
    async for each in urls:
        database = Database(each)
        await database.migrate()
        yield Log(database, Key.load(tmp_path / "log.key"))
        await database.close()


async def _sqlite(tmp_path: Path) -> AsyncIterator[str]:
    yield f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite"
