"""The attendance sheet: a reading of the log, to the second."""

from datetime import timedelta

from server.meeting import commands as c
from server.meeting.ids import MemberId, Post, SeatKind
from server.meeting.minutes import Line, Span, attendance_of

from .story import CALL, CHAIR, COMMITTEE, DEPUTY, GUEST, LAN, MINH, Story, at, gathered, opened

ONLINE = frozenset({"online"})


def line(story: Story, member: MemberId) -> Line:
    return next(line for line in attendance_of(story.log) if line.member == member)


def close(story: Story, seconds: float) -> None:
    story.wait(seconds - story.seconds)
    story.ask(c.Close(), CHAIR)


def test_an_empty_log_has_no_sheet() -> None:
    assert attendance_of(()) == ()


def test_every_seat_has_a_line_in_the_order_of_the_roster() -> None:
    story = Story()
    assert [line.member for line in attendance_of(story.log)] == [seat.member for seat in CALL.roster]
    absent = line(story, LAN)
    assert (absent.first, absent.last, absent.seconds, absent.spans) == (None, None, 0, ())
    assert (line(story, DEPUTY).post, line(story, GUEST).kind) == (Post.DEPUTY, SeatKind.GUEST)


def test_the_seconds_are_those_between_opening_and_closing() -> None:
    story = gathered()
    story.wait(60)
    story.ask(c.Open(), CHAIR)
    close(story, 660)
    own = line(story, LAN)
    assert (own.first, own.last, own.seconds) == (at(0), at(660), 600)
    assert own.spans == (Span(at(0), at(660), ONLINE),)


def test_without_an_opening_nobody_was_present_at_a_meeting() -> None:
    story = gathered()
    story.wait(60)
    story.join(LAN, tab="b")
    assert line(story, LAN).seconds == 0
    assert line(story, LAN).spans == (Span(at(0), at(60), ONLINE),)


def test_a_silence_within_the_grace_counts_and_is_shown() -> None:
    story = opened()
    story.wait(100)
    story.drop(LAN)
    story.wait(100)
    story.join(LAN)
    close(story, 600)
    own = line(story, LAN)
    assert own.seconds == 600
    assert own.silences == ((at(100), at(200)),)
    assert own.spans == (Span(at(0), at(600), ONLINE),)


def test_an_absence_begins_with_the_silence_and_leaves_a_gap() -> None:
    story = opened()
    story.wait(100)
    story.drop(LAN)
    story.wait(200)
    story.join(LAN)
    close(story, 600)
    own = line(story, LAN)
    assert own.seconds == 400
    assert own.silences == ()
    assert own.spans == (Span(at(0), at(100), ONLINE), Span(at(300), at(600), ONLINE))


def test_two_devices_count_once() -> None:
    story = opened()
    story.wait(10)
    story.join(LAN, tab="b")
    story.wait(10)
    story.drop(LAN)
    story.wait(300)
    story.drop(LAN, tab="b")
    close(story, 400)
    assert line(story, LAN).seconds == 400
    assert line(story, LAN).silences == ((at(320), at(400)),)


def test_the_manner_of_presence_is_that_of_the_time() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.Vouch(DEPUTY), LAN)
    story.wait(100)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.wait(100)
    story.drop(LAN)
    story.wait(100)
    story.ask(c.UntickPresent(LAN, "ra về"), CHAIR)
    close(story, 600)
    assert line(story, LAN).spans == (
        Span(at(0), at(100), ONLINE),
        Span(at(100), at(200), frozenset({"online", "in_room"})),
        Span(at(200), at(300), frozenset({"in_room"})),
    )
    assert line(story, DEPUTY).spans == (Span(at(0), at(300), frozenset({"vouched"})),)


def test_a_member_vouched_for_goes_when_his_voucher_went() -> None:
    story = opened(CHAIR, LAN)
    story.ask(c.Vouch(MINH), LAN)
    story.wait(50)
    story.drop(LAN)
    close(story, 600)
    assert (line(story, LAN).seconds, line(story, MINH).seconds) == (50, 50)
    assert line(story, MINH).last == at(50)


def test_a_stop_of_the_server_is_a_silence_or_an_absence() -> None:
    story = opened(CHAIR, LAN, MINH)
    story.wait(100)
    story.ask(c.Recover(f"{at(90).isoformat()}"))
    story.join(CHAIR, LAN)
    close(story, 600)
    assert (line(story, LAN).seconds, line(story, MINH).seconds) == (600, 90)
    assert line(story, LAN).silences == ((at(90), at(100)),)


def test_a_stop_that_is_known_to_have_begun_before_a_tick_does_not_count_twice() -> None:
    story = opened(CHAIR, LAN)
    story.wait(100)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.wait(10)
    story.ask(c.Recover(at(90).isoformat()))
    assert line(story, LAN).spans == (
        Span(at(0), at(100), ONLINE),
        Span(at(100), at(110), frozenset({"in_room"})),
    )


def test_parts_of_a_second_add_up_before_they_are_cut_off() -> None:
    story = opened(CHAIR)
    for _ in range(3):
        story.join(LAN)
        story.wait(1.5)
        story.ask(c.Leave(), LAN)
    close(story, 60)
    assert line(story, LAN).seconds == 4
    assert sum((span.end - span.begin for span in line(story, LAN).spans), timedelta()) == timedelta(seconds=4.5)


def test_the_marks_of_the_chair_stand_on_the_sheet() -> None:
    story = opened(CHAIR, LAN, MINH, COMMITTEE)
    story.ask(c.AskPresence(), CHAIR)
    story.wait(180)
    story.ask(c.Verify(MINH, "đã gọi"), CHAIR)
    story.ask(c.Remove(COMMITTEE, "vì"), CHAIR)
    story.ask(c.Remove(DEPUTY, "vì"), CHAIR)
    story.ask(c.Readmit(DEPUTY, "vì"), CHAIR)
    marks = {line.member: (line.to_verify, line.removed) for line in attendance_of(story.log)}
    assert marks[LAN] == (True, False)
    assert marks[MINH] == (False, False)
    assert marks[COMMITTEE] == (True, True)
    assert marks[DEPUTY] == (False, False)


def test_while_the_meeting_goes_on_the_sheet_ends_with_the_last_thing_recorded() -> None:
    story = opened()
    story.wait(100)
    story.ask(c.AskToSpeak(), LAN)
    assert line(story, MINH).seconds == 100
    assert line(story, MINH).last == at(100)
