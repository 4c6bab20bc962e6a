"""Every sentence that people may see stands in the Vietnamese catalogue, with the same places to fill in."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from string import Formatter
from types import ModuleType

from babel.messages.catalog import Message

ROOT = Path(__file__).parents[1]
FIXED = {  # the words of the house: the same everywhere, letter by letter
    "Join the meeting": "Vào họp",
    "Enter the meeting": "Vào họp",
    "Leave the meeting": "Ra khỏi cuộc họp",
    "Ask to speak": "Xin phát biểu",
    "Invite to speak": "Mời phát biểu",
    "End the speech": "Kết thúc phát biểu",
    "Free discussion": "Thảo luận tự do",
    "Turn sound on": "Bật tiếng",
    "Turn sound off": "Tắt tiếng",
    "Turn picture on": "Bật hình",
    "Turn picture off": "Tắt hình",
    "Voice only": "Chỉ nghe tiếng",
    "Roll call": "Điểm danh",
    "Present": "Có mặt",
    "To verify": "Cần xác minh",
    "Open the meeting": "Khai mạc",
    "Pause": "Tạm dừng",
    "Resume": "Tiếp tục",
    "Close the meeting": "Bế mạc",
    "Agenda": "Chương trình",
    "Under debate": "Nội dung đang thảo luận",
}


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("words", ROOT / "web" / "tools" / "words.py")
    assert spec and spec.loader
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


words = _tool()


def _said() -> dict[str, str]:
    return {str(message.id): str(message.string) for message in words.kept() if message.id}


@cache
def _asked() -> list[Message]:
    return [message for message in words.collected() if message.id]


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_has_its_vietnamese() -> None:
    said = _said()
    missing = [f"{message.id!r} of {message.locations[0][0]}" for message in _asked() if not said.get(str(message.id))]
    assert missing == [], "translate them in web/locale/vi (npm run words in web/ adds them)"


def test_the_catalogue_holds_no_sentence_that_nobody_says() -> None:
    assert sorted(set(_said()) - {str(message.id) for message in _asked()}) == []


def test_placeholders_are_the_same_in_both_languages() -> None:
    assert [key for key, sentence in _said().items() if _places(key) != _places(sentence)] == []


def test_the_fixed_words_stand_letter_by_letter() -> None:
    said = _said()
    assert {key: said.get(key) for key in FIXED} == FIXED


def test_no_sentence_of_the_room_escapes_the_collector() -> None:
    """Babel reads TypeScript with a lexer of its own; here the same calls are looked for by their plain letters."""
    calls = re.compile(r'\b(?:t|msgid)\(\s*"((?:[^"\\]|\\.)+)"')
    sources = [file for file in (ROOT / "web" / "src").rglob("*.ts*") if ".test." not in file.name]
    plain = {sentence for file in sources for sentence in calls.findall(file.read_text(encoding="utf-8"))}
    assert plain, "the room says nothing?"
    assert sorted(plain - {str(message.id) for message in _asked()}) == []


def test_the_committed_files_are_those_the_tool_writes() -> None:
    sources, vietnamese = words.renewed()
    assert words.text(vietnamese) == words.VIETNAMESE.read_text(encoding="utf-8")
    assert words.text(sources) == (words.LOCALE / "chibo.pot").read_text(encoding="utf-8")
