"""What simulated members do of themselves: profiles are data, habits are the few things people do in a meeting."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .member import SimulatedMember
    from .screen import Screen

Span = tuple[float, float]  # seconds, from … to


@dataclass(frozen=True, slots=True)
class Profile:
    """Seconds, unless the name says otherwise.  A habit whose number is None or 0 is not there."""

    device: Literal["phone", "tablet", "desktop"] = "desktop"
    thumbnails: int = 8  # 4 on a phone
    picture: bool = True
    rate: int = 6  # pictures a second, 5 … 8
    asks_every: float = 0  # between two wishes to speak, on average
    patience: Span = (120, 300)  # in the queue, then the request is withdrawn
    speaks: Span = (5, 20)
    answers: float = 0  # the chance that a presence check is answered
    drops_every: float = 0  # between two losses of the connection, on average
    away: Span = (2, 15)
    reloads: float = 0.3  # the chance that he comes back with a new page
    chairs: bool = False  # takes the chair when it is offered to him, and conducts the meeting while he has it
    ponders: Span = (1, 4)  # before he does what a chair does next
    leads: bool = False  # a group, when it is his: conducts its debate, writes and submits its report
    talks: bool = False  # as chair: keeps his microphone on


QUIET = Profile()
PHONE = Profile("phone", 4, asks_every=100, answers=0.9, drops_every=240, leads=True)
DESK = Profile("desktop", 8, asks_every=80, answers=0.95, drops_every=480, leads=True)
OFFICER = Profile("desktop", 8, asks_every=120, answers=1, chairs=True, leads=True)
LOAD = Profile("phone", 4, picture=False, asks_every=60, answers=0.95, drops_every=300)
LISTENER = Profile("phone", 4, picture=False)  # does nothing of himself
LOAD_CHAIR = Profile("desktop", 8, picture=False, answers=1, chairs=True, ponders=(0, 0.2), talks=True)

QUEUE = 3  # so many wait already: a considerate member asks later
WRITES = (8.0, 20.0)  # until the report is written
REACT = (2.0, 15.0)  # until the big button is pressed


async def asks(member: SimulatedMember) -> None:
    """Asks for the floor now and then, and withdraws when it takes too long."""
    while True:
        await member.pause(member.rng.expovariate(1 / member.profile.asks_every))
        await member.until(lambda screen: screen.may("AskToSpeak") and len(screen.queue) < QUEUE)
        await member.ask("AskToSpeak")
        await member.pause(member.rng.uniform(*member.profile.patience))
        if member.screen.me in member.screen.queue:
            await member.ask("WithdrawRequest")


async def speaks(member: SimulatedMember) -> None:
    """Speaks while he has the floor, then gives it back."""
    while True:
        await member.until(lambda screen: screen.has_floor)
        await member.pause(member.rng.uniform(*member.profile.speaks))
        if member.screen.has_floor:
            await member.ask("EndSpeech")
        await member.until(lambda screen: not screen.has_floor)


async def answers(member: SimulatedMember) -> None:
    """Presses "I am here", mostly."""
    while True:
        await member.until(lambda screen: "check" in screen.mine)
        if member.rng.random() < member.profile.answers:
            await member.pause(member.rng.uniform(*REACT))
            if "check" in member.screen.mine:
                await member.ask("AnswerPresence")
        await member.until(lambda screen: "check" not in screen.mine)


async def drops(member: SimulatedMember) -> None:
    """Loses the connection now and then and comes back, to the same page or to a new one."""
    while True:
        await member.pause(member.rng.expovariate(1 / member.profile.drops_every))
        await member.until(lambda _: member.is_online)
        away = member.rng.uniform(*member.profile.away)
        await member.drop(away, reloads=member.rng.random() < member.profile.reloads)
        await member.until(lambda _: member.is_online)


async def takes_chair(member: SimulatedMember) -> None:
    while True:
        await member.until(lambda screen: bool(screen.mine.get("offered")))
        await member.pause(member.rng.uniform(*member.profile.ponders))
        if member.screen.mine.get("offered"):
            await member.ask("TakeChair")
        await member.until(lambda screen: not screen.mine.get("offered"))


async def conducts(member: SimulatedMember) -> None:
    """Does what a chair does next, as long as he chairs."""
    talks = member.profile.talks
    while True:
        await member.until(lambda screen: next_act(screen, talks) is not None)
        await member.pause(member.rng.uniform(*member.profile.ponders))
        act = next_act(member.screen, talks)
        if act is not None:
            await member.ask(act[0], **act[1])


async def leads(member: SimulatedMember) -> None:
    """Does what a group and its leader do next, whenever there is something."""
    while True:
        await member.until(lambda screen: group_act(screen) is not None)
        await member.pause(member.rng.uniform(*member.profile.ponders))
        act = group_act(member.screen)
        if act is not None:
            await member.ask(act[0], **act[1])


async def reports(member: SimulatedMember) -> None:
    """Writes the report of his group question by question, then submits it, once for each sitting."""
    while True:
        await member.until(lambda screen: bool(questions(screen)))
        await member.pause(member.rng.uniform(*WRITES))
        for question in questions(member.screen):
            await member.ask("DraftReport", question=question, **member.rng.choice(REPORTS))
        if questions(member.screen):
            await member.ask("SubmitReport")
        await member.until(lambda screen: not questions(screen))


REPORTS: Sequence[Mapping[str, Any]] = (
    {"in_favour": "Nhất trí với dự thảo, giao đồng chí tổ trưởng đôn đốc hằng tuần.", "hands_for": 3},
    {"in_favour": "Cơ bản nhất trí.", "proposals": "Đề nghị chi ủy hỗ trợ kinh phí tuyên truyền.", "hands_for": 3},
    {"in_favour": "Nhất trí.", "against": "Một đồng chí đề nghị lùi thời hạn sang tháng sau.", "hands_for": 2},
)


# -- what a chair does next: the first line that applies ---------------------------------------------------------------

Act = tuple[str, Mapping[str, Any]]


def _ahead(screen: Screen) -> list[str]:
    """Items not yet taken up, in their order."""
    items = screen.view.get("agenda", {}).get("items", {})
    ahead = [item for item, line in items.items() if line["state"] == "ahead"]
    return sorted(ahead, key=lambda item: int(items[item]["order"]))


def _present(screen: Screen, member: str) -> bool:
    return bool(screen.view.get("roll", {}).get(member, {}).get("state") == "present")


def _waiting(screen: Screen) -> list[str]:
    return [member for member in screen.queue if _present(screen, member)]


def next_act(screen: Screen, talks: bool) -> Act | None:
    """The command a chair gives next and its fields, or None: nothing is to be done, or he is not the chair."""
    if not screen.mine.get("chair"):
        return None
    if screen.may("Open"):
        return "Open", {}
    if screen.phase != "open":
        return None
    if talks and screen.mine.get("microphone") == "off" and screen.may("TurnOnMicrophone"):
        return "TurnOnMicrophone", {}
    if screen.apart:
        return None  # the groups are at work
    if "current" not in screen.view.get("agenda", {}) and _ahead(screen):
        return "TakeUpItem", {"item": _ahead(screen)[0]}
    if not screen.floor and _waiting(screen) and screen.may("GiveFloor"):
        return "GiveFloor", {"member": _waiting(screen)[0]}
    return None


def group_act(screen: Screen) -> Act | None:
    """The command a member gives next for his group, or None."""
    groups = screen.groups
    if groups.get("offered"):
        return "LeadGroup", {}
    if groups.get("called"):
        return "AnswerCall", {"comes": False}
    if screen.may("ChooseLeader") and (choice := _candidate(screen)):
        return "ChooseLeader", {"member": choice}
    if groups.get("leads") and screen.place and not screen.floor and _waiting(screen) and screen.may("GiveFloor"):
        return "GiveFloor", {"member": _waiting(screen)[0]}
    return None


def _candidate(screen: Screen) -> str:
    """Of those of my group who are present the first of the roster, unless I have chosen him already."""
    sitting: Mapping[str, Any] = screen.sittings.get(screen.view.get("groups", {}).get("apart", ""), {})
    group = sitting.get("groups", {}).get(screen.place, {})
    present = [
        each for each in screen.view.get("seats", {}) if each in group.get("members", {}) and _present(screen, each)
    ]
    first = min(present, key=lambda each: int(screen.view["seats"][each]["order"]), default="")
    return "" if group.get("choices", {}).get(screen.me) == first else first


def questions(screen: Screen) -> list[str]:
    """Those I have still to report on."""
    own = screen.groups.get("report", {})
    group = screen.sittings.get(own.get("sitting", ""), {}).get("groups", {}).get(own.get("group", ""), {})
    return [] if "report" in group else list(own.get("answers", ()))


Habit = Callable[["SimulatedMember"], Coroutine[Any, Any, None]]


def habits_of(profile: Profile) -> Sequence[Habit]:
    table: tuple[tuple[Habit, object], ...] = (
        (asks, profile.asks_every),
        (speaks, profile.asks_every),
        (answers, profile.answers),
        (drops, profile.drops_every),
        (takes_chair, profile.chairs),
        (conducts, profile.chairs),
        (leads, profile.leads),
        (reports, profile.leads),
    )
    return [habit for habit, wanted in table if wanted]
