"""The cells whose two years are told (history.py), as data: who they are, how they keep their meetings.  Invented."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.org.pilot.case import BOTH, ONLINE

COMMUNES = (("demo-xa-3", "Đảng bộ xã Phú Thạnh", "HV-03"), ("demo-xa-4", "Đảng bộ đặc khu Hòn Mun", "HV-04"))


@dataclass(frozen=True, slots=True)
class Habit:
    """How a cell keeps its months.  Chances from 0 to 1."""

    day: int = 3  # of the month on which it usually meets
    comes: float = 0.95  # each member
    tells: float = 0.9  # who does not come says why
    held: float = 1.0  # a planned meeting
    planned: float = 1.0  # a month
    minutes: int = 96  # from opening to closing, about
    score: int = 93  # about
    adopts: float = 1.0  # the minutes are read and adopted
    absent: int = 0  # so many members work far away and come rarely
    prompt: float = 0.96  # results posted and reported within the days that the regulation gives
    forgets: float = 0.0  # they are never reported
    diligent: float = 0.9  # a task is done by its last day; of the others most are done late


GOOD = Habit()
STEADY = Habit(day=5, comes=0.92, score=88, prompt=0.92)
SHORT = Habit(day=4, comes=0.9, minutes=74, score=76, adopts=0.85, prompt=0.88, diligent=0.8)
THIN = Habit(day=8, comes=0.72, tells=0.6, score=67, absent=2, prompt=0.85, diligent=0.75)
LATE = Habit(day=24, comes=0.86, held=0.9, score=79, adopts=0.8, prompt=0.7, forgets=0.03, diligent=0.7)
LOOSE = Habit(
    day=12,
    comes=0.8,
    tells=0.7,
    held=0.82,
    planned=0.88,
    minutes=84,
    score=58,
    absent=1,
    prompt=0.65,
    forgets=0.1,
    diligent=0.6,
)


@dataclass(frozen=True, slots=True)
class Cell:
    id: str
    commune: str  # "" = it is in the register already, perhaps with its secretary alone
    name: str
    members: int  # that it has in all; 0 = leave them as they are
    habit: Habit
    mode: str = ""  # of the pilot, since MONTHS ago less some: "" = meets in the room
    groups: int = 0
    followed: bool = False  # by the demonstration's follower


CELLS: Sequence[Cell] = (
    Cell("demo-cell-1", "", "", 0, GOOD),
    Cell("demo-cell-2", "", "", 9, STEADY, followed=True),
    Cell("demo-cell-3", "", "", 11, LATE, followed=True),
    Cell("demo-cell-4", "", "", 8, THIN),
    Cell("demo-cell-5", "", "", 7, GOOD),
    Cell("demo-cell-6", "", "", 10, LOOSE),
    Cell("demo-cell-11", "demo-xa-3", "Chi bộ Công ty Dệt may Phú Thạnh", 54, STEADY, BOTH, groups=3),
    Cell("demo-cell-12", "demo-xa-3", "Chi bộ thôn Phú Lộc", 9, GOOD),
    Cell("demo-cell-13", "demo-xa-3", "Chi bộ Đội xây lắp đường dây", 8, SHORT, ONLINE),
    Cell("demo-cell-14", "demo-xa-3", "Chi bộ Trường Tiểu học Phú Thạnh", 7, GOOD),
    Cell("demo-cell-15", "demo-xa-4", "Chi bộ đảo Hòn Mun", 9, STEADY, ONLINE),
    Cell("demo-cell-16", "demo-xa-4", "Chi bộ Trạm Ra đa 57", 6, GOOD, ONLINE),
    Cell("demo-cell-17", "demo-xa-4", "Chi bộ Hợp tác xã Lưới vây", 8, THIN),
    Cell("demo-cell-18", "demo-xa-4", "Chi bộ thôn Bãi Ngang", 7, LOOSE),
)
REASONS = (
    "Đi công tác tỉnh ngoài",
    "Ốm, có giấy của trạm y tế",
    "Trực ca sản xuất",
    "Chăm người thân nằm viện",
    "Tàu ra khơi, chưa kịp về",
    "Dự lớp bồi dưỡng chính trị",
)
CONCLUSIONS = (
    "Chi bộ nhất trí với dự thảo; giao đồng chí bí thư hoàn chỉnh.",
    "Hoàn thành cơ bản nhiệm vụ tháng trước; việc thu đảng phí còn chậm.",
    "Tập trung vận động nhân dân tham gia dọn vệ sinh tuyến đường liên thôn.",
    "Tiếp tục kèm cặp quần chúng ưu tú; hoàn thiện hồ sơ kết nạp.",
)
TASKS = (
    "Rà soát danh sách hộ khó khăn, báo cáo chi bộ",
    "Hoàn thành thu, nộp đảng phí quý này",
    "Vận động bà con đăng ký định danh mức 2",
    "Theo dõi, giúp đỡ quần chúng ưu tú",
    "Chuẩn bị chuyên đề học tập quý tới",
)
RESULTS = (
    "Đã làm xong, báo cáo chi bộ",
    "Hoàn thành, còn hai hộ sẽ bổ sung sau",
    "Đã xong, có danh sách kèm theo",
    "Hoàn thành đúng yêu cầu",
)
REPORTS = (
    "Tổ nhất trí với dự thảo, giao tổ trưởng đôn đốc hằng tuần.",
    "Tổ nhất trí, đề nghị chi ủy hỗ trợ kinh phí tuyên truyền.",
    "Tổ cơ bản nhất trí, đề nghị lùi thời hạn một tuần.",
)
SPOKEN = (
    "Đồng chí nêu việc chậm nộp báo cáo, đề nghị phân công lại.",
    "Đồng chí đề nghị sửa đường điện chiếu sáng khu dân cư.",
    "Đồng chí báo cáo kết quả vận động, nêu hai vướng mắc.",
)
