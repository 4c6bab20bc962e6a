"""A real worker process, a real control, real peers on 127.0.0.1."""

import asyncio
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from server.media.control import BadOffer, MediaSettings, WorkerFailed

from .clients import Client
from .house import House, stage

AN, BINH, CHI = 600, 1000, 1600  # hertz, the voices


async def test_two_peers_hear_and_see_each_other(house: House) -> None:
    an, binh = Client("an", AN, 60), Client("binh", BINH, 180)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    await an.until(lambda: an.hears >= {BINH} and an.sees >= {180})
    await binh.until(lambda: binh.hears >= {AN} and binh.sees >= {60})
    assert an.hears == {BINH}, "nobody hears himself"
    assert an.slots == {"3": "binh", "6": "binh"}


async def test_the_stage_may_come_after_the_offer(house: House) -> None:
    an, binh = Client("an", AN), Client("binh", BINH)
    await house.open(an, binh)
    house.control.follow("room", stage("an", "binh", audio=("an",)))
    await binh.until(lambda: binh.hears >= {AN})


async def test_only_whom_the_stage_allows_is_heard_and_a_change_of_stage_is_heard(house: House) -> None:
    an, binh, chi = Client("an", AN), Client("binh", BINH), Client("chi", CHI)
    peers = ("an", "binh", "chi")
    house.control.follow("room", stage(*peers, audio=("an",)))
    await house.open(an, binh, chi)
    await chi.until(lambda: chi.hears >= {AN})
    await binh.until(lambda: binh.hears >= {AN})
    assert chi.hears == binh.hears == {AN}
    house.control.follow("room", stage(*peers, audio=("binh",)))
    await chi.until(lambda: chi.slots == {"3": "binh"} and BINH in chi.hears)
    chi.forget()
    await an.until(lambda: an.hears >= {BINH})
    await chi.until(lambda: chi.hears >= {BINH})
    assert AN not in chi.hears
    stats = await house.control.stats()
    assert stats["rooms"]["room"]["chi"]["tracks"]["0"]["refused"] > 0, "chi spoke without leave all the time"


async def test_a_new_main_picture_begins_with_a_key_frame(house: House) -> None:
    an, binh, chi = Client("an"), Client("binh", grey=180), Client("chi", grey=100)
    peers = ("an", "binh", "chi")
    house.control.follow("room", stage(*peers, main="binh"))
    await house.open(an, binh, chi)
    await an.until(lambda: an.greys["6"] >= {180} and 100 in an.sees)
    assert an.slots["6"] == "binh"
    an.forget()
    house.control.follow("room", stage(*peers, main="chi"))
    await an.until(lambda: an.greys["6"] >= {100} and 180 in an.greys["7"])
    assert an.slots == {"6": "chi", "7": "binh"}


async def test_a_screen_is_passed_on_only_while_the_stage_lets_it_through(house: House) -> None:
    """Whoever shares all the same is refused at the door; his camera is not."""
    an, binh = Client("an", grey=60, screen=220), Client("binh", grey=180)
    refusing = stage("an", "binh", always=("an",))
    house.control.follow("room", refusing)
    await house.open(an, binh)

    async def refused() -> int:
        return int((await house.control.stats())["rooms"]["room"]["an"]["tracks"]["2"]["refused"])

    async def refused_more() -> None:
        before = await refused()
        while await refused() < before + 10:
            await binh.until(lambda: 60 in binh.sees)
            binh.forget()

    await refused_more()
    assert 220 not in binh.sees
    sharing = replace(refusing.peers["an"], screen=True)
    house.control.follow("room", replace(refusing, peers={**refusing.peers, "an": sharing}))
    await binh.until(lambda: 220 in binh.greys["6"])
    house.control.follow("room", refusing)
    await binh.until(lambda: 60 in binh.greys["6"])
    binh.forget()
    await refused_more()
    assert 220 not in binh.sees


async def test_a_peer_in_another_place_gets_nothing(house: House) -> None:
    an, binh, chi = Client("an", AN, 60), Client("binh"), Client("chi")
    everyone = {"audio": ("an", "binh", "chi")}
    house.control.follow("room", stage("an", "binh", "chi", places={"chi": "group"}, **everyone))
    await house.open(an, binh, chi)
    await binh.until(lambda: binh.hears >= {AN} and binh.sees >= {60})
    assert not chi.hears and not chi.sees and not chi.slots
    binh.forget()
    house.control.follow("room", stage("an", "binh", "chi", places={"an": "group", "chi": "group"}, **everyone))
    await chi.until(lambda: chi.hears >= {AN} and chi.sees >= {60})
    await binh.until(lambda: not binh.slots)


async def test_who_speaks_to_all_is_heard_and_seen_in_other_places_and_hears_none_of_them(house: House) -> None:
    an, binh, chi = Client("an", AN, 60), Client("binh", BINH), Client("chi", CHI)
    apart = {"audio": ("an", "binh", "chi"), "places": {"binh": "one", "chi": "two"}}
    house.control.follow("room", stage("an", "binh", "chi", **apart))
    await house.open(an, binh, chi)
    address = stage("an", "binh", "chi", always=("an",), main="an", elsewhere="an", **apart)
    house.control.follow("room", address)
    await binh.until(lambda: binh.hears >= {AN} and binh.sees >= {60})
    await chi.until(lambda: chi.hears >= {AN} and chi.sees >= {60})
    assert not an.hears and binh.hears == chi.hears == {AN}
    house.control.follow("room", stage("an", "binh", "chi", **apart))
    await binh.until(lambda: not binh.slots)
    await chi.until(lambda: not chi.slots)


