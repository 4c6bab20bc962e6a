"""`python -m tests.live.serve DIRECTORY PORT`: the world as a process of its own, to be killed."""

import asyncio
import sys
from pathlib import Path

from .world import World, call


async def serve(directory: Path, port: int) -> None:
    world = World(directory)
    for seat in call().roster:
        world.know(seat.member)
    await world.start(port)
    print(world.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
