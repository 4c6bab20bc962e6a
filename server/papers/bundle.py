"""The meeting's file: every paper, every table, the log and its signed heads in one ZIP that proves itself."""

from server.meeting.ids import PaperKind
from server.meeting.proceedings import Proceedings, proceedings
from server.records import carried, parcel
from server.records.database import Database
from server.records.signing import Key

from . import desk, store, tables
from .desk import Material

GUIDE = """HỒ SƠ CUỘC HỌP

papers/         biên bản, nghị quyết (đúng tệp đã ký nếu đã ký), điểm danh, chấm điểm, phụ lục ý kiến, bảng tính
log.jsonl       sổ ghi: mỗi dòng một mục, có mã băm; nội dung lá phiếu không đưa ra khỏi hệ thống
heads.jsonl     các mốc đã ký của sổ ghi
groups/         đợt sinh hoạt theo tổ: các mốc đã ký của sổ ghi từng tổ, khớp với sổ ghi của chi bộ
manifest.json   mã băm của từng tệp;  manifest.sig: chữ ký của bản kê

Đối chiếu:      chibo verify --file TỆP.zip [--key KHÓA-CÔNG-KHAI]
"""


async def bundle(database: Database, of: Material, key: Key) -> bytes:
    """The ZIP of a closed meeting."""
    async with database.read() as connection:
        log, heads = await carried.log_and_heads(connection, of.row.id)
        p = proceedings(of.recorded)
        groups = await carried.groups_heads(connection, [each.meeting for each in p.held])
    files = {parcel.LOG: log, parcel.HEADS: heads, "HUONG-DAN.txt": GUIDE.encode(), **groups}
    for kind in desk.MAKERS:
        files |= await _paper(database, of, p, kind)
    files[f"{carried.PAPERS}meeting.xlsx"] = tables.book(p, of.facts)
    files[f"{carried.PAPERS}attendance.csv"] = tables.as_csv((tables.ATTENDANCE, *tables.attendance(p, of.facts)))
    files[f"{carried.PAPERS}votes.csv"] = tables.as_csv((tables.VOTES, *tables.votes(p, of.facts)))
    return carried.packed(of.row.id, files, key)


async def _paper(database: Database, of: Material, p: Proceedings, kind: str) -> dict[str, bytes]:
    """PDF and DOCX; of what was drawn up the very bytes, of what was not yet a draft under its own name."""
    drawn = p.meeting.filing.papers.get(PaperKind(kind)) if kind in desk.SIGNED else None
    if drawn:
        async with database.read() as connection:
            content = await store.fetch(connection, drawn.sha256)
        paper = of.paper(kind, drawn=True)
        signed = {f"{carried.PAPERS}{kind}.pdf": content} if content is not None else {}
        return {**signed, f"{carried.PAPERS}{kind}.docx": await desk.for_word(paper)}
    if kind == "resolution" and desk.waits(p, kind):
        return {}  # none was passed
    name = f"{kind}-draft" if kind in desk.SIGNED else kind
    paper = of.paper(kind)
    return {
        f"{carried.PAPERS}{name}.pdf": await desk.printed(paper),
        f"{carried.PAPERS}{name}.docx": await desk.for_word(paper),
    }
