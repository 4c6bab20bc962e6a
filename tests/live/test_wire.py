import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live import wire
from server.live.schema import schema
from server.live.wire import BadMessage
from server.meeting import commands as c
from server.meeting.ids import Choice, CriterionId, ItemId, LongText, Text, VoteId
from server.meeting.rules import Points

PAGE = "A" * 22


def test_a_command_is_read_as_it_stands() -> None:
    asked = wire.asked({"id": "1", "name": "MoveRequest", "member": "an", "before": ""})
    assert asked == wire.Asked("1", c.MoveRequest("an", ""))  # type: ignore[arg-type]
    assert wire.asked({"id": "1", "name": "Mute", "member": "an"}).command == c.Mute("an", "")  # type: ignore[arg-type]


def test_words_of_an_enumeration_lists_and_booleans_are_read_exactly() -> None:
    cast = {"id": "1", "name": "CastBallot", "vote": "v", "choice": "other", "opinion": "ý", "reserved": True}
    assert wire.asked(cast).command == c.CastBallot(VoteId("v"), Choice.OTHER, Text("ý"), True)
    points = [{"criterion": "time", "points": 5}, {"criterion": "conduct", "points": 40, "reason": "vì"}]
    asked = wire.asked({"id": "1", "name": "ProposeScore", "points": points}).command
    time, conduct = CriterionId("time"), CriterionId("conduct")
    assert asked == c.ProposeScore((Points(time, 5), Points(conduct, 40, "vì")))
    minutes = {"id": "1", "name": "WriteMinutes", "item": "", "text": "x" * 10_000, "base_version": 0}
    assert wire.asked(minutes).command == c.WriteMinutes(ItemId(""), LongText("x" * 10_000), 0)


def test_what_may_be_asked_is_what_the_protocol_lists() -> None:
    text = Path("docs/protocol.md").read_text("utf-8")
    chapter = text.split("## Commands")[1].split("## The view")[0]
    listed = re.findall(r"`([A-Z]\w+)[^`]*`", chapter.split("`Tick`).")[1])
    assert sorted(listed) == sorted(wire.COMMANDS)
    assert not {"Call", "Join", "Drop", "Recover", "Tick"} & wire.COMMANDS.keys()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (None, "The payload is not an object."),
        ([], "The payload is not an object."),
        ("Open", "The payload is not an object."),
        ({}, "There is no command of that name."),
        ({"id": "1", "name": "Call"}, "There is no command of that name."),
        ({"id": "1", "name": "Tick"}, "There is no command of that name."),
        ({"id": "1", "name": ["Open"]}, "There is no command of that name."),
        ({"id": "1", "name": "open"}, "There is no command of that name."),
        ({"name": "Open"}, "id: Field required."),
        ({"id": "", "name": "Open"}, "id: "),
        ({"id": "x" * 65, "name": "Open"}, "id: "),
        ({"id": 7, "name": "Open"}, "id: Input should be a valid string."),
        ({"id": "a\x00", "name": "Open"}, "id: "),
        ({"id": "1", "name": "Open", "by": "chair"}, "There is a field too many."),
        ({"id": "1", "name": "GiveFloor"}, "member: Field required."),
        ({"id": "1", "name": "GiveFloor", "member": None}, "member: Input should be a valid string."),
        ({"id": "1", "name": "GiveFloor", "member": "x" * 65}, "member: "),
        ({"id": "1", "name": "GiveFloor", "member": "\ud800"}, "member: "),
        ({"id": "1", "name": "Remove", "member": "an", "reason": "x" * 501}, "reason: "),
        ({"id": "1", "name": "Remove", "member": "an", "reason": "a\x1bb"}, "reason: "),
        ({"id": "1", "name": "CastBallot", "vote": "v", "choice": "maybe"}, "choice: "),
        ({"id": "1", "name": "CastBallot", "vote": "v", "choice": ["for"]}, "choice: "),
        ({"id": "1", "name": "CastBallot", "vote": "v", "choice": "for", "reserved": 1}, "reserved: "),
        ({"id": "1", "name": "CastBallot", "vote": "v", "choice": "for", "opinion": "x" * 2001}, "opinion: "),
        ({"id": "1", "name": "WriteMinutes", "item": "", "text": "x" * 10_001, "base_version": 0}, "text: "),
        ({"id": "1", "name": "ProposeScore", "points": {}}, "points: "),
        ({"id": "1", "name": "ProposeScore", "points": [{"criterion": "time"}]}, "points.0.points: Field required."),
        (
            {"id": "1", "name": "ProposeScore", "points": [{"criterion": "t", "points": 1, "x": 1}]},
            "There is a field too",
        ),
        ({"id": "1", "name": "ProposeScore", "points": [{"criterion": "t", "points": 1}] * 51}, "points: "),
        ({"id": "1", "name": "ExtendSpeech", "seconds": "60"}, "seconds: Input should be a valid integer."),
        ({"id": "1", "name": "ExtendSpeech", "seconds": 60.5}, "seconds: Input should be a valid integer."),
        ({"id": "1", "name": "ExtendSpeech", "seconds": True}, "seconds: Input should be a valid integer."),
        ({"id": "1", "name": "ExtendSpeech", "seconds": 10**7}, "seconds: "),
        ({"id": "1", "name": "ExtendSpeech", "seconds": float("nan")}, "seconds: Input should be a valid integer."),
    ],
)
def test_everything_else_is_bad(payload: Any, why: str) -> None:
    with pytest.raises(BadMessage) as bad:
        wire.asked(payload)
    assert bad.value.why.startswith(why)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(sorted(wire.COMMANDS)) | st.text(max_size=8)
