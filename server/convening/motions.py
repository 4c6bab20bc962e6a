"""The motions of a round: prepared with its agenda, voted in every group, counted over the whole cell.  Pure."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.org.refusal import Refused, kept

from . import marks
from .agendas import MARKED, Items

RULE = "motion"
# What a group may vote on for the whole cell; the other kinds are for a meeting of all, as their items of the agenda.
KINDS = ("ordinary", "resolution")
MOST = 20

Motions = tuple[Mapping[str, Any], ...]  # {id, item, kind, text} each


@dataclass(frozen=True, slots=True)
class Written:
    """A motion as a form gives it; `item`: of the agenda."""

    item: str
    text: str
    kind: str = KINDS[0]


def added(motions: Motions, items: Items, given: Written) -> Motions:
    if len(motions) >= MOST:
        raise Refused(RULE, "A round has at most {most} motions.", most=MOST)
    return (*motions, _motion(items, given, f"v{secrets.token_hex(6)}"))


def edited(motions: Motions, items: Items, motion_id: str, given: Written) -> Motions:
    _there(motions, motion_id)
    new = _motion(items, given, motion_id)
    return tuple(new if each["id"] == motion_id else each for each in motions)


def removed(motions: Motions, motion_id: str) -> Motions:
    _there(motions, motion_id)
    return tuple(each for each in motions if each["id"] != motion_id)


def held(motions: Motions, items: Items) -> None:
    """Raises Refused where a motion would lose its item."""
    if not {each["item"] for each in motions} <= {each["id"] for each in items}:
        raise Refused(RULE, "There is a motion on this item: take the motion away first.")


def _motion(items: Items, given: Written, motion_id: str) -> Mapping[str, Any]:
    """Raises Refused."""
    if given.kind not in KINDS:
        raise Refused(RULE, "Please choose one of the values offered.")
    if given.item not in {each["id"] for each in items}:
        raise Refused("agenda", "This item is not on the agenda.")
    text = " ".join(kept(given.text, RULE).split())
    if marks.titled(text):
        raise Refused("secret", MARKED)
    return {"id": motion_id, "item": given.item, "kind": given.kind, "text": text}


def _there(motions: Motions, motion_id: str) -> None:
    if motion_id not in {each["id"] for each in motions}:
        raise Refused("gone", "That is no longer there.")
