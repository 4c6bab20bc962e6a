"""The stamp of a secrecy level, and the many ordinary words that look like it."""

import unicodedata

import pytest

from server.convening.marks import stamped, titled

STAMPS = [
    "MẬT",
    "  TUYỆT MẬT  ",
    "[ TỐI MẬT ]",
    "ĐẢNG BỘ XÃ HẢI TRUNG          MẬT          ĐẢNG CỘNG SẢN VIỆT NAM",
    "Số 12-BC/ĐU (MẬT)",
    "Độ mật: Tối mật",
    "Mức độ mật: MẬT",
    "M Ậ T",
    "T U Y Ệ T  M Ậ T",
    unicodedata.normalize("NFD", "TỐI MẬT"),
    "Kính gửi: chi bộ\nMẬT\nBáo cáo",
]
ORDINARY = [
    "",
    "Luật Bảo vệ bí mật nhà nước",
    "QUY CHẾ BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "Học tập quy định về bảo mật thông tin",
    "MẬT ĐỘ DÂN SỐ TRUNG BÌNH",
    "Mật độ cây trồng",
    "nuôi ong lấy mật",
    "Giữ mối quan hệ mật thiết với nhân dân",
    "QUAN HỆ MẬT THIẾT GIỮA ĐẢNG VỚI NHÂN DÂN",
    "Họp mặt đầu xuân",
    "Bỏ phiếu kín, bảo đảm bí mật.",
]


@pytest.mark.parametrize("text", STAMPS)
def test_a_stamp_is_seen(text: str) -> None:
    assert stamped(text)
    assert titled(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_word_is_no_stamp(text: str) -> None:
    assert not stamped(text)
    assert not titled(text)


@pytest.mark.parametrize(
    "title",
    [
        "Kế hoạch phòng thủ - Mật",
        "Mật - Kế hoạch",
        "[Tối mật] Báo cáo",
        "bao-cao_TUYET_MAT",
        "Bao cao (MAT)",
        "TỐI MẬT kế hoạch 3",
    ],
)
def test_a_title_that_says_so(title: str) -> None:
    assert titled(title)


@pytest.mark.parametrize("title", ["mat-bang-nha-van-hoa", "mat_tran_to_quoc", "MAT TRAN", "bí mật", "BAO MAT"])
def test_a_title_that_does_not(title: str) -> None:
    assert not titled(title)
