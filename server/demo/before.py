"""What the demonstration's meetings were prepared with: notice, answers, documents, the plan, tasks of last month."""

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import typst

from server.convening import answers, documents, notices, plans
from server.convening.documents import Store
from server.convening.rows import again
from server.org import meetings, tasks, tree
from server.org.meetings import MeetingRow
from server.org.trail import Hand
from server.org.tree import Unit
from server.records.database import Connection, Database

from . import province

SECRETARY = "demo-bithu"
HOUSE = "https://chibo.example.vn"
COMING = ("phobithu", "capuy1", "capuy2", "totruong1", "dangvien02", "dangvien04", "dangvien09")
AWAY = (
    ("dangvien10", "Đang trực ca trên tàu, ngoài vùng phủ sóng", True),
    ("dangvien11", "Đưa con đi khám bệnh", None),
    ("dubi2", "Bận việc riêng", False),
)
DONE = (
    ("t1", "Đã vận động 6 trên 6 gia đình tham gia", 18),
    ("t2", "Đủ áo phao, thay mới 4 phao tròn; đã báo cáo chi ủy", 24),
)

# name of the file, title, item, pages
PAPERS: Sequence[tuple[str, str, str, Sequence[str]]] = (
    (
        "du-thao-nghi-quyet.pdf",
        "Dự thảo nghị quyết tháng",
        "4",
        (
            "= Dự thảo nghị quyết\nVề nhiệm vụ tháng tới của Chi bộ\n\n+ Bảo đảm an toàn mọi chuyến biển.\n"
            "+ Vận động thuyền viên tham gia bảo hiểm y tế.\n+ Bồi dưỡng hai quần chúng ưu tú.",
            "= Phân công đảng viên\n#table(columns: 3, [*Nhiệm vụ*], [*Người phụ trách*], [*Hạn*],"
            "[An toàn lao động], [đ/c Dũng], [ngày 25], [Bảo hiểm y tế], [đ/c Lan], [ngày 20])",
            "= Tổ chức thực hiện\nChi ủy theo dõi, báo cáo tại kỳ sinh hoạt sau.",
        ),
    ),
    (
        "thong-tin-thoi-su.pdf",
        "Thông tin thời sự trong tháng",
        "1",
        ("= Thông tin thời sự\nTình hình trong nước và thế giới; biển đảo quê hương.",),
    ),
)


async def prepare(
    database: Database, coming: Sequence[str], at: datetime, today: date, zone: ZoneInfo, store: Store | None
) -> None:
    """Once for each meeting: what was done with it since is kept."""
    for meeting in coming:
        if await _fresh(database, meeting):
            await _documents(database, store, meeting, at)
            async with database.write() as connection:
                await _told(connection, meeting, at, today, zone)
    async with database.write() as connection:
        await _plan(connection, at, today)
        await _tasks(connection, at, today)


async def _fresh(database: Database, meeting: str) -> bool:
    async with database.read() as connection:
        row = await meetings.meeting(connection, meeting)
    return row is not None and row.phase == "planned" and row.noticed_at is None


async def _told(connection: Connection, meeting: str, at: datetime, today: date, zone: ZoneInfo) -> None:
    hand = Hand(SECRETARY, at - timedelta(days=2), today)
    row = await notices.send(connection, hand, await again(connection, meeting), notices.House(HOUSE, zone))
    for name in COMING:
        await answers.answer(connection, _by(name, at, today), row, name, True, "")
    named = {member.username: member.name for member in province.MEMBERS}
    for name, reason, accepted in AWAY:
        await answers.answer(connection, _by(name, at, today), row, named[name], False, reason)
        if accepted is not None:
            await answers.decide(connection, Hand(SECRETARY, at, today), row, f"demo-{name}", accepted)


def _by(name: str, at: datetime, today: date) -> Hand:
    return Hand(f"demo-{name}", at - timedelta(days=1), today)


async def _documents(database: Database, store: Store | None, meeting: str, at: datetime) -> None:
    for name, title, item, pages in PAPERS if store else ():
        assert store
        file = io.BytesIO(_pdf(pages))
        async with store.taking(name, file) as taken, database.write() as connection:
            row = await again(connection, meeting)
            hand = Hand(SECRETARY, at - timedelta(days=2), at.date())
            made = await documents.add(connection, hand, row, taken, title, item)
            store.keep(taken)
            for reader in COMING[:4]:
                await documents.opened(connection, f"demo-{reader}", made, at - timedelta(days=1))


def _pdf(pages: Sequence[str]) -> bytes:
    head = '#set page(paper: "a4", margin: 25mm)\n#set text(font: "Libertinus Serif", size: 14pt, lang: "vi")\n'
    made = typst.compile((head + "\n#pagebreak()\n".join(pages)).encode(), ignore_system_fonts=True)
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no PDF.")
    return made


async def _plan(connection: Connection, at: datetime, today: date) -> None:
    unit = await tree.unit(connection, province.CELL)
    if unit and not await plans.of_year(connection, unit, today.year):
        await plans.usual(connection, Hand(SECRETARY, at, today), unit, today.year)
        for row in await meetings.of_units(connection, [unit.id]):
            await _planned(connection, unit, row)


async def _planned(connection: Connection, unit: Unit, row: MeetingRow) -> None:
    """The line of the plan that this meeting came from."""
    wanted = (row.planned_for.month, row.kind, "")
    lines = await plans.of_year(connection, unit, row.planned_for.year)
    if fitting := [line for line in lines if (line.month, line.kind, line.meeting) == wanted]:
        await plans.convened(connection, fitting[0], row.id)


async def _tasks(connection: Connection, at: datetime, today: date) -> None:
    """Two of last month's are done, one is late, one under way."""
    for task_id, result, days in DONE:
        found = await tasks.task(connection, "demo-past", task_id)
        if found and not found.result:
            done_on = min(today, today - timedelta(days=28 - days))
            await tasks.report(connection, Hand(found.owner, at, today), found, result, done_on)
