"""The register: units, people and what holds of them from day to day; who changed what."""

import sqlalchemy as sa

from .base import Id, Path, Utc, metadata

units = sa.Table(
    "units",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("parent_id", Id, sa.ForeignKey("units.id"), index=True),
    sa.Column("kind", sa.String(16), nullable=False),  # central | province | commune | grassroots | cell
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("path", Path, nullable=False, unique=True),  # "/root/…/own id/": the units above, and itself
    sa.Column("code", sa.String(32)),  # the unit's number in the papers; NULL = none given
    sa.Column("folded", sa.String(200), nullable=False, server_default=""),  # names.fold(name), for searching
    sa.Column("founded", sa.Date),
    sa.Column("dissolved", sa.Date),  # the first day on which it is no more
    sa.Column("merged_into", Id, sa.ForeignKey("units.id")),  # its heir, from the day `dissolved`
    sa.CheckConstraint("kind IN ('central', 'province', 'commune', 'grassroots', 'cell')", name="kind"),
)
sa.Index("ix_units_code", units.c.code, unique=True)
sa.Index("ix_units_merged_into", units.c.merged_into)

unit_names = sa.Table(
    "unit_names",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("id", Id, primary_key=True),
    # Where he is registered, or was last: the home of his latest membership, kept here for lists and searches.
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
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
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False),
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
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("standing", sa.String(32), nullable=False),  # a word of org.people.STRONGEST_FIRST
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("post", sa.String(32), nullable=False),  # a word of meeting.ids.Post
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

party_groups = sa.Table(
    "party_groups",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("ended", sa.Date),  # the first day on which it is no more
)

group_members = sa.Table(
    "group_members",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("group_id", Id, sa.ForeignKey("party_groups.id"), nullable=False, index=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), nullable=False, index=True),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
)

changes = sa.Table(  # who changed what in the register, and when
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("by", Id, nullable=False),  # a person; "" = the program itself
    sa.Column("unit_id", Id, sa.ForeignKey("units.id"), nullable=False, index=True),
    sa.Column("person_id", Id, sa.ForeignKey("people.id"), index=True),
    sa.Column("what", sa.String(32), nullable=False),  # a word of org.trail.WHAT
    sa.Column("facts", sa.JSON, nullable=False),  # {word: text}
)


def below(path: str) -> sa.ColumnElement[bool]:
    """The unit of `path` and everything below it, as one range of the index ("0" is the byte after "/")."""
    return sa.and_(units.c.path >= path, units.c.path < path[:-1] + "0")
