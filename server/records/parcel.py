"""What leaves the house as a ZIP that proves itself: its files, a manifest of their hashes, and a signature over that.

    manifest.json   {"chibo": 1, …what it is…, "files": {name: sha256, hex}}
    manifest.sig    {"signature": hex, "public_key": hex}: Ed25519 over manifest.json
    log.jsonl       one line per entry: {"hash": hex, "body": the very bytes that were hashed}, or {"hash", "withheld"}
    heads.jsonl     the signed heads, as the witness notes them

What is in one besides, and what may be withheld, say carried.py (a meeting) and inspection.py (a cell and a period).
"""

import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables
from .signing import Key, file_signed

LOG, HEADS, MANIFEST, SIGNATURE = "log.jsonl", "heads.jsonl", "manifest.json", "manifest.sig"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # when it was packed says nothing: made twice of the same records it is the same
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError)


class Unreadable(Exception):
    """It is no such file."""


# -- Packing ---------------------------------------------------------------------------------------------------------


def packed(about: Mapping[str, Any], files: Mapping[str, bytes], key: Key) -> bytes:
    """The ZIP of `files` with its signed manifest; `about`: what it is, in the manifest's own words."""
    names = {name: sha256(content).hexdigest() for name, content in files.items()}
    manifest = rfc8785.dumps({"chibo": 1, **about, "files": dict(names)})
    seal = rfc8785.dumps({"signature": key.sign_file(manifest).hex(), "public_key": key.public.hex()})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zip:
        for name, content in ((MANIFEST, manifest), (SIGNATURE, seal), *sorted(files.items())):
            zip.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def log_line(hash: bytes, body: bytes, withheld: str = "") -> bytes:
    """One entry; `withheld`: the name of its event, when only its hash is to leave the house."""
    if withheld:
        return b'{"hash":"%s","withheld":"%s"}\n' % (hash.hex().encode(), withheld.encode())
    return b'{"body":%s,"hash":"%s"}\n' % (body, hash.hex().encode())


async def heads_of(connection: AsyncConnection, meeting: str) -> bytes:
    """The contents of heads.jsonl."""
    h = tables.heads
    rows = await connection.execute(sa.select(h).where(h.c.meeting == meeting).order_by(h.c.seq))
    plain = (
        {
            "meeting": row.meeting,
            "seq": row.seq,
            "hash": row.hash.hex(),
            "signature": row.signature.hex(),
            "public_key": row.public_key.hex(),
        }
        for row in rows
    )
    return b"".join(rfc8785.dumps(head) + b"\n" for head in plain)


# -- Looking through -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Manifest:
    about: Mapping[str, Any]  # all it says
    public_key: bytes  # 32: who signed it
    wrong: tuple[str, ...]  # faults found, in words


def unpacked(file: Path | bytes, what: str, most_files: int, largest: int) -> dict[str, bytes]:
    """name → contents.  `what` it should be, in words; `largest`: bytes unpacked.  Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as zip:
            infos = zip.infolist()
            if len({info.filename for info in infos}) != len(infos):
                raise Unreadable("a file stands in it twice")
            if len(infos) > most_files or sum(info.file_size for info in infos) > largest:
                raise Unreadable(f"it is larger than {what} can be")
            return {info.filename: zip.read(info) for info in infos}
    except _BROKEN as broken:
        raise Unreadable(f"it cannot be unpacked ({type(broken).__name__})") from None


def json_object(content: bytes, name: str) -> dict[str, Any]:
    """Raises Unreadable."""
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Unreadable(f"{name} cannot be read")
    return read


def manifest_of(files: Mapping[str, bytes], trusted: Collection[bytes] | None) -> Manifest:
    """`trusted`: the public keys that may have signed; None = any.  Raises Unreadable."""
    manifest, seal = (json_object(files.get(name, b""), name) for name in (MANIFEST, SIGNATURE))
    if not isinstance(manifest.get("files"), dict):
        raise Unreadable(f"{MANIFEST} cannot be read")
    try:
        signature, public = (bytes.fromhex(seal[name]) for name in ("signature", "public_key"))
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{SIGNATURE} cannot be read") from None
    wrong = [] if file_signed(files[MANIFEST], signature, public) else [f"{MANIFEST}: the signature does not hold"]
    if trusted is not None and public not in trusted:
        wrong.append(f"{MANIFEST}: it is signed with a key that is not trusted")
    return Manifest(manifest, public, (*wrong, *_strangers(files, manifest["files"])))


def _strangers(files: Mapping[str, bytes], listed: Mapping[str, Any]) -> Iterator[str]:
    """Where what is in it is not what the manifest names."""
    for name in sorted((files.keys() - {MANIFEST, SIGNATURE}) | listed.keys()):
        if name not in files:
            yield f"{name}: the file is missing"
        elif name not in listed:
            yield f"{name}: the manifest does not know this file"
        elif sha256(files[name]).hexdigest() != listed[name]:
            yield f"{name}: the file is not the one the manifest names"
