"""The same load on Debian's Janus VideoRoom and on our worker: CPU per forwarded packet, on one machine, in one run.

    .venv/bin/python bench/janus.py --seconds 5        (make bench-janus; installs `janus` with apt when it may)

Publishers send 50 packets/s of sound (80 bytes) and 40/s of picture (1,050 bytes, a key frame each second); 10, 30 and
50 listeners, all real ICE and DTLS-SRTP connections of aiortc which count what comes and open none of it, get all of
1 and of 3 publishers.  A server's CPU is all that its process used (user + system), over the packets that came out at
the listeners.  Both serve at this machine's own address, because Janus leaves 127.0.0.1 out; nothing leaves it.
The last line is one JSON object: `ours_us`, `janus_us` and `ratio` at 50 listeners x 3 publishers, and all cases.
"""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import psutil
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtcdtlstransport import RTCDtlsTransport

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.media.control import Control, MediaSettings
from server.media.stage import PeerStage, PlaceStage, Stage
from server.settings import Settings

LISTENERS, PUBLISHERS = (10, 30, 50), 3
SOUND, PICTURE = (50, 80), (40, 1050)  # packets/s, bytes
VIDEO = [c for c in RTCRtpReceiver.getCapabilities("video").codecs if c.mimeType == "video/VP8"]
SETTLES = 1.5  # s

arrived = 0


async def _counted(self: RTCDtlsTransport, data: bytes, arrival_time_ms: int) -> None:
    global arrived
    arrived += 1


RTCDtlsTransport._handle_rtp_data = _counted


class Silent(MediaStreamTrack):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> Any:
        await asyncio.Event().wait()


def page() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))


def plain(one: RTCPeerConnection) -> None:
    for transceiver in one.getTransceivers():
        if transceiver.kind == "video":
            transceiver.setCodecPreferences(VIDEO)


async def connected(one: RTCPeerConnection, sdp: str, kind: str = "answer") -> None:
    reached = asyncio.Event()
    one.on("connectionstatechange", reached.set)
    await one.setRemoteDescription(RTCSessionDescription(sdp, kind))
    if kind == "offer":
        await one.setLocalDescription(await one.createAnswer())
        return
    while one.connectionState != "connected":
        await asyncio.wait_for(reached.wait(), 30)
        reached.clear()


async def speak(one: RTCPeerConnection, seconds: float) -> None:
    """Both streams, paced by the clock."""
    sound, picture = (next(t for t in one.getTransceivers() if t.kind == kind) for kind in ("audio", "video"))
    line = sound.sender.transport
    began, sent = time.perf_counter(), {"audio": 0, "video": 0}
    while (gone := time.perf_counter() - began) < seconds:
        for transceiver, (rate, size) in ((sound, SOUND), (picture, PICTURE)):
            while sent[transceiver.kind] < gone * rate:
                await line._send_rtp(packet(transceiver, sent[transceiver.kind], rate, size))
                sent[transceiver.kind] += 1
        await asyncio.sleep(0.004)


_numbers: dict[int, int] = {}


def packet(transceiver: Any, count: int, rate: int, size: int) -> bytes:
    ssrc, codec = transceiver.sender._ssrc, transceiver._codecs[0].payloadType
    number = _numbers[ssrc] = _numbers.get(ssrc, 0) + 1
    if transceiver.kind == "audio":
        return struct.pack("!BBHLL", 0x80, codec, number & 0xFFFF, number * 960, ssrc) + bytes([0xFC]) * size
    head = struct.pack("!BBHLL", 0x80, 0x80 | codec, number & 0xFFFF, number * 2250, ssrc)
    first = b"\x00" if count % rate == 0 else b"\x01"  # a key frame, or none (RFC 6386 section 9.1)
    return head + struct.pack("!BBH", 0x90, 0x80, 0x8000 | number & 0x7FFF) + first + bytes(size - 5)


