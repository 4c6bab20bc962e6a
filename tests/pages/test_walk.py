"""Every route with every role; what every answer carries; what goes wrong, calmly."""

import re
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs
from yarl import URL

from server.pages.errors import SAID
from server.pages.routes import IN_DEVELOPMENT, ROUTES
from server.pages.words import Words
from server.records.tables import meetings

from .conftest import EVENING, PASSWORD, Serve, Served, Visitor
from .test_personal import link

ENGLISH = {"Accept-Language": "en"}
ROLES = {
    "visitor": "",
    "member": "dangvien01",
    "secretary": "bithu",
    "temporary": "tamthoi",
    "suspended": "dinhchi",
    "follower": "theodoi",
    "superior": "xauy",
    "provincial": "tinhuy",
    "other cell": "bithu-2",
    "organiser": "tochuc",
    "administrator": "quantri",
}
INSIDE = frozenset({"member", "secretary", "temporary", "follower", "superior", "provincial"})
SEATED = INSIDE - {"superior", "provincial"}
OTHER_GROUP = frozenset({"member", "temporary"})  # they sit in the first, the secretary in the third
CARRIERS = INSIDE - {"member", "temporary"}  # of a meeting's file
EVERYONE = frozenset(ROLES)
NOBODY = frozenset[str]()
SIGNED_IN = EVERYONE - {"visitor"}
KEEPERS = frozenset({"organiser", "administrator"})  # of the register
OVERSEERS = KEEPERS | {"secretary", "follower", "superior", "provincial"}
CLERKS = KEEPERS | {"secretary"}
ACCOUNTANTS = frozenset({"secretary", "administrator"})
REVIEWERS = frozenset({"organiser", "superior", "provincial"})  # of the pilot
WATCHERS = frozenset({"follower", "superior", "provincial"})  # of the cell
REPORT = "/units/demo-xa-1/supervision/report"
APPRAISAL = "/units/demo-cell-1/supervision/appraisal"
INSPECTION = "/units/demo-cell-1/inspection.zip?since=2026-12&last=2027-01"
CASE = "/units/demo-cell-1/pilot/cases/case-demo-cell-1"  # it was decided

