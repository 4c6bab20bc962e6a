"""A cell of any size with a meeting planned for now: what load runs are made on.  Never in a real register."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import MeetingKind, Post, Standing
from server.org import groups, meetings, people, tree
from server.org.accounts import Accounts
from server.org.pilot.case import ONLINE, Away
from server.org.roster import ZONE
from server.records.database import Database

from .crowd import Account
from .pilot import Chain, decided, everyone_away

SINCE = date(2020, 1, 1)
POSTS = (Post.SECRETARY, Post.DEPUTY, Post.COMMITTEE)  # of the first three; the others have none
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Văn", "Thị", "Hữu", "Ngọc", "Đức")
GIVEN = ("An", "Bình", "Cường", "Dũng", "Giang", "Hương", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quân", "Sơn", "Thảo")
AGENDA = (
    {"id": "1", "title": "Thông tin thời sự, chính sách mới", "minutes": 15, "presenter": ""},
    {"id": "2", "title": "Kiểm điểm việc thực hiện nghị quyết tháng trước", "minutes": 45, "presenter": ""},
    {"id": "3", "title": "Nhiệm vụ tháng tới", "minutes": 30, "presenter": ""},
)


def name_of(number: int) -> str:
    """A name for member `number` (0, 1, 2 …); the first seven hundred all differ."""
    family, rest = number % len(FAMILY), number // len(FAMILY)
    return f"{FAMILY[family]} {MIDDLE[rest // len(GIVEN) % len(MIDDLE)]} {GIVEN[rest % len(GIVEN)]}"


async def large_cell(
    database_url: str, members: int, form: str = ONLINE, parties: int = 0
) -> tuple[str, list[Account]]:
    """Adds a new cell of `members`, their accounts and a meeting; its id, and the accounts, the secretary's first.
    `parties`: into so many party groups, each with leader and deputy; the secretary is in none.

    Brings the tables to this version first.  Called twice it adds two cells.  Raises sqlalchemy's SQLAlchemyError.
    """
    database = Database(database_url)
    run = secrets.token_hex(4)
    try:
        await database.migrate()
        async with database.write() as connection:
            await _register(connection, run, members, form, parties)
        found = [Account(f"tai-{run}-{n:03}", secrets.token_urlsafe(18), n < len(POSTS)) for n in range(members)]
        accounts = Accounts(database)
        for number, account in enumerate(found):
            await accounts.create(_person(run, number), _person(run, number), account.username, account.password)
    finally:
        await database.close()
    return _meeting(run), found


def _person(run: str, number: int) -> str:
    return f"tai-{run}-{number:03}"


def _meeting(run: str) -> str:
    return f"tai-{run}"


async def _register(connection: AsyncConnection, run: str, members: int, form: str, parties: int) -> None:
    above = await tree.add(connection, f"tai-{run}-base", "grassroots", f"Đảng bộ chạy tải {run}", None)
    cell = await tree.add(connection, f"tai-{run}-cell", tree.CELL, f"Chi bộ chạy tải {run}", above)
    for number in range(members):
        person = _person(run, number)
        await people.add(connection, person, cell.id, name_of(number))
        await people.give_status(connection, person, Standing.OFFICIAL, SINCE)
        if number < len(POSTS):
            await people.give_post(connection, person, cell.id, POSTS[number], SINCE)
    await _parties(connection, cell.id, [_person(run, number) for number in range(members)], parties)
    await _allowed(connection, cell.id, _person(run, 0))
    title, kind = f"Chạy tải {members} đảng viên", MeetingKind.REGULAR
    await meetings.plan(connection, _meeting(run), cell.id, title, kind, datetime.now(UTC), AGENDA, form)


async def _parties(connection: AsyncConnection, cell: str, persons: Sequence[str], parties: int) -> None:
    """All but the secretary, in turn; of those without another post the first two of each group lead it."""
    for number in range(parties):
        own = persons[1 + number :: parties]
        await groups.add(connection, f"{cell}-to-{number + 1}", cell, f"Tổ {number + 1}", own, SINCE)
        plain = [person for person in own if person not in persons[: len(POSTS)]]
        for person, post in zip(plain, (Post.GROUP_LEADER, Post.DEPUTY_GROUP_LEADER), strict=False):
            await people.give_post(connection, person, cell, post, SINCE)


async def _allowed(connection: AsyncConnection, cell: str, by: str) -> None:
    """A decision that lets the cell meet online."""
    asked = datetime.now(ZONE).date() - timedelta(days=10)
    draft = await everyone_away(connection, cell, asked, [Away("far_work")], ONLINE)
    await decided(connection, cell, draft, Chain(by, by, by), asked, None)
