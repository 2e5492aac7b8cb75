"""The posting list (bảng kê) of a run as a spreadsheet: a row for each envelope, for the post and for the office."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from services.notify.posting.runs import PrintRun
from services.notify.posting.sheets import Letter, capital, group_of, letters_of, no_longer_kept
from services.notify.texts.text import KINDS
from services.notify.wording import clock_and_day
from shared.communes import Profile

Value = str | int | None
BOLD = Font(bold=True)
WIDTHS = (6, 18, 34, 52, 24, 30, 18, 46, 6, 30)


def posting_list(run: PrintRun, profile: Profile, numbers: Mapping[str, str]) -> bytes:
    """As XLSX. Its number and reference columns are what the post's own list is matched by.

    The receiver's telephone number is left out: the post needs none for a letter.

    Args:
        numbers: of the outgoing register, by notification, where one was given.

    Raises:
        Refusal: names and addresses are kept no longer.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Bảng kê")
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    sheet.freeze_panes = "A5"
    sheet.append([_cell(sheet, f"BẢNG KÊ BƯU GỬI, đợt {run.id}", bold=True)])
    sheet.append([_cell(sheet, f"Người gửi: {profile.letterhead.issuer}, {profile.address}")])
    sheet.append(
        [_cell(sheet, f"Chốt lúc {clock_and_day(run.closed_at)}: {run.envelopes} bưu gửi, {run.letters} văn bản")]
    )
    sheet.append([_cell(sheet, column, bold=True) for column in _columns(profile)])
    for _, envelope in groupby(letters_of(run), key=lambda letter: letter[0].envelope):
        sheet.append([_cell(sheet, value) for value in _row(run, list(envelope), profile, numbers)])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _columns(profile: Profile) -> tuple[str, ...]:
    hamlet = capital(profile.hamlet_word)
    receiver = ("Người nhận", "Địa chỉ", hamlet)
    return "STT", "Số hiệu bưu gửi", *receiver, "Loại văn bản", "Số văn bản", "Tham chiếu", "Tập", "Ghi chú"


def _row(run: PrintRun, envelope: Sequence[Letter], profile: Profile, numbers: Mapping[str, str]) -> tuple[Value, ...]:
    first, receiver = envelope[0]
    if receiver is None:
        raise no_longer_kept(run)
    remarks = [f"Chung phong bì: {len(envelope)} văn bản"] if len(envelope) > 1 else []
    if first.by_hand:
        remarks.append("Không gửi bưu điện")
    return (
        first.envelope,
        run.fate(first.envelope).tracking,
        receiver.name,
        receiver.address,
        group_of(first, profile),
        "; ".join(dict.fromkeys(KINDS.get(item.kind, item.kind) for item, _ in envelope)),
        "; ".join(numbers[item.notification] for item, _ in envelope if item.notification in numbers) or None,
        first.notification,
        first.bundle,
        "; ".join(remarks) or None,
    )


def _cell(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    """Text is never a formula, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = BOLD
    return cell
