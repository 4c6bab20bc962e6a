"""Who votes, how often, on what base, with what verdict; what is seen of it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import (
    NO_TEXT,
    Choice,
    ItemId,
    MemberId,
    MotionKind,
    Post,
    Seat,
    SeatKind,
    Standing,
    Text,
    VoteId,
)
from server.meeting.rules import MOTIONS, Count, MotionRule, Regulation, Result
from server.meeting.view import CHAIR as CHAIRS
from server.meeting.view import MEMBER, SECRETARY, eyes, mine, shown
from server.meeting.voting import State, Vote, verdict

from .story import (
    ABOVE,
    ADMISSION,
    CALL,
    CHAIR,
    COMMITTEE,
    DEPUTY,
    ELECTION,
    FORMAL,
    GUEST,
    LAN,
    MEMBERS,
    MINH,
    ONE,
    ORDINARY,
    STRANGER,
    T0,
    Story,
    at,
    opened,
    page,
    refused,
)
from .urn import adds_up, least

FOR, AGAINST, OTHER = Choice
RULE = {str(rule.kind): rule for rule in MOTIONS}
FIXED = replace(CALL, regulation=Regulation(motions=(MotionRule(ORDINARY, changeable=False),)))


def voting(*members: MemberId, call: c.Call = CALL, kind: str = ORDINARY) -> Story:
    story = opened(*members, call=call)
    story.ask(open_vote(kind), CHAIR)
    return story


def open_vote(kind: str = ORDINARY, vote: str = ONE, text: str = "Thông qua") -> c.OpenVote:
    return c.OpenVote(VoteId(vote), RULE[kind].kind, Text(text))


def cast(choice: Choice, opinion: str = "", reserved: bool = False, vote: VoteId = ONE) -> c.CastBallot:
    return c.CastBallot(vote, choice, Text(opinion), reserved)


def result(story: Story) -> Result:
    (closed,) = story.ask(c.CloseVote(ONE), CHAIR)
    assert isinstance(closed, e.VoteClosed)
    return closed.result


# -- The base and the right to vote ----------------------------------------------------------------------------------


def of_the_cell(official: int, exempt: int = 0, probationary: int = 0, out: int = 0, guests_in: int = 0) -> c.Call:
    kinds = {
        Standing.OFFICIAL: official,
        Standing.EXEMPT: exempt,
        Standing.PROBATIONARY: probationary,
        Standing.TEMPORARY_OUT: out,
        Standing.TEMPORARY_IN: guests_in,
    }
    seats = [Seat(MemberId(f"{s.value}{n}"), f"{s.value} {n}", standing=s) for s, k in kinds.items() for n in range(k)]
    chair = replace(seats[0], member=CHAIR, post=Post.SECRETARY)
    followers = (Seat(GUEST, "Khách", SeatKind.GUEST, Standing.NONE), Seat(ABOVE, "Cấp trên", SeatKind.SUPERVISOR))
    return replace(CALL, roster=(chair, *seats[1:], *followers), line=())


def test_the_status_decides_who_is_in_the_base() -> None:
    """30 official, 4 exempt of whom 1 came, 3 probationary, 2 introduced elsewhere, 1 from elsewhere: 31."""
    call = of_the_cell(30, 4, 3, 2, 1)
    official = [seat.member for seat in call.roster if seat.standing is Standing.OFFICIAL and seat.member != ABOVE]
    here = (*official[:20], *map(MemberId, ("exempt0", "probationary0", "temporary_in0")), GUEST, ABOVE)
    story = opened(*here, call=call)
    (vote,) = story.ask(open_vote(), CHAIR)
    assert isinstance(vote, e.VoteOpened)
    assert set(vote.base) == {*official, "exempt0"}
    assert shown(story.meeting, MEMBER)["votes"]["all"][ONE]["base"] == 31
    for member in map(MemberId, ("probationary0", "temporary_in0", GUEST, ABOVE)):
        with refused("voter"):
            story.ask(cast(FOR), member)
        assert not mine(story.meeting, member)["voter"]
        assert "CastBallot" not in mine(story.meeting, member)["may"]
    for member in official[:16]:
        story.ask(cast(FOR), member)
    told = result(story)
    assert (told.base, told.in_favour, told.not_voted, told.passed) == (31, 16, 15, True)
    assert told.percent == 5161


def test_an_exempt_member_who_comes_and_votes_is_counted_and_one_who_only_comes_later_is_not() -> None:
    story = voting(CHAIR, LAN, call=FORMAL)
    assert story.meeting.voting.votes[ONE].convened == {CHAIR, DEPUTY, LAN}
    story.join(COMMITTEE)
    assert shown(story.meeting, MEMBER)["votes"]["all"][ONE]["base"] == 3
    story.ask(cast(FOR), COMMITTEE)
    assert shown(story.meeting, MEMBER)["votes"]["all"][ONE]["base"] == 4
    story.ask(cast(FOR), CHAIR)
    told = result(story)
    assert (told.base, told.in_favour, told.passed) == (4, 2, False)


def test_an_official_member_who_comes_later_votes_and_was_counted_already() -> None:
    story = voting(CHAIR, LAN)
    story.join(MINH)
    assert story.ask(cast(FOR), MINH) == (e.BallotCast(ONE, MINH, FOR, NO_TEXT, False),)
    assert result(story).base == 5


def test_who_is_not_here_or_not_of_the_meeting_casts_nothing() -> None:
    story = voting(CHAIR, LAN)
    with refused("not-present"):
        story.ask(cast(FOR), MINH)
    with refused("roster"):
        story.ask(cast(FOR), STRANGER)
    assert not story.meeting.voting.votes[ONE].ballots


def test_who_left_after_voting_has_voted() -> None:
    story = voting()
    story.ask(cast(FOR), LAN)
    story.ask(c.Leave(), LAN)
    assert result(story).in_favour == 1


# -- Ballots ---------------------------------------------------------------------------------------------------------


def test_the_same_ballot_again_is_nothing_and_another_one_replaces_it() -> None:
    story = voting()
    assert story.ask(cast(FOR), LAN) == (e.BallotCast(ONE, LAN, FOR, NO_TEXT, False),)
    assert story.ask(cast(FOR), LAN) == ()
    assert story.ask(cast(AGAINST), LAN) == (e.BallotCast(ONE, LAN, AGAINST, NO_TEXT, False),)
    told = result(story)
    assert (told.in_favour, told.against, told.not_voted) == (0, 1, 4)


def test_after_the_end_the_same_ballot_is_still_nothing_and_another_one_is_refused() -> None:
    story = voting()
    story.ask(cast(FOR), LAN)
    result(story)
    assert story.ask(cast(FOR), LAN) == ()
    story.ask(c.Pause(), CHAIR)
    assert story.ask(cast(FOR), LAN) == ()
    for member, choice in ((LAN, AGAINST), (MINH, FOR)):
        with refused("vote"):
            story.ask(cast(choice), member)
    assert story.meeting.voting.votes[ONE].ballots[LAN].choice is FOR


def test_where_the_rule_says_so_a_ballot_stands() -> None:
    story = voting(call=FIXED)
    story.ask(cast(FOR), LAN)
    assert story.ask(cast(FOR), LAN) == ()
    with refused("ballot"):
        story.ask(cast(AGAINST), LAN)


def test_a_ballot_needs_a_vote_that_exists() -> None:
    story = opened()
    with refused("vote"):
        story.ask(cast(FOR), LAN)
    story.ask(open_vote(), CHAIR)
    with refused("vote"):
        story.ask(cast(FOR, vote=VoteId("other")), LAN)


def test_an_opinion_goes_with_the_ballot_and_is_reserved_with_its_text() -> None:
    story = voting()
    with refused("ballot"):
        story.ask(cast(AGAINST, reserved=True), LAN)
    with refused("text"):
        story.ask(cast(OTHER, "x" * 2001), LAN)
    told = story.ask(cast(AGAINST, " chưa rõ kinh phí ", True), LAN)
    assert told == (e.BallotCast(ONE, LAN, AGAINST, Text("chưa rõ kinh phí"), True),)
    story.ask(cast(OTHER, "sửa điều 2"), MINH)
    assert "reserved" not in shown(story.meeting, CHAIRS)["votes"]["all"][ONE]
    result(story)
    assert shown(story.meeting, CHAIRS)["votes"]["all"][ONE]["opinions"] == {LAN: "chưa rõ kinh phí"}
    view = shown(story.meeting, MEMBER)["votes"]["all"][ONE]
    assert view["reserved"] == 1 and "opinions" not in view


def test_an_opinion_is_reserved_after_the_vote_too() -> None:
    story = voting(CHAIR, LAN, COMMITTEE, MINH, call=FORMAL)
    with refused("vote"):
        story.ask(c.ReserveOpinion(ONE, Text("còn băn khoăn")), LAN)
    story.ask(cast(AGAINST), LAN)
    result(story)
    said = c.ReserveOpinion(ONE, Text("còn băn khoăn"))
    assert story.ask(said, LAN) == (e.OpinionReserved(ONE, LAN, Text("còn băn khoăn")),)
    assert story.ask(said, LAN) == ()
    with refused("voter"):
        story.ask(said, MINH)
    with refused("text"):
        story.ask(c.ReserveOpinion(ONE, Text(" ")), LAN)
    assert story.meeting.voting.votes[ONE].reserved == {LAN: "còn băn khoăn"}


def test_who_was_not_counted_reserves_no_opinion() -> None:
    story = voting(CHAIR, LAN, call=FORMAL)
    story.ask(c.CloseVote(ONE), CHAIR)
    story.join(COMMITTEE)
    with refused("voter"):
        story.ask(c.ReserveOpinion(ONE, Text("tôi đến muộn")), COMMITTEE)


# -- Hands -----------------------------------------------------------------------------------------------------------


def test_the_chair_enters_the_hands_of_those_in_the_room_and_beside_a_neighbour() -> None:
    story = voting(CHAIR, LAN)
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.ask(c.Vouch(MINH), LAN)
    assert story.ask(c.EnterHand(ONE, DEPUTY, FOR), CHAIR) == (e.HandEntered(ONE, DEPUTY, FOR, at(60)),)
    assert story.ask(c.EnterHand(ONE, DEPUTY, FOR), CHAIR) == ()
    story.ask(c.EnterHand(ONE, MINH, AGAINST), CHAIR)
    assert mine(story.meeting, DEPUTY)["ballots"] == {
        ONE: {"choice": "for", "hand": {"until": "2027-01-05T12:31:00.000Z"}}
    }
    told = result(story)  # neither is connected: nobody is waited for
    assert (told.in_favour, told.against) == (1, 1)


def test_a_hand_on_a_telephone_but_not_behind_a_desk_and_not_of_who_is_away() -> None:
    story = opened(CHAIR, LAN)
    story.join(MINH, device="desktop")
    story.ask(open_vote(), CHAIR)
    story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    for member in (MINH, DEPUTY):
        with refused("hand"):
            story.ask(c.EnterHand(ONE, member, FOR), CHAIR)
    with refused("chair-only"):
        story.ask(c.EnterHand(ONE, MINH, FOR), LAN)


def test_no_hand_of_whom_the_regulation_gives_no_vote() -> None:
    story = voting(CHAIR, MINH, GUEST, call=FORMAL)
    for member in (MINH, GUEST):
        with refused("voter"):
            story.ask(c.EnterHand(ONE, member, FOR), CHAIR)


def test_a_contested_hand_is_void_and_the_member_votes_himself() -> None:
    story = voting(CHAIR, LAN)
    story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    story.seconds += 59
    assert story.ask(c.ContestHand(ONE), LAN) == (e.HandContested(ONE, LAN),)
    assert mine(story.meeting, LAN)["ballots"] == {}
    with refused("hand"):
        story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    story.ask(cast(AGAINST), LAN)
    told = result(story)
    assert (told.in_favour, told.against) == (0, 1)


def test_a_hand_is_contested_within_the_window_and_the_vote_waits_for_who_could() -> None:
    story = voting(CHAIR, LAN)
    with refused("hand"):
        story.ask(c.ContestHand(ONE), LAN)
    story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    story.seconds += 59
    with refused("hand"):
        story.ask(c.CloseVote(ONE), CHAIR)
    story.seconds += 1
    with refused("hand"):
        story.ask(c.ContestHand(ONE), LAN)
    assert result(story).in_favour == 1


def test_a_hand_corrected_by_the_chair_may_be_contested_anew() -> None:
    story = voting(CHAIR, LAN)
    story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    story.seconds += 50
    assert story.ask(c.EnterHand(ONE, LAN, AGAINST), CHAIR) == (e.HandEntered(ONE, LAN, AGAINST, at(110)),)
    story.seconds += 50
    story.ask(c.ContestHand(ONE), LAN)


def test_who_has_voted_himself_raises_no_hand_and_a_hand_gives_way_to_his_own_ballot() -> None:
    story = voting(CHAIR, LAN, MINH)
    story.ask(cast(FOR), LAN)
    with refused("hand"):
        story.ask(c.EnterHand(ONE, LAN, AGAINST), CHAIR)
    story.ask(c.EnterHand(ONE, MINH, AGAINST), CHAIR)
    story.ask(cast(FOR), MINH)
    assert result(story).in_favour == 2


def test_a_ballot_that_says_what_the_hand_said_is_his_own_and_no_hand_replaces_it() -> None:
    story = voting(CHAIR, LAN)
    story.ask(c.EnterHand(ONE, LAN, FOR), CHAIR)
    assert story.ask(cast(FOR), LAN) == (e.BallotCast(ONE, LAN, FOR, Text(""), False),)
    assert story.ask(cast(FOR), LAN) == ()
    with refused("hand"):
        story.ask(c.EnterHand(ONE, LAN, AGAINST), CHAIR)
    assert result(story).in_favour == 1


# -- Opening, closing, cancelling ------------------------------------------------------------------------------------


def test_only_the_chair_opens_in_open_session_and_one_vote_at_a_time() -> None:
    story = opened()
    with refused("chair-only"):
        story.ask(open_vote(), LAN)
    story.ask(c.Pause(), CHAIR)
    with refused("phase"):
        story.ask(open_vote(), CHAIR)
    story.ask(c.Resume(), CHAIR)
    story.ask(c.TakeUpItem(ItemId("two")), CHAIR)
    told = story.ask(open_vote(), CHAIR)
    assert told == (e.VoteOpened(ONE, ItemId("two"), Text("Thông qua"), RULE[ORDINARY], MEMBERS),)
    with refused("vote-open"):
        story.ask(open_vote(vote="next"), CHAIR)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (open_vote(text=" "), "text"),
        (open_vote(text="x" * 2001), "text"),
        (open_vote(text="a\x00"), "text"),
        (open_vote(vote=""), "motion"),
        (open_vote(vote="x" * 65), "motion"),
        (replace(open_vote(), kind=MotionKind("unheard")), "motion"),
        (open_vote("election"), "secret-ballot"),
        (open_vote("discipline"), "secret-ballot"),
    ],
)
def test_a_motion_that_cannot_be_put_is_refused(wrong: c.OpenVote, rule: str) -> None:
    with refused(rule):
        opened().ask(wrong, CHAIR)


def test_nothing_takes_the_members_away_from_an_open_vote() -> None:
    story = voting()
    for command in (c.Pause(), c.Close()):
        with refused("vote-open"):
            story.ask(command, CHAIR)
    assert not {"Pause", "Close", "OpenVote"} & set(mine(story.meeting, CHAIR)["may"])
    assert {"CloseVote", "CancelVote", "EnterHand"} <= set(mine(story.meeting, CHAIR)["may"])
    story.ask(c.CloseVote(ONE), CHAIR)
    story.ask(c.Pause(), CHAIR)
    story.ask(c.Close(), CHAIR)


def test_a_vote_is_closed_once_and_its_name_is_used_once() -> None:
    story = voting()
    result(story)
    for command in (c.CloseVote(ONE), c.CancelVote(ONE, "vì")):
        with refused("vote"):
            story.ask(command, CHAIR)
    with refused("motion"):
        story.ask(open_vote(), CHAIR)
    story.ask(open_vote(vote="next"), CHAIR)
    with refused("vote"):
        story.ask(c.CloseVote(ONE), CHAIR)


def test_a_vote_is_cancelled_with_a_reason_that_is_kept() -> None:
    story = voting()
    story.ask(cast(FOR), LAN)
    with refused("reason"):
        story.ask(c.CancelVote(ONE, " "), CHAIR)
    assert story.ask(c.CancelVote(ONE, "nhầm nội dung"), CHAIR) == (e.VoteCancelled(ONE, "nhầm nội dung"),)
    view = shown(story.meeting, MEMBER)["votes"]
    assert "open" not in view
    assert (view["all"][ONE]["state"], view["all"][ONE]["reason"]) == ("cancelled", "nhầm nội dung")
    assert "result" not in view["all"][ONE]
    with refused("vote"):
        story.ask(cast(AGAINST), LAN)


def test_while_the_chair_is_silent_the_vote_stays_open_and_the_acting_chair_closes_it() -> None:
    story = voting()
    story.drop(CHAIR)
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.ask(cast(FOR), LAN)
    assert story.meeting.voting.open == ONE
    told = story.ask(c.CloseVote(ONE), DEPUTY)[0]
    assert isinstance(told, e.VoteClosed) and told.result.in_favour == 1


def test_a_stop_of_the_server_loses_no_ballot() -> None:
    story = voting()
    story.ask(cast(FOR), LAN)
    story.wait(5)
    story.ask(c.Recover(T0.isoformat()))
    story.join(*MEMBERS, tab="b")
    assert story.ask(cast(FOR), LAN) == ()
    assert result(story).in_favour == 1


# -- The verdict -----------------------------------------------------------------------------------------------------

HALF, TWO_THIRDS = RULE[ORDINARY], RULE[ADMISSION]


@pytest.mark.parametrize(
    ("rule", "base", "in_favour", "passed"),
    [
        *((HALF, 4, 2, False), (HALF, 4, 3, True), (HALF, 5, 3, True), (HALF, 31, 15, False), (HALF, 31, 16, True)),
        *(
            (TWO_THIRDS, 3, 2, True),
            (TWO_THIRDS, 30, 19, False),
            (TWO_THIRDS, 30, 20, True),
            (TWO_THIRDS, 31, 20, False),
        ),
        *((HALF, 0, 0, False), (TWO_THIRDS, 0, 0, False), (MotionRule(ORDINARY, 1, 1, at_least=True), 5, 5, True)),
    ],
)
def test_the_verdict_by_example(rule: MotionRule, base: int, in_favour: int, passed: bool) -> None:
    assert rule.passed(in_favour, base) is passed


def of_base(base: int, rule: MotionRule) -> Vote:
    return Vote(ONE, ItemId(""), Text("?"), rule, frozenset(MemberId(str(n)) for n in range(base)), T0)


@pytest.mark.parametrize(
    "rule", [HALF, TWO_THIRDS, MotionRule(ORDINARY, 3, 4), MotionRule(ORDINARY, 1, 1, at_least=True)]
)
def test_for_every_roll_and_every_count_the_verdict_is_that_of_another_formula(rule: MotionRule) -> None:
    for base in range(3, 101):
        vote, enough = of_base(base, rule), least(base, rule)
        for in_favour in range(base + 1):
            told = verdict(vote, Count(in_favour, 0, base - in_favour))
            assert told.passed == (in_favour >= enough)
            assert told.passed == (
                (Fraction(in_favour, base) >= rule.share) if rule.at_least else (in_favour > rule.share * base)
            )
            assert told.percent == int(Fraction(in_favour * 10_000, base))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(3, 100), st.sampled_from([ORDINARY, ADMISSION]))
def test_a_whole_vote_of_any_size_adds_up(data: st.DataObject, size: int, kind: str) -> None:
    call = of_the_cell(size)
    members = [seat.member for seat in call.roster[:size]]
    here = [CHAIR, *data.draw(st.lists(st.sampled_from(members[1:]), unique=True, max_size=size))]
    story = voting(*here, call=call, kind=kind)
    choices = data.draw(st.lists(st.sampled_from(Choice), max_size=len(here)))
    for member, choice in zip(here, choices, strict=False):
        story.ask(cast(choice), member)
    told = result(story)
    counted = (told.in_favour, told.against, told.other)
    assert counted == tuple(choices[: len(here)].count(choice) for choice in Choice)
    adds_up(told, size)


def test_a_hundred_ballots_are_cast_one_by_one_and_the_base_is_a_hundred() -> None:
    call = of_the_cell(100)
    story = voting(*(seat.member for seat in call.roster[:100]), call=call, kind=ADMISSION)
    for number, seat in enumerate(call.roster[:100]):
        story.ask(cast(FOR if number < 66 else AGAINST), seat.member)
    assert not shown(story.meeting, MEMBER)["votes"]["all"][ONE]["waiting"]
    told = result(story)
    assert (told.base, told.in_favour, told.against, told.not_voted, told.passed) == (100, 66, 34, 0, False)


# -- What is seen ----------------------------------------------------------------------------------------------------


def test_who_has_not_voted_is_seen_and_how_anybody_votes_is_not() -> None:
    story = voting(CHAIR, LAN, MINH)
    story.ask(cast(OTHER, "SỬA ĐIỀU HAI"), LAN)
    for kind in (CHAIRS, SECRETARY, MEMBER):
        view = shown(story.meeting, kind)["votes"]
        assert view["open"] == ONE
        assert view["all"][ONE] == {
            "order": 0,
            "kind": "ordinary",
            "text": "Thông qua",
            "item": "",
            "state": "open",
            "over": 1,
            "under": 2,
            "at_least": False,
            "changeable": True,
            "document": "Điều lệ Đảng 2011",
            "opened_at": "2027-01-05T12:30:00.000Z",
            "base": 5,
            "voted": 1,
            "waiting": dict.fromkeys(sorted((CHAIR, DEPUTY, COMMITTEE, MINH)), True),
        }
    assert mine(story.meeting, LAN)["ballots"] == {ONE: {"choice": "other", "opinion": "SỬA ĐIỀU HAI"}}
    assert mine(story.meeting, MINH)["ballots"] == {}


def test_after_the_end_the_counts_are_seen() -> None:
    story = voting()
    for member, choice in zip(MEMBERS, (FOR, FOR, FOR, AGAINST), strict=False):
        story.ask(cast(choice), member)
    story.wait(5)
    result(story)
    view = shown(story.meeting, MEMBER)["votes"]["all"][ONE]
    assert view["result"] == {
        "base": 5,
        "in_favour": 3,
        "against": 1,
        "other": 0,
        "invalid": 0,
        "not_voted": 1,
        "passed": True,
        "percent": 6000,
    }
    assert (view["state"], view["closed_at"]) == ("closed", "2027-01-05T12:30:05.000Z")
    assert "waiting" not in view


# -- On paper --------------------------------------------------------------------------------------------------------

PAPER = c.RecordPaperBallot(ONE, ELECTION, Text("Bầu phó bí thư"))


def on_paper() -> Story:
    story = opened()
    story.ask(PAPER, CHAIR)
    return story


def count(in_favour: int, against: int = 0, other: int = 0, invalid: int = 0) -> c.EnterCount:
    return c.EnterCount(ONE, in_favour, against, other, invalid)


def test_a_secret_motion_is_counted_alike_by_two_of_the_committee() -> None:
    story = on_paper()
    assert story.ask(count(4, 0, 0, 1), CHAIR) == (e.CountEntered(ONE, CHAIR, Count(4, 0, 0, 1)),)
    assert story.ask(count(4, 0, 0, 1), CHAIR) == ()
    told = story.ask(count(4, 0, 0, 1), DEPUTY)
    expected = Result(5, 4, 0, 0, 0, True, RULE[ELECTION], 1)
    assert told == (e.CountEntered(ONE, DEPUTY, Count(4, 0, 0, 1)), e.CountRecorded(ONE, (CHAIR, DEPUTY), expected))
    assert story.meeting.voting.votes[ONE].state is State.COUNTED
    assert story.ask(count(4, 0, 0, 1), DEPUTY) == ()
    with refused("count"):
        story.ask(count(5), DEPUTY)


def test_in_a_cell_without_a_committee_the_minutes_secretary_counts_too() -> None:
    story = on_paper()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.ask(count(4, 0, 0, 1), CHAIR)
    assert isinstance(story.ask(count(4, 0, 0, 1), LAN)[-1], e.CountRecorded)


def test_two_counts_that_differ_are_both_shown_and_each_counts_anew() -> None:
    story = on_paper()
    story.ask(count(4, 1), CHAIR)
    view = shown(story.meeting, MEMBER)["votes"]["all"][ONE]
    assert view["counters"] == {CHAIR: True} and "counts" not in view, "the second one counts for himself"
    story.ask(count(3, 2), DEPUTY)
    view = shown(story.meeting, MEMBER)["votes"]["all"][ONE]
    assert view["state"] == "paper"
    assert {who: each["in_favour"] for who, each in view["counts"].items()} == {CHAIR: 4, DEPUTY: 3}
    told = story.ask(count(3, 2), CHAIR)[-1]
    assert isinstance(told, e.CountRecorded) and told.result.passed


def test_who_counts_is_of_the_committee_and_counts_no_more_than_there_are() -> None:
    story = on_paper()
    with refused("count"):
        story.ask(count(3), LAN)
    for wrong in (count(6), count(-1), count(3, 2, 0, 1)):
        with refused("count"):
            story.ask(wrong, DEPUTY)
    assert "EnterCount" in mine(story.meeting, COMMITTEE)["may"]
    assert "EnterCount" not in mine(story.meeting, LAN)["may"]


def test_what_is_voted_openly_is_not_voted_on_paper_and_nothing_secret_is_cast() -> None:
    story = opened()
    with refused("secret-ballot"):
        story.ask(replace(PAPER, kind=ORDINARY), CHAIR)
    story.ask(PAPER, CHAIR)
    with refused("vote"):
        story.ask(cast(FOR), LAN)
    with refused("vote"):
        story.ask(c.CloseVote(ONE), CHAIR)
    story.ask(c.CancelVote(ONE, "bầu lại tháng sau"), CHAIR)
    with refused("count"):
        story.ask(count(3), CHAIR)


def test_paper_waits_for_nobody() -> None:
    story = on_paper()
    story.ask(c.Pause(), CHAIR)
    story.ask(count(3), DEPUTY)
    assert story.ask(c.Close(), CHAIR) == (e.Closed(),)


# -- The rules of its day --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "motions",
    [
        (HALF, HALF),
        (MotionRule(ORDINARY, 0, 2),),
        (MotionRule(ORDINARY, 3, 2),),
        (MotionRule(ORDINARY, 1, 1),),
    ],
)
def test_a_share_that_nothing_can_reach_is_refused_at_the_call(motions: tuple[MotionRule, ...]) -> None:
    with refused("call"):
        Story(replace(CALL, regulation=Regulation(motions=motions)))


def test_the_eyes_of_the_minutes_secretary() -> None:
    story = opened()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    assert [eyes(story.meeting, member) for member in (CHAIR, LAN, MINH)] == [CHAIRS, SECRETARY, MEMBER]


def test_a_connection_that_returns_still_has_its_ballot() -> None:
    story = voting(CHAIR, LAN)
    story.ask(cast(FOR), LAN)
    story.drop(LAN)
    story.ask(c.Join(page(LAN), "phone"), LAN)
    assert mine(story.meeting, LAN)["ballots"][ONE]["choice"] == "for"
