"""What forwarding costs: N synthetic SRTP listeners at real packet rates on the real worker process.

Three voices (50 packets/s of 80 bytes), a main picture (40/s of 1050) and four thumbnails (8/s of 600).  The last
line is one JSON object; `floor_us` is what a bare protect + sendto of the same sizes at the same pace costs in the same
run, `floor_hot_us` the same in a tight loop.

    .venv/bin/python bench/media.py --listeners 100 --seconds 10
"""

import argparse
import asyncio
import contextlib
import heapq
import json
import multiprocessing
import os
import socket
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from pylibsrtp import Policy, Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.media import lines
from server.media.sdp import FIXED, SEEN
from server.media.stage import PeerStage, PlaceStage, Stage

KEY = 28  # bytes of AES-128 key and salt
PROFILE = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
HEADER = {"audio": 12 + 8, "video": 12}
WARM_UP = 9.0  # s: every listener has climbed to all pictures
DESCRIPTOR = 4  # bytes, with a picture id of 15 bits


@dataclass(frozen=True)
class Stream:
    owner: str
    kind: str
    rate: int  # packets/s
    size: int  # bytes of payload
    ssrc: int


STREAMS = [
    *(Stream(f"voice{i}", "audio", 50, 80, 1000 + i) for i in range(3)),
    Stream("main", "video", 40, 1050, 2000),
    *(Stream(f"thumbnail{i}", "video", 8, 600, 3000 + i) for i in range(4)),
]


def session(key: bytes, direction: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=PROFILE)
    policy.allow_repeat_tx, policy.window_size = True, 1024
    return Session(policy)


def offer(ssrc: int, kind: str) -> str:
    """As short as an offer can be: Opus 111, VP8 96 with RTX 97, levels 1, abs-send-time 2."""
    text = ["v=0", "a=fingerprint:sha-256 00", "a=setup:actpass"]
    for at, (line, direction) in enumerate((*FIXED, *[SEEN] * 4)):
        codecs = (
            [
                "a=rtpmap:111 opus/48000/2",
                "a=rtcp-fb:111 nack",
                "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
            ]
            if line == "audio"
            else ["a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"]
        )
        stamp = "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
        text += [f"m={line} 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{at}", f"a={direction}", "a=rtcp-mux", stamp, *codecs]
        if at == (0 if kind == "audio" else 1):
            text.append(f"a=ssrc:{ssrc} cname:bench")
    return "\r\n".join(text) + "\r\n"


def packet(stream: Stream, count: int) -> bytes:
    """The time of sending stands right behind what the worker reads."""
    stamp = struct.pack("!d", time.monotonic())
    if stream.kind == "audio":
        head = struct.pack("!BBHLLHHBBH", 0x90, 111, count & 0xFFFF, count * 960, stream.ssrc, 0xBEDE, 1, 0x10, 20, 0)
        return head + stamp + bytes(stream.size - 8)
    head = struct.pack("!BBHLL", 0x80, 0x80 | 96, count & 0xFFFF, count * 3000, stream.ssrc)
    key = b"\x00" if count % stream.rate == 0 else b"\x01"  # a key frame each second
    descriptor = struct.pack("!BBH", 0x90, 0x80, 0x8000 | count & 0x7FFF)
    return head + descriptor + key + stamp + bytes(stream.size - DESCRIPTOR - 9)


def publish(keys: list[bytes], worker: tuple[str, int], seconds: float, told: Connection) -> None:
    """A process that sends every stream at its rate, from a socket of its own each."""
    hurry()
    sockets = [udp() for _ in STREAMS]
    told.send([s.getsockname() for s in sockets])
    told.recv()  # the worker knows them
    sessions = [session(key, Policy.SSRC_ANY_OUTBOUND) for key in keys]
    start = time.monotonic()
    due = [(start + at / 8 / stream.rate, at, 0) for at, stream in enumerate(STREAMS)]
    heapq.heapify(due)
    while due:
        when, at, count = heapq.heappop(due)
        time.sleep(max(0.0, when - time.monotonic()))
        sockets[at].sendto(sessions[at].protect(packet(STREAMS[at], count)), worker)
        if when - start < seconds:
            soon = max(when + 1 / STREAMS[at].rate, time.monotonic())  # who was kept waiting does not send in a burst
            heapq.heappush(due, (soon, at, count + 1))


def listen(key: bytes, told: Connection) -> None:
    """A process that is one listener and measures how old packets are when they come."""
    hurry()
    sock, opened, ages = udp(), session(key, Policy.SSRC_ANY_INBOUND), []
    sock.settimeout(2.0)
    told.send(sock.getsockname())
    told.recv()
    start = time.monotonic()
    while True:
        try:
            datagram = sock.recv(2048)
        except TimeoutError:
            break
        now = time.monotonic()
        if 192 <= datagram[1] <= 223:
            continue
        plain = opened.unprotect(datagram)
        skip = 20 + (DESCRIPTOR + 1 if plain[1] & 0x7F == 96 else 0)
        if now - start > WARM_UP:
            ages.append(now - struct.unpack_from("!d", plain, skip)[0])
    told.send(ages)


def hurry() -> None:
    """What measures must not wait for others, where that is allowed."""
    with contextlib.suppress(OSError):
        os.nice(-10)
        Path("/proc/self/autogroup").write_text("-10")


def udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


