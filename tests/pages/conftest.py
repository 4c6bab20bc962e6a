"""A real server on a real port, with a real database and the demonstration province in it."""

import asyncio
import gzip
import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry
from yarl import URL

from server import pages
from server.demo.seed import Demo, seed
from server.live.rooms import Rooms
from server.org.accounts import Accounts
from server.pages.keys import WEB, House
from server.records.database import Database
from server.records.leases import Leases
from server.records.log import Log
from server.records.signing import Key
from server.settings import Settings

TODAY = date(2027, 1, 5)
EVENING = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)  # 19 giờ 30 in the cell's zone
PASSWORD = "lua-bien-nui-song-417"


@dataclass
class Clock:
    now: datetime = datetime(2027, 1, 5, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Visitor:
    """A browser of one person: cookies, forms, links."""

    http: aiohttp.ClientSession
    base: str
    text: str = ""
    status: int = 0
    url: str = ""
    headers: Any = field(default_factory=dict)

    async def get(self, path: str, follow: bool = True, **more: Any) -> "Visitor":
        return await self._do("GET", path, follow, **more)

    async def post(self, path: str, follow: bool = True, csrf: str | None = None, **fields: str) -> "Visitor":
        """Posts a form as the page last seen gives it: with its token."""
        token = self.csrf() if csrf is None else csrf
        return await self._do("POST", path, follow, data={"csrf": token, **fields})

    async def sign_in(self, username: str, password: str = PASSWORD, to: str = "") -> "Visitor":
        await self.get("/sign-in")
        return await self.post("/sign-in", username=username, password=password, next=to)

    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, self.text
        return found.group(1)

    def cookie(self, name: str) -> str:
        kept = self.http.cookie_jar.filter_cookies(URL(self.base))
        return kept[name].value if name in kept else ""

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def path(self) -> str:
        return self.url.removeprefix(self.base)

    async def _do(self, method: str, path: str, follow: bool, **more: Any) -> "Visitor":
        async with self.http.request(method, self.base + path, allow_redirects=follow, **more) as answer:
            body = await answer.read()
            self.text = body.decode() if "text" in answer.content_type or "json" in answer.content_type else ""
            self.status, self.url, self.headers = answer.status, str(answer.url), answer.headers
        return self


@dataclass
class Served:
    house: House
    demo: Demo
    base: str
    clock: Clock
    visitors: list[aiohttp.ClientSession]

    def visitor(self, **headers: str) -> Visitor:
        """Somebody who has never been here."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers)
        self.visitors.append(http)
        return Visitor(http, self.base)

    async def member(self, username: str = "dangvien01") -> Visitor:
        return await self.visitor().sign_in(username)


def built(folder: Path) -> Path:
    """The web part with our templates and words, and a dist as Vite writes it."""
    (folder / "dist" / ".vite").mkdir(parents=True)
    for name in ("templates", "locale"):
        (folder / name).symlink_to(WEB / name)
    entries = {
        "src/main.ts": {"file": "main-a1.js", "imports": ["_chunk.js"], "css": ["main-a1.css"]},
        "src/page.ts": {"file": "page-b2.js", "imports": ["_chunk.js"]},
        "src/network.ts": {"file": "network-f6.js", "imports": ["_chunk.js"]},
        "src/reader.ts": {"file": "reader-e5.js"},
        "src/icon.svg": {"file": "icon-d4.svg"},
        "_chunk.js": {"file": "chunk-c3.js", "css": ["chunk-c3.css"]},
    }
    (folder / "dist" / ".vite" / "manifest.json").write_text(json.dumps(entries))
    for name in ("main-a1.js", "main-a1.css", "page-b2.js", "chunk-c3.js", "chunk-c3.css"):
        (folder / "dist" / name).write_text("/* built */")
        (folder / "dist" / f"{name}.gz").write_bytes(gzip.compress(b"/* built */"))
    return folder


class Silence:
    """A closed meeting has neither sound nor picture."""

    epoch = ""

    async def answer(self, meeting: str, connection: str, member: str, offer: str) -> tuple[str, str]:
        raise AssertionError("nobody is in the room")

    def follow(self, meeting: str, plan: object) -> None:
        raise AssertionError("nobody is in the room")

    async def close(self, meeting: str) -> None:
        raise AssertionError("nobody is in the room")


async def no_call(meeting: str) -> Any:
    raise AssertionError("no meeting is called from its papers")


async def no_pause(_seconds: float) -> None:
    """Refusals leave at once here; that they wait is tested where accounts are."""


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demo]:
    """The demonstration province, made once and copied for each test; with the key that sealed its meeting."""
    folder = tmp_path_factory.mktemp("seeded")

    async def make() -> Demo:
        database = Database(f"sqlite+aiosqlite:///{folder}/chibo.sqlite")
        await database.migrate()
        demo = await seed(database, Key.load(folder / "log.key"), TODAY, PASSWORD, at=EVENING)
        await database.close()
        return demo

    return folder, asyncio.run(make())


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path, seeded: tuple[Path, Demo]) -> AsyncIterator[Serve]:
    """Starts a house; `changed` are fields of House, `more` settings."""
    started: list[Served] = []
    ends: list[Callable[[], Awaitable[None]]] = []

    async def start(changed: dict[str, Any] | None = None, **more: Any) -> Served:
        folder = tmp_path / f"house-{len(started)}"
        settings = Settings(_env_file=None, data_dir=folder / "var", **more)
        shutil.copytree(seeded[0], folder)
        database = Database(f"sqlite+aiosqlite:///{folder}/chibo.sqlite")
        ends.append(database.close)
        key, clock = Key.load(folder / "log.key"), Clock()
        accounts = Accounts(database, settings, clock=clock, pause=no_pause)
        log = Log(database, key)
        rooms = Rooms(log, Silence(), Leases(database, "pages", clock), no_call, clock)
        house = House(settings, database, accounts, log, rooms.afterwards, key, clock=clock, web=built(folder / "web"))
        ends.append(rooms.stop)
        house = replace(house, **(changed or {}))
        app = web.Application()
        pages.setup(app, house, registry=CollectorRegistry())
        runner = web.AppRunner(app)
        await runner.setup()
        ends.append(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        served = Served(house, seeded[1], f"http://127.0.0.1:{runner.addresses[0][1]}", clock, [])
        started.append(served)
        return served

    yield start
    for served in started:
        for http in served.visitors:
            await http.close()
    for end in reversed(ends):
        await end()


@pytest.fixture
async def served(serve: Serve) -> Served:
    return await serve(development=True)
