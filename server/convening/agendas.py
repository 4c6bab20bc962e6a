"""Agendas: their items, step by step, and the templates that committees set for all below them."""

import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.meeting.ids import ItemKind
from server.org.refusal import Refused
from server.org.trail import Hand, note
from server.org.tree import Unit
from server.records.tables import agenda_templates, units

from . import marks

SHIPPED = Path(__file__).with_name("agendas.toml")
KINDS = tuple(kind.value for kind in ItemKind)
TEMPLATES = ("regular", "thematic", "combined", "committee")  # words of MeetingKind
MOST_ITEMS = 40
LONGEST = 600  # minutes of one item
MARKED = "What bears a secrecy mark is never handled on this platform. Nothing of it was kept."

Items = tuple[Mapping[str, Any], ...]  # {id, title, minutes, presenter, kind} each


@dataclass(frozen=True, slots=True)
class Written:
    """An item as a form gives it."""

    title: str
    kind: str = ItemKind.ORDINARY.value
    presenter: str = ""
    minutes: str = ""


def item(given: Written, item_id: str = "") -> Mapping[str, Any]:
    """The item as it is kept, with a new id if it has none.  Raises Refused."""
    title, presenter = " ".join(given.title.split()), " ".join(given.presenter.split())
    if not 2 <= len(title) <= 300:
        raise Refused("agenda", "The title of an item has between 2 and 300 characters.")
    if len(presenter) > 200:
        raise Refused("agenda", "A name has between 2 and 200 characters.")
    if given.kind not in KINDS:
        raise Refused("agenda", "Please choose one of the values offered.")
    if marks.titled(title):
        raise Refused("secret", MARKED)
    kept = {"title": title, "kind": given.kind, "presenter": presenter, "minutes": _minutes(given.minutes)}
    return {"id": item_id or f"i{secrets.token_hex(4)}"} | kept


def _minutes(text: str) -> int:
    said = text.strip() or "0"
    if not (said.isascii() and said.isdigit() and len(said) <= 4 and int(said) <= LONGEST):
        raise Refused("agenda", "The minutes of an item are a whole number up to {most}.", most=LONGEST)
    return int(said)


def added(items: Items, given: Written) -> Items:
    if len(items) >= MOST_ITEMS:
        raise Refused("agenda", "An agenda has at most {most} items.", most=MOST_ITEMS)
    return (*items, item(given))


def edited(items: Items, item_id: str, given: Written) -> Items:
    _place(items, item_id)
    return tuple(item(given, item_id) if each["id"] == item_id else each for each in items)


def moved(items: Items, item_id: str, by: int) -> Items:
    """One place up (-1) or down (+1); at the end of the list nothing happens."""
    at = _place(items, item_id)
    to = max(0, min(len(items) - 1, at + by))
    others = [each for each in items if each["id"] != item_id]
    return (*others[:to], items[at], *others[to:])


def removed(items: Items, item_id: str) -> Items:
    _place(items, item_id)
    if len(items) == 1:
        raise Refused("agenda", "An agenda has at least one item.")
    return tuple(each for each in items if each["id"] != item_id)


def _place(items: Items, item_id: str) -> int:
    found = [place for place, each in enumerate(items) if each["id"] == item_id]
    if not found:
        raise Refused("agenda", "This item is not on the agenda.")
    return found[0]


def total(items: Items) -> int:
    """Minutes planned."""
    return sum(int(each["minutes"]) for each in items)


# -- Templates -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Template:
    kind: str  # one of TEMPLATES
    items: Items
    committee: str = ""  # the name of who set it; "" = as shipped
    committee_id: str = ""


@cache
def _shipped() -> Mapping[str, Items]:
    read = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {
        kind: tuple(
            {"title": each["title"], "kind": each.get("kind", "ordinary"), "presenter": "", "minutes": each["minutes"]}
            for each in lines
        )
        for kind, lines in read.items()
    }


async def template(connection: AsyncConnection, unit: Unit, kind: str) -> Template:
    """The template in force for this unit: of the nearest committee that set one, else as shipped."""
    t = agenda_templates.c
    joined = agenda_templates.join(units, t.unit_id == units.c.id)
    found = sa.select(t["items"], t.unit_id, units.c.name).select_from(joined).where(t.unit_id.in_(unit.line))
    rows = (await connection.execute(found.where(t.kind == kind).order_by(sa.func.length(units.c.path), t.id))).all()
    last = {row.unit_id: row for row in rows}  # of each committee the last, the nearest committee at the end
    nearest = [row for row in last.values() if row._mapping["items"] is not None]
    if not nearest:
        return Template(kind, _shipped()[kind])
    return Template(kind, tuple(nearest[-1]._mapping["items"]), nearest[-1].name, nearest[-1].unit_id)


def fresh(of: Template) -> Items:
    """The items of a new agenda, with ids of their own."""
    return tuple({"id": f"i{number}"} | dict(each) for number, each in enumerate(of.items, start=1))


async def set_template(
    connection: AsyncConnection, hand: Hand, committee: Unit, kind: str, items: Sequence[Written] | None
) -> None:
    """For the committee and all below it; None takes its word back.  Raises Refused."""
    if kind not in TEMPLATES:
        raise Refused("agenda", "Please choose one of the values offered.")
    if items is not None and not 1 <= len(items) <= MOST_ITEMS:
        raise Refused("agenda", "An agenda has at least one item.")
    kept = None if items is None else [{k: v for k, v in item(each).items() if k != "id"} for each in items]
    row = {"unit_id": committee.id, "kind": kind, "items": sa.null() if kept is None else kept}
    await connection.execute(sa.insert(agenda_templates).values(row | {"by": hand.by, "at": hand.at}))
    await note(connection, hand, committee.id, "agenda_set")
