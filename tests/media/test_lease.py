"""How long a connection is kept from which nothing comes: thirty seconds, whatever became of the member's socket."""

from server.media.sfu import CAST_EVERY, GONE

from .test_fuzz import SSRC, Port, port


def present(of: Port) -> set[str]:
    return set(of.sfu.scenes["room"].peers)


def later(of: Port, seconds: float) -> None:
    of.now += seconds
    for _ in range(CAST_EVERY):
        of.sfu.tick()


async def test_who_is_silent_is_kept_for_half_a_minute_and_no_longer() -> None:
    with port() as worker:
        later(worker, GONE - 1)
        assert present(worker) == {"an", "binh"}
        worker.rtp(0x80, 111, SSRC, b"sound")
        later(worker, 2)
        assert present(worker) == {"an"}, "the other one has not been heard of"
        later(worker, GONE - 3)
        assert present(worker) == {"an"}
        later(worker, 2)
        assert present(worker) == set()


async def test_what_is_not_authentic_keeps_nobody() -> None:
    with port() as worker:
        later(worker, GONE - 1)
        worker.take(bytes([0x80, 111]) + bytes(60), worker.an.paths.current)
        later(worker, 2)
        assert present(worker) == set()
