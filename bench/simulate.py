"""A hundred simulated members join one meeting on a server of its own; prints what `chibo simulate` prints.

python bench/simulate.py [--members N] [--seconds S]
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e.house import living


async def main(members: int, seconds: int) -> int:
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house:
            asked = ("--url", house.url, "--prepare", house.database, "--no-picture")
            load = ("--members", str(members), "--seconds", str(seconds))
            code, said = await house.chibo("simulate", *asked, *load, within=600)
    print(said, end="")
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=30)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.members, given.seconds)))
