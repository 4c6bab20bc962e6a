from datetime import timedelta

from server.records.database import Database
from server.records.leases import Leases

from .stories import START


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self):  # type: ignore[no-untyped-def]
        return self.at


async def test_who_takes_a_meeting_learns_when_its_last_holder_was_alive(database: Database) -> None:
    clock = Clock()
    first, second = Leases(database, "first", clock), Leases(database, "second", clock)
    assert await first.take("m") is None
    clock.at += timedelta(seconds=2)
    assert await first.beat(["m", "other"]) == {"m"}
    clock.at += timedelta(seconds=7)
    assert await second.take("m") == START + timedelta(seconds=2)
    assert await first.beat(["m"]) == set()
    assert await second.beat(["m"]) == {"m"}


async def test_only_the_holder_releases(database: Database) -> None:
    clock = Clock()
    first, second = Leases(database, "first", clock), Leases(database, "second", clock)
    await first.take("m")
    await second.release("m")
    assert await first.beat(["m"]) == {"m"}
    await first.release("m")
    assert await second.take("m") is None
