"""After the close: what may still be done, by whom, and that the sitting itself never changes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.meeting import Refused, apply
from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import NO_ITEM, Choice, ItemId, LongText, MemberId, MotionKind, PaperKind, Text, VoteId
from server.meeting.view import mine

from .story import ABOVE, CHAIR, COMMITTEE, DEPUTY, GUEST, LAN, MEMBERS, MINH, ONE, STRANGER, Story, opened, refused

ITEM = ItemId("one")
A, B = "a" * 64, "b" * 64
MINUTES, RESOLUTION = PaperKind.MINUTES, PaperKind.RESOLUTION


def closed(*, secretary: bool = True, adopted: bool = True, resolved: Choice | None = None) -> Story:
    story = opened()
    if secretary:
        story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    if resolved:
        story.ask(c.OpenVote(ONE, MotionKind("resolution"), Text("Nghị quyết")), CHAIR)
        for member in MEMBERS:
            story.ask(c.CastBallot(ONE, resolved), member)
        story.ask(c.CloseVote(ONE), CHAIR)
    if adopted:
        story.ask(c.ReadMinutes(), CHAIR)
        story.ask(c.AdoptMinutes(), CHAIR)
    story.ask(c.Close(), CHAIR)
    story.seconds += 3600
    return story


def correct(text: str = "Đồng chí Minh nói hai ý.", reason: str = "ghi thiếu", item: ItemId = ITEM) -> c.CorrectMinutes:
    return c.CorrectMinutes(item, LongText(text), reason)


def signed(story: Story, sha256: str = A, kind: PaperKind = MINUTES) -> Story:
    story.ask(c.DrawUpPaper(kind, 5, sha256), CHAIR)
    story.ask(c.SignPaper(kind, sha256), CHAIR)
    story.ask(c.SignPaper(kind, sha256), LAN)
    return story


# -- Corrections -----------------------------------------------------------------------------------------------------


def test_a_correction_stands_beside_the_text_with_its_reason() -> None:
    story = closed()
    kept = LongText("Đồng chí Minh nói hai ý.")
    assert story.ask(correct(), LAN) == (e.MinutesCorrected(ITEM, 1, LAN, kept, "ghi thiếu"),)
    assert story.ask(correct(), LAN) == (), "sent twice"
    assert story.ask(correct(item=NO_ITEM), CHAIR)[0] == e.MinutesCorrected(NO_ITEM, 2, CHAIR, kept, "ghi thiếu")
    assert not story.meeting.minutes.items


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (correct(reason=" "), "reason"),
        (correct(text=" "), "text"),
        (correct(text="x" * 10_001), "text"),
        (correct(item=ItemId("three")), "agenda"),
    ],
)
def test_a_correction_has_a_text_a_reason_and_its_item(wrong: c.CorrectMinutes, rule: str) -> None:
    with refused(rule):
        closed().ask(wrong, LAN)


def test_only_the_chair_and_the_minutes_secretary_work_at_the_papers() -> None:
    story = closed()
    for command in (correct(), c.DrawUpPaper(MINUTES, 1, A), c.SignPaper(MINUTES, A), c.MarkPosted("2027-01-05")):
        for member in (DEPUTY, MINH, GUEST, ABOVE):
            with refused("papers"):
                story.ask(command, member)
        with refused("roster"):
            story.ask(command, STRANGER)


def test_adopted_minutes_are_corrected_and_no_longer_written() -> None:
    story = closed()
    with refused("minutes"):
        story.ask(c.WriteMinutes(ITEM, LongText("khác"), 0), LAN)


def test_minutes_that_were_not_adopted_are_finished_until_they_are_signed() -> None:
    story = closed(adopted=False)
    with refused("minutes"):
        story.ask(correct(), LAN)
    story.ask(c.WriteMinutes(ITEM, LongText("Đã ghi."), 0), LAN)
    with refused("minutes-version"):
        story.ask(c.WriteMinutes(ITEM, LongText("Chủ trì ghi."), 0), CHAIR)
    assert "WriteMinutes" in mine(story.meeting, LAN)["may"]
    story.ask(c.DrawUpPaper(MINUTES, 1, A), LAN)
    story.ask(c.SignPaper(MINUTES, A), LAN)
    with refused("minutes"):
        story.ask(c.WriteMinutes(ITEM, LongText("Đổi."), 1), LAN)
    story.ask(correct(), LAN)


def test_who_kept_the_minutes_is_named_afterwards_only_where_nobody_was() -> None:
    with refused("minutes-secretary"):
        closed().ask(c.AppointMinutesSecretary(MINH), CHAIR)
    story = closed(secretary=False)
    with refused("chair-only"):
        story.ask(c.AppointMinutesSecretary(MINH), LAN)
    assert story.ask(c.AppointMinutesSecretary(MINH), CHAIR) == (e.MinutesSecretaryAppointed(MINH),)


# -- Drawing up and signing ------------------------------------------------------------------------------------------


def test_a_paper_is_drawn_up_with_its_number_and_signed_by_two() -> None:
    story = closed()
    assert story.ask(c.DrawUpPaper(MINUTES, 5, A), LAN) == (e.PaperDrawnUp(MINUTES, 1, 5, A, LAN),)
    assert story.ask(c.DrawUpPaper(MINUTES, 5, A), LAN) == ()
    assert story.ask(c.SignPaper(MINUTES, A), LAN) == (e.PaperSigned(MINUTES, A, LAN, True),)
    assert story.ask(c.SignPaper(MINUTES, A), LAN) == ()
    assert not story.meeting.filing.papers[MINUTES].signed
    assert story.ask(c.SignPaper(MINUTES, A), CHAIR) == (e.PaperSigned(MINUTES, A, CHAIR, False),)
    assert story.meeting.filing.papers[MINUTES].signed
    with refused("paper"):
        story.ask(c.DrawUpPaper(MINUTES, 5, B), CHAIR)


def test_nobody_signs_what_he_has_not_before_him() -> None:
    story = closed()
    with refused("paper"):
        story.ask(c.SignPaper(MINUTES, A), CHAIR)
    story.ask(c.DrawUpPaper(MINUTES, 5, A), CHAIR)
    story.ask(c.SignPaper(MINUTES, A), CHAIR)
    story.ask(c.DrawUpPaper(MINUTES, 5, B), LAN)
    assert not story.meeting.filing.papers[MINUTES].chair, "a new version is signed anew"
    with refused("paper"):
        story.ask(c.SignPaper(MINUTES, A), LAN)
    story.ask(c.SignPaper(MINUTES, B), LAN)


def test_a_correction_makes_the_paper_outdated_and_the_number_stays() -> None:
    story = signed(closed())
    story.ask(correct(), LAN)
    assert story.meeting.filing.papers[MINUTES].outdated
    with refused("paper"):
        story.ask(c.DrawUpPaper(MINUTES, 6, B), LAN)
    assert story.ask(c.DrawUpPaper(MINUTES, 5, B), LAN) == (e.PaperDrawnUp(MINUTES, 2, 5, B, LAN),)
    story.ask(c.SignPaper(MINUTES, B), LAN)
    story.ask(c.SignPaper(MINUTES, B), CHAIR)
    assert story.meeting.filing.papers[MINUTES].signed


@pytest.mark.parametrize(("number", "sha256"), [(0, A), (-1, A), (100_001, A), (1, "A" * 64), (1, "a" * 63), (1, "")])
def test_a_paper_has_a_number_and_a_hash(number: int, sha256: str) -> None:
    with refused("paper"):
        closed().ask(c.DrawUpPaper(MINUTES, number, sha256), CHAIR)


def test_a_resolution_needs_one_that_was_passed() -> None:
    for story in (closed(), closed(resolved=Choice.AGAINST)):
        with refused("paper"):
            story.ask(c.DrawUpPaper(RESOLUTION, 1, A), CHAIR)
    assert signed(closed(resolved=Choice.FOR), kind=RESOLUTION).meeting.filing.papers[RESOLUTION].signed


def test_the_acting_and_the_rightful_chair_may_both_sign_but_once() -> None:
    story = opened()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.drop(CHAIR)
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    story.ask(c.Close(), DEPUTY)
    story.ask(c.DrawUpPaper(MINUTES, 1, A), CHAIR)
    story.ask(c.SignPaper(MINUTES, A), DEPUTY)
    with refused("paper"):
        story.ask(c.SignPaper(MINUTES, A), CHAIR)


# -- Ballots on paper ------------------------------------------------------------------------------------------------


def on_paper() -> Story:
    story = opened()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.ask(c.RecordPaperBallot(ONE, MotionKind("election"), Text("Bầu")), CHAIR)
    story.ask(c.Close(), CHAIR)
    return story


def test_a_vote_on_paper_is_counted_after_the_close_by_two() -> None:
    story = on_paper()
    with refused("paper"):
        story.ask(c.DrawUpPaper(MINUTES, 1, A), CHAIR)
    assert "EnterCount" in mine(story.meeting, DEPUTY)["may"]
    story.ask(c.EnterCount(ONE, 4, 1, 0), CHAIR)
    with refused("count"):
        story.ask(c.EnterCount(ONE, 4, 1, 0), MINH)
    told = story.ask(c.EnterCount(ONE, 4, 1, 0), COMMITTEE)
    assert isinstance(told[1], e.CountRecorded) and told[1].result.passed
    story.ask(c.DrawUpPaper(MINUTES, 1, A), CHAIR)


def test_a_vote_on_paper_that_is_never_held_is_cancelled_by_the_chair() -> None:
    story = on_paper()
    with refused("chair-only"):
        story.ask(c.CancelVote(ONE, "không đủ người"), LAN)
    story.ask(c.CancelVote(ONE, "không đủ người"), CHAIR)
    story.ask(c.DrawUpPaper(MINUTES, 1, A), CHAIR)


def test_nothing_is_put_to_the_vote_after_the_close() -> None:
    for command in (
        c.OpenVote(VoteId("late"), MotionKind("ordinary"), Text("muộn")),
        c.RecordPaperBallot(VoteId("late"), MotionKind("election"), Text("muộn")),
        c.CastBallot(ONE, Choice.FOR),
        c.GiveTask(c.TaskId("t"), Text("muộn"), LAN, "2027-01-31"),
        c.AdoptMinutes(),
    ):
        with refused("closed"):
            on_paper().ask(command, CHAIR)


# -- Posted and reported ---------------------------------------------------------------------------------------------


def test_results_are_posted_and_reported_when_the_minutes_are_signed() -> None:
    story = closed()
    for command in (c.MarkPosted("2027-01-06"), c.MarkReported("2027-01-06")):
        with refused("paper"):
            story.ask(command, LAN)
    signed(story)
    assert story.ask(c.MarkPosted("2027-01-06"), LAN) == (e.ResultsPosted(LAN, "2027-01-06"),)
    assert story.ask(c.MarkPosted("2027-01-06"), LAN) == ()
    assert story.ask(c.MarkReported("2027-01-05"), CHAIR) == (e.ResultsReported(CHAIR, "2027-01-05"),)
    filing = story.meeting.filing
    assert (filing.posted, filing.reported) == ("2027-01-06", "2027-01-05")


@pytest.mark.parametrize("day", ["", "mai", "2027-1-6", "20270106", "2027-01-03", "2027-01-07"])
def test_a_day_lies_between_the_close_and_today(day: str) -> None:
    with refused("day"):
        signed(closed()).ask(c.MarkPosted(day), LAN)


def test_none_of_it_is_asked_before_the_close() -> None:
    for command in (correct(), c.DrawUpPaper(MINUTES, 1, A), c.SignPaper(MINUTES, A), c.MarkPosted("2027-01-05")):
        with refused("closed"):
            opened().ask(command, CHAIR)


# -- Laws ------------------------------------------------------------------------------------------------------------

_ASKED = st.tuples(
    st.sampled_from((CHAIR, LAN, DEPUTY, MINH, GUEST, MemberId("stranger"))),
    st.one_of(
        st.builds(correct, st.sampled_from(("a", "b", "")), st.sampled_from(("vì", ""))),
        st.builds(c.WriteMinutes, st.just(ITEM), st.sampled_from((LongText("x"), LongText("y"))), st.integers(0, 2)),
        st.builds(c.DrawUpPaper, st.sampled_from(PaperKind), st.sampled_from((1, 2)), st.sampled_from((A, B))),
        st.builds(c.SignPaper, st.sampled_from(PaperKind), st.sampled_from((A, B))),
        st.builds(c.EnterCount, st.just(ONE), st.sampled_from((1, 2)), st.just(0), st.just(0)),
        st.builds(c.MarkPosted, st.sampled_from(("2027-01-05", "2027-01-06"))),
        st.builds(c.MarkReported, st.sampled_from(("2027-01-05", "mai"))),
        st.just(c.Leave()),
        st.just(c.Open()),
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ASKED, max_size=30), st.booleans(), st.booleans())
def test_whatever_is_asked_after_the_close_two_sign_what_stands_and_nobody_was_there_more_or_less(
    steps: list[tuple[MemberId, c.Command]], adopted: bool, paper: bool
) -> None:
    story = on_paper() if paper else closed(adopted=adopted)
    before = story.meeting
    for by, command in steps:
        try:
            happened = story.ask(command, by)
        except Refused:
            continue
        assert {type(event) for event in happened} <= e.AFTER_THE_CLOSE
    after = story.meeting
    kept = ("sitting", "attendance", "chair", "agenda", "conclusions", "speaking", "checks", "showing", "microphones")
    assert all(getattr(before, name) is getattr(after, name) for name in kept)
    for made in after.filing.papers.values():
        assert made.chair != made.secretary or not made.chair
        assert {made.chair, made.secretary} <= {"", CHAIR, LAN}
        numbers = {entry.event.number for entry in story.log if isinstance(entry.event, e.PaperDrawnUp)}
        assert made.number in numbers
    replayed = replace(before)
    for entry in story.log[-(len(story.log) - _closed_seq(story)) :] if len(story.log) > _closed_seq(story) else ():
        replayed = apply(replayed, entry.event, entry.at)
    assert replayed == after


def _closed_seq(story: Story) -> int:
    return next(entry.seq for entry in story.log if isinstance(entry.event, e.Closed))
