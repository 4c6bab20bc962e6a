"""Slips, resets, the list of accounts and its review, the second factor."""

import asyncio
import io
import itertools
import re
from pathlib import Path

import pypdf
import pytest
from openpyxl import load_workbook

from server.org import factor
from server.org.joining import SYLLABLES, phrase
from server.org.slips import bare

from .conftest import PASSWORD, Serve, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
CELL = "/units/demo-cell-2"
MEMBER = "demo-cell-old-1"  # of cell 2 since the merger; he has no account
NEW = "thuyen-xanh-bien-lang-42"


async def _secretary(served: Served) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in("bithu-2")


async def _slip(keeper: Visitor, *people: str, cell: str = CELL) -> dict[str, str]:
    """Name → code, as the page of slips shows them."""
    await keeper.get(f"{cell}/accounts")
    fields = [("csrf", keeper.csrf()), *(("person", person) for person in people)]
    async with keeper.http.post(f"{keeper.base}{cell}/accounts/slips", data=fields) as answer:
        keeper.text, keeper.status, keeper.url = await answer.text(), answer.status, str(answer.url)
    found = re.findall(r'<li class="slip">.*?<h2>(.*?)</h2>.*?<strong>(.*?)</strong>', keeper.text, re.S)
    return {name: bare(re.sub(r"<.*?>", "", code)) for name, code in found}


async def _code(served: Served, person: str = MEMBER) -> str:
    return next(iter((await _slip(await _secretary(served), person)).values()))


async def _takes_up(visitor: Visitor, code: str, **given: str) -> Visitor:
    await visitor.get("/join")
    await visitor.post("/join", code=code)
    fields = {"username": "nguyenvanloi", "password": NEW, "again": NEW, **given}
    return await visitor.post("/join/account", code=code, **fields)


async def test_a_member_without_an_account_joins_with_his_slip(served: Served) -> None:
    code = await _code(served)
    member = await served.visitor(**ENGLISH).get(f"/join?code={code}")
    assert "Nguyễn Văn Lợi" in member.text
    assert 'value="nguyenvanloi"' in member.text
    await _takes_up(member, code)
    assert (member.status, member.path) == (200, "/meetings")
    assert (await served.visitor().sign_in("nguyenvanloi", NEW)).path == "/meetings"
    assert (await served.visitor().sign_in("Nguyễn Văn Lợi", NEW)).path == "/meetings"  # as a phone may write it


async def test_the_number_may_be_typed_with_gaps_of_any_kind(served: Served) -> None:
    code = await _code(served)
    typed = f" {code[:4]}-{code[4:8]}.{code[8:12]}\u00a0{code[12:]} "
    visitor = await served.visitor(**ENGLISH).get("/join")
    assert "Nguyễn Văn Lợi" in (await visitor.post("/join", code=typed)).text


async def test_a_code_is_good_once(served: Served) -> None:
    code = await _code(served)
    await _takes_up(served.visitor(), code)
    again = await _takes_up(served.visitor(**ENGLISH), code, username="other.name")
    assert again.status == 422
    assert "This number is not good" in again.text


async def test_two_who_use_one_slip_at_once_get_one_account(served: Served) -> None:
    code = await _code(served)
    both = await asyncio.gather(*(_takes_up(served.visitor(), code, username=f"nguoi{n}") for n in (1, 2)))
    assert sorted(each.status for each in both) == [200, 422]


async def test_a_newer_slip_makes_the_older_void(served: Served) -> None:
    secretary = await _secretary(served)
    first, second = [next(iter((await _slip(secretary, MEMBER)).values())) for _ in range(2)]
    assert (await served.visitor().get(f"/join?code={first}")).status == 422
    assert (await served.visitor().get(f"/join?code={second}")).status == 200


async def test_a_slip_ends_after_its_days_and_when_it_is_made_void(served: Served) -> None:
    secretary = await _secretary(served)
    code = next(iter((await _slip(secretary, MEMBER)).values()))
    served.clock.advance(days=14, seconds=-1)
    assert (await served.visitor().get(f"/join?code={code}")).status == 200
    served.clock.advance(seconds=1)
    assert (await served.visitor().get(f"/join?code={code}")).status == 422
    secretary = await _secretary(served)
    code = next(iter((await _slip(secretary, MEMBER)).values()))
    await secretary.post(f"/people/{MEMBER}/account", step="revoke")
    assert (await served.visitor().get(f"/join?code={code}")).status == 422


