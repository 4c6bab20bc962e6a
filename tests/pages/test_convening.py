"""Before the meeting, on pages: the plan, a meeting planned and prepared, its notice, answers, documents, tasks."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import icalendar
import pytest
import sqlalchemy as sa

from server.convening import calling, notices
from server.meeting.ids import ItemKind
from server.notify import outbox
from server.pages import convening_words
from server.records import tables
from tests.convening import files

from .conftest import TODAY, Serve, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
CELL = "/units/demo-cell-1"
LATER = TODAY + timedelta(days=40)
WHEN = {"day": LATER.isoformat(), "time": "19:30"}
ONLINE = {"title": "Sinh hoạt tháng 2", "kind": "regular", "form": "online", "place": "", **WHEN}


async def _english(served: Served, username: str = "bithu") -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def _planned(visitor: Visitor, **changed: str) -> str:
    """The id of a new meeting."""
    await visitor.get(f"{CELL}/meetings/new")
    await visitor.post(f"{CELL}/meetings/new", **(ONLINE | {"line": ""} | changed))
    found = re.fullmatch(r"/meetings/(\w+)/plan", visitor.path)
    assert found, visitor.text
    return found.group(1)


async def _upload(visitor: Visitor, meeting: str, name: str, data: bytes, **fields: str) -> Visitor:
    await visitor.get(f"/meetings/{meeting}/plan")
    sent = {"csrf": visitor.csrf(), "title": "", "item": "", "confirmed": "yes", **fields}
    form = aiohttp.FormData(sent)
    form.add_field("file", data, filename=name, content_type="application/octet-stream")
    return await visitor._do("POST", f"/meetings/{meeting}/documents", True, data=form)


def _stored(served: Served) -> list[Path]:
    return [path for path in served.house.settings.documents.rglob("*") if path.is_file()]


def test_every_kind_of_item_has_a_word() -> None:
    assert {kind.value for kind in ItemKind} == convening_words.ITEM_KINDS.keys()


# -- Planning --------------------------------------------------------------------------------------------------------


async def test_a_meeting_begins_with_the_agenda_of_its_template_and_is_changed_step_by_step(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    titles = re.findall(r"<strong>([^<]+)</strong>\n\s+<p class=\"soft small\">", secretary.text)
    assert len(titles) == 6
    assert "Kết quả thực hiện nhiệm vụ được giao tháng trước" in titles[1]
    at = f"/meetings/{meeting}/agenda"
    await secretary.post(at, step="down", item="i1")
    assert [titles[1], titles[0]] == re.findall(
        r"<strong>([^<]+)</strong>\n\s+<p class=\"soft small\">", secretary.text
    )[:2]
    await secretary.post(at, step="add", title="Xét đơn của quần chúng", kind="ordinary", presenter="Lan", minutes="10")
    assert "Xét đơn của quần chúng" in secretary.text
    await secretary.post(at, step="remove", item="i6")
    await secretary.post(at, step="edit", item="i3", title="Thời sự", kind="information", presenter="", minutes="20")
    async with served.house.database.read() as connection:
        kept = await connection.scalar(sa.select(tables.meetings.c.agenda).where(tables.meetings.c.id == meeting))
    assert [item["id"] for item in kept][:3] == ["i2", "i1", "i3"]
    assert kept[2] == {"id": "i3", "title": "Thời sự", "kind": "information", "presenter": "", "minutes": 20}
    assert "i6" not in {item["id"] for item in kept}


REFUSED = [
    ({"form": "by_groups"}, "no decision in force allows meetings by party groups"),
    ({"kind": "thematic", "day": (TODAY + timedelta(days=100)).isoformat()}, "never replaces the monthly one"),
    ({"day": (TODAY - timedelta(days=1)).isoformat()}, "a time to come"),
    ({"form": "in_person"}, "where those in the room meet"),
    ({"title": "Báo cáo (MẬT)"}, "bears a secrecy mark"),
    ({"day": "hôm nay"}, "the day and the time"),
    ({"kind": "party"}, "one of the values offered"),
]


@pytest.mark.parametrize(("changed", "why"), REFUSED, ids=[why for _, why in REFUSED])
async def test_what_may_not_be_planned_is_refused_in_words_and_nothing_typed_is_lost(
    served: Served, changed: dict[str, str], why: str
) -> None:
    secretary = await _english(served)
    await secretary.get(f"{CELL}/meetings/new")
    await secretary.post(f"{CELL}/meetings/new", **(ONLINE | {"line": ""} | changed))
    assert secretary.status == 422
    assert why in secretary.text
    assert 'value="19:30"' in secretary.text


@pytest.mark.parametrize("kind", ["election", "discipline", "admission", "official_recognition", "annual_review"])
async def test_what_may_not_be_handled_online_is_refused_with_its_rule(served: Served, kind: str) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await secretary.post(f"/meetings/{meeting}/agenda", step="add", title="Nội dung", kind=kind)
    assert secretary.status == 422
    assert "may not be handled online (online_allowed." in secretary.text
    in_room = {"form": "in_person", "place": "Nhà văn hóa"}
    await secretary.post(f"/meetings/{meeting}/plan", **(ONLINE | in_room))
    await secretary.post(f"/meetings/{meeting}/agenda", step="add", title="Nội dung", kind=kind)
    assert secretary.status == 200
    await secretary.post(f"/meetings/{meeting}/plan", **ONLINE)  # and not back again
    assert secretary.status == 422


async def test_the_committee_meets_by_itself(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary, kind="committee", title="Họp chi ủy")
    called = await calling.call(served.house.database, meeting, served.house.settings.zone)
    assert {str(seat.post) for seat in called.roster} == {"cell_secretary", "deputy_secretary", "committee_member"}
    member = await _english(served, "dangvien01")
    assert "Họp chi ủy" not in (await member.get("/meetings")).text
    assert (await member.get(f"/meetings/{meeting}/invitation")).status == 404
    assert "Họp chi ủy" in (await (await _english(served, "capuy1")).get("/meetings")).text


async def test_a_cancelled_meeting_says_why_and_is_no_longer_joined(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await secretary.post(f"/meetings/{meeting}/cancel", reason="  ")
    assert secretary.status == 422
    await secretary.post(f"/meetings/{meeting}/cancel", reason="Tàu chưa về bến")
    member = await _english(served, "dangvien01")
    assert "Tàu chưa về bến" in (await member.get(f"/meetings/{meeting}")).text
    await secretary.post(f"/meetings/{meeting}/plan", **ONLINE)
    assert "was cancelled" in secretary.text


async def test_once_the_doors_are_open_nothing_is_changed(served: Served) -> None:
    secretary = await _english(served)
    await secretary.get(f"/meetings/{served.demo.meeting_id}/plan")
    await secretary.post(f"/meetings/{served.demo.meeting_id}/agenda", step="down", item="1")
    assert secretary.status == 422
    assert "The doors of this meeting are open" in secretary.text


async def test_the_regular_meeting_is_not_taken_from_beside_a_thematic_one(served: Served) -> None:
    secretary = await _english(served)
    april = [(TODAY + timedelta(days=days)).isoformat() for days in (100, 101)]  # nothing else is planned then
    regular = await _planned(secretary, day=april[0])
    await _planned(secretary, kind="thematic", title="Chuyên đề", day=april[1])
    await secretary.post(f"/meetings/{regular}/cancel", reason="bận")
    assert "never replaces the monthly one" in secretary.text
    assert "42-HD/BTCTW" in secretary.text


# -- The month -------------------------------------------------------------------------------------------------------


async def test_a_month_shows_what_is_meant_who_prepares_what_is_convened_and_what_is_late(served: Served) -> None:
    secretary = await _english(served)
    april = f"{CELL}/plan/2027-04"
    await secretary.get(f"{CELL}/plan?year=2027")
    planned = {"step": "add", "month": "4", "kind": "combined", "day": "2027-04-20"}
    await secretary.post(f"{CELL}/plan?year=2027", **planned, theme="Biển đảo", preparing="đ/c Lan")
    await secretary.get(april)
    assert "Biển đảo" in secretary.text and "Prepared by đ/c Lan" in secretary.text
    assert "No meeting is convened for this month." in secretary.text and 'id="late"' not in secretary.text
    assert "Convene this month" in secretary.text
    line = _line(secretary.text)
    await secretary.get(f"{CELL}/meetings/new?line={line}")
    for known in ('value="2027-04-20"', 'value="Biển đảo"', 'value="19:30"', '<option value="combined" selected>'):
        assert known in secretary.text, known
    meeting = await _planned(secretary, line=line, kind="combined", title="Tháng tư", day="2027-04-20")
    assert "not yet announced" in (await secretary.get(april)).text and "Tháng tư" in secretary.text
    for days in (35, 35, 34.5):  # until the morning of the day; an account that nobody uses is disabled
        served.clock.advance(days=days)
        await secretary.sign_in("bithu")
    await secretary.get(april)
    assert "“Tháng tư”: the notice has not gone out." in secretary.text
    assert "“Tháng tư”: members have no document yet." in secretary.text
    assert "tasks are overdue" in secretary.text
    await secretary.get(f"/meetings/{meeting}/plan")
    await secretary.post(f"/meetings/{meeting}/notice")
    assert "the notice has not gone out" not in (await secretary.get(april)).text


def _line(text: str) -> str:
    """Which line of the plan the one button convenes."""
    found = re.search(r'class="button main big full" href="[^"]+\?line=(\w+)"', text)
    assert found, text
    return found.group(1)


async def test_a_month_gone_by_says_if_it_was_not_held_and_members_see_no_meeting_of_the_committee(
    served: Served,
) -> None:
    secretary = await _english(served)
    assert "The meeting of this month is not convened yet." in (await secretary.get(f"{CELL}/plan/2026-06")).text
    assert "Convene this month" not in secretary.text
    await _planned(secretary, kind="committee", title="Họp kín của chi ủy")
    own = f"{CELL}/plan/{LATER:%Y-%m}"
    assert "Họp kín của chi ủy" in (await secretary.get(own)).text
    member = await _english(served, "dangvien01")
    assert "Họp kín của chi ủy" not in (await member.get(own)).text and member.status == 200
    for path in ("2027-13", "0001-01", "2027-1"):
        assert (await secretary.get(f"{CELL}/plan/{path}")).status == 404
    assert (await (await _english(served, "bithu-2")).get(own)).status == 404


# -- The notice ------------------------------------------------------------------------------------------------------


async def _rows(served: Served, meeting: str) -> list[sa.Row[tuple[object, ...]]]:
    o = tables.outbox
    async with served.house.database.read() as connection:
        found = sa.select(o).where(o.c.meeting == meeting).order_by(o.c.id)
        return list(await connection.execute(found))


async def test_the_notice_goes_to_members_and_follower_and_a_change_goes_out_again(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await secretary.post(f"/meetings/{meeting}/notice")
    first = await _rows(served, meeting)
    assert {"demo-theodoi", "demo-dangvien01", "demo-bithu"} <= {row.person_id for row in first}
    assert "demo-dinhchi" not in {row.person_id for row in first}
    await secretary.post(f"/meetings/{meeting}/agenda", step="down", item="i1")
    assert "Agenda or documents were changed since." in secretary.text
    await secretary.post(f"/meetings/{meeting}/notice")
    await secretary.post(f"/meetings/{meeting}/plan", **(ONLINE | {"time": "20:00"}))
    await secretary.post(f"/meetings/{meeting}/cancel", reason="Bão")
    ours = [row for row in await _rows(served, meeting) if row.person_id == "demo-dangvien01"]
    read = []
    for row in ours:
        (event,) = icalendar.Calendar.from_ical(row.calendar).walk("VEVENT")
        calendar = icalendar.Calendar.from_ical(row.calendar)
        read.append((str(calendar["METHOD"]), int(event["SEQUENCE"]), str(event["UID"])))
    uid = f"{meeting}@127.0.0.1"
    assert read == [("REQUEST", 0, uid), ("REQUEST", 1, uid), ("REQUEST", 2, uid), ("CANCEL", 3, uid)]
    member = await _english(served, "dangvien01")
    await member.get("/notices")
    assert "Cancelled: Sinh hoạt tháng 2" in member.text
    assert "20:00" in member.text
    link = re.search(r'href="(/notices/\d+)"', member.text)
    assert link
    assert (await member.get(link.group(1))).path == f"/meetings/{meeting}/invitation"


async def test_reminders_go_out_a_day_and_an_hour_before_and_once(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await secretary.post(f"/meetings/{meeting}/notice")
    member = await _english(served, "dangvien02")
    await member.get(f"/meetings/{meeting}/invitation")
    await member.post(f"/meetings/{meeting}/answer", coming="no", reason="đi biển")
    zone, before = served.house.settings.zone, len(await _rows(served, meeting))
    async with served.house.database.read() as connection:
        at = await connection.scalar(sa.select(tables.meetings.c.planned_for).where(tables.meetings.c.id == meeting))
    told = []
    for ahead in (25, 23, 22, 1, 0.5):
        async with served.house.database.write() as connection:
            await notices.remind(connection, at - timedelta(hours=ahead), zone)
        told.append(len(await _rows(served, meeting)) - before)
    everyone = before - 1  # less who cannot come
    assert told == [0, everyone, everyone, 2 * everyone, 2 * everyone]


# -- Answers ---------------------------------------------------------------------------------------------------------


async def test_an_excuse_is_given_decided_and_comes_to_the_roll(served: Served) -> None:
    secretary, member = await _english(served), await _english(served, "dangvien01")
    meeting = await _planned(secretary)
    await member.get(f"/meetings/{meeting}/invitation")
    await member.post(f"/meetings/{meeting}/answer", coming="no", reason=" ")
    assert member.status == 422
    await member.post(f"/meetings/{meeting}/answer", coming="no", reason="Con ốm <b>nặng</b>")
    assert "The secretary has not decided on it yet." in member.text
    assert "&lt;b&gt;" in member.text
    assert "cannot come to" in (await secretary.get("/notices")).text
    await secretary.get(f"/meetings/{meeting}/plan")
    await secretary.post(f"/meetings/{meeting}/answers", person="demo-dangvien01", verdict="accept")
    assert "excuse accepted" in secretary.text
    assert "Your excuse was accepted." in (await member.get(f"/meetings/{meeting}/invitation")).text
    called = await calling.call(served.house.database, meeting, served.house.settings.zone)
    (excuse,) = called.excuses
    assert (excuse.member, excuse.reason, excuse.accepted) == ("demo-dangvien01", "Con ốm <b>nặng</b>", True)
    await member.post(f"/meetings/{meeting}/answer", coming="yes")
    assert "You have answered that you come." in member.text
    assert (await calling.call(served.house.database, meeting, served.house.settings.zone)).excuses == ()


async def test_who_is_not_convened_does_not_answer(served: Served) -> None:
    secretary, above = await _english(served), await _english(served, "xauy")
    meeting = await _planned(secretary)
    assert "Do you come?" not in (await above.get(f"/meetings/{meeting}/invitation")).text
    assert (await above.post(f"/meetings/{meeting}/answer", coming="yes")).status == 404


# -- Documents -------------------------------------------------------------------------------------------------------


async def test_a_document_is_read_by_members_and_the_secretary_sees_who(served: Served) -> None:
    secretary, member = await _english(served), await _english(served, "dangvien01")
    meeting = await _planned(secretary)
    data = files.pdf("Trang một", "Trang hai")
    await _upload(secretary, meeting, "nghi-quyet.pdf", data, title="Dự thảo nghị quyết", item="i2")
    assert "Dự thảo nghị quyết" in secretary.text
    document = re.search(rf'href="(/meetings/{meeting}/documents/\w+)"', secretary.text)
    assert document
    await member.get(f"/meetings/{meeting}/invitation")
    assert "Received by 1, opened by 0" in (await secretary.get(f"/meetings/{meeting}/plan")).text
    await member.get(document.group(1))
    assert 'data-name="' in member.text
    await member.get(f"{document.group(1)}/shown.pdf")
    assert member.headers["Content-Type"] == "application/pdf"
    assert member.headers["Cache-Control"] == "no-store"
    await member.get(f"{document.group(1)}/file")
    assert member.headers["Content-Disposition"].startswith("attachment;")
    assert member.headers["Content-Type"] == "application/octet-stream"
    assert "opened by 1" in (await secretary.get(f"/meetings/{meeting}/plan")).text
    other = await _english(served, "bithu-2")
    for tail in ("", "/shown.pdf", "/file"):
        assert (await other.get(document.group(1) + tail)).status == 404
    called = await calling.call(served.house.database, meeting, served.house.settings.zone)
    (listed,) = called.documents
    assert (listed.title, listed.item, listed.pages) == ("Dự thảo nghị quyết", "i2", 2)
    await secretary.post(f"{document.group(1)}/remove")
    assert (await member.get(document.group(1))).status == 404
    assert _stored(served) == []


BAD = [
    ("anh.pdf", files.png(), "", "its content another"),
    ("trong.pdf", b"", "", "The file is empty."),
    ("bao-cao.pdf", files.pdf("TUYỆT MẬT\n\nBáo cáo"), "", "bears a secrecy mark"),
    ("bao-cao.pdf", files.pdf("Báo cáo"), "Kế hoạch (MẬT)", "bears a secrecy mark"),
    ("khoa.pdf", files.locked_pdf(), "", "locked with a password"),
]


@pytest.mark.parametrize(("name", "data", "title", "why"), BAD, ids=[each[3] + each[2] for each in BAD])
async def test_a_bad_file_is_refused_in_words_and_leaves_nothing(
    served: Served, name: str, data: bytes, title: str, why: str
) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await _upload(secretary, meeting, name, data, title=title)
    assert secretary.status == 422
    assert why in secretary.text
    assert _stored(served) == []


async def test_who_sends_a_file_confirms_that_it_holds_no_secret_and_his_word_is_kept(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await _upload(secretary, meeting, "anh.png", files.png(), confirmed="")
    assert secretary.status == 422 and "Please confirm that nothing in the file is a state secret." in secretary.text
    assert _stored(served) == []
    await _upload(secretary, meeting, "anh.png", files.png(), title="Ảnh chụp")
    assert secretary.status == 200
    changes = tables.changes
    async with served.house.database.read() as connection:
        found = await connection.execute(sa.select(changes).where(changes.c.what == "document_added"))
        (kept,) = [row for row in found if row.facts["title"] == "Ảnh chụp"]
    assert kept.by == "demo-bithu" and kept.facts["sha256"] in {path.name for path in _stored(served)}


async def test_a_file_that_is_too_large_is_turned_away(serve: Serve) -> None:
    served = await serve(document_megabytes=1)
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await _upload(secretary, meeting, "lon.pdf", b"%PDF-1.7" + b"\0" * (2 << 20))
    assert secretary.status == 413
    assert _stored(served) == []


async def test_a_killed_upload_leaves_nothing(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    token, data = secretary.csrf(), files.pdf("Một")

    async def cut() -> AsyncIterator[bytes]:
        yield (
            b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + token.encode() + b"\r\n"
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + data[:2000]
        )
        raise ConnectionResetError

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises((aiohttp.ClientError, ConnectionResetError)):
        async with secretary.http.post(f"{served.base}/meetings/{meeting}/documents", data=cut(), headers=headers):
            pass
    assert "No document yet." in (await secretary.get(f"/meetings/{meeting}/plan")).text
    assert _stored(served) == []


# -- The plan, the templates, the tasks ------------------------------------------------------------------------------


async def test_the_year_is_planned_and_a_line_becomes_a_meeting(served: Served) -> None:
    secretary = await _english(served)
    await secretary.get(f"{CELL}/plan?year=2028")
    assert "No regular meeting is planned in the months 1, 2, 3" in secretary.text
    await secretary.post(f"{CELL}/plan?year=2028", step="usual")
    assert "No regular meeting" not in secretary.text
    day = LATER.isoformat()
    await secretary.post(f"{CELL}/plan?year=2027", step="add", month="2", kind="regular", day=day, theme="Đầu xuân")
    lines = re.findall(rf"{CELL}/meetings/new\?line=(\w+)", secretary.text)
    for line in lines:
        if "Đầu xuân" in (await secretary.get(f"{CELL}/meetings/new?line={line}")).text:
            break
    meeting = await _planned(secretary, line=line, title="Đầu xuân")
    assert f'href="/meetings/{meeting}"' in (await secretary.get(f"{CELL}/plan?year=2027")).text
    await secretary.post(f"{CELL}/plan?year=2027", step="add", month="3", kind="regular", day=day)
    assert "The day lies in another month." in secretary.text


async def test_a_committee_sets_the_agenda_of_all_below_it(served: Served) -> None:
    superior, secretary = await _english(served, "xauy"), await _english(served)
    await superior.get("/units/demo-xa-1/agendas")
    token = superior.csrf()
    fields = [("csrf", token), ("template", "regular"), ("step", "set")]
    for title, kind in (("Chào cờ", "ordinary"), ("Nhiệm vụ tháng trước", "last_tasks"), ("", "ordinary")):
        fields += [("title", title), ("kind", kind), ("minutes", "10")]
    await superior._do("POST", "/units/demo-xa-1/agendas", True, data=fields)
    meeting = await _planned(secretary)
    assert "Chào cờ" in secretary.text
    await superior.post("/units/demo-xa-1/agendas", template="regular", step="back")
    await _planned(secretary, title="Lần nữa")
    assert "Chào cờ" not in secretary.text
    assert meeting


@pytest.mark.parametrize("kind", ["committee", "thematic"])
async def test_the_words_of_a_task_go_no_further_than_its_meeting(served: Served, kind: str) -> None:
    """Before the minutes are adopted: what the committee gave itself is the committee's, and nothing goes up."""
    async with served.house.database.write() as connection:
        when = {"planned_for": served.clock() - timedelta(days=2), "form": "in_person", "place": "", "agenda": []}
        meeting = {"id": "given", "unit_id": "demo-cell-1", "title": "Họp bàn đơn thư", "kind": kind, "phase": "closed"}
        await connection.execute(sa.insert(tables.meetings).values(meeting | when))
        task = {"unit_id": "demo-cell-1", "item": "i1", "owner": "demo-bithu", "deadline": TODAY}
        await connection.execute(sa.insert(tables.tasks).values(meeting="given", id="t1", text="Xác minh đơn", **task))
    upcoming = await _planned(await _english(served))
    pages = (f"{CELL}/tasks", f"{CELL}/plan/{TODAY:%Y-%m}", f"/meetings/{upcoming}/invitation")

    async def read_by(username: str) -> set[bool]:
        visitor = await _english(served, username)
        return {"Xác minh đơn" in (await visitor.get(page)).text for page in pages}

    assert await read_by("dangvien01") == {kind != "committee"}
    assert await read_by("theodoi") == await read_by("xauy") == {False}
    assert True in await read_by("phobithu")
    async with served.house.database.read() as connection:
        left = set(await connection.scalars(sa.select(tables.looks.c.what)))
    assert {"tasks", "plan"} <= left


