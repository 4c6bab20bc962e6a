"""What a bad network does to sound and picture: two pages of real Chromium, a real worker, a relay that loses packets.

    .venv/bin/python bench/media_loss.py --loss 5 10 20 --seconds 20

One JSON line per loss (per cent, each way, on both pages): the share of the sent frames that was decoded, the share of
the sound that had to be made up (concealed, silence left out), requests and repairs.
"""

import argparse
import array
import asyncio
import json
import math
import sys
import tempfile
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.media.control import MediaSettings
from tests.media import chrome
from tests.media.house import House, stage
from tests.media.relay import Relay

SETTLES = 5.0  # s


def murmur(path: Path) -> Path:
    """Ten seconds of sound without a pause: where the sender is silent nothing is sent, and nothing can be lost."""
    rate = 48000
    samples = (int(6000 * math.sin(i / 20 * (1 + 0.2 * math.sin(i / 9000)))) for i in range(10 * rate))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(array.array("h", samples).tobytes())
    return path


async def measure(loss: float, seconds: float, address: str) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp())
    house = House(MediaSettings(address, address, 0, folder / "media.sock"))
    sound = f"--use-file-for-fake-audio-capture={murmur(folder / 'murmur.wav')}"
    await house.control.start()
    relays = {name: Relay(loss / 100, seed) for seed, name in enumerate(("an", "binh"))}
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    try:
        async with chrome.site(house.control, relays=relays) as site, chrome.chromium(sound) as browser:
            an, binh = [await chrome.opened(browser, site, name) for name in ("an", "binh")]
            await chrome.until(binh, "s.in[6]?.frames > 0", 30)
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

    sent, decoded = change(0, "out", "1", "frames"), change(1, "in", "6", "frames")
    concealed, samples = change(1, "in", "3", "concealed"), change(1, "in", "3", "samples")
    return {
        "frames_sent": sent, "frames_decoded": decoded, "decoded_percent": round(100 * decoded / sent, 1),
        "concealed_percent": round(100 * concealed / samples, 2), "rtx": change(1, "in", "6", "repaired"),
        "nacks_from_listener": change(1, "in", "6", "nacks") + change(1, "in", "3", "nacks"),
        "nacks_to_publisher": change(0, "out", "1", "nacks") + change(0, "out", "0", "nacks"),
        "key_frame_requests": change(1, "in", "6", "pli"),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loss", type=float, nargs="+", default=[0, 5, 10, 20])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--address", default="127.0.0.1")
    options = parser.parse_args()
    for loss in options.loss:
        print(json.dumps(asyncio.run(measure(loss, options.seconds, options.address))), flush=True)


if __name__ == "__main__":
    main()
