"""Make the world match the stage: who sends, who hears, who sees."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import casting, sdp, seam
from .casting import Dominant, Voices
from .mux import Mux
from .past import PeerPast
from .peer import Peer
from .snapshot import Keeper
from .stage import EMPTY, NOWHERE, Stage
from .up import Track

log = logging.getLogger(__name__)

TICK = 0.020  # s
CAST_EVERY = 5  # ticks
GONE = 30.0  # s without an authentic packet, or without being named by a stage

Told = Callable[[str, str, dict[str, str]], None]


class Place:
    """What must be remembered of one place from one casting to the next."""

    def __init__(self) -> None:
        self.voices, self.dominant = Voices(), Dominant()
        self.cast: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # voices, pictures


class Scene:
    """One meeting: its peers and the stage they follow."""

    def __init__(self, room: str, told: Told) -> None:
        self.room, self._told = room, told
        self.peers: dict[str, Peer] = {}
        self.coming: dict[str, Peer] = {}  # connected beside one of `peers`, to take its place
        self.stage = EMPTY
        self._places: dict[str, Place] = {}
        self.stale = True  # peers or stage changed since the last casting

    @property
    def kept(self) -> dict[str, Peer]:
        return self.peers

    def follow(self, stage: Stage, now: float) -> list[Peer]:
        """Obey the stage from now on.  Gives the peers that it names no more."""
        both = (*self.peers.values(), *self.coming.values())
        dropped = [p for p in both if p.name in self.stage.peers and p.name not in stage.peers]
        self.stage, self.stale = stage, True
        for peer in self.peers.values():
            self.admit(peer, now)
        return dropped

    def admit(self, peer: Peer, now: float) -> None:
        """What of this peer may be passed on."""
        plan = self.stage.peers.get(peer.name)
        for track in peer.tracks.values():
            track.allowed = plan is not None and (plan.audio if track.kind == "audio" else plan.video)
        if plan is not None:
            peer.owner, peer.named = plan.owner, now

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

    def _cast_of(
        self, name: str, place: Place, crowd: Sequence[Peer], now: float
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        plan = self.stage.places.get(name, NOWHERE)
        speaking = {t.publisher.owner: t.voice for t in _tracks(crowd, "audio") if t.allowed}
        voices = place.voices.follow(plan.always, speaking, now)
        shown = casting.unique(t.publisher.owner for t in _tracks(crowd, "video") if t.live(now))
        return voices, casting.pictures(plan, place.dominant.follow(speaking, now), shown)

    def _route(self, crowds: dict[str, list[Peer]], now: float) -> None:
        listeners: dict[Track, list[Any]] = {}
        for name, crowd in crowds.items():
            cast, performers = self._places[name].cast, self._performers(name, crowd)
            sounds = {t.publisher.owner: t for t in _tracks(performers, "audio") if t.allowed}
            shows = {t.publisher.owner: t for t in reversed(_tracks(performers, "video")) if t.live(now)}
            for peer in crowd:
                self._fill(peer, cast or ((), ()), sounds, shows, now)
                for slot in peer.slots:
                    if slot.source is not None:
                        listeners.setdefault(slot.source, []).append(slot)
        for peer in self.peers.values():
            for track in peer.tracks.values():
                track.listeners = tuple(listeners.get(track, ()))

    def _fill(
        self, peer: Peer, cast: tuple[tuple[str, ...], tuple[str, ...]],
        sounds: dict[str, Track], shows: dict[str, Track], now: float,
    ) -> None:  # fmt: skip
        voices, ranked = cast
        heard = casting.assign([s.owner for s in peer.voices], [o for o in voices if o != peer.owner])
        held = [s.owner for s in peer.thumbnails]
        main, thumbnails = casting.main_and_thumbnails(peer.owner, ranked, voices, held)
        for slot, owner in zip(peer.voices, heard, strict=True):
            slot.take(owner, sounds.get(owner or ""))
        for slot, owner in zip((peer.main, *peer.thumbnails), (main, *thumbnails), strict=True):
            if slot.take(owner, shows.get(owner or "")) and slot.source is not None:
                slot.source.keys.want(now)
        self.tell(peer)

    def tell(self, peer: Peer) -> None:
        now = {s.mid: s.owner for s in peer.slots if s.owner is not None}
        if now != peer.told:
            peer.told = now
            self._told(self.room, peer.name, now)


def _tracks(crowd: Sequence[Peer], kind: str) -> list[Track]:
    return [track for peer in crowd for track in peer.tracks.values() if track.kind == kind]


class Sfu:
    """All meetings of this worker.  Every method takes `now`, seconds of one steady clock near Unix time."""

    def __init__(self, mux: Mux, addresses: tuple[str, ...], told: Told, clock: Callable[[], float]) -> None:
        self.mux, self._addresses, self._told, self._clock = mux, addresses, told, clock
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
        peer = Peer(self.mux, self._certificate, name, owner, offer, now, *told, past)
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
            peer.told = before.told  # that is what the page believes
        scene.peers[peer.name] = peer
        scene.admit(peer, now)
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
                if due:
                    peer.report(now)
                    self._sweep(scene, peer, now)
            for peer in list(scene.coming.values()) if due else ():
                self._sweep(scene, peer, now)
            if due:
                scene.cast(now)
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
                self._told(scene.room, peer.name, peer.told)

    def stats(self) -> dict[str, Any]:
        return {
            "received": self.mux.received, "sent": self.mux.sent, "unsent": self.mux.unsent,
            "strange": self.mux.strange,
            "rooms": {r: {n: p.stats() for n, p in s.peers.items()} for r, s in self.scenes.items()},
        }  # fmt: skip
