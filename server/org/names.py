"""Vietnamese personal names in the order of a roll.  Pure.

A roll goes by given name, which is the last word; equal given names go by the rest.  Letters stand in the order of the
Vietnamese alphabet (a ă â b … đ … ơ … ư …), tones in the order level, huyền, hỏi, ngã, sắc, nặng.
"""

import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_ALPHABET, start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

Key = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def order(name: str) -> Key:
    """The sort key of a name."""
    words = name.split() or [""]
    return tuple(_word(word) for word in (words[-1], *words[:-1]))


def _word(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Letters first, tones only where the letters are equal."""
    letters: list[int] = []
    tones: list[int] = []
    for mark in unicodedata.normalize("NFD", word.casefold()):
        if mark in _TONES:
            tones[-1:] = [_TONES[mark]]
        elif unicodedata.combining(mark) and letters:
            letters[-1] = _marked(letters[-1], mark)
        else:
            letters.append(_RANK.get(mark, 100 + ord(mark)))
            tones.append(0)
    return tuple(letters), tuple(tones)


def _marked(rank: int, mark: str) -> int:
    """The letter of that rank with its breve, circumflex or horn; unknown marks change nothing."""
    if not 1 <= rank <= len(_ALPHABET):
        return rank
    return _RANK.get(unicodedata.normalize("NFC", _ALPHABET[rank - 1] + mark), rank)


def fold(name: str) -> str:
    """The name without case and diacritics, words parted by single spaces: what is searched in, and for."""
    plain = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    letters = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return " ".join(letters.split())[:200]


def tidy(name: str) -> str:
    """The name as it is kept: composed letters (NFC), single spaces, nothing that cannot be printed."""
    printable = "".join(mark if mark.isprintable() else " " for mark in unicodedata.normalize("NFC", name))
    return " ".join(printable.split())
