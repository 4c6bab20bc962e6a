"""The house's seal: the head of every closed meeting, signed with Ed25519 (RFC 8032), again after every later entry.

A signed head says how long the log is and what its last hash is, so that a tail cut off later is missed.  The private
key lives in a file outside the database: who can write the tables can still not sign.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_CONTEXT = b"chibo head 1\n"  # so that no other message signed with this key can be taken for a head
_TREE_CONTEXT = b"chibo tree 1\n"
_FILE_CONTEXT = b"chibo file 1\n"  # nor for the manifest of a meeting's file


class BadKey(Exception):
    """The key file cannot be used as it is.  The message says what to do."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a closed log."""

    meeting: str
    seq: int
    hash: bytes  # 32 bytes

    def message(self) -> bytes:
        """What is signed: context, hash, seq (8 bytes, big-endian), meeting."""
        return _CONTEXT + self.hash + self.seq.to_bytes(8, "big") + self.meeting.encode()


@dataclass(frozen=True, slots=True)
class Tree:
    """The root of the public witness over its first `size` heads (published.py)."""

    size: int
    root: bytes  # 32 bytes

    def message(self) -> bytes:
        """What is signed: context, root, size (8 bytes, big-endian)."""
        return _TREE_CONTEXT + self.root + self.size.to_bytes(8, "big")


class Key:
    """The private key of this house."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()  # 32 bytes

    @classmethod
    def load(cls, path: Path) -> "Key":
        """The key in `path` (PEM, PKCS #8, mode 0600), made if there is none.  Raises BadKey."""
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            raise BadKey(f"{path} can be read by others: chmod 600 it.")
        try:
            private = load_pem_private_key(path.read_bytes(), password=None)
        except ValueError:
            raise BadKey(f"{path} is not a private key in PEM form.") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise BadKey(f"{path} is not an Ed25519 key.")
        return cls(private)

    def sign(self, head: Head | Tree) -> bytes:
        """64 bytes."""
        return self._private.sign(head.message())

    def sign_file(self, manifest: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(_FILE_CONTEXT + manifest)


def file_signed(manifest: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether `public_key` (32 bytes) signed the manifest of a meeting's file."""
    return _holds(_FILE_CONTEXT + manifest, signature, public_key)


def signed(head: Head | Tree, signature: bytes, public_key: bytes) -> bool:
    """Whether `public_key` (32 bytes) signed `head`."""
    return _holds(head.message(), signature, public_key)


def _holds(message: bytes, signature: bytes, public_key: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    """Written beside and linked into place: of two processes that start together one makes the key, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
