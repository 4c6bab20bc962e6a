"""Every signed head, noted once more in a file outside the database: one JSON object per line, only ever added.

Whoever can write the tables could take away the last entries together with their heads, and what is left would look
like an earlier state of the same log.  He is betrayed by this file, and by every meeting's file that was handed out.
A head is noted after it was kept: one missing here says nothing; one that stands here and not in the database does.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .signing import Head


@dataclass(frozen=True, slots=True)
class Sealed:
    """A head with its signature (64 bytes) and the public key (32 bytes) it holds under."""

    head: Head
    signature: bytes
    public_key: bytes

    def plain(self) -> dict[str, str | int]:
        return {
            "meeting": self.head.meeting,
            "seq": self.head.seq,
            "hash": self.head.hash.hex(),
            "signature": self.signature.hex(),
            "public_key": self.public_key.hex(),
        }

    @classmethod
    def read(cls, plain: Mapping[str, object]) -> "Sealed":
        """Raises ValueError where it is none."""
        try:
            meeting, seq = plain["meeting"], plain["seq"]
            keys = ("hash", "signature", "public_key")
            hash, signature, public_key = (bytes.fromhex(str(plain[key])) for key in keys)
        except (KeyError, TypeError, ValueError):
            raise ValueError("This is no signed head.") from None
        if type(seq) is not int or type(meeting) is not str or (len(hash), seq > 0) != (32, True):
            raise ValueError("This is no signed head.")
        return cls(Head(meeting, seq, hash), signature, public_key)


class Witness:
    def __init__(self, path: Path) -> None:
        self._path = path

    async def note(self, sealed: Sealed) -> None:
        await asyncio.to_thread(self._write, json.dumps(sealed.plain(), sort_keys=True) + "\n")

    def _write(self, line: str) -> None:
        """One write of one line: two processes do not mix theirs."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line.encode())
            os.fsync(file)
        finally:
            os.close(file)


def noted(path: Path) -> Mapping[str, Sequence[Sealed]]:
    """The heads in the file, by meeting; none if there is no file.  A line cut short by a crash is passed over."""
    found: dict[str, list[Sealed]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            sealed = Sealed.read(json.loads(line))
        except (ValueError, AttributeError):
            continue
        found.setdefault(sealed.head.meeting, []).append(sealed)
    return found
