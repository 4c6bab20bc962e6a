"""The second factor of one's own account: setting it up with an app, the slip for lost phones, turning it off."""

from aiohttp import web

from server.org import factor, second_factor, slips
from server.org.passwords import Unfit
from server.papers import qr

from . import days, keys
from .render import page
from .signing_in import fields

MINUTES = 30  # from the picture to the code that proves it was scanned


async def form(request: web.Request) -> web.StreamResponse:
    """GET /account/second-factor: a new secret, which is kept nowhere until a code has proven it."""
    return _form(request, factor.new_secret())


async def turn_on(request: web.Request) -> web.StreamResponse:
    """POST /account/second-factor: shows the slip, once."""
    house, sent = request.app[keys.HOUSE], await fields(request, "draft", "code", "password")
    secret = _drafted(request, sent["draft"])
    if secret is None:
        raise web.HTTPSeeOther("/account/second-factor")
    try:
        made = await second_factor.turn_on(
            house.accounts, request[keys.SESSION], sent["password"], secret, sent["code"][:20]
        )
    except Unfit as unfit:
        return _form(request, secret, unfit)
    return page(
        request,
        "second_factor_slip.html",
        made=made,
        spaced=slips.spaced(made.code),
        today=days.dmy(days.today(request)),
    )


async def turn_off(request: web.Request) -> web.StreamResponse:
    """POST /account/second-factor/off."""
    sent = await fields(request, "password")
    try:
        await second_factor.turn_off(request.app[keys.HOUSE].accounts, request[keys.SESSION], sent["password"])
    except Unfit as unfit:
        return _form(request, factor.new_secret(), unfit)
    raise web.HTTPSeeOther("/account#factor")


def _form(request: web.Request, secret: bytes, unfit: Unfit | None = None) -> web.Response:
    session, key = request[keys.SESSION], request.app[keys.HOUSE].accounts.key
    return page(
        request,
        "second_factor.html",
        status=422 if unfit else 200,
        picture=qr.drawn(factor.address(secret, session.username)),
        written=factor.written(secret),
        draft=factor.sealed(key, session.account_id.encode() + b":" + secret),
        unfit=unfit,
    )


def _drafted(request: web.Request, draft: str) -> bytes | None:
    """The secret that this very account was shown a moment ago."""
    plain = factor.unsealed(request.app[keys.HOUSE].accounts.key, draft, MINUTES * 60)
    ours = request[keys.SESSION].account_id.encode() + b":"
    return plain.removeprefix(ours) if plain and plain.startswith(ours) else None
