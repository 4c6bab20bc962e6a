"""Who may send, whom everyone hears and sees."""

from server.meeting import commands as c
from server.meeting.ids import HALL
from server.meeting.staging import PeerPlan, PlacePlan, StagePlan, plan

from .story import CHAIR, COMMITTEE, LAN, MINH, Story, gathered, opened, page


def heard(story: Story) -> set[str]:
    return {connection for connection, peer in plan(story.meeting).peers.items() if peer.audio}


def test_nobody_is_on_the_stage_before_the_first_and_after_the_end() -> None:
    story = Story()
    assert plan(story.meeting) == StagePlan({}, {})
    story = opened()
    story.ask(c.Close(), CHAIR)
    assert plan(story.meeting) == StagePlan({}, {})


def test_everyone_present_is_in_the_hall_and_may_show_his_picture() -> None:
    story = gathered(CHAIR, LAN)
    assert plan(story.meeting).peers == {
        page(CHAIR): PeerPlan(CHAIR, HALL, audio=False, video=True, screen=True),
        page(LAN): PeerPlan(LAN, HALL, audio=False, video=True),
    }


def test_only_a_microphone_that_is_on_and_allowed_is_let_through() -> None:
    story = opened(CHAIR, LAN, MINH)
    assert heard(story) == set()
    story.ask(c.TurnOnMicrophone(), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert heard(story) == {page(CHAIR)}
    story.ask(c.TurnOnMicrophone(), LAN)
    assert heard(story) == {page(CHAIR), page(LAN)}
    story.ask(c.Mute(LAN), CHAIR)
    assert heard(story) == {page(CHAIR)}
    story.ask(c.OpenDiscussion(), CHAIR)
    story.ask(c.TurnOnMicrophone(), MINH)
    assert heard(story) == {page(CHAIR), page(MINH)}


def test_the_chair_and_who_has_the_floor_may_share_a_screen_and_it_ends_with_the_floor() -> None:
    def sharing(story: Story) -> set[str]:
        return {connection for connection, peer in plan(story.meeting).peers.items() if peer.screen}

    story = opened(CHAIR, LAN, MINH)
    assert sharing(story) == {page(CHAIR)}
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert sharing(story) == {page(CHAIR), page(LAN)}
    story.ask(c.GiveFloor(MINH), CHAIR)
    assert sharing(story) == {page(CHAIR), page(MINH)}
    story.ask(c.EndSpeech(), MINH)
    assert sharing(story) == {page(CHAIR)}


def test_only_the_newest_page_of_a_member_sends() -> None:
    story = opened(CHAIR)
    story.ask(c.TurnOnMicrophone(), CHAIR)
    story.join(CHAIR, tab="b")
    peers = plan(story.meeting).peers
    assert peers[page(CHAIR)] == PeerPlan(CHAIR, HALL, audio=False, video=False)
    assert peers[page(CHAIR, "b")] == PeerPlan(CHAIR, HALL, audio=True, video=True, screen=True)


def test_a_socket_that_flaps_does_not_cut_the_sound() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.TurnOnMicrophone(), CHAIR)
    before = plan(story.meeting)
    story.drop(CHAIR)
    assert plan(story.meeting) == before
    story.join(CHAIR)
    assert plan(story.meeting) == before


def test_when_the_grace_is_over_the_sound_is_cut() -> None:
    story = opened(CHAIR, LAN)
    story.drop(LAN)
    story.wait(120)
    assert set(plan(story.meeting).peers) == {page(CHAIR)}


def test_who_is_in_the_room_without_a_device_sends_nothing() -> None:
    story = opened(CHAIR)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    assert {peer.member for peer in plan(story.meeting).peers.values()} == {CHAIR}


def test_the_chair_and_the_speaker_are_always_heard_and_the_speaker_is_the_main_picture() -> None:
    story = opened()
    assert plan(story.meeting).places == {HALL: PlacePlan((CHAIR,), CHAIR)}
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert plan(story.meeting).places == {HALL: PlacePlan((LAN, CHAIR), LAN)}
    story.ask(c.GiveFloor(CHAIR), CHAIR)
    assert plan(story.meeting).places == {HALL: PlacePlan((CHAIR,), CHAIR)}
    assert plan(gathered(LAN).meeting).places == {HALL: PlacePlan((), None)}
