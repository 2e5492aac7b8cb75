import email.policy
import io
import unicodedata
import zipfile
from email.message import EmailMessage

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.reading.documents import read_document, read_form_file
from services.intake.reading.forms import UnreadableForm
from services.intake.reading.unreadable import MAX_FILE, UnreadableDocument
from shared.contracts.people import Matter, Registrant

FORM = """PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI
Họ tên: Nguyễn Thị Mận
Điện thoại: 0952 345 678
Địa chỉ(ghi rõ số nhà, thôn): Số 12, thôn Đông Hạ
Email: man.nt@nguoidan.example
1. Về thủ tục hành chính
Đổi giấy phép xây dựng ở đâu?
2. Về giải quyết thủ tục hành chính
Xã không trả đúng hẹn.
"""
REGISTRANT = Registrant(
    name="Nguyễn Thị Mận", phone="0952345678", address="Số 12, thôn Đông Hạ", email="man.nt@nguoidan.example"
)
MATTERS = (
    Matter(section="procedures", text="Đổi giấy phép xây dựng ở đâu?"),
    Matter(section="handling", text="Xã không trả đúng hẹn."),
)
TONES = "\u0300\u0301\u0303\u0309\u0323"


def for_windows_1258(text):
    """Vietnamese as windows-1258 holds it: the letter with its hook or hat, then the tone as a mark of its own."""
    spelled = []
    for letter in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", letter)
        spelled.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)))
        spelled += [mark for mark in marks if mark in TONES]
    return "".join(spelled)


def a_docx(*lines, build=None):
    document = docx.Document()
    for line in lines or FORM.splitlines():
        document.add_paragraph(line)
    if build:
        build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def a_mail(text=FORM, html=None, charset="utf-8", cte=None, files=(), sender="Mận <con.gai@nguoidan.example>"):
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = "vanthu@hanoi.example"
    message["Subject"] = "Phiếu đăng ký đối thoại"
    if text is not None:
        message.set_content(text, charset=charset, cte=cte)
    if html is not None:
        (message.add_alternative if text is not None else message.set_content)(html, subtype="html", charset=charset)
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def raw_mail(body, header="Content-Type: text/plain"):
    return f"From: con.gai@nguoidan.example\r\nMIME-Version: 1.0\r\n{header}\r\n\r\n".encode() + body


def is_read(name, data):
    form, _ = read_form_file(name, data)
    return form.registrant == REGISTRANT and form.matters == MATTERS


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (FORM.encode(), "UTF-8"),
        (FORM.encode("utf-8-sig"), "UTF-8 as Notepad saves it"),
        (FORM.replace("\n", "\r\n").encode("utf-16"), "UTF-16, Notepad's 'Unicode'"),
        (b"\xfe\xff" + FORM.encode("utf-16-be"), "UTF-16, the other way round"),
        (unicodedata.normalize("NFD", FORM).encode(), "decomposed UTF-8"),
        (for_windows_1258(FORM).encode("cp1258"), "windows-1258"),
    ],
)
def test_a_text_file_is_read_in_any_of_the_usual_encodings(data, because):
    assert read_document("phieu.txt", data) == FORM
    assert is_read("PHIẾU.TXT", data)
    assert read_form_file("phieu.txt", data)[1] == "paper"


def test_one_damaged_byte_does_not_spoil_a_text():
    data = FORM.encode().replace("Đổi".encode(), "Đổi".encode() + b"\xff")
    assert read_document("phieu.txt", data).replace("\ufffd", "") == FORM


def test_a_docx_is_read_paragraph_by_paragraph():
    assert read_document("phieu.docx", a_docx()) == FORM.rstrip()
    assert is_read("Phiếu đăng ký.DOCX", a_docx())
    assert read_form_file("phieu.docx", a_docx())[1] == "paper"


