"""Votes and scores as papers say them: the base, the counts, the verdict; never how anybody voted."""

from collections.abc import Iterator

from server.meeting.proceedings import Proceedings
from server.meeting.rules import MotionRule, Result
from server.meeting.scoring import Sheet
from server.meeting.scoring import State as Scored
from server.meeting.voting import State, Vote

from . import rounds, words
from .model import Block, Table, paragraph, told


def vote(p: Proceedings, v: Vote) -> Iterator[Block]:
    yield told("Biểu quyết", f"{v.text} ({words.MOTIONS.get(v.rule.kind, v.rule.kind)}).")
    if v.state is State.CANCELLED:
        yield paragraph(f"Hủy biểu quyết. Lý do: {v.reason}.")
    elif v.count:
        yield paragraph(rounds.reported(v))
    elif v.result is None:
        yield paragraph("Bỏ phiếu giấy; chưa có kết quả kiểm phiếu.")
    else:
        yield paragraph(outcome(v.result))
        yield from rounds.by_group(p, v)
        if v.state is State.COUNTED:
            yield paragraph("Bỏ phiếu kín bằng phiếu giấy; kết quả do hai người kiểm phiếu nhập như nhau.")
    if (v.result or v.count) and v.reserved:
        yield paragraph(f"Bảo lưu ý kiến: {words.count(len(v.reserved))} đồng chí (có phụ lục ý kiến).")


def outcome(r: Result) -> str:
    """Base, counts, percent, verdict, and the rule it stands on."""
    counts = [
        f"tán thành {r.in_favour}/{r.base}, đạt {words.percent(r.percent)}",
        f"không tán thành {r.against}",
        f"ý kiến khác {r.other}",
        *([f"phiếu không hợp lệ {r.invalid}"] if r.invalid else []),
        f"chưa biểu quyết {r.not_voted}",
    ]
    verdict = "Được thông qua" if r.passed else "Không được thông qua"
    return f"Tổng số đảng viên được tính: {r.base}; {'; '.join(counts)}. {verdict} ({share(r.rule)})."


def share(rule: MotionRule) -> str:
    least = "ít nhất" if rule.at_least else "quá"
    document = f", {rule.document}" if rule.document else ""
    return f"cần {least} {rule.over}/{rule.under}{document}"


def score(p: Proceedings) -> Iterator[Block]:
    """The sheet as a table, and what came of it; nothing where no score was proposed."""
    sheet = p.meeting.scoring.sheet
    if p.meeting.about.part:
        yield paragraph("Chi bộ chấm điểm chung, sau khi các tổ đảng đã họp.")
        return
    if sheet is None:
        yield paragraph("Buổi sinh hoạt không chấm điểm.")
        return
    yield _table(p, sheet)
    yield paragraph(accepted(p))


def _table(p: Proceedings, sheet: Sheet) -> Table:
    most = {each.id: each.most for each in p.meeting.regulation.criteria}
    rows = [
        (
            str(n),
            words.CRITERIA.get(line.criterion, line.criterion),
            str(most[line.criterion]),
            str(line.points),
            line.reason,
        )
        for n, line in enumerate(sheet.points, start=1)
    ]
    rows.append(("", "Tổng cộng", str(sum(most.values())), str(sheet.total), ""))
    return Table(
        ("TT", "Tiêu chí", "Điểm tối đa", "Điểm chấm", "Lý do trừ điểm"), tuple(rows), (11, 62, 20, 20, 52), "clrrl"
    )


def accepted(p: Proceedings) -> str:
    """As Chi bộ tự chấm 97 điểm, xếp loại Tốt."""
    sheet = p.meeting.scoring.sheet
    if sheet is None:
        return "Buổi sinh hoạt không chấm điểm."
    said = f"Chi bộ tự chấm {sheet.total} điểm, xếp loại {words.GRADES.get(sheet.grade, sheet.grade)}"
    found = p.meeting.voting.votes.get(sheet.vote)
    if sheet.state is Scored.ACCEPTED and found and found.result:
        result = found.result
        return f"{said}; {result.in_favour}/{result.base} đồng chí tán thành, đạt {words.percent(result.percent)}."
    return f"{said}; chi bộ chưa biểu quyết thông qua."
