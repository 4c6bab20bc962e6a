"""Two years of the demonstration province: every meeting is planned, called by the register, decided by the real core
on a clock of its own, and kept in the real log.

It runs beside the server in a process of its own, month by month as it happened, and takes up where it stopped; so
`make run` waits for none of it.  `python -m server.demo.history` reads its settings from the environment.
"""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server import settings as configuration
from server.convening.allowed import Wish
from server.meeting.ids import NOBODY, MeetingKind, Post, Standing
from server.org import groups, meetings, people, tree
from server.org.pilot.case import GROUPS, ONLINE, Away
from server.org.pilot.forms import HYBRID, IN_PERSON, permit
from server.org.refusal import Refused
from server.org.roster import ZONE, call
from server.oversight import daily
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.settings import Settings

from . import afterwards, evening, filing, province, rounds
from .cells import CELLS, COMMUNES, Cell
from .large import name_of as named
from .months import MONTHS, at_of, day_of, months_back, name_of, planned, wanted
from .pilot import Chain, decided, everyone_away
from .scribe import Scribe

SINCE = date(2022, 7, 1)
ROUNDS = (2, 6, 10)  # months in which a cell with groups meets by them: three a year
_ONE = timedelta(days=1)
_AHEAD = timedelta(days=6)  # so long before the meeting it is planned


async def tell(
    database: Database,
    key: Key,
    today: date,
    months: int = MONTHS,
    cells: Sequence[Cell] = CELLS,
    zone: ZoneInfo = ZONE,
) -> int:
    """What is missing of the last `months` months; returns how many meetings were held.  `today`: a day of `zone`."""
    async with database.write() as connection:
        for cell in cells:
            await _register(connection, cell, months_back(today, months)[-1])
    log, held = Log(database, key, zone), 0
    for first in reversed(months_back(today, months)):
        for cell in cells:
            held += await _month(database, log, zone, cell, first, today)
    for cell in cells:
        if cell.groups:
            await _next_round(database, cell, today, zone)
    return held


# -- The register ----------------------------------------------------------------------------------------------------


async def _register(connection: AsyncConnection, cell: Cell, since: date) -> None:
    """The cell with its members, groups, follower and decision, where they are not there yet."""
    if cell.commune:
        await _unit(connection, cell)
    there = {person.id for person in await people.of_cell(connection, cell.id, since)}
    for number in range(0 if cell.commune else 1, cell.members):  # 0 is the secretary, whom some have already
        if f"{cell.id}-{number}" not in there:
            await _member(connection, cell, number)
    if cell.groups and not await groups.of_cell(connection, cell.id, since):
        await _groups(connection, cell, since)
    if cell.followed and not await people.with_post(connection, cell.id, Post.FOLLOWER.value, since):
        await people.give_post(connection, f"demo-{province.FOLLOWER[0]}", cell.id, Post.FOLLOWER.value, SINCE)
    await filing.begin_terms(connection, cell.id, since)
    if cell.mode:
        await _decision(connection, cell, since)


async def _unit(connection: AsyncConnection, cell: Cell) -> None:
    if await tree.unit(connection, cell.id):
        return
    commune = await tree.unit(connection, cell.commune)
    if commune is None:
        top = await tree.unit(connection, province.PROVINCE[0])
        (_, name, code) = next(each for each in COMMUNES if each[0] == cell.commune)
        commune = await tree.add(connection, cell.commune, "commune", name, top, code, date(2025, 7, 1))
    await tree.add(connection, cell.id, tree.CELL, cell.name, commune, f"HV-{cell.id[-2:]}", date(1999, 2, 3))


async def _member(connection: AsyncConnection, cell: Cell, number: int) -> None:
    person, dice = f"{cell.id}-{number}", random.Random(f"{cell.id}-{number}")  # noqa: S311  a story, no secret
    post = (Post.SECRETARY, Post.DEPUTY, Post.COMMITTEE)[number] if number < 3 else Post.NONE
    standing = _STANDINGS.get(number, Standing.OFFICIAL)
    await people.add(connection, person, cell.id, named(dice.randrange(700)), dice.randrange(1955, 1999))
    await people.give_status(connection, person, standing, SINCE)
    if standing is Standing.EXEMPT:
        await people.give_status(connection, person, Standing.OFFICIAL, SINCE)
    if post is not Post.NONE:
        await people.give_post(connection, person, cell.id, post.value, SINCE)


_STANDINGS = {5: Standing.EXEMPT, 7: Standing.PROBATIONARY}


async def _groups(connection: AsyncConnection, cell: Cell, since: date) -> None:
    for number in range(cell.groups):
        ids = [f"{cell.id}-{member}" for member in range(number, cell.members, cell.groups)]
        await groups.add(connection, f"{cell.id}-to-{number + 1}", cell.id, f"Tổ đảng {number + 1}", ids, since)
        await people.give_post(connection, ids[1], cell.id, Post.GROUP_LEADER.value, since)


async def _decision(connection: AsyncConnection, cell: Cell, since: date) -> None:
    """The cell asked three months after our story begins, and was allowed ten days later."""
    asked = since + timedelta(days=92)
    try:
        await permit(
            connection,
            await _known(connection, cell.id),
            GROUPS if cell.groups else ONLINE,
            asked + timedelta(days=40),
        )
        return
    except Refused:
        pass
    secretary, superior = f"{cell.id}-0", f"demo-{province.PROVINCIAL[0]}"
    draft = await everyone_away(connection, cell.id, asked, [Away("sea_islands"), Away("far_work")], cell.mode)
    chain = Chain(secretary, f"demo-{province.ORGANISER[0]}", superior)
    await decided(connection, cell.id, draft, chain, asked, None)


