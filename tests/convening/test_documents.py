"""Files on their way in, through the real process that looks them through; bad ones leave nothing."""

import io
from pathlib import Path

import pypdf
import pytest

from server.convening import converting, documents
from server.convening.documents import Store
from server.org.refusal import Refused

from . import files

LARGEST = 5 << 20


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "documents", LARGEST)


def left(store: Store) -> list[Path]:
    folder = store.path("aa").parents[1]
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


GOOD = [
    ("nghi-quyet.pdf", files.pdf("Một", "Hai", "Ba"), "pdf", 3, "Hai"),
    ("Dự thảo.docx", files.word(), "docx", 1, "Nhiệm vụ"),
    ("thu-chi.xlsx", files.sheet(), "xlsx", 1, "Đảng phí tháng 01"),
    ("anh.PNG", files.png(), "image", 1, ""),
]


@pytest.mark.parametrize(("name", "data", "kind", "pages", "text"), GOOD, ids=[each[0] for each in GOOD])
async def test_every_kind_becomes_pages(store: Store, name: str, data: bytes, kind: str, pages: int, text: str) -> None:
    async with store.taking(name, io.BytesIO(data)) as taken:
        assert (taken.kind, taken.pages, taken.size) == (kind, pages, len(data))
        store.keep(taken)
    shown = pypdf.PdfReader(store.path(taken.shown_sha256))
    assert text in "\n".join(page.extract_text() for page in shown.pages)
    assert store.path(taken.sha256).read_bytes() == data
    assert {path.name for path in left(store)} == {taken.sha256, taken.shown_sha256}


BAD = [
    ("trong.pdf", b"", converting.EMPTY),
    ("anh.pdf", files.png(), converting.DISGUISED),
    ("van-ban.docx", files.sheet(), converting.DISGUISED),
    ("chuong-trinh.exe", b"MZ" + b"\0" * 100, converting.WHAT),
    ("trang.pdf", b"<html>%PDF</html>", converting.WHAT),
    ("gay.pdf", files.pdf("Một")[:700], converting.BROKEN),
    ("gay.png", files.png(400, 400)[:60], converting.BROKEN),
    ("gay.docx", files.word()[:-400], converting.BROKEN),
    ("khoa.pdf", files.locked_pdf(), converting.ENCRYPTED),
    ("bom.docx", files.bomb(), converting.TOO_MUCH),
    ("bao-cao.pdf", files.pdf("#align(right)[MẬT]\nBáo cáo"), converting.MARKED),
    ("bao-cao.docx", files.word(head="TUYỆT MẬT"), converting.MARKED),
    ("so-lieu.xlsx", files.sheet("TỐI MẬT"), converting.MARKED),
    ("dai.pdf", files.pdf(*["Báo cáo"] * 30, "#align(right)[MẬT]"), converting.MARKED),
    ("dai.xlsx", files.long_sheet(2500, cell="MẬT"), converting.MARKED),
    ("rong.xlsx", files.long_sheet(3, 60, cell="TUYỆT MẬT"), converting.MARKED),
    ("dau-trang.xlsx", files.long_sheet(head="TỐI MẬT"), converting.MARKED),
    ("ghi-chu.xlsx", files.long_sheet(comment="Độ mật: Mật"), converting.MARKED),
    ("bao-cao (MẬT).pdf", files.pdf("Báo cáo"), converting.MARKED),
    ("lon.pdf", files.pdf("Lớn") + b"\0" * LARGEST, "A file may have at most {most} MB."),
]


@pytest.mark.parametrize(("name", "data", "why"), BAD, ids=[each[0] for each in BAD])
async def test_what_is_refused_leaves_nothing(store: Store, name: str, data: bytes, why: str) -> None:
    with pytest.raises(Refused) as refused:
        async with store.taking(name, io.BytesIO(data)) as taken:
            store.keep(taken)
    assert refused.value.why == why
    assert left(store) == []


async def test_what_cannot_be_looked_through_in_time_is_refused_with_a_sentence(tmp_path: Path) -> None:
    hasty = Store(tmp_path / "documents", LARGEST, within=0.05)
    with pytest.raises(Refused) as refused:
        async with hasty.taking("dai.pdf", io.BytesIO(files.pdf(*["Báo cáo"] * 30))) as taken:
            hasty.keep(taken)
    assert refused.value.why == converting.ENDLESS
    assert left(hasty) == []


async def test_a_file_that_uses_up_its_time_is_refused_with_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, as always; only its seconds are fewer."""
    monkeypatch.setattr(documents, "PROGRAM", ("-c", SHORT))
    with pytest.raises(Refused) as refused:
        async with store.taking("dai.pdf", io.BytesIO(files.pdf(*["Điều lệ Đảng. " * 200] * 80))) as taken:
            store.keep(taken)
    assert refused.value.why == converting.ENDLESS
    assert left(store) == []


SHORT = "import sys; from server.convening import converting as c; c.SECONDS = 1; sys.exit(c.main(*sys.argv[1:4]))"


async def test_ordinary_words_pass(store: Store) -> None:
    text = "Luật Bảo vệ bí mật nhà nước; mật độ dân số; quan hệ mật thiết với nhân dân."
    async with store.taking("bi-mat-nha-nuoc.pdf", io.BytesIO(files.pdf(text))) as taken:
        assert taken.pages == 1


async def test_what_is_not_kept_by_the_end_is_gone(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.taking("a.pdf", io.BytesIO(files.pdf("Một"))):
            assert left(store)
            raise RuntimeError
    assert left(store) == []


async def test_a_document_cannot_read_the_house(store: Store, tmp_path: Path) -> None:
    """What looks like a program of Typst in a text stays a text."""
    (tmp_path / "secret.txt").write_text("khóa của nhà")
    text = '#read("../../../secret.txt") #include "../../secret.txt" $x$ `raw`'
    async with store.taking("a.docx", io.BytesIO(files.word(text, picture=False))) as taken:
        said = pypdf.PdfReader(taken.shown).pages[0].extract_text()
    assert "khóa của nhà" not in said
    assert "#read(" in said
