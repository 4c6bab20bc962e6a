"""The words of the pages before the meeting, and what they hand to their templates."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import partial
from types import MappingProxyType
from typing import Any

from aiohttp import web

from server.convening.notices import House
from server.org.refusal import Refused
from server.org.trail import WHAT

from . import days, keys
from .meetings import KINDS
from .pilot_words import FORMS
from .words import phrased

ITEM_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "ordinary": "Discussion",
        "last_tasks": "Tasks of last month",
        "information": "Information",
        "thematic": "Theme",
        "closing": "Closing",
        "election": "Election",
        "discipline": "Discipline",
        "admission": "Admission",
        "official_recognition": "Recognition as official member",
        "annual_review": "Annual review",
    }
)
MOTIONS: Mapping[str, str] = MappingProxyType({"ordinary": "Ordinary motion", "resolution": "Resolution"})
TASK_STATES: Mapping[str, str] = MappingProxyType(
    {"open": "under way", "overdue": "overdue", "done": "done", "withdrawn": "withdrawn"}
)
FILES: Mapping[str, str] = MappingProxyType({"pdf": "PDF", "docx": "DOCX", "xlsx": "XLSX", "image": "picture"})


def words(request: web.Request) -> dict[str, Any]:
    """What every page before the meeting hands to its template."""
    house, language = request.app[keys.HOUSE], request[keys.LANGUAGE]
    return {
        "KINDS": KINDS,
        "FORMS": FORMS,
        "ITEM_KINDS": ITEM_KINDS,
        "TASK_STATES": TASK_STATES,
        "FILES": FILES,
        "WHAT": WHAT,
        "dmy": days.dmy,
        "today": days.today(request),
        "phrase": partial(phrased, request.app[keys.WORDS], house.settings.zone, language),
        "megabytes": house.settings.document_megabytes,
        "refused": None,
        "sent": {},
        "part": "",  # of the page: whose form was refused
    }


def moment(request: web.Request, sent: Mapping[str, str]) -> datetime:
    """The moment of a date field `day` and a time field `time`, in UTC.  Raises Refused."""
    day = days.parsed(sent["day"])
    try:
        clock = time.fromisoformat(sent["time"].strip())
    except ValueError:
        clock = None
    if day is None or clock is None or clock.tzinfo:
        raise Refused("dates", "Please give the day and the time.")
    return datetime.combine(day, clock, request.app[keys.HOUSE].settings.zone).astimezone(UTC)


def house_of(request: web.Request) -> House:
    settings = request.app[keys.HOUSE].settings
    return House(settings.public_url, settings.zone, settings.smtp_sender, request.app[keys.LINKS])
