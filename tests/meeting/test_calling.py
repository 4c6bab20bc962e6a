"""The first event, and the course of the meeting from called to closed."""

from dataclasses import replace

import pytest

from server.meeting import Meeting, decide
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import Item, ItemId, Seat
from server.meeting.rules import Regulation
from server.meeting.sitting import Phase

from .story import CALL, CHAIR, DEPUTY, GUEST, LAN, MINH, STRANGER, T0, Story, gathered, opened, page, refused


def test_the_first_event_says_who_is_entitled_and_which_rules_hold() -> None:
    story = Story()
    assert story.log[0].event == e.Called(
        CALL.about, CALL.roster, CALL.regulation, CALL.agenda, CALL.chair, CALL.line, CALL.seed
    )
    assert story.meeting.sitting.phase is Phase.CALLED


def test_nothing_but_a_call_may_be_asked_of_what_is_not_called() -> None:
    for command in (c.Tick(), c.Join(page(LAN)), c.Open(), c.Drop(page(LAN))):
        with refused("call"):
            decide(Meeting(), command, LAN, T0)


def test_a_meeting_is_called_once() -> None:
    story = opened()
    with refused("call"):
        story.ask(CALL)
    with refused("call"):
        story.ask(CALL, LAN)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CALL, roster=(*CALL.roster, Seat(LAN, "Lan again"))),
        replace(CALL, roster=()),
        replace(CALL, chair=STRANGER),
        replace(CALL, chair=GUEST),
        replace(CALL, line=(DEPUTY, STRANGER)),
        replace(CALL, line=(DEPUTY, GUEST)),
        replace(CALL, line=(DEPUTY, DEPUTY)),
        replace(CALL, line=(CHAIR, DEPUTY)),
        replace(CALL, agenda=(*CALL.agenda, Item(ItemId("one"), "Again"))),
        replace(CALL, about=replace(CALL.about, planned_for="2027-01-05T19:30:00")),
        replace(CALL, about=replace(CALL.about, planned_for="tomorrow")),
        replace(CALL, regulation=Regulation(grace=0)),
    ],
)
def test_a_call_that_contradicts_itself_is_refused(wrong: c.Call) -> None:
    with refused("call"):
        Story(wrong)


def test_the_first_person_begins_the_gathering() -> None:
    story = Story()
    assert e.GatheringBegan() in story.join(LAN)
    assert story.meeting.sitting.phase is Phase.GATHERING
    assert e.GatheringBegan() not in story.join(MINH)


def test_the_chair_opens_pauses_resumes_and_closes() -> None:
    story = gathered()
    assert story.ask(c.Open(), CHAIR) == (e.Opened(),)
    assert story.ask(c.Pause(), CHAIR) == (e.Paused(),)
    assert story.ask(c.Resume(), CHAIR) == (e.Resumed(),)
    assert story.ask(c.Pause(), CHAIR) == (e.Paused(),)
    assert story.ask(c.Close(), CHAIR) == (e.Closed(),)
    assert story.meeting.sitting.phase is Phase.CLOSED


def test_nobody_but_the_chair_opens() -> None:
    with refused("chair-only"):
        gathered().ask(c.Open(), DEPUTY)


def test_a_meeting_is_opened_once_and_closed_only_after_it_was_opened() -> None:
    story = gathered()
    for command in (c.Pause(), c.Resume(), c.Close()):
        with refused("phase"):
            story.ask(command, CHAIR)
    story.ask(c.Open(), CHAIR)
    for command in (c.Open(), c.Resume()):
        with refused("phase"):
            story.ask(command, CHAIR)


def test_closing_ends_the_speech_and_the_item_first() -> None:
    story = opened()
    story.ask(c.TakeUpItem(ItemId("one")), CHAIR)
    story.ask(c.GiveFloor(LAN), CHAIR)
    assert story.ask(c.Close(), CHAIR) == (e.SpeechEnded(LAN), e.ItemClosed(ItemId("one")), e.Closed())


def test_after_the_end_nothing_is_ever_written() -> None:
    story = opened()
    story.ask(c.Close(), CHAIR)
    story.wait(3600)
    for command in (c.Drop(page(LAN)), c.Leave()):
        assert story.ask(command, LAN) == ()
    assert story.ask(c.Recover("2027-01-05T12:31:00Z")) == ()
    assert story.ask(c.Tick()) == ()
    for command in (c.Open(), c.AskToSpeak(), c.Join(page(LAN, "b"))):
        with refused("closed"):
            story.ask(command, CHAIR)


def test_the_house_asks_only_what_is_the_houses_and_members_do_not() -> None:
    story = opened()
    with refused("house"):
        story.ask(c.Recover("2027-01-05T12:30:00Z"), LAN)
    with refused("house"):
        story.ask(c.Tick(), LAN)
    with refused("roster"):
        story.ask(c.Open())
    with refused("roster"):
        story.ask(c.Join(page(LAN)))
    assert story.ask(c.Drop(page(LAN))) == (e.Disconnected(LAN, page(LAN)),)


def test_who_is_not_present_asks_nothing() -> None:
    story = opened(CHAIR)
    for command in (c.AskToSpeak(), c.Leave(), c.Vouch(MINH), c.TurnOnMicrophone()):
        with refused("not-present"):
            story.ask(command, LAN)
    story.ask(c.Leave(), CHAIR)
    with refused("not-present"):
        story.ask(c.Pause(), CHAIR)
