"""The bars of a meeting: told apart without colour, as long as the time they stand for, each with its words."""

import re
from xml.etree import ElementTree

import pytest

from server.papers.timeline import KINDS, LABEL, WIDTH, Bar, Track, timeline

EVIL = '<script>"&'
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*bars: Bar, name: str = "one", label: str = "Lan", seconds: float = 100) -> ElementTree.Element:
    svg = timeline(name, EVIL, [Track(label, bars)], seconds, [(50, "19:30")], [("hall", EVIL)])
    return ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_a_bar_is_as_long_as_its_time_and_says_so_in_words() -> None:
    of = drawn(Bar("hall", 0, 50, "trực tuyến 19:00 – 19:30"), Bar("hall", 50, 75, "nữa"))
    long, short, _ = of.iter(f"{SVG}rect")
    assert float(long.attrib["width"]) == pytest.approx(2 * float(short.attrib["width"]), abs=0.1)
    assert float(short.attrib["x"]) == pytest.approx((LABEL + WIDTH - 8) / 2, abs=0.1)
    assert "trực tuyến 19:00 – 19:30" in [each.text for each in of.iter(f"{SVG}title")]


def test_no_two_manners_of_presence_look_alike_without_colour() -> None:
    looks = set()
    for kind in KINDS:
        shapes = list(drawn(Bar(kind, 0, 50, kind)).iter(f"{SVG}rect"))[:-1]
        looks.add((shapes[0].attrib["height"], *(each.attrib.get("fill", "") for each in shapes)))
    assert len(looks) == len(KINDS)


def test_the_words_of_the_legend_stand_beside_each_other() -> None:
    words = ("trực tuyến", "tại phòng họp", "có đồng chí xác nhận", "ở tổ", "mất kết nối")
    svg = timeline("one", "t", [], 1, [], list(zip(KINDS, words, strict=True)))
    places = [float(x) for x in re.findall(r'<text class="name" x="([\d.]+)"', svg)]
    for word, here, after in zip(words, places, [*places[1:], float(WIDTH)], strict=True):
        assert here + 7 * len(word) < after, word


def test_two_drawings_of_one_page_share_no_id() -> None:
    one, other = ({each.attrib["id"] for each in drawn(name=name).iter() if "id" in each.attrib} for name in "ab")
    assert one and not one & other


def test_what_people_write_is_text() -> None:
    of = drawn(Bar("hall", 0, 1, EVIL), label=EVIL)
    assert [each.text for each in of.iter(f"{SVG}text")].count(EVIL) == 2
    assert not list(of.iter(f"{SVG}script"))


def test_a_meeting_of_no_time_is_drawn() -> None:
    assert not re.search("nan|inf", ElementTree.tostring(drawn(Bar("hall", 0, 0, "0"), seconds=0), "unicode"))
