"""What people take home: a form that our own reader reads once it is filled in, the plan, the receipt."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import docx
import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from pypdf import PdfReader

from services.intake.dialogue import Announcement, State
from services.intake.pages.paper_pages import MEDIA_TYPES, add_papers
from services.intake.pages.session import Sessions
from services.intake.papers.blank_form import blank_form
from services.intake.papers.pdf import as_pdf, receipt_pdf
from services.intake.papers.plan import TERMS, plan_content
from services.intake.papers.receipt import next_steps
from services.intake.papers.word import as_word
from services.intake.reading.documents import read_document, read_form_file
from services.intake.reading.forms import UnreadableForm
from services.intake.submissions import Submission
from services.intake.words import sentence, standing
from shared.communes import Communes, Profile
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import FIELD_NAMES
from shared.web import templates
from tests.builders import DIALOGUE, HELD_AT, NOW, PLACE, SUBMISSION, TITLE, question, registrant

if TYPE_CHECKING:
    from services.intake.store import Dialogues, Submissions
    from shared.service import Service

TODAY = date(2026, 4, 20)
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
    return as_word(blank_form(profile))


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
    words = told(as_word(plan_content(profile)))
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
    assert words in told(as_word(plan_content(PROFILES[commune]))), because


def test_every_rule_that_a_plan_can_set_has_words() -> None:
    assert set(TERMS) == set(RuleId.__args__)  # type: ignore[attr-defined]


# --- the same as PDF ------------------------------------------------------------------------------------------------


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def is_for_keeping_and_for_everybody(pdf: bytes) -> None:
    """PDF/A-2b by its own word, tagged for screen readers, in Vietnamese, with a title and its font."""
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert b'pdfaid:part="2"' in (stated := root["/Metadata"].get_data()) or b"<pdfaid:part>2<" in stated
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("vi", True)
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title
    page: Any = reader.pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert all("LiberationSerif" in font["/BaseFont"] for font in fonts)


def size_mm(pdf: bytes) -> tuple[int, int]:
    box = PdfReader(BytesIO(pdf)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


@each_commune
def test_the_form_to_print_is_one_page_of_a4_with_all_that_the_word_file_says(profile: Profile) -> None:
    pdf = as_pdf(blank_form(profile), TODAY)
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    assert size_mm(pdf) == (210, 297)
    is_for_keeping_and_for_everybody(pdf)
    words = flat(pdf)
    for line in told(form_of(profile)).splitlines():
        assert " ".join(line.strip(" .\t").split()) in words


@each_commune
def test_the_plan_as_pdf_says_what_the_word_file_says(profile: Profile) -> None:
    pdf = as_pdf(plan_content(profile), TODAY)
    is_for_keeping_and_for_everybody(pdf)
    words = flat(pdf)
    for part in (profile.plan, *profile.conference.invited, *(duty.what for duty in profile.conference.duties)):
        assert " ".join(part.split()) in words, part


def test_a_paper_is_set_once_for_each_content() -> None:
    profile = PROFILES["thanh-tri"]
    first = as_pdf(blank_form(profile), TODAY)
    assert as_pdf(blank_form(profile), TODAY) is first
    assert as_word(blank_form(profile)) is as_word(blank_form(profile))
    other = profile.model_copy(update={"email": "khac@hanoi.example"})
    assert "khac@hanoi.example" in flat(as_pdf(blank_form(other), TODAY))


# --- the receipt ----------------------------------------------------------------------------------------------------

TRACKING = "https://doithoai.hanoi.example/tra-cuu"
FORM = Submission(
    id=SUBMISSION,
    commune="thanh-tri",
    code="K7QX-3M9M",
    fingerprint="f",
    channel="paper",
    received_at=NOW,
    on_time=True,
    registrant=registrant(),
    questions=(question(1), question(2, "Bao giờ xã nạo vét mương thôn Nội?")),
    dialogue=DIALOGUE,
    attendance="expected",
)
CONFERENCE = Announcement(DIALOGUE, "thanh-tri", TITLE, HELD_AT, PLACE, State.ANNOUNCED)
CANCELLED = replace(CONFERENCE, state=State.CANCELLED, reason="Bão số 3")


@each_commune
def test_a_receipt_is_one_page_of_a5_and_tells_where_to_look_and_whom_to_ask(profile: Profile) -> None:
    pdf = receipt_pdf(FORM, CONFERENCE, profile, TRACKING)
    assert len(PdfReader(BytesIO(pdf)).pages) == 1
    assert size_mm(pdf) == (148, 210)
    is_for_keeping_and_for_everybody(pdf)
    words = flat(pdf)
    for part in (
        "GIẤY TIẾP NHẬN PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI",
        "doithoai.hanoi.example/tra-cuu",
        "Tiếp nhận lúc: 09:30 thứ Hai, 20/04/2026",
        "Số câu hỏi: 2",
        "08:30 thứ Năm, 14/05/2026: ông/bà được trả lời tại hội nghị đối thoại",
        profile.address,
        profile.email,
    ):
        assert part in words, part
    assert "K7QX-3M9M" in words.replace(" ", "")


def test_a_receipt_names_nobody_and_nothing_that_was_asked() -> None:
    words = flat(receipt_pdf(FORM, CONFERENCE, PROFILES["thanh-tri"], TRACKING))
    known = FORM.registrant
    asked = [one.text for one in FORM.questions]
    for secret in (known.name, known.phone, known.email, known.address, *asked):
        assert secret not in words


@pytest.mark.parametrize(
    ("changes", "dialogue", "words", "because"),
    [
        ({}, CONFERENCE, "08:30 thứ Năm, 14/05/2026:", "it is answered at the dialogue"),
        ({"seat": 12}, CONFERENCE, "ghế số 12", "there is a seat"),
        ({}, CANCELLED, "Lý do: Bão số 3. Câu hỏi được trả lời bằng văn bản.", "force majeure"),
        ({"channel": "floor", "attendance": "present"}, CONFERENCE, "ngay tại hội nghị", "asked from the floor"),
        ({"attendance": None, "on_time": False}, CONFERENCE, "Phiếu đến sau hạn đăng ký", "late"),
        ({"attendance": None, "dialogue": None}, None, "chưa có hội nghị nào được thông báo", "none is planned"),
        ({"withdrawn": (f"{SUBMISSION}-1", f"{SUBMISSION}-2")}, CONFERENCE, "đã rút phiếu", "nothing is left of it"),
        ({"withdrawn": (f"{SUBMISSION}-1",)}, CONFERENCE, "14/05/2026", "one question is left"),
    ],
)
def test_what_happens_next_is_told_in_two_or_three_steps(
    changes: dict[str, Any], dialogue: Announcement | None, words: str, because: str
) -> None:
    steps = next_steps(replace(FORM, **changes), dialogue, PROFILES["thanh-tri"])
    assert len(steps) <= 3
    assert words in " ".join(f"{step.when} {step.what}" for step in steps), because


# --- the pages ------------------------------------------------------------------------------------------------------


class Shelf:
    """One form for a dialogue that is announced."""

    async def by_code(self, code: str) -> Submission | None:
        return FORM if code == FORM.code else None

    async def get(self, dialogue: str) -> Any:
        return SimpleNamespace(announcement=CONFERENCE) if dialogue == DIALOGUE else None


PAGES = templates(Path("services/intake/pages/templates"))
PAGES.filters |= {"sentence": sentence, "standing": standing, "field_name": FIELD_NAMES.__getitem__, "file_size": str}


def page(name: str, headers: Mapping[str, str] | None = None, **values: Any) -> HTMLResponse:
    return HTMLResponse(PAGES.get_template(name).render(now=NOW, rehearsed=False, **values), headers=headers)


async def get(profiles: Path, *paths: str) -> list[httpx.Response]:
    app = FastAPI()
    settings = SimpleNamespace(communes=profiles, public_url="http://127.0.0.1")
    service = SimpleNamespace(app=app, communes=PROFILES, settings=settings, clock=lambda: NOW)
    shelf = Shelf()
    add_papers(cast("Service", service), cast("Submissions", shelf), cast("Dialogues", shelf), Sessions(None), page)
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


async def test_the_signed_plan_of_one_commune_is_not_that_of_another(tmp_path: Path) -> None:
    (tmp_path / "thanh-tri-ke-hoach.docx").write_bytes(b"signed")
    [pdf, word] = await get(tmp_path, "/xa/chanh-lo/ke-hoach.pdf", "/xa/chanh-lo/ke-hoach.docx")
    content = plan_content(PROFILES["chanh-lo"])
    assert flat(pdf.content) == flat(as_pdf(content, TODAY))
    assert told(word.content) == told(as_word(content))
    assert "noi-dung-ke-hoach-chanh-lo.pdf" in pdf.headers["content-disposition"]


@pytest.mark.parametrize(("signed", "words"), [(True, "Tải kế hoạch (PDF)"), (False, "Tải nội dung kế hoạch (PDF)")])
def test_a_signed_plan_is_called_the_plan_and_anything_else_its_content(signed: bool, words: str) -> None:
    macro: Any = PAGES.get_template("parts.html").module
    shown = str(macro.downloads(PROFILES["thanh-tri"], {"pdf": Path()} if signed else {}))
    assert words in shown
    assert "/xa/thanh-tri/mau-phieu.pdf" in shown


async def test_the_receipt_can_be_read_and_taken_home_by_its_code_however_it_is_typed(tmp_path: Path) -> None:
    paths = ("/phieu/K7QX-3M9M", "/phieu/k7qx3m9m", "/phieu/K7QX-3M9M.pdf", "/phieu/K7QX-3M9N.pdf", "/phieu/x.pdf")
    shown, plain, pdf, wrong, none = await get(tmp_path, *paths)
    assert [one.status_code for one in (shown, plain, pdf, wrong, none)] == [200, 200, 200, 404, 404]
    assert 'href="/phieu/K7QX-3M9M.pdf"' in shown.text
    assert pdf.headers["content-disposition"] == "attachment; filename*=UTF-8''giay-tiep-nhan-K7QX-3M9M.pdf"
    assert pdf.headers["content-type"] == "application/pdf"


async def test_what_is_offered_in_no_other_format_is_not_found(tmp_path: Path) -> None:
    for answer in await get(
        tmp_path, "/xa/thanh-tri/mau-phieu.odt", "/xa/thanh-tri/ke-hoach.txt", "/xa/dong-anh/mau-phieu.pdf"
    ):
        assert answer.status_code == 404
