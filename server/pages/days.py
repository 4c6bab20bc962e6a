"""Days in forms and on pages: 2027-01-05 in a field, 05/01/2027 for the eye."""

from datetime import date, timedelta

from aiohttp import web

from . import keys

ONE = timedelta(days=1)


def dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def parsed(text: str) -> date | None:
    """The day of a date field; None if it holds none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def today(request: web.Request) -> date:
    """The day it is for whoever asks."""
    house = request.app[keys.HOUSE]
    return house.clock().astimezone(house.settings.zone).date()
