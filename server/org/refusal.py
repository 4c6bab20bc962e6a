"""A step of the register, the rulebook or the pilot that may not be taken: an answer with a name, not an error."""

LONGEST = 1000  # characters of a text that a person gives: a reason, a note


class Refused(Exception):
    """`rule` names the rule; `why` is one English sentence, the key of its translation; `facts` fill its {places}."""

    def __init__(self, rule: str, why: str, **facts: str | int) -> None:
        super().__init__(f"{rule}: {why.format(**facts)}")
        self.rule, self.why, self.facts = rule, why, facts


def kept(text: str, rule: str, needed: bool = True) -> str:
    """A text as it is kept: stripped, at most LONGEST characters, none that cannot be written down.  Raises Refused."""
    stripped = text.strip()
    if needed and not stripped:
        raise Refused(rule, "Please fill in what is asked.")
    if len(stripped) > LONGEST:
        raise Refused(rule, "A text may have at most {most} characters.", most=LONGEST)
    if any(ord(character) < 32 and character not in "\n\r\t" for character in stripped):
        raise Refused(rule, "The text holds characters that cannot be written down.")
    return stripped
