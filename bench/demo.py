"""How long the demonstration takes on an empty folder: until its sign-in page answers, and until two years are told.

    .venv/bin/python bench/demo.py [--months 24]

The first is what `make run` starts, with its twelve members and the two years told beside it, until the page is there;
then it is stopped.  The second is `chibo seed --months` alone: everything from the first row to the last alert.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e.house import House


async def until_sign_in(data: Path) -> float:
    house, began = House(data), time.perf_counter()
    try:
        await house.start("demo")
        async with aiohttp.ClientSession() as http, http.get(f"{house.url}/sign-in") as answer:
            answer.raise_for_status()
            await answer.read()
            return time.perf_counter() - began
    finally:
        await house.stop()


async def until_told(data: Path, months: int) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    used, began = _cpu(), time.perf_counter()
    code, said = await House(data).chibo("seed", "--months", str(months), within=1800)
    if code:
        raise SystemExit(said)
    return time.perf_counter() - began, _cpu() - used


def _cpu() -> float:
    """Of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def main(months: int) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        print(f"until /sign-in answers: {await until_sign_in(Path(one)):.1f} s", flush=True)
        clock, cpu = await until_told(Path(other), months)
    print(f"until {months} months are told: {clock:.0f} s, {cpu:.0f} s of CPU")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=24)
    asyncio.run(main(parser.parse_args().months))
