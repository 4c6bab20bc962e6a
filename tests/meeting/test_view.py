"""What each viewer may see, and nothing else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from server.meeting import commands as c
from server.meeting.ids import ItemId
from server.meeting.view import CHAIR as CHAIRS
from server.meeting.view import MEMBER, barred, eyes, mine, shown
from server.meeting.view_record import rfc3339

from .story import CALL, CHAIR, COMMITTEE, DEPUTY, GUEST, LAN, MINH, STRANGER, Story, gathered, opened, page


def roll(story: Story, eyes: str = CHAIRS) -> Any:
    return shown(story.meeting, eyes)["roll"]


def test_times_are_utc_with_milliseconds() -> None:
    hanoi = timezone(timedelta(hours=7))
    assert rfc3339(datetime(2027, 1, 5, 19, 30, 0, 123456, hanoi)) == "2027-01-05T12:30:00.123Z"
    assert rfc3339(datetime(2027, 1, 5, 12, 30, tzinfo=UTC)) == "2027-01-05T12:30:00.000Z"


def test_the_whole_view_of_a_meeting_nobody_has_come_to() -> None:
    view = shown(Story().meeting, MEMBER)
    assert view["about"] == {
        "title": "Sinh hoạt tháng 1",
        "cell": "Chi bộ 3",
        "kind": "regular",
        "form": "online",
        "planned_for": "2027-01-05T12:30:00.000Z",
    }
    assert view["phase"] == "called"
    assert view["duration_minutes"] == 90
    assert view["chair"] == {"rightful": CHAIR, "acting": CHAIR}
    assert view["counts"] == {"present": 0, "of": 5, "silent": 0, "to_verify": 0}
    assert view["speaking"] == {"queue": [], "list": "open", "free": False, "leader": CHAIR}
    assert view["microphones"] == {}
    assert list(view["seats"]) == [seat.member for seat in CALL.roster]
    assert view["seats"][DEPUTY] == {
        "name": "Lê Thị Phó",
        "order": 1,
        "kind": "member",
        "standing": "official",
        "post": "deputy_secretary",
        "group": "",
    }
    assert set(view) == {
        *("about", "phase", "duration_minutes", "chair", "seats", "roll"),
        *("counts", "agenda", "speaking", "microphones"),
        *("votes", "motions", "documents", "conclusions", "tasks", "carried", "score", "minutes", "groups"),
    }
    assert view["groups"] == {"register": {}, "sittings": {}, "visiting": {}, "longest": 60, "smallest": 3, "most": 30}


def test_the_phase_and_its_times() -> None:
    story = opened()
    assert shown(story.meeting, MEMBER)["opened_at"] == "2027-01-05T12:30:00.000Z"
    story.wait(60)
    story.ask(c.Pause(), CHAIR)
    assert shown(story.meeting, MEMBER)["paused_at"] == "2027-01-05T12:31:00.000Z"
    story.ask(c.Resume(), CHAIR)
    assert "paused_at" not in shown(story.meeting, MEMBER)
    story.ask(c.Close(), CHAIR)
    view = shown(story.meeting, MEMBER)
    assert (view["phase"], view["closed_at"]) == ("closed", "2027-01-05T12:31:00.000Z")


def test_the_roll_says_how_each_is_here() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    story.ask(c.Vouch(MINH), LAN)
    story.wait(10)
    story.drop(LAN)
    lines = roll(story, MEMBER)
    assert lines[CHAIR] == {"state": "present", "kinds": {"online": True}, "since": "2027-01-05T12:30:00.000Z"}
    assert lines[COMMITTEE]["kinds"] == {"in_room": True}
    assert lines[MINH]["kinds"] == {"vouched": LAN}
    assert lines[LAN] == {"state": "silent", "kinds": {}, "since": "2027-01-05T12:30:10.000Z"}
    assert lines[DEPUTY] == {"state": "absent", "kinds": {}}
    assert shown(story.meeting, MEMBER)["counts"] == {"present": 4, "of": 5, "silent": 1, "to_verify": 0}


def test_who_has_left_is_absent_since_then() -> None:
    story = opened()
    story.drop(LAN)
    story.wait(200)
    assert roll(story)[LAN] == {"state": "absent", "kinds": {}, "since": "2027-01-05T12:30:00.000Z"}


def test_guests_are_seen_and_not_counted() -> None:
    story = opened(CHAIR, GUEST)
    assert roll(story)[GUEST]["state"] == "present"
    assert shown(story.meeting, MEMBER)["counts"]["present"] == 1


def test_only_the_chair_sees_devices_and_why_someone_was_removed() -> None:
    story = opened()
    story.join(LAN, tab="b", device="desktop")
    story.join(LAN, tab="c", device="phone")
    story.ask(c.Remove(MINH, "gây rối"), CHAIR)
    assert roll(story)[LAN]["devices"] == {"phone": 2, "desktop": 1}
    assert roll(story)[MINH]["reason"] == "gây rối"
    assert "devices" not in roll(story, MEMBER)[LAN]
    assert roll(story, MEMBER)[MINH] == {"state": "removed", "kinds": {}, "since": "2027-01-05T12:30:00.000Z"}


def test_only_the_chair_sees_who_has_not_answered_and_the_timer() -> None:
    story = opened(CHAIR, LAN, MINH)
    story.ask(c.SetPresenceTimer(10), CHAIR)
    story.ask(c.AskPresence(), CHAIR)
    own, others = shown(story.meeting, CHAIRS), shown(story.meeting, MEMBER)
    assert own["check"] == {
        "asked_at": "2027-01-05T12:30:00.000Z",
        "until": "2027-01-05T12:33:00.000Z",
        "answered": 1,
        "of": 3,
        "waiting": {LAN: True, MINH: True},
    }
    assert own["presence_timer"] == 10
    assert "waiting" not in others["check"]
    assert "presence_timer" not in others


def test_members_learn_nothing_that_belongs_to_the_chair() -> None:
    story = opened()
    story.ask(c.Remove(MINH, "LÝ DO RIÊNG"), CHAIR)
    story.ask(c.SetPresenceTimer(10), CHAIR)
    story.ask(c.AskPresence(), CHAIR)
    text = json.dumps(shown(story.meeting, MEMBER), ensure_ascii=False)
    for secret in ("LÝ DO RIÊNG", "devices", "waiting", "presence_timer", page(LAN), CALL.seed):
        assert f'"{secret}"' not in text


def test_who_missed_the_question_is_to_verify_and_counted_present() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.AskPresence(), CHAIR)
    story.wait(180)
    assert roll(story)[LAN]["state"] == "to_verify"
    assert roll(story)[LAN]["since"] == "2027-01-05T12:33:00.000Z"
    assert shown(story.meeting, MEMBER)["counts"] == {"present": 2, "of": 5, "silent": 0, "to_verify": 1}


def test_the_agenda_and_the_floor() -> None:
    story = opened()
    story.ask(c.TakeUpItem(ItemId("one")), CHAIR)
    story.ask(c.PutItemAside(ItemId("two"), "chưa đủ"), CHAIR)
    story.ask(c.AskToSpeak(), MINH)
    story.ask(c.AskToSpeak(), LAN)
    story.ask(c.GiveFloor(LAN), CHAIR)
    story.ask(c.Mute(DEPUTY), CHAIR)
    view = shown(story.meeting, MEMBER)
    assert view["agenda"] == {
        "current": "one",
        "items": {
            "one": {
                "order": 0,
                "title": "Kết quả tháng trước",
                "minutes": 20,
                "presenter": "",
                "kind": "ordinary",
                "state": "current",
                "taken_up_at": "2027-01-05T12:30:00.000Z",
            },
            "two": {
                "order": 1,
                "title": "Nhiệm vụ tháng này",
                "minutes": 30,
                "presenter": "Lan",
                "kind": "ordinary",
                "state": "aside",
                "reason": "chưa đủ",
            },
        },
    }
    assert view["speaking"] == {
        "queue": [MINH],
        "list": "open",
        "leader": CHAIR,
        "free": False,
        "floor": {"member": LAN, "since": "2027-01-05T12:30:00.000Z", "until": "2027-01-05T12:35:00.000Z"},
    }
    assert view["microphones"] == {LAN: "on", DEPUTY: "muted"}


def test_the_eyes_go_with_the_chair() -> None:
    story = opened()
    assert (eyes(story.meeting, CHAIR), eyes(story.meeting, DEPUTY)) == (CHAIRS, MEMBER)
    story.drop(CHAIR)
    story.wait(30)
    assert shown(story.meeting, MEMBER)["chair"] == {
        "rightful": CHAIR,
        "acting": CHAIR,
        "offered": DEPUTY,
        "empty_since": "2027-01-05T12:30:00.000Z",
    }
    story.ask(c.TakeChair(), DEPUTY)
    assert (eyes(story.meeting, CHAIR), eyes(story.meeting, DEPUTY)) == (MEMBER, CHAIRS)


def test_a_chair_who_has_not_come_yet_is_not_missed_before_his_time() -> None:
    story = Story(seconds=-600)
    story.join(LAN)
    assert "empty_since" not in shown(story.meeting, MEMBER)["chair"]


# -- Mine ------------------------------------------------------------------------------------------------------------


def test_the_private_part_of_a_member() -> None:
    story = opened()
    assert mine(story.meeting, LAN) == {
        "member": LAN,
        "chair": False,
        "offered": False,
        "may_speak": False,
        "may_share": False,
        "microphone": "off",
        "active": page(LAN),
        "may": ["AskToSpeak", "Leave", "TurnOffMicrophone", "Vouch"],
        "voter": True,
        "ballots": {},
        "groups": {"place": "", "belongs": "", "leads": False},
    }
    story.ask(c.AskToSpeak(), LAN)
    story.ask(c.GiveFloor(LAN), CHAIR)
    story.join(LAN, tab="b")
    story.ask(c.AskPresence(), CHAIR)
    own = mine(story.meeting, LAN)
    assert (own["may_speak"], own["microphone"], own["active"]) == (True, "on", page(LAN, "b"))
    assert own["check"] == {"until": "2027-01-05T12:33:00.000Z"}
    assert {"AnswerPresence", "EndSpeech", "TurnOnMicrophone"} <= set(own["may"])
    assert "check" not in mine(story.meeting, CHAIR)


def test_a_muted_member_may_not_speak() -> None:
    story = opened()
    story.ask(c.OpenDiscussion(), CHAIR)
    assert mine(story.meeting, LAN)["may_speak"]
    story.ask(c.Mute(LAN), CHAIR)
    own = mine(story.meeting, LAN)
    assert (own["may_speak"], own["microphone"]) == (False, "muted")


def test_who_is_offered_the_chair_may_take_it() -> None:
    story = opened()
    story.drop(CHAIR)
    story.wait(30)
    assert mine(story.meeting, DEPUTY)["offered"]
    assert "TakeChair" in mine(story.meeting, DEPUTY)["may"]
    assert "TakeChair" not in mine(story.meeting, COMMITTEE)["may"]


def test_who_is_not_here_may_nothing() -> None:
    assert mine(gathered(CHAIR).meeting, LAN)["may"] == []


def test_what_a_chair_may_follows_the_phase() -> None:
    story = gathered()
    expected = {
        "gathering": {"Open", "OpenDiscussion"},
        "open": {"Pause", "Close", "AskPresence", "GiveFloor", "TakeUpItem"},
        "paused": {"Resume", "Close", "AskPresence"},
    }
    others = set().union(*expected.values()) - {"OpenDiscussion"}
    for phase, step in (("gathering", c.Open()), ("open", c.Pause()), ("paused", c.Resume())):
        assert set(mine(story.meeting, CHAIR)["may"]) & others == expected[phase] - {"OpenDiscussion"}
        story.ask(step, CHAIR)


def test_whoever_is_removed_or_a_stranger_is_barred() -> None:
    story = opened()
    story.ask(c.Remove(MINH, "vì"), CHAIR)
    reasons = {member: barred(story.meeting, member) for member in (LAN, MINH, STRANGER)}
    assert reasons[LAN] is None
    assert [no and no.rule for no in reasons.values()] == [None, "removed", "roster"]


def _nulls(value: object) -> Iterator[object]:
    if value is None:
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nulls(inner)


@pytest.mark.parametrize("kind", [CHAIRS, MEMBER])
def test_a_view_holds_no_null_and_is_plain_json(kind: str) -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.AskPresence(), CHAIR)
    view: Any = shown(story.meeting, kind)
    assert json.loads(json.dumps(view)) == view
    assert not list(_nulls(view))
