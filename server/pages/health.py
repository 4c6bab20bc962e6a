"""GET /healthz: is the house well?  200 or 503, and one word per part."""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache

import sqlalchemy as sa
import structlog
from aiohttp import web
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.records.database import MIGRATIONS, Database

from . import keys

log = structlog.get_logger()
Check = Callable[[keys.House], Awaitable[bool]]


async def show(request: web.Request) -> web.StreamResponse:
    house = request.app[keys.HOUSE]
    parts = {name: await _answer(name, check, house) for name, check in CHECKS.items()}
    well = all(parts.values())
    return web.json_response(
        {"well": well, **{name: "ok" if good else "failing" for name, good in parts.items()}},
        status=200 if well else 503,
    )


async def _answer(name: str, check: Check, house: keys.House) -> bool:
    """A check that cannot even be made has failed; which, stands in the log."""
    try:
        return await check(house)
    except Exception as fault:
        log.warning("health check failed", part=name, fault=type(fault).__name__)
        return False


async def _database(house: keys.House) -> bool:
    async with house.database.read():
        return True


async def _migrations(house: keys.House) -> bool:
    """Whether the tables are of this program's version."""
    return await _version(house.database) == _newest()


async def _version(database: Database) -> frozenset[str]:
    async with database.read() as connection:
        return await connection.run_sync(_current)


def _current(connection: sa.Connection) -> frozenset[str]:
    return frozenset(MigrationContext.configure(connection).get_current_heads())


@cache
def _newest() -> frozenset[str]:
    """Of the scripts that lie beside this program: they are its own, and do not change while it runs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return frozenset(ScriptDirectory.from_config(config).get_heads())


async def _faults(house: keys.House) -> bool:
    return await house.no_faults()


async def _media(house: keys.House) -> bool:
    return await house.media_alive()


CHECKS: Mapping[str, Check] = {"database": _database, "migrations": _migrations, "faults": _faults, "media": _media}
