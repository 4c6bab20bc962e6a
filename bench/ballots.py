"""A hundred ballots at once through a proxy that loses 30 % of the answers: from the first to the last answer heard.

`.venv/bin/python bench/ballots.py [ROUNDS]`; the budget is 10 seconds.  Clients send again when the page does
(web/src/outbox.ts).
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.live.test_ballots import MOTION, VOTE, Lossy, hundred, large, surely  # noqa: E402
from tests.live.world import Page  # noqa: E402


async def one(share: float) -> tuple[float, int]:
    """(seconds, answers lost)."""
    with tempfile.TemporaryDirectory() as folder:
        async with large(Path(folder)) as world:
            proxy = Lossy(int(world.url.rpartition(":")[2]), share)
            url = await proxy.start()
            world.sio.eio.cors_allowed_origins = [world.url, url]
            pages = [Page(world.sign_in(seat.member)) for seat in hundred().roster]
            for at in range(0, len(pages), 5):
                await asyncio.gather(*(page.open(url) for page in pages[at : at + 5]))
            await surely(pages[0], "Open")
            await surely(pages[0], "OpenVote", **MOTION)
            began = time.perf_counter()
            answers = await asyncio.gather(*(surely(page, "CastBallot", vote=VOTE, choice="for") for page in pages))
            seconds = time.perf_counter() - began
            assert all("done" in answer for answer in answers)
            await asyncio.gather(*(page.close() for page in pages))
            await proxy.stop()
            return seconds, proxy.lost


async def main(rounds: int) -> None:
    for share in (0.0, 0.3):
        found = [await one(share) for _ in range(rounds)]
        seconds = [each[0] for each in found]
        lost = sum(each[1] for each in found)
        spread = f"median {statistics.median(seconds):.1f} s, most {max(seconds):.1f} s"
        print(f"{share:.0%} of the answers lost: {spread}; {lost} lost")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
