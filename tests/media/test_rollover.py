"""Beyond 65,536 packets the worker dies: the roll-over counters of both directions must come back with the keys.

The packets are counted, not the minutes: a voice of 25 minutes is sent as fast as the worker takes it.
"""

import asyncio
import os
import socket
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from server.media import lines, rtp, seam, snapshot
from server.media.sdp import FIXED
from server.media.slots import RESERVE
from server.media.stage import PeerStage, Stage

ROUND = 65536
VOICE = 7  # SSRC
BATCH = 200  # packets on their way at once


class Page:
    """A peer whose keys the worker was given: it talks, or it opens what it gets."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inbound, self.outbound = os.urandom(28), os.urandom(28)
        self.sealer = seam.Sealer(seam.aes_gcm_keys(self.outbound, self.inbound))
        self.opener = seam.Opener(seam.aes_gcm_keys(self.outbound, self.inbound))
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(10)
        self.got: list[int] = []  # endless indices of what came

    def given(self) -> dict[str, Any]:
        text = ["v=0", "a=fingerprint:sha-256 00", "a=setup:actpass"]
        for at, (kind, direction) in enumerate(FIXED):
            codec = "a=rtpmap:111 opus/48000/2" if kind == "audio" else "a=rtpmap:96 VP8/90000"
            text += [f"m={kind} 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{at}", f"a={direction}", "a=rtcp-mux", codec]
            text += [f"a=ssrc:{VOICE} cname:x"] if at == 0 else []
        return {
            "room": "room", "peer": self.name, "owner": self.name, "offer": "\r\n".join(text),
            "address": self.sock.getsockname(), "inbound": self.inbound.hex(), "outbound": self.outbound.hex(),
        }  # fmt: skip

    def talk(self, first: int, last: int, port: int) -> None:
        for index in range(first, last):
            head = struct.pack("!BBHLL", 0x80, 111, index & 0xFFFF, index * 960 & rtp.MAX32, VOICE)
            self.sock.sendto(self.sealer.seal(head, struct.pack("!L", index) + bytes(36)), ("127.0.0.1", port))

    def hear(self, last: int) -> None:
        """Until the packet before `last` has come; each must open."""
        while True:
            datagram = self.sock.recv(2048)
            if rtp.is_rtcp(datagram):
                self.opener.open_rtcp(datagram)
                continue
            header = rtp.parse(self.opener.open(datagram), frozenset())
            self.got.append(rtp.unwrap(header.sequence, self.got[-1]) if self.got else header.sequence)
            if struct.unpack_from("!L", header.payload)[0] == last - 1:
                return


class Worker:
    def __init__(self, folder: Path) -> None:
        self.path, self.memory = folder / "media.sock", folder / "memory"

    async def __aenter__(self) -> "Worker":
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.media.worker", "--bind", "127.0.0.1", "--socket", str(self.path),
            "--snapshot", str(self.memory), "--bench", stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        ready = await anext(lines.messages(self.process.stdout))
        self.epoch, self.port = ready["epoch"], ready["port"]
        reader, self.writer = await asyncio.open_unix_connection(self.path, limit=lines.LONGEST)
        self.replies = (message async for message in lines.messages(reader) if "event" not in message)
        return self

    async def __aexit__(self, *error: object) -> None:
        self.writer.close()
        if self.process.returncode is None:
            self.process.kill()
        await self.process.communicate()

    async def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        self.writer.write(lines.encode({"id": 1, "do": do, **fields}))
        return await anext(self.replies)

    async def kept_beyond(self, index: int) -> None:
        """Until the memory knows that this much of the voice has come."""
        while True:
            kept = snapshot.read(self.memory)
            peers = {peer.name: peer for peer in kept.rooms["room"][1]} if kept else {}
            if "an" in peers and VOICE in peers["an"].streams and peers["an"].streams[VOICE].newest >= index:
                return
            await self.ask("stats")


@asynccontextmanager
async def pages(worker: Worker) -> AsyncIterator[tuple[Page, Page]]:
    an, binh = Page("an"), Page("binh")
    await worker.ask("follow", room="room", stage=Stage({
        "an": PeerStage("an", "", True, False), "binh": PeerStage("binh", "", False, False),
    }).to_json())  # fmt: skip
    for page in (an, binh):
        await worker.ask("give", **page.given())
    with an.sock, binh.sock:
        yield an, binh


async def speak(worker: Worker, an: Page, binh: Page, first: int, last: int) -> None:
    """A voice as fast as the worker takes it."""
    for begin in range(first, last, BATCH):
        end = min(begin + BATCH, last)
        an.talk(begin, end, worker.port)
        binh.hear(end)
        binh.talk(begin, begin + 1, worker.port)  # nobody hears him, but he is there


async def test_the_voice_goes_on_when_the_worker_dies_in_its_second_and_third_round(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    async with worker, pages(worker) as (an, binh):
        at = ROUND - 3000
        await speak(worker, an, binh, 0, at)
        for until in (ROUND + 5000, 2 * ROUND + 100, 2 * ROUND + 9000):
            before = worker.epoch, worker.port
            await worker.kept_beyond(at - 5000)
            worker.process.kill()
            await worker.process.communicate()
            await worker.__aenter__()
            assert (worker.epoch, worker.port) == before
            at += 200  # what is said meanwhile nobody hears
            await speak(worker, an, binh, at, until)
            at = until
        peers = (await worker.ask("stats"))["stats"]["rooms"]["room"]
        assert peers["an"]["forged"] == peers["binh"]["unsealed"] == 0
    assert len(set(binh.got)) == len(binh.got) > 2 * ROUND, "no index twice"
    leaps = [b - a for a, b in zip(binh.got, binh.got[1:], strict=False) if b != a + 1]
    assert len(leaps) == 3 and all(0 < leap <= 2 * RESERVE for leap in leaps)
    assert max(binh.got) > 2 * ROUND
