"""Signing in, out, everywhere; forms that are not ours; where one lands."""

import re
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from server.pages import keys, signing_in
from server.pages.tries import address

from .conftest import PASSWORD, Serve, Served

SENTENCE = "The username or the password is not right"
ENGLISH = {"Accept-Language": "en"}


async def test_a_member_signs_in_and_sees_his_meetings(served: Served) -> None:
    visitor = await served.member()
    assert (visitor.status, visitor.path) == (200, "/meetings")
    assert "Đỗ Văn An" in visitor.text


async def test_the_front_page_leads_to_the_sign_in_or_to_the_meetings(served: Served) -> None:
    assert (await served.visitor().get("/")).path == "/sign-in"
    assert (await (await served.member()).get("/")).path == "/meetings"


async def test_who_guesses_from_one_address_waits_and_others_do_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "WRONG", 4)
    guess = served.visitor(**{"X-Forwarded-For": "203.0.113.9", **ENGLISH})
    for n in range(1, 5):
        assert (await guess.sign_in(f"dangvien0{n}", "wrong")).status == 401
    assert (await guess.sign_in("dangvien01")).status == 429
    assert "too many wrong passwords" in guess.text
    for _ in range(5):  # what is not looked at locks nobody
        await guess.sign_in("dangvien05", "wrong")
    other = served.visitor(**{"X-Forwarded-For": "203.0.113.10"})
    assert (await other.sign_in("dangvien05")).path == "/meetings"
    served.clock.advance(hours=1)
    assert (await guess.sign_in("dangvien01")).path == "/meetings"


@pytest.mark.parametrize(
    ("proxies", "said", "of"),
    [
        ("127.0.0.0/8", "", "127.0.0.1"),
        ("127.0.0.0/8", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.0/8", "203.0.113.1, 203.0.113.9", "203.0.113.9"),  # the first was said by a stranger
        ("127.0.0.0/8,172.17.0.0/16", "203.0.113.9, 172.17.0.1", "203.0.113.9"),
        ("172.17.0.0/16", "203.0.113.9", "127.0.0.1"),
        ("127.0.0.0/8", "2001:db8::1:2:3:4", "2001:db8::/64"),
        ("127.0.0.0/8", "who knows", "?"),
    ],
)
async def test_what_our_proxies_say_of_an_address_is_believed(serve: Serve, proxies: str, said: str, of: str) -> None:
    served = await serve(proxies=proxies)
    app = web.Application()
    app[keys.HOUSE] = served.house
    transport = Mock(get_extra_info=lambda name, default=None: ("127.0.0.1", 5) if name == "peername" else default)
    headers = {"X-Forwarded-For": said} if said else {}
    assert address(make_mocked_request("GET", "/", headers, app=app, transport=transport)) == of


async def test_wrong_unknown_and_locked_are_answered_alike(served: Served) -> None:
    visitor = served.visitor(**ENGLISH)
    wrong = (await visitor.sign_in("dangvien01", "wrong")).text
    unknown = (await visitor.sign_in("stranger", "wrong")).text
    for _ in range(5):
        await visitor.sign_in("dangvien02", "wrong")
    locked = await visitor.sign_in("dangvien02", PASSWORD)
    assert locked.status == 401
    assert SENTENCE in wrong

    def same(text: str, name: str) -> str:
        return re.sub(r'name="csrf" value="[^"]*"', "", text).replace(name, "")

    assert same(wrong, "dangvien01") == same(unknown, "stranger") == same(locked.text, "dangvien02")


async def test_the_lock_ends_after_twelve_hours(served: Served) -> None:
    visitor = served.visitor()
    for _ in range(5):
        await visitor.sign_in("dangvien02", "wrong")
    served.clock.advance(hours=11, minutes=59)
    assert (await visitor.sign_in("dangvien02")).status == 401
    served.clock.advance(minutes=2)
    assert (await visitor.sign_in("dangvien02")).status == 200


@pytest.mark.parametrize("token", ["", "forged", "eyJhIjoxfQ.aaaa.bbbb"])
async def test_a_form_without_our_token_is_refused(served: Served, token: str) -> None:
    visitor = await served.visitor(**ENGLISH).get("/sign-in")
    await visitor.post("/sign-in", csrf=token, username="bithu", password=PASSWORD)
    assert visitor.status == 403
    assert "no longer fresh" in visitor.text
    assert not visitor.cookie("chibo_session")


async def test_a_token_of_another_visitor_is_refused(served: Served) -> None:
    stolen = (await served.visitor().get("/sign-in")).csrf()
    visitor = await served.visitor().get("/sign-in")
    assert (await visitor.post("/sign-in", csrf=stolen, username="bithu", password=PASSWORD)).status == 403


async def test_a_token_from_before_signing_in_is_worth_nothing_after(served: Served) -> None:
    visitor = await served.visitor().get("/sign-in")
    before = visitor.csrf()
    await visitor.sign_in("bithu")
    assert (await visitor.post("/account/sign-out-everywhere", csrf=before)).status == 403
    assert (await visitor.get("/account")).status == 200


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(served: Served) -> None:
    visitor = await served.member()
    first = visitor.cookie("chibo_session")
    form = await visitor.get("/account")
    await form.post("/sign-in", username="dangvien02", password=PASSWORD, next="")
    second = visitor.cookie("chibo_session")
    assert second != first
    assert await served.house.accounts.sessions.of(first) is None
    assert await served.house.accounts.sessions.of(second)


async def test_a_session_given_by_another_is_not_taken_over(served: Served) -> None:
    planted = "A" * 43
    visitor = served.visitor()
    visitor.http.cookie_jar.update_cookies({"chibo_session": planted}, URL(served.base))
    await visitor.sign_in("bithu")
    assert visitor.cookie("chibo_session") != planted


async def test_signing_out_ends_the_session_at_the_server(served: Served) -> None:
    visitor = await served.member()
    token = visitor.cookie("chibo_session")
    assert (await visitor.post("/sign-out")).path == "/sign-in"
    assert await served.house.accounts.sessions.of(token) is None
    assert not visitor.cookie("chibo_session")


async def test_signing_out_everywhere_ends_every_session(served: Served) -> None:
    phone, desk, other = await served.member(), await served.member(), await served.member("dangvien02")
    await (await phone.get("/account")).post("/account/sign-out-everywhere")
    assert (await desk.get("/meetings")).path.startswith("/sign-in")
    assert (await other.get("/meetings")).path == "/meetings"


async def test_one_device_can_be_signed_out_from_another_but_only_ones_own(served: Served) -> None:
    phone, desk, other = await served.member(), await served.member(), await served.member("dangvien02")
    sessions = [await served.house.accounts.sessions.of(each.cookie("chibo_session")) for each in (desk, other)]
    await phone.get("/account")
    for session in sessions:
        assert session
        await phone.post("/account/sessions", session=session.session_id)
    assert (await desk.get("/meetings")).path.startswith("/sign-in")
    assert (await other.get("/meetings")).path == "/meetings"


async def test_an_expired_session_returns_to_where_it_was(served: Served) -> None:
    visitor = await served.member()
    served.clock.advance(days=8)
    wanted = f"/meetings/{served.demo.meeting_id}"
    await visitor.get(wanted)
    assert visitor.path == "/sign-in?next=" + wanted
    assert f'name="next" value="{wanted}"' in visitor.text
    await visitor.post("/sign-in", follow=False, username="dangvien01", password=PASSWORD, next=wanted)
    assert (visitor.status, visitor.location) == (303, wanted)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil.example",
        "/%0d%0aSet-Cookie:x",
        "",
        "/sign-out",
        "meetings",
    ],
)
async def test_only_paths_of_ours_are_returned_to(served: Served, path: str) -> None:
    visitor = await served.visitor().get("/sign-in")
    await visitor.post("/sign-in", follow=False, username="dangvien01", password=PASSWORD, next=path)
    assert visitor.status == 303
    assert visitor.location in ("/meetings", "/%0d%0aSet-Cookie:x")
    assert "Set-Cookie:x" not in [name.lower() for name in visitor.headers]


