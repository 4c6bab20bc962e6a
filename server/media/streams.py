"""ICE-TCP, for networks that bar UDP (RFC 6544): we listen on the port's own number, the client connects.

Each datagram is framed by its length in two bytes (RFC 4571 section 2).  What does not fit into a short queue is lost
like any datagram: a voice that waits behind pictures is worse than none.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import cast

from .icelite import Address

log = logging.getLogger(__name__)

TCP = "tcp"
LARGEST = 2048  # bytes of a datagram
QUEUE = 48 * 1024  # bytes that may wait for the network: half a second of a main picture
PROVES_WITHIN = 10.0  # s for an authentic check; else it is nobody's
IDLE = 60.0  # s without a byte from the client
MOST = 2048  # connections at once
STRANGERS = 256  # of them that have proved nothing yet

Take = Callable[[bytes, Address], None]


class Stream(asyncio.Protocol):
    """One connection; its address is `(host, port, "tcp")`."""

    def __init__(self, streams: "Streams") -> None:
        self._streams = streams
        self._buffer = bytearray()
        self.full = self.proved = self.heard = False
        self.address: Address = ("", 0, TCP)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's has another parent
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self.address = (host, port, TCP)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport.set_write_buffer_limits(high=QUEUE)
        if not self._streams.add(self):
            self.transport.abort()
            return
        self._look_at = asyncio.get_running_loop().call_later(PROVES_WITHIN, self._look)

    def _look(self) -> None:
        """Nobody's, or left behind?"""
        if not self.proved or not self.heard:
            self.transport.abort()
            return
        self.heard = False
        self._look_at = asyncio.get_running_loop().call_later(IDLE, self._look)

    def data_received(self, data: bytes) -> None:
        self.heard = True
        buffer = self._buffer
        buffer += data
        at = 0
        while len(buffer) - at >= 2:
            end = at + 2 + (length := buffer[at] << 8 | buffer[at + 1])
            if length > LARGEST:
                self.transport.abort()
                return
            if len(buffer) < end:
                break
            if length:
                self._streams.take(bytes(buffer[at + 2 : end]), self.address)
            at = end
        del buffer[:at]

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False

    def connection_lost(self, error: Exception | None) -> None:
        self._streams.remove(self)
        if hasattr(self, "_look_at"):
            self._look_at.cancel()


class Streams:
    """All of them.  `take(datagram, address)` for everything that comes."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self._by_address: dict[Address, Stream] = {}
        self._server: asyncio.Server | None = None

    @property
    def open(self) -> bool:
        return self._server is not None

    async def listen(self, host: str, port: int) -> None:
        """On TCP as on UDP; where that is another's, media goes without."""
        try:
            self._server = await asyncio.get_running_loop().create_server(lambda: Stream(self), host, port)
        except OSError as error:
            log.warning("TCP port %d cannot be used, so media goes by UDP only: %s.", port, error.strerror)

    def add(self, stream: Stream) -> bool:
        strangers = sum(not each.proved for each in self._by_address.values())
        if len(self._by_address) >= MOST or strangers >= STRANGERS:
            return False
        self._by_address[stream.address] = stream
        return True

    def remove(self, stream: Stream) -> None:
        if self._by_address.get(stream.address) is stream:
            del self._by_address[stream.address]

    def prove(self, address: Address) -> None:
        """An authentic check came from here."""
        stream = self._by_address.get(address)
        if stream is not None:
            stream.proved = True

    def send(self, datagram: bytes, address: Address) -> bool:
        """False when it is lost."""
        stream = self._by_address.get(address)
        if stream is None or stream.full:
            return False
        stream.transport.write(len(datagram).to_bytes(2) + datagram)
        return True

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for stream in list(self._by_address.values()):
            stream.transport.close()