class Server(Protocol):
    pid: int

    async def publish(self, name: str) -> RTCPeerConnection: ...

    async def listen(self, name: str) -> RTCPeerConnection: ...


class Ours:
    def __init__(self, control: Control, pid: int) -> None:
        self.control, self.pid = control, pid
        self._peers: dict[str, PeerStage] = {}

    async def publish(self, name: str) -> RTCPeerConnection:
        return await self._join(name, True)

    async def listen(self, name: str) -> RTCPeerConnection:
        return await self._join(name, False)

    async def _join(self, name: str, sends: bool) -> RTCPeerConnection:
        self._peers[name] = PeerStage(name, "", sends, sends)
        self.control.follow("bench", Stage(self._peers, {"": PlaceStage()}))
        one = page()
        one.addTransceiver(Silent("audio") if sends else "audio", direction="sendonly")
        one.addTransceiver(Silent("video") if sends else "video", direction="sendonly")
        one.addTransceiver("video", direction="sendonly")
        for kind in ["audio"] * 3 + ["video"] * 5:
            one.addTransceiver(kind, direction="recvonly")
        plain(one)
        await one.setLocalDescription(await one.createOffer())
        await connected(one, await self.control.answer("bench", name, name, one.localDescription.sdp))
        return one


@asynccontextmanager
async def ours(address: str) -> AsyncIterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        settings = MediaSettings(address, address, 0, Path(folder) / "media.sock")
        control = Control(settings, lambda *_: None, lambda *_: None)
        await control.start()
        try:
            yield Ours(control, int((await control.stats())["pid"]))
        finally:
            await control.stop()


