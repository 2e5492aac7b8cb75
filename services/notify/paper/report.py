"""A result report (báo cáo) of what somebody counted, as a page."""

from collections.abc import Iterator
from datetime import date

from services.notify.paper.page import Page
from services.notify.texts.blocks import Block, Lead, Line, Paragraph, Run, Table
from services.notify.wording import dateline, one_line, paragraphs
from shared.communes import Profile
from shared.contracts import Refusal
from shared.contracts.notify import RenderReport, ReportPart, ReportTable

NAME = "BÁO CÁO"


def report(command: RenderReport, profile: Profile, on: date) -> Page:
    """The report of a commune; its number is given on paper, after signing. on: of the dateline.

    Raises:
        Refusal: a row of a table has not as many cells as its head, or the report says nothing.
    """
    head, office = profile.letterhead, one_line(profile.letterhead.issuer)
    about, addressee = one_line(command.about), one_line(command.addressee or "")
    blocks = [block for part in command.parts for block in _blocks(part)]
    if not about or not blocks:
        raise Refusal("invalid", "Báo cáo chưa có trích yếu hoặc nội dung.")
    if not (isinstance(last := blocks[-1], Paragraph) and last.line[-1].text.endswith("./.")):
        blocks.append(Paragraph(_line(f"Trên đây là báo cáo của {office}./.")))
    return Page(
        letterhead=head,
        bears=on,
        dateline=dateline(one_line(head.place), on),
        symbol=one_line(head.numbers.report),
        title=NAME,
        about=about,
        addressee=addressee or None,
        blocks=tuple(blocks),
        signer=head.signer,
        copies=without_addressee(head.copies) if not addressee else tuple(one_line(copy) for copy in head.copies),
    )


def without_addressee(copies: tuple[str, ...]) -> tuple[str, ...]:
    """Recipients of a document that names none above: there is nobody who could be "as above"."""
    return tuple(one_line(copy) for copy in copies if not copy.casefold().startswith("như trên"))


def _blocks(part: ReportPart) -> Iterator[Block]:
    if heading := one_line(part.heading or ""):
        yield Lead(_line(heading))
    for text in part.paragraphs:
        for words in paragraphs(text):
            yield Paragraph(_line(words))
    if part.table is not None:
        yield _table(part.table)


def _table(table: ReportTable) -> Table:
    columns = len(table.head)
    if len(table.widths) != columns or min(table.widths) < 1 or any(len(row) != columns for row in table.rows):
        raise Refusal("invalid", f"Bảng có {columns} cột nhưng có hàng hoặc độ rộng không đủ {columns} ô.")
    rows = tuple(tuple(tuple(paragraphs(cell)) for cell in row) for row in table.rows)
    return Table(tuple(one_line(name) for name in table.head), rows, table.widths)


def _line(words: str) -> Line:
    return (Run(words),)
