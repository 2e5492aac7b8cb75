"""What people send is known by its content, whatever it is called; what could do harm is not taken."""

import io
import struct
import zipfile
import zlib
from functools import cache

import openpyxl
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from services.intake.files import EXCEL, MOST_BYTES, MOST_UNPACKED, WORD, UnwantedFile, plain_name, recognise
from shared.contracts.intake import FilePurpose
from shared.contracts.people import MediaType
from tests.effort import calls


@cache
def pdf() -> bytes:
    made = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()


@cache
def png() -> bytes:
    """One black point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200) + b"PE\0\0"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MAIL = "From: mai@example.vn\r\nSubject: Phiếu\r\n\r\nKính gửi".encode()


@cache
def docx(**more: bytes) -> bytes:
    """A Word file; more: further members, `__` in their names standing for a slash, `_` for a dot."""
    made = io.BytesIO()
    document = Document()
    document.add_paragraph("Phiếu đăng ký")
    document.save(made)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


@cache
def xlsx() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in members.items():
            found.writestr(name, content)
    return made.getvalue()


@cache
def crowded() -> bytes:
    """An archive of nothing but names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as found:
        for number in range(6_000):
            found.writestr(f"word/{number}", b"")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "found", "because"),
    [
        ("don.pdf", pdf(), "application/pdf", "a PDF"),
        ("don.pdf", pdf()[:300], "application/pdf", "cut off by a bad line: a clerk can still ask for it again"),
        ("anh.png", png(), "image/png", "a screenshot"),
        ("anh.jpg", JPEG, "image/jpeg", "a photograph"),
        ("anh.webp", WEBP, "image/webp", "what messengers make of photographs"),
        ("don.docx", docx(), WORD, "a Word file"),
        ("IMG_0412", JPEG, "image/jpeg", "a name without an ending"),
        ("don.docx", pdf(), "application/pdf", "the name is wrong, the content is fine"),
    ],
)
def test_a_form_takes_pictures_pdf_and_word(name: str, data: bytes, found: MediaType, because: str) -> None:
    assert recognise(name, data, "attachment") == found, because


@pytest.mark.parametrize(
    ("name", "data", "told", "because"),
    [
        ("don.pdf", b"", "trống", "nothing is in it"),
        ("don.pdf", EXE, "Chỉ nhận", "a program that is called a PDF"),
        ("don.pdf", HTML, "Chỉ nhận", "a page that is called a PDF"),
        ("anh.svg", SVG, "Chỉ nhận", "a picture that runs scripts"),
        ("anh.jpg", b"\xff\xd8\xff" + HTML, "Chỉ nhận", "a page behind the first bytes of a picture"),
        ("anh.png", b"\x89PNG\r\n\x1a\n" + SVG, "Chỉ nhận", "the same with a PNG"),
        ("anh.webp", b"RIFF\x1a\x00\x00\x00WEBP" + HTML, "Chỉ nhận", "the same with a WebP"),
        ("don.pdf", b"%PDF-" + HTML, "Chỉ nhận", "the same with a PDF"),
        ("anh.gif", b"GIF89a" + bytes(20), "Chỉ nhận", "nobody photographs as GIF"),
        ("anh.heic", b"\0\0\0\x18ftypheic" + bytes(20), "Chỉ nhận", "few offices can open it"),
        (
            "don.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "Chỉ nhận",
            "the old Word may hide macros",
        ),
        ("so.xlsx", xlsx(), "Chỉ nhận", "tables have a door of their own"),
        ("so.csv", b"Nguyen,09", "Chỉ nhận", "so have plain ones"),
        ("don.docx", docx(word__vbaProject_bin=b"Sub AutoOpen()"), "macro", "Word with macros"),
        ("don.docx", docx(word__VBAPROJECT_BIN=b"Sub AutoOpen()"), "macro", "whatever its capitals"),
        ("don.docx", docx(word__media__anh_png=bytes(MOST_UNPACKED)), "giải nén", "a bomb"),
        ("don.docx", crowded(), "hỏng", "a hundred thousand names"),
        ("don.docx", archive(readme=b"x"), "Chỉ nhận", "an archive of anything"),
        ("don.docx", b"PK\x03\x04" + bytes(100), "hỏng", "an archive without an end"),
        ("don.docx", docx()[:-200], "hỏng", "an archive that was cut off"),
        ("anh.jpg", JPEG + bytes(MOST_BYTES), "lớn quá 10 MB", "11 MB"),
    ],
)
def test_what_a_form_does_not_take_is_refused_in_words(name: str, data: bytes, told: str, because: str) -> None:
    with pytest.raises(UnwantedFile) as refused:
        recognise(name, data, "attachment")
    assert told in refused.value.reason, because
    assert refused.value.reason.endswith("."), because


@pytest.mark.parametrize(
    ("purpose", "name", "data", "found"),
    [
        ("table", "danh sach.xlsx", xlsx(), EXCEL),
        ("table", "danh sach.csv", "Họ tên;Điện thoại".encode(), "text/csv"),
        ("table", "danh sach.docx", docx(), WORD),
        ("mail", "thu.eml", MAIL, "message/rfc822"),
        ("mail", "thu", b"\xff\x00 no header at all", "message/rfc822"),
    ],
)
def test_lists_and_mails_are_taken_through_their_own_doors(
    purpose: FilePurpose, name: str, data: bytes, found: MediaType
) -> None:
    assert recognise(name, data, purpose) == found


def test_an_archive_of_names_costs_nothing() -> None:
    def refuse() -> None:
        with pytest.raises(UnwantedFile):
            recognise("don.docx", crowded(), "attachment")

    assert calls(refuse) < 200


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (r"C:\Users\mai\Đơn xin.PDF", "Đơn xin.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("don.pdf.exe", "don.pdf.pdf"),
        ('a"b<c>\r\nd.pdf', "abc d.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "tep.pdf"),
        ("...", "tep.pdf"),
        ("ế" * 300 + ".pdf", "ế" * 150 + ".pdf"),
    ],
)
def test_a_name_is_one_that_any_computer_can_save(name: str, kept: str) -> None:
    assert plain_name(name, "application/pdf") == kept


@given(st.text(st.characters(exclude_categories=())), st.binary(max_size=200))
def test_any_file_is_either_known_or_refused(name: str, data: bytes) -> None:
    for purpose in ("attachment", "table", "mail"):
        try:
            media_type = recognise(name, data, purpose)
        except UnwantedFile:
            continue
        kept = plain_name(name, media_type)
        assert not set(kept) & set('/\\"<>|\r\n\0')
        assert 5 <= len(kept) <= 160
