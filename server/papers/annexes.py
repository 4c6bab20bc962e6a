"""What goes with the minutes: the attendance sheet, the score sheet, the annex of opinions."""

from collections.abc import Iterator
from datetime import datetime

from server.meeting.ids import SeatKind
from server.meeting.proceedings import Called, Matter, Proceedings

from . import votes, words
from .facts import Facts, comrade, for_the_cell, two_signatures
from .model import Block, Heading, Paper, Table, paragraph, told, written


def attendance(p: Proceedings, f: Facts) -> Paper:
    here = sum(1 for each in p.members if each.present)
    closing = f"Có mặt {here}/{len(p.members)} đảng viên được triệu tập; tỷ lệ dự {words.rate(here, p.base)}."
    head = ("TT", "Họ và tên", "Tư cách", "Vào", "Ra", "Phút", "Hình thức", "Ghi chú")
    rows = tuple(_line(p, f, number, each) for number, each in enumerate(p.roll, start=1))
    return f.paper(
        p,
        "attendance",
        title="DANH SÁCH ĐIỂM DANH",
        subject=p.meeting.about.title,
        blocks=(
            Table(head, rows, (11, 42, 24, 15, 15, 13, 21, 24), "cllccrll"),
            paragraph(closing),
            paragraph("Phút có mặt tính từ lúc khai mạc đến lúc bế mạc, gộp các thiết bị, không làm tròn lên."),
        ),
        signatures=two_signatures(p),
    )


def _line(p: Proceedings, f: Facts, number: int, each: Called) -> tuple[str, ...]:
    line, seat = each.line, each.seat
    kinds = {kind for span in line.spans for kind in span.kinds}
    notes = [
        *([words.ROLL[each.state]] if not each.present and seat.kind is SeatKind.MEMBER else []),
        *([each.reason] if each.reason else []),
        *(["cần xác minh"] if line.to_verify else []),
    ]
    post = words.POSTS.get(seat.post, "")
    return (
        str(number),
        seat.name + (f" ({post})" if post else ""),
        words.STANDINGS.get(seat.standing, "khách" if seat.kind is SeatKind.GUEST else "cấp trên"),
        _clock(p, f, line.first),
        _clock(p, f, line.last),
        str(line.seconds // 60) if line.first else "–",
        ", ".join(word for kind, word in words.KINDS.items() if kind in kinds) or "–",
        "; ".join(notes),
    )


def _clock(p: Proceedings, f: Facts, moment: datetime | None) -> str:
    """With its day in a round: its groups have met on days of their own."""
    if moment is None:
        return "–"
    return moment.astimezone(f.zone).strftime("%H:%M %d/%m" if p.held else "%H:%M")


def score(p: Proceedings, f: Facts) -> Paper:
    return f.paper(
        p,
        "score",
        title="PHIẾU CHẤM ĐIỂM",
        subject=p.meeting.about.title,
        blocks=tuple(_scored(p)),
        signatures=for_the_cell(p),
    )


def _scored(p: Proceedings) -> Iterator[Block]:
    sheet = p.meeting.scoring.sheet
    if sheet:
        yield paragraph(f"Người chấm: {comrade(p, sheet.by)}.")
        yield paragraph("Chi ủy thống nhất, chi bộ biểu quyết; cấp ủy cấp trên trực tiếp quyết định.")
    yield from votes.score(p)
    grades = "; ".join(f"{words.GRADES.get(g.word, g.word)} từ {g.least} điểm" for g in p.meeting.regulation.grades)
    yield paragraph(f"Khung xếp loại: {grades}.")


def opinions(p: Proceedings, f: Facts) -> Paper:
    blocks = [block for matter in p.matters for block in _said(p, f, matter)]
    blocks = blocks or [paragraph("Không có ý kiến phát biểu hoặc bảo lưu được ghi lại.")]
    return f.paper(
        p,
        "opinions",
        title="PHỤ LỤC TỔNG HỢP Ý KIẾN",
        subject=p.meeting.about.title,
        blocks=tuple(blocks),
        signatures=two_signatures(p),
    )


def _said(p: Proceedings, f: Facts, matter: Matter) -> Iterator[Block]:
    reserved = [(vote, member, text) for vote in matter.votes for member, text in vote.reserved.items()]
    if not (matter.speeches or matter.text or reserved):
        return
    yield Heading(matter.item.title or "Nội dung chung của buổi sinh hoạt", 2)
    for speech in matter.speeches:
        yield paragraph(f"- Đồng chí {p.name(speech.member)}, phát biểu hồi {f.clock(speech.began)}.")
    yield from written(matter.text)
    for vote, member, text in reserved:
        yield told(f"Bảo lưu của đồng chí {p.name(member)} khi biểu quyết “{vote.text}”", text)
