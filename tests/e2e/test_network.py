"""A member's phone changes networks, or has none for half a minute, while he listens and while he speaks."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from .crowd import kept
from .lan import WAYS, needs_namespaces
from .roaming import Phone, phone

pytestmark = [pytest.mark.e2e, needs_namespaces]
OUTAGE = 30  # seconds


def nobody_was_absent(it: Phone) -> None:
    names = Counter(entry.name for entry in kept(it.house, it.meeting))
    assert names["Arrived"] == 2 and "Left" not in names


async def test_sound_goes_on_both_ways_by_the_other_network_and_comes_back_after_an_outage(tmp_path: Path) -> None:
    async with phone(tmp_path) as it, asyncio.timeout(150):
        it.network.cut("a")
        await it.hears_more()

        await it.speaks_instead()
        it.network.restore("a")
        it.network.cut("b")
        await it.is_heard_more()

        worker = it.house.media_worker()
        it.network.cut(*WAYS)
        await asyncio.sleep(OUTAGE)
        for way in WAYS:
            it.network.restore(way)
        await it.is_heard_more()
        await it.friend.ask("TurnOnMicrophone")
        await it.hears_more()
        await it.friend.until(lambda screen: {line["state"] for line in screen.view["roll"].values()} == {"present"})
        assert it.house.media_worker().pid == worker.pid
        nobody_was_absent(it)
