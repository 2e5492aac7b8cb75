"""How a count, a calendar and what a decree moves are told on the command line, line by line, in Vietnamese."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.deadlines.explain import Explanation, Term
from services.deadlines.working_days import WorkingCalendar
from shared.contracts.conference import CalendarYear

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
UNITS = {"working-days": "ngày làm việc", "days": "ngày"}
A_ROW = 5
"""Days in one row: a working week."""


def told_term(explained: Explanation, term: Term, anchor: date) -> Iterator[str]:
    """A term as `doithoai deadline` prints it."""
    due = date.fromisoformat(explained["due"])
    yield f"Hạn: {explained['closes_at'][11:16]} {_told(due)}"
    yield f"Cách tính: {_way(term, anchor)}"
    yield f"Căn cứ: {explained['basis']}"
    counted = [date.fromisoformat(day) for day in explained["counted"]]
    if counted:
        yield f"Được tính ({len(counted)} ngày):"
    for first in range(0, len(counted), A_ROW):
        yield "    " + ", ".join(f"{WEEKDAYS[day.weekday()]} {day:%d/%m}" for day in counted[first : first + A_ROW])
    if explained["skipped"]:
        yield f"Không tính ({len(explained['skipped'])} ngày):"
    for skipped in explained["skipped"]:
        day = date.fromisoformat(skipped["date"])
        why = "" if skipped["why"] == WEEKDAYS[day.weekday()] else f": {skipped['why']}"
        yield f"    {WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}{why}"
    if explained["provisional"]:
        yield "Tạm tính: có năm chưa có văn bản quyết định về ngày nghỉ."


def told_year(year: CalendarYear, calendar: WorkingCalendar) -> Iterator[str]:
    """A year as `doithoai calendar show` prints it. The calendar knows which of its days are worked."""
    first = date(year.year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year.year + 1, 1, 1) - first).days)]
    worked = sum(map(calendar.is_working, days))
    yield f"Năm {year.year}: {worked} ngày làm việc"
    yield f"Căn cứ: {year.decree or 'chưa có văn bản quyết định'}"
    if year.provisional:
        yield "Tạm tính: mọi thời hạn tính qua năm này được ghi là tạm tính."
    for title, listed in (
        ("Nghỉ", {one.day: one.why for one in year.off}),
        ("Làm bù", dict.fromkeys(year.worked, "")),
        ("Chỉ làm buổi sáng", {one.day: one.why for one in year.half}),
    ):
        if listed:
            yield f"{title} ({len(listed)} ngày):"
        for day, why in sorted(listed.items()):
            yield f"    {f'{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}':<20}  {why}".rstrip()


def told_moves(state: Mapping[str, Any]) -> Iterator[str]:
    """The reply of `PreviewCalendar` as a table."""
    moves = state["moves"]
    if not moves:
        yield "Không có thời hạn nào thay đổi."
        return
    rows = [
        (move["commune"], move["rule"], move["about"], _end(move["from_at"]), _end(move["to_at"])) for move in moves
    ]
    head = ("Xã", "Thời hạn", "Của", "Hạn cũ", "Hạn mới")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
    yield f"{state['total']} thời hạn thay đổi." + ("" if len(moves) == state["total"] else " Bảng chỉ ghi một phần.")


def _way(term: Term, anchor: date) -> str:
    after = term.counted == "after"
    if term.count:
        return f"{term.count} {UNITS[term.unit]} {'sau' if after else 'trước'} {_told(anchor)}; ngày đó không tính"
    return f"ngày làm việc {'đầu tiên kể từ' if after else 'cuối cùng tính đến'} {_told(anchor)}"


def _end(at: str) -> str:
    due_at = datetime.fromisoformat(at)
    return f"{WEEKDAYS[due_at.weekday()]} {due_at:%d/%m/%Y %H:%M}"


def _told(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]}, ngày {day:%d/%m/%Y}"
