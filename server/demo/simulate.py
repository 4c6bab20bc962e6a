"""`chibo simulate`: the load generator."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

import uvloop
from sqlalchemy.exc import SQLAlchemyError

from .crowd import Account, simulate
from .large import large_cell
from .trips import trips


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", required=True, help="the server, as http://127.0.0.1:8080; it must be its public URL")
    parser.add_argument("--members", type=int, default=12, metavar="N", help="how many join (12)")
    parser.add_argument("--seconds", type=float, default=30, metavar="S", help="how long they play (30)")
    parser.add_argument("--no-picture", action="store_true", help="nobody sends a picture")
    parser.add_argument("--seed", type=int, default=1, help="of what they do and when (1)")
    parser.add_argument("--trips", type=int, default=0, metavar="N", help="into groups and back, N times, instead")
    parser.add_argument("--groups", type=int, default=6, metavar="N", help="into how many groups (6)")
    parser.add_argument("--meeting", help="the id of a meeting that is there")
    parser.add_argument("--accounts", metavar="FILE", help='lines of "username password"; "-" reads the input')
    parser.add_argument(
        "--prepare",
        metavar="DATABASE",
        help="instead of --meeting and --accounts: first add a cell of N members and its meeting to this database",
    )


def read_accounts(lines: str) -> list[Account]:
    """One account a line, name and password apart by white space; raises ValueError naming the line that is not."""
    accounts = []
    for number, line in enumerate(lines.splitlines(), 1):
        words = line.split()
        if words and len(words) != 2:
            raise ValueError(f'line {number} is not "username password"')
        if words:
            accounts.append(Account(words[0], words[1]))
    return accounts


async def _run(args: argparse.Namespace) -> dict[str, object]:
    if args.prepare:
        meeting, accounts = await large_cell(args.prepare, args.members)
    else:
        text = sys.stdin.read() if args.accounts == "-" else Path(args.accounts).read_text("utf-8")  # noqa: ASYNC240
        meeting, accounts = args.meeting, read_accounts(text)
    if len(accounts) < args.members:
        raise ValueError(f"there are {len(accounts)} accounts for {args.members} members")
    if args.trips:
        return await trips(args.url, meeting, accounts, args.members, args.groups, args.trips, args.seed)
    return await simulate(args.url, meeting, accounts, args.members, args.seconds, not args.no_picture, args.seed)


def run(args: argparse.Namespace) -> int:
    """0 when everyone joined and nothing went wrong; 1 when something did; 2 when it could not begin."""
    if not args.prepare and not (args.meeting and args.accounts):
        print("chibo simulate: give --meeting and --accounts, or --prepare", file=sys.stderr)
        return 2
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            figures = runner.run(_run(args))
    except SQLAlchemyError as error:
        print(f"chibo simulate: the database does not answer: {type(error).__name__}", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"chibo simulate: {error}", file=sys.stderr)
        return 2
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if figures["joined"] == args.members and not figures["errors"] else 1
