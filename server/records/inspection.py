"""The inspection file: the meetings of one cell over a period as a ZIP that proves itself, checked without a database.

    manifest.json, manifest.sig  see parcel.py; the manifest says {"inspection": {cell, since, last}}
    <meeting>/log.jsonl, heads.jsonl
    <meeting>/attendance.csv     read off the log; the check reads it off again
    <meeting>/…                  timeline, papers
    of a round                   a folder for each group's meeting, whose head the log of the round names

What supervisors may not see is withheld: its hash stands and the chain goes on from that.  What attendance is read off
is never withheld, so that the sheet can be reckoned again by whoever has the file.
"""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..meeting import events as e
from ..meeting.events import Recorded
from ..meeting.ids import GroupMeeting
from . import parcel
from .codec import CorruptRecord
from .parcel import HEADS, LOG, MANIFEST, Unreadable
from .signing import Key
from .summaries import EXCUSED, PRESENT, UNEXCUSED, Line, roll
from .walking import faults, sealed, walked

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
    hashes: dict[str, list[bytes]] = field(default_factory=dict)  # of each meeting in it, entry by entry
    held: list[GroupMeeting] = field(default_factory=list)  # by the groups of its rounds, as the rounds tell it

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
        _groups(found)
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
    entries = list(walked(files[f"{place}/{LOG}"], f"{place}/{LOG}"))
    found.meetings, found.entries = found.meetings + 1, found.entries + len(entries)
    for entry in entries:
        found.wrong.extend(f"{place}/{LOG}: entry {entry.seq}: {what}" for what in entry.wrong)
        found.withheld += entry.withheld
        if entry.withheld and entry.name in NEEDED:
            found.wrong.append(f"{place}/{LOG}: entry {entry.seq} may not be withheld")
    heads = sealed(files.get(f"{place}/{HEADS}", b""), f"{place}/{HEADS}")
    meeting, hashes = next((each.meeting for each in entries if each.meeting), ""), [each.hash for each in entries]
    found.wrong.extend(f"{place}/{HEADS}: {what}" for what in faults(heads, meeting, hashes, trusted))
    recorded = [each.recorded for each in entries if each.recorded]
    found.hashes[meeting] = hashes
    found.held += [group for each in recorded if isinstance(each.event, e.Called) for group in each.event.held]
    _sheet(found, files, place, recorded)


def _groups(found: Findings) -> None:
    """What a round tells of its groups it has from their records, and these are here."""
    for group in found.held:
        hashes = found.hashes.get(group.meeting)
        if hashes is None:
            found.wrong.append(f"{group.meeting}: the record of the meeting of a group is missing")
        elif not 0 < group.seq <= len(hashes) or hashes[group.seq - 1].hex() != group.hash:
            found.wrong.append(f"{group.meeting}: it is not the record that its round holds")


def _sheet(found: Findings, files: Mapping[str, bytes], place: str, recorded: Sequence[Recorded]) -> None:
    try:
        read = roll(recorded)
    except CorruptRecord as corrupt:
        found.wrong.append(f"{place}/{LOG}: {corrupt.why}")
        return
    if read is None:
        found.wrong.append(f"{place}: the meeting is not closed")
    elif sheet(read) != files.get(f"{place}/{SHEET}"):
        found.wrong.append(f"{place}/{SHEET}: it is not what the log says")