async def test_who_tries_many_numbers_waits_and_others_do_not(served: Served) -> None:
    code = await _code(served)
    guess = served.visitor(**{"X-Forwarded-For": "203.0.113.9", **ENGLISH})
    await guess.get("/join")
    said = [(await guess.post("/join", code=f"{n:016}")).status for n in range(11)]
    assert said == [422] * 10 + [429]
    assert (await guess.get(f"/join?code={code}")).status == 429
    assert "too many wrong numbers" in guess.text
    assert (await served.visitor(**{"X-Forwarded-For": "203.0.113.10"}).get(f"/join?code={code}")).status == 200
    served.clock.advance(hours=1)
    assert (await guess.get(f"/join?code={code}")).status == 200


async def test_a_number_that_is_too_short_is_a_slip_of_the_finger(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).get("/join")
    for _ in range(20):
        await visitor.post("/join", code="1234")
        assert visitor.status == 422
        assert "sixteen digits" in visitor.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 14 characters"),
        ({"again": "another-one-that-is-long"}, "not the same"),
        ({"username": "x"}, "3 to 40 letters"),
        ({"username": "<b>"}, "3 to 40 letters"),
        ({"username": "bithu"}, "is taken"),
        ({"password": "nguyenvanloi-2027", "again": "nguyenvanloi-2027"}, "must not contain the username"),
        ({"password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, "more different characters"),
    ],
)
async def test_what_is_refused_costs_nothing_and_the_slip_stays_good(
    served: Served, given: dict[str, str], said: str
) -> None:
    code = await _code(served)
    visitor = await _takes_up(served.visitor(**ENGLISH), code, **given)
    assert visitor.status == 422
    assert said in visitor.text
    assert (await _takes_up(visitor, code)).path == "/meetings"


async def test_the_code_is_kept_nowhere_as_it_is(served: Served) -> None:
    code = await _code(served)
    database = served.house.database.url.database
    assert database
    kept = b"".join(file.read_bytes() for file in Path(database).parent.glob("chibo.sqlite*"))
    assert code.encode() not in kept


async def test_a_reset_ends_every_session_and_the_old_password(served: Served) -> None:
    phone = await served.member()
    secretary = await served.visitor(**ENGLISH).sign_in("bithu")
    codes = await _slip(secretary, "demo-dangvien01", cell="/units/demo-cell-1")
    assert (await phone.get("/meetings")).path.startswith("/sign-in")
    assert (await served.visitor().sign_in("dangvien01")).status == 401
    member = await _takes_up(served.visitor(**ENGLISH), codes["Đỗ Văn An"], username="of.no.use")
    assert member.path == "/meetings"
    assert (await served.visitor().sign_in("dangvien01", NEW)).path == "/meetings"
    text = (await member.get("/account")).text
    assert "The password was reset" in text
    assert "Nguyễn Văn Hải" in text  # by whom


async def test_accounts_in_use_are_reset_one_at_a_time(served: Served) -> None:
    phone, secretary = await served.member(), await served.visitor(**ENGLISH).sign_in("bithu")
    assert await _slip(secretary, "demo-dangvien01", "demo-dangvien02", cell="/units/demo-cell-1") == {}
    assert (secretary.status, "one account at a time" in secretary.text) == (422, True)
    assert (await phone.get("/meetings")).path == "/meetings"


async def test_a_deputy_a_follower_and_those_above_are_not_the_secretary_s_to_reset(served: Served) -> None:
    secretary = await served.visitor(**ENGLISH).sign_in("bithu")
    deputy = await served.visitor(**ENGLISH).sign_in("phobithu")
    administrator = await served.visitor(**ENGLISH).sign_in("quantri")
    reached = {
        (name, person): bool(await _slip(who, person, cell=cell))
        for name, who, person, cell in (
            ("deputy", deputy, "demo-bithu", "/units/demo-cell-1"),
            ("deputy", deputy, "demo-capuy1", "/units/demo-cell-1"),
            ("secretary", secretary, "demo-phobithu", "/units/demo-cell-1"),
            ("secretary", secretary, "demo-bithu", "/units/demo-cell-1"),
            ("secretary", secretary, MEMBER, "/units/demo-cell-1"),
            ("administrator", administrator, "demo-xauy", "/units/demo-xa-1"),
            ("administrator", administrator, "demo-quantri", "/units/demo-tinh"),
        )
    }
    assert [key for key, done in reached.items() if done] == [
        ("deputy", "demo-capuy1"),
        ("secretary", "demo-phobithu"),
        ("administrator", "demo-xauy"),
    ]


