"""A synthetic voice: vowels at a member's own pitch, encoded once, sent again and again without any encoder."""

import asyncio
import fractions
import math
import random
from array import array
from dataclasses import dataclass
from functools import cache

import av
from av.audio.frame import AudioFrame

from .ears import Encoded, Source

RATE = 16_000  # Hz, what we synthesise
CLOCK = 48_000  # Hz, the RTP clock of Opus (RFC 7587 section 4.1)
FRAME = 0.020  # seconds in one packet
STEP = int(CLOCK * FRAME)
SAMPLES = int(RATE * FRAME)
SECONDS = 4.0  # until the voice repeats itself
BITRATE = 24_000
PITCHES = (110, 124, 196, 218)  # Hz
MARK = b"Cb"  # before what a member writes into the padding of his packets
LATE = 0.2  # seconds behind the clock from which packets are left out instead of sent in a burst

# The first three formants in Hz of some vowels of Vietnamese: a, e, i, o, u.
VOWELS = ((800, 1400, 2600), (550, 1900, 2600), (320, 2300, 3000), (520, 900, 2500), (340, 800, 2400))


@dataclass(frozen=True, slots=True)
class Sound:
    payload: bytes
    level: int  # dBov, −127…0, RFC 6464


def _vowel(formants: tuple[int, ...], pitch: float) -> list[float]:
    """One period, 256 points, peak 1: the harmonics of `pitch` Hz, those near a formant the loudest."""
    harmonics = range(1, max(2, int(RATE / 2.2 / pitch)))
    weights = [sum(math.exp(-(((n * pitch - f) / 160) ** 2)) for f in formants) / n**0.5 + 0.02 / n for n in harmonics]
    wave = [
        sum(w * math.sin(math.tau * n * k / 256) for n, w in zip(harmonics, weights, strict=True)) for k in range(256)
    ]
    peak = max(map(abs, wave))
    return [value / peak for value in wave]


def _samples(pitch: float, rng: random.Random) -> "array[int]":
    """`SECONDS` of syllables, four a second, with a tone that rises or falls, 16-bit mono."""
    vowels = [_vowel(formants, pitch) for formants in VOWELS]
    samples, phase = array("h"), 0.0
    for _ in range(int(SECONDS * 4)):
        wave, bend, loud = rng.choice(vowels), rng.uniform(-0.2, 0.25), rng.uniform(6_000, 12_000)
        length = RATE // 4
        for k in range(length):
            phase += pitch * (1 + bend * k / length) * 256 / RATE
            swell = math.sin(math.pi * k / length) ** 0.5
            samples.append(int(loud * swell * wave[int(phase) & 255]))
    return samples


def level_of(samples: "array[int]") -> int:
    """The audio level in dBov of 16-bit samples (RFC 6464 section 3): −127 is silence, 0 is the loudest."""
    mean = sum(value * value for value in samples) / len(samples)
    return max(-127, round(10 * math.log10(mean / 32767**2))) if mean else -127


@cache
def voice(pitch: int) -> tuple[Sound, ...]:
    """The packets of a voice of `pitch` Hz, 20 ms each; the same for everyone of that pitch in this process."""
    samples = _samples(pitch, random.Random(pitch))  # noqa: S311 — a sound, not a secret
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", BITRATE
    encoder.options = {"application": "voip", "frame_duration": "20", "vbr": "constrained"}
    sounds = []
    for start in range(0, len(samples), SAMPLES):
        part = samples[start : start + SAMPLES]
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(part.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, fractions.Fraction(1, RATE)
        sounds += [Sound(bytes(packet), level_of(part)) for packet in encoder.encode(frame)]
    return tuple(sounds)


def rehearse() -> None:
    """Makes all voices, so that nobody's first word waits for it: some tenths of a second."""
    for pitch in PITCHES:
        voice(pitch)


def signed(payload: bytes, mark: bytes) -> bytes:
    """The same sound with `mark` in its padding: a packet of code 3 with one frame (RFC 6716 section 3.2.5).

    `payload` is a packet of code 0, as the encoder makes them; whoever plays it passes over the padding.
    """
    sealed = MARK + mark
    return bytes((payload[0] | 3, 0x41, len(sealed))) + payload[1:] + sealed


def mark_of(payload: bytes, length: int) -> bytes:
    """The mark of `length` octets in a signed packet; b"" in any other."""
    sealed = payload[-(len(MARK) + length) :]
    return sealed[len(MARK) :] if payload and payload[0] & 3 == 3 and sealed.startswith(MARK) else b""


class Voice(Source):
    """The microphone of one member: silent until told to speak.  While silent it sends nothing, as a muted browser."""

    kind = "audio"

    def __init__(self, pitch: int) -> None:
        super().__init__()
        self._sounds = voice(pitch)
        self._speaking = asyncio.Event()
        self._began: float | None = None
        self._count = 0  # packets since the beginning, the silent ones included
        self.mark = b""  # goes with every packet; "" = none

    def speak(self, on: bool) -> None:
        if on:
            self._speaking.set()
        else:
            self._speaking.clear()

    async def next(self) -> Encoded:
        await self._speaking.wait()
        await self._pace()
        sound = self._sounds[self._count % len(self._sounds)]
        payload = signed(sound.payload, self.mark) if self.mark else sound.payload
        frame = self.seal.close("audio", payload)
        return Encoded([frame] if frame else [], self._count * STEP & 0xFFFFFFFF, sound.level)

    async def _pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        self._count += 1
        due = self._began + self._count * FRAME
        if now > due + LATE:  # it was silent, or the machine is overloaded: the clock has run on
            self._count = int((now - self._began) / FRAME)
        elif due > now:
            await asyncio.sleep(due - now)
