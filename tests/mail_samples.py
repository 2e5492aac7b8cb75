"""Mails as they come: with forms in every place, by programs, and broken in a hundred ways."""

import base64
import email.policy
import io
import random
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

import docx
import openpyxl
import typst

FORM = """PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI
Họ và tên: {name}
Điện thoại: {phone}
Địa chỉ (ghi rõ số nhà, thôn): Số 12, thôn Nội
Email: {email}
1. Về thủ tục hành chính
{question}
2. Về giải quyết thủ tục hành chính
Hồ sơ đất đai của tôi quá hẹn một tháng, bao giờ có kết quả?
"""
OFFICE = "vanthu_thanhtri@hanoi.gov.vn"
SENDER = "man@nguoidan.example"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(30_000)


def filled(
    name: str = "Nguyễn Thị Mận",
    phone: str = "0952345678",
    email: str = "",
    question: str = "Đổi giấy phép xây dựng ở đâu?",
) -> str:
    return FORM.format(name=name, phone=phone, email=email, question=question)


def as_docx(text: str) -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def as_xlsx(text: str) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for number, line in enumerate(text.splitlines(), 1):
        book.active.cell(number, 1, line)
    book.save(file)
    return file.getvalue()


def as_pdf(text: str) -> bytes:
    lines = " \\\n".join("#" + _literal(line) for line in text.splitlines())
    return typst.compile(f'#set text(font: "Libertinus Serif", lang: "vi")\n{lines}'.encode())


def _literal(line: str) -> str:
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def a_mail(
    text: str = "",
    *,
    subject: str = "Phiếu đăng ký đối thoại",
    sender: str = f"Mận <{SENDER}>",
    files: Sequence[tuple[str, bytes]] = (),
    html: str | None = None,
    forwarded: EmailMessage | None = None,
    **headers: str,
) -> EmailMessage:
    """headers: further ones, with `_` for `-`."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, OFFICE, subject
    for name, value in {"Message_ID": f"<{random.random()}@nguoidan.example>"}.items() | headers.items():
        if name.replace("_", "-") not in mail:
            mail[name.replace("_", "-")] = headers.get(name, value)
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    if forwarded is not None:
        mail.add_attachment(forwarded)
    return mail


def a_bounce(of: str = "<01JSUBMISSION00000000000000.receipt@hanoi.gov.vn>") -> bytes:
    """RFC 3464, with our mail in it."""
    return (
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n"
        f"To: {OFFICE}\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b@mx.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry to inform you.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; a@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {of}\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        f"{filled()}\r\n--b--\r\n"
    ).encode()


def malformed(seed: int = 4) -> Iterator[bytes]:
    """For ever, mails that are wrong in some way, no two of them alike."""
    chance = random.Random(seed)
    whole = a_mail(
        filled("Trần Văn Hỏng"), html="<p>Xin chào", files=[("p.docx", as_docx(filled("Lê Hỏng")))]
    ).as_bytes()
    number = 0
    while True:
        number += 1
        mark = f"X-Number: {number}\r\n".encode()
        for spoiled in _spoiled(whole, chance):
            yield mark + spoiled


def _spoiled(whole: bytes, chance: random.Random) -> Iterator[bytes]:
    body = b"Subject: x\r\nContent-Type: text/plain; charset="
    yield whole[: chance.randrange(40, len(whole))]
    yield b"\r\n\r\n"
    yield bytes(chance.randrange(256) for _ in range(400)).replace(b"\0", b"\1")
    yield body + b"x-khong-co\r\nContent-Transfer-Encoding: base64\r\n\r\n=====!!!!====\r\n"
    yield body + b"utf-16\r\n\r\n" + "Kính gửi xã".encode("cp1258", "replace")
    yield b"From: \xe1\xba\xa1\xff@\xfe\r\nSubject: =?utf-8?B?!!?= =?x?Q?=\r\nMessage-ID: <<>>\r\n\r\nK\xe1nh g\xf6i"
    yield b"Content-Type: multipart/mixed\r\n\r\nkh\xc3\xb4ng c\xc3\xb3 ranh gi\xe1\xbb\x9bi"
    yield (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n"
        + b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 60
    )
    yield b"From: " + b"a," * 15_000 + b"\r\n\r\nabc"
    yield (
        b"Content-Type: multipart/mixed; boundary=z\r\n\r\n--z\r\nContent-Disposition: attachment; filename=p.docx\r\n"
        + (
            b"Content-Transfer-Encoding: base64\r\n\r\n"
            + base64.b64encode(b"PK\x03\x04" + chance.randbytes(300))
            + b"\r\n--z--\r\n"
        )
    )
    yield b"Subject: " + b"\xc4\x90" * 3_000 + b"\r\nReferences: " + b"<a@b> " * 4_000 + b"\r\n\r\n"
    yield b"Content-Type: text/html\r\n\r\n" + b"<div><!--" * 2_000 + b"<p"
    yield b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(
        chance.randbytes(90)
    )
    yield b"%PDF-1.7\r\n" + chance.randbytes(200).replace(b"\0", b"")
