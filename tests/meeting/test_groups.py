"""Party groups sit apart, work, report and are gathered: a state of the same meeting."""

from dataclasses import replace

import pytest

from server.meeting import Refused, due
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import HALL, NO_ITEM, Circle, GroupId, ItemId, MemberId, Question, QuestionId, Text, VoteId
from server.meeting.reports import sittings_of
from server.meeting.staging import PlacePlan, plan
from server.meeting.view import CHAIR as CHAIRS
from server.meeting.view import MEMBER, eyes, mine, shown
from server.meeting.whereabouts import Stay, whereabouts_of

from .story import (
    BLUE,
    CHAIR,
    COMMITTEE,
    DEPUTY,
    GUEST,
    LAN,
    LARGE,
    MATTER,
    MEMBERS,
    MINH,
    ORDINARY,
    RED,
    Story,
    apart,
    at,
    opened,
    page,
    refused,
)

Q = QuestionId("q")


def places(story: Story) -> dict[str, str]:
    return {peer.member: peer.place for peer in plan(story.meeting).peers.values()}


# -- Splitting -------------------------------------------------------------------------------------------------------


def test_the_groups_of_the_register_sit_apart_and_the_chair_stays_in_the_hall() -> None:
    story = apart()
    assert places(story) == {CHAIR: HALL, LAN: RED, DEPUTY: RED, MINH: BLUE, COMMITTEE: BLUE}
    view = shown(story.meeting, CHAIRS)["groups"]
    assert view["apart"] == "1"
    assert view["sittings"]["1"]["groups"][RED]["name"] == "Tổ 1"
    assert view["sittings"]["1"]["until"] == "2027-01-05T12:40:00.000Z"


def test_who_has_no_group_stays_in_the_hall() -> None:
    story = apart()
    story.join(GUEST)
    assert places(story)[GUEST] == HALL


def test_the_cell_splits_as_the_chair_draws_or_assigns_it() -> None:
    story = opened(call=LARGE)
    circles = (Circle(GroupId("a"), " Tổ A ", (LAN, MINH), MINH), Circle(GroupId("b"), "Tổ B", (DEPUTY, COMMITTEE)))
    story.ask(c.FormGroups((Question(Q, NO_ITEM, Text("Nên họp mấy giờ?")),), 5, circles), CHAIR)
    assert places(story) == {CHAIR: HALL, LAN: "a", MINH: "a", DEPUTY: "b", COMMITTEE: "b"}
    assert story.meeting.leader(GroupId("a")) == MINH
    story.ask(c.AssignToGroup(LAN, GroupId("b")), CHAIR)
    story.ask(c.AssignToGroup(DEPUTY, HALL), CHAIR)
    assert (places(story)[LAN], places(story)[DEPUTY]) == ("b", HALL)


def test_a_leader_who_is_assigned_elsewhere_leads_no_longer() -> None:
    story = apart()
    story.ask(c.AssignToGroup(LAN, BLUE), CHAIR)
    assert story.meeting.leader(RED) != LAN
    assert story.meeting.leader(BLUE) == MINH


@pytest.mark.parametrize(
    ("rule", "command"),
    [
        ("groups-time", c.FormGroups(MATTER, 0)),
        ("groups-time", c.FormGroups(MATTER, 61)),
        ("groups", c.FormGroups((), 10)),
        ("agenda", c.FormGroups((Question(Q, ItemId("unheard of")),), 10)),
        ("text", c.FormGroups((Question(Q),), 10)),
        ("groups", c.FormGroups(MATTER, 10, (Circle(RED, "", (LAN, DEPUTY)),))),
        ("groups", c.FormGroups(MATTER, 10, (Circle(RED, "", (LAN, CHAIR)), Circle(BLUE, "", (MINH, DEPUTY))))),
        ("groups", c.FormGroups(MATTER, 10, (Circle(RED, "", (LAN,)), Circle(BLUE, "", (MINH, DEPUTY))))),
        ("groups", c.FormGroups(MATTER, 10, (Circle(RED, "", (LAN, MINH)), Circle(BLUE, "", (MINH, DEPUTY))))),
        ("roster", c.FormGroups(MATTER, 10, (Circle(RED, "", (LAN, MemberId("x"))), Circle(BLUE, "", (MINH, DEPUTY))))),
    ],
)
def test_a_split_that_does_not_fit_is_refused(rule: str, command: c.FormGroups) -> None:
    story = opened(call=LARGE)
    with refused(rule):
        story.ask(command, CHAIR)
    assert places(story)[LAN] == HALL