async def _known(connection: AsyncConnection, unit_id: str) -> tree.Unit:
    found = await tree.unit(connection, unit_id)
    if found is None:
        raise LookupError(unit_id)
    return found


# -- One month of one cell -------------------------------------------------------------------------------------------


async def _month(database: Database, log: Log, zone: ZoneInfo, cell: Cell, first: date, today: date) -> bool:
    """Whether its meeting was held now.  A month in which the cell has planned anything is left as it is, but for a
    meeting of ours that was planned and not yet told."""
    month = wanted(cell, first, today, zone)
    if month is None:
        return False
    async with database.read() as connection:
        row = await meetings.meeting(connection, month.meeting)
        others = () if row else await planned(connection, cell.id, first, zone)
    if others or (row is not None and (row.phase != "planned" or not month.held)):
        return False
    if row is None:
        await _plan(database, cell, month.meeting, month.at, month.dice, zone)
    if month.held:
        await hold(database, log, month.meeting, cell, month.dice, zone, today)
    return month.held


async def _next_round(database: Database, cell: Cell, today: date, zone: ZoneInfo) -> None:
    """The round ahead is planned; when its month has come, it is told like any other."""
    first = next(month for month in _months_ahead(today) if month.month in ROUNDS)
    dice = random.Random(f"{cell.id} {first}")  # noqa: S311  a story, no secret
    async with database.read() as connection:
        there = await planned(connection, cell.id, first, zone)
    if not there:
        at = at_of(day_of(cell, first, dice), dice, zone)
        await _plan(database, cell, name_of(cell, first), at, dice, zone)


def _months_ahead(today: date) -> Iterator[date]:
    while True:
        today = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield today


async def _plan(
    database: Database, cell: Cell, meeting: str, at: datetime, dice: random.Random, zone: ZoneInfo
) -> None:
    local = at.astimezone(zone)
    combined = local.month % 3 == 0
    kind = MeetingKind.COMBINED if combined else MeetingKind.REGULAR
    title = f"Sinh hoạt chi bộ thường kỳ tháng {local:%m/%Y}" + (" kết hợp chuyên đề" if combined else "")
    agenda = [
        {"id": str(number), "title": words, "minutes": minutes, "presenter": "", "kind": kind_of_item}
        for number, (words, minutes, _, kind_of_item) in enumerate(province.AGENDA[1:4], start=1)
    ]
    async with database.write() as connection:
        for form in (*_forms(cell, local.month, dice), IN_PERSON):
            with contextlib.suppress(Refused):
                if form == GROUPS:
                    wish, unit = Wish(title, kind.value, form, at), await _known(connection, cell.id)
                    await rounds.plan(connection, unit, meeting, wish, agenda, at - _AHEAD, zone)
                else:
                    await meetings.plan(connection, meeting, cell.id, title, kind.value, at, agenda, form, zone)
                return


def _forms(cell: Cell, month: int, dice: random.Random) -> Sequence[str]:
    if cell.groups and month in ROUNDS:
        return (GROUPS,)
    if cell.mode or cell.id == province.CELL:
        return (dice.choice((ONLINE, ONLINE, HYBRID)),)
    return ()


async def hold(
    database: Database, log: Log, meeting: str, cell: Cell, dice: random.Random, zone: ZoneInfo, today: date
) -> None:
    """From the call to the close, all kept at once; then its papers and its tasks, as far as they are not to come."""
    async with database.read() as connection:
        row = await meetings.meeting(connection, meeting)
    if row is None:
        raise LookupError(meeting)
    if row.form == GROUPS:
        await rounds.hold(database, log, meeting, cell.habit, _AHEAD, dice, zone)
        return
    called = await call(database, meeting, zone, seed=lambda: f"{dice.getrandbits(256):064x}")
    told = evening.told(called, cell.habit, row.form, dice)
    writer = Scribe(log, meeting)
    planned = row.planned_for
    writer.ask(replace(called, excuses=told.excuses), NOBODY, planned - _AHEAD)
    for minute, who, command in sorted(told.steps, key=lambda step: step[0]):
        writer.ask(command, who, planned + timedelta(minutes=minute))
    await writer.keep()
    await afterwards.papers(database, meeting, writer, cell.habit, dice, zone, today)
    await afterwards.tasks_done(database, meeting, cell.habit, dice, zone, today)


async def told(settings: Settings, months: int) -> int:
    """The same in the database of these settings, up to now."""
    database, today = Database(settings.database), datetime.now(UTC).astimezone(settings.zone).date()
    try:
        key = Key.load(settings.head_key)
        held = await tell(database, key, today, months, zone=settings.zone)
        if held:  # what the house does once a day, so that verdicts and alerts are there at once
            await daily.run(database, Log(database, key).read, key, datetime.now(UTC), settings.zone)
        return held
    finally:
        await database.close()


# -- Beside the server -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """While it lasts the two years are told in a process of their own, which gives way to every other."""
    process = subprocess.Popen([sys.executable, "-m", "server.demo.history"], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def main() -> None:
    os.nice(15)
    settings = configuration.load()
    held = asyncio.run(told(settings, MONTHS))
    if held:
        print(f"  Two years of the province are told: {held} meetings.", flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
