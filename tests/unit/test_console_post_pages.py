"""`/buu-chinh` and `/so-van-ban`: letters on their way through the post, and the register they are numbered in."""

import asyncio
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from services.console.acting import Acting, Worker
from services.console.case import fates
from services.console.case.dossier import letters_of
from services.console.letters import post_lists, posting, registers
from services.console.letters.post_lists import Unreadable
from services.console.letters.posting import Run
from services.console.view import View
from services.console.work import my_work
from shared.communes import Communes
from shared.contracts import Event, Refused, Role
from shared.contracts.deadlines import DeadlineNear, DeadlineSet
from shared.contracts.intake import DeliveryReported
from shared.contracts.notify import (
    ApologiseForDelay,
    NotificationFailed,
    NotificationNumbered,
    NotificationQueued,
    NotificationSent,
    RenderLetter,
    RenderReport,
)
from shared.contracts.post import (
    CallBackLetter,
    ClosePrintRun,
    GiveNumbers,
    ImportTracking,
    LetterDelivered,
    LetterPosted,
    LetterReturned,
    OpenRegister,
    PrintRunClosed,
    PrintRunPosted,
    ReadPost,
    ReadPrintFile,
    ReadRegister,
    RecordDelivered,
    RecordPosted,
    RecordReturned,
)
from shared.contracts.routing import QuestionAssigned, QuestionAwaitsTriage
from tests.builders import (
    COMMUNE,
    NOW,
    QUESTION,
    SUBMISSION,
    of_deadline,
    of_form,
    of_message,
    of_question,
    of_run,
    submission_received,
)
from tests.effort import calls
from tests.unit.letters_scene import LETTER, OFFICER, OTHER, RUN, Desk, Notify, book, letter, piece, post, run
from tests.unit.test_console_view import messages

HEAD_OF_OFFICE = "trang.vp@hanoi.example"
PAGE = f"/buu-chinh/{RUN}"
SCAN = f"/buu-chinh/quet/{LETTER}"
QUEUED = of_message(NotificationQueued, notification=LETTER, channel="letter")
PRINTED = of_message(NotificationSent, notification=LETTER, channel="letter", run=RUN, text=2)
MAIL = f"{SUBMISSION}.answer.1"
MANY = 41 * registers.PAGE
ITEMS = Run.model_validate(run()).items


def sheet(*rows: Sequence[Any]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))  # type: ignore[union-attr]
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


# --- what lies ready ------------------------------------------------------------------------------------------------


async def test_the_office_sees_what_lies_ready_until_when_and_the_runs_of_late(tmp_path: Path) -> None:
    term = of_deadline(DeadlineSet, case=RUN, deadline=f"{RUN}:posting", about=RUN, rule="posting", department=None)
    html = (await Desk(tmp_path, Notify(read_post=post()), [of_run(PrintRunClosed), term]).get("/buu-chinh")).text
    for told in (
        "16:30 thứ Sáu, 05/06/2026",
        "Nguyễn Thị Mai",
        f'href="/ho-so/{SUBMISSION}"',
        "Gọi lại",
        "Đợt in 05/06/2026",
        "gửi thư qua bưu điện",
    ):
        assert told in html


async def test_a_letter_is_called_back_with_a_reason_and_a_run_closed_early(tmp_path: Path) -> None:
    notify = Notify(read_post=post(), call_back_letter={}, close_print_run={})
    desk = Desk(tmp_path, notify)
    nothing = await desk.send(
        "/buu-chinh", {"verb": "call-back-letter", "notification": LETTER, "reason": "", "key": "1"}
    )
    assert (nothing.status_code, "Xin ghi mục này." in nothing.text) == (422, True)
    typed = {"verb": "call-back-letter", "notification": LETTER, "reason": " Sai tên ", "key": "2"}
    assert (await desk.send("/buu-chinh", typed)).status_code == 303
    assert [(one.notification, one.reason) for one in notify.sent(CallBackLetter)] == [(LETTER, "Sai tên")]
    await desk.send("/buu-chinh", {"verb": "close-print-run", "key": "3"})
    assert len(notify.sent(ClosePrintRun)) == 1


async def test_a_run_is_reached_from_its_term(tmp_path: Path) -> None:
    term = of_deadline(DeadlineSet, case=RUN, deadline=f"{RUN}:posting", about=RUN, rule="posting", department=None)
    desk = Desk(tmp_path, Notify(), [of_run(PrintRunClosed), term])
    for path in ("/viec?phong=", "/viec?loai=posting&phong="):
        assert f'href="/buu-chinh/{RUN}"' in (await desk.get(path)).text, path


