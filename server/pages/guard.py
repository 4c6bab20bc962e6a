"""What every request passes on its way to a page: language, session, size, form token, permission."""

import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlencode

from aiohttp import hdrs, web

from server.notify import outbox
from server.org import access, meetings, people, tree
from server.oversight import looks

from . import csrf, errors, keys
from .next import local

SESSION_COOKIE = "chibo_session"
LANGUAGE_COOKIE = "chibo_language"
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
STILL_OPEN = ("/account", "/sign-out")  # to whoever must change his password first
UNTOUCHED = ("/socket.io/",)  # not pages: what is behind these paths guards itself

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def calm(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error becomes a page; every answer is counted."""
    if request.path.startswith(UNTOUCHED):
        return await handler(request)
    began = time.perf_counter()
    request[keys.LANGUAGE] = _language(request)
    response = await _calmly(request, handler)
    csrf.keep_visitor(request, response, request.app[keys.HOUSE].settings.secure_cookies)
    request.app[keys.METRICS].answered(request, response.status, time.perf_counter() - began)
    return response


async def _calmly(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return errors.refused(request, error)
    except Exception as error:  # a fault: a number for the person, a line for us
        return errors.fault(request, error)


@web.middleware
async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who asks."""
    if request.path.startswith(UNTOUCHED) or _action(request) == keys.MACHINE:
        return await handler(request)
    session = await request.app[keys.HOUSE].accounts.session(request.cookies.get(SESSION_COOKIE, ""))
    if session:
        request[keys.SESSION] = session
        async with request.app[keys.HOUSE].database.read() as connection:
            request[keys.UNREAD] = await outbox.unread(connection, session.person_id)
    return await handler(request)


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whether he may: deny by default, since a route without an action matches none."""
    action = _action(request)
    if request.path.startswith(UNTOUCHED) or not action:
        return await handler(request)
    if action not in (keys.ANYONE, keys.MACHINE) and keys.SESSION not in request:
        raise web.HTTPSeeOther(to_sign_in(request))
    if action not in (keys.ANYONE, keys.MACHINE) and not request.path.startswith(STILL_OPEN):
        await _in_time(request)
    if request.method not in SAFE:
        request = await _proven(request)
    if action not in (keys.ANYONE, keys.MACHINE, keys.SIGNED_IN):
        unit = await _permitted(request, action)
        return await _looked(request, unit, await handler(request))
    return await handler(request)


async def _in_time(request: web.Request) -> None:
    """An administrator whose password is too old first changes it (QCVN 12:2026/BCA); nothing else opens."""
    accounts = request.app[keys.HOUSE].accounts
    if not accounts.password_old(request[keys.SESSION]):
        return
    due = await accounts.password_due(request[keys.SESSION])
    if due is not None and due <= accounts.today:
        raise web.HTTPSeeOther("/account")


def to_sign_in(request: web.Request) -> str:
    """The sign-in page, from which he comes back here."""
    back = request.path_qs if request.method in SAFE else "/"
    return "/sign-in?" + urlencode({"next": local(back)})


async def actor(request: web.Request) -> access.Actor:
    """What the person who asks is today."""
    if keys.ACTOR not in request:
        house = request.app[keys.HOUSE]
        today = house.clock().astimezone(house.settings.zone).date()
        async with house.database.read() as connection:
            found = await access.actor(connection, request[keys.SESSION].person_id, today)
        if found is None:
            raise web.HTTPNotFound
        request[keys.ACTOR] = found
    return request[keys.ACTOR]


async def _permitted(request: web.Request, action: str) -> tree.Unit:
    """Outside his own units there is nothing: 404, never 403, so that ids cannot be guessed."""
    asks = await actor(request)
    subject = next(word for word in _SUBJECTS if word in request.match_info)
    unit = await _SUBJECTS[subject](request)
    if unit is None:
        raise web.HTTPNotFound
    allowed = may(asks, action, request[keys.MEETING]) if subject == "id" else access.may(asks, action, unit)
    if not allowed:
        raise web.HTTPNotFound
    return unit


def may(asks: access.Actor, action: str, row: meetings.MeetingRow) -> bool:
    """Whether he may do that with this meeting; those of the committee and of a group are not for every member."""
    return access.may(asks, action, row.unit, committee=row.of_committee, group=row.group_id)


async def _looked(request: web.Request, unit: tree.Unit, answer: web.StreamResponse) -> web.StreamResponse:
    """What a superior is about to read leaves its trace first."""
    what = request.app[keys.LOOKS].get(_route(request), "")
    if what and answer.status == 200 and request.method == hdrs.METH_GET:
        house, asks = request.app[keys.HOUSE], await actor(request)
        if looks.role(asks, unit):
            subject = request.match_info.get("id") or request.match_info.get("person") or ""
            async with house.database.write() as connection:
                await looks.leave(connection, asks, unit, what, subject, house.clock())
    return answer


async def _unit(request: web.Request) -> tree.Unit | None:
    """The unit that the address names."""
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await tree.unit(connection, request.match_info["unit"])
    if found:
        request[keys.UNIT] = found
    return found


async def _of_meeting(request: web.Request) -> tree.Unit | None:
    """The unit of the meeting that the address names."""
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await meetings.meeting(connection, request.match_info["id"])
    if found:
        request[keys.MEETING] = found
    return found.unit if found else None


async def _of_person(request: web.Request) -> tree.Unit | None:
    """Where the person that the address names is registered."""
    async with request.app[keys.HOUSE].database.read() as connection:
        found = await people.entry(connection, request.match_info["person"])
    if found:
        request[keys.PERSON] = found
    return found.home if found else None


_SUBJECTS: Mapping[str, Callable[[web.Request], Awaitable[tree.Unit | None]]] = MappingProxyType(
    {"unit": _unit, "person": _of_person, "id": _of_meeting}
)


async def _proven(request: web.Request) -> web.Request:
    """The request with its form read: small, and with a token of ours."""
    largest = request.app[keys.LARGEST].get(_route(request), keys.FORM_BYTES)
    if (request.content_length or 0) > largest:
        raise web.HTTPRequestEntityTooLarge(largest, request.content_length or 0)
    small = request.clone(client_max_size=largest)
    try:
        good = await csrf.proven(small)
    except ValueError:  # a multipart body that is none
        raise web.HTTPBadRequest from None
    if not good:
        raise web.HTTPForbidden
    return small


def _action(request: web.Request) -> str:
    return request.app[keys.ACTIONS].get(_route(request), "")


def _route(request: web.Request) -> tuple[str, str]:
    """Method and pattern, as the tables of setup() name a route."""
    resource = request.match_info.route.resource
    method = hdrs.METH_GET if request.method == hdrs.METH_HEAD else request.method
    return method, resource.canonical if resource else ""


def _language(request: web.Request) -> str:
    words = request.app[keys.WORDS]
    return words.choose(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
