"""A phone's two networks, made of Linux network namespaces: the client has two ways to the house and can lose either.

Needs root and iproute2.  Nothing of it leaves the machine; it is gone when the block ends.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOUSE = "10.213.9.1"  # the house's own address, reached by either way
WAYS = ("a", "b")

needs_namespaces = pytest.mark.skipif(
    os.environ.get("CI") != "true" and (os.geteuid() != 0 or shutil.which("ip") is None),
    reason="network namespaces need root and iproute2",
)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


class Lan:
    def __init__(self, folder: Path) -> None:
        self.name = f"chibo{secrets.token_hex(3)}"
        self._folder, self._nets = folder, 10 + secrets.randbelow(120) * 2

    def make(self) -> None:
        _run("ip", "netns", "add", self.name)
        self._inside("ip", "link", "set", "dev", "lo", "up")
        _run("ip", "addr", "replace", f"{HOUSE}/32", "dev", "lo")
        for number, way in enumerate(WAYS, 1):
            _run("ip", "link", "add", self._ours(way), "type", "veth", "peer", "name", way, "netns", self.name)
            _run("ip", "addr", "add", f"10.213.{self._nets + number}.1/24", "dev", self._ours(way))
            _run("ip", "link", "set", "dev", self._ours(way), "up")
            self._inside("ip", "link", "set", "dev", way, "up")
            self.restore(way)

    def _ours(self, way: str) -> str:
        return f"{self.name}{way}"

    def _inside(self, *words: str) -> None:
        _run("ip", "netns", "exec", self.name, *words)

    def cut(self, *ways: str) -> None:
        """As when a phone leaves the wireless: the address is flushed, the link is down."""
        for way in ways:
            self._inside("ip", "addr", "flush", "dev", way)
            self._inside("ip", "link", "set", "dev", way, "down")

    def restore(self, way: str) -> None:
        number = WAYS.index(way) + 1
        self._inside("ip", "link", "set", "dev", way, "up")
        self._inside("ip", "addr", "replace", f"10.213.{self._nets + number}.2/24", "dev", way)
        self._inside(
            "ip", "route", "replace", "default", "via", f"10.213.{self._nets + number}.1", "metric", str(100 * number)
        )

    def program(self, name: str) -> Path:
        """An executable that runs this program among the client's networks."""
        path = self._folder / name
        path.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} {shutil.which(name)} "$@"\n')
        path.chmod(0o755)
        return path

    def remove(self) -> None:
        for command in (["netns", "del", self.name], ["addr", "del", f"{HOUSE}/32", "dev", "lo"]):
            subprocess.run(["ip", *command], check=False, capture_output=True)


@contextmanager
def lan(folder: Path) -> Iterator[Lan]:
    made = Lan(folder)
    try:
        made.make()
        yield made
    finally:
        made.remove()
