"""What a bad network does to sound and picture: pages of real Chromium, a real worker, a relay that loses and delays.

    .venv/bin/python bench/media_loss.py --loss 5 10 20 --seconds 20
    .venv/bin/python bench/media_loss.py --rate 150 --seconds 60

One JSON line per loss (per cent, each way, on both pages): the share of the sent frames that was decoded, the share of
the sound that had to be made up (concealed, silence left out), requests and repairs.

One JSON line per rate (kbit/s each way of one listener's line, with a queue of 400 ms and 20 ms of delay): two others
talk and one of them sends a picture.  From his first packet on: the share of the sound that never came, the same after
the first ten seconds, packets sent again per second, the round trip (median of looks each second), and the bytes that
the worker counted over those that the relay saw.  Once with a camera of his own and once without.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.media.control import MediaSettings
from tests.media import chrome
from tests.media.house import House, stage
from tests.media.relay import Relay

SETTLES = 5.0  # s


async def measure(loss: float, seconds: float, address: str) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp())
    house = House(MediaSettings(address, address, 0, folder / "media.sock"))
    await house.control.start()
    relays = {name: Relay(loss / 100, seed) for seed, name in enumerate(("an", "binh"))}
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    try:
        async with chrome.site(house.control, relays=relays) as site, chrome.chromium(*chrome.murmuring()) as browser:
            an, binh = [await chrome.opened(browser, site, name) for name in ("an", "binh")]
            await chrome.until(binh, "s.in[6]?.frames > 0", 30)
            await chrome.until(an, "s.out['1h']?.frames > 0", 30)
            await asyncio.sleep(SETTLES)
            before = [await page.evaluate("look()") for page in (an, binh)]
            await asyncio.sleep(seconds)
            after = [await page.evaluate("look()") for page in (an, binh)]
    finally:
        for relay in relays.values():
            relay.close()
        await house.close()
    return {"loss_percent": loss, **figures(before, after)}


def figures(before: list[dict], after: list[dict]) -> dict[str, float]:
    def change(page: int, way: str, mid: str, what: str) -> float:
        return (after[page][way][mid][what] or 0) - (before[page][way][mid][what] or 0)  # not counted yet is null

    sent, decoded = change(0, "out", "1h", "frames"), change(1, "in", "6", "frames")
    concealed, samples = change(1, "in", "3", "concealed"), change(1, "in", "3", "samples")
    return {
        "frames_sent": sent, "frames_decoded": decoded, "decoded_percent": round(100 * decoded / sent, 1),
        "concealed_percent": round(100 * concealed / samples, 2), "rtx": change(1, "in", "6", "repaired"),
        "nacks_from_listener": change(1, "in", "6", "nacks") + change(1, "in", "3", "nacks"),
        "nacks_to_publisher": change(0, "out", "1h", "nacks") + change(0, "out", "0", "nacks"),
        "key_frame_requests": change(1, "in", "6", "pli"), "freezes_s": round(change(1, "in", "6", "frozen"), 2),
    }  # fmt: skip


async def narrow(rate: float, seconds: float, address: str, camera: bool) -> dict[str, float | bool]:
    house = House(MediaSettings(address, address, 0, Path(tempfile.mkdtemp()) / "media.sock"))
    await house.control.start()
    line = Relay(0, 7, rate=rate * 1000, delay=0.02)
    house.control.follow("room", stage("an", "binh", "chi", audio=("an", "binh"), main="an"))
    looks: list[tuple[dict, dict]] = []
    try:
        async with (
            chrome.site(house.control, relays={"chi": line}) as site,
            chrome.chromium(*chrome.murmuring()) as browser,
        ):
            for name in ("an", "binh"):
                await chrome.opened(browser, site, name, camera=name == "an")
            chi = await chrome.opened(browser, site, "chi", camera=camera)
            await chrome.until(chi, "s.in[3]?.packets > 0 && s.in[4]?.packets > 0")
            for _ in range(round(seconds)):
                await asyncio.sleep(1)
                looks.append(((await chi.evaluate("look()")), (await house.control.stats())["rooms"]["room"]["chi"]))
            whole = line.bytes["down"] + line.lost_bytes
    finally:
        line.close()
        await house.close()
    return {"kbit_per_s": rate, "camera": camera, **narrow_figures(looks, whole)}


def narrow_figures(looks: list[tuple[dict, dict]], seen: int) -> dict[str, float]:
    def voices(at: int, what: str) -> int:
        return sum(looks[at][0]["in"][mid][what] for mid in ("3", "4"))

    came, lost = voices(-1, "packets"), voices(-1, "lost")
    later, lost_later = came - voices(9, "packets"), lost - voices(9, "lost")
    resent = sum(slot["resent"] for slot in looks[-1][1]["slots"].values())
    return {
        "sound_lost_percent": round(100 * lost / (came + lost), 2),
        "sound_lost_later_percent": round(100 * lost_later / (later + lost_later), 2),
        "resent_per_s": round(resent / len(looks), 1),
        "rtt_ms": round(1000 * statistics.median(look["rtt"] for _, look in looks)),
        "seconds_with_picture": sum(look["main"] >= 0 for _, look in looks),
        "counted_over_seen": round(looks[-1][1]["sent_bytes"] / seen, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loss", type=float, nargs="*", default=[])
    parser.add_argument("--rate", type=float, nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args()
    for rate in options.rate:
        for camera in (True, False):
            print(json.dumps(asyncio.run(narrow(rate, options.seconds, options.address, camera))), flush=True)
    for loss in options.loss or ([] if options.rate else [0, 5, 10, 20]):
        print(json.dumps(asyncio.run(measure(loss, options.seconds, options.address))), flush=True)


if __name__ == "__main__":
    main()
