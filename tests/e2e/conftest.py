from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from .house import House, living
from .visitor import chromium

expect.set_options(timeout=30_000)  # until a wait is given up: five browsers on two slow cores


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A started, empty house; its log is printed when the test fails."""
    async with living(tmp_path) as started:
        yield started
        print(started.log())


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started
