"""The list, the room's page, the sheet and its CSV."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from server.demo import past
from server.meeting.minutes import attendance_of
from server.org import meetings
from server.org.roster import ZONE
from server.records.signing import Key

from .conftest import EVENING, Serve, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
ENTER = "Enter the meeting"


async def _english(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def test_the_meeting_of_today_stands_first_with_one_button(served: Served) -> None:
    text = (await _english(served, "dangvien01")).text
    assert text.count(ENTER) == 1
    assert f'href="/meetings/{served.demo.meeting_id}"' in text
    order = [text.index(word) for word in (ENTER, "Ahead", "An toàn lao động", "Past", "tháng trước")]
    assert order == sorted(order)


async def test_a_superior_sees_the_meetings_below_and_enters_none(served: Served) -> None:
    text = (await _english(served, "tinhuy")).text
    assert "Chi bộ Đội tàu Viễn Dương" in text
    assert ENTER not in text
    assert "/meetings/demo-past/attendance" in text


async def test_a_follower_enters(served: Served) -> None:
    assert ENTER in (await _english(served, "theodoi")).text


async def test_where_nothing_is_planned_the_page_says_so(served: Served) -> None:
    assert "No further meeting is planned." in (await _english(served, "bithu-3")).text


async def test_the_day_after_a_meeting_that_was_never_held_is_marked(served: Served) -> None:
    served.clock.advance(days=1)
    text = (await _english(served, "dangvien01")).text
    assert "not held" in text
    assert ENTER not in text


async def test_the_room_is_given_its_meeting_and_its_words(served: Served) -> None:
    visitor = await served.member()
    text = (await visitor.get(f"/meetings/{served.demo.meeting_id}")).text
    assert f'data-meeting="{served.demo.meeting_id}"' in text
    assert 'src="/assets/main-a1.js"' in text
    (address,) = set(re.findall(r'(?:href|data-words)="(/assets/words-vi\.json\?\w+)"', text))
    said = json.loads((await visitor.get(address)).text)
    assert said["Ask to speak"] == "Xin phát biểu"
    assert said["The room opens {minutes} minutes before the meeting."], "what the server refuses is said there too"
    assert "The month at a glance" not in said, "a page's words are no load for the room"
    assert json.loads((await visitor.get("/assets/words-vi.json?older")).text) == said


async def test_what_the_room_is_made_of_comes_while_the_list_is_read(served: Served) -> None:
    text = (await (await served.member()).get("/meetings")).text
    made = re.findall(r'<link rel="prefetch" as="\w+" href="([^"]+)"', text)
    room = (await (await served.member()).get(f"/meetings/{served.demo.meeting_id}")).text
    assert len(made) >= 3 and all(f'="{address}"' in room for address in made)
    served.clock.advance(days=1)
    assert "prefetch" not in (await (await served.member()).get("/meetings")).text


async def test_before_its_day_the_room_shows_the_agenda(served: Served) -> None:
    visitor = await _english(served, "dangvien01")
    text = (await visitor.get("/meetings/demo-ahead-1")).text
    assert "The room opens 60 minutes before the meeting." in text
    assert "Tuesday, 19/01/2027, 19:30" in text


async def test_a_closed_meeting_leads_to_its_sheet(served: Served) -> None:
    visitor = await (await served.member()).get("/meetings/demo-past")
    assert visitor.path == "/meetings/demo-past/attendance"


async def test_a_meeting_that_goes_on_has_no_sheet_yet(served: Served) -> None:
    visitor = await _english(served, "bithu")
    await visitor.get(f"/meetings/{served.demo.meeting_id}/attendance")
    assert "when the chair closes the meeting" in visitor.text
    assert (await visitor.get(f"/meetings/{served.demo.meeting_id}/attendance.csv")).status == 404


async def test_the_sheet_says_what_the_log_says(served: Served) -> None:
    visitor = await _english(served, "theodoi")
    text = (await visitor.get("/meetings/demo-past/attendance")).text
    lines = attendance_of(await served.house.log.read("demo-past"))
    assert len(lines) == 24
    for line in lines:
        assert line.name in text
        if line.first:
            assert f"{line.seconds // 60}:{line.seconds % 60:02}" in text
    assert "21 of 23" in text
    assert text.count("absent") == 2
    assert text.count("to verify") == 1
    assert "19:55:00 – 20:02:00" in text  # the gap of the one who was cut off


async def test_the_sheet_shows_the_head_of_the_log_short_and_whole(served: Served) -> None:
    visitor = await served.member()
    text = (await visitor.get("/meetings/demo-past/attendance")).text
    async with served.house.database.read() as connection:
        head = await meetings.head(connection, "demo-past")
    assert head
    assert f">{head.hash.hex()[:16]}<" in text
    for whole in (head.hash.hex(), head.signature.hex(), head.public_key.hex()):
        assert whole in text


async def _csv(visitor: Visitor, meeting: str) -> list[list[str]]:
    async with visitor.http.get(f"{visitor.base}/meetings/{meeting}/attendance.csv") as answer:
        body = await answer.read()
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="attendance-2026-12-08.csv"')
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == body.count(b"\n")
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


async def test_the_csv_has_one_row_for_each_seat_and_the_proof_below(served: Served) -> None:
    rows = await _csv(await _english(served, "bithu"), "demo-past")
    assert [row[0] for row in rows[1:25]] == [str(number) for number in range(1, 25)]
    assert rows[1][1] == "Nguyễn Văn Hải"
    assert rows[1][4:7] == ["2026-12-08 19:15:00", "2026-12-08 21:07:24", "1:36:42"]
    assert rows[25] == []
    assert [row[0] for row in rows[26:]] == [
        "Meeting",
        "Cell",
        "Closed at",
        "Entries in the log",
        "Head of the log",
        "Signature",
        "Public key",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_of_the_csv_is_a_formula(served: Served, start: str) -> None:
    house, name = served.house, start + 'HYPERLINK("http://evil","x")'
    async with house.database.write() as connection:
        row = await meetings.meeting(connection, "demo-past")
        assert row
        await meetings.plan(connection, "evil", row.unit.id, name, row.kind, row.planned_for, row.agenda, row.form)
        await connection.exec_driver_sql("UPDATE people SET name = ? WHERE id = 'demo-dangvien01'", (name,))
    await past.hold(house.database, Key.load(house.settings.data_dir / "other.key"), "evil", ZONE)
    rows = await _csv(await served.member("bithu"), "evil")
    named = [cell for row in rows for cell in row if "HYPERLINK" in cell]
    assert named == ["'" + name] * 2


async def test_the_thousands_of_a_province_are_not_listed_and_push_out_nothing(served: Served) -> None:
    async with served.house.database.write() as connection:
        for number in range(200):
            title, when = f"Họp {number:03}", EVENING + timedelta(days=1, minutes=number)
            await meetings.plan(connection, f"many-{number}", "demo-cell-2", title, "regular", when, [])
    text = (await (await served.member("tinhuy")).get("/meetings")).text
    listed = set(re.findall(r"Họp \d{3}", text))
    assert 40 < len(listed) <= 50 and "Họp 000" in listed
    assert "Họp " not in (await (await served.member("bithu")).get("/meetings")).text


# -- Language --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("fr;q=1.0, en;q=0.5, vi;q=0.7", "vi"),
        ("fr", "vi"),
        ("en;q=0, vi", "vi"),
        ("en;q=x;;,,", "vi"),
    ],
)
async def test_the_language_is_what_the_browser_prefers(served: Served, accept: str, language: str) -> None:
    headers = {"Accept-Language": accept} if accept else {}
    assert f'<html lang="{language}"' in (await served.visitor(**headers).get("/sign-in")).text


async def test_the_chosen_language_stays(served: Served) -> None:
    visitor = await served.visitor().get("/sign-in")
    await visitor.post("/language", language="en", next="/sign-in?next=%2Faccount")
    assert visitor.path == "/sign-in?next=/account"
    assert '<html lang="en"' in visitor.text
    assert '<html lang="en"' in (await visitor.get("/no-such-page")).text


async def test_an_unknown_language_is_refused(served: Served) -> None:
    visitor = await served.visitor().get("/sign-in")
    assert (await visitor.post("/language", language="xx")).status == 400


async def test_another_default_language_can_be_set(serve: Serve) -> None:
    served = await serve(language="en")
    assert '<html lang="en"' in (await served.visitor().get("/sign-in")).text


async def test_times_are_said_as_a_secretary_says_them(served: Served) -> None:
    text = (await served.member()).text
    assert "thứ Ba, 05/01/2027" in text
    assert "19 giờ 30" in text
