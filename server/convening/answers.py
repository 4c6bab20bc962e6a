"""Who comes: "I come", or "I cannot, because …"; an excuse is accepted or not by the secretary.  And whose absences are
too many (Điều lệ Đảng; 42-HD/BTCTW: numbers in the rulebook)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.notify import outbox
from server.notify.outbox import Fact, Message
from server.org.meetings import LIVE, MeetingRow
from server.org.overrides import rules_at
from server.org.people import with_post
from server.org.refusal import Refused, kept
from server.org.rulebook import number
from server.org.trail import Hand
from server.org.tree import Unit
from server.records.tables import answers, people, roll_lines, summaries

from .allowed import MONTHLY, RULE


@dataclass(frozen=True, slots=True)
class Answer:
    person_id: str
    name: str
    coming: bool
    reason: str
    at: datetime
    accepted: bool | None  # of an excuse; None = not yet decided


@dataclass(frozen=True, slots=True)
class Alert:
    """A member whose absences the committee must speak about."""

    person_id: str
    name: str
    in_a_row: int  # excused meetings in a row, up to the last one
    months: int  # of this year in which he came to none


_A = answers.c


async def of_meeting(connection: AsyncConnection, meeting: str) -> Mapping[str, Answer]:
    """By person."""
    found = sa.select(answers, people.c.name).select_from(answers.join(people, _A.person_id == people.c.id))
    rows = await connection.execute(found.where(_A.meeting == meeting).order_by(people.c.folded))
    return {
        row.person_id: Answer(row.person_id, row.name, row.coming, row.reason, row.at, row.accepted) for row in rows
    }


async def answer(
    connection: AsyncConnection, hand: Hand, row: MeetingRow, name: str, coming: bool, reason: str
) -> None:
    """What the member himself says, until the meeting is over; the secretary hears of an excuse.  Raises Refused."""
    if row.cancelled or row.closed:
        raise Refused(RULE, "This meeting is over or was cancelled.")
    said = "" if coming else kept(reason, RULE)
    values: dict[str, Any] = {"coming": coming, "reason": said, "at": hand.at}
    undecided = {"accepted": None, "decided_by": None, "decided_at": None}
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    given = dialect.insert(answers).values(meeting=row.id, person_id=hand.by, **values, **undecided)
    again = given.on_conflict_do_update(index_elements=[_A.meeting, _A.person_id], set_=values | undecided)
    await connection.execute(again)
    if not coming:
        for secretary in await with_post(connection, row.unit.id, "cell_secretary", hand.today):
            await outbox.post(connection, _excuse(secretary.person_id, hand, row, name, said), hand.at)


def _excuse(to: str, hand: Hand, row: MeetingRow, name: str, reason: str) -> Message:
    return Message(
        to,
        f"excuse/{row.id}/{hand.by}/{hand.at:%Y%m%dT%H%M%S}",
        "{name} cannot come to “{title}”",
        "Reason: {reason}\nPlease accept the excuse or decline it.",
        facts={"name": name, "title": row.title, "reason": reason},
        link=f"/meetings/{row.id}/plan#answers",
    )


async def decide(connection: AsyncConnection, hand: Hand, row: MeetingRow, person_id: str, accepted: bool) -> None:
    """By the secretary, before the meeting opens.  Raises Refused."""
    found = (await of_meeting(connection, row.id)).get(person_id)
    if found is None or found.coming:
        raise Refused("gone", "That is no longer there.")
    if row.closed or row.cancelled or row.phase in LIVE:  # the roster and its excuses are fixed when the first comes
        raise Refused(RULE, "The meeting has begun: the chair corrects the roll in the room.")
    if found.accepted is accepted:
        return
    ours = sa.and_(_A.meeting == row.id, _A.person_id == person_id)
    values = {"accepted": accepted, "decided_by": hand.by, "decided_at": hand.at}
    await connection.execute(sa.update(answers).where(ours).values(values))
    await outbox.post(connection, _verdict(person_id, hand, row, accepted), hand.at)


def _verdict(to: str, hand: Hand, row: MeetingRow, accepted: bool) -> Message:
    key = f"verdict/{row.id}/{hand.at:%Y%m%dT%H%M%S}"
    facts: dict[str, Fact] = {"title": row.title, "when": row.planned_for}
    link = f"/meetings/{row.id}"
    if accepted:
        return Message(
            to, key, "Your excuse was accepted", "You are excused from “{title}”, {when}.", facts=facts, link=link
        )
    return Message(
        to,
        key,
        "Your excuse was not accepted",
        "The secretary asks you to come to “{title}”, {when}, or to say more.",
        facts=facts,
        link=link,
    )


# -- Too many --------------------------------------------------------------------------------------------------------


async def alerts(connection: AsyncConnection, unit: Unit, day: date) -> Sequence[Alert]:
    """The members of the cell whose absences are over the limits of the rulebook, by name."""
    rules = await rules_at(connection, unit, day)
    row_limit, month_limit = number(rules, "absences_in_a_row"), number(rules, "months_absent_a_year")
    found = []
    for person_id, (name, lines) in (await _rolls(connection, unit)).items():
        alert = Alert(person_id, name, _in_a_row(lines), _months(lines, day.year))
        if alert.in_a_row > row_limit or alert.months >= month_limit:
            found.append(alert)
    return found


_Lines = Sequence[tuple[str, str]]  # (month, state) of each meeting, the latest first


async def _rolls(connection: AsyncConnection, unit: Unit) -> Mapping[str, tuple[str, _Lines]]:
    """What the roll calls of this cell's monthly meetings said of each member; the exempt are in none."""
    r, s = roll_lines.c, summaries.c
    joined = roll_lines.join(summaries, r.meeting == s.meeting).join(people, r.member == people.c.id)
    ours = (s.unit_id == unit.id, s.kind.in_(MONTHLY), r.kind == "member", r.standing != "exempt")
    found = sa.select(r.member, people.c.name, r.month, r.state).select_from(joined).where(*ours)
    gathered: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for row in await connection.execute(found.order_by(people.c.folded, r.member, s.planned_for.desc())):
        gathered.setdefault(row.member, (row.name, []))[1].append((row.month, row.state))
    return gathered


def _in_a_row(lines: _Lines) -> int:
    """How many excused absences stand one after another, up to the last meeting."""
    count = 0
    for _, state in lines:
        if state != "absent_excused":
            break
        count += 1
    return count


def _months(lines: _Lines, year: int) -> int:
    of_year = [(month, state) for month, state in lines if month.startswith(f"{year}-")]
    present = {month for month, state in of_year if state == "present"}
    return len({month for month, _ in of_year} - present)
