"""A meeting told sentence by sentence: whatever happens is decided, recorded and applied, as in a real room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.meeting import Meeting, Refused, apply, decide, due
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import (
    HALL,
    NOBODY,
    About,
    ConnectionId,
    Document,
    DocumentId,
    Excuse,
    GroupId,
    Item,
    ItemId,
    MemberId,
    MotionKind,
    PartyGroup,
    Post,
    Question,
    QuestionId,
    Seat,
    SeatKind,
    Standing,
    VoteId,
)
from server.meeting.rules import CRITERIA, Points, Regulation

T0 = datetime(2027, 1, 5, 12, 30, tzinfo=UTC)
CHAIR, DEPUTY, COMMITTEE, LAN, MINH, GUEST, ABOVE = map(
    MemberId, ("chair", "deputy", "committee", "lan", "minh", "guest", "above")
)
STRANGER = MemberId("stranger")
MEMBERS = (CHAIR, DEPUTY, COMMITTEE, LAN, MINH)
ROSTER = (
    Seat(CHAIR, "Trần Văn Chủ", post=Post.SECRETARY),
    Seat(DEPUTY, "Lê Thị Phó", post=Post.DEPUTY),
    Seat(COMMITTEE, "Phạm Văn Ủy", post=Post.COMMITTEE),
    Seat(LAN, "Nguyễn Thị Lan"),
    Seat(MINH, "Đỗ Văn Minh"),
    Seat(GUEST, "Khách", kind=SeatKind.GUEST),
    Seat(ABOVE, "Cấp trên", kind=SeatKind.SUPERVISOR, post=Post.FOLLOWER),
)
AGENDA = (Item(ItemId("one"), "Kết quả tháng trước", 20), Item(ItemId("two"), "Nhiệm vụ tháng này", 30, "Lan"))
CALL = c.Call(
    about=About("Sinh hoạt tháng 1", "Chi bộ 3", "2027-01-05T12:30:00Z"),
    roster=ROSTER,
    regulation=Regulation(),
    agenda=AGENDA,
    chair=CHAIR,
    line=(DEPUTY, COMMITTEE),
    seed="seed",
)
PAPER, SHEET = DocumentId("paper"), DocumentId("sheet")
STANDINGS = {COMMITTEE: Standing.EXEMPT, MINH: Standing.PROBATIONARY}
FORMAL = replace(  # the same meeting with all that may come with the notice, and not everybody votes
    CALL,
    roster=tuple(replace(seat, standing=STANDINGS.get(seat.member, seat.standing)) for seat in ROSTER),
    excuses=(Excuse(LAN, "ốm"), Excuse(MINH, "đi xa", accepted=False)),
    documents=(Document(PAPER, "Dự thảo nghị quyết", ItemId("two"), 3), Document(SHEET, "Bảng chấm điểm")),
)
RED, BLUE = GroupId("red"), GroupId("blue")
BELONG = {LAN: RED, DEPUTY: RED, MINH: BLUE, COMMITTEE: BLUE}
LARGE = replace(  # the same cell with its two party groups
    FORMAL,
    roster=tuple(replace(seat, group=BELONG.get(seat.member, HALL)) for seat in FORMAL.roster),
    regulation=Regulation(smallest_group=2),
    groups=(PartyGroup(RED, "Tổ 1", LAN, DEPUTY), PartyGroup(BLUE, "Tổ 2", MINH)),
)
MATTER = (Question(QuestionId("q"), ItemId("one")),)
ORDINARY, ADMISSION, ELECTION, SCORE = map(MotionKind, ("ordinary", "admission", "election", "score"))
ONE = VoteId("vote")


def points(**less: int) -> tuple[Points, ...]:
    """All points, but for the criteria named."""
    return tuple(Points(each.id, less.get(each.id, each.most)) for each in CRITERIA)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def page(member: MemberId, tab: str = "a") -> ConnectionId:
    return ConnectionId(f"{member}-{tab}")


@contextmanager
def refused(rule: str) -> Iterator[None]:
    with pytest.raises(Refused) as no:
        yield
    assert no.value.rule == rule
    no.value.why.format(**no.value.facts)


class Story:
    """`seconds` counts from T0, the planned time."""

    def __init__(self, call: c.Call = CALL, seconds: float = 0) -> None:
        self.meeting, self.log = Meeting(), list[e.Recorded]()
        self.seconds = seconds
        self.ask(call)

    @property
    def at(self) -> datetime:
        return at(self.seconds)

    def ask(self, command: c.Command, by: MemberId = NOBODY) -> tuple[e.Event, ...]:
        events = decide(self.meeting, command, by, self.at)
        for event in events:
            self.meeting = apply(self.meeting, event, self.at)
            self.log.append(e.Recorded(len(self.log) + 1, self.at, by, "", event))
        return events

    def wait(self, seconds: float) -> tuple[e.Event, ...]:
        """Time goes by; the clock asks whenever something is due, as the room does."""
        end, happened = self.seconds + seconds, list[e.Event]()
        while (when := due(self.meeting)) is not None and when <= at(end):
            self.seconds = max(self.seconds, (when - T0).total_seconds())
            happened += self.ask(c.Tick())
            assert due(self.meeting) != when, "what was due has happened"
        self.seconds = end
        return (*happened, *self.ask(c.Tick()))

    def join(self, *members: MemberId, tab: str = "a", device: str = "phone") -> tuple[e.Event, ...]:
        return tuple(event for member in members for event in self.ask(c.Join(page(member, tab), device), member))

    def drop(self, member: MemberId, tab: str = "a") -> tuple[e.Event, ...]:
        return self.ask(c.Drop(page(member, tab)), member)


def gathered(*members: MemberId, call: c.Call = CALL) -> Story:
    story = Story(call)
    story.join(*(members or MEMBERS))
    return story


def opened(*members: MemberId, call: c.Call = CALL) -> Story:
    """The five members are here, each on a phone, and the chair has opened."""
    story = gathered(*members, call=call)
    story.ask(c.Open(), CHAIR)
    return story


def apart(*members: MemberId, minutes: int = 10) -> Story:
    """The groups of the register sit, asked about the first item."""
    story = opened(*members, call=LARGE)
    story.ask(c.FormGroups(MATTER, minutes), CHAIR)
    return story
