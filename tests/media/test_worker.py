"""A real worker process, a real control, real peers on 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media.control import Control, MediaSettings
from server.media.stage import PeerStage, PlaceStage, Stage

from .clients import Client


class House:
    """A control with its worker, and the pages that are open."""

    def __init__(self, settings: MediaSettings) -> None:
        self.clients: dict[str, Client] = {}
        self.epochs: list[str] = []
        self.new_epoch = asyncio.Event()
        self.control = Control(settings, self._slots, self._epoch)

    def _slots(self, room: str, peer: str, slots: dict[str, str]) -> None:
        if peer in self.clients:
            self.clients[peer].slots = slots
            self.clients[peer].changed.set()

    def _epoch(self, epoch: str) -> None:
        self.epochs.append(epoch)
        self.new_epoch.set()

    async def open(self, *clients: Client) -> None:
        self.clients |= {client.name: client for client in clients}
        await asyncio.gather(*(client.join(self.control) for client in clients))


def stage(*peers: str, audio: tuple[str, ...] = (), places: dict[str, str] | None = None, **floor) -> Stage:
    """Everyone may be seen; `audio` may be heard; everyone is in the hall unless `places` says otherwise."""
    where = places or {}
    named = {p: PeerStage(p.split(".")[0], where.get(p, ""), p in audio, True) for p in peers}
    return Stage(named, {"": PlaceStage(floor.get("always", ()), floor.get("main"))})


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", 0, tmp_path / "media.sock"))
    await house.control.start()
    try:
        yield house
    finally:
        await asyncio.gather(*(client.leave() for client in house.clients.values()))
        await house.control.stop()


async def test_two_peers_hear_and_see_each_other(house: House) -> None:
    an, binh = Client("an", 600, 60), Client("binh", 1000, 180)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    await an.until(lambda: an.hears >= {1000} and an.sees >= {180})
    await binh.until(lambda: binh.hears >= {600} and binh.sees >= {60})
    assert an.hears == {1000}, "nobody hears himself"
    assert an.slots == {"3": "binh", "6": "binh"}
