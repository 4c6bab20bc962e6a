"""Puts the demonstration province into a database: the register, the accounts, the meetings."""

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.convening.documents import Store
from server.meeting.ids import MeetingKind, Post, Standing
from server.org import groups, meetings, merging, people, tree
from server.org.accounts import Accounts
from server.org.changing import Described
from server.org.passwords import HASHER
from server.org.people import SUSPENDED
from server.org.pilot.case import ONLINE
from server.org.roster import ZONE
from server.org.trail import Hand
from server.records.database import Database
from server.records.signing import Key
from server.records.tables import accounts as accounts_table

from . import before, filing, past, province
from .accounts import keep_alive, seed_accounts
from .cells import CELLS
from .months import MONTHS, months_back
from .pilot import seed_pilot

SINCE = date(2022, 7, 1)
EVENING = time(19, 30)
_WORDS = (
    "sen",
    "lua",
    "bien",
    "nui",
    "song",
    "ruong",
    "tre",
    "dua",
    "sao",
    "may",
    "gio",
    "nang",
    "mua",
    "thuyen",
    "neo",
    "rung",
)

_WHO = {
    Post.SECRETARY: "Bí thư chi bộ",
    Post.DEPUTY: "Phó bí thư",
    Post.COMMITTEE: "Chi ủy viên",
    Post.GROUP_LEADER: "Tổ trưởng tổ đảng",
    Post.DEPUTY_GROUP_LEADER: "Tổ phó tổ đảng",
}
_WHAT = {
    Standing.PROBATIONARY: "Đảng viên dự bị",
    Standing.EXEMPT: "Đảng viên miễn sinh hoạt",
    Standing.TEMPORARY_IN: "Đảng viên sinh hoạt tạm thời",
    SUSPENDED: "Đảng viên đang bị đình chỉ sinh hoạt",
}

Account = tuple[str, str, str]  # who, username, password


@dataclass(frozen=True, slots=True)
class Demo:
    """`accounts`: the cell's 24 members, the secretary and his succession first, then follower and superiors."""

    accounts: list[Account]
    meeting_id: str  # may be joined now
    cell_id: str


def demo_password(data_dir: Path) -> str:
    """The password of all demonstration accounts of this house: made once, kept in the data folder (mode 0600)."""
    file = data_dir / "demo-password"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        words = "-".join(secrets.choice(_WORDS) for _ in range(4))
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(f"{words}-{secrets.randbelow(900) + 100}\n")
    return file.read_text().strip()


async def seed(
    database: Database,
    key: Key,
    today: date,
    password: str,
    zone: ZoneInfo = ZONE,
    at: datetime | None = None,
    store: Store | None = None,
) -> Demo:
    """The demonstration, added where it is not yet there; what was done with it since is kept.

    `key` seals the meeting of last month, `today` is a day of `zone`.  The accounts get `password` when they are made.
    With a `store` its meetings have documents.
    `at` is when the meeting that may be joined begins, if there is none; the quarter of an hour just begun by default.
    """
    at = at or quarter(datetime.now(UTC))
    async with database.read() as connection:
        there = await tree.unit(connection, province.PROVINCE[0]) is not None
    if not there:
        hashed = HASHER.hash(password)  # once: the same for all of them
        async with database.write() as connection:
            await _register(connection)
            accounts = Accounts(database, clock=lambda: at)
            await _accounts(connection, accounts, hashed)
            await seed_accounts(connection, accounts, hashed, today, SINCE)
            await seed_pilot(connection, today)
            await _plans(connection, today, zone)
    else:
        async with database.write() as connection:
            await seed_pilot(connection, today)
            await keep_alive(connection, at)
    async with database.read() as connection:
        last = await meetings.meeting(connection, "demo-past")
        late = await meetings.meeting(connection, "demo-late")
    async with database.write() as connection:
        await filing.begin_terms(connection, province.CELL, months_back(today, MONTHS)[-1], filing.RESOLUTIONS)
        if last is not None and last.phase == "planned":
            await filing.keep_numbers(connection, CELLS[0], today, zone)
    if last is not None and last.phase == "planned":
        await past.hold(database, key, last.id, zone)
    if late is not None and late.phase == "planned":
        await past.hold_lately(database, key, late.id, zone)
    async with database.write() as connection:
        meeting_id = await _meeting_now(connection, at, zone)
    await before.prepare(database, ("demo-ahead-2", meeting_id), at, today, zone, store)
    return Demo([(who, username, password) for who, username, _ in _people()], meeting_id, province.CELL)


