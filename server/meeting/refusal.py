"""The only exception of the core."""


class Refused(Exception):
    """The regulation says no.

    `rule` names the rule, so that a member can look it up (docs/regulation.md); `why` is one English sentence, the key
    of its translation in the catalogue; `facts` fill the sentence's {placeholders}.
    """

    def __init__(self, rule: str, why: str, **facts: str | int) -> None:
        super().__init__(f"{rule}: {why.format(**facts)}")
        self.rule, self.why, self.facts = rule, why, facts
