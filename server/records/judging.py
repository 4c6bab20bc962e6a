"""What verify said of each record last time, so that a province need not be read through to be looked at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from . import rollups, tables
from .database import Database
from .verify import Verdict, verify
from .witness import Sealed


@dataclass(frozen=True, slots=True)
class Judged:
    """The last verdict on one meeting."""

    meeting: str
    at: datetime
    ok: bool
    seq: int | None  # the first broken entry
    why: str


async def judge(
    database: Database,
    meeting: str,
    trusted: Collection[bytes] | None,
    at: datetime,
    witnessed: Sequence[Sealed] = (),
) -> Verdict:
    """Verify (verify.py says what is handed in) and keep the verdict."""
    verdict = await verify(database, meeting, trusted, witnessed)
    values = {"at": at, "ok": verdict.ok, "seq": verdict.first_broken, "why": verdict.why}
    async with database.write() as connection:
        insert: Any = sqlite.insert if database.sqlite else postgresql.insert
        new = insert(tables.verdicts).values(meeting=meeting, **values)
        await connection.execute(new.on_conflict_do_update(index_elements=["meeting"], set_=values))
        s = tables.summaries.c
        place = (await connection.execute(sa.select(s.unit_id, s.month).where(s.meeting == meeting))).first()
        if place:
            await rollups.refresh(connection, place.unit_id, place.month)
    return verdict


async def waiting(database: Database, most: int, before: datetime) -> Sequence[str]:
    """Closed meetings not judged since `before`: those never judged, then those judged longest ago; at most `most`."""
    m, v = tables.meetings.c, tables.verdicts.c
    joined = tables.meetings.outerjoin(tables.verdicts, m.id == v.meeting)
    due = sa.and_(m.phase == "closed", sa.or_(v.at.is_(None), v.at < before))
    found = sa.select(m.id).select_from(joined).where(due).order_by(v.at.is_not(None), v.at, m.id).limit(most)
    async with database.read() as connection:
        return list((await connection.execute(found)).scalars())


async def judged(database: Database, meetings: Sequence[str]) -> dict[str, Judged]:
    v = tables.verdicts
    async with database.read() as connection:
        rows = await connection.execute(sa.select(v).where(v.c.meeting.in_(meetings)))
        return {row.meeting: Judged(**row._mapping) for row in rows}
