"""Lists on real servers: what is taken of them, what is told of the rest, and that nothing is doubled by a repeat."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from io import BytesIO
from time import perf_counter
from typing import Any

import openpyxl
import pytest

from services.intake.lists.rules import LONGEST_CELL
from shared.commands import send
from shared.contracts import Done, Refused, Role, intake
from shared.contracts.conference import ExpectedList
from shared.contracts.people import Attachment
from shared.files import put_file
from tests.builders import COMMUNE, DIALOGUE, LIST, actor
from tests.integration.test_dialogues import Office, expecting_a_list, names, serving
from tests.servers import Servers
from tests.tables import EXCEL, as_csv, as_excel, as_word

HEADING = ("STT", "Họ và tên", "Điện thoại", "Địa chỉ", "Nội dung kiến nghị")
BAD = {7: ("Họ và tên", ""), 19: ("Điện thoại", "hỏi chồng"), 33: ("Nội dung kiến nghị", "")}
"""Numbers on the list whose rows cannot be taken, and what is wrong in them."""
SENT: dict[str, Any] = {"kind": "opinions", "dialogue": DIALOGUE, "list": LIST.id, "sender": LIST.sender}
GUESTS = ExpectedList(id="doan", kind="participants", sender="Đoàn Thanh niên xã", term=LIST.term)


def person(number: int) -> list[object]:
    return [number, f"Nguyễn Thị {number}", 912_345_000 + number, f"Số {number}, thôn Nội", f"Đường số {number} ngập."]


def forty(mended: bool = False) -> list[Sequence[object]]:
    rows = [person(number) for number in range(1, 41)]
    for number, (column, content) in BAD.items():
        if not mended:
            rows[number - 1][HEADING.index(column)] = content
    return [("DANH SÁCH KIẾN NGHỊ CỦA CỬ TRI",), (), HEADING, *rows]


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with serving(fresh) as found:
        yield found


async def upload(office: Office, data: bytes, name: str = "danh-sach.xlsx") -> str:
    stored = await put_file(office.client, actor(), name, data, "table")
    assert isinstance(stored, Attachment), stored
    return stored.id


async def receive(office: Office, file: str, role: Role = Role.CLERK, **fields: Any) -> dict[str, Any]:
    known = {"actor": actor(role), "key": f"key-{next(office.numbers)}", "file": file}
    reply = await send(office.client, intake.ReceiveTable(**known | SENT | fields), timeout=60)
    assert isinstance(reply, Done), reply
    return reply.state


def numbers_of(state: dict[str, Any], *, duplicate: bool) -> list[int]:
    return [row for one in state["receipts"] if one["duplicate"] is duplicate for row in one["rows"]]


# --- opinions -------------------------------------------------------------------------------------------------------


async def test_a_list_with_three_bad_rows_of_forty_taken_twice_doubles_nothing(office: Office) -> None:
    await expecting_a_list(office)
    file = await upload(office, as_excel(forty()))
    first = await receive(office, file, key="list-1")
    assert [one["row"] for one in first["wrong"]] == [number + 3 for number in BAD]
    assert len(first["receipts"]) == 37
    assert numbers_of(first, duplicate=True) == []
    codes = [one["code"] for one in first["receipts"]]
    for again in (
        await receive(office, file, key="list-1"),
        await receive(office, file, key="list-2"),
        await receive(office, await upload(office, as_word(forty()), "danh-sach.docx"), key="list-3"),
    ):
        assert [one["code"] for one in again["receipts"]] == codes
        assert numbers_of(again, duplicate=False) == []
        assert again["wrong"] == first["wrong"]
    kept = await office.submissions.find({"dialogue": DIALOGUE})
    assert len(kept) == 37
    assert {(one.channel, one.collected_by, one.on_time) for one in kept} == {("list", LIST.sender, True)}
    assert [one.registrant.phone for one in kept if one.registrant.name.endswith(" 5")] == ["0912345005"]
    received = [one for one in await office.said(DIALOGUE) if isinstance(one, intake.ListReceived)]
    assert [(one.sender, one.count) for one in received] == [(LIST.sender, 37)]


async def test_a_list_that_was_mended_brings_only_what_is_new(office: Office) -> None:
    await expecting_a_list(office)
    await receive(office, await upload(office, as_excel(forty())))
    mended = forty(mended=True)
    mended.append([41, *person(5)[1:4], "Chợ lấn đường."])
    state = await receive(office, await upload(office, as_excel(mended)))
    assert numbers_of(state, duplicate=False) == [*(number + 3 for number in BAD), 44]
    assert state["wrong"] == []
    kept = await office.submissions.find({"dialogue": DIALOGUE})
    asked = Counter(question.text for one in kept for question in one.questions)
    assert (len(asked), set(asked.values())) == (41, {1}), "nobody's first matter came again with his second"
    received = [one for one in await office.said(DIALOGUE) if isinstance(one, intake.ListReceived)]
    assert [one.count for one in received] == [37, 4]


async def test_what_a_crash_left_half_done_is_done_by_a_repeat(office: Office) -> None:
    await expecting_a_list(office)
    file = await upload(office, as_excel(forty()))
    part = await upload(office, as_excel(forty()[:13]))
    await receive(office, part, list=None)  # as far as it came: forms are there, the list is not noted
    assert "ListReceived" not in names(await office.said(DIALOGUE))
    state = await receive(office, file)
    assert (len(numbers_of(state, duplicate=True)), len(numbers_of(state, duplicate=False))) == (9, 28)
    received = [one for one in await office.said(DIALOGUE) if isinstance(one, intake.ListReceived)]
    assert [one.count for one in received] == [37]


async def test_a_list_outside_of_a_dialogue_is_for_the_next_that_is_open(office: Office) -> None:
    file = await upload(office, as_csv(forty(), ";"), "danh-sach.csv")
    alone = {"dialogue": None, "list": None, "sender": "Thôn Nội"}
    assert (await receive(office, file, **alone))["dialogue"] is None
    assert len(numbers_of(await receive(office, file, **alone), duplicate=True)) == 37
    await office.plan()
    assert (await receive(office, file, **alone | {"sender": "Thôn Đông Phù"}))["dialogue"] == DIALOGUE


async def test_two_thousand_rows_are_taken_in_within_a_commands_patience(office: Office) -> None:
    await expecting_a_list(office)
    rows = [HEADING, *(person(number) for number in range(2_000))]
    file = await upload(office, as_excel(rows))
    started = perf_counter()
    state = await receive(office, file)
    assert len(state["receipts"]) == 2_000
    assert perf_counter() - started < 40
    again = await receive(office, file)
    assert len(numbers_of(again, duplicate=True)) == 2_000
    assert len(await office.submissions.ids({"dialogue": DIALOGUE})) == 2_000


async def test_a_list_that_may_not_come_in_leaves_nothing_behind(office: Office) -> None:
    await expecting_a_list(office)
    file = await upload(office, as_excel(forty()))
    form = await put_file(office.client, actor(), "phieu.docx", as_word(forty()), "attachment")
    assert isinstance(form, Attachment)
    sent = SENT | {"file": file}
    for refused, code in (
        (await office.ask(intake.ReceiveTable, Role.OFFICER, **sent), "forbidden"),
        (await office.ask(intake.ReceiveTable, **sent | {"list": "khong-co"}), "not-found"),
        (await office.ask(intake.ReceiveTable, **sent | {"file": "01JNONE"}), "not-found"),
        (await office.ask(intake.ReceiveTable, **sent | {"file": form.id}), "not-found"),
        (await office.ask(intake.ReceiveTable, actor=actor(commune="thanh-mai"), **sent), "not-found"),
        (await office.ask(intake.ReceiveTable, **sent | {"kind": "participants"}), "invalid"),
        (await office.ask(intake.ReceiveTable, **sent | {"dialogue": None}), "invalid"),
        (await office.ask(intake.ReceiveTable, **sent | {"mapping": {"name": 99}}), "invalid"),
        (await office.ask(intake.ReceiveTable, **sent | {"list": None, "dialogue": "khong-co"}), "not-now"),
        (
            await office.ask(intake.ReceiveTable, **sent | {"list": None, "dialogue": None, "kind": "participants"}),
            "invalid",
        ),
    ):
        assert isinstance(refused, Refused), code
        assert refused.code == code, refused
    assert await office.submissions.ids({}) == []
    assert "ListReceived" not in names(await office.said(DIALOGUE))


# --- participants ---------------------------------------------------------------------------------------------------

PEOPLE = [("TT", "Họ và tên", "Chức vụ", "Đơn vị", "Thôn", "SĐT"), (1, "Lê Văn Hòa", "Bí thư", "Chi đoàn", "Thôn Nội")]


async def test_names_on_an_expected_list_are_invited_once(office: Office) -> None:
    await office.plan()
    await office.dialogues.change(DIALOGUE, lambda one: (replace(one, lists=(GUESTS,)), []))  # type: ignore[type-var]
    sent = {"kind": "participants", "list": GUESTS.id, "sender": GUESTS.sender}
    more = [*PEOPLE, (2, "Trần Thị Lan", "", "Chi đoàn", "Thôn Nội"), (3, "", "Ủy viên")]
    first = await receive(office, await upload(office, as_excel(PEOPLE)), **sent)
    assert [(one["name"], one["duplicate"]) for one in first["receipts"]] == [("Lê Văn Hòa", False)]
    again = await receive(office, await upload(office, as_excel(more)), **sent)
    assert [one["duplicate"] for one in again["receipts"]] == [True, False]
    assert again["wrong"] == [{"row": 4, "why": "Thiếu họ tên."}]
    assert names(await office.said(DIALOGUE)).count("RepresentativeInvited") == 2


async def test_names_without_an_expected_list_are_invited_as_long_as_there_are_seats(office: Office) -> None:
    await office.plan(seats=2)
    rows = [*PEOPLE, (2, "Trần Thị Lan"), (3, "Vũ Văn Ba")]
    sent = {"kind": "participants", "list": None, "sender": "Thôn Nội"}
    for _ in range(2):
        state = await receive(office, await upload(office, as_excel(rows)), **sent)
        assert [one["name"] for one in state["receipts"]] == ["Lê Văn Hòa", "Trần Thị Lan"]
        [wrong] = state["wrong"]
        assert (wrong["row"], wrong["why"][:14]) == (4, "Đã hết 2 chỗ n")


# --- the preview ----------------------------------------------------------------------------------------------------


async def test_a_preview_tells_the_columns_and_marks_the_bad_rows_by_number(office: Office) -> None:
    rows = forty()
    rows[3] = [*person(1)[:4], "Đường ngập. " * 100]
    file = await upload(office, as_excel(rows))
    seen = await office.do(intake.ReadTable, file=file, kind="opinions")
    assert seen["columns"] == list(HEADING)
    assert seen["mapping"] == {"number": 0, "name": 1, "phone": 2, "address": 3, "text": 4}
    assert (seen["good"], seen["wrong"], seen["people"]) == (37, 3, 37)
    wrong = {one["row"]: one["wrong"] for one in seen["rows"] if one["wrong"]}
    assert wrong == {
        10: "Thiếu họ tên.",
        22: "“hỏi chồng” không phải số điện thoại hay thư điện tử.",
        36: "Thiếu nội dung.",
    }
    assert all(len(cell) <= LONGEST_CELL + 1 for one in seen["rows"] for cell in one["cells"])
    other = await office.do(intake.ReadTable, file=file, kind="opinions", mapping={"name": 4, "text": 3})
    assert other["mapping"] == {"name": 4, "text": 3}
    assert (await office.submissions.ids({}), COMMUNE) == ([], "thanh-tri")


# --- the table to fill in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "kind"), [("mau-danh-sach.xlsx", "opinions"), ("mau-danh-sach-nguoi-du.xlsx", "participants")]
)
async def test_a_template_that_was_taken_home_and_filled_in_comes_back(office: Office, path: str, kind: str) -> None:
    await office.plan()
    answer = await office.http.get(f"/xa/thanh-tri/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, EXCEL)
    assert (await office.http.get(f"/xa/khong-co/{path}")).status_code == 404
    book = openpyxl.load_workbook(BytesIO(answer.content))
    for column, text in enumerate(("1", "Lê Văn Hòa", "0912345678", "Số 7", "Thôn Nội", "", "Đường ngập.", "2"), 1):
        if kind == "opinions" or column < 3:
            book.worksheets[0].cell(7, column, text)
    file = BytesIO()
    book.save(file)
    sent = {"kind": kind, "list": None, "sender": "Thôn Nội"}
    for duplicate in (False, True):
        state = await receive(office, await upload(office, file.getvalue()), **sent)
        [receipt] = state["receipts"]
        assert (receipt["row"], receipt["name"], receipt["duplicate"]) == (7, "Lê Văn Hòa", duplicate)
        assert state["wrong"] == []
