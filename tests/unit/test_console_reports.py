"""The figures add up, agree with the desk, and do not hide lateness behind an extension."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from docx import Document
from openpyxl import load_workbook

from services.console.hall import conferences
from services.console.reporting import province, report_files, reports
from services.console.reporting.reports import Figures, Row
from services.console.view import View
from services.console.work import lists
from shared.communes import Communes
from shared.contracts import Event, Role, deadlines, intake, routing
from shared.web import HANOI
from tests.builders import COMMUNE, DIALOGUE, of_deadline
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import console
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
PROFILE = COMMUNES[COMMUNE]
QUARTER = reports.period("2026-Q2")
assert QUARTER is not None
DUE = datetime(2026, 5, 8, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROVINCE, CLERK = "van-hanh", "hanh.clerk@hanoi.example"


def read(folder: Path, events: Sequence[Event]) -> View:
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(*events))
    return view


def figures(folder: Path, events: Sequence[Event], now: datetime, subject: reports.Subject | None = None) -> Figures:
    with read(folder, events).reading() as db:
        return reports.figures(db, PROFILE, subject or reports.of_period(QUARTER), now)


def of_term(contract: type[Event], number: int, **changes: Any) -> Any:
    question = f"01JFORM{number:02}-1"
    known = {"case": f"01JFORM{number:02}", "about": question, "deadline": f"{question}:department-answer"}
    return of_deadline(contract, **known | {"department": scene.LAND, "due_at": DUE, "original_due_at": DUE} | changes)


def set_for(number: int) -> Any:
    return of_term(deadlines.DeadlineSet, number, due_on=DUE.date())


def met(number: int, at: datetime, due_at: datetime = DUE) -> Any:
    return of_term(deadlines.DeadlineMet, number, due_at=due_at, met_at=at, late=at > due_at)


def extended(number: int, days: int) -> tuple[Event, ...]:
    due_at = DUE + days * DAY
    return (
        scene.asked(routing.ExtensionGranted, number, working_days=days),
        of_term(deadlines.DeadlineMoved, number, due_at=due_at, due_on=due_at.date(), original_due_at=DUE),
    )


# --- periods --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name", "start", "end"),
    [
        ("2026-Q2", "quý II năm 2026", (2026, 4, 1), (2026, 7, 1)),
        ("2026-q4", "quý IV năm 2026", (2026, 10, 1), (2027, 1, 1)),
        ("2026", "năm 2026", (2026, 1, 1), (2027, 1, 1)),
    ],
)
def test_a_period_is_of_whole_days_in_vietnam(
    typed: str, name: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    found = reports.period(typed)
    assert found is not None
    assert (found.name, found.start, found.end) == (
        name,
        datetime(*start, tzinfo=HANOI),
        datetime(*end, tzinfo=HANOI),
    )


@pytest.mark.parametrize("typed", ["2026-Q5", "quý 2", "", "1999", "2026-Q2; DROP TABLE question"])
def test_what_is_no_period_is_none(typed: str) -> None:
    assert reports.period(typed) is None


def test_the_quarter_under_way_is_that_of_vietnam() -> None:
    assert reports.quarter_of(datetime(2026, 6, 30, 18, tzinfo=UTC)).slug == "2026-Q3"


@pytest.mark.parametrize(
    ("received_at", "counted", "because"),
    [
        (datetime(2026, 3, 31, 16, 59, tzinfo=UTC), 0, "still March in Vietnam"),
        (datetime(2026, 3, 31, 17, 0, tzinfo=UTC), 1, "the first instant of April"),
        (datetime(2026, 6, 30, 16, 59, tzinfo=UTC), 1, "the last of June"),
        (datetime(2026, 6, 30, 17, 0, tzinfo=UTC), 0, "July"),
    ],
)
def test_a_question_counts_in_the_period_it_was_received_in(
    tmp_path: Path, received_at: datetime, counted: int, because: str
) -> None:
    form = scene.form(1, "Mai", "Câu hỏi", received_at=received_at)
    found = figures(tmp_path, [form], scene.DURING)
    assert (found.forms, found.total.received) == (counted, counted), because


# --- what became of the questions -----------------------------------------------------------------------------------


def test_every_table_of_questions_adds_up_to_what_was_received(tmp_path: Path) -> None:
    found = figures(tmp_path, scene.CONCLUDED, scene.ENDED_AT + 9 * DAY)
    assert found.total.received == 8
    numbers = [one.name for one in fields(Row) if one.name not in ("id", "name")]
    for rows in (found.channels, found.fields, found.departments):
        for name in numbers:
            assert sum(getattr(row, name) for row in rows) == getattr(found.total, name), name
        for row in (*rows, found.total):
            outcome = row.at_dialogue + row.in_writing + row.redirected + row.referred_up + row.withdrawn + row.open
            assert row.received == outcome


@pytest.mark.parametrize("events", [scene.CLOSED, scene.ANSWERED, scene.HELD, scene.CONCLUDED])
def test_a_report_on_everything_agrees_with_the_desk(tmp_path: Path, events: Sequence[Event]) -> None:
    now = scene.ENDED_AT
    with read(tmp_path, events).reading() as db:
        desk = lists.counts(db, COMMUNE, now)
        total = reports.figures(db, PROFILE, reports.Subject("tất cả", "tat-ca", "", "9"), now).total
        listed = reports.entries(db, PROFILE, reports.of_period(QUARTER), now)
    assert total.received == desk.received == len(listed)
    answered_or_sent_on = total.at_dialogue + total.in_writing + total.redirected
    # what was referred up stays open at the desk until the superior and the asker are told
    assert answered_or_sent_on <= desk.answered + desk.redirected <= answered_or_sent_on + total.referred_up
    assert total.open <= desk.open <= total.open + total.referred_up


@pytest.mark.parametrize(
    ("events", "outcome", "because"),
    [
        ((), "open", "nothing was done yet"),
        ((scene.asked(routing.QuestionAnsweredAtDialogue, 1),), "at_dialogue", "heard at the conference"),
        ((scene.asked(routing.QuestionSettled, 1),), "in_writing", "by letter"),
        ((scene.asked(routing.QuestionSettled, 1, how="answered-at-dialogue"),), "at_dialogue", "said so"),
        ((scene.asked(routing.QuestionRedirected, 1, scope="in-scope"),), "redirected", "guided elsewhere"),
        ((scene.asked(routing.QuestionReferredUp, 1),), "referred_up", "the superior decides"),
        (
            (scene.asked(routing.QuestionReferredUp, 1), scene.asked(routing.QuestionSettled, 1, how="referred-up")),
            "referred_up",
            "the superior decides, and everybody was told",
        ),
        (
            (scene.asked(routing.QuestionSettled, 1, how="withdrawn"),),
            "withdrawn",
            "the asker does not want it any more",
        ),
        (
            (scene.asked(routing.QuestionSettled, 1), scene.asked(routing.QuestionReopened, 1)),
            "open",
            "it is looked at again",
        ),
        (
            (
                scene.asked(routing.QuestionAnsweredAtDialogue, 1),
                scene.asked(routing.QuestionReopened, 1),
                scene.asked(routing.QuestionSettled, 1),
            ),
            "in_writing",
            "what was heard was not enough",
        ),
    ],
)
def test_each_question_has_one_outcome(tmp_path: Path, events: Sequence[Event], outcome: str, because: str) -> None:
    form = scene.form(1, "Mai", "Câu hỏi")
    total = figures(tmp_path, [form, scene.asked(routing.QuestionAssigned, 1), *events], scene.DURING).total
    found = {name: getattr(total, name) for name in reports.OUTCOMES}
    assert found == {name: int(name == outcome) for name in reports.OUTCOMES}, because


# --- terms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "now", "expected", "because"),
    [
        ((set_for(1),), DUE - DAY, (0, 0, 0, 0), "it still runs"),
        ((set_for(1), met(1, DUE)), DUE + DAY, (1, 0, 1, 0), "at the last moment"),
        ((set_for(1), met(1, DUE + DAY)), DUE + DAY, (0, 1, 0, 1), "a day late"),
        ((set_for(1),), DUE + DAY, (0, 1, 0, 1), "late, and nothing done"),
        ((set_for(1), *extended(1, 5)), DUE + DAY, (0, 1, 0, 0), "extended: late by the first end alone, so far"),
        (
            (set_for(1), *extended(1, 5), met(1, DUE + 2 * DAY, DUE + 5 * DAY)),
            DUE + 9 * DAY,
            (0, 1, 1, 0),
            "the extension does not hide that the first promise was broken",
        ),
        ((set_for(1), *extended(1, 5)), DUE + 9 * DAY, (0, 1, 0, 1), "late by both"),
        ((set_for(1), of_term(deadlines.DeadlineCancelled, 1)), DUE + DAY, (0, 0, 0, 0), "nothing is owed any more"),
        (
            (set_for(1), of_term(deadlines.DeadlinePaused, 1)),
            DUE + DAY,
            (0, 1, 0, 0),
            "it stands still for another department; the asker was promised the first day",
        ),
    ],
)
def test_a_term_is_kept_or_late_by_its_first_end_and_as_extended(
    tmp_path: Path, events: Sequence[Event], now: datetime, expected: tuple[int, ...], because: str
) -> None:
    asked = (scene.form(1, "Mai", "Câu hỏi"), scene.asked(routing.QuestionAssigned, 1, department=scene.LAND))
    found = figures(tmp_path, (*asked, *events), now)
    [land] = [row for row in found.departments if row.id == scene.LAND]
    for row in (land, found.total):
        assert (row.kept_first, row.late_first, row.kept, row.late) == expected, because
    [terms] = found.terms
    assert (terms.kept_first, terms.late_first, terms.kept, terms.late) == expected, because
    assert terms.set == terms.kept + terms.late + terms.not_due + terms.cancelled


def test_extensions_and_escalations_are_counted(tmp_path: Path) -> None:
    raised = of_term(deadlines.EscalationRaised, 1, to=Role.PROVINCE)
    events = (scene.form(1, "Mai", "Câu hỏi"), scene.asked(routing.QuestionAssigned, 1), set_for(1), *extended(1, 5))
    found = figures(tmp_path, (*events, raised), DUE + 9 * DAY)
    total = found.total
    assert (total.extended, total.extended_days, total.escalated) == (1, 5, 1)
    assert (found.to_province, found.late_open) == (1, 1)


def test_several_extensions_of_a_question_add_up(tmp_path: Path) -> None:
    events = (scene.form(1, "Mai", "Câu hỏi"), scene.asked(routing.QuestionAssigned, 1), set_for(1))
    total = figures(tmp_path, (*events, *extended(1, 5), *extended(1, 10)), DUE).total
    assert (total.extended, total.extended_days) == (1, 15)


def test_every_term_of_a_dialogue_is_in_exactly_one_column(tmp_path: Path) -> None:
    for now in (scene.CLOSES_AT, scene.ENDED_AT, scene.ENDED_AT + 60 * DAY):
        found = figures(tmp_path, scene.CONCLUDED, now)
        assert "registration-cutoff" not in {one.rule for one in found.terms}
        for one in found.terms:
            assert one.set == one.kept + one.late + one.not_due + one.cancelled, one.rule


def test_promises_are_counted_by_department(tmp_path: Path) -> None:
    done = of_deadline(
        deadlines.DeadlineMet,
        case=DIALOGUE,
        deadline=f"{DIALOGUE}-c2:resolution",
        rule="resolution",
        about=f"{DIALOGUE}-c2",
        department=scene.PEOPLE,
        due_at=datetime(2026, 6, 16, 10, 0, tzinfo=UTC),
        met_at=datetime(2026, 6, 1, 2, 0, tzinfo=UTC),
    )
    found = figures(tmp_path, (*scene.CONCLUDED, done), datetime(2026, 6, 20, tzinfo=UTC))
    assert [(unit.id, unit.promised, unit.fulfilled, unit.kept_first, unit.late_first) for unit in found.units] == [
        (scene.LAND, 1, 0, 0, 1),
        (scene.PEOPLE, 1, 1, 1, 0),
    ]


def test_a_report_on_one_dialogue_counts_its_forms_and_terms_whenever_they_came(tmp_path: Path) -> None:
    early = scene.form(1, "Mai", "Câu hỏi", received_at=datetime(2026, 2, 1, tzinfo=UTC))
    other = scene.form(2, "Hoa", "Câu hỏi", dialogue="thanh-tri-2026-2")
    subject = reports.of_dialogue(DIALOGUE, scene.HELD_AT)
    found = figures(tmp_path, (*scene.PLANNED, early, other), scene.DURING, subject)
    assert (found.total.received, [one.id for one in found.dialogues]) == (1, [DIALOGUE])
    assert {one.rule for one in found.terms} == {
        "announcement",
        "preparation",
        "opinions-collected",
        "participant-list",
    }


def test_who_speaks_from_the_floor_did_not_register_in_time(tmp_path: Path) -> None:
    floor = scene.form(9, "Lê Văn Hòa", "Bao giờ có nước sạch?", channel="floor", received_at=scene.DURING)
    found, _, content = files(tmp_path, (*scene.CONCLUDED, floor, scene.came(9)))
    [one] = found.dialogues
    assert (one.registered, one.present, one.floor, one.questions) == (7, 6, 1, 9)
    late = 1
    assert one.registered + late + one.floor == found.forms == 9
    told = "7 người đăng ký trong hạn, 6 người trong số đó có mặt, 1 người phát biểu tại hội nghị, 1 đại biểu dự;"
    assert told in _words(content)


@pytest.mark.parametrize("events", [scene.HELD, (*scene.HELD, scene.form(9, "Hòa", "Câu hỏi", channel="floor"))])
def test_a_report_counts_the_people_of_a_dialogue_as_its_own_page_does(tmp_path: Path, events: Sequence[Event]) -> None:
    with read(tmp_path, events).reading() as db:
        turnout = conferences.turnouts(db, COMMUNE)[DIALOGUE]
        [one] = reports.figures(db, PROFILE, reports.of_period(QUARTER), scene.ENDED_AT).dialogues
    assert (one.registered, one.present, one.floor) == (turnout.registered, turnout.present, turnout.floor)
    assert (one.invited, one.attended) == (turnout.invited, turnout.attended)


def test_another_commune_is_not_counted(tmp_path: Path) -> None:
    elsewhere = scene.form(1, "Mai", "Câu hỏi", commune="thanh-mai")
    assert figures(tmp_path, [elsewhere], scene.DURING).total.received == 0


# --- files ----------------------------------------------------------------------------------------------------------


def files(folder: Path, events: Sequence[Event]) -> tuple[Figures, bytes, bytes]:
    now = scene.ENDED_AT + 9 * DAY
    with read(folder, events).reading() as db:
        subject = reports.of_period(QUARTER)
        found = reports.figures(db, PROFILE, subject, now)
        listed = reports.entries(db, PROFILE, subject, now)
    return found, report_files.spreadsheet(PROFILE, found, listed), report_files.document(PROFILE, found)


def test_the_spreadsheet_holds_numbers_that_add_up(tmp_path: Path) -> None:
    found, content, _ = files(tmp_path, scene.CONCLUDED)
    book = load_workbook(BytesIO(content))
    assert book.sheetnames[0] == "Tổng hợp"
    for name, rows in (
        ("Lĩnh vực", found.fields),
        ("Phòng, đơn vị", found.departments),
        ("Kênh tiếp nhận", found.channels),
    ):
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        values = list(sheet.iter_rows(min_row=2, values_only=True))
        assert len(values) == len(rows) + 1
        for column in range(1, 7):
            told = [row[column] for row in values]
            assert all(isinstance(value, int) for value in told)
            assert sum(told[:-1]) == told[-1]  # type: ignore[arg-type]
    assert book["Danh sách"].max_row == found.total.received + 1
    assert isinstance(book["Danh sách"]["B2"].value, datetime)


def test_no_text_of_a_spreadsheet_is_a_formula(tmp_path: Path) -> None:
    held = scene.of_dialogue(intake.DialoguePlanned, title='=HYPERLINK("http://a.example")', case="evil")
    _, content, _ = files(tmp_path, (*scene.CONCLUDED, held))
    book = load_workbook(BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_no_name_and_no_words_of_a_citizen_are_in_a_report(tmp_path: Path) -> None:
    _, content, document = files(tmp_path, scene.CONCLUDED)
    book = load_workbook(BytesIO(content))
    told = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    told += _words(document)
    for kept in ("Nguyễn Thị Mai", "Vũ Thị Thu", "Bí Mật", "giấy khai sinh"):
        assert kept not in told


def test_the_document_has_the_form_of_a_report_and_leaves_its_number_open(tmp_path: Path) -> None:
    _, _, content = files(tmp_path, scene.CONCLUDED)
    words = _words(content)
    for told in (
        "ỦY BAN NHÂN DÂN XÃ THANH TRÌ",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số:        /BC-UBND",
        "Thanh Trì, ngày      tháng      năm 2026",
        "BÁO CÁO",
        "về thủ tục hành chính quý II năm 2026",
        "Kính gửi: Ủy ban nhân dân thành phố Hà Nội",
        "Đã tiếp nhận 8 phiếu với 8 câu hỏi, kiến nghị (trang web 7; danh sách tổng hợp ý kiến 1).",
        "Thông báo kết luận số 15/TB-UBND",
        "KT. CHỦ TỊCH",
        "Nguyễn Văn Lợi",
        "- Lưu: VT, VP.",
    ):
        assert told in words


def test_a_period_without_anything_still_makes_a_report(tmp_path: Path) -> None:
    found, content, document = files(tmp_path, ())
    assert found.total.received == 0
    assert load_workbook(BytesIO(content)).sheetnames
    assert "không có hội nghị đối thoại nào" in _words(document)


def _words(content: bytes) -> str:
    paper = Document(BytesIO(content))
    cells = [cell for table in paper.tables for row in table.rows for cell in row.cells]
    paragraphs = [*paper.paragraphs, *(one for cell in cells for one in cell.paragraphs)]
    return "\n".join(one.text for one in paragraphs)


# --- pages ----------------------------------------------------------------------------------------------------------


async def get(folder: Path, path: str, worker: str = CLERK) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, scene.CONCLUDED, scene.ENDED_AT + 9 * DAY))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "status", "shown"),
    [
        ("/bao-cao", 200, "Báo cáo quý II năm 2026"),
        ("/bao-cao?ky=2026", 200, "Báo cáo năm 2026"),
        ("/bao-cao?ky=2024-Q1", 200, "Chưa có gì để báo cáo"),
        (f"/bao-cao?hoi-nghi={DIALOGUE}", 200, "Báo cáo hội nghị đối thoại ngày 14/05/2026"),
        ("/bao-cao?ky=mai", 404, "Kỳ báo cáo có dạng 2026-Q2 hoặc 2026."),
        ("/bao-cao?hoi-nghi=elsewhere", 404, "xã Thanh Trì không có hội nghị này."),
        ("/bao-cao.odt", 404, "Báo cáo có dạng XLSX, DOCX và PDF."),
    ],
)
async def test_the_page_of_figures(tmp_path: Path, path: str, status: int, shown: str) -> None:
    answer = await get(tmp_path, path)
    assert answer.status_code == status
    assert shown in answer.text


@pytest.mark.parametrize(("format", "kind"), [("xlsx", report_files.XLSX), ("docx", report_files.DOCX)])
async def test_a_report_is_taken_away_as_a_file(tmp_path: Path, format: str, kind: str) -> None:
    answer = await get(tmp_path, f"/bao-cao.{format}?ky=2026-Q2")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert f'filename="bao-cao-thanh-tri-2026-Q2.{format}"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("worker", "communes", "because"),
    [
        (PROVINCE, list(COMMUNES), "whoever runs the system sees all"),
        (CLERK, [COMMUNE], "a clerk sees her own"),
    ],
)
async def test_communes_stand_side_by_side_for_the_province_alone(
    tmp_path: Path, worker: str, communes: list[str], because: str
) -> None:
    html = (await get(tmp_path, "/tinh", worker)).text
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    shown = [id for id, profile in COMMUNES.items() if profile.name[3:] in table]
    assert shown == communes, because


def test_a_slot_is_held_ahead_warned_of_or_missed(tmp_path: Path) -> None:
    near = of_deadline(
        deadlines.DeadlineNear,
        case=f"{COMMUNE}-2026-10",
        deadline=f"{COMMUNE}-2026-10:periodic-dialogue",
        rule="periodic-dialogue",
        about=f"{COMMUNE}-2026-10",
        department=None,
        due_at=datetime(2026, 10, 30, 10, 0, tzinfo=UTC),
    )
    with read(tmp_path, (*scene.CONCLUDED, near)).reading() as db:
        [standing] = province.standings(db, [PROFILE], 2026, datetime(2026, 10, 20, tzinfo=UTC))
    assert (standing.held, standing.ahead, standing.warned, standing.missed) == (1, 0, 1, 0)
