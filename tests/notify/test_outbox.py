"""The outbox and its sender, against a real mail server on a real port."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from server.notify import outbox
from server.notify.calendar import Appointment, written
from server.notify.links import Links
from server.notify.mail import Server
from server.notify.outbox import Message
from server.notify.sender import BACK_OFF, Sender
from server.org import people, tree
from server.records import tables
from server.records.database import Database

from .sink import Post, free_port, sink

AT = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
LINKS = Links(b"a key of the house")
PEOPLE = {"an": "an@thon3.vn", "binh": "binh@thon3.vn", "chi": "", "dung": "khong phai thu"}


@dataclass
class House:
    database: Database
    post: Post
    server: Server | None
    now: datetime = AT

    async def say(self, *messages: Message) -> None:
        async with self.database.write() as connection:
            await outbox.post_all(connection, messages, self.now)

    async def send(self) -> int:
        return await Sender(self.database, self.server, "https://hop.vn", _phrase, lambda: self.now, LINKS).look()

    async def rows(self) -> Mapping[str, Any]:
        async with self.database.read() as connection:
            return {row.person_id: row for row in await connection.execute(sa.select(tables.outbox))}


def _phrase(sentence: str, facts: Mapping[str, Any]) -> str:
    return sentence.format(**facts)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/chibo.sqlite")
    await made.migrate()
    async with made.write() as connection:
        await tree.add(connection, "thon-3", "cell", "Chi bộ Thôn 3", None)
        for person, mail in PEOPLE.items():
            await people.add(connection, person, "thon-3", person.title())
            await connection.execute(sa.update(tables.people).where(tables.people.c.id == person).values(mail=mail))
    yield made
    await made.close()


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    with sink() as started:
        yield started


@pytest.fixture
def house(database: Database, post: tuple[Post, int]) -> House:
    handler, port = post
    return House(database, handler, Server("127.0.0.1", port, "chibo@hop.vn", "none"))


def invitation(person: str, key: str = "m1/0", **more: Any) -> Message:
    facts = {"title": "Sinh hoạt tháng 1"}
    return Message(person, key, "Invited: {title}", "Please come to {title}.", facts, "/meetings/m1", "m1", **more)


async def test_what_is_posted_is_mailed_once(house: House) -> None:
    await house.say(invitation("an"))
    await house.say(invitation("an"))
    assert await house.send() == 1
    assert await house.send() == 0
    ((to, mail),) = house.post.got
    assert (to, mail["Subject"], mail["From"]) == ("an@thon3.vn", "Invited: Sinh hoạt tháng 1", "Chibo <chibo@hop.vn>")
    assert f"https://hop.vn{LINKS.to('m1', 'an')}" in mail.get_content(), "his own"
    assert (await house.rows())["an"].state == outbox.SENT


async def test_what_is_undone_is_never_told(house: House) -> None:
    with pytest.raises(RuntimeError):
        async with house.database.write() as connection:
            await outbox.post(connection, invitation("an"), AT)
            raise RuntimeError
    assert await house.send() == 0
    assert await house.rows() == {}


async def test_the_calendar_file_goes_with_the_mail_and_is_read_by_others(house: House) -> None:
    first = Appointment(
        "m1@hop.vn", 0, "Sinh hoạt tháng 1", AT, 90, place="Nhà văn hóa", attendee=("An", "an@thon3.vn")
    )
    moved = Appointment("m1@hop.vn", 1, "Sinh hoạt tháng 1", AT + timedelta(days=1), 90, attendee=("An", "an@thon3.vn"))
    for number, (appointment, cancelled) in enumerate(((first, False), (moved, False), (moved, True))):
        await house.say(invitation("an", f"m1/{number}", calendar=written(appointment, AT, cancelled)))
    await house.send()
    read = []
    for _, mail in house.post.got:
        part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
        calendar = icalendar.Calendar.from_ical(part.get_content())
        (event,) = calendar.walk("VEVENT")
        assert part.get_param("method") == calendar["METHOD"]
        read.append((str(calendar["METHOD"]), str(event["UID"]), event["SEQUENCE"], event.decoded("DTSTART")))
    day = timedelta(days=1)
    assert read == [
        ("REQUEST", "m1@hop.vn", 0, AT),
        ("REQUEST", "m1@hop.vn", 1, AT + day),
        ("CANCEL", "m1@hop.vn", 1, AT + day),
    ]


async def test_who_has_no_address_or_a_wrong_one_is_listed_until_he_reads_it(house: House) -> None:
    await house.say(*(invitation(person) for person in PEOPLE))
    assert await house.send() == 2
    async with house.database.write() as connection:
        listed = {each.person_id: each.why for each in await outbox.undelivered(connection, "m1")}
        assert listed == {"chi": outbox.NO_ADDRESS, "dung": "BadAddress"}
        (notice,) = await outbox.of_person(connection, "chi")
        assert await outbox.read(connection, "binh", AT, notice.id) is None  # not his
        assert await outbox.read(connection, "chi", AT, notice.id) == "/meetings/m1"
        assert await outbox.unread(connection, "chi") == 0
        assert [each.person_id for each in await outbox.undelivered(connection, "m1")] == ["dung"]


async def test_a_refusal_for_good_is_not_tried_again(house: House) -> None:
    house.post.answers["an@thon3.vn"] = "550 5.1.1 no such user"
    await house.say(invitation("an"), invitation("binh"))
    assert await house.send() == 1
    house.now += timedelta(days=2)
    assert await house.send() == 0
    assert ((await house.rows())["an"].state, (await house.rows())["an"].why) == (outbox.FAILED, "550")


async def test_a_refusal_for_now_is_tried_again_later_and_later(house: House) -> None:
    house.post.answers["an@thon3.vn"] = "451 4.3.2 please try later"
    await house.say(invitation("an"))
    for wait in BACK_OFF[:2]:
        await house.send()
        row = (await house.rows())["an"]
        assert (row.state, row.next_at) == (outbox.WAITING, house.now + wait)
        house.now += wait - timedelta(seconds=1)
        assert await house.send() == 0
        house.now += timedelta(seconds=1)
    house.post.answers.clear()
    assert await house.send() == 1


async def test_at_last_it_has_failed(house: House) -> None:
    house.post.answers["an@thon3.vn"] = "451 4.3.2 please try later"
    await house.say(invitation("an"))
    for wait in (*BACK_OFF, timedelta(0)):
        await house.send()
        house.now += wait
    assert (await house.rows())["an"].state == outbox.FAILED


async def test_a_mail_server_that_is_away_loses_nothing_and_names_nobody(house: House) -> None:
    there, house.server = house.server, Server("127.0.0.1", free_port(), "chibo@hop.vn", "none")
    await house.say(invitation("an"), invitation("binh"))
    with capture_logs() as lines:
        assert await house.send() == 0
    assert lines
    for personal in ("an@thon3.vn", "An", "Sinh hoạt", "m1"):
        assert personal not in str(lines)
    assert {row.state for row in (await house.rows()).values()} == {outbox.WAITING}
    house.server = there
    house.now += BACK_OFF[0]
    assert await house.send() == 2


async def test_without_a_mail_server_everything_is_shown_in_the_program(house: House) -> None:
    house.server = None
    await house.say(invitation("an"))
    assert await house.send() == 0
    async with house.database.read() as connection:
        assert [notice.subject for notice in await outbox.of_person(connection, "an")] == ["Invited: {title}"]
        assert await outbox.undelivered(connection, "m1") == []


async def test_a_line_break_in_a_title_makes_no_header(house: House) -> None:
    evil = {"title": "x\r\nBcc: all@thon3.vn"}
    await house.say(Message("an", "k", "Invited: {title}", "{title}", evil))
    await house.send()
    ((_, mail),) = house.post.got
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Invited: x Bcc: all@thon3.vn"
