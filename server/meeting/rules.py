"""The regulation of one meeting as data: the numbers in force that day, each with the document it stands in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Regulation:
    """Seconds, unless the name says otherwise.  Frozen into `Called`: a meeting replays under the rules of its own day.

    Every default here is the cautious default of docs/regulation.md; org/rulebook.py fills in what is in force.
    """

    grace: int = 120  # a silent connection becomes an absence after this (no document: a setting)
    chair_grace: int = 30  # the next in line is offered the chair after this (no document: a setting)
    presence_window: int = 180  # to answer "are you there?" (no document: a setting)
    speech_limit: int = 300  # one speech; the clock shows it, the chair enforces it (no document: a setting)
    duration_minutes: int = 90  # 42-HD/BTCTW 28/10/2025: a regular meeting at least; 120 when combined
