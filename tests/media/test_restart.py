"""The worker is killed (kill -9) in the middle of a meeting, and nobody's connection notices."""

import asyncio
import os
import stat
from pathlib import Path

import psutil
import pytest

from server.media import snapshot
from server.media.control import MediaSettings

from . import chrome
from .clients import Client
from .house import House, stage

AN, BINH = 600, 1000  # hertz, the voices


def memory(house: House) -> Path:
    return snapshot.place(house.settings.socket)


async def talking(house: House) -> tuple[Client, Client]:
    """Two who hear and see each other, and whose connections are kept."""
    an, binh = Client("an", AN, 60), Client("binh", BINH, 180)
    house.control.follow("room", stage("an", "binh", audio=("an", "binh")))
    await house.open(an, binh)
    await hear_each_other(an, binh)
    while (kept := snapshot.read(memory(house))) is None or len(kept.rooms["room"][1]) < 2:
        await house.control.stats()
    return an, binh


async def hear_each_other(an: Client, binh: Client) -> None:
    await asyncio.gather(
        an.until(lambda: an.hears >= {BINH} and an.sees >= {180}),
        binh.until(lambda: binh.hears >= {AN} and binh.sees >= {60}),
    )


async def test_sound_and_picture_go_on_after_each_of_three_deaths(house: House) -> None:
    an, binh = await talking(house)
    epoch, port, pages = house.control.epoch, house.control.port, (an.page, binh.page)
    for _ in range(3):
        await house.kill_worker()
        an.forget()
        binh.forget()
        await hear_each_other(an, binh)
    assert (house.control.epoch, house.control.port, house.epochs) == (epoch, port, [])
    assert (an.page, binh.page) == pages and {page.connectionState for page in pages} == {"connected"}
    peers = (await house.control.stats())["rooms"]["room"]
    assert all(peer["forged"] == peer["unsealed"] == 0 for peer in peers.values())


async def test_a_worker_told_to_make_room_for_another_loses_nobody(house: House) -> None:
    an, binh = await talking(house)
    before = await house.pid()
    await house.control.restart()
    while await house.pid() == before:
        pass
    an.forget()
    binh.forget()
    await hear_each_other(an, binh)
    assert house.epochs == []


async def test_a_worker_ended_by_a_signal_leaves_its_calls_to_the_next(house: House) -> None:
    """As systemd or an administrator ends it."""
    an, binh = await talking(house)
    before = await house.pid()
    psutil.Process(before).terminate()
    while await house.pid() == before:
        pass
    an.forget()
    binh.forget()
    await hear_each_other(an, binh)
    assert house.epochs == []


async def test_worker_and_spare_may_die_together(house: House) -> None:
    an, binh = await talking(house)
    for process in psutil.Process().children():
        if str(house.settings.socket) in process.cmdline() and process.pid != await house.pid():
            process.kill()
            process.wait()
    await house.kill_worker()
    an.forget()
    binh.forget()
    await hear_each_other(an, binh)
    assert house.epochs == []


async def test_a_worker_of_another_version_is_replaced_and_its_calls_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    an, binh = await talking(house)
    epoch, before = house.control.epoch, await house.pid()
    house.control._keeper.cancel()  # the control is gone, without a word to its worker
    monkeypatch.setattr(snapshot, "version", lambda: "another")
    heir = House(house.settings)
    await heir.control.start()
    try:
        assert heir.control.epoch == epoch and await heir.pid() != before
        an.forget()
        binh.forget()
        await hear_each_other(an, binh)
    finally:
        await heir.control.stop()


async def test_what_the_stage_forbids_stays_forbidden_after_a_death(house: House) -> None:
    an, binh = await talking(house)
    house.control.follow("room", stage("an", "binh", audio=("an",)))
    await an.until(lambda: "3" not in an.slots)
    await house.kill_worker()
    an.forget()
    binh.forget()
    await binh.until(lambda: binh.hears >= {AN} and binh.sees >= {60})
    await an.until(lambda: an.sees >= {180})
    assert an.hears == set()
    assert (await house.control.stats())["rooms"]["room"]["binh"]["tracks"]["0"]["refused"] > 0


