"""Whatever way a form is written out, the same registrant and the same questions are read from it."""

import sys
import textwrap
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.reading.forms import UnreadableForm, read_form
from services.intake.reading.spelling import fold
from shared.contracts.people import Matter, Registrant

LABELS = {
    "name": [
        "Họ tên",
        "Họ và tên",
        "HỌ VÀ TÊN",
        "Họ, tên",
        "Người đăng ký",
        "Ông/bà",
        "Tôi tên là",
        "Họ và tên ông (bà)",
    ],
    "phone": ["Điện thoại", "Số điện thoại", "SĐT", "ĐT liên hệ", "Số ĐT/Zalo", "Điện thoại di động", "Mobile"],
    "email": ["Email", "E-mail", "Thư điện tử", "Địa chỉ email", "Gmail"],
    "address": ["Địa chỉ", "Địa chỉ (ghi rõ số nhà, thôn)", "Nơi ở hiện nay", "Địa chỉ liên hệ", "Thường trú tại"],
}
SEPARATORS = [": ", ":", " : ", ":\t", ": ........", ":……… ", ":____ ", ":\n", ": .....\n", "：", " = "]
AFTER = ["", " .....", "………", "\n........", " ____", "."]
HEADINGS = [
    ("1. Về thủ tục hành chính:", "2. Về giải quyết thủ tục hành chính:"),
    (
        "1. Về thủ tục hành chính (chất lượng nội dung, sáng kiến...)",
        "2. Về giải quyết thủ tục hành chính (cơ sở vật chất)",
    ),
    ("I. VỀ THỦ TỤC HÀNH CHÍNH", "II. VỀ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"),
    ("a) Về TTHC", "b) Về việc giải quyết TTHC"),
    ("Mục 1: Về các thủ tục hành chính", "Mục 2: Về giải quyết các thủ tục hành chính"),
    ("1. Thủ tục hành chính:", "2. Giải quyết thủ tục hành chính:"),
]
MARKS = ["{}) ", "{}. ", "{}/ ", "- ", "+ ", "• ", "Câu {}: "]
ABOVE = [
    "",
    "Kính gửi Văn phòng,\nTôi xin gửi phiếu ạ.\n",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\nPHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI\n",
    "UBND XÃ THANH TRÌ\nĐiện thoại: 024 3861 0000\nPHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI\nKính gửi: UBND xã Thanh Trì\n",
    "---------- Forwarded message ---------\nTừ: Mận <a@nguoidan.example>\nDate: 4 thg 5, 2026\nSubject: Phiếu\n\n",
    "Kính chuyển.\n\n-----Original Message-----\nFrom: Mận\nSent: Monday, May 4, 2026 8:00 AM\nTo: Văn thư\n\n",
]
BELOW = [
    "",
    "\nGửi từ iPhone của tôi",
    "\n--\nTrần Văn Bưởi\nĐT: 0912 000 111",
    "\nThanh Trì, ngày 4 tháng 5 năm 2026\nNGƯỜI ĐĂNG KÝ\n(Ký, ghi rõ họ tên)",
    "\nĐông Hạ, ngày 4/5/2026\nNgười làm đơn\n(đã ký)",
    "\nTrân trọng.\n",
    "\nVào 08:00 Thứ Hai, 4 tháng 5, 2026, Văn thư <v@hanoi.example> đã viết:\n> Xin bà bổ sung.",
    "\nFrom: Văn thư <v@hanoi.example>\nSent: Monday, May 4, 2026 8:00 AM\n\nKính gửi bà.",
    "\nĐã gửi từ Zalo",
]
GIVEN = ["Mận", "Đức", "Thị Hoa", "Văn Khoa", "Quỳnh Như", "Ánh", "Ngọc Lý"]
NAMES = st.builds("{} {}".format, st.sampled_from(["Nguyễn", "Trần", "Đỗ", "Phạm", "Vũ"]), st.sampled_from(GIVEN))
PHONES = st.from_regex(r"0[35789][0-9]{8}", fullmatch=True)
EMAILS = st.from_regex(r"[a-z][a-z0-9]{1,9}(?:\.[a-z0-9]{1,5})?@nguoidan\.example", fullmatch=True)
HAMLETS = st.sampled_from(["Đông Hạ", "Nội", "Yên Mỹ", "Ngoại"])
ADDRESSES = st.builds("Số {}, ngõ {}, thôn {}".format, st.integers(1, 999), st.integers(1, 99), HAMLETS)
QUESTIONS = st.lists(
    st.sampled_from(
        [
            "Làm lại giấy khai sinh cần những giấy tờ gì?",
            "Tôi nộp hồ sơ tách thửa từ tháng 2 mà đến nay chưa được trả kết quả, xin hỏi lý do.",
            "Đèn đường ở ngõ 5 hỏng đã lâu, đề nghị xã cho sửa.",
            "Vì sao lệ phí chứng thực (bản sao) lại thu 2.000 đồng mỗi trang?",
            "Nhà ông Nguyễn Văn Khoai xây lấn đường, ai giải quyết?",
            "Bộ phận một cửa không đưa giấy hẹn cho tôi.",
        ]
    ),
    max_size=4,
    unique=True,
)


