"""Every private name of aiortc and pylibsrtp that we use, in this one place (aiortc 1.16, pylibsrtp 1.0).

`tests/media/test_seam.py` is the contract: if one of them changes its ways, it fails there and not in a meeting.
"""

import asyncio
import ctypes
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import pylibsrtp
from aiortc.rtcdtlstransport import (
    SRTP_PROFILES,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
)
from pylibsrtp import Policy, Session, _binding
from pylibsrtp._binding import ffi, lib

from .rtp import unwrap

HANDSHAKE = 30.0  # s
WAITING = 64  # DTLS datagrams that may wait for OpenSSL; more are dropped like any lost datagram
WINDOW = 1024  # packets an SRTP stream looks back

# One scratch space for all: the worker has one thread.  libsrtp works in place and asks for alignment to 32 bits.
_MEMORY = ffi.new("char[]", 4096)
_SCRATCH: Any = ffi.buffer(_MEMORY)
_LENGTH = ffi.new("int *")
PROTECT, _UNPROTECT = lib.srtp_protect, lib.srtp_unprotect  # (Sealer.context, "char *", "int *") -> 0 when done
_PROTECT_RTCP, _UNPROTECT_RTCP = lib.srtp_protect_rtcp, lib.srtp_unprotect_rtcp
# pylibsrtp does not bind it, but its library has it: int srtp_set_stream_roc(srtp_t, uint32_t ssrc, uint32_t roc)
_SET_ROC = ctypes.CDLL(_binding.__file__).srtp_set_stream_roc
_SET_ROC.argtypes = (ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32)


class HandshakeFailed(Exception):
    """DTLS did not come about: wrong certificate, no common SRTP profile, or nobody there."""


class SrtpRefused(Exception):
    """libsrtp refused a packet: forged, repeated or too old; or, sealing, an index that was used before."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Master key and salt of both directions, as RFC 5764 section 4.2 lays them out."""

    profile: int
    inbound: bytes
    outbound: bytes


class Opener:
    """The receiving half of SRTP.  `newest`: streams that go on, SSRC -> their newest endless index."""

    __slots__ = ("_context", "_resumed", "_session")

    def __init__(self, keys: Keys, newest: Mapping[int, int] | None = None) -> None:
        self._session = _session(keys.profile, keys.inbound, Policy.SSRC_ANY_INBOUND)
        self._context = self._session._srtp[0]
        self._resumed = dict(newest or {})
        for ssrc in self._resumed:
            self._session.add_stream(_policy(keys.profile, keys.inbound, Policy.SSRC_SPECIFIC, ssrc))

    def open(self, datagram: bytes) -> bytes:
        """The RTP packet in the clear.  Raises SrtpRefused."""
        if self._resumed:
            return self._resume(datagram)
        return _in_place(_UNPROTECT, self._context, datagram)

    def _resume(self, datagram: bytes) -> bytes:
        """The first packet of a stream that goes on tells its round; an older one than the newest is a repetition."""
        ssrc, sequence = int.from_bytes(datagram[8:12]), int.from_bytes(datagram[2:4])
        newest = self._resumed.get(ssrc)
        if newest is not None:
            index = unwrap(sequence, newest)
            if index <= newest:
                raise SrtpRefused
            _set_round(self._context, ssrc, index >> 16)
        packet = _in_place(_UNPROTECT, self._context, datagram)
        self._resumed.pop(ssrc, None)
        return packet

    def open_rtcp(self, datagram: bytes) -> bytes:
        return _in_place(_UNPROTECT_RTCP, self._context, datagram)


class Sealer:
    """The sending half.  libsrtp itself refuses to protect twice under one index (`allow_repeat_tx` is off)."""

    __slots__ = ("_session", "context")

    def __init__(self, keys: Keys, next_index: Mapping[int, int] | None = None) -> None:
        """`next_index`: streams that go on, SSRC -> the index that their next packet will have."""
        self._session = _session(keys.profile, keys.outbound, Policy.SSRC_ANY_OUTBOUND)
        self.context = self._session._srtp[0]
        for ssrc, index in (next_index or {}).items():
            self._session.add_stream(_policy(keys.profile, keys.outbound, Policy.SSRC_SPECIFIC, ssrc))
            _set_round(self.context, ssrc, index >> 16)

    def seal(self, head: bytes, body: bytes) -> bytes:
        """One RTP packet, given in two pieces so that listeners can share the second.  Raises SrtpRefused."""
        middle = len(head)
        end = middle + len(body)
        _SCRATCH[0:middle] = head
        _SCRATCH[middle:end] = body
        _LENGTH[0] = end
        if PROTECT(self.context, _MEMORY, _LENGTH):
            raise SrtpRefused
        return cast(bytes, _SCRATCH[0 : _LENGTH[0]])

    def seal_rtcp(self, packet: bytes) -> bytes:
        return _in_place(_PROTECT_RTCP, self.context, packet)


