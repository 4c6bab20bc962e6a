"""One port number for everybody, UDP and TCP: first byte -> STUN, DTLS or SRTP (RFC 7983); address -> peer."""

import socket
from collections.abc import Callable
from typing import Protocol

from . import icelite
from .fanout import SENDMMSG, Fanout, Way
from .icelite import Address, Credentials, Probe
from .rtp import is_rtcp
from .seam import Sealer
from .streams import Streams

BATCH = 64  # datagrams read before timers and the control socket get their turn
LARGEST = 2048  # bytes of a datagram
PATHS = 8  # addresses remembered per peer
BUFFER = 8 << 20  # bytes of the kernel's queues, as far as it allows


class Endpoint(Protocol):
    """What the mux needs of a peer."""

    ice: Credentials

    def dtls(self, datagram: bytes) -> None: ...

    def media(self, datagram: bytes, source: Address, now: float) -> None:
        """From a proved address."""

    def strayed(self, datagram: bytes, source: Address, now: float) -> None:
        """From an address that nothing has proved, with an SSRC of this peer."""

    def checked(self, source: Address, nominated: bool, now: float) -> None:
        """This address is proved."""

    def answered(self, now: float) -> None:
        """The answer to the newest of our own checks came."""


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
        self.fan = Fanout(sock, SENDMMSG) if SENDMMSG else None
        self.received = self.strange = 0
        self._sent = self._unsent = 0  # one by one
        self.streams = Streams(self._streamed)
        self._by_address: dict[Address, Endpoint] = {}
        self._by_ufrag: dict[str, Endpoint] = {}
        self._paths: dict[Endpoint, list[Address]] = {}
        self._by_ssrc: dict[int, Endpoint] = {}  # a hint only: keys tell whose a packet is
        self._probes: dict[Endpoint, Probe] = {}
        self._probing: dict[bytes, Endpoint] = {}  # by transaction

    @property
    def port(self) -> int:
        return int(self.sock.getsockname()[1])

    @property
    def sent(self) -> int:
        return self._sent + (self.fan.sent if self.fan else 0)

    @property
    def unsent(self) -> int:
        return self._unsent + (self.fan.unsent if self.fan else 0)

    def way(self, sealer: Sealer, address: Address) -> Way | None:
        """For what goes to many (fanout.py); None by TCP, and where the system cannot send to many at once."""
        return Way(sealer, address, self.sock.family) if self.fan and len(address) != 3 else None

    def add(self, peer: Endpoint) -> None:
        self._by_ufrag[peer.ice.ufrag] = peer
        self._paths[peer] = []

    def know(self, peer: Endpoint, ssrc: int) -> None:
        """Packets of this SSRC may be of this peer, wherever they come from."""
        self._by_ssrc.setdefault(ssrc, peer)

    def probe(self, peer: Endpoint, probe: Probe) -> None:
        """Ask whether the peer is there; an older question of the same peer is forgotten."""
        self._forget_probe(peer)
        self._probes[peer] = probe
        self._probing[probe.transaction] = peer
        self.send(probe.datagram, probe.address)

    def _forget_probe(self, peer: Endpoint) -> None:
        probe = self._probes.pop(peer, None)
        if probe is not None:
            del self._probing[probe.transaction]

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
        for ssrc in [ssrc for ssrc, owner in self._by_ssrc.items() if owner is peer]:
            del self._by_ssrc[ssrc]
        self._forget_probe(peer)

    def _forget(self, peer: Endpoint, address: Address) -> None:
        if self._by_address.get(address) is peer:
            del self._by_address[address]

    def send(self, datagram: bytes, address: Address) -> None:
        if len(address) == 3:
            self._send_by_stream(datagram, address)
            return
        try:
            self.sock.sendto(datagram, address)
            self._sent += 1
        except OSError:  # a full queue or a network that is away: lost like any datagram
            self._unsent += 1

    def _send_by_stream(self, datagram: bytes, address: Address) -> None:
        if self.streams.send(datagram, address):
            self._sent += 1
        else:
            self._unsent += 1

    def _streamed(self, datagram: bytes, source: Address) -> None:
        self.received += 1
        self._sort(datagram, source, self._clock())

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
                peer.media(datagram, source, now)
                return
            peer = self._by_ssrc.get(int.from_bytes(datagram[4:8] if is_rtcp(datagram) else datagram[8:12]))
            if peer is not None:
                peer.strayed(datagram, source, now)
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
        transaction = icelite.answers(datagram)
        if transaction is not None:
            self._answered(transaction, datagram, source, now)
            return
        check = icelite.examine(datagram, source, self._password)
        if check is None:
            self.strange += 1
            return
        peer = self._by_ufrag[check.ufrag]
        self.place(peer, source)
        if len(source) == 3:
            self.streams.prove(source)
        peer.checked(source, check.nominated, now)
        self.send(check.reply, source)

    def _answered(self, transaction: bytes, datagram: bytes, source: Address, now: float) -> None:
        peer = self._probing.get(transaction)
        if peer is None or not self._probes[peer].answered_by(datagram, source):
            self.strange += 1
            return
        self._forget_probe(peer)
        self.place(peer, source)
        peer.checked(source, False, now)
        peer.answered(now)

    def _password(self, ufrag: str) -> str | None:
        peer = self._by_ufrag.get(ufrag)
        return None if peer is None else peer.ice.password
