"""The pages that lists come in by. Intake is played by its own reading and rules, without a broker or a database."""

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from services.console.incoming import list_forms
from services.console.offers import WrongFields
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.web import add_routes
from services.intake.files import UnwantedFile, recognise
from services.intake.lists import rules as lists
from services.intake.reading.table_files import read_sheets
from services.intake.reading.tables import Table, read_table
from services.intake.reading.unreadable import UnreadableDocument
from shared.communes import Communes
from shared.contracts import Done, Refused
from shared.contracts.intake import ReadTable, ReceiveTable, StoreFile
from shared.contracts.people import Attachment
from shared.service import Service
from tests.builders import COMMUNE, DIALOGUE, NOW, actor
from tests.door import KnownDoor
from tests.remembered import remembered
from tests.tables import CSV, as_excel
from tests.unit import conference_scene as scene
from tests.unit.test_console_view import messages

CLERK, OFFICER = "hanh.clerk@hanoi.example", "toan.kinhte@hanoi.example"
HEADING = ("STT", "Họ và tên", "Điện thoại", "Địa chỉ", "Nội dung kiến nghị")
ROWS = [
    HEADING,
    (1, "Nguyễn Thị Mai", 912345678, "Thôn Nội", "Đường ngập."),
    (2, "", "0987654321", "Thôn Nội", "Chợ lấn đường."),
    (3, "Lê Văn Hòa", "0987654321", "Thôn Nội", "<b>Cống tắc</b>."),
]
EXPECTED = {"dialogue": DIALOGUE, "list": "mat-tran", "sender": "Mặt trận Tổ quốc xã", "kind": "opinions"}


class Intake:
    """What intake would answer. received: the lists it has taken in."""

    is_connected = True

    def __init__(self) -> None:
        self.files: dict[str, Attachment] = {}
        self.contents: dict[str, bytes] = {}
        self.received: list[ReceiveTable] = []

    async def request(self, subject: str, payload: bytes, timeout: float, headers: Any = None) -> Any:
        try:
            reply: Done | Refused = Done(version=0, state=self._state(subject.rsplit(".", 1)[-1], payload))
        except (UnreadableDocument, UnwantedFile) as unreadable:
            reply = Refused(code="invalid", reason=unreadable.reason)
        return SimpleNamespace(data=reply.model_dump_json().encode())

    def _state(self, verb: str, payload: bytes) -> dict[str, Any]:
        if verb == StoreFile.verb:
            return {"attachment": self._keep(StoreFile.model_validate_json(payload)).model_dump(mode="json")}
        if verb == ReadTable.verb:
            return lists.preview(self.read(ReadTable.model_validate_json(payload)))
        command = ReceiveTable.model_validate_json(payload)
        table = self.read(command)
        self.received.append(command)
        receipts = [
            {"row": one.rows[0], "rows": list(one.rows), "name": "Mai", "code": "K7QX-3M9D", "duplicate": place > 0}
            for place, one in enumerate((*table.opinions, *table.participants))
        ]
        return {"kind": command.kind, "dialogue": None, "receipts": receipts, "wrong": lists.not_taken(table)}

    def _keep(self, command: StoreFile) -> Attachment:
        data = base64.b64decode(command.content)
        media_type = recognise(command.name, data, command.purpose)
        self.contents[command.file] = data
        self.files[command.file] = Attachment(
            id=command.file, name=command.name, media_type=media_type, size=len(data), digest="ab" * 32
        )
        return self.files[command.file]

    def read(self, command: ReadTable | ReceiveTable) -> Table:
        sheets = read_sheets(self.files[command.file].media_type, self.contents[command.file])
        return read_table(sheets, command.kind, command.section, command.mapping)


class Desk:
    """A clerk with his browser."""

    def __init__(self, folder: Path, worker: str = CLERK) -> None:
        self.intake = Intake()
        view = View(folder / "view.db")
        view.apply(0, messages(*scene.PLANNED))
        app = FastAPI()
        service = SimpleNamespace(
            database=None,
            app=app,
            communes=Communes.load(),
            clock=lambda: NOW,
            nats=self.intake,
            settings=SimpleNamespace(host="127.0.0.1", console_url="http://127.0.0.1", public_url="http://xa.example"),
        )
        add_routes(cast("Service", service), view, Reader(view), Watch(), KnownDoor(), remembered())
        self._app, self._cookies = app, {"doithoai_console": f"{COMMUNE}/{worker}"}

    def _browser(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._app)
        headers = {"sec-fetch-site": "same-origin"}
        return httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", cookies=self._cookies, headers=headers
        )

    async def get(self, path: str) -> httpx.Response:
        async with self._browser() as browser:
            return await browser.get(path)

    async def send(self, typed: Mapping[str, str], file: bytes | None = None, name: str = "ds.xlsx") -> httpx.Response:
        files = {"table": (name, file)} if file is not None else {"table": ("", b"")}
        async with self._browser() as browser:
            return await browser.post("/danh-sach", data=dict(typed), files=files)


