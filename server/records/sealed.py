"""The log of a closed meeting, read only if it is whole: what another meeting builds on."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..meeting.events import Called, Recorded
from ..meeting.ids import MemberId, SeatKind
from . import tables
from .codec import from_body
from .database import Database
from .entries import opened
from .verify import verify


class NotWhole(Exception):
    """The record of the meeting is not what was written; chibo verify says where."""


async def sealed(
    database: Database, meeting: str, trusted: Collection[bytes] | None = None
) -> tuple[Sequence[Recorded], str]:
    """The entries of a closed meeting, and the hash of the last one, hex.  `trusted` as of verify.  Raises NotWhole."""
    verdict = await verify(database, meeting, trusted)
    if not verdict.ok:
        raise NotWhole(str(verdict))
    kept = tables.events.c
    query = sa.select(kept.seq, kept.body, kept.hash).where(kept.meeting == meeting).order_by(kept.seq)
    async with database.read() as connection:
        rows = [(row.seq, row.body, row.hash) for row in await connection.execute(query)]
    return opened(meeting, rows), rows[-1][2].hex()


async def convened(connection: AsyncConnection, meetings: Collection[str]) -> frozenset[MemberId]:
    """The members on the rosters of those of these meetings that are called."""
    kept = tables.events.c
    first = sa.select(kept.body).where(kept.meeting.in_(meetings), kept.seq == 1)
    called = [from_body(body)[1].event for body in await connection.scalars(first)]
    rosters = [event.roster for event in called if isinstance(event, Called)]
    return frozenset(seat.member for roster in rosters for seat in roster if seat.kind is SeatKind.MEMBER)
