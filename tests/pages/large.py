"""A large cell of two groups that may meet by them, in the demonstration's commune; its meetings held by the core."""

import random
from datetime import date, timedelta

import sqlalchemy as sa

from server.demo import rounds
from server.demo.cells import GOOD
from server.demo.large import name_of
from server.demo.pilot import Chain, decided, everyone_away
from server.meeting.ids import Post
from server.org import groups, meetings, people, tree
from server.org.accounts import HASHER, Accounts
from server.org.pilot.case import BOTH, Away
from server.org.tree import Unit
from server.records.database import Connection, Database
from server.records.log import Log
from server.records.tables import accounts

from .conftest import PASSWORD, TODAY, Served

CELL, SINCE = "large", date(2020, 1, 1)
UNIT = f"/units/{CELL}"
_HASHED = HASHER.hash(PASSWORD)
# who signs in as what: member 0 is secretary and in group 1, 1 is of the committee and in group 2, and so on in turn
NAMED = {"truong": 0, "uyvien": 1, "to1": 2, "to2": 3, "dv1": 4, "dv2": 5}


async def large(served: Served, members: int = 51, parties: int = 2, mode: str = BOTH) -> None:
    """Two groups, each with a leader; everybody in one of them."""
    async with served.house.database.write() as connection:
        commune = await tree.unit(connection, "demo-xa-1")
        assert commune
        await entered(connection, served.house.accounts, commune, TODAY, members, parties, mode)
        await people.give_post(connection, "demo-theodoi", CELL, Post.FOLLOWER.value, SINCE)


async def entered(
    connection: Connection,
    keeper: Accounts,
    above: Unit,
    today: date,
    members: int = 51,
    parties: int = 2,
    mode: str = BOTH,
) -> None:
    cell = await tree.add(connection, CELL, tree.CELL, "Chi bộ Nhà máy Đóng tàu", above)
    for number in range(members):
        await _member(connection, number)
    for number in range(parties):
        own = [person(each) for each in range(number, members, parties)]
        await groups.add(connection, f"to-{number + 1}", cell.id, f"Tổ {number + 1}", own, SINCE)
        await people.give_post(connection, own[1], cell.id, Post.GROUP_LEADER.value, SINCE)
    if mode:
        asked = today - timedelta(days=60)
        draft = await everyone_away(connection, CELL, asked, [Away("far_work")], mode)
        await decided(connection, CELL, draft, Chain(person(0), person(0), person(0)), asked, None)
    rows = [keeper.row(person(number), person(number), name, _HASHED) for name, number in NAMED.items()]
    await connection.execute(sa.insert(accounts), rows)


def person(number: int) -> str:
    return f"{CELL}-{number}"


async def _member(connection: Connection, number: int) -> None:
    await people.add(connection, person(number), CELL, name_of(number))
    await people.give_status(connection, person(number), "official", SINCE)
    if number < 2:
        post = (Post.SECRETARY, Post.COMMITTEE)[number]
        await people.give_post(connection, person(number), CELL, post.value, SINCE)


async def meet(served: Served, meeting: str, until: int | None = None) -> None:
    """The first `until` groups of the round meet, by name; with all of them the round comes to its end."""
    log = Log(served.house.database, served.house.key)
    zone, dice = served.house.settings.zone, random.Random(meeting)
    await rounds.hold(served.house.database, log, meeting, GOOD, timedelta(hours=1), dice, zone, until)


async def parts(database: Database, meeting: str) -> list[meetings.MeetingRow]:
    """The meetings of the groups, by name."""
    async with database.read() as connection:
        return sorted(await meetings.of_round(connection, meeting), key=lambda part: part.title)
