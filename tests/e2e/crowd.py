"""Simulated members who do only what a test tells them, and what the record says of them afterwards."""

import csv
import io
import itertools
import json
import random
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.demo.crowd import Account
from server.demo.door import Door
from server.demo.habits import QUIET, Profile
from server.demo.member import SimulatedMember

from .house import House

PRESENT = 6  # the column of the sheet
SILENT_SCREEN = replace(QUIET, picture=False)


@asynccontextmanager
async def joined(
    house: House, meeting: str, accounts: Sequence[Account], profile: Profile = SILENT_SCREEN
) -> AsyncIterator[list[SimulatedMember]]:
    """Everyone of `accounts` in the meeting, in that order; their pages are closed at the end."""
    async with AsyncExitStack() as stack:
        members = []
        for number, account in enumerate(accounts):
            member = SimulatedMember(
                house.url, meeting, account.username, account.password, profile, random.Random(number)
            )
            members.append(await stack.enter_async_context(member))
        yield members


@dataclass(frozen=True)
class Entry:
    """One row of the log, read past the program."""

    seq: int
    at: datetime
    by: str
    name: str
    data: dict[str, Any]


def kept(house: House, meeting: str) -> list[Entry]:
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        rows = database.execute("SELECT body FROM events WHERE meeting = ? ORDER BY seq", (meeting,)).fetchall()
    bodies = [json.loads(body) for (body,) in rows]
    return [Entry(b["seq"], datetime.fromisoformat(b["at"]), b["by"], b["name"], b["data"]) for b in bodies]


async def minutes(house: House, meeting: str, account: Account) -> list[int]:
    """The seconds present of each seat, from the sheet as that person downloads it."""
    door = Door(house.url)
    try:
        await door.sign_in(account.username, account.password)
        async with door.session.get(f"{house.url}/meetings/{meeting}/attendance.csv") as answer:
            assert answer.status == 200, await answer.text()
            text = (await answer.read()).decode("utf-8-sig")
    finally:
        await door.close()
    table = itertools.takewhile(bool, csv.reader(io.StringIO(text)))
    return [_seconds(row[PRESENT]) for row in table][1:]


def _seconds(shown: str) -> int:
    """ "1:02:03"; the heading is no time."""
    parts = shown.split(":")
    return sum(int(part) * 60**power for power, part in enumerate(reversed(parts))) if len(parts) == 3 else -1
