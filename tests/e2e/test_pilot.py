"""The doors of the online room open by a decision in force on the day, and by nothing else."""

import sqlite3

import pytest

from server.demo.large import large_cell
from server.demo.member import TurnedAway

from .crowd import joined, kept
from .house import House

SUSPENDED = "UPDATE pilot_periods SET until = date('now', '-2 days')"


async def test_without_a_decision_in_force_nobody_joins_online_and_nothing_is_recorded(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    with sqlite3.connect(house.data / "chibo.sqlite") as database:
        database.execute(SUSPENDED)
    database.close()
    with pytest.raises(TurnedAway) as refused:
        async with joined(house, meeting, accounts):
            pass
    assert refused.value.rule == "pilot"
    assert kept(house, meeting) == []


async def test_a_meeting_that_was_called_goes_on_though_the_decision_is_suspended_meanwhile(house: House) -> None:
    meeting, accounts = await large_cell(house.database, 2)
    async with joined(house, meeting, accounts[:1]):
        with sqlite3.connect(house.data / "chibo.sqlite") as database:
            database.execute(SUSPENDED)
        database.close()
        async with joined(house, meeting, accounts[1:]):
            pass
    assert [entry.name for entry in kept(house, meeting)].count("Arrived") == 2
