"""Documents together: the chair opens one at a page and every screen follows.  A page number travels, no picture."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import events as e
from .ids import Document, DocumentId
from .refusal import Refused

MOST_PAGES = 10_000  # of a document whose length is not known


@dataclass(frozen=True, slots=True)
class Shown:
    document: DocumentId
    page: int
    since: datetime  # when this document was opened


@dataclass(frozen=True, slots=True)
class Showing:
    documents: Mapping[DocumentId, Document] = field(default_factory=dict)
    shown: Shown | None = None


def something_to_show(showing: Showing) -> None:
    if not showing.documents:
        raise Refused("document", "No document came with the notice.")


def show(showing: Showing, document: DocumentId, page: int) -> Iterator[e.Event]:
    """The page that is open already is nothing: a tap on a slow network is often a double tap."""
    if document not in showing.documents:
        raise Refused("document", "There is no such document in this meeting.")
    last = showing.documents[document].pages or MOST_PAGES
    if not 1 <= page <= last:
        raise Refused("document", "This document has the pages 1 to {last}.", last=last)
    if not showing.shown or (showing.shown.document, showing.shown.page) != (document, page):
        yield e.DocumentShown(document, page)


def close(showing: Showing) -> Iterator[e.Event]:
    if showing.shown is None:
        raise Refused("document", "No document is open.")
    yield from put_away(showing)


def put_away(showing: Showing) -> Iterator[e.Event]:
    if showing.shown:
        yield e.DocumentClosed(showing.shown.document)


# -- What happened ---------------------------------------------------------------------------------------------------


def _turned(showing: Showing, event: e.DocumentShown, at: datetime) -> Showing:
    was = showing.shown
    since = was.since if was and was.document == event.document else at
    return replace(showing, shown=Shown(event.document, event.page, since))


_APPLIED: dict[type[e.Event], Callable[[Showing, Any, datetime], Showing]] = {
    e.Called: lambda s, event, _: Showing({each.id: each for each in event.documents}) if event.documents else s,
    e.DocumentShown: _turned,
    e.DocumentClosed: lambda s, *_: replace(s, shown=None),
}


def apply(showing: Showing, event: e.Event, at: datetime) -> Showing:
    applied = _APPLIED.get(type(event))
    return applied(showing, event, at) if applied else showing
