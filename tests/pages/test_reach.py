"""Every route with every role over a tree of three levels and fifty cells: inside it opens, outside there is nothing.

Which role has which action stands in `access.ALLOWED`; on which units each of these people has which role stands here,
in PEOPLE, and is not asked of the program.  The walk fills the addresses of `ROUTES` by itself.  So a new route needs

* nothing here, if its address has only parameters that SAMPLES knows and its action stands in `access.ALLOWED`;
* one line in SAMPLES for a new {parameter}: what it is at a place, or NOBODY'S where such a thing is its maker's alone;
* one line in NOT_YET, if at these meetings and cells even who may finds nothing at its address;
* one line in `test_walk.OPEN_TO`, as ever, which says what answer is the right one.

Pages without a parameter are read for what they must not tell: no name, count or file holds anything from outside.
"""

import asyncio
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from server.demo.seed import Demo
from server.org import access, groups, meetings, people, tree
from server.org.accounts import Accounts
from server.org.passwords import HASHER
from server.org.pilot import cases
from server.org.trail import Hand
from server.pages.keys import ANYONE, MACHINE, SIGNED_IN, Route
from server.pages.routes import ROUTES
from server.records.database import Connection, Database
from server.records.signing import Key
from server.records.tables import accounts as accounts_table
from server.records.tables import documents
from server.records.tables import meetings as listed

from .conftest import EVENING, PASSWORD, Serve, Served, Visitor

SINCE, COMMUNES, CELLS = date(2026, 1, 1), 5, 50
OWN, BESIDE, AFAR, ABROAD = 7, 8, 23, 99  # cells: his, one of his commune, of another commune, of another province
# place → unit; every route is asked at each of them
PLACES = {"own": f"c{OWN}", "beside": f"c{BESIDE}", "afar": f"c{AFAR}", "abroad": f"c{ABROAD}"}
PLACES |= {"commune": "x0", "other": "x2", "province": "p", "neighbour": "q"}


@dataclass(frozen=True)
class Who:
    """`roles`: role of access.ROLES → the places where he has it; `sees`: cells whose names he may read."""

    home: str
    roles: Mapping[str, str]
    post: tuple[str, str] | None = None  # and the unit
    sees: frozenset[int] = frozenset({OWN})
    standing: str = "official"
    guest: bool = False


COMMUNE, EVERY = frozenset(range(10)), frozenset(range(CELLS))
PEOPLE = {
    "member": Who("c7", {"member": "own"}),
    "suspended": Who("c7", {}, standing="suspended"),
    "guest": Who("c8", {"member": "own beside"}, guest=True, sees=frozenset({OWN, BESIDE})),
    "secretary": Who(
        "c7",
        {"member": "own", "committee": "own", "secretary": "own"},
        ("cell_secretary", "c7"),
        frozenset({OWN, BESIDE}),  # where his guest comes from
    ),
    "committee": Who("c7", {"member": "own", "committee": "own"}, ("committee_member", "c7")),
    "follower": Who("x0", {"follower": "own"}, ("assigned_follower", "c7")),
    "superior": Who("x0", {"superior": "own beside", "leading": "commune"}, ("committee_member", "x0"), COMMUNE),
    "provincial": Who(
        "p", {"superior": "own beside afar commune other", "leading": "province"}, ("committee_member", "p"), EVERY
    ),
    "organiser": Who("x0", {"organiser": "own beside commune"}, ("organising_department", "x0"), COMMUNE),
    "administrator": Who("x0", {"administrator": "own beside commune"}, ("administrator", "x0"), COMMUNE),
    "stranger": Who("c41", {"member": "", "secretary": ""}, ("cell_secretary", "c41"), frozenset({41})),
}
NOBODYS = "none"  # what only its maker may see: whoever asks for another's finds nothing
# {parameter} → what it is at a unit; "" = there is no such thing there, and the route is not asked at that place
SAMPLES = {
    "unit": "{unit}",
    "person": "person-{unit}",
    "id": "meeting-{unit}",
    "case": "case-{unit}",
    "group": "group-{unit}",
    "document": "document-{unit}",
    "key": "grace",
    "month": "2027-01",
    "kind": "minutes",
    "job": NOBODYS,
    "batch": NOBODYS,
    "notice": NOBODYS,
}
# What is another meeting than the ordinary one ahead.
OTHERWISE = {"/meetings/{id}/round": {"id": "round-{unit}"}, "/meetings/{id}/motions": {"id": "round-{unit}"}}
ONLY_CELLS = frozenset({"id", "case", "group", "month"})
# Beginnings of routes at which even who may finds nothing: nothing was held yet, no task was given, and of the
# documents there are no files.  What was held is walked in test_walk.
NOT_YET = (
    "GET /meetings/{id}/attendance.csv",
    "GET /meetings/{id}/timeline",
    "GET /meetings/{id}/documents/{document}/",
    "GET /meetings/{id}/papers/",
    "POST /meetings/{id}/papers/",
    "POST /meetings/{id}/proof",
    "POST /units/{unit}/tasks",
)
FIELDS = {"/units/{unit}/posts": {"post": "committee_member"}}  # without which even who may finds nothing


