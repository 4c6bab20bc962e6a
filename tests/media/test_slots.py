"""One listener's slots with real SRTP: what he gets can be opened, is continuous, and is sent again rightly."""

import itertools
import os
import random
import struct
from dataclasses import replace

from server.media import rtp, seam, slots, vp8
from server.media.cache import Bucket
from server.media.packet import Packet
from server.media.sdp import Line
from server.media.up import KEPT, Source

PICTURE = b"\x90\x80\x80\x01"  # X, S; I; picture id 1 in 15 bits


def line(kind: str, rtx: int = 97) -> Line:
    return Line("6", kind, False, 96, rtx, True, 0, 0, 3, 0, 0)


class Listener:
    """An outlet that keeps what goes out, and the keys to read it."""

    rtt = 0.05

    def __init__(self) -> None:
        inbound, outbound = os.urandom(28), os.urandom(28)
        self.sealer = seam.Sealer(seam.aes_gcm_keys(inbound, outbound))
        self.opener = seam.Opener(seam.aes_gcm_keys(outbound, inbound))
        self.wires: list[bytes] = []
        self.pressed = self.lacked = 0

    def send(self, head: bytes, body: bytes) -> bytes:
        wire = self.sealer.seal(head, body)
        self.wires.append(wire)
        return wire

    def send_again(self, wire: bytes) -> None:
        self.wires.append(wire)

    def may_resend(self, kind: str, now: float) -> bool:
        return True

    def lacks(self, now: float) -> None:
        self.lacked += 1

    def spent(self) -> None:
        self.pressed += 1

    def read(self) -> list[rtp.Header]:
        wires, self.wires = self.wires, []
        return [rtp.parse(self.opener.open(wire), frozenset({3})) for wire in wires]


class Somebody:
    owner = "an"


def source(kind: str, *rids: str) -> Source:
    source = Source(Somebody(), Line("1", kind, True, 96, 97, True, 0, 0, 0, 5, 6, rids=rids))
    source.allow(True)
    return source


def sound(index: int, now: float = 0.0) -> Packet:
    return Packet(index, index * 960, 0, b"sound%d" % index, 0x123456, now, True, None)


def picture(index: int, key: bool, number: int = 1, now: float = 0.0) -> Packet:
    payload = struct.pack("!BBH", 0x90, 0x80, 0x8000 | number) + (b"\x00" if key else b"\x01")
    return Packet(index, index * 3000, 0x80, payload[4:] + b"body", 1, now, True, vp8.parse(payload))


def test_a_change_of_voice_leaves_no_hole_and_keeps_time() -> None:
    out = Listener()
    slot = slots.slot(out, line("audio", 0))
    for at, begin in enumerate((100, 65530, 7)):
        slot.take(f"speaker{at}", source("audio"))
        for step in range(20):
            slot.forward(sound(begin + step, at * 10 + step / 50))
    got = out.read()
    first = got[0].sequence
    assert [h.sequence for h in got] == [(first + i) & 0xFFFF for i in range(60)]
    assert [h.marker for h in got] == [0x80 if i % 20 == 0 else 0 for i in range(60)]
    times = [(h.timestamp - got[0].timestamp) & 0xFFFFFFFF for h in got]
    assert times == [at * 480000 + step * 960 for at in range(3) for step in range(20)]
    assert got[0].extensions[3] == b"\x12\x34\x56" and len({h.ssrc for h in got}) == 1


def test_a_lost_voice_is_sent_again_as_it_was_and_not_oftener_than_the_round_trip() -> None:
    out = Listener()
    slot = slots.slot(out, line("audio", 0))
    slot.take("an", source("audio"))
    for index in range(10):
        slot.forward(sound(index))
    wire = out.wires[4]
    sequence = struct.unpack_from("!H", wire, 2)[0]
    out.wires.clear()
    for now in (0.01, 0.02, 0.07):
        slot.resend(sequence, now)
    slot.resend(sequence, 5.0)  # too late to be of use
    slot.resend(sequence + 1000 & 0xFFFF, 0.1)  # never sent
    assert out.wires == [wire, wire] and out.lacked == 1


def test_in_a_queue_nothing_is_sent_again_before_what_was_sent_can_have_come() -> None:
    out = Listener()
    out.rtt = 0.4
    slot = slots.slot(out, line("audio", 0))
    slot.take("an", source("audio"))
    slot.forward(sound(0))
    sequence = struct.unpack_from("!H", out.wires[0], 2)[0]
    out.wires.clear()
    for tenth in range(9):
        slot.resend(sequence, 0.01 + tenth / 10)
    assert len(out.wires) == 3, "at once, after 0.4 s, after 0.8 s"


def test_a_lost_picture_is_sent_again_on_a_stream_of_its_own() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    slot.take("an", source("video"))
    for index in range(5):
        slot.forward(picture(index, key=index == 0, number=index))
    sent = out.read()
    slot.resend(sent[2].sequence, 0.1)
    slot.resend(sent[2].sequence, 0.2)
    again = out.read()
    assert [h.payload_type for h in again] == [97, 97] and {h.ssrc for h in again} == {slot.rtx_ssrc}
    assert again[1].sequence == (again[0].sequence + 1) & 0xFFFF, "a fresh index each time"
    for header in again:
        assert header.payload == struct.pack("!H", sent[2].sequence) + sent[2].payload
        assert (header.timestamp, header.marker) == (sent[2].timestamp, sent[2].marker)


