"""Only an authentic check moves an address."""

import socket

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from server.media import icelite, mux
from server.media.icelite import Credentials

HERE = ("127.0.0.1", 4000)
ICE = Credentials("ours", "a password that is long enough")


def check(password: str = ICE.password, ufrag: str = "ours", nominate: bool = False) -> stun.Message:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{ufrag}:theirs"
    message.attributes["PRIORITY"] = 1
    if nominate:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password.encode())
    return message


def password(ufrag: str) -> str | None:
    return ICE.password if ufrag == ICE.ufrag else None


def test_an_authentic_check_is_answered_with_the_address_it_came_from() -> None:
    asked = check(nominate=True)
    found = icelite.examine(bytes(asked), HERE, password)
    assert found is not None and found.nominated and found.ufrag == "ours"
    reply = stun.parse_message(found.reply)
    assert reply.attributes["XOR-MAPPED-ADDRESS"] == HERE and reply.transaction_id == asked.transaction_id
    assert reply.check_message_integrity(ICE.password.encode())


def test_a_forged_check_is_not_answered() -> None:
    assert icelite.examine(bytes(check(password="another password of some length")), HERE, password) is None
    assert icelite.examine(bytes(check(ufrag="stranger")), HERE, password) is None
    unsigned = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    unsigned.attributes["USERNAME"] = "ours:theirs"
    assert icelite.examine(bytes(unsigned), HERE, password) is None


@given(st.integers(0, 107), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(at: int, change: int) -> None:
    raw = bytearray(bytes(check()))
    raw[at % (len(raw) - 8)] ^= change  # FINGERPRINT, the last eight bytes, stands outside
    assert icelite.examine(bytes(raw), HERE, password) is None


@given(st.binary(min_size=20, max_size=120))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert icelite.examine(raw, HERE, password) is None


class Endpoint:
    def __init__(self) -> None:
        self.ice, self.address = ICE, None
        self.got: list[bytes] = []
        self.checks = 0

    def dtls(self, datagram: bytes) -> None:
        self.got.append(datagram)

    def media(self, datagram: bytes, now: float) -> None:
        self.got.append(datagram)

    def checked(self, now: float) -> None:
        self.checks += 1


@pytest.fixture
def port():
    sock = mux.bound("127.0.0.1", 0)
    pages = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for page in pages:
        page.bind(("127.0.0.1", 0))
        page.connect(sock.getsockname())
        page.settimeout(2)
    yield mux.Mux(sock, lambda: 1.0), *pages
    for one in (sock, *pages):
        one.close()


def test_media_is_taken_only_from_an_address_that_was_authentic(port) -> None:
    one, page, stranger = port
    peer = Endpoint()
    one.add(peer)
    page.send(b"\x80 too early")
    page.send(bytes(check()))
    stranger.send(bytes(check(password="a guess of some length, wrong")))
    stranger.send(b"\x80 forged")
    page.send(b"\x80 sound")
    page.send(b"\x16 handshake")
    one.readable()
    assert peer.got == [b"\x80 sound", b"\x16 handshake"] and peer.checks == 1
    assert peer.address == page.getsockname() and one.strange == 3
    assert stun.parse_message(page.recv(2048)).message_class == stun.Class.RESPONSE


def test_the_path_moves_only_when_the_client_nominates_another(port) -> None:
    one, page, other = port
    peer = Endpoint()
    one.add(peer)
    page.send(bytes(check(nominate=True)))
    other.send(bytes(check()))
    one.readable()
    assert peer.address == page.getsockname()
    other.send(bytes(check(nominate=True)))
    one.readable()
    assert peer.address == other.getsockname()
    one.remove(peer)
    page.send(b"\x80 sound")
    one.readable()
    assert not peer.got
