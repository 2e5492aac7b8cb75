"""The files that people send: checked by their content, kept in GridFS, given to those who may have them.

A file is stored before the form that names it, so that a form never names one that is not there; a file that
nothing names is removed after a day.
"""

import codecs
import hashlib
import io
import re
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, get_args

from ulid import ULID

from shared.clock import real_now
from shared.contracts import Refusal
from shared.contracts.intake import FilePurpose
from shared.contracts.people import Attachment, MediaType
from shared.store import Bucket, Database
from shared.text import one_line

MOST_BYTES = 10 * 1024 * 1024
"""Of one file."""
MOST_BYTES_OF_A_MAIL = 25 * 1024 * 1024
"""With all that is attached to it; mail servers take no greater ones."""
MOST_OF_A_FORM = 5
"""Files that one form takes."""
PART = 1024 * 1024
"""Bytes of a file in one message."""
KEPT_UNNAMED = timedelta(days=1)
REMOVED_AT_ONCE = 100
MOST_UNPACKED = 60 * 1024 * 1024

WORD: MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS: Mapping[MediaType, str] = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    WORD: "docx",
    EXCEL: "xlsx",
    "text/csv": "csv",
    "text/plain": "txt",
    "message/rfc822": "eml",
}
ALLOWED: Mapping[FilePurpose, tuple[frozenset[MediaType], str]] = {
    "attachment": (
        frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp", WORD}),
        "Chỉ nhận tệp PDF, ảnh (JPG, PNG, WebP) hoặc Word (.docx).",
    ),
    "table": (frozenset({EXCEL, "text/csv", WORD}), "Chỉ nhận danh sách dạng Excel (.xlsx), CSV hoặc Word (.docx)."),
    "mail": (frozenset({"message/rfc822"}), "Chỉ nhận thư điện tử (.eml)."),
}


Naming = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]
"""Which of these files a saved form or mail names, and which."""


DAMAGED = "Tệp bị hỏng, không mở được."


