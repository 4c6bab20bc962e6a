"""A whole meeting over one bad line, which sound, picture and the room's socket share.

    .venv/bin/python bench/weak_line.py [--rate 64] [--loss 5] [--seconds 60]

Two people at pages of real Chromium before a whole server.  The chair, on a good line, speaks and is seen.  The other's
line becomes bad (kbit/s and per cent lost, each way; a queue of 400 ms, 20 ms of delay) while he stands at the door:
he comes in over it, hears, raises his hand again and again, and votes.

The last line is one JSON object: seconds from the door to the room; the share of the time that lay in gaps of a second
and more without a packet of a voice, the longest gap, the sound made up; seconds from each tap until his own page shows
that his hand, or his ballot, is recorded.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.demo.crowd import Account
from server.demo.large import large_cell
from tests.e2e.home import Door, Tunnel
from tests.e2e.house import House, living
from tests.e2e.test_vote import ballot, closed, opened
from tests.e2e.test_ways import THROUGH
from tests.e2e.visitor import VOICES, Visitor, chromium, visitor
from tests.media.chrome import murmuring
from tests.media.relay import Line

DELAY, PAUSE = 0.02, 2.0  # s: each way; after each hand
HANDS = 3  # for each ballot
_WATCH = """() => {
  window.watched = { since: performance.now(), at: performance.now(), packets: 0, silent: 0, longest: 0 };
  const look = async () => {
    let packets = 0, now = performance.now();
    for (const one of window.connections)
      for (const s of (await one.getStats()).values())
        if (s.type === "inbound-rtp" && s.kind === "audio") packets += s.packetsReceived;
    if (packets !== watched.packets) {
      const gap = now - watched.at;
      watched.silent += gap < 1000 ? 0 : gap;
      Object.assign(watched, { at: now, packets, longest: Math.max(watched.longest, gap) });
    }
    setTimeout(look, 20);
  };
  look();
}"""
_SEEN = """async () => {
  const now = performance.now(), open = now - watched.at, sound = { made: 0, all: 0 };
  for (const one of window.connections)
    for (const s of (await one.getStats()).values())
      if (s.type === "inbound-rtp" && s.kind === "audio") {
        sound.made += s.concealedSamples - s.silentConcealedSamples;
        sound.all += s.totalSamplesReceived - s.silentConcealedSamples;
      }
  return { seconds: (now - watched.since) / 1000, silent: (watched.silent + (open < 1000 ? 0 : open)) / 1000,
           longest: Math.max(watched.longest, open) / 1000, ...sound };
}"""


async def chairs(stack: AsyncExitStack, house: House, meeting: str, account: Account) -> Visitor:
    """In the open meeting, speaking."""
    person = await visitor(await stack.enter_async_context(chromium(*murmuring())), house.url)
    await person.sign_in(account.username, account.password)
    await person.enter(meeting)
    await person.button("Khai mạc").click()
    await person.button("Bật tiếng").click()
    await person.button("Tắt tiếng").wait_for()
    return person


async def at_the_door(stack: AsyncExitStack, house: House, meeting: str, account: Account, line: Line) -> Visitor:
    """All that his browser sends goes over the line."""
    tunnel, door = Tunnel((house.host, house.port), line), Door((house.host, house.media_port), line)
    stack.push_async_callback(tunnel.close)
    stack.callback(door.close)
    rule = f"--host-resolver-rules=MAP {house.host} {house.host}:{await tunnel.open()}"
    person = await visitor(await stack.enter_async_context(chromium(rule)), house.url)
    await person.context.add_init_script(THROUGH % (house.media_port, door.port))
    await person.sign_in(account.username, account.password)
    await person.page.goto(f"{house.url}/meetings/{meeting}")
    await person.button("Vào họp").wait_for()
    return person


async def comes_in(person: Visitor) -> float:
    began = time.perf_counter()
    await person.button("Vào họp").click()
    await person.arrived()
    took = time.perf_counter() - began
    while not await person.growing("energy", VOICES):
        pass
    return took


async def raises_his_hand(person: Visitor) -> float:
    began = time.perf_counter()
    await person.button("Xin phát biểu").click()
    await person.button(re.compile("Rút đăng ký")).wait_for()
    took = time.perf_counter() - began
    await person.button(re.compile("Rút đăng ký")).click()
    await person.button("Xin phát biểu").wait_for()
    return took


async def votes(chair: Visitor, person: Visitor, number: int) -> float:
    await opened(chair, f"Thông qua nội dung {number}", "ordinary")
    await ballot(person).get_by_role("button", name="Tán thành", exact=True).click()
    began = time.perf_counter()
    await ballot(person).get_by_role("button", name="Gửi phiếu").click()
    await expect(ballot(person)).to_contain_text("Đã ghi phiếu của đồng chí: Tán thành", timeout=30_000)
    took = time.perf_counter() - began
    await closed(chair)
    return took


async def takes_part(chair: Visitor, person: Visitor, seconds: float) -> tuple[list[float], list[float]]:
    """Seconds of each hand and of each ballot."""
    hands, ballots = list[float](), list[float]()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        for _ in range(HANDS):
            hands.append(await raises_his_hand(person))
            await asyncio.sleep(PAUSE)
        ballots.append(await votes(chair, person, len(ballots) + 1))
    return hands, ballots


async def measure(rate: float, loss: float, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house, AsyncExitStack() as stack:
            meeting, accounts = await large_cell(house.database, 3)
            chair = await chairs(stack, house, meeting, accounts[0])
            line = Line(0, 7, delay=DELAY)
            person = await at_the_door(stack, house, meeting, accounts[1], line)
            line.rate, line.loss = rate * 1000, loss / 100
            entered = await comes_in(person)
            await person.page.evaluate(_WATCH)
            hands, ballots = await takes_part(chair, person, seconds)
            seen = await person.page.evaluate(_SEEN)
    return {"kbit_per_s": rate, "loss_percent": loss, "in_the_room_s": entered, **figures(seen, hands, ballots)}


def figures(seen: dict[str, float], hands: list[float], ballots: list[float]) -> dict[str, object]:
    return {
        "seconds": round(seen["seconds"]), "gap_share_percent": round(100 * seen["silent"] / seen["seconds"], 2),
        "longest_gap_s": seen["longest"], "concealed_percent": round(100 * seen["made"] / seen["all"], 2),
        "hand_s": hands, "ballot_s": ballots,
    }  # fmt: skip


def rounded(value: object) -> object:
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 2) if isinstance(value, float) else value


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=64)
    parser.add_argument("--loss", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    found = asyncio.run(measure(given.rate, given.loss, given.seconds))
    print(json.dumps({name: rounded(value) for name, value in found.items()}))
