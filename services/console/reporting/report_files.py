"""A report as a spreadsheet for those who count on, and as a Word document in the State's form for those who sign.

Layout of the document: Decree 30/2020/NĐ-CP, annex I. Its number and day are given on paper, after signing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from services.console.reporting.reports import CHANNELS, Entry, Figures, Held, Row
from services.console.words import DIALOGUE_KINDS, DIALOGUE_STATES
from shared.communes import Profile
from shared.contracts.notify import ReportPart, ReportTable
from shared.web import HANOI, capital, local_day, local_time

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

TOTAL = "Tổng số"
"""Name of a row that sums the others up."""

Value = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as page, spreadsheet and document have it. rows: a name and its values; total: the last row, if any.

    shares: the columns that hold a part of 1, counted from the first.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    shares: frozenset[int] = frozenset()


OUTCOMES = (
    "Tiếp nhận",
    "Trả lời tại hội nghị",
    "Trả lời bằng văn bản",
    "Hướng dẫn",
    "Báo cáo cấp trên",
    "Đã rút",
    "Còn lại",
)
KEPT = ("Đúng hạn ban đầu", "Trễ hạn ban đầu", "Đúng hạn sau gia hạn", "Trễ hạn sau gia hạn")


def outcomes(name: str, first: str, rows: Sequence[Row], total: Row) -> Table:
    """What became of the questions; each row adds up to what was received."""
    return Table(
        name, (first, *OUTCOMES), tuple((row.name, *_outcomes(row)) for row in rows), (total.name, *_outcomes(total))
    )


def terms_kept(name: str, first: str, rows: Sequence[Row], total: Row) -> Table:
    """How the terms of answers were kept, by their first end and as they were extended, side by side."""
    columns = (first, *KEPT, "Tỷ lệ đúng hạn ban đầu", "Số câu gia hạn", "Số ngày gia hạn", "Trễ, đã báo cáo lên trên")
    kept = tuple((row.name, *_kept(row)) for row in rows)
    return Table(name, columns, kept, (total.name, *_kept(total)), frozenset({5}))


def tables(figures: Figures) -> list[Table]:
    """Every table of a report, in its order."""
    terms = tuple(
        (one.name, one.set, one.kept_first, one.late_first, one.kept, one.late, one.not_due, one.cancelled)
        for one in figures.terms
    )
    units = tuple(
        (one.name, one.promised, one.fulfilled, one.kept_first, one.late_first, one.kept, one.late, one.extended)
        for one in figures.units
    )
    return [
        outcomes("Kênh tiếp nhận", "Kênh", figures.channels, figures.total),
        outcomes("Lĩnh vực", "Lĩnh vực", figures.fields, figures.total),
        outcomes("Phòng, đơn vị", "Phòng, đơn vị", figures.departments, figures.total),
        terms_kept("Thời hạn của phòng", "Phòng, đơn vị", figures.departments, figures.total),
        Table("Các thời hạn", ("Thời hạn", "Số thời hạn", *KEPT, "Chưa đến hạn", "Không còn tính"), terms),
        Table(
            "Nhiệm vụ của kết luận",
            ("Phòng, đơn vị", "Được giao", "Đã xong", *KEPT, "Đã gia hạn"),
            units,
            (TOTAL, *map(sum, zip(*(row[1:] for row in units), strict=True))) if units else None,
        ),
    ]


def spreadsheet(profile: Profile, figures: Figures, entries: Sequence[Entry]) -> bytes:
    """The figures sheet by sheet, and the list of questions behind them, for those whose questions they are."""
    book = Workbook(write_only=True)
    _summary_sheet(book, profile, figures)
    for table in tables(figures):
        _sheet(book, table)
    _sheet(book, _dialogues(figures))
    if entries:
        _sheet(book, _listed(entries))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _outcomes(row: Row) -> tuple[int, ...]:
    return row.received, row.at_dialogue, row.in_writing, row.redirected, row.referred_up, row.withdrawn, row.open


def _kept(row: Row) -> tuple[Value, ...]:
    kept = (row.kept_first, row.late_first, row.kept, row.late)
    return *kept, row.share_first, row.extended, row.extended_days, row.escalated


def _dialogues(figures: Figures) -> Table:
    columns = ("Hội nghị", "Thời gian", "Loại", "Tình trạng", "Đăng ký", "Có mặt", "Phát biểu tại hội nghị")
    rows = tuple(
        (
            one.title,
            one.held_at,
            DIALOGUE_KINDS.get(one.kind, one.kind),
            DIALOGUE_STATES.get(one.state, one.state),
            one.registered,
            one.present,
            one.floor,
            one.invited,
            one.attended,
            one.questions,
            one.notice,
            one.report_document,
        )
        for one in figures.dialogues
    )
    return Table(
        "Hội nghị", (*columns, "Đại biểu mời", "Đại biểu dự", "Câu hỏi", "Thông báo kết luận", "Báo cáo kết quả"), rows
    )


def _listed(entries: Sequence[Entry]) -> Table:
    columns = ("Câu hỏi", "Nhận lúc", "Kênh", "Lĩnh vực", "Phòng, đơn vị", "Kết quả")
    rows = tuple(
        (
            one.code,
            one.received_at,
            one.channel,
            one.field,
            one.department,
            one.outcome,
            one.first_due_at,
            one.due_at,
            one.met_at,
            one.extended_days,
        )
        for one in entries
    )
    return Table("Danh sách", (*columns, "Hạn ban đầu", "Hạn hiện tại", "Hoàn thành", "Gia hạn (ngày)"), rows)


def _summary_sheet(book: Workbook, profile: Profile, figures: Figures) -> None:
    """The sheet that opens first: what is reported on, when it was counted, and the sums."""
    total = figures.total
    _sheet(
        book,
        Table(
            "Tổng hợp",
            (f"{capital(profile.name)}: {figures.subject.name}", "Số liệu"),
            (
                ("Lập lúc", figures.made_at),
                ("Phiếu tiếp nhận", figures.forms),
                *zip(("Câu hỏi tiếp nhận", *OUTCOMES[1:]), _outcomes(total), strict=True),
                *zip(KEPT, (total.kept_first, total.late_first, total.kept, total.late), strict=True),
                ("Tỷ lệ đúng hạn ban đầu", total.share_first),
                ("Tỷ lệ đúng hạn sau gia hạn", total.share),
                ("Câu hỏi được gia hạn", total.extended),
                ("Số ngày làm việc gia hạn", total.extended_days),
                ("Câu hỏi trễ đã báo cáo lên trên", total.escalated),
                ("Thời hạn trễ đã báo cáo cấp trên", figures.to_province),
                ("Nhiệm vụ của kết luận", figures.promised),
                ("Nhiệm vụ đã xong", sum(unit.fulfilled for unit in figures.units)),
            ),
        ),
    )


def _sheet(book: Workbook, table: Table) -> None:
    sheet: Any = book.create_sheet(table.name[:31])
    sheet.freeze_panes = "B2"
    everything = [*table.rows, *([table.total] if table.total else [])]
    for place, column in enumerate(table.columns):
        longest = max((_width(row[place]) for row in everything), default=0)
        sheet.column_dimensions[_letter(place)].width = min(60, max(longest, 12, len(column) if not place else 0) + 2)
    sheet.append([_cell(sheet, column, bold=True, wrap=True) for column in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, value) for value in row])
    if table.total:
        sheet.append([_cell(sheet, value, bold=True) for value in table.total])


def _cell(sheet: Any, value: Value, *, bold: bool = False, wrap: bool = False) -> Any:
    """Numbers are numbers and instants are Vietnam's. Text is never a formula, whatever it begins with."""
    if isinstance(value, datetime):
        value = value.astimezone(HANOI).replace(tzinfo=None, microsecond=0)
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(value, float):
        cell.number_format = "0.0%"
    if bold:
        cell.font = Font(bold=True)
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _width(value: Value) -> int:
    return 16 if isinstance(value, datetime) else len(str(value)) if value is not None else 0


