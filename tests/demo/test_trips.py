"""Who heard whom, packet by packet: the check that has to see a leak must see one."""

from server.demo.trips import Place, Walk

APART: Place = {1: "a", 2: "a", 3: "b"}
TRIP: list[Place] = [{}, APART, {}]


def walked(*heard: tuple[int, int], asked: int = 2) -> Walk:
    """Member 1 hears these (speaker, moves the speaker had seen), when so many moves were asked for."""
    walk = Walk(1, TRIP[: asked + 1])
    for now, (speaker, moves) in enumerate(heard):
        walk.take(speaker, moves, float(now))
    return walk


def test_in_the_hall_everyone_may_be_heard_and_in_a_group_only_its_own() -> None:
    walk = walked((3, 0), (2, 1), (2, 1), asked=1)
    assert (walk.foreign, walk.packets, walk.heard) == (0, 3, {0: 0.0, 1: 1.0})


def test_a_packet_spoken_in_another_group_is_foreign() -> None:
    assert walked((2, 1), (3, 1), asked=1).foreign == 1


def test_a_packet_of_the_hall_that_comes_after_the_group_was_heard_is_foreign() -> None:
    assert walked((2, 1), (3, 0), asked=1).foreign == 1


def test_what_was_spoken_before_the_speaker_had_read_of_a_move_is_judged_by_where_it_may_still_be_heard() -> None:
    walk = walked((3, 0), (2, 1), (3, 1))
    assert walk.foreign == 0, "the groups were gathered meanwhile"
    assert walk.at == 2
    walk.take(2, 1, 9.0)
    assert walk.foreign == 0


def test_a_visitor_from_nowhere_is_foreign() -> None:
    assert walked((0, 1), asked=1).foreign == 1
