"""What is read off closed logs and can be made anew from them (`chibo rebuild`)."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

summaries = sa.Table(  # of closed meetings; see records/summaries.py
    "summaries",
    metadata,
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("unit_id", Id, nullable=False),
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
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("member", Id, primary_key=True),
    sa.Column("unit_id", Id, nullable=False),
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

unit_months = sa.Table(  # of cells, and of everything above them; see records/rollups.py
    "unit_months",
    metadata,
    sa.Column("unit_id", Id, primary_key=True),
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
    sa.Column("meeting", Id, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("seq", sa.Integer),  # the first broken entry; NULL = none
    sa.Column("why", sa.Text, nullable=False),
)
