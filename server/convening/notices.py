"""Who is told what about a meeting: members and the superior's follower, with a calendar file and the link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import Seat
from server.notify import outbox
from server.notify.calendar import Appointment, written
from server.notify.links import Links
from server.notify.outbox import Message
from server.org import meetings as lists
from server.org.meetings import MeetingRow
from server.org.overrides import rules_at
from server.org.refusal import Refused
from server.org.rulebook import number
from server.org.trail import Hand, note
from server.records.tables import answers, meetings, people

from . import agendas
from .allowed import RULE, day_of
from .rows import OPEN, convened

LATEST = timedelta(days=1)  # before the meeting, when the first reminder goes out
REMINDERS = ((timedelta(hours=1), "hour"), (LATEST, "day"))  # the nearest first

# form → what the invitation says
INVITED: Mapping[str, str] = MappingProxyType(
    {
        "online": "{cell} invites you to “{title}”, {when}, online. Please open the link and say if you come.",
        "hybrid": (
            "{cell} invites you to “{title}”, {when}, at {place} or online. Please open the link and say if you come."
        ),
        "in_person": "{cell} invites you to “{title}”, {when}, at {place}. Please open the link and say if you come.",
        "by_groups": (
            "{cell} invites you to the common session of “{title}”, {when}, at {place}, after all groups have met. "
            "Please open the link and say if you come."
        ),
    }
)


PLACED = ("in_person", "hybrid", "by_groups")  # forms that are told with their place
UNPLACED: Mapping[str, str] = MappingProxyType(
    {"by_groups": "The whole cell is called only to a common session: please give its place and time first."}
)


@dataclass(frozen=True, slots=True)
class House:
    """What a calendar file says of where it comes from."""

    url: str  # as people type it
    zone: ZoneInfo
    sender: str = ""  # mail address of the house
    links: Links | None = None  # None = a calendar file carries the link that is the same for all


async def send(connection: AsyncConnection, hand: Hand, row: MeetingRow, house: House) -> MeetingRow:
    """The notice goes out, or the changed one under the next number; the meeting as it now stands.  Raises Refused."""
    if row.phase != "planned":
        raise Refused(RULE, OPEN)
    if row.form in PLACED and not row.place:
        raise Refused(RULE, UNPLACED.get(row.form, "Please say where those in the room meet."))
    first = row.noticed_at is None
    sequence = row.sequence if first else row.sequence + 1
    values = {"sequence": sequence, "noticed_at": hand.at, "changed_at": None}
    await connection.execute(sa.update(meetings).where(meetings.c.id == row.id).values(values))
    told = await _again(connection, row.id)
    subject = "Invitation: {title}" if first else "Changed: {title}"
    await _tell(connection, hand, told, house, subject, INVITED[told.form])
    await note(connection, hand, row.unit.id, "notice_sent", title=row.title)
    return told


async def send_round(connection: AsyncConnection, hand: Hand, row: MeetingRow, house: House) -> None:
    """What is not yet told, or no longer so, of a round: to each group of its own meeting, to all of the common
    session if there is one.  Raises Refused."""
    parts = [part for part in await lists.of_round(connection, row.id) if part.phase == "planned"]
    parts.sort(key=lambda part: part.title)
    for each in (*parts, *([row] if row.place else [])):
        if each.form in PLACED and not each.place:
            raise Refused(RULE, "“{title}” has no place yet: please give it first.", title=each.title)
        if each.noticed_at is None or each.changed_at:
            await send(connection, hand, each, house)


async def withdraw(connection: AsyncConnection, hand: Hand, row: MeetingRow, house: House) -> None:
    """A cancelled meeting: whoever was told of it is told, and calendars forget it; of a round, each group."""
    for part in await lists.of_round(connection, row.id):
        if part.cancelled:
            await withdraw(connection, hand, part, house)
    if row.noticed_at is None:
        return
    await connection.execute(sa.update(meetings).where(meetings.c.id == row.id).values(sequence=row.sequence + 1))
    told = await _again(connection, row.id)
    text = "“{title}”, {when}, will not be held. Reason: {reason}"
    await _tell(connection, hand, told, house, "Cancelled: {title}", text, cancelled=True)


async def _again(connection: AsyncConnection, meeting: str) -> MeetingRow:
    found = await lists.meeting(connection, meeting)
    if found is None:
        raise Refused("gone", "That is no longer there.")
    return found


async def _tell(
    connection: AsyncConnection,
    hand: Hand,
    row: MeetingRow,
    house: House,
    subject: str,
    text: str,
    cancelled: bool = False,
) -> None:
    seats = await convened(connection, row, house.zone)
    mails = await _mails(connection, [seat.member for seat in seats])
    rules = await rules_at(connection, row.unit, day_of(row, house.zone))
    minutes = max(number(rules, f"duration_minutes.{row.kind}"), agendas.total(row.agenda))
    messages = [
        Message(
            seat.member,
            f"meeting/{row.id}/{row.sequence}",
            subject,
            text,
            facts=_facts(row),
            link=link(row),
            meeting=row.id,
            calendar=written(_appointment(row, house, minutes, seat, mails[seat.member]), hand.at, cancelled),
        )
        for seat in seats
    ]
    await outbox.post_all(connection, messages, hand.at)


def link(row: MeetingRow) -> str:
    """Where the invitation stands, and the door once it is open: two taps from the mail to the meeting."""
    return f"/meetings/{row.id}"


def _facts(row: MeetingRow) -> dict[str, str | int | datetime]:
    facts: dict[str, str | int | datetime] = {"title": row.title, "cell": row.unit.name, "when": row.planned_for}
    return facts | {"place": row.place, "reason": row.reason}


def _appointment(row: MeetingRow, house: House, minutes: int, seat: Seat, mail: str) -> Appointment:
    url = house.url + (house.links.to(row.id, seat.member) if house.links else link(row))
    lines = (f"{number}. {item['title']}" for number, item in enumerate(row.agenda, start=1))
    return Appointment(
        uid=f"{row.id}@{urlsplit(house.url).hostname}",
        sequence=row.sequence,
        title=row.title,
        starts=row.planned_for,
        minutes=minutes,
        text="\n".join(lines),
        place=row.place or url,
        url=url,
        organiser=(row.unit.name, house.sender),
        attendee=(seat.name, mail),
    )


async def _mails(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, str]:
    found = sa.select(people.c.id, people.c.mail).where(people.c.id.in_(ids))
    return {row.id: row.mail for row in await connection.execute(found)}


# -- Reminders -------------------------------------------------------------------------------------------------------


async def remind(connection: AsyncConnection, at: datetime, zone: ZoneInfo) -> int:
    """Posts the reminders that are due; of how many meetings.  Asked again, it is nothing: each has its key."""
    m, count = meetings.c, 0
    soon = sa.and_(m.phase == "planned", m.noticed_at.is_not(None), m.planned_for > at, m.planned_for <= at + LATEST)
    for meeting in list(await connection.scalars(sa.select(m.id).where(soon))):
        row = await _again(connection, meeting)
        within, word = next((each for each in REMINDERS if row.planned_for <= at + each[0]), REMINDERS[-1])
        if row.noticed_at and row.noticed_at <= row.planned_for - within:  # who was told later needs no reminder
            await outbox.post_all(connection, await _reminders(connection, row, word, zone), at)
            count += 1
    return count


async def _reminders(connection: AsyncConnection, row: MeetingRow, word: str, zone: ZoneInfo) -> list[Message]:
    """To everyone convened who has not said that he cannot come."""
    a = answers.c
    away = set(await connection.scalars(sa.select(a.person_id).where(a.meeting == row.id, a.coming.is_(False))))
    seats = await convened(connection, row, zone)
    key = f"remind/{row.id}/{row.planned_for:%Y%m%dT%H%M}/{word}"
    text = "“{title}” begins at {when}. The door stands behind the link."
    return [
        Message(seat.member, key, "Soon: {title}", text, facts=_facts(row), link=link(row), meeting=row.id)
        for seat in seats
        if seat.member not in away
    ]
