"""The minutes while they are written: numbers write themselves, the minutes secretary adds what was said.

Two people who write at once lose nothing: each says which version he had before him, and every version is an event.
They are read aloud, then adopted; after that they stand.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from .agenda import Agenda
from .ids import NO_ITEM, ItemId, LongText, MemberId
from .refusal import LONGEST_MINUTES, Refused, kept_text


@dataclass(frozen=True, slots=True)
class Draft:
    version: int
    by: MemberId
    text: LongText
    at: datetime


@dataclass(frozen=True, slots=True)
class Minutes:
    items: Mapping[ItemId, Draft] = field(default_factory=dict)  # NO_ITEM: the meeting as a whole
    read_at: datetime | None = None
    adopted_at: datetime | None = None


def may_write(minutes: Minutes, by: MemberId, writers: tuple[MemberId, ...]) -> None:
    """`writers`: the minutes secretary and the acting chair."""
    if by not in writers:
        raise Refused("minutes-secretary", "The minutes are written by the minutes secretary and the chair.")
    if minutes.adopted_at:
        raise Refused("minutes", "The minutes are adopted.")


def write(
    minutes: Minutes, agenda: Agenda, by: MemberId, item: ItemId, text: str, base_version: int
) -> Iterator[e.Event]:
    """The text that stands already is nothing, whatever its writer had before him."""
    if item != NO_ITEM and item not in agenda.lines:
        raise Refused("agenda", "This item is not on the agenda.")
    kept, was = kept_text(text, needed=False, most=LONGEST_MINUTES), minutes.items.get(item)
    if kept == (was.text if was else ""):
        return
    version = was.version if was else 0
    if base_version != version:
        raise Refused("minutes-version", "Somebody has written here meanwhile; look at it first.", version=version)
    yield e.MinutesWritten(item, version + 1, by, LongText(kept))


def read(minutes: Minutes) -> Iterator[e.Event]:
    if minutes.read_at:
        raise Refused("minutes", "The minutes are being read already.")
    yield e.MinutesRead()


def adopt(minutes: Minutes) -> Iterator[e.Event]:
    if minutes.adopted_at:
        raise Refused("minutes", "The minutes are adopted.")
    if not minutes.read_at:
        raise Refused("minutes", "The minutes are read before they are adopted.")
    yield e.MinutesAdopted()


# -- What happened ---------------------------------------------------------------------------------------------------


def _written(minutes: Minutes, event: e.MinutesWritten, at: datetime) -> Minutes:
    draft = Draft(event.version, event.member, event.text, at)
    return replace(minutes, items={**minutes.items, event.item: draft})


_APPLIED: dict[type[e.Event], Callable[[Minutes, Any, datetime], Minutes]] = {
    e.MinutesWritten: _written,
    e.MinutesRead: lambda m, _, at: replace(m, read_at=at),
    e.MinutesAdopted: lambda m, _, at: replace(m, adopted_at=at),
}


def apply(minutes: Minutes, event: e.Event, at: datetime) -> Minutes:
    applied = _APPLIED.get(type(event))
    return applied(minutes, event, at) if applied else minutes
