"""Documents of a meeting: files in the data folder named by their sha256; rows: whose they are, who read them."""

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from server.org.meetings import MeetingRow
from server.org.refusal import Refused
from server.org.trail import Hand, note
from server.records.tables import document_reads, documents, meetings, people

from . import marks
from .agendas import MARKED
from .converting import BROKEN, ENDLESS

ROOT = Path(__file__).resolve().parents[2]
WITHIN = 90.0  # seconds for looking through one file
AT_ONCE = 2  # files looked through side by side
MOST = 60  # documents of one meeting
STALE = 3600.0  # seconds after which something half-done is nobody's
CHUNK = 1 << 20
PROGRAM = ("-m", "server.convening.converting")
SPENT = (-signal.SIGXCPU, -signal.SIGKILL)  # how the system ends what has used up its time


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    meeting: str
    item: str  # of the agenda; "" = of the meeting as a whole
    title: str
    name: str
    kind: str
    size: int  # bytes
    sha256: str
    shown_sha256: str
    pages: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A file looked through, not yet kept."""

    name: str
    kind: str
    pages: int
    size: int
    sha256: str
    shown_sha256: str
    source: Path
    shown: Path


@dataclass(frozen=True, slots=True)
class Reading:
    """How one person stands to one document."""

    person_id: str
    name: str
    received_at: datetime
    opened_at: datetime | None


class Store:
    """The files, under `folder`/ab/abcd….  Nothing in it is reached by a path that a visitor gives."""

    def __init__(self, folder: Path, largest: int, within: float = WITHIN) -> None:
        self._folder, self._incoming = folder.resolve(), folder.resolve() / "incoming"
        self.largest, self._within = largest, within  # bytes of one file; seconds for looking through it
        self._few = asyncio.Semaphore(AT_ONCE)

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    @contextlib.asynccontextmanager
    async def taking(self, name: str, given: IO[bytes]) -> AsyncIterator[Taken]:
        """A file on its way in; what is not kept by the end is gone.  Raises Refused."""
        work = self._incoming / secrets.token_hex(8)
        work.mkdir(parents=True, mode=0o700)
        try:
            source, shown = work / "source", work / "shown.pdf"
            size, sha256 = await asyncio.to_thread(_copied, given, source, self.largest)
            async with self._few:
                told = await _looked_through(source, name, shown, self._within)
            yield Taken(name[:200], told["kind"], told["pages"], size, sha256, _sha256(shown), source, shown)
        finally:
            await asyncio.to_thread(shutil.rmtree, work, True)

    def keep(self, taken: Taken) -> None:
        """Both files in their places; the same content is kept once."""
        for made, sha256 in ((taken.source, taken.sha256), (taken.shown, taken.shown_sha256)):
            to = self.path(sha256)
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made.chmod(0o600)
            if made.exists():
                made.replace(to)

    def drop(self, hashes: Sequence[str]) -> None:
        for sha256 in hashes:
            self.path(sha256).unlink(missing_ok=True)

    async def sweep(self, connection: AsyncConnection) -> int:
        """Takes away what no row names: the remains of a crash.  How many files."""
        kept = sa.union(sa.select(documents.c.sha256), sa.select(documents.c.shown_sha256))
        return await asyncio.to_thread(self._sweep, set(await connection.scalars(kept)))

    def _sweep(self, known: set[str]) -> int:
        before, gone = time.time() - STALE, 0
        for file in self._folder.rglob("*") if self._folder.exists() else ():
            if file.is_file() and file.name not in known and file.stat().st_mtime < before:
                file.unlink(missing_ok=True)
                gone += 1
        return gone


def _copied(given: IO[bytes], to: Path, largest: int) -> tuple[int, str]:
    """Bytes and sha256.  Raises Refused above `largest`."""
    size, digest = 0, hashlib.sha256()
    with to.open("wb") as out:
        while chunk := given.read(CHUNK):
            size += len(chunk)
            if size > largest:
                raise Refused("file", "A file may have at most {most} MB.", most=largest >> 20)
            digest.update(chunk)
            out.write(chunk)
    return size, digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


async def _looked_through(source: Path, name: str, shown: Path, within: float) -> Mapping[str, Any]:
    """What converting.py says of the file; what it had no time or memory for is refused.  Raises Refused."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *PROGRAM, str(source), name, str(shown)),
        cwd=source.parent,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LANG": "C.UTF-8"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), within)
        told: dict[str, Any] = json.loads(out)
    except TimeoutError:
        raise Refused("file", ENDLESS) from None
    except ValueError:  # it died without a word
        raise Refused("file", ENDLESS if process.returncode in SPENT else BROKEN) from None
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # pandoc too
            await process.wait()
    if "why" in told:
        raise Refused(told["rule"], told["why"], **told["facts"])
    return told


# -- Rows ------------------------------------------------------------------------------------------------------------

_D = documents.c


