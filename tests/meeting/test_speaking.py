"""The queue, the floor, free discussion, microphones."""

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import NOBODY

from .story import (
    ABOVE,
    CHAIR,
    COMMITTEE,
    DEPUTY,
    GUEST,
    LAN,
    MINH,
    STRANGER,
    Story,
    at,
    gathered,
    opened,
    page,
    refused,
)


def queued() -> Story:
    """Deputy, Lan, Minh wait in this order."""
    story = opened()
    for member in (DEPUTY, LAN, MINH):
        story.ask(c.AskToSpeak(), member)
    return story


# -- The queue -------------------------------------------------------------------------------------------------------


def test_there_is_one_queue_in_the_order_of_asking() -> None:
    story = queued()
    assert story.meeting.speaking.queue == (DEPUTY, LAN, MINH)
    with refused("queue"):
        story.ask(c.AskToSpeak(), LAN)
    assert story.ask(c.WithdrawRequest(), LAN) == (e.RequestWithdrawn(LAN),)
    with refused("queue"):
        story.ask(c.WithdrawRequest(), LAN)


def test_the_queue_is_kept_through_reconnects_and_pauses() -> None:
    story = queued()
    story.drop(LAN)
    story.wait(60)
    story.join(LAN, tab="b")
    story.ask(c.Pause(), CHAIR)
    with refused("phase"):
        story.ask(c.AskToSpeak(), COMMITTEE)
    story.ask(c.Resume(), CHAIR)
    assert story.meeting.speaking.queue == (DEPUTY, LAN, MINH)


def test_nobody_asks_before_the_opening() -> None:
    with refused("phase"):
        gathered().ask(c.AskToSpeak(), LAN)


def test_who_leaves_is_out_of_the_queue() -> None:
    story = queued()
    story.ask(c.Leave(), LAN)
    assert story.meeting.speaking.queue == (DEPUTY, MINH)


def test_the_chair_moves_and_strikes_requests() -> None:
    story = queued()
    assert story.ask(c.MoveRequest(MINH, DEPUTY), CHAIR) == (e.RequestMoved(MINH, DEPUTY),)
    assert story.meeting.speaking.queue == (MINH, DEPUTY, LAN)
    story.ask(c.MoveRequest(MINH, NOBODY), CHAIR)
    assert story.meeting.speaking.queue == (DEPUTY, LAN, MINH)
    for same in (c.MoveRequest(MINH, NOBODY), c.MoveRequest(LAN, MINH), c.MoveRequest(LAN, LAN)):
        assert story.ask(same, CHAIR) == ()
    assert story.ask(c.StrikeRequest(LAN), CHAIR) == (e.RequestStruck(LAN),)
    for wrong in (c.StrikeRequest(LAN), c.MoveRequest(LAN, NOBODY), c.MoveRequest(MINH, LAN)):
        with refused("queue"):
            story.ask(wrong, CHAIR)
    with refused("roster"):
        story.ask(c.StrikeRequest(STRANGER), CHAIR)


def test_a_closed_list_takes_no_more_requests_and_keeps_those_it_has() -> None:
    story = queued()
    story.ask(c.CloseList(), CHAIR)
    with refused("list"):
        story.ask(c.AskToSpeak(), COMMITTEE)
    with refused("list"):
        story.ask(c.CloseList(), CHAIR)
    assert story.meeting.speaking.queue == (DEPUTY, LAN, MINH)
    story.ask(c.OpenList(), CHAIR)
    story.ask(c.AskToSpeak(), COMMITTEE)
    with refused("list"):
        story.ask(c.OpenList(), CHAIR)


# -- The floor -------------------------------------------------------------------------------------------------------


def test_who_asked_is_heard_as_soon_as_he_has_the_floor() -> None:
    story = queued()
    assert story.ask(c.GiveFloor(LAN), CHAIR) == (e.FloorGiven(LAN, at(300)), e.MicrophoneTurnedOn(LAN))
    assert story.meeting.speaking.queue == (DEPUTY, MINH)
    with refused("queue"):
        story.ask(c.AskToSpeak(), LAN)


