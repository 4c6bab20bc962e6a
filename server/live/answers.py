"""What was answered to which command: so that the same command sent twice is done once and answered alike."""

from collections import OrderedDict
from collections.abc import Iterable

from ..meeting import Refused
from ..meeting.events import Recorded
from ..meeting.ids import MemberId

REMEMBERED = 4096  # answers that stand in no log; a client repeats itself within seconds, not after thousands of others

Answer = int | tuple[str, str, dict[str, str | int]]  # seq, or rule, why and facts of a refusal


class Answers:
    """By (member, id of the command).  Ids of one member say nothing about those of another."""

    def __init__(self) -> None:
        self._kept: dict[tuple[MemberId, str], int] = {}  # as long as the log: done for good
        self._others: OrderedDict[tuple[MemberId, str], Answer] = OrderedDict()

    def replay(self, recorded: Iterable[Recorded]) -> None:
        """Rebuild from the log what the log knows."""
        self._kept = {(each.by, each.cause): each.seq for each in recorded if each.cause}

    def done(self, by: MemberId, cause: str, seq: int, *, kept: bool) -> None:
        """`kept`: it left entries in the log, the last of them `seq`."""
        if cause and kept:
            self._kept[by, cause] = seq
        elif cause:
            self._remember(by, cause, seq)

    def refused(self, by: MemberId, cause: str, refused: Refused) -> None:
        if cause:
            self._remember(by, cause, (refused.rule, refused.why, refused.facts))

    def find(self, by: MemberId, cause: str) -> int | None:
        """The seq it was answered with; None if it was never asked.  Raises Refused if it was refused."""
        if not cause:
            return None
        answer = self._kept.get((by, cause), self._others.get((by, cause)))
        if isinstance(answer, tuple):
            rule, why, facts = answer
            raise Refused(rule, why, **facts)
        return answer

    def _remember(self, by: MemberId, cause: str, answer: Answer) -> None:
        self._others[by, cause] = answer
        if len(self._others) > REMEMBERED:
            self._others.popitem(last=False)
