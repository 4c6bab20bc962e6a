"""The minutes, written by the log: the form of minutes in use (42-HD/BTCTW; Hướng dẫn 05-HD/VPTW)."""

from collections.abc import Iterator, Sequence
from datetime import date

from server.meeting.agenda import State
from server.meeting.concluding import Task
from server.meeting.ids import About, RollState, Standing
from server.meeting.proceedings import Called, Chairing, Matter, Proceedings, Speech

from . import groups, rounds, votes, words
from .facts import Facts, comrade, two_signatures
from .model import Block, Heading, Paper, Table, paragraph, told, written

_KINDS = (Standing.OFFICIAL, Standing.PROBATIONARY, Standing.EXEMPT, Standing.TEMPORARY_IN, Standing.TEMPORARY_OUT)


def minutes(p: Proceedings, f: Facts) -> Paper:
    blocks = (*_opening(p, f), *_attendance(p, f), *_contents(p, f), *_ending(p, f), *_corrections(p, f))
    return f.paper(
        p,
        "minutes",
        title="BIÊN BẢN",
        subject=p.meeting.about.title,
        blocks=blocks,
        signatures=two_signatures(p),
    )


# -- I -----------------------------------------------------------------------------------------------------------------


def _opening(p: Proceedings, f: Facts) -> Iterator[Block]:
    m = p.meeting
    yield Heading("I- THỜI GIAN, ĐỊA ĐIỂM, THÀNH PHẦN")
    opened = m.sitting.opened_at
    on = f" {words.day(f.local(opened))}" if opened else ""
    yield told("1. Thời gian", f"khai mạc hồi {f.clock(opened)}{on}; bế mạc hồi {f.clock(m.sitting.closed_at)}.")
    for begin, end in p.pauses:
        yield paragraph(f"- Tạm dừng từ {f.clock(begin)} đến {f.clock(end)}.")
    yield told(
        "2. Hình thức, địa điểm",
        f"{_kind(m.about)}; {words.FORMS[m.about.form]}{f'; {f.venue}' if f.venue else ''}.",
    )
    yield from rounds.held(p, f)


def _kind(about: About) -> str:
    kind = words.MEETINGS[about.kind]
    return f"{kind}, họp riêng của {about.part.name}" if about.part else kind


def _attendance(p: Proceedings, f: Facts) -> Iterator[Block]:
    yield Heading("3. Thành phần", 2)
    yield paragraph(f"- Triệu tập: {words.count(len(p.members))} đảng viên{_by_kind(p)}.")
    here = [each for each in p.members if each.present]
    rate = words.rate(len(here), p.base)
    yield paragraph(
        f"- Có mặt: {words.count(len(here))} đồng chí{_by_kind(p, present=True)}; tỷ lệ dự {rate}{_how(here)}."
    )
    yield from _absent(p)
    yield from _corrected(p)
    yield from (paragraph(f"- Dự, không tính vào sĩ số: {comrade(p, each.seat.member)}.") for each in p.guests)
    yield from _led(p, f)
    yield from _documents(p)


def _by_kind(p: Proceedings, *, present: bool = False) -> str:
    """(chính thức 19; dự bị 02)."""
    counts = [(words.STANDINGS[kind], p.of(kind, present=present)) for kind in _KINDS]
    said = [f"{word} {words.count(number)}" for word, number in counts if number]
    return f" ({'; '.join(said)})" if said else ""


def _how(here: Sequence[Called]) -> str:
    """By the manner of presence; one may be present in several."""
    seen = [{kind for span in each.line.spans for kind in span.kinds} for each in here]
    counts = [(word, sum(1 for kinds in seen if kind in kinds)) for kind, word in words.KINDS.items()]
    said = [f"{word} {words.count(number)}" for word, number in counts if number]
    return f"; {', '.join(said)}" if said else ""


def _absent(p: Proceedings) -> Iterator[Block]:
    for state in (RollState.ABSENT_EXCUSED, RollState.ABSENT_UNEXCUSED):
        absent = [each for each in p.members if each.state is state]
        if not absent:
            continue
        word = words.ROLL[state]
        yield paragraph(f"- {word[0].upper()}{word[1:]}: {words.count(len(absent))} đồng chí.")
        for each in absent:
            standing = words.STANDINGS.get(each.seat.standing, "")
            kind = f" ({standing})" if each.seat.standing is not Standing.OFFICIAL else ""
            yield paragraph(f"+ Đồng chí {each.seat.name}{kind}" + (f": {each.reason}." if each.reason else "."))


def _corrected(p: Proceedings) -> Iterator[Block]:
    for each in p.members:
        if each.corrected and each.present:
            yield paragraph(f"- Chủ trì xác nhận đồng chí {each.seat.name} có mặt. Lý do: {each.reason}.")
    for member, _, reason in p.removals:
        yield paragraph(f"- Chủ trì mời đồng chí {p.name(member)} ra khỏi cuộc họp. Lý do: {reason}.")


def _led(p: Proceedings, f: Facts) -> Iterator[Block]:
    if len(p.chairs) > 1:
        yield told("4. Chủ trì", "thay đổi trong buổi sinh hoạt, như sau:")
        yield from (paragraph(f"- {_chaired(p, f, each)}.") for each in p.chairs)
    else:
        yield told("4. Chủ trì", f"{comrade(p, p.chair)}.")
    yield told("5. Thư ký", f"{comrade(p, p.secretary)}." if p.secretary else "không cử.")


