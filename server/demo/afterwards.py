"""What follows a meeting of the history, by the habits of its cell: the minutes drawn up from the log, signed by both,
posted and reported, mostly in time; its tasks done, mostly by their last day.  Nothing happens on a day to come."""

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.meeting import commands as c
from server.meeting.ids import PaperKind
from server.org import meetings, tasks
from server.org.trail import Hand
from server.papers import desk
from server.records.database import Database

from .cells import RESULTS, Habit
from .scribe import Scribe

_DAY = timedelta(days=1)
_LATE = 9  # days at most after the last one in time


async def papers(
    database: Database,
    meeting: str,
    writer: Scribe,
    habit: Habit,
    dice: random.Random,
    zone: ZoneInfo,
    today: date,
) -> None:
    """The minutes, and what is done with them."""
    async with database.read() as connection:
        row = await meetings.meeting(connection, meeting)
        if row is None or row.closed_at is None:
            raise LookupError(meeting)
        of = await desk.material(connection, row, writer.recorded, zone)
    held, closed = writer.meeting, row.closed_at
    reported = _reported(habit, dice, closed.astimezone(zone).date(), held.regulation.results_days)
    if not of.run or closed.astimezone(zone).date() + _DAY >= today:
        return
    chair, clerk = held.signers.chairs[0], held.signers.secretary
    number, sha256 = await desk.draw_up(database, of, PaperKind.MINUTES, closed)
    writer.ask(c.DrawUpPaper(PaperKind.MINUTES, number, sha256), clerk, closed + timedelta(minutes=20))
    writer.ask(c.SignPaper(PaperKind.MINUTES, sha256), clerk, closed + timedelta(minutes=40))
    writer.ask(c.SignPaper(PaperKind.MINUTES, sha256), chair, closed + timedelta(minutes=55))
    if reported and reported < today:
        at = max(datetime.combine(reported, time(16, 30), zone), closed + timedelta(hours=1))
        writer.ask(c.MarkPosted(reported.isoformat()), clerk, at)
        writer.ask(c.MarkReported(reported.isoformat()), chair, at)
    await writer.keep()


def _reported(habit: Habit, dice: random.Random, closed: date, days: int) -> date | None:
    """On which day; None = never."""
    luck, prompt, late = dice.random(), dice.randrange(days + 1), dice.randrange(1, _LATE)
    if luck < habit.forgets:
        return None
    return closed + _DAY * (prompt if dice.random() < habit.prompt else days + late)


async def tasks_done(
    database: Database, meeting: str, habit: Habit, dice: random.Random, zone: ZoneInfo, today: date
) -> None:
    """By their owners, each with its result; of those that are late some are never done."""
    async with database.write() as connection:
        for given in await tasks.of_meeting(connection, meeting):
            early, late = dice.randrange(1, 15), dice.randrange(1, 12)
            in_time, ever, result = dice.random() < habit.diligent, dice.random() < 0.7, dice.choice(RESULTS)
            done = given.deadline - _DAY * early if in_time else given.deadline + _DAY * late
            if done < today and (in_time or ever):
                at = datetime.combine(done, time(20), zone)
                await tasks.report(connection, Hand(given.owner, at, done), given, result, done)