async def of_meeting(connection: AsyncConnection, row: MeetingRow) -> Sequence[Document]:
    """In the order of the agenda: of the meeting as a whole first; of an item by when they came.

    A group that meets in a round has the documents of the round.
    """
    found = sa.select(documents).where(_D.meeting == (row.round_id or row.id)).order_by(_D.at, _D.id)
    rows = [Document(**each._mapping) for each in await connection.execute(found)]
    order = {"": -1} | {str(item["id"]): place for place, item in enumerate(row.agenda)}
    return sorted(rows, key=lambda each: order.get(each.item, -1))


async def document(connection: AsyncConnection, row: MeetingRow, document_id: str) -> Document | None:
    ours = sa.and_(_D.id == document_id, _D.meeting == (row.round_id or row.id))
    found = (await connection.execute(sa.select(documents).where(ours))).first()
    return Document(**found._mapping) if found else None


async def add(connection: AsyncConnection, hand: Hand, row: MeetingRow, taken: Taken, title: str, item: str) -> str:
    """Raises Refused."""
    _own(row)
    said = " ".join(title.split()) or Path(taken.name).stem
    if marks.titled(said):
        raise Refused("secret", MARKED)
    if item and item not in {each["id"] for each in row.agenda}:
        raise Refused("agenda", "This item is not on the agenda.")
    if len(await of_meeting(connection, row)) >= MOST:
        raise Refused("file", "A meeting has at most {most} documents.", most=MOST)
    made = f"d{secrets.token_hex(8)}"
    values: dict[str, Any] = {
        "id": made,
        "meeting": row.id,
        "item": item,
        "title": said[:300],
        "name": taken.name,
        "kind": taken.kind,
    }
    values |= {"size": taken.size, "sha256": taken.sha256, "shown_sha256": taken.shown_sha256, "pages": taken.pages}
    await connection.execute(sa.insert(documents).values(values | {"by": hand.by, "at": hand.at}))
    await note(connection, hand, row.unit.id, "document_added", title=said[:300], sha256=taken.sha256)
    await _changed(connection, row, hand.at)
    return made


async def remove(connection: AsyncConnection, hand: Hand, row: MeetingRow, of: Document) -> Sequence[str]:
    """The hashes of files that nothing names any more, to be dropped once this is kept.  Raises Refused."""
    _own(row)
    await connection.execute(sa.delete(document_reads).where(document_reads.c.document == of.id))
    await connection.execute(sa.delete(documents).where(_D.id == of.id))
    await _changed(connection, row, hand.at)
    hashes = (of.sha256, of.shown_sha256)
    named = sa.select(_D.sha256, _D.shown_sha256).where(sa.or_(_D.sha256.in_(hashes), _D.shown_sha256.in_(hashes)))
    still = {sha256 for each in await connection.execute(named) for sha256 in each}
    return [sha256 for sha256 in dict.fromkeys(hashes) if sha256 not in still]


def _own(row: MeetingRow) -> None:
    if row.of_group:
        raise Refused("file", "The documents are those of the round: they are added there, for every group.")


async def _changed(connection: AsyncConnection, row: MeetingRow, at: datetime) -> None:
    """Of a round: the groups that have not met are told, too."""
    ahead = sa.and_(meetings.c.round_id == row.id, meetings.c.phase == "planned")
    told = sa.and_(sa.or_(meetings.c.id == row.id, ahead), meetings.c.noticed_at.is_not(None))
    await connection.execute(sa.update(meetings).where(told).values(changed_at=at))


# -- Who read them ---------------------------------------------------------------------------------------------------


async def received(connection: AsyncConnection, person_id: str, ids: Sequence[str], at: datetime) -> None:
    """He has seen that these documents are there."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    rows = [{"document": each, "person_id": person_id, "received_at": at} for each in ids]
    if rows:
        await connection.execute(dialect.insert(document_reads).on_conflict_do_nothing(), rows)


async def opened(connection: AsyncConnection, person_id: str, document_id: str, at: datetime) -> None:
    """He has opened this one; the first time counts."""
    await received(connection, person_id, [document_id], at)
    r = document_reads.c
    his = sa.and_(r.document == document_id, r.person_id == person_id, r.opened_at.is_(None))
    await connection.execute(sa.update(document_reads).where(his).values(opened_at=at))


async def readings(connection: AsyncConnection, row: MeetingRow) -> Mapping[str, Sequence[Reading]]:
    """Of each document of the meeting, who received and opened it, by name."""
    r = document_reads.c
    joined = document_reads.join(documents, r.document == _D.id).join(people, r.person_id == people.c.id)
    columns = (r.document, r.person_id, people.c.name, r.received_at, r.opened_at)
    found = sa.select(*columns).select_from(joined).where(_D.meeting == (row.round_id or row.id))
    gathered: dict[str, list[Reading]] = {}
    for each in await connection.execute(found.order_by(people.c.folded)):
        reading = Reading(each.person_id, each.name, each.received_at, each.opened_at)
        gathered.setdefault(each.document, []).append(reading)
    return gathered