def test_a_docx_is_read_in_the_order_of_the_page_through_tables_and_fields():
    def build(document):
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table._cells, ("Họ tên:", "Nguyễn Thị Mận", "Điện thoại:", "0952 345 678"), strict=True):
            cell.text = text
        table.cell(0, 0).merge(table.cell(0, 0))
        document.add_paragraph("Địa chỉ:\tSố 12,\nthôn Đông Hạ")
        body = document.element.body
        body.insert(
            len(body) - 1,
            parse_xml(
                f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>Email: man.nt@nguoidan.example</w:t></w:r></w:p>"
                "</w:sdtContent></w:sdt>"
            ),
        )
        document.add_paragraph("1. Về thủ tục hành chính")
        document.add_paragraph("Đổi giấy phép xây dựng ở đâu?", style="List Number")
        document.add_paragraph("2. Về giải quyết thủ tục hành chính")
        document.add_paragraph("Xã không trả đúng hẹn.", style="List Bullet")

    assert is_read("phieu.docx", a_docx("PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI", build=build))


def test_the_automatic_numbers_of_word_still_separate_questions():
    def build(document):
        for text in ("Đổi giấy phép xây dựng ở đâu", "Phí bao nhiêu"):
            document.add_paragraph(text, style="List Number")

    form, _ = read_form_file("phieu.docx", a_docx(*FORM.splitlines()[:6], build=build))
    assert [matter.text for matter in form.matters] == ["Đổi giấy phép xây dựng ở đâu", "Phí bao nhiêu"]


def test_text_that_word_deleted_or_keeps_twice_is_read_once():
    def build(document):
        text = "<w:r><w:t>{}</w:t></w:r>"
        box = "<w:txbxContent><w:p><w:r><w:t>trong khung</w:t></w:r></w:p></w:txbxContent>"
        document.element.body.insert(
            0,
            parse_xml(
                f'<w:p {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                f"<w:del><w:r><w:delText>xóa</w:delText></w:r></w:del><w:moveFrom>{text.format('dời')}</w:moveFrom>"
                f"{text.format('ngoài')}<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
                f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
            ),
        )

    assert read_document("x.docx", a_docx("hết", build=build)).split("\n") == ["ngoài", "trong khung", "hết"]


HTML = (
    "<html><head><title>Phiếu</title><style>p {margin: 0}</style></head><body><!-- <p>x -->"
    + "".join(f"<div>{line}</div>\n" for line in FORM.splitlines())
    + "</body></html>"
)


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (a_mail(cte="8bit"), "8 bit"),
        (a_mail(cte="quoted-printable"), "quoted-printable"),
        (a_mail(cte="base64"), "base64"),
        (a_mail(for_windows_1258(FORM), charset="windows-1258"), "windows-1258"),
        (a_mail(for_windows_1258(FORM), charset="windows-1258", cte="base64"), "windows-1258 in base64"),
        (a_mail(unicodedata.normalize("NFD", FORM)), "decomposed, from a Mac"),
        (raw_mail(FORM.encode()), "no charset at all"),
        (raw_mail(FORM.encode(), "Content-Type: text/plain; charset=iso-8859-1"), "the wrong charset"),
        (raw_mail(for_windows_1258(FORM).encode("cp1258"), "Content-Type: text/plain; charset=utf-8"), "wrong again"),
        (raw_mail(FORM.encode(), "Content-Type: text/plain; charset=x-khong-co"), "a charset that does not exist"),
        (raw_mail(FORM.encode("utf-16-le"), "Content-Type: text/plain; charset=utf-16le"), "UTF-16"),
        (raw_mail(FORM.encode(), "Content-Type: text/plain; name*"), "a header that the strict parser stumbles on"),
        (raw_mail(FORM.encode(), "Subject: =?x-khong-co?B?!!?="), "a subject that cannot be decoded"),
        (a_mail(text=None, html=HTML), "HTML only"),
        (a_mail(text="Xem bản HTML.", html=HTML), "the form in the HTML only"),
        (a_mail(html="<p>Nội dung khác</p>"), "plain text before HTML"),
        (a_mail("Tôi gửi phiếu kèm theo.", files=[("Phiếu đăng ký.docx", a_docx())]), "a .docx attached"),
        (a_mail("Tôi gửi phiếu kèm theo.", files=[("phieu.txt", FORM.encode())]), "a .txt attached"),
        (a_mail("ĐT: 0999 111 222\nEmail: a@b.example", files=[("a.docx", a_docx())]), "a signature is no form"),
        (a_mail(files=[("khac.docx", a_docx("Họ tên: Khác", "Điện thoại: 1"))]), "the body before attachments"),
        (a_mail(None, files=[("anh.jpg", b"\xff\xd8\xff"), ("p.docx", a_docx())]), "no body, a picture first"),
        (
            a_mail("Mời xem.", files=[("p.docx", a_docx())]).replace(b'"p.docx"', b'"=?utf-8?b?a?=.docx"'),
            "a wrong name",
        ),
        (a_mail("Mời xem.", files=[("hong.docx", b"PK\x03\x04"), ("p.docx", a_docx())]), "a broken one first"),
    ],
)
def test_a_mail_is_read_however_it_is_built(data, because):
    assert is_read("thu.eml", data)
    assert read_form_file("thu.eml", data)[1] == "email"
    assert "Đổi giấy phép" in read_document("thu.eml", data)


