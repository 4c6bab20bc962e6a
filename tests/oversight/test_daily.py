"""A day's work of the house, and the witness it leaves: in the superiors' mail, in the cell's next meeting."""

from datetime import timedelta

import sqlalchemy as sa

from server.notify import outbox
from server.notify.outbox import Notice
from server.org.roster import ZONE, call
from server.oversight import daily
from server.records import published, tables
from server.records.database import Database
from server.records.log import Log
from server.records.signing import Key
from server.records.verify import verify
from tests.records.test_verify import attack

from .conftest import NOW

_DAY = timedelta(days=1)


async def told_of(database: Database, person: str) -> list[Notice]:
    async with database.read() as connection:
        return [each for each in await outbox.of_person(connection, person) if each.link == "/witness"]


async def test_the_root_is_mailed_to_the_superiors_though_it_was_published_in_between(
    told: Database, log: Log, key: Key
) -> None:
    root = await published.publish(told, key, NOW)
    assert root
    await daily.run(told, log.read, key, NOW, ZONE)
    for person in ("demo-xauy", "demo-phuonguy"):
        (mail,) = await told_of(told, person)
        assert published.read(mail.text.format(**mail.facts)).size == root.size
    assert await told_of(told, "demo-bithu") == []
    await daily.run(told, log.read, key, NOW + _DAY, ZONE)
    assert len(await told_of(told, "demo-xauy")) == 1, "nothing is new"


async def test_the_line_of_the_mail_finds_a_tree_that_was_written_anew(told: Database, log: Log, key: Key) -> None:
    await daily.run(told, log.read, key, NOW, ZONE)
    (mail,) = await told_of(told, "demo-xauy")
    kept = published.read(mail.text.format(**mail.facts))
    assert [line async for line in published.against(told, kept)] == []
    wrong = "ab" * 32
    other = published.read(f'{{"size": {kept.size}, "root": "{wrong}"}}')
    assert [line async for line in published.against(told, other)]


async def test_the_next_meeting_holds_the_head_of_the_last_and_the_root_of_its_day(told: Database, key: Key) -> None:
    root = await published.publish(told, key, NOW)
    before = (await call(told, "demo-ahead-1")).before
    assert root and before
    assert (before.size, before.root) == (root.size, root.root.hex())
    assert before.meeting == "demo-late"


async def test_a_month_written_anew_is_betrayed_by_the_month_after(told: Database, key: Key) -> None:
    november, december = "demo-cell-2-2026-11", "demo-cell-2-2026-12"
    assert (await verify(told, december, {key.public})).ok
    theirs = tables.events.c.meeting == november
    await attack(told, sa.update(tables.events).where(theirs).values(hash=b"\0" * 32))
    verdict = await verify(told, december, {key.public})
    assert (verdict.ok, verdict.first_broken) == (False, 1)
    assert verdict.why.startswith(f"it holds a head of {november}, the meeting before")


async def test_a_day_twice_is_done_once(told: Database, log: Log, key: Key) -> None:
    first = await daily.run(told, log.read, key, NOW, ZONE)
    assert (first.summaries, first.broken) == (0, []) and first.verified > 10 and first.alerts and first.published
    assert await daily.run(told, log.read, key, NOW, ZONE) == daily.Done(0, 0, [], None, 0)
