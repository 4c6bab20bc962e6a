"""How soon another voice is heard: from the chair's word to the first sound of the new speaker in real Chromium.

    python bench/floor.py [--turns N]

Two simulated members have the floor in turn; a page listens.  The last line is one JSON object, milliseconds.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.demo.large import large_cell
from server.demo.member import SimulatedMember
from tests.e2e.crowd import joined
from tests.e2e.house import living
from tests.e2e.visitor import VOICES, Visitor, chromium, visitor


async def main(turns: int) -> None:
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house, chromium() as browser:
            meeting, accounts = await large_cell(house.database, 4)
            listener = await visitor(browser, house.url)
            await listener.sign_in(accounts[3].username, accounts[3].password)
            await listener.enter(meeting)
            async with joined(house, meeting, accounts[:3]) as (chair, *speakers):
                await chair.ask("Open")
                took = [await _turn(listener, chair, speakers[n % 2]) for n in range(turns)]
    took.sort()
    print(json.dumps({"turns": turns, "p50_ms": round(statistics.median(took)), "max_ms": round(took[-1])}))


async def _turn(listener: Visitor, chair: SimulatedMember, speaker: SimulatedMember) -> float:
    await speaker.ask("AskToSpeak")
    began = time.perf_counter()
    await chair.ask("GiveFloor", member=speaker.screen.me)
    loud: dict[str, float] = {}
    while True:
        heard = await listener.heard()
        energy = {mid: heard.get(mid, {}).get("energy", 0.0) for mid in VOICES}
        if any(energy[mid] > loud.get(mid, 1e9) and listener.slots.get(mid) == speaker.screen.me for mid in VOICES):
            return (time.perf_counter() - began) * 1000
        loud = energy


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=12)
    asyncio.run(main(parser.parse_args().turns))
