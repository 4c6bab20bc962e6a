"""A meeting in the room: its record is kept at a desk; nobody is there because he is connected."""

from dataclasses import replace
from datetime import timedelta

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import Form
from server.meeting.minutes import IN_ROOM, attendance_of
from server.meeting.view import CHAIR as CHAIRS_EYES
from server.meeting.view import shown
from server.records.attendance import Rolls

from .story import CALL, CHAIR, COMMITTEE, DEPUTY, LAN, MINH, Story, page, refused

IN_PERSON = replace(CALL, about=replace(CALL.about, form=Form.IN_PERSON))


def sitting() -> Story:
    """The secretary has opened the record and ticked two members; the meeting is open."""
    story = Story(IN_PERSON)
    story.join(CHAIR)
    for member in (LAN, MINH):
        story.ask(c.TickPresent(member), CHAIR)
    story.ask(c.Open(), CHAIR)
    return story


def test_who_opens_the_record_is_seen_in_the_room() -> None:
    story = Story(IN_PERSON)
    assert e.TickedPresent(CHAIR) in story.join(CHAIR)
    assert shown(story.meeting, CHAIRS_EYES)["roll"][CHAIR]["kinds"] == {"in_room": True}


def test_a_second_page_and_a_reload_tick_nobody_again() -> None:
    story = sitting()
    assert story.join(CHAIR, tab="b") == (e.Connected(CHAIR, page(CHAIR, "b"), "phone"),)


def test_members_do_not_join_a_meeting_in_the_room() -> None:
    story = sitting()
    with refused("in-person"):
        story.join(LAN)
    story.join(DEPUTY, COMMITTEE)


def test_the_appointed_minutes_secretary_joins_at_the_desk() -> None:
    story = sitting()
    story.ask(c.AppointMinutesSecretary(LAN), CHAIR)
    story.join(LAN)
    assert story.meeting.attendance.present[LAN].in_room


def test_a_dead_battery_makes_nobody_absent() -> None:
    story = sitting()
    story.drop(CHAIR)
    story.wait(3600)
    assert CHAIR in story.meeting.attendance.present


def test_the_deputy_at_the_desk_is_offered_the_chair_whose_device_died() -> None:
    story = sitting()
    story.join(DEPUTY)
    story.drop(CHAIR)
    assert e.ChairOffered(DEPUTY) in story.wait(IN_PERSON.regulation.chair_grace)


def test_an_online_meeting_has_no_desk() -> None:
    story = Story()
    story.join(CHAIR, LAN)
    assert not story.meeting.attendance.present[CHAIR].in_room


def test_sheet_and_rows_know_of_no_presence_online() -> None:
    story = sitting()
    story.wait(600)
    story.drop(CHAIR)
    story.wait(600)
    story.join(CHAIR)
    story.ask(c.Close(), CHAIR)
    came = [line for line in attendance_of(story.log) if line.first]
    assert {line.member for line in came} == {CHAIR, LAN, MINH}
    assert {span.kinds for line in came for span in line.spans} == {frozenset({IN_ROOM})}
    assert {line.seconds for line in came} == {timedelta(minutes=20) // timedelta(seconds=1)}
    rows = Rolls().after(story.log).rows
    assert {row.kinds for each in rows.values() for row in each} == {frozenset({IN_ROOM})}