def test_only_the_chair_splits_and_not_twice() -> None:
    story = apart()
    with refused("groups"):
        story.ask(c.FormGroups(MATTER, 10), CHAIR)
    with refused("chair-only"):
        story.ask(c.GatherGroups(), LAN)


def test_nobody_splits_a_cell_while_it_votes_nor_votes_while_it_is_split() -> None:
    story = opened(call=LARGE)
    story.ask(c.OpenVote(VoteId("v"), ORDINARY, Text("Đồng ý?")), CHAIR)
    with refused("vote-open"):
        story.ask(c.FormGroups(MATTER, 10), CHAIR)
    story.ask(c.CancelVote(VoteId("v"), "chia tổ trước"), CHAIR)
    story.ask(c.FormGroups(MATTER, 10), CHAIR)
    with refused("groups"):
        story.ask(c.OpenVote(VoteId("w"), ORDINARY, Text("Đồng ý?")), CHAIR)


def test_a_cell_without_party_groups_is_told_so() -> None:
    story = opened(call=replace(LARGE, groups=()))
    with refused("groups"):
        story.ask(c.FormGroups(MATTER, 10), CHAIR)


# -- Time ------------------------------------------------------------------------------------------------------------


def test_when_the_time_is_over_everyone_is_in_the_hall_again() -> None:
    story = apart(minutes=10)
    assert due(story.meeting) == at(600)
    assert story.wait(600) == (e.GroupsGathered(at(900)),)
    assert set(places(story).values()) == {HALL}


def test_the_time_is_over_also_for_a_server_that_was_down() -> None:
    story = apart(minutes=10)
    story.seconds = 700
    story.ask(c.Recover(at(300).isoformat()))
    assert story.meeting.groups.apart is None


def test_the_chair_extends_and_gathers_early() -> None:
    story = apart(minutes=10)
    story.ask(c.ExtendGroups(5), CHAIR)
    assert story.wait(899) == ()
    with refused("groups-time"):
        story.ask(c.ExtendGroups(60), CHAIR)
    story.ask(c.GatherGroups(), CHAIR)
    assert places(story)[LAN] == HALL


def test_pausing_and_closing_gather_first() -> None:
    story = apart()
    assert [type(event) for event in story.ask(c.Pause(), CHAIR)] == [e.GroupsGathered, e.Paused]
    story = apart()
    assert isinstance(story.ask(c.Close(), CHAIR)[0], e.GroupsGathered)


# -- The debate inside -----------------------------------------------------------------------------------------------


def test_each_group_has_its_own_queue_which_its_leader_conducts() -> None:
    story = apart()
    story.ask(c.AskToSpeak(), DEPUTY)
    assert story.ask(c.AskToSpeak(), MINH) == (e.SpeakerQueued(MINH, BLUE),)
    assert story.meeting.debate(RED).queue == (DEPUTY,)
    with refused("leader-only"):
        story.ask(c.GiveFloor(DEPUTY), DEPUTY)
    with refused("floor"):
        story.ask(c.GiveFloor(MINH), LAN)
    story.ask(c.GiveFloor(DEPUTY), LAN)
    assert plan(story.meeting).places[RED] == PlacePlan((DEPUTY, LAN), DEPUTY)
    assert plan(story.meeting).places[BLUE] == PlacePlan((MINH,), MINH)
    assert shown(story.meeting, eyes(story.meeting, LAN))["speaking"]["floor"]["member"] == DEPUTY
    assert "floor" not in shown(story.meeting, eyes(story.meeting, MINH))["speaking"]
    assert "floor" not in shown(story.meeting, CHAIRS)["speaking"]


def test_the_queue_of_the_hall_waits_for_those_who_are_away() -> None:
    story = opened(call=LARGE)
    story.ask(c.AskToSpeak(), LAN)
    story.ask(c.FormGroups(MATTER, 10), CHAIR)
    assert story.meeting.speaking.queue == (LAN,)
    with refused("floor"):
        story.ask(c.GiveFloor(LAN), CHAIR)
    story.ask(c.GatherGroups(), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)