def test_a_change_of_picture_waits_for_a_key_frame() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    for begin in (0, 30000):
        slot.take(f"speaker{begin}", source("video"))
        slot.forward(picture(begin, key=False))
        slot.forward(picture(begin + 1, key=True, number=9))
        slot.forward(picture(begin + 2, key=False, number=10))
    got = [(h.sequence, vp8.parse(h.payload)) for h in out.read()]
    assert [d.key for _, d in got] == [True, False, True, False]
    assert [q for q, _ in got] == [(got[0][0] + i) & 0xFFFF for i in range(4)]
    assert [d.picture for _, d in got] == [(got[0][1].picture + i) & 0x7FFF for i in range(4)]


def test_a_key_frame_whose_first_packet_is_late_is_passed_whole() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    camera = source("video")
    (track,) = camera.tracks
    track.listeners = (slot,)
    slot.take("an", camera)
    for sequence, payload in ((0, b"\x10\x01"), (2, b"\x00b"), (3, b"\x00c"), (1, b"\x10\x00a")):
        track.arrive(rtp.Header(96, 0, sequence, 0, 5, {}, payload + b"x"), 0.0)
    got = out.read()
    assert [h.payload[-2:] for h in got] == [b"ax", b"bx", b"cx"]
    assert [h.sequence for h in got] == [(got[0].sequence + i) & 0xFFFF for i in range(3)]
    assert KEPT > 3


def test_thousands_of_changes_with_loss_and_reordering_never_use_an_index_twice() -> None:
    """libsrtp refuses a second packet under one index: `send` would raise."""
    chance, out = random.Random(3), Listener()
    slot = slots.slot(out, line("video"))
    cameras = [source("video") for _ in range(5)]
    begin = {camera.tracks[0]: chance.randrange(65536) for camera in cameras}
    count = 0
    for _ in range(2000):
        camera = chance.choice(cameras)
        (track,) = camera.tracks
        for other in begin:
            other.listeners = (slot,) if other is track else ()
        slot.take("an", camera)
        batch = [begin[track] + i for i in range(chance.randrange(1, 30))]
        begin[track] += len(batch)
        batch = [i for i in batch if chance.random() > 0.05]
        batch.sort(key=lambda index: index + chance.random() * 4)
        for index in batch:
            key = b"\x00" if chance.random() < 0.2 else b"\x01"
            header = rtp.Header(96, 0, index & 0xFFFF, 0, 5, {}, PICTURE + key + b"x")
            track.arrive(header, count / 100)
            count += 1
    got = out.read()
    assert len(got) > 10000 and len({h.ssrc for h in got}) == 1
    index, indices = got[0].sequence, set()
    for header in got:
        index = rtp.unwrap(header.sequence, index)
        indices.add(index)
    assert len(indices) == len(got)


def test_a_flood_of_requests_is_bounded() -> None:
    bucket = Bucket(200, 200)
    assert sum(bucket.take(step / 1000) for step in range(10_000)) <= 200 + 10 * 200


def test_whatever_was_sent_before_a_death_no_index_is_used_again() -> None:
    """Kept at some moment, killed at some later one: the heir begins beyond all that can have been sent."""
    chance = random.Random(5)
    for kind in ("audio", "video"):
        past, used = slots.fresh(), set()
        for _ in range(60):
            out = Listener()
            slot = slots.slot(out, line(kind), past)
            slot.take("an", source(kind))
            past = slot.keep()  # as the worker does before it sends
            for step in range(chance.randrange(1, 2500)):
                packet = sound(step) if kind == "audio" else picture(step, step == 0, step)
                slot.forward(packet)
                if chance.random() < 0.3 and out.wires:
                    slot.resend(int.from_bytes(out.wires[-1][2:4]), step / 50)
                if out.pressed and chance.random() < 0.01:
                    past, out.pressed = slot.keep(), 0
            mine, rounds = set(), {slot.ssrc: past.index - 4096, slot.rtx_ssrc: past.rtx - 4096}
            for wire in out.wires:
                header = rtp.parse(wire, frozenset())
                rounds[header.ssrc] = rtp.unwrap(header.sequence, rounds[header.ssrc])
                mine.add((header.ssrc, rounds[header.ssrc], wire))
            indices = {(ssrc, index) for ssrc, index, _ in mine}
            assert len(indices) == len(mine) > 0, "one packet to one index"
            assert not indices & used
            assert all(index < (past.index if ssrc == slot.ssrc else past.rtx) for ssrc, index in indices)
            used |= indices


