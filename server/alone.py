"""One server to a data directory: a second one would take the media worker from the first, and with it every call."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another server has this data directory."""


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The directory is ours until the process ends, however it ends.  Raises AlreadyRunning."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"Another Chibo already runs on {folder}.") from None
        yield
