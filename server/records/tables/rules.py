"""What committees set, and the pilot.  Rows of the rulebook and steps of a case are only added: the triggers of the
migration see to it; `state`, `reason`, `mode` and the periods are read off the steps."""

import sqlalchemy as sa

from .base import Id, Utc, metadata

rule_overrides = sa.Table(
    "rule_overrides",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("committee", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("key", sa.String(64), nullable=False),  # a key of org/rulebook.toml
    sa.Column("value", sa.String(200), nullable=False),  # JSON: a number, a word, or null = taken back
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("clause", sa.Text, nullable=False),
    sa.Column("mark", sa.String(1), nullable=False),  # V | S | N
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("by", Id, nullable=False),  # a person
    sa.Column("at", Utc, nullable=False),
)

pilot_cases = sa.Table(
    "pilot_cases",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # a word of org.pilot.case.STATES
    sa.Column("reason", sa.String(32), nullable=False),  # a word of org.pilot.case.REASONS; "" = not yet given
    sa.Column("mode", sa.String(16), nullable=False),  # online | by_groups | both: asked, then as decided
)

pilot_steps = sa.Table(
    "pilot_steps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("pilot_cases.id"), nullable=False),
    sa.Column("n", sa.Integer, nullable=False),  # 1, 2, 3 … within the case
    sa.Column("step", sa.String(16), nullable=False),  # a word of org.pilot.case.MOVES
    sa.Column("by", Id, nullable=False),  # a person
    sa.Column("at", Utc, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("case_id", "n"),
)

pilot_periods = sa.Table(
    "pilot_periods",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", Id, sa.ForeignKey("pilot_cases.id"), nullable=False, index=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

pilot_notes = sa.Table(  # problems noted; rows are only added
    "pilot_notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # a word of org.pilot.notes.KINDS
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", Id, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
