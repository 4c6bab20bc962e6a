"""What the log of a meeting says of one member: when he was there, with what kind of device, what he answered."""

from datetime import timedelta

from server.oversight import members
from server.oversight.members import Visit
from server.records.database import Database

PAST = "demo-past"  # its story is told in demo/past.py


async def visit(of: Database, member: str) -> Visit:
    async with of.read() as connection:
        return (await members.visits(connection, member, [PAST])).get(PAST, Visit())


async def test_whoever_was_cut_off_for_long_has_two_intervals_and_for_short_one(told: Database) -> None:
    lost, flapping = await visit(told, "demo-dangvien07"), await visit(told, "demo-dangvien08")
    assert [len(each.intervals) for each in (lost, flapping)] == [2, 1]
    first, second = lost.intervals
    assert first.ended and timedelta(minutes=4) < second.began - first.ended < timedelta(minutes=8)


async def test_of_a_device_its_kind_is_known_and_nothing_else(told: Database) -> None:
    late, in_room = await visit(told, "demo-dangvien05"), await visit(told, "demo-dangvien02")
    assert set(late.devices) <= {"phone", "desktop", "tablet"} and late.devices
    assert (in_room.devices, in_room.intervals[0].kinds) == ((), "in_room")


async def test_proofs_of_presence_are_counted_asked_and_answered(told: Database) -> None:
    answering, silent, away = [await visit(told, f"demo-{name}") for name in ("dangvien05", "dubi2", "dangvien10")]
    assert (answering.asked, answering.answered) == (1, 1)
    assert (silent.asked, silent.answered) == (1, 0)
    assert away == Visit()
