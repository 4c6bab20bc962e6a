"""The round on paper: what each group held, word for word under its name, and its votes beside those of the cell.

A group decides nothing (Hướng dẫn 03-HD/TW, 27/12/2022); the committee consolidates what the groups wrote.
"""

from collections.abc import Iterator

from server.meeting.ids import GroupMeeting
from server.meeting.proceedings import Matter, Proceedings
from server.meeting.rules import Count
from server.meeting.voting import Vote, cast_here

from . import words
from .facts import Facts
from .model import Block, Heading, paragraph, told, written


def held(p: Proceedings, f: Facts) -> Iterator[Block]:
    """When and where each group met, who led it, how many came."""
    if p.held:
        yield Heading("Các tổ đảng đã họp", 3)
    for group in p.held:
        when = f"từ {f.clock(group.opened_at)} đến {f.clock(group.closed_at)} {words.day(f.local(group.opened_at))}"
        where = f"{words.FORMS[group.form]}{f', {group.place}' if group.place else ''}"
        secretary = f"; thư ký: đồng chí {p.name(group.secretary)}" if group.secretary else ""
        led = f"chủ trì: đồng chí {p.name(group.chair)}{secretary}"
        adopted = "biên bản đã được tổ thông qua" if group.adopted else "biên bản chưa được tổ thông qua"
        yield told(f"- {group.name}", f"{when}; {where}; {led}; {_came(p, group)}; {adopted}.")


def _came(p: Proceedings, group: GroupMeeting) -> str:
    came = {stay.member for stay in group.stays}
    return f"có mặt {words.count(sum(1 for each in p.members if each.seat.member in came))} đồng chí"


def written_by(matter: Matter) -> Iterator[Block]:
    """The minutes of each group on that matter, and what was corrected in them since."""
    for group, said in matter.groups:
        yield Heading(f"Biên bản của {group.name}", 3)
        yield from written(said.text)
        if said.conclusion:
            yield told("Kết luận của tổ", said.conclusion)
        for text in said.corrections:
            yield told("Đính chính của tổ", text)


def reported(vote: Vote) -> str:
    """What a group counted, in its own minutes."""
    assert vote.count
    base, missing = len(vote.base), len(vote.base) - vote.count.total
    return (
        f"Kết quả trong tổ: {_counts(vote.count)}; chưa biểu quyết {missing}; trên tổng số {base} đảng viên được tính. "
        "Tổ đảng không quyết định; kết quả được tính chung toàn chi bộ."
    )


def by_group(p: Proceedings, vote: Vote) -> Iterator[Block]:
    """The sums of the groups, and of the common session where anybody voted there."""
    names = {group.group: group.name for group in p.held}
    for group, poll in vote.polls.items():
        counts = _counts(Count(poll.in_favour, poll.against, poll.other))
        yield paragraph(f"- {names[group]}: {words.count(len(poll.voted))} đồng chí biểu quyết; {counts}.")
    if vote.polls and vote.ballots:
        counts = _counts(cast_here(vote))
        yield paragraph(f"- Họp chung: {words.count(len(vote.ballots))} đồng chí biểu quyết; {counts}.")


def _counts(count: Count) -> str:
    return f"tán thành {count.in_favour}, không tán thành {count.against}, ý kiến khác {count.other}"
