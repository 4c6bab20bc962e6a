"""An hour of joins, leaves and kills on a whole server: does memory grow, do descriptors leak?

    .venv/bin/python bench/soak.py --seconds 3600 [--members 8]

Each round everybody comes, the chair speaks and all hear him, half of them lose their network, all leave again; in the
first half of the time, each fifth round, the media worker is killed (kill -9) meanwhile and nobody may lose the sound.
The worker of the second half lives to its end.  After a warm-up of a third of the rounds memory (RSS) and open
descriptors are noted each round, when nobody is there.  The last line is one JSON object: `growth_percent` compares the
means of the last and the first quarter of what was noted, per process; `stopped` counts the rounds that prove nothing
because the whole machine, or all of us, stood still in them.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.demo.crowd import Account
from server.demo.large import large_cell
from tests.e2e.crowd import joined
from tests.e2e.house import House, living

KILL_EVERY = 5  # rounds
HEARD = 25  # packets, half a second
STILL = 5.0  # s: who was late by so much was stopped from outside


@dataclass
class Noted:
    memory: list[int] = field(default_factory=list)  # bytes
    descriptors: list[int] = field(default_factory=list)

    def look(self, process: psutil.Process) -> None:
        self.memory.append(process.memory_info().rss)
        self.descriptors.append(process.num_fds())

    def warm(self) -> "Noted":
        """Without the first third."""
        first = len(self.memory) // 3
        return Noted(self.memory[first:], self.descriptors[first:])

    def growth(self) -> float:
        """Of memory, percent."""
        quarter = max(1, len(self.memory) // 4)
        first, last = statistics.mean(self.memory[:quarter]), statistics.mean(self.memory[-quarter:])
        return round(100 * (last - first) / first, 2)


@dataclass
class Soaked:
    """What came of it: the server, and the worker since its last death."""

    rounds: int
    stopped: int
    server: Noted
    worker: Noted


class Watch:
    """How often everything stood still."""

    def __init__(self) -> None:
        self.stops = 0
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(1)
            self.stops += time.monotonic() - before > STILL

    async def excuses(self, stops: int) -> bool:
        """Whether it did since then, so that whatever failed need not be a fault."""
        await asyncio.sleep(2)
        return self.stops > stops

    def end(self) -> None:
        self._looking.cancel()


def every_fifth(round_: int) -> bool:
    return round_ % KILL_EVERY == 0


async def soak(
    house: House, members: int, goes_on: Callable[[int], bool], dies: Callable[[int], bool] = every_fifth
) -> Soaked:
    meeting, accounts = await large_cell(house.database, members)
    assert house.process is not None
    server, worker = psutil.Process(house.process.pid), house.media_worker()
    noted, noted_worker, rounds, stopped, watch = Noted(), Noted(), 0, 0, Watch()
    while goes_on(rounds):
        rounds, stops = rounds + 1, watch.stops
        try:
            await _round(house, meeting, accounts, worker if dies(rounds) else None)
        except Exception:
            if not await watch.excuses(stops):
                raise
            stopped += 1
        await asyncio.sleep(1)  # sockets of those who left are closed a moment later
        if (now := house.media_worker()) != worker:
            worker, noted_worker = now, Noted()
        noted.look(server)
        noted_worker.look(worker)
    watch.end()
    return Soaked(rounds, stopped, noted.warm(), noted_worker.warm())


async def _round(house: House, meeting: str, accounts: list[Account], victim: psutil.Process | None) -> None:
    async with joined(house, meeting, accounts) as (chair, *others):
        if chair.screen.phase == "gathering":
            await chair.ask("Open")
        if chair.screen.mine.get("microphone") != "on":  # a round before this one was broken off
            await chair.ask("TurnOnMicrophone")
        await asyncio.gather(*(_hears(other) for other in others))
        if victim is not None:
            os.kill(victim.pid, signal.SIGKILL)
            await asyncio.gather(*(_hears(other) for other in others))
        await asyncio.gather(*(other.drop(0.2) for other in others[::2]))
        await asyncio.gather(*(other.until(lambda _, it=other: it.is_online) for other in others))
        await asyncio.gather(*(_hears(other) for other in others))
        await chair.ask("TurnOffMicrophone")


async def _hears(member: object) -> None:
    def heard() -> int:
        media = member.media  # type: ignore[attr-defined]
        return sum(slot.received for slot in media.slots.values()) if media is not None else 0

    async with asyncio.timeout(60):
        before = heard()
        while heard() < before + HEARD:
            await member.pause(0.05)  # type: ignore[attr-defined]


def figures(of: Soaked) -> dict[str, object]:
    return {
        "rounds": of.rounds,
        "stopped": of.stopped,
        "growth_percent": {"server": of.server.growth(), "worker": of.worker.growth()},
        "memory_mb": {"server": of.server.memory[-1] >> 20, "worker": of.worker.memory[-1] >> 20},
        "descriptors": {
            "server": [min(of.server.descriptors), max(of.server.descriptors)],
            "worker": [min(of.worker.descriptors), max(of.worker.descriptors)],
        },
    }


async def main(seconds: float, members: int) -> None:
    began = time.monotonic()

    def goes_on(rounds: int) -> bool:
        return time.monotonic() < began + seconds

    def dies(round_: int) -> bool:
        return every_fifth(round_) and time.monotonic() < began + seconds / 2

    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house:
            print(json.dumps(figures(await soak(house, members, goes_on, dies))), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--members", type=int, default=8)
    given = parser.parse_args()
    asyncio.run(main(given.seconds, given.members))
