"""What the groups that sat apart brought back, word for word, under the item they were asked about.

It is an input to the record of the cell and decides nothing (Hướng dẫn 03-HD/TW, 27/12/2022).
"""

from collections.abc import Iterator, Sequence

from server.meeting.ids import Answer, Circle, ItemId, MemberId, Question
from server.meeting.proceedings import Proceedings
from server.meeting.reports import GroupReport, Sitting

from . import words
from .facts import Facts
from .model import Block, paragraph, told, written


def sitting(p: Proceedings, f: Facts, of: Sitting, item: ItemId) -> Iterator[Block]:
    """Which groups, from when to when, who led them, and what they reported on that item."""
    again = f" lần {of.number}" if of.number > 1 else ""
    when = f"từ {f.clock(of.began)} đến {f.clock(of.ended)}"
    yield told(f"Thảo luận ở tổ{again}", f"{when}; {words.count(len(of.groups))} tổ.")
    yield from (paragraph(f"- {circle.name}, {_led(p, of, circle)}.") for circle in of.groups)
    for question in of.asked(item):
        yield from _question(p, f, of, question)
    if of.silent:
        yield told("Chưa có báo cáo", f"{'; '.join(of.silent)}.")


def _led(p: Proceedings, of: Sitting, circle: Circle) -> str:
    leaders = of.led.get(circle.id, ())
    return f"điều hành: {_comrades(p, leaders, ', sau đó ')}" if leaders else "không có người điều hành"


def _comrades(p: Proceedings, members: Sequence[MemberId], between: str) -> str:
    return between.join(f"đồng chí {p.name(member)}" for member in members)


def _question(p: Proceedings, f: Facts, of: Sitting, question: Question) -> Iterator[Block]:
    if question.text:
        yield from _words("Câu hỏi thảo luận", question.text)
    for report in of.on(question):
        yield from _report(p, f, report)


def _report(p: Proceedings, f: Facts, report: GroupReport) -> Iterator[Block]:
    yield told(f"Báo cáo của {report.group}", f"đồng chí {p.name(report.by)} nộp hồi {f.clock(report.at)}.")
    answer = report.answer
    if answer == Answer(answer.question):
        yield paragraph("Không ghi ý kiến về nội dung này.")
    yield from _words("Ý kiến tán thành", answer.in_favour)
    yield from _words("Ý kiến không tán thành", answer.against)
    yield from _words("Đề xuất, kiến nghị", answer.proposals)
    if answer.reserved:
        yield told("Đề nghị bảo lưu ý kiến", f"{_comrades(p, answer.reserved, '; ')}.")
    if hands := _hands(answer):
        yield told("Giơ tay trong tổ (chỉ để tham khảo, không phải biểu quyết)", f"{hands}.")


def _words(label: str, text: str) -> Iterator[Block]:
    """The first line beside what it is, the others below."""
    first, *others = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    if first:
        yield told(label, first)
        yield from written("\n".join(others))


def _hands(answer: Answer) -> str:
    """All three counts, where any hand was raised."""
    counts = (answer.hands_for, answer.hands_against, answer.hands_other)
    kinds = zip(("tán thành", "không tán thành", "ý kiến khác"), counts, strict=True)
    return "; ".join(f"{kind} {words.count(count)}" for kind, count in kinds) if any(counts) else ""
