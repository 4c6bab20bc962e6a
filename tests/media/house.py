"""A real worker process under a real control, with the pages that are open."""

import asyncio
import os
import signal
from collections.abc import Mapping

from server.media.control import Control, MediaSettings, WorkerAway
from server.media.stage import PeerStage, PlaceStage, Stage

from .clients import Client


class House:
    def __init__(self, settings: MediaSettings) -> None:
        self.clients: dict[str, Client] = {}
        self.epochs: list[str] = []
        self.new_epoch = asyncio.Event()
        self.settings = settings
        self.control = Control(settings, self.tell, self._epoch)

    def tell(self, room: str, peer: str, slots: dict[str, str]) -> None:
        if peer in self.clients:
            self.clients[peer].slots = slots
            self.clients[peer].changed.set()

    def _epoch(self, epoch: str) -> None:
        self.epochs.append(epoch)
        self.new_epoch.set()

    async def kill_worker(self) -> None:
        """kill -9, and wait until another has taken its place."""
        pid = await self.pid()
        os.kill(pid, signal.SIGKILL)
        while await self.pid() == pid:
            pass

    async def pid(self) -> int:
        while True:
            try:
                return int((await self.control.stats())["pid"])
            except WorkerAway:
                continue

    async def open(self, *clients: Client) -> None:
        self.clients |= {client.name: client for client in clients}
        await asyncio.gather(*(client.join(self.control) for client in clients))

    async def close(self) -> None:
        await asyncio.gather(*(client.leave() for client in self.clients.values()))
        await self.control.stop()


def stage(
    *peers: str, audio: tuple[str, ...] = (), places: Mapping[str, str] | None = None,
    always: tuple[str, ...] = (), main: str | None = None, blind: tuple[str, ...] = (), elsewhere: str | None = None,
) -> Stage:  # fmt: skip
    """All may be seen but the `blind`; `audio` may be heard; all are in the hall unless `places` says otherwise."""
    where = places or {}
    named = {p: PeerStage(p.split(".")[0], where.get(p, ""), p in audio, p not in blind) for p in peers}
    return Stage(named, {place: PlaceStage(always, main, elsewhere) for place in {"", *where.values()}})
