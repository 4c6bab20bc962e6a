"""The inspection file: whole as made, found out whatever is changed in it, silent about what is the cell's."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.cli import main
from server.org.refusal import Refused
from server.org.roster import ZONE
from server.oversight import inspection
from server.oversight.inspection import Asked
from server.oversight.months import Month
from server.records.database import Database
from server.records.inspection import Findings, check, is_one, packed
from server.records.log import Log
from server.records.signing import Key

from .conftest import unit

PERIOD = Asked(Month(2026, 10), Month(2027, 1))


@pytest.fixture
async def made(told: Database, log: Log, key: Key) -> bytes:
    cell = await unit(told, "demo-cell-13")  # it does not always adopt its minutes
    return await inspection.made(told, log.read, cell, PERIOD, key, ZONE, lambda recorded: b"<svg/>")


def contents(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as zip:
        return {name: zip.read(name) for name in zip.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zip:
        for name, content in files.items():
            zip.writestr(name, content)
    return out.getvalue()


def resealed(files: Mapping[str, bytes], key: Key) -> bytes:
    """As somebody with a key would do it."""
    own = {name: content for name, content in files.items() if not name.startswith("manifest")}
    return packed({"cell": "x"}, own, key)


async def test_it_is_whole_and_says_whose_it_is(made: bytes, key: Key) -> None:
    found = check(made, {key.public})
    assert found.ok, str(found)
    assert found.meetings == 4 and found.entries > 100
    assert found.about == {"cell": "Chi bộ Đội xây lắp đường dây", "since": "2026-10", "last": "2027-01"}
    assert found.withheld > 0
    assert is_one(made) and not is_one(b"x") and not is_one(zipped({"manifest.json": b"{}"}))


async def test_the_same_records_make_the_same_file(told: Database, log: Log, key: Key, made: bytes) -> None:
    cell = await unit(told, "demo-cell-13")
    assert await inspection.made(told, log.read, cell, PERIOD, key, ZONE, lambda recorded: b"<svg/>") == made


async def test_no_ballot_and_nothing_said_without_adopted_minutes_is_in_it(made: bytes) -> None:
    files = contents(made)
    for name, content in files.items():
        if not name.endswith("log.jsonl"):
            continue
        names = [json.loads(line).get("withheld") or json.loads(line)["body"]["name"] for line in content.splitlines()]
        bodies = [json.loads(line)["body"] for line in content.splitlines() if b'"body"' in line[:8]]
        shown = {body["name"] for body in bodies}
        assert not shown & {"BallotCast", "HandEntered", "HandContested", "CountEntered"}
        if "MinutesAdopted" not in names:
            assert not shown & {"Concluded", "TaskGiven", "VoteOpened", "VoteClosed", "MinutesWritten"}


@pytest.mark.parametrize("name", ["attendance.csv", "timeline.json", "log.jsonl", "heads.jsonl", "HUONG-DAN.txt"])
async def test_a_changed_file_is_found(made: bytes, name: str) -> None:
    files = contents(made)
    victim = next(each for each in files if each.endswith(name))
    found = check(zipped({**files, victim: files[victim] + b" "}))
    assert any(victim in what for what in found.wrong)


async def test_a_missing_and_a_foreign_file_are_found(made: bytes) -> None:
    files = contents(made)
    victim = next(each for each in files if each.endswith("timeline.json"))
    fewer = {name: content for name, content in files.items() if name != victim}
    assert f"{victim}: the file is missing" in check(zipped(fewer)).wrong
    assert not check(zipped({**files, "more.txt": b"x"})).ok


async def test_a_sheet_that_the_log_does_not_give_is_found_though_all_is_sealed_anew(made: bytes, key: Key) -> None:
    files = contents(made)
    victim = next(each for each in files if each.endswith("attendance.csv"))
    forged = files[victim].replace("vắng".encode(), "có mặt".encode(), 1) + b"x"
    found = check(resealed({**files, victim: forged}, key), {key.public})
    assert any("it is not what the log says" in what for what in found.wrong)


async def test_another_key_is_not_trusted(made: bytes, key: Key, tmp_path: Path) -> None:
    other = Key.load(tmp_path / "other.key")
    found = check(resealed(contents(made), other), {key.public})
    assert any("not trusted" in what for what in found.wrong)


async def test_what_attendance_is_read_off_may_not_be_withheld(made: bytes, key: Key) -> None:
    files = contents(made)
    victim = next(each for each in files if each.endswith("log.jsonl"))
    lines = files[victim].splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"name":"Opened"' in line)
    hidden = b'{"hash":"%s","withheld":"Opened"}\n' % json.loads(lines[at])["hash"].encode()
    found = check(resealed({**files, victim: b"".join([*lines[:at], hidden, *lines[at + 1 :]])}, key))
    assert any("may not be withheld" in what for what in found.wrong)


@pytest.mark.parametrize("content", [b"", b"PK", zipped({}), zipped({"manifest.json": b"[]", "manifest.sig": b"{}"})])
def test_rubbish_is_no_fault(content: bytes) -> None:
    found: Findings = check(content)
    assert not found.ok and str(found)


async def test_a_period_that_is_none_is_refused(told: Database, log: Log, key: Key) -> None:
    cell = await unit(told, "demo-cell-13")
    for asked in (Asked(Month(2027, 1), Month(2026, 1)), Asked(Month(2001, 1), Month(2026, 1))):
        with pytest.raises(Refused):
            await inspection.made(told, log.read, cell, asked, key, ZONE, lambda recorded: b"")


async def test_the_command_checks_it(made: bytes, key: Key, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "kiem-tra.zip"
    file.write_bytes(made)
    assert main(["verify", "--file", str(file), "--key", key.public.hex()]) == 0
    assert "Chi bộ Đội xây lắp đường dây" in capsys.readouterr().out
    file.write_bytes(zipped({**contents(made), "HUONG-DAN.txt": b"khac"}))
    assert main(["verify", "--file", str(file), "--key", key.public.hex()]) == 1
