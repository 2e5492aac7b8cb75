"""What the province compares: the columns of each view of its page, how they are sorted, how they leave the house."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from services.console.facts import folded
from services.console.facts.figures import CLASSES
from services.console.reporting.province import Insight, Part, Standing

Kind = Literal["number", "share", "kept", "since", "bar", "strip"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. id: as the address has it. late: what is not 0 is late; near: it soon is.

    kind: of a value: `kept` is a pair, kept and all; `bar` parts of a whole; `strip` the days of a year.
    """

    id: str
    name: str
    group: str
    kind: Kind
    of: Callable[[Standing], Any]
    late: bool = False
    near: bool = False

    def rank(self, one: Standing) -> tuple[bool, float]:
        """What is not known stands last, however the others are sorted."""
        value = self.of(one)
        match self.kind, value:
            case _, None:
                return True, 0
            case "kept", (kept, whole):
                return (not whole, kept / whole if whole else 0)
            case "since", datetime():
                return False, value.timestamp()
            case "bar", _:
                return (not sum(value), sum(value[:1]) / sum(value) if sum(value) else 0)
            case "strip", _:
                return False, value.days
            case _:
                return False, float(value)


@dataclass(frozen=True, slots=True)
class View:
    """One comparison. slug: `?xem=` of the page. parts: what it needs of a commune's standing."""

    slug: str
    name: str
    parts: frozenset[Part]
    columns: tuple[Column, ...]

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Headings above the columns, each with how many it has."""
        return [(name, len(list(columns))) for name, columns in groupby(self.columns, lambda one: one.group)]

    def column(self, id: str) -> Column | None:
        return next((one for one in self.columns if one.id == id), None)


def _kept(*rules: str) -> Callable[[Standing], tuple[int, int]]:
    def of(one: Standing) -> tuple[int, int]:
        kept, late = one.kept(*rules)
        return kept, kept + late

    return of


PROGRAMME = "Kỳ hội nghị của chương trình"
QUESTIONS = "Câu hỏi"
TERMS = "Thời hạn, trách nhiệm"
DIALOGUES = "Hội nghị đối thoại"
ANSWERS = "Câu hỏi, kiến nghị"
LATE = "Câu hỏi phòng chưa trả lời, đã quá hạn"
PUT_UP = "Thời hạn trễ đã báo cáo cấp trên"
BEYOND = "Câu hỏi vượt thẩm quyền"
TAKEN = "Từ khi giao đến khi phòng trả lời"

OBLIGATIONS: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    ("thong-bao", "Thông báo hội nghị", DIALOGUES, ("announcement",)),
    ("danh-sach", "Nhận ý kiến, danh sách", DIALOGUES, ("opinions-collected", "participant-list")),
    ("chuan-bi", "Chuẩn bị", DIALOGUES, ("preparation",)),
    ("ket-luan", "Thông báo kết luận", DIALOGUES, ("conclusion-notice",)),
    ("thuc-hien", "Thực hiện kết luận", DIALOGUES, ("resolution", "resolution-extended")),
    ("bao-cao", "Báo cáo kết quả", DIALOGUES, ("result-report", "delegate-report")),
    ("phan-loai", "Phân loại, giao", ANSWERS, ("triage",)),
    ("tra-loi", "Trả lời của phòng", ANSWERS, ("department-answer",)),
    ("duyet", "Duyệt, hoàn thiện", ANSWERS, ("approval", "revision")),
    ("gui", "Trả lời, hướng dẫn bằng văn bản", ANSWERS, ("written-answer", "guidance")),
    ("cap-tren", "Báo cáo cấp trên", ANSWERS, ("superior-report",)),
)
"""What the plans oblige a commune to, each with the rules of its terms."""

WITHIN = (*(f"Đến {days} ngày" for days in CLASSES), f"Trên {CLASSES[-1]} ngày")

VIEWS: Mapping[str, View] = {
    view.slug: view
    for view in (
        View(
            "",
            "Tổng quan",
            frozenset({"terms"}),
            (
                Column("to-chuc", "Đã tổ chức", PROGRAMME, "kept", lambda one: (one.held, one.slots)),
                Column("sap-toi", "Sắp tới", PROGRAMME, "number", lambda one: one.ahead),
                Column("da-nhac", "Đã nhắc", PROGRAMME, "number", lambda one: one.warned, near=True),
                Column("khong-to-chuc", "Không tổ chức", PROGRAMME, "number", lambda one: one.missed, late=True),
                Column("tiep-nhan", "Tiếp nhận", QUESTIONS, "number", lambda one: one.questions.received),
                Column("con-lai", "Còn lại", QUESTIONS, "number", lambda one: one.questions.open),
                Column("dang-tre", "Đang trễ", QUESTIONS, "number", lambda one: one.late_open, late=True),
                Column("dung-han", "Đúng hạn ban đầu", QUESTIONS, "share", lambda one: one.questions.share_first),
                Column("sau-gia-han", "Đúng hạn sau gia hạn", QUESTIONS, "share", lambda one: one.questions.share),
                Column(
                    "giu-dung",
                    "Giữ đúng hạn",
                    TERMS,
                    "kept",
                    lambda one: (one.kept_terms, one.kept_terms + one.late_terms),
                ),
                Column("len-tinh", "Đã báo cáo cấp trên", TERMS, "number", lambda one: one.to_province, late=True),
            ),
        ),
        View(
            "tra-loi",
            "Thời gian trả lời",
            frozenset(),
            (
                Column("tiep-nhan", "Tiếp nhận", QUESTIONS, "number", lambda one: one.questions.received),
                Column("tra-loi", "Phòng đã trả lời", QUESTIONS, "number", lambda one: sum(one.questions.within)),
                Column("dung-han", "Đúng hạn ban đầu", QUESTIONS, "share", lambda one: one.questions.share_first),
                Column("sau-gia-han", "Đúng hạn sau gia hạn", QUESTIONS, "share", lambda one: one.questions.share),
                Column("gia-han", "Gia hạn", QUESTIONS, "number", lambda one: one.questions.extended),
                Column("phan-bo", "Số ngày làm việc", TAKEN, "bar", lambda one: one.questions.within),
            ),
        ),
        View(
            "theo-ngay",
            "Theo ngày",
            frozenset({"days"}),
            (
                Column("ngay", "Mỗi ngày", LATE, "strip", lambda one: one.late_days),
                Column("hien-nay", "Lúc này", LATE, "number", lambda one: one.late_now, late=True),
                Column("cao-nhat", "Cao nhất", LATE, "number", lambda one: one.late_days.peak),
                Column("so-ngay", "Số ngày có", LATE, "number", lambda one: one.late_days.days),
            ),
        ),
        View(
            "nghia-vu",
            "Nghĩa vụ",
            frozenset({"terms"}),
            (
                Column(
                    "to-chuc", "Tổ chức đối thoại", DIALOGUES, "kept", lambda one: (one.held, one.held + one.missed)
                ),
                *(Column(id, name, group, "kept", _kept(*rules)) for id, name, group, rules in OBLIGATIONS),
            ),
        ),
        View(
            "len-tren",
            "Lên cấp trên",
            frozenset({"terms", "above"}),
            (
                Column("len-tinh", "Trong năm", PUT_UP, "number", lambda one: one.to_province, late=True),
                Column("chua-xem", "Chưa ai xem", PUT_UP, "number", lambda one: one.unseen, late=True),
                Column("vuot", "Trong năm", BEYOND, "number", lambda one: one.referred),
                Column("chua-bao-cao", "Chưa gửi báo cáo", BEYOND, "number", lambda one: one.waiting),
                Column("lau-nhat", "Lâu nhất từ", BEYOND, "since", lambda one: one.oldest),
                Column("chuyen-hoan", "Bị chuyển hoàn", "Thư gửi bưu điện", "number", lambda one: one.returned),
            ),
        ),
    )
}


def ordered(standings: Sequence[Standing], view: View, by: str, down: bool) -> list[Standing]:
    """Sorted by a column, or by name; those of which it is not known stand last."""
    column = view.column(by)
    if column is None:
        return sorted(standings, key=lambda one: _as_read(one.name), reverse=by == "ten" and down)
    known = [one for one in standings if not column.rank(one)[0]]
    unknown = [one for one in standings if column.rank(one)[0]]
    return sorted(known, key=column.rank, reverse=down) + unknown


def _as_read(name: str) -> list[tuple[int, str]]:
    """`Phường 2` stands before `Phường 10`, and Đ with D."""
    parts = re.findall(r"\d+|\D+", folded(name))
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def head(view: View) -> tuple[str, ...]:
    """The columns of a file, whose cells are numbers alone."""
    return ("Xã, phường", *(name for column in view.columns for name in _names(column)))


def rows(standings: Sequence[Standing], view: View) -> Iterator[tuple[Any, ...]]:
    for one in standings:
        yield one.name, *(value for column in view.columns for value in _values(column, one))


def _names(column: Column) -> tuple[str, ...]:
    name = f"{column.name} ({column.group.lower()})"
    match column.kind:
        case "kept":
            return f"{name}: có", f"{name}: trong số"
        case "bar":
            return WITHIN
        case "strip":
            return ()
        case _:
            return (name,)


def _values(column: Column, one: Standing) -> tuple[Any, ...]:
    value = column.of(one)
    match column.kind:
        case "kept" | "bar":
            return tuple(value)
        case "strip":
            return ()
        case _:
            return (value,)


DETAIL = (
    "Theo",
    "Nội dung",
    "Tiếp nhận",
    "Trả lời tại hội nghị",
    "Trả lời bằng văn bản",
    "Hướng dẫn",
    "Báo cáo cấp trên",
    "Đã rút",
    "Còn lại",
    "Đúng hạn ban đầu",
    "Trễ hạn ban đầu",
    "Đúng hạn sau gia hạn",
    "Trễ hạn sau gia hạn",
    "Gia hạn",
    *WITHIN,
)
"""The columns of a commune's file."""


def detail(found: Insight) -> Iterator[tuple[Any, ...]]:
    """A commune's months, fields and departments, one below the other."""
    parts = (
        ("Tháng", [month.questions for month in found.months]),
        ("Lĩnh vực", found.fields),
        ("Phòng, đơn vị", found.departments),
        ("Cả năm", [found.standing.questions]),
    )
    for part, rows in parts:
        for row in rows:
            outcomes = (row.at_dialogue, row.in_writing, row.redirected, row.referred_up, row.withdrawn, row.open)
            kept = (row.kept_first, row.late_first, row.kept, row.late, row.extended)
            yield part, row.name, row.received, *outcomes, *kept, *row.within
