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
        if was is value or (key in before and was == value):
            continue
        both = isinstance(was, Mapping) and isinstance(value, Mapping)
        patch[key] = diff(was, value) if both else value  # type: ignore[arg-type]
    return patch


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
