"""From the address to the door of the meeting over a bad line, by a phone that was never here, and once more.

    .venv/bin/python bench/page_load.py [--rate 64] [--loss 5]

Real Chromium before a whole server; everything goes over a line of so many kbit/s and per cent lost, each way (a queue
of 400 ms, 20 ms of delay).  The last line is one JSON object: for the first time (nothing kept) and for the second,
seconds until the sign-in page can be filled in and until the door of the meeting has its button, and kilobytes that
came down.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import BrowserContext

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.demo.crowd import Account
from server.demo.large import large_cell
from tests.e2e.home import Tunnel
from tests.e2e.house import House, living
from tests.e2e.visitor import chromium
from tests.media.relay import Line

DELAY = 0.02  # s, each way
PATIENCE = 300_000  # ms


class Metered(Line):
    """Counts what comes down, headers and repetitions included."""

    down = 0

    def wait(self, way: str, octets: int) -> float | None:
        self.down += octets * (way == "down")
        return super().wait(way, octets)


async def comes(
    context: BrowserContext, house: House, account: Account, meeting: str, line: Metered
) -> dict[str, float]:
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    began, before, found = time.perf_counter(), line.down, dict[str, float]()

    def note(what: str) -> None:
        found[what] = round(time.perf_counter() - began, 1)

    await page.goto(f"{house.url}/meetings/{meeting}", wait_until="commit")
    await page.fill("input[name=username]", account.username)
    note("sign_in_s")
    await page.fill("input[name=password]", account.password)
    await page.click("form[action='/sign-in'] button[type=submit]", no_wait_after=True)
    await page.get_by_role("button", name="Vào họp").wait_for()
    note("door_s")
    found["kilobytes"] = (line.down - before) // 1000
    await page.goto("about:blank")
    await page.close()
    return found


async def measure(rate: float, loss: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house, AsyncExitStack() as stack:
            meeting, accounts = await large_cell(house.database, 3)
            line = Metered(loss / 100, 7, rate * 1000, DELAY)
            tunnel = Tunnel((house.host, house.port), line)
            stack.push_async_callback(tunnel.close)
            rule = f"--host-resolver-rules=MAP {house.host} {house.host}:{await tunnel.open()}"
            browser = await stack.enter_async_context(chromium(rule))
            context = await browser.new_context(locale="vi-VN", permissions=["camera", "microphone"])
            first = await comes(context, house, accounts[1], meeting, line)
            await context.clear_cookies()
            again = await comes(context, house, accounts[1], meeting, line)
    return {"kbit_per_s": rate, "loss_percent": loss, "first": first, "again": again}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=64)
    parser.add_argument("--loss", type=float, default=5)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(measure(given.rate, given.loss))), flush=True)
