"""What went wrong, said calmly and in the person's language."""

import secrets
import traceback
from collections.abc import Mapping

import structlog
from aiohttp import web

from server.records.codec import CorruptRecord

from .metrics import canonical
from .render import page, say

log = structlog.get_logger()

# status: what happened, what to do
SAID: Mapping[int, tuple[str, str]] = {
    400: ("We could not read that request.", "Please go back and try again."),
    401: ("You are not signed in.", "Please sign in and try again."),
    403: ("This page is no longer fresh.", "Nothing was changed. Please open the page again and repeat what you did."),
    404: ("There is no such page.", "Perhaps the address is incomplete, or the page is not meant for you."),
    405: ("This address cannot be used that way.", "Please go back to the list of meetings."),
    413: ("That is too much at once.", "Nothing was kept. Please send less."),
    500: (
        "Something went wrong on our side.",
        "Nothing was lost. Please try again; if it stays so, tell us the number below.",
    ),
}

BROKEN = (
    "The record of this meeting is not whole.",
    "Nothing is shown of a record that was changed. Please tell your superior committee, and us the number below.",
)


def answer(request: web.Request, status: int, number: str = "", said: tuple[str, str] | None = None) -> web.Response:
    what, then = said or SAID.get(status, SAID[400] if status < 500 else SAID[500])
    return page(request, "error.html", status=status, what=what, then=then, number=number)


def refused(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    """The calm page for an HTTP error; redirects pass."""
    if error.status < 400:
        return web.Response(status=error.status, headers={"Location": error.headers["Location"]})
    response = answer(request, error.status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def fault(request: web.Request, error: Exception) -> web.Response:
    """A page with a number; the same number stands in the log, with where it happened and nothing of whom it befell."""
    number = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    log.error(
        "fault",
        number=number,
        method=request.method,
        route=canonical(request),
        kind=type(error).__name__,
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )
    try:
        return answer(request, 500, number, BROKEN if isinstance(error, CorruptRecord) else None)
    except Exception as worse:  # not even the page for it could be made
        log.error("no page for a fault", number=number, kind=type(worse).__name__, words=str(worse)[:200])
        return web.Response(status=500, text=f"{say(request, SAID[500][0])} ({number})")