async def test_a_second_tab_of_the_same_owner_does_not_hear_him(house: House) -> None:
    an, tab, binh = Client("an.1", AN), Client("an.2"), Client("binh", BINH)
    house.control.follow("room", stage("an.1", "an.2", "binh", audio=("an.1", "binh")))
    await house.open(an, tab, binh)
    await tab.until(lambda: tab.hears >= {BINH})
    await binh.until(lambda: binh.hears >= {AN})
    assert tab.hears == {BINH} and tab.slots == {"3": "binh"}


async def test_a_second_offer_replaces_the_peer(house: House) -> None:
    an, binh = Client("an", AN), Client("binh", BINH)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    await an.until(lambda: an.hears >= {BINH})
    an.forget()
    binh.forget()
    await an.join(house.control, again=True)
    await an.until(lambda: an.hears >= {BINH})
    await binh.until(lambda: binh.hears >= {AN})
    assert set((await house.control.stats())["rooms"]["room"]) == {"an", "binh"}


async def test_a_connection_beside_the_old_one_takes_over_when_it_carries_and_not_before(house: House) -> None:
    """A page that has lost its path makes another connection; until that one carries, the old one is heard."""
    an, beside, binh = Client("an", AN), Client("an", CHI), Client("binh", BINH)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    await binh.until(lambda: binh.hears >= {AN})
    offer = await beside.offer()
    answer = await house.control.answer("room", "an", "an", offer)
    binh.forget()
    await binh.until(lambda: binh.hears >= {AN})
    hung_up = asyncio.Event()
    an.page.on("connectionstatechange", hung_up.set)
    await beside.accept(answer)
    await binh.until(lambda: binh.hears >= {CHI})
    await beside.until(lambda: beside.hears >= {BINH})
    await asyncio.wait_for(hung_up.wait(), 30)
    assert an.page.connectionState == "closed"
    assert set((await house.control.stats())["rooms"]["room"]) == {"an", "binh"}
    await beside.leave()


async def test_a_connection_that_never_carries_costs_nothing(house: House) -> None:
    an, binh = Client("an", AN), Client("binh", BINH)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    for _ in range(3):
        await house.control.answer("room", "an", "an", await Client("an").offer())
    binh.forget()
    await binh.until(lambda: binh.hears >= {AN})
    assert an.page.connectionState == "connected"
    house.control.follow("room", stage("binh"))
    await an.until(lambda: an.page.connectionState == "closed")


async def test_who_is_no_longer_named_is_hung_up(house: House) -> None:
    an, binh = Client("an", AN), Client("binh", BINH)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    closed = asyncio.Event()
    binh.page.on("connectionstatechange", closed.set)
    house.control.follow("room", stage("an", audio=("an",)))
    await asyncio.wait_for(closed.wait(), 30)
    assert binh.page.connectionState == "closed"
    assert set((await house.control.stats())["rooms"]["room"]) == {"an"}


async def test_a_new_control_adopts_the_living_worker(house: House) -> None:
    an, binh = Client("an", AN), Client("binh")
    house.control.follow("room", stage("an", "binh", audio=("an",)))
    await house.open(an, binh)
    await binh.until(lambda: binh.hears >= {AN})
    heir = House(house.settings)
    heir.clients["binh"] = binh
    binh.slots = {}
    await heir.control.start()
    try:
        assert heir.control.epoch == house.control.epoch
        await binh.until(lambda: binh.slots == {"3": "an"})
        binh.forget()
        await binh.until(lambda: binh.hears >= {AN})
        heir.control.follow("room", stage("an", "binh"))
        await binh.until(lambda: not binh.slots)
    finally:
        await heir.control.stop()


async def test_an_offer_out_of_shape_is_refused_with_a_reason(house: House) -> None:
    offer = await Client("an").offer()
    wrong = offer.replace("a=sendonly", "a=sendrecv", 1)
    with pytest.raises(BadOffer, match="m-line 0 must be audio, sendonly, mid 0"):
        await house.control.answer("room", "an", "an", wrong)
    with pytest.raises(BadOffer, match="0 m-lines"):
        await house.control.answer("room", "an", "an", "nonsense")


async def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        house = House(MediaSettings("127.0.0.1", "127.0.0.1", port, tmp_path / "media.sock"))
        with pytest.raises(WorkerFailed, match=f"UDP port {port} on 127.0.0.1 is taken by another program."):
            await house.control.start()


async def test_a_socket_path_too_long_is_told_in_one_sentence(tmp_path: Path) -> None:
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", 0, tmp_path / ("x" * 100)))
    with pytest.raises(WorkerFailed, match="longer than 107 bytes"):
        await house.control.start()


async def test_a_worker_left_alone_ends_itself(tmp_path: Path) -> None:
    path = tmp_path / "media.sock"
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.media.worker", "--socket", str(path), "--bind", "127.0.0.1", "--alone", "0.3",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert worker.stdout is not None
    assert b'"epoch"' in await worker.stdout.readline()
    await asyncio.wait_for(worker.communicate(), 30)
    assert worker.returncode == 0


async def test_every_room_that_is_closed_leaves_nothing_behind(house: House) -> None:
    an = Client("an", AN)
    house.control.follow("room", stage("an", audio=("an",)))
    await house.open(an)
    await house.control.close("room")
    assert (await house.control.stats())["rooms"] == {}


def test_the_unix_socket_is_for_its_owner_only(house: House) -> None:
    assert house.settings.socket.stat().st_mode & 0o077 == 0
