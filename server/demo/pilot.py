"""The pilot of the demonstration: cells in every state, taken there by the very steps of the pilot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from server.org import overrides, people, tree
from server.org.overrides import Asked
from server.org.pilot import cases, notes
from server.org.pilot.case import ONLINE, Away, Case, Draft
from server.org.pilot.cases import Paper
from server.org.pilot.facts import BASES
from server.org.trail import Hand
from server.org.tree import Unit

from . import province

SIGNER = "Nguyễn Trọng Quyết"
ASKED = timedelta(days=60)  # so long ago the decided cells asked, and the committees decided ten days later


@dataclass(frozen=True, slots=True)
class Chain:
    """Who takes the steps of one cell: person ids."""

    cell: str
    reviewer: str
    committee: str


async def seed_pilot(connection: AsyncConnection, today: date) -> None:
    """Adds it where the demonstration cell has no case yet."""
    if await cases.of_unit(connection, province.CELL):
        return
    await _in_force(connection, today)
    await _on_the_way(connection, today)
    await _suspended(connection, today)
    await _notes(connection, today)
    await _rule_of_next_month(connection, today)


async def decided(
    connection: AsyncConnection, cell_id: str, draft: Draft, chain: Chain, asked: date, last: date | None
) -> Case:
    """From the cell's first step to a decision of ten days later, in force from its day."""
    cell = await _unit(connection, cell_id)
    case = await _submitted(connection, cell, draft, _hand(chain.cell, asked))
    later = asked + timedelta(days=10)
    case = await cases.propose(connection, case, "", _hand(chain.reviewer, later))
    committee = await cases.decider(connection, cell, later)
    paper = Paper("15-QĐ/ĐU", later, SIGNER)
    return await cases.decide(
        connection, case, committee, paper, draft.mode, later, last, _hand(chain.committee, later)
    )


async def everyone_away(connection: AsyncConnection, cell_id: str, day: date, why: Sequence[Away], mode: str) -> Draft:
    """A draft in which all who count are away, their reasons in turn."""
    members = await people.of_cell(connection, cell_id, day)
    counted = [person.id for person in members if person.standing in BASES["convened"]]
    return Draft(why[0].reason, why[0].text, mode, {person: why[n % len(why)] for n, person in enumerate(counted)})


# -- The cells -------------------------------------------------------------------------------------------------------

_CHAIN = Chain("demo-bithu", f"demo-{province.ORGANISER[0]}", f"demo-{province.SUPERIOR[0]}")
_WARD = f"demo-{province.WARD[0]}"
_SAILORS = (
    Away("sea_islands", "Đang trên tàu Hải Vân 01"),
    Away("sea_islands", "Đang trên tàu Hải Vân 02"),
    Away("far_work", "Làm việc tại cảng Hải Phòng"),
)


async def _in_force(connection: AsyncConnection, today: date) -> None:
    """The sailors' cell meets online."""
    asked = today - ASKED
    draft = await everyone_away(connection, province.CELL, asked, _SAILORS, ONLINE)
    await decided(connection, province.CELL, draft, _CHAIN, asked, today + timedelta(days=730))


async def _on_the_way(connection: AsyncConnection, today: date) -> None:
    """One returned with a reason, one proposed, one still a draft."""
    asked, reviewer = today - timedelta(days=12), _hand(_CHAIN.reviewer, today - timedelta(days=9))
    health = await everyone_away(connection, "demo-cell-5", asked, [Away("on_duty", "Trực bệnh viện dã chiến")], ONLINE)
    case = await _submitted(connection, await _unit(connection, "demo-cell-5"), health, _hand("demo-bithu-5", asked))
    await cases.propose(connection, case, "Đủ điều kiện theo Hướng dẫn 03-HD/TW", reviewer)
    street = await everyone_away(
        connection, "demo-cell-4", asked, [Away("circumstances", "Đảng viên đi làm ca đêm")], ONLINE
    )
    case = await _submitted(connection, await _unit(connection, "demo-cell-4"), street, _hand("demo-bithu-4", asked))
    await cases.give_back(connection, case, "Đề nghị ghi rõ lý do của từng đồng chí", reviewer)
    await cases.open_case(connection, await _unit(connection, "demo-cell-3"), _hand("demo-bithu-3", today))


async def _suspended(connection: AsyncConnection, today: date) -> None:
    asked, stopped = today - ASKED, today - timedelta(days=5)
    draft = await everyone_away(connection, "demo-cell-6", asked, [Away("far_work", "Lái xe đường dài")], ONLINE)
    chain = Chain("demo-bithu-6", _CHAIN.reviewer, _WARD)
    case = await decided(connection, "demo-cell-6", draft, chain, asked, today + timedelta(days=200))
    paper = Paper("21-QĐ/ĐU", stopped, province.WARD[1])
    why = "Chờ lắp lại đường truyền tại văn phòng hợp tác xã"
    await cases.suspend(connection, case, paper, stopped, why, _hand(_WARD, stopped))


async def _notes(connection: AsyncConnection, today: date) -> None:
    cell, day = await _unit(connection, province.CELL), today - timedelta(days=28)
    for kind, text, by in (
        ("network", "Tàu Hải Vân 02 mất sóng bảy phút khi qua đảo", "demo-bithu"),
        ("devices", "Hai đồng chí cao tuổi cần người giúp bật tiếng", "demo-theodoi"),
    ):
        await notes.add(connection, cell, day, kind, text, _hand(by, day))


async def _rule_of_next_month(connection: AsyncConnection, today: date) -> None:
    commune = await _unit(connection, province.CELLS[0][1])
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    asked = Asked("documents_days_before", "3", "Quy chế 08-QC/ĐU của Đảng ủy xã", "Điều 6", "V", first)
    await overrides.override(connection, commune, asked, _CHAIN.committee, _hand("", today).at, today)


# -- Steps -----------------------------------------------------------------------------------------------------------


async def _submitted(connection: AsyncConnection, cell: Unit, draft: Draft, hand: Hand) -> Case:
    case = await cases.save(connection, await cases.open_case(connection, cell, hand, f"case-{cell.id}"), draft, hand)
    return await cases.submit(connection, case, cell, hand)


async def _unit(connection: AsyncConnection, unit_id: str) -> Unit:
    found = await tree.unit(connection, unit_id)
    if found is None:
        raise LookupError(unit_id)
    return found


def _hand(by: str, day: date) -> Hand:
    """That person in the morning of that day."""
    return Hand(by, datetime.combine(day, time(3), UTC), day)
