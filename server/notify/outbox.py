"""The outbox: what people are told.  A row is kept in the transaction of what causes it, once for each key and person.

Everything in it is shown in the program; what is still to be mailed waits for the sender.  Sentences are kept as the
keys of their translations with their facts, so that each is read in the reader's language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import outbox, people

WAITING, SENT, SHOWN, FAILED = "waiting", "sent", "shown", "failed"  # shown: in the program only
NO_ADDRESS = "no address"

Fact = str | int | datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to one person.  `key` names it among all he ever gets: posted again, it is nothing."""

    person: str
    key: str
    subject: str  # English, the key of its translation; its {places} are filled from `facts`
    text: str
    facts: Mapping[str, Fact] = field(default_factory=dict)  # moments are said in the reader's way
    link: str = ""  # a path of this house
    meeting: str = ""  # what it is about, for the list of what was not delivered
    calendar: str | None = None  # an iCalendar object (RFC 5545) to go with the mail


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of a person's list."""

    id: int
    at: datetime
    subject: str
    text: str
    facts: Mapping[str, Fact]
    link: str
    read: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Who was not reached about a meeting: no mail went through, and he has not read it in the program."""

    person_id: str
    name: str
    subject: str
    facts: Mapping[str, Fact]
    at: datetime
    why: str  # NO_ADDRESS, or what the mail server said


async def post(connection: AsyncConnection, message: Message, at: datetime) -> None:
    """Keep one message, to be told after the transaction is kept."""
    await post_all(connection, [message], at)


async def post_all(connection: AsyncConnection, messages: Iterable[Message], at: datetime) -> None:
    rows = [_row(message, at) for message in messages]
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        await connection.execute(dialect.insert(outbox).on_conflict_do_nothing(), rows)


def _row(message: Message, at: datetime) -> dict[str, Any]:
    return {
        "person_id": message.person,
        "key": message.key,
        "subject": message.subject,
        "text": message.text,
        "facts": {name: _kept(fact) for name, fact in message.facts.items()},
        "link": message.link,
        "meeting": message.meeting,
        "calendar": message.calendar,
        "at": at,
        "state": WAITING,
        "next_at": at,
    }


def _kept(fact: Fact) -> Any:
    return {"moment": fact.isoformat()} if isinstance(fact, datetime) else fact


def facts_of(kept: Mapping[str, Any]) -> dict[str, Fact]:
    """The facts of a row, moments as moments."""
    return {
        name: datetime.fromisoformat(fact["moment"]) if isinstance(fact, dict) else fact for name, fact in kept.items()
    }


# -- In the program --------------------------------------------------------------------------------------------------


async def of_person(connection: AsyncConnection, person_id: str, limit: int = 100) -> Sequence[Notice]:
    """His notices, the latest first."""
    o = outbox.c
    found = sa.select(outbox).where(o.person_id == person_id).order_by(o.at.desc(), o.id.desc()).limit(limit)
    return [
        Notice(row.id, row.at, row.subject, row.text, facts_of(row.facts), row.link, row.read_at is not None)
        for row in await connection.execute(found)
    ]


async def unread(connection: AsyncConnection, person_id: str) -> int:
    o = outbox.c
    counted = sa.select(sa.func.count()).where(o.person_id == person_id, o.read_at.is_(None))
    return await connection.scalar(counted) or 0


async def read(connection: AsyncConnection, person_id: str, at: datetime, notice: int | None = None) -> str | None:
    """One of his notices, or all of them, are read from now on.  The link of the one; None where there is no such."""
    o = outbox.c
    mine = o.person_id == person_id if notice is None else sa.and_(o.person_id == person_id, o.id == notice)
    await connection.execute(sa.update(outbox).where(mine, o.read_at.is_(None)).values(read_at=at))
    if notice is None:
        return ""
    return await connection.scalar(sa.select(o.link).where(mine))


async def undelivered(connection: AsyncConnection, meeting: str) -> Sequence[Undelivered]:
    """Whom no notice about this meeting has reached, by name."""
    o = outbox.c
    unsent = sa.or_(o.state == FAILED, sa.and_(o.state == SHOWN, o.why == NO_ADDRESS))
    joined = outbox.join(people, o.person_id == people.c.id)
    found = sa.select(outbox, people.c.name).select_from(joined)
    rows = await connection.execute(
        found.where(o.meeting == meeting, unsent, o.read_at.is_(None)).order_by(people.c.folded, o.id)
    )
    return [Undelivered(row.person_id, row.name, row.subject, facts_of(row.facts), row.at, row.why) for row in rows]
