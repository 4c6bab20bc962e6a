"""Who gets which slot: three voices, a main picture, thumbnails.  Pure; owners are opaque strings."""

from collections.abc import Iterable, Mapping, Sequence

from .levels import Voice
from .stage import VOICES, PlaceStage, Wish

KEEPS = 1.5  # s after his last speech before a voice may be replaced
LOUDER = 6.0  # dB a newcomer must be above the weakest who still speaks
LEAD = 0.5  # s of being the loudest before the picture follows


def assign(held: Sequence[str | None], wanted: Sequence[str]) -> tuple[str | None, ...]:
    """Slots for the wanted (most wanted first): who has one and is still wanted keeps it."""
    chosen = set(wanted[: len(held)])
    kept = [owner if owner in chosen else None for owner in held]
    newcomers = iter([owner for owner in wanted[: len(held)] if owner not in kept])
    return tuple(owner if owner is not None else next(newcomers, None) for owner in kept)


def unique(owners: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(owner for owner in owners if owner is not None))


class Voices:
    """Who is heard in one place."""

    def __init__(self) -> None:
        self.heard: tuple[str, ...] = ()

    def follow(self, always: Sequence[str], senders: Mapping[str, Voice], now: float) -> tuple[str, ...]:
        """At most three owners: those of `always` who may send, then the others by speech.

        A voice stays until somebody else needs its slot: nobody's first syllable is cut without need.
        """
        reserved = [owner for owner in always if owner in senders][:VOICES]
        held = [owner for owner in self.heard if owner in senders and owner not in reserved]
        while len(held) > VOICES - len(reserved):
            held.remove(min(held, key=lambda owner: senders[owner].spoke))
        others = [owner for owner in senders if owner not in reserved and owner not in held]
        others.sort(key=lambda owner: (not senders[owner].speaking(now), senders[owner].level(now)))
        for owner in others:
            if len(reserved) + len(held) < VOICES:
                held.append(owner)
            elif held and senders[owner].speaking(now):
                _replace_weakest(held, owner, senders, now)
        self.heard = (*reserved, *held)
        return self.heard


def _replace_weakest(held: list[str], newcomer: str, senders: Mapping[str, Voice], now: float) -> None:
    quiet = [owner for owner in held if now - senders[owner].spoke > KEEPS]
    if quiet:
        held[held.index(min(quiet, key=lambda owner: senders[owner].spoke))] = newcomer
        return
    weakest = max(held, key=lambda owner: senders[owner].level(now))
    if senders[newcomer].level(now) + LOUDER <= senders[weakest].level(now):
        held[held.index(weakest)] = newcomer


class Dominant:
    """Whom the picture follows when nobody is named: the loudest, once he has led for half a second."""

    def __init__(self) -> None:
        self.owner: str | None = None
        self._leader: str | None = None
        self._since = 0.0

    def follow(self, senders: Mapping[str, Voice], now: float) -> str | None:
        speaking = [owner for owner, voice in senders.items() if voice.speaking(now)]
        leader = min(speaking, key=lambda owner: senders[owner].level(now), default=None)
        if leader != self._leader:
            self._leader, self._since = leader, now
        if leader is not None and now - self._since >= LEAD:
            self.owner = leader
        return self.owner


def pictures(place: PlaceStage, dominant: str | None, shown: Sequence[str]) -> tuple[str, ...]:
    """Owners who send video now (`shown`, in a steady order), the first choice for the main picture first."""
    return tuple(o for o in unique((place.main, *place.always, dominant, *shown)) if o in set(shown))


def seen(
    others: Sequence[str], voices: Sequence[str], held: Sequence[str | None], wish: Wish, screen: str | None,
    always: Sequence[str],
) -> tuple[str | None, ...]:  # fmt: skip
    """What one viewer sees of the `others` (the first choice first): the main picture, then the thumbnails.

    Nobody twice, but for the camera of him whose `screen` is the main picture.
    """
    empty = (None,) * len(held)
    if wish.mode == "voice":
        return None, *empty
    first = next((owner for owner in others if wish.mode == "all" or owner in always), None)
    main = screen or first
    if wish.mode == "chair":
        return main, *empty
    rest = [owner for owner in others if screen or owner != main]
    return main, *_thumbnails(rest, voices, held, wish.page)


def _thumbnails(
    rest: Sequence[str], voices: Sequence[str], held: Sequence[str | None], page: int
) -> tuple[str | None, ...]:
    """Page 0: who speaks, then who was there before, then others.  The pages after it are everybody, in one order."""
    if page:
        begin = (page - 1) * len(held)
        wanted = sorted(rest)[begin : begin + len(held)]
    else:
        speaking = [owner for owner in rest if owner in voices]
        wanted = list(unique((*speaking, *(owner for owner in held if owner in rest), *rest)))
    return assign(held, wanted)
