"""A server around the live part: aiohttp, socket.io, SQLite; and pages that speak the protocol as strangers would."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web

from server.live import gateway as live
from server.live.gateway import Gateway, Viewer, cookie
from server.live.patch import merge
from server.live.rooms import Rooms
from server.live.wire import BadMessage, Wanted
from server.meeting import Refused
from server.meeting.commands import Call
from server.meeting.ids import About, ConnectionId, Item, ItemId, MemberId, Post, Seat
from server.meeting.rules import Regulation
from server.meeting.staging import StagePlan
from server.records.database import Database
from server.records.leases import Leases
from server.records.log import Log
from server.records.signing import Key

CHAIR, DEPUTY, BINH, CHI = (MemberId(name) for name in ("chair", "deputy", "binh", "chi"))
MEETING = "m1"
PATIENCE = 20.0  # seconds until a wait is given up; no test depends on how long anything takes


def call(meeting: str = MEETING) -> Call:
    others = [Seat(MemberId(f"p{n}"), f"Đảng viên {n}") for n in range(20)]
    return Call(
        about=About("Sinh hoạt thường kỳ", "Chi bộ Thôn 3", "2027-01-05T12:30:00.000Z"),
        roster=(
            Seat(CHAIR, "Nguyễn Văn An", post=Post.SECRETARY),
            Seat(DEPUTY, "Lê Văn Dũng", post=Post.DEPUTY),
            Seat(BINH, "Trần Thị Bình"),
            Seat(CHI, "Phạm Thị Chi"),
            *others,
        ),
        regulation=Regulation(),
        agenda=(Item(ItemId("i1"), "Đánh giá tháng 12", 20), Item(ItemId("i2"), "Nhiệm vụ tháng 1", 20)),
        chair=CHAIR,
        line=(DEPUTY,),
        seed="seed",
    )


class Clock:
    """The real clock, set forward by `ahead`."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Stage:
    """The media side of a meeting without sound: remembers what it was told."""

    def __init__(self) -> None:
        self.epoch = "epoch-1"
        self.plans: dict[str, StagePlan] = {}
        self.closed: list[str] = []
        self.wishes: dict[ConnectionId, Wanted] = {}

    async def answer(self, meeting: str, connection: ConnectionId, member: MemberId, offer: str) -> tuple[str, str]:
        if not offer.startswith("v=0"):
            raise BadMessage("This is no session description.")
        return f"v=0 {member} {connection}", self.epoch

    def follow(self, meeting: str, plan: StagePlan) -> None:
        self.plans[meeting] = plan

    def wish(self, meeting: str, connection: ConnectionId, wanted: Wanted) -> None:
        self.wishes[connection] = wanted

    async def close(self, meeting: str) -> None:
        self.closed.append(meeting)


