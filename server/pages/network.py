"""Check my network: before the meeting, in one sentence, what gets through to the house and what does not."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

from aiohttp import web

from server.org.refusal import Refused

from . import keys
from .render import page

TRIES, WITHIN = 24, timedelta(minutes=1)  # offers of one person; one check makes three
REMEMBERED = 1000  # people

_TRIED: "web.AppKey[OrderedDict[str, deque[datetime]]]" = web.AppKey("network_checks")


def setup(app: web.Application) -> None:
    app[_TRIED] = OrderedDict()


async def show(request: web.Request) -> web.StreamResponse:
    """GET /network."""
    return page(request, "network.html", relays=bool(request.app[keys.HOUSE].settings.turn_urls))


async def offer(request: web.Request) -> web.StreamResponse:
    """POST /network: an offer that is answered but leads nowhere; its connection is forgotten after half a minute."""
    house = request.app[keys.HOUSE]
    sdp = (await request.post()).get("sdp", "")
    if not _may_try(request.app[_TRIED], request[keys.SESSION].person_id, house.clock()):
        return web.json_response({"rule": "too-fast", "why": "Too many messages at once."}, status=429)
    try:
        return web.json_response({"sdp": await house.try_network(sdp if isinstance(sdp, str) else "")})
    except Refused as refused:
        return web.json_response({"rule": refused.rule, "why": refused.why}, status=409)


def _may_try(tried: OrderedDict[str, deque[datetime]], person: str, now: datetime) -> bool:
    times = tried.setdefault(person, deque())
    tried.move_to_end(person)
    if len(tried) > REMEMBERED:
        tried.popitem(last=False)
    while times and now - times[0] > WITHIN:
        times.popleft()
    if len(times) >= TRIES:
        return False
    times.append(now)
    return True
