"""Signing in and out, one's own account, and the language."""

from aiohttp import web

from server.org import factor, trail
from server.org.accounts import SecondStep
from server.org.passwords import Unfit

from . import csrf, days, devices, guard, keys, personal
from .next import HOME, local
from .render import page
from .tries import Tries, address

YEAR = 365 * 86400
WRONG = 100  # passwords from one address in an hour: a factory behind one address mistypes less, a guesser more
CODE_SECONDS = 300  # from the password to the code of the second factor


TRIES: "web.AppKey[Tries]" = web.AppKey("sign_in_tries")


def setup(app: web.Application) -> None:
    app[TRIES] = Tries(app[keys.HOUSE].clock)


async def front(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(HOME if keys.SESSION in request else "/sign-in")


async def form(request: web.Request) -> web.StreamResponse:
    """GET /sign-in: `next` is where to go afterwards."""
    wanted = local(request.query.get("next", ""))
    if keys.SESSION in request:
        raise web.HTTPSeeOther(wanted)
    return _form(request, wanted)


def _form(
    request: web.Request, wanted: str, status: int = 200, username: str = "", named: personal.Named | None = None
) -> web.Response:
    """401: wrong; 429: too often from there."""
    given = {"next": wanted, "username": username, "named": named, "wrong": status == 401, "many": status == 429}
    return page(request, "sign_in.html", status, **given)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /sign-in: a new session whoever asked before; or the form again with one sentence for every cause.  `link`
    of a notice stands for the username."""
    sent = await fields(request, "username", "password", "next", "link")
    wanted, named = local(sent["next"]), await personal.named(request, sent["link"]) if sent["link"] else None
    old = request.cookies.get(guard.SESSION_COOKIE, "")
    accounts, tries, where = request.app[keys.HOUSE].accounts, request.app[TRIES], address(request)
    typed = sent["username"][:64]
    if tries.too_many(where, WRONG):
        return _form(request, wanted, 429, typed, named)
    token = await accounts.sign_in(
        named.username if named else sent["username"], sent["password"], device(request), old
    )
    request.app[keys.METRICS].sign_ins.labels("done" if token else "refused").inc()
    if token is None:
        tries.wrong(where)
        return _form(request, wanted, 401, typed, named)
    if isinstance(token, SecondStep):
        sealed = factor.sealed(accounts.key, f"{token.account_id} {token.stamp}".encode())
        return _code(request, sealed, wanted)
    return with_session(request, web.Response(status=303, headers={"Location": wanted}), token)


async def code(request: web.Request) -> web.StreamResponse:
    """POST /sign-in/code: the second factor, within five minutes of the password."""
    sent = await fields(request, "step", "code", "next")
    wanted, accounts = local(sent["next"]), request.app[keys.HOUSE].accounts
    proven = factor.unsealed(accounts.key, sent["step"], CODE_SECONDS)
    if proven is None:
        raise web.HTTPSeeOther("/sign-in")
    account_id, _, stamp = proven.decode().partition(" ")
    step, old = SecondStep(account_id, stamp), request.cookies.get(guard.SESSION_COOKIE, "")
    token = await accounts.second_step(step, sent["code"][:40], device(request), old)
    if token is None:
        return _code(request, sent["step"], wanted, wrong=True)  # the five minutes run on
    return with_session(request, web.Response(status=303, headers={"Location": wanted}), token)


def _code(request: web.Request, step: str, wanted: str, wrong: bool = False) -> web.Response:
    return page(request, "sign_in_code.html", status=401 if wrong else 200, next=wanted, step=step, wrong=wrong)


async def sign_out(request: web.Request) -> web.StreamResponse:
    await request.app[keys.HOUSE].accounts.sessions.end(request[keys.SESSION].session_id)
    return _signed_out()


async def sign_out_everywhere(request: web.Request) -> web.StreamResponse:
    await request.app[keys.HOUSE].accounts.sessions.end_all(request[keys.SESSION].account_id)
    return _signed_out()


async def end_session(request: web.Request) -> web.StreamResponse:
    """POST /account/sessions: ends one of one's own."""
    sent = await fields(request, "session")
    await request.app[keys.HOUSE].accounts.sessions.end_one(request[keys.SESSION].account_id, sent["session"])
    raise web.HTTPSeeOther("/account")


async def account(request: web.Request) -> web.StreamResponse:
    return await of_account(request, changed="changed" in request.query)


async def change_password(request: web.Request) -> web.StreamResponse:
    """POST /account/password: the other devices are signed out, this one goes on with a new session."""
    sent = await fields(request, "old", "new", "again")
    try:
        if sent["new"] != sent["again"]:
            raise Unfit("The two new passwords are not the same.")
        token = await request.app[keys.HOUSE].accounts.change_password(
            request[keys.SESSION], sent["old"], sent["new"], device(request)
        )
    except Unfit as unfit:
        return await of_account(request, status=422, unfit=unfit)
    return with_session(request, web.Response(status=303, headers={"Location": "/account?changed"}), token)


async def language(request: web.Request) -> web.StreamResponse:
    """POST /language: remembered by the browser for a year."""
    sent = await fields(request, "language", "next")
    if sent["language"] not in request.app[keys.WORDS].languages:
        raise web.HTTPBadRequest
    response = web.Response(status=303, headers={"Location": local(sent["next"], signing_in=True)})
    secure = request.app[keys.HOUSE].settings.secure_cookies
    response.set_cookie(guard.LANGUAGE_COOKIE, sent["language"], max_age=YEAR, samesite="Lax", secure=secure)
    return response


async def fields(request: web.Request, *names: str) -> dict[str, str]:
    """The named text fields of the posted form, "" where one is missing; a file in a text field is a bad request."""
    sent = await request.post()
    values = {name: sent.get(name, "") for name in names}
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    if len(texts) < len(names):
        raise web.HTTPBadRequest
    return texts


async def of_account(
    request: web.Request, status: int = 200, unfit: Unfit | None = None, changed: bool = False
) -> web.Response:
    house, session = request.app[keys.HOUSE], request[keys.SESSION]
    async with house.database.read() as connection:
        done = [each for each in await trail.of_person(connection, session.person_id, 50) if each.what in trail.ACCOUNT]
    return page(
        request,
        "account.html",
        done=done[:10],
        WHAT=trail.WHAT,
        due=await house.accounts.password_due(session),
        today=days.today(request),
        dmy=days.dmy,
        status=status,
        who=await guard.actor(request),
        sessions=await house.accounts.sessions.of_account(session.account_id),
        least=house.accounts.least(session.second_factor),
        unfit=unfit,
        changed=changed,
    )


def device(request: web.Request) -> str:
    return devices.words(request.headers.get("User-Agent", ""))


def with_session(request: web.Request, response: web.Response, token: str) -> web.Response:
    settings = request.app[keys.HOUSE].settings
    days = settings.session_days * 86400
    response.set_cookie(
        guard.SESSION_COOKIE, token, max_age=days, httponly=True, samesite="Lax", secure=settings.secure_cookies
    )
    response.del_cookie(csrf.VISITOR_COOKIE)
    return response


def _signed_out() -> web.Response:
    response = web.Response(status=303, headers={"Location": "/sign-in"})
    response.del_cookie(guard.SESSION_COOKIE)
    return response
