"""Papers.  What was signed is kept as it was signed; rows of `paper_files` are only added."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

filings = sa.Table(  # a closed meeting and what became of its results
    "filings",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("closed_at", Utc, nullable=False, index=True),
    sa.Column("posted_on", sa.Date),  # in the electronic handbook
    sa.Column("reported_on", sa.Date),  # to the direct superior
    sa.Column("corrections", sa.Integer, nullable=False, server_default="0"),
)

papers = sa.Table(  # what was drawn up: the version that holds
    "papers",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),  # a word of meeting.ids.PaperKind
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("drawn_at", Utc, nullable=False),
    sa.Column("chair_signed_at", Utc),
    sa.Column("secretary_signed_at", Utc),
    sa.Column("outdated", sa.Boolean, nullable=False, server_default=sa.false()),  # something was changed since
)

paper_files = sa.Table(
    "paper_files",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the bytes, hex
    sa.Column("meeting", Id, nullable=False, index=True),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("at", Utc, nullable=False),
)

terms = sa.Table(  # the terms of a cell; numbers of papers run within one
    "terms",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),  # as "2025 – 2027"
    sa.Column("since", sa.Date, nullable=False),  # until the next one begins
    sa.Column("given_before", sa.JSON, nullable=False),  # {series: the last number given before this program}
    sa.UniqueConstraint("unit_id", "since"),
)

paper_numbers = sa.Table(  # who has which number; a meeting keeps the one it got
    "paper_numbers",
    metadata,
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), primary_key=True),
    sa.Column("run", sa.String(32), primary_key=True),  # "term 7" | "year 2027": within which the numbers run
    sa.Column("series", sa.String(16), primary_key=True),  # a word of meeting.ids.PaperKind
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    sa.Column("meeting", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.UniqueConstraint("meeting", "series"),
)
