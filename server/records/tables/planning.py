"""Meetings and what is prepared for them; the tasks that live on between them."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

meetings = sa.Table(
    "meetings",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # a word of meeting.ids.MeetingKind
    sa.Column("planned_for", Utc, nullable=False, index=True),
    sa.Column("agenda", sa.JSON, nullable=False),  # [{id, title, minutes, presenter, kind}, …]
    sa.Column("form", sa.String(16), nullable=False, server_default="in_person"),  # | online | hybrid | by_groups
    sa.Column("place", sa.String(300), nullable=False, server_default=""),  # where those in the room meet
    sa.Column("sequence", sa.Integer, nullable=False, server_default="0"),  # of the notice: rises with every change
    sa.Column("noticed_at", Utc),  # when the notice last went out; NULL = not yet
    sa.Column("changed_at", Utc),  # agenda or documents changed since; NULL = no
    sa.Column("reason", sa.Text, nullable=False, server_default=""),  # why it was cancelled
    # A round: the cell's meeting of the month, form by_groups, and one meeting for each group, which names it.
    sa.Column("round_id", Id, sa.ForeignKey("meetings.id"), index=True),  # NULL = of the whole cell
    sa.Column("group_id", Id, sa.ForeignKey("party_groups.id")),  # with round_id, and never without
    sa.Column("motions", sa.JSON, nullable=False, server_default="[]"),  # of a round: [{id, item, kind, text}, …]
    # What follows is read off the log and written with it, so that lists need not replay.
    # planned | cancelled | a phase of the meeting
    sa.Column("phase", sa.String(16), nullable=False, server_default="planned"),
    sa.Column("opened_at", Utc),
    sa.Column("closed_at", Utc),
    sa.UniqueConstraint("round_id", "group_id"),
)
sa.Index("ix_meetings_unit_id_planned_for", meetings.c.unit_id, meetings.c.planned_for)

agenda_templates = sa.Table(  # what committees set; rows are only added, the last of a unit and kind holds
    "agenda_templates",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # a word of meeting.ids.MeetingKind
    sa.Column("items", sa.JSON),  # as in `meetings.agenda`, without ids; NULL = taken back
    sa.Column("by", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

plan_lines = sa.Table(  # what a cell means to do in a month
    "plan_lines",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # of the meeting meant
    sa.Column("day", sa.Date),  # NULL = not yet fixed
    sa.Column("theme", sa.Text, nullable=False),
    sa.Column("preparing", sa.String(300), nullable=False),  # who prepares
    sa.Column("meeting", Id, sa.ForeignKey("meetings.id")),  # NULL = not yet convened
)
sa.Index("ix_plan_lines_unit_id_year", plan_lines.c.unit_id, plan_lines.c.year)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("meeting", Id, sa.ForeignKey("meetings.id"), primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("coming", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("accepted", sa.Boolean),  # of an excuse; NULL = not yet decided
    sa.Column("decided_by", Id),
    sa.Column("decided_at", Utc),
)

documents = sa.Table(  # the files stand in the data folder, named by their sha256
    "documents",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("meeting", Id, sa.ForeignKey("meetings.id"), nullable=False, index=True),
    sa.Column("item", Id, nullable=False),  # of the agenda; "" = of the meeting as a whole
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),  # of the file as it came
    sa.Column("kind", sa.String(8), nullable=False),  # a word of convening.converting.KINDS
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sa.Column("sha256", sa.String(64), nullable=False),  # of the file as it came
    sa.Column("shown_sha256", sa.String(64), nullable=False),  # of the PDF that is shown
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

document_reads = sa.Table(
    "document_reads",
    metadata,
    sa.Column("document", Id, sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("received_at", Utc, nullable=False),  # he saw that it is there
    sa.Column("opened_at", Utc),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("meeting", Id, primary_key=True),  # where it was given
    sa.Column("id", Id, primary_key=True),
    sa.Column("unit_id", Id, index=True),  # whose it is now: a merger moves it; NULL = the meeting is in no list
    sa.Column("item", Id, nullable=False),  # "" = of the meeting as a whole
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("owner", Id, nullable=False, index=True),  # a person
    sa.Column("deadline", sa.Date, nullable=False),  # its last day
    sa.Column("state", sa.String(16), nullable=False, server_default="open"),  # open | done | withdrawn
    sa.Column("result", sa.Text, nullable=False, server_default=""),
    sa.Column("done_on", sa.Date),
)
