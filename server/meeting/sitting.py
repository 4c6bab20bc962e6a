"""The course of the meeting: called, gathering, open, paused, closed (42-HD/BTCTW: opening, conduct, closing)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from . import events as e


class Phase(StrEnum):
    CALLED = "called"  # the notice is out, nobody has come
    GATHERING = "gathering"  # people arrive; the chair has not opened yet
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"  # nothing happens in it any more; papers follow (filing.py)


@dataclass(frozen=True, slots=True)
class Sitting:
    phase: Phase = Phase.CALLED
    gathering_at: datetime | None = None
    opened_at: datetime | None = None
    paused_at: datetime | None = None  # only while paused
    closed_at: datetime | None = None


def follows(sitting: Sitting, someone_here: bool) -> Iterable[e.Event]:
    """The first person to come begins the gathering."""
    return (e.GatheringBegan(),) if someone_here and sitting.phase is Phase.CALLED else ()


_APPLIED: dict[type[e.Event], Callable[[Sitting, Any, datetime], Sitting]] = {
    e.GatheringBegan: lambda s, _, at: replace(s, phase=Phase.GATHERING, gathering_at=at),
    e.Opened: lambda s, _, at: replace(s, phase=Phase.OPEN, opened_at=at),
    e.Paused: lambda s, _, at: replace(s, phase=Phase.PAUSED, paused_at=at),
    e.Resumed: lambda s, _, at: replace(s, phase=Phase.OPEN, paused_at=None),
    e.Closed: lambda s, _, at: replace(s, phase=Phase.CLOSED, paused_at=None, closed_at=at),
}


def apply(sitting: Sitting, event: e.Event, at: datetime) -> Sitting:
    applied = _APPLIED.get(type(event))
    return applied(sitting, event, at) if applied else sitting
