"""Who is here: connections, silence, the grace, the room, a neighbour's device, removal."""

import pytest

from server.meeting import commands as c
from server.meeting import due
from server.meeting import events as e
from server.meeting.attendance import PAGES_KEPT
from server.meeting.ids import ConnectionId

from .story import (
    ABOVE,
    CHAIR,
    COMMITTEE,
    DEPUTY,
    GUEST,
    LAN,
    MINH,
    STRANGER,
    Story,
    at,
    gathered,
    opened,
    page,
    refused,
)


def test_a_member_arrives_and_is_counted_present() -> None:
    story = Story()
    assert story.join(LAN) == (e.Arrived(LAN), e.Connected(LAN, page(LAN), "phone"), e.GatheringBegan())
    assert LAN in story.meeting.attendance.present


def test_a_second_tab_is_not_a_second_member() -> None:
    story = gathered(LAN)
    assert story.join(LAN, tab="b", device="desktop") == (e.Connected(LAN, page(LAN, "b"), "desktop"),)
    assert len(story.meeting.attendance.present) == 1


def test_joining_twice_with_one_connection_is_nothing() -> None:
    assert gathered(LAN).join(LAN) == ()


def test_a_stranger_does_not_come_in() -> None:
    with refused("roster"):
        Story().join(STRANGER)


def test_a_connection_belongs_to_one_member_and_has_a_name() -> None:
    story = gathered(LAN)
    with refused("connection"):
        story.ask(c.Join(page(LAN), "phone"), MINH)
    with refused("connection"):
        story.ask(c.Join(ConnectionId(""), "phone"), MINH)
    with refused("connection"):
        story.ask(c.Join(page(MINH), "toaster"), MINH)
    assert story.ask(c.Drop(page(LAN)), MINH) == ()


def test_dropping_an_unknown_connection_is_nothing() -> None:
    story = gathered(LAN)
    assert story.drop(LAN, "z") == ()
    assert story.drop(MINH) == ()


def test_a_lost_connection_is_not_an_absence_until_the_grace_is_over() -> None:
    story = gathered(LAN, MINH)
    story.seconds = 10
    assert story.drop(LAN) == (e.Disconnected(LAN, page(LAN)),)
    assert story.meeting.attendance.present[LAN].silent == at(10)
    assert due(story.meeting) == at(130)
    assert story.wait(119) == ()
    assert story.wait(1) == (e.Left(LAN, at(10)),)
    assert LAN not in story.meeting.attendance.present


def test_a_return_within_the_grace_is_unbroken_presence() -> None:
    story = gathered(LAN)
    story.drop(LAN)
    story.wait(100)
    assert story.join(LAN) == (e.Connected(LAN, page(LAN), "phone"),)
    assert story.wait(1000) == ()
    assert story.meeting.attendance.present[LAN].since == at(0)


def test_a_return_after_the_grace_is_a_new_arrival_even_if_no_clock_has_ticked() -> None:
    story = gathered(LAN)
    story.drop(LAN)
    story.seconds = 500
    assert story.join(LAN) == (e.Left(LAN, at(0)), e.Arrived(LAN), e.Connected(LAN, page(LAN), "phone"))


def test_one_device_of_two_may_fail() -> None:
    story = gathered(LAN)
    story.join(LAN, tab="b")
    story.drop(LAN)
    assert story.meeting.attendance.present[LAN].silent is None
    assert story.wait(1000) == ()


def test_a_page_that_is_open_is_never_forgotten_however_many_come_and_go() -> None:
    story = gathered(CHAIR)
    story.join(LAN, tab="desk")
    for n in range(PAGES_KEPT + 2):
        story.join(LAN, tab=f"phone{n}")
        story.drop(LAN, f"phone{n}")
    assert story.meeting.attendance.present[LAN].active == page(LAN, "desk")
    assert len(story.meeting.attendance.present[LAN].pages) <= PAGES_KEPT


