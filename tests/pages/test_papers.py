"""The papers of a closed meeting on pages: finished, drawn up, signed with a password, posted, carried and checked."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from server.meeting.proceedings import proceedings
from server.records import carried
from server.records.signing import Key
from server.records.tables import attendance, paper_files
from server.records.verify import verify

from .conftest import PASSWORD, Served, Visitor

ENGLISH = {"Accept-Language": "en"}
PAST, LATE = "/meetings/demo-past/papers", "/meetings/demo-late/papers"


async def english(served: Served, username: str) -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def names(served: Served, meeting: str) -> list[str]:
    return [type(entry.event).__name__ for entry in await served.house.log.read(meeting)]


async def kept(served: Served, name: str) -> bytes:
    async with served.house.database.read() as connection:
        found: bytes = await connection.scalar(sa.select(paper_files.c.bytes).where(paper_files.c.sha256 == name))
        return found


async def got(visitor: Visitor, path: str) -> bytes:
    async with visitor.http.get(visitor.base + path) as answer:
        assert answer.status == 200, path
        return await answer.read()


async def sound(served: Served, meeting: str) -> None:
    verdict = await verify(served.house.database, meeting, [served.house.key.public])
    assert verdict.ok, verdict


# -- Seen by whom ------------------------------------------------------------------------------------------------------


async def test_the_secretary_sees_what_is_signed_and_what_is_overdue(served: Served) -> None:
    secretary = await english(served, "bithu")
    text = (await secretary.get("/meetings")).text
    assert "papers complete" in text and "papers overdue" in text
    done = (await secretary.get(PAST)).text
    assert done.count("has confirmed") == 4 and "Posted to the handbook" in done
    assert "No. 12" in done, "after the eleven that were given on paper"
    late = (await secretary.get(LATE)).text
    assert "The results were to be posted and reported by" in late
    assert "waits for signatures" in late and "Your password, to confirm this paper" in late


async def test_a_member_sees_what_both_have_signed_and_no_draft(served: Served) -> None:
    member = await english(served, "dangvien01")
    text = (await member.get(PAST)).text
    assert "Correct the minutes" not in text and "meeting.zip" not in text and "Draw up" not in text
    for kind, status in (("minutes", 200), ("resolution", 200), ("attendance", 200), ("score", 200), ("opinions", 404)):
        assert (await member.get(f"{PAST}/{kind}")).status == status, kind
    for kind, status in (("minutes", 404), ("resolution", 404), ("attendance", 200), ("score", 404), ("opinions", 404)):
        for path in (f"{LATE}/{kind}", f"{LATE}/{kind}.pdf", f"{LATE}/{kind}.docx"):
            assert (await member.get(path)).status == status, path
    for name in ("meeting.zip", "meeting.xlsx", "votes.csv"):
        assert (await member.get(f"{PAST}/{name}")).status == 404


async def test_the_follower_gets_what_is_signed_with_its_opinions(served: Served) -> None:
    follower = await english(served, "theodoi")
    for kind in ("minutes", "opinions", "meeting.zip", "meeting.xlsx"):
        assert (await follower.get(f"{PAST}/{kind}")).status == 200, kind
        assert (await follower.get(f"{LATE}/{kind}")).status == 404, kind


@pytest.mark.parametrize("username", ["dangvien01", "phobithu", "theodoi", "xauy"])
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("text", {"item": "", "text": "x", "reason": "y"}),
        ("minutes/draw", {}),
        ("minutes/sign", {"password": PASSWORD, "sha256": "a" * 64}),
        ("posted", {"day": "2027-01-05"}),
        ("reported", {"day": "2027-01-05"}),
        ("secretary", {"member": "demo-dangvien01"}),
        ("cancel-vote", {"vote": "x", "reason": "y"}),
    ],
)
async def test_nobody_else_works_at_them(served: Served, username: str, path: str, fields: dict[str, str]) -> None:
    visitor, before = await english(served, username), await names(served, "demo-late")
    await visitor.get(LATE)
    assert (await visitor.post(f"{LATE}/{path}", **fields)).status == 404
    assert await names(served, "demo-late") == before


async def test_a_meeting_that_is_not_closed_has_no_papers_yet(served: Served) -> None:
    secretary = await english(served, "bithu")
    assert "The papers are made when the chair closes" in (await secretary.get("/meetings/demo-ahead-1/papers")).text
    for path in ("minutes", "minutes.pdf", "meeting.zip"):
        assert (await secretary.get(f"/meetings/demo-ahead-1/papers/{path}")).status == 404


# -- Signing -----------------------------------------------------------------------------------------------------------


def sealed(visitor: Visitor) -> str:
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', visitor.text)
    assert found, visitor.text
    return found.group(1)


async def test_the_chair_signs_with_his_password_and_the_results_are_posted(served: Served) -> None:
    secretary = await english(served, "bithu")
    name = sealed(await secretary.get(LATE))
    assert sha256(await got(secretary, f"{LATE}/minutes.pdf")).hexdigest() == name
    await secretary.post(f"{LATE}/minutes/sign", password="wrong-password-here", sha256=name)
    assert secretary.status == 422 and "The present password is not right." in secretary.text
    await secretary.post(f"{LATE}/minutes/sign", password=PASSWORD, sha256="b" * 64)
    assert secretary.status == 422 and "draw it up anew" in secretary.text
    await secretary.post(f"{LATE}/minutes/sign", password=PASSWORD, sha256=name)
    assert "You have signed." in secretary.text
    today = served.clock.now.date().isoformat()
    await secretary.post(f"{LATE}/posted", day="2030-01-01")
    assert secretary.status == 422 and "between the close" in secretary.text
    await secretary.post(f"{LATE}/posted", day=today)
    await secretary.post(f"{LATE}/reported", day=today)
    assert "It is noted." in secretary.text and "were to be posted" not in secretary.text
    assert (await names(served, "demo-late"))[-3:] == ["PaperSigned", "ResultsPosted", "ResultsReported"]
    await sound(served, "demo-late")


async def test_a_password_guessed_at_a_paper_locks_the_account(served: Served) -> None:
    secretary = await english(served, "bithu")
    name = sealed(await secretary.get(LATE))
    for _ in range(5):
        await secretary.post(f"{LATE}/minutes/sign", password="wrong-password-here", sha256=name)
    await secretary.post(f"{LATE}/minutes/sign", password=PASSWORD, sha256=name)
    assert secretary.status == 422
    assert (await served.visitor(**ENGLISH).sign_in("bithu")).status == 401
    assert (await names(served, "demo-late"))[-1] == "PaperSigned", "only the one of before"


async def test_a_correction_outdates_the_papers_which_are_drawn_up_and_signed_anew(served: Served) -> None:
    clerk, before = await english(served, "capuy2"), await attended(served)
    await clerk.get(PAST)
    await clerk.post(f"{PAST}/text", item="3", text="Thêm ý kiến.", reason="")
    assert clerk.status == 422 and "Thêm ý kiến." in clerk.text, "what was typed stays in the form"
    await clerk.post(f"{PAST}/text", item="3", text="Thêm ý kiến\r\ncủa đồng chí An.", reason="ghi thiếu")
    assert "It is written down." in clerk.text and clerk.text.count("to be drawn up anew") == 2
    old = proceedings(await served.house.log.read("demo-past")).meeting.filing.papers["minutes"]  # type: ignore[index]
    assert await got(clerk, f"{PAST}/minutes.pdf") == await kept(served, old.sha256), "the signed bytes are kept"
    await clerk.post(f"{PAST}/minutes/draw")
    assert "version 2" in clerk.text and "No. 12" in clerk.text
    new = sealed(clerk)
    assert new != old.sha256
    await clerk.post(f"{PAST}/minutes/sign", password=PASSWORD, sha256=new)
    assert "Thêm ý kiến" in (await clerk.get(f"{PAST}/minutes")).text
    assert await attended(served) == before, "attendance never changes"
    await sound(served, "demo-past")


async def attended(served: Served) -> list[tuple[Any, ...]]:
    async with served.house.database.read() as connection:
        return [tuple(row) for row in await connection.execute(sa.select(attendance))]


async def test_a_paper_needs_the_term_of_its_cell(served: Served) -> None:
    await _without_a_term(served)
    clerk = await english(served, "capuy2")
    await clerk.get(PAST)
    await clerk.post(f"{PAST}/text", item="3", text="Thêm.", reason="thiếu")
    assert "none is entered yet" in clerk.text
    await clerk.post(f"{PAST}/minutes/draw")
    assert clerk.status == 422 and "enter the term" in clerk.text


async def _without_a_term(served: Served) -> None:
    async with served.house.database.write() as connection:
        await connection.execute(sa.text("DELETE FROM terms"))


async def test_terms_are_entered_once_and_never_back_before_numbers(served: Served) -> None:
    secretary, page = await english(served, "bithu"), "/units/demo-cell-1/terms"
    assert "2025 – 2027" in (await secretary.get(page)).text
    for fields, why in (
        ({"name": "", "since": "2027-06-01"}, "fill in"),
        ({"name": "x" * 65, "since": "2027-06-01"}, "at most"),
        ({"name": "2027 – 2030", "since": ""}, "first day"),
        ({"name": "2027 – 2030", "since": "2027-06-01", "minutes": "-1"}, "whole number"),
        ({"name": "2027 – 2030", "since": "2025-07-01"}, "begins on that day already"),
        ({"name": "2027 – 2030", "since": "2026-01-01"}, "Numbers were given since"),
    ):
        await secretary.post(page, **fields)
        assert secretary.status == 422 and why in secretary.text, why
    await secretary.post(page, name="2027 – 2030", since="2027-06-01", minutes="2", resolution="")
    assert secretary.status == 200 and "2027 – 2030" in secretary.text


# -- Carried away ------------------------------------------------------------------------------------------------------


async def test_the_numbers_in_the_files_are_those_of_the_database(served: Served) -> None:
    secretary = await english(served, "bithu")
    book = openpyxl.load_workbook(io.BytesIO(await got(secretary, f"{PAST}/meeting.xlsx")))
    rows = [[cell.value for cell in row] for row in book["Điểm danh"].iter_rows(min_row=2)]
    async with served.house.database.read() as connection:
        came = set(await connection.scalars(sa.select(attendance.c.member).where(attendance.c.meeting == "demo-past")))
    assert sum(1 for row in rows if row[7]) == len(came)
    minutes = (await secretary.get(f"{PAST}/minutes")).text
    p = proceedings(await served.house.log.read("demo-past"))
    for vote in p.meeting.voting.votes.values():
        assert vote.result and f"tán thành {vote.result.in_favour}/{vote.result.base}" in minutes
    votes = (await got(secretary, f"{PAST}/votes.csv")).decode("utf-8-sig")
    assert "demo-" not in votes and "Nguyễn Văn Hải" not in votes


async def carried_by(served: Served, meeting: str = PAST) -> bytes:
    return await got(await english(served, "bithu"), f"{meeting}/meeting.zip")


async def test_the_meetings_file_is_whole_and_tells_nobodys_vote(served: Served) -> None:
    content = await carried_by(served)
    found = carried.check(content, {served.house.key.public})
    assert found.ok, found.wrong
    assert found.signed == ("minutes", "resolution") and found.meeting == "demo-past"
    assert found.withheld == (await names(served, "demo-past")).count("BallotCast") > 0
    with zipfile.ZipFile(io.BytesIO(content)) as zip:
        log = zip.read(carried.LOG).decode()
        assert '"choice"' not in log and "BallotCast" in log
        assert {"papers/minutes.pdf", "papers/resolution.docx", "papers/attendance.csv"} <= set(zip.namelist())
        assert json.loads(zip.read("manifest.json"))["meeting"] == "demo-past"
    assert not carried.check(content, {bytes(32)}).ok


async def test_drafts_in_the_file_are_called_drafts(served: Served) -> None:
    found = carried.check(await carried_by(served, LATE), {served.house.key.public})
    assert found.ok and found.signed == ()


Change = Callable[[dict[str, bytes]], None]


def put(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)

    return change


def without(name: str) -> Change:
    return lambda files: files.pop(name) and None


def lines(name: str, change: Callable[[list[bytes]], None]) -> Change:
    def changed(files: dict[str, bytes]) -> None:
        read = files[name].splitlines(keepends=True)
        change(read)
        files[name] = b"".join(read)

    return changed


def swapped(read: list[bytes]) -> None:
    read[20], read[21] = read[21], read[20]


def hidden(read: list[bytes]) -> None:
    """The correction, the closing or anything else dressed up as a ballot."""
    last = json.loads(read[-1])
    read[-1] = b'{"hash":"%s","withheld":"BallotCast"}\n' % last["hash"].encode()


TAMPERED: dict[str, tuple[Change, str]] = {
    "a paper changed": (put("papers/minutes.pdf", b"%PDF", b"%PDG"), "papers/minutes.pdf: the file is not the one"),
    "a table changed": (put("papers/votes.csv", b"\xc4\x90", b"\xc4\x91"), "papers/votes.csv"),
    "a paper taken away": (without("papers/resolution.pdf"), "papers/resolution.pdf: the file is missing"),
    "the log taken away": (without("log.jsonl"), "log.jsonl is missing"),
    "a paper added": (lambda files: files.update({"papers/more.pdf": b"%PDF"}), "the manifest does not know this file"),
    "the manifest changed": (put("manifest.json", b'"chibo":1', b'"chibo":2'), "manifest.json: the signature"),
    "the signature changed": (lambda f: f.update({"manifest.sig": b"{}"}), "manifest.sig cannot be read"),
    "a word of the log": (put("log.jsonl", "Nguyễn Văn Hải".encode(), "Nguyễn Văn Hại".encode()), "entry 1: the hash"),
    "an entry taken out": (lines("log.jsonl", lambda read: read.pop(30) and None), "entry 31"),
    "two entries swapped": (lines("log.jsonl", swapped), "entry 21"),
    "the tail cut off": (lines("log.jsonl", lambda read: read.__delitem__(slice(-3, None))), "the last signed head"),
    "the heads cut off": (lines("heads.jsonl", lambda read: read.__delitem__(slice(-3, None))), "the last signed head"),
    "the head of the close": (lines("heads.jsonl", lambda read: read.__delitem__(0)), "the head of the close"),
    "a head forged": (put("heads.jsonl", b'"signature":"', b'"signature":"00'), "heads.jsonl"),
    "an entry hidden as a ballot": (lines("log.jsonl", hidden), "is withheld and may not be"),
    "rubbish for a log": (lambda files: files.update({"log.jsonl": b"\x00\xff{"}), "cannot be read"),
}


@pytest.mark.parametrize("what", TAMPERED)
async def test_a_file_that_was_tampered_with_is_named(served: Served, what: str) -> None:
    change, said = TAMPERED[what]
    with zipfile.ZipFile(io.BytesIO(await carried_by(served))) as zip:
        files = {name: zip.read(name) for name in zip.namelist()}
    change(files)
    found = carried.check(_zipped(files), {served.house.key.public})
    assert not found.ok
    assert any(said in wrong for wrong in found.wrong), found.wrong


async def test_a_thief_who_signs_everything_anew_is_named_by_his_key(served: Served, tmp_path: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(await carried_by(served))) as zip:
        files = {name: zip.read(name) for name in zip.namelist() if not name.startswith("manifest")}
    files["papers/votes.csv"] = b"forged"
    forged = carried.packed("demo-past", files, Key.load(tmp_path / "thief.key"))
    found = carried.check(forged, {served.house.key.public})
    assert found.wrong == ("manifest.json: it is signed with a key that is not trusted",)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + bytes(100), b"not a zip at all"])
def test_what_is_no_meetings_file_is_said_to_be_none(content: bytes) -> None:
    assert "cannot be unpacked" in carried.check(content).wrong[0]


async def test_a_file_cut_short_is_said_to_be_broken(served: Served) -> None:
    content = await carried_by(served)
    assert not carried.check(content[: len(content) // 2]).ok


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip:
        for name, content in files.items():
            zip.writestr(name, content)
    return out.getvalue()
