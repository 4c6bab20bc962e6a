"""ICE-lite (RFC 8445 section 2.5): we answer checks and make none."""

import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass

from aioice import stun

Address = tuple[str, int] | tuple[str, int, str]  # the third is "tcp" (streams.py); without it it is UDP


@dataclass(frozen=True, slots=True)
class Credentials:
    ufrag: str
    password: str


def credentials() -> Credentials:
    """128 and 192 random bits; RFC 8445 section 5.3 asks for 24 and 128.  Both alphabets are ice-chars."""
    return Credentials(secrets.token_hex(8), secrets.token_hex(24))


@dataclass(frozen=True, slots=True)
class Check:
    """An authentic connectivity check."""

    ufrag: str  # ours
    nominated: bool
    reply: bytes


def is_stun(datagram: bytes) -> bool:
    """RFC 7983 section 7."""
    return len(datagram) >= 20 and datagram[0] < 4


def examine(datagram: bytes, source: Address, password_of: Callable[[str], str | None]) -> Check | None:
    """The check in this datagram with the reply due; None when it is no request or not authentic."""
    try:
        message = stun.parse_message(datagram)
    except (ValueError, IndexError, struct.error):
        return None
    if message.message_class != stun.Class.REQUEST or message.message_method != stun.Method.BINDING:
        return None
    ufrag = str(message.attributes.get("USERNAME", "")).partition(":")[0]
    password = password_of(ufrag)
    if password is None or not message.check_message_integrity(password.encode()):
        return None
    return Check(ufrag, "USE-CANDIDATE" in message.attributes, _reply(message.transaction_id, source, password))


@dataclass(frozen=True, slots=True)
class Probe:
    """A check of our own: whoever answers it from `address` is there.  A lite agent need make none; here it helps."""

    transaction: bytes
    address: Address
    password: str  # the client's; its answer is signed with it
    datagram: bytes

    def answered_by(self, datagram: bytes, source: Address) -> bool:
        try:
            message = stun.parse_message(datagram)
        except (ValueError, IndexError, struct.error):
            return False
        return source == self.address and message.check_message_integrity(self.password.encode())


def probe(address: Address, ours: Credentials, theirs: Credentials) -> Probe:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{theirs.ufrag}:{ours.ufrag}"
    message.attributes["PRIORITY"] = 110 << 24 | 65535 << 8 | 255  # peer reflexive (RFC 8445 section 5.1.2.1)
    message.attributes["ICE-CONTROLLED"] = secrets.randbits(64)
    message.add_message_integrity(theirs.password.encode())
    message.add_fingerprint()
    return Probe(message.transaction_id, address, theirs.password, bytes(message))


def answers(datagram: bytes) -> bytes | None:
    """The transaction that this success response belongs to (RFC 8489 section 5)."""
    return datagram[8:20] if datagram[:2] == b"\x01\x01" else None


def _reply(transaction: bytes, source: Address, password: str) -> bytes:
    reply = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction)
    reply.attributes["XOR-MAPPED-ADDRESS"] = source[:2]
    reply.add_message_integrity(password.encode())
    return bytes(reply)
