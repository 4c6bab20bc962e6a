from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .world import MEETING, Page, World, running


class House:
    """A world and the pages opened in it, all closed at the end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pages: list[Page] = []

    async def page(self, member: str, meeting: str = MEETING, connection: str | None = None) -> Page:
        page = Page(self.world.sign_in(member), connection)  # type: ignore[arg-type]
        self.pages.append(page)
        return await page.open(self.world, meeting)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path) as world:
        house = House(world)
        yield house
        for page in house.pages:
            await page.close()
