from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media.control import MediaSettings

from .house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", 0, tmp_path / "media.sock"))
    await house.control.start()
    try:
        yield house
    finally:
        await house.close()
