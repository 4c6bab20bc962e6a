"""What goes into the record at the meeting of last month: opening, votes, conclusions, tasks, score, minutes."""

from collections.abc import Iterator

from server.meeting import commands as c
from server.meeting.ids import (
    Choice,
    ItemId,
    LongText,
    MemberId,
    MotionKind,
    RollState,
    Seat,
    Standing,
    Text,
    VoteId,
)
from server.meeting.rules import CRITERIA, Points

Step = tuple[float, MemberId, c.Command]

CHAIR, DEPUTY, CLERK = (MemberId(f"demo-{name}") for name in ("bithu", "phobithu", "capuy2"))
AWAY = MemberId("demo-dangvien10")
AGAINST, OTHER = MemberId("demo-dangvien07"), MemberId("demo-dangvien03")
SILENT = {"demo-dangvien10", "demo-dangvien11", "demo-dangvien02", "demo-dangvien09", "demo-dangvien06"}

_SAID = (
    (
        "1",
        "Đồng chí Hương thông báo tình hình thời sự trong tháng, quán triệt văn bản mới của Tỉnh ủy về công tác biển. "
        "Các đồng chí trên tàu đề nghị gửi bản tóm tắt để đọc khi mất mạng.",
    ),
    ("2", "Đồng chí Bí thư báo cáo kết quả tháng trước: 9/10 nhiệm vụ hoàn thành, một nhiệm vụ chậm do thời tiết xấu."),
    (
        "3",
        "Các ý kiến nhất trí với báo cáo; đề nghị quan tâm đảng viên trẻ trên tàu, "
        "tự phê bình việc báo cáo tuần còn chậm.",
    ),
    ("4", "Chi bộ bàn việc chuẩn bị chuyến biển tới và phân công đảng viên phụ trách từng tàu."),
)
_CONCLUDED = (
    ("2", "Nhất trí đánh giá kết quả tháng trước; nhiệm vụ chậm hoàn thành trước ngày 15."),
    ("3", "Các tổ đảng gửi báo cáo tuần đúng hạn; chi ủy theo dõi, nhắc nhở."),
    ("4", "Tập trung bảo đảm an toàn chuyến biển, giúp đỡ gia đình thuyền viên khó khăn."),
)


def steps(called: c.Call) -> Iterator[Step]:
    yield 1.0, CHAIR, c.AppointMinutesSecretary(CLERK)
    yield 1.2, CHAIR, c.CorrectRoll(AWAY, RollState.ABSENT_EXCUSED, "đang trực tàu ngoài vùng phủ sóng")
    yield 1.6, CHAIR, c.AdoptAgenda()
    for place, (item, text) in enumerate(_SAID):
        yield 18.0 + place * 18, CLERK, c.WriteMinutes(ItemId(item), LongText(text), 0)
    for place, (item, text) in enumerate(_CONCLUDED):
        yield 86.2 + place * 0.2, CHAIR, c.Conclude(ItemId(item), Text(text))
    yield from _votes(called.roster)
    yield 96.0, CLERK, c.ReadMinutes()
    yield 97.0, CHAIR, c.AdoptMinutes()


def _votes(roster: tuple[Seat, ...]) -> Iterator[Step]:
    points = tuple(
        Points(
            each.id, each.most - (2 if each.id == "attendance" else 0), "02 đồng chí vắng" * (each.id == "attendance")
        )
        for each in CRITERIA
    )
    yield 88.5, DEPUTY, c.ProposeScore(points)
    yield 88.9, CHAIR, c.AgreeScore(1)
    yield from _vote(roster, "demo-score", 89.0, "score", "Thông qua kết quả tự chấm điểm buổi sinh hoạt")
    yield from _vote(roster, "demo-resolution", 92.0, "resolution", "Thông qua nghị quyết của chi bộ")


def _vote(roster: tuple[Seat, ...], name: str, minute: float, kind: str, text: str) -> Iterator[Step]:
    vote = VoteId(name)
    yield minute, CHAIR, c.OpenVote(vote, MotionKind(kind), Text(text))
    voters = [seat.member for seat in roster if seat.standing is Standing.OFFICIAL and seat.member not in SILENT]
    for place, member in enumerate(voters):
        choice = {AGAINST: Choice.AGAINST, OTHER: Choice.OTHER}.get(member, Choice.FOR)
        yield minute + 0.2 + place * 0.05, member, c.CastBallot(vote, choice)
    yield minute + 2.5, CHAIR, c.CloseVote(vote)
