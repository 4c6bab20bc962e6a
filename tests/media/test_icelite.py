"""Only an authentic check moves an address."""

import socket

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from server.media import icelite, mux
from server.media.icelite import Address, Credentials
from server.media.paths import APART, SILENT, Paths

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
        self.ice, self.paths = ICE, Paths()
        self.got: list[bytes] = []
        self.strays: list[bytes] = []
        self.checks = 0

    def dtls(self, datagram: bytes) -> None:
        self.got.append(datagram)

    def media(self, datagram: bytes, source: Address, now: float) -> None:
        self.got.append(datagram)

    def strayed(self, datagram: bytes, source: Address, now: float) -> None:
        self.strays.append(datagram)

    def answered(self, now: float) -> None:
        """What it proves is told by `checked`."""

    def checked(self, source: Address, nominated: bool, now: float) -> None:
        self.checks += 1
        self.paths.checked(source, nominated, False, now)


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
    assert peer.paths.current == page.getsockname() and one.strange == 3
    assert stun.parse_message(page.recv(2048)).message_class == stun.Class.RESPONSE


def test_the_path_moves_only_when_the_client_nominates_another(port) -> None:
    one, page, other = port
    peer = Endpoint()
    one.add(peer)
    page.send(bytes(check(nominate=True)))
    other.send(bytes(check()))
    one.readable()
    assert peer.paths.current == page.getsockname()
    other.send(bytes(check(nominate=True)))
    one.readable()
    assert peer.paths.current == other.getsockname()
    one.remove(peer)
    page.send(b"\x80 sound")
    one.readable()
    assert not peer.got


THEIRS = Credentials("theirs", "the password of the page, long too")


def answer(probe: icelite.Probe, password: str = THEIRS.password) -> bytes:
    """As a browser answers our check."""
    asked = stun.parse_message(probe.datagram)
    assert asked.attributes["USERNAME"] == "theirs:ours" and asked.check_message_integrity(THEIRS.password.encode())
    message = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, asked.transaction_id)
    message.attributes["XOR-MAPPED-ADDRESS"] = HERE
    message.add_message_integrity(password.encode())
    return bytes(message)


def test_media_from_a_new_address_is_shown_to_its_owner_but_proves_nothing(port) -> None:
    one, page, stranger = port
    peer = Endpoint()
    one.add(peer)
    one.know(peer, 0x01020304)
    page.send(bytes(check()))
    stranger.send(b"\x80\x60\0\0\0\0\0\0\x01\x02\x03\x04 sound")
    stranger.send(b"\x80\xc9\0\0\x01\x02\x03\x04 report")
    stranger.send(b"\x80\x60\0\0\0\0\0\0\x01\x02\x03\x05 of another")
    one.readable()
    assert len(peer.strays) == 2 and not peer.got and peer.paths.current == page.getsockname()


def test_only_the_right_answer_from_the_right_address_proves_it(port) -> None:
    one, page, other = port
    peer = Endpoint()
    one.add(peer)
    probe = icelite.probe(page.getsockname(), ICE, THEIRS)
    one.probe(peer, probe)
    assert page.recv(2048) == probe.datagram
    page.send(answer(probe, "a guess of some length, wrong"))
    other.send(answer(probe))
    one.readable()
    assert peer.checks == 0 and one.strange == 2
    page.send(answer(probe))
    page.send(answer(probe))  # repeated: nobody asked any more
    page.send(b"\x80 sound")
    one.readable()
    assert peer.checks == 1 and peer.paths.current == page.getsockname() and peer.got == [b"\x80 sound"]
    one.remove(peer)
    assert not one._probing and not one._by_ssrc


A, B = ("10.0.0.1", 1), ("10.0.0.2", 2)


def test_the_newest_path_is_followed_once_the_old_one_is_silent() -> None:
    paths = Paths()
    paths.checked(A, False, False, 0.0)
    paths.last = 10.0
    paths.heard(B, 10.0 + SILENT - 0.01)
    assert paths.current == A, "the old one may still be speaking"
    paths.heard(B, 10.0 + SILENT)
    assert paths.current == B and paths.moves == 1


def test_two_networks_that_take_turns_take_the_sound_along_once_a_second() -> None:
    paths = Paths(A)
    for step in range(1000):  # ten seconds, each path for 0.2 s
        now, source = step / 100, (A, B)[step // 20 % 2]
        if source == paths.current:
            paths.last = now
        else:
            paths.heard(source, now)
    assert 5 <= paths.moves <= 10 / APART


def test_a_nomination_counts_at_once_but_checks_alone_never_move() -> None:
    paths = Paths()
    paths.checked(A, False, False, 0.0)
    paths.checked(B, False, True, 5.0)
    assert paths.current == A
    paths.checked(B, True, True, 5.0)
    paths.checked(A, True, True, 5.5)
    assert paths.current == B, "not twice within a second"
    paths.checked(A, True, True, 6.0)
    assert paths.current == A
