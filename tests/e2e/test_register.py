"""The register in real Chromium: sound for axe on a phone and on a desk, by keyboard, and a file with its progress."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from server.demo.large import large_cell
from server.org.exchange import columns, writing

from .house import House
from .test_access import LOOKS, sound
from .visitor import Visitor, visitor

pytestmark = pytest.mark.e2e


async def _secretary(browser: Browser, house: House, look: str) -> tuple[Visitor, str]:
    """The secretary of a cell of six, and the address of the cell's page."""
    (width, height), scheme = LOOKS[look]
    meeting, accounts = await large_cell(house.database, 6)
    person = await visitor(browser, house.url, viewport={"width": width, "height": height}, color_scheme=scheme)
    await person.sign_in(accounts[0].username, accounts[0].password)
    return person, f"{house.url}/units/{meeting}-cell"


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_in_the_register(house: House, browser: Browser, look: str) -> None:
    secretary, cell = await _secretary(browser, house, look)
    page = secretary.page
    for address in (f"{house.url}/register", f"{house.url}/register?q=nguyen", cell):
        await page.goto(address)
        await sound(page)
    for form in ("people/new", "posts", "groups/new", "import"):
        await page.goto(f"{cell}/{form}")
        await sound(page)
    await page.goto(cell)
    await page.locator("a[href^='/people/']").first.click()
    await page.wait_for_url("**/people/*")
    for details in await page.locator("details").all():
        await details.locator("summary").click()
    await sound(page)
    await page.goto(f"{page.url}/transfer")
    await sound(page)


async def test_a_member_is_entered_by_keyboard_alone(house: House, browser: Browser) -> None:
    secretary, cell = await _secretary(browser, house, "desk, light")
    page = secretary.page
    await page.goto(f"{cell}/people/new")
    await page.locator("#f-name").focus()
    for typed in ("Lê Thị Bàn Phím", "1990", "", "", ""):
        await page.keyboard.type(typed)
        await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")  # from official to probationary
    await page.keyboard.press("Tab")
    await page.locator("#f-since").fill("2024-01-02")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("Lê Thị Bàn Phím")
    assert "đảng viên dự bị" in await page.inner_text("main")


async def test_a_file_is_looked_through_reported_and_taken_in(house: House, browser: Browser, tmp_path: Path) -> None:
    secretary, cell = await _secretary(browser, house, "phone, dark")
    page, file = secretary.page, tmp_path / "so.xlsx"

    async def send(*years: str) -> None:
        rows = [
            {"name": f"Trần Văn Tệp {n}", "birth_year": year, "official": "19/05/2010"} for n, year in enumerate(years)
        ]
        file.write_bytes(writing.workbook({columns.PEOPLE: rows}))
        await page.goto(f"{cell}/import")
        await page.set_input_files("#f-file", file)
        await secretary.button("Kiểm tra").click()

    await send("1980", "80", "1981")
    await page.get_by_text("Có 1 dòng sai").wait_for()
    await page.get_by_text("Năm sinh này không đúng.").wait_for()
    await sound(page)
    await send(*["1980"] * 2000)
    await secretary.button("Nhập vào sổ").click()
    await page.get_by_text("Đã nhập xong: 0 đơn vị và 2000 đảng viên").wait_for()
    await sound(page)
    await page.goto(cell)
    assert "2006" in await page.inner_text("dl.facts")
