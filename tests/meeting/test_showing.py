"""Documents together: one document, one page, every screen."""

import pytest

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import DocumentId
from server.meeting.view import MEMBER, mine, shown

from .story import CHAIR, FORMAL, LAN, PAPER, SHEET, gathered, opened, refused


def test_the_chair_opens_a_document_and_turns_its_pages() -> None:
    story = gathered(CHAIR, LAN, call=FORMAL)
    assert story.ask(c.ShowDocument(PAPER, 1), CHAIR) == (e.DocumentShown(PAPER, 1),)
    assert story.ask(c.ShowDocument(PAPER, 1), CHAIR) == ()
    story.wait(10)
    story.ask(c.ShowDocument(PAPER, 3), CHAIR)
    view = shown(story.meeting, MEMBER)
    assert view["showing"] == {"document": PAPER, "page": 3, "since": "2027-01-05T12:30:00.000Z"}
    assert view["documents"][PAPER] == {"order": 0, "title": "Dự thảo nghị quyết", "item": "two", "pages": 3}
    story.ask(c.ShowDocument(SHEET, 1), CHAIR)
    assert shown(story.meeting, MEMBER)["showing"]["since"] == "2027-01-05T12:30:10.000Z"
    assert story.ask(c.CloseDocument(), CHAIR) == (e.DocumentClosed(SHEET),)
    assert "showing" not in shown(story.meeting, MEMBER)
    with refused("document"):
        story.ask(c.CloseDocument(), CHAIR)


@pytest.mark.parametrize(("document", "page"), [(PAPER, 0), (PAPER, 4), (SHEET, 10_001), (DocumentId("lost"), 1)])
def test_only_a_page_that_is_there(document: DocumentId, page: int) -> None:
    with refused("document"):
        opened(call=FORMAL).ask(c.ShowDocument(document, page), CHAIR)


def test_documents_are_the_chairs_and_there_must_be_some() -> None:
    with refused("chair-only"):
        opened(call=FORMAL).ask(c.ShowDocument(PAPER, 1), LAN)
    story = opened()
    with refused("document"):
        story.ask(c.ShowDocument(PAPER, 1), CHAIR)
    assert not {"ShowDocument", "CloseDocument"} & set(mine(story.meeting, CHAIR)["may"])


def test_the_close_puts_the_document_away() -> None:
    story = opened(call=FORMAL)
    story.ask(c.ShowDocument(PAPER, 2), CHAIR)
    assert story.ask(c.Close(), CHAIR) == (e.DocumentClosed(PAPER), e.Closed())