# -- The province ----------------------------------------------------------------------------------------------------


async def _province(connection: Connection) -> None:
    top = await tree.add(connection, "p", "province", "Tỉnh Chung", None)
    communes = [await tree.add(connection, f"x{n}", "commune", f"Xã Vùng {n}", top) for n in range(COMMUNES)]
    neighbour = await tree.add(connection, "q", "province", "Tỉnh Vùng 9", None)
    for unit in (top, *communes, neighbour):
        await _person(connection, f"person-{unit.id}", unit.id, f"Nguyễn {unit.name}")
    for n in range(CELLS):
        await _cell(connection, n, communes[n // 10])
    await _cell(connection, ABROAD, neighbour)


async def _cell(connection: Connection, n: int, above: tree.Unit) -> None:
    """A cell with 3 to 6 members, a group, a meeting in a fortnight, a round in three weeks, and a case."""
    cell = await tree.add(connection, f"c{n}", "cell", f"Chi bộ Dấu {n}", above)
    for k in range(3 + n % 4):
        await _person(connection, f"person-c{n}" if k == 0 else f"c{n}-{k}", cell.id, f"Trần {'ABCDEF'[k]} Dấu {n}")
    await groups.add(connection, f"group-c{n}", cell.id, f"Tổ Dấu {n}", [f"person-c{n}"], SINCE)
    agenda = [{"id": "1", "title": f"Việc Dấu {n}", "minutes": 15, "presenter": ""}]
    day = EVENING + timedelta(days=14)
    await meetings.plan(connection, f"meeting-c{n}", cell.id, f"Thường kỳ Dấu {n}", "regular", day, agenda)
    await _round(connection, n, agenda)
    row = {"id": f"document-c{n}", "meeting": f"meeting-c{n}", "title": f"Dự thảo Dấu {n}", "name": f"Dấu {n}.pdf"}
    more = {
        "item": "",
        "kind": "pdf",
        "size": 1,
        "sha256": "0",
        "shown_sha256": "0",
        "pages": 1,
        "by": "",
        "at": EVENING,
    }
    await connection.execute(sa.insert(documents).values(**row, **more))
    await cases.open_case(connection, cell, Hand(f"person-c{n}", EVENING, EVENING.date()), f"case-c{n}")


async def _round(connection: Connection, n: int, agenda: list[dict[str, Any]]) -> None:
    told = {"unit_id": f"c{n}", "title": f"Theo tổ Dấu {n}", "kind": "regular", "agenda": agenda, "motions": []}
    told |= {"planned_for": EVENING + timedelta(days=21), "place": ""}
    whole = {"id": f"round-c{n}", "form": "by_groups"}
    part = {"id": f"part-c{n}", "form": "online", "round_id": f"round-c{n}", "group_id": f"group-c{n}"}
    for row in (whole, part):
        await connection.execute(sa.insert(listed).values(told | row))


async def _person(connection: Connection, person: str, unit: str, name: str, standing: str = "official") -> None:
    await people.add(connection, person, unit, name, 1970, SINCE)
    await people.give_status(connection, person, "official", SINCE)
    if standing != "official":
        await people.give_status(connection, person, standing, SINCE)


async def _named(connection: Connection, accounts: Accounts, hashed: str) -> None:
    for name, who in PEOPLE.items():
        mark = f"Dấu {who.home[1:]}" if who.home.startswith("c") and not who.guest else "Trên"
        await _person(connection, name, who.home, f"Lê {name} {mark}", who.standing)
        if who.post:
            await people.give_post(connection, name, who.post[1], who.post[0], SINCE)
        if who.guest:
            await people.join(connection, name, f"c{OWN}", "guest", SINCE)
    rows = [accounts.row(name, name, name, hashed) for name in PEOPLE]
    await connection.execute(sa.insert(accounts_table), rows)


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demo]:
    """In place of the demonstration."""
    folder = tmp_path_factory.mktemp("fifty")

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{folder}/chibo.sqlite")
        await database.migrate()
        async with database.write() as connection:
            await _province(connection)
            await _named(connection, Accounts(database, clock=lambda: EVENING), HASHER.hash(PASSWORD))
        await database.close()

    Key.load(folder / "log.key")
    asyncio.run(make())
    return folder, Demo([], "meeting-c7", "c7")


# -- The walk --------------------------------------------------------------------------------------------------------


def _words(route: Route) -> list[str]:
    return re.findall(r"\{(\w+)", route.path)


def _at(route: Route, unit: str) -> str | None:
    """The address at that unit; None where there is no such thing."""
    if not unit.startswith("c") and ONLY_CELLS & set(_words(route)):
        return None
    samples = SAMPLES | OTHERWISE.get(route.path, {})
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: samples[found[1]].format(unit=unit), route.path)


