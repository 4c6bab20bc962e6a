"""Attendance, votes, tasks and score as tables: XLSX and CSV.  Never how anybody voted."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from server.meeting.ids import SeatKind
from server.meeting.proceedings import Called, Proceedings
from server.meeting.voting import Vote
from server.org.exchange.cells import harmless

from . import words
from .facts import Facts
from .minutes import tasks
from .sheets import Sheet, Value, workbook

ATTENDANCE = (
    *("TT", "Họ và tên", "Loại", "Tư cách", "Chức vụ", "Điểm danh", "Lý do", "Vào", "Ra", "Giây có mặt"),
    *("Hình thức", "Cần xác minh"),
)
VOTES = (
    *("TT", "Nội dung", "Loại", "Mở lúc", "Tổng số được tính", "Tán thành", "Không tán thành", "Ý kiến khác"),
    *("Không hợp lệ", "Chưa biểu quyết", "Tỷ lệ tán thành", "Kết quả", "Căn cứ"),
)
_SEATS = {SeatKind.MEMBER: "đảng viên", SeatKind.GUEST: "khách", SeatKind.SUPERVISOR: "cấp trên"}


def book(p: Proceedings, f: Facts) -> bytes:
    """The workbook of one meeting."""
    return workbook(
        (
            Sheet("Điểm danh", (ATTENDANCE, *attendance(p, f))),
            Sheet("Biểu quyết", (VOTES, *votes(p, f))),
            Sheet("Nhiệm vụ", (("TT", "Nội dung", "Người thực hiện", "Thời hạn"), *_tasks(p))),
            Sheet("Chấm điểm", (("TT", "Tiêu chí", "Điểm tối đa", "Điểm chấm", "Lý do"), *_score(p))),
        )
    )


def attendance(p: Proceedings, f: Facts) -> Sequence[Sequence[Value]]:
    return [_seat(f, number, each) for number, each in enumerate(p.roll, start=1)]


def _seat(f: Facts, number: int, each: Called) -> Sequence[Value]:
    seat, line = each.seat, each.line
    kinds = {kind for span in line.spans for kind in span.kinds}
    return (
        number,
        seat.name,
        _SEATS[seat.kind],
        words.STANDINGS.get(seat.standing, ""),
        words.POSTS.get(seat.post, ""),
        words.ROLL[each.state] if seat.kind is SeatKind.MEMBER or each.present else "không dự",
        each.reason,
        _moment(f, line.first),
        _moment(f, line.last),
        line.seconds,
        ", ".join(word for kind, word in words.KINDS.items() if kind in kinds),
        "có" if line.to_verify else "",
    )


def votes(p: Proceedings, f: Facts) -> Sequence[Sequence[Value]]:
    return [_vote(f, number, vote) for number, vote in enumerate(p.meeting.voting.votes.values(), start=1)]


def _vote(f: Facts, number: int, vote: Vote) -> Sequence[Value]:
    head = (number, vote.text, words.MOTIONS.get(vote.rule.kind, vote.rule.kind), _moment(f, vote.opened_at))
    r = vote.result
    if vote.count:
        x, missing = vote.count, len(vote.base) - vote.count.total
        counts = (len(vote.base), x.in_favour, x.against, x.other, x.invalid, missing)
        return (*head, *counts, "", "tính chung toàn chi bộ", vote.rule.document)
    if r is None:
        said = f"hủy: {vote.reason}" if vote.reason else "chưa kiểm phiếu"
        return (*head, len(vote.base), "", "", "", "", "", "", said, vote.rule.document)
    counts = (r.base, r.in_favour, r.against, r.other, r.invalid, r.not_voted)
    verdict = "được thông qua" if r.passed else "không được thông qua"
    return (*head, *counts, words.percent(r.percent), verdict, vote.rule.document)


def _tasks(p: Proceedings) -> Sequence[Sequence[Value]]:
    last = [task.versions[-1] for task in tasks(p)]
    return [(number, each.text, p.name(each.owner), each.deadline) for number, each in enumerate(last, start=1)]


def _score(p: Proceedings) -> Sequence[Sequence[Value]]:
    sheet = p.meeting.scoring.sheet
    if sheet is None:
        return []
    most = {each.id: each.most for each in p.meeting.regulation.criteria}
    lines = [
        (number, words.CRITERIA.get(line.criterion, line.criterion), most[line.criterion], line.points, line.reason)
        for number, line in enumerate(sheet.points, start=1)
    ]
    return [*lines, ("", "Tổng cộng", sum(most.values()), sheet.total, words.GRADES.get(sheet.grade, sheet.grade))]


def _moment(f: Facts, moment: datetime | None) -> str:
    """As 2027-01-05 19:30:07 in the cell's zone: what spreadsheets read as a time."""
    return f"{moment.astimezone(f.zone):%Y-%m-%d %H:%M:%S}" if moment else ""


def as_csv(rows: Sequence[Sequence[Value]]) -> bytes:
    """As RFC 4180 has it, in UTF-8 with a mark that Excel needs, and harmless to spreadsheets."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(str(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")
