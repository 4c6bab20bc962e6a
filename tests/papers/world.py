"""The scripted meeting with what the register knows of it."""

from datetime import date
from zoneinfo import ZoneInfo

from server.meeting.proceedings import Proceedings, proceedings
from server.papers.facts import Facts, LastTask
from tests.meeting.scripted import scripted

FACTS = Facts(
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    superior="Đảng bộ xã Cửa Lạch",
    day=date(2027, 1, 5),
    number=5,
    tasks=(
        LastTask("Thu gom rác đường thôn", "Nguyễn Thị Lan", date(2026, 12, 20), "done", "Đã xong ngày 18/12"),
        LastTask("Rà soát hộ nghèo", "Lê Thị Phó", date(2026, 12, 31), "overdue", ""),
    ),
)


def held() -> Proceedings:
    return proceedings(scripted().log)
