"""`chibo verify` against someone who owns the database file."""

import sqlite3
from collections.abc import Callable

import pytest

from server.demo.large import large_cell

from .crowd import joined, kept
from .house import House

Attack = Callable[[sqlite3.Connection, str, int], object]

ATTACKS: dict[str, tuple[Attack, int]] = {  # what is done, and which entry `verify` must name, counted from the last
    "one byte flipped": (lambda d, m, last: d.execute(f"{FLIP} AND seq = ?", (m, last - 3)), 3),
    "one row deleted": (lambda d, m, last: d.execute(f"{DELETE} AND seq = ?", (m, last - 2)), 2),
    "the tail cut": (lambda d, m, last: d.execute(f"{DELETE} AND seq > ?", (m, last - 2)), 1),
}
FLIP = (
    'UPDATE events SET body = CAST(replace(CAST(body AS TEXT), \'"at":"20\', \'"at":"21\') AS BLOB) WHERE meeting = ?'
)
DELETE = "DELETE FROM events WHERE meeting = ?"


@pytest.mark.parametrize("named", ATTACKS)
async def test_verify_names_what_was_done_to_the_record(house: House, named: str) -> None:
    meeting, accounts = await large_cell(house.database, 3)
    async with joined(house, meeting, accounts) as (chair, *others):
        await chair.ask("Open")
        for member in others:
            await member.ask("AskToSpeak")
        await chair.ask("Close")
    await house.stop()
    last = len(kept(house, meeting))
    attack, before_last = ATTACKS[named]

    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        with pytest.raises(sqlite3.IntegrityError):
            attack(database, meeting, last)  # the triggers refuse it
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        attack(database, meeting, last)
    database.close()

    code, said = await house.chibo("verify", meeting)
    assert code == 1
    assert said.startswith(f"{meeting}: broken at event {last - before_last}: ")