def fields(html: str) -> dict[str, str]:
    """What the form of a page would send if it were sent as it is."""
    form = html[html.index('action="/danh-sach"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    selects = re.findall(r'<select id="[^"]+" name="([^"]+)">(.*?)</select>', form, re.DOTALL)
    chosen = {name: re.search(r'value="([^"]*)" selected', options) for name, options in selects}
    typed = dict(re.findall(r'<input id="[^"]+" name="([^"]+)" value="([^"]*)"', form))
    return hidden | typed | {name: found[1] if found else "" for name, found in chosen.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- from a file to receipts ----------------------------------------------------------------------------------------


async def test_a_file_is_uploaded_once_previewed_and_taken_in(desk: Desk) -> None:
    seen = (await desk.send(EXPECTED, as_excel(ROWS))).text
    for words in ("2 dòng đúng", "1 dòng chưa nhận được", "Thiếu họ tên.", "Nhận 2 dòng đúng", "Đã thêm số 0"):
        assert words in seen, words
    assert "&lt;b&gt;Cống tắc" in seen, "what people wrote is never markup"
    assert desk.intake.received == []
    done = (await desk.send(fields(seen) | {"verb": "receive-table"})).text
    for words in ("Đã nhận 1 phiếu mới", "1 phiếu đã có từ trước", "1 dòng chưa nhận", "Thiếu họ tên.", "K7QX-3M9D"):
        assert words in done, words
    [command] = desk.intake.received
    assert (command.dialogue, command.list, command.sender) == (DIALOGUE, "mat-tran", EXPECTED["sender"])
    assert len(desk.intake.files) == 1


async def test_another_column_is_read_again_before_anything_is_taken_in(desk: Desk) -> None:
    seen = (await desk.send(EXPECTED, as_excel(ROWS))).text
    other = fields(seen) | {"column-3": "text", "column-4": "", "verb": "receive-table"}
    again = (await desk.send(other)).text
    assert "Nhận 2 dòng đúng" in again
    assert desk.intake.received == [], "nobody has seen what it would be"
    await desk.send(fields(again) | {"verb": "receive-table"})
    [command] = desk.intake.received
    assert command.mapping == {"number": 0, "name": 1, "phone": 2, "text": 3}


async def test_one_field_for_two_columns_is_refused_and_the_file_is_kept(desk: Desk) -> None:
    seen = (await desk.send(EXPECTED, as_excel(ROWS))).text
    refused = await desk.send(fields(seen) | {"column-0": "name", "verb": "receive-table"})
    assert (refused.status_code, "Có hai cột cùng được chọn là “Họ và tên”" in refused.text) == (422, True)
    assert fields(refused.text)["file"] == fields(seen)["file"]
    assert desk.intake.received == []


async def test_a_list_without_headings_asks_which_column_is_which(desk: Desk) -> None:
    seen = (await desk.send(EXPECTED, as_excel(ROWS[1:]))).text
    assert "Chưa rõ cột nào là họ và tên, nội dung." in seen
    assert "Cột B" in seen
    assert 'value="receive-table"' not in seen


@pytest.mark.parametrize(
    ("typed", "file", "words"),
    [
        ({}, None, "Xin chọn tệp danh sách, hoặc dán danh sách"),
        ({}, b"%PDF-1.7 x", "Chỉ nhận danh sách dạng Excel"),
        ({}, as_excel([HEADING]), "chưa có dòng nào"),
    ],
)
async def test_what_is_no_list_is_told_beside_the_form(
    desk: Desk, typed: Mapping[str, str], file: bytes | None, words: str
) -> None:
    answer = await desk.send(EXPECTED | typed, file)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="table"' in answer.text


# --- lists that are pasted ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "cells", "because"),
    [
        ("Mai; 0912345678; Thôn Nội; Đường ngập", ("Mai", "0912345678", "Thôn Nội", "Đường ngập"), "as asked for"),
        ("3. Mai;;Thôn Nội;Đường ngập", ("Mai", None, "Thôn Nội", "Đường ngập"), "lists are numbered"),
        ("3\tMai\t\tThôn Nội\tĐường ngập", ("Mai", None, "Thôn Nội", "Đường ngập"), "copied from a spreadsheet"),
        ("Mai;;Thôn Nội;Một; hai; ba", ("Mai", None, "Thôn Nội", "Một; hai; ba"), "an opinion may hold semicolons"),
        ('Mai;;Thôn Nội;"Một', ("Mai", None, "Thôn Nội", '"Một'), "and quotes that are never closed"),
    ],
)
def test_a_pasted_line_is_read_as_people_write_it(line: str, cells: tuple[str | None, ...], because: str) -> None:
    sent, mapping = list_forms.pasted("opinions", f"\n{line}\nHoa;;;Hai")
    table = read_table(read_sheets(CSV, sent.data), "opinions", mapping=mapping)
    first = table.opinions[0].opinion
    person = first.registrant
    assert (person.name, person.phone, person.address, first.matters[0].text) == cells, because
    assert [one.row.number for one in table.lines] == [1, 2], because


def test_the_heading_of_what_is_pasted_names_its_columns() -> None:
    text = "STT\tÝ kiến\tHọ tên\n1\tĐường ngập; chợ bẩn\tMai\n\n2\tNước\tHoa"
    sent, mapping = list_forms.pasted("opinions", text)
    table = read_table(read_sheets(CSV, sent.data), "opinions", mapping=mapping)
    asked = [(one.opinion.registrant.name, one.opinion.matters[0].text, one.rows) for one in table.opinions]
    assert asked == [("Mai", "Đường ngập; chợ bẩn", (2,)), ("Hoa", "Nước", (4,))]


def test_participants_that_are_pasted_are_named_in_their_own_order() -> None:
    sent, mapping = list_forms.pasted("participants", "1) Lê Văn Hòa; Chi đoàn; Thôn Nội; 0912 345 678")
    [one] = read_table(read_sheets(CSV, sent.data), "participants", mapping=mapping).participants
    assert (one.representative.organisation, one.representative.phone) == ("Chi đoàn", "0912345678")


async def test_pasted_lines_go_the_same_way_as_a_file(desk: Desk) -> None:
    seen = (await desk.send(EXPECTED | {"lines": "Mai;;Thôn Nội;Đường ngập\nHoa"})).text
    assert "1 dòng đúng" in seen
    assert "Thiếu nội dung." in seen
    await desk.send(fields(seen) | {"verb": "receive-table"})
    [command] = desk.intake.received
    assert command.mapping == {"name": 0, "phone": 1, "address": 2, "text": 3}


# --- outside of a dialogue ------------------------------------------------------------------------------------------


async def test_a_list_of_anybody_needs_his_name(desk: Desk) -> None:
    start = (await desk.get("/danh-sach")).text
    assert "Nơi gửi danh sách" in start
    seen = (await desk.send({"kind": "opinions", "sender": ""}, as_excel(ROWS))).text
    refused = await desk.send(fields(seen) | {"verb": "receive-table"})
    assert (refused.status_code, "Xin ghi nơi gửi danh sách." in refused.text) == (422, True)
    done = await desk.send(fields(refused.text) | {"verb": "receive-table", "sender": "Thôn Nội"})
    assert "được trả lời bằng văn bản" in done.text
    [command] = desk.intake.received
    assert (command.dialogue, command.list, command.sender) == (None, None, "Thôn Nội")


async def test_the_template_to_fill_in_is_a_click_away(desk: Desk) -> None:
    assert 'href="/danh-sach/mau-y-kien.xlsx"' in (await desk.get("/danh-sach")).text
    answer = await desk.get("/danh-sach/mau-nguoi-du.xlsx")
    assert answer.headers["location"] == f"http://xa.example/xa/{COMMUNE}/mau-danh-sach-nguoi-du.xlsx"
    assert (await desk.get("/danh-sach/khac.xlsx")).status_code == 404


async def test_who_is_not_of_the_office_is_told_who_takes_lists(tmp_path: Path) -> None:
    assert "Trang này dành cho" in (await Desk(tmp_path, OFFICER).get("/danh-sach")).text


def test_two_columns_for_one_field_are_named() -> None:
    with pytest.raises(WrongFields, match="mapping"):
        list_forms.mapping_of("opinions", {"column-0": "name", "column-2": "name"})
    assert list_forms.seen_in(list_forms.as_seen({"name": 1, "text": 3})) == {"name": 1, "text": 3}
    assert json.loads(list_forms.to_read(actor(), list_forms.chosen({"file": "f", "key": "k"})).model_dump_json())