async def test_who_was_given_a_post_above_is_out_of_the_secretary_s_reach(served: Served) -> None:
    administrator = await served.visitor(**ENGLISH).sign_in("quantri")
    await administrator.get("/units/demo-xa-1/posts")
    await administrator.post(
        "/units/demo-xa-1/posts", person="demo-dangvien01", post="committee_member", since="2027-01-01"
    )
    secretary = await served.visitor(**ENGLISH).sign_in("bithu")
    assert await _slip(secretary, "demo-dangvien01", cell="/units/demo-cell-1") == {}
    assert secretary.status == 404
    assert "an administrator keeps this account" in (await secretary.get("/people/demo-dangvien01")).text


async def test_slips_are_shown_to_who_made_them_for_half_an_hour(served: Served) -> None:
    secretary = await _secretary(served)
    await _slip(secretary, MEMBER, "demo-cell-old-2")
    page = secretary.path
    async with secretary.http.get(f"{secretary.base}{page}/a4.pdf") as answer:
        assert answer.headers["Content-Type"] == "application/pdf"
        text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(await answer.read())).pages)
    assert "Nguyễn Văn Lợi" in text
    assert "Trần Thị Nhàn" in text
    assert (await (await served.visitor().sign_in("quantri")).get(page)).status == 404
    served.clock.advance(minutes=30)
    assert (await secretary.get(page)).status == 404


async def test_disabling_needs_a_reason_and_ends_everything_at_once(served: Served) -> None:
    phone, secretary = await served.member(), await served.visitor(**ENGLISH).sign_in("bithu")
    await secretary.get("/people/demo-dangvien01")
    assert (await secretary.post("/people/demo-dangvien01/account", step="disable", why=" ")).status == 422
    await secretary.post("/people/demo-dangvien01/account", step="disable", why="Mất điện thoại")
    assert "Mất điện thoại" in secretary.text
    assert (await phone.get("/meetings")).path.startswith("/sign-in")
    assert (await served.visitor().sign_in("dangvien01")).status == 401
    await secretary.post("/people/demo-dangvien01/account", step="enable", why="Đã tìm thấy")
    assert (await served.visitor().sign_in("dangvien01")).path == "/meetings"


async def test_only_an_administrator_unlocks(served: Served) -> None:
    visitor = served.visitor()
    for _ in range(5):
        await visitor.sign_in("dangvien02", "wrong")
    for username, status in (("bithu", 422), ("quantri", 200)):
        keeper = await served.visitor(**ENGLISH).sign_in(username)
        await keeper.get("/people/demo-dangvien02")
        assert "locked after wrong tries" in keeper.text
        assert (await keeper.post("/people/demo-dangvien02/account", step="unlock")).status == status
    assert (await visitor.sign_in("dangvien02")).path == "/meetings"


async def test_an_account_that_nobody_uses_for_45_days_is_disabled(served: Served) -> None:
    served.clock.advance(minutes=30)  # when the accounts were made
    await served.member()
    served.clock.advance(days=45)
    assert (await served.visitor().sign_in("dangvien01")).path == "/meetings"  # on the very day
    served.clock.advance(seconds=1)
    assert (await served.visitor().sign_in("dangvien02")).status == 401
    await served.house.accounts.sweep()
    cli = served.house.accounts
    assert await cli.unlock("bithu")
    secretary = await served.visitor(**ENGLISH).sign_in("bithu")
    text = (await secretary.get("/units/demo-cell-1/accounts?state=disabled")).text
    assert "nobody used it" in text
    assert "dangvien02" in text
    assert "dangvien01" not in text
    await secretary.get("/people/demo-dangvien02")
    assert "nobody had used it for 45 days" in secretary.text
    await secretary.post("/people/demo-dangvien02/account", step="enable", why="Họp lại")
    assert (await served.visitor().sign_in("dangvien02")).path == "/meetings"


async def test_the_list_is_reviewed_each_quarter(served: Served) -> None:
    secretary = await _secretary(served)
    assert "never reviewed" in (await secretary.get(f"{CELL}/accounts")).text
    await secretary.post(f"{CELL}/accounts/reviews", note="Đủ, đúng người")
    assert "Đủ, đúng người" in secretary.text
    assert "never reviewed" not in secretary.text
    for days in (40, 40, 9):
        served.clock.advance(days=days)
        secretary = await _secretary(served)
    assert "was to be reviewed" not in (await secretary.get(f"{CELL}/accounts")).text
    served.clock.advance(days=1)  # 5 January and three months
    secretary = await _secretary(served)
    assert "was to be reviewed by 05/04/2027" in (await secretary.get(f"{CELL}/accounts")).text


