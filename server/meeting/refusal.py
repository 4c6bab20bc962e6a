"""The only exception of the core."""

LONGEST_REASON = 500  # characters; a reason is one or two sentences in the minutes
LONGEST_TEXT = 2_000  # a motion, an opinion, a conclusion, a task
LONGEST_MINUTES = 10_000  # what was said on one item: three pages


class Refused(Exception):
    """The regulation says no.

    `rule` names the rule, so that a member can look it up (docs/regulation.md); `why` is one English sentence, the key
    of its translation in the catalogue; `facts` fill the sentence's {placeholders}.
    """

    def __init__(self, rule: str, why: str, **facts: str | int) -> None:
        super().__init__(f"{rule}: {why.format(**facts)}")
        self.rule, self.why, self.facts = rule, why, facts


def kept_reason(text: str, needed: bool = True) -> str:
    """The reason as it is kept: stripped, at most LONGEST_REASON characters; raises Refused("reason")."""
    reason = text.strip()
    if needed and not reason:
        raise Refused("reason", "Please give the reason.")
    if len(reason) > LONGEST_REASON:
        raise Refused("reason", "The reason may have at most {most} characters.", most=LONGEST_REASON)
    if any(not _writable(character) for character in reason):
        raise Refused("reason", "The reason holds characters that cannot be written down.")
    return reason


def kept_text(text: str, needed: bool = True, most: int = LONGEST_TEXT) -> str:
    """The text as it is kept: stripped, at most `most` characters; raises Refused("text")."""
    kept = text.strip()
    if needed and not kept:
        raise Refused("text", "Please write the text.")
    if len(kept) > most:
        raise Refused("text", "The text may have at most {most} characters.", most=most)
    if any(not _writable(character) for character in kept):
        raise Refused("text", "The text holds characters that cannot be written down.")
    return kept


def _writable(character: str) -> bool:
    """Control characters and lone surrogates have no place in canonical JSON that every database must keep alike."""
    return character in "\n\t" or (ord(character) >= 32 and not 0xD7FF < ord(character) < 0xE000)
