"""An hour of joins, leaves and kills on a whole server: does memory grow, do descriptors leak?

    .venv/bin/python bench/soak.py --seconds 3600 [--members 8]

Each round everybody comes, the chair speaks and all hear him, half of them lose their network, all leave again; every
fifth round the media worker is killed (kill -9) meanwhile and nobody may lose the sound.  After a warm-up of a third of
the rounds memory (RSS) and open descriptors are noted each round, when nobody is there.  The last line is one JSON
object: `growth_percent` compares the means of the last and the first quarter of what was noted, per process.
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
    server: Noted
    worker: Noted


def every_fifth(round_: int) -> bool:
    return round_ % KILL_EVERY == 0


async def soak(
    house: House, members: int, goes_on: Callable[[int], bool], dies: Callable[[int], bool] = every_fifth
) -> Soaked:
    meeting, accounts = await large_cell(house.database, members)
    assert house.process is not None
    server, worker = psutil.Process(house.process.pid), house.media_worker()
    noted, noted_worker, rounds = Noted(), Noted(), 0
    while goes_on(rounds):
        rounds += 1
        await _round(house, meeting, accounts, worker if dies(rounds) else None)
        if dies(rounds):
            worker, noted_worker = house.media_worker(), Noted()
        await asyncio.sleep(1)  # sockets of those who left are closed a moment later
        noted.look(server)
        noted_worker.look(worker)
    return Soaked(rounds, noted.warm(), noted_worker.warm())


async def _round(house: House, meeting: str, accounts: list[Account], victim: psutil.Process | None) -> None:
    async with joined(house, meeting, accounts) as (chair, *others):
        if chair.screen.phase == "gathering":
            await chair.ask("Open")
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
        "growth_percent": {"server": of.server.growth(), "worker": of.worker.growth()},
        "memory_mb": {"server": of.server.memory[-1] >> 20, "worker": of.worker.memory[-1] >> 20},
        "descriptors": {
            "server": [min(of.server.descriptors), max(of.server.descriptors)],
            "worker": [min(of.worker.descriptors), max(of.worker.descriptors)],
        },
    }


async def main(seconds: float, members: int) -> None:
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house:
            print(json.dumps(figures(await soak(house, members, lambda _: time.monotonic() < ends))), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--members", type=int, default=8)
    given = parser.parse_args()
    asyncio.run(main(given.seconds, given.members))
