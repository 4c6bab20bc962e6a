"""A bad network: passes datagrams between one page and the worker and loses some of the media, by a seed."""

import asyncio
import random
import re


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
    """At `host`.  `loss` is the share of SRTP and SRTCP datagrams lost, each way; ICE and DTLS always pass."""

    host = "127.0.0.1"

    def __init__(self, loss: float, seed: int) -> None:
        self.loss, self._chance = loss, random.Random(seed)
        self.lost = 0

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
        if data[0] > 127 and self._chance.random() < self.loss:
            self.lost += 1
            return
        other = self._worker if end is self._page else self._page
        if other.peer is not None:
            other.transport.sendto(data, other.peer)

    def close(self) -> None:
        for end in (self._page, self._worker):
            end.transport.close()
