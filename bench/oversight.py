"""Oversight at the size of a large province: 5,000 cells of 24 months; how long the supervisors' pages take.

    .venv/bin/python bench/oversight.py [--database postgresql] [--cells 5000] [--times 30]
    .venv/bin/python bench/oversight.py --database URL            # made there if it is empty, and kept

A database of its own is made and dropped, unless its address is given.  The register, the summaries and the tasks are
written as rows (the real core takes half an hour for so many meetings), the months of the committees are added up by
the program itself.  A real server, real pages, over loopback, one question at a time; every read writes its trace, as
always.  Times in ms, from the question to the last byte; CPU is what this process worked for each.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import aiohttp
import register
import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).parents[1]))

from server import pages
from server.org.accounts import Accounts
from server.org.passwords import HASHER
from server.oversight.months import Month
from server.pages.keys import House
from server.records import rollups, tables
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.settings import Settings

NOW = datetime(2027, 1, 20, 3, 0, tzinfo=UTC)
MONTHS = Month(2027, 1).back()
PAGES = (
    "/units/p/supervision?month=2026-12",
    "/units/p/supervision?month=2026-12&open=x1,x2,x3",
    "/units/p/supervision?month=2026-12&filter=low&sort=attendance",
    "/units/p/supervision?month=2026-12&q=thon+nguyen",
    "/units/p/supervision?month=2026-12&sort=score&down=1&page=40",
    "/units/x7/supervision?month=2026-12",
    "/units/p/supervision/calendar",
    "/units/p/supervision/report?period=month&month=2026-12",
    "/units/p/supervision/report?period=year&month=2026-12&page=80",
    "/units/x7/supervision/report?period=year&month=2026-12",
    "/units/p/alerts",
    "/units/p/proof",
    "/units/c7/supervision",
    "/units/c7/looks",
    "/people/sup/attendance",
)
FILES = (  # of all cells; asked for a tenth as often
    "/units/p/supervision/report.xlsx?period=year&month=2026-12",
    "/units/p/supervision/report.pdf?period=year&month=2026-12",
)
FORMS = ("in_person", "in_person", "online", "hybrid", "by_groups")


def meetings(cells: int) -> Iterator[register.Row]:
    for cell in range(cells):
        for month in MONTHS:
            held = _held(cell, month)
            yield {
                "id": f"{cell}-{month}",
                "unit_id": f"c{cell}",
                "title": f"Sinh hoạt chi bộ tháng {month.number}",
                "kind": "regular",
                "planned_for": _at(cell, month),
                "agenda": [],
                "form": FORMS[cell % len(FORMS)],
                "phase": "closed" if held else "planned",
            }


def summaries(cells: int) -> Iterator[register.Row]:
    dice = random.Random(1)
    for cell in range(cells):
        for month in MONTHS:
            if _held(cell, month):
                yield _summary(cell, month, dice)


def _held(cell: int, month: Month) -> bool:
    return (cell * 7 + month.number) % 29 != 0


def _at(cell: int, month: Month) -> datetime:
    return datetime(month.year, month.number, 1 + cell % 27, 12, 30, tzinfo=UTC)


def _summary(cell: int, month: Month, dice: random.Random) -> register.Row:
    at, base, score = _at(cell, month), 38, dice.randrange(55, 100)
    present = dice.randrange(26, 39)
    return {
        "meeting": f"{cell}-{month}",
        "unit_id": f"c{cell}",
        "month": str(month),
        "form": FORMS[cell % len(FORMS)],
        "kind": "regular",
        "planned_for": at,
        "opened_at": at,
        "closed_at": at + timedelta(hours=2),
        "seconds": dice.randrange(4200, 7200),
        "wanted_minutes": 90,
        "official": 36,
        "probationary": 2,
        "exempt": 1,
        "temporary": 1,
        "base": base,
        "present": present,
        "excused": base - present,
        "unexcused": 0,
        "online": present,
        "in_room": 0,
        "vouched": 0,
        "corrections": 0,
        "to_verify": 0,
        "followers": 0,
        "votes": 1,
        "tasks": 2,
        "score": score,
        "grade": "good" if score >= 90 else "fair",
        "adopted": True,
        "reported_after": 1,
    }


def tasks(cells: int) -> Iterator[register.Row]:
    """Two of each meeting; of ten one is open, one was done late."""
    for cell in range(cells):
        for month in MONTHS:
            for n in (0, 1) if _held(cell, month) else ():
                deadline, luck = month.after, (cell + month.number + n) % 10
                yield {
                    "meeting": f"{cell}-{month}",
                    "id": f"t{n}",
                    "unit_id": f"c{cell}",
                    "item": "",
                    "owner": "sup",
                    "text": "Việc được giao",
                    "deadline": deadline,
                    "state": "done" if luck else "open",
                    "done_on": None if luck == 0 else deadline + timedelta(days=3 if luck == 1 else -3),
                }


def roll(cells: int) -> Iterator[register.Row]:
    """Every seat of the cells of one commune: the page of a cell reads its own and no other."""
    for cell in range(7, cells, register.COMMUNES):
        for month in MONTHS:
            for n in range(40) if _held(cell, month) else ():
                yield {
                    "meeting": f"{cell}-{month}",
                    "member": f"{cell}-{n}",
                    "unit_id": f"c{cell}",
                    "month": str(month),
                    "name": register.name_of(n),
                    "kind": "member",
                    "standing": "official",
                    "post": "",
                    "state": "present" if (n + month.number) % 9 else "absent_excused",
                    "seconds": 5000,
                    "kinds": "online",
                    "reason": "",
                    "corrected": False,
                    "to_verify": False,
                }


def alerts(cells: int) -> Iterator[register.Row]:
    """One of every cell in its last months, half of them acknowledged."""
    for cell in range(cells):
        for month in MONTHS[-2:]:
            yield {
                "unit_id": f"c{cell}",
                "kind": "papers",
                "subject": f"{cell}-{month}",
                "period": str(month),
                "raised_at": _at(cell, month),
                "facts": {"cell": f"Chi bộ {cell}", "day": "10/12/2026"},
                **(
                    {"noted_at": NOW, "noted_by": "sup", "note": "Đã nhắc."}
                    if cell % 2
                    else {"noted_at": None, "noted_by": None, "note": ""}
                ),
            }


async def seed(database: Database, cells: int) -> None:
    since = register.SINCE
    await register._fill(database, tables.units, register.units(cells))
    person = {"id": "sup", "unit_id": "c0", "name": "Cấp trên", "folded": "cap tren", "birth_year": 1970}
    await register._fill(database, tables.people, iter([person]))
    home = {"person_id": "sup", "unit_id": "c0", "kind": "home", "since": since}
    await register._fill(database, tables.memberships, iter([home]))
    await register._fill(
        database, tables.statuses, iter([{"person_id": "sup", "standing": "official", "since": since}])
    )
    post = {"person_id": "sup", "unit_id": "p", "post": "committee_member", "since": since}
    await register._fill(database, tables.posts, iter([post]))
    await register._fill(database, tables.meetings, meetings(cells))
    await register._fill(database, tables.summaries, summaries(cells))
    for table, rows in ((tables.tasks, tasks), (tables.roll_lines, roll), (tables.alerts, alerts)):
        await register._fill(database, table, rows(cells))
    verdicts = ({"meeting": f"{c}-{m}", "at": NOW, "ok": True, "why": ""} for c in range(cells) for m in MONTHS)
    await register._fill(database, tables.verdicts, verdicts)
    async with database.write() as connection:
        row = Accounts(database).row("sup", "sup", "captren", HASHER.hash(register.PASSWORD))
        await connection.execute(sa.insert(tables.accounts), [row])
        await rollups.rebuild(connection)
        await connection.exec_driver_sql("ANALYZE")


async def timed(database: Database, folder: Path, times: int) -> None:
    settings = Settings(_env_file=None, data_dir=folder)
    key = Key.load(folder / "log.key")
    accounts, log = Accounts(database, settings), Log(database, key)
    house = House(settings, database, accounts, log, register.nobody, key, clock=lambda: NOW)
    app = web.Application()
    pages.setup(app, house, CollectorRegistry())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visitor = register.Visitor(base, http)
        await visitor.ask("/sign-in")
        await visitor.ask("/sign-in", username="captren", password=register.PASSWORD, next="/witness")
        print("| page | median | p95 | longest | CPU |\n|---|---|---|---|---|")
        for path in PAGES:
            print(await _line(visitor, path, times), flush=True)
        for path in FILES:
            print(await _line(visitor, path, -(-times // 10)), flush=True)
    await runner.cleanup()


async def _line(visitor: register.Visitor, path: str, times: int) -> str:
    worked = time.process_time()
    took = [await register._ms(visitor, path) for _ in range(times)]
    each = (time.process_time() - worked) * 1000 / times
    figures = (median(took), register._p95(took), max(took), each)
    return f"| `{path}` | {' | '.join(f'{figure:.0f}' for figure in figures)} |"


async def run(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = kept if "://" in asked.database else register.made
        async with made(asked.database, Path(folder)) as database:
            await _seeded(database, asked.cells)
            if asked.times:
                await timed(database, Path(folder), asked.times)


@asynccontextmanager
async def kept(url: str, _: Path) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()


async def _seeded(database: Database, cells: int) -> None:
    async with database.read() as connection:
        there = await connection.scalar(sa.select(sa.func.count()).select_from(tables.summaries))
    began = time.perf_counter()
    if not there:
        await seed(database, cells)
    took = time.perf_counter() - began
    print(f"{database.url.get_backend_name()}: {cells} cells, {cells * len(MONTHS)} meetings, seeded in {took:.0f} s\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the address of one that is kept")
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--times", type=int, default=30, help="each page is asked for; 0 = only make the data")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
