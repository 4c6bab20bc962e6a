"""How loud somebody is, and whether he speaks (levels of RFC 6464: -dBov, 0 loudest, 127 silence)."""

SILENCE = 127
SPEECH = 35  # louder than -35 dBov counts
WEIGHT = 0.5  # of the newest packet in the mean
EXPIRES = 0.150  # s without a packet: the level is silence again
STEP = 0.020  # s, one bit of the window
WINDOW = 20  # bits: 400 ms
NEEDED = 8  # loud bits among them: 40 %
_MASK = (1 << WINDOW) - 1
ASSUMED = 25  # level of a packet with sound in it when the client does not tell levels
DTX_BYTES = 3  # an Opus packet this short carries no sound (RFC 7587 section 3.1.3)


def assumed(payload_bytes: int) -> int:
    """A level for a client that does not send RFC 6464 levels."""
    return SILENCE if payload_bytes <= DTX_BYTES else ASSUMED


class Voice:
    """One microphone.  Times are seconds of one steady clock."""

    __slots__ = ("_heard", "_loud", "_mean", "spoke")

    def __init__(self) -> None:
        self._mean, self._loud, self._heard = float(SILENCE), 0, 0.0
        self.spoke = float("-inf")  # when he last counted as speaking

    def hear(self, level: int, now: float) -> None:
        gap = now - self._heard
        mean = float(SILENCE) if gap > EXPIRES else self._mean
        self._mean = mean + WEIGHT * (level - mean)
        steps = min(WINDOW, max(1, round(gap / STEP)))
        self._loud = (self._loud << steps | (self._mean < SPEECH)) & _MASK
        self._heard = now
        if self.speaking(now):
            self.spoke = now

    def level(self, now: float) -> float:
        return float(SILENCE) if now - self._heard > EXPIRES else self._mean

    def speaking(self, now: float) -> bool:
        return now - self._heard <= EXPIRES and self._loud.bit_count() >= NEEDED
