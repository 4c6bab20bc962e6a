"""The papers of a closed meeting: read, finished, drawn up, signed, posted and reported.

What may be done is decided by the meeting itself (meeting/filing.py); these pages only show and ask.  Drafts are for
the committee and for who works at them; the others see what both have signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aiohttp import web

from server.meeting import refusal
from server.meeting.commands import (
    AppointMinutesSecretary,
    CancelVote,
    Command,
    CorrectMinutes,
    DrawUpPaper,
    EnterCount,
    MarkPosted,
    MarkReported,
    SignPaper,
    WriteMinutes,
)
from server.meeting.ids import ItemId, LongText, MemberId, PaperKind, VoteId
from server.meeting.proceedings import Proceedings, proceedings
from server.org import access, meetings
from server.org.accounts import Unfit
from server.org.refusal import Refused
from server.papers import bundle, desk, filed, store, tables
from server.papers.desk import Material

from . import days, guard, keys
from .render import page, say

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "minutes": "Minutes",
        "resolution": "Resolution",
        "attendance": "Attendance sheet",
        "score": "Score sheet",
        "opinions": "Annex of opinions",
    }
)
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
FORM = 256 * 1024  # bytes: the minutes of an item, as a form sends them
REFUSED = (Refused, refusal.Refused, Unfit)


@dataclass(frozen=True, slots=True)
class Reader:
    """What whoever asks may see and do with the papers of this meeting."""

    me: MemberId
    works: bool  # chair or minutes secretary
    committee: bool
    receives: bool  # follower, superior
    p: Proceedings

    @property
    def drafts(self) -> bool:
        return self.works or self.committee

    def signed(self, kind: str) -> bool:
        paper = self.p.meeting.filing.papers.get(PaperKind(kind))
        return paper is not None and paper.signed

    def sees(self, kind: str) -> bool:
        """Drafts: who makes them.  Others see what both have signed; opinions and tables go up and to nobody else."""
        if self.drafts or kind == "attendance":
            return True
        if kind in desk.SIGNED:
            return self.signed(kind)
        return self.signed("minutes") and (kind == "score" or self.receives)

    def wait(self, kind: str) -> refusal.Refused | None:
        """Why the paper cannot be drawn up now; None = it can."""
        return desk.waits(self.p, kind)

    @property
    def carries(self) -> bool:
        """The tables and the meeting's file."""
        return self.drafts or (self.receives and self.signed("minutes"))


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed and could not be kept: it stays in the form, with the reason."""

    wrong: str = ""
    item: str = ""  # of a text
    text: str = ""
    reason: str = ""
    base: int = -1  # the version to write upon now; -1 = nothing was overtaken


async def show(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/papers."""
    return await _page(request, Given())


async def _page(request: web.Request, given: Given, status: int = 200) -> web.StreamResponse:
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    if not row.closed:
        return page(request, "papers_ahead.html", meeting=row)
    reader, of = await _reader(request), await _material(request)
    async with house.database.read() as connection:
        head = await meetings.head(connection, row.id)
        state = (await filed.filed(connection, [row], house.settings.zone))[row.id]
    return page(
        request,
        "papers.html",
        status=status,
        meeting=row,
        head=head,
        reader=reader,
        p=reader.p,
        m=reader.p.meeting,
        of=of,
        state=state,
        overdue=state.overdue(days.today(request)),
        today=days.today(request),
        titles=TITLES,
        given=given,
        signed_kinds=desk.SIGNED,
        kinds=[kind for kind in TITLES if reader.sees(kind)],
        may_keep_terms=access.may(await guard.actor(request), "keep_terms", row.unit),
        dmy=days.dmy,
        notice=NOTICES.get(request.query.get("done", ""), ""),
    )


NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "text": "It is written down.",
        "drawn": "The paper is drawn up. Read it, then sign.",
        "signed": "You have signed.",
        "filed": "It is noted.",
        "counted": "Your count is entered; it stands when a second person has counted the same.",
    }
)


async def preview(request: web.Request) -> web.StreamResponse:
    """GET /meetings/{id}/papers/{kind}: the paper as a page, as it stands now."""
    kind, reader = await _seen(request)
    of = await _material(request)
    return page(
        request,
        "paper.html",
        meeting=request[keys.MEETING],
        kind=kind,
        titles=TITLES,
        paper=of.paper(kind),
        reader=reader,
        drawn=reader.p.meeting.filing.papers.get(PaperKind(kind)) if kind in desk.SIGNED else None,
    )


