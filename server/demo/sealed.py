"""Frames of a sealed meeting as the pages make and open them: web/src/media/sealing.ts in Python.

clear bytes | AES-128-GCM of the rest, its tag | initialisation vector (12) | number of the key (2)
"""

import base64
import os
import struct
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Kind = Literal["audio", "key", "delta"]
CLEAR: dict[Kind, int] = {"audio": 1, "key": 10, "delta": 3}  # octets that the way needs
IV, TAG = 12, 16
NUMBER = struct.Struct("!H")
TRAILER = IV + NUMBER.size
KEPT = 4  # keys: a frame may be older than the newest one


class Seal:
    """The keys of one member.  Where the meeting is not `needed` to be sealed, frames pass as they are; where it is,
    nothing passes without a key: an empty frame, which nobody sends."""

    def __init__(self) -> None:
        self.needed = False
        self._keys: dict[int, AESGCM] = {}  # by number, the newest last

    def take(self, number: int, key: str) -> None:
        """`key` in base64, as the socket brings it."""
        self._keys.pop(number, None)
        self._keys[number] = AESGCM(base64.b64decode(key))
        self._keys = dict(list(self._keys.items())[-KEPT:])

    def close(self, kind: Kind, frame: bytes) -> bytes:
        if not self.needed:
            return frame
        if not self._keys:
            return b""
        number, key = next(reversed(self._keys.items()))
        head, vector = frame[: CLEAR[kind]], os.urandom(IV)
        return head + key.encrypt(vector, frame[len(head) :], head) + vector + NUMBER.pack(number)

    def open(self, kind: Kind, frame: bytes) -> bytes:
        """Empty when it cannot be: of another meeting or another key, or changed on the way."""
        if not self.needed:
            return frame
        end = len(frame) - TRAILER
        clear = min(CLEAR[kind], end - TAG)
        key = self._keys.get(NUMBER.unpack(frame[-NUMBER.size :])[0]) if clear >= 0 else None
        if key is None:
            return b""
        head, vector = frame[:clear], frame[end : end + IV]
        try:
            return head + key.decrypt(vector, frame[clear:end], head)
        except InvalidTag:
            return b""
