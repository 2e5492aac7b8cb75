"""A bundle as one PDF: its cover, then at most 500 letters in the order in which they are folded."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import OutlineItem, Pdf

A4 = (595.276, 841.89)
COVER = "Bảng kê tập"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A letter as a file. name, group: as its bookmark and the one above it say."""

    file: Path
    name: str
    group: str


class LetterMissing(Exception):
    """The file of a letter is not where it must be. A bundle without it would be a gap nobody sees."""

    def __init__(self, file: Path) -> None:
        self.notification = file.stem
        super().__init__(f"no file of the letter {file.stem}")


def pages_of(file: Path) -> int | None:
    """None where there is no such file, or it is no PDF."""
    try:
        with Pdf.open(file) as pdf:
            return len(pdf.pages)
    except (FileNotFoundError, pikepdf.PdfError):
        return None


def sheets(pages: Iterable[int], *, duplex: bool) -> int:
    """Sheets of paper for letters with so many pages each."""
    return sum((count + 1) // 2 if duplex else count for count in pages)


def bind(title: str, cover: bytes, leaves: Sequence[Leaf], to: Path, *, duplex: bool) -> None:
    """Write a bundle. Blocking; memory is that of its letters, which are some 30 KB each.

    It is for the printer alone: its letters lose their tags and their signatures, and what they say of themselves. What
    is kept and shown to anybody is the file of each letter.

    duplex: each letter begins on an odd page, so that a printer that turns the paper puts no two letters on one sheet.

    Raises:
        LetterMissing: of the first letter without a file; nothing is written.
    """
    with Pdf.new() as bundle:
        with bundle.open_outline() as outline:
            _add(bundle, Pdf.open(io.BytesIO(cover)), duplex)
            outline.root.append(OutlineItem(COVER, 0))
            for leaf in leaves:
                group = outline.root[-1]
                if group.title != leaf.group:
                    group = OutlineItem(leaf.group, len(bundle.pages))
                    group.is_closed = True
                    outline.root.append(group)
                group.children.append(OutlineItem(leaf.name, len(bundle.pages)))
                _add(bundle, _opened(leaf.file), duplex)
        bundle.docinfo["/Title"] = title
        bundle.save(to, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def joined(parts: Iterable[bytes]) -> bytes:
    """The pages of several PDF files as one."""
    out = io.BytesIO()
    with Pdf.new() as whole:
        for part in parts:
            whole.pages.extend(Pdf.open(io.BytesIO(part)).pages)
        whole.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _opened(file: Path) -> Pdf:
    """Read at once: a bundle must not hold 500 files open."""
    try:
        pdf = Pdf.open(io.BytesIO(file.read_bytes()))
    except (FileNotFoundError, pikepdf.PdfError) as error:
        raise LetterMissing(file) from error
    if "/AcroForm" in pdf.Root:  # the marks of a signature become part of the page
        pdf.flatten_annotations("print")
    return pdf


def _add(bundle: Pdf, pdf: Pdf, duplex: bool) -> None:
    bundle.pages.extend(pdf.pages)
    if duplex and len(pdf.pages) % 2:
        bundle.add_blank_page(page_size=A4)
