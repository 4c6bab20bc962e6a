"""The short form of bench/soak.py: rounds of joins, losses, leaves and a killed worker leave nothing behind."""

import pytest

from bench.soak import soak

from .house import House

pytestmark = pytest.mark.e2e
ROUNDS, DEATHS = 15, (2, 3)


async def test_joins_leaves_and_kills_leave_no_descriptor_and_little_memory_behind(house: House) -> None:
    found = await soak(house, 5, lambda rounds: rounds < ROUNDS, lambda rounds: rounds in DEATHS)
    assert found.rounds == ROUNDS and not found.stopped
    assert max(found.server.descriptors) - min(found.server.descriptors) <= 2
    assert max(found.worker.descriptors) - min(found.worker.descriptors) <= 1
    assert found.server.growth() < 5
    assert found.worker.growth() < 5
