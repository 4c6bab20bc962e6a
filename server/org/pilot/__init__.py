"""The pilot of meetings online and by party groups: cases, decisions in force, problems noted, the report.

case.py     the steps of a case and what they come to; pure
facts.py    whether a cell qualifies, by whole numbers
cases.py    cases in the database: each step is a row
forms.py    which forms a meeting may have on a day
listing.py  a committee's cells by class and state
report.py   the interim and the final review
"""

from .forms import FORMS, IN_PERSON, PART_FORMS, Modes, Others, allowed, enter, permit, permit_part

__all__ = ["FORMS", "IN_PERSON", "PART_FORMS", "Modes", "Others", "allowed", "enter", "permit", "permit_part"]
