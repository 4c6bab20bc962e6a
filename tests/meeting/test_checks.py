"""Are you there?"""

from dataclasses import replace

import pytest

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import MemberId

from .story import CALL, CHAIR, COMMITTEE, DEPUTY, GUEST, LAN, MINH, Story, at, gathered, opened, refused


def test_the_chair_asks_and_has_answered_by_asking() -> None:
    story = opened(CHAIR, LAN, MINH)
    assert story.ask(c.AskPresence(), CHAIR) == (
        e.PresenceAsked(at(180), (CHAIR, LAN, MINH)),
        e.PresenceAnswered(CHAIR),
    )
    assert story.ask(c.AnswerPresence(), LAN) == (e.PresenceAnswered(LAN),)
    assert story.wait(180) == (e.PresenceCheckEnded((MINH,)),)
    assert set(story.meeting.checks.to_verify) == {MINH}
    assert MINH in story.meeting.attendance.present


def test_the_check_ends_when_everyone_has_answered() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.AskPresence(), CHAIR)
    assert story.ask(c.AnswerPresence(), LAN) == (e.PresenceAnswered(LAN), e.PresenceCheckEnded(()))


def test_a_question_to_nobody_is_over_at_once() -> None:
    story = opened(CHAIR)
    assert story.ask(c.AskPresence(), CHAIR)[-1] == e.PresenceCheckEnded(())


def test_who_is_in_the_room_or_vouched_for_or_a_guest_is_not_asked() -> None:
    story = opened(CHAIR, LAN, GUEST, DEPUTY)
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.ask(c.Vouch(MINH), LAN)
    asked = story.ask(c.AskPresence(), CHAIR)[0]
    assert asked == e.PresenceAsked(at(180), (CHAIR, LAN))
    for by in (DEPUTY, GUEST, MINH):
        with refused("check"):
            story.ask(c.AnswerPresence(), by)


def test_who_is_not_connected_at_the_end_has_not_missed_it() -> None:
    story = opened()
    story.ask(c.AskPresence(), CHAIR)
    story.ask(c.Leave(), LAN)
    story.wait(170)
    story.drop(MINH)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    assert story.wait(10) == (e.PresenceCheckEnded((DEPUTY,)),)


def test_who_was_cut_off_and_is_back_is_still_asked() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.AskPresence(), CHAIR)
    story.drop(LAN)
    story.wait(60)
    story.join(LAN, tab="b")
    assert story.wait(120) == (e.PresenceCheckEnded((LAN,)),)


def test_who_left_and_came_back_is_not_asked_any_more() -> None:
    story = opened()
    story.ask(c.AskPresence(), CHAIR)
    story.ask(c.Leave(), LAN)
    story.join(LAN)
    with refused("check"):
        story.ask(c.AnswerPresence(), LAN)


def test_nobody_missed_a_question_while_the_server_was_down() -> None:
    story = opened()
    story.ask(c.AskPresence(), CHAIR)
    story.seconds = 300
    happened = story.ask(c.Recover("2027-01-05T12:31:00Z"))
    assert e.PresenceCheckEnded(()) in happened


def test_one_question_at_a_time_and_an_answer_once() -> None:
    story = opened()
    with refused("check"):
        story.ask(c.AnswerPresence(), LAN)
    story.ask(c.AskPresence(), CHAIR)
    with refused("check"):
        story.ask(c.AskPresence(), CHAIR)
    story.ask(c.AnswerPresence(), LAN)
    with refused("check"):
        story.ask(c.AnswerPresence(), LAN)


def test_an_answer_that_comes_too_late_is_refused_even_if_no_clock_has_ticked() -> None:
    story = opened()
    story.ask(c.AskPresence(), CHAIR)
    story.seconds = 180
    with refused("check"):
        story.ask(c.AnswerPresence(), LAN)


def to_verify(*members: MemberId) -> Story:
    story = opened(CHAIR, *members)
    story.ask(c.AskPresence(), CHAIR)
    story.wait(180)
    assert set(story.meeting.checks.to_verify) == set(members)
    return story


