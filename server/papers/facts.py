"""What a paper needs beside the log: the superior, the day and number, the form in force, last month's tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.meeting.ids import MemberId
from server.meeting.proceedings import Proceedings

from . import words
from .model import Form, Paper, Signature

LETTERS = {"minutes": "BB", "resolution": "NQ"}


@dataclass(frozen=True, slots=True)
class LastTask:
    """A task of an earlier meeting, as this one began with it."""

    text: str
    owner: str
    deadline: date
    state: str  # at the opening: open | done | overdue
    result: str


@dataclass(frozen=True, slots=True)
class Facts:
    zone: ZoneInfo
    superior: str  # the unit above, "" = none
    day: date  # of the paper
    number: int = 0  # 0 = not given yet
    venue: str = ""  # where those in the room met
    tasks: Sequence[LastTask] = ()
    form: Form = field(default_factory=Form)

    def clock(self, moment: datetime | None) -> str:
        return words.clock(moment, self.zone) if moment else "…"

    def local(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def head(self, p: Proceedings, slug: str) -> dict[str, object]:
        """What every paper of this meeting begins with."""
        place = words.place_of(self.superior) or p.meeting.about.cell
        letters = LETTERS.get(slug, "")
        number = f"Số {words.count(self.number) if self.number else '…'}-{letters}/CB" if letters else ""
        return {
            "slug": slug,
            "superior": words.body_of(self.superior),
            "issuer": p.meeting.about.cell,
            "number": number,
            "dated": f"{place}, {words.day(self.day)}",
            "form": self.form,
        }

    def paper(self, p: Proceedings, slug: str, **rest: object) -> Paper:
        return Paper(**self.head(p, slug), **rest)  # type: ignore[arg-type]


def comrade(p: Proceedings, member: MemberId) -> str:
    """Đồng chí Nguyễn Văn Hải, Bí thư chi bộ."""
    post = words.POSTS.get(p.post(member), "")
    return f"Đồng chí {p.name(member)}" + (f", {post}" if post else "")


def two_signatures(p: Proceedings) -> tuple[Signature, ...]:
    """Of minutes: who kept them on the left, who chaired on the right."""
    return (
        Signature(("NGƯỜI GHI BIÊN BẢN",), p.name(p.secretary)),
        Signature(("CHỦ TRÌ HỘI NGHỊ",), p.name(p.chair)),
    )


def for_the_cell(p: Proceedings) -> tuple[Signature, ...]:
    """T/M CHI BỘ: the secretary, or who chaired for him."""
    post = words.SIGNS.get(p.post(p.chair), "CHỦ TRÌ")
    return (Signature(("T/M CHI BỘ", post), p.name(p.chair)),)
