"""How often somebody may be wrong: counted by the address he comes from, in memory, for an hour."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

WINDOW = timedelta(hours=1)
ADDRESSES = 10_000  # the one longest quiet is forgotten first


class Tries:
    """Wrong tries of the last hour by address."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[datetime]] = OrderedDict()

    def too_many(self, address: str, most: int) -> bool:
        since = self._clock() - WINDOW
        kept = [at for at in self._wrong.get(address, []) if at > since]
        if kept:
            self._wrong[address] = kept
        else:
            self._wrong.pop(address, None)
        return len(kept) >= most

    def wrong(self, address: str) -> None:
        self._wrong.setdefault(address, []).append(self._clock())
        self._wrong.move_to_end(address)
        while len(self._wrong) > ADDRESSES:
            self._wrong.popitem(last=False)


def address(request: web.Request) -> str:
    """Where whoever asks comes from: of a proxy on this machine, what it says last.  IPv6: the network of 64 bits."""
    said = request.remote or ""
    if said in ("127.0.0.1", "::1"):
        said = request.headers.get("X-Forwarded-For", said).rsplit(",", 1)[-1].strip()
    try:
        found = ipaddress.ip_address(said)
    except ValueError:
        return "?"
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
