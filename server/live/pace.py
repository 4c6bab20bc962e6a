"""How fast one person may speak into a meeting: its log can never be shortened, and everybody is told of each entry.

Who is faster waits for his answer; nothing of what he said is lost.  (The generic cell rate algorithm, ITU-T I.371.)
"""

BURST = 100  # messages at once, a long roll ticked in one go
APART = 0.5  # seconds between two, for as long as he likes


class Pace:
    """Of one member in one meeting, whatever number of pages he has open."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due = float("-inf")  # when the next would be awaited if he kept to APART

    def wait(self, now: float) -> float:
        """Seconds that this message must wait."""
        early = max(0.0, self._due - (BURST - 1) * APART - now)
        self._due = max(self._due, now) + APART
        return early