# -- The register ----------------------------------------------------------------------------------------------------


async def _register(connection: AsyncConnection) -> None:
    top = await tree.add(connection, *_unit("province", province.PROVINCE), None, *_coded(province.PROVINCE[0]))
    communes = {
        each[0]: await tree.add(connection, *_unit("commune", each), top, *_coded(each[0]))
        for each in province.COMMUNES
    }
    for cell, commune, name in province.CELLS:
        await tree.add(connection, cell, tree.CELL, name, communes[commune], *_coded(cell))
    await _merged(connection, communes)
    for member in province.MEMBERS:
        await _member(connection, member)
    for place, (group, name) in enumerate(province.GROUPS):
        ids = [_person(member.username) for member in province.MEMBERS if member.group == place]
        await groups.add(connection, group, province.CELL, name, ids, SINCE)
    await _others(connection)


async def _merged(connection: AsyncConnection, communes: Mapping[str, tree.Unit]) -> None:
    """A cell as it was, merged by the very step of the register."""
    cell, commune, name, code, founded = province.MERGED
    day = date.fromisoformat(province.MERGED_ON)
    old = await tree.add(connection, cell, tree.CELL, name, communes[commune], code, date.fromisoformat(founded))
    into = await tree.unit(connection, province.HEIR)
    assert into
    for number, (member, born) in enumerate(province.MERGED_MEMBERS, start=1):
        person = f"{cell}-{number}"
        await people.add(connection, person, cell, member, born)
        await people.give_status(connection, person, Standing.OFFICIAL, date.fromisoformat(founded))
    hand = Hand("", datetime.combine(day, time(), UTC), day)
    await merging.merge(connection, hand, merging.Wish((old, into), into, Described(""), "", day))


def _coded(unit: str) -> tuple[str, date]:
    code, founded = province.CODES[unit]
    return code, date.fromisoformat(founded)


def _unit(kind: str, named: tuple[str, str]) -> tuple[str, str, str]:
    return named[0], kind, named[1]


async def _member(connection: AsyncConnection, member: province.Member) -> None:
    person = _person(member.username)
    await people.add(connection, person, province.CELL, member.name, member.born)
    await people.give_status(connection, person, member.standing, SINCE)
    if member.standing in (Standing.EXEMPT, SUSPENDED):  # an official member all the same
        await people.give_status(connection, person, Standing.OFFICIAL, SINCE)
    if member.post is not Post.NONE:
        await people.give_post(connection, person, province.CELL, member.post.value, SINCE)


async def _others(connection: AsyncConnection) -> None:
    """The secretaries of the other cells, and those who stand above."""
    for (cell, _, _), name in zip(province.CELLS[1:], province.OTHER_SECRETARIES, strict=True):
        await _official(connection, f"bithu-{cell[-1]}", name, 1970, cell, Post.SECRETARY, cell)
    commune = province.CELLS[0][1]
    await _official(connection, *province.FOLLOWER, commune, Post.FOLLOWER, province.CELL)
    await _official(connection, *province.SUPERIOR, commune, Post.SECRETARY, commune)
    ward = province.COMMUNES[1][0]
    await _official(connection, *province.WARD, ward, Post.SECRETARY, ward)
    top = province.PROVINCE[0]
    await _official(connection, *province.PROVINCIAL, top, Post.COMMITTEE, top)
    await _official(connection, *province.ORGANISER, top, "organising_department", top)
    await _official(connection, *province.ADMINISTRATOR, top, "administrator", top)