def test_a_forwarded_mail_is_read():
    outer = EmailMessage(policy=email.policy.SMTP)
    outer["From"] = "truongthon@nguoidan.example"
    outer.set_content("Chuyển phiếu của bà Mận.")
    outer.add_attachment(email.message_from_bytes(a_mail(), policy=email.policy.SMTP))
    assert is_read("thu.eml", outer.as_bytes())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>A</p><p>B</p>", "A\n\nB"),
        ("<p class=MsoNormal>A</p>\n<p class=MsoNormal>B</p>", "A\nB"),
        ('<p style="margin: 0cm">A</p><p style="margin: 0cm">&nbsp;</p><p style="margin: 0cm">B</p>', "A\n\nB"),
        ("<div>A</div><div><br></div><div>B<br></div><div>C</div>", "A\n\nB\nC"),
        ("A<br>B<br><br>C", "A\nB\n\nC"),
        ("<ul><li>A</li><li>B</li></ul>", "- A\n- B"),
        ("<table><tr><td>A</td><td>B &amp; C</td></tr></table>", "A\nB & C"),
        ("A <b>B</b>\n  C", "A B C"),
        ("A<blockquote>B<br>C</blockquote>D", "A\n> B\n> C\nD"),
        ("<pre>A\n\nB</pre>", "A\n\nB"),
        ("<head><title>X<body>A<script>x</script>", "A"),
        ("A &lt; B < C", "A < B < C"),
        ("A<![if !vml]>B<![endif]><?xml x?>", "AB"),
    ],
)
def test_html_reads_as_it_looks(html, text):
    assert read_document("thu.eml", a_mail(text=None, html=html)).strip() == text


def test_the_sender_counts_where_the_form_gives_no_email():
    form, _ = read_form_file("thu.eml", a_mail(FORM.replace("man.nt@nguoidan.example", "")))
    assert form.registrant.email == "con.gai@nguoidan.example"
    assert form.notes