def test_no_microphone_changes_by_the_move() -> None:
    story = opened(call=LARGE)
    story.ask(c.OpenDiscussion(), CHAIR)
    for member in (LAN, MINH, CHAIR):
        story.ask(c.TurnOnMicrophone(), member)
    story.ask(c.Mute(DEPUTY), CHAIR)
    before = story.meeting.microphones
    story.ask(c.FormGroups(MATTER, 10), CHAIR)
    assert story.meeting.microphones == before
    story.wait(600)
    assert story.meeting.microphones == before


def test_the_leader_mutes_in_his_group_and_nowhere_else() -> None:
    story = apart()
    story.ask(c.Mute(DEPUTY), LAN)
    with refused("leader-only"):
        story.ask(c.Mute(MINH), LAN)
    with refused("chair-only"):
        story.ask(c.Mute(LAN), DEPUTY)
    story.ask(c.LiftMute(DEPUTY), LAN)


# -- Who leads -------------------------------------------------------------------------------------------------------


def test_a_leader_who_is_cut_off_is_followed_by_his_deputy_and_comes_back_as_leader() -> None:
    story = apart()
    story.drop(LAN)
    assert story.wait(30) == (e.ChairOffered(DEPUTY, RED),)
    assert mine(story.meeting, DEPUTY)["groups"]["offered"]
    with refused("succession"):
        story.ask(c.LeadGroup(), COMMITTEE)
    story.ask(c.LeadGroup(), DEPUTY)
    assert (story.meeting.leader(RED), story.meeting.chair.acting) == (DEPUTY, CHAIR)
    story.join(LAN)
    assert story.meeting.leader(RED) == LAN


def test_the_deputy_leads_at_once_where_the_leader_did_not_come() -> None:
    story = apart(CHAIR, DEPUTY, MINH, COMMITTEE)
    assert story.meeting.leader(RED) == DEPUTY
    assert e.ChairReturned(LAN, RED) in story.join(LAN)


def test_where_nobody_leads_more_than_half_of_those_who_sit_there_choose() -> None:
    circles = (Circle(GroupId("a"), "A", (LAN, MINH, DEPUTY)), Circle(GroupId("b"), "B", (COMMITTEE, GUEST)))
    story = opened(*MEMBERS, call=LARGE)
    story.ask(c.FormGroups(MATTER, 10, circles), CHAIR)
    assert story.meeting.allowed(DEPUTY), "they must be able to talk about it"
    story.ask(c.ChooseLeader(MINH), LAN)
    assert story.meeting.leader(GroupId("a")) == ""
    with refused("leader"):
        story.ask(c.ChooseLeader(COMMITTEE), DEPUTY)
    assert story.ask(c.ChooseLeader(MINH), DEPUTY)[-1] == e.LeaderElected(GroupId("a"), MINH)
    assert story.meeting.leader(GroupId("a")) == MINH
    with refused("leader"):
        story.ask(c.ChooseLeader(LAN), DEPUTY)


def test_who_leaves_may_make_the_others_a_majority() -> None:
    circles = (Circle(GroupId("a"), "A", (LAN, MINH, DEPUTY)), Circle(GroupId("b"), "B", (COMMITTEE, GUEST)))
    story = opened(*MEMBERS, call=LARGE)
    story.ask(c.FormGroups(MATTER, 10, circles), CHAIR)
    story.ask(c.ChooseLeader(LAN), LAN)
    story.drop(DEPUTY)
    story.ask(c.ChooseLeader(LAN), MINH)
    assert story.meeting.leader(GroupId("a")) == LAN


def test_the_chair_cut_off_while_groups_sit_is_followed_as_ever() -> None:
    story = apart()
    story.drop(CHAIR)
    assert story.wait(30) == (e.ChairOffered(DEPUTY),)
    story.ask(c.TakeChair(), DEPUTY)
    assert places(story)[DEPUTY] == RED, "he goes on sitting with his group"
    story.ask(c.VisitGroup(HALL), DEPUTY)
    story.ask(c.GatherGroups(), DEPUTY)
    assert e.ChairReturned(CHAIR) in story.join(CHAIR)