async def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(served: Served, serve: Serve) -> None:
    await (await served.visitor().get("/sign-in")).get("/sign-in")
    secure = await serve(public_url="https://hop.example.vn")
    for house, marked in ((served, False), (secure, True)):
        visitor = house.visitor()
        form = await visitor.get("/sign-in")
        kept = visitor.headers["Set-Cookie"]
        assert "HttpOnly" in kept
        assert "SameSite=Lax" in kept
        assert ("Secure" in kept) is marked
        if not marked:
            await form.post("/sign-in", follow=False, username="bithu", password=PASSWORD)
            given = next(h for h in visitor.headers.getall("Set-Cookie") if h.startswith("chibo_session"))
            assert "HttpOnly" in given
            assert "SameSite=Lax" in given


async def test_a_new_password_signs_the_other_devices_out(served: Served) -> None:
    phone, desk = await served.member(), await served.member()
    fields = {"old": PASSWORD, "new": "con-thuyen-ra-khoi-2027", "again": "con-thuyen-ra-khoi-2027"}
    await (await phone.get("/account")).post("/account/password", **fields)
    assert phone.path == "/account?changed"
    assert (await desk.get("/meetings")).path.startswith("/sign-in")
    assert (await desk.sign_in("dangvien01")).status == 401
    assert (await desk.sign_in("dangvien01", "con-thuyen-ra-khoi-2027")).status == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (PASSWORD, "short", "short", "at least 14 characters"),
        ("wrong", "con-thuyen-ra-khoi-2027", "con-thuyen-ra-khoi-2027", "present password is not right"),
        (PASSWORD, PASSWORD, PASSWORD, "must differ"),
        (PASSWORD, "con-thuyen-ra-khoi-2027", "con-thuyen-ra-khoi-2028", "not the same"),
        (PASSWORD, "dangvien01-dangvien01", "dangvien01-dangvien01", "must not contain the username"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "more different characters"),
    ],
)
async def test_a_new_password_that_is_not_fit_is_refused_in_words(
    served: Served, old: str, new: str, again: str, said: str
) -> None:
    visitor = await served.visitor(**ENGLISH).sign_in("dangvien01")
    await (await visitor.get("/account")).post("/account/password", old=old, new=new, again=again)
    assert visitor.status == 422
    assert said in visitor.text
    assert (await served.visitor().sign_in("dangvien01")).status == 200


async def test_the_account_page_names_the_devices(served: Served) -> None:
    phone = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/129.0.0.0 Mobile Safari/537.36"
    await served.visitor(**{"User-Agent": phone}).sign_in("dangvien01")
    visitor = await served.visitor(**ENGLISH).sign_in("dangvien01")
    text = (await visitor.get("/account")).text
    assert "phone · Android · Chrome" in text
    assert "this device" in text
    assert phone not in text
