"""The words of Chibo: every sentence that people may see, collected into web/locale (`npm run words` in web/).

Writes chibo.pot and brings the Vietnamese catalogue up to date: new sentences come in empty, lost ones go.  Templates
and TypeScript are read by Babel as web/babel.cfg says; Python by the tables below, because much of what the server says
stands in tables and not in calls.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from server.pages.words import IN_THE_ROOM

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "web" / "locale"
VIETNAMESE = LOCALE / "vi" / "LC_MESSAGES" / "chibo.po"

# Calls whose literal strings are sentences; the number of leading arguments that are not.
CALLS: Mapping[str, int] = dict.fromkeys(("_", "say", "Unfit", "BadMessage"), 0) | {
    "Refused": 1,
    "_refusal": 1,
    "_said": 1,
    "_move": 2,
    "Warning": 0,
    "Message": 2,  # of notify.outbox
}
# Names whose literal strings are all words: tables, and functions that give words back.
TABLES: Mapping[str, tuple[str, ...]] = {
    "server/meeting/meeting.py": ("WRONG_PHASE",),
    "server/pages/attendance.py": ("STANDINGS", "POSTS", "KINDS", "head", "facts", "remarks"),
    "server/pages/errors.py": ("SAID", "BROKEN"),
    "server/pages/meetings.py": ("KINDS",),
    "server/pages/papers.py": ("TITLES", "NOTICES"),
    "server/pages/register_words.py": ("KINDS", "STANDINGS", "POSTS", "STATE_WORDS"),
    "server/org/joining.py": ("TAKEN",),
    "server/pages/accounts.py": ("head",),
    "server/org/trail.py": ("WHAT",),
    "server/org/pilot/case.py": ("_CHANGE", "_REVIEW", "_DECIDE", "_LATER"),
    "server/org/pilot/facts.py": ("why",),
    "server/org/pilot/forms.py": ("UNALLOWED", "TOO_MANY"),
    "server/pages/pilot_words.py": ("REASONS", "MODES", "FORMS", "STATES", "CLASSES", "STEPS", "KINDS", "STANDINGS"),
    "server/pages/pilot_report.py": ("_facts",),
    "server/pages/rulebook.py": ("CHAPTERS", "MARKS", "CHOICES", "UNITS", "LABELS"),
    "server/convening/converting.py": ("WHAT", "BROKEN", "MARKED", "DISGUISED", "ENCRYPTED", "EMPTY", "TOO_MUCH", "MACROS", "LONG", "ENDLESS"),
    "server/convening/agendas.py": ("MARKED",),
    "server/convening/notices.py": ("INVITED", "UNPLACED", "subject", "text"),
    "server/convening/by_groups.py": ("why",),
    "server/convening/rows.py": ("OPEN",),
    "server/org/groups.py": ("why",),
    "server/pages/convening_words.py": ("ITEM_KINDS", "MOTIONS", "TASK_STATES", "FILES"),
    "server/pages/rounds.py": ("STATES",),
    "server/pages/proof.py": ("WHYS", "_UNREAD"),
    "server/pages/documents.py": ("_SAID",),
    "server/pages/supervision_words.py": ("FILTERS", "SORTS", "FORMS", "STATES", "GRADES", "DEVICES", "TOLD", "BARS", "PERIODS"),
    "server/pages/supervision_report.py": ("_HEAD",),
    "server/oversight/alerts.py": ("KINDS",),
    "server/oversight/remarks.py": ("KINDS",),
    "server/oversight/looks.py": ("ROLES", "WHAT"),
    "server/oversight/eyes.py": ("_SAID", "_ROLL", "_result", "_task", "_score", "_missed", "_lost", "_split", "_elected", "_reported"),
    "server/live/gateway.py": ("SIGNED_OUT",),
}
# Whence a sentence may come into the meeting room: it is marked, and the room is sent no other (server/pages/words.py).
SPOKEN = ("web/src/", *(f"server/{each}" for each in ("app.py", "convening/", "live/", "media/", "meeting/", "org/", "records/")))
NO_WORDS = {"SignedOut"}  # what stands in those tables and is a name


def python_words(fileobj: BytesIO, keywords: object, comment_tags: object, options: object) -> Iterator[Any]:
    """An extraction method of Babel: (line, function, message, comments)."""
    path = Path(str(getattr(fileobj, "name", "")))
    named = TABLES.get(path.resolve().relative_to(ROOT).as_posix(), ())
    for node in ast.walk(ast.parse(fileobj.read())):
        for word in _words(node, named):
            yield word.lineno, None, word.value, []


def _words(node: ast.AST, named: Iterable[str]) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Call):
        for argument in node.args[CALLS.get(_called(node), len(node.args)) :]:
            yield from _literals(argument)
    elif _name(node) in named:
        yield from _literals(node)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return node.name if isinstance(node, ast.FunctionDef) else ""


def _literals(node: ast.AST) -> Iterator[ast.Constant]:
    """The strings of `node`; not the keys of a dictionary, an index, or what stands in a template string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value and node.value not in NO_WORDS:
        yield node
    for child in _children(node):
        yield from _literals(child)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, ast.Dict):
        return node.values
    if isinstance(node, ast.Subscript | ast.JoinedStr | ast.Compare):
        return ()
    if isinstance(node, ast.Call):
        return node.args
    if isinstance(node, ast.FunctionDef):
        return node.body
    return ast.iter_child_nodes(node) if not isinstance(node, ast.AnnAssign) else [node.value] if node.value else ()


