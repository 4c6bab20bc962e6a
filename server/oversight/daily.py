"""What the house does for supervisors once a day: missing summaries, verdicts, the public witness, alerts.

The clock is handed in; whatever is done twice is done once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.events import Recorded
from server.notify import outbox
from server.notify.outbox import Message
from server.org import people
from server.org.tree import CELL, Unit
from server.records import judging, published, summaries, tables
from server.records.codec import CorruptRecord
from server.records.database import Database
from server.records.published import Root
from server.records.signing import Key
from server.records.tables import meetings as listed
from server.records.tables import units, witness_leaves
from server.records.witness import Sealed

from . import alerts

AGAIN = timedelta(days=30)  # after so long a record is looked at again
MOST = 3_000  # records of one day
_PAGE = "/witness"
_KEY = "root/"  # and the size, in nine digits: keys are in the order of sizes
_SECRETARIES = ("cell_secretary", "deputy_secretary")

Read = Callable[[str], Awaitable[list[Recorded]]]


@dataclass(frozen=True, slots=True)
class Done:
    """What one day's work found."""

    summaries: int
    verified: int
    broken: Sequence[str]  # meetings
    published: Root | None
    alerts: int


async def run(
    database: Database,
    read: Read,
    key: Key,
    at: datetime,
    zone: ZoneInfo,
    witnessed: Mapping[str, Sequence[Sealed]] = MappingProxyType({}),
) -> Done:
    """A whole day's work.  Raises published.WitnessBroken after everything else is done."""
    made = await _summaries(database, read, zone)
    verified, broken = 0, []
    for meeting in await judging.waiting(database, MOST, at - AGAIN):
        verdict = await judging.judge(database, meeting, {key.public}, at, witnessed.get(meeting, ()))
        verified += 1
        if not verdict.ok:
            broken.append(meeting)
        await asyncio.sleep(0)  # the meetings that go on come first
    raised = await alerts.run(database, at, zone)
    root = await publish(database, key, at)
    return Done(made, verified, broken, root, raised)


async def _summaries(database: Database, read: Read, zone: ZoneInfo) -> int:
    """Of meetings that were closed before there were any; a broken log has none, and is found by its verdict."""
    async with database.read() as connection:
        wanting = await summaries.lacking(connection)
    made = 0
    for meeting in wanting:
        try:
            recorded = await read(meeting)
        except CorruptRecord:
            continue
        async with database.write() as connection:
            await summaries.keep(connection, meeting, recorded, zone)
        made += 1
    return made


async def publish(database: Database, key: Key, at: datetime) -> Root | None:
    """The witness of what is new; its root goes to the superiors of the cells of which anything is in it that no mail
    has told of: the batches of the whole day, whoever published them."""
    root = await published.publish(database, key, at)
    async with database.write() as connection:
        latest = await published.latest(connection)
        if latest:
            await _mail(connection, await _mailed(connection), latest, at)
    return root


async def _mailed(connection: AsyncConnection) -> int:
    """The size of the last root that was mailed; 0 = none yet."""
    key = tables.outbox.c.key
    last: str | None = await connection.scalar(sa.select(sa.func.max(key)).where(key.startswith(_KEY)))
    return int(last.removeprefix(_KEY)) if last else 0


async def _mail(connection: AsyncConnection, since: int, root: Root, at: datetime) -> None:
    """One line that `chibo verify --witness` understands, once for each committee concerned."""
    ours = sa.and_(witness_leaves.c.n >= since, witness_leaves.c.n < root.size)
    joined = witness_leaves.join(listed, witness_leaves.c.meeting == listed.c.id).join(
        units, listed.c.unit_id == units.c.id
    )
    cells = sa.select(units.c.id, units.c.kind, units.c.name, units.c.path).select_from(joined).where(ours).distinct()
    above = {Unit(**row._mapping).parent_id for row in await connection.execute(cells) if row.kind == CELL} - {""}
    line = f'{{"size": {root.size}, "root": "{root.root.hex()}"}}'
    for unit_id in sorted(above):
        for person in await _secretaries(connection, unit_id, at):
            message = Message(
                person,
                f"{_KEY}{root.size:09}",
                "Witness of the records: {size} heads.",
                "Please keep this line. With it anybody can find out whether a record was written anew: {line}",
                {"size": root.size, "line": line},
                _PAGE,
            )
            await outbox.post(connection, message, at)


async def _secretaries(connection: AsyncConnection, unit_id: str, at: datetime) -> Sequence[str]:
    held = [each for post in _SECRETARIES for each in await people.with_post(connection, unit_id, post, at.date())]
    return list(dict.fromkeys(each.person_id for each in held))
