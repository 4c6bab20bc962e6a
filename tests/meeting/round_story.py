"""A round told: the groups meet, each by itself, and then the round gathers what they held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from server.meeting import commands as c
from server.meeting.held import held
from server.meeting.ids import (
    Choice,
    Form,
    GroupId,
    GroupMeeting,
    Item,
    ItemId,
    LongText,
    MemberId,
    Motion,
    MotionId,
    Part,
    PartyGroup,
    Seat,
    Text,
    VoteId,
)

from .story import ADMISSION, AGENDA, BLUE, CHAIR, FORMAL, LAN, LARGE, MINH, ORDINARY, RED, ROSTER, Story

FOLLOWER = ROSTER[-1]
PLAN, ENTRY = MotionId("plan"), MotionId("entry")
MOTIONS = (
    Motion(PLAN, AGENDA[1].id, ORDINARY, Text("Thông qua nhiệm vụ tháng này")),
    Motion(ENTRY, AGENDA[0].id, ADMISSION, Text("Đề nghị kết nạp đồng chí Hoa")),
)
HOURS = 3600.0
HEAD = "ab" * 32


def cell(seats: Sequence[Seat], agenda: Sequence[Item] = AGENDA) -> c.Call:
    """A cell of two groups whose round has two motions; the call of the round before its groups have met."""
    about = replace(FORMAL.about, form=Form.BY_GROUPS)
    return replace(
        FORMAL, about=about, roster=tuple(seats), agenda=tuple(agenda), documents=(), excuses=(), motions=MOTIONS
    )


def part_of(call: c.Call, group: PartyGroup, form: Form = Form.ONLINE) -> c.Call:
    """The call of the meeting of one group."""
    seats = tuple(seat for seat in call.roster if seat.group == group.id)
    line = [group.leader, group.deputy, *(seat.member for seat in seats)]
    chair, *others = dict.fromkeys(member for member in line if member)
    about = replace(call.about, form=form, part=Part("round", group.id, group.name))
    excuses = tuple(each for each in call.excuses if each.member in {seat.member for seat in seats})
    return replace(call, about=about, roster=seats, chair=chair, line=tuple(others), groups=(), excuses=excuses)


def gathered(call: c.Call, *groups: GroupMeeting) -> c.Call:
    excuses = tuple(each for group in groups for each in group.excuses)
    return replace(call, about=replace(call.about, gathers=True), held=groups, excuses=excuses)


def held_by(story: Story, group: GroupId, place: str = "") -> GroupMeeting:
    return held(f"m-{group}", HEAD, place, story.log)


def meets(call: c.Call, here: Iterable[MemberId], seconds: float = 0) -> Story:
    """They come, and whoever chairs opens."""
    story = Story(call, seconds)
    story.join(*here)
    story.ask(c.Open(), call.chair)
    return story


def votes(story: Story, chair: MemberId, motion: MotionId, ballots: Mapping[MemberId, Choice]) -> VoteId:
    """The motion is put, they vote, the chair closes."""
    vote = VoteId(f"{motion}-{len(story.log)}")
    story.ask(c.PutMotion(vote, motion), chair)
    for member, choice in ballots.items():
        story.ask(c.CastBallot(vote, choice), member)
    story.ask(c.CloseVote(vote), chair)
    return vote


def followed(call: c.Call) -> c.Call:
    """The superior's follower has a seat in the round and in the meeting of every group, as the register gives him."""
    return replace(call, roster=(*call.roster, FOLLOWER))


# -- One round, by name ----------------------------------------------------------------------------------------------

CELL = cell([replace(seat, group=seat.group or RED) for seat in LARGE.roster[:5]])  # the chair sits with the reds
REDS, BLUES = LARGE.groups
WORDS = LongText("Tổ thảo luận sôi nổi.\nĐề nghị sớm sửa đường liên thôn.")


def reds(seconds: float = 0) -> Story:
    """Chair, deputy and Lan, who leads: two for the plan, one against and reserved; adopted minutes."""
    story = meets(part_of(CELL, REDS), (LAN, CHAIR), seconds)
    story.wait(60)
    story.ask(c.TakeUpItem(ItemId("two")), LAN)
    vote = VoteId("red-plan")
    story.ask(c.PutMotion(vote, PLAN), LAN)
    story.ask(c.CastBallot(vote, Choice.FOR), LAN)
    story.ask(c.CastBallot(vote, Choice.AGAINST, Text("Cần thêm kinh phí"), reserved=True), CHAIR)
    story.ask(c.CloseVote(vote), LAN)
    story.ask(c.Conclude(ItemId("two"), Text("Tổ nhất trí trình chi bộ")), LAN)
    story.ask(c.AppointMinutesSecretary(CHAIR), LAN)
    story.ask(c.WriteMinutes(ItemId("two"), WORDS, 0), CHAIR)
    story.ask(c.ReadMinutes(), CHAIR)
    story.ask(c.AdoptMinutes(), LAN)
    story.wait(100 * 60)
    story.ask(c.Close(), LAN)
    return story


def blues(seconds: float = 24 * HOURS) -> Story:
    """Minh, probationary, leads; the exempt committee member comes and votes."""
    committee = MemberId("committee")
    story = meets(part_of(CELL, BLUES, Form.HYBRID), (MINH, committee), seconds)
    story.ask(c.PutMotion(VoteId("blue-plan"), PLAN), MINH)
    story.ask(c.CastBallot(VoteId("blue-plan"), Choice.FOR), committee)
    story.ask(c.CloseVote(VoteId("blue-plan")), MINH)
    story.wait(95 * 60)
    story.ask(c.Close(), MINH)
    return story


def round_of_two() -> Story:
    """The groups have met; the secretary opens the round at the desk."""
    story = Story(gathered(CELL, held_by(reds(), RED), held_by(blues(), BLUE, "Nhà văn hóa")), 48 * HOURS)
    story.join(CHAIR)
    story.ask(c.Open(), CHAIR)
    return story
