import textwrap
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.reading.forms import Form, UnreadableForm, looks_like_form, read_form
from services.intake.reading.spelling import clean, fold
from shared.contracts.people import Matter, Registrant

HINT_1 = "(chất lượng nội dung, tổ chức công khai, sáng kiến...)"
HINT_2 = (
    "(cơ sở vật chất; thái độ giao tiếp, hướng dẫn của công chức, có được nhận Giấy tiếp nhận và hẹn trả kết quả, "
    "Biên lai thu phí, kết quả giải quyết hồ sơ đúng hạn, sớm hạn, quá hạn....)"
)


def a_form(
    name="Nguyễn Thị Mận",
    phone="0952 345 678",
    address="Số 12, thôn Đông Hạ",
    email="man.nt@nguoidan.example",
    procedures="",
    handling="",
    after="",
):
    """The paper form, typed over."""
    return f"""
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập – Tự do – Hạnh phúc

PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI

(Phiếu được đánh máy hoặc viết tay và điền đầy đủ thông tin liên hệ, nội dung đăng ký đối thoại và gửi về
địa chỉ: UBND xã Thanh Trì. Số 12 đường Nguyễn Bặc, xã Thanh Trì, Thành phố Hà Nội) hoặc gửi qua
email: vanthu.thanhtri@hanoi.gov.vn

Kính gửi: UBND xã Thanh Trì

Họ tên: {name}
Điện thoại: {phone}
Địa chỉ(ghi rõ số nhà, thôn){address}.....
.....
Email:{email}

Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND xã

1. Về thủ tục hành chính {HINT_1}
{procedures}
........................
........................

2. Về giải quyết thủ tục hành chính {HINT_2}
{handling}
........................

Thanh Trì, ngày 20 tháng 4 năm 2026
NGƯỜI ĐĂNG KÝ
(Ký, ghi rõ họ tên)
{after}
"""


def asked(text):
    """What is asked, as (number of the section, text)."""
    return [({"procedures": 1, "handling": 2}[matter.section], matter.text) for matter in read_form(text).matters]


def problems(text):
    with pytest.raises(UnreadableForm) as refusal:
        read_form(text)
    return refusal.value.problems


def test_the_paper_form_is_read():
    text = a_form(procedures="Làm lại giấy khai sinh cần giấy tờ gì?", handling="Tôi không được đưa giấy hẹn.")
    assert read_form(text) == Form(
        Registrant(
            name="Nguyễn Thị Mận",
            phone="0952345678",
            email="man.nt@nguoidan.example",
            address="Số 12, thôn Đông Hạ",
        ),
        (
            Matter(section="procedures", text="Làm lại giấy khai sinh cần giấy tờ gì?"),
            Matter(section="handling", text="Tôi không được đưa giấy hẹn."),
        ),
    )


def test_a_section_left_empty_asks_nothing():
    assert asked(a_form(handling="Tôi không được đưa giấy hẹn.")) == [(2, "Tôi không được đưa giấy hẹn.")]


