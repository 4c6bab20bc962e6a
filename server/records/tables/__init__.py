"""Every table, in one metadata.  Rows of the register, rows of accounts, and the log with what is read off it.

Ids are opaque text made outside.  Moments are UTC (`Utc`); days are dates of the cell's calendar.  Of every pair
`since`/`until` of days, `since` is the first day on which it holds and `until` the first on which it no longer does;
NULL = it still holds.
"""

from .access import account_reviews, accounts, old_passwords, sessions, slips
from .base import Utc, metadata
from .figures import roll_lines, summaries, unit_months, verdicts
from .filed import filings, paper_files, paper_numbers, papers, terms
from .log import attendance, events, heads, leases
from .notices import outbox
from .planning import agenda_templates, answers, document_reads, documents, meetings, plan_lines, tasks
from .register import (
    below,
    changes,
    group_members,
    memberships,
    party_groups,
    people,
    posts,
    statuses,
    unit_names,
    units,
)
from .rules import pilot_cases, pilot_notes, pilot_periods, pilot_steps, rule_overrides
from .supervision import alerts, looks, remarks, witness_leaves, witness_roots

__all__ = [
    "Utc",
    "account_reviews",
    "accounts",
    "agenda_templates",
    "alerts",
    "answers",
    "attendance",
    "below",
    "changes",
    "document_reads",
    "documents",
    "events",
    "filings",
    "group_members",
    "heads",
    "leases",
    "looks",
    "meetings",
    "memberships",
    "metadata",
    "old_passwords",
    "outbox",
    "paper_files",
    "paper_numbers",
    "papers",
    "party_groups",
    "people",
    "pilot_cases",
    "pilot_notes",
    "pilot_periods",
    "pilot_steps",
    "plan_lines",
    "posts",
    "remarks",
    "roll_lines",
    "rule_overrides",
    "sessions",
    "slips",
    "statuses",
    "summaries",
    "tasks",
    "terms",
    "unit_months",
    "unit_names",
    "units",
    "verdicts",
    "witness_leaves",
    "witness_roots",
]
