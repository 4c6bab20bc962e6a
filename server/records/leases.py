"""Who holds a meeting open, and when he was last alive.  Not part of the record: rows here come and go."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from .database import Database
from .tables import leases

ABANDONED = timedelta(seconds=15)  # several missed signs of life


class Leases:
    """`owner`: this process, by a name it made up when it started."""

    def __init__(self, database: Database, owner: str, now: Callable[[], datetime]) -> None:
        self._database, self._owner, self._now = database, owner, now

    async def take(self, meeting: str) -> datetime | None:
        """Make the meeting ours; returns when its last holder was last alive, None if nobody ever held it.

        It is taken from whoever holds it: a process killed a second ago looks alive.  If he does live, he finds out by
        his next `beat`, and until then the primary key of the log keeps the two apart.
        """
        held = sa.select(leases.c.alive_at).where(leases.c.meeting == meeting)
        async with self._database.write() as connection:
            before: datetime | None = (await connection.execute(held.with_for_update())).scalar()
            values = {"owner": self._owner, "alive_at": self._now()}
            if before is None:
                await connection.execute(leases.insert().values(meeting=meeting, **values))
            else:
                await connection.execute(leases.update().where(leases.c.meeting == meeting).values(**values))
        return before

    async def beat(self, meetings: Collection[str]) -> Collection[str]:
        """A sign of life; returns those of `meetings` that are still ours."""
        ours = (leases.c.owner == self._owner) & leases.c.meeting.in_(meetings)
        async with self._database.write() as connection:
            await connection.execute(leases.update().where(ours).values(alive_at=self._now()))
            return set((await connection.execute(sa.select(leases.c.meeting).where(ours))).scalars())

    async def abandoned(self) -> Collection[str]:
        """The meetings whose holder has given no sign of life for `ABANDONED`."""
        stale = sa.select(leases.c.meeting).where(leases.c.alive_at < self._now() - ABANDONED)
        async with self._database.read() as connection:
            return set((await connection.execute(stale)).scalars())

    async def release(self, meeting: str) -> None:
        ours = (leases.c.owner == self._owner) & (leases.c.meeting == meeting)
        async with self._database.write() as connection:
            await connection.execute(leases.delete().where(ours))
