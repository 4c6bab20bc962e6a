"""Which of a client's addresses is answered.  Pure.

Only addresses that an integrity-checked STUN message has proved are given to it (a check of the client's, or its answer
to ours).  The newest of them that media comes from is followed, once the one before is silent; what the client has
nominated is followed at once.  Neither more than once a second, lest two networks that take turns take the sound along.
"""

from .icelite import Address

SILENT = 0.150  # s without media: longer than the gaps of a voice, shorter than a listener hears
APART = 1.0  # s between two moves


class Paths:
    """`last` is when media last came from `current`; whoever reads media sets it, for it is set for every packet."""

    __slots__ = ("_moved", "current", "last", "moves")

    def __init__(self, current: Address | None = None) -> None:
        self.current = current
        self.last = self._moved = float("-inf")
        self.moves = 0

    def checked(self, address: Address, nominated: bool, settled: bool, now: float) -> None:
        """A proof came from here.  Before the connection is `settled` every nomination counts."""
        if self.current is None:
            self.current = address
        elif nominated and address != self.current and (not settled or now - self._moved >= APART):
            self._move(address, now)

    def heard(self, address: Address, now: float) -> None:
        """Media came from a proved address that is not the current one."""
        if now - self.last >= SILENT and now - self._moved >= APART:
            self._move(address, now)

    def _move(self, address: Address, now: float) -> None:
        self.current, self.last, self._moved = address, now, now
        self.moves += 1