async def test_a_task_is_kept_up_by_its_owner_and_the_secretary_alone(served: Served) -> None:
    owner, other = await _english(served, "dangvien09"), await _english(served, "dangvien01")
    task = {"meeting": "demo-past", "task": "t4", "result": "Đã viết xong", "done_on": TODAY.isoformat()}
    await other.get(f"{CELL}/tasks")
    assert "Report on it" not in other.text
    assert (await other.post(f"{CELL}/tasks", **task)).status == 404
    await owner.get(f"{CELL}/tasks")
    await owner.post(f"{CELL}/tasks", **(task | {"done_on": (TODAY + timedelta(days=1)).isoformat()}))
    assert owner.status == 422
    await owner.post(f"{CELL}/tasks", **task)
    assert "Đã viết xong" in owner.text
    called = await calling.call(served.house.database, served.demo.meeting_id, at=served.clock.now)
    assert [(each.state, each.result) for each in called.carried if each.text.startswith("Viết bài")] == [
        ("done", "Đã viết xong")
    ]
    assert {each.state for each in called.carried} == {"done", "overdue"}
    secretary = await _english(served)
    assert "was done: Đã viết xong" in (await secretary.get(CELL)).text


async def test_who_could_not_be_reached_is_listed_for_the_secretary(served: Served) -> None:
    secretary = await _english(served)
    meeting = await _planned(secretary)
    await secretary.post(f"/meetings/{meeting}/notice")
    o = tables.outbox
    async with served.house.database.write() as connection:
        ours = sa.and_(o.c.meeting == meeting, o.c.person_id == "demo-dangvien03")
        await connection.execute(sa.update(o).where(ours).values(state=outbox.FAILED, why="550"))
    await secretary.get(f"/meetings/{meeting}/plan")
    assert "the mail could not be delivered (550)" in secretary.text