async def test_what_lies_ready_is_shown_page_by_page(tmp_path: Path) -> None:
    of_all = [letter(f"{SUBMISSION}.answer.{n}.letter", name=f"Người thứ {n:03}") for n in range(1, 403)]

    def told(asked: ReadPost) -> Mapping[str, Any]:
        return post(ready=of_all[asked.offset : asked.offset + 500], ready_in_all=len(of_all))

    desk = Desk(tmp_path, Notify(read_post=told, call_back_letter={}))
    for path, first, last, links in (
        ("/buu-chinh", 1, 200, ["/buu-chinh?trang=2"]),
        ("/buu-chinh?trang=2", 201, 400, ["/buu-chinh", "/buu-chinh?trang=3"]),
        ("/buu-chinh?trang=3", 401, 402, ["/buu-chinh?trang=2"]),
        ("/buu-chinh?trang=9", 401, 402, ["/buu-chinh?trang=2"]),
        ("/buu-chinh?trang=0", 1, 200, ["/buu-chinh?trang=2"]),
    ):
        html = (await desk.get(path)).text
        assert re.findall(r"Người thứ (\d{3})</strong>", html) == [f"{n:03}" for n in range(first, last + 1)], path
        pages = html[html.index('<nav class="pages"') :]
        assert re.findall(r'<a href="([^"]+)"', pages[: pages.index("</nav>")]) == links, path
    typed = {"verb": "call-back-letter", "notification": of_all[250]["notification"], "reason": "Sai tên", "key": "1"}
    answer = await desk.send("/buu-chinh?trang=2", typed)
    assert answer.headers["location"] == "/buu-chinh?xong=call-back-letter&trang=2"
    refused = await desk.send("/buu-chinh?trang=2", typed | {"reason": "", "key": "2"})
    assert "Người thứ 251" in refused.text, "what was typed stays where it was typed"


async def test_where_nothing_waits_the_page_says_what_will_come(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Notify(read_post=post(ready=[], runs=[]))).get("/buu-chinh")).text
    assert "Không có thư nào chờ in." in html
    assert "Chưa có đợt in nào." in html
    assert "Chốt đợt in ngay" not in html


# --- a run ----------------------------------------------------------------------------------------------------------


async def test_a_file_of_a_run_comes_piece_by_piece_and_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 3
    notify = Notify(read_print_file=piece(content, most=100))
    answer = await Desk(tmp_path, notify).get(f"{PAGE}/tep/bundle?bo=2")
    assert answer.content == content
    assert answer.headers["content-length"] == str(len(content))
    assert f"{RUN}-bundle-2.pdf" in answer.headers["content-disposition"]
    assert [one.offset for one in notify.sent(ReadPrintFile)] == list(range(0, len(content), 100))


async def test_a_run_of_many_letters_is_read_in_several_answers(tmp_path: Path) -> None:
    items = run()["items"]
    told = Notify(read_print_run=lambda one: run(items=items[one.offset : one.offset + 1]), record_delivered={})
    typed = {"verb": "record-delivered", "references": "AB12-CD34", "delivered_on": "2026-06-10", "key": "k"}
    await Desk(tmp_path, told).send(PAGE, typed)
    assert [one.notifications for one in told.sent(RecordDelivered)] == [(OTHER,)]


async def test_a_file_that_cannot_be_read_on_is_no_file(tmp_path: Path) -> None:
    told = piece(b"x" * 20, most=10)
    broken = Notify(read_print_file=lambda one: told(one) if not one.offset else Refused(code="not-now", reason="x"))
    with pytest.raises(ConnectionAbortedError):
        await Desk(tmp_path, broken).get(f"{PAGE}/tep/bundle")
    gone = Notify(read_print_file=Refused(code="not-found", reason="Đợt in không có bó này."))
    assert (await Desk(tmp_path, gone).get(f"{PAGE}/tep/labels?bo=9")).status_code == 404
    assert (await Desk(tmp_path, gone).get(f"{PAGE}/tep/bundle?bo=0")).status_code == 404


@pytest.mark.parametrize(
    ("typed", "notifications", "tracking", "because"),
    [
        ({"which": "whole-run"}, (), {}, "the whole run is told without its letters"),
        ({"which": "whole-run", f"so-{LETTER}": "ea 123456789 vn"}, (), {LETTER: "EA123456789VN"}, "as typed"),
        ({"which": "ticked", f"thu-{OTHER}": "1"}, (OTHER,), {}, "one of them"),
        (
            {"which": "ticked", f"thu-{OTHER}": "1", f"so-{LETTER}": "EA123456789VN"},
            (OTHER,),
            {},
            "a number of a letter that stays here is not told yet",
        ),
    ],
)
async def test_letters_are_recorded_as_posted(
    tmp_path: Path, typed: dict[str, str], notifications: Any, tracking: Any, because: str
) -> None:
    notify = Notify(read_print_run=run(), record_posted={})
    form = {"verb": "record-posted", "posted_on": "2026-06-08", "key": "01JKEY", **typed}
    answer = await Desk(tmp_path, notify).send(PAGE, form)
    [command] = notify.sent(RecordPosted)
    assert (command.notifications, command.tracking) == (notifications, tracking), because
    assert (command.run, command.posted_on, command.key) == (RUN, date(2026, 6, 8), "01JKEY")
    assert answer.headers["location"] == f"{PAGE}?bo=1&xong=record-posted"