def _chaired(p: Proceedings, f: Facts, each: Chairing) -> str:
    return f"{comrade(p, each.member)}: từ {f.clock(each.since)} đến {f.clock(each.until)}"


def _documents(p: Proceedings) -> Iterator[Block]:
    documents = p.meeting.showing.documents.values()
    if documents:
        yield told("6. Tài liệu", f"{'; '.join(each.title for each in documents)}.")


# -- II ----------------------------------------------------------------------------------------------------------------


def _contents(p: Proceedings, f: Facts) -> Iterator[Block]:
    yield Heading("II- NỘI DUNG")
    if p.meeting.opening.adopted_at:
        yield paragraph(f"Chương trình được thông qua hồi {f.clock(p.meeting.opening.adopted_at)}.")
    *items, whole = p.matters
    for number, matter in enumerate(items, start=1):
        yield Heading(f"{number}. {matter.item.title}", 2)
        yield from _matter(p, f, matter)
    if not whole.empty:
        yield Heading(f"{len(items) + 1}. Nội dung chung của buổi sinh hoạt", 2)
        yield from _matter(p, f, whole)


def _matter(p: Proceedings, f: Facts, matter: Matter) -> Iterator[Block]:
    yield from _course(p, f, matter)
    if matter.documents:
        yield told("Tài liệu đã cùng xem", f"{'; '.join(matter.documents)}.")
    if matter.speeches:
        yield told("Ý kiến phát biểu", f"{words.count(len(matter.speeches))} lượt.")
        yield from (paragraph(f"- {_spoke(p, f, speech)}.") for speech in matter.speeches)
    yield from rounds.written_by(matter)
    for sitting in matter.sittings:
        yield from groups.sitting(p, f, sitting, matter.item.id)
    yield from written(matter.text)
    for vote in matter.votes:
        yield from votes.vote(p, vote)
    if matter.conclusion:
        yield told("Kết luận của chủ trì", matter.conclusion)


def _course(p: Proceedings, f: Facts, matter: Matter) -> Iterator[Block]:
    presenter = f" Trình bày: đồng chí {matter.item.presenter}." if matter.item.presenter else ""
    if matter.state is State.ASIDE:
        yield paragraph(f"Chưa xem xét, để lại. Lý do: {matter.reason}.")
    elif matter.taken_up_at is None:
        if matter.item.title:
            yield paragraph(f"Chưa xem xét {'khi tổng hợp kết quả các tổ' if p.held else 'trong buổi sinh hoạt này'}.")
    else:
        yield paragraph(f"Từ {f.clock(matter.taken_up_at)} đến {f.clock(matter.closed_at)}.{presenter}")


def _spoke(p: Proceedings, f: Facts, speech: Speech) -> str:
    return f"Đồng chí {p.name(speech.member)} ({f.clock(speech.began)} – {f.clock(speech.ended)})"


# -- III, IV, V --------------------------------------------------------------------------------------------------------


def tasks(p: Proceedings) -> Sequence[Task]:
    return [task for matter in p.matters for task in matter.tasks]


def given(p: Proceedings) -> Iterator[Block]:
    """Who does what by when; the last wording of each."""
    rows = []
    for number, task in enumerate(tasks(p), start=1):
        last = task.versions[-1]
        rows.append((str(number), last.text, p.name(last.owner), words.dmy(date.fromisoformat(last.deadline))))
    if rows:
        yield Table(("TT", "Nội dung nhiệm vụ", "Người thực hiện", "Thời hạn"), tuple(rows), (11, 88, 42, 27), "cllc")
    else:
        yield paragraph("Không giao nhiệm vụ riêng.")


def _ending(p: Proceedings, f: Facts) -> Iterator[Block]:
    minutes = p.meeting.minutes
    yield Heading("III- NHIỆM VỤ ĐƯỢC GIAO")
    yield from given(p)
    yield Heading("IV- CHẤM ĐIỂM BUỔI SINH HOẠT")
    yield from votes.score(p)
    yield Heading("V- THÔNG QUA BIÊN BẢN")
    if minutes.adopted_at:
        adopted = f.clock(minutes.adopted_at)
        yield paragraph(f"Biên bản được đọc hồi {f.clock(minutes.read_at)} và được hội nghị thông qua hồi {adopted}.")
    else:
        yield paragraph("Biên bản được hoàn thiện sau khi bế mạc, chưa đọc thông qua trước hội nghị.")
    if p.meeting.sitting.closed_at:
        ended = f.clock(p.meeting.sitting.closed_at)
        whole, groups = f"thời lượng {p.minutes} phút", f"mỗi tổ đảng đã họp từ {p.minutes} phút trở lên"
        yield paragraph(f"Buổi sinh hoạt kết thúc hồi {ended}, {groups if p.held else whole}.")


def _corrections(p: Proceedings, f: Facts) -> Iterator[Block]:
    """In their order; the text above stands as it was adopted."""
    corrections = p.meeting.filing.corrections
    if not corrections:
        return
    yield Heading("VI- ĐÍNH CHÍNH")
    titles = {matter.item.id: matter.item.title for matter in p.matters}
    for each in corrections:
        of = f"nội dung “{titles[each.item]}”" if titles.get(each.item) else "buổi sinh hoạt nói chung"
        when = f"{f.clock(each.at)} ngày {words.dmy(f.local(each.at))}"
        yield told(f"{each.n}. Về {of}", each.text)
        yield paragraph(f"Lý do: {each.reason}. Đồng chí {p.name(each.by)} ghi hồi {when}.")
