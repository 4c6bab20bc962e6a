"""A round: each party group has its own meeting, in place of the whole cell (Hướng dẫn 03-HD/TW)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import (
    NO_ITEM,
    Choice,
    GroupMeeting,
    ItemId,
    MemberId,
    MotionId,
    PartyGroup,
    Post,
    RollState,
    Seat,
    Standing,
    TaskId,
    Text,
    VoteId,
)
from server.meeting.minutes import attendance_of
from server.meeting.proceedings import proceedings
from server.meeting.rules import Result
from server.meeting.view import CHAIR as DESK
from server.meeting.view import MEMBER, mine, shown
from server.meeting.voting import State

from .round_story import (
    BLUES,
    CELL,
    ENTRY,
    FOLLOWER,
    HOURS,
    MOTIONS,
    PLAN,
    REDS,
    WORDS,
    blues,
    cell,
    followed,
    gathered,
    held_by,
    meets,
    part_of,
    reds,
    round_of_two,
    votes,
)
from .story import BLUE, CHAIR, COMMITTEE, DEPUTY, ELECTION, LAN, MINH, ORDINARY, RED, SCORE, Story, points, refused

WHOLE = VoteId("whole")


# -- The meeting of a group ------------------------------------------------------------------------------------------


def test_the_leader_chairs_his_group_and_only_its_members_attend() -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    assert (story.meeting.chair.acting, story.meeting.chair.line) == (LAN, (DEPUTY, CHAIR))
    with refused("roster"):
        story.join(MINH)


def test_a_group_votes_on_what_was_prepared_and_its_votes_are_counted_not_decided() -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    votes(story, LAN, PLAN, {LAN: Choice.FOR, CHAIR: Choice.OTHER})
    (vote,) = story.meeting.voting.votes.values()
    assert (vote.state, vote.result, vote.motion, vote.text) == (State.REPORTED, None, PLAN, MOTIONS[0].text)
    assert vote.item == MOTIONS[0].item, "it stands under its item, whatever is under debate"
    view: Any = shown(story.meeting, MEMBER)["votes"]["all"][vote.id]
    assert view["count"] == {"in_favour": 1, "against": 0, "other": 1, "invalid": 0}
    assert (view["state"], view["base"], "result" in view) == ("reported", 3, False)


@pytest.mark.parametrize(
    "command",
    [
        c.OpenVote(WHOLE, ORDINARY, Text("Bầu trưởng thôn")),
        c.RecordPaperBallot(WHOLE, ELECTION, Text("Bầu bí thư")),
        c.ProposeScore(points()),
        c.GiveTask(TaskId("t"), Text("Dọn đường"), LAN, "2027-02-01"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_group_decides_nothing(command: c.Command) -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    with refused("group-decides"):
        story.ask(command, LAN)
    assert type(command).__name__ not in mine(story.meeting, LAN)["may"]


def test_a_motion_is_put_once_and_again_only_when_the_vote_was_cancelled() -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    story.ask(c.PutMotion(VoteId("a"), PLAN), LAN)
    story.ask(c.CancelVote(VoteId("a"), "nhầm"), LAN)
    votes(story, LAN, PLAN, {LAN: Choice.FOR})
    with refused("motion"):
        story.ask(c.PutMotion(VoteId("b"), PLAN), LAN)
    with refused("motion"):
        story.ask(c.PutMotion(VoteId("c"), MotionId("unknown")), LAN)
    assert "PutMotion" in mine(story.meeting, LAN)["may"], "the other motion waits"
    votes(story, LAN, ENTRY, {})
    assert "PutMotion" not in mine(story.meeting, LAN)["may"]


def test_a_group_counts_no_groups_and_files_no_results() -> None:
    story = reds()
    with refused("group-decides"):
        story.ask(c.MarkReported("2027-01-06"), LAN)
    open_one = meets(part_of(CELL, REDS), (LAN, CHAIR))
    with refused("motion"):
        open_one.ask(c.CountGroups(WHOLE, PLAN), LAN)


# -- What it held ----------------------------------------------------------------------------------------------------


def test_what_a_group_held_is_read_off_its_log() -> None:
    held, last = held_by(reds(), RED), reds().log[-1]
    assert (held.group, held.name, held.chair, held.secretary, held.adopted) == (RED, "Tổ 1", LAN, CHAIR, True)
    assert (held.seq, held.closed_at, held.seconds) == (last.seq, last.at, 101 * 60)
    assert {stay.member for stay in held.stays} == {LAN, CHAIR} and held.stays[0].kinds == ("online",)
    (poll,) = held.polls
    assert (poll.motion, set(poll.voted)) == (PLAN, {LAN, CHAIR})
    assert (poll.in_favour, poll.against, poll.other) == (1, 1, 0)
    assert [(each.member, each.text) for each in poll.reserved] == [(CHAIR, "Cần thêm kinh phí")]
    assert [(told.item, told.text, told.conclusion) for told in held.told] == [
        (ItemId("two"), WORDS, "Tổ nhất trí trình chi bộ")
    ]


def test_a_pause_of_the_group_is_not_part_of_its_length() -> None:
    story = meets(part_of(CELL, BLUES), (MINH,))
    story.wait(600)
    story.ask(c.Pause(), MINH)
    story.wait(300)
    story.ask(c.Resume(), MINH)
    story.ask(c.Close(), MINH)
    assert held_by(story, BLUE).seconds == 600


# -- The round -------------------------------------------------------------------------------------------------------


def test_who_was_in_his_group_has_attended_the_round() -> None:
    story = round_of_two()
    lines = {called.seat.member: called for called in proceedings(story.log).roll}
    assert {member for member, called in lines.items() if called.present} == {CHAIR, LAN, MINH, COMMITTEE}
    assert lines[LAN].line.seconds == 101 * 60, "as long as he sat in his group"
    view = shown(story.meeting, DESK)
    assert (view["counts"]["present"], view["counts"]["of"]) == (4, 5)
    assert (view["roll"][LAN]["state"], view["roll"][LAN]["met"]) == ("absent", RED)
    assert (view["roll"][CHAIR]["state"], view["roll"][DEPUTY]["state"]) == ("present", "absent")
    assert view["round"]["held"][BLUE]["place"] == "Nhà văn hóa"


def test_a_follower_who_sat_with_a_group_is_not_counted_among_those_present() -> None:
    red = meets(followed(part_of(CELL, REDS)), (LAN, CHAIR, FOLLOWER.member))
    red.wait(95 * 60)
    red.ask(c.Close(), LAN)
    story = Story(gathered(followed(CELL), held_by(red, RED), held_by(blues(), BLUE)), 48 * HOURS)
    view = shown(story.meeting, DESK)
    assert view["round"]["held"][RED]["present"] == 2
    assert view["roll"][FOLLOWER.member]["met"] == RED
    assert [each.seat for each in proceedings(story.log).guests] == [FOLLOWER]


def test_the_common_session_adds_who_comes_to_it() -> None:
    story = round_of_two()
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.wait(300)
    story.ask(c.Close(), CHAIR)
    lines = {line.member: line for line in attendance_of(story.log)}
    assert lines[DEPUTY].seconds == 300
    assert lines[CHAIR].seconds == 101 * 60 + 300, "his group and the common session"
    assert next(sorted(span.kinds) for span in lines[CHAIR].spans) == ["online"]


def test_only_who_keeps_the_record_opens_the_round_on_a_device() -> None:
    with refused("in-person"):
        round_of_two().join(LAN)


def test_the_groups_are_counted_over_the_whole_cell() -> None:
    story = round_of_two()
    (counted,) = story.ask(c.CountGroups(WHOLE, PLAN), CHAIR)
    assert isinstance(counted, e.GroupsCounted)
    # chair, deputy, Lan are official; the exempt committee member was in his group; Minh is probationary.
    assert counted.base == (CHAIR, DEPUTY, COMMITTEE, LAN)
    assert counted.result == Result(4, 2, 1, 0, 1, passed=False, rule=counted.rule), "2 of 4 is not more than half"
    vote = story.meeting.voting.votes[WHOLE]
    assert (vote.state, vote.reserved) == (State.CLOSED, {CHAIR: "Cần thêm kinh phí"})
    view: Any = shown(story.meeting, MEMBER)["votes"]["all"][WHOLE]
    assert view["groups"][RED] == {"in_favour": 1, "against": 1, "other": 0, "invalid": 0}
    with refused("motion"):
        story.ask(c.CountGroups(VoteId("again"), PLAN), CHAIR)
    with refused("motion"):
        story.ask(c.PutMotion(VoteId("again"), PLAN), CHAIR)


def test_who_has_not_voted_in_his_group_votes_in_the_common_session_and_nobody_votes_twice() -> None:
    story = round_of_two()
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.ask(c.PutMotion(WHOLE, PLAN), CHAIR)
    with refused("voted"):
        story.ask(c.CastBallot(WHOLE, Choice.FOR), CHAIR)
    with refused("voted"):
        story.ask(c.EnterHand(WHOLE, CHAIR, Choice.FOR), CHAIR)
    with refused("vote-open"):
        story.ask(c.CountGroups(VoteId("other"), PLAN), CHAIR)
    story.ask(c.EnterHand(WHOLE, DEPUTY, Choice.FOR), CHAIR)
    view: Any = shown(story.meeting, DESK)["votes"]["all"][WHOLE]
    assert (view["voted"], view["waiting"], "groups" in view) == (4, {}, False), "no sums while it is open"
    story.wait(61)
    story.ask(c.CloseVote(WHOLE), CHAIR)
    result = story.meeting.voting.votes[WHOLE].result
    assert result and (result.base, result.in_favour, result.against, result.passed) == (4, 3, 1, True)


def test_what_no_group_voted_on_is_voted_in_the_common_session() -> None:
    story = round_of_two()
    with refused("motion"):
        story.ask(c.CountGroups(WHOLE, ENTRY), CHAIR)
    story.ask(c.PutMotion(WHOLE, ENTRY), CHAIR)
    story.ask(c.CastBallot(WHOLE, Choice.FOR), CHAIR)
    story.ask(c.CloseVote(WHOLE), CHAIR)
    result = story.meeting.voting.votes[WHOLE].result
    assert result and (result.base, result.in_favour, result.not_voted) == (4, 1, 3)


def test_the_sums_of_the_groups_are_for_the_chair_until_it_is_decided() -> None:
    story = round_of_two()
    desk, member = (shown(story.meeting, eyes)["round"]["motions"][PLAN] for eyes in (DESK, MEMBER))
    assert "groups" in desk and "groups" not in member


def test_what_the_leader_said_of_the_roll_holds_for_the_round_until_who_was_absent_comes() -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    story.ask(c.CorrectRoll(DEPUTY, RollState.ABSENT_EXCUSED, "ốm"), LAN)
    story.ask(c.Close(), LAN)
    whole = Story(gathered(CELL, held_by(story, RED)), 48 * HOURS)
    assert whole.meeting.opening.corrections[DEPUTY].state is RollState.ABSENT_EXCUSED
    whole.join(CHAIR)
    whole.ask(c.TickPresent(DEPUTY), CHAIR)
    assert DEPUTY not in whole.meeting.opening.corrections


def test_who_was_to_verify_in_his_group_still_is() -> None:
    story = meets(part_of(CELL, REDS), (LAN, CHAIR))
    story.ask(c.AskPresence(), LAN)
    story.wait(200)
    story.ask(c.Close(), LAN)
    whole = Story(gathered(CELL, held_by(story, RED)), 48 * HOURS)
    assert set(whole.meeting.checks.to_verify) == {CHAIR}
    assert next(line for line in attendance_of(whole.log) if line.member == CHAIR).to_verify


def test_a_matter_has_what_each_group_wrote_of_it() -> None:
    matters = {matter.item.id: matter for matter in proceedings(round_of_two().log).matters}
    assert [(group.name, told.text) for group, told in matters[ItemId("two")].groups] == [("Tổ 1", WORDS)]
    assert not matters[ItemId("one")].groups and matters[NO_ITEM].empty


def _held(**changed: Any) -> GroupMeeting:
    return replace(held_by(reds(), RED), **changed)


@pytest.mark.parametrize(
    "call",
    [
        replace(gathered(CELL, _held()), held=()),
        replace(CELL, held=(_held(),)),
        gathered(CELL, _held(), _held(meeting="other")),
        gathered(CELL, _held(), _held(group=BLUE)),
        gathered(CELL, _held(), _held(group=BLUE, meeting="other")),  # they voted twice
        gathered(CELL, _held(to_verify=(MemberId("stranger"),))),
        gathered(CELL, _held(polls=(replace(_held().polls[0], in_favour=2),))),
        gathered(CELL, _held(polls=(replace(_held().polls[0], motion=MotionId("unknown")),))),
        replace(CELL, motions=(replace(MOTIONS[0], kind=ELECTION),)),
        replace(CELL, motions=(replace(MOTIONS[0], kind=SCORE),)),
        replace(CELL, motions=(replace(MOTIONS[0], item=ItemId("nowhere")),)),
        replace(CELL, motions=(MOTIONS[0], MOTIONS[0])),
    ],
)
def test_a_round_that_does_not_fit_is_not_called(call: c.Call) -> None:
    with refused("call"):
        Story(call)


# -- Laws: a round of a cell is one meeting of it --------------------------------------------------------------------

MOST = 9
STANDINGS = (Standing.OFFICIAL, Standing.OFFICIAL, Standing.EXEMPT, Standing.PROBATIONARY, Standing.TEMPORARY_IN)
CAN_VOTE = {Standing.OFFICIAL, Standing.EXEMPT}


@st.composite
def cells(draw: st.DrawFn) -> tuple[list[Seat], list[PartyGroup], set[MemberId], dict[MemberId, Choice]]:
    """Seats in groups, the groups, who comes to his group, what some of those who come and may vote vote."""
    names = [MemberId(f"m{n}") for n in range(draw(st.integers(2, MOST)))]
    groups = [f"g{n}" for n in range(draw(st.integers(1, 3)))]
    seats = [
        Seat(
            name,
            f"Đồng chí {name}",
            standing=draw(st.sampled_from(STANDINGS)),
            post=Post.SECRETARY if n == 0 else Post.NONE,
            group=draw(st.sampled_from(groups)),  # type: ignore[arg-type]
        )
        for n, name in enumerate(names)
    ]
    parties = [_party(group, seats) for group in groups if any(seat.group == group for seat in seats)]
    here = {name for name in names if draw(st.booleans())} | {group.leader for group in parties}
    voters = [seat.member for seat in seats if seat.member in here and seat.standing in CAN_VOTE]
    marks = {name: draw(st.sampled_from([*Choice, None])) for name in voters}
    return seats, parties, here, {name: mark for name, mark in marks.items() if mark}


def _party(group: str, seats: list[Seat]) -> PartyGroup:
    leader = next(seat.member for seat in seats if seat.group == group)
    return PartyGroup(leader and group, group, leader)  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells(), st.sampled_from([PLAN, ENTRY]), st.sets(st.integers(0, MOST)))
def test_however_a_cell_is_split_its_round_comes_to_what_one_meeting_would(
    drawn: Any, motion: MotionId, late: Any
) -> None:
    """The same people cast the same ballots: the same verdict; and who was in his group was at the meeting."""
    seats, parties, here, ballots = drawn
    call = replace(cell(seats), groups=(), chair=seats[0].member, line=())
    later = {seat.member for n, seat in enumerate(seats) if n in late} & ballots.keys()  # in the common session
    held = []
    for n, group in enumerate(parties):
        ours = {seat.member for seat in seats if seat.group == group.id}
        story = meets(part_of(call, group), sorted(here & ours), n * HOURS)
        votes(story, group.leader, motion, {m: ballots[m] for m in sorted((ours & ballots.keys()) - later)})
        story.wait(60)
        story.ask(c.Close(), group.leader)
        held.append(held_by(story, group.id))
    whole = _gathers(gathered(call, *held), seats[0].member, motion, {m: ballots[m] for m in sorted(later)})
    alone = _one_meeting(call, seats, here, motion, ballots)
    assert whole.meeting.voting.votes[WHOLE].result == alone.meeting.voting.votes[WHOLE].result
    present = {line.seat.member for line in proceedings(whole.log).roll if line.present}
    assert present == here | later | {seats[0].member}


def _gathers(call: c.Call, chair: MemberId, motion: MotionId, ballots: dict[MemberId, Choice]) -> Story:
    """Nobody votes late: the groups are counted; else those who do vote in the room."""
    story = Story(call, 100 * HOURS)
    story.join(chair)
    story.ask(c.Open(), chair)
    if not ballots:
        story.ask(c.CountGroups(WHOLE, motion), chair)
        return story
    for member in ballots.keys() - {chair}:
        story.ask(c.TickPresent(member), chair)
    story.ask(c.PutMotion(WHOLE, motion), chair)
    for member, choice in ballots.items():
        story.ask(c.EnterHand(WHOLE, member, choice), chair)
    story.wait(61)
    story.ask(c.CloseVote(WHOLE), chair)
    return story


def _one_meeting(call: c.Call, seats: list[Seat], here: set[MemberId], motion: MotionId, ballots: Any) -> Story:
    """The secretary is at the one, as he is at the desk of the other."""
    story = Story(replace(call, motions=()))
    story.join(*sorted(here | {seats[0].member}))
    story.ask(c.Open(), seats[0].member)
    kind = next(each.kind for each in MOTIONS if each.id == motion)
    story.ask(c.OpenVote(WHOLE, kind, Text("Như nhau")), seats[0].member)
    for member, choice in ballots.items():
        story.ask(c.CastBallot(WHOLE, choice), member)
    story.ask(c.CloseVote(WHOLE), seats[0].member)
    return story


def test_a_round_of_blues_alone_is_a_round() -> None:
    """Who is in no group that met is in the base all the same."""
    story = Story(gathered(CELL, held_by(blues(), BLUE)), 48 * HOURS)
    story.join(CHAIR)
    story.ask(c.Open(), CHAIR)
    (counted,) = story.ask(c.CountGroups(WHOLE, PLAN), CHAIR)
    assert isinstance(counted, e.GroupsCounted) and counted.result.base == 4
