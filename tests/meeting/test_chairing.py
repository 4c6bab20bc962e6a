"""The chair is cut off: in no phase may the meeting stall."""

import pytest

from server.meeting import commands as c
from server.meeting import due
from server.meeting import events as e

from .story import CHAIR, COMMITTEE, DEPUTY, LAN, Story, at, gathered, opened, refused


def cut_off_in(phase: str) -> Story:
    story = gathered()
    if phase != "gathering":
        story.ask(c.Open(), CHAIR)
    if phase == "paused":
        story.ask(c.Pause(), CHAIR)
    story.drop(CHAIR)
    return story


@pytest.mark.parametrize("phase", ["gathering", "open", "paused"])
def test_the_deputy_is_offered_the_chair_takes_it_and_the_chair_returns_as_chair(phase: str) -> None:
    story = cut_off_in(phase)
    assert due(story.meeting) == at(30)
    assert story.wait(30) == (e.ChairOffered(DEPUTY),)
    assert story.ask(c.TakeChair(), DEPUTY) == (e.ChairTaken(DEPUTY),)
    assert story.meeting.chair.acting == DEPUTY
    story.ask({"gathering": c.Open(), "open": c.Pause(), "paused": c.Resume()}[phase], DEPUTY)
    assert e.ChairReturned(CHAIR) in story.join(CHAIR)
    with refused("chair-only"):
        story.ask(c.AskPresence(), DEPUTY)


def test_the_chair_who_is_back_in_time_finds_no_offer() -> None:
    story = cut_off_in("open")
    story.wait(29)
    story.join(CHAIR)
    assert story.wait(100) == ()


def test_the_offer_is_withdrawn_when_the_chair_is_back() -> None:
    story = cut_off_in("open")
    story.wait(40)
    assert e.OfferWithdrawn() in story.join(CHAIR)
    with refused("succession"):
        story.ask(c.TakeChair(), DEPUTY)


def test_nobody_takes_a_chair_that_is_not_offered_to_him() -> None:
    story = cut_off_in("open")
    for by in (DEPUTY, COMMITTEE):
        with refused("succession"):
            story.ask(c.TakeChair(), by)
    story.wait(30)
    with refused("succession"):
        story.ask(c.TakeChair(), COMMITTEE)


def test_the_offer_passes_on_when_the_first_in_line_is_cut_off_too() -> None:
    story = cut_off_in("open")
    story.wait(30)
    assert story.drop(DEPUTY)[1:] == (e.OfferWithdrawn(), e.ChairOffered(COMMITTEE))
    story.join(DEPUTY)
    assert story.meeting.chair.offered == COMMITTEE


def test_who_of_the_line_is_not_connected_is_passed_over() -> None:
    story = opened(CHAIR, COMMITTEE, LAN)
    story.ask(c.TickPresent(DEPUTY), CHAIR)
    story.drop(CHAIR)
    assert story.wait(30) == (e.ChairOffered(COMMITTEE),)


def test_when_nobody_of_the_line_is_here_the_chair_is_offered_to_the_first_who_connects() -> None:
    story = opened(CHAIR, LAN)
    story.drop(CHAIR)
    assert story.wait(100) == ()
    assert story.join(COMMITTEE)[-1] == e.ChairOffered(COMMITTEE)


def test_a_chair_who_never_came_is_awaited_until_the_planned_time_and_the_grace() -> None:
    story = Story(seconds=-600)
    story.join(DEPUTY)
    assert story.wait(600) == ()
    assert story.wait(30) == (e.ChairOffered(DEPUTY),)
    late = Story(seconds=1000)
    late.join(DEPUTY)
    assert due(late.meeting) == at(1030)


def test_a_chair_who_said_goodbye_is_followed_too() -> None:
    story = opened()
    story.ask(c.Leave(), CHAIR)
    assert story.wait(30) == (e.ChairOffered(DEPUTY),)


def test_an_acting_deputy_who_is_cut_off_is_followed_in_the_same_way() -> None:
    story = cut_off_in("open")
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.drop(DEPUTY)
    assert story.wait(30) == (e.ChairOffered(COMMITTEE),)
    story.ask(c.TakeChair(), COMMITTEE)
    assert story.meeting.chair.acting == COMMITTEE
    story.join(DEPUTY)
    assert story.meeting.chair.acting == COMMITTEE
    assert e.ChairReturned(CHAIR) in story.join(CHAIR)


def test_a_deputy_who_is_back_before_another_takes_over_keeps_the_chair() -> None:
    story = cut_off_in("open")
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.drop(DEPUTY)
    story.wait(30)
    assert story.join(DEPUTY)[-1] == e.OfferWithdrawn()
    assert story.meeting.chair.acting == DEPUTY


def test_a_reload_of_the_chair_costs_him_nothing() -> None:
    story = opened()
    story.drop(CHAIR)
    story.join(CHAIR, tab="b")
    assert story.meeting.chair.acting == CHAIR
    assert story.wait(300) == ()


def test_a_chair_in_the_room_without_a_connection_cannot_press_a_button() -> None:
    story = opened()
    story.ask(c.TickPresent(CHAIR), CHAIR)
    story.drop(CHAIR)
    assert story.wait(30) == (e.ChairOffered(DEPUTY),)


def test_a_deputys_microphone_is_off_when_the_chair_is_back() -> None:
    story = cut_off_in("open")
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.ask(c.TurnOnMicrophone(), DEPUTY)
    assert story.join(CHAIR)[-2:] == (e.ChairReturned(CHAIR), e.MicrophoneTurnedOff(DEPUTY))