def test_who_did_not_ask_turns_his_microphone_on_himself() -> None:
    story = opened()
    assert story.ask(c.GiveFloor(LAN), CHAIR) == (e.FloorGiven(LAN, at(300)),)
    assert story.ask(c.TurnOnMicrophone(), LAN) == (e.MicrophoneTurnedOn(LAN),)


def test_giving_the_floor_ends_the_running_speech() -> None:
    story = queued()
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.GiveFloor(MINH), CHAIR) == (
        e.SpeechEnded(LAN),
        e.FloorGiven(MINH, at(300)),
        e.MicrophoneTurnedOn(MINH),
        e.MicrophoneTurnedOff(LAN),
    )


def test_the_floor_goes_to_whoever_can_be_heard() -> None:
    story = opened(CHAIR, LAN, GUEST, ABOVE)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    story.ask(c.Vouch(MINH), LAN)
    for speaker in (GUEST, ABOVE, COMMITTEE, CHAIR):
        story.ask(c.GiveFloor(speaker), CHAIR)
    story.drop(LAN)
    for nobody in (DEPUTY, MINH, LAN):
        with refused("floor"):
            story.ask(c.GiveFloor(nobody), CHAIR)
    with refused("floor"):
        story.ask(c.GiveFloor(CHAIR), CHAIR)
    with refused("roster"):
        story.ask(c.GiveFloor(STRANGER), CHAIR)
    with refused("chair-only"):
        story.ask(c.GiveFloor(GUEST), GUEST)


def test_the_speaker_or_the_chair_ends_a_speech() -> None:
    story = queued()
    with refused("floor"):
        story.ask(c.EndSpeech(), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    with refused("floor"):
        story.ask(c.EndSpeech(), MINH)
    assert story.ask(c.EndSpeech(), LAN) == (e.SpeechEnded(LAN), e.MicrophoneTurnedOff(LAN))
    story.ask(c.GiveFloor(MINH), CHAIR)
    assert e.SpeechEnded(MINH) in story.ask(c.EndSpeech(), CHAIR)


def test_a_speech_over_time_is_not_cut_off_and_may_be_extended_from_now() -> None:
    story = queued()
    with refused("floor"):
        story.ask(c.ExtendSpeech(60), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.ExtendSpeech(60), CHAIR) == (e.SpeechExtended(at(360)),)
    assert story.wait(1000) == ()
    assert story.ask(c.ExtendSpeech(60), CHAIR) == (e.SpeechExtended(at(1060)),)
    for wrong in (0, -60, 3601):
        with refused("extension"):
            story.ask(c.ExtendSpeech(wrong), CHAIR)


def test_who_is_gone_does_not_keep_the_floor() -> None:
    story = queued()
    story.ask(c.GiveFloor(LAN), CHAIR)
    story.drop(LAN)
    assert story.wait(119) == ()
    assert story.wait(1) == (e.Left(LAN, at(0)), e.SpeechEnded(LAN), e.MicrophoneTurnedOff(LAN))


def test_a_pause_ends_the_speech() -> None:
    story = queued()
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.Pause(), CHAIR) == (e.SpeechEnded(LAN), e.Paused(), e.MicrophoneTurnedOff(LAN))


# -- Microphones -----------------------------------------------------------------------------------------------------


def test_only_the_chair_and_the_floor_holder_may_be_heard() -> None:
    story = opened()
    with refused("microphone"):
        story.ask(c.TurnOnMicrophone(), LAN)
    assert story.ask(c.TurnOnMicrophone(), CHAIR) == (e.MicrophoneTurnedOn(CHAIR),)
    assert story.ask(c.TurnOnMicrophone(), CHAIR) == ()
    assert story.ask(c.TurnOffMicrophone(), CHAIR) == (e.MicrophoneTurnedOff(CHAIR),)
    assert story.ask(c.TurnOffMicrophone(), CHAIR) == ()


def test_the_chair_may_speak_and_open_the_discussion_before_the_opening() -> None:
    story = gathered()
    story.ask(c.TurnOnMicrophone(), CHAIR)
    with refused("microphone"):
        story.ask(c.TurnOnMicrophone(), LAN)
    story.ask(c.OpenDiscussion(), CHAIR)
    story.ask(c.TurnOnMicrophone(), LAN)


