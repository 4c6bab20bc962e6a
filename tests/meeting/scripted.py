"""One meeting told from the notice to the signed minutes: what the papers' golden text and the bundle are made of."""

from dataclasses import replace

from server.meeting import commands as c
from server.meeting.ids import (
    HALL,
    NO_ITEM,
    Choice,
    Document,
    DocumentId,
    Excuse,
    GroupId,
    Item,
    ItemId,
    LongText,
    MotionKind,
    PartyGroup,
    Question,
    QuestionId,
    RollState,
    Seat,
    Standing,
    TaskId,
    Text,
    VoteId,
)

from .story import ABOVE, BELONG, CALL, CHAIR, COMMITTEE, DEPUTY, LAN, LARGE, MINH, ROSTER, Story, points

NGA, TAM = c.MemberId("nga"), c.MemberId("tam")
ONE, TWO, THREE = ItemId("one"), ItemId("two"), ItemId("three")
REPORT = DocumentId("report")
SCRIPT = replace(
    CALL,
    about=replace(CALL.about, title="Sinh hoạt chi bộ thường kỳ tháng 01 năm 2027", cell="Chi bộ thôn Hòa Bình"),
    roster=(
        *(
            replace(seat, standing=Standing.PROBATIONARY) if seat.member == MINH else seat
            for seat in ROSTER
            if seat.member in (CHAIR, DEPUTY, COMMITTEE, LAN, MINH)
        ),
        Seat(NGA, "Mai Thị Nga"),
        Seat(TAM, "Võ Thị Tâm", standing=Standing.EXEMPT),
        replace(ROSTER[-1], standing=Standing.NONE),
    ),
    agenda=(
        Item(ONE, "Kết quả thực hiện nhiệm vụ tháng trước", 20, "Trần Văn Chủ"),
        Item(TWO, "Nhiệm vụ tháng tới", 30, "Lê Thị Phó"),
        Item(THREE, "Công tác thu đảng phí", 10),
    ),
    excuses=(Excuse(NGA, "đi công tác tại Lào"), Excuse(TAM, "tuổi cao, sức yếu")),
    documents=(Document(REPORT, "Báo cáo kết quả tháng 12", ONE, 4),),
)


def scripted() -> Story:
    """Closed, read and adopted; one correction follows."""
    story = Story(SCRIPT, seconds=-600)
    story.join(CHAIR, DEPUTY, LAN, MINH, ABOVE)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    story.seconds = 0
    story.ask(c.Open(), CHAIR)
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.ask(c.CorrectRoll(NGA, RollState.ABSENT_EXCUSED, "đi công tác tại Lào, có giấy"), CHAIR)
    story.seconds = 60
    story.ask(c.AdoptAgenda(), CHAIR)
    _first(story)
    _second(story)
    _end(story)
    return story


def _first(story: Story) -> None:
    story.seconds = 120
    story.ask(c.TakeUpItem(ONE), CHAIR)
    story.ask(c.ShowDocument(REPORT, 2), CHAIR)
    story.ask(c.CloseDocument(), CHAIR)
    for seconds, member in ((300, MINH), (720, DEPUTY)):
        story.seconds = seconds
        story.ask(c.GiveFloor(member), CHAIR)
        story.seconds += 185
        story.ask(c.EndSpeech(), member)
    story.ask(
        c.WriteMinutes(ONE, LongText("Đồng chí Minh đề nghị làm rõ tiến độ đường thôn.\nĐồng chí Phó giải trình."), 0),
        LAN,
    )
    story.ask(c.Conclude(ONE, Text("Nhất trí với báo cáo; đường thôn xong trước 20/01.")), CHAIR)


def _second(story: Story) -> None:
    """The chair is cut off; the deputy chairs, and a resolution is passed."""
    story.seconds = 1500
    story.ask(c.TakeUpItem(TWO), CHAIR)
    story.drop(CHAIR)
    story.wait(31)
    story.ask(c.TakeChair(), DEPUTY)
    story.seconds = 1800
    story.join(CHAIR)
    story.ask(c.OpenVote(VoteId("nq"), MotionKind("resolution"), Text("Thông qua nghị quyết tháng 01/2027")), CHAIR)
    for member, choice in ((CHAIR, Choice.FOR), (DEPUTY, Choice.FOR), (LAN, Choice.FOR)):
        story.ask(c.CastBallot(VoteId("nq"), choice), member)
    story.ask(c.EnterHand(VoteId("nq"), COMMITTEE, Choice.AGAINST), CHAIR)
    story.seconds = 1900
    story.ask(c.CloseVote(VoteId("nq")), CHAIR)
    story.ask(c.ReserveOpinion(VoteId("nq"), Text("Cần thêm kinh phí cho thanh niên.")), COMMITTEE)
    story.ask(c.Conclude(TWO, Text("Tập trung làm đường thôn và chuẩn bị Tết.")), CHAIR)
    story.ask(c.GiveTask(TaskId("t1"), Text("Huy động ngày công làm đường thôn"), LAN, "2027-01-20"), CHAIR)
    story.ask(c.GiveTask(TaskId("t2"), Text("Lập danh sách hộ khó khăn"), DEPUTY, "2027-01-25"), CHAIR)
    story.ask(c.ReviseTask(TaskId("t2"), Text("Lập danh sách hộ khó khăn dịp Tết"), DEPUTY, "2027-01-25"), CHAIR)
    story.ask(c.PutItemAside(THREE, "thủ quỹ vắng"), CHAIR)


