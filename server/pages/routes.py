"""Every page: method, path, handler, and who may (see org.access; deny by default)."""

from aiohttp import web

from . import (
    assets,
    attendance,
    health,
    meetings,
    metrics,
    register,
    register_people,
    register_units,
    rulebook,
    signing_in,
)
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
    Route("GET", "/register", register.front, SIGNED_IN),
    Route("GET", "/units/{unit}", register.unit, "see_register"),
    Route("GET", "/units/{unit}/new", register_units.new_form, "edit_tree"),
    Route("POST", "/units/{unit}/new", register_units.new, "edit_tree"),
    Route("GET", "/units/{unit}/edit", register_units.edit_form, "edit_tree"),
    Route("POST", "/units/{unit}/edit", register_units.edit, "edit_tree"),
    Route("POST", "/units/{unit}/move", register_units.move, "edit_tree"),
    Route("POST", "/units/{unit}/dissolve", register_units.dissolve, "edit_tree"),
    Route("GET", "/units/{unit}/merge", register_units.merge_form, "edit_tree"),
    Route("POST", "/units/{unit}/merge", register_units.merge, "edit_tree"),
    Route("GET", "/units/{unit}/split", register_units.split_form, "edit_tree"),
    Route("POST", "/units/{unit}/split", register_units.split, "edit_tree"),
    Route("GET", "/units/{unit}/posts", register_units.posts_form, "edit_people"),
    Route("POST", "/units/{unit}/posts", register_units.give_post, "edit_people"),
    Route("POST", "/units/{unit}/posts/end", register_units.end_post, "edit_people"),
    Route("GET", "/units/{unit}/people/new", register_people.new_form, "edit_people"),
    Route("POST", "/units/{unit}/people/new", register_people.new, "edit_people"),
    Route("GET", "/units/{unit}/groups/{group}", register_people.group_form, "edit_people"),
    Route("POST", "/units/{unit}/groups/{group}", register_people.group, "edit_people"),
    Route("GET", "/people/{person}", register.person, "see_register"),
    Route("POST", "/people/{person}/edit", register_people.edit, "edit_people"),
    Route("POST", "/people/{person}/status", register_people.status, "edit_people"),
    Route("GET", "/people/{person}/transfer", register_people.transfer_form, "edit_people"),
    Route("POST", "/people/{person}/transfer", register_people.transfer, "edit_people"),
    Route("GET", "/healthz", health.show, MACHINE),
    Route("GET", "/metrics", metrics.show, MACHINE),
    Route("GET", "/assets/{name:[A-Za-z0-9_-][A-Za-z0-9._-]*}", assets.serve, MACHINE),
)
IN_DEVELOPMENT: tuple[Route, ...] = (Route("GET", "/design", design, ANYONE),)