@pytest.mark.parametrize(
    ("typed", "told", "because"),
    [
        ({"verb": "record-posted", "which": "ticked"}, "đánh dấu ít nhất một thư", "nothing was ticked"),
        ({"verb": "record-posted", "which": "whole-run", f"so-{LETTER}": "sai!"}, "5 đến 30 chữ", "no number"),
        ({"verb": "record-delivered", "references": "EA1 ZZZZ-ZZZZ"}, "EA1, ZZZZ-ZZZZ", "nobody's"),
        ({"verb": "record-returned", "references": "K7QX-3M9D"}, "lý do chuyển hoàn", "why is not said"),
        ({"verb": "record-delivered"}, "dán mã vào ô", "neither ticked nor pasted"),
    ],
)
async def test_what_was_typed_of_a_run_stays_where_it_must_be_mended(
    tmp_path: Path, typed: dict[str, str], told: str, because: str
) -> None:
    notify = Notify(read_print_run=run())
    form = {"delivered_on": "2026-06-10", "returned_on": "2026-06-10", "posted_on": "2026-06-08", "key": "k", **typed}
    answer = await Desk(tmp_path, notify).send(PAGE, form | {f"so-{OTHER}": "EA999999999VN"})
    assert (answer.status_code, told in answer.text) == (422, True), because
    assert "EA999999999VN" in answer.text
    assert [type(one).__name__ for one in notify.received] == ["ReadPrintRun"]


async def test_what_the_post_tells_is_recorded_by_a_pasted_list(tmp_path: Path) -> None:
    notify = Notify(read_print_run=run(), record_delivered={}, record_returned={})
    desk = Desk(tmp_path, notify)
    pasted = {"references": f"k7qx3m9d,\n{OTHER}", "delivered_on": "2026-06-10", "key": "1"}
    await desk.send(PAGE, {"verb": "record-delivered", **pasted})
    assert [one.notifications for one in notify.sent(RecordDelivered)] == [(LETTER, OTHER)]
    ticked = {f"thu-{LETTER}": "1", "returned_on": "2026-06-10", "because": "khac", "because_other": "Nhà bỏ hoang"}
    await desk.send(PAGE, {"verb": "record-returned", "key": "2", **ticked})
    assert [(one.notifications, one.because) for one in notify.sent(RecordReturned)] == [((LETTER,), "Nhà bỏ hoang")]


def test_a_code_that_names_two_letters_names_neither() -> None:
    twice = [letter(), letter(OTHER)]
    found = posting.resolve([posting.Letter.model_validate(one) for one in twice], "K7QX-3M9D")
    assert (found.found, found.unknown) == ((), ("K7QX-3M9D",))


# --- the post's own list --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "because"),
    [
        ("a.xlsx", sheet(["Bưu điện Hà Nội"], ["STT", "Mã vận đơn"], [1, "ea123456789vn"]), "below a title, by place"),
        ("a.csv", f"Số hiệu;Tham chiếu\nEA123456789VN;{LETTER}\n".encode(), "by reference"),
        ("a.csv", f"Tham chiếu,Mã bưu gửi\n{LETTER},EA 123456789 VN\n".encode("utf-16"), "as Excel saves Unicode"),
        ("a.tsv", "BÓ VÀ CHỖ\tTHAM CHIẾU\tSỐ HIỆU BG\nx\t1/01\tEA123456789VN".encode(), "by bundle and place"),
        ("a.csv", f"Tham chiếu,Số hiệu\n{LETTER}.pdf,EA123456789VN\n".encode(), "by the name of its file"),
    ],
)
def test_the_columns_of_the_posts_list_are_found_by_their_headings(name: str, data: bytes, because: str) -> None:
    found = post_lists.read(name, data, ITEMS)
    assert [(row.tracking, row.wrong) for row in found.rows] == [("EA123456789VN", "")], because
    assert post_lists.from_text(post_lists.as_text(found)) == ((found.rows[0].reference, "EA123456789VN"),)


