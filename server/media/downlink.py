"""What one listener is given: his wish, what fits through his line, and the slots that follow from both."""

from collections.abc import Sequence
from typing import Any

from . import rtcp
from .allot import ALL_LAYERS, FIRST, LARGE, MODES, PAUSED, SMALL, Ladder, Sizes, Step, costs, layers
from .bandwidth import Budget, Rate
from .cache import Bucket
from .sdp import MAIN
from .slots import PictureSlot, Slot, VoiceSlot
from .stage import ANYTHING, Wish
from .up import HEADERS

AGAIN = 0.4  # of the packets that are sent: so much of each kind may be sent again, while the line has room
LEAST_AGAIN = 10.0  # packets per second that may be sent again of each kind whatever happens
DEAF = 8.0  # s after a restart in which his reports tell of the leap in our numbers
HIGH = 180  # pixels on the screen from which on the larger of two sizes is worth its bytes


class Downlink:
    def __init__(self, slots: Sequence[Slot], now: float, restarted: bool) -> None:
        """`restarted`: another process began these slots."""
        self.slots = tuple(slots)
        self.voices = tuple(s for s in slots if isinstance(s, VoiceSlot))
        self.pictures = tuple(s for s in slots if isinstance(s, PictureSlot))
        self.budget = Budget(now, now + DEAF if restarted else 0.0)
        self.wish = ANYTHING
        self.resends = {kind: Bucket(LEAST_AGAIN, LEAST_AGAIN) for kind in ("audio", "video")}
        self.sent_bytes = 0  # UDP payload of media
        self.asked = 0  # packets asked for again for the first time since the budget was last told
        self._sent = sum(s.packets for s in slots)
        self._step = MODES[self.wish.mode][FIRST]
        self._ladder, self._rate, self._picture_rate = Ladder(now), Rate(), Rate()
        self._pace = {kind: Rate() for kind in self.resends}
        self._reports = {} if restarted else {s.ssrc: (s.first - 1, 0) for s in slots}  # newest packet, all lost
        self._expected = self._missing = 0

    def follow(self, wish: Wish, now: float) -> None:
        """What the listener wants at most, from now on."""
        if wish.mode != self.wish.mode:
            self._ladder = Ladder(now)
        self.wish = wish
        self.allot(now)

    def reported(self, report: rtcp.Report) -> None:
        before = self._reports.get(report.ssrc)
        self._reports[report.ssrc] = report.highest, report.total_lost
        if before is not None:
            self._expected += report.highest - before[0] & 0xFFFFFFFF
            self._missing += report.total_lost - before[1]

    def allot(self, now: float) -> None:
        """To be called every bandwidth.EVERY: what fits is passed on, the rest is not."""
        sent = sum(s.packets for s in self.slots)
        self.budget.lost((self._missing, self._expected), (self.asked, sent - self._sent), now)
        self._expected = self._missing = self.asked = 0
        self._sent = sent
        pictures = sum(s.octets + s.packets * HEADERS for s in self.pictures)
        bits = self.budget.look(self._rate.note(self.sent_bytes, now), self._picture_rate.note(pictures, now), now)
        self._allow_again(now)
        steps = MODES[self.wish.mode]
        self._step = steps[self._ladder.climb(bits, self._costs(steps), self.budget.fell_at, now)]
        self.budget.rose_at = self._ladder.rose
        self.fit(now)

    def _allow_again(self, now: float) -> None:
        """Where the line is full, what is sent again takes the place of what is new."""
        for kind, slots in (("audio", self.voices), ("video", self.pictures)):
            room = 0.0 if self.budget.limited else AGAIN * self._pace[kind].note(sum(s.packets for s in slots), now) / 8
            self.resends[kind].rate = self.resends[kind].burst = max(LEAST_AGAIN, room)

    def _costs(self, steps: Sequence[Step]) -> list[float]:
        voices = sum(1 for s in self.voices if s.source is not None)
        main, *thumbnails = (_sizes(s) if self._shown(s) else () for s in self.pictures)
        return costs(steps, voices, main, thumbnails, self._largest(self.pictures[0]))

    def fit(self, now: float) -> None:
        """Make the slots follow the step; to be called when what stands behind them has changed."""
        step = self._step
        self._quiet(step.voices)
        for at, slot in enumerate(self.pictures):
            size, top = SMALL, ALL_LAYERS if at <= step.thumbnails else PAUSED
            if at == 0 and slot.source is not None:
                size, top = layers(step, len(slot.source.tracks), self._largest(slot))
            slot.limit(size, top if self._shown(slot) else PAUSED, now)

    def _quiet(self, most: int) -> None:
        """Of the voices only so many, those who spoke last: half of each is no voice."""
        speaking = [s for s in self.voices if s.source is not None]
        if len(speaking) > most:
            speaking.sort(key=lambda s: s.source.voice.spoke if s.source else 0.0, reverse=True)
        for rank, slot in enumerate(speaking):
            slot.paused = rank >= most

    def _shown(self, slot: PictureSlot) -> bool:
        return self.wish.heights.get(slot.mid, 1) > 0

    def _largest(self, slot: PictureSlot) -> int:
        return LARGE if self.wish.heights.get(slot.mid, HIGH if slot.mid == MAIN else 1) >= HIGH else SMALL

    def stats(self) -> dict[str, Any]:
        step = self._step
        return {
            "budget": round(self.budget.bits), "fell_by": self.budget.why, "rate": round(self.budget.sent),
            "mode": self.wish.mode, "voices": step.voices, "main": step.main, "size": step.size,
            "thumbnails": step.thumbnails, "sent_bytes": self.sent_bytes,
        }  # fmt: skip


def _sizes(slot: PictureSlot) -> Sizes:
    return slot.source.pictures if slot.source is not None else ()
