from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from .house import House, living
from .visitor import chromium


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
