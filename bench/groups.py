"""A hundred simulated members go into six groups and back, five times; prints what `chibo simulate --trips` prints.

python bench/groups.py [--members N] [--groups N] [--trips N]
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.e2e.house import living


async def main(members: int, groups: int, trips: int) -> int:
    with tempfile.TemporaryDirectory() as data:
        async with living(Path(data)) as house:
            asked = ("--url", house.url, "--prepare", house.database)
            load = ("--members", str(members), "--groups", str(groups), "--trips", str(trips))
            code, said = await house.chibo("simulate", *asked, *load, within=600)
    print(said, end="")
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100)
    parser.add_argument("--groups", type=int, default=6)
    parser.add_argument("--trips", type=int, default=5)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.members, given.groups, given.trips)))