async def pdf(request: web.Request) -> web.StreamResponse:
    """GET …/{kind}.pdf: the very bytes that were drawn up; a draft where nothing was."""
    kind, reader = await _seen(request)
    drawn = reader.p.meeting.filing.papers.get(PaperKind(kind)) if kind in desk.SIGNED else None
    if drawn is None:
        return _file(request, await desk.printed((await _material(request)).paper(kind)), PDF, f"{kind}-draft.pdf")
    async with request.app[keys.HOUSE].database.read() as connection:
        content = await store.fetch(connection, drawn.sha256)
    if content is None:
        raise LookupError("A paper that was drawn up is not kept.")
    return _file(request, content, PDF, f"{kind}.pdf")


async def docx(request: web.Request) -> web.StreamResponse:
    """GET …/{kind}.docx: of the log as it stood when the paper was drawn up."""
    kind, _ = await _seen(request)
    of = await _material(request)
    return _file(request, await desk.for_word(of.paper(kind, drawn=True)), DOCX, f"{kind}.docx")


async def workbook(request: web.Request) -> web.StreamResponse:
    """GET …/meeting.xlsx."""
    reader = await _carrier(request)
    return _file(request, tables.book(reader.p, (await _material(request)).facts), XLSX, "meeting.xlsx")


async def votes(request: web.Request) -> web.StreamResponse:
    """GET …/votes.csv."""
    reader = await _carrier(request)
    rows = tables.votes(reader.p, (await _material(request)).facts)
    return _file(request, tables.as_csv((tables.VOTES, *rows)), "text/csv; charset=utf-8", "votes.csv")


async def whole(request: web.Request) -> web.StreamResponse:
    """GET …/meeting.zip: the meeting's file."""
    await _carrier(request)
    house = request.app[keys.HOUSE]
    content = await bundle.bundle(house.database, await _material(request), house.key)
    return _file(request, content, ZIP, "meeting.zip")


# -- Working at them ---------------------------------------------------------------------------------------------------


async def text(request: web.Request) -> web.StreamResponse:
    """POST …/text: a text of the minutes (`base`), or a correction of them (`reason`)."""
    form = await _form(request, "works")
    item, said = ItemId(form["item"]), LongText(form["text"].replace("\r\n", "\n"))
    command: Command
    if "reason" in form:
        command = CorrectMinutes(item, said, form["reason"])
    else:
        command = WriteMinutes(item, said, _whole(form.get("base", "")))
    given = Given(item=item, text=said, reason=form.get("reason", ""))
    return await _asked(request, command, "text", given)


async def secretary(request: web.Request) -> web.StreamResponse:
    """POST …/secretary: who kept the minutes, where nobody was appointed in the meeting."""
    form = await _form(request, "works")
    return await _asked(request, AppointMinutesSecretary(MemberId(form.get("member", ""))), "text")


async def count(request: web.Request) -> web.StreamResponse:
    """POST …/count: what one of the committee has counted on paper."""
    form = await _form(request, "drafts")
    numbers = [_whole(form.get(name, "")) for name in ("in_favour", "against", "other", "invalid")]
    return await _asked(request, EnterCount(VoteId(form.get("vote", "")), *numbers), "counted")


async def cancel_vote(request: web.Request) -> web.StreamResponse:
    """POST …/cancel-vote: a vote on paper that is never held."""
    form = await _form(request, "works")
    return await _asked(request, CancelVote(VoteId(form.get("vote", "")), form.get("reason", "")), "text")


async def draw(request: web.Request) -> web.StreamResponse:
    """POST …/{kind}/draw: the number is given, the PDF set and kept, its hash told to the meeting."""
    await _form(request, "works")
    kind, house = _kind(request), request.app[keys.HOUSE]
    if kind not in desk.SIGNED:
        raise web.HTTPNotFound
    reader, of = await _reader(request), await _material(request)
    try:
        if waits := reader.wait(kind):
            raise waits
        number, sha256 = await desk.draw_up(house.database, of, kind, house.clock())
    except REFUSED as refused:
        return await _refused(request, refused, Given())
    return await _asked(request, DrawUpPaper(PaperKind(kind), number, sha256), "drawn")


async def sign(request: web.Request) -> web.StreamResponse:
    """POST …/{kind}/sign: with the password, which is tried as rarely as at signing in."""
    form = await _form(request, "works")
    kind = _kind(request)
    if kind not in desk.SIGNED:
        raise web.HTTPNotFound
    try:
        await request.app[keys.HOUSE].accounts.prove(request[keys.SESSION], form.get("password", ""))
    except Unfit as unfit:
        return await _refused(request, unfit, Given())
    return await _asked(request, SignPaper(PaperKind(kind), form.get("sha256", "")), "signed")


