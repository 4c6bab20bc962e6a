"""Secrecy marks (Luật 117/2025/QH15: mật, tối mật, tuyệt mật).  Nothing that bears one may come onto this platform.

Looked for is the stamp, not the word: "bí mật", "bảo mật" and "mật độ" are ordinary Vietnamese.  A stamp stands alone:
in capitals on a line of its own or in brackets, after "độ mật:", or as a part of a title between its dashes.  Pure.
"""

import re
import unicodedata

_LEVEL = r"(?:TUYỆT\s*MẬT|TỐI\s*MẬT|MẬT)"
_SPACED = re.compile(r"\b(?:T U Y Ệ T\s+|T Ố I\s+)?M Ậ T\b")  # letters set apart: M Ậ T
_FRAME = r"[\s\[\](){}<>|*_=~«»“”\"'.,:;–—-]*"
_ALONE = re.compile(rf"^{_FRAME}{_LEVEL}{_FRAME}$")
_COLUMN = re.compile(rf"(?:^|\s{{3,}}|\t){_LEVEL}(?:\s{{3,}}|\t|$)")  # beside another column of the head
_BRACKETS = re.compile(rf"[\[(]\s*{_LEVEL}\s*[\])]")
_DEGREE = re.compile(rf"(?:mức\s+)?độ\s+mật\s*[:\-–]\s*{_LEVEL}", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:TUYỆT|TỐI)\s+MẬT\b")

_PARTS = re.compile(r"[-–—_()\[\]{}.,:;/|+]+")
_LEVELS = frozenset({"mật", "tối mật", "tuyệt mật"})
_BARE = re.compile(r"(?:^|[^A-Za-z])(?:TUYET|TOI)[ _.-]*MAT(?:$|[^A-Za-z])|[\[(]\s*MAT\s*[\])]")  # names of files


def stamped(text: str) -> bool:
    """Whether a text bears a stamp on one of its lines."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    return any(_on_line(_SPACED.sub(lambda found: found[0].replace(" ", ""), line)) for line in lines)


def titled(title: str) -> bool:
    """Whether a title, the name of an item or of a file, says that it is secret."""
    said = unicodedata.normalize("NFC", title)
    parts = {" ".join(part.split()).lower() for part in _PARTS.split(said)}
    return bool(parts & _LEVELS) or bool(_BARE.search(said)) or bool(_HIGH.search(said)) or stamped(said)


def _on_line(line: str) -> bool:
    return any(pattern.search(line) for pattern in (_ALONE, _COLUMN, _BRACKETS, _DEGREE))
