"""What the world asks of the media worker: who may send, where everyone is, who must be heard and seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VOICES = 3  # receive slots for sound (docs/protocol.md, "Sound and picture")


@dataclass(frozen=True, slots=True)
class PeerStage:
    """One connection: whose it is, in which place, and what of it may be passed on."""

    owner: str
    place: str
    audio: bool
    video: bool


@dataclass(frozen=True, slots=True)
class PlaceStage:
    """One place (the hall, a group): whose voice always has a slot, whose picture is the main one."""

    always: tuple[str, ...] = ()
    main: str | None = None
    elsewhere: str | None = None  # heard and seen here too, from another place


NOWHERE = PlaceStage()


@dataclass(frozen=True, slots=True)
class Stage:
    """One meeting.  Keys of `peers` are peer ids, keys of `places` are the places named by the peers."""

    peers: Mapping[str, PeerStage] = field(default_factory=dict)
    places: Mapping[str, PlaceStage] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "peers": {name: [p.owner, p.place, p.audio, p.video] for name, p in self.peers.items()},
            "places": {name: [list(p.always), p.main, p.elsewhere] for name, p in self.places.items()},
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Stage":
        """Raises KeyError, TypeError, ValueError when the value is no stage."""
        peers = {
            name: PeerStage(owner, place, bool(audio), bool(video))
            for name, (owner, place, audio, video) in value["peers"].items()
        }
        places = {name: PlaceStage(tuple(always), *others) for name, (always, *others) in value["places"].items()}
        return Stage(peers, places)


EMPTY = Stage()
