"""The lists to fill in, as Excel files: opinions that were collected, and people who will attend.

Pure: a file is made from the profile alone. Filled in, it is what `reading/tables.py` reads without any choosing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.intake.reading.headings import Field
from services.intake.reading.table_files import MOST_ROWS
from services.intake.reading.tables import EXAMPLE
from shared.contracts.conference import ListKind
from shared.web import capital

FACE = "Times New Roman"
HEADING_ROW = 5
ROWS_DRAWN = 200
LONGEST_INLINE = 250
"""Letters of a choice that a validation holds itself; Excel has room for 255."""


@dataclass(frozen=True, slots=True)
class Column:
    """heading: where None, what a hamlet is called there. width: in letters."""

    field: Field
    heading: str | None
    width: int
    example: str = ""


COLUMNS: Mapping[ListKind, tuple[Column, ...]] = {
    "opinions": (
        Column("number", "STT", 7, EXAMPLE),
        Column("name", "Họ và tên", 26, "Nguyễn Văn A"),
        Column("phone", "Điện thoại", 15, "0912345678"),
        Column("address", "Địa chỉ (số nhà, đường)", 26, "Số 5, ngõ 2"),
        Column("hamlet", None, 20),
        Column("email", "Email", 24, "a@example.vn"),
        Column("text", "Nội dung kiến nghị", 60, "Giấy hẹn ghi sai ngày trả kết quả, tôi phải đi lại hai lần."),
        Column("section", "Mục (1 hoặc 2)", 10, "2"),
    ),
    "participants": (
        Column("number", "STT", 7, EXAMPLE),
        Column("name", "Họ và tên", 28, "Nguyễn Văn A"),
        Column("position", "Chức vụ", 22, "Bí thư"),
        Column("organisation", "Đơn vị", 30, "Chi đoàn"),
        Column("hamlet", None, 22),
        Column("phone", "Điện thoại", 15, "0912345678"),
        Column("email", "Email", 26, "a@example.vn"),
    ),
}
TITLES: Mapping[ListKind, str] = {
    "opinions": "DANH SÁCH Ý KIẾN, KIẾN NGHỊ",
    "participants": "DANH SÁCH NGƯỜI THAM DỰ HỘI NGHỊ ĐỐI THOẠI",
}
HINTS: Mapping[ListKind, str] = {
    "opinions": "Mỗi ý kiến một dòng; người có nhiều ý kiến thì ghi nhiều dòng. Mục 1: về thủ tục hành chính. Mục 2: "
    "về việc giải quyết thủ tục hành chính. Dòng ví dụ không được nhận, có thể xóa.",
    "participants": "Mỗi người một dòng. Dòng ví dụ không được nhận, có thể xóa.",
}


@cache
def blank_list(kind: ListKind, *, commune: str, hamlets: tuple[str, ...], hamlet_word: str) -> bytes:
    """An Excel file with headings, one example, and cells that keep what is typed into them.

    commune: its name in running text, `xã Thanh Trì`.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Danh sách"
    book.properties.title, book.properties.creator = f"{TITLES[kind]} – {commune}", f"UBND {commune}"
    columns = COLUMNS[kind]
    _write_title(sheet, kind, commune, len(columns))
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = column.width
        example = column.example or (hamlets[0] if column.field == "hamlet" and hamlets else "")
        _write_column(sheet, place, column, column.heading or capital(hamlet_word), example)
        cells = f"{letter}{HEADING_ROW + 1}:{letter}{HEADING_ROW + MOST_ROWS}"
        if rule := _rule(book, column.field, hamlets, hamlet_word):
            rule.add(cells)
            sheet.add_data_validation(rule)
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    _set_page(sheet)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write_title(sheet: Worksheet, kind: ListKind, commune: str, width: int) -> None:
    lines = (
        (TITLES[kind], Font(FACE, 14, bold=True), "center"),
        (f"Kính gửi: UBND {commune}", Font(FACE, 12), "center"),
        ("Nơi lập danh sách: ……………………………………………………………………", Font(FACE, 12), "left"),
        (HINTS[kind], Font(FACE, 11, italic=True), "left"),
    )
    for row, (words, font, align) in enumerate(lines, 1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        cell = sheet.cell(row, 1, words)
        cell.font, cell.alignment = font, Alignment(align, "center", wrap_text=True)
    sheet.row_dimensions[4].height = 32


def _write_column(sheet: Worksheet, place: int, column: Column, heading: str, example: str) -> None:
    """Every cell is text: a telephone number keeps its 0."""
    line = Side("thin")
    for row in range(HEADING_ROW, HEADING_ROW + ROWS_DRAWN):
        cell: Any = sheet.cell(row, place)
        cell.border = Border(line, line, line, line)
        cell.number_format = "@"
        cell.font = Font(FACE, 12)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    head: Any = sheet.cell(HEADING_ROW, place, heading)
    head.font, head.alignment = Font(FACE, 12, bold=True), Alignment("center", "center", wrap_text=True)
    shown: Any = sheet.cell(HEADING_ROW + 1, place, example or None)
    shown.font = Font(FACE, 12, italic=True, color="00666666")
    sheet.column_dimensions[get_column_letter(place)].number_format = "@"


def _rule(book: Workbook, field: Field, hamlets: Sequence[str], hamlet_word: str) -> DataValidation | None:
    """What Excel says when a cell does not look right. It warns and does not forbid: people know better at times."""
    match field:
        case "hamlet" if hamlets:
            rule = DataValidation("list", formula1=_choice(book, hamlets), allow_blank=True)
            rule.error = f"Tên {hamlet_word} không có trong danh mục. Xin kiểm tra lại."
        case "section":
            rule = DataValidation("list", formula1='"1,2"', allow_blank=True)
            rule.error = "Ghi 1 (về thủ tục hành chính) hoặc 2 (về việc giải quyết thủ tục hành chính)."
        case "phone":
            rule = DataValidation("textLength", operator="between", formula1="9", formula2="40", allow_blank=True)
            rule.error = "Số điện thoại có ít nhất 9 chữ số. Xin kiểm tra lại."
        case _:
            return None
    rule.errorStyle, rule.errorTitle, rule.showErrorMessage = "warning", "Xin kiểm tra", True
    return rule


def _choice(book: Workbook, hamlets: Sequence[str]) -> str:
    """In the rule itself; on a hidden sheet where names are many or hold a comma."""
    inline = ",".join(hamlets)
    if len(inline) <= LONGEST_INLINE and not any('"' in one or "," in one for one in hamlets):
        return f'"{inline}"'
    sheet = book.create_sheet("Danh mục")
    sheet.sheet_state = "hidden"
    for row, hamlet in enumerate(hamlets, 1):
        sheet.cell(row, 1, hamlet)
    return f"'Danh mục'!$A$1:$A${len(hamlets)}"


def _set_page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
