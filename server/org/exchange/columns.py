"""The columns of the files that go in and out: their Vietnamese headings, and what a cell of each says.  Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from ..names import fold
from ..refusal import Refused

UNITS, PEOPLE = "units", "people"
SHEETS: Mapping[str, str] = MappingProxyType({UNITS: "Đơn vị", PEOPLE: "Đảng viên"})


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    heading: str
    example: str
    day: bool = False


COLUMNS: Mapping[str, Sequence[Column]] = MappingProxyType(
    {
        UNITS: (
            Column("code", "Mã đơn vị", "HV-01-050"),
            Column("parent", "Mã đơn vị cấp trên", "HV-01"),
            Column("kind", "Loại", "Chi bộ"),
            Column("name", "Tên đơn vị", "Chi bộ Bến cảng"),
            Column("founded", "Ngày thành lập", "01/12/2026", day=True),
        ),
        PEOPLE: (
            Column("unit", "Mã chi bộ", "HV-01-050"),
            Column("name", "Họ và tên", "Nguyễn Văn Mẫu"),
            Column("birth_year", "Năm sinh", "1980"),
            Column("card_number", "Số thẻ đảng", "00123456"),
            Column("probationary", "Ngày kết nạp", "19/05/2009", day=True),
            Column("official", "Ngày chính thức", "19/05/2010", day=True),
            Column("standing", "Tình trạng", "Miễn sinh hoạt"),
            Column("since", "Tình trạng từ ngày", "01/01/2027", day=True),
            Column("until", "Tình trạng đến ngày", "01/01/2028", day=True),
            Column("group", "Tổ đảng", "Tổ đảng số 1"),
            Column("post", "Chức vụ", "Chi ủy viên"),
            Column("post_since", "Giữ chức vụ từ ngày", "01/07/2025", day=True),
            Column("phone", "Điện thoại", "0912345678"),
            Column("mail", "Thư điện tử", "mau@chibo.example"),
        ),
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "central": "Trung ương",
        "province": "Tỉnh, thành phố",
        "commune": "Xã, phường, đặc khu",
        "grassroots": "Đảng bộ cơ sở",
        "cell": "Chi bộ",
    }
)
STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        "official": "Chính thức",
        "probationary": "Dự bị",
        "exempt": "Miễn sinh hoạt",
        "suspended": "Đình chỉ sinh hoạt",
        "temporary_out": "Sinh hoạt tạm thời nơi khác",
        "temporary_in": "Sinh hoạt tạm thời đến",
    }
)
POSTS: Mapping[str, str] = MappingProxyType(
    {
        "cell_secretary": "Bí thư",
        "deputy_secretary": "Phó bí thư",
        "committee_member": "Chi ủy viên",
        "group_leader": "Tổ trưởng",
        "deputy_group_leader": "Tổ phó",
    }
)
_DMY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


def headed(cells: Sequence[str]) -> tuple[str, Mapping[int, str]] | None:
    """Which table a row of headings begins, and which column stands where; None if it begins none."""
    found = {place: fold(cell) for place, cell in enumerate(cells) if cell.strip()}
    for table, columns in COLUMNS.items():
        named = {fold(column.heading): column.name for column in columns}
        places = {place: named[words] for place, words in found.items() if words in named}
        if "name" in places.values() and len(places) >= 2:
            return table, places
    return None


def day(text: str) -> date | None:
    """19/05/2010 or 2010-05-19; "" is none.  Raises Refused."""
    text = text.strip()
    if not text:
        return None
    try:
        if dmy := _DMY.fullmatch(text):
            return date(int(dmy[3]), int(dmy[2]), int(dmy[1]))
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Refused("dates", "“{text}” is no day as 19/05/2010.", text=text[:40]) from None


def word(text: str, words: Mapping[str, str]) -> str:
    """The key of a Vietnamese word, diacritics and case aside; "" is "".  Raises Refused."""
    wanted = fold(text)
    if not wanted:
        return ""
    for key, said in words.items():
        if wanted in (fold(said), fold(said).replace(",", ""), key):
            return key
    raise Refused("word", "“{text}” is not one of: {words}.", text=text.strip()[:40], words="; ".join(words.values()))
