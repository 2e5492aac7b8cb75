"""From the bytes of a file to its text: which kind it is, by name and by content, and who reads it.

Files come from anybody, so sizes are bounded before anything is unpacked, and whatever is wrong with a file
surfaces as `UnreadableDocument`. Mails are apart, in `mails.py`: they hold files themselves.
"""

import re
from collections.abc import Callable, Mapping

from services.intake.reading.excel import read_xlsx
from services.intake.reading.pdf import SECONDS, read_pdf
from services.intake.reading.plain import read_text
from services.intake.reading.unreadable import MAX_FILE, UnreadableDocument
from services.intake.reading.word import read_docx

_READERS: Mapping[str, Callable[[bytes, int], list[str]]] = {
    "txt": lambda data, _: [read_text(data)],
    "docx": lambda data, _: [read_docx(data)],
    "pdf": lambda data, seconds: [read_pdf(data, seconds)],
    "xlsx": lambda data, _: read_xlsx(data),
}
_ACCEPTED = "chỉ nhận tệp .txt, .eml, .docx, .pdf hoặc .xlsx"
_SIGNATURES = {
    b"%PDF": "tệp PDF",
    b"PK\x03\x04": "tệp nén hoặc tệp Office",
    b"\xd0\xcf\x11\xe0": "tệp Word bản cũ (.doc) hoặc có mật khẩu",
    b"\x89PNG": "tệp ảnh",
    b"\xff\xd8\xff": "tệp ảnh",
    b"{\\rtf": "tệp RTF",
}
_OWN_SIGNATURES = {"docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04", "pdf": b"%PDF"}


def texts_of(name: str, data: bytes, seconds: int = SECONDS) -> list[str]:
    r"""The texts of one file that may be a form, the likeliest first, each in NFC with `\n` line ends.

    name: of the file; its ending decides how it is read. A mail is none of them.
    seconds: that a file may take which may take any time.

    Raises:
        UnreadableDocument: too big, broken, or of another kind.
    """
    ending = checked_ending(name, data)
    if ending not in _READERS:
        raise UnreadableDocument(f"Không đọc được tệp .{ending} ở đây; {_ACCEPTED}.")
    return _READERS[ending](data, min(seconds, SECONDS))


def is_pdf(name: str) -> bool:
    return _ending(name) == "pdf"


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def checked_ending(name: str, data: bytes) -> str:
    """The ending of a file's name, lower case, where such files are read and the content is no other kind.

    Raises:
        UnreadableDocument: too big, empty, or of another kind.
    """
    ending = _ending(name)
    if ending == "csv":
        raise UnreadableDocument("Tệp .csv là danh sách, không phải một phiếu; xin gửi bằng mục nhận danh sách.")
    if ending not in (*_READERS, "eml"):
        what = f"tệp .{ending}" if re.fullmatch(r"[a-z0-9]{1,8}", ending) else "tệp này"
        raise UnreadableDocument(f"Không đọc được {what}; {_ACCEPTED}.")
    if len(data) > MAX_FILE:
        raise UnreadableDocument(f"Tệp lớn quá {MAX_FILE // 1024 // 1024} MB.")
    if not data.strip():
        raise UnreadableDocument("Tệp trống, không có nội dung.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) and _OWN_SIGNATURES.get(ending) != signature:
            raise UnreadableDocument(f"Tệp có tên .{ending} nhưng thật ra là {what}; {_ACCEPTED}.")
    return ending
