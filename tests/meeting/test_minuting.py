"""The minutes while they are written, read and adopted."""

import pytest

from server.meeting import Refused
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import NO_ITEM, ItemId, LongText
from server.meeting.view import CHAIR as CHAIRS
from server.meeting.view import MEMBER, SECRETARY, mine, shown

from .story import CHAIR, LAN, MINH, Story, opened, refused

ONE = ItemId("one")


def with_secretary() -> Story:
    story = opened()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    return story


def write(text: str, base_version: int = 0, item: ItemId = ONE) -> c.WriteMinutes:
    return c.WriteMinutes(item, LongText(text), base_version)


def test_every_version_is_an_event() -> None:
    story = with_secretary()
    assert story.ask(write("Đồng chí Minh nêu"), LAN) == (e.MinutesWritten(ONE, 1, LAN, LongText("Đồng chí Minh nêu")),)
    assert story.ask(write("Đồng chí Minh đề nghị", 1), LAN)[0] == e.MinutesWritten(
        ONE, 2, LAN, LongText("Đồng chí Minh đề nghị")
    )
    story.ask(write("Mở đầu", 0, NO_ITEM), LAN)
    assert set(story.meeting.minutes.items) == {ONE, NO_ITEM}


def test_two_who_write_at_once_lose_nothing() -> None:
    story = with_secretary()
    story.ask(write("của thư ký"), LAN)
    with pytest.raises(Refused) as no:
        story.ask(write("của chủ trì"), CHAIR)
    assert (no.value.rule, no.value.facts) == ("minutes-version", {"version": 1})
    assert shown(story.meeting, CHAIRS)["minutes"]["items"][ONE]["text"] == "của thư ký"
    story.ask(write("của cả hai", 1), CHAIR)
    with refused("minutes-version"):
        story.ask(write("của thư ký, thêm", 1), LAN)
    assert story.ask(write("của cả hai", 1), LAN) == (), "what stands already needs no newer version"
    assert story.meeting.minutes.items[ONE].by == CHAIR


def test_the_others_see_that_something_is_written_and_not_what_until_it_is_read() -> None:
    story = with_secretary()
    story.ask(write("LỜI RIÊNG"), LAN)
    line = {"version": 1, "by": LAN, "at": "2027-01-05T12:30:00.000Z"}
    assert shown(story.meeting, MEMBER)["minutes"] == {"items": {ONE: line}}
    assert shown(story.meeting, SECRETARY)["minutes"]["items"][ONE]["text"] == "LỜI RIÊNG"
    assert story.ask(c.ReadMinutes(), LAN) == (e.MinutesRead(),)
    assert shown(story.meeting, MEMBER)["minutes"]["items"][ONE]["text"] == "LỜI RIÊNG"


def test_only_the_minutes_secretary_and_the_chair_write() -> None:
    story = opened()
    with refused("minutes-secretary"):
        story.ask(write("tôi"), LAN)
    story.ask(write("tôi chủ trì"), CHAIR)
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.ask(write("tôi", 1), LAN)
    story.ask(c.AppointMinutesSecretary(MINH), CHAIR)
    with refused("minutes-secretary"):
        story.ask(write("vẫn tôi", 2), LAN)
    assert not {"WriteMinutes", "ReadMinutes"} & set(mine(story.meeting, LAN)["may"])


def test_minutes_are_of_an_item_and_not_too_long() -> None:
    story = with_secretary()
    with refused("agenda"):
        story.ask(write("gì", item=ItemId("three")), LAN)
    for wrong in ("x" * 10_001, "a\x00"):
        with refused("text"):
            story.ask(write(wrong), LAN)
    story.ask(write("x" * 10_000), LAN)
    story.ask(write("", 1), LAN)
    assert story.meeting.minutes.items[ONE].text == ""


def test_they_are_read_then_adopted_and_then_they_stand() -> None:
    story = with_secretary()
    with refused("minutes"):
        story.ask(c.AdoptMinutes(), CHAIR)
    story.ask(c.ReadMinutes(), LAN)
    with refused("minutes"):
        story.ask(c.ReadMinutes(), LAN)
    story.ask(write("sửa khi đọc"), LAN)
    with refused("chair-only"):
        story.ask(c.AdoptMinutes(), LAN)
    assert story.ask(c.AdoptMinutes(), CHAIR) == (e.MinutesAdopted(),)
    for command, by in ((write("muộn rồi", 1), LAN), (c.ReadMinutes(), LAN), (c.AdoptMinutes(), CHAIR)):
        with refused("minutes"):
            story.ask(command, by)
    view = shown(story.meeting, MEMBER)["minutes"]
    assert (view["read_at"], view["adopted_at"]) == ("2027-01-05T12:30:00.000Z",) * 2


def test_a_meeting_closes_without_minutes_too() -> None:
    assert opened().ask(c.Close(), CHAIR) == (e.Closed(),)
