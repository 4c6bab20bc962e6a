"""How long a voice is away when the worker is killed, and when a page's packets come from another port.

Two pages of real Chromium behind a relay that stands for their routers, a real worker.

    .venv/bin/python bench/media_gaps.py --times 5

The last line is one JSON object: seconds without a packet of the voice (one per time and page, from the page's own
counters, read every 20 ms): `undisturbed`, which is the grain of the measure; `killed` (kill -9); `replaced`,
when another worker is put in its place on purpose; `rebound`; and what the pages saw of it all.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.media.control import MediaSettings
from tests.media import chrome
from tests.media.house import House, stage
from tests.media.relay import Relay

WATCH = """() => {
    window.states = [];
    pc.onconnectionstatechange = () => states.push(pc.connectionState);
    const receiver = pc.getTransceivers()[3].receiver;
    window.gap = { packets: 0, since: performance.now(), longest: 0 };
    const look = async () => {
        for (const s of (await receiver.getStats()).values())
            if (s.type === "inbound-rtp" && s.packetsReceived !== gap.packets) {
                gap.longest = Math.max(gap.longest, performance.now() - gap.since);
                Object.assign(gap, { packets: s.packetsReceived, since: performance.now() });
            }
        setTimeout(look, 20);
    };
    look();
}"""
SETTLES = 3.0  # s


async def gaps(pages: list[Page]) -> list[float]:
    """The longest since last asked, s."""
    found = [await page.evaluate("(() => { const g = gap.longest; gap.longest = 0; return g; })()") for page in pages]
    return [round(gap / 1000, 3) for gap in found]


async def measure(times: int) -> dict[str, object]:
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", 0, Path(tempfile.mkdtemp()) / "media.sock"))
    await house.control.start()
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    offers: list[str] = []
    relays = {name: Relay(0, seed) for seed, name in enumerate(("an", "binh"))}
    found: dict[str, list[float]] = {"undisturbed": [], "killed": [], "replaced": [], "rebound": []}
    try:
        async with chrome.site(house.control, offers, relays) as site, chrome.chromium() as browser:
            pages = [await chrome.opened(browser, site, name) for name in ("an", "binh")]
            for page in pages:
                await chrome.until(page, "s.state === 'connected' && s.in[3]?.energy > 0")
                await page.evaluate(WATCH)
            for what in [what for what in found for _ in range(times)]:
                await asyncio.sleep(SETTLES)
                await gaps(pages)
                if what == "killed":
                    await house.kill_worker()
                if what == "replaced":
                    await house.control.restart()
                if what == "rebound":
                    await relays["an"].rebind()
                await asyncio.sleep(SETTLES)
                found[what] += await gaps(pages)
            states = [state for page in pages for state in await page.evaluate("states")]
    finally:
        for relay in relays.values():
            relay.close()
        await house.close()
    return {**found, "states": states, "offers": len(offers), "new_epochs": len(house.epochs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    print(json.dumps(asyncio.run(measure(parser.parse_args().times))), flush=True)


if __name__ == "__main__":
    main()
