"""The control side: starts and supervises the media worker and speaks to it."""

import asyncio
import contextlib
import itertools
import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import lines, snapshot
from .sdp import BadOffer
from .stage import Stage, Wish

log = logging.getLogger(__name__)

REPLY = 5.0  # s for one request
WAITS = (0.0, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0)  # s before the worker is started again, the more often it died
LONGEST_PATH = 107  # bytes of a unix socket's path (unix(7))
MISTRUST = 4  # deaths in a row after which what the worker left may itself be the cause
STEADY = 5.0  # s of life after which it counts as sound again

__all__ = ["BadOffer", "Control", "MediaSettings", "WorkerAway", "WorkerFailed"]


@dataclass(frozen=True, slots=True)
class MediaSettings:
    address: str  # told to browsers; several are separated by commas
    bind: str  # where the UDP port is opened
    port: int  # UDP; 0 takes any free one
    socket: Path  # unix socket, at most 107 bytes long


class WorkerFailed(RuntimeError):
    """The worker cannot run.  One sentence says why."""


class WorkerAway(ConnectionError):
    """The worker is being started again; the request was not done."""


class _Line:
    """One connection to one worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.replaced = False  # another control has taken the worker over
        self._gone = False

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Raises WorkerAway."""
        if self._gone:
            raise WorkerAway("The media worker is gone.")
        number = next(self._ids)
        reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = reply
        try:
            self._writer.write(lines.encode({"id": number, "do": do, **fields}))
            return await asyncio.wait_for(reply, REPLY)
        except TimeoutError:
            raise WorkerAway("The media worker did not answer.") from None
        finally:
            self._waiting.pop(number, None)

    async def read(self, on_event: Callable[[dict[str, Any]], None]) -> None:
        """Until the worker is gone."""
        try:
            async for message in lines.messages(self._reader):
                if "event" in message:
                    self.replaced |= message["event"] == "replaced"
                    on_event(message)
                else:
                    self._replied(message)
        finally:
            self._hang_up()

    def _replied(self, message: dict[str, Any]) -> None:
        reply = self._waiting.get(message["id"])
        if reply is not None and not reply.done():
            reply.set_result(message)

    def close(self) -> None:
        self._writer.close()

    def _hang_up(self) -> None:
        self._gone = True
        for reply in self._waiting.values():
            if not reply.done():
                reply.set_exception(WorkerAway("The media worker is gone."))
        self._writer.close()


