"""The first administrator of a house that nobody can sign in to; and a way back in for the last one."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import units

from . import account_keeping, account_list, names, people, registering, tree
from .account_list import Looked
from .refusal import Refused
from .registering import Person
from .slips import Printed
from .trail import Hand, note
from .tree import CELL, Unit

POST = "administrator"


async def administrator(
    connection: AsyncConnection, key: bytes, look: Looked, name: str, unit_name: str, kind: str
) -> Printed:
    """His slip.  The unit is made where the register is empty, the person where the unit has no administrator of that
    name.  Raises Refused.
    """
    hand = Hand("", look.at, look.day)
    unit = await _unit(connection, hand, names.tidy(unit_name), kind)
    held = await people.with_post(connection, unit.id, POST, look.day)
    person = next((each.person_id for each in held if each.name == names.tidy(name)), None)
    person = person or await _person(connection, hand, unit, name)
    line = await account_list.line(connection, person, look)
    assert line is not None  # he was just found or made
    return await account_keeping.slip(connection, hand, key, line, look.numbers)


async def _unit(connection: AsyncConnection, hand: Hand, name: str, kind: str) -> Unit:
    if not await connection.scalar(sa.select(units.c.id).limit(1)):
        made = await tree.add(connection, tree.new_id(), kind, name, None)
        await note(connection, hand, made.id, "unit_added")
        return made
    known = sa.or_(units.c.name == name, units.c.code == name.upper(), units.c.id == name)
    ids = list(await connection.scalars(sa.select(units.c.id).where(known, units.c.kind != CELL)))
    found = await tree.unit(connection, ids[0]) if len(ids) == 1 else None
    if found is None:
        raise Refused("tree", "There is no unit “{code}” here, nor in a line above.", code=name[:40])
    return found


async def _person(connection: AsyncConnection, hand: Hand, unit: Unit, name: str) -> str:
    person = await registering.enter(connection, hand, unit, Person(name), "official", hand.today)
    await people.give_post(connection, person, unit.id, POST, hand.today)
    await note(connection, hand, unit.id, "post_given", person)
    return person