almost = st.fixed_dictionaries(
    {"id": st.text(max_size=3) | json_values, "name": names},
    optional=dict.fromkeys(("member", "reason", "seconds", "item", "vote", "choice", "points"), json_values),
)


@given(almost | json_values)
def test_whatever_comes_is_a_command_or_bad(payload: Any) -> None:
    try:
        asked = wire.asked(payload)
    except BadMessage as bad:
        assert 0 < len(bad.why) < 300
    else:
        assert type(asked.command).__name__ == payload["name"]
        assert asked.id == payload["id"]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {"meeting": "m", "connection": PAGE},
        {"meeting": "", "connection": PAGE, "device": "phone"},
        {"meeting": "m", "connection": PAGE + "A", "device": "phone"},
        {"meeting": "m", "connection": "A" * 21 + "/", "device": "phone"},
        {"meeting": "m", "connection": "A" * 22 + "\n", "device": "phone"},
        {"meeting": "m", "connection": PAGE, "device": "fridge"},
        {"meeting": "m", "connection": PAGE, "device": "phone", "member": "an"},
        {"meeting": 1, "connection": PAGE, "device": "phone"},
    ],
)
def test_a_connect_must_say_which_meeting_which_page_and_which_device(payload: Any) -> None:
    with pytest.raises(BadMessage):
        wire.hello(payload)


def test_a_good_connect_is_read() -> None:
    assert wire.hello({"meeting": "m", "connection": PAGE, "device": "phone"}).meeting == "m"


@pytest.mark.parametrize("payload", [None, {}, {"type": "answer", "sdp": "v=0"}, {"type": "offer", "sdp": ""}])
def test_only_an_offer_is_a_signal(payload: Any) -> None:
    with pytest.raises(BadMessage):
        wire.offer(payload)


WANTED = {"mode": "all", "heights": {"6": 360}, "page": 0}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        WANTED | {"mode": "everything"},
        WANTED | {"heights": {"six": 1}},
        WANTED | {"heights": {"6": -1}},
        WANTED | {"heights": {"6": "360"}},
        WANTED | {"heights": {str(n): 1 for n in range(60)}},
        WANTED | {"page": -1},
        WANTED | {"page": True},
    ],
)
def test_a_wish_for_sound_and_picture_is_read_to_the_letter(payload: Any) -> None:
    assert wire.wanted(WANTED).heights == {"6": 360}
    with pytest.raises(BadMessage):
        wire.wanted(payload)


def test_the_schema_defines_whatever_it_refers_to() -> None:
    text = json.dumps(schema())
    defined = schema()["$defs"]
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == defined.keys()
    assert defined["GiveFloor"]["required"] == ["id", "name", "member"]
    assert defined["GiveFloor"]["additionalProperties"] is False
    assert "devices" not in defined["RollLine"]["required"]
