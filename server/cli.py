"""The command `chibo`: every job of the house by name."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from . import settings as configuration
from .convening.documents import Store
from .demo import history, seed, simulate
from .demo.run import players
from .demo.seed import Demo
from .org import founding, slips, tree
from .org.account_list import Looked
from .org.accounts import Accounts
from .org.refusal import Refused
from .oversight import daily
from .pages.csrf import load_key
from .records import carried, inspection, published, rollups, summaries
from .records.codec import CorruptRecord
from .records.database import Database
from .records.log import Log
from .records.signing import BadKey, Key
from .records.verify import verify, verify_all
from .records.witness import noted
from .settings import Settings

Job = Callable[[argparse.Namespace], int]


def main(words: Sequence[str] | None = None) -> int:
    """Run one job; returns the exit code: 0 done, 1 found wanting, 2 wrong words or settings."""
    asked = _parser().parse_args(words)
    job: Job = asked.job
    try:
        return job(asked)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chibo", description="Online meetings of Party cells, on a chained record.")
    jobs = parser.add_subparsers(title="jobs", required=True, metavar="JOB")
    for name, job, what, arguments in _JOBS:
        its = jobs.add_parser(name, help=what, description=what)
        arguments(its)
        its.set_defaults(job=job)
    return parser


def _run(_: argparse.Namespace) -> int:
    from . import app  # here, because only serving needs the whole house

    return app.serve(configuration.load())


def _demo(asked: argparse.Namespace) -> int:
    from . import app

    settings = configuration.load()
    demo = asyncio.run(_seeded(settings))
    with players(settings, demo, asked.members), history.telling():
        return app.serve(settings)


def _migrate(_: argparse.Namespace) -> int:
    asyncio.run(_migrated(configuration.load()))
    return 0


async def _migrated(settings: Settings) -> None:
    database = Database(settings.database)
    await database.migrate()
    await database.close()


def _seed(asked: argparse.Namespace) -> int:
    settings = configuration.load()
    asyncio.run(_seeded(settings))
    if asked.months:
        asyncio.run(history.told(settings, asked.months))
    return 0


async def _seeded(settings: Settings) -> Demo:
    """The demonstration province, in the database of these settings; says how to sign in."""
    database = Database(settings.database)
    await database.migrate()
    try:
        today = datetime.now(UTC).astimezone(settings.zone).date()
        key, password = Key.load(settings.head_key), seed.demo_password(settings.data_dir)
        store = Store(settings.documents, settings.document_megabytes << 20)
        demo = await seed.seed(database, key, today, password, settings.zone, store=store)
    finally:
        await database.close()
    print(_greeting(settings, demo), flush=True)
    return demo


def _greeting(settings: Settings, demo: Demo) -> str:
    lines = [f"    {username:<16}{who}" for who, username, _ in (*demo.accounts[:3], *demo.accounts[24:26])]
    return "\n".join(
        (
            "",
            f"  Chibo  {settings.public_url}",
            "",
            f"  Mật khẩu của mọi tài khoản / password of every account:  {demo.accounts[0][2]}",
            *lines,
            "",
        )
    )


def _verify(asked: argparse.Namespace) -> int:
    if asked.file:
        return _carried(asked.file, asked.key)
    try:
        kept = published.read(asked.witness.read_text(encoding="utf-8")) if asked.witness else None
        return asyncio.run(_verified(configuration.load(), asked.meeting, kept))
    except (published.NoWitness, UnicodeDecodeError, FileNotFoundError) as wrong:
        print(f"chibo verify: {wrong}", file=sys.stderr)
        return 2
    except (DBAPIError, OSError) as failed:
        print(f"chibo verify: there are no records to read here ({type(failed).__name__})", file=sys.stderr)
        return 2


def _carried(file: Path, key: str | None) -> int:
    """A meeting's file, offline.  Its signatures must be of --key, else of this house where its key is at hand."""
    try:
        trusted = {bytes.fromhex(key)} if key else _own_key()
        if inspection.is_one(file):
            found = inspection.check(file, trusted)
            print(found, file=sys.stdout if found.ok else sys.stderr)
            return 0 if found.ok else 1
        findings = carried.check(file, trusted)
    except (ValueError, OSError, BadKey) as wrong:
        print(f"chibo verify: {wrong}", file=sys.stderr)
        return 2
    for line in carried.report(findings):
        print(line, file=sys.stdout if findings.ok else sys.stderr)
    if findings.ok and trusted is None:
        print("  nobody's key was given: compare the one above with the one the committee published (--key)")
    return 0 if findings.ok else 1


def _own_key() -> set[bytes] | None:
    try:
        settings = configuration.load()
    except SystemExit:  # offline there may be no settings at all
        return None
    return {Key.load(settings.head_key).public} if settings.head_key.exists() else None


async def _verified(settings: Settings, meeting: str | None, kept: published.Kept | None = None) -> int:
    """A line per meeting, then one for everything that no longer fits the witness somebody has kept.  Heads must be
    signed with the key of this house, where it is at hand."""
    database = Database(settings.database)
    trusted = {Key.load(settings.head_key).public} if settings.head_key.exists() else None
    witnessed = noted(settings.witness)
    try:
        if meeting:
            verdicts = [await verify(database, meeting, trusted, witnessed.get(meeting, ()))]
        else:
            verdicts = [verdict async for verdict in verify_all(database, trusted, witnessed)]
        wrong = [line async for line in published.sound(database)] if not meeting else []
        wrong += [line async for line in published.against(database, kept)] if kept else []
    finally:
        await database.close()
    for verdict in verdicts:
        print(verdict, file=sys.stdout if verdict.ok else sys.stderr)
    for line in wrong:
        print(f"witness: {line}", file=sys.stderr)
    if kept and not wrong:
        print(f"witness: everything fits the root over {kept.size} heads that was kept")
    return 0 if all(verdict.ok for verdict in verdicts) and not wrong else 1