class UnwantedFile(ValueError):
    """A file that is not taken. reason: a Vietnamese sentence for whoever sent it, without the file's name."""

    names_nobody = True

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file. named_by: the form or mail that names it; None until one does.

    words: what a mail was found to say, where it has been read.
    """

    commune: str
    attachment: Attachment
    purpose: FilePurpose
    named_by: str | None
    words: Mapping[str, Any] | None = None


def recognise(name: str, data: bytes, purpose: FilePurpose) -> MediaType:
    """What a file is, by its content; the name decides only between kinds of plain text.

    Raises:
        UnwantedFile: empty, too big, damaged, or of a kind that is not taken for this purpose.
    """
    if not data:
        raise UnwantedFile("Tệp trống, không có nội dung.")
    if len(data) > (most := _most(purpose)):
        raise UnwantedFile(f"Tệp lớn quá {most // 1024 // 1024} MB.")
    kinds, only = ALLOWED[purpose]
    found = _by_content(name, data)
    if found is None and purpose == "mail":  # whatever came into a mailbox is a mail, however broken
        return "message/rfc822"
    if found not in kinds:
        raise UnwantedFile(only)
    return found


def _most(purpose: FilePurpose) -> int:
    return MOST_BYTES_OF_A_MAIL if purpose == "mail" else MOST_BYTES


_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What spreadsheets begin their "Unicode text" with."""
_BEGINNINGS: Sequence[tuple[re.Pattern[bytes], MediaType]] = (
    (re.compile(rb"%PDF-[12]\.[0-9]"), "application/pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), "image/png"),
    (re.compile(rb"\xff\xd8\xff[\xc0-\xfe]"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp"),
)
"""Up to the first part of each kind that has to be there: a page for a browser does not pass for a picture."""
MOST_OF_A_DIRECTORY = 256 * 1024
"""Bytes that name what is in an Office file; some hundred thousand names would hold everybody up."""


def _by_content(name: str, data: bytes) -> MediaType | None:
    for beginning, kind in _BEGINNINGS:
        if beginning.match(data):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office_file(data)
    ending = name.rpartition(".")[2].lower()
    if (b"\0" not in data[:4096] or data.startswith(_UTF_16)) and ending in ("csv", "txt"):
        return "text/csv" if ending == "csv" else "text/plain"
    return None


def _office_file(data: bytes) -> MediaType | None:
    """A Word or Excel file without macros that does not unpack to more than an honest one."""
    if not _directory_is_small(data):
        raise UnwantedFile(DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnwantedFile(DAMAGED) from error
    names = {member.filename for member in members}
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise UnwantedFile("Tệp giải nén ra quá lớn.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnwantedFile("Tệp có macro nên không được nhận. Xin lưu lại dạng .docx, .xlsx hoặc PDF.")
    if "word/document.xml" in names:
        return WORD
    return EXCEL if "xl/workbook.xml" in names else None


def _directory_is_small(data: bytes) -> bool:
    """As every end of an archive that is found tells it; the long form of it is for archives beyond our size."""
    tail = data[-(65_535 + 22 + 20) :]
    ends = [found.start() for found in re.finditer(rb"PK\x05\x06", tail)]
    sizes = [int.from_bytes(tail[end + 12 : end + 16], "little") for end in ends]
    return all(size <= MOST_OF_A_DIRECTORY for size in sizes) and b"PK\x06\x07" not in tail


def plain_name(name: str, media_type: MediaType) -> str:
    """The last part of a path in one line, with the ending of what the file is."""
    last = PurePosixPath(one_line(name).replace("\\", "/")).name
    stem = re.sub(r'[<>:"|?*\x00-\x1f]', "", last.rpartition(".")[0] or last).strip(" .")
    return f"{stem[:150] or 'tep'}.{ENDINGS[media_type]}"


def must_be_free(chosen: Sequence[Kept], *forms: str) -> None:
    """Refuse files that are another form's than these: whoever may read one form might learn from another."""
    if any(one.named_by not in (None, *forms) for one in chosen):
        raise Refusal("invalid", "Một tệp đính kèm đã thuộc phiếu khác. Xin chọn lại tệp.")


class Files:
    """Keeps the files of all communes."""

    def __init__(self, database: Database) -> None:
        self._bucket = Bucket(database, "files")
        self._parts = database.collection("file_parts")

    async def keep(
        self, commune: str, name: str, data: bytes, purpose: FilePurpose = "attachment", id: str | None = None
    ) -> Attachment:
        """Store a file under an id of the sender's or a new one; the same id again changes nothing.

        Raises:
            UnwantedFile: see `recognise`.
        """
        return await self._keep(commune, name, data, purpose, recognise(name, data, purpose), id or str(ULID()))

    async def keep_mail(self, commune: str, data: bytes) -> Attachment:
        """Store what came into a mailbox. It is a mail, however broken it is; one without a byte is an empty line."""
        return await self._keep(commune, "thu.eml", data or b"\r\n", "mail", "message/rfc822", str(ULID()))

    async def _keep(
        self, commune: str, name: str, data: bytes, purpose: FilePurpose, media_type: MediaType, id: str
    ) -> Attachment:
        attachment = Attachment(
            id=id,
            name=plain_name(name, media_type),
            media_type=media_type,
            size=len(data),
            digest=hashlib.sha256(data).hexdigest(),
        )
        about = {"commune": commune, "purpose": purpose, "named_by": None, **attachment.model_dump()}
        if not await self._bucket.put(attachment.id, data, about):
            kept = await self.find(attachment.id)
            if kept is None or kept.commune != commune or kept.attachment.digest != attachment.digest:
                raise UnwantedFile("Mã tệp đã được dùng. Xin gửi lại tệp.")
            return kept.attachment
        return attachment

    async def keep_part(
        self, commune: str, id: str, name: str, purpose: FilePurpose, part: int, parts: int, content: bytes
    ) -> Attachment | None:
        """Store one part of a file; the whole once all are there, None before.

        Raises:
            UnwantedFile: see `recognise`; or the parts together are too big.
        """
        if parts == 1:
            return await self.keep(commune, name, content, purpose, id)
        most = _most(purpose)
        if part > parts or len(content) > PART or parts * PART > most + PART:
            raise UnwantedFile(f"Tệp lớn quá {most // 1024 // 1024} MB.")
        own = {"_id": f"{commune}:{id}:{part}", "file": f"{commune}:{id}", "part": part, "at": real_now()}
        await self._parts.replace_one({"_id": own["_id"]}, {**own, "content": content}, upsert=True)
        if part < parts:
            return None
        found = {one["part"]: one["content"] async for one in self._parts.find({"file": own["file"]})}
        if len(found) < parts:
            if (whole := await self.find(id)) and whole.commune == commune:  # only the answer had been lost
                return whole.attachment
            raise UnwantedFile("Tệp đến chưa đủ các phần. Xin gửi lại tệp.")
        try:
            return await self.keep(
                commune, name, b"".join(found[number] for number in range(1, parts + 1)), purpose, id
            )
        finally:
            await self._parts.delete_many({"file": own["file"]})

    async def find(self, id: str) -> Kept | None:
        about = await self._bucket.about(id)
        if about is None:
            return None
        attachment = Attachment.model_validate(about)
        assert about["purpose"] in get_args(FilePurpose)
        return Kept(about["commune"], attachment, about["purpose"], about["named_by"], about.get("words"))

    async def read(self, id: str) -> bytes | None:
        return await self._bucket.read(id)

    async def chosen(self, commune: str, ids: Sequence[str]) -> tuple[Kept, ...]:
        """What a command names for a form.

        Raises:
            Refusal: one is not here, of another commune, or a whole mail or list.
        """
        found = []
        for id in ids:
            kept = await self.find(id)
            if kept is None or kept.commune != commune or kept.purpose != "attachment":
                raise Refusal("not-found", "Không tìm thấy một tệp đính kèm. Xin chọn lại tệp.")
            found.append(kept)
        return tuple(found)

    async def name(self, attachments: Sequence[Attachment], by: str) -> None:
        """These are named by a form or a mail that is saved, and stay."""
        if attachments:
            await self._bucket.note([one.id for one in attachments], named_by=by)

    async def keep_words(self, id: str, words: Mapping[str, Any]) -> None:
        """What a mail says stays beside it, and goes with it."""
        await self._bucket.note([id], words=words)

    async def remove_unnamed(self, naming: Naming) -> int:
        """Remove what nothing has named for a day. Returns how many.

        naming: asked again before, for a crash may have come between saving a form and naming its files.
        """
        removed, before = 0, real_now() - KEPT_UNNAMED
        while ids := await self._bucket.older(before, REMOVED_AT_ONCE, named_by=None):
            named = await naming(ids)
            for id, by in named.items():
                await self._bucket.note([id], named_by=by)
            left = [one for one in ids if one not in named]
            await self.remove(left)
            removed += len(left)
        await self._parts.delete_many({"at": {"$lt": before}})
        await self._bucket.remove_torn(before)
        return removed

    async def remove(self, ids: Sequence[str]) -> None:
        """Remove files that no form names, and no mail needs."""
        for id in ids:
            await self._bucket.delete(id)
