"""Faults: what is neither refused by the regulation nor the client's mistake.  They are counted, logged and shown."""

import hashlib
import logging
import secrets
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

log = logging.getLogger("chibo.live")

Clock = Callable[[], datetime]
RED = timedelta(minutes=1)  # a fault colours the health check for so long


class Fault(Exception):
    """Something broke that is nobody's fault but ours.  `id` finds it in the log of the program."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class Health:
    """The counters of the live part of one process."""

    def __init__(self, now: Clock) -> None:
        self._now = now
        self.faults = self.bad_messages = self.floods = 0
        self.refusals: Counter[str] = Counter()  # by rule
        self._last: datetime | None = None

    @property
    def red(self) -> bool:
        return self._last is not None and self._now() - self._last < RED

    def refused(self, meeting: str, command: str, rule: str, member: str) -> None:
        """A trace of what the regulation refused: no name, but the same mark for the same person in a meeting."""
        self.refusals[rule] += 1
        mark = hashlib.sha256(f"{meeting}\n{member}".encode()).hexdigest()[:12] if member else "-"
        log.warning("Refused %s (%s) in meeting %s to %s", command, rule, meeting, mark)

    def fault(self, where: str, error: BaseException) -> Fault:
        """Count and log it; what is returned is told to whoever asked.

        The traceback is logged without the words of the exception: they may hold names or reasons.
        """
        self.faults += 1
        self._last = self._now()
        fault = Fault(secrets.token_hex(4))
        log.error("Fault %s in %s\n%s", fault.id, where, _frames(error))
        return fault


def _frames(error: BaseException) -> str:
    number = f" {error.errno}" if isinstance(error, OSError) else ""
    lines = [f"{type(error).__name__}{number} at"]
    lines += traceback.format_tb(error.__traceback__)
    if error.__cause__ is not None:
        lines.append(f"because of {_frames(error.__cause__)}")
    return "\n".join(line.rstrip() for line in lines)
