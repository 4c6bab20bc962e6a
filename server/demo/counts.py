"""What a simulated member counts, and the figures made of it.  Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SEQUENCES = 1 << 16
WINDOW = 512  # so many sequence numbers back a packet is told from its own repetition


@dataclass(slots=True)
class Slot:
    """The packets of one RTP stream, expected and received, as RFC 3550 appendix A.3 reckons them.

    `clock` is the RTP clock in Hz; times are seconds of any steady clock.
    """

    clock: int
    first_at: float | None = None
    last_at: float = 0.0
    base: int = -1  # extended sequence numbers: cycles in the upper bits
    highest: int = -1
    received: int = 0  # distinct packets
    repeated: int = 0
    octets: int = 0
    jitter: float = 0.0  # in units of the RTP clock, RFC 3550 section 6.4.1
    _seen: int = 0  # bit n: highest − n has come
    _transit: float | None = None
    _reported: tuple[int, int] = (0, 0)  # expected and received at the last report

    def take(self, sequence: int, timestamp: int, size: int, at: float) -> None:
        """One packet: its 16-bit sequence number, its timestamp, its length in octets."""
        if self.first_at is None:
            self.first_at, self.base, self.highest = at, sequence, sequence - 1
        extended = self._extend(sequence)
        if self._is_repeated(extended):
            self.repeated += 1
            return
        self.received += 1
        self.octets += size
        self.base = min(self.base, extended)
        self._measure(timestamp, at)
        self.last_at = at

    @property
    def expected(self) -> int:
        return self.highest - self.base + 1 if self.first_at is not None else 0

    @property
    def lost(self) -> int:
        return self.expected - self.received

    def fraction_lost(self) -> int:
        """Since the last call, in 256ths: the octet of a receiver report."""
        expected, received = self.expected - self._reported[0], self.received - self._reported[1]
        self._reported = (self.expected, self.received)
        return max(0, (expected - received) * 256 // expected) if expected > 0 else 0

    def _extend(self, sequence: int) -> int:
        ahead = (sequence - self.highest) % SEQUENCES
        return self.highest + (ahead if ahead < SEQUENCES // 2 else ahead - SEQUENCES)

    def _is_repeated(self, extended: int) -> bool:
        ahead = extended - self.highest
        if ahead > 0:
            self._seen = ((self._seen << ahead) | 1) & ((1 << WINDOW) - 1) if ahead < WINDOW else 1
            self.highest = extended
            return False
        bit = 1 << -ahead if -ahead < WINDOW else 0  # too old to tell: counted
        repeated = bool(self._seen & bit)
        self._seen |= bit
        return repeated

    def _measure(self, timestamp: int, at: float) -> None:
        transit = (at * self.clock - timestamp) % (1 << 32)
        if self._transit is not None:
            apart = abs(transit - self._transit)
            self.jitter += (min(apart, (1 << 32) - apart) - self.jitter) / 16
        self._transit = transit


@dataclass(slots=True)
class Tally:
    """What one member lived through.  Durations in milliseconds."""

    socket_ms: list[float] = field(default_factory=list)  # connect asked -> first whole view
    sound_ms: list[float] = field(default_factory=list)  # connect asked -> first media packet
    command_ms: list[float] = field(default_factory=list)  # asked -> answered
    refused: Counter[str] = field(default_factory=Counter)  # "AskToSpeak: ListClosed": the regulation said no
    errors: Counter[str] = field(default_factory=Counter)  # by kind: what should not have happened
    offers: int = 0  # connections for sound and picture that were negotiated
    reconnects: int = 0
    gaps: int = 0  # views asked for because a patch did not fit
    packets_expected: int = 0
    packets_received: int = 0
    octets_received: int = 0

    def heard(self, slots: Iterable[Slot]) -> None:
        """Adds what a connection received in its time."""
        for slot in slots:
            self.packets_expected += slot.expected
            self.packets_received += slot.received
            self.octets_received += slot.octets


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: the smallest value that `share` (0 < share ≤ 1) of the values do not exceed."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """p50 and p95, rounded to a tenth; null when there is nothing to tell."""
    found = {"p50": percentile(values, 0.50), "p95": percentile(values, 0.95)}
    return {name: None if value is None else round(value, 1) for name, value in found.items()}


def summary(tallies: Sequence[Tally]) -> dict[str, object]:
    """The figures of a crowd in the shape that `chibo simulate` prints."""

    def gathered(name: str) -> list[float]:
        return [value for tally in tallies for value in getattr(tally, name)]

    def added(name: str) -> int:
        return sum(int(getattr(tally, name)) for tally in tallies)

    return {
        "joined": sum(bool(tally.socket_ms) for tally in tallies),
        "heard": sum(bool(tally.sound_ms) for tally in tallies),
        "join_ms": spread(gathered("sound_ms")),
        "socket_join_ms": spread(gathered("socket_ms")),
        "commands": len(gathered("command_ms")),
        "command_ms": spread(gathered("command_ms")),
        "packets_expected": added("packets_expected"),
        "packets_received": added("packets_received"),
        "octets_received": added("octets_received"),
        "reconnects": added("reconnects"),
        "gaps": added("gaps"),
        "refused": dict(sum((tally.refused for tally in tallies), Counter[str]())),
        "errors": dict(sum((tally.errors for tally in tallies), Counter[str]())),
    }
