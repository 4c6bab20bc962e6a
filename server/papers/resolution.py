"""The resolution: what the cell resolved, with the tasks of last month and of the next (42-HD/BTCTW: closing)."""

from collections.abc import Iterator

from server.meeting.filing import RESOLUTION
from server.meeting.proceedings import Proceedings
from server.meeting.rules import Result

from . import votes, words
from .facts import Facts, for_the_cell
from .minutes import given, tasks
from .model import Block, Heading, Paper, Table, paragraph, told, written


def resolution(p: Proceedings, f: Facts) -> Paper:
    blocks = (*_opening(p, f), *_last_month(f), *_next_month(p), *_assigned(p), *_score(p), *_vote(p))
    above = f"- {words.body_of(f.superior)} (để báo cáo)," if f.superior else ""
    return f.paper(
        p,
        "resolution",
        title="NGHỊ QUYẾT",
        subject=p.meeting.about.title,
        blocks=blocks,
        recipients=tuple(filter(None, (above, "- Các đồng chí đảng viên chi bộ,", "- Lưu Chi bộ."))),
        signatures=for_the_cell(p),
    )


def passed(p: Proceedings) -> Result | None:
    """The verdict of the last resolution that was passed."""
    results = [vote.result for vote in p.meeting.voting.votes.values() if vote.rule.kind == RESOLUTION and vote.result]
    return next((result for result in reversed(results) if result.passed), None)


def _opening(p: Proceedings, f: Facts) -> Iterator[Block]:
    m, here = p.meeting, sum(1 for each in p.members if each.present)
    on = words.day(f.local(m.sitting.opened_at)) if m.sitting.opened_at else "…"
    kind = f"{words.MEETINGS[m.about.kind]} ({words.FORMS[m.about.form]})"
    yield paragraph(
        f"{on[0].upper()}{on[1:]}, {m.about.cell} tổ chức {kind}; "
        f"dự họp {here}/{len(p.members)} đảng viên; thời gian sinh hoạt {p.minutes} phút."
    )
    yield paragraph("Sau khi nghe báo cáo và thảo luận, chi bộ quyết nghị:")


def _last_month(f: Facts) -> Iterator[Block]:
    yield Heading("I- KẾT QUẢ THỰC HIỆN NHIỆM VỤ THÁNG TRƯỚC")
    if not f.tasks:
        yield paragraph("Tháng trước không có nhiệm vụ được giao riêng.")
        return
    rows = tuple(
        (str(n), task.text, task.owner, words.TASKS.get(task.state, task.state), task.result or "chưa báo cáo")
        for n, task in enumerate(f.tasks, start=1)
    )
    head = ("TT", "Nhiệm vụ", "Người thực hiện", "Khi khai mạc", "Kết quả")
    yield Table(head, rows, (11, 54, 32, 25, 43), "cllll")


def _next_month(p: Proceedings) -> Iterator[Block]:
    yield Heading("II- NHIỆM VỤ TRỌNG TÂM THÁNG TỚI")
    concluded = [matter for matter in p.matters if matter.conclusion]
    for number, matter in enumerate(concluded, start=1):
        if matter.item.title:
            yield Heading(f"{number}. {matter.item.title}", 2)
        yield from written(matter.conclusion)
    if not concluded:
        yield from (paragraph(f"- {task.versions[-1].text}") for task in tasks(p))
        if not tasks(p):
            yield paragraph("Tiếp tục thực hiện các nhiệm vụ thường xuyên của chi bộ.")


def _assigned(p: Proceedings) -> Iterator[Block]:
    yield Heading("III- PHÂN CÔNG THỰC HIỆN")
    yield from given(p)


def _score(p: Proceedings) -> Iterator[Block]:
    yield Heading("IV- CHẤM ĐIỂM, XẾP LOẠI BUỔI SINH HOẠT")
    yield paragraph(votes.accepted(p))


def _vote(p: Proceedings) -> Iterator[Block]:
    if result := passed(p):
        counted = f"{result.in_favour}/{result.base} đồng chí tán thành, đạt {words.percent(result.percent)}"
        yield told("Biểu quyết", f"nghị quyết được chi bộ thông qua với {counted}.")
