"""What citizens take home: a form that our own reader reads once it is filled in, and the content of the plan."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import docx
import httpx
import pytest
from fastapi import FastAPI

from services.intake.blank_form import TERMS, blank_form, plan_content
from services.intake.dialogue import Dialogue
from services.intake.dialogue_pages import MEDIA_TYPES
from services.intake.reading.documents import read_document, read_form_file
from services.intake.reading.forms import UnreadableForm
from services.intake.web import add_routes
from shared.communes import Communes, Profile
from shared.contracts.deadlines import RuleId
from tests.builders import NOW

if TYPE_CHECKING:
    from services.intake.reception import Reception
    from services.intake.store import Dialogues, Submissions
    from shared.service import Service

PROFILES = Communes.load()
FIRST = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
SECOND = "Bộ phận một cửa đóng cửa lúc 16 giờ 30 có đúng không?"
FILLED = {
    "Họ tên": "Nguyễn Thị Mai",
    "Điện thoại": "0952345678",
    "Địa chỉ": "Số 5, ngõ 12, thôn Nội",
    "Email": "mai.nt@nguoidan.example",
}

each_commune = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.id)


def form_of(profile: Profile) -> bytes:
    return blank_form(
        name=profile.name,
        address=profile.address,
        email=profile.email,
        hamlet_word=profile.hamlet_word,
        place=profile.letterhead.place,
    )


def over_the_dots(paragraph: Any, words: str) -> None:
    [run] = paragraph.runs
    run.text = f"{run.text.rstrip()} {words}".lstrip()


def before_the_dots(paragraph: Any, words: str) -> None:
    [run] = paragraph.runs
    run.text = f"{run.text.rstrip()} {words}\t".lstrip(" ")


def after_the_dots(paragraph: Any, words: str) -> None:
    paragraph.add_run(words)


def with_dots_typed(paragraph: Any, words: str) -> None:
    [run] = paragraph.runs
    run.text = f"{run.text.rstrip()}....{words}......"


def filled(blank: bytes, fill: Callable[[Any, str], None]) -> bytes:
    """As somebody fills it in with a word processor: at the labels, and on the first line of each section."""
    document = docx.Document(BytesIO(blank))
    paragraphs = document.paragraphs
    for place, paragraph in enumerate(paragraphs):
        for label, words in FILLED.items():
            if paragraph.text.startswith(label):
                fill(paragraph, words)
        if paragraph.text.startswith("1. Về"):
            fill(paragraphs[place + 1], FIRST)
        if paragraph.text.startswith("2. Về"):
            fill(paragraphs[place + 2], SECOND)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def told(file: bytes) -> str:
    return read_document("tep.docx", file)


# --- the form -------------------------------------------------------------------------------------------------------


@each_commune
@pytest.mark.parametrize("fill", [over_the_dots, before_the_dots, after_the_dots, with_dots_typed])
def test_a_form_that_was_filled_in_is_read_back(profile: Profile, fill: Callable[[Any, str], None]) -> None:
    read, channel = read_form_file("phieu.docx", filled(form_of(profile), fill))
    found = read.registrant
    assert [found.name, found.phone, found.address, found.email] == list(FILLED.values())
    assert [(one.section, one.text) for one in read.matters] == [("procedures", FIRST), ("handling", SECOND)]
    assert (channel, read.notes) == ("paper", ())


@each_commune
def test_an_empty_form_is_a_form_without_anything_in_it(profile: Profile) -> None:
    with pytest.raises(UnreadableForm) as refused:
        read_form_file("phieu.docx", form_of(profile))
    assert len(refused.value.problems) == 3, "no name, no way to reach anybody, no question"


@each_commune
def test_the_form_has_the_layout_of_the_plan_and_the_address_of_its_commune(profile: Profile) -> None:
    words = told(form_of(profile))
    parts = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập – Tự do – Hạnh phúc",
        "PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI",
        f"gửi về địa chỉ: UBND {profile.name}, {profile.address}) hoặc gửi qua email: {profile.email}",
        f"Kính gửi: UBND {profile.name}",
        "Họ tên:",
        "Điện thoại:",
        f"Địa chỉ (ghi rõ số nhà, {profile.hamlet_word}):",
        "Email:",
        "Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND",
        "1. Về thủ tục hành chính (chất lượng nội dung",
        "2. Về giải quyết thủ tục hành chính (cơ sở vật chất",
        f"{profile.letterhead.place}, ngày",
        "NGƯỜI ĐĂNG KÝ",
        "(Ký, ghi rõ họ tên)",
    )
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


# --- the plan -------------------------------------------------------------------------------------------------------


@each_commune
def test_the_content_of_the_plan_is_all_there(profile: Profile) -> None:
    words = told(plan_content(profile))
    assert words.startswith("NỘI DUNG KẾ HOẠCH ĐỐI THOẠI")
    assert f"Trích từ hồ sơ của {profile.name}" in words
    conference = profile.conference
    for part in (
        profile.plan,
        profile.email,
        profile.address,
        conference.chair,
        *conference.invited,
        *(slot.name for slot in profile.programme),
        *(slot.basis for slot in profile.programme),
        *(session.title for slot in profile.programme for session in slot.sessions),
        *(duty.what for duty in conference.duties),
        *(duty.owner for duty in conference.duties),
        *(term.basis for term in profile.terms.values()),
    ):
        assert part in words, part


@pytest.mark.parametrize(
    ("commune", "words", "because"),
    [
        ("thanh-tri", "từ ngày 01/05/2026 đến ngày 31/05/2026", "II.3: lần 1 trong tháng 5/2026"),
        ("nguyen-nghiem", "lúc 07:30 Chủ nhật, 13/10/2024", "II.4: one session, its hour named"),
        ("thanh-tri", "được nhận trước hội nghị ít nhất 10 ngày.", "II.3: trước 10 ngày"),
        ("thanh-mai", "được nhận đến hạn nêu trong thông báo của từng hội nghị.", "the plan names no term"),
        ("thanh-tri", "Trong 05 ngày kể từ ngày được giao câu hỏi", "III.2: 05 ngày"),
        ("chanh-lo", "Trong 20 ngày làm việc kể từ ngày ra thông báo kết luận", "II.4.3"),
        ("thanh-tri", "Trước hội nghị ít nhất 03 ngày làm việc", "a preparation, with its term in words"),
        ("chanh-lo", "dành cho thanh niên", "two sessions, one for the young"),
    ],
)
def test_periods_and_terms_are_told_in_words(commune: str, words: str, because: str) -> None:
    assert words in told(plan_content(PROFILES[commune])), because


def test_every_rule_that_a_plan_can_set_has_words() -> None:
    assert set(TERMS) == set(RuleId.__args__)  # type: ignore[attr-defined]


# --- the pages ------------------------------------------------------------------------------------------------------


class NoDialogues:
    """A commune that has planned none so far."""

    async def programme(self, commune: str) -> list[Dialogue]:
        return []

    async def told(self, commune: str) -> list[Dialogue]:
        return []


async def get(profiles: Path, *paths: str) -> list[httpx.Response]:
    app = FastAPI()
    settings = SimpleNamespace(communes=profiles)
    service = SimpleNamespace(app=app, communes=PROFILES, settings=settings, clock=lambda: NOW)
    reception, submissions = cast("Reception", None), cast("Submissions", None)
    add_routes(cast("Service", service), reception, submissions, cast("Dialogues", NoDialogues()))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return [await client.get(path) for path in paths]


async def test_a_signed_plan_beside_the_profile_is_what_is_downloaded(tmp_path: Path) -> None:
    for format in ("pdf", "docx"):
        (tmp_path / f"thanh-tri-ke-hoach.{format}").write_bytes(format.encode())
    files = await get(tmp_path, "/xa/thanh-tri/ke-hoach.pdf", "/xa/thanh-tri/ke-hoach.docx")
    assert [file.content for file in files] == [b"pdf", b"docx"]
    assert [file.headers["content-type"] for file in files] == list(MEDIA_TYPES.values())
    assert [file.headers["content-disposition"] for file in files] == [
        "attachment; filename*=UTF-8''ke-hoach-thanh-tri.pdf",
        "attachment; filename*=UTF-8''ke-hoach-thanh-tri.docx",
    ]
    assert all(file.headers["x-content-type-options"] == "nosniff" for file in files)


@pytest.mark.parametrize(("signed", "linked"), [(True, True), (False, False)])
async def test_a_plan_as_pdf_is_linked_only_where_it_is(tmp_path: Path, signed: bool, linked: bool) -> None:
    if signed:
        (tmp_path / "thanh-tri-ke-hoach.pdf").write_bytes(b"%PDF")
    for page in await get(tmp_path, "/xa/thanh-tri", "/xa/thanh-tri/hoi-nghi"):
        assert page.status_code == 200
        assert "Tải mẫu phiếu (Word)" in page.text
        assert "Tải nội dung kế hoạch (Word)" in page.text
        assert ("/xa/thanh-tri/ke-hoach.pdf" in page.text) == linked


async def test_the_signed_plan_of_one_commune_is_not_that_of_another(tmp_path: Path) -> None:
    (tmp_path / "thanh-tri-ke-hoach.docx").write_bytes(b"signed")
    [pdf, word] = await get(tmp_path, "/xa/chanh-lo/ke-hoach.pdf", "/xa/chanh-lo/ke-hoach.docx")
    assert (pdf.status_code, word.status_code) == (404, 200)
    assert told(word.content) == told(plan_content(PROFILES["chanh-lo"]))