def test_a_page_that_reconnects_does_not_become_the_newest() -> None:
    story = gathered(LAN)
    story.join(LAN, tab="b")
    story.drop(LAN, "a")
    story.join(LAN, tab="a")
    assert story.meeting.attendance.present[LAN].active == page(LAN, "b")
    story.drop(LAN, "b")
    assert story.meeting.attendance.present[LAN].active == page(LAN, "a")


def test_who_says_goodbye_leaves_at_once_with_every_device() -> None:
    story = gathered(LAN)
    story.join(LAN, tab="b")
    story.seconds = 5
    assert story.ask(c.Leave(), LAN) == (
        e.Disconnected(LAN, page(LAN)),
        e.Disconnected(LAN, page(LAN, "b")),
        e.Left(LAN, at(5)),
    )


def test_the_chair_ticks_who_sits_in_the_room() -> None:
    story = gathered(CHAIR)
    assert story.ask(c.TickPresent(LAN), CHAIR) == (e.Arrived(LAN), e.TickedPresent(LAN))
    assert story.wait(1000) == ()
    with refused("in-room"):
        story.ask(c.TickPresent(LAN), CHAIR)
    with refused("chair-only"):
        story.ask(c.TickPresent(MINH), LAN)
    with refused("roster"):
        story.ask(c.TickPresent(STRANGER), CHAIR)


def test_who_is_in_the_room_is_not_silent_when_his_phone_fails() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.drop(LAN)
    assert story.meeting.attendance.present[LAN].silent is None
    assert story.wait(1000) == ()


def test_a_tick_ends_a_silence() -> None:
    story = gathered(CHAIR, LAN)
    story.drop(LAN)
    story.wait(60)
    assert story.ask(c.TickPresent(LAN), CHAIR) == (e.TickedPresent(LAN),)
    assert story.wait(1000) == ()


def test_unticking_needs_a_reason_and_ends_the_presence_of_who_has_no_connection() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.ask(c.TickPresent(MINH), CHAIR)
    for wrong in ("", "  \n", "x" * 501, "a\0b", "\ud800"):
        with refused("reason"):
            story.ask(c.UntickPresent(MINH, wrong), CHAIR)
    story.seconds = 60
    assert story.ask(c.UntickPresent(MINH, " Nhầm người "), CHAIR) == (
        e.UntickedPresent(MINH, "Nhầm người"),
        e.Left(MINH, at(60)),
    )
    assert story.ask(c.UntickPresent(LAN, "về nhà"), CHAIR) == (e.UntickedPresent(LAN, "về nhà"),)
    with refused("in-room"):
        story.ask(c.UntickPresent(LAN, "về nhà"), CHAIR)


def test_a_tick_ends_when_he_says_goodbye() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.ask(c.Leave(), LAN)
    story.join(LAN)
    assert not story.meeting.attendance.present[LAN].in_room


# -- Several members behind one device -------------------------------------------------------------------------------


def test_a_member_vouches_for_the_one_beside_him() -> None:
    story = gathered(CHAIR, LAN)
    assert story.ask(c.Vouch(MINH), LAN) == (e.Arrived(MINH), e.Vouched(MINH, LAN))
    assert story.wait(1000) == ()
    assert story.meeting.attendance.present[MINH].voucher == LAN


def test_who_vouches_must_be_a_member_and_connected() -> None:
    story = gathered(CHAIR, LAN, GUEST)
    story.ask(c.Vouch(MINH), LAN)
    story.ask(c.TickPresent(COMMITTEE), CHAIR)
    for by in (MINH, COMMITTEE, GUEST):
        with refused("vouch"):
            story.ask(c.Vouch(DEPUTY), by)


def test_nobody_vouches_for_who_is_here_already_or_for_himself() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.TickPresent(MINH), CHAIR)
    story.ask(c.Vouch(DEPUTY), LAN)
    for target in (CHAIR, LAN, MINH, DEPUTY):
        with refused("vouch"):
            story.ask(c.Vouch(target), LAN)
    with refused("roster"):
        story.ask(c.Vouch(STRANGER), LAN)


