"""Calendar files: an invitation (METHOD:REQUEST) or its withdrawal (METHOD:CANCEL), RFC 5545 and RFC 5546.

A meeting keeps its UID for life; each change raises SEQUENCE, so that calendars know which word is the last.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import icalendar

PRODUCT = "-//Chibo//Meetings//VI"
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Moments are UTC."""

    uid: str
    sequence: int
    title: str
    starts: datetime
    minutes: int
    text: str = ""
    place: str = ""
    url: str = ""
    organiser: tuple[str, str] = ("", "")  # name, mail address
    attendee: tuple[str, str] = ("", "")


def written(appointment: Appointment, at: datetime, cancelled: bool = False) -> str:
    """The iCalendar object as text; `at` is when it was written."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", CANCEL if cancelled else REQUEST)
    calendar.add_component(_event(appointment, at, cancelled))
    return str(calendar.to_ical(), "utf-8")


def _event(of: Appointment, at: datetime, cancelled: bool) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", of.uid)
    event.add("sequence", of.sequence)
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", of.starts.astimezone(UTC))
    event.add("dtend", (of.starts + timedelta(minutes=of.minutes)).astimezone(UTC))
    event.add("summary", of.title)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    for name, value in (("description", of.text), ("location", of.place), ("url", of.url)):
        if value:
            event.add(name, value)
    if of.organiser[1]:
        event.add("organizer", _address(*of.organiser))
    if of.attendee[1]:
        event.add("attendee", _address(*of.attendee, rsvp="TRUE"))
    return event


def _address(name: str, mail: str, **parameters: str) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{mail}")
    address.params["CN"] = name
    for parameter, value in parameters.items():
        address.params[parameter.upper()] = value
    return address
