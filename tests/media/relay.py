"""A bad network: passes datagrams between one page and the worker, slowly, and loses some of the media, by a seed."""

import asyncio
import random
import re
from collections import Counter

QUEUE = 0.4  # s of datagrams that wait for a slow line; more are lost
HEADERS = 28  # bytes of IPv4 and UDP


class Line:
    """What carries datagrams, and the sockets beside them: `rate` bit/s each way with a queue of QUEUE s, then `delay`
    s; `loss` of 1 by chance, by a seed.  A rate of 0 has no bound."""

    def __init__(self, loss: float, seed: int, rate: float = 0, delay: float = 0) -> None:
        self.loss, self.rate, self.delay, self._chance = loss, rate, delay, random.Random(seed)
        self._free = {"up": 0.0, "down": 0.0}

    def wait(self, way: str, octets: int) -> float | None:
        """s until so many, headers included, are through; None when the queue is full."""
        if not self.rate:
            return self.delay
        now = asyncio.get_running_loop().time()
        free = max(self._free[way], now)
        if free - now > QUEUE:
            return None
        self._free[way] = free + octets * 8 / self.rate
        return self._free[way] - now + self.delay

    def loses(self) -> bool:
        return self._chance.random() < self.loss


class _End(asyncio.DatagramProtocol):
    def __init__(self, relay: "Relay") -> None:
        self.relay = relay
        self.other: asyncio.DatagramTransport | None = None
        self.peer: tuple[str, int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, source: tuple[str, int]) -> None:
        self.peer = source
        self.relay.passed(self, data)


class Relay:
    """At `host`.  `loss` is the share of SRTP and SRTCP datagrams lost, each way; ICE and DTLS are not lost by chance.

    `rate` in bit/s (of UDP payload and 28 bytes of headers) and `delay` in s each way.  `down` and `lost_down` count
    the media datagrams to the page, passed and lost, by payload type (0 for RTCP); `bytes` what was passed, by way.
    """

    host = "127.0.0.1"

    def __init__(self, loss: float, seed: int, rate: float = 0, delay: float = 0) -> None:
        self.line = Line(loss, seed, rate, delay)
        self.lost = 0
        self.down: Counter[int] = Counter()
        self.lost_down: Counter[int] = Counter()
        self.bytes: Counter[str] = Counter()
        self.whole = 0  # bytes of all datagrams, both ways, with 28 bytes of headers each
        self.lost_bytes = 0  # of media to the page

    async def open(self, answer: str) -> str:
        """The answer as the page must see it, so that it speaks to the relay."""
        loop = asyncio.get_running_loop()
        port = int(re.search(r"^m=audio (\d+)", answer, re.MULTILINE)[1])
        _, self._page = await loop.create_datagram_endpoint(lambda: _End(self), local_addr=(self.host, 0))
        _, self._worker = await loop.create_datagram_endpoint(lambda: _End(self), local_addr=(self.host, 0))
        self._worker.peer = (self.host, port)
        ours = self._page.transport.get_extra_info("sockname")[1]
        return answer.replace(f" {port} ", f" {ours} ")

    async def rebind(self) -> None:
        """As a router does that forgot us: from now on the worker sees another port, and its old one is dead."""
        loop, old = asyncio.get_running_loop(), self._worker
        _, self._worker = await loop.create_datagram_endpoint(lambda: _End(self), local_addr=(self.host, 0))
        self._worker.peer = old.peer
        old.transport.close()

    def passed(self, end: _End, data: bytes) -> None:
        way = "up" if end is self._page else "down"
        wait = self.line.wait(way, len(data) + HEADERS)
        media = data[0] > 127
        if wait is None or (media and self.line.loses()):
            self.lost += media
            self._count(self.lost_down, way, data)
            return
        self._count(self.down, way, data)
        self.whole += len(data) + HEADERS
        self.bytes[way] += len(data) if media else 0
        if wait:
            asyncio.get_running_loop().call_later(wait, self._send, way, data)
        else:
            self._send(way, data)

    def _count(self, counter: Counter[int], way: str, data: bytes) -> None:
        if way == "down" and data[0] > 127:
            self.lost_bytes += len(data) if counter is self.lost_down else 0
            counter[0 if 192 <= data[1] <= 223 else data[1] & 0x7F] += 1

    def _send(self, way: str, data: bytes) -> None:
        other = self._worker if way == "up" else self._page
        if other.peer is not None and not other.transport.is_closing():
            other.transport.sendto(data, other.peer)

    def close(self) -> None:
        for end in (self._page, self._worker):
            end.transport.close()
