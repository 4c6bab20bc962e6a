"""What supervisors may see of a meeting, held against random ones."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.events import Recorded
from server.meeting.ids import Choice, Circle, GroupId, ItemId, RollState, Text
from server.oversight.eyes import CORRECTION, COURSE, told
from tests.meeting.scripted import split
from tests.meeting.stories import Told
from tests.meeting.stories import told as stories
from tests.meeting.story import CHAIR, COMMITTEE, DEPUTY, LAN, LARGE, MATTER, MINH, ONE, ORDINARY, gathered, opened
from tests.records.test_attendance import played

SECRET = "điều chỉ chi bộ biết"
_BALLOTS = (e.BallotCast, e.HandEntered, e.HandContested, e.CountEntered)


def shown(log: list[Recorded]) -> str:
    return repr([(line.sentence, dict(line.facts), line.reason, line.by) for line in told(log)])


def marked(event: Any) -> Any:
    """The event with every wording of the cell's replaced by a secret."""
    return replace(event, text=Text(SECRET)) if hasattr(event, "text") else event


def ballots_turned(event: Any) -> Any:
    changed = {"choice": Choice.AGAINST} if isinstance(event, (e.BallotCast, e.HandEntered)) else {}
    return replace(event, **changed)


@settings(max_examples=150, deadline=None)
@given(stories())
def test_no_wording_leaves_before_the_minutes_are_adopted(story: Told) -> None:
    log = [replace(entry, event=marked(entry.event)) for entry in played(story)]
    if not any(isinstance(entry.event, e.MinutesAdopted) for entry in log):
        assert SECRET not in shown(log)


@settings(max_examples=150, deadline=None)
@given(stories())
def test_how_a_person_voted_never_leaves(story: Told) -> None:
    log = played(story)
    turned = [replace(entry, event=ballots_turned(entry.event)) for entry in log]
    without = [entry for entry in log if not isinstance(entry.event, _BALLOTS)]
    assert shown(log) == shown(turned) == shown(without)


def test_what_is_written_for_the_minutes_and_reserved_opinions_stay_in_the_cell() -> None:
    story = gathered(CHAIR, DEPUTY, LAN)
    story.ask(c.Open(), CHAIR)
    story.ask(c.TakeUpItem(ItemId("one")), CHAIR)
    story.ask(c.WriteMinutes(ItemId("one"), SECRET, 0), CHAIR)  # type: ignore[arg-type]
    story.ask(c.OpenVote(ONE, ORDINARY, Text("đồng ý kế hoạch")), CHAIR)
    story.ask(c.CastBallot(ONE, Choice.OTHER, Text(SECRET), True), LAN)
    story.ask(c.CloseVote(ONE), CHAIR)
    story.ask(c.ReadMinutes(), CHAIR)
    story.ask(c.AdoptMinutes(), CHAIR)
    story.ask(c.Close(), CHAIR)
    assert SECRET not in shown(story.log)
    assert "đồng ý kế hoạch" in shown(story.log)  # adopted: what was decided goes up


def test_who_corrected_what_and_why_is_theirs_to_see() -> None:
    story = gathered(CHAIR, DEPUTY)
    story.ask(c.Open(), CHAIR)
    story.ask(c.CorrectRoll(MINH, RollState.ABSENT_EXCUSED, "ốm"), CHAIR)
    (line,) = [line for line in told(story.log) if line.kind == CORRECTION]
    assert (line.by, line.reason, line.facts) == ("Trần Văn Chủ", "ốm", {"name": "Đỗ Văn Minh"})


def test_every_sentence_has_its_facts() -> None:
    story = gathered(CHAIR, DEPUTY, LAN)
    story.ask(c.Open(), CHAIR)
    for line in told(story.log):
        line.sentence.format(**line.facts)


def test_what_happens_in_a_group_is_told_of_the_group() -> None:
    course = [line.sentence.format(**line.facts) for line in told(split().log) if line.kind == COURSE]
    assert course == [
        "The roster was fixed.",
        "Opened.",
        "Taken up: Nhiệm vụ tháng tới",
        "The meeting split into 3 groups.",
        "Lê Thị Phó has the floor in Tổ 1.",
        "Lê Thị Phó leads Tổ 1 now.",
        "Tổ 1 submitted its report.",
        "The groups came back to the hall.",
        "Tổ 2 submitted its report.",
        "Closed.",
    ]


def test_a_group_that_is_formed_anew_has_its_new_name() -> None:
    story = opened(call=LARGE)
    for name in ("Tổ A", "Tổ B"):
        circles = (Circle(GroupId("x"), name, (LAN, MINH), LAN), Circle(GroupId("y"), "Tổ C", (DEPUTY, COMMITTEE)))
        story.ask(c.FormGroups(MATTER, 10, circles), CHAIR)
        story.ask(c.GiveFloor(MINH), LAN)
        story.ask(c.GatherGroups(), CHAIR)
    assert [line.facts["group"] for line in told(story.log) if "has the floor" in line.sentence] == ["Tổ A", "Tổ B"]
