"""Every page: method, path, handler, and who may (see org.access; deny by default)."""

from aiohttp import web

from . import assets, attendance, health, meetings, metrics, rulebook, signing_in
from .keys import ANYONE, MACHINE, SIGNED_IN, Route
from .render import page


async def design(request: web.Request) -> web.StreamResponse:
    return page(request, "design.html")


ROUTES: tuple[Route, ...] = (
    Route("GET", "/", signing_in.front, ANYONE),
    Route("GET", "/sign-in", signing_in.form, ANYONE),
    Route("POST", "/sign-in", signing_in.sign_in, ANYONE),
    Route("POST", "/sign-out", signing_in.sign_out, SIGNED_IN),
    Route("POST", "/language", signing_in.language, ANYONE),
    Route("GET", "/account", signing_in.account, SIGNED_IN),
    Route("POST", "/account/password", signing_in.change_password, SIGNED_IN),
    Route("POST", "/account/sessions", signing_in.end_session, SIGNED_IN),
    Route("POST", "/account/sign-out-everywhere", signing_in.sign_out_everywhere, SIGNED_IN),
    Route("GET", "/meetings", meetings.show, SIGNED_IN),
    Route("GET", "/meetings/{id}", meetings.room, "see_meeting"),
    Route("GET", "/meetings/{id}/attendance", attendance.show, "see_attendance"),
    Route("GET", "/meetings/{id}/attendance.csv", attendance.csv, "see_attendance"),
    Route("GET", "/rules", rulebook.front, SIGNED_IN),
    Route("GET", "/units/{unit}/rules", rulebook.show, "see_rules"),
    Route("GET", "/units/{unit}/rules/{key}", rulebook.rule, "see_rules"),
    Route("POST", "/units/{unit}/rules/{key}", rulebook.change, "edit_rules"),
    Route("GET", "/healthz", health.show, MACHINE),
    Route("GET", "/metrics", metrics.show, MACHINE),
    Route("GET", "/assets/{name:[A-Za-z0-9_-][A-Za-z0-9._-]*}", assets.serve, MACHINE),
)
IN_DEVELOPMENT: tuple[Route, ...] = (Route("GET", "/design", design, ANYONE),)