async def _official(
    connection: AsyncConnection, username: str, name: str, born: int, home: str, post: str, at: str
) -> None:
    person = _person(username)
    await people.add(connection, person, home, name, born)
    await people.give_status(connection, person, Standing.OFFICIAL, SINCE)
    await people.give_post(connection, person, at, str(post), SINCE)


def _person(username: str) -> str:
    return f"demo-{username}"


# -- The accounts ----------------------------------------------------------------------------------------------------


def _people() -> list[tuple[str, str, str]]:
    """Who, username, name: everyone who has an account, in the order they are shown."""
    members = [(_described(member), member.username, member.name) for member in province.MEMBERS]
    above = [
        ("Cấp ủy viên theo dõi chi bộ", *province.FOLLOWER[:2]),
        ("Bí thư đảng ủy xã", *province.SUPERIOR[:2]),
        ("Tỉnh ủy viên", *province.PROVINCIAL[:2]),
    ]
    keepers = [
        ("Ban Tổ chức Tỉnh ủy", *province.ORGANISER[:2]),
        ("Quản trị hệ thống", *province.ADMINISTRATOR[:2]),
        ("Bí thư đảng ủy phường", *province.WARD[:2]),
    ]
    others = [
        (f"Bí thư {name}", f"bithu-{cell[-1]}", secretary)
        for (cell, _, name), secretary in zip(province.CELLS[1:], province.OTHER_SECRETARIES, strict=True)
    ]
    return members + above + others + keepers


def _described(member: province.Member) -> str:
    return _WHO.get(member.post) or _WHAT.get(member.standing, "Đảng viên")


async def _accounts(connection: AsyncConnection, accounts: Accounts, hashed: str) -> None:
    rows = [accounts.row(_person(username), _person(username), username, hashed) for _, username, _ in _people()]
    await connection.execute(sa.insert(accounts_table), rows)


# -- The meetings ----------------------------------------------------------------------------------------------------


async def _plans(connection: AsyncConnection, today: date, zone: ZoneInfo) -> None:
    regular, thematic = MeetingKind.REGULAR.value, MeetingKind.THEMATIC.value
    planned = (
        ("demo-past", today - timedelta(days=28), regular, "Sinh hoạt chi bộ thường kỳ tháng trước", province.AGENDA),
        (
            "demo-late",
            today - timedelta(days=9),
            thematic,
            "Sinh hoạt chuyên đề: Phòng, chống thiên tai mùa mưa bão",
            province.THEMATIC,
        ),
        (
            "demo-ahead-1",
            today + timedelta(days=14),
            thematic,
            "Sinh hoạt chuyên đề: An toàn lao động trên tàu biển",
            province.THEMATIC,
        ),
        ("demo-ahead-2", today + timedelta(days=30), regular, "Sinh hoạt chi bộ thường kỳ tháng sau", province.AGENDA),
    )
    for meeting, day, kind, title, items in planned:
        await meetings.plan(
            connection, meeting, province.CELL, title, kind, _evening(day, zone), _agenda(items), ONLINE
        )


async def _meeting_now(connection: AsyncConnection, at: datetime, zone: ZoneInfo) -> str:
    """A meeting that may be joined at that moment: the last there is, else a new one."""
    rows = await meetings.of_units(connection, [province.CELL])
    if found := [row.id for row in rows if meetings.joinable(row, at, timedelta())]:
        return found[-1]
    meeting, kind = f"demo-{secrets.token_hex(6)}", MeetingKind.REGULAR.value
    title = f"Sinh hoạt chi bộ thường kỳ tháng {at.astimezone(zone):%m/%Y}"
    await meetings.plan(connection, meeting, province.CELL, title, kind, at, _agenda(province.AGENDA), ONLINE)
    return meeting


def quarter(moment: datetime) -> datetime:
    """The quarter of an hour just begun."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def _evening(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, EVENING, zone).astimezone(UTC)


def _agenda(items: Sequence[tuple[str, int, str, str]]) -> list[dict[str, object]]:
    return [
        {"id": str(number), "title": title, "minutes": minutes, "presenter": presenter, "kind": kind}
        for number, (title, minutes, presenter, kind) in enumerate(items, start=1)
    ]
