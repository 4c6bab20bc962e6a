"""A hundred clients come within two seconds: how long until each is connected, on the real worker?

    .venv/bin/python bench/joins.py --clients 100 --within 2

Real ICE and DTLS of aiortc, in processes of their own beside the worker's; on two cores it is mostly the clients that
take the time.  The last line is one JSON object: seconds from the first offer until the last is connected, and from
each client's own offer to its connection.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.janus import connected, page, plain
from server.media.control import Control, MediaSettings
from server.media.stage import PeerStage, PlaceStage, Stage
from server.settings import Settings

PROCESSES = 2


async def _offers(count: int, told: Connection) -> None:
    """Pages that are ready; each offers when its turn comes."""
    pages = []
    for _ in range(count):
        one = page()
        for kind in ("audio", "video", "video"):
            one.addTransceiver(kind, direction="sendonly")
        for kind in ["audio"] * 3 + ["video"] * 5:
            one.addTransceiver(kind, direction="recvonly")
        plain(one)
        await one.setLocalDescription(await one.createOffer())
        pages.append(one)
    told.send([one.localDescription.sdp for one in pages])
    loop, answered = asyncio.get_running_loop(), asyncio.Queue[tuple[int, str]]()
    loop.add_reader(told.fileno(), lambda: answered.put_nowait(told.recv()))

    async def connect(at: int, sdp: str) -> None:
        await connected(pages[at], sdp)
        told.send((at, time.monotonic()))

    connecting = [loop.create_task(connect(*await answered.get())) for _ in range(count)]
    await asyncio.gather(*connecting)
    await asyncio.gather(*(one.close() for one in pages))


def _clients(count: int, told: Connection) -> None:
    asyncio.run(_offers(count, told))


async def measure(clients: int, within: float) -> dict[str, float]:
    address = Settings(_env_file=None).media_address.split(",")[-1]
    context = multiprocessing.get_context("spawn")
    ends, processes = [], []
    for _ in range(PROCESSES):
        ours, theirs = context.Pipe()
        process = context.Process(target=_clients, args=(clients // PROCESSES, theirs))
        process.start()
        ends.append(ours)
        processes.append(process)
    offers = [(end, at, sdp) for end in ends for at, sdp in enumerate(await asyncio.to_thread(end.recv))]
    with tempfile.TemporaryDirectory() as folder:
        control = Control(MediaSettings(address, address, 0, Path(folder) / "m.sock"), lambda *_: None, lambda *_: None)
        await control.start()
        try:
            asked = await _come(control, offers, within)
            done = {}
            for end in ends:
                for _ in range(clients // PROCESSES):
                    at, when = await asyncio.to_thread(end.recv)
                    done[id(end), at] = when
        finally:
            await control.stop()
    for process in processes:
        process.join()
    each = sorted(done[key] - asked[key] for key in done)
    return {
        "clients": len(done), "all_s": round(max(done.values()) - min(asked.values()), 2),
        "each_p50_s": round(statistics.median(each), 2), "each_max_s": round(each[-1], 2),
    }  # fmt: skip


async def _come(
    control: Control, offers: list[tuple[Connection, int, str]], within: float
) -> dict[tuple[int, int], float]:
    names = [f"client{n}" for n in range(len(offers))]
    control.follow("bench", Stage({name: PeerStage(name, "", True, True) for name in names}, {"": PlaceStage()}))
    began, asked = time.monotonic(), {}

    async def come(number: int, end: Connection, at: int, sdp: str) -> None:
        await asyncio.sleep(max(0.0, began + within * number / len(offers) - time.monotonic()))
        asked[id(end), at] = time.monotonic()
        end.send((at, await control.answer("bench", names[number], names[number], sdp)))

    await asyncio.gather(*(come(number, *offer) for number, offer in enumerate(offers)))
    return asked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--within", type=float, default=2.0)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(measure(given.clients, given.within))))
