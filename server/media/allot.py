"""What a listener gets of what there is: audio first, then pictures step by step (docs/media.md, "Budget").  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

USUAL, LESS, SPARING = 32_000, 24_000, 16_000  # bit/s of Opus; the least is still wideband speech (RFC 6716, 2.1.1)
UNDER = 26_000  # bit/s of all that is under one voice: 64 bytes every 20 ms
PAUSED, ALL_LAYERS = -1, 3  # VP8 has at most four temporal layers (RFC 7741)
SMALL, LARGE = 0, 1  # sizes of a picture that is sent in two
STARTS = 0.8  # s until the next rung in the beginning, while nothing speaks against it
FIRST, VOICES = 0, 1  # rungs: in the beginning, one voice; all of them
WAITS = (5.0, 10.0, 20.0, 30.0)  # s until the next try, the more often one failed
TRIED = 10.0  # s in which a fall means that the last rise was too much
PROVED = 30.0  # s at one step after which it counts as sound


@dataclass(frozen=True, slots=True)
class Step:
    """`voices`: at most so many; `main`: the highest temporal layer of the main picture that is passed on, in the size
    `size` if there are two; `thumbnails`: how many of them."""

    voices: int
    main: int
    thumbnails: int = 0
    size: int = LARGE


ONE, A, SMALL_MAIN, B, C, D, E, F = (
    Step(1, PAUSED), Step(3, PAUSED), Step(3, 0, size=SMALL), Step(3, 0), Step(3, 1),
    Step(3, 1, 4), Step(3, ALL_LAYERS, 4), Step(3, ALL_LAYERS, 8),
)  # fmt: skip
STEPS = (ONE, A, SMALL_MAIN, B, C, D, E, F)
MODES = {"voice": (ONE, A), "chair": (ONE, A, SMALL_MAIN, B, C, Step(3, ALL_LAYERS)), "all": STEPS}
DEFAULT = "all"

Picture = Sequence[float]  # bit/s of each temporal layer with all below it; the last is the whole
Sizes = Sequence[Picture]  # of one picture, the smallest first; () = there is none


def layers(step: Step, sizes: int, largest: int) -> tuple[int, int]:
    """Size and highest temporal layer of the main picture, which is shown no larger than `largest` on the screen."""
    if step.main == PAUSED or sizes < 2:
        return SMALL, step.main
    size = min(step.size, largest)
    return (size, step.main) if size == LARGE else (SMALL, ALL_LAYERS)


def costs(
    steps: Sequence[Step], voices: int, main: Sizes, thumbnails: Sequence[Sizes], largest: int = LARGE,
    voice: float = USUAL + UNDER,
) -> list[float]:  # fmt: skip
    """bit/s of a listener at each of these steps; never falling."""
    pictures = (_pictures(step, main, thumbnails, largest) for step in steps)
    each = (min(voices, step.voices) * voice + bits for step, bits in zip(steps, pictures, strict=True))
    return list(accumulate(each, max))


def _pictures(step: Step, main: Sizes, thumbnails: Sequence[Sizes], largest: int) -> float:
    shown = [sizes[SMALL][-1] for sizes in thumbnails[: step.thumbnails] if sizes]
    whole = 0.0
    if main and step.main != PAUSED:
        size, top = layers(step, len(main), largest)
        whole = main[size][min(top, len(main[size]) - 1)]
    return whole + sum(shown)


class Ladder:
    """Where one listener stands.  Down at once, as far as needed; up one rung that costs more, after a while.

    In the beginning nothing is known of his line: he climbs quickly, until he falls for the first time.  What comes
    anew (a camera that goes on) begins as low as if it had never been: that a rung cost nothing proved nothing.
    """

    __slots__ = ("_at", "_before", "_calm_since", "_failed", "_starting", "carried", "rose")

    def __init__(self, now: float) -> None:
        self._at = self._before = FIRST
        self._calm_since = self.rose = now
        self.carried = 0.0  # bit/s of the dearest rung that held
        self._failed, self._starting = 0, True

    def climb(
        self, bits: float, costs: Sequence[float], known: Sequence[float], fell_at: float, clear: bool, now: float
    ) -> int:
        """The rung for this budget, which last fell at `fell_at`; `costs` of every rung, never falling; `known`: the
        same without what was not there before; `clear`: nothing speaks against more.

        A budget that falls soon after a rise speaks against the rise, whatever it says now.
        """
        top = len(costs) - 1
        at = min(self._at, top)
        fits = _highest(costs, bits)
        if self.rose < fell_at <= self.rose + TRIED and self._calm_since == self.rose:
            fits = min(fits, self._before)
        if fits >= at > VOICES and costs[at] > max(self.carried, known[at]):
            at = max(VOICES, _highest(costs, max(self.carried, known[at])))
        if fits < at:
            self._fall(now)
            at, self.carried = fits, costs[fits]
        elif fits > at and clear and now - self._calm_since >= self._wait:
            dearer = next((rung for rung in range(at + 1, top + 1) if costs[rung] > costs[at]), top)
            self._before, at = at, max(rung for rung in range(dearer, top + 1) if costs[rung] == costs[dearer])
            self._calm_since = self.rose = now
        elif self._calm_since == self.rose and now - self.rose > PROVED:
            self._failed = 0  # it did not fall since
        if clear and now - self._calm_since >= STARTS:
            self.carried = max(self.carried, costs[at])
        self._at = at
        return at

    @property
    def _wait(self) -> float:
        return STARTS if self._starting else WAITS[self._failed]

    def _fall(self, now: float) -> None:
        if now - self.rose <= TRIED:
            self._failed = min(self._failed + 1, len(WAITS) - 1)
        self._calm_since, self._starting = now, False


def _highest(costs: Sequence[float], bits: float) -> int:
    """The highest rung that costs no more."""
    return max((rung for rung, each in enumerate(costs) if each <= bits), default=0)
