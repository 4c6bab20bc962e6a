"""Relays (TURN, RFC 8656) for networks that let nothing else through: who may use them, and for how long.

The credentials are those of coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00): a name that says until when,
and its HMAC under a secret that only we and the relay know.  Nothing in them tells who a person is.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from server.settings import Settings

from . import keys


def servers(settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """`iceServers` of an RTCPeerConnection that begins now; [] where no relay is set."""
    if not settings.turn_urls:
        return []
    until = int((now + timedelta(minutes=settings.turn_minutes)).timestamp())
    name = f"{until}:{secrets.token_hex(4)}"
    seal = hmac.digest(settings.turn_secret.get_secret_value().encode(), name.encode(), "sha1")
    urls = settings.turn_urls.split(",")
    return [{"urls": urls, "username": name, "credential": base64.b64encode(seal).decode()}]


async def show(request: web.Request) -> web.StreamResponse:
    """GET /relays: for who is about to connect."""
    house = request.app[keys.HOUSE]
    return web.json_response({"servers": servers(house.settings, house.clock())})
