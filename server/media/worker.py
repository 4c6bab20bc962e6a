"""The media process: one UDP port, one unix socket, no SQL.  `python -m server.media.worker --help`.

It prints one line of JSON when it is ready ({"epoch", "port"}) or why it cannot be ({"failed"}), then works until it is
told to end, or until nobody has controlled it for a while.
"""

import argparse
import asyncio
import contextlib
import errno
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from . import lines, sdp, seam, snapshot
from .mux import Mux, bound
from .sfu import TICK, Sfu
from .stage import Stage, Wish

log = logging.getLogger(__name__)

ALONE = 30.0  # s without a control before the worker ends
PRIORITY = -10  # where we are allowed to: a voice cannot wait for a page
_VERSION = snapshot.version()
UNUSABLE = 3  # exit code: the port cannot be had


def clock(offset: float) -> Callable[[], float]:
    """Seconds near Unix time that never leap; with the same offset, in every process of this run of the machine."""
    return lambda: time.monotonic() + offset


class Worker:
    """`past`: what another worker of this port left, to be carried on; `memory`: where to leave it ourselves."""

    def __init__(
        self, sock: socket.socket, addresses: tuple[str, ...], alone: float, bench: bool,
        past: snapshot.Snapshot | None = None, memory: Path | None = None,
    ) -> None:  # fmt: skip
        self.epoch = past.head.epoch if past else secrets.token_urlsafe(12)
        offset = past.head.offset if past else time.time() - time.monotonic()
        now = clock(offset)
        self.mux = Mux(sock, now)
        self.sfu = Sfu(self.mux, addresses, self._told, now)
        self._leaving = False
        self._alone = alone
        self._end = asyncio.Event()
        self._control: asyncio.StreamWriter | None = None
        self._serving: set[asyncio.Task[None]] = set()
        self._lonely: asyncio.TimerHandle | None = None
        self._requests: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "hello": self._hello, "answer": self._answer, "follow": self._follow, "wish": self._wish,
            "close": self._close, "stats": self._stats, "end": self._told_to_end, "leave": self._told_to_leave,
            "part": self._parted,
        }  # fmt: skip
        if bench:
            self._requests["give"] = self._given
        if memory is not None:
            self.sfu.keeper = snapshot.Keeper(memory, snapshot.Head(self.epoch, self.mux.port, offset))
        for room, (stage, peers) in past.rooms.items() if past else ():
            self.sfu.carry_on(room, stage, peers)
        self.sfu.keep()  # before anything is sent: a third must not begin where we did

    async def run(self, path: Path) -> None:
        loop = asyncio.get_running_loop()
        for ended in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ended, self._asked_to_end)
        server = await asyncio.start_unix_server(self._serve, path, limit=lines.LONGEST)
        loop.add_reader(self.mux.sock, self.mux.readable)
        await self.mux.streams.listen(self.mux.sock.getsockname()[0], self.mux.port)
        self._count_down()
        self._tick()
        print(lines.encode({"epoch": self.epoch, "port": self.mux.port}).decode(), end="", flush=True)
        await self._end.wait()
        server.close()
        self.mux.streams.close()
        if self._leaving:
            loop.remove_reader(self.mux.sock)
            self.sfu.keep()
            self.sfu.keeper = None
            self.mux.sock.close()  # from here on the port and the memory are another's
        else:
            for room in list(self.sfu.scenes):
                self.sfu.close(room)
        if self._control is not None:
            self._control.close()
        if self._serving:
            await asyncio.wait(self._serving, timeout=1)  # meanwhile the goodbyes of DTLS go out

    def _tick(self) -> None:
        asyncio.get_running_loop().call_later(TICK, self._tick)
        self.sfu.tick()

    def _count_down(self) -> None:
        self._lonely = asyncio.get_running_loop().call_later(self._alone, self._end.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One control at a time: the newest; the one before is told so, lest both fight over the worker."""
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        if self._control is not None:
            self._control.write(lines.encode({"event": "replaced"}))
            self._control.close()
        self._control = writer
        if self._lonely is not None:
            self._lonely.cancel()
        async for message in lines.messages(reader):
            writer.write(lines.encode({"id": message["id"], **self._reply(message)}))
        if self._control is writer:
            self._control = None
            self._count_down()
        writer.close()

    def _reply(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._requests[message["do"]](message)
        except sdp.BadOffer as bad:
            return {"bad": str(bad)}
        except Exception:
            log.exception("The request %r failed.", message.get("do"))
            return {"fault": "The media worker could not do that; its log says why."}

    def _told(self, room: str, peer: str, what: str, value: dict[str, Any]) -> None:
        if self._control is not None:
            self._control.write(lines.encode({"event": what, "room": room, "peer": peer, what: value}))

    def _hello(self, message: dict[str, Any]) -> dict[str, Any]:
        self.sfu.tell_all()
        return {"epoch": self.epoch, "port": self.mux.port, "version": _VERSION}

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        text = self.sfu.answer(message["room"], message["peer"], message["owner"], message["offer"])
        return {"answer": text}

    def _given(self, message: dict[str, Any]) -> dict[str, Any]:
        """For the bench only: a peer at a known address, with known keys, instead of ICE and DTLS."""
        keys = seam.aes_gcm_keys(bytes.fromhex(message["inbound"]), bytes.fromhex(message["outbound"]))
        offer, address = sdp.read(message["offer"]), (message["address"][0], message["address"][1])
        self.sfu.given(message["room"], message["peer"], message["owner"], offer, keys, address)
        return {}

    def _follow(self, message: dict[str, Any]) -> dict[str, Any]:
        self.sfu.follow(message["room"], Stage.from_json(message["stage"]))
        return {}

    def _wish(self, message: dict[str, Any]) -> dict[str, Any]:
        self.sfu.wish(message["room"], message["peer"], Wish.from_json(message["wish"]))
        return {}

    def _close(self, message: dict[str, Any]) -> dict[str, Any]:
        self.sfu.close(message["room"])
        return {}

    def _stats(self, message: dict[str, Any]) -> dict[str, Any]:
        own = {"epoch": self.epoch, "pid": os.getpid(), "cpu": time.process_time(), "at": time.monotonic()}
        return {"stats": {**own, **self.sfu.stats()}}

    def _told_to_leave(self, message: dict[str, Any]) -> dict[str, Any]:
        """End without a goodbye: another carries on from the snapshot."""
        self._leaving = True
        self._end.set()
        return {}

    def _parted(self, message: dict[str, Any]) -> dict[str, Any]:
        """The control goes and another comes: whoever is connected stays so until then."""
        if not self.sfu.busy:
            self._end.set()
        return {"stays": self.sfu.busy}

    def _asked_to_end(self) -> None:
        """By a signal: whoever is connected is left to a successor."""
        self._leaving = self.sfu.busy and self.sfu.keeper is not None
        self._end.set()

    def _told_to_end(self, message: dict[str, Any]) -> dict[str, Any]:
        self._end.set()
        return {}


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"UDP port {port} on {host} is taken by another program."
    return f"UDP port {port} on {host} cannot be used: {os.strerror(error.errno or 0)}."


def _hurry() -> None:
    """Ask for priority: for the process, and for its session, by which Linux shares out the processor (sched(7))."""
    with contextlib.suppress(OSError):
        os.nice(PRIORITY)
        Path("/proc/self/autogroup").write_text(str(PRIORITY))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="server.media.worker", description="Forwards sound and picture.")
    parser.add_argument("--socket", type=Path, required=True, help="unix socket for the control process")
    parser.add_argument("--bind", default="0.0.0.0", help="address of the UDP port")  # noqa: S104
    parser.add_argument("--port", type=int, default=0, help="UDP port; 0 takes any free one")
    parser.add_argument("--address", default="127.0.0.1", help="addresses told to browsers, separated by commas")
    parser.add_argument("--alone", type=float, default=ALONE, help="seconds without control before it ends")
    parser.add_argument("--snapshot", type=Path, help="file for what another worker needs to carry on after us")
    parser.add_argument("--standby", action="store_true", help='load everything, then wait for {"port": …} on stdin')
    parser.add_argument("--bench", action="store_true", help="let the bench bring peers with keys of its own")
    return parser.parse_args(arguments)


async def _work(options: argparse.Namespace, sock: socket.socket, past: snapshot.Snapshot | None) -> None:
    addresses = tuple(part.strip() for part in options.address.split(","))
    worker = Worker(sock, addresses, options.alone, options.bench, past, options.snapshot)
    await worker.run(options.socket)


def _open(options: argparse.Namespace) -> tuple[socket.socket, snapshot.Snapshot | None]:
    """The port, and what to carry on on it: that of the snapshot, unless another is asked for.  Raises OSError."""
    past = snapshot.read(options.snapshot) if options.snapshot else None
    if past is None or options.port not in (0, past.head.port):
        if options.snapshot:
            snapshot.wipe(options.snapshot)  # the keys of calls that are over
        return bound(options.bind, options.port), None
    try:
        return bound(options.bind, past.head.port), past
    except OSError:
        if options.port:
            raise
        return bound(options.bind, 0), None


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    logging.basicConfig(level=logging.WARNING, format="media %(levelname)s %(message)s")
    gc.freeze()  # what was imported stays: the collector need not look at it again and again
    _hurry()
    os.umask(0o077)  # the unix socket is for our own user
    if options.standby:
        call = sys.stdin.readline()
        if not call:
            return 0  # nobody died before our control did
        options.port = json.loads(call)["port"]
    try:
        sock, past = _open(options)
    except OSError as error:
        print(lines.encode({"failed": _why(options.bind, options.port, error)}).decode(), end="", flush=True)
        return UNUSABLE
    with contextlib.closing(sock):
        uvloop.run(_work(options, sock, past))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
