"""A thematic meeting of the last weeks: everybody on a phone, one report, one conclusion, minutes that nobody read."""

from collections.abc import Iterator

from server.meeting import commands as c
from server.meeting.ids import ConnectionId, ItemId, LongText, MemberId, Text

Step = tuple[float, MemberId, c.Command]

CHAIR, CLERK = MemberId("demo-bithu"), MemberId("demo-capuy2")
AWAY = {"demo-dangvien11", "demo-miensinhhoat", "demo-theodoi"}


def story(called: c.Call) -> Iterator[Step]:
    here = [seat.member for seat in called.roster if seat.member not in AWAY]
    for number, member in enumerate(here):
        yield -10 + number * 0.4, member, c.Join(ConnectionId(f"late-{member}"), "phone")
    yield 0.5, CHAIR, c.Open()
    yield 0.9, CHAIR, c.AppointMinutesSecretary(CLERK)
    yield 1.2, CHAIR, c.AdoptAgenda()
    for item, minute in (("1", 2.0), ("2", 32.0), ("3", 78.0)):
        yield minute, CHAIR, c.TakeUpItem(ItemId(item))
    yield 3.0, CHAIR, c.GiveFloor(CLERK)
    yield 28.0, CLERK, c.EndSpeech()
    said = "Đồng chí Lan trình bày chuyên đề phòng, chống thiên tai; nêu kinh nghiệm neo đậu tàu thuyền năm trước."
    yield 30.0, CLERK, c.WriteMinutes(ItemId("1"), LongText(said), 0)
    yield 90.0, CHAIR, c.Conclude(ItemId("3"), Text("Mỗi tàu có phương án phòng, chống bão trước mùa mưa."))
    yield 93.0, CHAIR, c.Close()