@st.composite
def layouts(draw):
    """A form as data, and the same written out."""
    registrant = Registrant(
        name=draw(NAMES), phone=draw(PHONES), email=draw(st.none() | EMAILS), address=draw(ADDRESSES | st.none())
    )
    lines = []
    for field in draw(st.permutations(["phone", "email", "address"])):
        value = getattr(registrant, field) or ""
        if value or draw(st.booleans()):
            lines.append(draw(_line(field, value)))
    lines.insert(draw(st.integers(0, 1 if lines else 0)), draw(_line("name", registrant.name)))
    sections = draw(QUESTIONS), draw(QUESTIONS)
    if not any(sections):
        sections = ["Phí bao nhiêu?"], []
    width, mark = draw(st.integers(40, 120)), draw(st.sampled_from(MARKS))
    written = [
        heading + "\n" + "".join(textwrap.fill(mark.format(n) + one, width) + "\n" for n, one in enumerate(section, 1))
        for heading, section in zip(draw(st.sampled_from(HEADINGS)), sections, strict=True)
    ]
    text = draw(st.sampled_from(ABOVE)) + "\n".join(lines) + "\n" + "\n".join(written) + draw(st.sampled_from(BELOW))
    matters = tuple(
        Matter(section=section, text=one)
        for section, asked in zip(("procedures", "handling"), sections, strict=True)
        for one in asked
    )
    text = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), text)
    return registrant, matters, text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@st.composite
def _line(draw, field, value):
    label = draw(st.sampled_from(LABELS[field]).map(draw(st.sampled_from([str, fold]))))
    if field == "address" and value and draw(st.booleans()):
        value = value.replace(", thôn", ",\nthôn")
    if field == "phone" and draw(st.booleans()):
        value = f"{value[:-6]}.{value[-6:-3]}.{value[-3:]}".strip(".")
    separator, after = draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(AFTER))
    return label + (separator.rstrip(" ") if not value else separator) + value + after


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(layouts())
def test_a_form_is_read_back_however_it_is_laid_out(layout):
    registrant, matters, text = layout
    form = read_form(text)
    assert form.registrant == registrant
    assert form.matters == matters
    assert form.notes == ()


PIECES = [
    *[label + separator for labels in LABELS.values() for label in labels[:3] for separator in SEPARATORS[:4]],
    *[heading for pair in HEADINGS for heading in pair],
    *[text for text in ABOVE + BELOW if text],
    *[
        "\n",
        "Mận",
        "0952345678",
        "0952 345 678 - 0987654321",
        "a@b.example",
        "Số 5,",
        "thôn Nội\n",
        "Thôn: Nội\n",
        "(",
        ")",
    ],
    *["Nội dung câu hỏi:\n", "1) Phí?\n", "2.", "> ", "> > ", "….", "____", "*", "|", "ViÖt", "hoäi", "\u0301", "\x00"],
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join), st.none() | st.text(max_size=20)
)
def test_pieces_of_forms_in_any_order_are_read_or_refused(text, sender):
    try:
        form = read_form(text, sender)
    except UnreadableForm:
        return
    assert form.matters
    assert form.registrant.reachable


def steps(text):
    """Calls that reading a text makes."""
    count = 0

    def step(*_):
        nonlocal count
        count += 1

    sys.setprofile(step)
    try:
        read_form(text)
    except UnreadableForm:
        pass
    finally:
        sys.setprofile(None)
    return count


FORM = "Họ tên: Nguyễn Thị Mận\nĐT: 0952345678\n"


@pytest.mark.parametrize(
    "above", ["", FORM, f"{FORM}1. Về thủ tục hành chính:\nLệ phí?\n"], ids=["alone", "head", "asked"]
)
@pytest.mark.parametrize(
    "piece", [*dict.fromkeys(PIECES), "Nguyễn Thị Mận.\n", "--\n", "Trân trọng\n", "ngày 1/2/2026\n"]
)
def test_reading_twice_as_much_takes_twice_as_many_steps_at_most(above, piece):
    times = 300
    steps(above + piece * times)  # whatever is remembered from one reading to the next is remembered now
    once, twice = steps(above + piece * times), steps(above + piece * 2 * times)
    assert twice <= 2.3 * once + 500
