"""The minutes secretary, the roll call, the agenda."""

from dataclasses import replace

import pytest

from server.meeting import commands as c
from server.meeting import events as e
from server.meeting.ids import Document, DocumentId, Excuse, ItemId, RollState
from server.meeting.view import CHAIR as CHAIRS
from server.meeting.view import MEMBER, mine, shown

from .story import (
    ABOVE,
    CALL,
    CHAIR,
    DEPUTY,
    FORMAL,
    GUEST,
    LAN,
    MINH,
    PAPER,
    STRANGER,
    Story,
    gathered,
    opened,
    refused,
)

ABSENT, PRESENT = RollState.ABSENT_EXCUSED, RollState.PRESENT


def test_the_chair_appoints_a_member_who_is_here_to_keep_the_minutes() -> None:
    story = gathered(CHAIR, LAN, MINH, GUEST, ABOVE)
    assert story.ask(c.AppointMinutesSecretary(LAN), CHAIR) == (e.MinutesSecretaryAppointed(LAN),)
    assert story.ask(c.AppointMinutesSecretary(LAN), CHAIR) == ()
    for wrong in (CHAIR, GUEST, ABOVE, DEPUTY):
        with refused("minutes-secretary"):
            story.ask(c.AppointMinutesSecretary(wrong), CHAIR)
    with refused("roster"):
        story.ask(c.AppointMinutesSecretary(STRANGER), CHAIR)
    with refused("chair-only"):
        story.ask(c.AppointMinutesSecretary(MINH), LAN)
    story.ask(c.AppointMinutesSecretary(MINH), CHAIR)
    assert shown(story.meeting, MEMBER)["minutes_secretary"] == MINH


def test_the_rightful_chair_does_not_keep_the_minutes_while_another_acts() -> None:
    story = opened()
    story.ask(c.TickPresent(CHAIR), CHAIR)
    story.drop(CHAIR)
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    with refused("minutes-secretary"):
        story.ask(c.AppointMinutesSecretary(CHAIR), DEPUTY)


def test_the_roll_is_corrected_with_a_reason_and_gives_nobody_a_vote() -> None:
    story = opened(CHAIR)
    with refused("reason"):
        story.ask(c.CorrectRoll(LAN, PRESENT, ""), CHAIR)
    with refused("roster"):
        story.ask(c.CorrectRoll(STRANGER, PRESENT, "vì"), CHAIR)
    assert story.ask(c.CorrectRoll(LAN, PRESENT, " ở phòng bên "), CHAIR) == (
        e.RollCorrected(LAN, PRESENT, "ở phòng bên"),
    )
    assert story.ask(c.CorrectRoll(LAN, PRESENT, "ở phòng bên"), CHAIR) == ()
    assert LAN not in story.meeting.attendance.present
    line = shown(story.meeting, CHAIRS)["roll"][LAN]
    assert line["corrected"] == {"state": "present", "at": "2027-01-05T12:30:00.000Z", "reason": "ở phòng bên"}
    assert "reason" not in shown(story.meeting, MEMBER)["roll"][LAN]["corrected"]
    with refused("not-present"):
        story.ask(c.AskToSpeak(), LAN)


def test_that_somebody_is_absent_is_no_longer_said_once_he_has_come() -> None:
    story = opened(CHAIR)
    story.ask(c.CorrectRoll(LAN, ABSENT, "ốm"), CHAIR)
    story.ask(c.CorrectRoll(MINH, PRESENT, "gọi điện"), CHAIR)
    story.join(LAN, MINH)
    roll = shown(story.meeting, CHAIRS)["roll"]
    assert "corrected" not in roll[LAN]
    assert roll[MINH]["corrected"]["state"] == "present"


def test_excuses_come_with_the_notice_and_their_reasons_are_for_the_chair() -> None:
    story = gathered(CHAIR, call=FORMAL)
    roll = shown(story.meeting, CHAIRS)["roll"]
    assert roll[LAN]["excuse"] == {"accepted": True, "reason": "ốm"}
    assert roll[MINH]["excuse"] == {"accepted": False, "reason": "đi xa"}
    assert "excuse" not in roll[DEPUTY]
    assert shown(story.meeting, MEMBER)["roll"][LAN]["excuse"] == {"accepted": True}


def test_the_agenda_is_adopted_once() -> None:
    story = opened()
    assert "AdoptAgenda" in mine(story.meeting, CHAIR)["may"]
    assert story.ask(c.AdoptAgenda(), CHAIR) == (e.AgendaAdopted(),)
    with refused("agenda"):
        story.ask(c.AdoptAgenda(), CHAIR)
    assert shown(story.meeting, MEMBER)["agenda"]["adopted_at"] == "2027-01-05T12:30:00.000Z"
    assert "AdoptAgenda" not in mine(story.meeting, CHAIR)["may"]


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CALL, excuses=(Excuse(STRANGER, "vì"),)),
        replace(CALL, excuses=(Excuse(LAN, "vì"), Excuse(LAN, "vì"))),
        replace(CALL, documents=(Document(PAPER, "A"), Document(PAPER, "B"))),
        replace(CALL, documents=(Document(DocumentId(""), "A"),)),
        replace(CALL, documents=(Document(PAPER, "A", ItemId("three")),)),
    ],
)
def test_what_comes_with_the_notice_speaks_of_this_meeting(wrong: c.Call) -> None:
    with refused("call"):
        Story(wrong)
