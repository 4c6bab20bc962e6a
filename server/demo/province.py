"""The demonstration province, as data.  Every place and person is invented."""

from dataclasses import dataclass

from server.meeting.ids import Post, Standing
from server.org.people import SUSPENDED

PROVINCE = ("demo-tinh", "Đảng bộ tỉnh Hải Vân")
COMMUNES = (("demo-xa-1", "Đảng bộ xã Cửa Lạch"), ("demo-xa-2", "Đảng bộ phường Đông Hải"))
CELL = "demo-cell-1"
CELLS = (  # id, commune, name
    (CELL, "demo-xa-1", "Chi bộ Đội tàu Viễn Dương"),
    ("demo-cell-2", "demo-xa-1", "Chi bộ thôn Hòa Bình"),
    ("demo-cell-3", "demo-xa-1", "Chi bộ Trường THCS Cửa Lạch"),
    ("demo-cell-4", "demo-xa-2", "Chi bộ khu phố 3"),
    ("demo-cell-5", "demo-xa-2", "Chi bộ Trạm Y tế"),
    ("demo-cell-6", "demo-xa-2", "Chi bộ Hợp tác xã Vận tải"),
)
GROUPS = (  # id, name
    ("demo-group-1", "Tổ đảng tàu Hải Vân 01"),
    ("demo-group-2", "Tổ đảng tàu Hải Vân 02"),
    ("demo-group-3", "Tổ đảng Văn phòng"),
)
CODES = {  # unit: code, founded
    PROVINCE[0]: ("HV", "1947-03-12"),
    "demo-xa-1": ("HV-01", "2025-07-01"),
    "demo-xa-2": ("HV-02", "2025-07-01"),
    CELL: ("HV-01-001", "1998-05-19"),
    "demo-cell-2": ("HV-01-002", "1961-02-03"),
    "demo-cell-3": ("HV-01-003", "1986-09-05"),
    "demo-cell-4": ("HV-02-001", "1979-12-22"),
    "demo-cell-5": ("HV-02-002", "2001-02-27"),
    "demo-cell-6": ("HV-02-003", "1992-08-19"),
}
# One cell was merged into another when the communes were rearranged; it reads on under its old name.
MERGED = ("demo-cell-old", "demo-xa-1", "Chi bộ thôn Hòa Lợi", "HV-01-009", "1963-02-03")
HEIR, MERGED_ON = "demo-cell-2", "2025-07-01"
MERGED_MEMBERS = (("Nguyễn Văn Lợi", 1958), ("Trần Thị Nhàn", 1964), ("Lê Đình Quý", 1971))


@dataclass(frozen=True, slots=True)
class Member:
    username: str
    name: str
    born: int
    group: int  # 0, 1, 2: a place in GROUPS
    post: Post = Post.NONE
    standing: str = Standing.OFFICIAL


MEMBERS = (
    Member("bithu", "Nguyễn Văn Hải", 1968, 2, Post.SECRETARY),
    Member("phobithu", "Trần Thị Thu Hương", 1975, 2, Post.DEPUTY),
    Member("capuy1", "Lê Quang Dũng", 1972, 0, Post.COMMITTEE),
    Member("capuy2", "Phạm Thị Lan", 1980, 2, Post.COMMITTEE),
    Member("capuy3", "Hoàng Minh Tuấn", 1978, 1, Post.COMMITTEE),
    Member("totruong1", "Đặng Văn Sơn", 1974, 0, Post.GROUP_LEADER),
    Member("totruong2", "Vũ Đình Khánh", 1976, 1, Post.GROUP_LEADER),
    Member("totruong3", "Bùi Thị Ngọc Ánh", 1983, 2, Post.GROUP_LEADER),
    Member("dangvien01", "Đỗ Văn An", 1960, 0),
    Member("dangvien02", "Ngô Thị Bích", 1966, 2),
    Member("dangvien03", "Dương Văn Cường", 1985, 0, Post.DEPUTY_GROUP_LEADER),
    Member("dangvien04", "Lý Thị Đào", 1979, 2),
    Member("dangvien05", "Hồ Sĩ Đức", 1981, 1),
    Member("dangvien06", "Phan Thị Giang", 1988, 2),
    Member("dangvien07", "Nguyễn Hữu Hòa", 1970, 0),
    Member("dangvien08", "Trịnh Xuân Lộc", 1977, 1),
    Member("dangvien09", "Mai Thị Nga", 1982, 2),
    Member("dangvien10", "Cao Văn Phúc", 1986, 1),
    Member("dangvien11", "Tạ Quốc Quân", 1990, 0),
    Member("dubi1", "Võ Thị Thanh Tâm", 1997, 2, standing=Standing.PROBATIONARY),
    Member("dubi2", "Nguyễn Đức Thịnh", 1999, 1, standing=Standing.PROBATIONARY),
    Member("miensinhhoat", "Lê Thị Xuân", 1941, 2, standing=Standing.EXEMPT),
    Member("tamthoi", "Trương Công Vinh", 1984, 0, standing=Standing.TEMPORARY_IN),
    Member("dinhchi", "Phùng Văn Yên", 1973, 1, standing=SUSPENDED),
)
OTHER_SECRETARIES = (  # of the cells 2 … 6: they have accounts of their own cells
    "Nguyễn Thị Hạnh",
    "Trần Văn Kiên",
    "Lê Thị Mơ",
    "Phạm Đức Nhân",
    "Hoàng Thị Oanh",
)
FOLLOWER = ("theodoi", "Đinh Thị Phương", 1971)  # of the commune's committee, assigned to follow the cell
SUPERIOR = ("xauy", "Nguyễn Trọng Quyết", 1967)  # secretary of the commune's committee
WARD = ("phuonguy", "Đoàn Thị Kim Dung", 1970)  # secretary of the ward's committee
PROVINCIAL = ("tinhuy", "Trần Minh Thắng", 1965)  # in the province's committee
ORGANISER = ("tochuc", "Vũ Thị Minh", 1977)  # of the province's organising department
ADMINISTRATOR = ("quantri", "Lương Văn Thành", 1988)  # who keeps the accounts of the province

# The order of a regular meeting (42-HD/BTCTW, 28/10/2025).
AGENDA = (
    ("Tình hình thời sự, văn bản mới của cấp trên", 15, "Trần Thị Thu Hương", "information"),
    ("Kết quả thực hiện nhiệm vụ tháng trước", 20, "Nguyễn Văn Hải", "last_tasks"),
    ("Thảo luận; tự phê bình và phê bình", 30, "", "ordinary"),
    ("Nhiệm vụ tháng tới, phân công đảng viên", 20, "Nguyễn Văn Hải", "ordinary"),
    ("Kết luận, thông qua nghị quyết, chấm điểm buổi sinh hoạt", 15, "Nguyễn Văn Hải", "closing"),
)
THEMATIC = (
    ("Đồng chí được phân công trình bày chuyên đề", 30, "Phạm Thị Lan", "thematic"),
    ("Thảo luận", 45, "", "ordinary"),
    ("Kết luận của bí thư chi bộ", 15, "Nguyễn Văn Hải", "closing"),
)
