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
    screen: bool = False


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
            "peers": {name: [p.owner, p.place, p.audio, p.video, p.screen] for name, p in self.peers.items()},
            "places": {name: [list(p.always), p.main, p.elsewhere] for name, p in self.places.items()},
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Stage":
        """Raises KeyError, TypeError, ValueError when the value is no stage."""
        peers = {
            name: PeerStage(owner, place, *map(bool, leave)) for name, (owner, place, *leave) in value["peers"].items()
        }
        places = {name: PlaceStage(tuple(always), *others) for name, (always, *others) in value["places"].items()}
        return Stage(peers, places)


EMPTY = Stage()


@dataclass(frozen=True, slots=True)
class Wish:
    """What one connection wants to be sent at most.

    `mode`: "voice", "chair" (voices, and the picture of chair or floor holder), "all".  `heights`: pixels on the screen
    of the picture slots by mid, 0 for one that is not shown.  `page` of the thumbnails: 0 is who speaks, 1 … everybody.
    """

    mode: str = "all"
    heights: Mapping[str, int] = field(default_factory=dict)
    page: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"mode": self.mode, "heights": dict(self.heights), "page": self.page}

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Wish":
        """Raises KeyError, TypeError when the value is no wish."""
        return Wish(value["mode"], value["heights"], value["page"])


ANYTHING = Wish()
