"""One packet on its way from one publisher to many listeners."""

from dataclasses import dataclass

from .vp8 import Descriptor


@dataclass(slots=True)
class Packet:
    """`body` is what the listeners share; VP8's descriptor, which each of them gets renumbered, is taken off before."""

    index: int  # endless: roc << 16 | sequence, of the publisher's stream
    timestamp: int
    marker: int  # 0x80 or 0
    body: bytes
    stamp: int  # abs-send-time
    now: float  # s, when it came
    newest: bool  # no packet of a higher index came before it
    descriptor: Descriptor | None  # of a picture
    size: int = 0  # of the same picture sent in several: 0 is the smallest
