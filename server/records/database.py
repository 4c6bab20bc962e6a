"""One database, two ways to use it: `read()` and `write()`.  SQLite by default, PostgreSQL for a province."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_MIGRATING = 0x636869626F  # key of the advisory lock: two processes that start together migrate once

# recursive_triggers: without it REPLACE INTO deletes past the triggers that guard the log.
# WAL: readers never wait for the writer.  synchronous=FULL: what was told to a meeting must outlive a power cut, not
# only a killed process; it costs one fsync per command (a few ms), and commands come at the speed of people.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "recursive_triggers=ON")

Connection = AsyncConnection  # what read() and write() give


class Database:
    """`sqlite+aiosqlite:///path` or `postgresql+asyncpg://…`."""

    def __init__(self, url: str | sa.URL, *pragmas: str) -> None:
        """`pragmas`: of SQLite, after ours."""
        self.url = sa.make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(self.url, (*_PRAGMAS, *pragmas))
        self._one_writer = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one transaction that cannot write: what it reads is of one moment."""
        async with self._engine.connect() as connection:
            if not self.sqlite:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True, postgresql_deferrable=False
                )
            async with connection.begin():
                yield connection

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one transaction, committed at the end, undone by any exception.

        On SQLite the write lock is taken at once (BEGIN IMMEDIATE): a transaction that reads first can then never fail
        half-way for want of it.  The writers of this process queue fairly; those of others wait by busy_timeout.
        """
        async with contextlib.AsyncExitStack() as stack:
            if self.sqlite:
                await stack.enter_async_context(self._one_writer)
            connection = await stack.enter_async_context(self._engine.connect())
            await connection.execution_options(chibo_writes=True)
            await stack.enter_async_context(connection.begin())
            yield connection

    async def migrate(self, revision: str = "head") -> None:
        """Bring the tables up to this program's version, in one transaction.  Makes the SQLite file if there is none.

        SQLite alters a table by dropping it and making it anew, which no row that refers to it would outlive: so
        foreign keys sleep meanwhile, on connections of their own, and are held against all rows before the commit.
        """
        if self.sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        loose = Database(self.url, "foreign_keys=OFF")
        try:
            async with loose.write() as connection:
                if not self.sqlite:
                    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
                await connection.run_sync(_upgrade, revision)
        finally:
            await loose.close()

    async def close(self) -> None:
        await self._engine.dispose()


def _upgrade(connection: sa.Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite" and (
        found := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    ):
        raise RuntimeError(f"a row of {found[0]} refers to a row of {found[2]} that is not there")


def _engine(url: sa.URL, pragmas: Sequence[str]) -> AsyncEngine:
    # hide_parameters: what stands in a row is nobody's business in a log of errors.
    sqlite = url.get_backend_name() == "sqlite"
    # PostgreSQL would otherwise take one plan for a cell and for a province from the sixth time on that it is asked.
    given = {} if sqlite else {"server_settings": {"plan_cache_mode": "force_custom_plan"}}
    engine = create_async_engine(url, hide_parameters=True, pool_pre_ping=not sqlite, connect_args=given)
    if sqlite:
        sa.event.listen(engine.sync_engine, "connect", partial(_prepare, pragmas))
        sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(pragmas: Sequence[str], connection: Any, _record: Any) -> None:
    """We begin transactions ourselves: the driver would begin them late, and never IMMEDIATE."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("chibo_writes")
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