def _letter(place: int) -> str:
    return chr(ord("A") + place)


# --- the document ---------------------------------------------------------------------------------------------------


def document(profile: Profile, figures: Figures) -> bytes:
    """The report to the superior: number, day and signature are still to come."""
    paper = Document()
    _page(paper)
    _head(paper, profile, figures)
    _body(paper, parts(profile, figures))
    _foot(paper, profile)
    file = BytesIO()
    paper.save(file)
    return file.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.different_first_page_header_footer = True
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        number.add_run()._r.append(part)


def _head(paper: Any, profile: Profile, figures: Figures) -> None:
    head, year = profile.letterhead, figures.made_at.astimezone(HANOI).year
    box = paper.add_table(rows=1, cols=2)
    box.autofit = False
    left, right = box.rows[0].cells
    left.width, right.width = Cm(6.5), Cm(10)
    if head.parent:
        _centred(left, head.parent.upper(), first=True, size=12)
    _centred(left, head.issuer.upper(), first=not head.parent, bold=True, size=12)
    _rule(left, Cm(2.2))
    _centred(left, f"Số:        /{head.numbers.report}")
    _centred(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", first=True, bold=True, size=12)
    _centred(right, "Độc lập - Tự do - Hạnh phúc", bold=True)
    _rule(right, Cm(2.4))
    _centred(right, f"{head.place}, ngày      tháng      năm {year}", italic=True)
    _centred(paper, "BÁO CÁO", bold=True, size=14, before=18)
    _centred(paper, about(figures), bold=True)
    _rule(paper, Cm(6))
    _centred(paper, f"Kính gửi: {profile.superior}", before=12)


def about(figures: Figures) -> str:
    """What the report is on, below its title."""
    return (
        "Kết quả đối thoại và giải quyết câu hỏi, kiến nghị của cá nhân, tổ chức về thủ tục hành chính "
        f"{figures.subject.name}"
    )


def parts(profile: Profile, figures: Figures) -> tuple[ReportPart, ...]:
    """What the report says, for every form that it takes. A part that is a table has its caption as its heading."""
    return (
        _beginning(profile, figures),
        *_of_dialogues(figures),
        *_of_questions(figures),
        *_of_terms(figures),
        *_of_promises(figures),
        _of_departments(profile, figures),
    )


def _beginning(profile: Profile, figures: Figures) -> ReportPart:
    issuer = profile.letterhead.issuer
    done = f"Thực hiện {_inside(profile.plan)}, {issuer} báo cáo kết quả {figures.subject.name} như sau:"
    return ReportPart(paragraphs=(done,))


def _of_dialogues(figures: Figures) -> Iterator[ReportPart]:
    told = tuple(_of_dialogue(place, one) for place, one in enumerate(figures.dialogues, 1))
    none = ("Trong kỳ báo cáo không có hội nghị đối thoại nào.",)
    yield ReportPart(heading="I. TÌNH HÌNH TỔ CHỨC ĐỐI THOẠI", paragraphs=told or none)


def _of_dialogue(place: int, one: Held) -> str:
    held = f"{local_time(one.held_at)}" if one.held_at else "chưa rõ thời gian"
    notice = f" Thông báo kết luận số {one.notice} ngày {local_day(one.concluded_at)}." if one.concluded_at else ""
    return (
        f"{place}. {one.title} ({held}; {DIALOGUE_KINDS.get(one.kind, one.kind).lower()}): "
        f"{DIALOGUE_STATES.get(one.state, one.state).lower()}. Có {one.registered} người đăng ký trong hạn, "
        f"{one.present} người trong số đó có mặt, {one.floor} người phát biểu tại hội nghị, {one.attended} đại "
        f"biểu dự; {one.questions} câu hỏi, kiến nghị.{notice}"
    )


def _of_questions(figures: Figures) -> Iterator[ReportPart]:
    total = figures.total
    by_channel = "; ".join(f"{CHANNELS.get(row.id, row.name).lower()} {row.received}" for row in figures.channels)
    received = f"Đã tiếp nhận {figures.forms} phiếu với {total.received} câu hỏi, kiến nghị"
    withdrawn = f"người hỏi đã rút {total.withdrawn}; " if total.withdrawn else ""
    answered = (
        f"Đã trả lời tại hội nghị {total.at_dialogue}; trả lời bằng văn bản {total.in_writing}; hướng dẫn đến cơ quan "
        f"có thẩm quyền {total.redirected}; báo cáo cấp trên {total.referred_up}; {withdrawn}"
        f"đang giải quyết {total.open}."
    )
    yield ReportPart(
        heading="II. KẾT QUẢ TIẾP NHẬN, GIẢI QUYẾT CÂU HỎI, KIẾN NGHỊ",
        paragraphs=(received + (f" ({by_channel})." if by_channel else "."), answered),
    )
    if figures.fields:
        yield _captioned("Bảng 1. Theo lĩnh vực", outcomes("", "Lĩnh vực", figures.fields, total))


def _of_terms(figures: Figures) -> Iterator[ReportPart]:
    total = figures.total
    kept = (
        f"Theo hạn ban đầu: {total.kept_first} câu hỏi được phòng, đơn vị trả lời đúng hạn, {total.late_first} câu trễ "
        f"hạn{_per_cent(total.share_first)}. Theo hạn sau khi gia hạn: {total.kept} đúng hạn, {total.late} trễ hạn"
        f"{_per_cent(total.share)}. Số câu hỏi được gia hạn: {total.extended}, tổng số {total.extended_days} ngày làm "
        f"việc. Số câu trễ hạn đã báo cáo lên trên: {total.escalated}; số thời hạn trễ đã báo cáo cấp trên: "
        f"{figures.to_province}."
    )
    yield ReportPart(heading="III. VIỆC THỰC HIỆN THỜI HẠN", paragraphs=(kept,))
    if figures.departments:
        of_departments = terms_kept("", "Phòng, đơn vị", figures.departments, total)
        yield _captioned("Bảng 2. Theo phòng, đơn vị", of_departments)
    if figures.terms:
        yield _captioned("Bảng 3. Các thời hạn trong kỳ", tables(figures)[4])


def _of_promises(figures: Figures) -> Iterator[ReportPart]:
    heading = "IV. VIỆC THỰC HIỆN THÔNG BÁO KẾT LUẬN"
    if not figures.units:
        none = "Trong kỳ báo cáo không có nhiệm vụ nào được giao theo thông báo kết luận."
        yield ReportPart(heading=heading, paragraphs=(none,))
        return
    done = sum(unit.fulfilled for unit in figures.units)
    told = f"Các thông báo kết luận giao {figures.promised} nhiệm vụ; đã hoàn thành {done}."
    yield ReportPart(heading=heading, paragraphs=(told,))
    yield _captioned("Bảng 4. Nhiệm vụ được giao", tables(figures)[5])


def _of_departments(profile: Profile, figures: Figures) -> ReportPart:
    kept = [row.name for row in figures.departments if row.kept_first and not row.late_first]
    late = [f"{row.name} ({row.late_first} câu)" for row in figures.departments if row.late_first]
    return ReportPart(
        heading="V. VIỆC CHẤP HÀNH THỜI HẠN CỦA CÁC PHÒNG, ĐƠN VỊ",
        paragraphs=(
            "Số liệu dưới đây là căn cứ để biểu dương, khen thưởng hoặc chấn chỉnh, xử lý theo quy định.",
            f"1. Trả lời đúng hạn ban đầu tất cả câu hỏi: {_listing(kept)}",
            f"2. Có câu hỏi trễ hạn ban đầu: {_listing(late)}",
            f"Trên đây là báo cáo của {profile.letterhead.issuer}, kính gửi {profile.superior}./.",
        ),
    )


def _captioned(caption: str, table: Table) -> ReportPart:
    """The first column has names, and room for them."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    cells = tuple(tuple(map(_shown, row)) for row in rows)
    widths = (3, *(1 for _ in table.columns[1:]))
    return ReportPart(heading=caption, table=ReportTable(head=table.columns, rows=cells, widths=widths))


def _body(paper: Any, told: Iterable[ReportPart]) -> None:
    for part in told:
        if part.heading:
            (_caption if part.table else _heading)(paper, part.heading)
        for paragraph in part.paragraphs:
            _text(paper, paragraph)
        if part.table:
            _grid(paper, part.table)


def _foot(paper: Any, profile: Profile) -> None:
    head = profile.letterhead
    box = paper.add_table(rows=1, cols=2)
    left, right = box.rows[0].cells
    first = left.paragraphs[0]
    first.paragraph_format.space_before = Pt(12)
    run = first.add_run("Nơi nhận:")
    run.bold = run.italic = True
    run.font.size = Pt(12)
    kept = [line for line in head.copies if line.strip().lower().rstrip(";.") != "như trên"]
    for line in ("Như trên;", *kept):
        left.add_paragraph().add_run(f"- {line}").font.size = Pt(11)
    for place, line in enumerate(head.signer.capacity):
        _centred(right, line.upper(), first=not place, bold=True, before=12 if not place else 0)
    for _ in range(4):
        right.add_paragraph()
    _centred(right, head.signer.name, bold=True)


def _grid(paper: Any, table: ReportTable) -> None:
    grid = paper.add_table(rows=1, cols=len(table.head))
    grid.style = "Table Grid"
    _fill(grid.rows[0].cells, table.head, bold=True, heading=True)
    repeat = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in table.rows:
        _fill(grid.add_row().cells, row, bold=row[0] == TOTAL)


def _fill(cells: Sequence[Any], values: Iterable[Value], *, bold: bool = False, heading: bool = False) -> None:
    for place, (cell, value) in enumerate(zip(cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(_shown(value))
        run.bold, run.font.size = bold, Pt(11)
        if place or heading:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return f"{100 * value:.1f}%".replace(".", ",")
    return "–" if value is None else str(value)


def _centred(
    where: Any,
    text: str,
    *,
    first: bool = False,
    bold: bool = False,
    italic: bool = False,
    size: int = 13,
    before: int = 0,
) -> None:
    """A centred line; `first`: in the paragraph that a cell has from the beginning."""
    paragraph = where.paragraphs[0] if first else where.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(before)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _rule(where: Any, inset: Cm) -> None:
    """A solid rule, as short as its insets leave."""
    paragraph = where.add_paragraph()
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)  # before what follows: the schema wants borders first
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = inset
    paragraph.paragraph_format.line_spacing = Pt(4)
    paragraph.paragraph_format.space_after = Pt(4)


def _heading(paper: Any, text: str) -> None:
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.paragraph_format.first_line_indent = Cm(1)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(text).bold = True


def _caption(paper: Any, text: str) -> None:
    paragraph = paper.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(text).italic = True


def _text(paper: Any, text: str) -> None:
    paragraph = paper.add_paragraph(text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Cm(1)
    paragraph.paragraph_format.space_before = Pt(6)


def _per_cent(share: float | None) -> str:
    return f" (đúng hạn {_shown(share)})" if share is not None else ""


def _listing(names: Sequence[str]) -> str:
    return f"{'; '.join(names)}." if names else "không có."


def _inside(text: str) -> str:
    return text[:1].lower() + text[1:] if not text[:2].isupper() else text
