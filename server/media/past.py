"""What must be known of a connection to carry it on in another process.

Secrets: it holds keys.  `server/media/snapshot.py` keeps it.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, cast

from .icelite import Address, Credentials
from .sdp import Line, Offer
from .seam import Keys


@dataclass(frozen=True, slots=True)
class SlotPast:
    """A slot's numbers.  `index`, `rtx`, `picture` are the first that no packet can have used yet."""

    ssrc: int
    rtx_ssrc: int
    index: int
    rtx: int
    timestamp: int  # of the newest packet, which was sent
    at: float  # then, s
    packets: int
    octets: int
    picture: int = 0
    tl0: int = 0


@dataclass(frozen=True, slots=True)
class StreamPast:
    """A stream that the client sends; `newest` its newest endless index."""

    mid: str
    again: bool  # the RTX stream
    newest: int
    rid: str = ""  # of a picture that is sent in several sizes


@dataclass(frozen=True, slots=True)
class PeerPast:
    name: str
    owner: str
    offer: Offer
    ice: Credentials
    address: Address
    keys: Keys
    reporters: tuple[int, ...]  # SSRCs under which we sent RTCP
    slots: Mapping[str, SlotPast]  # by mid
    streams: Mapping[int, StreamPast]  # by SSRC

    def to_json(self) -> dict[str, Any]:
        keys, offer = self.keys, self.offer
        return {
            "name": self.name, "owner": self.owner, "address": self.address, "reporters": self.reporters,
            "offer": [[astuple(line) for line in offer.lines], offer.fingerprints, astuple(offer.ice)],
            "ice": astuple(self.ice), "keys": [keys.profile, keys.inbound.hex(), keys.outbound.hex()],
            "slots": {mid: astuple(one) for mid, one in self.slots.items()},
            "streams": {str(ssrc): astuple(one) for ssrc, one in self.streams.items()},
        }  # fmt: skip

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "PeerPast":
        """Raises KeyError, TypeError, ValueError when the value is no past."""
        lines, fingerprints, theirs = value["offer"]
        profile, inbound, outbound = value["keys"]
        address = cast(Address, tuple(value["address"]))
        return PeerPast(
            value["name"], value["owner"],
            Offer(
                tuple(Line.kept(line) for line in lines), tuple((n, v) for n, v in fingerprints), Credentials(*theirs)
            ),
            Credentials(*value["ice"]), address, Keys(profile, bytes.fromhex(inbound), bytes.fromhex(outbound)),
            tuple(value["reporters"]), {mid: SlotPast(*one) for mid, one in value["slots"].items()},
            {int(ssrc): StreamPast(*one) for ssrc, one in value["streams"].items()},
        )  # fmt: skip
