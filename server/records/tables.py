"""Every table, in one metadata.  Rows of the register, rows of accounts, and the log with what is read off it.

Ids are opaque text made outside.  Moments are UTC (`Utc`); days are dates of the cell's calendar.  Of every pair
`since`/`until` of days, `since` is the first day on which it holds and `until` the first on which it no longer does;
NULL = it still holds.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware datetime in UTC.  SQLite has no such type: there it is text of fixed width, which sorts as time does."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(27))
        return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a zone cannot be kept.")
        utc = value.astimezone(UTC)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def _id() -> sa.String:
    return sa.String(64)


# Compared byte by byte on both databases, so that a sub-tree is one range of the index whatever the server's locale.
_Path = sa.String(1000).with_variant(sa.String(1000, collation="C"), "postgresql")


# -- The register ----------------------------------------------------------------------------------------------------

units = sa.Table(
    "units",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("parent_id", _id(), sa.ForeignKey("units.id"), index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # central | province | commune | grassroots | cell
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("path", _Path, nullable=False, unique=True),  # "/root/…/own id/": the units above, and itself
    sa.Column("code", sa.String(32)),  # the unit's number in the papers; NULL = none given
    sa.Column("folded", sa.String(200), nullable=False, server_default=""),  # names.fold(name), for searching
    sa.Column("founded", sa.Date),
    sa.Column("dissolved", sa.Date),  # the first day on which it is no more
    sa.Column("merged_into", _id(), sa.ForeignKey("units.id")),  # its heir, from the day `dissolved`
    sa.CheckConstraint("kind IN ('central', 'province', 'commune', 'grassroots', 'cell')", name="kind"),
)

sa.Index("ix_units_code", units.c.code, unique=True)
sa.Index("ix_units_merged_into", units.c.merged_into)

unit_names = sa.Table(
    "unit_names",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    # Where he is registered, or was last: the home of his latest membership, kept here for lists and searches.
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("birth_year", sa.Integer),
    sa.Column("folded", sa.String(200), nullable=False, server_default=""),  # names.fold(name), for searching
    sa.Column("card_number", sa.String(32)),  # digits and capitals only; NULL = not given
    sa.Column("phone", sa.String(32), nullable=False, server_default=""),
    sa.Column("mail", sa.String(200), nullable=False, server_default=""),
)
sa.Index("ix_people_card_number", people.c.card_number, unique=True)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # home: registered there | guest: attends there for a time
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.CheckConstraint("kind IN ('home', 'guest')", name="kind"),
)
# Counting the members of a sub-tree reads this index and nothing else.
_member = memberships.c
sa.Index("ix_memberships_unit_id", _member.unit_id, _member.until, _member.since, _member.kind)

statuses = sa.Table(
    "statuses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("standing", sa.String(32), nullable=False),  # a word of org.people.STRONGEST_FIRST
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("post", sa.String(32), nullable=False),  # a word of meeting.ids.Post
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

party_groups = sa.Table(
    "party_groups",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("ended", sa.Date),  # the first day on which it is no more
)

group_members = sa.Table(
    "group_members",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("group_id", _id(), sa.ForeignKey("party_groups.id"), nullable=False, index=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)


changes = sa.Table(  # who changed what in the register, and when
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", _id(), nullable=False),  # a person; "" = the program itself
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), index=True),
    sa.Column("what", sa.String(32), nullable=False),  # a word of org.trail.WHAT
    sa.Column("facts", sa.JSON, nullable=False),  # {word: text}
)


def below(path: str) -> sa.ColumnElement[bool]:
    """The unit of `path` and everything below it, as one range of the index ("0" is the byte after "/")."""
    return sa.and_(units.c.path >= path, units.c.path < path[:-1] + "0")


# -- Accounts --------------------------------------------------------------------------------------------------------

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, unique=True),
    sa.Column("username", sa.String(64), nullable=False, unique=True),  # casefolded by whoever writes it
    sa.Column("password_hash", sa.String(200), nullable=False),
    sa.Column("failed", sa.Integer, nullable=False, server_default="0"),  # wrong tries in a row
    sa.Column("locked_until", Utc),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disabled_why", sa.String(300), nullable=False, server_default=""),  # a reason, or accounts.IDLE
    sa.Column("password_set_at", Utc),
    sa.Column("signed_in_at", Utc),  # last; NULL = never
    sa.Column("enabled_at", Utc),  # last, after it was disabled
    sa.Column("factor", sa.String(255), nullable=False, server_default=""),  # second factor, sealed: org.factor
    sa.Column("factor_step", sa.BigInteger, nullable=False, server_default="0"),  # of the last code taken
)

old_passwords = sa.Table(  # what an administrator may not take again
    "old_passwords",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", _id(), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("password_hash", sa.String(200), nullable=False),
)

slips = sa.Table(  # codes on paper, good once: to take up an account, to set a new password, to sign in without a phone
    "slips",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # join | reset | factor
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),  # with the house's key: org.slips
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("made_by", _id(), nullable=False),  # a person; "" = the program
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
    sa.Column("ended", sa.String(16), nullable=False, server_default=""),  # used | revoked | replaced
    sa.CheckConstraint("kind IN ('join', 'reset', 'factor')", name="kind"),
)

account_reviews = sa.Table(  # rows are only added
    "account_reviews",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("by", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),  # {state: accounts}
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),  # sha256 of the token, hex: the token itself is kept nowhere
    sa.Column("account_id", _id(), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False, index=True),
    sa.Column("device", sa.String(200), nullable=False, server_default=""),
    sa.Column("csrf_secret", sa.String(64), nullable=False),
)

# -- Meetings --------------------------------------------------------------------------------------------------------

meetings = sa.Table(
    "meetings",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
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
    sa.Column("round_id", _id(), sa.ForeignKey("meetings.id"), index=True),  # NULL = of the whole cell
    sa.Column("group_id", _id(), sa.ForeignKey("party_groups.id")),  # with round_id, and never without
    sa.Column("motions", sa.JSON, nullable=False, server_default="[]"),  # of a round: [{id, item, kind, text}, …]
    # What follows is read off the log and written with it, so that lists need not replay.
    # planned | cancelled | a phase of the meeting
    sa.Column("phase", sa.String(16), nullable=False, server_default="planned"),
    sa.Column("opened_at", Utc),
    sa.Column("closed_at", Utc),
    sa.UniqueConstraint("round_id", "group_id"),
)

# -- The log.  It stands on its own: no foreign key, so that no row of the register can take a record with it. -------

events = sa.Table(
    "events",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … ; the key is the fence
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", _id(), nullable=False),
    sa.Column("cause", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # canonical JSON of the envelope and the event (RFC 8785)
    sa.Column("hash", sa.LargeBinary(32), nullable=False),  # sha256(previous hash ‖ seq ‖ body)
    sa.CheckConstraint("seq >= 1", name="seq"),
)

heads = sa.Table(  # one at the close, and one after every append that follows it; the last one holds
    "heads",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),  # Ed25519, see signing.py
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    sa.Column("sealed_at", Utc, nullable=False),  # when that entry was written
)

attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("member", _id(), primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 … : his presences in order
    sa.Column("began", Utc, nullable=False),
    sa.Column("ended", Utc),  # NULL = present now
    sa.Column("kinds", sa.String(64), nullable=False),  # words joined by " ", sorted: "in_room online vouched"
)

summaries = sa.Table(  # of closed meetings; see records/summaries.py
    "summaries",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("unit_id", _id(), nullable=False),
    sa.Column("month", sa.String(7), nullable=False),  # "2027-01", of the day it was planned for
    sa.Column("form", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("planned_for", Utc, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("closed_at", Utc, nullable=False),
    *(
        sa.Column(name, sa.Integer, nullable=False)
        for name in (
            *("seconds", "wanted_minutes", "official", "probationary", "exempt", "temporary", "base", "present"),
            *("excused", "unexcused", "online", "in_room", "vouched", "corrections", "to_verify", "followers"),
            *("votes", "tasks"),
        )
    ),
    sa.Column("score", sa.Integer),  # NULL = not scored
    sa.Column("grade", sa.String(16), nullable=False),
    sa.Column("adopted", sa.Boolean, nullable=False),
    sa.Column("reported_after", sa.Integer),  # days; NULL = not reported
)
sa.Index("ix_summaries_unit_id_month", summaries.c.unit_id, summaries.c.month)
sa.Index("ix_summaries_month", summaries.c.month)

roll_lines = sa.Table(  # one per seat of a closed meeting
    "roll_lines",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("member", _id(), primary_key=True),
    sa.Column("unit_id", _id(), nullable=False),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("standing", sa.String(16), nullable=False),
    sa.Column("post", sa.String(32), nullable=False),
    sa.Column("state", sa.String(24), nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
    sa.Column("kinds", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("corrected", sa.Boolean, nullable=False),
    sa.Column("to_verify", sa.Boolean, nullable=False),
)
sa.Index("ix_roll_lines_member", roll_lines.c.member, roll_lines.c.month)
sa.Index("ix_roll_lines_unit_id", roll_lines.c.unit_id, roll_lines.c.month)
sa.Index("ix_meetings_unit_id_planned_for", meetings.c.unit_id, meetings.c.planned_for)

unit_months = sa.Table(  # of cells, and of everything above them; see records/rollups.py
    "unit_months",
    metadata,
    sa.Column("unit_id", _id(), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    *(
        sa.Column(name, sa.Integer, nullable=False, server_default="0")
        for name in (
            *("met", "meetings", "thematic", "online", "hybrid", "by_groups", "base", "present", "excused"),
            *("unexcused", "kept", "scored", "points", "good", "verified", "broken", "reported", "in_time"),
        )
    ),
)

verdicts = sa.Table(  # what verify said of the record of a meeting, last time; see records/judging.py
    "verdicts",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("seq", sa.Integer),  # the first broken entry; NULL = none
    sa.Column("why", sa.Text, nullable=False),
)

filings = sa.Table(  # a closed meeting and what became of its results
    "filings",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("closed_at", Utc, nullable=False, index=True),
    sa.Column("posted_on", sa.Date),  # in the electronic handbook
    sa.Column("reported_on", sa.Date),  # to the direct superior
    sa.Column("corrections", sa.Integer, nullable=False, server_default="0"),
)

papers = sa.Table(  # what was drawn up: the version that holds
    "papers",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # a word of meeting.ids.PaperKind
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("drawn_at", Utc, nullable=False),
    sa.Column("chair_signed_at", Utc),
    sa.Column("secretary_signed_at", Utc),
    sa.Column("outdated", sa.Boolean, nullable=False, server_default=sa.false()),  # something was changed since
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),  # the process that holds the meeting open
    sa.Column("alive_at", Utc, nullable=False),
)

# -- The rulebook: what committees set.  Rows are only added; the triggers of the migration see to it. ---------------

rule_overrides = sa.Table(
    "rule_overrides",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("committee", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("key", sa.String(64), nullable=False),  # a key of org/rulebook.toml
    sa.Column("value", sa.String(200), nullable=False),  # JSON: a number, a word, or null = taken back
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("clause", sa.Text, nullable=False),
    sa.Column("mark", sa.String(1), nullable=False),  # V | S | N
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("by", _id(), nullable=False),  # a person
    sa.Column("at", Utc, nullable=False),
)

# -- The pilot.  The steps of a case are only added; `state`, `reason`, `mode` and the periods are read off them. ------

pilot_cases = sa.Table(
    "pilot_cases",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # a word of org.pilot.case.STATES
    sa.Column("reason", sa.String(32), nullable=False),  # a word of org.pilot.case.REASONS; "" = not yet given
    sa.Column("mode", sa.String(16), nullable=False),  # online | by_groups | both: asked, then as decided
)

pilot_steps = sa.Table(
    "pilot_steps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", _id(), sa.ForeignKey("pilot_cases.id"), nullable=False),
    sa.Column("n", sa.Integer, nullable=False),  # 1, 2, 3 … within the case
    sa.Column("step", sa.String(16), nullable=False),  # a word of org.pilot.case.MOVES
    sa.Column("by", _id(), nullable=False),  # a person
    sa.Column("at", Utc, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("case_id", "n"),
)

pilot_periods = sa.Table(
    "pilot_periods",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", _id(), sa.ForeignKey("pilot_cases.id"), nullable=False, index=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

pilot_notes = sa.Table(  # problems noted; rows are only added
    "pilot_notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # a word of org.pilot.notes.KINDS
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
)

# -- Papers.  What was signed is kept as it was signed; rows of `paper_files` are only added. ------------------------

paper_files = sa.Table(
    "paper_files",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the bytes, hex
    sa.Column("meeting", _id(), nullable=False, index=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

terms = sa.Table(  # the terms of a cell; numbers of papers run within one
    "terms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),  # as "2025 – 2027"
    sa.Column("since", sa.Date, nullable=False),  # until the next one begins
    sa.Column("given_before", sa.JSON, nullable=False),  # {series: the last number given before this program}
    sa.UniqueConstraint("unit_id", "since"),
)

paper_numbers = sa.Table(  # who has which number; a meeting keeps the one it got
    "paper_numbers",
    metadata,
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), primary_key=True),
    sa.Column("run", sa.String(32), primary_key=True),  # "term 7" | "year 2027": within which the numbers run
    sa.Column("series", sa.String(16), primary_key=True),  # a word of meeting.ids.PaperKind
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    sa.Column("meeting", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.UniqueConstraint("meeting", "series"),
)

# -- Tasks: read off the log and written with it; between meetings their owner and the secretary keep them up. -------

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("meeting", _id(), primary_key=True),  # where it was given
    sa.Column("id", _id(), primary_key=True),
    sa.Column("unit_id", _id(), index=True),  # whose it is now: a merger moves it; NULL = the meeting is in no list
    sa.Column("item", _id(), nullable=False),  # "" = of the meeting as a whole
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("owner", _id(), nullable=False, index=True),  # a person
    sa.Column("deadline", sa.Date, nullable=False),  # its last day
    sa.Column("state", sa.String(16), nullable=False, server_default="open"),  # open | done | withdrawn
    sa.Column("result", sa.Text, nullable=False, server_default=""),
    sa.Column("done_on", sa.Date),
)

# -- Notices.  A row is kept in the transaction of what causes it; the sender tells it afterwards. -------------------

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), nullable=False),
    sa.Column("key", sa.String(200), nullable=False),  # once for each person
    sa.Column("subject", sa.Text, nullable=False),  # a sentence in English, the key of its translation
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("link", sa.String(300), nullable=False),
    sa.Column("meeting", _id(), nullable=False, index=True),  # "" = about none
    sa.Column("calendar", sa.Text),  # an iCalendar object
    sa.Column("at", Utc, nullable=False),
    sa.Column("read_at", Utc),
    sa.Column("state", sa.String(16), nullable=False),  # waiting | sent | shown | failed
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", Utc, nullable=False),
    sa.Column("why", sa.String(200), nullable=False, server_default=""),  # why it was not sent, without names
    sa.UniqueConstraint("person_id", "key"),
)
sa.Index("ix_outbox_person_id_read_at", outbox.c.person_id, outbox.c.read_at)
sa.Index("ix_outbox_state_next_at", outbox.c.state, outbox.c.next_at)

# -- Oversight.  Looks and the witness are only added; of alerts and remarks only the answer is written later. ---------

looks = sa.Table(  # who of the superiors read what of a unit
    "looks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("unit_id", _id(), nullable=False),
    sa.Column("by", _id(), nullable=False),  # a person
    sa.Column("role", sa.String(16), nullable=False),  # a word of oversight.looks.ROLES
    sa.Column("what", sa.String(32), nullable=False),  # a word of oversight.looks.WHAT
    sa.Column("subject", sa.String(64), nullable=False),  # the meeting or the person that was read of; "" = the unit
)
sa.Index("ix_looks_unit_id", looks.c.unit_id, looks.c.id)

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),  # a word of oversight.alerts.KINDS
    sa.Column("subject", sa.String(64), nullable=False),  # the member or meeting it is about; "" = the cell
    sa.Column("period", sa.String(16), nullable=False),  # with the three above: what is alerted once
    sa.Column("raised_at", Utc, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),  # {word: text or number}
    sa.Column("noted_at", Utc),  # acknowledged
    sa.Column("noted_by", _id()),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("unit_id", "kind", "subject", "period"),
)

remarks = sa.Table(  # of the superior about a meeting, and what the cell answers
    "remarks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), nullable=False, index=True),
    sa.Column("meeting", _id(), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # compliment | shortcoming
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due", sa.Date),  # by when an answer is wanted; NULL = none is
    sa.Column("by", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    sa.Column("answered_by", _id()),
    sa.Column("answered_at", Utc),
)

witness_leaves = (
    sa.Table(  # the heads that were made public, in the order of the tree (RFC 6962); see records/witness.py
        "witness_leaves",
        metadata,
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),  # 0, 1, 2 …
        sa.Column("meeting", _id(), nullable=False, index=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Utc, nullable=False),
    )
)

witness_roots = sa.Table(  # one per batch
    "witness_roots",
    metadata,
    sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),  # leaves of the tree
    sa.Column("root", sa.LargeBinary(32), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
    sa.Column("public_key", sa.LargeBinary(32), nullable=False),
)

# -- Before the meeting: agenda templates, the plan of a year, answers, documents. ------------------------------------

agenda_templates = sa.Table(  # what committees set; rows are only added, the last of a unit and kind holds
    "agenda_templates",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # a word of meeting.ids.MeetingKind
    sa.Column("items", sa.JSON),  # as in `meetings.agenda`, without ids; NULL = taken back
    sa.Column("by", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
)

plan_lines = sa.Table(  # what a cell means to do in a month
    "plan_lines",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("unit_id", _id(), sa.ForeignKey("units.id"), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # of the meeting meant
    sa.Column("day", sa.Date),  # NULL = not yet fixed
    sa.Column("theme", sa.Text, nullable=False),
    sa.Column("preparing", sa.String(300), nullable=False),  # who prepares
    sa.Column("meeting", _id(), sa.ForeignKey("meetings.id")),  # NULL = not yet convened
)
sa.Index("ix_plan_lines_unit_id_year", plan_lines.c.unit_id, plan_lines.c.year)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("meeting", _id(), sa.ForeignKey("meetings.id"), primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("coming", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("accepted", sa.Boolean),  # of an excuse; NULL = not yet decided
    sa.Column("decided_by", _id()),
    sa.Column("decided_at", Utc),
)

documents = sa.Table(  # the files stand in the data folder, named by their sha256
    "documents",
    metadata,
    sa.Column("id", _id(), primary_key=True),
    sa.Column("meeting", _id(), sa.ForeignKey("meetings.id"), nullable=False, index=True),
    sa.Column("item", _id(), nullable=False),  # of the agenda; "" = of the meeting as a whole
    sa.Column("title", sa.String(300), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),  # of the file as it came
    sa.Column("kind", sa.String(8), nullable=False),  # a word of convening.converting.KINDS
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sa.Column("sha256", sa.String(64), nullable=False),  # of the file as it came
    sa.Column("shown_sha256", sa.String(64), nullable=False),  # of the PDF that is shown
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("by", _id(), nullable=False),
    sa.Column("at", Utc, nullable=False),
)

document_reads = sa.Table(
    "document_reads",
    metadata,
    sa.Column("document", _id(), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("person_id", _id(), sa.ForeignKey("people.id"), primary_key=True),
    sa.Column("received_at", Utc, nullable=False),  # he saw that it is there
    sa.Column("opened_at", Utc),
)
