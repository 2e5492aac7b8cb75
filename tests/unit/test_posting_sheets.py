"""What goes with a bundle, read back from its PDF: the manifest and the labels."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from services.notify.posting import sheets
from services.notify.posting.bundles import sheets as paper
from services.notify.posting.runs import PrintRun
from shared.communes import PROFILES, read_profile
from shared.contracts import Refusal
from tests.builders import COMMUNE
from tests.unit.posting_scene import RUN, ready, run_of

PROFILE = read_profile(PROFILES / f"{COMMUNE}.yaml")
LONG = "Số 1234 ngách 56 ngõ 78 đường Nguyễn Bặc kéo dài, khu tập thể Nhà máy Cơ khí, " * 5
POINTS_A_MM = 72 / 25.4


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def labels(run: PrintRun, bundle: int = 1) -> bytes:
    return sheets.labels(run, bundle, PROFILE, "https://desk.example/buu-chinh/quet/{}".format)


def test_the_manifest_counts_what_is_in_the_bundle_hamlet_by_hamlet() -> None:
    them = [ready(n, f"Số {n}, thôn Nội") for n in range(1, 4)]
    them += [ready(n, "Số 7, Đông Phù", "Trần Thị Hoa") for n in (4, 5)]
    them += [ready(6, "Hà Nội"), ready(7, "Hội Nông dân xã", by_hand=True)]
    said = words(sheets.manifest(run_of(them, together=True), 1, PROFILE, duplex=True))
    lines = [" ".join(line.split()) for line in said.splitlines()]
    for row in (
        "Thôn Nội 3 3 3 1–3",
        "Thôn Đông Phù 2 1 2 4",
        "Không rõ thôn 1 1 1 5",
        "Giao qua thôn/đơn vị 1 1 1 6",
        "Cộng 7 6 7",
        "4 Trần Thị Hoa 4–5 (2 thư)",
    ):
        assert row in lines, row
    assert RUN in said
    assert "01J00001.answer.1" in said, "the first"
    assert "01J00007.answer.1" in said, "the last"


@pytest.mark.parametrize(
    ("pages", "duplex", "count", "because"),
    [
        ([1, 1], True, 2, "two letters are never on one sheet"),
        ([3], True, 2, "the last side stays empty"),
        ([3], False, 3, "a side a sheet"),
        ([], True, 0, "nothing"),
    ],
)
def test_sheets_of_paper_are_counted(pages: list[int], duplex: bool, count: int, because: str) -> None:
    assert paper(pages, duplex=duplex) == count, because


def test_there_is_a_label_for_each_envelope_fourteen_a_page() -> None:
    them = [ready(n, f"Số {n}, thôn Nội") for n in range(1, 31)]
    pdf = PdfReader(BytesIO(labels(run_of(them))))
    assert len(pdf.pages) == 3
    width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert (round(width / POINTS_A_MM), round(height / POINTS_A_MM)) == (210, 297)
    said = pdf.pages[2].extract_text()
    assert said.count("Người thứ") == 2
    assert "01J00030.answer.1" in said


def test_letters_that_share_an_envelope_share_a_label() -> None:
    said = words(labels(run_of([ready(n, "Số 5, thôn Nội", "Hoa") for n in range(3)], together=True)))
    assert said.count("Ông/Bà Hoa") == 1
    assert "(3 thư)" in said


@pytest.mark.parametrize(
    ("address", "because"),
    [
        (LONG.strip()[:500], "as long as an address may be"),
        ("X" * 300, "without a blank"),
    ],
)
def test_a_long_address_stays_on_its_label(address: str, because: str) -> None:
    pdf = PdfReader(BytesIO(labels(run_of([ready(1, address, "Công ty " + "Thương mại " * 18), ready(2, "Số 2")]))))
    assert len(pdf.pages) == 1, because
    assert max(map(len, pdf.pages[0].extract_text().splitlines())) < 90, "a word that no line can hold is broken"
    said = "".join(pdf.pages[0].extract_text().split())
    assert "".join(address.split()) in said.replace("\u200b", ""), because


def test_a_name_in_a_script_that_the_font_lacks_is_named() -> None:
    with pytest.raises(Refusal, match="bưu gửi số 2"):
        labels(run_of([ready(1, "Số 1, thôn Nội"), ready(2, "Số 2, thôn Nội", "山田太郎")]))