def test_rows_that_cannot_be_used_are_told_with_the_reason() -> None:
    rows: list[list[Any]] = [
        ["STT", "Số hiệu"],
        [1, "EA1VNN"],
        [1, "EA1VNN"],
        [9, "EA123456789VN"],
        [2, ""],
        [2, "sai số!"],
    ]
    found = post_lists.read("a.xlsx", sheet(*rows), ITEMS)
    assert [(row.line, row.wrong) for row in found.bad] == [
        (3, "số hiệu này đã có ở dòng 2"),
        (4, "không có thư này trong đợt"),
        (5, "chưa có số hiệu bưu gửi"),
        (6, "số hiệu bưu gửi chưa đúng"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "told", "because"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "Chỉ đọc được", "an old format"),
        ("a.xlsx", b"PK\x03\x04rest", "bị hỏng", "a torn file"),
        ("a.csv", b"Ten,So\nA,B", "Không tìm thấy cột", "no such columns"),
        ("a.csv", "STT;Số hiệu\n".encode(), "không có dòng nào", "nothing below the headings"),
        ("a.csv", b"x" * 4_000_001, "lớn hơn 4 MB", "too large"),
        ("a.csv", "STT;Số hiệu\n".encode() + b"1;EA123\n" * 10_100, "quá 10.000 dòng", "too long"),
    ],
)
def test_what_is_no_list_is_refused_in_words(name: str, data: bytes, told: str, because: str) -> None:
    with pytest.raises(Unreadable, match=told):
        post_lists.read(name, data, ITEMS)


ENTITIES = '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def with_rows(rows: str, begins: str = "") -> bytes:
    """A workbook whose only sheet holds these rows of XML."""
    file, part = io.BytesIO(), "xl/worksheets/sheet1.xml"
    named = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    content = f"{begins}<worksheet {named}><sheetData>{rows}</sheetData></worksheet>"
    with zipfile.ZipFile(io.BytesIO(sheet(["STT", "Số hiệu"]))) as honest, zipfile.ZipFile(file, "w", 8) as made:
        for name in honest.namelist():
            made.writestr(name, content if name == part else honest.read(name))
    return file.getvalue()


@pytest.mark.parametrize(
    ("begins", "rows", "told", "because"),
    [
        ("", "<row><c/>" + " " * 15_000_000 + "</row>", "quá lớn", "it unpacks to 15 MB"),
        ("", "<row/>" * 900_000, "quá lớn", "it has too many elements"),
        ("", f"<row>{'<c/>' * 201}</row>", "quá nhiều cột", "one row of it would fill the memory"),
        ("", f'<ô:row xmlns:ô="x">{"<ô:c/>" * 201}</ô:row>', "quá nhiều cột", "whatever its cells are called"),
        (ENTITIES, "<row><c>&b;</c></row>", "bất thường", "it grows when it is read"),
    ],
)
def test_what_costs_much_to_read_is_refused_before_it_is_read(begins: str, rows: str, told: str, because: str) -> None:
    data = with_rows(rows, begins)
    with pytest.raises(Unreadable, match=told):
        post_lists.read("a.xlsx", data, ITEMS)
    assert calls(lambda: suppressed(data)) < 10_000, because


def suppressed(data: bytes) -> None:
    with suppress(Unreadable):
        post_lists.read("a.xlsx", data, ITEMS)


def test_the_offices_own_list_of_the_longest_run_can_be_read_when_it_comes_back() -> None:
    """As a clerk has filled in the numbers; ten columns of it."""
    address = "Số 15, ngõ 77, thôn Nội, xã Thanh Trì, thành phố Hà Nội"
    told = ["Nguyễn Thị Hồng Mai", address, "Thôn Nội", "Trả lời bằng văn bản", "05/UBND-VP", f"{LETTER}", "1", ""]
    heads = ["STT", "Số hiệu bưu gửi", "Người nhận", "Địa chỉ", "Thôn", "Loại", "Số", "Tham", "Tập", "Ghi chú"]
    rows = [heads, *([f"{n}", f"EA{n:09}VN", *told] for n in range(1, post_lists.MOST_ROWS + 1))]
    cells = ("".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in row) for row in rows)
    data = with_rows("".join(f"<row>{row}</row>" for row in cells))
    assert len(post_lists.read("a.xlsx", data, ITEMS).rows) == post_lists.MOST_ROWS


async def test_others_work_on_while_a_list_is_read(tmp_path: Path) -> None:
    desk, done = Desk(tmp_path, Notify(read_print_run=run(), read_post=post())), list[str]()
    rows = sheet(["STT", "Số hiệu"], *([n, f"EA{n:09}VN"] for n in range(1, 3_000)))

    async def upload() -> None:
        await desk.send_files(f"{PAGE}/van-don", {}, {"list": ("a.xlsx", rows)})
        done.append("upload")

    async def look() -> None:
        await desk.get("/buu-chinh")
        done.append("page")

    await asyncio.gather(upload(), look())
    assert done == ["page", "upload"]


