"""The files of a rehearsal, as an office receives them: typed with and without diacritics, in old and new encodings.

Reading a form that was built here gives back exactly the registrant and the matters of its entry.
"""

import email.policy
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
from docx.enum.text import WD_ALIGN_PARAGRAPH

from deploy.embedded.rehearsal.entries import FormEntry, How
from shared.typesetting import Typesetter
from shared.web import HANOI

_SCANS = Typesetter(Path(__file__).with_name("templates"), lambda character, inputs: "bản chụp")


def built(entry: FormEntry) -> bytes | None:
    """The file that the form comes as, or the scan of its paper; None for one that is typed in."""
    build = _BUILDERS.get(entry.how)
    return build(entry) if build else None


def scanned(lines: Sequence[str], on: date) -> bytes:
    """A page as it comes from a scanner, as PDF."""
    return _SCANS.pdf("scan.typ", {"lines": list(lines)}, on)


def listed(rows: Sequence[Mapping[str, str]]) -> bytes:
    """A list of opinions as hamlets make them in Excel: a title, a heading, and a row for each matter.

    rows: with `name`, `phone`, `address`, `email`, `section` (1 or 2) and `text`; what is missing stays empty.
    """
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["DANH SÁCH Ý KIẾN, KIẾN NGHỊ CỦA NHÂN DÂN"])
    sheet.append([])
    sheet.append(["STT", *_COLUMNS.values()])
    for number, row in enumerate(rows, 1):
        sheet.append([number, *(row.get(field) or None for field in _COLUMNS)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


_COLUMNS: Mapping[str, str] = {
    "name": "Họ và tên",
    "phone": "Điện thoại",
    "address": "Địa chỉ",
    "email": "Thư điện tử",
    "section": "Mục của phiếu",
    "text": "Nội dung",
}


def a_reply(
    name: str, sender: str, subject: str, text: str, office: str, at: datetime, key: str, answers: str | None = None
) -> bytes:
    """A mail in somebody's own words. answers: the Message-ID of ours that he replies to."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = Address(f"Văn thư UBND {office}", addr_spec="vanthu@ubnd.example")
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{key}.{at:%Y%m%d}@nguoidan.example>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text, cte="8bit")
    return mail.as_bytes()


# The form on paper

_MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập – Tự do – Hạnh phúc")
_TITLE = "PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI"
_HEADINGS = {
    1: ("1. Về thủ tục hành chính", "(chất lượng nội dung, tổ chức công khai, sáng kiến...)"),
    2: (
        "2. Về giải quyết thủ tục hành chính",
        "(cơ sở vật chất; thái độ giao tiếp, hướng dẫn của công chức, có được nhận Giấy tiếp nhận và hẹn trả kết quả, "
        "Biên lai thu phí, kết quả giải quyết hồ sơ đúng hạn, sớm hạn, quá hạn....)",
    ),
}
_SIGNATURE = ("NGƯỜI ĐĂNG KÝ", "(Ký, ghi rõ họ tên)")
_DOTTED_LINE = "." * 96


def _instruction(entry: FormEntry) -> str:
    """As the form of xã Thanh Trì has it; the other communes have adopted it with their own name."""
    if entry.commune != "xã Thanh Trì":
        return f"(Phiếu được đánh máy hoặc viết tay và điền đầy đủ thông tin liên hệ và gửi về UBND {entry.commune})"
    return (
        "(Phiếu được đánh máy hoặc viết tay và điền đầy đủ thông tin liên hệ, nội dung đăng ký đối thoại và gửi về "
        "địa chỉ: UBND xã Thanh Trì. Số 12 đường Nguyễn Bặc, xã Thanh Trì, Thành phố Hà Nội) hoặc gửi qua email: "
        "vanthu.thanhtri@hanoi.gov.vn"
    )


def _addressee(entry: FormEntry) -> str:
    return f"Kính gửi: UBND {entry.commune}"


def _request(entry: FormEntry) -> str:
    return f"Đăng ký tham gia Hội nghị đối thoại với Lãnh đạo UBND {_kind(entry)}"


def _kind(entry: FormEntry) -> str:
    """`xã` of `xã Thanh Trì`, `phường` of `phường Chánh Lộ`."""
    return entry.commune.split(" ", 1)[0]


def _place(entry: FormEntry) -> str:
    """`Thanh Trì` of `xã Thanh Trì`."""
    return entry.commune.split(" ", 1)[-1]


def _labelled(entry: FormEntry) -> list[tuple[str, str]]:
    """The labels of the form and what stands beside them."""
    email = "" if "sender-only" in entry.written else entry.email or ""
    return [
        ("Họ tên:", entry.name),
        ("Điện thoại:", entry.phone or ""),
        ("Địa chỉ(ghi rõ số nhà, thôn):", entry.address or ""),
        ("Email:", email),
    ]


def _questions(entry: FormEntry, section: int) -> list[str]:
    """The paragraphs of a section, marked as the writer marks them."""
    mark = (
        ""
        if "auto-numbered" in entry.written
        else next((_MARKS[style] for style in _MARKS if style in entry.written), "")
    )
    texts = [matter.text for matter in entry.matters if matter.section == section]
    return [mark.format(number) + text for number, text in enumerate(texts, 1)]


_MARKS: dict[str, str] = {"numbered": "{}) ", "dashes": "- ", "plusses": "+ "}


def _dated(entry: FormEntry) -> str:
    return f"{_place(entry)}, ngày {entry.date.day} tháng {entry.date.month} năm {entry.date.year}"


def _paper(entry: FormEntry) -> str:
    """The form as plain text."""
    dotted = "dotted" in entry.written
    lines = [*_MOTTO, "", _TITLE, "", _instruction(entry), "", _addressee(entry), ""]
    for label, value in _labelled(entry):
        shown = _without_diacritics(label) if "plain-labels" in entry.written else label
        lines.append(f"{shown.rstrip(':')}.....{value}....." if dotted else f"{shown} {value}".rstrip())
    lines += ["", _request(entry), ""]
    for section, (heading, hint) in _HEADINGS.items():
        heading = _without_diacritics(heading) if "plain-labels" in entry.written else heading
        paragraphs = _questions(entry, section)
        lines += [f"{heading} {hint}", ""]
        for paragraph in paragraphs:
            lines += [paragraph, ""]
        lines += [_DOTTED_LINE] * (2 if dotted or not paragraphs else 0)
    lines += ["", _dated(entry), *_SIGNATURE, "", entry.name]
    text = "\n".join(lines) + "\n"
    if entry.written & {"wrapped", "dotted"}:
        text = "\n".join(textwrap.fill(line, 76) if len(line) > 100 else line for line in text.split("\n"))
    return _without_diacritics(text) if "no-diacritics" in entry.written else text


def _without_diacritics(text: str) -> str:
    """As typed on a keyboard without Vietnamese."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return plain.replace("đ", "d").replace("Đ", "D")


def _txt(entry: FormEntry) -> bytes:
    text = _paper(entry)
    if "nfd" in entry.written:
        text = unicodedata.normalize("NFD", text)
    if "windows" in entry.written:
        text = text.replace("\n", "\r\n")
    if "windows-1258" in entry.written:
        return _for_windows_1258(text).encode("cp1258")
    return text.encode("utf-16" if "utf-16" in entry.written else "utf-8")


def _for_windows_1258(text: str) -> str:
    """windows-1258 has the letters with hook and hat, and each tone as a character of its own behind them."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    spelled = []
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        spelled.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)))
        spelled += [mark for mark in marks if mark in tones]
    return "".join(spelled)


# Word


def _docx(entry: FormEntry) -> bytes:
    document = docx.Document()
    for line in _MOTTO:
        _centred(document, line).bold = True
    _centred(document, "")
    _centred(document, _TITLE).bold = True
    _centred(document, _instruction(entry)).italic = True
    document.add_paragraph(_addressee(entry))
    _contact(document, entry)
    document.add_paragraph(_request(entry))
    for section, (heading, hint) in _HEADINGS.items():
        paragraph = document.add_paragraph()
        paragraph.add_run(heading.upper() if "capitals" in entry.written else heading).bold = True
        paragraph.add_run(" ")
        paragraph.add_run(hint).italic = True
        for text in _questions(entry, section) or [_DOTTED_LINE]:
            document.add_paragraph(text, style="List Number" if "auto-numbered" in entry.written else None)
            if "spread" in entry.written:
                document.add_paragraph(_DOTTED_LINE)
    for line in (_dated(entry), *_SIGNATURE, "", entry.name):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _centred(document: Any, text: str) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return paragraph.add_run(text)


def _contact(document: Any, entry: FormEntry) -> None:
    """Label and value in a table, one below the other, or on a line."""
    values = _labelled(entry)
    if "table" in entry.written:
        table = document.add_table(rows=0, cols=2)
        for label, value in values:
            row = table.add_row().cells
            row[0].text, row[1].text = label, value
        return
    for label, value in values:
        shown = label.upper() if "capitals" in entry.written else label
        if "spread" in entry.written:
            document.add_paragraph(shown)
            document.add_paragraph(f"{value}{_DOTTED_LINE}")
        else:
            document.add_paragraph(f"{shown} {value}")


# Mails


def _eml(entry: FormEntry) -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = Address(entry.name, addr_spec=entry.email or "")
    mail["To"] = Address(f"Văn thư UBND {entry.commune}", addr_spec="vanthu@ubnd.example")
    mail["Subject"] = f"Phiếu đăng ký tham gia đối thoại – {entry.name}"
    mail["Date"] = format_datetime(datetime.combine(entry.date, time(20, 15), HANOI))
    mail["Message-ID"] = f"<{entry.key}.{entry.date:%Y%m%d}@nguoidan.example>"
    if "docx-attached" in entry.written:
        mail.set_content(
            f"Kính gửi UBND {_kind(entry)},\n\nTôi gửi phiếu đăng ký đối thoại trong tệp kèm theo.\n\nTrân trọng.\n"
        )
        subtype = "vnd.openxmlformats-officedocument.wordprocessingml.document"
        mail.add_attachment(_docx(entry), maintype="application", subtype=subtype, filename="Phiếu đăng ký.docx")
        mail.set_boundary(f"=={entry.key}==")
    elif "html" in entry.written:
        mail.set_content(_html(entry), subtype="html", cte="quoted-printable")
    elif "windows-1258" in entry.written:
        mail.set_content(_for_windows_1258(_letter(entry)), charset="windows-1258", cte="quoted-printable")
    else:
        mail.set_content(_letter(entry), cte=next((cte for cte in _ENCODINGS if cte in entry.written), "8bit"))
    return mail.as_bytes()


_ENCODINGS = ("quoted-printable", "base64")


def _letter(entry: FormEntry) -> str:
    """The form in the body of a mail, with what people and mail programs put around it."""
    text = f"Kính gửi Văn phòng UBND {_kind(entry)}, tôi xin gửi phiếu đăng ký:\n\n{_paper(entry)}"
    if "footer" in entry.written:
        text += "\n-- \nĐã gửi từ điện thoại\nHotline cửa hàng: 1900 0000 | Email: cuahang@nguoidan.example\n"
    if "quoted-original" in entry.written:
        blank = entry.model_copy(update={"name": "", "phone": None, "email": None, "address": None, "matters": ()})
        text += "\nVào 08:00, Th 2, 20 thg 4, 2026 Văn thư <vanthu@ubnd.example> đã viết:\n\n"
        text += textwrap.indent(_paper(blank), "> ", lambda line: True)
    return text


def _html(entry: FormEntry) -> str:
    """What a mail program makes of a form that was pasted into it."""
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>\n" for line in _paper(entry).split("\n"))
    return f'<html><head><style>div {{font-family: Arial}}</style></head><body dir="ltr">\n{lines}</body></html>\n'


_BUILDERS: Mapping[How, Callable[[FormEntry], bytes]] = {
    "txt": _txt,
    "eml": _eml,
    "docx": _docx,
    "paper": lambda entry: scanned(_paper(entry).split("\n"), entry.date),
}
