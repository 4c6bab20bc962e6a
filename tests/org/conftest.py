"""A register in a real database: SQLite, and PostgreSQL where the suite runs over both."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from server.org import groups, meetings, people, tree
from server.records.database import Database

POSTGRES = os.environ.get("CHIBO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
SINCE = date(2026, 1, 1)
DAY = date(2027, 1, 5)
EVENING = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)


PLAIN = POSTGRES.replace("+asyncpg", "")


async def _made(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await _register(database)
    await database.close()


async def _asked(*statements: str) -> None:
    server = await asyncpg.connect(PLAIN, timeout=5)
    for statement in statements:
        await server.execute(statement)
    await server.close()


def _url(name: str) -> str:
    return sa.make_url(PLAIN).set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The register in a file, made once and copied for each test."""
    file = tmp_path_factory.mktemp("register") / "chibo.sqlite"
    asyncio.run(_made(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The same in PostgreSQL, made once and copied by the server for each test."""
    name = f"chibo_test_{uuid.uuid4().hex}"
    try:
        asyncio.run(_asked(f'CREATE DATABASE "{name}"'))
    except (OSError, TimeoutError, asyncpg.PostgresError) as refused:
        words = f"PostgreSQL is not reachable (set CHIBO_TEST_POSTGRES): {type(refused).__name__}"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    asyncio.run(_made(_url(name)))
    yield name
    asyncio.run(_asked(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
async def database(tmp_path: Path, sqlite_file: Path) -> AsyncIterator[Database]:
    shutil.copy(sqlite_file, tmp_path / "chibo.sqlite")
    opened = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    yield opened
    await opened.close()


@pytest.fixture
async def postgres(template: str) -> AsyncIterator[Database]:
    name = f"chibo_test_{uuid.uuid4().hex}"
    await _asked(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    opened = Database(_url(name))
    yield opened
    await opened.close()
    await _asked(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["database", "postgres"], ids=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(request.param)
    return found


# id, name, statuses, posts in the cell
MEMBERS = (
    ("an", "Trần Văn An", ("official",), ()),
    ("binh", "Nguyễn Thị Bình", ("official",), ("committee_member",)),
    ("cuong", "Lê Văn Cường", ("official",), ("cell_secretary", "group_leader")),
    ("dao", "Phạm Thị Đào", ("official",), ("deputy_secretary",)),
    ("dung", "Phạm Văn Dũng", ("official",), ("committee_member",)),
    ("em", "Hồ Em", ("probationary",), ()),
    ("giang", "Vũ Giang", ("official", "exempt"), ()),
    ("hoa", "Bùi Hoa", ("official", "suspended"), ("committee_member",)),
    ("khanh", "Đỗ Khánh", ("official", "temporary_out"), ()),
    ("lan", "Ngô Lan", ("temporary_in",), ()),
    ("mai", "Mai Mai", (), ()),
)
CELL = "cell"


async def _register(database: Database) -> None:
    async with database.write() as connection:
        province = await tree.add(connection, "province", "province", "Tỉnh", None)
        commune = await tree.add(connection, "commune", "commune", "Xã", province)
        await tree.add(connection, "commune-2", "commune", "Xã khác", province)
        await tree.add(connection, CELL, "cell", "Chi bộ", commune)
        await tree.add(connection, "cell-2", "cell", "Chi bộ khác", commune)
        for person, name, standings, held in MEMBERS:
            await people.add(connection, person, CELL, name)
            for standing in standings:
                await people.give_status(connection, person, standing, SINCE)
            for post in held:
                await people.give_post(connection, person, CELL, post, SINCE)
        await groups.add(connection, "group", CELL, "Tổ 1", ["an", "cuong"], SINCE)
        for person, post, at in (("theo", "assigned_follower", CELL), ("tren", "committee_member", "commune")):
            await people.add(connection, person, "commune", f"Đồng chí {person}")
            await people.give_status(connection, person, "official", SINCE)
            await people.give_post(connection, person, at, post, SINCE)
        agenda = [{"id": "1", "title": "Thời sự", "minutes": 15, "presenter": "Trần Văn An"}]
        await meetings.plan(connection, "meeting", CELL, "Thường kỳ", "regular", EVENING, agenda)
