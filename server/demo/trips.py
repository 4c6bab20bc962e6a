"""A crowd goes into its groups and back, again and again: who heard whom, packet by packet, and how soon.

Every member writes his place in the roster, and how often he has seen the cell split or gather, into the padding of his
own packets.  So whoever receives one knows who spoke and not before which move: no slot and no clock is believed.
"""

import asyncio
import struct
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .counts import spread
from .crowd import Account, Crowd
from .habits import LISTENER, LOAD_CHAIR
from .member import SimulatedMember
from .screen import Screen
from .voice import mark_of, rehearse

MARK = struct.Struct("!HH")  # place in the roster, moves seen
LISTENS = 1.0  # seconds in each place, so that everyone who may be heard is
MINUTES = 10

Place = Mapping[int, str]  # place in the roster → group; who is left out is in the hall


@dataclass
class Walk:
    """What one member heard.  `places[n]`: who sat where after n moves; those ahead have been asked for already."""

    me: int
    places: list[Place]
    at: int = 0  # so many moves are proved by what he heard
    foreign: int = 0  # packets of somebody who sat elsewhere
    packets: int = 0
    heard: dict[int, float] = field(default_factory=dict)  # moves → when the first packet spoken after them came

    def take(self, speaker: int, moves: int, now: float) -> None:
        """A packet of `speaker`, spoken when he had seen so many moves."""
        self.packets += 1
        together = (n for n in range(max(self.at, moves), len(self.places)) if self._near(speaker, n))
        found = next(together, None)
        if found is None:
            self.foreign += 1
            return
        self.at = found
        if moves == found:
            self.heard.setdefault(moves, now)

    def _near(self, speaker: int, moves: int) -> bool:
        places = self.places[moves]
        return places.get(speaker, "") == places.get(self.me, "")


def overhear(member: SimulatedMember, places: list[Place]) -> Walk:
    """From now on his packets carry his mark, and what he receives is looked at packet by packet."""
    order = int(member.screen.view["seats"][member.screen.me]["order"])
    walk = Walk(order, places)

    def listen(payload: bytes) -> None:
        if mark := mark_of(payload, MARK.size):
            speaker, moves = MARK.unpack(mark)
            walk.take(speaker, moves, time.perf_counter())

    assert member.media is not None
    member.media.line.overhear = listen
    return walk


async def marking(member: SimulatedMember) -> None:
    """His mark follows his screen."""
    while True:
        seat = member.screen.view["seats"][member.screen.me]
        moves = member.screen.moves
        member.voice.mark = MARK.pack(int(seat["order"]), moves)
        await member.until(lambda screen, seen=moves: screen.moves != seen)  # type: ignore[misc]


def circles(members: Sequence[SimulatedMember], groups: int) -> list[dict[str, object]]:
    """All but the chair, in turn; the first of each group leads it."""
    others = [member.screen.me for member in members if not member.screen.mine["chair"]]
    split = [others[group::groups] for group in range(groups)]
    return [{"id": f"g{n}", "name": f"Tổ {n + 1}", "members": own, "leader": own[0]} for n, own in enumerate(split)]


async def trips(
    url: str, meeting: str, accounts: Sequence[Account], members: int, groups: int, times: int, seed: int
) -> dict[str, object]:
    """The first of `accounts` chairs.  Figures: first packets of the new place, milliseconds after the chair asked."""
    crowd = Crowd(url, meeting, seed)
    rehearse()
    await crowd.join(
        [(account, LOAD_CHAIR if not number else LISTENER) for number, account in enumerate(accounts[:members])]
    )
    try:
        figures = await _travel(crowd, groups, times)
    finally:
        await crowd.leave()
    errors = sum((member.tally.errors for member in crowd.members), crowd.failures)
    return {"members": members, "joined": len(crowd.members), **figures, "errors": dict(errors + _wrong(figures))}


def _wrong(figures: Mapping[str, object]) -> Counter[str]:
    """What no move may do."""
    must_be = {"packets_of_another_group": 0, "renegotiations": 0, "microphones_equal": True}
    return Counter({name: 1 for name, right in must_be.items() if figures[name] != right})


async def _travel(crowd: Crowd, groups: int, times: int) -> dict[str, object]:
    chair = next(member for member in crowd.members if member.screen.mine["chair"])
    await chair.until(lambda screen: screen.phase == "open")
    await chair.until(lambda screen: "current" in screen.view["agenda"])
    formed = circles(crowd.members, groups)
    places: list[Place] = [{}]
    walks = [overhear(member, places) for member in crowd.members]
    marks = [asyncio.create_task(marking(member)) for member in crowd.members]
    await _unmuted(crowd, chair, formed)
    before, offers = dict(chair.screen.view["microphones"]), _offers(crowd)
    first_ms: list[float] = []
    for _ in range(times):
        await _move(crowd, chair, walks, places, formed, first_ms)
        await _move(crowd, chair, walks, places, [], first_ms)
    same = all(member.screen.view["microphones"] == before for member in crowd.members)
    for mark in marks:
        mark.cancel()
    return {
        "groups": groups,
        "round_trips": times,
        "packets_checked": sum(walk.packets for walk in walks),
        "packets_of_another_group": sum(walk.foreign for walk in walks),
        "renegotiations": _offers(crowd) - offers,
        "microphones_equal": same,
        "first_packet_ms": spread(first_ms),
        "heard_after_each_move": len(first_ms) == times * (2 * len(crowd.members) - 1),  # the chair sits alone
    }


async def _unmuted(crowd: Crowd, chair: SimulatedMember, formed: list[dict[str, object]]) -> None:
    """Free discussion; in every group two speak all the time, so that everyone has somebody to hear."""
    await chair.ask("OpenDiscussion")
    speakers = {member for circle in formed for member in circle["members"][:2]}  # type: ignore[index]
    for member in crowd.members:
        if member.screen.me in speakers:
            await member.ask("TurnOnMicrophone")
    for member in crowd.members:
        await member.until(lambda screen: len(screen.view["microphones"]) > len(speakers))


async def _move(
    crowd: Crowd,
    chair: SimulatedMember,
    walks: Sequence[Walk],
    places: list[Place],
    formed: list[dict[str, object]],
    first_ms: list[float],
) -> None:
    """One way.  `formed` empty: back into the hall."""
    seats = chair.screen.view["seats"]
    where = {int(seats[member]["order"]): str(circle["id"]) for circle in formed for member in circle["members"]}  # type: ignore[attr-defined]
    moves, began = chair.screen.moves + 1, time.perf_counter()
    places.append(where)
    if formed:
        item = chair.screen.view["agenda"]["current"]
        split = {"questions": [{"id": f"q{moves}", "item": item}], "minutes": MINUTES, "groups": formed}
        answer = await chair.ask("FormGroups", **split)
    else:
        answer = await chair.ask("GatherGroups")
    if "done" not in answer:
        raise RuntimeError(f"The cell does not move: {answer}")

    def there(screen: Screen) -> bool:
        return int(screen.moves) >= moves

    await asyncio.gather(*[member.until(there) for member in crowd.members])
    await asyncio.sleep(LISTENS)
    first_ms += [(walk.heard[moves] - began) * 1000 for walk in walks if moves in walk.heard]


def _offers(crowd: Crowd) -> int:
    return sum(member.tally.offers for member in crowd.members)
