"""The words of papers.  Papers are Vietnamese, whatever language the page around them has."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "official": "chính thức",
        "probationary": "dự bị",
        "exempt": "miễn công tác và sinh hoạt",
        "temporary_in": "sinh hoạt tạm thời",
        "temporary_out": "sinh hoạt tạm thời nơi khác",
    }
)
POSTS: Mapping[str, str] = MappingProxyType(
    {
        "cell_secretary": "Bí thư chi bộ",
        "deputy_secretary": "Phó bí thư chi bộ",
        "committee_member": "Chi ủy viên",
        "group_leader": "Tổ trưởng tổ đảng",
        "deputy_group_leader": "Tổ phó tổ đảng",
        "assigned_follower": "Cấp ủy viên theo dõi chi bộ",
    }
)
SIGNS: Mapping[str, str] = MappingProxyType(
    {"cell_secretary": "BÍ THƯ", "deputy_secretary": "PHÓ BÍ THƯ", "committee_member": "CHI ỦY VIÊN"}
)
ROLL: Mapping[str, str] = MappingProxyType(
    {"present": "có mặt", "absent_excused": "vắng có lý do", "absent_unexcused": "vắng không lý do"}
)
KINDS: Mapping[str, str] = MappingProxyType(
    {"online": "trực tuyến", "in_room": "tại phòng họp", "vouched": "ngồi cùng thiết bị"}
)
MEETINGS: Mapping[str, str] = MappingProxyType(
    {
        "regular": "sinh hoạt thường kỳ",
        "thematic": "sinh hoạt chuyên đề",
        "combined": "sinh hoạt thường kỳ kết hợp chuyên đề",
    }
)
FORMS: Mapping[str, str] = MappingProxyType(
    {
        "in_person": "trực tiếp, tại phòng họp của chi bộ",
        "online": "trực tuyến",
        "hybrid": "trực tiếp kết hợp trực tuyến",
        "by_groups": "theo tổ đảng",
    }
)
MOTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ordinary": "nội dung thông thường",
        "resolution": "nghị quyết",
        "score": "chấm điểm buổi sinh hoạt",
        "admission": "kết nạp đảng viên",
        "official_recognition": "công nhận đảng viên chính thức",
        "election": "bầu cử",
        "discipline": "kỷ luật",
        "annual_review": "đánh giá, xếp loại hằng năm",
    }
)
CRITERIA: Mapping[str, str] = MappingProxyType(
    {
        "time": "Thời gian, thời lượng sinh hoạt",
        "attendance": "Tỷ lệ đảng viên dự sinh hoạt",
        "preparation": "Công tác chuẩn bị",
        "conduct": "Tiến hành sinh hoạt",
        "principles": "Thực hiện các nguyên tắc sinh hoạt đảng",
        "last_conclusion": "Thực hiện kết luận, nghị quyết kỳ trước",
        "closing": "Kết thúc sinh hoạt",
    }
)
GRADES: Mapping[str, str] = MappingProxyType({"good": "Tốt", "fair": "Khá", "average": "Trung bình", "poor": "Kém"})
TASKS: Mapping[str, str] = MappingProxyType(
    {"open": "đang thực hiện", "done": "đã hoàn thành", "overdue": "quá hạn", "withdrawn": "đã rút"}
)
_PARTY_BODIES = ("Đảng bộ ", "Đảng ủy ")
_PLACES = ("xã ", "phường ", "đặc khu ", "tỉnh ", "thành phố ")


def count(number: int) -> str:
    """Two digits, as the form writes numbers below ten: 05 đồng chí."""
    return f"{number:02}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """As 19 giờ 30."""
    return moment.astimezone(zone).strftime("%H giờ %M")


def day(of: date) -> str:
    """A zero before days below ten and before January and February only (05-HD/VPTW)."""
    month = f"{of.month:02}" if of.month < 3 else str(of.month)
    return f"ngày {of.day:02} tháng {month} năm {of.year}"


def dmy(of: date) -> str:
    return f"{of:%d/%m/%Y}"


def percent(hundredths: int) -> str:
    """6666 → 66,66 %."""
    return f"{hundredths // 100},{hundredths % 100:02} %"


def rate(part: int, whole: int) -> str:
    """Rounded down, as every share is."""
    return percent(part * 10_000 // whole) if whole else "–"


def body_of(unit: str) -> str:
    """The committee that signs and is written to: of Đảng bộ xã A it is Đảng ủy xã A."""
    return f"Đảng ủy {unit.removeprefix('Đảng bộ ')}" if unit.startswith("Đảng bộ ") else unit


def place_of(unit: str) -> str:
    """The place a paper is dated from: of Đảng bộ xã Cửa Lạch it is Cửa Lạch."""
    name = unit
    for word in (*_PARTY_BODIES, *_PLACES):
        name = name.removeprefix(word)
    return name
