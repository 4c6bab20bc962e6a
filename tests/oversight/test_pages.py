"""Every page of the supervisors answers on both databases, and whoever reads it leaves his trace."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry

from server import pages
from server.demo.seed import Demo
from server.live.rooms import Rooms
from server.org.accounts import Accounts
from server.oversight import daily
from server.pages.keys import House
from server.records import tables
from server.records.database import Database
from server.records.leases import Leases
from server.records.log import Log
from server.records.signing import Key
from server.settings import Settings
from tests.pages.conftest import Clock, Served, Silence, built, no_call, no_pause

from .conftest import NOW

PAGES = (
    "/units/demo-tinh/supervision?month=2026-12",
    "/units/demo-tinh/supervision?month=2026-12&open=demo-xa-1,demo-xa-3",
    *(
        f"/units/demo-tinh/supervision?month=2026-12&filter={word}"
        for word in ("unplanned", "unmet", "low", "short", "unscored", "late", "broken")
    ),
    *(
        f"/units/demo-tinh/supervision?month=2026-12&q=hoa&sort={word}&down=1"
        for word in ("name", "attendance", "duration", "score", "day")
    ),
    "/units/demo-tinh/supervision/calendar",
    "/units/demo-tinh/supervision/report?period=year&month=2026-12",
    "/units/demo-tinh/supervision/report.xlsx?period=quarter&month=2026-12",
    "/units/demo-cell-4/supervision/appraisal?period=quarter&month=2026-12",
    "/units/demo-tinh/alerts?all",
    "/units/demo-tinh/proof",
    "/units/demo-cell-4/supervision",
    "/units/demo-cell-4/inspection.zip?since=2026-11&last=2026-12",
    "/meetings/demo-past/timeline",
    "/people/demo-dangvien07/attendance",
)


@pytest.fixture
async def served(told: Database, key: Key, log: Log, tmp_path: Path) -> AsyncIterator[Served]:
    """The told province behind real pages, after the daily look at it."""
    await daily.run(told, log.read, key, NOW, Settings(_env_file=None).zone)
    clock = Clock(NOW)
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", development=True)
    accounts = Accounts(told, settings, clock=clock, pause=no_pause)
    rooms = Rooms(log, Silence(), Leases(told, "pages", clock), no_call, clock)
    house = House(settings, told, accounts, log, rooms.afterwards, key, clock=clock, web=built(tmp_path / "web"))
    app = web.Application()
    pages.setup(app, house, registry=CollectorRegistry())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    visitors = Served(house, Demo([], "", ""), f"http://127.0.0.1:{runner.addresses[0][1]}", clock, [])
    yield visitors
    for http in visitors.visitors:
        await http.close()
    await rooms.stop()
    await runner.cleanup()


async def test_every_page_answers_and_leaves_its_trace(served: Served) -> None:
    provincial = await served.member("tinhuy")
    for number, path in enumerate(PAGES, start=1):
        async with provincial.http.get(served.base + path) as answer:
            assert (answer.status, len(await answer.read()) > 0) == (200, True), path
        async with served.house.database.read() as connection:
            assert await connection.scalar(sa.select(sa.func.count()).select_from(tables.looks)) == number, path