def collected() -> Catalog:
    """Every sentence of the sources."""
    catalog = Catalog(project="Chibo", charset="utf-8", fuzzy=False)
    with (ROOT / "web" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    own: Mapping[str, Callable[..., Any]] = {"chibo": python_words}
    mapped = [(pattern, own.get(method, method)) for pattern, method in methods]
    found = extract_from_dir(
        ROOT, mapped, options, keywords={"_": None, "t": None, "msgid": None}, directory_filter=_ours
    )
    for file_name, line, message, comments, _ in found:
        spoken = [*comments, IN_THE_ROOM] if file_name.startswith(SPOKEN) else comments
        catalog.add(message, locations=[(file_name, line)], auto_comments=spoken)
    return catalog


def _ours(folder: str) -> bool:
    return Path(folder).name not in {"node_modules", "dist", "var", "tests"} and not Path(folder).name.startswith(".")


def kept() -> Catalog:
    """The Vietnamese catalogue as it stands."""
    with VIETNAMESE.open("rb") as file:
        return read_po(file, locale="vi", domain="chibo")


def renewed() -> tuple[Catalog, Catalog]:
    """What is in the sources, and the Vietnamese catalogue with exactly those sentences."""
    sources = collected()
    vietnamese = kept() if VIETNAMESE.exists() else Catalog(locale="vi", domain="chibo", project="Chibo", fuzzy=False)
    vietnamese.update(sources, no_fuzzy_matching=True)
    vietnamese.obsolete.clear()
    return sources, vietnamese


def text(catalog: Catalog) -> str:
    """As it is written to disk: in order of the sentences, without places or dates, so that it changes only with them."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, no_location=True, sort_output=True, omit_header=True)
    return HEADER + buffer.getvalue().decode()


HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Chibo\\n"
"Language: vi\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def main() -> None:
    sources, vietnamese = renewed()
    (LOCALE / "chibo.pot").write_text(text(sources), encoding="utf-8")
    VIETNAMESE.parent.mkdir(parents=True, exist_ok=True)
    VIETNAMESE.write_text(text(vietnamese), encoding="utf-8")
    empty = [message.id for message in vietnamese if message.id and not message.string]
    print(f"{len(sources)} sentences, {len(empty)} without Vietnamese")
    for sentence in empty:
        print("  ", sentence)


if __name__ == "__main__":
    main()
