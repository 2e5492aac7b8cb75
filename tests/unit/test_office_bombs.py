"""Word and Excel files that unpack to more than they look: refused before anything is unpacked into memory."""

import io
import re
import zipfile
from collections.abc import Callable

import docx
import pytest

from services.intake.reading.files import texts_of
from services.intake.reading.table_files import read_sheets
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import MediaType
from tests.tables import as_excel

EXCEL: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD: MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff\xe0", "emf": b"\x01\0\0\0", "odttf": b"\x9b\x17\xfa"}
MEGABYTE = 1024 * 1024

Change = Callable[[bytes], bytes]


def a_word_file() -> bytes:
    document = docx.Document()
    document.add_paragraph("Họ tên: Trần Thị Mận")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def a_workbook() -> bytes:
    return as_excel([("Họ tên", "Nội dung"), ("Trần Thị Mận", "Lệ phí?")])


def rebuilt(file: bytes, part: str, to: str, change: Change) -> bytes:
    """The file with one part changed and called otherwise, wherever it is named."""
    built = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(built, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                name, content = to, change(content)
            elif name.endswith(".rels") or name == "[Content_Types].xml":
                content = content.replace(part.encode(), to.encode())
                content = content.replace(part.partition("/")[2].encode(), to.partition("/")[2].encode())
                name = name.replace(f"_rels/{part.rpartition('/')[2]}.rels", f"_rels/{to.rpartition('/')[2]}.rels")
            new.writestr(name, content)
    return built.getvalue()


def grown(before: bytes, piece: bytes, size: int) -> Change:
    return lambda content: content.replace(before, before + piece * (size // len(piece)), 1)


def in_utf_16(content: bytes) -> bytes:
    return content.decode().replace("UTF-8", "UTF-16").encode("utf-16")


def declared(blanks: int = 0) -> Change:
    entities = b"<!--" + b" " * blanks + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    return lambda content: re.sub(rb"^(<\?[^>]*>)?", rb"\1" + entities, content, count=1)


DOCUMENT, SHEET = "word/document.xml", "xl/worksheets/sheet1.xml"
HIDDEN = "word/document.bin"
FILES = {"docx": a_word_file(), "xlsx": a_workbook()}


@pytest.mark.parametrize(
    ("kind", "part", "to", "change", "said", "because"),
    [
        ("docx", DOCUMENT, HIDDEN, grown(b"<w:body>", b" " * 99, 5 * MEGABYTE), "quá lớn", "called otherwise"),
        ("docx", DOCUMENT, "word/media/a.png", grown(b"<w:body>", b" ", 5 * MEGABYTE), "quá lớn", "among the pictures"),
        ("docx", DOCUMENT, DOCUMENT, grown(b"<w:body>", b"<w:p/>", MEGABYTE * 3 // 2), "quá lớn", "no end of elements"),
        ("docx", DOCUMENT, DOCUMENT, grown(b"<w:body>", b"<w:p/>", 130_000), "quá lớn", "no end of paragraphs"),
        ("docx", DOCUMENT, HIDDEN, declared(), "bất thường", "defines entities under another name"),
        ("docx", DOCUMENT, DOCUMENT, declared(3_000), "bất thường", "defines them far below its beginning"),
        (
            "docx",
            DOCUMENT,
            HIDDEN,
            lambda xml: in_utf_16(declared()(xml)),
            "bất thường",
            "defines them in wide letters",
        ),
        ("xlsx", SHEET, "xl/worksheets/sheet1.bin", grown(b"<sheetData>", b" ", 17 * MEGABYTE), "quá lớn", "as above"),
        ("xlsx", SHEET, SHEET, grown(b"<sheetData>", b"<row/>", 4 * MEGABYTE), "quá lớn", "no end of rows"),
        ("xlsx", SHEET, "xl/media/sheet1.bin", declared(), "bất thường", "defines entities among the pictures"),
    ],
)
def test_what_is_built_to_burst_is_refused(
    kind: str, part: str, to: str, change: Change, said: str, because: str
) -> None:
    built = rebuilt(FILES[kind], part, to, change)
    with pytest.raises(UnreadableDocument, match=said):
        texts_of(f"phieu.{kind}", built)
    with pytest.raises(UnreadableDocument):
        read_sheets(WORD if kind == "docx" else EXCEL, built)


def with_more(file: bytes, **members: bytes) -> bytes:
    built = io.BytesIO(file)
    with zipfile.ZipFile(built, "a") as archive:
        for name, content in members.items():
            archive.writestr(f"word/media/{name}", content)
    return built.getvalue()


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures_and_fonts_do_not_count_as_text(kind: str) -> None:
    picture = PICTURES[kind] + bytes(6 * MEGABYTE)
    assert texts_of("phieu.docx", with_more(FILES["docx"], picture=picture)) == ["Họ tên: Trần Thị Mận"]


def test_a_crowd_of_parts_is_refused() -> None:
    crowd = {f"{number}.png": PICTURES["png"] for number in range(2_001)}
    with pytest.raises(UnreadableDocument, match="quá lớn"):
        texts_of("phieu.docx", with_more(FILES["docx"], **crowd))


def test_a_last_row_far_below_the_list_is_passed_over() -> None:
    """Some programs note the height of the last row a sheet can have."""
    last = b'<row r="1048576"></row></sheetData>'
    noted = rebuilt(FILES["xlsx"], SHEET, SHEET, lambda xml: xml.replace(b"</sheetData>", last))
    assert len(read_sheets(EXCEL, noted)[0]) == 2


def test_a_row_beyond_the_last_ends_the_sheet() -> None:
    beyond = b'<row r="4000000000"><c r="A4000000000"><v>1</v></c></row></sheetData>'
    built = rebuilt(FILES["xlsx"], SHEET, SHEET, lambda xml: xml.replace(b"</sheetData>", beyond))
    assert len(read_sheets(EXCEL, built)[0]) == 2
