"""One UDP port for everybody: first byte -> STUN, DTLS or SRTP (RFC 7983); address -> peer."""

import socket
from collections.abc import Callable
from typing import Protocol

from . import icelite
from .icelite import Address, Credentials

BATCH = 64  # datagrams read before timers and the control socket get their turn
LARGEST = 2048  # bytes of a datagram
PATHS = 8  # addresses remembered per peer
BUFFER = 8 << 20  # bytes of the kernel's queues, as far as it allows


class Endpoint(Protocol):
    """What the mux needs of a peer."""

    ice: Credentials
    address: Address | None

    def dtls(self, datagram: bytes) -> None: ...

    def media(self, datagram: bytes, now: float) -> None: ...

    def checked(self, now: float) -> None: ...


def bound(host: str, port: int) -> socket.socket:
    """The socket, not blocking.  Raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for which in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            sock.setsockopt(socket.SOL_SOCKET, which, BUFFER)
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


class Mux:
    def __init__(self, sock: socket.socket, clock: Callable[[], float]) -> None:
        self.sock, self._clock = sock, clock
        self.received = self.sent = self.unsent = self.strange = 0
        self._by_address: dict[Address, Endpoint] = {}
        self._by_ufrag: dict[str, Endpoint] = {}
        self._paths: dict[Endpoint, list[Address]] = {}

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    def add(self, peer: Endpoint) -> None:
        self._by_ufrag[peer.ice.ufrag] = peer
        self._paths[peer] = []

    def place(self, peer: Endpoint, address: Address) -> None:
        """From this address speaks this peer; the oldest of too many is forgotten."""
        if self._by_address.get(address) is peer:
            return
        self._by_address[address] = peer
        paths = self._paths[peer]
        paths.append(address)
        if len(paths) > PATHS:
            self._forget(peer, paths.pop(0))

    def remove(self, peer: Endpoint) -> None:
        self._by_ufrag.pop(peer.ice.ufrag, None)
        for address in self._paths.pop(peer, ()):
            self._forget(peer, address)

    def _forget(self, peer: Endpoint, address: Address) -> None:
        if self._by_address.get(address) is peer:
            del self._by_address[address]

    def send(self, datagram: bytes, address: Address) -> None:
        try:
            self.sock.sendto(datagram, address)
            self.sent += 1
        except OSError:  # a full queue or a network that is away: lost like any datagram
            self.unsent += 1

    def readable(self) -> None:
        """Read what is there, at most a batch."""
        now = self._clock()
        receive = self.sock.recvfrom
        for _ in range(BATCH):
            try:
                datagram, source = receive(LARGEST)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error of an earlier datagram
                continue
            self.received += 1
            if datagram:
                self._sort(datagram, source, now)

    def _sort(self, datagram: bytes, source: Address, now: float) -> None:
        first = datagram[0]
        if 127 < first < 192:
            peer = self._by_address.get(source)
            if peer is not None:
                peer.media(datagram, now)
                return
        elif icelite.is_stun(datagram):
            self._stun(datagram, source, now)
            return
        elif 19 < first < 64:
            peer = self._by_address.get(source)
            if peer is not None:
                peer.dtls(datagram)
                return
        self.strange += 1

    def _stun(self, datagram: bytes, source: Address, now: float) -> None:
        check = icelite.examine(datagram, source, self._password)
        if check is None:
            self.strange += 1
            return
        peer = self._by_ufrag[check.ufrag]
        self.place(peer, source)
        if peer.address is None or check.nominated:
            peer.address = source
        peer.checked(now)
        self.send(check.reply, source)

    def _password(self, ufrag: str) -> str | None:
        peer = self._by_ufrag.get(ufrag)
        return None if peer is None else peer.ice.password
