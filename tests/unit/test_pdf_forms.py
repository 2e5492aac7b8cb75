import io
import zlib
from contextlib import suppress

import pypdf
import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from services.intake.reading.documents import read_form_file
from services.intake.reading.forms import read_form
from services.intake.reading.pdf import MAX_PAGES, MAX_STREAM, read_pdf, text_of
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import Matter, Registrant

REGISTRANT = Registrant(
    name="Nguyễn Thị Mận", phone="0952345678", address="Số 12, ngõ 34, thôn Đông Hạ", email="man.nt@nguoidan.example"
)
LONG = (
    "Gia đình tôi nộp hồ sơ tách thửa từ tháng Ba năm nay nhưng đến nay chưa được trả kết quả, xin hỏi khi nào thì "
    "có kết quả và có phải nộp thêm giấy tờ gì nữa hay không?"
)
PAGE = """#set page("a4")
#set text(font: "Liberation Serif", size: 13pt, lang: "vi")
#align(center)[*PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI*]
"""
BODY = rf"""
1. Về thủ tục hành chính (chất lượng nội dung, tổ chức công khai, sáng kiến...)

{LONG}

2. Về giải quyết thủ tục hành chính

Xã không trả đúng hẹn.

#align(right)[Thanh Trì, ngày 20 tháng 4 năm 2026 \ *NGƯỜI ĐĂNG KÝ*]
"""
MATTERS = (Matter(section="procedures", text=LONG), Matter(section="handling", text="Xã không trả đúng hẹn."))
LINES = r"""
Họ tên: Nguyễn Thị Mận

Điện thoại: 0952 345 678 #box(width: 1fr, repeat[.])

Địa chỉ (ghi rõ số nhà, thôn): Số 12, ngõ 34, thôn Đông Hạ

Email: man.nt\@nguoidan.example
"""
GRID = r"""
#table(columns: 2, [Họ và tên], [Nguyễn Thị Mận], [Điện thoại], [0952 345 678],
[Địa chỉ], [Số 12, ngõ 34, thôn Đông Hạ], [Email], [man.nt\@nguoidan.example])
"""


def typed(content):
    return typst.compile((PAGE + content + BODY).encode())


def saved(writer):
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def with_fields(pdf, *fields):
    """A PDF with text fields laid over its first page: (left, bottom, right, top, what is written in it)."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    widgets = ArrayObject(
        writer._add_object(
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Annot"),
                    NameObject("/Subtype"): NameObject("/Widget"),
                    NameObject("/FT"): NameObject("/Tx"),
                    NameObject("/T"): TextStringObject(f"field{number}"),
                    NameObject("/V"): TextStringObject(written),
                    NameObject("/Rect"): ArrayObject(map(FloatObject, frame)),
                }
            )
        )
        for number, (*frame, written) in enumerate(fields)
    )
    writer.pages[0][NameObject("/Annots")] = widgets
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): widgets})
    return saved(writer)


def fonts():
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    return DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): named})})


def a_drawing(content, pages=1):
    """A PDF of pages that hold nothing but one drawing."""
    writer = pypdf.PdfWriter()
    stream = StreamObject()
    stream._data = zlib.compress(content)
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    held = writer._add_object(stream)
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Contents")] = held
        page[NameObject("/Resources")] = fonts()
    return saved(writer)


def locked(pdf, password):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt(user_password=password, owner_password="văn phòng", algorithm="AES-256")
    return saved(writer)


@pytest.mark.parametrize(
    ("pdf", "because"),
    [
        (typed(LINES), "typed line by line"),
        (typed(GRID), "typed into a table"),
        (locked(typed(LINES), ""), "open to read, closed to change"),
    ],
)
def test_a_typed_pdf_is_read(pdf, because):
    form = read_form(text_of(pdf))
    assert form.registrant == REGISTRANT
    assert form.matters == MATTERS
    assert not form.notes


def printed(*lines):
    """A PDF of one page: (left, height, text without marks)."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    page[NameObject("/Resources")] = fonts()
    stream = StreamObject()
    stream._data = b"".join(
        f"BT /F1 12 Tf 1 0 0 1 {left} {height} Tm ({text}) Tj ET\n".encode() for left, height, text in lines
    )
    page[NameObject("/Contents")] = writer._add_object(stream)
    return saved(writer)


def test_what_is_written_in_fields_stands_where_it_is_seen():
    pdf = printed(
        (60, 700, "Ho ten:"),
        (60, 670, "Dien thoai:"),
        (330, 670, "Email:"),
        (60, 640, "Dia chi:"),
        (60, 600, "1. Ve thu tuc hanh chinh:"),
        (60, 480, "2. Ve giai quyet thu tuc hanh chinh:"),
    )
    filled = with_fields(
        pdf,
        (60, 380, 530, 470, "Xã không trả đúng hẹn.\n"),
        (150, 696, 500, 714, "Nguyễn Thị Mận"),
        (400, 666, 540, 684, "man.nt@nguoidan.example"),
        (150, 666, 300, 684, "0952 345 678"),
        (150, 620, 500, 654, "Số 12, ngõ 34,\nthôn Đông Hạ"),
        (60, 500, 530, 590, f"1) {LONG}\n2) Lệ phí bao nhiêu?"),
    )
    form = read_form(text_of(filled))
    assert form.registrant == REGISTRANT
    assert form.matters == (MATTERS[0], Matter(section="procedures", text="Lệ phí bao nhiêu?"), MATTERS[1])


def test_a_pdf_is_read_apart_through_the_same_door_as_other_files():
    form, channel = read_form_file("Phiếu.PDF", typed(LINES))
    assert (form.registrant, form.matters, channel) == (REGISTRANT, MATTERS, "paper")


def a_ring_of_pages():
    """Two nodes of the tree of pages, each a child of the other."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Pages/Kids[2 0 R]/Parent 2 0 R/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


@pytest.mark.parametrize(
    ("pdf", "said"),
    [
        (b"%PDF-1.7", "bị hỏng"),
        (typed(LINES)[:2_000], "bị hỏng"),
        (a_drawing(b"0 0 100 100 re f"), "Tệp PDF là bản chụp, không có chữ để đọc"),
        (a_drawing(b"BT (x) Tj ET", pages=MAX_PAGES + 1), f"dài quá {MAX_PAGES} trang"),
        (a_drawing(b" " * (MAX_STREAM + 1)), "bị hỏng hoặc có cấu trúc bất thường"),
        (locked(typed(LINES), "bí mật"), "có mật khẩu"),
        (a_ring_of_pages(), "."),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(pdf, said):
    with pytest.raises(UnreadableDocument) as refusal:
        text_of(pdf)
    assert said in refusal.value.reason
    assert refusal.value.reason.endswith(".")


def test_why_comes_back_from_the_process_apart():
    with pytest.raises(UnreadableDocument, match="bản chụp"):
        read_pdf(a_drawing(b"0 0 100 100 re f"))


def test_a_pdf_that_takes_too_long_is_given_up():
    words = b"BT /F1 9 Tf 1 0 0 1 9 9 Tm (x) Tj ET\n"
    with pytest.raises(UnreadableDocument, match="cấu trúc bất thường"):
        read_pdf(a_drawing(words * (MAX_STREAM // len(words) - 1), pages=MAX_PAGES), seconds=1)


WHOLE = with_fields(typed(LINES), (200, 700, 500, 720, "Nguyễn Thị Mận"))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.data())
def test_any_damage_to_a_pdf_is_read_over_or_refused(data):
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))
    with suppress(UnreadableDocument):
        assert isinstance(text_of(bytes(damaged)), str)