def test_an_heir_s_pictures_and_times_run_on() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    slot.take("an", source("video"))
    for index in range(10):
        slot.forward(picture(index, index == 0, index, now=index / 30))
    past = slot.keep()
    before = [(h, vp8.parse(h.payload)) for h in out.read()][-1]
    heir = slots.slot(out, line("video"), past)
    heir.take("an", source("video"))
    heir.forward(picture(500, True, 77, now=10 / 30 + 0.5))
    after = out.read()[-1]
    assert (after.sequence - before[0].sequence) & 0xFFFF == slots.RESERVE + 1
    assert (vp8.parse(after.payload).picture - before[1].picture) & 0x7FFF == slots.RESERVE + 2
    assert (after.timestamp - before[0].timestamp) & 0xFFFFFFFF == round((10 / 30 + 0.5 - 9 / 30) * 90000)


def layered(index: int, layer: int, number: int, sync: bool = False, key: bool = False) -> Packet:
    """A picture of one packet in three temporal layers, as libvpx sends them: 15 bits of picture id, TL0PICIDX, TID."""
    head = struct.pack("!BBHBB", 0x90, 0xE0, 0x8000 | number & 0x7FFF, number // 4 & 0xFF, layer << 6 | sync << 5)
    payload = head + (b"\x00" if key else b"\x01")
    return Packet(index, index * 3000, 0x80, payload[6:] + b"body", 1, index / 30, True, vp8.parse(payload))


def test_higher_layers_are_left_out_without_a_hole_and_come_back_where_they_can() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    assert isinstance(slot, slots.PictureSlot)
    slot.take("an", source("video"))
    pattern = (0, 2, 1, 2)
    passed = []
    for index in range(400):
        if index in (80, 160, 240):
            slot.limit(0, {80: 1, 160: 0, 240: 3}[index], 0.0)
            assert slot.lacks is None, "layers need no key frame"
        layer = pattern[index % 4]
        sync = layer > 0 and index % 40 < 4 and index % 4 in (1, 2)
        slot.forward(layered(index, layer, index, sync, key=index == 0))
        wires = out.read()
        passed += [(index, layer, h, vp8.parse(h.payload)) for h in wires]
    numbers = [(h.sequence - passed[0][2].sequence) & 0xFFFF for _, _, h, _ in passed]
    assert numbers == list(range(len(passed)))
    pictures = [(d.picture - passed[0][3].picture) & 0x7FFF for _, _, _, d in passed]
    assert pictures == list(range(len(passed))), "no picture seems to be missing"
    layers = [
        {layer for index, layer, _, _ in passed if a <= index < b}
        for a, b in ((0, 80), (80, 160), (160, 240), (300, 400))
    ]
    assert layers == [{0, 1, 2}, {0, 1}, {0}, {0, 1, 2}]
    begun = [next(i for i, layer, _, _ in passed if i >= 240 and layer == wanted) for wanted in (1, 2)]
    assert begun[0] == 242 and begun[1] == 281, "each layer begins at a picture that needs nothing left out"


def test_a_paused_picture_costs_nothing_and_resumes_with_a_key_frame() -> None:
    out = Listener()
    slot = slots.slot(out, line("video"))
    assert isinstance(slot, slots.PictureSlot)
    slot.take("an", source("video"))
    slot.forward(picture(0, True))
    slot.limit(0, -1, 0.0)
    assert slot.paused and slot.lacks is None
    for index in range(1, 50):
        slot.forward(picture(index, index % 10 == 0, index))
    slot.limit(0, 3, 2.0)
    assert slot.lacks == 0 and slot.source.tracks[0].keys.wanted, "a key frame must be asked for"
    slot.forward(picture(50, False, 50))
    slot.forward(picture(51, True, 51))
    first, second = out.read()
    assert (second.sequence - first.sequence) & 0xFFFF == 1 and vp8.parse(second.payload).key


def test_a_change_of_size_waits_for_a_key_frame_and_leaves_no_hole() -> None:
    out, both = Listener(), source("video", "l", "h")
    slot = slots.slot(out, line("video"))
    assert isinstance(slot, slots.PictureSlot)
    slot.take("an", both)
    for track in both.tracks:
        track.last = 0.0
    slot.limit(0, 3, 0.0)
    small = [replace(picture(i, i == 0, i, i / 15), size=0) for i in range(90)]
    large = [replace(picture(i + 7000, i in (36, 80), i + 500, i / 15), size=1) for i in range(90)]
    for at, pair in enumerate(zip(small, large, strict=True)):
        if at in (30, 60):
            slot.limit(1 if at == 30 else 0, 3, 0.0)
            assert slot.lacks == (1 if at == 30 else 0) and both.tracks[slot.lacks].keys.wanted
        for packet in pair:
            slot.forward(packet)
    got = out.read()
    assert [(h.sequence - got[0].sequence) & 0xFFFF for h in got] == list(range(91))
    seen = [vp8.parse(h.payload) for h in got]
    assert [at for at, d in enumerate(seen) if d.key] == [0, 37, 81], (
        "the small one went on until then, the large one goes on"
    )
    assert [(d.picture - seen[0].picture) & 0x7FFF for d in seen] == list(range(91))
    steps = [(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(got)]
    assert all(2900 <= step <= 6100 for at, step in enumerate(steps) if at != 36) and steps[36] == 1, "time runs on"
