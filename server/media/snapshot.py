"""The worker's memory outside the worker: what another needs to carry its meetings on (docs/media.md, "Hot restart").

One file of JSON lines: a head, then one line for each room and each of its peers.  It holds keys, so it is for our own
user only and lies in memory where there is such a place.
"""

import hashlib
import json
import logging
import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from .past import PeerPast
from .stage import Stage

log = logging.getLogger(__name__)

FORMAT = 1
FRESH = 30.0  # s: whoever sent nothing for longer has gone (sfu.GONE)
HEARTBEAT = 5.0  # s between two writings when nothing changes
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, IndexError)


@dataclass(frozen=True, slots=True)
class Head:
    """Whose memory it is.  `offset` of the worker's clock (worker.clock), which must run on."""

    epoch: str
    port: int
    offset: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    head: Head
    rooms: Mapping[str, tuple[Stage, tuple[PeerPast, ...]]]


class Kept(Protocol):
    """What is asked of a peer: `changed_past` is true when what was kept of it holds no more."""

    ready: bool

    @property
    def changed_past(self) -> bool: ...

    def keep(self) -> PeerPast: ...

    def unbounded(self) -> None:
        """Nothing is kept: no index needs to be held back."""


class Room(Protocol):
    stage: Stage

    @property
    def kept(self) -> Mapping[str, Kept]: ...


def place(socket: Path) -> Path:
    """Where the worker of this socket keeps its memory: in memory where we can, else beside the socket."""
    name = f"chibo-media-{hashlib.sha256(os.fsencode(socket.absolute())).hexdigest()[:24]}"
    wanted = ("/dev/shm", os.environ.get("XDG_RUNTIME_DIR", ""))  # noqa: S108  files of our own user only
    for folder in wanted:
        if folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK):
            return Path(folder) / name
    return socket.absolute().parent / name


def version() -> str:
    """Of the code of this folder: a worker of another version is replaced."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def wipe(path: Path) -> None:
    """Overwrite and remove; it may be gone already.  Raises OSError."""
    try:
        old = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    path.unlink()
    _blank(old)


def _blank(descriptor: int) -> None:
    with os.fdopen(descriptor, "r+b") as file:
        file.write(bytes(os.fstat(descriptor).st_size))


def read(path: Path) -> Snapshot | None:
    """What another worker left, if it is whole, ours, of this run of the machine, and not too old."""
    try:
        text = _read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        log.error("The snapshot cannot be used: %s.", os.strerror(error.errno or 0))
        return None
    try:
        return _parsed(text.splitlines())
    except _UNREADABLE as error:
        log.error("The snapshot cannot be used: %s.", type(error).__name__)
        return None


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o077:
            raise PermissionError(13, "not ours alone")
        return file.read()


def _parsed(lines: list[bytes]) -> Snapshot | None:
    head, *rest = map(json.loads, lines)
    if head["format"] != FORMAT or head["boot"] != _boot() or len(rest) != head["lines"]:
        return None
    if not 0 <= time.monotonic() - head["at"] <= FRESH:
        return None
    stages: dict[str, Stage] = {}
    peers: dict[str, list[PeerPast]] = {}
    for line in rest:
        if "stage" in line:
            stages[line["room"]] = Stage.from_json(line["stage"])
        else:
            peers.setdefault(line["room"], []).append(PeerPast.from_json(line))
    rooms = {room: (stage, tuple(peers.get(room, ()))) for room, stage in stages.items()}
    return Snapshot(Head(head["epoch"], head["port"], head["offset"]), rooms)


def _boot() -> str:
    return _BOOT.read_text().strip()


class Keeper:
    """Writes the memory whenever it changed.  Encodes only what changed: the rest is joined from what it was."""

    def __init__(self, path: Path, head: Head) -> None:
        self._path, self._head = path, head
        self._stages: dict[str, tuple[Stage, bytes]] = {}
        self._peers: dict[Kept, bytes] = {}
        self._written = float("-inf")
        self._failed = False

    def follow(self, rooms: Mapping[str, Room], now: float) -> None:
        """To be called often, with nothing sent between the call and its return."""
        if self._failed:
            return
        try:
            self._follow(rooms, now)
        except OSError as error:
            self._give_up(rooms, error)

    def _follow(self, rooms: Mapping[str, Room], now: float) -> None:
        everybody = {peer: name for name, room in rooms.items() for peer in room.kept.values() if peer.ready}
        if not everybody:
            self.clear()
            return
        changed = [peer for peer in everybody if peer not in self._peers or peer.changed_past]
        gone = self._peers.keys() - everybody.keys()
        stages = {name: room.stage for name, room in rooms.items()}
        same = {name: kept[0] for name, kept in self._stages.items()} == stages
        if not changed and not gone and same and now - self._written < HEARTBEAT:
            return
        for peer in changed:
            self._peers[peer] = _line({"room": everybody[peer], **peer.keep().to_json()})
        for peer in gone:
            del self._peers[peer]
        self._keep_stages(stages)
        self._write()
        self._written = now

    def _keep_stages(self, stages: Mapping[str, Stage]) -> None:
        self._stages = {
            name: old
            if (old := self._stages.get(name)) is not None and old[0] is stage
            else (stage, _line({"room": name, "stage": stage.to_json()}))
            for name, stage in stages.items()
        }

    def _write(self) -> None:
        lines = [*(line for _, line in self._stages.values()), *self._peers.values()]
        head = {
            "format": FORMAT, "boot": _boot(), "at": time.monotonic(), "lines": len(lines),
            "epoch": self._head.epoch, "port": self._head.port, "offset": self._head.offset,
        }  # fmt: skip
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"".join((_line(head), *lines)))
        old = os.open(self._path, os.O_RDWR | os.O_NOFOLLOW) if self._path.exists() else -1
        fresh.replace(self._path)
        if old >= 0:
            _blank(old)

    def _give_up(self, rooms: Mapping[str, Room], error: OSError) -> None:
        """Without a memory everybody must offer anew after a death; what an older one says would be wrong by then."""
        log.error("Nothing can be kept for a restart: %s.", os.strerror(error.errno or 0))
        self._failed = True
        self._peers.clear()
        wipe(self._path)
        wipe(self._path.with_suffix(".new"))
        for room in rooms.values():
            for peer in room.kept.values():
                peer.unbounded()

    def clear(self) -> None:
        """Nobody is there: nothing is kept."""
        if self._peers or self._stages:
            self._peers.clear()
            self._stages.clear()
            wipe(self._path)


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