def test_closing_the_free_discussion_turns_off_all_but_the_chair_and_the_floor_holder() -> None:
    story = opened()
    with refused("discussion"):
        story.ask(c.CloseDiscussion(), CHAIR)
    story.ask(c.OpenDiscussion(), CHAIR)
    with refused("discussion"):
        story.ask(c.OpenDiscussion(), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    for member in (CHAIR, LAN, MINH, DEPUTY):
        story.ask(c.TurnOnMicrophone(), member)
    assert story.ask(c.CloseDiscussion(), CHAIR) == (
        e.DiscussionClosed(),
        e.MicrophoneTurnedOff(DEPUTY),
        e.MicrophoneTurnedOff(MINH),
    )
    assert story.meeting.microphones.on == {CHAIR, LAN}


def test_the_end_of_a_speech_leaves_the_microphone_on_where_all_may_be_heard() -> None:
    story = queued()
    story.ask(c.OpenDiscussion(), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.EndSpeech(), LAN) == (e.SpeechEnded(LAN),)
    assert LAN in story.meeting.microphones.on


def test_a_microphone_survives_a_reload_and_a_lost_connection_within_the_grace() -> None:
    story = queued()
    story.ask(c.GiveFloor(LAN), CHAIR)
    story.drop(LAN)
    story.wait(100)
    story.join(LAN, tab="b")
    assert LAN in story.meeting.microphones.on


def test_who_leaves_and_comes_back_is_silent() -> None:
    story = opened()
    story.ask(c.TurnOnMicrophone(), CHAIR)
    story.ask(c.Leave(), CHAIR)
    story.join(CHAIR)
    assert CHAIR not in story.meeting.microphones.on


def test_the_chair_bars_a_microphone_until_he_lifts_it() -> None:
    story = queued()
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.Mute(LAN, " tiếng vọng "), CHAIR) == (e.Muted(LAN, "tiếng vọng"),)
    assert LAN not in story.meeting.microphones.on
    with refused("muted"):
        story.ask(c.TurnOnMicrophone(), LAN)
    with refused("mute"):
        story.ask(c.Mute(LAN), CHAIR)
    assert story.ask(c.LiftMute(LAN), CHAIR) == (e.MuteLifted(LAN),)
    assert LAN not in story.meeting.microphones.on
    story.ask(c.TurnOnMicrophone(), LAN)
    with refused("mute"):
        story.ask(c.LiftMute(LAN), CHAIR)


def test_who_is_muted_gets_the_floor_and_stays_muted() -> None:
    story = queued()
    story.ask(c.Mute(LAN), CHAIR)
    assert story.ask(c.GiveFloor(LAN), CHAIR) == (e.FloorGiven(LAN, at(300)),)


def test_a_mute_survives_leaving_and_coming_back() -> None:
    story = opened()
    story.ask(c.Mute(LAN), CHAIR)
    story.ask(c.Leave(), LAN)
    story.join(LAN)
    story.ask(c.OpenDiscussion(), CHAIR)
    with refused("muted"):
        story.ask(c.TurnOnMicrophone(), LAN)


def test_the_chair_is_not_muted() -> None:
    story = opened()
    with refused("mute"):
        story.ask(c.Mute(CHAIR), CHAIR)
    with refused("roster"):
        story.ask(c.Mute(STRANGER), CHAIR)
    with refused("chair-only"):
        story.ask(c.Mute(MINH), LAN)


def test_a_muted_deputy_who_takes_the_chair_lifts_it_himself() -> None:
    story = opened()
    story.ask(c.Mute(DEPUTY), CHAIR)
    story.drop(CHAIR)
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.ask(c.LiftMute(DEPUTY), DEPUTY)
    assert story.ask(c.TurnOnMicrophone(), DEPUTY) == (e.MicrophoneTurnedOn(DEPUTY),)


def test_no_microphone_is_turned_on_for_a_speaker_without_a_connection() -> None:
    story = queued()
    story.ask(c.TickPresent(LAN), CHAIR)
    story.drop(LAN)
    assert story.ask(c.GiveFloor(LAN), CHAIR) == (e.FloorGiven(LAN, at(300)),)
    assert story.join(LAN) == (e.Connected(LAN, page(LAN), "phone"),)
