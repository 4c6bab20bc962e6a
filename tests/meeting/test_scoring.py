"""The score of the meeting: proposed, agreed to, voted."""

from dataclasses import replace

import pytest

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import Choice, CriterionId, Text, VoteId
from server.meeting.rules import GRADES, SCORE, Criterion, Grade, MotionRule, Points, Regulation
from server.meeting.scoring import grade
from server.meeting.view import MEMBER, mine, shown

from .story import CALL, CHAIR, COMMITTEE, DEPUTY, GUEST, LAN, MEMBERS, ONE, Story, opened, points, refused

VOTE = c.OpenVote(ONE, SCORE, Text("Thông qua kết quả chấm điểm"))


def agreed() -> Story:
    story = opened()
    story.ask(c.ProposeScore(points(conduct=35)), DEPUTY)
    story.ask(c.AgreeScore(1), CHAIR)
    return story


def voted(story: Story, in_favour: int) -> None:
    for number, member in enumerate(MEMBERS):
        story.ask(c.CastBallot(story.meeting.voting.open, Choice.FOR if number < in_favour else Choice.AGAINST), member)
    story.ask(c.CloseVote(story.meeting.voting.open), CHAIR)


def state(story: Story) -> str:
    return shown(story.meeting, MEMBER)["score"]["sheet"]["state"]


def test_one_proposes_the_committee_agrees_the_cell_votes() -> None:
    story = opened()
    told = story.ask(c.ProposeScore(points(conduct=35)), DEPUTY)
    assert told == (e.ScoreProposed(1, DEPUTY, points(conduct=35), 95, "good"),)
    assert story.ask(c.ProposeScore(points(conduct=35)), CHAIR) == ()
    assert story.ask(c.AgreeScore(1), CHAIR) == (e.ScoreAgreed(1),)
    story.ask(VOTE, CHAIR)
    assert state(story) == "voting"
    voted(story, 3)
    sheet = shown(story.meeting, MEMBER)["score"]["sheet"]
    assert (sheet["state"], sheet["total"], sheet["grade"], sheet["vote"]) == ("accepted", 95, "good", ONE)
    with refused("score"):
        story.ask(c.ProposeScore(points()), DEPUTY)
    with refused("score"):
        story.ask(replace(VOTE, vote=VoteId("again")), CHAIR)


def test_a_score_the_cell_rejects_waits_for_the_committee_again() -> None:
    story = agreed()
    story.ask(VOTE, CHAIR)
    voted(story, 2)
    assert state(story) == "proposed"
    story.ask(c.ProposeScore(points(conduct=10)), CHAIR)
    story.ask(c.AgreeScore(2), CHAIR)
    story.ask(replace(VOTE, vote=VoteId("again")), CHAIR)
    voted(story, 5)
    assert state(story) == "accepted"


def test_a_cancelled_vote_leaves_the_score_agreed() -> None:
    story = agreed()
    story.ask(VOTE, CHAIR)
    with refused("score"):
        story.ask(c.ProposeScore(points()), DEPUTY)
    story.ask(c.CancelVote(ONE, "nhầm"), CHAIR)
    assert state(story) == "agreed"


def test_what_is_proposed_anew_is_agreed_to_anew() -> None:
    story = agreed()
    story.ask(c.ProposeScore(points(conduct=20)), COMMITTEE)
    with refused("score"):
        story.ask(VOTE, CHAIR)
    with refused("score"):
        story.ask(c.AgreeScore(1), CHAIR)
    story.ask(c.AgreeScore(2), CHAIR)
    with refused("score"):
        story.ask(c.AgreeScore(2), CHAIR)


def test_the_committee_proposes_and_the_chair_says_that_it_agrees() -> None:
    story = opened(CHAIR, LAN, GUEST)
    for member in (LAN, GUEST):
        with refused("score"):
            story.ask(c.ProposeScore(points()), member)
        assert "ProposeScore" not in mine(story.meeting, member)["may"]
    with refused("score"):
        story.ask(c.AgreeScore(1), CHAIR)
    with refused("score"):
        story.ask(VOTE, CHAIR)
    story.ask(c.ProposeScore(points()), CHAIR)
    with refused("chair-only"):
        story.ask(c.AgreeScore(1), LAN)


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        points()[1:],
        (*points(), points()[0]),
        (*points()[1:], Points(CriterionId("mood"), 5)),
        points(conduct=41),
        points(conduct=-1),
    ],
)
def test_a_sheet_has_every_criterion_once_within_its_points(wrong: tuple[Points, ...]) -> None:
    with refused("score"):
        opened().ask(c.ProposeScore(wrong), CHAIR)


def test_the_order_of_the_sheet_is_that_of_the_regulation_and_reasons_are_kept() -> None:
    story = opened()
    sheet = tuple(replace(each, reason=" vắng 1 ") for each in reversed(points()))
    (told,) = story.ask(c.ProposeScore(sheet), CHAIR)
    assert isinstance(told, e.ScoreProposed)
    assert told.points == tuple(replace(each, reason="vắng 1") for each in points())
    assert story.ask(c.ProposeScore(sheet), CHAIR) == ()


@pytest.mark.parametrize(
    ("total", "word"),
    [
        (100, "good"),
        (90, "good"),
        (89, "fair"),
        (70, "fair"),
        (69, "average"),
        (50, "average"),
        (49, "poor"),
        (0, "poor"),
    ],
)
def test_the_grade_is_read_from_the_points(total: int, word: str) -> None:
    assert grade(Regulation(), total) == word


def test_a_score_may_be_voted_on_paper_where_the_regulation_says_so() -> None:
    story = opened(call=replace(CALL, regulation=Regulation(motions=(MotionRule(SCORE, secret=True),))))
    story.ask(c.ProposeScore(points()), CHAIR)
    paper = c.RecordPaperBallot(ONE, SCORE, Text("Chấm điểm"))
    with refused("score"):
        story.ask(paper, CHAIR)
    story.ask(c.AgreeScore(1), CHAIR)
    story.ask(paper, CHAIR)
    for member in (CHAIR, DEPUTY):
        story.ask(c.EnterCount(ONE, 5, 0, 0), member)
    assert state(story) == "accepted"


@pytest.mark.parametrize(
    "wrong",
    [
        Regulation(criteria=(Criterion(CriterionId("time"), 5), Criterion(CriterionId("time"), 5))),
        Regulation(criteria=(Criterion(CriterionId("time"), 0),)),
        Regulation(grades=GRADES[::-1]),
        Regulation(grades=(Grade("good", 90),)),
        Regulation(grades=()),
    ],
)
def test_a_template_that_grades_nothing_is_refused_at_the_call(wrong: Regulation) -> None:
    with refused("call"):
        Story(replace(CALL, regulation=wrong))
