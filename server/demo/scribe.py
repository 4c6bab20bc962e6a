"""Decide and apply, as a room does; what came of each command waits to be kept together."""

from datetime import datetime

from server.meeting import commands as c
from server.meeting.ids import NOBODY, MemberId
from server.meeting.meeting import Meeting, apply, decide, due
from server.records.log import Step


class Scribe:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._meeting = Meeting()

    def ask(self, command: c.Command, by: MemberId, at: datetime) -> None:
        """Raises meeting.refusal.Refused."""
        while (moment := due(self._meeting)) is not None and moment < at:
            self._one(c.Tick(), NOBODY, moment)
        self._one(command, by, at)

    def _one(self, command: c.Command, by: MemberId, at: datetime) -> None:
        events = decide(self._meeting, command, by, at)
        self.steps.append(Step(events, at, by, "" if isinstance(command, c.Tick) else f"told-{len(self.steps)}"))
        for event in events:
            self._meeting = apply(self._meeting, event, at)
