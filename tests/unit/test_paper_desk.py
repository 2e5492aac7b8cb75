"""The paper desk's pages: the form in the order of the paper, what comes back, the slip. No broker is there."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError

from services.console.incoming.paper_forms import Pile
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.web import add_routes
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.intake import DialogueAnnounced, RegistrantInvited
from shared.service import Service
from tests.builders import (
    COMMUNE,
    HELD_AT,
    NOW,
    SUBMISSION,
    full_plan,
    of_attendance,
    of_dialogue,
    question,
    registrant,
    submission_received,
)
from tests.door import KnownDoor
from tests.remembered import remembered
from tests.unit.test_console_view import messages

CLERK, OFFICER = "hanh.clerk@hanoi.example", "quan.hcc@hanoi.example"
ANNOUNCED = (full_plan(), of_dialogue(DialogueAnnounced))
SECOND = {"case": "thanh-tri-2026-2", "title": "Hội nghị lần 2", "held_at": HELD_AT + timedelta(days=150)}
ENTERED = submission_received(channel="paper", entered_at=NOW + timedelta(days=2), entered_because="Mất điện")
SLIP = f"/ho-so/{SUBMISSION}/giay-tiep-nhan"
TYPED = {"name": "Nguyễn Thị <Mai>", "phone": "0912345678", "procedures": "Câu thứ nhất?\nDòng hai", "key": "k1"}


class Away(Client):
    """A broker that is not there."""

    async def request(self, *_: Any, **__: Any) -> Msg:
        raise ConnectionClosedError


def desk(folder: Path, events: Sequence[Event], worker: str = CLERK, pile: Pile | None = None) -> httpx.AsyncClient:
    view = View(folder / "view.db")
    view.apply(0, messages(*events))
    app = FastAPI()
    service = SimpleNamespace(
        database=None,
        app=app,
        communes=Communes.load(),
        clock=lambda: NOW,
        nats=Away(),
        settings=SimpleNamespace(
            host="127.0.0.1", console_url="http://127.0.0.1", public_url="https://doithoai.example"
        ),
    )
    add_routes(cast("Service", service), view, Reader(view), Watch(), KnownDoor(), remembered())
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"} | ({"doithoai_pile": pile.written()} if pile else {})
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://127.0.0.1",
        cookies=cookies,
        headers={"Sec-Fetch-Site": "same-origin"},
    )


async def shown(folder: Path, path: str, *events: Event, worker: str = CLERK, pile: Pile | None = None) -> str:
    async with desk(folder, events, worker, pile) as http:
        answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_fields_stand_in_the_order_of_the_paper_and_the_first_has_the_focus(tmp_path: Path) -> None:
    page = await shown(tmp_path, "/nhap-phieu")
    names = re.findall(r'<(?:input|textarea|select) id="([^"]+)"', page)
    wanted = ["name", "phone", "address", "email", "procedures", "handling", "scan", "received", "late_because", "keep"]
    assert [name for name in names if name in wanted] == wanted
    assert re.findall(r'id="(\w+)"[^>]*autofocus', page) == ["name"]
    assert 'accesskey="s"' in page


@pytest.mark.parametrize(
    ("worker", "offered", "because"),
    [(CLERK, True, "the office keys in"), (OFFICER, False, "a department does not")],
)
async def test_the_desk_is_the_offices(tmp_path: Path, worker: str, offered: bool, because: str) -> None:
    async with desk(tmp_path, [], worker) as http:
        page = (await http.get("/nhap-phieu")).text
    assert ("data-paper" in page, 'href="/nhap-phieu"' in page) == (offered, offered), because


async def test_who_is_not_of_the_office_enters_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, [], OFFICER) as http:
        assert (await http.post("/nhap-phieu", data=TYPED)).status_code == 403


@pytest.mark.parametrize(("second", "offered"), [((), False), ((of_dialogue(DialogueAnnounced, **SECOND),), True)])
async def test_a_dialogue_is_asked_for_only_where_several_are_open(
    tmp_path: Path, second: tuple[Event, ...], offered: bool
) -> None:
    page = await shown(tmp_path, "/nhap-phieu", *ANNOUNCED, *second)
    assert ('name="dialogue"' in page) == offered


async def test_what_must_be_mended_is_told_beside_its_field_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    async with desk(tmp_path, []) as http:
        late = {"phone": "12", "received": "hôm qua", "keep": "1", "kept-1": "01JSCAN phiếu 1.pdf"}
        answer = await http.post("/nhap-phieu", data=TYPED | late)
    assert answer.status_code == 422
    page = answer.text
    for kept in ("Nguyễn Thị &lt;Mai&gt;", "Câu thứ nhất?\nDòng hai", 'value="hôm qua"', 'value="k1"'):
        assert kept in page
    assert 'value="01JSCAN phiếu 1.pdf" checked' in page
    assert re.findall(r'class="wrong-words" id="([^"]+)"', page) == [
        "phone-wrong",
        "received-wrong",
        "late_because-wrong",
    ]
    assert re.findall(r'id="(\w+)"[^>]*autofocus', page) == ["phone"]


async def test_a_paper_that_names_no_contact_can_be_taken_in_all_the_same(tmp_path: Path) -> None:
    async with desk(tmp_path, []) as http:
        first = await http.post("/nhap-phieu", data=TYPED | {"phone": ""})
        assert 'name="unreachable"' in first.text
        then = await http.post("/nhap-phieu", data=TYPED | {"phone": "", "unreachable": "1"})
    assert (first.status_code, then.status_code) == (422, 503), "nothing to mend any more; only the broker is away"


async def test_where_nothing_can_be_sent_the_form_comes_back_with_a_word_on_its_scan(tmp_path: Path) -> None:
    async with desk(tmp_path, []) as http:
        files = {"scan": ("phieu.pdf", b"%PDF-1.7 ...", "application/pdf")}
        answer = await http.post("/nhap-phieu", data=TYPED, files=files)
    assert answer.status_code == 503
    assert "phiếu không bị nhập hai lần. Tệp đính kèm xin chọn lại." in answer.text
    assert "Câu thứ nhất?\nDòng hai" in answer.text


async def test_the_last_form_is_shown_with_its_slip_and_those_before_it_by_their_codes(tmp_path: Path) -> None:
    other = submission_received(
        case="01JOTHER",
        code="X9X9-X9X9",
        channel="paper",
        registrant=registrant(name="Lê Hòa"),
        questions=(question().model_copy(update={"id": "01JOTHER-1"}),),
    )
    events = (*ANNOUNCED, ENTERED, other)
    pile = Pile(COMMUNE, (ENTERED.code, "X9X9-X9X9", "GONE-GONE"), {"received": "18/4 9:30", "keep": "1"})
    page = await shown(tmp_path, f"/nhap-phieu?phieu={ENTERED.code}", *events, pile=pile)
    assert "Đã nhập phiếu" in page
    assert f'accesskey="p" href="{SLIP}?tu=nhap"' in page
    assert re.findall(r'<span class="code">([^<]+)</span>', page) == [ENTERED.code, "X9X9-X9X9"]
    assert 'value="18/4 9:30"' in page, "kept for the next form of the pile"
    assert "Lê Hòa" not in page


async def test_a_duplicate_is_told_with_the_code_that_it_has(tmp_path: Path) -> None:
    page = await shown(tmp_path, f"/nhap-phieu?phieu={ENTERED.code}&lai=1", *ANNOUNCED, ENTERED)
    assert f"Phiếu này đã nhập, mã {ENTERED.code}." in page


async def test_a_slip_says_what_happens_next_and_names_nobody(tmp_path: Path) -> None:
    events = (*ANNOUNCED, ENTERED, of_attendance(RegistrantInvited, seat=7))
    page = await shown(tmp_path, SLIP, *events)
    for words in (
        ENTERED.code,
        "data:image/svg+xml",
        "doithoai.example/tra-cuu",
        "08:30 thứ Năm, 14/05/2026",
        "ghế số 7",
    ):
        assert words in page
    assert f'href="https://doithoai.example/phieu/{ENTERED.code}.pdf"' in page
    known = ENTERED.registrant
    for secret in (known.name, known.phone, known.address, ENTERED.questions[0].text):
        assert str(secret) not in page
    assert f'href="/ho-so/{SUBMISSION}" accesskey="b" autofocus' in page, "the way back is under the Enter key"


async def test_a_slip_of_another_commune_is_not_found(tmp_path: Path) -> None:
    async with desk(tmp_path, [submission_received(commune="chanh-lo")]) as http:
        assert (await http.get(SLIP)).status_code == 404