async def test_a_review_above_takes_in_those_below_and_not_the_other_way(served: Served) -> None:
    administrator = await served.visitor(**ENGLISH).sign_in("quantri")
    await administrator.get("/units/demo-cell-4/accounts")
    await administrator.post("/units/demo-cell-4/accounts/reviews", note="")
    assert "never reviewed" in (await administrator.get("/units/demo-tinh/accounts")).text
    await administrator.post("/units/demo-tinh/accounts/reviews", note="Cả tỉnh")
    assert "Cả tỉnh" in (await administrator.get("/units/demo-cell-5/accounts")).text


async def test_the_list_goes_out_as_a_file_with_its_trace(served: Served) -> None:
    administrator = await served.visitor(**ENGLISH).sign_in("quantri")
    async with administrator.http.get(f"{served.base}/units/demo-tinh/accounts.xlsx") as answer:
        sheet = load_workbook(io.BytesIO(await answer.read())).worksheets[0]
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0][:3] == ["Unit", "Name", "Username"]
    assert {"bithu", "xauy", "quantri", "bithu-6"} <= {row[2] for row in rows}
    assert "bithu" in (await administrator.get("/units/demo-cell-1/accounts.csv")).text
    assert "taken out as a file" in (await administrator.get("/units/demo-tinh")).text


# -- Administrators: old passwords, and those of before -------------------------------------------------------------


async def test_an_administrator_changes_his_password_every_two_months(served: Served) -> None:
    served.clock.advance(days=40)
    for username in ("quantri", "bithu"):
        await served.visitor().sign_in(username)
    served.clock.advance(days=18)
    assert (await served.visitor().sign_in("quantri")).path == "/meetings"
    served.clock.advance(days=1)  # 5 January and two months
    administrator = await served.visitor(**ENGLISH).sign_in("quantri")
    assert administrator.path == "/account"
    assert "too old" in administrator.text
    assert (await administrator.get("/units/demo-tinh/accounts")).path == "/account"
    fields = {"old": PASSWORD, "new": NEW, "again": NEW}
    await administrator.post("/account/password", **fields)
    assert (await administrator.get("/units/demo-tinh/accounts")).path == "/units/demo-tinh/accounts"
    assert (await served.visitor().sign_in("bithu")).path == "/meetings"


async def test_an_administrator_does_not_take_one_of_his_last_ten_again(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).sign_in("quantri")
    every = [PASSWORD, *(f"{NEW}-{n}" for n in range(10))]
    for old, new in itertools.pairwise(every):
        await (await visitor.get("/account")).post("/account/password", old=old, new=new, again=new)
        assert visitor.status == 200
    await visitor.post("/account/password", old=every[-1], new=every[1], again=every[1])
    assert visitor.status == 422
    assert "differs from his last 10" in visitor.text
    await visitor.post("/account/password", old=every[-1], new=every[0], again=every[0])
    assert visitor.status == 200  # the eleventh


# -- The second factor ----------------------------------------------------------------------------------------------


async def _sets_up(visitor: Visitor, served: Served) -> tuple[bytes, str]:
    """The secret, and the number of the slip."""
    await visitor.get("/account/second-factor")
    draft = re.search(r'name="draft" value="([^"]+)"', visitor.text)
    assert draft
    plain = factor.unsealed(served.house.accounts.key, draft.group(1))
    assert plain
    secret = plain.split(b":", 1)[1]
    code = factor.code_at(secret, served.clock())
    await visitor.post("/account/second-factor", draft=draft.group(1), code=code, password=PASSWORD)
    assert visitor.status == 200, visitor.text
    found = re.search(r'class="code"><strong>([\d ]+)<', visitor.text)
    assert found
    return secret, bare(found.group(1))


async def _step(visitor: Visitor, code: str) -> Visitor:
    step = re.search(r'name="step" value="([^"]+)"', visitor.text)
    assert step, visitor.text
    return await visitor.post("/sign-in/code", step=step.group(1), code=code, next="")


async def test_with_a_second_factor_the_password_alone_opens_nothing(served: Served) -> None:
    secret, _ = await _sets_up(await served.visitor(**ENGLISH).sign_in("quantri"), served)
    served.clock.advance(seconds=30)
    visitor = await served.visitor(**ENGLISH).sign_in("quantri")
    assert not visitor.cookie("chibo_session")
    assert "six digits" in visitor.text
    await _step(visitor, "000000")
    assert visitor.status == 401
    await _step(visitor, factor.code_at(secret, served.clock()))
    assert visitor.path == "/meetings"


