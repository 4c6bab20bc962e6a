"""What one listener is given: his wish, what fits through his line, and the slots that follow from both."""

from collections.abc import Sequence
from typing import Any

from . import allot, rtcp
from .allot import ALL_LAYERS, LARGE, MODES, PAUSED, SMALL, Ladder, Sizes, costs, layers
from .bandwidth import Budget, Rate
from .cache import Bucket
from .sdp import MAIN
from .slots import PictureSlot, Slot, VoiceSlot
from .stage import ANYTHING, Wish
from .up import HEADERS

AGAIN = 0.4  # of the packets that are sent: so much of each kind may be sent again, while the line has room
SCARCE = 0.2  # the same on a line that is known to be full now and then, while no queue stands
LEAST_AGAIN = 10.0  # packets per second that may be sent again: of a voice whatever happens
UNDER = 28  # bytes of UDP and IPv4 that a line carries under each packet
DEAF = 8.0  # s after a restart in which his reports tell of the leap in our numbers
NARROW_FOR = 300.0  # s after a fall that left voices alone, unless the line proves to carry more
WIDE = 200_000  # bit/s that a line must have carried to be thought wide
LEAST_PACE, LARGEST_BURST = 60_000.0, 10_000.0  # bit/s, bits of pictures on a line that is not
QUICKER, DARES = 1.5, 1.3  # times what they cost; all together, times what the line has carried
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
        self._step = MODES[self.wish.mode][allot.FIRST]
        self._ladder, self._rate, self._sound_rate = Ladder(now), Rate(), Rate()
        self._pace = {kind: Rate() for kind in self.resends}
        self._reports = {} if restarted else {s.ssrc: (s.first - 1, 0) for s in slots}  # newest packet, all lost
        self._expected = self._missing = 0
        self._narrow_until = float("-inf")
        self._paced, self._pace_by, self._credit, self._released = False, LEAST_PACE, 0.0, now
        self._there = (0, tuple[Sizes, ...](() for _ in self.pictures))  # when last looked at

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
        sound = sum(s.octets + s.packets * (HEADERS + UNDER) for s in self.voices)
        whole = self._rate.note(self.sent_bytes + sent * UNDER, now)
        bits = self.budget.look(whole, max(0.0, whole - self._sound_rate.note(sound, now)), now)
        self._allow_again(now)
        self._step = MODES[self.wish.mode][self._climb(bits, now)]
        self.budget.rose_at = self._ladder.rose
        if self.budget.fell_at > now - NARROW_FOR and self._step in (allot.ONE, allot.A):
            self._narrow_until = self.budget.fell_at + NARROW_FOR
        elif self._ladder.carried >= WIDE:
            self._narrow_until = now
        self._hold(now)
        self.fit(now)

    def narrow(self, now: float) -> bool:
        """Hardly more than voices fit: they should be sent in fewer bits."""
        return now < self._narrow_until

    def _climb(self, bits: float, now: float) -> int:
        (voices, shown), self._there = self._there, self._what_is_there()
        known = tuple(now if before else () for before, now in zip(shown, self._there[1], strict=True))
        each, before = self._costs(*self._there), self._costs(min(voices, self._there[0]), known)
        clear = self.budget.clear and self.budget.tested
        rung = self._ladder.climb(bits, each, before, self.budget.fell_at, clear, now)
        sound = each[min(rung, allot.VOICES)]
        most = min(QUICKER * (each[rung] - sound), DARES * self._ladder.carried - sound)
        self._pace_by = max(LEAST_PACE, most)
        return rung

    def _what_is_there(self) -> tuple[int, tuple[Sizes, ...]]:
        """Voices, and pictures that he has on his screen."""
        shown = tuple(s.source.pictures if s.source is not None and self._shown(s) else () for s in self.pictures)
        return sum(1 for s in self.voices if s.source is not None), shown

    def _costs(self, voices: int, pictures: Sequence[Sizes]) -> list[float]:
        main, *thumbnails = pictures
        voice = max((s.source.asked for s in self.voices if s.source is not None), default=allot.USUAL) + allot.UNDER
        return costs(MODES[self.wish.mode], voices, main, thumbnails, self._largest(self.pictures[0]), voice)

    def release(self, now: float) -> None:
        """To be called often.  Pictures leave hardly faster than they cost on a line that has not proved to be wide: a
        key frame that comes in one burst would be a queue in which the voices wait."""
        if not self._paced:
            return
        self._credit = min(LARGEST_BURST, self._credit + (now - self._released) * self._pace_by)
        self._released = now
        for slot in self.pictures:
            while self._credit > 0 and (bits := slot.release(now)):
                self._credit -= bits

    def _hold(self, now: float) -> None:
        paced = self._ladder.carried < WIDE
        for slot in self.pictures if paced != self._paced else ():
            slot.hold(paced, now)
        self._paced = paced

    def _allow_again(self, now: float) -> None:
        """Where the line is full, what is sent again takes the place of what is new, and voices have it first."""
        free = self.budget.clear and not self.budget.limited
        for kind, slots, least in (("audio", self.voices, LEAST_AGAIN), ("video", self.pictures, 1.0)):
            pace = self._pace[kind].note(sum(s.packets for s in slots), now) / 8
            room = max(LEAST_AGAIN, AGAIN * pace) if free else SCARCE * pace if self.budget.clear else 0.0
            self.resends[kind].rate = self.resends[kind].burst = max(least, room)

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
