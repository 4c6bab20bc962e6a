"""A round on pages: planned for every group, refused with its rule, announced to each, followed, counted as one."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.cli import main
from server.convening import calling, notices
from server.org import groups, meetings, people
from server.org.pilot.case import GROUPS
from server.org.trail import Hand
from server.oversight import alerts, cells, glance
from server.oversight.months import Month
from server.records import inspection, tables

from .conftest import TODAY, Served, Visitor
from .large import CELL, UNIT, large, meet, parts, person

ENGLISH = {"Accept-Language": "en"}
LATER = TODAY + timedelta(days=35)  # 9 February
WHEN = {"day": LATER.isoformat(), "time": "19:30"}
ROUND = {"title": "Sinh hoạt tháng 2", "kind": "regular", "form": "by_groups", "place": "", "line": "", **WHEN}


async def _as(served: Served, username: str = "truong") -> Visitor:
    return await served.visitor(**ENGLISH).sign_in(username)


async def _ask(visitor: Visitor, **changed: str) -> Visitor:
    await visitor.get(f"{UNIT}/meetings/new")
    return await visitor.post(f"{UNIT}/meetings/new", **(ROUND | changed))


async def _planned(visitor: Visitor, **changed: str) -> str:
    """The id of a new round."""
    await _ask(visitor, **changed)
    found = re.fullmatch(r"/meetings/(\w+)/round", visitor.path)
    assert found, visitor.text
    return found.group(1)


async def _motion(visitor: Visitor, meeting: str, text: str = "Thông qua kế hoạch quý") -> Visitor:
    await visitor.get(f"/meetings/{meeting}/plan")
    return await visitor.post(f"/meetings/{meeting}/motions", step="add", item="i3", kind="resolution", text=text)


async def _over(served: Served, meeting: str, until: int | None = None) -> None:
    """The evening of the round is over."""
    await meet(served, meeting, until)
    served.clock.now = datetime.combine(LATER + timedelta(days=1), served.clock.now.time(), served.clock.now.tzinfo)


# -- Planning --------------------------------------------------------------------------------------------------------


async def test_a_round_has_a_meeting_for_each_group_and_one_page(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    assert "0 of 2 groups have met" in secretary.text
    assert "Still to meet: Tổ 1, Tổ 2." in secretary.text
    first, second = await parts(served.house.database, meeting)
    assert [part.title for part in (first, second)] == ["Tổ 1 · Sinh hoạt tháng 2", "Tổ 2 · Sinh hoạt tháng 2"]
    assert (first.form, first.agenda, first.kind) == ("online", second.agenda, "regular")
    assert secretary.text.count("Set time and place") == 2
    called = await calling.call(served.house.database, first.id, served.house.settings.zone)
    assert (called.chair, len([seat for seat in called.roster if seat.group == "to-1"])) == (person(2), 26)


async def test_each_group_gets_its_time_within_the_month_and_the_round_follows_the_last(served: Served) -> None:
    await large(served)
    secretary, leader = await _as(served), await _as(served, "to2")
    meeting = await _planned(secretary)
    _, second = await parts(served.house.database, meeting)
    later = LATER + timedelta(days=3)
    changed = {"day": later.isoformat(), "time": "14:00", "form": "in_person", "place": "Hội trường B", "back": "round"}
    await leader.get(f"/meetings/{meeting}/round")
    assert leader.text.count("Set time and place") == 1  # of his own group
    await leader.post(f"/meetings/{second.id}/plan", **changed)
    assert leader.path == f"/meetings/{meeting}/round"
    assert "Hội trường B" in leader.text
    async with served.house.database.read() as connection:
        whole = await meetings.meeting(connection, meeting)
    assert whole
    assert whole.planned_for.astimezone(served.house.settings.zone).date() == later
    await leader.post(f"/meetings/{second.id}/plan", **(changed | {"day": (LATER + timedelta(days=25)).isoformat()}))
    assert leader.status == 422
    assert "The groups of a round all meet in its month, 02/2027." in leader.text
    await leader.post(f"/meetings/{second.id}/plan", **(changed | {"place": ""}))
    assert "where those in the room meet" in leader.text


async def test_a_common_session_comes_after_the_last_group(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    session = ROUND | {"place": "Nhà văn hóa"}
    await secretary.post(f"/meetings/{meeting}/plan", **session)
    assert "The common session comes after the last group has met." in secretary.text
    day = LATER + timedelta(days=1)
    await secretary.post(f"/meetings/{meeting}/plan", **(session | {"day": day.isoformat(), "time": "08:00"}))
    assert "Common session: Wednesday, 10/02/2027, 08:00, Nhà văn hóa" in (
        await secretary.get(f"/meetings/{meeting}/round")
    ).text.replace("\n", " ")
    first, _ = await parts(served.house.database, meeting)
    late = {"day": (day + timedelta(days=1)).isoformat(), "time": "19:30", "form": "online", "place": ""}
    await secretary.post(f"/meetings/{first.id}/plan", **late)
    assert "The groups meet before the common session." in secretary.text
    member = await _as(served, "dv1")
    assert "Do you come?" in (await member.get(f"/meetings/{meeting}/invitation")).text


async def test_agenda_and_motions_are_the_same_for_every_group(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    await _motion(secretary, meeting)
    assert "Thông qua kế hoạch quý" in secretary.text
    await secretary.post(f"/meetings/{meeting}/agenda", step="remove", item="i3")
    assert "There is a motion on this item" in secretary.text
    await secretary.post(f"/meetings/{meeting}/agenda", step="down", item="i1")
    found = await parts(served.house.database, meeting)
    assert [[item["id"] for item in part.agenda][:2] for part in found] == [["i2", "i1"]] * 2
    called = await calling.call(served.house.database, found[1].id, served.house.settings.zone)
    assert [motion.text for motion in called.motions] == ["Thông qua kế hoạch quý"]
    await secretary.get(f"/meetings/{found[0].id}/plan")
    await secretary.post(f"/meetings/{found[0].id}/agenda", step="down", item="i1")
    assert "The agenda is that of the round" in secretary.text
    await secretary.post(f"/meetings/{found[0].id}/motions", step="add", item="i3", kind="resolution", text="Khác")
    assert "Motions are prepared for a round" in secretary.text
    await _over(served, meeting, until=1)
    secretary = await _as(served)
    await _motion(secretary, meeting, "Quá muộn")
    assert "agenda and motions are the same for every group, and stand now." in secretary.text
    await secretary.post(f"/meetings/{meeting}/agenda", step="down", item="i1")
    assert secretary.status == 422


@pytest.mark.parametrize("kind", ["score", "admission", "election"])
async def test_a_group_is_asked_no_motion_that_is_for_all(served: Served, kind: str) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    await secretary.get(f"/meetings/{meeting}/plan")
    await secretary.post(f"/meetings/{meeting}/motions", step="add", item="i3", kind=kind, text="Bầu")
    assert secretary.status == 422
    assert "one of the values offered" in secretary.text


async def test_a_round_is_cancelled_with_its_groups_and_no_group_alone(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    first, _ = await parts(served.house.database, meeting)
    await secretary.get(f"/meetings/{first.id}/plan")
    await secretary.post(f"/meetings/{first.id}/cancel", reason="bận")
    assert "The meeting of a group is cancelled with its round." in secretary.text
    await secretary.post(f"/meetings/{meeting}/notice")
    await secretary.post(f"/meetings/{meeting}/cancel", reason="Bão")
    assert {part.phase for part in await parts(served.house.database, meeting)} == {"cancelled"}
    assert "Cancelled: Tổ 1" in (await (await _as(served, "dv1")).get("/notices")).text


# -- Refused, with the rule ------------------------------------------------------------------------------------------


async def test_a_fourth_round_in_a_calendar_year_is_refused_and_its_groups_never_count(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    for month in (2, 3, 4):
        await _planned(secretary, day=f"2027-0{month}-09")
    await _ask(secretary, day="2027-05-09")
    assert secretary.status == 422
    assert "at most 3 times a year (Hướng dẫn 03-HD/TW, 27/12/2022)" in secretary.text
    assert 'value="2027-05-09"' in secretary.text
    await _planned(secretary, day="2028-01-09")


async def test_a_round_that_one_group_has_held_counts(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    await _over(served, meeting, until=1)
    secretary = await _as(served)
    for month in (3, 4):
        await _planned(secretary, day=f"2027-0{month}-09")
    assert "at most 3 times a year" in (await _ask(secretary, day="2027-05-09")).text


async def test_a_round_that_nobody_came_to_does_not_count(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    for month in (2, 3, 4):
        await _planned(secretary, day=f"2027-0{month}-09")
    served.clock.now = datetime.combine(LATER + timedelta(days=1), served.clock.now.time(), served.clock.now.tzinfo)
    await _planned(await _as(served), day="2027-05-09")


async def test_a_round_that_was_cancelled_counts_if_a_group_had_met(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    for month in (2, 3, 4):
        await _planned(secretary, day=f"2027-0{month}-09")
    meeting = await _first_round(served)
    await secretary.post(f"/meetings/{meeting}/cancel", reason="Bão")
    begun = await _planned(secretary, day="2027-02-09")
    await _over(served, begun, until=1)
    secretary = await _as(served)
    await secretary.get(f"/meetings/{begun}/plan")
    await secretary.post(f"/meetings/{begun}/cancel", reason="Bão")
    first, second = await parts(served.house.database, begun)
    assert (first.phase, second.phase) == ("closed", "cancelled")
    assert "at most 3 times a year" in (await _ask(secretary, day="2027-05-09")).text


async def _first_round(served: Served) -> str:
    async with served.house.database.read() as connection:
        return next(row.id for row in await meetings.of_units(connection, [CELL]) if row.form == GROUPS)


REFUSED = [
    ({"members": 49}, "On that day the cell has 49 members; meetings by party groups need 50 or more (Hướng dẫn 03-HD"),
    ({"mode": ""}, "no decision in force allows meetings by party groups"),
    ({"mode": "online"}, "no decision in force allows meetings by party groups"),
]


@pytest.mark.parametrize(("changed", "why"), REFUSED, ids=["49 members", "no decision", "a decision for online"])
async def test_who_may_not_meet_by_groups_is_told_why(served: Served, changed: dict[str, object], why: str) -> None:
    if changed.get("members"):
        await large(served)
        async with served.house.database.write() as connection:  # two went away since the decision
            await connection.execute(
                sa.update(tables.memberships)
                .where(tables.memberships.c.person_id.in_([person(49), person(50)]))
                .values(until=TODAY)
            )
    else:
        await large(served, **changed)  # type: ignore[arg-type]
    secretary = await _ask(await _as(served))
    assert secretary.status == 422
    assert why in secretary.text
    async with served.house.database.read() as connection:
        assert await meetings.of_units(connection, [CELL]) == ()


async def test_every_member_sits_in_exactly_one_group(served: Served) -> None:
    await large(served)
    async with served.house.database.write() as connection:
        await people.add(connection, "moi", CELL, "Hồ Thị Mới")
        await people.give_status(connection, "moi", "official", TODAY - timedelta(days=1))
    secretary = await _ask(await _as(served))
    assert "Every member sits in exactly one party group; in none: Hồ Thị Mới." in secretary.text


async def test_a_group_online_needs_the_decision_for_online_meetings_too(served: Served) -> None:
    await large(served, mode=GROUPS)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    first, _ = await parts(served.house.database, meeting)
    assert (first.form, first.place) == ("in_person", "")
    await secretary.post(f"/meetings/{first.id}/plan", **(WHEN | {"form": "online", "place": ""}))
    assert secretary.status == 422
    assert "no decision in force allows the cell to meet online" in secretary.text
    await secretary.post(f"/meetings/{meeting}/notice")
    assert "“Tổ 1 · Sinh hoạt tháng 2” has no place yet" in secretary.text


async def test_groups_are_not_formed_or_dissolved_while_a_round_is_planned(served: Served) -> None:
    await large(served)
    await _planned(await _as(served))
    hand = Hand(person(0), served.clock.now, TODAY)
    async with served.house.database.write() as connection:
        unit = (await meetings.of_units(connection, [CELL]))[0].unit
        one = await groups.one(connection, CELL, "to-1", TODAY)
        assert one
        with pytest.raises(Exception, match="A round of the groups is planned"):
            await groups.dissolve(connection, hand, unit, one)
        with pytest.raises(Exception, match="A round of the groups is planned"):
            await groups.save(connection, hand, unit, "", "Tổ 3", [person(5)], ("", ""))


# -- Who is told, and who may ----------------------------------------------------------------------------------------


async def test_each_group_is_told_of_its_own_meeting_and_nobody_of_the_round(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    await secretary.get(f"/meetings/{meeting}/plan")
    await secretary.post(f"/meetings/{meeting}/notice")
    assert "Everything is announced as it stands." in secretary.text
    o = tables.outbox.c
    async with served.house.database.read() as connection:
        rows = (await connection.execute(sa.select(o.meeting, o.person_id, o.calendar))).all()
    first, second = await parts(served.house.database, meeting)
    told = {part.id: {row.person_id for row in rows if row.meeting == part.id} for part in (first, second)}
    assert told[first.id] == {person(n) for n in range(0, 51, 2)} | {"demo-theodoi"}
    assert told[second.id] == {person(n) for n in range(1, 51, 2)} | {"demo-theodoi"}
    assert not [row for row in rows if row.meeting == meeting]
    assert all("BEGIN:VEVENT" in row.calendar for row in rows if row.meeting == first.id)
    assert await _reminded(served, first) == 2


async def _reminded(served: Served, part: meetings.MeetingRow) -> int:
    async with served.house.database.write() as connection:
        return await notices.remind(connection, part.planned_for - timedelta(hours=20), served.house.settings.zone)


async def test_the_month_of_a_round_has_one_meeting_and_is_late_by_its_first_group(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    page = f"{UNIT}/plan/2027-02"
    for visitor in (await secretary.get(page), await (await _as(served, "dv1")).get(page)):
        assert "Tổ 2" not in visitor.text, "the meeting of another group"
        assert visitor.text.count(f'href="/meetings/{meeting}/round"') == 1
        assert "not yet announced" in visitor.text and 'id="late"' not in visitor.text
    await secretary.get(f"/meetings/{meeting}/plan")
    await secretary.post(f"/meetings/{meeting}/notice")
    served.clock.now = datetime.combine(LATER, served.clock.now.time(), served.clock.now.tzinfo)
    secretary = await _as(served)
    late = (await secretary.get(page)).text
    assert "the notice has not gone out" not in late
    assert late.count("members have no document yet") == 1, "once for all groups"
    await _over(served, meeting, until=1)
    secretary = await _as(served)
    assert "1 of 2 groups have met" in (await secretary.get(page)).text
    assert "members have no document yet" not in secretary.text


async def test_a_member_sees_his_group_s_meeting_and_enters_no_other(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    first, second = await parts(served.house.database, meeting)
    member = await _as(served, "dv1")
    assert (first.id in member.text, second.id in member.text) == (True, False)
    assert member.text.count("Sinh hoạt tháng 2</h3>") == 1
    served.clock.now = first.planned_for - timedelta(minutes=5)
    member = await _as(served, "dv1")
    assert member.text.count("Enter the meeting") == 1
    assert f'data-meeting="{first.id}"' in (await member.get(f"/meetings/{first.id}")).text
    for path in ("", "/invitation", "/round", "/attendance", "/papers", "/plan"):
        await member.get(f"/meetings/{second.id}{path}")
        assert member.status == 404, path
    await member.get(f"/meetings/{first.id}/round")
    assert member.path == f"/meetings/{meeting}/round"
    assert second.id not in member.text


async def test_the_committee_prepares_every_group_and_has_a_seat_in_its_own_only(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    first, second = await parts(served.house.database, meeting)
    committee = await _as(served, "uyvien")
    assert (await committee.get(f"/meetings/{first.id}/plan")).status == 200
    served.clock.now = first.planned_for - timedelta(minutes=5)
    committee = await _as(served, "uyvien")
    assert (await committee.get(f"/meetings/{first.id}")).path == f"/meetings/{first.id}/invitation"
    assert (await committee.get(f"/meetings/{second.id}")).path == f"/meetings/{second.id}"
    await committee.get("/meetings")
    await committee.post(f"/meetings/{first.id}/answer", coming="yes", reason="")
    assert committee.status == 404


async def test_the_doors_of_the_round_open_when_every_group_has_met(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    await _motion(secretary, meeting)
    await _over(served, meeting, until=1)
    secretary = await _as(served)
    await secretary.get(f"/meetings/{meeting}")
    assert secretary.path == f"/meetings/{meeting}/invitation"
    assert "Still to meet: Tổ 2." in secretary.text
    assert "1 of 2 groups have met" in (await secretary.get(f"/meetings/{meeting}/round")).text
    await meet(served, meeting, until=2)
    await secretary.get(f"/meetings/{meeting}/round")
    assert "Bring the round to its end" in secretary.text
    assert f'data-meeting="{meeting}"' in (await secretary.get(f"/meetings/{meeting}")).text
    member = await _as(served, "dv1")
    assert (await member.get(f"/meetings/{meeting}")).path == f"/meetings/{meeting}/invitation"
    await meet(served, meeting)
    await secretary.get(f"/meetings/{meeting}/round")
    assert "closed, minutes adopted" in secretary.text
    assert "The round is closed" in secretary.text


async def test_a_group_that_missed_its_time_gets_another(served: Served) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    _, second = await parts(served.house.database, meeting)
    await _over(served, meeting, until=1)
    secretary = await _as(served)
    await secretary.get(f"/meetings/{meeting}/round")
    assert "not held" in secretary.text
    day = (LATER + timedelta(days=5)).isoformat()
    again = {"day": day, "time": "19:30", "form": "online", "place": "", "back": "round"}
    await secretary.post(f"/meetings/{second.id}/plan", **again)
    assert secretary.path == f"/meetings/{meeting}/round"
    assert "not held" not in secretary.text


# -- Seen from above -------------------------------------------------------------------------------------------------


async def test_superiors_see_one_meeting_by_groups_with_the_groups_inside(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    month, zone = Month(2027, 2), served.house.settings.zone
    async with served.house.database.read() as connection:
        unit = (await meetings.of_units(connection, [CELL]))[0].unit
        whole, _ = await glance.level(connection, unit, month, zone)
    assert whole.sums.planned == 1
    await _over(served, meeting)
    async with served.house.database.read() as connection:
        whole, _ = await glance.level(connection, unit, month, zone)
        count, listed = await glance.cells(connection, unit, month, zone, glance.Asked())
        (held,) = await cells.held(connection, unit, *month.moments(zone))
        rolls = await cells.roll_of_cell(connection, unit, "2027-01")
    assert (whole.sums.met, whole.sums.meetings, whole.sums.by_groups, whole.sums.online) == (1, 1, 1, 0)
    assert (count, listed[0].meeting, listed[0].sums.by_groups) == (1, meeting, 1)
    assert (held.id, held.parts, held.met, held.adopted) == (meeting, 2, 2, True)
    assert len(rolls) == 51
    superior = await _as(served, "xauy")
    await superior.get(f"{UNIT}/supervision")
    assert superior.text.count("Sinh hoạt tháng 2") == 1
    assert "2 of 2 groups have met" in superior.text
    await superior.get(f"/meetings/{meeting}/timeline")
    assert re.findall(r"<h3>(Tổ \d)</h3>", superior.text) == ["Tổ 1", "Tổ 2"]
    assert superior.text.count('<svg class="timeline') == 3
    common = superior.text.split('<svg class="timeline')[3]
    assert common.count('class="clock"') == 2, "half an hour at the desk, not the days since the first group met"
    first, _ = await parts(served.house.database, meeting)
    assert "The round that this group is part of" in (await superior.get(f"/meetings/{first.id}/timeline")).text
    assert (await superior.get(f"/people/{person(4)}/attendance")).text.count("09/02/2027") >= 1


async def test_the_sheet_of_a_round_has_its_days_and_nobody_is_gone_between_his_group_and_the_round(
    served: Served,
) -> None:
    await large(served)
    secretary = await _as(served)
    meeting = await _planned(secretary)
    _, second = await parts(served.house.database, meeting)
    day = (LATER + timedelta(days=3)).isoformat()
    await secretary.post(f"/meetings/{second.id}/plan", day=day, time="19:30", form="online", place="", back="round")
    await _over(served, meeting)
    secretary = await _as(served)
    rows = (await secretary.get(f"/meetings/{meeting}/attendance")).text.split("<tr>")
    own = next(row for row in rows if "Cell secretary" in row)
    assert own.count("09/02/2027") == 1, "he came to his group on its day, and left with the round"
    assert not re.search(r"\d – \d", own), "three days are no gap"
    member = next(row for row in rows if "09/02/2027" in row and "Cell secretary" not in row)
    assert member.count("09/02/2027") == 2


async def test_no_alert_is_raised_for_a_group_and_a_broken_one_is_told_of_its_round(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    await _over(served, meeting)
    first, _ = await parts(served.house.database, meeting)
    values = {"meeting": first.id, "at": served.clock.now, "ok": False, "seq": 3, "why": "hash"}
    async with served.house.database.write() as connection:
        await connection.execute(sa.insert(tables.verdicts).values(**values))
    await alerts.run(served.house.database, served.clock.now, served.house.settings.zone)
    a = tables.alerts.c
    async with served.house.database.read() as connection:
        found = (await connection.execute(sa.select(a.kind, a.subject).where(a.unit_id == CELL))).all()
    assert ("broken", meeting) in {(row.kind, row.subject) for row in found}
    assert not [row for row in found if row.subject == first.id or row.kind in ("unplanned", "papers")]


async def _file(served: Served, since: str = "2027-02") -> bytes:
    """The inspection file that the superior takes along."""
    superior = await _as(served, "xauy")
    async with superior.http.get(f"{served.base}{UNIT}/inspection.zip?since={since}&last=2027-02") as answer:
        assert answer.status == 200
        return await answer.read()


def _folders(file: bytes) -> dict[str, dict[str, bytes]]:
    """Meeting → name → contents."""
    found: dict[str, dict[str, bytes]] = {}
    with zipfile.ZipFile(io.BytesIO(file)) as zip:
        for name in zip.namelist():
            folder, _, _name = name.rpartition("/")
            if folder:
                found.setdefault(folder.rpartition("-")[2], {})[name] = zip.read(name)
    return found


async def test_the_inspection_file_of_a_round_holds_the_records_of_its_groups(
    served: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    await _over(served, meeting)
    first, second = await parts(served.house.database, meeting)
    made, file = await _file(served), tmp_path / "kiem-tra.zip"
    file.write_bytes(made)
    folders = _folders(made)
    assert folders.keys() == {meeting, first.id, second.id}
    rows = [
        csv.DictReader(io.StringIO(_named(folders[each], "attendance.csv").decode("utf-8-sig"))) for each in folders
    ]
    assert sorted(len([row for row in each if row["Tư cách"] == "official"]) for each in rows) == [25, 26, 51]
    assert main(["verify", "--file", str(file), "--key", served.house.key.public.hex()]) == 0
    assert "3 meetings" in capsys.readouterr().out


def _named(folder: dict[str, bytes], end: str) -> bytes:
    return next(content for name, content in folder.items() if name.endswith(end))


async def test_a_group_that_is_missing_or_another_is_found_though_all_is_sealed_anew(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    await _over(served, meeting)
    first, second = await parts(served.house.database, meeting)
    folders, key = _folders(await _file(served)), served.house.key
    fewer = folders[meeting] | folders[first.id]
    wrong = inspection.check(inspection.packed({}, fewer, key), {key.public}).wrong
    assert wrong == [f"{second.id}: the record of the meeting of a group is missing"]
    log = next(name for name in folders[second.id] if name.endswith("log.jsonl"))
    cut = b"".join(folders[second.id][log].splitlines(keepends=True)[:-1])
    wrong = inspection.check(inspection.packed({}, fewer | folders[second.id] | {log: cut}, key), {key.public}).wrong
    assert f"{second.id}: it is not the record that its round holds" in wrong


async def test_what_a_round_says_of_its_groups_goes_up_with_its_adopted_minutes(served: Served) -> None:
    await large(served)
    meeting = await _planned(await _as(served))
    await _over(served, meeting, until=1)
    first, _ = await parts(served.house.database, meeting)
    assert _folders(await _file(served)).keys() == {first.id}, "what one group has held, before the round is complete"
    await meet(served, meeting)
    async with served.house.database.write() as connection:
        ours = tables.summaries.c.meeting == meeting
        await connection.execute(sa.update(tables.summaries).where(ours).values(adopted=False))
    assert meeting not in _folders(await _file(served))
