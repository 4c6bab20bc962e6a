"""Make the world match the stage: who sends, who hears, who sees."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from . import casting, sdp, seam
from .allot import LESS, SPARING, USUAL
from .bandwidth import EVERY
from .casting import Dominant, Voices
from .mux import Mux
from .past import PeerPast
from .peer import Peer
from .slots import PictureSlot
from .snapshot import Keeper
from .stage import ANYTHING, EMPTY, NOWHERE, Stage, Wish
from .up import Source

log = logging.getLogger(__name__)

TICK = 0.020  # s
CAST_EVERY = 5  # ticks
LOOK_EVERY = round(EVERY / TICK)  # ticks; one listener after the other, so that no moment is long
GONE = 30.0  # s without an authentic packet, or without being named by a stage
HEARD = 1.0  # s without a packet of his voice: nobody hears him

CHANCE = random.SystemRandom()

Told = Callable[[str, str, str, dict[str, Any]], None]  # room, peer, "slots" or "feed", which (docs/protocol.md)


@dataclass(frozen=True, slots=True)
class Cast:
    """Owners: who is heard, who is seen (the first choice for the main picture first), whose screen is shown."""

    voices: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    screen: str | None = None


class Place:
    """What must be remembered of one place from one casting to the next."""

    def __init__(self) -> None:
        self.voices, self.dominant = Voices(), Dominant()
        self.cast: Cast | None = None


class Scene:
    """One meeting: its peers and the stage they follow."""

    def __init__(self, room: str, told: Told) -> None:
        self.room, self._told = room, told
        self.peers: dict[str, Peer] = {}
        self.coming: dict[str, Peer] = {}  # connected beside one of `peers`, to take its place
        self.stage = EMPTY
        self.wishes: dict[str, Wish] = {}
        self._places: dict[str, Place] = {}
        self.stale = True  # peers or stage changed since the last casting

    @property
    def kept(self) -> dict[str, Peer]:
        return self.peers

    def follow(self, stage: Stage, now: float) -> list[Peer]:
        """Obey the stage from now on.  Gives the peers that it names no more."""
        before, both = self.stage.peers, (*self.peers.values(), *self.coming.values())
        dropped = [p for p in both if p.name in before and p.name not in stage.peers]
        self.wishes = {name: wish for name, wish in self.wishes.items() if name in stage.peers or name not in before}
        self.stage, self.stale = stage, True
        for peer in self.peers.values():
            self.admit(peer, now)
        return dropped

    def admit(self, peer: Peer, now: float) -> None:
        """What of this peer may be passed on."""
        plan = self.stage.peers.get(peer.name)
        peer.microphone.allow(plan is not None and plan.audio)
        peer.camera.allow(plan is not None and plan.video)
        peer.screen.allow(plan is not None and plan.screen)
        if plan is not None:
            peer.owner, peer.named = plan.owner, now

    def wish(self, name: str, wish: Wish, now: float) -> None:
        """This connection wants no more than that, also when it offers anew."""
        self.wishes[name] = wish
        if name in self.peers:
            self.peers[name].downlink.follow(wish, now)
            self.stale = True

    def cast(self, now: float) -> None:
        """Decide anew who is heard and seen; touch slots and listeners only where something changed."""
        crowds = self._crowds()
        changed = self.stale
        for empty in self._places.keys() - crowds.keys():
            del self._places[empty]
            changed = True
        for name, crowd in crowds.items():
            place = self._places.setdefault(name, Place())
            cast = self._cast_of(name, place, self._performers(name, crowd), now)
            changed |= cast != place.cast
            place.cast = cast
        if changed:
            self._route(crowds, now)
        self.stale = False

    def _crowds(self) -> dict[str, list[Peer]]:
        crowds: dict[str, list[Peer]] = {}
        for name, peer in self.peers.items():
            plan = self.stage.peers.get(name)
            if plan is not None and peer.ready:
                crowds.setdefault(plan.place, []).append(peer)
        return crowds

    def _performers(self, name: str, crowd: Sequence[Peer]) -> Sequence[Peer]:
        """Those in the place, and who is heard there from elsewhere."""
        guest = self.stage.places.get(name, NOWHERE).elsewhere
        if guest is None:
            return crowd
        return (*crowd, *(p for p in self.peers.values() if p.owner == guest and p.ready and p not in crowd))

    def _cast_of(self, name: str, place: Place, crowd: Sequence[Peer], now: float) -> Cast:
        plan = self.stage.places.get(name, NOWHERE)
        speaking = {p.owner: p.microphone.voice for p in crowd if p.microphone.allowed}
        voices = place.voices.follow(plan.always, speaking, now)
        shown = casting.unique(p.owner for p in crowd if p.camera.live(now))
        sharing = {p.owner for p in crowd if p.screen.live(now)}
        pictures = casting.pictures(plan, place.dominant.follow(speaking, now), shown)
        return Cast(voices, pictures, next((owner for owner in plan.always if owner in sharing), None))

    def _route(self, crowds: dict[str, list[Peer]], now: float) -> None:
        listeners: dict[Source, list[Any]] = {}
        for name, crowd in crowds.items():
            cast, always = self._places[name].cast or Cast(), self.stage.places.get(name, NOWHERE).always
            sources = _sources(self._performers(name, crowd), now)
            for peer in crowd:
                self._fill(peer, cast, always, sources, now)
                for slot in peer.slots:
                    if slot.source is not None:
                        listeners.setdefault(slot.source, []).append(slot)
        for peer in self.peers.values():
            for source in peer.sources.values():
                for track in source.tracks:
                    track.listeners = tuple(listeners.get(source, ()))
            self._watch(peer, now)
        for crowd in crowds.values():
            for peer in crowd:
                self.tell(peer, now)

    def _fill(
        self, peer: Peer, cast: Cast, always: Sequence[str], sources: dict[tuple[str, str], Source], now: float
    ) -> None:
        heard = casting.assign([s.owner for s in peer.voices], [o for o in cast.voices if o != peer.owner])
        screen = cast.screen if cast.screen != peer.owner else None
        held, wish = [s.owner for s in peer.thumbnails], peer.downlink.wish
        others = tuple(owner for owner in cast.pictures if owner != peer.owner)
        peer.others = len(others)
        seen = casting.seen(others, cast.voices, held, wish, screen, always)
        for slot, owner in zip(peer.voices, heard, strict=True):
            slot.take(owner, sources.get(("sound", owner or "")))
        kinds = ("screen" if seen[0] is not None and seen[0] == screen else "camera", *["camera"] * len(held))
        peer.sees_screen = screen if kinds[0] == "screen" else None
        for slot, kind, owner in zip((peer.main, *peer.thumbnails), kinds, seen, strict=True):
            slot.take(owner, sources.get((kind, owner or "")))
        peer.downlink.fit(now)

    def _watch(self, peer: Peer, now: float) -> None:
        """Which sizes of his pictures are wanted; what nobody wants is not sent."""
        for source in peer.sources.values():
            seen = () if peer.ceiling.tight(now) else source.tracks[0].listeners
            slots = [s for s in seen if isinstance(s, PictureSlot) and not s.paused]
            source.watch({size for slot in slots for size in (slot.wishes, slot.wants)}, now)

    def watch(self, now: float) -> None:
        """To be called often: who is watched, and who is told another thing about himself."""
        for peer in self.peers.values():
            self._watch(peer, now)
            self.tell(peer, now)

    def tell(self, peer: Peer, now: float) -> None:
        slots = {s.mid: s.owner for s in peer.slots if s.owner is not None}
        feed = self._feed(peer, now)
        if slots != peer.told:
            peer.told = slots
            self._told(self.room, peer.name, "slots", slots)
        if feed != peer.fed:
            peer.fed = feed
            self._told(self.room, peer.name, "feed", feed)

    def _feed(self, peer: Peer, now: float) -> dict[str, Any]:
        """What only this worker knows of the connection."""
        peer.microphone.asked = _voice_bits(peer, now)
        feed: dict[str, Any] = {
            "heard": self._is_heard(peer, now), "pictures": peer.others, "voice": peer.microphone.asked,
            "send": {mid: list(source.sends) for mid, source in peer.sources.items() if source.rids},
        }  # fmt: skip
        return feed if peer.sees_screen is None else {**feed, "screen": peer.sees_screen}

    def _is_heard(self, peer: Peer, now: float) -> bool:
        """His voice comes, and whoever is with him has it in a slot; alone, he would be heard."""
        plan, track = self.stage.peers.get(peer.name), peer.microphone.tracks[0]
        if plan is None or not track.allowed or not track.came(now, HEARD):
            return False
        place = self._places.get(plan.place)
        return place is None or place.cast is None or peer.owner in place.cast.voices


def _voice_bits(peer: Peer, now: float) -> int:
    """What his Opus should take: little while he himself, or half of those who hear him, have a line for hardly more; a
    little less while anybody has.  Less than that would take from all for the sake of one."""
    listeners = peer.microphone.tracks[0].listeners
    narrow = sum(slot.out.narrow(now) for slot in listeners)
    if peer.ceiling.tight(now) or (narrow and 2 * narrow >= len(listeners)):
        return SPARING
    return LESS if narrow else USUAL


def _sources(crowd: Sequence[Peer], now: float) -> dict[tuple[str, str], Source]:
    """By kind and owner; of two connections of one owner the first whose picture lives."""
    found: dict[tuple[str, str], Source] = {}
    for peer in reversed(crowd):
        if peer.microphone.allowed:
            found["sound", peer.owner] = peer.microphone
        if peer.camera.live(now):
            found["camera", peer.owner] = peer.camera
        if peer.screen.live(now):
            found["screen", peer.owner] = peer.screen
    return found


class Sfu:
    """All meetings of this worker.  Every method takes `now`, seconds of one steady clock near Unix time."""

    def __init__(
        self, mux: Mux, addresses: tuple[str, ...], told: Told, clock: Callable[[], float],
        chance: random.Random = CHANCE,
    ) -> None:  # fmt: skip
        self.mux, self._addresses, self._told, self._clock, self._chance = mux, addresses, told, clock, chance
        self.scenes: dict[str, Scene] = {}
        self._certificate = seam.certificate()
        self._ticks = 0
        self.keeper: Keeper | None = None

    def answer(self, room: str, name: str, owner: str, offer: str) -> str:
        """A new connection; it takes the place of an older one of its name once it carries.  Raises sdp.BadOffer."""
        peer = self._admit(room, name, owner, sdp.read(offer))
        peer.start()
        return peer.answer(self._addresses)

    def given(self, room: str, name: str, owner: str, offer: sdp.Offer, keys: seam.Keys, address: Any) -> Peer:
        """A peer whose keys and address were agreed elsewhere (the bench)."""
        peer = self._admit(room, name, owner, offer)
        self.mux.place(peer, address)
        peer.checked(address, True, self._clock())
        peer.use(keys)
        return peer

    def carry_on(self, room: str, stage: Stage, pasts: Iterable[PeerPast]) -> None:
        """A meeting that another process held until now."""
        for past in pasts:
            self._admit(room, past.name, past.owner, past.offer, past)
        scene, now = self._scene(room), self._clock()
        scene.follow(stage, now)
        scene.cast(now)

    def _admit(self, room: str, name: str, owner: str, offer: sdp.Offer, past: PeerPast | None = None) -> Peer:
        scene = self._scene(room)
        now = self._clock()
        told = self._arrived(scene, name), self._hung_up(scene), self._keep_soon
        peer = Peer(self.mux, self._certificate, name, owner, offer, now, *told, self._chance, past)
        if name in scene.coming:
            scene.coming.pop(name).close()
        if name in scene.peers and scene.peers[name].ready:
            scene.coming[name] = peer
        else:
            self._seat(scene, peer, now)
        return peer

    @staticmethod
    def _seat(scene: Scene, peer: Peer, now: float) -> None:
        """From now on this is the peer of that name."""
        before = scene.peers.pop(peer.name, None)
        if before is not None:
            before.close()
            peer.told, peer.fed = before.told, before.fed  # that is what the page believes
        scene.peers[peer.name] = peer
        scene.admit(peer, now)
        peer.downlink.follow(scene.wishes.get(peer.name, ANYTHING), now)
        scene.stale = True

    def _scene(self, room: str) -> Scene:
        if room not in self.scenes:
            self.scenes[room] = Scene(room, self._told)
        return self.scenes[room]

    def _arrived(self, scene: Scene, name: str) -> Callable[[], None]:
        """What happens when the newest peer of that name can hear and be heard."""

        def arrived() -> None:
            now = self._clock()
            if name in scene.coming:
                self._seat(scene, scene.coming.pop(name), now)
            scene.stale = True
            scene.cast(now)

        return arrived

    def _hung_up(self, scene: Scene) -> Callable[[Peer], None]:
        def hung_up(peer: Peer) -> None:
            if peer in (scene.peers.get(peer.name), scene.coming.get(peer.name)):
                self._drop(scene, peer)

        return hung_up

    def _drop(self, scene: Scene, peer: Peer) -> None:
        among = scene.peers if scene.peers.get(peer.name) is peer else scene.coming
        del among[peer.name]
        peer.close()
        scene.stale = True

    def follow(self, room: str, stage: Stage) -> None:
        scene, now = self._scene(room), self._clock()
        for peer in scene.follow(stage, now):
            self._drop(scene, peer)
        scene.cast(now)

    def wish(self, room: str, name: str, wish: Wish) -> None:
        scene, now = self._scene(room), self._clock()
        scene.wish(name, wish, now)
        scene.cast(now)

    def close(self, room: str) -> None:
        scene = self.scenes.pop(room, None)
        for peer in (*scene.peers.values(), *scene.coming.values()) if scene is not None else ():
            peer.close()
        self.keep()

    def _keep_soon(self) -> None:
        """As soon as the loop turns: before another batch of datagrams is read."""
        asyncio.get_running_loop().call_soon(self.keep)

    def keep(self) -> None:
        """Write down what another process would need; an ended room is wiped from it."""
        if self.keeper is not None:
            self.keeper.follow(self.scenes, self._clock())

    def tick(self) -> None:
        """To be called every TICK."""
        now = self._clock()
        self._ticks += 1
        due = self._ticks % CAST_EVERY == 0
        for scene in list(self.scenes.values()):
            for peer in list(scene.peers.values()):
                peer.ask(now)
                if (peer.turn + self._ticks) % LOOK_EVERY == 0:
                    peer.look(now)
                if due:
                    peer.report(now)
                    self._sweep(scene, peer, now)
            for peer in list(scene.coming.values()) if due else ():
                self._sweep(scene, peer, now)
            if due:
                scene.cast(now)
                scene.watch(now)
        if due:
            self.keep()

    def _sweep(self, scene: Scene, peer: Peer, now: float) -> None:
        if peer.name in scene.stage.peers:
            peer.named = now
        if now - min(peer.heard, peer.named) > GONE:
            self._drop(scene, peer)

    @property
    def busy(self) -> bool:
        """Whether anybody is connected."""
        return any(peer.ready for scene in self.scenes.values() for peer in scene.peers.values())

    def tell_all(self) -> None:
        """Announce every slot again: somebody new listens."""
        for scene in self.scenes.values():
            for peer in scene.peers.values():
                self._told(scene.room, peer.name, "slots", peer.told)
                self._told(scene.room, peer.name, "feed", peer.fed)

    def stats(self) -> dict[str, Any]:
        return {
            "received": self.mux.received, "sent": self.mux.sent, "unsent": self.mux.unsent,
            "strange": self.mux.strange,
            "rooms": {r: {n: p.stats() for n, p in s.peers.items()} for r, s in self.scenes.items()},
        }  # fmt: skip