def test_who_lost_his_own_connection_may_be_vouched_for() -> None:
    story = gathered(CHAIR, LAN, MINH)
    story.drop(MINH)
    assert story.ask(c.Vouch(MINH), LAN) == (e.Vouched(MINH, LAN),)
    assert story.wait(1000) == ()


def test_a_vouch_ends_when_the_member_joins_himself() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.Vouch(MINH), LAN)
    assert story.join(MINH) == (e.Connected(MINH, page(MINH), "phone"), e.Unvouched(MINH, ""))
    story.ask(c.Leave(), LAN)
    assert MINH in story.meeting.attendance.present


def test_the_chairs_own_eyes_replace_a_vouch() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.Vouch(MINH), LAN)
    assert story.ask(c.TickPresent(MINH), CHAIR) == (e.TickedPresent(MINH), e.Unvouched(MINH, ""))
    story.ask(c.Leave(), LAN)
    assert MINH in story.meeting.attendance.present


def test_the_voucher_takes_his_word_back_without_a_reason_and_the_chair_with_one() -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.Vouch(MINH), LAN)
    story.ask(c.Vouch(DEPUTY), LAN)
    story.seconds = 9
    with refused("reason"):
        story.ask(c.Unvouch(MINH), CHAIR)
    assert story.ask(c.Unvouch(MINH), LAN) == (e.Unvouched(MINH, ""), e.Left(MINH, at(9)))
    assert story.ask(c.Unvouch(DEPUTY, "không thấy"), CHAIR) == (
        e.Unvouched(DEPUTY, "không thấy"),
        e.Left(DEPUTY, at(9)),
    )
    with refused("vouch"):
        story.ask(c.Unvouch(DEPUTY), LAN)


def test_only_the_voucher_or_the_chair_ends_a_vouch() -> None:
    story = gathered(CHAIR, LAN, DEPUTY)
    story.ask(c.Vouch(MINH), LAN)
    story.ask(c.Vouch(COMMITTEE), DEPUTY)
    with refused("vouch"):
        story.ask(c.Unvouch(MINH, "vì"), DEPUTY)
    with refused("vouch"):
        story.ask(c.Unvouch(LAN, "vì"), CHAIR)


@pytest.mark.parametrize("way", ["says goodbye", "falls silent", "is removed"])
def test_who_sits_behind_the_device_of_one_who_is_gone_goes_with_him(way: str) -> None:
    story = gathered(CHAIR, LAN)
    story.ask(c.Vouch(MINH), LAN)
    story.seconds = 20
    if way == "falls silent":
        story.drop(LAN)
        happened = story.wait(120)
    else:
        happened = story.ask(*((c.Leave(), LAN) if way == "says goodbye" else (c.Remove(LAN, "ồn"), CHAIR)))
    assert happened[-2:] == (e.Unvouched(MINH, ""), e.Left(MINH, at(20)))


def test_a_chain_of_vouchers_goes_one_after_the_other() -> None:
    story = gathered(CHAIR, LAN, DEPUTY)
    story.ask(c.Vouch(MINH), LAN)
    story.drop(LAN)
    story.ask(c.Vouch(LAN), DEPUTY)
    story.ask(c.Leave(), DEPUTY)
    assert set(story.meeting.attendance.present) == {CHAIR}


# -- Removing --------------------------------------------------------------------------------------------------------


