"""How long a voice is away when a phone changes networks, and how soon all is back after 30 s without any.

    .venv/bin/python bench/roaming.py --times 4 --outages 2

Real Chromium in a network namespace with two ways to a whole server (root).  The last line is one JSON object: seconds,
and how often the record says that somebody was absent.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e.crowd import kept
from tests.e2e.lan import WAYS
from tests.e2e.roaming import Phone, phone

SETTLES, OUTAGE = 6.0, 30.0  # s


async def listener(it: Phone, way: str) -> float:
    await asyncio.sleep(SETTLES)
    await it.longest_gap()
    it.network.cut(way)
    await asyncio.sleep(SETTLES)
    gap = await it.longest_gap()
    it.network.restore(way)
    return gap


async def speaker(it: Phone, way: str) -> float:
    """The longest time in which the friend hears no packet of his."""
    await asyncio.sleep(SETTLES)
    it.network.cut(way)
    began = last = time.perf_counter()
    heard, longest = it.heard(), 0.0
    while (now := time.perf_counter()) - began < SETTLES:
        if it.heard() != heard:
            heard, longest, last = it.heard(), max(longest, now - last), now
        await asyncio.sleep(0.01)
    it.network.restore(way)
    return round(max(longest, now - last), 3)


async def outage(it: Phone) -> tuple[float, float]:
    """From the return of the network: he is seen to be present again, and he is heard."""
    silent, present = {"silent"}, {"present"}

    def states() -> set[str]:
        roll = it.friend.screen.view["roll"]
        return {line["state"] for member, line in roll.items() if member != it.friend.screen.me}

    it.network.cut(*WAYS)
    await asyncio.sleep(OUTAGE)
    await it.friend.until(lambda _: states() == silent)
    for way in WAYS:
        it.network.restore(way)
    began = time.perf_counter()
    heard = asyncio.create_task(it.is_heard_more(1))
    await it.friend.until(lambda _: states() == present)
    state = time.perf_counter() - began
    await heard
    return round(state, 2), round(time.perf_counter() - began, 2)


async def main(times: int, outages: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with phone(Path(folder)) as it:
            heard = [await listener(it, WAYS[n % 2]) for n in range(times)]
            await it.speaks_instead()
            spoken = [await speaker(it, WAYS[(times + n) % 2]) for n in range(times)]
            back = [await outage(it) for _ in range(outages)]
            absent = sum(entry.name == "Left" for entry in kept(it.house, it.meeting))
    found = {"state_back": [state for state, _ in back], "sound_back": [sound for _, sound in back], "absent": absent}
    print(json.dumps({"listener": heard, "speaker": spoken, **found}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--outages", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(main(given.times, given.outages))
