"""A round of the large cell: planned with a motion, held by each group, brought to its end at the committee's desk."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.convening import by_groups, calling, motions
from server.convening.allowed import GROUPS, Wish
from server.convening.rows import again
from server.meeting import commands as c
from server.meeting.ids import NOBODY, ConnectionId, LongText, MemberId, Text, VoteId
from server.org import meetings
from server.org.pilot import IN_PERSON
from server.org.tree import Unit
from server.records.database import Database
from server.records.log import Log

from . import evening
from .cells import CONCLUSIONS, Habit
from .scribe import Scribe

MOTION = "Thông qua nhiệm vụ trọng tâm của chi bộ và phân công đảng viên phụ trách"
PLACE = "Nhà văn hóa thôn Phú Lộc"
AFTER = timedelta(minutes=200)  # so long after the last group began the committee brings the round to its end
DOORS = timedelta(minutes=30)
_ROUND, _SPOKEN = VoteId("round"), LongText("Chi ủy tổng hợp biên bản của các tổ đảng.")


async def plan(
    connection: AsyncConnection,
    unit: Unit,
    meeting: str,
    wish: Wish,
    items: Sequence[Mapping[str, Any]],
    at: datetime,
    zone: ZoneInfo,
) -> None:
    """A round with one motion; its last group meets in the room, the others as the decision lets them.  `at`: when it
    is planned.  Raises Refused.
    """
    await by_groups.able(connection, unit, wish.planned_for.astimezone(zone).date())
    await meetings.plan(connection, meeting, unit.id, wish.title, wish.kind, wish.planned_for, items, GROUPS, zone)
    await by_groups.begin(connection, meeting, unit, wish, tuple(items), zone)
    row = await again(connection, meeting)
    motion = motions.added((), row.agenda, motions.Written(str(row.agenda[-1]["id"]), MOTION, "resolution"))
    await by_groups.set_motions(connection, row, motion, at, DOORS)
    *_, last = sorted(await meetings.of_round(connection, meeting), key=lambda part: part.title)
    in_room = Wish(last.title, last.kind, IN_PERSON, last.planned_for, PLACE)
    await by_groups.set_part(connection, last, in_room, at, zone, DOORS)


async def hold(
    database: Database,
    log: Log,
    meeting: str,
    habit: Habit,
    ahead: timedelta,
    dice: random.Random,
    zone: ZoneInfo,
    groups: int | None = None,
) -> None:
    """Every group that has not met, called `ahead` of its time; then the round.  `groups`: only the first so many."""
    async with database.read() as connection:
        parts = sorted(await meetings.of_round(connection, meeting), key=lambda part: part.title)
    for part in (part for part in parts[:groups] if not part.closed):
        called = await calling.call(database, part.id, zone, part.planned_for)
        told = evening.told(called, habit, part.form, dice)
        scribe = Scribe()
        scribe.ask(called, NOBODY, part.planned_for - ahead)
        for minute, who, command in sorted(told.steps, key=lambda step: step[0]):
            scribe.ask(command, who, part.planned_for + timedelta(minutes=minute))
        await log.append_all(part.id, 0, scribe.steps)
    if groups is None:
        await gather(database, log, meeting, max(part.planned_for for part in parts) + AFTER, dice, zone)


async def gather(database: Database, log: Log, meeting: str, at: datetime, dice: random.Random, zone: ZoneInfo) -> None:
    called = await calling.call(database, meeting, zone, at)
    scribe = Scribe()
    scribe.ask(called, NOBODY, at)
    for number, (who, command) in enumerate(_gathered(called, dice), start=1):
        scribe.ask(command, who, at + timedelta(minutes=number))
    await log.append_all(meeting, 0, scribe.steps)


def _gathered(called: c.Call, dice: random.Random) -> Iterator[tuple[MemberId, c.Command]]:
    """Who does what at the desk, in order: the votes of the groups are counted, each item is concluded, and the minutes
    are read and adopted."""
    chair, clerk = called.chair, called.line[0]
    for member in (chair, clerk):
        yield member, c.Join(ConnectionId(f"page-{member}"), "desktop")
    yield chair, c.Open()
    yield chair, c.AppointMinutesSecretary(clerk)
    yield chair, c.AdoptAgenda()
    for motion in called.motions:
        yield chair, c.CountGroups(VoteId(f"{_ROUND}-{motion.id}"), motion.id)
    for item in called.agenda:
        yield chair, c.TakeUpItem(item.id)
        yield chair, c.Conclude(item.id, Text(dice.choice(CONCLUSIONS)))
        yield clerk, c.WriteMinutes(item.id, _SPOKEN, 0)
    yield clerk, c.ReadMinutes()
    yield chair, c.AdoptMinutes()
    yield chair, c.Close()
