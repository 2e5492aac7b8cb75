"""The province compares communes in numbers: right ones, sorted as asked for, and nobody's name among them."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from starlette.requests import Request

from services.console.reporting import charts, province, province_tables, reports
from services.console.reporting.province_pages import Asked
from services.console.reporting.province_tables import VIEWS
from services.console.view import View
from shared.communes import Communes
from shared.contracts import Event, Role, deadlines, routing
from shared.contracts.notify import NotificationSent
from shared.contracts.post import LetterReturned
from tests.builders import COMMUNE, of_message, registrant
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import CLERK, console
from tests.unit.test_console_reports import DAY, DUE, met, of_term, set_for
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
PROFILE, OTHERS = COMMUNES[COMMUNE], list(COMMUNES.values())
NOW = DUE + 20 * DAY
PROVINCE, OPERATOR = "cap-tinh", "van-hanh"

NAME, CODE, TEXT, PHONE = "Quách Thị Riêng", "ZZZZ-9999", "Chuyện riêng của nhà tôi", "+84987654321"
PLANTED = (NAME, CODE, TEXT, PHONE, "rieng@nha.example", "Ngõ Riêng", "01JFORM", "Ông Riêng", "Sở Riêng", "Lý do riêng")
"""What nobody may find on a page of figures, nor in a file of them; ids of cases among it."""
LETTER = {"case": "01JFORM21", "notification": "01JFORM21-1.answer", "questions": ("01JFORM21-1",), "channel": "letter"}
PERSONAL: Sequence[Event] = (
    *scene.CONCLUDED,
    scene.form(
        21,
        NAME,
        TEXT,
        code=CODE,
        registrant=registrant(name=NAME, phone=PHONE, email="rieng@nha.example", address="Ngõ Riêng, thôn Nội"),
    ),
    scene.asked(routing.QuestionAssigned, 21, department=scene.LAND, field="land", assigned_by="Ông Riêng"),
    set_for(21),
    of_term(deadlines.DeadlineMissed, 21, owner="Ông Riêng", what=TEXT),
    of_term(deadlines.EscalationRaised, 21, to=Role.PROVINCE),
    scene.form(22, NAME, TEXT, code="ZZZZ-9998"),
    scene.asked(routing.QuestionAssigned, 22, department=scene.LAND, field="land"),
    scene.asked(routing.QuestionReferredUp, 22, authority="Sở Riêng", reason="Lý do riêng", referred_by="Ông Riêng"),
    of_message(NotificationSent, **LETTER, reference="Ông Riêng"),
    of_message(
        LetterReturned, **LETTER, because="Ngõ Riêng không có", returned_on=date(2026, 5, 20), run="thanh-tri-20260505"
    ),
)


async def got(
    folder: Path, path: str, worker: str = PROVINCE, events: Sequence[Event] = PERSONAL, spoken: str = "vi"
) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events, NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}", "doithoai_language": spoken}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


def words_of(answer: httpx.Response) -> str:
    """Every text of a page or of a file."""
    if "spreadsheetml" not in answer.headers["content-type"]:
        return answer.text
    book = load_workbook(io.BytesIO(answer.content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


EVERY_PATH = (
    *(f"/tinh?xem={slug}" for slug in VIEWS),
    *(f"/tinh.{format}?xem={slug}" for slug in VIEWS for format in ("csv", "xlsx")),
    f"/tinh/{COMMUNE}",
    f"/tinh/{COMMUNE}.csv",
    f"/tinh/{COMMUNE}.xlsx",
    "/bao-cao?ky=2026",
)


@pytest.mark.parametrize("worker", [PROVINCE, OPERATOR])
async def test_no_page_and_no_file_of_the_province_tells_who_asked_what(tmp_path: Path, worker: str) -> None:
    app = console(tmp_path, PERSONAL, NOW)
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        for path in EVERY_PATH:
            answer = await client.get(path)
            assert answer.status_code == 200, path
            told = words_of(answer)
            assert [words for words in PLANTED if words in told] == [], path


@pytest.mark.parametrize(("spoken", "written"), [("vi", ">0,0%<"), ("en", ">0.0%<")])
async def test_shares_are_written_as_the_language_of_the_page_does(tmp_path: Path, spoken: str, written: str) -> None:
    events = [*PERSONAL, set_for(23), met(23, DUE + DAY)]
    assert written in (await got(tmp_path, "/tinh", events=events, spoken=spoken)).text


async def test_what_came_to_the_province_is_counted(tmp_path: Path) -> None:
    html = (await got(tmp_path, "/tinh?xem=len-tren")).text
    [row] = [row for row in html.split("</tr>") if f'href="/tinh/{COMMUNE}' in row]
    assert row.count("late-number") == 2, "put before the province, and not seen"
    assert province.OTHER_SUPERIOR in html, "an office that somebody typed is called by what it is"
    listed = list(csv.reader(io.StringIO((await got(tmp_path, "/tinh.csv?xem=len-tren")).text[1:]), delimiter=";"))
    [own] = [one for one in listed if one[0] == PROFILE.name]
    assert own[1:5] == ["1", "1", "2", "2"]
    assert own[6] == "1"


@pytest.mark.parametrize(
    ("path", "worker", "status", "because"),
    [
        ("/tinh/thanh-mai", PROVINCE, 200, "the province sees all"),
        ("/tinh/thanh-mai", OPERATOR, 200, "so does whoever runs the system"),
        ("/tinh/thanh-mai", CLERK, 403, "a clerk sees her own"),
        (f"/tinh/{COMMUNE}", CLERK, 200, "which is this"),
        ("/tinh/khong-co", PROVINCE, 404, "there is none"),
        ("/tinh?nam=1999&xem=khong-co&xep=khong-co&chieu=khong", PROVINCE, 200, "what is not known is left out"),
        ("/tinh?loai=khong-co", PROVINCE, 200, "nothing is like that"),
    ],
)
async def test_who_sees_which_commune(tmp_path: Path, path: str, worker: str, status: int, because: str) -> None:
    assert (await got(tmp_path, path, worker)).status_code == status, because


def test_the_province_counts_as_the_report_of_the_commune_does(tmp_path: Path) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*PERSONAL))
    view.settle()
    year = reports.period("2026")
    assert year is not None
    with view.reading() as db:
        report = reports.figures(db, PROFILE, reports.of_period(year), NOW)
        [standing] = province.standings(db, [PROFILE], 2026, NOW)
        seen = province.insight(db, PROFILE, 2026, NOW)
    assert standing.questions.received == report.total.received == 10
    for name in ("open", "referred_up", "kept_first", "late_first", "kept", "late", "extended", "within"):
        assert getattr(standing.questions, name) == getattr(report.total, name), name
    assert (standing.late_open, standing.to_province) == (report.late_open, report.to_province)
    assert standing.terms == report.terms
    assert (seen.fields, seen.departments) == (report.fields, report.departments)
    assert sum(month.questions.received for month in seen.months) == report.total.received


@pytest.mark.parametrize("slug", list(VIEWS))
def test_every_view_is_sorted_by_each_of_its_columns(tmp_path: Path, slug: str) -> None:
    view, shown = View(tmp_path / "view.db"), VIEWS[slug]
    view.apply(0, messages(*PERSONAL))
    with view.reading() as db:
        found = province.standings(db, OTHERS, 2026, NOW, shown.parts)
    for column in shown.columns:
        up = [one for one in province_tables.ordered(found, shown, column.id, False) if not column.rank(one)[0]]
        down = [one for one in province_tables.ordered(found, shown, column.id, True) if not column.rank(one)[0]]
        assert [column.rank(one) for one in up] == sorted(column.rank(one) for one in up)
        assert [column.rank(one) for one in down] == sorted((column.rank(one) for one in down), reverse=True)
        assert len(province_tables.ordered(found, shown, column.id, True)) == len(OTHERS), "none is lost"


def test_names_are_sorted_as_they_are_read() -> None:
    names = ["xã Đông", "phường 10", "xã Ân", "phường 2", "xã Dương"]
    assert sorted(names, key=province_tables._as_read) == ["phường 2", "phường 10", "xã Ân", "xã Đông", "xã Dương"]


def test_a_file_has_a_cell_for_each_of_its_columns(tmp_path: Path) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*PERSONAL))
    with view.reading() as db:
        found = province.standings(db, OTHERS, 2026, NOW)
        seen = province.insight(db, PROFILE, 2026, NOW)
    for shown in VIEWS.values():
        head = province_tables.head(shown)
        assert len(head) == len(set(head))
        assert {len(row) for row in province_tables.rows(found, shown)} == {len(head)}
    assert {len(row) for row in province_tables.detail(seen)} == {len(province_tables.DETAIL)}


# --- charts ---------------------------------------------------------------------------------------------------------

FIRST, END = date(2026, 1, 1), date(2026, 1, 11)


@pytest.mark.parametrize(
    ("changes", "shades", "peak", "days", "because"),
    [
        ([], ("", "", "", ""), 0, 0, "nothing was late"),
        ([(date(2026, 1, 3), 1)], ("M2 6h8", "", "", ""), 1, 8, "until the end"),
        (
            [(date(2026, 1, 1), 2), (date(2026, 1, 2), 5), (date(2026, 1, 4), 0)],
            ("M0 6h1", "M1 6h2", "", ""),
            5,
            3,
            "darker, the more there are",
        ),
        ([(date(2026, 1, 9), 10), (date(2026, 1, 10), 11)], ("", "", "M8 6h1", "M9 6h1"), 11, 2, "11"),
    ],
)
def test_days_are_drawn_by_how_many_were_late(
    changes: list[tuple[date, int]], shades: tuple[str, ...], peak: int, days: int, because: str
) -> None:
    found = charts.strip(FIRST, END, changes)
    assert (found.shades, found.peak, found.days, found.width) == (shades, peak, days, 10), because
    levels = charts.levels(FIRST, END, changes)
    assert len(levels) == 10
    assert sum(level > 0 for level in levels.values()) == days
    assert max(levels.values()) == peak


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    found = charts.line(["1", "2", "3", "4"], [0, 10, None, 5])
    assert found.runs == ("40.0,96.0 120.0,0.0", "280.0,48.0")
    assert (len(found.dots), found.most) == (3, 10)


def test_a_line_of_nothing_lies_on_the_ground() -> None:
    assert charts.line(["1", "2"], [0, 0]).runs == ("80.0,96.0 240.0,96.0",)


# --- the page -------------------------------------------------------------------------------------------------------


def asked(**changes: str) -> Asked:
    query = "&".join(f"{name}={value}" for name, value in changes.items())
    return Asked.of(Request({"type": "http", "query_string": query.encode(), "headers": []}), NOW)


def test_a_link_changes_one_thing_and_keeps_the_others() -> None:
    now = asked(nam="2025", xem="tra-loi", xep="dung-han", chieu="giam", loai="xa")
    assert now.address(xem="nghia-vu") == "nam=2025&xem=nghia-vu&xep=dung-han&chieu=giam&loai=xa"
    assert now.sorted_by("dung-han") == "nam=2025&xem=tra-loi&xep=dung-han&loai=xa", "turned round"
    assert now.sorted_by("tiep-nhan").endswith("xep=tiep-nhan&chieu=giam&loai=xa"), "numbers begin with the greatest"
    assert now.sorted_by("ten").endswith("xep=ten&loai=xa"), "names with A"


async def test_a_commune_without_anything_says_what_will_come(tmp_path: Path) -> None:
    html = (await got(tmp_path, "/tinh/thanh-mai")).text
    assert "Trong năm này chưa tiếp nhận câu hỏi nào" in html


async def test_a_year_that_is_over_is_whole(tmp_path: Path) -> None:
    html = (await got(tmp_path, f"/tinh/{COMMUNE}?nam=2025", events=())).text
    assert html.count('class="shade-0"') >= 365


async def test_lateness_of_today_stands_beside_the_days(tmp_path: Path) -> None:
    late = (scene.form(1, "Mai", "Câu hỏi"), scene.asked(routing.QuestionAssigned, 1), set_for(1))
    html = (await got(tmp_path, "/tinh?xem=theo-ngay", events=late)).text
    assert "20 ngày có câu quá hạn, nhiều nhất 1 câu từ 08/05/2026" in html
    answered = (*late, met(1, DUE + timedelta(days=3)))
    html = (await got(tmp_path, "/tinh?xem=theo-ngay", events=answered)).text
    assert "3 ngày có câu quá hạn" in html
