"""The inspection file: the meetings of one cell over a period as a ZIP that proves itself, checked without a database.

    manifest.json, manifest.sig  see parcel.py; the manifest says {"inspection": {cell, since, last}}
    <meeting>/log.jsonl, heads.jsonl
    <meeting>/attendance.csv     read off the log; the check reads it off again
    <meeting>/…                  timeline, papers

What supervisors may not see is withheld: its hash stands and the chain goes on from that.  What attendance is read off
is never withheld, so that the sheet can be reckoned again by whoever has the file.
"""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rfc8785

from ..meeting import events as e
from ..meeting.events import Recorded
from . import parcel
from .chain import GENESIS, link
from .codec import CorruptRecord, from_body
from .parcel import HEADS, LOG, MANIFEST, Unreadable
from .signing import Head, Key, signed
from .summaries import EXCUSED, PRESENT, UNEXCUSED, Line, summary

SHEET = "attendance.csv"
LARGEST, MOST_FILES = 512 << 20, 5_000  # bytes unpacked; files

# What attendance and the course are read off: these are never withheld.
NEEDED = frozenset(
    kind.__name__
    for kind in (
        *(e.Called, e.Opened, e.Paused, e.Resumed, e.Closed, e.Arrived, e.Left, e.Connected, e.Disconnected),
        *(e.ConnectionsLost, e.TickedPresent, e.UntickedPresent, e.Vouched, e.Unvouched, e.Removed, e.Readmitted),
        *(e.PresenceAsked, e.PresenceAnswered, e.PresenceCheckEnded, e.Verified, e.RollCorrected),
    )
)
_HEAD = ("Họ và tên", "Tư cách", "Điểm danh", "Số giây có mặt", "Hình thức", "Lý do", "Chủ trì sửa")
_STATES = {PRESENT: "có mặt", EXCUSED: "vắng có lý do", UNEXCUSED: "vắng không lý do"}


# -- Packing ---------------------------------------------------------------------------------------------------------


