"""Many simulated members in one meeting, and the figures of it."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .counts import Tally, spread, summary
from .door import SignInFailed, Unreachable
from .habits import DESK, LOAD, LOAD_CHAIR, OFFICER, PHONE, Profile
from .member import NoAnswer, SimulatedMember, TurnedAway
from .screen import Screen
from .voice import rehearse

AT_ONCE = 6  # so many are signing in and connecting at the same time; the others wait their turn
PROBE = 5.0  # seconds between two measurements of how fast a command reaches all
REACH = 15.0  # seconds after which it is taken not to have reached


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in.  `officer`: takes the chair when it is offered."""

    username: str
    password: str
    officer: bool = False


class Crowd:
    """`members` are those who have joined, in the order of their coming."""

    def __init__(self, url: str, meeting: str, seed: int) -> None:
        self.members: list[SimulatedMember] = []
        self.tallies: list[Tally] = []
        self.failures: Counter[str] = Counter()
        self._url, self._meeting, self._seed = url, meeting, seed
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def join(self, accounts: Sequence[tuple[Account, Profile]]) -> None:
        """All of them, `AT_ONCE` at a time; who cannot join is counted in `failures`."""
        numbered = enumerate(accounts, start=len(self.tallies))
        await asyncio.gather(*[self._join(number, account, profile) for number, (account, profile) in numbered])

    def member(self, number: int, account: Account, profile: Profile) -> SimulatedMember:
        rng = random.Random(f"{self._seed} {number}")  # noqa: S311 — behaviour, not a secret
        return SimulatedMember(self._url, self._meeting, account.username, account.password, profile, rng)

    async def _join(self, number: int, account: Account, profile: Profile) -> None:
        member = self.member(number, account, profile)
        self.tallies.append(member.tally)
        async with self._gate:
            try:
                await member.enter()
                if not await member.connected():
                    self.failures["no media connection"] += 1
            except (SignInFailed, Unreachable, TurnedAway) as error:
                rule = f": {error.rule}" if isinstance(error, TurnedAway) else ""
                self.failures[f"{type(error).__name__}{rule}"] += 1
                return
            finally:
                if member.screen.seq >= 0:
                    self.members.append(member)

    async def somebody_speaks(self) -> bool:
        """Until a microphone is on, so that whoever comes has something to hear; False when none is within a while."""
        if not self.members:
            return False
        with contextlib.suppress(TimeoutError, TurnedAway):
            async with asyncio.timeout(REACH):
                await self.members[0].until(lambda screen: "on" in screen.view.get("microphones", {}).values())
            return True
        return False

    async def leave(self) -> None:
        await asyncio.gather(*[member.leave() for member in self.members])

    async def see(self, seq: int) -> bool:
        """Until every member that is connected has seen `seq`; False when that takes too long."""

        def seen(screen: Screen) -> bool:
            return screen.seq >= seq

        waits = [asyncio.create_task(member.until(seen)) for member in self.members if member.is_online]
        if not waits:
            return False
        done, waiting = await asyncio.wait(waits, timeout=REACH)
        for wait in waiting:
            wait.cancel()
        return not waiting and all(wait.exception() is None for wait in done)


async def probe(crowd: Crowd, rng: random.Random, reach_ms: list[float], failures: Counter[str]) -> None:
    """Now and then somebody asks for the floor; measures until everyone's screen shows it."""
    while True:
        await asyncio.sleep(PROBE)
        able = [member for member in crowd.members if member.is_online and member.screen.may("AskToSpeak")]
        if not able:
            continue
        began = time.perf_counter()
        try:
            answer = await rng.choice(able).ask("AskToSpeak")
        except (NoAnswer, TurnedAway):
            continue  # counted by the member
        if "done" not in answer:
            continue
        if await crowd.see(answer["done"]):
            reach_ms.append((time.perf_counter() - began) * 1000)
        else:
            failures["a command did not reach all"] += 1


def load_profiles(accounts: Sequence[Account], members: int, picture: bool) -> list[tuple[Account, Profile]]:
    """The first account chairs if the chair is his; the others are cell members on phones."""
    profiles = [LOAD_CHAIR] + [LOAD] * (members - 1)
    return [
        (account, replace(profile, picture=picture))
        for account, profile in zip(accounts[:members], profiles, strict=False)
    ]


def demo_profiles(accounts: Sequence[Account]) -> list[tuple[Account, Profile]]:
    """Officers at their desks, of the others two on phones for each at a desk."""
    others = [PHONE, DESK, PHONE]
    return [
        (account, OFFICER if account.officer else others[number % len(others)])
        for number, account in enumerate(accounts)
    ]


async def simulate(
    url: str, meeting: str, accounts: Sequence[Account], members: int, seconds: float, picture: bool, seed: int
) -> dict[str, object]:
    """Joins the first `members` of `accounts`, plays for `seconds` from when the last has joined, leaves; the figures.

    All durations are milliseconds, except `joined_all_s` (from the first sign-in until the last has view and media).
    """
    crowd, rng = Crowd(url, meeting, seed), random.Random(seed)  # noqa: S311 — behaviour, not a secret
    reach_ms: list[float] = []
    first, *others = load_profiles(accounts, members, picture)
    rehearse()
    began = time.perf_counter()
    await crowd.join([first])
    await crowd.somebody_speaks()
    await crowd.join(others)
    joined_all = time.perf_counter() - began
    probing = asyncio.create_task(probe(crowd, rng, reach_ms, crowd.failures))
    await asyncio.sleep(seconds if crowd.members else 0)
    probing.cancel()
    connected = sum(bool(member.media and member.media.is_connected) for member in crowd.members)
    await crowd.leave()
    figures = summary(crowd.tallies)
    figures["errors"] = dict(Counter(figures["errors"]) + crowd.failures)  # type: ignore[call-overload]
    asked = {"members": members, "seconds": seconds, "joined_all_s": round(joined_all, 1)}
    return asked | figures | {"media_connected": connected, "reach_ms": spread(reach_ms), "reached": len(reach_ms)}
