"""One item at a time."""

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.agenda import State
from server.meeting.ids import ItemId

from .story import CHAIR, LAN, gathered, opened, refused

ONE, TWO = ItemId("one"), ItemId("two")


def test_taking_up_an_item_closes_the_one_under_debate() -> None:
    story = opened()
    assert story.ask(c.TakeUpItem(ONE), CHAIR) == (e.ItemTakenUp(ONE),)
    assert story.ask(c.TakeUpItem(TWO), CHAIR) == (e.ItemClosed(ONE), e.ItemTakenUp(TWO))
    assert story.ask(c.CloseItem(), CHAIR) == (e.ItemClosed(TWO),)
    with refused("agenda"):
        story.ask(c.CloseItem(), CHAIR)


def test_the_chair_may_return_to_an_item() -> None:
    story = opened()
    story.ask(c.TakeUpItem(ONE), CHAIR)
    with refused("agenda"):
        story.ask(c.TakeUpItem(ONE), CHAIR)
    story.ask(c.CloseItem(), CHAIR)
    assert story.ask(c.TakeUpItem(ONE), CHAIR) == (e.ItemTakenUp(ONE),)
    assert story.meeting.agenda.lines[ONE].closed_at is None


def test_an_item_is_put_aside_with_a_reason() -> None:
    story = opened()
    with refused("reason"):
        story.ask(c.PutItemAside(ONE, ""), CHAIR)
    story.ask(c.TakeUpItem(ONE), CHAIR)
    assert story.ask(c.PutItemAside(ONE, "chưa đủ hồ sơ"), CHAIR) == (e.ItemPutAside(ONE, "chưa đủ hồ sơ"),)
    assert story.meeting.agenda.current is None
    with refused("agenda"):
        story.ask(c.PutItemAside(ONE, "lại"), CHAIR)
    story.ask(c.TakeUpItem(ONE), CHAIR)
    assert story.meeting.agenda.lines[ONE].state is State.CURRENT


def test_the_agenda_is_the_chairs_and_moves_only_while_the_meeting_is_open() -> None:
    story = gathered()
    for command in (c.TakeUpItem(ONE), c.CloseItem(), c.PutItemAside(ONE, "vì")):
        with refused("phase"):
            story.ask(command, CHAIR)
        with refused("chair-only"):
            story.ask(command, LAN)
    story.ask(c.Open(), CHAIR)
    with refused("agenda"):
        story.ask(c.TakeUpItem(ItemId("three")), CHAIR)
