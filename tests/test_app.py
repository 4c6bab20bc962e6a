"""What the house does again and again: no failure ends it."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError

from server.app import Job, again_and_again
from server.live.health import Health


def _now() -> datetime:
    return datetime(2027, 1, 5, tzinfo=UTC)


async def _three_times(failing: Exception) -> Health:
    """A job that fails twice; until it has been done a third time."""
    health, done, third = Health(_now), [], asyncio.Event()

    async def job() -> None:
        done.append(1)
        if len(done) < 3:
            raise failing
        third.set()

    task = asyncio.create_task(again_and_again(Job("a job", 0, 0, job), health))
    await asyncio.wait_for(third.wait(), 10)
    task.cancel()
    return health


async def test_a_database_that_is_away_is_waited_for_and_is_no_fault_of_ours() -> None:
    health = await _three_times(OperationalError("SELECT 1", {}, OSError()))
    assert not health.red


async def test_a_fault_of_ours_turns_health_red_and_the_job_is_done_again() -> None:
    health = await _three_times(KeyError("a name"))
    assert health.red and health.faults == 2