async def test_without_its_memory_a_new_worker_has_another_epoch_and_is_told_every_stage(house: House) -> None:
    an, binh = await talking(house)
    before = house.control.epoch
    worker = psutil.Process(await house.pid())
    worker.suspend()  # or it would write its memory again
    snapshot.wipe(memory(house))
    worker.kill()
    await asyncio.wait_for(house.new_epoch.wait(), 30)
    assert house.epochs == [house.control.epoch] != [before]
    an.forget()
    binh.forget()
    await asyncio.gather(an.join(house.control, again=True), binh.join(house.control, again=True))
    await hear_each_other(an, binh)


async def test_keys_are_for_our_user_only_and_go_with_the_room(house: House) -> None:
    await talking(house)
    path = memory(house)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("rb") as file:
        secrets = file.read()
        await house.control.close("room")
        assert not path.exists()
        file.seek(0)
        assert file.read() == bytes(len(secrets)), "the old blocks are blank"


async def test_who_hung_up_is_not_kept(house: House) -> None:
    await talking(house)
    house.control.follow("room", stage("an", audio=("an",)))
    async with asyncio.timeout(10):
        while [p.name for p in snapshot.read(memory(house)).rooms["room"][1]] != ["an"]:
            await house.control.stats()


async def test_after_the_end_nothing_is_left(tmp_path: Path) -> None:
    house = House(MediaSettings("127.0.0.1", "127.0.0.1", 0, tmp_path / "media.sock"))
    await house.control.start()
    await talking(house)
    await house.close()
    assert not memory(house).exists() and not memory(house).with_suffix(".new").exists()


@pytest.mark.e2e
async def test_chromium_does_not_notice_that_the_worker_died(house: House) -> None:
    offers: list[str] = []
    everybody = ("an", "binh", "chi")
    house.control.follow("room", stage(*everybody, audio=everybody))
    async with chrome.site(house.control, offers) as address, chrome.chromium() as browser:
        pages = [await chrome.opened(browser, address, name) for name in everybody]
        for page in pages:
            await chrome.until(page, "s.state === 'connected' && s.in[6]?.frames > 0 && s.in[3]?.energy > 0")
            await page.evaluate(
                "window.states = []; pc.onconnectionstatechange = () => states.push(pc.connectionState)"
            )
        for _ in range(2):
            await house.kill_worker()
            for page in pages:
                seen = (await page.evaluate("look()"))["in"]
                more = f"s.in[6].frames > {seen['6']['frames']} + 10 && s.in[3].energy > {seen['3']['energy']} + 0.001"
                await chrome.until(page, more)
        assert {state for page in pages for state in await page.evaluate("states")} <= {"connected"}
    assert len(offers) == 3 and house.epochs == []


def left(path: Path) -> bytes:
    head = snapshot.Head("epoch", 5000, 0.0)
    keeper = snapshot.Keeper(path, head)
    keeper._write()
    return path.read_bytes()


def test_a_snapshot_that_is_not_ours_alone_cut_or_of_another_run_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    whole = left(path)
    assert snapshot.read(path) == snapshot.Snapshot(snapshot.Head("epoch", 5000, 0.0), {})
    path.chmod(0o640)
    assert snapshot.read(path) is None
    path.chmod(0o600)
    for wrong in (
        whole[: len(whole) // 2], b"", b"nonsense\n", whole.replace(b'"lines":0', b'"lines":1'),
        whole.replace(b'"format":1', b'"format":0'), whole.replace(b'"boot":"', b'"boot":"x'),
        whole.replace(b'"at":', b'"at":-'),
    ):  # fmt: skip
        path.write_bytes(wrong)
        assert snapshot.read(path) is None, wrong
    link = tmp_path / "link"
    link.symlink_to(path)
    path.write_bytes(whole)
    assert snapshot.read(link) is None
    assert snapshot.read(tmp_path / "nothing") is None


def test_the_memory_lies_in_memory_or_beside_the_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert snapshot.place(tmp_path / "media.sock").parent == Path("/dev/shm")
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != "/dev/shm")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert snapshot.place(tmp_path / "data" / "media.sock").parent == tmp_path
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert snapshot.place(tmp_path / "data" / "media.sock").parent == tmp_path / "data"