def test_the_chair_removes_with_a_reason_and_readmits_with_one() -> None:
    story = gathered()
    story.seconds = 7
    with refused("reason"):
        story.ask(c.Remove(LAN, " "), CHAIR)
    assert story.ask(c.Remove(LAN, "gây rối"), CHAIR) == (
        e.Disconnected(LAN, page(LAN)),
        e.Left(LAN, at(7)),
        e.Removed(LAN, "gây rối"),
    )
    with refused("removed"):
        story.join(LAN)
    with refused("remove"):
        story.ask(c.TickPresent(LAN), CHAIR)
    with refused("remove"):
        story.ask(c.Vouch(LAN), MINH)
    with refused("remove"):
        story.ask(c.Remove(LAN, "again"), CHAIR)
    assert story.ask(c.Readmit(LAN, "đã xin lỗi"), CHAIR) == (e.Readmitted(LAN, "đã xin lỗi"),)
    assert e.Arrived(LAN) in story.join(LAN)
    with refused("remove"):
        story.ask(c.Readmit(LAN, "again"), CHAIR)


def test_who_is_removed_while_silent_was_here_until_he_went_silent() -> None:
    story = gathered()
    story.drop(LAN)
    story.wait(60)
    assert story.ask(c.Remove(LAN, "vì"), CHAIR) == (e.Left(LAN, at(0)), e.Removed(LAN, "vì"))


def test_who_has_not_come_may_be_barred() -> None:
    story = gathered(CHAIR)
    assert story.ask(c.Remove(LAN, "sai chi bộ"), CHAIR) == (e.Removed(LAN, "sai chi bộ"),)
    with refused("removed"):
        story.join(LAN)


def test_neither_the_acting_nor_the_rightful_chair_is_removed() -> None:
    story = gathered()
    with refused("remove"):
        story.ask(c.Remove(CHAIR, "vì"), CHAIR)
    story.drop(CHAIR)
    story.wait(30)
    story.ask(c.TakeChair(), DEPUTY)
    for chair in (CHAIR, DEPUTY):
        with refused("remove"):
            story.ask(c.Remove(chair, "vì"), DEPUTY)


# -- The server stops ------------------------------------------------------------------------------------------------


def test_after_a_restart_the_grace_counts_from_the_last_sign_of_life() -> None:
    story = opened()
    story.seconds = 100
    assert story.ask(c.Recover("2027-01-05T12:31:00Z")) == (e.ConnectionsLost(at(60)),)
    story.join(LAN)
    left = story.wait(80)
    assert e.Left(MINH, at(60)) in left
    assert LAN in story.meeting.attendance.present
    assert story.meeting.attendance.present[LAN].since == at(0)


def test_after_a_long_stop_everyone_left_when_the_server_did() -> None:
    story = opened(CHAIR, LAN)
    story.seconds = 3600
    assert story.ask(c.Recover("2027-01-05T12:31:00Z"))[:3] == (
        e.ConnectionsLost(at(60)),
        e.Left(CHAIR, at(60)),
        e.Left(LAN, at(60)),
    )


def test_who_was_silent_before_the_stop_keeps_his_own_time() -> None:
    story = opened(CHAIR, LAN)
    story.seconds = 30
    story.drop(LAN)
    story.seconds = 70
    story.ask(c.Recover("2027-01-05T12:31:00Z"))
    assert story.meeting.attendance.present[LAN].silent == at(30)


def test_nobody_is_silent_from_before_he_came() -> None:
    story = gathered(CHAIR)
    story.seconds = 100
    story.join(LAN)
    story.ask(c.Recover("2027-01-05T12:31:00Z"))
    assert story.meeting.attendance.present[LAN].silent == at(100)
    assert story.meeting.attendance.present[CHAIR].silent == at(60)


def test_a_restart_of_an_empty_meeting_is_nothing() -> None:
    assert Story().ask(c.Recover("2027-01-05T12:31:00Z")) == ()


def test_who_was_seen_in_the_room_is_there_after_a_restart() -> None:
    story = gathered(CHAIR)
    story.ask(c.TickPresent(LAN), CHAIR)
    story.seconds = 3600
    story.ask(c.Recover("2027-01-05T12:31:00Z"))
    assert set(story.meeting.attendance.present) == {LAN}


def test_guests_and_supervisors_attend() -> None:
    story = gathered(CHAIR, GUEST, ABOVE)
    assert {GUEST, ABOVE} <= set(story.meeting.attendance.present)