async def test_a_list_is_shown_before_it_is_taken_in(tmp_path: Path) -> None:
    notify = Notify(read_print_run=run(), import_tracking={"taken": 1, "unknown": ["7"]})
    desk = Desk(tmp_path, notify)
    rows = sheet(["STT", "Số hiệu"], [1, "EA123456789VN"], [9, "EA123456780VN"])
    seen = await desk.send_files(f"{PAGE}/van-don", {"posted_on": "2026-06-08"}, {"list": ("a.xlsx", rows)})
    assert "<strong>1</strong> dòng dùng được" in seen.text
    assert "không có thư này trong đợt" in seen.text
    assert notify.sent(ImportTracking) == []
    typed = {"verb": "import-tracking", "posted_on": "2026-06-08", "rows": "1\tEA123456789VN", "key": "k"}
    taken = await desk.send_files(f"{PAGE}/van-don", typed, {})
    assert [one.rows for one in notify.sent(ImportTracking)] == [(("1", "EA123456789VN"),)]
    assert "Đã ghi số hiệu của 1 thư." in taken.text
    assert "Không nhận ra 1 dòng: 7" in taken.text


# --- a scan ---------------------------------------------------------------------------------------------------------


async def test_a_scan_of_the_envelope_opens_two_buttons(tmp_path: Path) -> None:
    notify = Notify(record_delivered={}, record_returned={})
    desk = Desk(tmp_path, notify, [submission_received(), QUEUED, PRINTED, of_message(LetterPosted)])
    html = (await desk.get(SCAN)).text
    for told in ("Nguyễn Thị Mai", "Đã phát", "Bị chuyển hoàn", "Đã gửi bưu điện 08/06/2026", "EA123456789VN"):
        assert told in html
    answer = await desk.send(SCAN, {"verb": "record-delivered", "key": "1"})
    assert answer.headers["location"] == f"{SCAN}?xong=record-delivered"
    [command] = notify.sent(RecordDelivered)
    assert (command.notifications, command.delivered_on) == ((LETTER,), NOW.date())
    assert "Xin cho biết lý do" in (await desk.send(SCAN, {"verb": "record-returned", "key": "2"})).text
    await desk.send(SCAN, {"verb": "record-returned", "because": "Sai địa chỉ", "key": "3"})
    assert [one.because for one in notify.sent(RecordReturned)] == ["Sai địa chỉ"]


async def test_a_scan_names_nobody_to_whoever_is_not_of_the_office(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Notify(), [submission_received(), QUEUED, PRINTED], worker=OFFICER)
    answer = await desk.get(SCAN)
    assert (answer.status_code, "Nguyễn Thị Mai" in answer.text) == (403, False)
    assert (await Desk(tmp_path, Notify(), [submission_received()]).get(SCAN)).status_code == 404


# --- the register ---------------------------------------------------------------------------------------------------


async def test_the_register_shows_its_rows_and_what_waits_for_a_number(tmp_path: Path) -> None:
    html = (await Desk(tmp_path, Notify(read_register=book())).get("/so-van-ban")).text
    for told in ("17/UBND-VP", "<del>15/UBND-VP</del>", "Đã gạch: Gọi lại", "Trần Văn Nam", "Cấp số từ 17"):
        assert told in html
    automatic = Notify(read_register=book(automatic=True, waiting=[], rows=[]))
    html = (await Desk(tmp_path, automatic).get("/so-van-ban?so=invitation&nam=2025")).text
    assert "hệ thống cấp số khi soạn" in html
    assert "Chờ cấp số" not in html
    assert "Sổ này chưa có số nào." in html


@pytest.mark.parametrize(
    ("typed", "order", "because"),
    [
        ({f"thu-{LETTER}": "1", f"thu-{OTHER}": "1"}, (LETTER, OTHER), "as the page has them"),
        (
            {f"thu-{LETTER}": "1", f"xep-{LETTER}": "2", f"thu-{OTHER}": "1", f"xep-{OTHER}": "1"},
            (OTHER, LETTER),
            "as they were ticked",
        ),
        ({f"thu-{OTHER}": "1", f"xep-{LETTER}": "1"}, (OTHER,), "what is not ticked gets none"),
    ],
)
async def test_numbers_are_given_in_order(
    tmp_path: Path, typed: Mapping[str, str], order: tuple[str, ...], because: str
) -> None:
    notify = Notify(read_register=book(), give_numbers={"numbers": {}})
    form = {"verb": "give-numbers", "given_on": "2026-04-20", "key": "k", **typed}
    answer = await Desk(tmp_path, notify).send("/so-van-ban?so=letter&nam=2026", form)
    assert [one.notifications for one in notify.sent(GiveNumbers)] == [order], because
    assert answer.headers["location"] == "/so-van-ban?so=letter&nam=2026&xong=give-numbers"


