"""The words of the register's pages, and what all of them hand to their templates."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.org import access
from server.org.refusal import Refused
from server.org.trail import WHAT, Hand
from server.org.tree import CELL, Unit

from . import days, guard, keys
from .render import page

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "central": "Central committee",
        "province": "Province",
        "commune": "Commune, ward or special zone",
        "grassroots": "Grassroots organisation",
        "cell": "Cell",
    }
)
STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "official": "official member",
        "probationary": "probationary member",
        "exempt": "exempt from Party activities",
        "suspended": "suspended from Party activities",
        "temporary_in": "attends here for a time",
        "temporary_out": "attends elsewhere for a time",
        "transferred": "transferred out",
        "": "no status",
    }
)
POSTS: Mapping[str, str] = MappingProxyType(
    {
        "cell_secretary": "Secretary",
        "deputy_secretary": "Deputy secretary",
        "committee_member": "Committee member",
        "group_leader": "Group leader",
        "deputy_group_leader": "Deputy group leader",
        "assigned_follower": "Superior's follower",
        "organising_department": "Organising department",
        "administrator": "Administrator",
    }
)
STATE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "active": "in use",
        "locked": "locked after wrong tries",
        "reset": "waits for a new password",
        "disabled": "disabled",
        "invited": "invitation waits",
        "none": "no account",
    }
)
RIGHTS = (
    "see_contacts",
    "edit_people",
    "edit_tree",
    "give_offices",
    "import_register",
    "export_register",
    "see_accounts",
)


async def shown(request: web.Request, template: str, unit: Unit, status: int = 200, **values: Any) -> web.Response:
    """A page about this unit: with the words, and with what whoever asks may do there."""
    asks = await guard.actor(request)
    common = {
        "unit": unit,
        "KINDS": KINDS,
        "STANDINGS": STANDINGS,
        "POSTS": POSTS,
        "WHAT": WHAT,
        "CELL": CELL,
        "dmy": days.dmy,
        "today": days.today(request),
        "rights": {right for right in RIGHTS if access.may(asks, right, unit)},
        "refused": None,
        "sent": {},
    }
    return page(request, template, status=status, **{**common, **values})


def hand(request: web.Request) -> Hand:
    return Hand(request[keys.SESSION].person_id, request.app[keys.HOUSE].clock(), days.today(request))


def tops(asks: access.Actor, action: str = "see_register") -> Sequence[Unit]:
    """The highest units toward which he may; everything he may see so stands in their sub-trees."""
    may = [unit for unit in access.reach(asks) if access.may(asks, action, unit)]
    above = [unit for unit in may if not any(unit != other and unit.within(other) for other in may)]
    return sorted(above, key=lambda unit: unit.path)


async def required(request: web.Request, action: str, unit: Unit | None) -> Unit:
    """The unit, if he may; else there is nothing."""
    if unit is None or not access.may(await guard.actor(request), action, unit):
        raise web.HTTPNotFound
    return unit


def day_of(sent: Mapping[str, str], field: str) -> Any:
    """The day of a field that must have one.  Raises Refused."""
    found = days.parsed(sent[field])
    if found is None:
        raise Refused("dates", "Please give the day.")
    return found


def day_or_none(sent: Mapping[str, str], field: str) -> Any:
    """The day of a field that may be empty.  Raises Refused."""
    return day_of(sent, field) if sent[field].strip() else None


async def many(request: web.Request, field: str) -> list[str]:
    """Every value of a field that may come several times."""
    return [value for value in (await request.post()).getall(field, []) if isinstance(value, str)]
