"""Who changed what in the register, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import changes, people

# word → the sentence, its {places} filled from the facts
WHAT: Mapping[str, str] = MappingProxyType(
    {
        "unit_added": "The unit was entered.",
        "unit_renamed": "The name was changed from “{old}” to “{new}”.",
        "unit_edited": "The code or the day of founding was changed.",
        "unit_moved": "The unit was moved from “{old}” to “{new}”.",
        "unit_dissolved": "The unit was dissolved.",
        "unit_merged": "The unit was merged into “{into}”.",
        "unit_received": "“{name}” was merged into this unit.",
        "unit_split": "“{name}” was split off with {count} members.",
        "person_added": "A member was entered.",
        "person_edited": "The entry of a member was changed.",
        "person_moved": "A member was transferred from “{old}” to “{new}”.",
        "person_left": "A member was transferred out of this register.",
        "guest_added": "A member attends “{new}” for a time.",
        "status_changed": "The status of a member was changed.",
        "status_removed": "A status entered by mistake was removed.",
        "post_given": "A post was given.",
        "post_ended": "A post was ended.",
        "group_changed": "The party group “{name}” was changed.",
        "group_ended": "The party group “{name}” was dissolved.",
        "imported": "A file was taken in: {units} units and {people} members were new or changed.",
        "meeting_planned": "The meeting “{title}” was planned.",
        "meeting_changed": "The meeting “{title}” was changed.",
        "meeting_cancelled": "The meeting “{title}” was cancelled: {reason}",
        "notice_sent": "The notice of “{title}” was sent.",
        "document_added": "“{title}” was laid before a meeting; its sender confirmed that it holds no state secret.",
        "agenda_set": "The template of an agenda was changed.",
        "task_reported": "The state of the task “{task}” was reported: {result}",
        "task_done": "The task “{task}” was done: {result}",
        "term_begun": "The term “{name}” begins on {since}.",
        "exported": "The register was taken out as a file.",
        "account_invited": "An invitation to sign in was printed.",
        "account_joined": "The invitation was taken up.",
        "account_reset": "The password was reset; a slip for a new one was printed.",
        "account_renewed": "A new password was set with the slip.",
        "slip_revoked": "A printed slip was made void.",
        "account_disabled": "The account was disabled: {why}",
        "account_enabled": "The account was enabled: {why}",
        "account_idle": "The account was disabled: nobody had used it for {days} days.",
        "account_unlocked": "The account was unlocked after wrong tries.",
        "accounts_reviewed": "The list of accounts was reviewed.",
        "accounts_exported": "The list of accounts was taken out as a file.",
        "factor_on": "A second factor was set up.",
        "factor_off": "The second factor was turned off.",
    }
)

ACCOUNT = frozenset(word for word in WHAT if word.startswith(("account_", "factor_", "slip_")))  # of one's account


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes into the register, and when."""

    by: str  # a person; "" = the program
    at: datetime  # UTC
    today: date  # of the register's zone


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime  # UTC
    by: str  # the name; "" = the program
    person_id: str  # whom it was about; "" = nobody in particular
    person: str
    what: str  # a word of WHAT
    facts: Mapping[str, str]


async def note(
    connection: AsyncConnection,
    hand: Hand,
    unit_id: str,
    what: str,
    person_id: str | None = None,
    **facts: object,
) -> None:
    """Write a line, in the transaction of the change itself."""
    if what not in WHAT:
        raise ValueError(what)
    row = {"at": hand.at, "by": hand.by, "unit_id": unit_id, "person_id": person_id, "what": what}
    said = {word: str(fact) for word, fact in facts.items()}
    await connection.execute(sa.insert(changes).values(**row, facts=said))


async def of_unit(connection: AsyncConnection, unit_id: str, limit: int = 20) -> Sequence[Change]:
    """The latest first."""
    return await _found(connection, changes.c.unit_id == unit_id, limit)


async def of_person(connection: AsyncConnection, person_id: str, limit: int = 20) -> Sequence[Change]:
    return await _found(connection, changes.c.person_id == person_id, limit)


async def _found(connection: AsyncConnection, where: sa.ColumnElement[bool], limit: int) -> Sequence[Change]:
    by, about = people.alias("by_people"), people.alias("about_people")
    joined = changes.outerjoin(by, changes.c.by == by.c.id).outerjoin(about, changes.c.person_id == about.c.id)
    columns = (changes, by.c.name.label("by_name"), about.c.name.label("person"))
    found = sa.select(*columns).select_from(joined).where(where).order_by(changes.c.id.desc()).limit(limit)
    return [
        Change(row.at, row.by_name or "", row.person_id or "", row.person or "", row.what, row.facts)
        for row in await connection.execute(found)
    ]
