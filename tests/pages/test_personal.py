"""The personal link of a notice: with a session, without one, too late, in other hands, forged."""

import re

import icalendar
import sqlalchemy as sa

from server.notify.links import Links
from server.records.tables import meetings, outbox

from .conftest import PASSWORD, Served

AN, STRANGER = "demo-dangvien01", "Đỗ Văn An"


def link(served: Served, person: str = AN, meeting: str = "") -> str:
    key = (served.house.settings.data_dir / "form.key").read_bytes()
    return Links(key).to(meeting or served.demo.meeting_id, person)


async def test_with_his_session_the_link_leads_to_the_door_at_once(served: Served) -> None:
    member = await served.member()
    await member.get(link(served))
    assert (member.status, member.path) == (200, f"/meetings/{served.demo.meeting_id}")


async def test_without_a_session_only_the_password_is_asked_for_and_then_comes_the_door(served: Served) -> None:
    visitor = served.visitor(**{"Accept-Language": "en"})
    await visitor.get(link(served))
    assert visitor.status == 200 and 'name="username"' not in visitor.text
    assert "comrade A." in visitor.text
    for known in (STRANGER, "dangvien01", AN):
        assert known not in visitor.text, "a stranger learns an initial"
    assert not visitor.cookie("chibo_session"), "nobody is signed in by it"
    token = _token(visitor.text)
    wrong = await visitor.post("/sign-in", link=token, password="wrong", next=f"/meetings/{served.demo.meeting_id}")
    assert wrong.status == 401 and "dangvien01" not in wrong.text and "comrade A." in wrong.text
    await visitor.post("/sign-in", link=token, password=PASSWORD, next=f"/meetings/{served.demo.meeting_id}")
    assert visitor.path == f"/meetings/{served.demo.meeting_id}"
    assert STRANGER in (await visitor.get("/meetings")).text


async def test_wrong_passwords_by_a_link_count_as_any(served: Served) -> None:
    visitor = await served.visitor().get(link(served))
    for _ in range(5):
        await visitor.post("/sign-in", link=_token(visitor.text), password="wrong", next="/meetings")
    assert (await visitor.post("/sign-in", link=_token(visitor.text), password=PASSWORD, next="/")).status == 401


async def test_a_forwarded_link_leads_everybody_to_his_own_door_or_to_none(served: Served) -> None:
    other = await served.member("dangvien02")
    assert (await other.get(link(served))).path == f"/meetings/{served.demo.meeting_id}"
    assert "Ngô Thị Bích" in (await other.get("/meetings")).text, "he stays who he is"
    elsewhere = await served.member("bithu-2")
    assert (await elsewhere.get(link(served))).status == 404


async def test_a_forged_link_is_nothing(served: Served) -> None:
    good, visitor = link(served), served.visitor()
    forged = Links(b"another key").to(served.demo.meeting_id, AN)
    for path in (forged, good[:-5] + ("A" if good[-5] != "A" else "B") + good[-4:], "/go/x", "/go/W10.abc"):
        assert (await visitor.get(path)).status == 404, path
    await visitor.get("/sign-in")
    done = await visitor.post("/sign-in", link=forged.removeprefix("/go/"), password=PASSWORD, next="/meetings")
    assert done.status == 401 and not visitor.cookie("chibo_session")
    assert (await visitor.get(link(served, meeting="no-such-meeting"))).status == 404


async def test_a_day_after_the_meeting_the_link_names_nobody(served: Served) -> None:
    visitor = served.visitor()
    served.clock.advance(days=1)
    assert 'name="username"' not in (await visitor.get(link(served))).text and " A." in visitor.text
    token = _token(visitor.text)
    served.clock.advance(hours=4)
    await visitor.get(link(served))
    assert visitor.status == 200 and 'name="username"' in visitor.text and " A." not in visitor.text
    assert (await visitor.post("/sign-in", link=token, password=PASSWORD, next="/meetings")).status == 401
    async with served.house.database.write() as connection:  # it goes on and on: the link of a living meeting lives
        ours = meetings.c.id == served.demo.meeting_id
        await connection.execute(sa.update(meetings).where(ours).values(phase="open"))
    assert 'name="username"' not in (await visitor.get(link(served))).text


async def test_the_calendar_file_of_a_notice_carries_his_own_link(served: Served) -> None:
    async with served.house.database.write() as connection:
        ours = meetings.c.id == "demo-ahead-1"
        known = (await connection.execute(sa.select(meetings.c.id).where(ours))).first()
        assert known is not None
    secretary = await served.member("bithu")
    await secretary.get("/meetings/demo-ahead-1/plan")
    await secretary.post("/meetings/demo-ahead-1/notice")
    async with served.house.database.read() as connection:
        his = sa.and_(outbox.c.person_id == AN, outbox.c.meeting == "demo-ahead-1")
        text = await connection.scalar(sa.select(outbox.c.calendar).where(his))
    assert text is not None
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    url = str(event["URL"])
    member = await served.member()
    await member.get(url[url.index("/go/") :])
    assert member.path.startswith("/meetings/demo-ahead-1")


def _token(text: str) -> str:
    found = re.search(r'name="link" value="([^"]+)"', text)
    assert found, text
    return found.group(1)