async def test_a_register_goes_on_where_the_book_on_paper_ended(tmp_path: Path) -> None:
    notify = Notify(read_register=book(rows=[]), open_register={"next": 41})
    desk = Desk(tmp_path, notify)
    await desk.send("/so-van-ban?so=transfer&nam=2026", {"verb": "open-register", "next": "41", "key": "k"})
    assert [(one.book, one.year, one.next) for one in notify.sent(OpenRegister)] == [("transfer", 2026, 41)]
    answer = await desk.send("/so-van-ban?so=transfer&nam=2026", {"verb": "open-register", "next": "0", "key": "k"})
    assert (answer.status_code, "từ 1 trở lên" in answer.text) == (422, True)
    assert (await desk.get("/so-van-ban?so=khong-co")).status_code == 404


async def test_the_book_of_a_year_is_taken_away_as_a_file_and_nothing_in_it_is_a_formula(tmp_path: Path) -> None:
    full = [{"number": f"{n}/UBND-VP", "about": "=1+1"} for n in range(registers.PAGE + 1, 1, -1)]
    rest = [{"number": "1/UBND-VP", "about": "thư đầu", "given_by": "Trần Thị Hạnh"}]
    told = Notify(read_register=lambda one: book(rows=full if one.below is None else rest))
    desk = Desk(tmp_path, told)
    listed = (await desk.get("/so-van-ban.csv?nam=2026")).content.decode("utf-8-sig").splitlines()
    assert len(listed) == registers.PAGE + 2
    assert listed[1].startswith("1/UBND-VP;;thư đầu;Trần Thị Hạnh")
    assert ";'=1+1;" in listed[2]
    cells = load_workbook(io.BytesIO((await desk.get("/so-van-ban.xlsx?nam=2026")).content)).active
    assert cells is not None
    assert [cells["A2"].value, cells["C3"].value, cells["C3"].data_type] == ["1/UBND-VP", "=1+1", "s"]


async def test_a_book_is_taken_away_whole_however_many_parts_it_has(tmp_path: Path) -> None:
    def part(asked: ReadRegister) -> Mapping[str, Any]:
        first = (asked.below or MANY + 1) - 1
        numbers = range(first, max(0, first - registers.PAGE), -1)
        return book(rows=[{"number": f"{n}/UBND-VP"} for n in numbers], waiting=[])

    answer = await Desk(tmp_path, Notify(read_register=part)).get("/so-van-ban.csv?nam=2026")
    assert len(answer.content.splitlines()) == MANY + 1


@pytest.mark.parametrize("number", ["7/UBND-VP", "bảy/UBND-VP"])
async def test_a_book_that_cannot_be_read_on_is_no_file(tmp_path: Path, number: str) -> None:
    stuck = Notify(read_register=book(rows=[{"number": number}] * registers.PAGE))
    assert (await Desk(tmp_path, stuck).get("/so-van-ban.csv?nam=2026")).status_code == 503


# --- what became of it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "told", "because"),
    [
        ([of_message(NotificationQueued)], ["Chờ gửi"], "a mail on its way"),
        ([of_message(NotificationQueued), of_message(NotificationSent)], ["Đã gửi"], "it has left"),
        (
            [of_message(NotificationSent), of_form(DeliveryReported), of_message(NotificationFailed)],
            ["Đã gửi", "Máy chủ trả lại"],
            "said once",
        ),
        (
            [of_message(NotificationSent), of_form(DeliveryReported, action="delayed")],
            ["Đã gửi", "Máy chủ của người nhận chưa nhận thư, còn đang thử lại"],
            "it may still arrive",
        ),
        ([of_message(NotificationFailed), QUEUED], ["Không gửi được", "Chuyển sang thư giấy"], "paper takes its place"),
        ([QUEUED], ["Chờ in trong đợt kế tiếp"], "it lies ready"),
        (
            [QUEUED, of_message(NotificationFailed, notification=LETTER, channel="letter")],
            ["Không gửi đi"],
            "called back",
        ),
        ([of_message(NotificationFailed, withdrawn=True)], ["Không gửi đi"], "it was no longer wanted"),
        (
            [QUEUED, PRINTED, of_message(LetterPosted), of_message(LetterDelivered)],
            ["Đã in, đợt in 05/06/2026", "Đã gửi bưu điện", "Bưu điện đã phát"],
            "it arrived",
        ),
        (
            [QUEUED, PRINTED, of_message(LetterPosted), of_message(LetterReturned)],
            ["Đã in, đợt in 05/06/2026", "Đã gửi bưu điện", "Bưu điện chuyển hoàn"],
            "it came back",
        ),
        (
            [PRINTED, of_message(LetterReturned), of_message(LetterPosted, posted_on=date(2026, 6, 15))],
            ["Đã in, đợt in 05/06/2026", "Đã gửi bưu điện"],
            "it was posted again",
        ),
        (
            [
                PRINTED,
                of_message(LetterReturned),
                of_message(NotificationSent, notification=LETTER, channel="in-person"),
            ],
            ["Bưu điện chuyển hoàn", "Đã trao trực tiếp"],
            "handed over after all",
        ),
    ],
)
def test_the_fate_of_a_message_is_told_in_its_order(
    tmp_path: Path, events: list[Event], told: list[str], because: str
) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*events))
    with view.reading() as db:
        found = letters_of(db, SUBMISSION)
    ids = {one.id for one in found}
    whole = fates.of(found[0], {one for one in ids if f"{one}.letter" in ids})
    steps = [step.what for step in whole if not step.ahead]
    assert [step for step in steps if step != "Đã in, đợt in 05/06/2026"] == [
        step for step in told if step != "Đã in, đợt in 05/06/2026"
    ], because