class Worker:
    """The real worker, spoken to over its unix socket."""

    async def __aenter__(self) -> "Worker":
        path = Path(tempfile.mkdtemp()) / "media.sock"
        arguments = ["--socket", str(path), "--bind", "127.0.0.1", "--bench"]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.media.worker", *arguments, stdout=asyncio.subprocess.PIPE,
            start_new_session=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = json.loads(await self.process.stdout.readline())["port"]
        reader, self.writer = await asyncio.open_unix_connection(path, limit=lines.LONGEST)
        self.replies = lines.messages(reader)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ask("end")
        self.writer.close()
        await self.process.communicate()

    async def ask(self, do: str, **fields: object) -> dict:
        self.writer.write(lines.encode({"id": 1, "do": do, **fields}))
        async for reply in self.replies:
            if "id" in reply:
                assert "fault" not in reply and "bad" not in reply, reply
                return reply
        raise ConnectionError("the worker is gone")

    async def give(self, peer: str, address: tuple[str, int], inbound: bytes, outbound: bytes, text: str) -> None:
        await self.ask("give", room="bench", peer=peer, owner=peer, address=address, inbound=inbound.hex(),
                       outbound=outbound.hex(), offer=text)  # fmt: skip


def stage(listeners: int) -> Stage:
    peers = {s.owner: PeerStage(s.owner, "", s.kind == "audio", s.kind == "video") for s in STREAMS}
    peers |= {f"listener{i}": PeerStage(f"listener{i}", "", False, False) for i in range(listeners)}
    return Stage(peers, {"": PlaceStage(("voice0", "voice1", "voice2"), "main")})


async def measure(listeners: int, seconds: float) -> dict[str, float]:
    context = multiprocessing.get_context("fork")
    keys = [os.urandom(KEY) for _ in STREAMS]
    sink_key = os.urandom(KEY)
    (pub, pub_end), (sink, sink_end) = context.Pipe(), context.Pipe()
    async with Worker() as worker:
        target = ("127.0.0.1", worker.port)
        total = WARM_UP + seconds + 1.0
        processes = [
            context.Process(target=publish, args=(keys, target, total, pub_end)),
            context.Process(target=listen, args=(sink_key, sink_end)),
        ]
        for process in processes:
            process.start()
        for stream, key, address in zip(STREAMS, keys, pub.recv(), strict=True):
            await worker.give(stream.owner, address, key, os.urandom(KEY), offer(stream.ssrc, stream.kind))
        deaf = [udp() for _ in range(listeners - 1)]
        for at, address in enumerate([sink.recv(), *(s.getsockname() for s in deaf)]):
            key = os.urandom(KEY) if at else sink_key
            await worker.give(f"listener{at}", address, os.urandom(KEY), key, offer(0, "none"))
        await worker.ask("follow", room="bench", stage=stage(listeners).to_json())
        pub.send("go"), sink.send("go")
        await asyncio.sleep(WARM_UP)
        before = (await worker.ask("stats"))["stats"]
        await asyncio.sleep(seconds)
        after = (await worker.ask("stats"))["stats"]
        ages = await asyncio.to_thread(sink.recv)
        for process in processes:
            process.join()
    return figures(before, after, ages)


def figures(before: dict, after: dict, ages: list[float]) -> dict[str, float]:
    sent, took = after["sent"] - before["sent"], after["at"] - before["at"]
    cpu = after["cpu"] - before["cpu"]
    hundredths = statistics.quantiles(ages, n=100)
    return {
        "us_per_packet": round(cpu / sent * 1e6, 2),
        "packets_per_s": round(sent / took),
        "cpu_percent": round(100 * cpu / took, 1),
        "unsent": after["unsent"] - before["unsent"],
        "p50_ms": round(1000 * hundredths[49], 3),
        "p99_ms": round(1000 * hundredths[98], 3),
    }


def mixture() -> Iterator[int]:
    """Sizes of RTP packets in the proportions of one second."""
    while True:
        for stream in STREAMS:
            yield from [stream.size + HEADER[stream.kind]] * stream.rate


def floor(listeners: int, pause: float) -> float:
    """µs of CPU for one bare protect + sendto, over as many sessions; `pause` seconds between two packets of a source.

    Without a pause everything stays in the processor's caches; with one it is as cold as in a meeting.
    """
    sessions = [session(os.urandom(KEY), Policy.SSRC_ANY_OUTBOUND) for _ in range(listeners)]
    sockets, out = [udp() for _ in range(listeners)], udp()
    addresses = [s.getsockname() for s in sockets]
    rounds = 2 * sum(s.rate for s in STREAMS)
    began = time.process_time()
    for count, size in enumerate(islice(mixture(), rounds)):
        plain = struct.pack("!BBHLL", 0x80, 96, count & 0xFFFF, count, 1) + bytes(size - 12)
        for one, address in zip(sessions, addresses, strict=True):
            out.sendto(one.protect(plain), address)
        time.sleep(pause)
    return (time.process_time() - began) / (rounds * listeners) * 1e6


def floors(listeners: int) -> tuple[float, float]:
    """At the pace of a meeting, and hot."""
    return floor(listeners, 1 / sum(s.rate for s in STREAMS)), floor(listeners, 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    before = floors(options.listeners)
    found = asyncio.run(measure(options.listeners, options.seconds))
    paced, hot = (statistics.mean(pair) for pair in zip(before, floors(options.listeners), strict=True))
    found |= {"floor_us": round(paced, 2), "ratio": round(found["us_per_packet"] / paced, 2)}
    found |= {"floor_hot_us": round(hot, 2), "ratio_hot": round(found["us_per_packet"] / hot, 2)}
    print(f"{options.listeners} listeners: {found['packets_per_s']} packets/s, {found['cpu_percent']} % of one core")
    print(json.dumps({"listeners": options.listeners, **found}))


if __name__ == "__main__":
    main()
