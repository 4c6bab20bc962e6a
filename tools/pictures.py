"""Takes the two pictures of README.md from the real room: a demonstration of its own, real Chromium, nothing staged."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.house import House  # noqa: E402
from tests.e2e.visitor import Visitor, chromium, visitor  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
SPEAKING = re.compile("Kết thúc")


async def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        house = House(Path(data))
        await house.start("demo")
        try:
            await _take(house)
        finally:
            await house.stop()


async def _take(house: House) -> None:
    password = (house.data / "demo-password").read_text().strip()
    async with chromium() as browser:
        desk = await visitor(browser, house.url, viewport={"width": 1440, "height": 900})
        await _enter(desk, "bithu", password)
        phone = await visitor(browser, house.url, viewport={"width": 360, "height": 780}, device_scale_factor=2)
        await _enter(phone, "dangvien10", password)
        await desk.button("Khai mạc").click()
        await desk.button(re.compile("^Mời phát biểu: ")).click(timeout=120_000)
        await desk.button(SPEAKING).wait_for()
        await desk.sees_moving(5)
        await phone.sees_moving(2)
        await desk.page.screenshot(path=PICTURES / "room.png")
        await phone.page.screenshot(path=PICTURES / "room-phone.png")


async def _enter(person: Visitor, username: str, password: str) -> None:
    await person.sign_in(username, password)
    await person.page.locator("a.main[href^='/meetings/']").first.click()
    await person.button("Vào họp").click()
    await person.arrived()


asyncio.run(main())