async def test_a_step_of_before_the_password_was_changed_leads_nowhere(served: Served) -> None:
    owner = await served.visitor(**ENGLISH).sign_in("quantri")
    secret, _ = await _sets_up(owner, served)
    served.clock.advance(seconds=30)
    thief = await served.visitor(**ENGLISH).sign_in("quantri")
    await owner.post("/account/password", old=PASSWORD, new="trăng-sáng-sân-trường-9", again="trăng-sáng-sân-trường-9")
    assert owner.path == "/account?changed"
    assert (await _step(thief, factor.code_at(secret, served.clock()))).status == 401


async def test_a_code_of_the_app_is_taken_once(served: Served) -> None:
    secret, _ = await _sets_up(await served.visitor(**ENGLISH).sign_in("quantri"), served)
    served.clock.advance(seconds=30)
    code = factor.code_at(secret, served.clock())
    assert (await _step(await served.visitor().sign_in("quantri"), code)).path == "/meetings"
    assert (await _step(await served.visitor().sign_in("quantri"), code)).status == 401


async def test_wrong_codes_lock_even_when_the_password_is_said_right_between(served: Served) -> None:
    secret, _ = await _sets_up(await served.visitor(**ENGLISH).sign_in("quantri"), served)
    served.clock.advance(seconds=30)
    for _ in range(3):
        visitor = await served.visitor().sign_in("quantri")
        if visitor.status == 200:
            await _step(visitor, "000000")
    assert (await served.visitor().sign_in("quantri")).status == 401
    served.clock.advance(hours=12)
    code = factor.code_at(secret, served.clock())
    assert (await _step(await served.visitor().sign_in("quantri"), code)).path == "/meetings"


async def test_the_slip_stands_in_for_a_lost_phone_once(served: Served) -> None:
    _, slip = await _sets_up(await served.visitor(**ENGLISH).sign_in("quantri"), served)
    assert (await served.visitor().get(f"/join?code={slip}")).status == 422  # it is good for nothing else
    assert (await _step(await served.visitor().sign_in("quantri"), slip)).path == "/meetings"
    assert (await _step(await served.visitor().sign_in("quantri"), slip)).status == 401


async def test_the_step_between_password_and_code_lasts_five_minutes_and_is_no_session(serve: Serve) -> None:
    served = await serve()
    await _sets_up(await served.visitor(**ENGLISH).sign_in("quantri"), served)
    visitor = await served.visitor(**ENGLISH).sign_in("quantri")
    assert (await visitor.post("/sign-in/code", step="forged", code="1", next="")).path == "/sign-in"


async def test_with_a_second_factor_a_password_may_have_eight_characters_and_then_it_stays(served: Served) -> None:
    visitor = await served.visitor(**ENGLISH).sign_in("dangvien01")
    await _sets_up(visitor, served)
    short = {"old": PASSWORD, "new": "lua-chin", "again": "lua-chin"}
    assert (await (await visitor.get("/account")).post("/account/password", **short)).path == "/account?changed"
    await visitor.get("/account/second-factor")
    await visitor.post("/account/second-factor/off", password="lua-chin")
    assert visitor.status == 422
    assert "at least 14 characters" in visitor.text


async def test_a_picture_of_another_account_sets_nothing_up(served: Served) -> None:
    other = await (await served.visitor().sign_in("dangvien02")).get("/account/second-factor")
    draft = re.search(r'name="draft" value="([^"]+)"', other.text)
    assert draft
    visitor = await served.visitor(**ENGLISH).sign_in("dangvien01")
    await visitor.get("/account/second-factor")
    await visitor.post("/account/second-factor", draft=draft.group(1), code="1", password=PASSWORD)
    assert (await served.visitor().sign_in("dangvien01")).path == "/meetings"


async def test_a_proposed_password_is_fit_and_never_the_same(served: Served) -> None:
    made = {phrase() for _ in range(200)}
    assert len(made) == 200
    for each in made:
        served.house.accounts.fit("nguyenvanloi", each)
    assert len(set(SYLLABLES)) == len(SYLLABLES)


async def test_one_s_own_file_tells_of_the_account_and_its_slips(served: Served) -> None:
    member = served.visitor(**ENGLISH)
    await _takes_up(member, await _code(served))
    await member.get("/account/data.json")
    for word in ('"slips"', '"signed_in_at"', '"secret_set_at"', '"second_factor"'):
        assert word in member.text
    assert "password" not in member.text
    assert "code_hash" not in member.text