def pointer(kind: str, address: int) -> Any:
    """To memory of others, as libsrtp takes it."""
    return ffi.cast(kind, address)


def _in_place(work: Callable[..., int], context: Any, data: bytes) -> bytes:
    end = len(data)
    _SCRATCH[0:end] = data
    _LENGTH[0] = end
    if work(context, _MEMORY, _LENGTH):
        raise SrtpRefused
    return cast(bytes, _SCRATCH[0 : _LENGTH[0]])


def _session(profile: int, key: bytes, direction: int) -> Session:
    return Session(_policy(profile, key, direction, 0))


def _policy(profile: int, key: bytes, which: int, ssrc: int) -> Policy:
    policy = Policy(key=key, ssrc_type=which, ssrc_value=ssrc, srtp_profile=profile)
    policy.allow_repeat_tx = False
    policy.window_size = WINDOW
    return policy


def _set_round(context: Any, ssrc: int, roc: int) -> None:
    """The roll-over counter of the next packet of this stream (RFC 3711 section 3.3.1)."""
    if _SET_ROC(int(ffi.cast("uintptr_t", context)), ssrc, roc):
        raise SrtpRefused


def aes_gcm_keys(inbound: bytes, outbound: bytes) -> Keys:
    """Keys agreed by other means (the bench): 28 bytes each, AEAD_AES_128_GCM (RFC 7714)."""
    return Keys(pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, inbound, outbound)


def certificate() -> RTCCertificate:
    """One for the whole process, made anew at each start."""
    return RTCCertificate.generateCertificate()


def fingerprint(of: RTCCertificate) -> str:
    return next(f.value for f in of.getFingerprints() if f.algorithm == "sha-256")


class Dtls:
    """aiortc's DTLS over our own socket.  Fed with DTLS datagrams only; sound and picture never pass through it."""

    role = "controlled"  # with `_recv` and `_send` all that RTCDtlsTransport asks of an ICE transport

    def __init__(self, own: RTCCertificate, send: Callable[[bytes], None], on_closed: Callable[[], None]) -> None:
        self._send_datagram, self._on_closed = send, on_closed
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._transport = RTCDtlsTransport(cast(Any, self), [own])
        self._transport._set_role("server")

    def feed(self, datagram: bytes) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(datagram)

    async def start(self, fingerprints: Iterable[tuple[str, str]]) -> Keys:
        """Shake hands with the owner of one of these certificates.  Raises HandshakeFailed."""
        theirs = RTCDtlsParameters([RTCDtlsFingerprint(name, value) for name, value in fingerprints])
        try:
            await asyncio.wait_for(self._transport.start(theirs), HANDSHAKE)
        except TimeoutError:
            raise HandshakeFailed("nobody answered") from None
        if self._transport.state != "connected":
            raise HandshakeFailed(self._transport.state)
        self._transport.on("statechange", self._changed)
        return self._keys()

    def _keys(self) -> Keys:
        ssl: Any = self._transport._ssl
        chosen = next(p for p in SRTP_PROFILES if p.openssl_profile == ssl.get_selected_srtp_profile())
        material = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (chosen.key_length + chosen.salt_length))
        return Keys(
            chosen.libsrtp_profile,
            chosen.get_key_and_salt(material, 0),  # the client writes with the first
            chosen.get_key_and_salt(material, 1),
        )

    def _changed(self) -> None:
        if self._transport.state == "closed":
            self._on_closed()

    async def stop(self) -> None:
        self._transport.remove_all_listeners()
        await self._transport.stop()

    async def _recv(self) -> bytes:
        datagram = await self._waiting.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)