class World:
    """One process: start it, kill it, start another one over the same file."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.clock, self.stage = directory, Clock(), Stage()
        self.sessions: dict[str, Viewer] = {}  # token → who; taken out = signed out
        self.meetings = {MEETING, "m2"}

    async def start(self, port: int = 0) -> None:
        self.database = Database(f"sqlite+aiosqlite:///{self.directory}/chibo.sqlite")
        await self.database.migrate()
        self.log = Log(self.database, Key.load(self.directory / "log.key"))
        leases = Leases(self.database, secrets.token_hex(8), self.clock)
        self.rooms = Rooms(self.log, self.stage, leases, self._call, self.clock)
        self.runner = web.AppRunner(web.Application())
        self.sio = live.server([])
        self.gateway = Gateway(self.sio, self.rooms, self._who, self._alive)
        self.sio.attach(self.runner.app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.sio.eio.cors_allowed_origins = [self.url]
        await self.rooms.start()
        await self.gateway.start()

    async def stop(self) -> None:
        await self.gateway.stop()
        await self.rooms.stop()
        await self.runner.cleanup()
        await self.database.close()

    async def empty(self) -> None:
        """Until the last socket has gone."""
        async with asyncio.timeout(PATIENCE):
            while len(self.gateway):  # noqa: ASYNC110 - the gateway tells nobody when it is alone
                await asyncio.sleep(0.01)

    def sign_in(self, member: MemberId) -> str:
        token = secrets.token_hex(8)
        self.sessions[token] = Viewer(member, f"session-{token}")
        return token

    async def _call(self, meeting: str) -> Call:
        if meeting not in self.meetings:
            raise Refused("NoSuchMeeting", "There is no such meeting.")
        return call(meeting)

    async def _who(self, environ: Mapping[str, Any]) -> Viewer | None:
        return self.sessions.get(cookie(environ) or "")

    def know(self, member: MemberId) -> None:
        """Signed in for good, by a token that is his name."""
        self.sessions[member] = Viewer(member, f"session-{member}")

    async def _alive(self, sessions: object) -> set[str]:
        return {viewer.session for viewer in self.sessions.values()}


class Page:
    """An open page of one member: keeps its view by the protocol and nothing else."""

    def __init__(self, token: str, connection: str | None = None) -> None:
        self.token, self.connection = token, connection or secrets.token_urlsafe(16)
        self.view: dict[str, Any] = {}
        self.mine: dict[str, Any] = {}
        self.seq = 0
        self.heard: list[tuple[str, Any]] = []
        self.gaps = 0
        self._news = asyncio.Condition()
        self._make()

    def _make(self) -> None:
        self.io = socketio.AsyncClient(reconnection=False)
        self.io.on("*", self._hear, namespace=live.NAMESPACE)
        self.io.on("disconnect", self._ended, namespace=live.NAMESPACE)
        self.io.on("connect_error", self._refused, namespace=live.NAMESPACE)
        self.over = asyncio.Event()
        self.refusal: Any = None

    async def open(
        self, world: World | str, meeting: str = MEETING, transports: Sequence[str] = ("websocket",), **auth: Any
    ) -> "Page":
        """Connect and wait for the first view.  Raises ConnectionError, with the reason in `refusal`."""
        self.seq, url = 0, world if isinstance(world, str) else world.url
        auth = {"meeting": meeting, "connection": self.connection, "device": "desktop", **auth}
        await self.io.connect(
            url,
            headers={"Cookie": f"chibo_session={self.token}", "Origin": url},
            auth=auth,
            namespaces=[live.NAMESPACE],
            transports=list(transports),
            wait_timeout=PATIENCE,
        )
        await self.until(lambda: self.seq > 0)
        return self

    async def reopen(self, world: World | str, meeting: str = MEETING) -> "Page":
        """A new socket of the same page."""
        self._make()
        return await self.open(world, meeting)

    async def close(self) -> None:
        await self.io.disconnect()

    async def cut(self) -> None:
        """The network goes: no word of farewell."""
        await self.io.eio.ws.close()
        await self.over.wait()

    async def command(self, name: str, *, id: str | None = None, **fields: Any) -> dict[str, Any]:
        return await self.call("command", {"id": id or secrets.token_hex(8), "name": name, **fields})

    async def call(self, event: str, payload: Any = None) -> dict[str, Any]:
        answer = await self.io.call(event, payload, namespace=live.NAMESPACE, timeout=PATIENCE)
        assert isinstance(answer, dict)
        return answer

    async def until(self, so: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(so)

    def said(self, event: str) -> list[Any]:
        return [data for name, data in self.heard if name == event]

    async def _hear(self, event: str, data: Any) -> None:
        self.heard.append((event, data))
        if event == "view":
            self.view, self.mine, self.seq = data["view"], data["mine"], data["seq"]
        elif event == "mine":
            self.mine = data["mine"]
        elif event == "patch":
            await self._patch(data)
        async with self._news:
            self._news.notify_all()

    async def _patch(self, data: Any) -> None:
        if data["after"] == self.seq:
            self.view, self.seq = merge(self.view, data["patch"]), data["seq"]
        else:
            self.gaps += 1

    async def _ended(self, *reason: str) -> None:
        self.over.set()
        async with self._news:
            self._news.notify_all()

    async def _refused(self, data: Any) -> None:
        self.refusal = data


@contextlib.asynccontextmanager
async def running(directory: Path) -> AsyncIterator[World]:
    world = World(directory)
    await world.start()
    try:
        yield world
    finally:
        await world.stop()
