"""The register's pages: reading, finding, and every form, by people who may and people who may not."""

import re

import pytest

from .conftest import Served, Visitor

ENGLISH = {"Accept-Language": "en"}
CELL, OTHER, COMMUNE = "demo-cell-1", "demo-cell-3", "demo-xa-1"


async def _as(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


def _id(visitor: Visitor) -> str:
    """The id of the unit or person whose page he was sent to."""
    return visitor.path.rsplit("/", 1)[-1]


# -- Reading ---------------------------------------------------------------------------------------------------------


async def test_the_province_s_tree_is_walked_from_its_top(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get("/register")
    assert "Đảng bộ tỉnh Hải Vân" in visitor.text
    await visitor.get("/units/demo-tinh")
    assert "Đảng bộ xã Cửa Lạch" in visitor.text and "HV-01" in visitor.text
    await visitor.get(f"/units/{COMMUNE}")
    assert "Chi bộ Đội tàu Viễn Dương" in visitor.text
    await visitor.get(f"/units/{CELL}")
    for word in ("Nguyễn Văn Hải", "Tổ đảng tàu Hải Vân 01", "Group leader", "probationary member"):
        assert word in visitor.text, word


async def test_a_merged_cell_reads_on_under_its_old_name(served: Served) -> None:
    visitor = await (await _as(served, "tochuc")).get("/units/demo-cell-old")
    assert "Chi bộ thôn Hòa Lợi" in visitor.text
    assert "Merged on 01/07/2025 into" in visitor.text
    assert "Trần Thị Nhàn" in visitor.text
    assert "/units/demo-cell-old/people/new" not in visitor.text
    assert "Merged into it" in (await visitor.get("/units/demo-cell-2")).text


@pytest.mark.parametrize("words", ["vien duong", "VIỄN DƯƠNG", "hv-01-001"])
async def test_units_are_found_without_diacritics_or_by_their_code(served: Served, words: str) -> None:
    visitor = await (await _as(served, "tochuc")).get("/register", params={"q": words})
    assert f'href="/units/{CELL}"' in visitor.text


async def test_members_are_found_only_where_one_may_look(served: Served) -> None:
    for username, found in (("tochuc", True), ("bithu", True), ("theodoi", True), ("bithu-2", False)):
        visitor = await (await _as(served, username)).get("/register", params={"q": "quang dung"})
        assert ("Lê Quang Dũng" in visitor.text) is found, username


async def test_a_member_sees_his_own_entry_and_no_list(served: Served) -> None:
    visitor = await (await _as(served, "dangvien01")).get("/register", params={"q": "nguyen"})
    assert "Nguyễn Văn Hải" not in visitor.text
    await visitor.get("/register")
    assert "My entry" in visitor.text and "Đỗ Văn An" in visitor.text


async def test_a_search_is_words_and_never_markup_or_a_pattern(served: Served) -> None:
    visitor = await (await _as(served, "tochuc")).get("/register", params={"q": '%_"><script>'})
    assert "Nothing was found." in visitor.text
    assert '"><script>' not in visitor.text


# -- Who may ---------------------------------------------------------------------------------------------------------

MAY = {
    "see": ("GET", "/units/{}", {"bithu", "phobithu", "capuy1", "theodoi", "xauy", "tinhuy", "tochuc", "quantri"}),
    "people": ("GET", "/units/{}/people/new", {"bithu", "phobithu", "tochuc", "quantri"}),
    "posts": ("GET", "/units/{}/posts", {"bithu", "phobithu", "tochuc", "quantri"}),
    "groups": ("GET", "/units/{}/groups/new", {"bithu", "phobithu", "tochuc", "quantri"}),
    "edit": ("GET", "/units/{}/edit", {"tochuc", "quantri"}),
    "split": ("GET", "/units/{}/split", {"tochuc", "quantri"}),
    "merge": ("GET", "/units/{}/merge", {"tochuc", "quantri"}),
}
WHO = (
    "bithu",
    "phobithu",
    "capuy1",
    "dangvien01",
    "tamthoi",
    "dinhchi",
    "theodoi",
    "xauy",
    "tinhuy",
    "tochuc",
    "quantri",
    "bithu-2",
)


@pytest.mark.parametrize("username", WHO)
async def test_inside_a_page_and_outside_nothing(served: Served, username: str) -> None:
    visitor = await _as(served, username)
    for method, path, allowed in MAY.values():
        assert method == "GET"
        await visitor.get(path.format(CELL))
        assert visitor.status == (200 if username in allowed else 404), path


async def test_what_is_not_one_s_own_looks_like_nothing_at_all(served: Served) -> None:
    visitor = await _as(served, "bithu-2")
    texts = [
        (await visitor.get(path)).text.replace(path, "").replace(visitor.csrf(), "")
        for path in (f"/units/{CELL}", "/units/no-such", "/people/demo-bithu", "/people/no-such")
    ]
    assert len(set(texts)) == 1


async def test_contacts_are_for_who_keeps_the_register(served: Served) -> None:
    visitor = await _as(served, "bithu")
    await visitor.get("/people/demo-dangvien01")
    sent = {"name": "Đỗ Văn An", "birth_year": "1960", "card_number": "01.234.567", "phone": "0912 345 678", "mail": ""}
    await visitor.post("/people/demo-dangvien01/edit", **sent)
    assert "0912345678" in visitor.text and "••••567" in visitor.text
    follower = await (await _as(served, "theodoi")).get("/people/demo-dangvien01")
    assert follower.status == 200
    assert "0912345678" not in follower.text and "01234567" not in follower.text
    assert "••••567" in follower.text


# -- The tree --------------------------------------------------------------------------------------------------------


async def test_a_unit_is_entered_renamed_moved_and_dissolved(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get(f"/units/{COMMUNE}/new")
    given = {"kind": "cell", "name": "Chi bộ Bến cảng", "code": "HV-01-050", "founded": "2026-12-01"}
    await visitor.post(f"/units/{COMMUNE}/new", **given)
    made = _id(visitor)
    assert "Chi bộ Bến cảng" in visitor.text
    await visitor.get(f"/units/{made}/edit")
    renamed = {"name": "Chi bộ Cảng Cửa Lạch", "code": "HV-01-050", "founded": "2026-12-01", "since": "2027-01-01"}
    await visitor.post(f"/units/{made}/edit", **renamed)
    assert "Names it had" in visitor.text and "Chi bộ Bến cảng" in visitor.text
    await visitor.get(f"/units/{made}/edit")
    await visitor.post(f"/units/{made}/move", to="demo-xa-2")
    assert "Đảng bộ phường Đông Hải" in visitor.text
    await visitor.get(f"/units/{made}/edit")
    await visitor.post(f"/units/{made}/dissolve", day="2027-01-05")
    assert "Dissolved on 05/01/2027." in visitor.text


async def test_what_is_refused_is_said_and_what_was_typed_stays(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get(f"/units/{COMMUNE}/new")
    await visitor.post(f"/units/{COMMUNE}/new", kind="cell", name="Chi bộ Trùng", code="HV-01-001", founded="")
    assert visitor.status == 422
    assert "This code is taken." in visitor.text and 'value="Chi bộ Trùng"' in visitor.text


async def test_cells_are_merged_after_a_preview(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get(f"/units/{COMMUNE}/merge")
    fields = {"into": OTHER, "name": "", "code": "", "day": "2027-01-05", "secretary": ""}
    await _post_many(visitor, f"/units/{COMMUNE}/merge", [OTHER, "demo-cell-2"], **fields, step="preview")
    assert visitor.status == 200 and "Nothing has been changed yet." in visitor.text
    assert "Nguyễn Thị Hạnh" in visitor.text
    assert (
        "Merged"
        not in (await visitor.get("/units/demo-cell-2")).text.split("Who changed")[0].split("Merged into it")[0]
    )
    await visitor.get(f"/units/{COMMUNE}/merge")
    await _post_many(visitor, f"/units/{COMMUNE}/merge", [OTHER, "demo-cell-2"], **fields, step="merge")
    assert visitor.path == f"/units/{OTHER}" and "Nguyễn Thị Hạnh" in visitor.text
    assert "Merged on 05/01/2027 into" in (await visitor.get("/units/demo-cell-2")).text


async def test_no_cell_of_others_is_merged(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get(f"/units/{COMMUNE}/merge")
    fields = {"into": "", "name": "X Y", "code": "", "day": "2027-01-05", "secretary": "", "step": "merge"}
    await _post_many(visitor, f"/units/{COMMUNE}/merge", [OTHER, "demo-cell-4"], **fields)  # of another commune
    assert visitor.status == 404


async def test_a_cell_is_split(served: Served) -> None:
    visitor = await _as(served, "tochuc")
    await visitor.get(f"/units/{CELL}/split")
    await visitor.post(
        f"/units/{CELL}/split", name="Chi bộ Tàu 01", code="", day="2027-01-05", secretary="", groups="demo-group-1"
    )
    assert visitor.status == 200 and "Tổ đảng tàu Hải Vân 01" in visitor.text and "Đặng Văn Sơn" in visitor.text
    assert "Đặng Văn Sơn" not in (await visitor.get(f"/units/{CELL}")).text.split("Who changed")[0]


async def _post_many(visitor: Visitor, path: str, cells: list[str], **fields: str) -> None:
    form = [("csrf", visitor.csrf()), *fields.items(), *(("cells", cell) for cell in cells)]
    await visitor._do("POST", path, True, data=form)


# -- Members ---------------------------------------------------------------------------------------------------------


async def test_a_secretary_enters_a_member_and_changes_his_status(served: Served) -> None:
    visitor = await _as(served, "bithu")
    await visitor.get(f"/units/{CELL}/people/new")
    entry = {"name": "Lê Thị Mới", "birth_year": "1999", "card_number": "", "phone": "", "mail": ""}
    await visitor.post(f"/units/{CELL}/people/new", **entry, standing="probationary", since="2026-06-01")
    person = _id(visitor)
    assert "Lê Thị Mới" in visitor.text and "probationary member" in visitor.text
    await visitor.post(f"/people/{person}/status", standing="official", since="2027-01-01", until="", id="", step="")
    assert re.search(r"official member</strong>\s*<span class=\"tag good\">today", visitor.text)
    assert "until 01/01/2027" in visitor.text
    await visitor.post(f"/people/{person}/status", standing="exempt", since="2026-01-01", until="x", id="", step="")
    assert visitor.status == 422 and "Please give the day." in visitor.text


async def test_a_secretary_gives_posts_of_the_committee_and_none_above(served: Served) -> None:
    visitor = await _as(served, "bithu")
    await visitor.get(f"/units/{CELL}/posts")
    fields = {"person": "demo-dangvien01", "since": "2027-01-05", "until": ""}
    await visitor.post(f"/units/{CELL}/posts", post="committee_member", **fields)
    assert visitor.path == f"/units/{CELL}"
    for post in ("cell_secretary", "administrator", "king"):
        await visitor.get(f"/units/{CELL}/posts")
        await visitor.post(f"/units/{CELL}/posts", post=post, **fields)
        assert visitor.status == 404, post
    await visitor.get(f"/units/{CELL}/posts")
    await visitor.post(f"/units/{CELL}/posts", post="committee_member", **{**fields, "person": "demo-bithu-2"})
    assert visitor.status == 422


async def test_only_an_administrator_makes_administrators(served: Served) -> None:
    fields = {"person": "demo-xauy", "post": "administrator", "since": "2027-01-05", "until": ""}
    for username, status in (("tochuc", 404), ("quantri", 200)):
        visitor = await _as(served, username)
        await visitor.get(f"/units/{COMMUNE}/posts")
        await visitor.post(f"/units/{COMMUNE}/posts", **fields)
        assert visitor.status == status, username


async def test_a_mandate_is_ended(served: Served) -> None:
    visitor = await (await _as(served, "bithu")).get(f"/units/{CELL}/posts")
    form = re.search(
        r'name="post_id" value="(\d+)"><input type="hidden" name="person" value="(demo-capuy1)"', visitor.text
    )
    assert form
    await visitor.post(f"/units/{CELL}/posts/end", post_id=form[1], person=form[2], until="2027-01-05")
    assert "Committee member: <strong>Lê Quang Dũng" not in visitor.text


async def test_groups_are_founded_changed_and_dissolved(served: Served) -> None:
    visitor = await (await _as(served, "bithu")).get(f"/units/{CELL}/groups/new")
    form = [("name", "Tổ 4"), ("leader", "demo-dangvien01"), ("deputy", ""), ("step", "keep")]
    form += [("members", "demo-dangvien01"), ("members", "demo-dangvien02"), ("csrf", visitor.csrf())]
    await visitor._do("POST", f"/units/{CELL}/groups/new", True, data=form)
    found = re.search(rf"/units/{CELL}/groups/([0-9a-f]{{16}})", visitor.text)
    assert found and "Tổ 4" in visitor.text
    await visitor.get(f"/units/{CELL}/groups/{found[1]}")
    await visitor.post(f"/units/{CELL}/groups/{found[1]}", name="", leader="", deputy="", step="dissolve")
    assert "Tổ 4</strong>" not in visitor.text


async def test_a_member_is_transferred_by_who_keeps_both_cells(served: Served) -> None:
    fields = {"how": "home", "to": "demo-cell-2", "day": "2027-01-05", "until": ""}
    secretary = await (await _as(served, "bithu")).get("/people/demo-dangvien11/transfer")
    assert "Chi bộ thôn Hòa Bình" not in secretary.text
    await secretary.post("/people/demo-dangvien11/transfer", **fields)
    assert secretary.status == 404
    visitor = await (await _as(served, "tochuc")).get("/people/demo-dangvien11/transfer")
    await visitor.post("/people/demo-dangvien11/transfer", **fields)
    assert visitor.path == "/people/demo-dangvien11" and "Chi bộ thôn Hòa Bình" in visitor.text
    assert (await secretary.get("/people/demo-dangvien11")).status == 404


async def test_who_leaves_the_register_is_seen_by_nobody_in_the_cell_s_list(served: Served) -> None:
    visitor = await (await _as(served, "bithu")).get("/people/demo-dangvien11/transfer")
    await visitor.post("/people/demo-dangvien11/transfer", how="out", to="", day="2027-01-05", until="")
    assert visitor.path == f"/units/{CELL}"
    assert 'href="/people/demo-dangvien11"' not in visitor.text
