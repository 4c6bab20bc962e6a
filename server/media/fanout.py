"""From one to many: a packet is sealed for each listener in memory that lies ready; one system call sends them all.

What Python does for each listener costs more than the cipher and the kernel do; so here nothing is done one by one that
can be done in a row by `join` and `map`.  `sendmmsg(2)` takes an array of messages (address, place, length), laid out
once; ctypes calls it, so nothing has to be compiled.  Where it is missing, `Mux.send` serves instead.
"""

import ctypes
import errno
import socket
import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from .icelite import Address
from .packet import Packet
from .seam import PROTECT, Sealer, pointer

MOST = 64  # datagrams that leave together: what is written is still in the caches when the kernel reads it
ROOM = 33 * 64  # bytes for each, more than the longest
_LINE = 64  # bytes of a cache line
_SEAL = 16  # bytes that SRTP adds at most
_NAMES = {socket.AF_INET: 16, socket.AF_INET6: 28}  # bytes of a sockaddr

Call = Callable[[int, int, int, int], int]  # file descriptor, address of the messages, how many, flags


class _Part(ctypes.Structure):
    """struct iovec.  libsrtp takes an `int *`: it writes the length where the kernel reads it."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr."""

    _fields_ = (
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32),
        ("parts", ctypes.c_void_p), ("parts_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t), ("flags", ctypes.c_int),
    )  # fmt: skip


class _Message(ctypes.Structure):
    """struct mmsghdr."""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


def _kernel() -> Call | None:
    """sendmmsg(2) of a system whose structures are those above."""
    if sys.platform != "linux" or sys.byteorder != "little" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "sendmmsg", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
    return call


SENDMMSG = _kernel()


def name_of(address: Address, family: int) -> bytes:
    """The sockaddr of a UDP address as a socket of this family tells it."""
    host, port, *rest = address
    packed = socket.inet_pton(family, host)
    if family == socket.AF_INET:
        return struct.pack("=H", family) + struct.pack("!H4s8x", port, packed)
    flow, scope = rest or (0, 0)
    return struct.pack("=H", family) + struct.pack("!HL16s", port, int(flow), packed) + struct.pack("=L", int(scope))


class Way:
    """To one listener by UDP: his keys and where he is."""

    __slots__ = ("address", "context", "name", "refused", "sealer", "sent")

    def __init__(self, sealer: Sealer, address: Address, family: int) -> None:
        self.address, self.name = address, name_of(address, family)
        self.sealer, self.context = sealer, sealer.context
        self.sent = self.refused = 0  # bytes; packets that could not be sealed


class Fanout:
    """`call`: sendmmsg(2), or what takes its place."""

    def __init__(self, sock: socket.socket, call: Call) -> None:
        self._sock, self._call = sock, call
        self.family = socket.AddressFamily(sock.family)
        self.sent = self.unsent = 0
        self._lay_out(_NAMES[self.family])

    def _lay_out(self, name: int) -> None:
        memory, names = (ctypes.c_char * (MOST * ROOM))(), (ctypes.c_char * (MOST * name))()
        parts, messages = (_Part * MOST)(), (_Message * MOST)()
        self._messages, self._first = messages, ctypes.addressof(messages)
        self._begin = ctypes.addressof(memory)
        begin, step, length = ctypes.addressof(parts), ctypes.sizeof(_Part), _Part.length.offset
        for n, message in enumerate(messages):
            message.header = _Header(ctypes.addressof(names) + n * name, name, begin + n * step, 1)
        self._memory, self._names = memoryview(memory).cast("B"), memoryview(names).cast("B")
        words = memoryview(parts).cast("B").cast("Q")
        self._bases, self._lengths = words[0::2], words[1::2]
        self._length_at = [pointer("int *", begin + n * step + length) for n in range(MOST)]
        self._places: dict[int, tuple[list[Any], memoryview]] = {}  # by the distance of two datagrams

    def send(self, packet: Packet) -> None:
        """To all who have put themselves down for it."""
        going, packet.going = packet.going or [], None
        sizes = {len(head) for head, _ in going}
        for size in sizes:
            these = going if len(sizes) == 1 else [one for one in going if len(one[0]) == size]
            for first in range(0, len(these), MOST):
                heads, ways = zip(*these[first : first + MOST], strict=True)
                self._seal(packet, heads, ways)

    def _seal(self, packet: Packet, heads: Sequence[bytes], ways: Sequence[Way]) -> None:
        """At most MOST, with headers of one length."""
        number, size = len(heads), len(heads[0]) + len(packet.body)
        apart = ((size + _SEAL + _LINE - 1) // _LINE | 1) * _LINE  # odd in lines, lest all compete for the same few
        places, bases = self._places.get(apart) or self._place(apart)
        plain = (packet.body + bytes(apart - size)).join((*heads, b""))
        self._memory[: len(plain)] = plain
        self._bases[:number] = bases[:number]
        self._lengths[:number] = memoryview(array("Q", (size,)) * number)
        names = b"".join([way.name for way in ways])
        self._names[: len(names)] = names
        refused = list(map(PROTECT, [way.context for way in ways], places, self._length_at))
        if any(refused):
            for n, why in enumerate(refused):
                self._lengths[n] *= not why
        if packet.kept is not None:
            packet.kept.append((heads, self._memory[: len(plain)].tobytes(), apart, self._lengths[:number].tolist()))
        if any(refused):
            ways = self._close_up(ways, refused)
        for way, length in zip(ways, self._lengths, strict=False):
            way.sent += length
        self._leave(len(ways))

    def _place(self, apart: int) -> tuple[list[Any], memoryview]:
        """Where datagrams begin that are so far apart, for libsrtp and for the kernel."""
        begins = range(self._begin, self._begin + MOST * ROOM - apart + 1, apart)
        found = [pointer("char *", at) for at in begins], memoryview(array("Q", begins))
        self._places[apart] = found
        return found

    def _close_up(self, ways: Sequence[Way], refused: Sequence[int]) -> Sequence[Way]:
        """What libsrtp would not seal must not leave: the others move up.  Gives their ways."""
        good = [n for n, why in enumerate(refused) if not why]
        for to, n in enumerate(good):
            self._bases[to], self._lengths[to] = self._bases[n], self._lengths[n]
        names = b"".join([ways[n].name for n in good])
        self._names[: len(names)] = names
        for way, why in zip(ways, refused, strict=True):
            way.refused += why != 0
        return [ways[n] for n in good]

    def _leave(self, number: int) -> None:
        """What the kernel does not take is lost like any datagram, and keeps no other one back."""
        done = 0
        while done < number:
            messages = self._first + done * ctypes.sizeof(_Message)
            taken = self._call(self._sock.fileno(), messages, number - done, 0)
            if taken > 0:
                self.sent += taken
                done += taken
            elif (why := ctypes.get_errno()) != errno.EINTR:
                lost = number - done if why == errno.EAGAIN else 1  # no room for any, or no way for this one
                self.unsent += lost
                done += lost
