"""The meeting, and the regulation it follows.  Standard library only: no await, no clock, no random."""

from .meeting import Meeting, apply, decide, due
from .refusal import Refused

__all__ = ["Meeting", "Refused", "apply", "decide", "due"]