@pytest.mark.parametrize(
    ("events", "lost", "because"),
    [
        ([of_message(NotificationFailed)], [(MAIL, "failed")], "nobody was told"),
        ([of_message(NotificationFailed), QUEUED], [], "the letter takes its place"),
        ([QUEUED, PRINTED, of_message(LetterReturned)], [(LETTER, "returned")], "it came back"),
        (
            [
                PRINTED,
                of_message(LetterReturned),
                of_message(NotificationSent, notification=LETTER, channel="in-person"),
            ],
            [],
            "it was handed over",
        ),
        ([of_message(NotificationFailed, reason="Nội dung, dòng 3 (“x”): sai")], [(MAIL, "text")], "its text is wrong"),
        ([of_message(NotificationFailed, withdrawn=True)], [], "nobody waits for it"),
        ([of_message(NotificationFailed), of_message(NotificationFailed, withdrawn=True)], [], "nor any more"),
        (
            [of_message(NotificationFailed, withdrawn=True), of_message(NotificationFailed)],
            [(MAIL, "failed")],
            "it was written again",
        ),
        (
            [of_message(NotificationFailed, reason="Không gửi nữa: không còn dùng thư điện tử.", kind="receipt")],
            [(MAIL, "failed")],
            "a clerk hands over the receipt",
        ),
        ([of_message(NotificationFailed, kind="digest", questions=())], [], "no citizen's"),
    ],
)
def test_letters_that_arrive_nowhere_are_the_clerks_work(
    tmp_path: Path, events: list[Event], lost: list[tuple[str, str]], because: str
) -> None:
    assert [(one.id, one.what) for one in work_of(tmp_path, events).lost] == lost, because


def work_of(folder: Path, events: Sequence[Event], role: Role = Role.CLERK) -> my_work.Work:
    view = View(folder / f"{role}.db")
    view.apply(0, messages(submission_received(), *events))
    with view.reading() as db:
        return my_work.work(db, Acting(Communes.load()[COMMUNE], Worker("a", "A", role)), NOW)


@pytest.mark.parametrize(("doubtful", "said"), [(0, False), (2, True)])
async def test_a_run_says_how_many_letters_are_in_doubt(tmp_path: Path, doubtful: int, said: bool) -> None:
    desk = Desk(tmp_path, Notify(read_print_run=run() | {"doubtful": doubtful}))
    html = (await desk.get(f"/buu-chinh/{RUN}")).text
    assert (f"Chưa rõ <b>{doubtful}</b> thư" in html) is said


def test_a_run_is_work_until_it_was_posted_and_no_officers(tmp_path: Path) -> None:
    closed = of_run(PrintRunClosed)
    term = of_deadline(DeadlineSet, case=RUN, deadline=f"{RUN}:posting", about=RUN, rule="posting", department=None)
    [waiting] = work_of(tmp_path, [closed, term]).to_post
    assert waiting.term is not None
    assert (waiting.id, waiting.letters, waiting.term.rule) == (RUN, 12, "posting")
    assert work_of(tmp_path, [closed], Role.OFFICER).to_post == ()
    assert work_of(tmp_path, [closed, of_run(PrintRunPosted)], Role.OFFICE_HEAD).to_post == []


async def test_my_work_leads_to_where_it_is_done(tmp_path: Path) -> None:
    wrong = of_message(NotificationFailed, reason="Nội dung, dòng 3 (“x”): không có mục nào tên là “x”.")
    html = (await Desk(tmp_path, Notify(), [submission_received(), wrong, of_run(PrintRunClosed)]).get("/")).text
    for told in (f'href="/buu-chinh/{RUN}"', f'href="/ho-so/{SUBMISSION}#{MAIL}"', 'href="/van-ban/answer"'):
        assert told in html