def _hidden(route: Route) -> bool:
    """Nobody here finds what it names, not even who may."""
    return f"{route.method} {route.path}".startswith(NOT_YET) or any(
        SAMPLES.get(word) == NOBODYS for word in _words(route)
    )


def _guarded() -> Iterator[Route]:
    return (route for route in ROUTES if route.action not in (ANYONE, SIGNED_IN, MACHINE))


def _allowed(who: Who, action: str) -> set[str]:
    """The places where one of his roles has this action."""
    return {place for role, places in who.roles.items() if role in access.ALLOWED[action] for place in places.split()}


def test_the_walk_knows_how_to_fill_every_address() -> None:
    unknown = {word for route in _guarded() for word in _words(route)} - set(SAMPLES)
    assert unknown == set(), "say in SAMPLES what these parameters are at a unit"
    for begin in NOT_YET:
        assert any(f"{route.method} {route.path}".startswith(begin) for route in _guarded()), begin
    assert {route.action for route in _guarded()} <= set(access.ALLOWED)
    assert {role for who in PEOPLE.values() for role in who.roles} | {"heir", "heir_committee"} == set(access.ROLES)


def test_every_role_has_a_place_outside() -> None:
    for name, who in PEOPLE.items():
        for action in access.ALLOWED:
            assert _allowed(who, action) < set(PLACES), (name, action)


@pytest.mark.parametrize("name", PEOPLE)
async def test_inside_it_opens_and_outside_there_is_nothing(serve: Serve, name: str) -> None:
    served, who = await serve(), PEOPLE[name]
    visitor = await served.visitor().sign_in(name)
    assert visitor.path == "/meetings"
    token = visitor.csrf()
    for route in _guarded():
        inside, answers = _allowed(who, route.action), {}
        for place, unit in PLACES.items():
            address = _at(route, unit)
            if address is not None:
                more = {"data": {"csrf": token, **FIELDS.get(route.path, {})}} if route.method == "POST" else {}
                answers[place] = await _status(visitor, route.method, address, more)
        closed = {place: status for place, status in answers.items() if place not in inside}
        assert set(closed.values()) <= {404}, (route.method, route.path, closed)
        opened = {place: status for place, status in answers.items() if place in inside}
        assert all(status < 500 and status != 403 for status in opened.values()), (route.path, opened)
        if opened and not _hidden(route):
            assert any(status != 404 for status in opened.values()), (route.method, route.path, opened)