# -- Visiting, calling, speaking to all ------------------------------------------------------------------------------


def test_chair_and_committee_visit_and_return_and_are_seen() -> None:
    story = apart()
    story.ask(c.VisitGroup(RED), CHAIR)
    assert places(story)[CHAIR] == RED
    assert shown(story.meeting, MEMBER)["groups"]["visiting"] == {CHAIR: RED}
    story.ask(c.TurnOnMicrophone(), CHAIR)
    with refused("leader-only"):
        story.ask(c.GiveFloor(DEPUTY), CHAIR)
    story.ask(c.EndVisit(), CHAIR)
    story.ask(c.VisitGroup(RED), COMMITTEE)
    story.ask(c.VisitGroup(BLUE), COMMITTEE)
    assert (places(story)[CHAIR], places(story)[COMMITTEE]) == (HALL, BLUE)
    with refused("visit"):
        story.ask(c.EndVisit(), COMMITTEE)


def test_a_member_goes_nowhere_by_himself() -> None:
    story = apart()
    for where in (BLUE, HALL):
        with refused("visit"):
            story.ask(c.VisitGroup(where), LAN)
    with refused("groups"):
        story.ask(c.VisitGroup(GroupId("lost")), CHAIR)


def test_a_visit_ends_with_the_visitor_and_a_reload_keeps_it() -> None:
    story = apart()
    story.ask(c.VisitGroup(RED), CHAIR)
    story.drop(CHAIR)
    story.join(CHAIR, tab="b")
    assert places(story)[CHAIR] == RED
    story.ask(c.Leave(), CHAIR)
    story.join(CHAIR)
    assert places(story)[CHAIR] == HALL


def test_the_leader_who_is_called_comes_into_the_hall_and_goes_back() -> None:
    story = apart()
    with refused("leader"):
        story.ask(c.AnswerCall(True), LAN)
    story.ask(c.CallLeader(RED), CHAIR)
    assert mine(story.meeting, LAN)["groups"]["called"]
    story.ask(c.AnswerCall(True), LAN)
    assert places(story)[LAN] == HALL
    story.ask(c.EndVisit(), LAN)
    assert places(story)[LAN] == RED


def test_the_chair_is_heard_in_every_place_when_he_speaks_to_all() -> None:
    story = apart()
    story.ask(c.AddressGroups(), CHAIR)
    places = plan(story.meeting).places
    assert places[RED] == PlacePlan((CHAIR, LAN), CHAIR, elsewhere=CHAIR)
    assert places[HALL] == PlacePlan((CHAIR,), CHAIR)
    assert CHAIR in story.meeting.microphones.on
    story.ask(c.EndAddress(), CHAIR)
    assert plan(story.meeting).places[RED] == PlacePlan((LAN,), LAN)


def test_a_chair_who_is_gone_speaks_to_nobody() -> None:
    story = apart()
    story.ask(c.AddressGroups(), CHAIR)
    assert e.AddressEnded(CHAIR) in story.ask(c.Leave(), CHAIR)


def test_a_reload_lands_where_one_belongs() -> None:
    story = apart()
    story.drop(LAN)
    story.join(LAN, tab="b")
    assert plan(story.meeting).peers[page(LAN, "b")].place == RED


# -- The report ------------------------------------------------------------------------------------------------------


def written(**fields: object) -> c.DraftReport:
    return c.DraftReport(Q, **{"in_favour": Text("Nên làm"), **fields})  # type: ignore[arg-type]


def test_what_the_leader_writes_is_kept_and_stands_for_all_when_the_hall_sits_again() -> None:
    story = apart()
    story.ask(written(reserved=(DEPUTY,), hands_for=2), LAN)
    assert mine(story.meeting, LAN)["groups"]["report"]["answers"][Q]["in_favour"] == "Nên làm"
    assert "report" not in mine(story.meeting, DEPUTY)["groups"]
    assert story.ask(c.SubmitReport(), LAN)
    red = shown(story.meeting, MEMBER)["groups"]["sittings"]["1"]["groups"][RED]
    assert "answers" not in red["report"]
    assert "answers" in shown(story.meeting, CHAIRS)["groups"]["sittings"]["1"]["groups"][RED]["report"]
    story.ask(c.GatherGroups(), CHAIR)
    red = shown(story.meeting, MEMBER)["groups"]["sittings"]["1"]["groups"][RED]
    assert red["report"]["answers"][Q]["reserved"] == [DEPUTY]