def test_no_list_names_who_denounced(tmp_path: Path) -> None:
    denounced = of_question(QuestionAwaitsTriage, scope="denunciation")
    [lost] = work_of(tmp_path, [denounced, of_message(NotificationFailed)]).lost
    assert lost.name is None


# --- the case -------------------------------------------------------------------------------------------------------

DRAWN = {"name": "thư.pdf", "media_type": "application/pdf", "content": "JVBERg=="}


async def test_a_letter_and_the_receipt_are_had_as_files(tmp_path: Path) -> None:
    notify = Notify(render_letter=DRAWN)
    desk = Desk(tmp_path, notify, [submission_received(), QUEUED, of_message(NotificationNumbered)])
    html = (await desk.get(f"/ho-so/{SUBMISSION}")).text
    for path in (f"{LETTER}.pdf", f"{LETTER}.docx", f"{SUBMISSION}.receipt.pdf"):
        assert f'href="/ho-so/{SUBMISSION}/thu/{path}"' in html
    assert "số 15/UBND-VP" in html
    answer = await desk.get(f"/ho-so/{SUBMISSION}/thu/{LETTER}.docx")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF", "application/pdf")
    assert [(one.notification, one.format) for one in notify.sent(RenderLetter)] == [(LETTER, "docx")]
    assert (await desk.get(f"/ho-so/{SUBMISSION}/thu/01JANOTHER.answer.pdf")).status_code == 404


async def test_a_denouncers_letter_is_the_offices_alone(tmp_path: Path) -> None:
    events = [submission_received(), of_question(QuestionAwaitsTriage, scope="denunciation"), QUEUED]
    notify = Notify(render_letter=DRAWN)
    path = f"/ho-so/{SUBMISSION}/thu/{LETTER}.pdf"
    assert (await Desk(tmp_path, notify, events, worker=OFFICER).get(path)).status_code == 403
    assert (await Desk(tmp_path, notify, events).get(path)).status_code == 200


NEAR = [of_question(QuestionAssigned), of_deadline(DeadlineSet), of_deadline(DeadlineNear)]


@pytest.mark.parametrize(
    ("events", "offered", "because"),
    [
        (NEAR, True, "the term is near"),
        (NEAR[:2], False, "there is time"),
        ([*NEAR, of_question(QuestionAwaitsTriage, scope="denunciation")], False, "nothing is written of that"),
    ],
)
async def test_an_apology_is_offered_for_what_is_late_or_will_be(
    tmp_path: Path, events: list[Event], offered: bool, because: str
) -> None:
    html = (await Desk(tmp_path, Notify(), [submission_received(), *events]).get(f"/ho-so/{SUBMISSION}")).text
    assert ('value="apologise-for-delay"' in html) is offered, because


async def test_the_office_apologises_with_a_reason_and_a_day(tmp_path: Path) -> None:
    notify = Notify(apologise_for_delay={"messages": [{"id": f"{SUBMISSION}.apology.1"}]})
    desk = Desk(tmp_path, notify, [submission_received(), *NEAR])
    typed = {"verb": "apologise-for-delay", "submission": SUBMISSION, "question": QUESTION, "key": "k"}
    refused = await desk.send(f"/ho-so/{SUBMISSION}", {**typed, "reason": "Chờ hồ sơ.", "until": ""})
    assert (refused.status_code, "Xin ghi ngày." in refused.text, "Chờ hồ sơ." in refused.text) == (422, True, True)
    answer = await desk.send(f"/ho-so/{SUBMISSION}", {**typed, "reason": "Chờ hồ sơ.", "until": "2026-05-04"})
    [command] = notify.sent(ApologiseForDelay)
    assert (command.until, command.reason, command.version) == (date(2026, 5, 4), "Chờ hồ sơ.", None)
    assert answer.status_code == 303


async def test_a_run_is_found_where_its_case_is_asked_for(tmp_path: Path) -> None:
    answer = await Desk(tmp_path, Notify(), [of_run(PrintRunClosed)]).get(f"/ho-so/{RUN}")
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


async def test_a_report_is_had_as_notify_sets_it(tmp_path: Path) -> None:
    notify = Notify(render_report=DRAWN)
    desk = Desk(tmp_path, notify, [submission_received(), of_question(QuestionAssigned)])
    answer = await desk.get("/bao-cao.pdf?ky=2026-Q2")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF", "application/pdf")
    [command] = notify.sent(RenderReport)
    assert command.parts[-1].paragraphs[-1].endswith("./.")
    captions = [part.heading for part in command.parts if part.table]
    assert captions[:2] == ["Bảng 1. Theo lĩnh vực", "Bảng 2. Theo phòng, đơn vị"]
    assert all(len(part.table.widths) == len(part.table.head) for part in command.parts if part.table)
