"""The register at the size of a large province: 5,000 cells, 200,000 members; how long its pages and its files take.

    .venv/bin/python bench/register.py [--database postgresql] [--cells 5000] [--members 40] [--times 30]

A database of its own is made and dropped: an SQLite file, or one in the PostgreSQL of CHIBO_TEST_POSTGRES.  A real
server, real pages, over loopback; one asks at a time.  Times in ms, from the question to the last byte; CPU is what
this process worked for each, server, browser and SQLite together: on a busy machine it says more than the clock.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NoReturn

import aiohttp
import asyncpg
import sqlalchemy as sa
from aiohttp import web
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).parents[1]))

from server import pages
from server.demo.large import FAMILY, GIVEN, MIDDLE
from server.org.accounts import Accounts
from server.org.exchange import columns, writing
from server.org.names import fold
from server.org.passwords import HASHER
from server.pages.keys import House
from server.records import tables
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.settings import Settings

POSTGRES = os.environ.get("CHIBO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres").replace(
    "+asyncpg", ""
)
SINCE, COMMUNES, PASSWORD = date(2020, 1, 1), 100, "cong-lua-bien-nui-417"
AT_ONCE = 5_000  # rows of one INSERT
LINES = 10_000  # of the file that is taken in
Row = dict[str, Any]


def name_of(number: int) -> str:
    parts = (FAMILY[number % 10], MIDDLE[number // 10 % 5], GIVEN[number // 50 % 14], GIVEN[number // 700 % 14])
    return " ".join(parts)


def units(cells: int) -> Iterator[Row]:
    """A province, its communes, its cells; the higher first."""
    yield _unit("p", None, "province", "Đảng bộ tỉnh Đo Thử", "/p/")
    for commune in range(COMMUNES):
        yield _unit(f"x{commune}", "p", "commune", f"Đảng bộ xã {name_of(commune)}", f"/p/x{commune}/")
    for cell in range(cells):
        above = f"x{cell % COMMUNES}"
        yield _unit(f"c{cell}", above, "cell", f"Chi bộ thôn {name_of(cell)} {cell}", f"/p/{above}/c{cell}/")


def _unit(of: str, above: str | None, kind: str, name: str, path: str) -> Row:
    row = {"id": of, "parent_id": above, "kind": kind, "name": name, "folded": fold(name), "path": path}
    return {**row, "code": of.upper(), "founded": SINCE}


async def seed(database: Database, cells: int, members: int) -> None:
    people = [(f"{cell}-{n}", f"c{cell}", name_of(cell * members + n)) for cell in range(cells) for n in range(members)]
    held = [(f"{cell}-0", f"c{cell}", "cell_secretary") for cell in range(cells)]
    held += [
        ("1-1", "p", "organising_department"),
        ("2-1", "x2", "organising_department"),
        ("3-1", "p", "committee_member"),
        ("5-1", "p", "administrator"),
    ]
    await _fill(database, tables.units, units(cells))
    await _fill(
        database, tables.unit_names, ({"unit_id": u["id"], "name": u["name"], "since": SINCE} for u in units(cells))
    )
    rows = (
        {"id": p, "unit_id": u, "name": n, "folded": fold(n), "birth_year": 1950 + i % 50}
        for i, (p, u, n) in enumerate(people)
    )
    await _fill(database, tables.people, rows)
    await _fill(
        database,
        tables.memberships,
        ({"person_id": p, "unit_id": u, "kind": "home", "since": SINCE} for p, u, _ in people),
    )
    await _fill(
        database, tables.statuses, ({"person_id": p, "standing": "official", "since": SINCE} for p, _, _ in people)
    )
    await _fill(database, tables.posts, ({"person_id": p, "unit_id": u, "post": w, "since": SINCE} for p, u, w in held))
    async with database.write() as connection:
        hashed, accounts = HASHER.hash(PASSWORD), Accounts(database)
        ours = [accounts.row(p, p, name, hashed) for name, p in WHO.items()]
        await connection.execute(sa.insert(tables.accounts), ours)
    known = set(WHO.values())  # every second member has an account
    await _fill(
        database,
        tables.accounts,
        (accounts.row(p, p, f"u{p}", hashed) for p, _, _ in people[::2] if p not in known),
    )
    async with database.write() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def _fill(database: Database, table: sa.Table, rows: Iterator[Row]) -> None:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            await _insert(database, table, part)
            part = []
    await _insert(database, table, part)


async def _insert(database: Database, table: sa.Table, rows: Sequence[Row]) -> None:
    if rows:
        async with database.write() as connection:
            await connection.execute(sa.insert(table), list(rows))


WHO = {"tinh": "1-1", "xa": "2-1", "tinhuy": "3-1", "bithu": "4-0", "quantri": "5-1"}  # username → person
PAGES = (
    ("tinh", "/register"),
    ("tinh", "/units/p"),
    ("tinh", "/units/p?page=2"),
    ("tinh", "/units/x7"),
    ("tinh", "/units/c7"),
    ("tinh", "/people/7-3"),
    ("tinh", "/register?q=thon+nguyen"),
    ("tinh", "/register?q=huong"),
    ("tinh", "/register?q=khong+co+ai"),
    ("tinh", "/units/p/merge"),
    ("tinh", "/units/c7/edit"),
    ("tinh", "/people/7-3/transfer?q=thon+tran"),
    ("xa", "/units/x2"),
    ("xa", "/register?q=huong"),
    ("bithu", "/units/c4"),
    ("bithu", "/units/c4/posts"),
    ("bithu", "/units/c4/accounts"),
    ("tinhuy", "/meetings"),
    ("quantri", "/units/p/accounts"),
    ("quantri", "/units/p/accounts?state=disabled"),
    ("quantri", "/units/p/accounts?q=huong"),
    ("quantri", "/units/x2/accounts"),
)


async def nobody(*_: Any) -> NoReturn:
    """No meeting is open here that a page could ask."""
    raise LookupError("no meeting is open")


@asynccontextmanager
async def served(database: Database, folder: Path) -> AsyncIterator[str]:
    settings = Settings(_env_file=None, data_dir=folder)
    key = Key.load(folder / "log.key")
    app = web.Application()
    house = House(settings, database, Accounts(database, settings), Log(database, key), nobody, key)
    pages.setup(app, house, CollectorRegistry())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


class Visitor:
    def __init__(self, base: str, http: aiohttp.ClientSession) -> None:
        self.base, self.http, self.text, self.url = base, http, "", ""

    async def ask(self, path: str, **data: Any) -> None:
        sent = (
            aiohttp.FormData({"csrf": self.csrf(), **{k: v for k, v in data.items() if k != "file"}}) if data else None
        )
        if sent and "file" in data:
            sent.add_field("file", data["file"], filename="so.xlsx")
        async with self.http.request("POST" if data else "GET", self.base + path, data=sent) as answer:
            body = await answer.read()  # which may be a file
            self.text, self.url = body.decode(errors="replace"), str(answer.url).removeprefix(self.base)
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        return found[1] if found else ""

    async def sign_in(self, username: str) -> None:
        await self.ask("/sign-in")
        await self.ask("/sign-in", username=username, password=PASSWORD, next="")


async def timed(base: str, times: int) -> None:
    """One line per page: median, 95th percentile, the longest, and the CPU of each."""
    for username in WHO:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            visitor = Visitor(base, http)
            await visitor.sign_in(username)
            for path in (path for who, path in PAGES if who == username):
                worked = time.process_time()
                took = [await _ms(visitor, path) for _ in range(times)]
                each = (time.process_time() - worked) * 1000 / times
                figures = (median(took), _p95(took), max(took), each)
                print(f"| {username} | `{path}` | {' | '.join(f'{figure:.0f}' for figure in figures)} |", flush=True)


async def _ms(visitor: Visitor, path: str) -> float:
    began = time.perf_counter()
    await visitor.ask(path)
    return (time.perf_counter() - began) * 1000


def _p95(took: Sequence[float]) -> float:
    return quantiles(took, n=20)[-1] if len(took) > 1 else took[0]


async def filed(base: str) -> None:
    """A file of 10,000 lines, new members and known ones, looked through and taken in; then the same once more."""
    rows = [
        {
            "unit": f"C{n % 500}",
            "name": f"{name_of(n)} Tệp",
            "birth_year": str(1950 + n % 50),
            "official": "01/02/2015",
            "card_number": f"{n:08}",
        }
        for n in range(LINES)
    ]
    data = writing.workbook({columns.PEOPLE: rows})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        visitor = Visitor(base, http)
        await visitor.sign_in("tinh")
        print("\n| file | looked through | written | longest wait of another question |\n|---|---|---|---|")
        for what in ("new", "again"):
            await visitor.ask("/units/p/import")
            began = time.perf_counter()
            await visitor.ask("/units/p/import", file=data)
            path, longest = visitor.url, await _settled(visitor, visitor.url)
            looked = time.perf_counter() - began
            await visitor.ask(path)
            if what == "new":
                began = time.perf_counter()
                await visitor.ask(path, step="take")
                longest = max(longest, await _settled(visitor, path))
            written = time.perf_counter() - began if what == "new" else 0.0
            print(f"| {LINES} lines, {what} | {looked:.1f} s | {written:.1f} s | {longest:.0f} ms |")


async def _settled(visitor: Visitor, path: str) -> float:
    """Until the job rests; the longest that a question waited meanwhile, in ms."""
    longest = 0.0
    while True:
        longest = max(longest, await _ms(visitor, f"{path}/state"))
        if not json.loads(visitor.text)["busy"]:
            return longest


@asynccontextmanager
async def made(kind: str, folder: Path) -> AsyncIterator[Database]:
    name = f"chibo_bench_{uuid.uuid4().hex[:12]}"
    if kind == "postgresql":
        await _server(f'CREATE DATABASE "{name}"')
        url = (
            sa.make_url(POSTGRES)
            .set(drivername="postgresql+asyncpg", database=name)
            .render_as_string(hide_password=False)
        )
    else:
        url = f"sqlite+aiosqlite:///{folder}/bench.sqlite"
    database = Database(url)
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
        if kind == "postgresql":
            await _server(f'DROP DATABASE "{name}" WITH (FORCE)')


async def _server(statement: str) -> None:
    server = await asyncpg.connect(POSTGRES, timeout=5)
    await server.execute(statement)
    await server.close()


async def run(asked: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with made(asked.database, Path(folder)) as database:
            began = time.perf_counter()
            await seed(database, asked.cells, asked.members)
            took, people = time.perf_counter() - began, asked.cells * asked.members
            print(f"{asked.database}: {asked.cells} cells, {people} members, seeded in {took:.0f} s\n")
            async with served(database, Path(folder)) as base:
                print("| who | page | median | p95 | longest | CPU |\n|---|---|---|---|---|---|")
                await timed(base, asked.times)
                await filed(base)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--members", type=int, default=40, help="of each cell")
    parser.add_argument("--times", type=int, default=30, help="each page is asked for")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
