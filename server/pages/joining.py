"""Taking up an account with a slip: the code, then a name to sign in with and a password; and he is signed in."""

import time
from collections.abc import Mapping

from aiohttp import web

from server.org import joining, slips
from server.org.joining import Invited, Spent
from server.org.passwords import Unfit

from . import guard, keys
from .next import HOME
from .render import page
from .signing_in import device, fields, with_session
from .tries import Tries, address

TRIES: web.AppKey[Tries] = web.AppKey("tries", Tries)


def setup(app: web.Application) -> None:
    app[TRIES] = Tries(app[keys.HOUSE].clock)


async def form(request: web.Request) -> web.StreamResponse:
    """GET /join: asks for the code; ?code= is that of a scanned slip."""
    given = request.query.get("code", "")
    return await _with_code(request, given) if given else _form(request)


async def code(request: web.Request) -> web.StreamResponse:
    """POST /join: a code that was typed."""
    sent = await fields(request, "code")
    return await _with_code(request, sent["code"])


async def take_up(request: web.Request) -> web.StreamResponse:
    """POST /join/account: the name and the password; signs in."""
    sent = await fields(request, "code", "username", "password", "again", "example")
    accounts, old = request.app[keys.HOUSE].accounts, request.cookies.get(guard.SESSION_COOKIE, "")
    found = await _found(request, sent["code"])
    if isinstance(found, web.Response):
        return found
    try:
        if sent["password"] != sent["again"]:
            raise Unfit("The two new passwords are not the same.")
        token = await joining.join(accounts, sent["code"], sent["username"], sent["password"], device(request), old)
    except Unfit as unfit:
        return _choose(request, found, sent["code"], unfit, sent)
    except Spent:
        return _form(request, wrong=True)
    return with_session(request, web.Response(status=303, headers={"Location": HOME}), token)


async def _with_code(request: web.Request, given: str) -> web.Response:
    found = await _found(request, given)
    return found if isinstance(found, web.Response) else _choose(request, found, given)


async def _found(request: web.Request, given: str) -> Invited | web.Response:
    """Who holds the slip; or the form again, after the same time whatever was wrong."""
    house, tries, where, began = request.app[keys.HOUSE], request.app[TRIES], address(request), time.monotonic()
    if tries.too_many(where, house.accounts.numbers.slip_tries):
        return _form(request, many=True)
    try:
        return await joining.look(house.accounts, given)
    except Spent:
        if slips.bare(given):  # a code of another length is a slip of the finger
            tries.wrong(where)
            await house.accounts.refusal(began)
        return _form(request, wrong=True, given=given)


def _form(request: web.Request, wrong: bool = False, many: bool = False, given: str = "") -> web.Response:
    status = 429 if many else 422 if wrong else 200
    short = wrong and not slips.bare(given)
    return page(request, "join.html", status=status, wrong=wrong, many=many, short=short, given=given[:40])


def _choose(
    request: web.Request, found: Invited, given: str, unfit: Unfit | None = None, sent: Mapping[str, str] | None = None
) -> web.Response:
    """The form; what was proposed the first time stays, for it may be written down by now."""
    before = sent or {}
    return page(
        request,
        "join_choose.html",
        status=422 if unfit else 200,
        found=found,
        code=slips.bare(given),
        least=request.app[keys.HOUSE].accounts.least(found.second_factor),
        example=before.get("example", "")[:80] or joining.phrase(),
        unfit=unfit,
        username=before.get("username", "")[:64] or found.username,
    )