class Janus:
    """Its HTTP API: a request is acknowledged at once, its answer comes by the long poll."""

    def __init__(self, http: aiohttp.ClientSession, url: str, pid: int) -> None:
        self.pid, self._http, self._url = pid, http, url
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._room, self._feeds = secrets.randbelow(1 << 30), list[int]()

    async def start(self) -> None:
        self._session = (await self._ask("", janus="create"))["data"]["id"]
        self._polling = asyncio.create_task(self._poll())
        made = await self._attach()
        await self._say(made, request="create", room=self._room, publishers=100, bitrate=4_000_000)

    async def publish(self, name: str) -> RTCPeerConnection:
        handle = await self._attach()
        joined = await self._say(handle, request="join", ptype="publisher", room=self._room)
        one = page()
        one.addTransceiver(Silent("audio"), direction="sendonly")
        one.addTransceiver(Silent("video"), direction="sendonly")
        plain(one)
        await one.setLocalDescription(await one.createOffer())
        answer = await self._say(handle, {"type": "offer", "sdp": one.localDescription.sdp}, request="publish")
        await connected(one, answer["jsep"]["sdp"])
        self._feeds.append(joined["plugindata"]["data"]["id"])
        return one

    async def listen(self, name: str) -> RTCPeerConnection:
        handle = await self._attach()
        feeds = [{"feed": feed} for feed in self._feeds]
        offered = await self._say(handle, request="join", ptype="subscriber", room=self._room, streams=feeds)
        one, reached = page(), asyncio.Event()
        one.on("connectionstatechange", lambda: one.connectionState == "connected" and reached.set())
        await connected(one, offered["jsep"]["sdp"], "offer")
        await self._say(handle, {"type": "answer", "sdp": one.localDescription.sdp}, request="start")
        await asyncio.wait_for(reached.wait(), 30)
        return one

    async def _attach(self) -> str:
        made = await self._ask(f"/{self._session}", janus="attach", plugin="janus.plugin.videoroom")
        return f"/{self._session}/{made['data']['id']}"

    async def _say(self, handle: str, jsep: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        return await self._ask(handle, janus="message", body=body, **({"jsep": jsep} if jsep else {}))

    async def _ask(self, path: str, **message: Any) -> dict[str, Any]:
        name = secrets.token_hex(8)
        waiting = self._waiting[name] = asyncio.get_running_loop().create_future()
        async with self._http.post(self._url + path, json={**message, "transaction": name}) as answer:
            told: dict[str, Any] = await answer.json()
        return await asyncio.wait_for(waiting, 30) if told["janus"] == "ack" else told

    async def _poll(self) -> None:
        while True:
            async with self._http.get(f"{self._url}/{self._session}?maxev=20") as answer:
                events = await answer.json()
            for event in events if isinstance(events, list) else [events]:
                waiting = self._waiting.pop(event.get("transaction", ""), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(event)

    def close(self) -> None:
        self._polling.cancel()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _configure(folder: Path, port: int) -> None:
    http = f'json = "compact"\n base_path = "/janus"\n http = true\n port = {port}\n ip = "127.0.0.1"\n https = false'
    (folder / "janus.transport.http.jcfg").write_text(f"general: {{ {http} }}\n")
    (folder / "janus.jcfg").write_text("general: { debug_level = 2 }\n")
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")


@asynccontextmanager
async def janus(address: str) -> AsyncIterator[Server]:
    """Debian's, with its VideoRoom and its HTTP API alone and without its log."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        _configure(Path(folder), port)
        process = await asyncio.create_subprocess_exec(
            "janus", "-F", folder, "-o", "-d", "2", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            async with aiohttp.ClientSession() as http:
                made = Janus(http, f"http://127.0.0.1:{port}/janus", process.pid)
                await _answering(http, f"http://127.0.0.1:{port}/janus/info")
                await made.start()
                yield made
                made.close()
        finally:
            process.terminate()
            await process.wait()


async def _answering(http: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(url):
                    return
            await asyncio.sleep(0.1)


async def measure(server: Server, seconds: float) -> dict[str, dict[str, float]]:
    process = psutil.Process(server.pid)
    speakers = [await server.publish(f"speaker{n}") for n in range(PUBLISHERS)]
    listeners: list[RTCPeerConnection] = []
    found = {}
    for count in LISTENERS:
        while len(listeners) < count:
            listeners.append(await server.listen(f"listener{len(listeners)}"))
        for publishers in (1, PUBLISHERS):
            found[f"{count}x{publishers}"] = await _case(process, speakers[:publishers], seconds)
    await asyncio.gather(*(one.close() for one in (*speakers, *listeners)))
    return found


async def _case(process: psutil.Process, speakers: list[RTCPeerConnection], seconds: float) -> dict[str, float]:
    speaking = [asyncio.create_task(speak(one, SETTLES + seconds)) for one in speakers]
    await asyncio.sleep(SETTLES)
    before, packets, began = sum(process.cpu_times()[:2]), arrived, time.perf_counter()
    await asyncio.gather(*speaking)
    took, got = time.perf_counter() - began, arrived - packets
    cpu = sum(process.cpu_times()[:2]) - before
    return {"us": round(cpu / got * 1e6, 2), "packets_per_s": round(got / took)}


def installed() -> bool:
    if shutil.which("janus"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "check": False}
        subprocess.run(["apt-get", "update", "-q"], **quiet)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "janus"], **quiet)
    return shutil.which("janus") is not None


async def main(seconds: float) -> None:
    address = Settings(_env_file=None).media_address.split(",")[-1]
    found = {}
    for name, server in (("ours", ours), ("janus", janus)):
        async with server(address) as started:
            found[name] = await measure(started, seconds)
        for case, figures in found[name].items():
            print(
                f"{name:>6} {case:>5}: {figures['us']:6.2f} µs a packet, {figures['packets_per_s']} packets/s",
                flush=True,
            )
    most = f"{LISTENERS[-1]}x{PUBLISHERS}"
    mine, theirs = found["ours"][most]["us"], found["janus"][most]["us"]
    print(json.dumps({"ours_us": mine, "janus_us": theirs, "ratio": round(mine / theirs, 3), "cases": found}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    if not installed():
        sys.exit("bench/janus.py: Janus is missing, and only root can install it (apt install janus).")
    asyncio.run(main(options.seconds))
