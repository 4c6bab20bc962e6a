"""The built web part: names with hashes by Vite's manifest, and the files themselves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import web

from . import keys
from .headers import ASSETS

TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".js": "text/javascript",  # RFC 9239
        ".mjs": "text/javascript",
        ".css": "text/css",
        ".woff2": "font/woff2",
        ".woff": "font/woff",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".map": "application/json",
    }
)


class NotBuilt(Exception):
    """The web part lacks what a page asks for: build it (`make build`)."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The folder of the built files; its manifest is read anew when it changed, which only happens in development."""

    dist: Path

    def url(self, source: str) -> str:
        """The address of what `source` (as "src/main.ts") was built into.  Raises NotBuilt."""
        return ASSETS + str(self._entry(source)["file"])

    def styles(self, source: str) -> tuple[str, ...]:
        """The style sheets that `source` and what it imports need.  Raises NotBuilt."""
        found = dict.fromkeys(name for entry in self._with_imports(source, set()) for name in entry.get("css", ()))
        return tuple(ASSETS + name for name in found)

    def _with_imports(self, source: str, seen: set[str]) -> Iterator[dict[str, Any]]:
        if source in seen:
            return
        seen.add(source)
        entry = self._entry(source)
        for imported in entry.get("imports", ()):
            yield from self._with_imports(imported, seen)
        yield entry

    def _entry(self, source: str) -> dict[str, Any]:
        try:
            entry: dict[str, Any] = self._manifest()[source]
        except (FileNotFoundError, KeyError):
            raise NotBuilt(f"{source} is not in the built web part.") from None
        return entry

    def _manifest(self) -> dict[str, Any]:
        file = self.dist / ".vite" / "manifest.json"
        return _read(file, file.stat().st_mtime_ns)


_kept: dict[tuple[Path, int], dict[str, Any]] = {}


def _read(file: Path, changed: int) -> dict[str, Any]:
    if (file, changed) not in _kept:
        _kept.clear()
        _kept[file, changed] = json.loads(file.read_text(encoding="utf-8"))
    return _kept[file, changed]


async def serve(request: web.Request) -> web.StreamResponse:
    """One file of the built web part; FileResponse takes the `.br` or `.gz` beside it where the browser can read that.
    The route's pattern lets no path leave the folder."""
    file = request.app[keys.ASSETS].dist / request.match_info["name"]
    if not file.is_file():
        raise web.HTTPNotFound
    kind = TYPES.get(file.suffix, "application/octet-stream")
    return web.FileResponse(file, headers={"Content-Type": kind})
