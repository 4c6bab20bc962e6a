"""JSON merge patch (RFC 7396): what to send so that one view becomes the next.  Pure.

Views hold no null, so that null in a patch can only mean "take it away".
"""

from collections.abc import Mapping
from typing import Any


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest patch with merge(before, patch) == after; {} when nothing changed.  Lists are replaced whole."""
    patch: dict[str, Any] = dict.fromkeys(before.keys() - after.keys())
    for key, value in after.items():
        was = before.get(key)
        if was is value and key in before:
            continue
        if isinstance(was, Mapping) and isinstance(value, Mapping):
            if inner := diff(was, value):
                patch[key] = inner
        elif key not in before or not _same(was, value):
            patch[key] = value
    return patch


def _same(one: Any, other: Any) -> bool:
    """Equal in JSON, where true is not 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


def merge(view: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The client's half (RFC 7396, section 2).  Changes neither argument."""
    merged = dict(view)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            was = merged.get(key)
            merged[key] = merge(was if isinstance(was, Mapping) else {}, value)
        else:
            merged[key] = value
    return merged
