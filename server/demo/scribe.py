"""Decide and apply, as a room does; what came of each command waits to be kept together."""

from datetime import datetime

from server.meeting import commands as c
from server.meeting.events import Recorded
from server.meeting.ids import NOBODY, MemberId
from server.meeting.meeting import Meeting, apply, decide, due
from server.records.log import Log, Step


class Scribe:
    def __init__(self, log: Log, meeting: str) -> None:
        self._log, self._id, self._seq, self._told = log, meeting, 0, 0
        self._steps: list[Step] = []
        self.meeting = Meeting()
        self.recorded: list[Recorded] = []

    def ask(self, command: c.Command, by: MemberId, at: datetime) -> None:
        """Raises meeting.refusal.Refused."""
        while (moment := due(self.meeting)) is not None and moment < at:
            self._one(c.Tick(), NOBODY, moment)
        self._one(command, by, at)

    async def keep(self) -> None:
        self._seq, self._steps = await self._log.append_all(self._id, self._seq, self._steps), []

    def _one(self, command: c.Command, by: MemberId, at: datetime) -> None:
        events, self._told = decide(self.meeting, command, by, at), self._told + 1
        cause = "" if isinstance(command, c.Tick) else f"told-{self._told}"
        self._steps.append(Step(events, at, by, cause))
        for event in events:
            self.recorded.append(Recorded(len(self.recorded) + 1, at, by, cause, event))
            self.meeting = apply(self.meeting, event, at)