def _end(story: Story) -> None:
    story.seconds = 3000
    story.ask(c.Pause(), CHAIR)
    story.seconds = 3600
    story.ask(c.Resume(), CHAIR)
    story.ask(c.ProposeScore(points(attendance=3, preparation=8)), DEPUTY)
    story.ask(c.AgreeScore(1), CHAIR)
    story.ask(c.OpenVote(VoteId("diem"), MotionKind("score"), Text("Thông qua kết quả chấm điểm")), CHAIR)
    for member in (CHAIR, DEPUTY, LAN):
        story.ask(c.CastBallot(VoteId("diem"), Choice.FOR), member)
    story.ask(c.CloseVote(VoteId("diem")), CHAIR)
    story.ask(c.RecordPaperBallot(VoteId("bau"), MotionKind("election"), Text("Bầu đại biểu dự đại hội")), CHAIR)
    for member in (CHAIR, DEPUTY):
        story.ask(c.EnterCount(VoteId("bau"), 4, 0, 0, 1), member)
    story.ask(c.WriteMinutes(NO_ITEM, LongText("Không khí thẳng thắn, dân chủ."), 0), LAN)
    story.seconds = 5400
    story.ask(c.ReadMinutes(), LAN)
    story.seconds = 5640
    story.ask(c.AdoptMinutes(), CHAIR)
    story.seconds = 5700
    story.ask(c.Close(), CHAIR)
    story.seconds = 9000
    story.ask(c.CorrectMinutes(ONE, LongText("Hạn làm đường thôn là 25/01, không phải 20/01."), "ghi nhầm ngày"), LAN)


# -- A meeting that splits ---------------------------------------------------------------------------------------------

GREEN = GroupId("green")
ROADS, WHOLE = QuestionId("roads"), QuestionId("whole")
SPLIT = replace(
    SCRIPT,
    roster=tuple(
        replace(seat, group={**BELONG, NGA: GREEN, TAM: GREEN}.get(seat.member, HALL)) for seat in SCRIPT.roster
    ),
    regulation=LARGE.regulation,
    groups=(*LARGE.groups, PartyGroup(GREEN, "Tổ 3")),
)
ASKED = (
    Question(ROADS, TWO, Text("Làm đường trước hay sau Tết?")),
    Question(WHOLE, text=Text("Góp ý cho chi ủy")),
)


def split() -> Story:
    """Three groups, asked twice: in one the deputy follows the leader, one reports in the grace, one has no leader."""
    story = Story(SPLIT)
    story.join(CHAIR, DEPUTY, LAN, MINH, COMMITTEE, NGA)
    story.ask(c.Open(), CHAIR)
    story.ask(c.TakeUpItem(TWO), CHAIR)
    story.seconds = 300
    story.ask(c.FormGroups(ASKED, 20), CHAIR)
    story.ask(c.GiveFloor(DEPUTY), LAN)
    story.drop(LAN)
    story.wait(31)
    story.ask(c.LeadGroup(), DEPUTY)
    opinions = Text("Nên làm ngay, dân đã đồng thuận.\nCát, đá đã có đủ.")
    report = c.DraftReport(ROADS, opinions, Text("Lo mưa xuân."), Text("Xin thêm 02 xe."), (LAN,), 1, 1)
    story.ask(report, DEPUTY)
    story.ask(c.SubmitReport(), DEPUTY)
    story.wait(600)
    story.ask(c.GatherGroups(), CHAIR)
    story.wait(60)
    story.ask(c.DraftReport(WHOLE, proposals=Text("Gửi tài liệu sớm hơn.")), MINH)
    story.ask(c.SubmitReport(), MINH)
    story.ask(c.Conclude(TWO, Text("Làm đường sau Tết.")), CHAIR)
    story.wait(600)
    story.ask(c.Close(), CHAIR)
    return story
