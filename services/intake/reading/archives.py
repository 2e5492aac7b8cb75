"""Word and Excel files before they are opened: how much they unpack to, and how many elements there are in them.

The parts of such a file are found by what its other parts say of them, not by their names. So every part counts that
could be XML by its beginning, wherever it lies and whatever it is called.
"""

import zipfile
from io import BytesIO

from services.intake.reading.unreadable import UnreadableDocument

MAX_UNPACKED = 50 * 1024 * 1024
"""Bytes of a file once unpacked; photographs are most of an honest one."""
MAX_MEMBERS = 2_000
_BEGINNING = 64
_BEFORE_XML = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
"""Marks of the byte order, the zeros of wide letters, and blanks."""
_MAY_BEGIN_XML = (b"<", b"\x4c", b"")
"""`<`, the same in EBCDIC, and nothing but blanks so far. Pictures, fonts and embedded files begin otherwise."""


def must_be_honest(data: bytes, most_xml: int, most_tags: int, otherwise: str) -> None:
    """Refuse what would unpack to more than a document holds, and XML that defines entities: no office program does.

    Args:
        most_xml: bytes of XML, which takes fifty times its size in memory.
        most_tags: each is an element that somebody walks through, or the end of one.
        otherwise: what to say of a file that is too great.

    Raises:
        UnreadableDocument: too great, or strange.
        zipfile.BadZipFile: and whatever else `zipfile` raises of what is no archive.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise UnreadableDocument(otherwise)
        xml = [member for member in members if _may_be_xml(archive, member)]
        if sum(member.file_size for member in xml) > most_xml:
            raise UnreadableDocument(otherwise)
        if sum(_tags(archive, member) for member in xml) > most_tags:
            raise UnreadableDocument(otherwise)


def _may_be_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as content:
        return content.read(_BEGINNING).lstrip(_BEFORE_XML)[:1] in _MAY_BEGIN_XML


def _tags(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """How many tags there are in one part."""
    with archive.open(member) as content:
        text = content.read().replace(b"\0", b"")
    if b"<!DOCTYPE" in text:
        raise UnreadableDocument("Tệp có cấu trúc bất thường nên không được nhận.")
    return text.count(b"<")