# path, how it is asked, who gets it; the others who are signed in get 404, and the visitor the sign-in page
OPEN_TO = {
    ("GET", "/sign-in", "/sign-in"): EVERYONE,
    ("GET", "/", "/"): EVERYONE,
    ("GET", "/account", "/account"): SIGNED_IN,
    ("GET", "/meetings", "/meetings"): SIGNED_IN,
    ("GET", "/meetings/{id}", "/meetings/{now}"): SEATED,
    ("GET", "/meetings/{id}", "/meetings/demo-ahead-1"): INSIDE,
    ("GET", "/meetings/{id}/invitation", "/meetings/demo-ahead-1/invitation"): INSIDE,
    ("POST", "/meetings/{id}/answer", "/meetings/demo-ahead-1/answer"): SEATED,
    ("GET", "/meetings/{id}/plan", "/meetings/demo-ahead-1/plan"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/plan", "/meetings/demo-ahead-1/plan"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/cancel", "/meetings/demo-ahead-1/cancel"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/agenda", "/meetings/demo-ahead-1/agenda"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/motions", "/meetings/demo-ahead-1/motions"): frozenset({"secretary"}),
    ("GET", "/meetings/{id}/round", "/meetings/demo-ahead-1/round"): NOBODY,  # it is no round
    ("GET", "/meetings/{id}/round", "/meetings/demo-round/round"): INSIDE,
    ("GET", "/meetings/{id}/round", "/meetings/demo-round-1/round"): INSIDE,  # by his own group, and from above
    ("GET", "/meetings/{id}/round", "/meetings/demo-round-3/round"): INSIDE - OTHER_GROUP,
    ("GET", "/meetings/{id}/invitation", "/meetings/demo-round-3/invitation"): INSIDE - OTHER_GROUP,
    ("GET", "/meetings/{id}/plan", "/meetings/demo-round-1/plan"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/answer", "/meetings/demo-round-3/answer"): SEATED - OTHER_GROUP,
    ("POST", "/meetings/{id}/motions", "/meetings/demo-round/motions"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/notice", "/meetings/demo-ahead-2/notice"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/answers", "/meetings/demo-ahead-1/answers"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/documents", "/meetings/demo-ahead-1/documents"): frozenset({"secretary"}),
    ("GET", "/meetings/{id}/documents/{document}", "/meetings/demo-ahead-1/documents/none"): NOBODY,
    ("GET", "/meetings/{id}/documents/{document}/shown.pdf", "/meetings/demo-ahead-1/documents/x/shown.pdf"): NOBODY,
    ("GET", "/meetings/{id}/documents/{document}/file", "/meetings/demo-ahead-1/documents/none/file"): NOBODY,
    ("POST", "/meetings/{id}/documents/{document}/remove", "/meetings/demo-ahead-1/documents/x/remove"): NOBODY,
    ("GET", "/plan", "/plan"): SIGNED_IN,
    ("GET", "/units/{unit}/plan", "/units/demo-cell-1/plan"): INSIDE,
    ("POST", "/units/{unit}/plan", "/units/demo-cell-1/plan"): frozenset({"secretary"}),
    ("GET", "/units/{unit}/meetings/new", "/units/demo-cell-1/meetings/new"): frozenset({"secretary"}),
    ("POST", "/units/{unit}/meetings/new", "/units/demo-cell-1/meetings/new"): frozenset({"secretary"}),
    ("GET", "/units/{unit}/tasks", "/units/demo-cell-1/tasks"): INSIDE,
    ("POST", "/units/{unit}/tasks", "/units/demo-cell-1/tasks"): NOBODY,  # of a task that is there
    ("GET", "/units/{unit}/agendas", "/units/demo-cell-1/agendas"): INSIDE | {"organiser"},
    ("POST", "/units/{unit}/agendas", "/units/demo-xa-1/agendas"): frozenset({"superior"}),
    ("GET", "/meetings/{id}", "/meetings/demo-past"): INSIDE,
    ("GET", "/meetings/{id}/attendance", "/meetings/demo-past/attendance"): INSIDE,
    ("GET", "/meetings/{id}/attendance", "/meetings/{now}/attendance"): INSIDE,
    ("GET", "/go/{link}", "{go}"): SEATED | {"visitor"},  # to one's own door; with no session, to the password
    ("GET", "/units/{unit}/plan/{month}", "/units/demo-cell-1/plan/2027-01"): INSIDE,
    ("GET", "/units/{unit}/supervision/appraisal", APPRAISAL): frozenset({"superior", "provincial"}),
    ("POST", "/units/{unit}/supervision/appraisal", APPRAISAL): frozenset({"superior", "provincial"}),
    ("GET", "/meetings/{id}/attendance.csv", "/meetings/demo-past/attendance.csv"): INSIDE,
    ("GET", "/network", "/network"): SIGNED_IN,
    ("POST", "/network", "/network"): SIGNED_IN,
    ("GET", "/relays", "/relays"): SIGNED_IN,
    ("POST", "/meetings/{id}/media", "/meetings/demo-past/media"): SEATED,
    ("GET", "/notices", "/notices"): SIGNED_IN,
    ("POST", "/notices", "/notices"): SIGNED_IN,
    ("GET", "/meetings/{id}/papers", "/meetings/demo-past/papers"): INSIDE,
    ("GET", "/meetings/{id}/papers", "/meetings/{now}/papers"): INSIDE,
    ("GET", "/meetings/{id}/papers/{kind}", "/meetings/demo-past/papers/minutes"): INSIDE,
    ("GET", "/meetings/{id}/papers/{kind}", "/meetings/demo-late/papers/minutes"): frozenset({"secretary"}),
    ("GET", "/meetings/{id}/papers/{kind}", "/meetings/demo-past/papers/opinions"): CARRIERS,
    ("GET", "/meetings/{id}/papers/{kind}.pdf", "/meetings/demo-past/papers/minutes.pdf"): INSIDE,
    ("GET", "/meetings/{id}/papers/{kind}.docx", "/meetings/demo-past/papers/minutes.docx"): INSIDE,
    ("GET", "/meetings/{id}/papers/meeting.xlsx", "/meetings/demo-past/papers/meeting.xlsx"): CARRIERS,
    ("GET", "/meetings/{id}/papers/votes.csv", "/meetings/demo-past/papers/votes.csv"): CARRIERS,
    ("GET", "/meetings/{id}/papers/meeting.zip", "/meetings/demo-past/papers/meeting.zip"): CARRIERS,
    ("POST", "/meetings/{id}/papers/text", "/meetings/demo-past/papers/text"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/secretary", "/meetings/demo-past/papers/secretary"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/count", "/meetings/demo-past/papers/count"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/cancel-vote", "/meetings/demo-past/papers/cancel-vote"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/posted", "/meetings/demo-past/papers/posted"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/reported", "/meetings/demo-past/papers/reported"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/{kind}/draw", "/meetings/demo-past/papers/minutes/draw"): frozenset({"secretary"}),
    ("POST", "/meetings/{id}/papers/{kind}/sign", "/meetings/demo-past/papers/minutes/sign"): frozenset({"secretary"}),
    ("GET", "/units/{unit}/terms", "/units/demo-cell-1/terms"): frozenset({"secretary", "organiser"}),
    ("POST", "/units/{unit}/terms", "/units/demo-cell-1/terms"): frozenset({"secretary", "organiser"}),
    ("GET", "/notices/{notice}", "/notices/999999"): NOBODY,  # each has his own
    ("GET", "/meetings/{id}/timeline", "/meetings/demo-past/timeline"): WATCHERS | {"secretary"},
    ("POST", "/meetings/{id}/remarks", "/meetings/demo-past/remarks"): WATCHERS,
    ("GET", "/supervision", "/supervision"): SIGNED_IN,
    ("GET", "/units/{unit}/supervision", "/units/demo-cell-1/supervision"): WATCHERS | {"secretary"},
    ("GET", "/units/{unit}/supervision", "/units/demo-xa-1/supervision"): frozenset({"superior", "provincial"}),
    ("GET", "/units/{unit}/supervision/calendar", "/units/demo-cell-1/supervision/calendar"): WATCHERS | {"secretary"},
    ("GET", "/units/{unit}/looks", "/units/demo-cell-1/looks"): INSIDE,
    ("GET", "/units/{unit}/alerts", "/units/demo-cell-1/alerts"): WATCHERS,
    ("POST", "/units/{unit}/alerts", "/units/demo-cell-1/alerts"): WATCHERS,
    ("GET", "/units/{unit}/supervision/report", REPORT): frozenset({"superior", "provincial"}),
    ("GET", "/units/{unit}/supervision/report.xlsx", REPORT + ".xlsx"): frozenset({"superior", "provincial"}),
    ("GET", "/units/{unit}/supervision/report.pdf", REPORT + ".pdf"): frozenset({"superior", "provincial"}),
    ("GET", "/units/{unit}/inspection.zip", INSPECTION): WATCHERS,
    ("GET", "/units/{unit}/proof", "/units/demo-cell-1/proof"): WATCHERS | {"secretary"},
    ("POST", "/units/{unit}/proof", "/units/demo-cell-1/proof"): WATCHERS | {"secretary"},
    ("GET", "/units/{unit}/proof/state", "/units/demo-cell-1/proof/state"): WATCHERS | {"secretary"},
    ("POST", "/meetings/{id}/proof", "/meetings/demo-past/proof"): WATCHERS | {"secretary"},
    ("GET", "/witness", "/witness"): EVERYONE,
    ("GET", "/witness.json", "/witness.json"): EVERYONE,
    ("GET", "/witness/proof.json", "/witness/proof.json"): EVERYONE,
    ("POST", "/units/{unit}/remarks", "/units/demo-cell-1/remarks"): frozenset({"secretary"}),
    ("GET", "/people/{person}/attendance", "/people/demo-dangvien01/attendance"): WATCHERS | {"secretary"},
    ("GET", "/pilot", "/pilot"): SIGNED_IN,
    ("GET", "/units/{unit}/pilot", "/units/demo-cell-1/pilot"): INSIDE | {"organiser"},
    ("GET", "/units/{unit}/pilot", "/units/demo-xa-1/pilot"): REVIEWERS,
    ("POST", "/units/{unit}/pilot/cases", "/units/demo-cell-1/pilot/cases"): frozenset({"secretary"}),
    ("GET", "/units/{unit}/pilot/cases/{case}", CASE): REVIEWERS | {"secretary", "follower"},
    ("POST", "/units/{unit}/pilot/cases/{case}/draft", CASE + "/draft"): frozenset({"secretary"}),
    ("POST", "/units/{unit}/pilot/cases/{case}/withdraw", CASE + "/withdraw"): frozenset({"secretary"}),
    ("POST", "/units/{unit}/pilot/cases/{case}/review", CASE + "/review"): frozenset({"organiser"}),
    ("POST", "/units/{unit}/pilot/cases/{case}/decide", CASE + "/decide"): frozenset({"superior", "provincial"}),
    ("POST", "/units/{unit}/pilot/notes", "/units/demo-cell-1/pilot/notes"): CLERKS - {"administrator"} | {"follower"},
    ("GET", "/units/{unit}/pilot/report", "/units/demo-xa-1/pilot/report"): REVIEWERS,
    ("GET", "/units/{unit}/pilot/report.xlsx", "/units/demo-xa-1/pilot/report.xlsx"): REVIEWERS,
    ("GET", "/units/{unit}/pilot/report.pdf", "/units/demo-xa-1/pilot/report.pdf"): REVIEWERS,
    ("GET", "/rules", "/rules"): SIGNED_IN,
    ("GET", "/units/{unit}/rules", "/units/demo-cell-1/rules"): INSIDE | KEEPERS,
    ("GET", "/units/{unit}/rules/{key}", "/units/demo-cell-1/rules/grace"): INSIDE | KEEPERS,
    ("POST", "/units/{unit}/rules/{key}", "/units/demo-xa-1/rules/grace"): frozenset({"superior"}),
    ("GET", "/register", "/register"): SIGNED_IN,
    ("GET", "/register/template.xlsx", "/register/template.xlsx"): SIGNED_IN,
    ("GET", "/register/units.csv", "/register/units.csv"): SIGNED_IN,
    ("GET", "/register/people.csv", "/register/people.csv"): SIGNED_IN,
    ("GET", "/account/data.json", "/account/data.json"): SIGNED_IN,
    ("GET", "/account/data.xlsx", "/account/data.xlsx"): SIGNED_IN,
    ("GET", "/units/{unit}", "/units/demo-cell-1"): OVERSEERS,
    ("GET", "/units/{unit}", "/units/demo-cell-old"): OVERSEERS - {"secretary", "follower"} | {"other cell"},
    ("GET", "/units/{unit}", "/units/demo-xa-1"): KEEPERS | {"superior", "provincial"},
    ("GET", "/people/{person}", "/people/demo-dangvien01"): OVERSEERS,
    ("GET", "/people/{person}/transfer", "/people/demo-dangvien01/transfer"): CLERKS,
    ("POST", "/people/{person}/transfer", "/people/demo-dangvien01/transfer"): CLERKS,
    ("POST", "/people/{person}/edit", "/people/demo-dangvien01/edit"): CLERKS,
    ("POST", "/people/{person}/status", "/people/demo-dangvien01/status"): CLERKS,
    ("GET", "/units/{unit}/new", "/units/demo-xa-1/new"): KEEPERS,
    ("POST", "/units/{unit}/new", "/units/demo-xa-1/new"): KEEPERS,
    ("GET", "/units/{unit}/edit", "/units/demo-cell-1/edit"): KEEPERS,
    ("POST", "/units/{unit}/edit", "/units/demo-cell-1/edit"): KEEPERS,
    ("POST", "/units/{unit}/move", "/units/demo-cell-1/move"): KEEPERS,
    ("POST", "/units/{unit}/dissolve", "/units/demo-cell-1/dissolve"): KEEPERS,
    ("GET", "/units/{unit}/merge", "/units/demo-xa-1/merge"): KEEPERS,
    ("POST", "/units/{unit}/merge", "/units/demo-xa-1/merge"): KEEPERS,
    ("GET", "/units/{unit}/split", "/units/demo-cell-1/split"): KEEPERS,
    ("POST", "/units/{unit}/split", "/units/demo-cell-1/split"): KEEPERS,
    ("GET", "/units/{unit}/posts", "/units/demo-cell-1/posts"): CLERKS,
    ("POST", "/units/{unit}/posts", "/units/demo-cell-1/posts"): CLERKS,
    ("POST", "/units/{unit}/posts/end", "/units/demo-cell-1/posts/end"): CLERKS,
    ("GET", "/units/{unit}/people/new", "/units/demo-cell-1/people/new"): CLERKS,
    ("POST", "/units/{unit}/people/new", "/units/demo-cell-1/people/new"): CLERKS,
    ("GET", "/units/{unit}/groups/{group}", "/units/demo-cell-1/groups/demo-group-1"): CLERKS,
    ("POST", "/units/{unit}/groups/{group}", "/units/demo-cell-1/groups/demo-group-1"): CLERKS,
    ("GET", "/units/{unit}/import", "/units/demo-cell-1/import"): CLERKS,
    ("POST", "/units/{unit}/import", "/units/demo-cell-1/import"): CLERKS,
    ("GET", "/units/{unit}/import/{job}", "/units/demo-cell-1/import/none"): frozenset(),
    ("POST", "/units/{unit}/import/{job}", "/units/demo-cell-1/import/none"): frozenset(),
    ("GET", "/units/{unit}/import/{job}/state", "/units/demo-cell-1/import/none/state"): frozenset(),
    ("GET", "/units/{unit}/export.xlsx", "/units/demo-cell-1/export.xlsx"): CLERKS,
    ("GET", "/units/{unit}/people.csv", "/units/demo-cell-1/people.csv"): CLERKS,
    ("GET", "/units/{unit}/accounts", "/units/demo-cell-1/accounts"): ACCOUNTANTS,
    ("GET", "/units/{unit}/accounts", "/units/demo-xa-1/accounts"): frozenset({"administrator"}),
    ("GET", "/units/{unit}/accounts.xlsx", "/units/demo-cell-1/accounts.xlsx"): ACCOUNTANTS,
    ("GET", "/units/{unit}/accounts.csv", "/units/demo-cell-1/accounts.csv"): ACCOUNTANTS,
    ("POST", "/units/{unit}/accounts/reviews", "/units/demo-cell-1/accounts/reviews"): ACCOUNTANTS,
    ("POST", "/units/{unit}/accounts/slips", "/units/demo-cell-1/accounts/slips"): ACCOUNTANTS,
    ("GET", "/units/{unit}/accounts/slips/{batch}", "/units/demo-cell-1/accounts/slips/none"): frozenset(),
    (
        "GET",
        "/units/{unit}/accounts/slips/{batch}/a4.pdf",
        "/units/demo-cell-1/accounts/slips/none/a4.pdf",
    ): frozenset(),
    ("POST", "/people/{person}/account", "/people/demo-dangvien01/account"): ACCOUNTANTS,
    ("GET", "/account/second-factor", "/account/second-factor"): SIGNED_IN,
    ("POST", "/account/second-factor", "/account/second-factor"): SIGNED_IN,
    ("POST", "/account/second-factor/off", "/account/second-factor/off"): SIGNED_IN,
    ("GET", "/join", "/join"): EVERYONE,
    ("POST", "/join", "/join"): EVERYONE,
    ("POST", "/join/account", "/join/account"): EVERYONE,
    ("POST", "/sign-in/code", "/sign-in/code"): EVERYONE,
    ("GET", "/healthz", "/healthz"): EVERYONE,
    ("GET", "/metrics", "/metrics"): EVERYONE,
    ("GET", "/assets/{name}", "/assets/page-b2.js"): EVERYONE,
    ("GET", "/assets/words-{language}.json", "/assets/words-vi.json"): EVERYONE,
    ("GET", "/design", "/design"): EVERYONE,
    ("POST", "/language", "/language"): EVERYONE,
    ("POST", "/account/password", "/account/password"): SIGNED_IN,
    ("POST", "/account/sessions", "/account/sessions"): SIGNED_IN,
    ("POST", "/sign-out", "/sign-out"): SIGNED_IN,
    ("POST", "/account/sign-out-everywhere", "/account/sign-out-everywhere"): SIGNED_IN,
    ("POST", "/sign-in", "/sign-in"): EVERYONE,
}
FIELDS = {
    "/language": {"language": "en", "next": "/meetings"},
    "/account/password": {"old": "", "new": "", "again": ""},
    "/account/sessions": {"session": "nobody's"},
    "/units/demo-cell-1/posts": {"post": "committee_member"},
    "/units/demo-cell-1/move": {"to": "demo-xa-1"},
    "/sign-in": {"username": "x", "password": "y", "next": ""},
    "/meetings/demo-past/papers/text": {"item": "", "text": "x", "reason": ""},
    "/units/demo-xa-1/rules/grace": {"value": "60", "document": "QĐ 1", "mark": "V", "since": "2027-01-05"},
}
# What is asked without its fields is refused in the form; whoever may not never gets so far.
ANSWERS = (
    {"/account/password": 422, "/account/second-factor/off": 422, "/sign-in": 401}
    | {
        **dict.fromkeys(("/join", "/join/account"), 422),
    }
    | {
        path: 422
        for method, pattern, path in OPEN_TO
        if method == "POST"
        and pattern.startswith(("/units/{unit}", "/people", "/meetings/{id}"))
        and "/rules" not in path
    }
)
ANSWERS |= dict.fromkeys(
    ("/units/demo-cell-1/pilot/cases", "/units/demo-cell-1/accounts/reviews", "/meetings/demo-ahead-2/notice"), 200
)  # need no fields
ANSWERS["/network"] = 409  # it wants an offer
ANSWERS["/meetings/demo-past/media"] = 409  # nobody is there any more
ANSWERS["/meetings/demo-past/remarks"] = 422
ANSWERS |= dict.fromkeys(("/units/demo-cell-1/proof", "/meetings/demo-past/proof"), 200)  # they want no fields


def test_the_walk_visits_every_route() -> None:
    walked = {(method, pattern) for method, pattern, _ in OPEN_TO}
    patterns = {(route.method, re.sub(r"{(\w+):[^/]*\]\W?}", r"{\1}", route.path)) for route in ROUTES}
    assert walked == patterns | {(route.method, route.path) for route in IN_DEVELOPMENT}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_is_its_own_and_nothing_else(served: Served, role: str) -> None:
    visitor = served.visitor(**ENGLISH)
    await _round(served)
    for (method, _, path), allowed in OPEN_TO.items():
        if ROLES[role] and not visitor.cookie("chibo_session"):
            await visitor.sign_in(ROLES[role])
        asked = path.replace("{now}", served.demo.meeting_id).replace("{go}", link(served))
        await _ask(visitor, method, asked)
        if role in allowed:
            assert visitor.status == (ANSWERS.get(asked, 200) if method == "POST" else 200), (asked, visitor.text)
        elif role == "visitor":
            assert visitor.path.startswith("/sign-in?next="), asked
        else:
            assert visitor.status == 404, asked
            assert "There is no such page." in visitor.text


async def _round(served: Served) -> None:
    """A round ahead, and the meetings of two of its groups."""
    told = {"unit_id": "demo-cell-1", "title": "Theo tổ", "kind": "regular", "agenda": [], "motions": [], "place": ""}
    told |= {"planned_for": EVENING + timedelta(days=40)}
    of_it = {"form": "online", "round_id": "demo-round"}
    rows: list[dict[str, Any]] = [{"id": "demo-round", "form": "by_groups"}]
    rows += [of_it | {"id": f"demo-round-{n}", "group_id": f"demo-group-{n}"} for n in (1, 3)]
    async with served.house.database.write() as connection:
        for row in rows:
            await connection.execute(sa.insert(meetings).values(told | row))


async def _ask(visitor: Visitor, method: str, path: str) -> Visitor:
    if method == "GET":
        return await visitor.get(path)
    await visitor.get("/no-such-page")  # any page carries a token
    return await visitor.post(path, **FIELDS.get(path, {}))


async def test_a_meeting_of_others_looks_like_none_at_all(served: Served) -> None:
    other = await served.visitor().sign_in("bithu-2")
    texts = [
        (await other.get(f"/meetings/{meeting}")).text.replace(meeting, "").replace(other.csrf(), "")
        for meeting in (served.demo.meeting_id, "no-such-meeting")
    ]
    assert texts[0] == texts[1]


# -- Headers ---------------------------------------------------------------------------------------------------------

EXPECTED = {
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self)",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Server": "Chibo",
}


async def _everything(served: Served) -> AsyncIterator[Visitor]:
    member = await served.member()
    for method, _, path in OPEN_TO:
        if method == "GET":
            asked = path.replace("{now}", served.demo.meeting_id).replace("{go}", link(served))
        yield await member.get(asked, follow=False)
    yield await member.get("/no-such-page")
    yield await member.get("/sign-out")
    yield await member.post("/language", csrf="forged")


async def test_every_answer_carries_the_safety_headers(served: Served) -> None:
    seen = set()
    async for answered in _everything(served):
        seen.add(answered.status)
        assert {name: answered.headers.get(name) for name in EXPECTED} == EXPECTED, answered.url
        policy = answered.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "Strict-Transport-Security" not in answered.headers
    assert seen == {200, 303, 403, 404, 405}


async def test_under_tls_the_browser_is_told_to_stay_there(serve: Serve) -> None:
    secure = await serve(public_url="https://hop.example.vn")
    answered = await secure.visitor().get("/sign-in")
    assert answered.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "connect-src 'self' wss://hop.example.vn;" in answered.headers["Content-Security-Policy"]


async def test_no_page_is_kept_and_every_asset_is(served: Served) -> None:
    async for answered in _everything(served):
        asset = "/assets/" in answered.url
        assert answered.headers["Cache-Control"] == ("public, max-age=31536000, immutable" if asset else "no-store")
    assert (await served.visitor().get("/assets/gone.js")).headers["Cache-Control"] == "no-store"


async def test_no_page_has_a_script_or_a_style_of_its_own(served: Served) -> None:
    async for answered in _everything(served):
        for tag in answered.text.split("<script")[1:]:
            assert "src=" in tag.split(">")[0] or 'type="application/json"' in tag.split(">")[0], answered.url
        assert "<style" not in answered.text
        assert " style=" not in answered.text
        assert " onclick=" not in answered.text


# -- What goes wrong -------------------------------------------------------------------------------------------------


async def test_a_page_that_is_not_there_is_said_in_the_person_s_language(served: Served) -> None:
    words = Words(served.house.web / "locale", "vi")
    for language in ("en", "vi"):
        visitor = await served.visitor(**{"Accept-Language": language}).get("/khong-co")
        assert visitor.status == 404
        for sentence in SAID[404]:
            assert words.say(language, sentence) in visitor.text
    assert words.say("vi", SAID[404][0]) != SAID[404][0]


async def test_a_method_that_is_not_allowed(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).get("/sign-out")
    assert (visitor.status, visitor.headers["Allow"]) == (405, "POST")
    assert "cannot be used that way" in visitor.text


@pytest.mark.parametrize("path", ["/units/demo-xa-1", "/units/demo-xa-1/accounts", "/units/demo-cell-1/looks"])
async def test_a_page_number_out_of_all_reason(served: Served, path: str) -> None:
    visitor = await served.visitor().sign_in("bithu" if path.endswith("looks") else "quantri")
    for number in ("9" * 5000, "0", "-1", "²"):
        assert (await visitor.get(f"{path}?page={number}")).status == 200, number[:9]


async def test_a_form_that_is_too_large(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).get("/sign-in")
    await visitor.post("/sign-in", username="x" * 70_000, password="")
    assert visitor.status == 413
    assert "too much at once" in visitor.text


async def test_a_form_that_does_not_say_how_large_it_is(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).get("/sign-in")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"csrf=" + visitor.csrf().encode() + b"&username="
        for _ in range(100):
            yield b"x" * 1000

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with visitor.http.post(served.base + "/sign-in", data=pieces(), headers=headers) as answer:
        assert answer.status == 413


async def test_a_file_where_a_word_belongs(served: Served) -> None:
    visitor = await served.visitor().get("/sign-in")
    boundary = "----x"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'
        for name, file, value in (("csrf", "", visitor.csrf()), ("username", '; filename="a.txt"', "x"))
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    body = (parts + f"--{boundary}--\r\n").encode()
    async with visitor.http.post(served.base + "/sign-in", data=body, headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("body", [b"\xff\xfe\x00csrf=1", b"csrf=%ff%fe&username=%ff"])
async def test_a_form_of_rubbish(served: Served, body: bytes) -> None:
    visitor = await served.visitor().get("/sign-in")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with visitor.http.post(served.base + "/sign-in", data=body, headers=headers) as answer:
        assert answer.status in (400, 403)


def _break_the_record(served: Served) -> None:
    file = served.house.database.url.database
    assert file
    with sqlite3.connect(file) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM events WHERE meeting = 'demo-past' AND seq = 7")


async def test_a_fault_has_a_number_that_stands_in_the_log_and_no_name_does(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).sign_in("dangvien01")
    _break_the_record(served)
    with capture_logs() as lines:
        await visitor.get("/meetings/demo-past/attendance")
    assert visitor.status == 500
    assert "The record of this meeting is not whole." in visitor.text
    (line,) = [line for line in lines if line["event"] == "fault"]
    assert line["number"] in visitor.text
    assert line["route"] == "/meetings/{id}/attendance"
    for personal in ("dangvien01", "Đỗ Văn An", "demo-past", "127.0.0.1"):
        assert personal not in str(line)
    assert (await visitor.get("/meetings")).status == 200


async def test_without_the_web_part_there_is_still_a_sentence(served: Served) -> None:
    (served.house.web / "dist" / ".vite" / "manifest.json").unlink()
    visitor = await served.visitor(**ENGLISH).get("/sign-in")
    assert visitor.status == 500
    assert visitor.text.startswith("Something went wrong on our side. (")


# -- Words of others -------------------------------------------------------------------------------------------------

EVIL = '<script>alert("1")</script>'


async def test_names_and_titles_are_words_and_never_markup(served: Served) -> None:
    file = served.house.database.url.database
    assert file
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE people SET name = ? WHERE id = 'demo-dangvien01'", (EVIL,))
        connection.execute("UPDATE meetings SET title = ?", (EVIL,))
        connection.execute("UPDATE units SET name = ?", (EVIL,))
    visitor = await served.member()
    now = served.demo.meeting_id
    for path in ("/meetings", "/account", f"/meetings/{now}", "/meetings/demo-ahead-1", "/meetings/demo-past"):
        text = (await visitor.get(path)).text
        assert visitor.status == 200
        assert EVIL not in text, path
        assert "&lt;script&gt;" in text, path


async def test_what_was_typed_into_the_sign_in_comes_back_as_words(served: Served) -> None:
    visitor = await served.visitor().sign_in('"><script>', PASSWORD, to='"><script>')
    assert visitor.status == 401
    assert '"><script>' not in visitor.text


# -- Files, figures, health ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/assets/page-b2.js", "/assets/words-vi.json"])
async def test_over_a_slow_line_things_come_small(served: Served, path: str) -> None:
    async with served.visitor().http.get(served.base + path, headers={"Accept-Encoding": "gzip"}) as small:
        assert small.headers["Content-Encoding"] == "gzip"
        said = await small.text()
    async with served.visitor().http.get(served.base + path, headers={"Accept-Encoding": "identity"}) as whole:
        assert "Content-Encoding" not in whole.headers
        assert _but_the_token(await whole.text()) == _but_the_token(said)


def _but_the_token(text: str) -> str:
    return re.sub(r'name="csrf" value="[^"]+"', "", text)


async def test_assets_have_their_types(served: Served) -> None:
    visitor = served.visitor()
    types = {
        name: (await visitor.get(f"/assets/{name}")).headers["Content-Type"] for name in ("page-b2.js", "main-a1.css")
    }
    assert types == {"page-b2.js": "text/javascript", "main-a1.css": "text/css"}


@pytest.mark.parametrize("name", ["..%2fchibo.sqlite", ".vite/manifest.json", "%2e%2e/x", ".hidden", "a%00.js"])
async def test_no_path_leaves_the_assets(served: Served, name: str) -> None:
    async with served.visitor().http.get(URL(f"{served.base}/assets/{name}", encoded=True)) as answer:
        assert answer.status == 404


async def test_a_page_loads_its_script_and_all_its_styles(served: Served) -> None:
    text = (await served.visitor().get("/sign-in")).text
    assert '<script type="module" src="/assets/page-b2.js"></script>' in text
    assert 'href="/assets/chunk-c3.css"' in text


async def test_design_is_shown_in_development_only(served: Served, serve: Serve) -> None:
    assert (await served.visitor().get("/design")).status == 200
    assert (await (await serve()).visitor().get("/design")).status == 404


async def test_the_house_is_well(served: Served) -> None:
    visitor = await served.visitor().get("/healthz")
    assert visitor.status == 200
    assert '"well": true' in visitor.text


async def _ill() -> bool:
    return False


@pytest.mark.parametrize("part", ["media_alive", "no_faults"])
async def test_a_part_that_fails_is_named(serve: Serve, part: str) -> None:
    served = await serve(changed={part: _ill})
    visitor = await served.visitor().get("/healthz")
    named = {"media_alive": "media", "no_faults": "faults"}[part]
    assert visitor.status == 503
    assert f'"{named}": "failing"' in visitor.text


async def test_tables_of_another_version_are_named(served: Served) -> None:
    file = served.house.database.url.database
    assert file
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    visitor = await served.visitor().get("/healthz")
    assert visitor.status == 503
    assert '"migrations": "failing"' in visitor.text


async def test_figures_name_routes_and_never_meetings(served: Served) -> None:
    visitor = await served.member()
    await visitor.get(f"/meetings/{served.demo.meeting_id}")
    text = (await visitor.get("/metrics")).text
    assert 'route="/meetings/{id}",status="200"' in text
    assert 'chibo_sign_ins_total{outcome="done"} 1.0' in text
    assert served.demo.meeting_id not in text


async def test_figures_are_not_shown_through_a_proxy(served: Served) -> None:
    assert (await served.visitor(**{"X-Forwarded-For": "203.0.113.9"}).get("/metrics")).status == 404


async def test_with_a_token_figures_are_shown_to_whoever_has_it(serve: Serve) -> None:
    served = await serve(metrics_token="a-long-token")
    said: list[Any] = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer a-long-token"}]
    assert [(await served.visitor(**headers).get("/metrics")).status for headers in said] == [404, 404, 200]
