from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.live.patch import diff, merge

scalars = st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
values = st.recursive(
    scalars | st.lists(scalars, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
views = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)
patches = st.recursive(
    st.none() | scalars,
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
).filter(lambda patch: isinstance(patch, dict))


def same(one: Any, other: Any) -> bool:
    """Equal to the letter: for Python True == 1, for JSON not."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(views, views)
def test_a_view_and_its_patch_are_the_next_view(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert same(merge(before, diff(before, after)), after)


@pytest.mark.parametrize(("one", "other"), [(1, True), ([0], [False]), ([{"a": 1}], [{"a": True}])])
def test_true_is_not_one(one: Any, other: Any) -> None:
    assert diff({"a": one}, {"a": other}) == {"a": other}


@given(views, views)
def test_nothing_is_sent_when_nothing_changed_and_something_when_it_did(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert bool(diff(before, after)) == (not same(before, after))


@given(views, views, views)
def test_patches_in_a_row_are_one_patch(one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]) -> None:
    assert same(merge(merge(one, diff(one, two)), diff(two, three)), three)


@given(views, patches)
def test_merging_changes_neither_argument(view: dict[str, Any], patch: dict[str, Any]) -> None:
    view_was, patch_was = repr(view), repr(patch)
    merge(view, patch)
    assert (repr(view), repr(patch)) == (view_was, patch_was)


# RFC 7396, appendix A, as far as both sides are objects: all that views are.
@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_standard(original: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]) -> None:
    assert merge(original, patch) == result