@pytest.mark.parametrize(
    ("written", "questions", "because"),
    [
        ("1) Làm sổ đỏ ở đâu?\n2) Phí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "numbers"),
        ("1. Làm sổ đỏ ở đâu\n2. Phí bao nhiêu", ["Làm sổ đỏ ở đâu", "Phí bao nhiêu"], "numbers with a point"),
        ("1/ Làm sổ đỏ ở đâu\n2/ Phí bao nhiêu", ["Làm sổ đỏ ở đâu", "Phí bao nhiêu"], "numbers with a slash"),
        ("1.1. Làm sổ đỏ?\n1.2. Phí bao nhiêu?", ["Làm sổ đỏ?", "Phí bao nhiêu?"], "numbered within the section"),
        ("1.1 Làm sổ đỏ?\n1.2 Phí bao nhiêu?", ["Làm sổ đỏ?", "Phí bao nhiêu?"], "with a blank for the point"),
        ("a) Làm sổ đỏ ở đâu?\nb) Phí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "letters"),
        ("- Làm sổ đỏ ở đâu?\n- Phí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "dashes"),
        ("-Làm sổ đỏ ở đâu\n-Phí bao nhiêu", ["Làm sổ đỏ ở đâu", "Phí bao nhiêu"], "dashes without a blank"),
        ("+ Làm sổ đỏ ở đâu?\n+ Phí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "plus signs"),
        ("• Làm sổ đỏ ở đâu?\n• Phí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "bullets"),
        ("\uf0b7 Làm sổ đỏ?\n\uf0b7 Phí bao nhiêu?", ["Làm sổ đỏ?", "Phí bao nhiêu?"], "bullets of Word's symbol font"),
        ("Câu 1: Làm sổ đỏ?\nCâu 2: Phí bao nhiêu?", ["Làm sổ đỏ?", "Phí bao nhiêu?"], "numbered in words"),
        (
            "1)\nLàm sổ đỏ ở đâu?\n2)\nPhí bao nhiêu?",
            ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"],
            "the mark on its own line",
        ),
        ("Làm sổ đỏ ở đâu\n\nPhí bao nhiêu", ["Làm sổ đỏ ở đâu", "Phí bao nhiêu"], "paragraphs"),
        ("Làm sổ đỏ ở đâu?\nPhí bao nhiêu?", ["Làm sổ đỏ ở đâu?", "Phí bao nhiêu?"], "a new sentence after a question"),
        ("Đèn ở ngõ 5 hỏng đã lâu\nmà chưa ai sửa.", ["Đèn ở ngõ 5 hỏng đã lâu mà chưa ai sửa."], "a wrapped line"),
        (
            "Hồ sơ nộp ngày 2.\nNay chưa có kết quả.",
            ["Hồ sơ nộp ngày 2. Nay chưa có kết quả."],
            "two sentences, one matter",
        ),
        (
            "Có đúng không?\nvì hôm trước tôi được báo khác",
            ["Có đúng không? vì hôm trước tôi được báo khác"],
            "goes on",
        ),
        (
            "1) Phí bao nhiêu?\nTôi hỏi phí nộp tại xã.",
            ["Phí bao nhiêu? Tôi hỏi phí nộp tại xã."],
            "numbers say where it ends",
        ),
        (
            "1) Hồ sơ gồm:\n- đơn\n- căn cước\nđã đủ chưa?\n2) Phí?",
            ["Hồ sơ gồm: - đơn - căn cước đã đủ chưa?", "Phí?"],
            "points within",
        ),
        (
            "1. Đất đai:\na) Tách thửa?\nb) Phí?\n2. Hộ tịch",
            ["Đất đai: Tách thửa?", "Đất đai: Phí?", "Hộ tịch"],
            "under a title",
        ),
        (
            "Tôi xin hỏi mấy việc như sau:\n- Làm sổ đỏ?\n- Phí?",
            ["Tôi xin hỏi mấy việc như sau: Làm sổ đỏ?", "Phí?"],
            "announced",
        ),
        (
            "Kính thưa lãnh đạo xã!\n\nLàm sổ đỏ ở đâu?",
            ["Kính thưa lãnh đạo xã! Làm sổ đỏ ở đâu?"],
            "an address asks nothing",
        ),
        (
            "Làm sổ đỏ ở đâu?\n\nTôi xin trân trọng cảm ơn!",
            ["Làm sổ đỏ ở đâu? Tôi xin trân trọng cảm ơn!"],
            "nor do thanks",
        ),
        (
            "Làm sổ đỏ?\nMong xã sớm trả lời.\nNguyễn Thị Mận",
            ["Làm sổ đỏ? Mong xã sớm trả lời."],
            "nor a wish",
        ),
        ("Làm sổ đỏ ở đâu?\n\nNguyễn Thị Mận", ["Làm sổ đỏ ở đâu?"], "nor a signature"),
        ("....Làm sổ đỏ.......\n.......ở đâu?.........", ["Làm sổ đỏ ở đâu?"], "typed onto the dotted lines"),
        (
            "Từ 12.5 đến 3/6 tôi đã\n12/5 nộp hồ sơ",
            ["Từ 12.5 đến 3/6 tôi đã 12/5 nộp hồ sơ"],
            "a date at the start of a line",
        ),
        (
            "Tôi đã nộp ngày\n12. Đến nay chưa xong",
            ["Tôi đã nộp ngày 12. Đến nay chưa xong"],
            "a number at a line's start",
        ),
        ("1. Phí?\n2. Hạn?\n2. Nơi?\n4. Ai?", ["Phí?", "Hạn?", "Nơi?", "Ai?"], "people count wrong"),
        (
            "Tôi muốn hỏi\nvề thủ tục hành chính.",
            ["Tôi muốn hỏi về thủ tục hành chính."],
            "a wrapped line that reads like a heading",
        ),
        (
            "Giấy hẹn ghi\nngày 12 tháng 4 năm 2026\nđúng không?",
            ["Giấy hẹn ghi ngày 12 tháng 4 năm 2026 đúng không?"],
            "a date",
        ),
        ("Phí chờ lâu...", ["Phí chờ lâu..."], "an ellipsis is no dotted line"),
        ("Không có ý kiến gì.", [], "nothing is asked"),
        ("Không", [], "nothing is asked"),
        ("Xin cảm ơn!", [], "thanks alone ask nothing"),
        ("- \n- ", [], "marks without text"),
    ],
)
def test_separate_questions_become_separate_matters(written, questions, because):
    assert asked(a_form(procedures=written, handling="Hết.")) == [(1, text) for text in questions] + [(2, "Hết.")]


@pytest.mark.parametrize(
    ("line", "phone"),
    [
        ("0952.345.678", "0952345678"),
        ("0952-345-678", "0952345678"),
        ("+84 952 345 678", "+84952345678"),
        ("(+84) 952 345 678", "+84952345678"),
        ("0952345678 hoặc 0953456789", "0952345678"),
        ("0952345678 - 0953456789", "0952345678"),
        ("0952345678/0953456789", "0952345678"),
        ("0952345678 0953456789", "0952345678"),
        ("12345, 0952 345 678", "0952345678"),
        ("0952 345 678 (Zalo, gọi ngoài giờ)", "0952345678"),
        ("024 3999 0000", "02439990000"),
        ("........0952 345 678........", "0952345678"),
        ("\n0952 345 678", "0952345678"),
        ("\n\n........\n0952 345 678", "0952345678"),
    ],
)
def test_the_first_valid_phone_is_taken(line, phone):
    assert read_form(a_form(phone=line, handling="Hết?")).registrant.phone == phone


@pytest.mark.parametrize(
    ("line", "email"),
    [
        (" man@nguoidan.example", "man@nguoidan.example"),
        ("......man@nguoidan.example.....", "man@nguoidan.example"),
        ("\nman@nguoidan.example", "man@nguoidan.example"),
        (" man @ nguoidan.example", "man@nguoidan.example"),
        (" man.nguyen@\nnguoidan.example", "man.nguyen@nguoidan.example"),
        (" <mailto:man@nguoidan.example>", "man@nguoidan.example"),
        (" sai@, man@nguoidan.example", "man@nguoidan.example"),
        (" Không có", None),
        (" .....", None),
        (" mận@nguoidan.example", None),
    ],
)
def test_the_first_valid_email_is_taken(line, email):
    assert read_form(a_form(email=line, handling="Hết?")).registrant.email == email


@pytest.mark.parametrize(
    ("written", "address", "because"),
    [
        ("Số 12, thôn Đông Hạ", "Số 12, thôn Đông Hạ", "on the line"),
        ("..Số 12,\nthôn Đông Hạ", "..Số 12, thôn Đông Hạ", "over two lines"),
        (".......\nSố 12,.......\n\nthôn Đông Hạ.....", "Số 12, thôn Đông Hạ", "on the dotted lines"),
        (": Số 12\nThôn: Đông Hạ", "Số 12 Thôn: Đông Hạ", "with labels of its own"),
        (" Số 12\nNghề nghiệp: làm ruộng", "Số 12", "what the form does not ask for is not kept"),
        (" Không có", None, "none"),
    ],
)
def test_the_address_may_take_two_lines(written, address, because):
    found = read_form(a_form(address=written, handling="Hết?")).registrant.address
    assert found == (address.strip(".") if address else None)


MATTER = "Làm lại giấy khai sinh cần giấy tờ gì?"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (lambda text: text, "as it is"),
        (lambda text: unicodedata.normalize("NFD", text), "decomposed, as some systems save it"),
        (lambda text: text.replace("\n", "\r\n"), "Windows line ends"),
        (lambda text: text.replace("\n", "\r"), "line ends of old"),
        (lambda text: text.replace(" ", "\u00a0"), "no-break spaces"),
        (lambda text: text.replace("ọ", "ọ\u200b").replace("n", "n\u00ad"), "zero-width characters"),
        (lambda text: "\ufeff" + text.replace("ng", "\x07ng\x00"), "control characters"),
        (lambda text: text.replace("Đ", "Ð"), "the Icelandic letter in place of Đ"),
        (lambda text: text.replace("Họ tên:", "HỌ VÀ TÊN:").replace("Điện thoại:", "ĐIỆN THOẠI:"), "capitals"),
        (lambda text: text.replace("Họ tên", "Người đăng ký").replace("Điện thoại", "SĐT"), "other words"),
        (lambda text: text.replace("Email:", "Thư điện tử:").replace("Điện thoại", "Số ĐT/Zalo"), "other words"),
        (
            lambda text: text.replace("Họ tên:", "Họ tên.........").replace("Email:", "Email....:"),
            "dotted lines for colons",
        ),
        (
            lambda text: text.replace("Họ tên:", "Ho ten").replace("Điện thoại:", "dien thoai"),
            "neither marks nor colons",
        ),
        (lambda text: text.replace("Họ tên:", "1. Họ tên:").replace("Điện thoại:", "- Điện thoại:"), "numbered labels"),
        (lambda text: text.replace("\nĐiện thoại:", "    Điện thoại:"), "two labels on a line"),
        (
            lambda text: text.replace("1. Về thủ", "I/ VỀ THỦ").replace("2. Về giải", "Mục 2: về giải"),
            "numbered otherwise",
        ),
        (lambda text: text.replace("1. Về", "Về").replace("2. Về", "Về"), "headings without numbers"),
        (lambda text: text.replace(HINT_1, "").replace(HINT_2, ":"), "headings without hints"),
        (lambda text: text.replace(HINT_1, "(…)").replace(HINT_2, "(...)"), "hints left out"),
        (lambda text: text.replace(HINT_1, f"(*{HINT_1[1:-1]}*)"), "hints in Markdown italics"),
        (lambda text: text.replace(HINT_2, textwrap.fill(HINT_2, 40)), "a hint over several lines"),
        (lambda text: text.replace(HINT_1 + "\n", HINT_1 + " "), "content on the line of the heading"),
        (lambda text: text.replace("thủ tục hành chính", "TTHC"), "abbreviated"),
        (
            lambda text: "Kính gửi Văn phòng, tôi gửi phiếu đăng ký.\nĐịa chỉ email của tôi ở dưới.\n" + text,
            "a letter around it",
        ),
        (lambda text: text + "\nNguyễn Thị Mận\n\n--\nĐT: 0999 111 222\nEmail: khac@x.example", "a signature below it"),
        (
            lambda text: (
                text + "\nVào T2, 4 thg 5, 2026 lúc 08:00 Văn thư đã viết:\n> 1. Về thủ tục hành chính:\n> Câu cũ?"
            ),
            "a quotation",
        ),
        (lambda text: "\n".join("> " + line for line in text.split("\n")), "the form only in the quotation"),
        (lambda text: a_form(name="", phone="", email="", address="") + text, "a blank form before it"),
        (lambda text: text + a_form(name="", phone="", email="", address=""), "a blank form after it"),
        (lambda text: text + text, "the same form twice"),
    ],
)
def test_the_form_is_recognised_however_it_is_written(change, because):
    text = change(a_form(procedures=MATTER, handling="Được rồi."))
    assert looks_like_form(text)
    form = read_form(text)
    assert form.registrant == read_form(a_form(procedures=MATTER)).registrant
    assert [matter.text for matter in form.matters] == [MATTER, "Được rồi."]


def test_labels_and_text_may_lack_all_diacritics():
    form = read_form(fold(a_form(procedures="lam lai giay khai sinh can gi?")))
    assert form.registrant.name == "nguyen thi man"
    assert [matter.text for matter in form.matters] == ["lam lai giay khai sinh can gi?"]


@pytest.mark.parametrize(
    ("closing", "because"),
    [
        ("Thanh Trì, ngày    tháng    năm 2026\nNGƯỜI ĐĂNG KÝ\n(Ký, ghi rõ họ tên)\nMận", "as printed"),
        ("Thanh Trì, ngày ... tháng ... năm 2026\n\n\nMận\nNguyễn Thị Mận", "date and signature"),
        ("NGƯỜI ĐĂNG KÝ\n\nđã ký\n\nNguyễn Thị Mận, trưởng nhóm hộ, thay mặt cho bà con trong thôn", "capitals"),
        ("Trân trọng,\nMận\n0952 345 678", "a farewell"),
        ("-- \nMận\nPhòng Kinh doanh\nCông ty TNHH Mận", "the separator of mails"),
        ("--\nMận\n" + "Thư này chỉ dành cho người nhận. " * 6, "what firms add to mails"),
        ("Gửi từ iPhone của tôi", "a telephone"),
        ("From: Văn thư\nSent: thứ Hai\nTo: Mận\n\nKính gửi bà", "a reply by Outlook, in its other dress"),
        ("Trân trọng,\n\nNgười đăng ký: Nguyễn Thị Mận\nTrần Văn Bưởi ký thay", "signed for her"),
        ("-----Original Message-----\nFrom: x\n\nKính gửi bà", "a reply by Outlook"),
    ],
)
def test_what_closes_the_form_is_not_asked(closing, because):
    text = a_form(handling=MATTER).split("Thanh Trì, ngày 20")[0] + "\n" + closing
    assert asked(text) == [(2, MATTER)]


@pytest.mark.parametrize(
    "line",
    [
        "Người đăng ký tạm trú cần gì?",
        "Trân trọng cảm ơn xã, nhưng đèn vẫn hỏng.",
        "Gửi từ tháng 3 mà chưa có kết quả.",
        "Ngày 3 tháng 4 tôi đã viết: đèn hỏng.",
    ],
)
def test_a_question_that_begins_like_the_closing_is_kept(line):
    assert asked(a_form(procedures=f"{line}\n\n{MATTER}")) == [(1, line), (1, MATTER)]


@pytest.mark.parametrize("line", ["--", "Trân trọng.", "Người đăng ký", "Hà Nội, ngày 1 tháng 4 năm 2026"])
def test_a_question_below_what_looks_like_the_closing_is_kept(line):
    found = [text for _, text in asked(a_form(procedures=f"{MATTER}\n\n{line}\n\nBao giờ thì xong?"))]
    assert found[0].startswith(MATTER)
    assert "Bao giờ thì xong?" in " ".join(found)


def test_a_date_line_in_the_middle_of_a_matter_loses_nothing():
    text = a_form(procedures="Giấy hẹn lập tại\nThanh Trì, ngày 2 tháng 3 năm 2026\nnay đã quá hạn, vì sao?")
    assert asked(text) == [(1, "Giấy hẹn lập tại Thanh Trì, ngày 2 tháng 3 năm 2026 nay đã quá hạn, vì sao?")]


@pytest.mark.parametrize(
    ("text", "said", "because"),
    [
        ("", ["không theo mẫu"], "nothing"),
        ("Kính gửi xã, đường thôn tôi hỏng, bao giờ sửa?", ["không theo mẫu"], "a letter"),
        ("x" * 500_001, ["dài quá 500.000 ký tự"], "a book"),
        (a_form(handling="Hết?\n" * 20_001), ["hoặc 20.000 dòng"], "a list"),
        (a_form(), ["chưa ghi câu hỏi nào ở mục 1 hoặc mục 2"], "no question"),
        (a_form(name="......", handling="Hết?"), ["chưa ghi họ tên"], "no name"),
        (a_form(phone="", email="", address="", handling="Hết?"), ["chưa có cách liên hệ"], "nowhere to answer"),
        (
            a_form(phone="12", email="a@", address="", handling="Hết?"),
            ["Số điện thoại ghi trên phiếu không đúng", "Email ghi trên phiếu không đúng"],
            "only wrong contacts",
        ),
        (
            a_form(name="", phone="", email="", address=""),
            ["chưa ghi họ tên", "chưa có cách liên hệ", "chưa ghi câu hỏi"],
            "all problems at once",
        ),
        (a_form(name="A" * 10_000, handling="Hết?"), ["Họ tên dài quá 200"], "a name without end"),
        (a_form(address="a " * 300, handling="Hết?"), ["Địa chỉ dài quá 500"], "an address without end"),
        (a_form(handling="Hết?\n\n" + "dài " * 25_000), ["Câu hỏi thứ 2 ở mục 2 dài quá 20.000 ký tự"], "100 kB"),
        (
            a_form(handling="\n".join(f"{n}) Hết?{n}" for n in range(21))),
            ["21 câu hỏi; mỗi phiếu nhận nhiều nhất 20"],
            "21",
        ),
        (
            a_form(handling="Hết?")
            + a_form(name="Trần Văn Bưởi", handling="Nữa?").split("Kính gửi: UBND xã Thanh Trì")[1],
            ["phiếu của nhiều người"],
            "two people's forms in one file",
        ),
    ],
)
def test_a_form_that_cannot_be_taken_in_says_all_that_is_wrong(text, said, because):
    found = problems(text)
    assert len(found) == len(said)
    for problem, words in zip(found, said, strict=True):
        assert words in problem
        assert problem.endswith(".")


def test_problems_quote_nobody():
    text = a_form(name="Bí Mật " * 40, phone="12 bí mật", email="bimat@", address="", handling="bí mật " * 3_000)
    assert "mật" not in str(problems(text)).lower()


@pytest.mark.parametrize(
    ("contact", "kept", "note"),
    [
        ({"email": "man@"}, "0952345678", "Email ghi trên phiếu không đúng, đã bỏ qua: man@"),
        ({"phone": "12345"}, "man.nt@nguoidan.example", "Số điện thoại ghi trên phiếu không đúng, đã bỏ qua: 12345"),
        ({"phone": "12345", "email": ""}, "Số 12, thôn Đông Hạ", "Số điện thoại ghi trên phiếu không đúng"),
    ],
)
def test_a_wrong_contact_beside_a_good_one_is_noted(contact, kept, note):
    form = read_form(a_form(**contact, handling="Hết?"))
    assert kept in form.registrant.model_dump().values()
    assert len(form.notes) == 1
    assert note in form.notes[0]


def test_the_sender_is_reached_by_email_where_the_form_gives_none():
    form = read_form(a_form(phone="", email="", address="", handling="Hết?"), sender="con.gai@nguoidan.example")
    assert form.registrant.email == "con.gai@nguoidan.example"
    assert "địa chỉ email của thư gửi đến" in form.notes[0]


def test_the_email_on_the_form_goes_before_the_senders():
    form = read_form(a_form(handling="Hết?"), sender="con.gai@nguoidan.example")
    assert form.registrant.email == "man.nt@nguoidan.example"
    assert form.notes == ()


# Whatever people are called, live and ask, the reading gives it back.

LETTERS = "aàáảãạăắằâấầêếeéiíịoóôốơờuúưữyýbcdđghklmnpqrstvx"
WORDS = st.text(LETTERS, min_size=2, max_size=7)
NAMES = st.lists(WORDS.filter(lambda word: word not in ("email", "tel")).map(str.title), min_size=2, max_size=5).map(
    " ".join
)
PHONES = st.from_regex(r"(?:\+84|0)[3-9][0-9]{8}", fullmatch=True)
EMAILS = st.from_regex(r"[a-z][a-z0-9_-]{1,12}(?:\.[a-z0-9]{1,5})?@[a-z]{2,9}\.example", fullmatch=True)
ADDRESSES = st.builds("Số {}, ngõ {}, thôn {}".format, st.integers(1, 999), st.integers(1, 99), NAMES)
REST = st.lists(WORDS | st.sampled_from(["1.5", "(một)", "12.", "TTHC,"]), min_size=3).map(" ".join)
SENTENCES = st.builds("{} {} nhé{}".format, WORDS.map(str.capitalize), REST, st.sampled_from("?."))
SECTIONS = st.lists(SENTENCES, max_size=5, unique_by=str.lower)


@st.composite
def filled(draw):
    """A form as data, and the same written out in one of the ways in which people write it."""
    registrant = Registrant(
        name=draw(NAMES),
        phone=draw(st.none() | PHONES),
        email=draw(st.none() | EMAILS),
        address=draw(ADDRESSES),
    )
    sections = draw(SECTIONS), draw(SECTIONS)
    width = draw(st.integers(30, 120))
    mark = draw(st.sampled_from(["{}) ", "{}. ", "{}/ ", "- ", "+ ", "• ", ""]))
    between = draw(st.sampled_from(["", " ....."] if mark else ["\n", "\n.......\n"]))
    leader = draw(st.sampled_from(["", " ", "......", "………", "\n", "\n\n.......\n"]))
    phone = registrant.phone or ""
    if draw(st.booleans()):
        phone = f"{phone[:-6]}.{phone[-6:-3]}.{phone[-3:]}".strip(".")
    written = [
        "\n".join(textwrap.fill(mark.format(n) + text, width) + between for n, text in enumerate(section, 1))
        for section in sections
    ]
    text = a_form(
        leader + registrant.name,
        leader + phone,
        leader + textwrap.fill(registrant.address or "", width),
        leader + (registrant.email or ""),
        *written,
        after=draw(st.sampled_from(["", registrant.name, f"\n\n{registrant.name}\n\n-- \nGửi từ Zalo"])),
    )
    change = draw(st.sampled_from([str, str.upper, str.lower, fold]))
    for label in (
        "\nHọ tên",
        "\nĐiện thoại",
        "\nĐịa chỉ",
        "\nEmail",
        "\n1. Về thủ tục hành chính",
        "\n2. Về giải quyết",
    ):
        text = text.replace(label, change(label), 1)
    matters = tuple(
        Matter(section=section, text=text)
        for section, texts in zip(("procedures", "handling"), sections, strict=True)
        for text in texts
    )
    form, ends = draw(st.sampled_from(["NFC", "NFD"])), draw(st.sampled_from(["\n", "\r\n"]))
    return registrant, matters, unicodedata.normalize(form, text).replace("\n", ends)


@given(filled())
def test_what_was_filled_in_is_read_back(form):
    registrant, matters, text = form
    if not matters:
        assert problems(text) == ["Phiếu chưa ghi câu hỏi nào ở mục 1 hoặc mục 2."]
        return
    assert read_form(text) == Form(registrant, matters)


@given(st.text() | st.text("Họtên:.\n 1vềthủtụchànhcí()0@x>?-"))
@example("Họ tên:\nEmail:\n1. Về thủ tục hành chính")
def test_any_text_is_read_or_refused(text):
    try:
        form = read_form(text)
    except UnreadableForm:
        return
    assert form.matters
    assert form.registrant.reachable


@given(st.text())
def test_cleaned_text_stays_as_it_is_and_folds_place_by_place(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert len(fold(cleaned)) == len(cleaned)
