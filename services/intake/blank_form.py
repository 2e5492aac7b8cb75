"""What citizens take home as Word files: the empty form, and what the commune's plan lays down.

Pure: a file is made from the profile alone. The form has the layout of the one annexed to the plan of xã Thanh Trì;
filled in, it is what `forms.py` reads.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from services.intake.words import FIELD_NAMES, sentence
from shared.communes import Profile, SessionPlan, Slot, Span
from shared.contracts.deadlines import RuleId
from shared.web import capital, local_day, spoken_time

FACE, BODY, NONE = "Times New Roman", Pt(13), Pt(0)
WIDTH = Mm(165)
CENTRED, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
SECTIONS = (
    ("1. Về thủ tục hành chính", "(chất lượng nội dung, tổ chức công khai, sáng kiến...)", 7),
    (
        "2. Về giải quyết thủ tục hành chính",
        "(cơ sở vật chất; thái độ giao tiếp, hướng dẫn của công chức, có được nhận Giấy tiếp nhận và hẹn trả kết quả, "
        "Biên lai thu phí, kết quả giải quyết hồ sơ đúng hạn, sớm hạn, quá hạn...)",
        9,
    ),
)
"""Heading, hint and number of dotted lines of each section of the form."""
TERMS: Mapping[RuleId, tuple[str, str]] = {
    "periodic-dialogue": ("Tổ chức đối thoại định kỳ", "ngày cuối của kỳ"),
    "announcement": ("Thông báo thời gian, địa điểm hội nghị", "hội nghị"),
    "registration-cutoff": ("Nhận phiếu đăng ký", "hội nghị"),
    "opinions-collected": ("Các nơi gửi tổng hợp ý kiến", "hội nghị"),
    "participant-list": ("Gửi danh sách người tham dự", "hội nghị"),
    "preparation": ("Chuẩn bị hội nghị", "hội nghị"),
    "department-answer": ("Phòng, đơn vị soạn câu trả lời", "ngày được giao câu hỏi"),
    "written-answer": ("Trả lời bằng văn bản", "ngày câu hỏi được chuyển sang trả lời bằng văn bản"),
    "superior-report": ("Báo cáo cấp trên việc vượt thẩm quyền", "ngày ghi nhận việc vượt thẩm quyền"),
    "delegate-report": ("Người được ủy quyền chủ trì báo cáo lại Chủ tịch", "ngày hội nghị"),
    "conclusion-notice": ("Ra thông báo kết luận", "ngày hội nghị"),
    "resolution": ("Giải quyết việc kết luận giao, thông báo cho công dân", "ngày ra thông báo kết luận"),
    "resolution-extended": ("Giải quyết việc cần xác minh thêm", "ngày ra thông báo kết luận"),
    "result-report": ("Báo cáo kết quả đối thoại", "ngày hội nghị"),
}
"""Each rule as a citizen would call it, and what its term is counted from or back from."""


def blank_form(*, name: str, address: str, email: str, hamlet_word: str, place: str) -> bytes:
    """The empty form (Phiếu đăng ký tham gia đối thoại) as DOCX, one page of A4 or little more.

    name: of the commune in running text, `xã Thanh Trì`. place: where the form is dated, `Thanh Trì`.
    """
    document = _page("Phiếu đăng ký tham gia đối thoại", f"UBND {name}")
    for line in MOTTO:
        _line(document, line, bold=True, align=CENTRED)
    _line(document, "PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI", bold=True, align=CENTRED, before=Pt(14), size=Pt(14))
    instruction = (
        "(Phiếu được đánh máy hoặc viết tay và điền đầy đủ thông tin liên hệ, nội dung đăng ký đối thoại và gửi về "
        f"địa chỉ: UBND {name}, {address}) hoặc gửi qua email: {email}"
    )
    _line(document, instruction, italic=True, align=CENTRED, after=Pt(10))
    _line(document, f"Kính gửi: UBND {name}", bold=True, align=CENTRED, after=Pt(6))
    for label in ("Họ tên:", "Điện thoại:", f"Địa chỉ (ghi rõ số nhà, {hamlet_word}):", "Email:"):
        _dotted(document, f"{label} ")
        if label.startswith("Địa chỉ"):
            _dotted(document)
    kind = name.split(" ", 1)[0]
    request = f"Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND {kind}"
    _line(document, request, bold=True, before=Pt(6), after=Pt(4))
    for heading, hint, lines in SECTIONS:
        paragraph = _line(document, heading, bold=True, align=JUSTIFIED, before=Pt(4))
        paragraph.add_run(f" {hint}").italic = True
        for _ in range(lines):
            _dotted(document)
    for words, bold, italic in (
        (f"{place}, ngày ..... tháng ..... năm 20.....", False, True),
        ("NGƯỜI ĐĂNG KÝ", True, False),
        ("(Ký, ghi rõ họ tên)", False, True),
    ):
        paragraph = _line(document, words, bold=bold, italic=italic, align=CENTRED)
        paragraph.paragraph_format.left_indent = Mm(75)
        paragraph.paragraph_format.keep_with_next = True
    return _saved(document)


def plan_content(profile: Profile) -> bytes:
    """What the plan lays down, as far as the profile has it, as DOCX of about two pages.

    It is no copy of the plan, and says so.
    """
    document = _page(profile.plan, profile.letterhead.issuer)
    _line(document, "NỘI DUNG KẾ HOẠCH ĐỐI THOẠI", bold=True, align=CENTRED, size=Pt(14))
    _line(document, profile.plan, bold=True, align=CENTRED, before=Pt(4), after=Pt(4))
    _line(
        document,
        f"(Trích từ hồ sơ của {profile.name}, {profile.province}, trong hệ thống đối thoại; không thay cho văn bản kế "
        "hoạch đã ký.)",
        italic=True,
        align=CENTRED,
        after=Pt(8),
    )
    conference = profile.conference
    parts: list[tuple[str, Sequence[str]]] = [
        ("Chương trình", [line for slot in profile.programme for line in _slot(slot)]),
        ("Chủ trì", [sentence(conference.chair)]),
        ("Thành phần mời", [f"- {sentence(one)}" for one in conference.invited]),
        ("Nơi tổ chức", [f"{sentence(profile.hall)} Địa điểm của từng hội nghị nêu trong thông báo."]),
        ("Nhận phiếu đăng ký", _registration(profile)),
    ]
    number = 0
    for title, lines in parts:
        if lines:
            number += 1
            _heading(document, f"{number}. {title}")
            for line in lines:
                _line(document, line, align=JUSTIFIED, after=Pt(3))
    if conference.duties:
        number += 1
        _heading(document, f"{number}. Phân công chuẩn bị")
        duties = [(one.what, one.owner, capital(_term(one.term, "hội nghị"))) for one in conference.duties]
        _table(document, ("Việc", "Đơn vị", "Thời hạn"), duties, (Mm(72), Mm(50), Mm(43)))
        note = "Việc nào kế hoạch không nêu ngày thì thời hạn ghi ở đây là thời hạn mặc định."
        _line(document, note, italic=True, before=Pt(3))
    if profile.terms:
        number += 1
        _heading(document, f"{number}. Thời hạn")
        terms = [
            (TERMS[rule][0], capital(_term(profile.terms[rule], TERMS[rule][1])), profile.terms[rule].basis)
            for rule in TERMS
            if rule in profile.terms
        ]
        _table(document, ("Việc", "Thời hạn", "Căn cứ"), terms, (Mm(50), Mm(45), Mm(70)))
    return _saved(document)


def _slot(slot: Slot) -> list[str]:
    if slot.held_at is not None:
        when = f"lúc {spoken_time(slot.held_at)}"
    elif slot.opens == slot.closes:
        when = f"ngày {local_day(slot.opens)}"
    else:
        when = f"từ ngày {local_day(slot.opens)} đến ngày {local_day(slot.closes)}"
    sessions = [_session(number, one, len(slot.sessions)) for number, one in enumerate(slot.sessions, 1)]
    return [f"- {slot.name}: {when}. Căn cứ: {sentence(slot.basis)}", *sessions]


def _session(number: int, session: SessionPlan, of: int) -> str:
    lead = f"+ Đợt {number}: " if of > 1 else "+ "
    audience = f", dành cho {session.audience}" if session.audience else ""
    fields = f" Gồm: {'; '.join(FIELD_NAMES[field] for field in session.fields)}." if session.fields else ""
    return f"{lead}{session.title}{audience}.{fields}"


def _registration(profile: Profile) -> list[str]:
    """Where and until when; a plan that names no term leaves it to the announcement."""
    hours = profile.office_hours
    own = profile.terms.get("registration-cutoff")
    until = _term(own, "hội nghị") if own else "đến hạn nêu trong thông báo của từng hội nghị"
    mornings = " (có ngày chỉ làm việc buổi sáng)" if hours.mornings_only else ""
    phone = f", điện thoại {profile.phone}" if profile.phone else ""
    return [
        f"- Phiếu đăng ký, bản giấy hoặc bản điện tử, được nhận {until}. Phiếu gửi sau vẫn được tiếp nhận và được trả "
        "lời bằng văn bản.",
        f"- Gửi trực tiếp hoặc qua bưu điện: UBND {profile.name}, {profile.address}{phone}; giờ hành chính các ngày từ "
        f"thứ Hai đến thứ Sáu, {hours.morning_opens:%H:%M}–{hours.morning_closes:%H:%M} và "
        f"{hours.afternoon_opens:%H:%M}–{hours.afternoon_closes:%H:%M}{mornings}, trừ ngày nghỉ lễ.",
        f"- Gửi qua thư điện tử: {profile.email}; hoặc trên trang đăng ký của {profile.name}.",
    ]


def _term(span: Span, anchor: str) -> str:
    """`trước hội nghị ít nhất 10 ngày`, `trong 05 ngày làm việc kể từ ngày hội nghị`."""
    length = f"{span.count:02} {'ngày làm việc' if span.unit == 'working-days' else 'ngày'}"
    if span.counted == "before":
        return f"trước {anchor} ít nhất {length}" if span.count else f"trước {anchor}"
    return f"trong {length} kể từ {anchor}" if span.count else f"ngay trong {anchor}"


# --- paper ----------------------------------------------------------------------------------------------------------


def _page(title: str, author: str) -> Any:
    """A4 with the margins of Decree 30/2020/NĐ-CP, annex I."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, BODY
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        style.element.rPr.rFonts.set(qn(script), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.rPr.append(language)
    properties = document.core_properties
    properties.title, properties.author, properties.language = title[:255], author[:255], "vi-VN"
    return document


def _line(
    place: Any,
    words: str,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    before: Length = NONE,
    after: Length = NONE,
    size: Length = BODY,
) -> Any:
    paragraph = place.add_paragraph()
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, size
    paragraph.alignment = align
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = before, after, 1.0
    return paragraph


def _dotted(document: Any, label: str = "") -> None:
    """A line of dots up to the margin. They lead a tab, so that they make room for what is typed."""
    paragraph = _line(document, f"{label}\t", before=Pt(3))
    paragraph.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _heading(document: Any, words: str) -> None:
    _line(document, words, bold=True, before=Pt(8), after=Pt(3)).paragraph_format.keep_with_next = True


def _table(document: Any, names: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[Length]) -> None:
    """A table with lines, whose first row stands on each page it runs over."""
    table = document.add_table(rows=0, cols=len(names))
    table.style, table.autofit = "Table Grid", False
    for row in (names, *rows):
        for cell, words, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            run = cell.paragraphs[0].add_run(words)
            run.bold, run.font.size = row is names, Pt(12)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _saved(document: Any) -> bytes:
    file = BytesIO()
    document.save(file)
    return file.getvalue()