def test_the_chair_verifies_with_a_reason() -> None:
    story = to_verify(LAN)
    with refused("reason"):
        story.ask(c.Verify(LAN, ""), CHAIR)
    assert story.ask(c.Verify(LAN, " gọi điện "), CHAIR) == (e.Verified(LAN, "gọi điện"),)
    assert not story.meeting.checks.to_verify
    with refused("check"):
        story.ask(c.Verify(LAN, "gọi điện"), CHAIR)


def test_who_answers_a_later_question_is_verified_by_that() -> None:
    story = to_verify(LAN, MINH)
    story.ask(c.AskPresence(), CHAIR)
    story.ask(c.AnswerPresence(), LAN)
    assert set(story.meeting.checks.to_verify) == {MINH}


def test_leaving_does_not_verify() -> None:
    story = to_verify(LAN)
    story.ask(c.Leave(), LAN)
    assert set(story.meeting.checks.to_verify) == {LAN}


def test_the_question_is_asked_in_session_only_and_by_the_chair() -> None:
    story = gathered()
    with refused("phase"):
        story.ask(c.AskPresence(), CHAIR)
    story.ask(c.Open(), CHAIR)
    with refused("chair-only"):
        story.ask(c.AskPresence(), LAN)
    story.ask(c.Pause(), CHAIR)
    story.ask(c.AskPresence(), CHAIR)


def test_closing_before_the_window_is_over_marks_nobody() -> None:
    story = opened()
    story.ask(c.AskPresence(), CHAIR)
    assert story.ask(c.Close(), CHAIR) == (e.PresenceCheckEnded(()), e.Closed())
    assert not story.meeting.checks.to_verify


# -- The timer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-5, 1, 4, 241])
def test_the_timer_has_bounds(minutes: int) -> None:
    with refused("timer"):
        opened().ask(c.SetPresenceTimer(minutes), CHAIR)


def test_the_timer_asks_by_itself_at_moments_that_vary() -> None:
    story = opened(CHAIR, LAN)
    (timer,) = story.ask(c.SetPresenceTimer(10), CHAIR)
    assert isinstance(timer, e.PresenceTimerSet)
    waits = []
    for _ in range(20):
        next_ = story.meeting.checks.next
        assert next_ is not None
        waits.append((next_ - story.at).total_seconds())
        assert isinstance(story.wait(waits[-1])[0], e.PresenceAsked)
        story.ask(c.AnswerPresence(), CHAIR)
        assert story.ask(c.AnswerPresence(), LAN)[-1] == e.PresenceCheckEnded(())
    assert all(300 <= wait <= 900 for wait in waits)
    assert len(set(waits)) > 15


def test_the_moments_depend_on_the_seed() -> None:
    def first(seed: str) -> object:
        story = Story(replace(CALL, seed=seed))
        story.join(CHAIR)
        story.ask(c.Open(), CHAIR)
        story.ask(c.SetPresenceTimer(60), CHAIR)
        return story.meeting.checks.next

    assert first("one") == first("one") != first("two")


def test_the_timer_is_silent_outside_the_session_and_while_paused() -> None:
    story = gathered()
    assert story.ask(c.SetPresenceTimer(5), CHAIR) == (e.PresenceTimerSet(5, None),)
    assert story.wait(3600) == ()
    story.ask(c.Open(), CHAIR)
    assert story.meeting.checks.next is not None
    story.ask(c.Pause(), CHAIR)
    assert story.wait(3600) == ()
    story.ask(c.Resume(), CHAIR)
    assert any(isinstance(event, e.PresenceAsked) for event in story.wait(451))


def test_the_timer_can_be_turned_off() -> None:
    story = opened()
    story.ask(c.SetPresenceTimer(5), CHAIR)
    assert story.ask(c.SetPresenceTimer(5), CHAIR) == ()
    assert story.ask(c.SetPresenceTimer(0), CHAIR) == (e.PresenceTimerSet(0, None),)
    assert story.wait(3600) == ()