def a_bomb(name, size):
    file = io.BytesIO(a_docx())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("phieu.odt", FORM.encode(), "Không đọc được tệp .odt; chỉ nhận tệp .txt, .eml, .docx, .pdf hoặc .xlsx."),
        ("phieu", FORM.encode(), "Không đọc được tệp này"),
        ("phieu.\x07 <b>", FORM.encode(), "Không đọc được tệp này"),
        ("phieu.txt", b"a" * (MAX_FILE + 1), "Tệp lớn quá 10 MB."),
        ("phieu.txt", b" \r\n", "Tệp trống"),
        ("phieu.txt", b"%PDF-1.7", "thật ra là tệp PDF"),
        ("phieu.txt", a_docx(), "thật ra là tệp nén"),
        ("phieu.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Word bản cũ (.doc) hoặc có mật khẩu"),
        ("phieu.docx", b"PK\x03\x04 not a zip", "bị hỏng"),
        ("phieu.docx", a_docx()[:5_000], "bị hỏng"),
        ("phieu.docx", FORM.encode(), "bị hỏng"),
        ("phieu.docx", a_bomb("word/media/image1.png", 51 * 1024 * 1024), "quá lớn"),
        ("phieu.docx", a_bomb("word/footnotes.xml", 11 * 1024 * 1024), "quá lớn"),
        ("thu.eml", a_mail("Kính gửi xã.", files=[("quet.pdf", b"%PDF")]), "Tệp đính kèm quet.pdf: "),
        ("thu.eml", a_mail("Kính gửi xã.", files=[("p.docx", b"PK\x03\x04")]), "bị hỏng"),
        ("thu.eml", b"Content-Type: multipart/mixed; boundary=a\n\n" * 60, "cấu trúc bất thường"),
        ("thu.eml", b"From: " + b"a," * 20_000 + b"\n\n" + FORM.encode(), "cấu trúc bất thường"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name, data, said):
    with pytest.raises(UnreadableDocument) as refusal:
        read_form_file(name, data)
    assert said in refusal.value.reason
    assert refusal.value.reason.endswith(".")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("thu.eml", a_mail("Kính gửi xã, đường thôn tôi hỏng.")),
        ("thu.eml", b"\x00\x01\x02"),
        ("phieu.txt", "Kính gửi xã, đường thôn tôi hỏng.".encode()),
        ("phieu.docx", a_docx("Kính gửi xã, đường thôn tôi hỏng.")),
    ],
)
def test_a_text_that_is_no_form_says_so(name, data):
    with pytest.raises(UnreadableForm, match="không theo mẫu Phiếu đăng ký"):
        read_form_file(name, data)


def test_of_several_spoiled_forms_in_a_mail_the_least_spoiled_is_reported():
    with pytest.raises(UnreadableForm) as refusal:
        read_form_file(
            "thu.eml", a_mail("Họ tên:\n1. Về thủ tục hành chính:", files=[("p.docx", a_docx(*FORM.splitlines()[:5]))])
        )
    assert refusal.value.problems == ["Phiếu chưa ghi câu hỏi nào ở mục 1 hoặc mục 2."]


NAMES = st.sampled_from(["a.txt", "a.eml", "a.docx"])


@given(NAMES, st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(name, data):
    _read_or_refuse(name, data)


WHOLE = {
    "docx": a_docx(),
    "mail": a_mail(html=HTML, files=[("Phiếu đăng ký.docx", a_docx()), ("p.txt", FORM.encode())]),
    "plain": a_mail(cte="8bit"),
}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_damage_to_a_file_is_read_over_or_refused(data):
    kind = data.draw(st.sampled_from(sorted(WHOLE)))
    whole = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.integers(0, 40))
        whole[place : place + length] = data.draw(st.binary(max_size=40))
    _read_or_refuse("a.docx" if kind == "docx" else "a.eml", bytes(whole))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_damage_to_the_xml_of_a_docx_is_read_over_or_refused(data):
    with zipfile.ZipFile(io.BytesIO(WHOLE["docx"])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(["word/document.xml", "word/styles.xml", "[Content_Types].xml", "_rels/.rels"]))
    xml = bytearray(members[name])
    place = data.draw(st.integers(0, len(xml) - 1))
    xml[place : place + data.draw(st.integers(0, 60))] = data.draw(
        st.sampled_from([b"", b"<w:p/>", b"</w:p>", b"w:numPr", b"<!DOCTYPE a>", b'"', b"&x;"]) | st.binary(max_size=9)
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for member, content in {**members, name: bytes(xml)}.items():
            archive.writestr(member, content)
    _read_or_refuse("a.docx", file.getvalue())


def _read_or_refuse(name, data):
    try:
        form, _ = read_form_file(name, data)
        text = read_document(name, data)
    except (UnreadableDocument, UnreadableForm):
        return
    assert form.matters
    assert unicodedata.is_normalized("NFC", text)
