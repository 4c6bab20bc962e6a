"""The sender: takes from the outbox what waits, and mails it; whatever happens, nothing is lost and little sent twice.

A row is claimed before it is sent (another process leaves it alone for `LEASE`), so a crash between sending and keeping
sends it again later, under the same Message-ID.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiosmtplib
import sqlalchemy as sa
import structlog

from server.records.database import Database
from server.records.tables import outbox, people

from .links import Links
from .mail import BadAddress, Letter, Server, composed, permanent, said
from .outbox import FAILED, NO_ADDRESS, SENT, SHOWN, WAITING, Fact, facts_of

EVERY = 5.0  # seconds between two looks
AT_ONCE = 100  # messages of one look
LEASE = timedelta(minutes=10)
# how long after each failed try the next one comes; after the last the message has failed
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))

Phrase = Callable[[str, Mapping[str, Fact]], str]  # a sentence and its facts in the language of the house

log = structlog.get_logger()


class Sender:
    """`server` None = no mail is set up: everything is shown in the program only."""

    def __init__(
        self,
        database: Database,
        server: Server | None,
        house: str,
        phrase: Phrase,
        clock: Callable[[], datetime],
        links: Links,
    ) -> None:
        self._database, self._server, self._house = database, server, house
        self._phrase, self._clock, self._links = phrase, clock, links

    async def look(self) -> int:
        """Sends what is due; how many went out.  Raises nothing that a mail server can cause."""
        rows = await self._due()
        silent = [row for row in rows if self._server is None or not row.mail.strip()]
        for row in silent:
            await self._keep(row.id, state=SHOWN, why=NO_ADDRESS if self._server else "")
        loud = [row for row in rows if row not in silent]
        return await self._mail(self._server, loud) if self._server and loud else 0

    async def _due(self) -> Sequence[Any]:
        o = outbox.c
        found = sa.select(outbox, people.c.name, people.c.mail).select_from(outbox.join(people))
        due = found.where(o.state == WAITING, o.next_at <= self._clock()).order_by(o.next_at, o.id).limit(AT_ONCE)
        async with self._database.read() as connection:
            return (await connection.execute(due)).all()

    async def _mail(self, server: Server, rows: Sequence[Any]) -> int:
        client, gone = server.client(), 0
        try:
            await client.connect()
            for row in rows:
                gone += await self._claimed(row) and await self._one(client, server, row)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            log.warning("mail server away", kind=said(error))
            for row in rows[:1]:  # it alone is put off: the others will be tried with it
                await self._again(row, error)
        finally:
            client.close()
        return gone

    async def _one(self, client: aiosmtplib.SMTP, server: Server, row: Any) -> bool:
        """Whether it went out.  Raises what says that the server itself is gone."""
        try:
            await client.send_message(composed(self._letter(row), server))
        except BadAddress:
            await self._keep(row.id, state=FAILED, why="BadAddress")
            return False
        except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError):
            raise
        except aiosmtplib.SMTPException as error:
            await (self._keep(row.id, state=FAILED, why=said(error)) if permanent(error) else self._again(row, error))
            return False
        await self._keep(row.id, state=SENT, why="")
        return True

    def _letter(self, row: Any) -> Letter:
        facts = facts_of(row.facts)
        link = self._links.instead_of(row.link, row.person_id)
        text = self._phrase(row.text, facts) + (f"\n\n{self._house}{link}\n" if link else "\n")
        to, key = (row.name, row.mail.strip()), f"{row.person_id}/{row.key}"
        return Letter(key, to, self._phrase(row.subject, facts), text, row.at, row.calendar)

    async def _claimed(self, row: Any) -> bool:
        o = outbox.c
        free = sa.and_(o.id == row.id, o.state == WAITING, o.next_at == row.next_at)
        async with self._database.write() as connection:
            done = await connection.execute(sa.update(outbox).where(free).values(next_at=self._clock() + LEASE))
        return done.rowcount == 1

    async def _again(self, row: Any, error: Exception) -> None:
        if row.tries >= len(BACK_OFF):
            await self._keep(row.id, state=FAILED, why=said(error))
        else:
            later = self._clock() + BACK_OFF[row.tries]
            await self._keep(row.id, tries=row.tries + 1, next_at=later, why=said(error))

    async def _keep(self, row_id: int, **values: Any) -> None:
        async with self._database.write() as connection:
            await connection.execute(sa.update(outbox).where(outbox.c.id == row_id).values(**values))
