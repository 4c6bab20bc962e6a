"""The inspection file of a cell and a period, as supervisors take it along; what it may hold is decided by eyes.py."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.events import Recorded
from server.org import meetings
from server.org.refusal import Refused
from server.org.tree import Unit
from server.records import inspection, parcel
from server.records.codec import moment
from server.records.database import Database
from server.records.signing import Key
from server.records.summaries import roll
from server.records.tables import events, paper_files, papers

from . import eyes
from .cells import Held, held
from .months import Month

MOST = 60  # months of one file
GUIDE = """HỒ SƠ KIỂM TRA

<cuộc họp>/log.jsonl        sổ ghi: mỗi dòng một mục, có mã băm; nội dung cấp trên không được xem thì chỉ còn mã băm
<cuộc họp>/heads.jsonl      các mốc đã ký của sổ ghi
<cuộc họp>/attendance.csv   điểm danh, tính lại được từ sổ ghi
<cuộc họp>/timeline.json    diễn biến: ai vào, ai ra, ai sửa gì, vì sao
<cuộc họp>/minutes.pdf      biên bản đã thông qua, nếu có
                            đợt sinh hoạt theo tổ: mỗi tổ đảng một thư mục; thư mục của cả đợt có khi biên bản của chi
                            bộ đã thông qua, và dẫn mã băm của từng tổ
manifest.json               mã băm của từng tệp;  manifest.sig: chữ ký của bản kê

Đối chiếu:                  chibo verify --file TỆP.zip
"""

Read = Callable[[str], Awaitable[list[Recorded]]]
Drawn = Callable[[Sequence[Recorded]], bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    since: Month
    last: Month


async def made(
    database: Database, read: Read, unit: Unit, asked: Asked, key: Key, zone: ZoneInfo, drawn: Drawn
) -> bytes:
    """The ZIP.  `drawn`: the timeline of a log as SVG.  Raises Refused; CorruptRecord where a log is broken."""
    if asked.last < asked.since:
        raise Refused("inspection", "The last month is not before the first.")
    if asked.since < asked.last.minus(MOST - 1):
        raise Refused("inspection", "An inspection file covers {most} months at most.", most=MOST)
    begin, end = asked.since.moments(zone)[0], asked.last.moments(zone)[1]
    async with database.read() as connection:
        found = [each for each in await held(connection, unit, begin, end) if each.held or each.met]
    files = {"HUONG-DAN.txt": GUIDE.encode()}
    for each in reversed([one for whole in found for one in await _of(database, whole)]):
        recorded = await read(each.id)
        async with database.read() as connection:
            files |= await _meeting(connection, each, recorded, zone, drawn)
    about = {"cell": unit.name, "since": str(asked.since), "last": str(asked.last)}
    return inspection.packed(about, files, key)


async def _of(database: Database, whole: Held) -> Sequence[Held]:
    """A meeting, or a round with what its groups held.

    The first entry of a round tells what was said in its groups, and attendance is read off it, so that it cannot be
    withheld: the round's own record goes up when the cell has adopted its minutes, those of its groups before.
    """
    async with database.read() as connection:
        found = await meetings.of_round(connection, whole.id)
    parts = [replace(whole, id=part.id, planned_for=part.planned_for) for part in found if part.closed]
    return [*([whole] if whole.held and (whole.adopted or not whole.parts) else []), *parts]


async def _meeting(
    connection: AsyncConnection, of: Held, recorded: Sequence[Recorded], zone: ZoneInfo, drawn: Drawn
) -> dict[str, bytes]:
    place = f"{of.planned_for.astimezone(zone):%Y-%m-%d}-{of.id}"
    files = {
        parcel.LOG: await _log(connection, of.id, recorded),
        parcel.HEADS: await parcel.heads_of(connection, of.id),
        inspection.SHEET: inspection.sheet(roll(recorded) or ()),
        "timeline.json": _told(recorded),
        "timeline.svg": drawn(recorded),
    }
    if minutes := await _minutes(connection, of):
        files["minutes.pdf"] = minutes
    return {f"{place}/{name}": content for name, content in files.items()}


async def _log(connection: AsyncConnection, meeting: str, recorded: Sequence[Recorded]) -> bytes:
    e, adopted = events.c, eyes.adopted(recorded)
    rows = await connection.execute(sa.select(e.name, e.body, e.hash).where(e.meeting == meeting).order_by(e.seq))
    return b"".join(
        parcel.log_line(row.hash, row.body, "" if eyes.carried(row.name, adopted) else row.name) for row in rows
    )


def _told(recorded: Sequence[Recorded]) -> bytes:
    lines = [
        {
            "at": moment(line.at),
            "kind": line.kind,
            "what": line.sentence.format(**line.facts),
            "by": line.by,
            "reason": line.reason,
        }
        for line in eyes.told(recorded)
    ]
    return json.dumps(lines, ensure_ascii=False, indent=1).encode()


async def _minutes(connection: AsyncConnection, of: Held) -> bytes | None:
    """The very bytes that were drawn up, once the cell has adopted its minutes."""
    if not of.adopted:
        return None
    drawn = sa.select(papers.c.sha256).where(papers.c.meeting == of.id, papers.c.kind == "minutes")
    found = sa.select(paper_files.c.bytes).where(paper_files.c.sha256.in_(drawn))
    content: bytes | None = await connection.scalar(found)
    return content
