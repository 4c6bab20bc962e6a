"""The line of one home: what its pages send and receive, datagrams to the worker and sockets to the house alike."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from tests.media.relay import HEADERS, QUEUE, Line

SEGMENT, TCP_HEADERS = 1400, 52  # bytes: of data; of IPv4, and of TCP with its timestamps
AGAIN = 0.2  # s beyond the way there and back until a segment is sent again: the least that Linux waits
BACK = {"up": "down", "down": "up"}


class Door:
    """UDP between any number of connections and the worker, over `line` if there is one; while it is shut nothing
    passes."""

    def __init__(self, worker: tuple[str, int], line: Line | None = None) -> None:
        self._worker, self._line, self._loop = worker, line, asyncio.get_running_loop()
        self._front = self._bound()
        self._behind: dict[tuple[str, int], socket.socket] = {}
        self.port: int = self._front.getsockname()[1]
        self.is_open = True
        self._loop.add_reader(self._front, self._up)

    def _bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.setblocking(False)
        return made

    def _up(self) -> None:
        data, page = self._front.recvfrom(2048)
        if page not in self._behind:
            self._behind[page] = self._bound()
            self._loop.add_reader(self._behind[page], self._down, page)
        self._pass("up", len(data), lambda: self._behind[page].sendto(data, self._worker))

    def _down(self, page: tuple[str, int]) -> None:
        data = self._behind[page].recv(2048)
        self._pass("down", len(data), lambda: self._front.sendto(data, page))

    def _pass(self, way: str, octets: int, send: Callable[[], int]) -> None:
        if self._line is None:
            self._unless_shut(send)
        elif (wait := self._line.wait(way, octets + HEADERS)) is not None and not self._line.loses():
            self._loop.call_later(wait, self._unless_shut, send)

    def _unless_shut(self, send: Callable[[], int]) -> None:
        if self.is_open:
            send()

    def close(self) -> None:
        self.is_open = False
        for each in (self._front, *self._behind.values()):
            self._loop.remove_reader(each)
            each.close()


class Tunnel:
    """TCP between any number of connections and the house, over `line`: a segment that is lost or finds the queue full
    is sent again as RFC 6298 says, and all behind it waits.  Of each connection one segment each way is under way at a
    time: slower than TCP for a page, kinder to the voices beside it."""

    def __init__(self, house: tuple[str, int], line: Line) -> None:
        self._house, self._line = house, line
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> int:
        """The port to connect to."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(*self._house)
        for work in (self._pass("up", reader, there[1]), self._pass("down", there[0], writer)):
            task = asyncio.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(SEGMENT):
                await self._carry(way, len(data) + TCP_HEADERS)
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _carry(self, way: str, octets: int) -> None:
        """Until the segment is there, and its receipt on the way back."""
        times = 1
        while (wait := self._line.wait(way, octets)) is None or self._line.loses():
            await asyncio.sleep(times * (AGAIN + 2 * self._line.delay + (QUEUE if wait is None else wait)))
            times *= 2
        await asyncio.sleep(wait)
        self._line.wait(BACK[way], TCP_HEADERS)