def sheet(lines: Sequence[Line]) -> bytes:
    """attendance.csv: RFC 4180, UTF-8 with the mark that spreadsheets need."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for line in lines:
        state = _STATES[line.state]
        row = (line.name, line.standing, state, line.seconds, line.kinds, line.reason, "x" if line.corrected else "")
        writer.writerow(["'" + str(cell) if str(cell).startswith(("=", "+", "-", "@")) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def packed(about: Mapping[str, str], files: Mapping[str, bytes], key: Key) -> bytes:
    """The ZIP of `files` with its signed manifest."""
    return parcel.packed({"inspection": dict(about)}, files, key)


# -- Checking --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Findings:
    """What an inspection file is worth.  `wrong`: every fault found, in words; none = whole."""

    about: Mapping[str, str] = field(default_factory=dict)
    meetings: int = 0
    entries: int = 0
    withheld: int = 0
    key: str = ""  # that signed, hex
    wrong: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        about = ", ".join(str(value) for value in self.about.values()) or "?"
        if not self.ok:
            return "\n".join((f"{about}: not whole", *(f"  {what}" for what in self.wrong)))
        counted = f"{self.meetings} meetings, {self.entries} entries, {self.withheld} of them withheld"
        return f"{about}: whole; {counted}\n  signed with {self.key}"


def is_one(file: Path | bytes) -> bool:
    """Whether it says of itself that it is an inspection file."""
    try:
        with zipfile.ZipFile(io.BytesIO(file) if isinstance(file, bytes) else file) as zip:
            return "inspection" in json.loads(zip.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, zlib.error, RuntimeError):
        return False


def check(file: Path | bytes, trusted: Collection[bytes] | None = None) -> Findings:
    """`trusted`: the public keys (32 bytes each) that may have signed; None = any, which is named."""
    found = Findings()
    try:
        files = parcel.unpacked(file, "an inspection file", MOST_FILES, LARGEST)
        _manifest(found, files, trusted)
        for place in sorted({name.partition("/")[0] for name in files if name.endswith("/" + LOG)}):
            _meeting(found, files, place, trusted)
    except Unreadable as unreadable:
        found.wrong.append(str(unreadable))
    return found


def _manifest(found: Findings, files: Mapping[str, bytes], trusted: Collection[bytes] | None) -> None:
    manifest = parcel.manifest_of(files, trusted)
    about = manifest.about.get("inspection")
    if not isinstance(about, dict):
        raise Unreadable(f"{MANIFEST} cannot be read")
    found.about, found.key = about, manifest.public_key.hex()
    found.wrong.extend(manifest.wrong)


def _meeting(found: Findings, files: Mapping[str, bytes], place: str, trusted: Collection[bytes] | None) -> None:
    hashes: list[bytes] = []
    try:
        recorded = list(_entries(found, files[f"{place}/{LOG}"], place, hashes))
    except (KeyError, TypeError, ValueError, RecursionError):
        raise Unreadable(f"{place}/{LOG} cannot be read") from None
    found.meetings, found.entries = found.meetings + 1, found.entries + len(hashes)
    _heads(found, files, place, hashes, trusted)
    try:
        read = summary(recorded)
    except CorruptRecord as corrupt:
        found.wrong.append(f"{place}/{LOG}: {corrupt.why}")
        return
    if read is None:
        found.wrong.append(f"{place}: the meeting is not closed")
    elif sheet(read[1]) != files.get(f"{place}/{SHEET}"):
        found.wrong.append(f"{place}/{SHEET}: it is not what the log says")


def _entries(found: Findings, log: bytes, place: str, hashes: list[bytes]) -> Iterator[Recorded]:
    """Every entry that is not withheld; each hash is put into `hashes`."""
    previous, meeting = GENESIS, ""
    for seq, line in enumerate(log.splitlines(), start=1):
        read = json.loads(line)
        hash = bytes.fromhex(read["hash"])
        if "withheld" in read:
            found.withheld += 1
            if read["withheld"] in NEEDED:
                found.wrong.append(f"{place}/{LOG}: entry {seq} may not be withheld")
        else:
            body = rfc8785.dumps(read["body"])
            if link(previous, seq, body) != hash:
                found.wrong.append(f"{place}/{LOG}: entry {seq}: the hash does not fit the entry and those before it")
            try:
                whose, recorded = from_body(body, meeting or "?", seq)
            except CorruptRecord as corrupt:
                found.wrong.append(f"{place}/{LOG}: entry {seq}: {corrupt.why}")
            else:
                meeting = meeting or whose
                if (whose, recorded.seq) != (meeting, seq):
                    found.wrong.append(f"{place}/{LOG}: entry {seq}: the entry belongs elsewhere")
                yield recorded
        hashes.append(hash)
        previous = hash


def _heads(
    found: Findings, files: Mapping[str, bytes], place: str, hashes: Sequence[bytes], trusted: Collection[bytes] | None
) -> None:
    last = 0
    try:
        for line in files[f"{place}/{HEADS}"].splitlines():
            head = json.loads(line)
            seq, hash, signature, public = (
                int(head["seq"]),
                *(bytes.fromhex(head[name]) for name in ("hash", "signature", "public_key")),
            )
            last, where = max(last, seq), f"{place}/{HEADS}: the head at entry {seq}"
            if not signed(Head(str(head["meeting"]), seq, hash), signature, public):
                found.wrong.append(f"{where}: the signature does not hold")
            if trusted is not None and public not in trusted:
                found.wrong.append(f"{where}: it is signed with a key that is not trusted")
            if not 1 <= seq <= len(hashes) or hashes[seq - 1] != hash:
                found.wrong.append(f"{where}: it is not that of this log")
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{place}/{HEADS} cannot be read") from None
    if last != len(hashes):
        found.wrong.append(f"{place}: the log has {len(hashes)} entries, the last signed head stands at {last}")