async def _status(visitor: Visitor, method: str, path: str, more: dict[str, dict[str, str]]) -> int:
    async with visitor.http.request(method, visitor.base + path, allow_redirects=False, **more) as answer:
        await answer.read()
        return answer.status


# -- What must not be told -------------------------------------------------------------------------------------------

QUERIES = ("/register?q=dau", "/register?q=tran+a", "/register?q=vung", "/register?q=le", "/units/x0/accounts?q=le")


async def _told(visitor: Visitor, path: str) -> str:
    """The words of a page or a file."""
    async with visitor.http.get(visitor.base + path) as answer:
        body, kind = await answer.read(), answer.content_type
    if "spreadsheet" in kind:
        book = load_workbook(io.BytesIO(body), read_only=True)
        return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    return body.decode()


def _readable(who: Who) -> Iterator[str]:
    """Every page and file that he may read, at every place where he may."""
    for route in ROUTES:
        words = _words(route)
        if route.method != "GET" or route.action == MACHINE or _hidden(route):
            continue
        if not words:
            yield route.path
        elif route.action in access.ALLOWED:
            yield from filter(None, (_at(route, PLACES[place]) for place in sorted(_allowed(who, route.action))))
    yield from QUERIES


@pytest.mark.parametrize("name", PEOPLE)
async def test_no_list_search_or_file_tells_of_what_is_outside(serve: Serve, name: str) -> None:
    served, who = await serve(), PEOPLE[name]
    visitor = await served.visitor().sign_in(name)
    communes = {cell // 10 for cell in who.sees}
    for path in _readable(who):
        text = await _told(visitor, path)
        assert {int(cell) for cell in re.findall(r"Dấu\s+(\d+)", text)} <= who.sees, path
        assert {int(commune) for commune in re.findall(r"Vùng\s+(\d+)", text)} <= communes, path


def _members(cells: frozenset[int]) -> int:
    homes = [who.home for who in PEOPLE.values()]
    return sum(3 + n % 4 + homes.count(f"c{n}") for n in cells)


def _above(unit: str) -> int:
    return 1 + sum(who.home == unit for who in PEOPLE.values())


async def _row(visitor: Visitor, path: str, unit: str) -> list[int]:
    """The numbers in the row of a unit: cells, members."""
    text = (await visitor.get(path)).text
    row = next(row for row in text.split("<tr>") if f'href="/units/{unit}"' in row)
    return [int(number) for number in re.findall(r'class="number">(\d+)<', row)]


async def test_counts_are_of_what_is_inside(serve: Serve) -> None:
    served = await serve()
    organiser, provincial = [await served.visitor().sign_in(name) for name in ("organiser", "provincial")]
    assert await _row(organiser, "/register", "x0") == [10, _members(COMMUNE) + _above("x0")]
    everybody = _members(EVERY) + _above("p") + sum(_above(f"x{n}") for n in range(COMMUNES))
    assert await _row(provincial, "/register", "p") == [CELLS, everybody]
    administrator = await served.visitor().sign_in("administrator")
    text = (await administrator.get("/units/x0/accounts")).text
    inside = sum(who.home in {"x0", *(f"c{n}" for n in COMMUNE)} for who in PEOPLE.values())
    assert re.findall(r'class="count">(\d+)<', text)[0] == str(inside)


async def test_what_a_search_finds_is_inside(serve: Serve) -> None:
    served = await serve()
    found = {}
    for name in ("follower", "secretary", "superior", "stranger", "member"):
        visitor = await served.visitor().sign_in(name)
        text = (await visitor.get("/register?q=tran+a+dau")).text
        found[name] = {int(cell) for cell in re.findall(r"Trần A Dấu (\d+)", text)}
    assert found == {
        "follower": {OWN},
        "secretary": {OWN},
        "superior": set(COMMUNE),
        "stranger": {41},
        "member": set(),
    }


async def test_a_served_province_is_the_one_of_fifty_cells(serve: Serve) -> None:
    served: Served = await serve()
    async with served.house.database.read() as connection:
        kinds = [unit.kind for unit in await tree.subtree(connection, [tree.Unit("p", "province", "", "/p/")])]
    assert (kinds.count("province"), kinds.count("commune"), kinds.count("cell")) == (1, COMMUNES, CELLS)
