"""A small meeting written by hand, event by event: what the stores are fed with."""

from datetime import UTC, datetime, timedelta

from server.meeting import events as happened
from server.meeting.events import Event
from server.meeting.ids import About, ConnectionId, GroupId, Item, ItemId, MemberId, Post, Seat, Standing
from server.meeting.rules import Regulation

START = datetime(2027, 1, 5, 12, 30, 0, 123000, tzinfo=UTC)
AN, BINH = MemberId("an"), MemberId("binh")


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def called() -> happened.Called:
    return happened.Called(
        about=About("Sinh hoạt thường kỳ “tháng 1”", "Chi bộ Thôn 3", "2027-01-05T12:30:00.000Z"),
        roster=(
            Seat(AN, "Nguyễn Văn An", post=Post.SECRETARY),
            Seat(BINH, "Trần Thị Bình", standing=Standing.PROBATIONARY, group=GroupId("tổ 1")),
        ),
        regulation=Regulation(),
        agenda=(Item(ItemId("i1"), "Đánh giá\ttháng 12", 20, "đ/c An"),),
        chair=AN,
        line=(BINH,),
        seed="hạt giống",
    )


def story() -> list[tuple[float, MemberId, str, list[Event]]]:
    """(seconds after START, by, cause, events) per append."""
    page = ConnectionId("page-1")
    return [
        (0, MemberId(""), "", [called()]),
        (
            10,
            AN,
            "j1",
            [happened.Arrived(AN), happened.Connected(AN, page, "desktop"), happened.GatheringBegan()],
        ),
        (20, BINH, "j2", [happened.Arrived(BINH), happened.Connected(BINH, ConnectionId("p2"), "phone")]),
        (30, AN, "o1", [happened.Opened()]),
        (40, BINH, "", [happened.Disconnected(BINH, ConnectionId("p2"))]),
        (160, MemberId(""), "", [happened.Left(BINH, after(40.000001))]),
        (170, AN, "t1", [happened.Arrived(BINH), happened.TickedPresent(BINH)]),
        (200, AN, "c1", [happened.Closed()]),
    ]
