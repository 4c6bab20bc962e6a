"""One packet to many, over real sockets: each gets what he would get alone, and nobody waits for another."""

import ctypes
import errno
import os
import socket
import struct

import pytest
from pylibsrtp import Policy

from server.media import fanout, seam
from server.media.fanout import MOST, Fanout, Way
from server.media.packet import Packet

KEYS = {Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 44, Policy.SRTP_PROFILE_AEAD_AES_128_GCM: 28,
        Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30}  # fmt: skip


def udp(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, 0))
    sock.settimeout(2)
    return sock


class Listener:
    """A socket, and two sealers of one key: one for the fan-out, one that tells what must come."""

    def __init__(self, host: str, ssrc: int, profile: int) -> None:
        self.sock, self.ssrc = udp(host), ssrc
        keys = seam.Keys(profile, os.urandom(KEYS[profile]), os.urandom(KEYS[profile]))
        self.sealer, self._alone = seam.Sealer(keys), seam.Sealer(keys)
        self.way = Way(self.sealer, self.sock.getsockname(), self.sock.family)

    def head(self, number: int, descriptor: bytes = b"") -> bytes:
        return struct.pack("!BBHLL", 0x80, 96, number, number * 960, self.ssrc) + descriptor

    def due(self, number: int, body: bytes, descriptor: bytes = b"") -> bytes:
        return self._alone.seal(self.head(number, descriptor), body)


class Room:
    """Many listeners of all profiles around one port."""

    def __init__(self, host: str, number: int) -> None:
        self.sock = udp(host)
        self.fan = Fanout(self.sock, fanout.SENDMMSG)
        profiles = list(KEYS)
        self.listeners = [Listener(host, 1000 + n, profiles[n % len(profiles)]) for n in range(number)]

    def send(self, number: int, body: bytes, keep: bool = False, longer: bytes = b"") -> Packet:
        packet = Packet(number, 0, 0, body, 0, 0.0, True, None)
        packet.going = [(one.head(number, longer[: n % 2 * 4]), one.way) for n, one in enumerate(self.listeners)]
        packet.kept = [] if keep else None
        self.fan.send(packet)
        return packet

    def close(self) -> None:
        for sock in (self.sock, *(one.sock for one in self.listeners)):
            sock.close()


@pytest.fixture(params=["127.0.0.1", "::1"])
def room(request: pytest.FixtureRequest):
    made = Room(request.param, MOST + 5)
    yield made
    made.close()


def test_each_gets_byte_for_byte_what_he_would_get_alone(room: Room) -> None:
    for number, size in enumerate((1, 3, 48, 80, 81, 300, 1050, 1200, 2000)):
        body = os.urandom(size)
        packet = room.send(number, body, keep=True)
        for one in room.listeners:
            due = one.due(number, body)
            assert one.sock.recv(4096) == due == packet.sealed(one.head(number))
            assert one.way.sent == len(due)
            one.way.sent = 0
    assert (room.fan.sent, room.fan.unsent) == (9 * len(room.listeners), 0)


def test_headers_of_two_lengths_go_to_whom_they_belong(room: Room) -> None:
    room.send(1, b"picture", longer=b"\x90\x80\x80\x01")
    for n, one in enumerate(room.listeners):
        assert one.sock.recv(4096) == one.due(1, b"picture", b"\x90\x80\x80\x01" if n % 2 else b"")


def test_what_the_kernel_takes_in_pieces_arrives_whole(room: Room) -> None:
    pieces: list[int] = []

    def few(file: int, messages: int, number: int, flags: int) -> int:
        pieces.append(number)
        if len(pieces) % 3 == 0:
            ctypes.set_errno(errno.EINTR)
            return -1
        return int(fanout.SENDMMSG(file, messages, min(number, 7), flags))

    room.fan = Fanout(room.sock, few)
    room.send(1, b"sound")
    for one in room.listeners:
        assert one.sock.recv(4096) == one.due(1, b"sound")
    assert room.fan.sent == len(room.listeners) and len(pieces) > len(room.listeners) // 7


def test_what_does_not_fit_is_lost_and_counted_and_nothing_waits(room: Room) -> None:
    def full(file: int, messages: int, number: int, flags: int) -> int:
        if number <= MOST - 4:
            ctypes.set_errno(errno.EAGAIN)
            return -1
        return int(fanout.SENDMMSG(file, messages, 4, flags))

    room.fan = Fanout(room.sock, full)
    room.send(1, b"sound")
    assert room.fan.sent == 4 and room.fan.unsent == len(room.listeners) - 4
    room.fan = Fanout(room.sock, fanout.SENDMMSG)
    room.send(2, b"later")
    for n, one in enumerate(room.listeners):
        due = one.due(1, b"sound"), one.due(2, b"later")
        got = [one.sock.recv(4096) for _ in range(2 if n < 4 else 1)]
        assert got == list(due[-len(got) :])


def test_an_address_that_is_dead_or_forbidden_keeps_nobody_back() -> None:
    room = Room("127.0.0.1", 9)
    gone, barred = room.listeners[2], room.listeners[5]
    gone.sock.close()
    barred.way = Way(barred.sealer, ("255.255.255.255", 9), socket.AF_INET)  # EACCES without SO_BROADCAST
    for number in (1, 2):
        room.send(number, b"sound")
    assert (room.fan.sent, room.fan.unsent) == (16, 2)
    for one in room.listeners:
        if one not in (gone, barred):
            assert [one.sock.recv(4096) for _ in range(2)] == [one.due(n, b"sound") for n in (1, 2)]
    barred.sock.close()
    room.close()


def test_what_libsrtp_refuses_never_leaves_and_the_others_get_theirs(room: Room) -> None:
    refused = room.listeners[1], room.listeners[MOST - 1], room.listeners[-1]
    for one in refused:
        one.sealer.seal(one.head(1), b"an index that is used now")
    packet = room.send(1, b"sound", keep=True)
    for one in room.listeners:
        if one in refused:
            assert packet.sealed(one.head(1)) == b"" and (one.way.sent, one.way.refused) == (0, 1)
        else:
            assert one.sock.recv(4096) == one.due(1, b"sound") == packet.sealed(one.head(1))
    room.send(2, b"next")
    for one in room.listeners:
        assert one.sock.recv(4096) == one.due(2, b"next")
