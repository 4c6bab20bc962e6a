"""Conclusions and tasks: said, revised, withdrawn; nothing is overwritten."""

from dataclasses import replace

import pytest

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import Carried, ItemId, MemberId, TaskId, Text
from server.meeting.view import MEMBER, mine, shown

from .story import ABOVE, CHAIR, FORMAL, GUEST, LAN, MINH, STRANGER, Story, opened, refused

ONE, TWO, TASK = ItemId("one"), ItemId("two"), TaskId("task")
SAID, BETTER = Text("Nhất trí báo cáo"), Text("Nhất trí báo cáo, bổ sung số liệu")


def at_item_one() -> Story:
    story = opened()
    story.ask(c.TakeUpItem(ONE), CHAIR)
    return story


def give(text: str = "Thu đảng phí", owner: MemberId = LAN, deadline: str = "2027-01-31") -> c.GiveTask:
    return c.GiveTask(TASK, Text(text), owner, deadline)


def test_the_chair_concludes_and_every_wording_is_kept() -> None:
    story = at_item_one()
    assert story.ask(c.Conclude(ONE, SAID), CHAIR) == (e.Concluded(ONE, SAID),)
    assert story.ask(c.Conclude(ONE, Text(f" {SAID} ")), CHAIR) == ()
    story.wait(60)
    story.ask(c.CloseItem(), CHAIR)
    story.ask(c.Conclude(ONE, BETTER), CHAIR)
    assert shown(story.meeting, MEMBER)["conclusions"] == {
        "one": {
            "version": 2,
            "text": BETTER,
            "at": "2027-01-05T12:31:00.000Z",
            "earlier": {"1": {"text": SAID, "at": "2027-01-05T12:30:00.000Z"}},
        }
    }


def test_a_conclusion_is_the_chairs_on_an_item_that_was_taken_up() -> None:
    story = opened()
    assert "Conclude" not in mine(story.meeting, CHAIR)["may"]
    story.ask(c.TakeUpItem(ONE), CHAIR)
    for item in (TWO, ItemId("three")):
        with refused("agenda"):
            story.ask(c.Conclude(item, SAID), CHAIR)
    with refused("chair-only"):
        story.ask(c.Conclude(ONE, SAID), LAN)
    for wrong in ("", "  ", "x" * 2001, "a\x07"):
        with refused("text"):
            story.ask(c.Conclude(ONE, Text(wrong)), CHAIR)
    story.ask(c.PutItemAside(TWO, "chưa đủ"), CHAIR)
    story.ask(c.Conclude(TWO, Text("x" * 2000)), CHAIR)


def test_a_task_is_given_revised_and_withdrawn() -> None:
    story = at_item_one()
    assert story.ask(give(), CHAIR) == (e.TaskGiven(TASK, ONE, Text("Thu đảng phí"), LAN, "2027-01-31"),)
    revised = c.ReviseTask(TASK, Text("Thu đảng phí"), MINH, "2027-02-05")
    assert story.ask(revised, CHAIR) == (e.TaskRevised(TASK, Text("Thu đảng phí"), MINH, "2027-02-05"),)
    assert story.ask(revised, CHAIR) == ()
    with refused("reason"):
        story.ask(c.WithdrawTask(TASK, ""), CHAIR)
    story.ask(c.WithdrawTask(TASK, "đã xong"), CHAIR)
    assert shown(story.meeting, MEMBER)["tasks"][TASK] == {
        "order": 0,
        "item": "one",
        "version": 2,
        "text": "Thu đảng phí",
        "owner": MINH,
        "deadline": "2027-02-05",
        "at": "2027-01-05T12:30:00.000Z",
        "earlier": {
            "1": {"text": "Thu đảng phí", "owner": LAN, "deadline": "2027-01-31", "at": "2027-01-05T12:30:00.000Z"}
        },
        "withdrawn": {"at": "2027-01-05T12:30:00.000Z", "reason": "đã xong"},
    }
    for command in (revised, c.WithdrawTask(TASK, "lại"), give()):
        with refused("task"):
            story.ask(command, CHAIR)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (give(owner=STRANGER), "roster"),
        (give(owner=GUEST), "task"),
        (give(owner=ABOVE), "task"),
        (give(deadline="31/01/2027"), "task"),
        (give(deadline="2027-02-30"), "task"),
        (give(deadline="20270131"), "task"),
        (give(deadline=""), "task"),
        (give(text=""), "text"),
        (c.GiveTask(TaskId(""), SAID, LAN, "2027-01-31"), "task"),
        (c.ReviseTask(TASK, SAID, LAN, "2027-01-31"), "task"),
    ],
)
def test_a_task_has_an_owner_who_is_a_member_and_a_day(wrong: c.Command, rule: str) -> None:
    with refused(rule):
        opened().ask(wrong, CHAIR)


def test_tasks_are_given_in_a_pause_too_and_by_the_chair_only() -> None:
    story = opened()
    story.ask(c.Pause(), CHAIR)
    with refused("chair-only"):
        story.ask(give(), LAN)
    assert story.ask(give(), CHAIR) == (e.TaskGiven(TASK, ItemId(""), Text("Thu đảng phí"), LAN, "2027-01-31"),)


def test_the_tasks_of_last_month_come_with_the_call() -> None:
    late = Carried(Text("Thu đảng phí"), "Trần Văn Bình", "2026-12-20", "overdue")
    done = Carried(Text("Làm đường"), "Lan", "2026-12-31", "done", "xong 300 m")
    story = Story(replace(FORMAL, carried=(late, done)))
    assert shown(story.meeting, MEMBER)["carried"] == [
        {"text": "Thu đảng phí", "owner": "Trần Văn Bình", "deadline": "2026-12-20", "state": "overdue"},
        {"text": "Làm đường", "owner": "Lan", "deadline": "2026-12-31", "state": "done", "result": "xong 300 m"},
    ]