class Control:
    """`on_slots(room, peer, {mid: owner})` whenever a peer's slots change, `on_feed(room, peer, feed)` whenever what
    else is known of it does (docs/protocol.md, `feed`).  A dead worker's place is taken by another
    that carries its connections on; `on_epoch(epoch)` only if it cannot: then every peer must offer anew."""

    def __init__(
        self, settings: MediaSettings, on_slots: Callable[[str, str, dict[str, str]], None],
        on_epoch: Callable[[str], None],
        on_feed: Callable[[str, str, dict[str, Any]], None] = lambda room, peer, feed: None,
    ) -> None:  # fmt: skip
        self.epoch = ""
        self.port = 0
        self._settings, self._on_slots, self._on_epoch, self.on_feed = settings, on_slots, on_epoch, on_feed
        self._stages: dict[str, Stage] = {}
        self._wishes: dict[str, dict[str, Wish]] = {}
        self._line: _Line | None = None
        self._there = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._spare: asyncio.subprocess.Process | None = None  # has everything loaded and waits for a death
        self._keeper: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[Any]] = set()
        self._memory = snapshot.place(settings.socket)

    async def start(self) -> None:
        """Adopt the worker that lives on our socket, or start one.  Raises WorkerFailed."""
        if len(os.fsencode(self._settings.socket)) > LONGEST_PATH:
            raise WorkerFailed(f"The path of the media socket is longer than {LONGEST_PATH} bytes.")
        await self._connect()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())
        self._spare = await self._born()

    async def stop(self) -> None:
        """End the worker, and every call with it."""
        await self._stop_keeping()
        await self._last_word("end")
        await self._bury()
        snapshot.wipe(self._memory)

    async def part(self) -> None:
        """Go, and leave the worker with its calls to whoever starts within worker.ALONE; without calls it ends."""
        await self._stop_keeping()
        if (await self._last_word("part")).get("stays"):
            self._process = None
        else:
            await self._bury()
            snapshot.wipe(self._memory)

    async def _stop_keeping(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._process, self._spare, worker = self._spare, None, self._process
        await self._bury()
        self._process = worker

    async def _last_word(self, do: str) -> dict[str, Any]:
        """The reply, when the line is closed; {} from a worker that is gone."""
        reply: dict[str, Any] = {}
        if self._line is not None and self._reader is not None:
            with contextlib.suppress(WorkerAway):
                reply = await self._line.ask(do)
            if reply.get("stays"):
                self._line.close()
            await asyncio.wait([self._reader], timeout=REPLY)
        return reply

    async def restart(self) -> None:
        """Another worker takes the place of this one (of a new version, say); no connection is lost."""
        with contextlib.suppress(WorkerAway):
            await self._ask("leave")

    async def answer(self, room: str, peer: str, owner: str, offer: str) -> str:
        """The answer to this offer.  Raises BadOffer, WorkerAway."""
        reply = await self._ask("answer", room=room, peer=peer, owner=owner, offer=offer)
        if "bad" in reply:
            raise BadOffer(reply["bad"])
        return str(reply["answer"])

    def follow(self, room: str, stage: Stage) -> None:
        """The latest stage wins; a worker that starts later gets it too."""
        before, self._stages[room] = self._stages.get(room), stage
        for gone in before.peers.keys() - stage.peers.keys() if before is not None else ():
            self._wishes.get(room, {}).pop(gone, None)
        if self._line is not None:
            self._in_background(self._follow(self._line, room, stage))

    def wish(self, room: str, peer: str, wish: Wish) -> None:
        """This connection wants no more than that; a worker that starts later is told too."""
        self._wishes.setdefault(room, {})[peer] = wish
        if self._line is not None:
            self._in_background(self._wish(self._line, room, peer, wish))

    async def close(self, room: str) -> None:
        """Hang up everybody in this room and forget it."""
        self._stages.pop(room, None)
        self._wishes.pop(room, None)
        with contextlib.suppress(WorkerAway):  # with its worker the room is closed too
            await self._ask("close", room=room)

    async def stats(self) -> dict[str, Any]:
        """What the worker counted.  Raises WorkerAway."""
        return dict((await self._ask("stats"))["stats"])

    async def _ask(self, do: str, **fields: Any) -> dict[str, Any]:
        try:
            await asyncio.wait_for(self._there.wait(), REPLY)
        except TimeoutError:
            raise WorkerAway("The media worker is being started again.") from None
        if self._line is None:
            raise WorkerAway("The media worker is gone.")
        reply = await self._line.ask(do, **fields)
        if "fault" in reply:
            raise WorkerFailed(reply["fault"])
        return reply

    def _in_background(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    @staticmethod
    async def _follow(line: _Line, room: str, stage: Stage) -> None:
        try:
            reply = await line.ask("follow", room=room, stage=stage.to_json())
        except WorkerAway:
            return  # the next worker is told every stage
        if "fault" in reply:
            log.error("The media worker did not follow a stage.")

    @staticmethod
    async def _wish(line: _Line, room: str, peer: str, wish: Wish) -> None:
        with contextlib.suppress(WorkerAway):
            await line.ask("wish", room=room, peer=peer, wish=wish.to_json())

    # -- keeping one alive --------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """While we live, a worker lives."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while self._reader is not None:
            born = loop.time()
            await asyncio.wait([self._reader])
            self._there.clear()
            if not self._reader.cancelled() and (fault := self._reader.exception()) is not None:
                log.error("A report of the media worker could not be told.", exc_info=fault)
            if self._line is not None and self._line.replaced:
                log.error("Another control has taken over the media worker.")
                return
            self._line = None
            deaths = 0 if loop.time() - born > STEADY else deaths + 1
            log.warning("The media worker is gone; it is started again.")
            await self._revive(deaths)

    async def _revive(self, deaths: int) -> None:
        while True:
            await asyncio.sleep(WAITS[min(deaths, len(WAITS) - 1)])
            if deaths > MISTRUST:
                snapshot.wipe(self._memory)
            try:
                await self._connect()
                self._spare = await self._born()
                return
            except (WorkerFailed, WorkerAway) as failed:
                log.error("%s", failed)
                deaths += 1

    async def _connect(self) -> None:
        line = await self._call()
        if line is None or not await self._fits(line):
            await self._spawn()
            line = await self._call()
        if line is None:
            raise WorkerFailed("The media worker does not listen on its socket.")
        await self._greet(line)

    async def _fits(self, line: _Line) -> bool:
        """A living worker is kept if it has our port and our version; else it is ended, and carried on if it can be."""
        hello = await line.ask("hello")
        port_fits = self._settings.port in (0, hello["port"])
        if port_fits and hello["version"] == snapshot.version():
            return True
        await line.ask("leave" if port_fits else "end")
        if self._reader is not None:
            await asyncio.wait([self._reader], timeout=REPLY)
        return False

    async def _call(self) -> _Line | None:
        try:
            reader, writer = await asyncio.open_unix_connection(self._settings.socket, limit=lines.LONGEST)
        except OSError:
            return None
        line = _Line(reader, writer)
        self._reader = asyncio.get_running_loop().create_task(line.read(self._heard))
        return line

    async def _spawn(self) -> None:
        await self._bury()
        given = self._settings
        given.socket.parent.mkdir(parents=True, exist_ok=True)
        given.socket.unlink(missing_ok=True)
        spare, self._spare = self._spare, None
        self._process = spare if spare is not None and spare.returncode is None else await self._born()
        out = self._process.stdout
        self._say(self._process, {"port": given.port or self.port})
        first = await out.readline() if out is not None else b""
        if not first:
            raise WorkerFailed("The media worker ended before it was ready.")
        if "failed" in (message := json.loads(first)):
            await self._bury()
            raise WorkerFailed(message["failed"])

    async def _born(self) -> asyncio.subprocess.Process:
        """A process that has loaded everything and waits for its port."""
        given = self._settings
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.media.worker", "--socket", str(given.socket), "--bind", given.bind,
            "--address", given.address, "--snapshot", str(self._memory), "--standby",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # what ends us from the terminal does not end the sound
        )  # fmt: skip

    @staticmethod
    def _say(process: asyncio.subprocess.Process, message: dict[str, Any]) -> None:
        if process.stdin is not None:
            process.stdin.write(lines.encode(message))

    async def _bury(self) -> None:
        """The process is over, whatever state it was in."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()  # a spare that nobody can call ends
        try:
            await asyncio.wait_for(self._process.communicate(), REPLY)
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()
        self._process = None

    async def _greet(self, line: _Line) -> None:
        hello = await line.ask("hello")
        before, self.epoch, self.port = self.epoch, hello["epoch"], hello["port"]
        self._line = line
        for room, stage in list(self._stages.items()):
            await self._follow(line, room, stage)
            for peer, wish in list(self._wishes.get(room, {}).items()):
                await self._wish(line, room, peer, wish)
        self._there.set()
        if before and before != self.epoch:
            self._on_epoch(self.epoch)

    def _heard(self, event: dict[str, Any]) -> None:
        if event["event"] == "slots":
            self._on_slots(event["room"], event["peer"], event["slots"])
        elif event["event"] == "feed":
            self.on_feed(event["room"], event["peer"], event["feed"])
