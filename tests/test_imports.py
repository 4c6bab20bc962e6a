"""Who may import whom.  If this fails, the architecture changed: talk first, then change the table here."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "server"


@dataclass(frozen=True)
class May:
    """What the files of a folder may import besides the standard library and the folder itself."""

    libraries: frozenset[str] = frozenset()
    house: frozenset[str] = frozenset()  # folders or folder.file of this program
    only: tuple[tuple[str, str], ...] = ()  # (file, library or folder.file): in this file and in no other


def may(libraries: str = "", house: str = "", **only: str) -> May:
    files = tuple((f"{file}.py", name) for file, names in only.items() for name in names.split())
    return May(frozenset(libraries.split()), frozenset(house.split()), files)


TABLE = {
    "meeting": may(),
    "live": may(house="meeting", gateway="socketio", wire="pydantic", schema="pydantic"),
    "media": may("aiortc aioice av pylibsrtp uvloop cryptography OpenSSL"),
    "records": may(
        "sqlalchemy rfc8785 cryptography alembic",
        "meeting.events meeting.ids meeting.rules",
    ),
    "org": may(
        "sqlalchemy argon2",
        "records.tables records.database",
        roster="meeting.ids meeting.rules meeting.commands",
        rulebook="meeting.rules",
        report="records.turnout",
        changing="records.rollups",
        reading="openpyxl",
        writing="openpyxl",
        jobs="structlog",
        factor="cryptography",
    ),
    "convening": may(
        "sqlalchemy openpyxl PIL pypdf pypandoc typst defusedxml structlog",
        "org notify records.tables records.database meeting.ids meeting.commands",
        gathering="meeting.events meeting.held records.sealed",
    ),
    "oversight": may("sqlalchemy rfc8785", "org records meeting.ids meeting.events meeting.minutes papers notify"),
    "notify": may("sqlalchemy aiosmtplib icalendar structlog", "records.tables records.database", links="itsdangerous"),
    "papers": may("openpyxl typst docx segno sqlalchemy", "meeting org records"),
    "pages": may(
        "aiohttp jinja2 aiohttp_jinja2 markupsafe babel itsdangerous structlog prometheus_client",
        "org convening notify oversight papers records meeting.minutes meeting.proceedings meeting.events meeting.ids "
        "meeting.whereabouts "
        "meeting.commands meeting.refusal settings",
        health="sqlalchemy alembic",  # asks whether the tables are those of this version; no statement
    ),
    "demo": may(
        "aiohttp socketio aiortc aioice av PIL numpy psutil sqlalchemy typst uvloop",
        "org oversight papers records meeting settings convening notify",
        sealed="cryptography",
    ),
}
IMPURE = {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "threading", "time", "uuid"}
ORDER = (
    *("ids", "refusal", "rules", "rounds", "commands", "events", "calling", "sitting", "attendance", "desk", "checks"),
    *("chairing", "agenda", "speaking", "microphones", "opening", "showing", "voting", "concluding", "scoring"),
    *("minuting", "filing", "leading", "reporting", "apart", "groups", "state", "ruling", "contents_groups"),
    *("contents", "meeting", "staging", "view_record", "view_groups", "view", "minutes", "whereabouts", "reports"),
    *("proceedings", "held", "__init__"),
)


@dataclass(frozen=True)
class Import:
    file: Path
    module: str  # "sqlalchemy.orm", or "server.meeting.ids" however it was written
    name: str  # "" for a plain import

    @property
    def own(self) -> str | None:
        """folder.file of this program ("meeting.ids", "settings"), None for what is not ours."""
        parts = f"{self.module}.{self.name}".rstrip(".").split(".")
        if parts[0] != "server":
            return None
        return ".".join(parts[1 : 3 if (SERVER / parts[1]).is_dir() and len(parts) > 2 else 2])


def imports(file: Path) -> Iterator[Import]:
    package = ("server", *file.relative_to(SERVER).parts[:-1])
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(file, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *((node.module,) if node.module else ())))
            yield from (Import(file, module, alias.name) for alias in node.names)


def files(folder: str) -> list[Path]:
    return sorted((SERVER / folder).rglob("*.py"))


def allowed(folder: str, each: Import) -> bool:
    rule = TABLE[folder]
    here = {name for file, name in rule.only if file == each.file.name}
    if each.own is not None:
        mine, top = each.own, each.own.split(".")[0]
        return top == folder or bool({mine, top} & (rule.house | here))
    top = each.module.split(".")[0]
    return top in sys.stdlib_module_names or top in rule.libraries | here


@pytest.mark.parametrize("folder", TABLE)
def test_a_folder_imports_what_the_table_says_and_nothing_else(folder: str) -> None:
    assert files(folder), f"server/{folder} is empty"
    wrong = [each for file in files(folder) for each in imports(file) if not allowed(folder, each)]
    assert not wrong, [f"{w.file.relative_to(ROOT)}: {w.module} {w.name}" for w in wrong]


def test_every_folder_stands_in_the_table() -> None:
    folders = {path.name for path in SERVER.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders == set(TABLE)


def test_the_core_is_pure() -> None:
    for file in files("meeting"):
        text = file.read_text(encoding="utf-8")
        assert not any(isinstance(node, (ast.AsyncFunctionDef, ast.Await)) for node in ast.walk(ast.parse(text))), file
        assert not re.search(r"\.(now|utcnow|today)\(|\bopen\(|\bprint\(", text), file
        assert not {each.module.split(".")[0] for each in imports(file)} & IMPURE, file


def test_the_files_of_the_core_import_only_earlier_ones() -> None:
    for file in files("meeting"):
        for each in imports(file):
            if each.own and each.own.startswith("meeting."):
                other = each.own.removeprefix("meeting.")
                assert ORDER.index(other) < ORDER.index(file.stem), f"{file.stem} must not import {other}"


def test_private_names_of_libraries_stand_in_the_seam_alone() -> None:
    for file in files("media"):
        for each in imports(file):
            private = each.own is None and any(part.startswith("_") for part in (*each.module.split("."), each.name))
            assert not private or file.name == "seam.py" or each.module == "__future__", each


def test_only_the_command_imports_the_whole_house() -> None:
    importers = {file for file in SERVER.rglob("*.py") for each in imports(file) if each.own == "app"}
    assert importers == {SERVER / "cli.py"} or importers == {SERVER / "cli.py", SERVER / "__main__.py"}


def test_pages_write_no_sql() -> None:
    for file in files("pages"):
        assert not re.search(
            r"\bsa\.(select|insert|update|delete|text)\(|\.execute\(|from sqlalchemy import", file.read_text("utf-8")
        ), file


def test_views_know_neither_the_socket_nor_the_peer_connection() -> None:
    views = sorted((ROOT / "web/src/views").rglob("*.ts*"))
    assert views
    for view in views:
        assert not re.search(r"socket\.io-client|RTCPeerConnection", view.read_text(encoding="utf-8")), view


@pytest.mark.parametrize(
    ("folder", "file", "line"),
    [
        ("meeting", "agenda.py", "from ..live import room"),
        ("meeting", "agenda.py", "import sqlalchemy"),
        ("live", "room.py", "import socketio"),
        ("live", "room.py", "from server.records.log import Log"),
        ("live", "gateway.py", "import aiohttp"),
        ("media", "sfu.py", "from ..meeting.ids import MemberId"),
        ("records", "log.py", "from ..meeting import decide"),
        ("records", "log.py", "from ..pages import routes"),
        ("org", "people.py", "from server.meeting.ids import MemberId"),
        ("org", "people.py", "from server import live"),
        ("pages", "routes.py", "from server.live.rooms import Rooms"),
        ("pages", "routes.py", "from .. import app"),
        ("demo", "member.py", "from server.media import stage"),
    ],
)
def test_the_table_sees_what_is_forbidden(folder: str, file: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: line)
    assert not all(allowed(folder, each) for each in imports(SERVER / folder / file))
