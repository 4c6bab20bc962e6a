"""How often somebody may be wrong: counted by the address he comes from, in memory, for an hour."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from aiohttp import web

from .keys import HOUSE

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
    """Where whoever asks comes from: what a proxy of ours says of that is believed, back to the first who is none.
    IPv6: the network of 64 bits."""
    proxies = _networks(request.app[HOUSE].settings.proxies)
    said = request.headers.get("X-Forwarded-For", "")
    hops = [request.remote or "", *reversed([hop.strip() for hop in said.split(",") if hop.strip()])]
    try:
        found = [ipaddress.ip_address(hop) for hop in hops]
    except ValueError:
        return "?"
    first = next((each for each in found if not any(each in network for network in proxies)), found[-1])
    return str(ipaddress.ip_network((first, 64), strict=False)) if first.version == 6 else str(first)


@cache
def _networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in text.split(","))
