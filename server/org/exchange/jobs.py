"""A file on its way in: looked through beside the pages, then written if nothing is wrong and somebody says so.

Kept in memory only: what was not written when the program stops is simply sent again.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from server.records.database import Database

from ..refusal import Refused
from ..trail import Hand
from ..tree import Unit
from . import keeping, looking
from .looking import Task
from .plan import Plan

log = structlog.get_logger()
KEPT = 20  # jobs; the oldest that rests is forgotten first

Phase = Literal["reading", "checking", "checked", "writing", "done", "refused", "fault"]


@dataclass(slots=True)
class Job:
    """One file.  `done` of `total` lines are looked through, or hundredths are written."""

    id: str
    owner: str  # a person
    scope: Unit
    name: str  # of the file
    may_edit_tree: bool
    grants: frozenset[str]
    phase: Phase = "reading"
    done: int = 0
    total: int = 0
    plan: Plan | None = None
    refused: Refused | None = None
    task: asyncio.Task[None] | None = None  # what is under way

    @property
    def busy(self) -> bool:
        return self.phase in ("reading", "checking", "writing")

    @property
    def clean(self) -> bool:
        """Whether it may be written."""
        return self.phase == "checked" and self.plan is not None and not self.plan.wrong and not self.plan.empty


class Jobs:
    """The files on their way in.  Call `close` before the database closes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, owner: str, job_id: str) -> Job | None:
        """The job, if it is this person's."""
        job = self._jobs.get(job_id)
        return job if job and job.owner == owner else None

    def start(
        self, hand: Hand, scope: Unit, name: str, data: bytes, may_edit_tree: bool, grants: frozenset[str]
    ) -> Job:
        """Begin to look through a file; one that the same person still waits for is given up.  Raises Refused where too
        many are under way."""
        self._give_up(hand.by)
        resting = [job.id for job in self._jobs.values() if not job.busy]
        if len(self._jobs) >= KEPT and not resting:
            raise Refused("busy", "Too many files are being looked through. Please try again in a minute.")
        if len(self._jobs) >= KEPT:
            del self._jobs[resting[0]]
        job = Job(secrets.token_urlsafe(16), hand.by, scope, name[:100], may_edit_tree, grants)
        self._jobs[job.id] = job
        self._run(job, partial(self._check, job, hand, data))
        return job

    def _give_up(self, owner: str) -> None:
        for job in [job for job in self._jobs.values() if job.owner == owner and job.phase in ("reading", "checking")]:
            del self._jobs[job.id]
            if job.task:
                job.task.cancel()

    def write(self, hand: Hand, job: Job) -> None:
        """Begin to write a clean file; anything else is left as it is."""
        if job.clean:
            job.phase, job.done, job.total = "writing", 0, 100
            self._run(job, partial(self._write, job, hand))

    async def settled(self) -> None:
        """Until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, job: Job, work: Callable[[], Awaitable[None]]) -> None:
        task = job.task = asyncio.get_running_loop().create_task(self._guarded(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, job: Job, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Refused as refused:
            job.phase, job.refused = "refused", refused
        except Exception as error:
            job.phase = "fault"
            log.error("import failed", kind=type(error).__name__)  # never what stood in the file
            raise

    async def _check(self, job: Job, hand: Hand, data: bytes) -> None:
        def told(done: int, total: int) -> None:
            job.phase, job.done, job.total = "checking", done, total

        task = Task(job.name, data, hand, job.scope, job.may_edit_tree, job.grants)
        job.plan = await looking.look(self._database, task, told)
        job.phase, job.done = "checked", job.total

    async def _write(self, job: Job, hand: Hand) -> None:
        assert job.plan is not None

        def written(share: float) -> None:
            job.done = int(share * 100)

        async with self._database.write() as connection:
            await keeping.write(connection, hand, job.scope, job.plan, written)
        job.phase = "done"
