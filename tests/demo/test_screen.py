"""A member's screen: merge patches, gaps, and what his habits read from it."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.habits import next_act
from server.demo.screen import Screen, merge

# RFC 7396 appendix A, every line of it.
CASES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), CASES)
def test_merging_is_that_of_the_standard(target: Any, patch: Any, result: Any) -> None:
    before = copy.deepcopy((target, patch))
    assert merge(target, patch) == result
    assert (target, patch) == before


values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner))
trees = st.recursive(values, lambda inner: st.dictionaries(st.sampled_from("abc"), inner), max_leaves=12)


@given(trees, trees)
def test_merging_twice_is_merging_once(target: Any, patch: Any) -> None:
    once = merge(target, patch)
    assert merge(once, patch) == once


def whole(seq: int, view: dict[str, Any]) -> dict[str, Any]:
    return {"seq": seq, "at": "", "view": view, "mine": {"member": "m"}, "epoch": "e"}


def patch(after: int, seq: int, change: dict[str, Any]) -> dict[str, Any]:
    return {"after": after, "seq": seq, "at": "", "patch": change}


def test_patches_that_follow_each_other_are_merged() -> None:
    screen = Screen()
    screen.take_view(whole(4, {"phase": "called"}))
    assert screen.take_patch(patch(4, 6, {"phase": "open"}))
    assert screen.take_patch(patch(6, 7, {"n": 1}))
    assert (screen.seq, screen.view) == (7, {"phase": "open", "n": 1})


def test_a_patch_after_a_gap_is_not_merged_and_the_whole_view_is_asked_once() -> None:
    screen = Screen()
    screen.take_view(whole(4, {"n": 0}))
    assert not screen.take_patch(patch(5, 6, {"n": 2}))
    assert screen.take_patch(patch(6, 7, {"n": 3}))  # passed over: the whole view is on its way
    assert (screen.seq, screen.view) == (4, {"n": 0})
    screen.take_view(whole(7, {"n": 3}))
    assert screen.take_patch(patch(7, 8, {"n": 4}))
    assert (screen.seq, screen.view) == (8, {"n": 4})


def test_a_patch_that_is_known_already_changes_nothing() -> None:
    screen = Screen()
    screen.take_view(whole(9, {"n": 9}))
    assert screen.take_patch(patch(7, 8, {"n": 8}))
    assert screen.view == {"n": 9}


# -- what a chair does next --------------------------------------------------------------------------------------------


def seen(view: dict[str, Any], mine: dict[str, Any]) -> Screen:
    screen = Screen()
    screen.take_view({"seq": 1, "at": "", "view": json.loads(json.dumps(view)), "mine": mine, "epoch": "e"})
    return screen


OPEN = {
    "phase": "open",
    "agenda": {"current": "1", "items": {"1": {"order": 0, "state": "current"}, "2": {"order": 1, "state": "ahead"}}},
    "speaking": {"queue": ["a", "b"], "list": "open", "free": False},
    "roll": {"a": {"state": "silent"}, "b": {"state": "present"}},
}
CHAIR = {"member": "c", "chair": True, "microphone": "off", "may": ["GiveFloor", "TurnOnMicrophone"]}


def test_who_does_not_chair_conducts_nothing() -> None:
    assert next_act(seen(OPEN, CHAIR | {"chair": False}), talks=True) is None


def test_a_chair_opens_the_meeting_first() -> None:
    gathering = {"phase": "gathering", "agenda": {"items": {}}}
    assert next_act(seen(gathering, CHAIR | {"may": ["Open"]}), talks=True) == ("Open", {})


def test_a_chair_gives_the_floor_to_the_first_who_is_there() -> None:
    assert next_act(seen(OPEN, CHAIR), talks=False) == ("GiveFloor", {"member": "b"})


def test_a_chair_takes_up_what_comes_next() -> None:
    agenda = {"items": {"2": {"order": 1, "state": "ahead"}, "1": {"order": 0, "state": "closed"}}}
    assert next_act(seen(OPEN | {"agenda": agenda}, CHAIR), talks=False) == ("TakeUpItem", {"item": "2"})


def test_a_chair_lets_speak_who_speaks() -> None:
    speaking = OPEN["speaking"] | {"floor": {"member": "a", "since": "", "until": ""}}  # type: ignore[operator]
    assert next_act(seen(OPEN | {"speaking": speaking}, CHAIR), talks=False) is None


def test_a_chair_who_talks_turns_his_microphone_on() -> None:
    assert next_act(seen(OPEN, CHAIR), talks=True) == ("TurnOnMicrophone", {})