def _day(_: argparse.Namespace) -> int:
    return asyncio.run(_followed(configuration.load()))


async def _followed(settings: Settings) -> int:
    """What the house does for supervisors once a day, now; it does it by itself while it runs."""
    database, key = Database(settings.database), Key.load(settings.head_key)
    log, at = Log(database, key, settings.zone), datetime.now(UTC)
    try:
        done = await daily.run(database, log.read, key, at, settings.zone, noted(settings.witness))
    except published.WitnessBroken as broken:
        print(f"chibo alerts: {broken}", file=sys.stderr)
        return 1
    finally:
        await database.close()
    print(f"{done.verified} records verified, {len(done.broken)} broken, {done.alerts} new alerts")
    if done.published:
        print(f"witness: {done.published.size} heads, root {done.published.root.hex()}")
    return 1 if done.broken else 0


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("meeting", nargs="?", metavar="MEETING", help="the id of one meeting")
    which.add_argument("--file", type=Path, metavar="FILE.zip", help="a meeting's file, without any database")
    parser.add_argument("--key", metavar="HEX", help="the public key that must have signed the file")
    which.add_argument("--all", action="store_true", help="every meeting of which anything is kept")
    which.add_argument("--witness", type=Path, metavar="FILE", help="all of them, and against a witness somebody kept")


def _summaries(asked: argparse.Namespace) -> int:
    return asyncio.run(_summarised(configuration.load(), write=asked.rebuild))


async def _summarised(settings: Settings, *, write: bool) -> int:
    """Says which summaries are not what their log says; with `write` they are made anew from it."""
    database = Database(settings.database)
    log, wrong, count = Log(database, Key.load(settings.head_key), settings.zone), 0, 0
    try:
        async for meeting, right in summaries.rebuild(database, log.read, settings.zone, write=write):
            count, wrong = count + 1, wrong + (not right)
            if not right:
                print(f"{meeting}: {'made anew' if write else 'is not what its log says'}")
        if write:
            async with database.write() as connection:
                await rollups.rebuild(connection)
    except CorruptRecord as corrupt:
        print(f"chibo summaries: {corrupt}", file=sys.stderr)
        return 1
    finally:
        await database.close()
    print(f"{count} closed meetings, {wrong} summaries {'made anew' if write else 'wrong'}")
    return 0 if write or not wrong else 1


def _summaries_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rebuild", action="store_true", help="make the wrong ones anew from the logs")


def _unlock(asked: argparse.Namespace) -> int:
    return asyncio.run(_unlocked(configuration.load(), asked.username))


async def _unlocked(settings: Settings, username: str) -> int:
    """The administrator's word after too many wrong tries (QCVN 12:2026/BCA)."""
    database = Database(settings.database)
    try:
        found = await Accounts(database, settings).unlock(username)
    finally:
        await database.close()
    print("unlocked" if found else "there is no such account", file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


def _administrator(asked: argparse.Namespace) -> int:
    return asyncio.run(_invited(configuration.load(), asked.name, asked.unit, asked.kind))


async def _invited(settings: Settings, name: str, unit: str, kind: str) -> int:
    """Makes an administrator, if there is none of that name, and prints the number with which he signs in."""
    database, key = Database(settings.database), load_key(settings.accounts_key)
    accounts = Accounts(database, settings, key=key)
    look = Looked(accounts.today, accounts.clock(), accounts.numbers)
    try:
        await database.migrate()
        async with database.write() as connection:
            made = await founding.administrator(connection, key, look, name, unit, kind)
    except Refused as refused:
        print(f"chibo administrator: {refused.why.format(**refused.facts)}", file=sys.stderr)
        return 1
    finally:
        await database.close()
    print(f"{made.name}, {made.unit}\n{settings.public_url}/join\n{slips.spaced(made.code)}")
    return 0


def _administrator_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="his name as the register has it")
    parser.add_argument("--unit", required=True, help="name or code of the unit he keeps; made in an empty register")
    parser.add_argument("--kind", choices=tree.KINDS[:-1], default="province", help="of a unit that is made")


def _unlock_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")


def _none(_: argparse.ArgumentParser) -> None:
    """A job without arguments."""


def _seed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--months", type=int, default=0, metavar="N", help="with the meetings of so many months (0)")


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--members", type=int, default=12, metavar="N", help="how many speak for themselves (12)")


_JOBS: Sequence[tuple[str, Job, str, Callable[[argparse.ArgumentParser], None]]] = (
    ("run", _run, "serve", _none),
    ("demo", _demo, "serve the demonstration province, with members who speak for themselves", _demo_arguments),
    ("migrate", _migrate, "bring the database to this version", _none),
    ("seed", _seed, "put the demonstration province into the database", _seed_arguments),
    ("verify", _verify, "say whether the record of a meeting is whole", _verify_arguments),
    ("alerts", _day, "verify, alert and publish the witness now, as the house does once a day", _none),
    ("summaries", _summaries, "say whether the summaries are what the logs say", _summaries_arguments),
    ("administrator", _administrator, "print a slip for an administrator, the first one too", _administrator_arguments),
    ("unlock", _unlock, "let an account sign in again after too many wrong tries", _unlock_arguments),
    ("simulate", simulate.run, "join a meeting with simulated members and print figures", simulate.add_arguments),
)
