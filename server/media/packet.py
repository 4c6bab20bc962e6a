"""One packet on its way from one publisher to many listeners."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .vp8 import Descriptor

if TYPE_CHECKING:
    from .fanout import Way

Sealed = tuple[Sequence[bytes], bytes, int, Sequence[int]]  # headers, all datagrams, how far apart, how long


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
    # while it is being passed on: header and way of each listener (fanout.py)
    going: "list[tuple[bytes, Way]] | None" = None
    kept: list[Sealed] | None = None  # as it went out, to be sent again: for listeners without an RTX stream

    def sealed(self, head: bytes) -> bytes:
        """As it went out to who has this header; b"" if it could not be sealed.  What went out alone is given back."""
        for heads, wires, apart, lengths in self.kept or ():
            if head in heads:
                at = heads.index(head)
                return wires[at * apart : at * apart + lengths[at]]
        return head