async def posted(request: web.Request) -> web.StreamResponse:
    """POST …/posted: the results stand in the electronic handbook since that day."""
    form = await _form(request, "works")
    return await _asked(request, MarkPosted(form.get("day", "")), "filed")


async def reported(request: web.Request) -> web.StreamResponse:
    """POST …/reported: the results were reported upward on that day."""
    form = await _form(request, "works")
    return await _asked(request, MarkReported(form.get("day", "")), "filed")


async def _asked(
    request: web.Request,
    command: Command,
    done: str,
    given: Given = Given(),
) -> web.StreamResponse:
    """By the one way; a refusal comes back as the page, with what was typed."""
    row, me = request[keys.MEETING], MemberId(request[keys.SESSION].person_id)
    try:
        await request.app[keys.HOUSE].ask(row.id, command, me)
    except refusal.Refused as refused:
        return await _refused(request, refused, given)
    raise web.HTTPSeeOther(f"/meetings/{row.id}/papers?done={done}")


async def _refused(
    request: web.Request, refused: Refused | refusal.Refused | Unfit, given: Given
) -> web.StreamResponse:
    why = say(request, refused.why, **refused.facts)
    now = Given(why, given.item, given.text, given.reason)
    if isinstance(refused, refusal.Refused) and refused.rule == "minutes-version":
        now = await _overtaken(request, now)
    return await _page(request, now, status=422)


async def _overtaken(request: web.Request, given: Given) -> Given:
    """Nothing is lost: what stands now and what was typed are put together, to be written upon the newer version."""
    draft = (await _reader(request)).p.meeting.minutes.items.get(ItemId(given.item))
    stands, version = (draft.text, draft.version) if draft else ("", 0)
    both = "\n\n".join(filter(None, (stands, given.text if given.text not in stands else "")))
    return Given(given.wrong, given.item, both, given.reason, version)


# -- Who asks for what -------------------------------------------------------------------------------------------------


async def _reader(request: web.Request) -> Reader:
    row, asks = request[keys.MEETING], await guard.actor(request)
    recorded = await request.app[keys.HOUSE].log.read(row.id)
    if not row.closed or not recorded:
        raise web.HTTPNotFound
    p, me = proceedings(recorded), MemberId(asks.person_id)
    return Reader(
        me=me,
        works=me in p.meeting.signers.everyone(),
        committee=guard.may(asks, "prepare_papers", row),
        receives=guard.may(asks, "receive_papers", row),
        p=p,
    )


async def _material(request: web.Request) -> Material:
    row, house = request[keys.MEETING], request.app[keys.HOUSE]
    recorded = await house.log.read(row.id)
    async with house.database.read() as connection:
        return await desk.material(connection, row, recorded, house.settings.zone)


def _kind(request: web.Request) -> str:
    kind = request.match_info["kind"]
    if kind not in TITLES:
        raise web.HTTPNotFound
    return kind


async def _seen(request: web.Request) -> tuple[str, Reader]:
    kind, reader = _kind(request), await _reader(request)
    if not reader.sees(kind):
        raise web.HTTPNotFound
    return kind, reader


async def _carrier(request: web.Request) -> Reader:
    reader = await _reader(request)
    if not reader.carries:
        raise web.HTTPNotFound
    return reader


async def _form(request: web.Request, needs: str) -> Mapping[str, str]:
    """The posted words; 404 for who has no business here."""
    if not getattr(await _reader(request), needs):
        raise web.HTTPNotFound
    posted = await request.post()
    if not all(isinstance(value, str) for value in posted.values()):
        raise web.HTTPBadRequest
    words = {name: str(value) for name, value in posted.items()}
    if request.path.endswith("/text") and not {"item", "text"} <= words.keys():
        raise web.HTTPBadRequest
    return words


def _whole(text: str) -> int:
    """A whole number of a form; what is none is refused as too small."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1


def _file(request: web.Request, body: bytes, kind: str, name: str) -> web.Response:
    """Named after the day of the meeting."""
    house, row = request.app[keys.HOUSE], request[keys.MEETING]
    day = row.planned_for.astimezone(house.settings.zone)
    shown = "inline" if kind == PDF and "inline" in request.query else "attachment"
    return web.Response(
        body=body,
        headers={"Content-Type": kind, "Content-Disposition": f'{shown}; filename="{day:%Y-%m-%d}-{name}"'},
    )
