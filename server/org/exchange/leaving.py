"""The register of a sub-tree as the rows of a file; they can be taken in again.  And all that is kept of one person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from server.records.tables import (
    accounts,
    answers,
    attendance,
    document_reads,
    documents,
    group_members,
    meetings,
    memberships,
    outbox,
    party_groups,
    people,
    posts,
    sessions,
    slips,
    statuses,
    tasks,
    units,
)

from .. import tree
from ..people import on, strongest
from ..refusal import Refused
from ..registering import TRACKS
from ..tree import RANK, Unit
from .columns import KINDS, POSTS, STANDINGS
from .writing import Row, dmy

MOST = 60_000  # people in one file


async def unit_rows(connection: AsyncConnection, of: Unit, day: date) -> list[Row]:
    """The living units of the sub-tree, the higher before those below them."""
    above = units.alias("above")
    columns = (units.c.code, units.c.kind, units.c.name, units.c.founded, units.c.path, above.c.code.label("parent"))
    joined = units.outerjoin(above, units.c.parent_id == above.c.id)
    found = sa.select(*columns).select_from(joined).where(tree.within([of]), tree.alive(day)).order_by(units.c.path)
    rows = sorted((await connection.execute(found)).all(), key=lambda row: (RANK[row.kind], row.path))
    return [
        {
            "code": row.code or "",
            "parent": row.parent or "",
            "kind": KINDS[row.kind],
            "name": row.name,
            "founded": dmy(row.founded),
        }
        for row in rows
    ]


async def people_rows(connection: AsyncConnection, of: Unit, day: date) -> list[Row]:
    """Those registered in the sub-tree on that day.  Raises Refused where they are too many for one file."""
    home = sa.and_(memberships.c.kind == "home", on(memberships, day), tree.within([of]))
    joined = memberships.join(units, memberships.c.unit_id == units.c.id)
    count = await connection.scalar(sa.select(sa.func.count()).select_from(joined).where(home))
    if (count or 0) > MOST:
        raise Refused("file", "These are more than {most} members; please take out a lower unit.", most=MOST)
    ids = sa.select(memberships.c.person_id).select_from(joined).where(home)
    everyone = joined.join(people, memberships.c.person_id == people.c.id)
    found = sa.select(people, units.c.code, units.c.name.label("unit_name")).select_from(everyone).where(home)
    rows = (await connection.execute(found.order_by(units.c.path, people.c.folded, people.c.id))).all()
    spans = await _gathered(connection, statuses, ids, None)
    held = await _gathered(connection, posts, ids, day)
    named = group_members.join(party_groups, group_members.c.group_id == party_groups.c.id)
    grouped = sa.select(group_members.c.person_id, party_groups.c.name).select_from(named)
    in_groups = await connection.execute(grouped.where(group_members.c.person_id.in_(ids), on(group_members, day)))
    groups = {row.person_id: row.name for row in in_groups}
    return [
        _row(row, spans.get(row.id, ()), [each for each in held.get(row.id, ()) if each.unit_id == row.unit_id])
        | {"group": groups.get(row.id, "")}
        for row in rows
    ]


async def _gathered(
    connection: AsyncConnection, table: sa.Table, ids: sa.Select[Any], day: date | None
) -> dict[str, list[Any]]:
    found = sa.select(table).where(table.c.person_id.in_(ids))
    rows: dict[str, list[Any]] = {}
    for row in await connection.execute(found if day is None else found.where(on(table, day))):
        rows.setdefault(row.person_id, []).append(row)
    return rows


def _row(row: Any, spans: Sequence[Any], held: Sequence[Any]) -> dict[str, str]:
    since = {span.standing: span.since for span in spans}
    passing = [span for span in spans if span.standing in TRACKS[1] or span.standing == "temporary_in"]
    latest = max(passing, key=lambda span: span.since, default=None)
    post = next((each for word in POSTS for each in held if each.post == word), None)
    return {
        "unit": row.code or row.unit_name,
        "name": row.name,
        "birth_year": str(row.birth_year or ""),
        "card_number": row.card_number or "",
        "probationary": dmy(since.get("probationary")),
        "official": dmy(since.get("official")),
        "standing": STANDINGS[latest.standing] if latest else STANDINGS.get(strongest(set(since)), ""),
        "since": dmy(latest.since) if latest else "",
        "until": dmy(latest.until) if latest else "",
        "post": POSTS[post.post] if post else "",
        "post_since": dmy(post.since) if post else "",
        "phone": row.phone,
        "mail": row.mail,
    }


# -- One person's own data -------------------------------------------------------------------------------------------


Own = Mapping[str, list[dict[str, Any]]]  # kind of rows → rows of (name → value)


async def own(connection: AsyncConnection, person_id: str) -> Own:
    """All that is kept of a person, for himself: words, numbers and days only, ready for JSON."""

    async def rows(columns: Sequence[Any], joined: Any, where: Any, order: Any) -> list[dict[str, Any]]:
        found = sa.select(*columns).select_from(joined).where(where).order_by(order)
        return [
            {name: _plain(value) for name, value in row._mapping.items()} for row in await connection.execute(found)
        ]

    unit = units.c.name.label("unit")
    member, held, account = memberships.c, posts.c, accounts.c
    kept = (people.c.name, people.c.birth_year, people.c.card_number, people.c.phone, people.c.mail)
    in_group = group_members.join(party_groups, group_members.c.group_id == party_groups.c.id)
    present = attendance.join(meetings, attendance.c.meeting == meetings.c.id)
    signed = sessions.join(accounts, sessions.c.account_id == account.id)
    days = (statuses.c.since, statuses.c.until)
    return {
        "entry": await rows(kept, people, people.c.id == person_id, people.c.id),
        "registered": await rows(
            (unit, member.kind, member.since, member.until),
            memberships.join(units, member.unit_id == units.c.id),
            member.person_id == person_id,
            member.since,
        ),
        "statuses": await rows((statuses.c.standing, *days), statuses, statuses.c.person_id == person_id, days[0]),
        "posts": await rows(
            (held.post, unit, held.since, held.until),
            posts.join(units, held.unit_id == units.c.id),
            held.person_id == person_id,
            held.since,
        ),
        "groups": await rows(
            (party_groups.c.name, group_members.c.since, group_members.c.until),
            in_group,
            group_members.c.person_id == person_id,
            group_members.c.since,
        ),
        "attendance": await rows(
            (meetings.c.title, attendance.c.began, attendance.c.ended, attendance.c.kinds),
            present,
            attendance.c.member == person_id,
            attendance.c.began,
        ),
        "tasks": await rows(
            (tasks.c.text, tasks.c.deadline, tasks.c.state, tasks.c.result, tasks.c.done_on),
            tasks,
            tasks.c.owner == person_id,
            tasks.c.deadline,
        ),
        "answers": await rows(
            (meetings.c.title, answers.c.coming, answers.c.reason, answers.c.at, answers.c.accepted),
            answers.join(meetings, answers.c.meeting == meetings.c.id),
            answers.c.person_id == person_id,
            answers.c.at,
        ),
        "documents": await rows(
            (documents.c.title, document_reads.c.received_at, document_reads.c.opened_at),
            document_reads.join(documents, document_reads.c.document == documents.c.id),
            document_reads.c.person_id == person_id,
            document_reads.c.received_at,
        ),
        "notices": await rows(
            (outbox.c.subject, outbox.c.at, outbox.c.read_at, outbox.c.state),
            outbox,
            outbox.c.person_id == person_id,
            outbox.c.at,
        ),
        "account": await rows(
            (
                *(
                    account.username,
                    account.created_at,
                    account.password_set_at.label("secret_set_at"),
                    account.signed_in_at,
                ),
                *(account.disabled, account.disabled_why, (account.factor != "").label("second_factor")),
            ),
            accounts,
            account.person_id == person_id,
            account.id,
        ),
        "slips": await rows(
            (slips.c.kind, slips.c.made_at, slips.c.expires_at, slips.c.ended_at, slips.c.ended),
            slips,
            slips.c.person_id == person_id,
            slips.c.made_at,
        ),
        "sessions": await rows(
            (sessions.c.created_at, sessions.c.seen_at, sessions.c.device),
            signed,
            account.person_id == person_id,
            sessions.c.created_at,
        ),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