def test_only_the_leader_reports() -> None:
    story = apart()
    for by in (DEPUTY, CHAIR):
        with refused("leader-only"):
            story.ask(written(), by)
    with refused("report"):
        story.ask(c.SubmitReport(), LAN)


@pytest.mark.parametrize(
    "fields", [{"hands_for": 3}, {"hands_other": -1}, {"reserved": (MINH,)}, {"reserved": (LAN, LAN)}]
)
def test_a_report_speaks_of_its_own_group(fields: dict[str, object]) -> None:
    with refused("report"):
        apart().ask(written(**fields), LAN)


def test_the_deputy_goes_on_with_what_the_leader_wrote() -> None:
    story = apart()
    story.ask(written(), LAN)
    story.drop(LAN)
    story.wait(30)
    story.ask(c.LeadGroup(), DEPUTY)
    assert story.ask(c.SubmitReport(), DEPUTY)[0].answers[0].in_favour == "Nên làm"  # type: ignore[attr-defined]


def test_after_gathering_a_report_is_taken_for_a_while_and_then_no_more() -> None:
    story = apart()
    story.ask(written(), LAN)
    story.ask(c.GatherGroups(), CHAIR)
    story.wait(299)
    story.ask(c.SubmitReport(), LAN)
    assert story.wait(1) == (e.ReportsClosed(),)
    with refused("report"):
        story.ask(c.SubmitReport(), LAN)
    story.ask(c.AwaitReports(), CHAIR)
    story.ask(written(), MINH)
    story.ask(c.SubmitReport(), MINH)
    with pytest.raises(Refused):
        story.ask(c.AwaitReports(), CHAIR)


def test_when_all_have_reported_nothing_is_awaited() -> None:
    story = apart()
    for leader in (LAN, MINH):
        story.ask(written(), leader)
        story.ask(c.SubmitReport(), leader)
    assert story.ask(c.GatherGroups(), CHAIR) == (e.GroupsGathered(None),)


def test_a_report_that_is_revised_keeps_the_earlier_one() -> None:
    story = apart()
    story.ask(written(), LAN)
    story.ask(c.SubmitReport(), LAN)
    assert story.ask(c.SubmitReport(), LAN) == ()
    story.ask(written(in_favour=Text("Nên làm ngay")), LAN)
    story.ask(c.SubmitReport(), LAN)
    report = story.meeting.groups.sittings[0].groups[RED].reporting
    assert [each.answers[0].in_favour for each in report.versions] == ["Nên làm", "Nên làm ngay"]


# -- On paper --------------------------------------------------------------------------------------------------------


def test_the_reports_are_read_word_for_word_in_the_order_they_were_asked() -> None:
    story = apart()
    story.ask(written(), LAN)
    story.ask(c.SubmitReport(), LAN)
    story.ask(written(in_favour=Text("Nên làm ngay")), LAN)
    story.ask(c.SubmitReport(), LAN)
    story.wait(600)
    (sitting,) = sittings_of(story.log)
    assert (sitting.began, sitting.ended, sitting.silent) == (at(0), at(600), ("Tổ 2",))
    (report,) = sitting.reports
    assert (report.item, report.group, report.by) == ("one", "Tổ 1", LAN)
    assert report.answer.in_favour == "Nên làm ngay"


def test_the_sheet_can_say_where_everyone_was() -> None:
    story = opened(call=LARGE)
    story.wait(60)
    story.ask(c.FormGroups(MATTER, 10), CHAIR)
    story.wait(30)
    story.ask(c.VisitGroup(BLUE), CHAIR)
    story.wait(30)
    story.drop(LAN)
    story.ask(c.GatherGroups(), CHAIR)
    story.wait(60)
    stays = whereabouts_of(story.log)
    assert stays[CHAIR][:2] == (Stay(at(0), at(90), HALL, ""), Stay(at(90), at(120), BLUE, "Tổ 2"))
    assert [(stay.begin, stay.place) for stay in stays[LAN]] == [(at(0), HALL), (at(60), RED)]
