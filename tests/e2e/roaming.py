"""A page on a phone that changes networks, and how long a voice was away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from server.demo.large import large_cell
from server.demo.member import SimulatedMember

from .crowd import joined
from .house import House, living
from .lan import HOUSE, Lan, lan
from .visitor import Visitor, chromium, visitor

# All connections of the page together: a voice that goes on by another one is the same voice.
_WATCH = """() => {
  window.gap = { packets: 0, since: performance.now(), longest: 0 };
  const look = async () => {
    let packets = 0;
    for (const one of window.connections)
      for (const s of (await one.getStats()).values())
        if (s.type === "inbound-rtp" && s.kind === "audio") packets += s.packetsReceived;
    if (packets !== gap.packets) {
      gap.longest = Math.max(gap.longest, performance.now() - gap.since);
      Object.assign(gap, { packets, since: performance.now() });
    }
    setTimeout(look, 20);
  };
  look();
}"""


class Phone:
    """`person` is at the page; `friend` is in the meeting by a network that holds."""

    def __init__(self, house: House, meeting: str, network: Lan, person: Visitor, friend: SimulatedMember) -> None:
        self.house, self.meeting, self.network, self.person, self.friend = house, meeting, network, person, friend

    def heard(self) -> int:
        """Packets of voices that the friend has received."""
        media = self.friend.media
        assert media is not None
        return sum(slot.received for mid, slot in media.slots.items() if mid in ("3", "4", "5"))

    async def is_heard_more(self, packets: int = 25) -> None:
        """Until the friend has heard so much more of him."""
        before = self.heard()
        while self.heard() < before + packets:
            await self.person.page.wait_for_timeout(10)  # what is waited for is a number of packets

    async def speaks_instead(self) -> None:
        await self.friend.ask("TurnOffMicrophone")
        await self.friend.ask("OpenDiscussion")
        await self.person.button("Bật tiếng").click()
        await self.is_heard_more()

    async def watch(self) -> None:
        await self.person.page.evaluate(_WATCH)

    async def hears_more(self, packets: int = 25) -> None:
        before = await self._packets()
        while await self._packets() < before + packets:
            await self.person.page.wait_for_timeout(50)  # what is waited for is a number of packets

    async def _packets(self) -> int:
        return int(await self.person.page.evaluate("gap.packets"))

    async def longest_gap(self) -> float:
        """Since last asked, s."""
        ms = await self.person.page.evaluate("(() => { const g = gap.longest; gap.longest = 0; return g; })()")
        return round(float(ms) / 1000, 3)


@asynccontextmanager
async def phone(folder: Path) -> AsyncIterator[Phone]:
    """In an open meeting of two; the friend chairs it."""
    with lan(folder) as network:
        async with (
            living(folder, HOUSE) as house,
            chromium(
                f"--unsafely-treat-insecure-origin-as-secure={house.url}", program=network.program("chromium")
            ) as browser,
        ):
            meeting, accounts = await large_cell(house.database, 2)
            async with joined(house, meeting, accounts[:1]) as (friend,):
                person = await visitor(browser, house.url)
                await person.sign_in(accounts[1].username, accounts[1].password)
                await person.enter(meeting)
                await friend.ask("Open")
                await friend.ask("TurnOnMicrophone")
                made = Phone(house, meeting, network, person, friend)
                await made.watch()
                await made.hears_more()
                yield made
