"""The tracking pages on real servers, as a browser without JavaScript uses them: proved, read, changed, taken home.

Intake, routing, deadlines and notify run as they do in an installation; each test has a form of its own.
"""

import base64
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx
import nats
import pytest
from pymongo import MongoClient

from services.intake.pages.own_form import CHANGES_AN_HOUR
from services.notify.wording import VIETNAM
from shared.clock import real_now
from shared.commands import send
from shared.contracts import Actor, Command, Done, Role, intake, post, routing
from tests.approving import next_judge
from tests.builders import COMMUNE, actor
from tests.servers import RunningSystem, running

ONE = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
TWO = "Bộ phận một cửa có làm việc sáng thứ Bảy không?"
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
WITHIN_S = 20.0


@dataclass
class Town:
    """A running stack, and who uses it."""

    system: RunningSystem
    database: Any
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        return self.system.addresses.public_url

    def browser(self) -> httpx.Client:
        """A browser of its own: it keeps cookies, follows redirects and says where its forms come from."""
        return httpx.Client(base_url=self.address, follow_redirects=True, timeout=20, headers={"Origin": self.address})

    def register(self, *questions: str, **contact: Any) -> tuple[str, dict[str, Any]]:
        """A form's code, and its document."""
        number = next(self.numbers)
        asked = {"name": f"Nguyễn Thị Mai {number}", "phone": f"09123{number:05}", "address": "Số 5, thôn Nội"}
        body = asked | contact | {"questions": [{"text": text} for text in questions or (ONE,)]}
        receipt = httpx.post(f"{self.address}/api/v1/communes/{COMMUNE}/submissions", json=body, timeout=20)
        assert receipt.status_code == 201, receipt.text
        code = receipt.json()["code"]
        return code, self.stored(code)

    def stored(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = self.database.submissions.find_one({"code": code})
        return found

    async def do(self, contract: type[Command], role: Role = Role.CLERK, **fields: Any) -> dict[str, Any]:
        """An office worker does it; what it rests on may be on its way still."""
        name, department = NAMES.get(role, "Trần Thị Hạnh"), fields.pop("of", None)
        return await self.does(contract, actor(role, name=name, department=department), **fields)

    async def does(self, contract: type[Command], by: Actor, **fields: Any) -> dict[str, Any]:
        command = contract(actor=by, key=f"key-{next(self.numbers)}", **fields)
        client = await nats.connect(self.system.addresses.nats_url)
        try:
            until = time.monotonic() + WITHIN_S
            while not isinstance(reply := await send(client, command), Done):
                assert time.monotonic() < until, reply
        finally:
            await client.close()
        return reply.state

    async def answer(self, question: str, text: str) -> None:
        """Written and approved by whom the profile has it assigned to."""
        state = await self.do(routing.DraftAnswer, Role.OFFICER, of=CENTRE, question=question, text=text)
        while judge := next_judge(state):
            state = await self.does(routing.ApproveAnswer, judge, question=question)


CENTRE = "trung-tam-hanh-chinh-cong"
NAMES = {Role.OFFICER: "Đỗ Minh Quân"}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with (
        running(services=["intake", "routing", "deadlines", "notify"]) as system,
        MongoClient[Any](system.addresses.mongo_url) as mongo,
    ):
        yield Town(system, mongo["doithoai_intake"])


def prove(browser: httpx.Client, code: str, contact: str) -> httpx.Response:
    return browser.post("/tra-cuu", data={"code": code, "contact": contact})


def until(browser: httpx.Client, code: str, is_so: Callable[[str], bool]) -> str:
    """The page, once it says what is waited for; other services take a moment."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        page = browser.get(f"/tra-cuu/{code}").text
        if is_so(page):
            return page
        assert time.monotonic() < deadline, words(page)
        time.sleep(0.05)


def words(page: str) -> str:
    main = page.split("<main", 1)[-1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


# --- whose form it is -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "contact", "because"),
    [
        ({"phone": "0987654321"}, "4321", "the last four digits"),
        ({"phone": "0987 654 322"}, "0987654322", "or all of them"),
        ({"phone": None, "email": "ha@example.vn"}, "HA@example.vn", "the e-mail"),
        ({"phone": None, "name": "Lê Thị Hà"}, "le thi ha", "the name, where there is neither"),
    ],
)
def test_who_knows_code_and_contact_sees_the_form(
    town: Town, given: dict[str, Any], contact: str, because: str
) -> None:
    code, _ = town.register(**given)
    with town.browser() as browser:
        page = prove(browser, code.lower(), contact)
        assert (page.status_code, urlsplit(str(page.url)).path) == (200, f"/tra-cuu/{code}"), because
        assert ONE in page.text
        assert page.headers["cache-control"] == "no-store"
        assert ONE in browser.get(f"/tra-cuu/{code}").text, "the browser is known again"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(town: Town) -> None:
    code, form = town.register()
    with town.browser() as browser:
        told = browser.post(
            "/tra-cuu", data={"code": code, "contact": form["registrant"]["phone"][-4:]}, follow_redirects=False
        )
    assert told.status_code == 303
    for flag in ("HttpOnly", "SameSite=strict", "Max-Age=1800"):
        assert flag in told.headers["set-cookie"]
    assert form["registrant"]["phone"][-4:] not in told.headers["location"]


def test_a_cookie_opens_only_what_was_proved_and_only_as_it_was_given(town: Town) -> None:
    (mine, form), (other, _) = town.register(), town.register(TWO)
    with town.browser() as browser:
        prove(browser, mine, form["registrant"]["phone"][-4:])
        assert TWO not in browser.get(f"/tra-cuu/{other}").text, "the cookie of another form"
        assert browser.post(f"/tra-cuu/{other}/danh-gia", data={"mark": "1"}).status_code == 403
        [(name, value)] = browser.cookies.items()
        browser.cookies.clear()
        browser.cookies.set(name, ("X" if value[0] != "X" else "Y") + value[1:])
        assert ONE not in browser.get(f"/tra-cuu/{mine}").text, "a tampered cookie"


def test_after_ten_wrong_contacts_the_right_one_waits_too(town: Town) -> None:
    code, form = town.register()
    right = form["registrant"]["phone"][-4:]
    with town.browser() as browser, town.browser() as knows:
        prove(knows, code, right)
        for _ in range(10):
            assert prove(browser, code, "0000").status_code == 404
        held = prove(browser, code, right)
        told = browser.get(f"/api/v1/submissions/{code}", params={"contact": right})
        assert ONE in knows.get(f"/tra-cuu/{code}").text, "whoever has proved it stays"
        assert ONE in prove(knows, code, right).text, "and may prove it once more"
    assert (held.status_code, told.status_code) == (429, 429)
    assert int(held.headers["retry-after"]) > 0
    assert "quá nhiều lần" in held.text
    assert told.headers["content-type"] == "application/problem+json"


# --- changing it ----------------------------------------------------------------------------------------------------


def test_whoever_registered_corrects_how_he_is_reached(town: Town) -> None:
    code, form = town.register()
    new = {"phone": "0977 111 222", "email": "mai.moi@example.vn", "address": "Số 9, thôn Ngoại"}
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        wrong = browser.post(f"/tra-cuu/{code}/sua-dia-chi", data=new | {"email": "mai@", "phone": "12"})
        assert wrong.status_code == 422
        assert all(text in wrong.text for text in ("Địa chỉ thư điện tử chưa đúng", 'value="mai@"', "Số 9, thôn Ngoại"))
        nobody = browser.post(f"/tra-cuu/{code}/sua-dia-chi", data={"phone": "", "email": "", "address": ""})
        assert "ít nhất một cách liên hệ" in nobody.text
        page = browser.post(f"/tra-cuu/{code}/sua-dia-chi", data=new)
        assert "Đã ghi thông tin liên hệ mới" in page.text, "the old proof stays good for this browser"
        assert "mai.moi@example.vn" in page.text
    stored = town.stored(code)
    assert stored["registrant"] == {
        "name": form["registrant"]["name"],
        "phone": "0977111222",
        "email": "mai.moi@example.vn",
        "address": "Số 9, thôn Ngoại",
    }
    assert [event["type"] for event in stored["events"]][-1] == intake.RegistrantCorrected.type
    with town.browser() as browser:
        assert prove(browser, code, form["registrant"]["phone"][-4:]).status_code == 404, "the old telephone is gone"
        assert prove(browser, code, "1222").status_code == 200


def test_questions_are_withdrawn_once_it_was_read_what_happens(town: Town) -> None:
    code, form = town.register(ONE, TWO)
    first, second = (question["id"] for question in form["questions"])
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        path = f"/tra-cuu/{code}/rut-cau-hoi"
        missing = browser.post(path, data={"reason": ""})
        assert missing.status_code == 422
        assert all(text in missing.text for text in ("chọn câu hỏi muốn rút", "ghi lý do"))
        asked = browser.post(path, data={"question": first, "reason": "Đã tự giải quyết"})
        assert "Không lấy lại được" in asked.text
        assert "1 câu hỏi khác của phiếu vẫn như cũ" in asked.text
        assert "withdrawn" not in str([event["type"] for event in town.stored(code)["events"]]), "only asked so far"
        sure = {"question": first, "reason": "Đã tự giải quyết", "sure": "1"}
        page = browser.post(path, data=sure)
        assert "Ông/bà đã rút câu hỏi này" in page.text, "at once, whatever the others have heard"
        assert "Lý do: Đã tự giải quyết." in page.text
        browser.post(path, data=sure)
        assert list(town.stored(code)["withdrawn"]) == [first], "twice is once"
        browser.post(path, data={"question": second, "reason": "Không cần nữa", "sure": "1"})
        left = until(browser, code, lambda _: town.stored(code).get("settled_at") is not None)
        assert "Tôi không cần trả lời nữa" not in left, "nothing is left to withdraw"
        again = browser.post(path, data={"question": "01JOTHER-1", "reason": "Thử", "sure": "1"})
        assert again.status_code == 422
    assert {settled["how"] for settled in town.stored(code)["settlements"].values()} == {"withdrawn"}


async def test_a_bad_mark_opens_the_question_again_and_the_first_answer_stays_readable(town: Town) -> None:
    code, form = town.register(email="mai.cham@nguoidan.example")
    question = form["questions"][0]["id"]
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        path = f"/tra-cuu/{code}/danh-gia"
        early = browser.post(path, data={"question": question, "mark": "1"})
        assert (early.status_code, "sau khi câu hỏi đã được trả lời" in early.text) == (422, True)
        await town.answer(question, "Ông/bà mang căn cước đến Trung tâm.")
        page = until(browser, code, lambda page: "Gửi đánh giá" in page)
        assert "Đã gửi thư điện tử trả lời" in page
        unmarked = browser.post(path, data={"question": question, "words": "Chưa nêu lệ phí."})
        assert all(text in unmarked.text for text in ("chọn một mức đánh giá", "Chưa nêu lệ phí."))
        told = browser.post(path, data={"question": question, "mark": "1", "words": "Chưa nêu lệ phí."})
        assert "Văn phòng xem lại câu hỏi" in told.text
        page = until(browser, code, lambda page: "Câu trả lời lần 1" in page)
        for text in ("Ông/bà mang căn cước", "Chưa trả lời đúng câu hỏi", "“Chưa nêu lệ phí.”", "Chờ phân loại"):
            assert text in page
        until(browser, code, lambda _: town.stored(code).get("settled_at") is None)
        again: dict[str, Any] = {"field": "civil-status", "department": CENTRE, "reason": "Trả lời lại"}
        await town.do(routing.AssignQuestion, question=question, **again)
        await town.answer(question, "Lệ phí cấp bản sao là 8.000 đồng.")
        page = until(browser, code, lambda page: "Câu trả lời lần 2" in page and "Gửi đánh giá" in page)
        assert "8.000 đồng" in page
        assert "Cảm ơn" in browser.post(path, data={"question": question, "mark": "5"}).text


async def test_a_letter_is_followed_from_the_printer_to_the_post_and_back(town: Town) -> None:
    code, form = town.register()
    question, day = form["questions"][0]["id"], real_now().astimezone(VIETNAM).date()
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        await town.answer(question, "Ông/bà mang căn cước đến Trung tâm.")
        until(browser, code, lambda page: "đang chờ Văn phòng in và gửi" in page)
        run = await closed_run(town, f"{form['_id']}.answer.1")
        until(browser, code, lambda page: "Đã in thư trả lời" in page and "Chờ gửi bưu điện" in page)
        await town.do(post.RecordPosted, run=run, posted_on=day, tracking={f"{form['_id']}.answer.1": "EA123456789VN"})
        page = until(browser, code, lambda page: f"Đã gửi bưu điện ngày {day:%d/%m/%Y}" in page)
        assert "Số bưu gửi: EA123456789VN." in page
        returned = {"returned_on": day, "because": "Không có người nhận"}
        await town.do(post.RecordReturned, notifications=(f"{form['_id']}.answer.1",), **returned)
        page = until(browser, code, lambda page: f"Bưu điện trả lại thư cho Văn phòng ngày {day:%d/%m/%Y}" in page)
        assert "Xin ông/bà liên hệ Văn phòng" in page
        assert "mang căn cước" in page, "he can read it here all the same"


async def closed_run(town: Town, notification: str) -> str:
    """The run that this letter left with, once it was drawn."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        await town.do(post.ClosePrintRun)
        for run in (await town.do(post.ReadPost))["runs"]:
            items = (await town.do(post.ReadPrintRun, run=run["run"]))["items"]
            if notification in {item["notification"] for item in items}:
                return str(run["run"])
        assert time.monotonic() < deadline


async def test_the_answer_goes_where_the_registrant_now_is(town: Town) -> None:
    code, form = town.register()
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        address = f"moi-{code.lower()}@example.vn"
        browser.post(f"/tra-cuu/{code}/sua-dia-chi", data={"email": address})
        letters = town.database.client["doithoai_notify"]["correspondence"]
        until(browser, code, lambda _: letters.count_documents({"code": code, "registrant.email": address}) == 1)
        await town.answer(form["questions"][0]["id"], "Ông/bà mang căn cước đến Trung tâm.")
        until(browser, code, lambda page: "Đã gửi thư điện tử trả lời" in page)
    mails = [mail.read_bytes() for mail in town.system.addresses.mail.iterdir() if mail.is_file()]
    assert any(f"moi-{code.lower()}@example.vn".encode() in mail for mail in mails)


def test_a_form_is_not_changed_without_end(town: Town) -> None:
    """Each change stays in its history for good."""
    code, form = town.register()
    with town.browser() as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        path = f"/tra-cuu/{code}/sua-dia-chi"
        for number in range(CHANGES_AN_HOUR):
            assert browser.post(path, data={"address": f"Số {number}"}, follow_redirects=False).status_code == 303
        held = browser.post(path, data={"address": "Số 99"})
    assert (held.status_code, 'value="Số 99"' in held.text, "đợi ít phút" in held.text) == (429, True, True)
    assert town.stored(code)["registrant"]["address"] == f"Số {CHANGES_AN_HOUR - 1}"


# --- files ----------------------------------------------------------------------------------------------------------


async def test_own_files_are_taken_home_and_nobody_elses(town: Town) -> None:
    (code, form), (other, others) = town.register(), town.register(TWO)
    mine, theirs = await _put(town, form, "giấy hẹn.pdf"), await _put(town, others, "khác.pdf")
    with town.browser() as browser:
        assert "Tra cứu phiếu" in browser.get(f"/tra-cuu/{code}/tep/{mine}").text, "nothing was proved yet"
        prove(browser, code, form["registrant"]["phone"][-4:])
        page = browser.get(f"/tra-cuu/{code}").text
        assert f'href="/tra-cuu/{code}/tep/{mine}"' in page
        file = browser.get(f"/tra-cuu/{code}/tep/{mine}")
        assert (file.status_code, file.content, file.headers["content-type"]) == (200, PDF, "application/pdf")
        assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''gi%E1%BA%A5y")
        for name, value in (("cache-control", "no-store"), ("x-content-type-options", "nosniff")):
            assert file.headers[name] == value
        assert file.headers["content-security-policy"].startswith("sandbox")
        assert browser.get(f"/tra-cuu/{code}/tep/{theirs}").status_code == 404, "a file of another form"
        assert browser.get(f"/tra-cuu/{other}/tep/{theirs}").content != PDF


async def _put(town: Town, form: dict[str, Any], name: str) -> str:
    file = f"01JFILE{next(town.numbers)}"
    stored: dict[str, Any] = {
        "file": file,
        "name": name,
        "part": 1,
        "parts": 1,
        "content": base64.b64encode(PDF).decode(),
    }
    await town.do(intake.StoreFile, **stored)
    await town.do(intake.AddFiles, submission=form["_id"], attachments=(file,), note="Người dân mang đến")
    return file


# --- from where -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "taken", "because"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, "the page itself"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://xau.example"}, False, "another site"),
        ({"Sec-Fetch-Site": "same-site"}, False, "a neighbour under the same name"),
        ({"Origin": "https://xau.example"}, False, "an old browser, another site"),
        ({}, False, "nobody says where from"),
    ],
)
def test_changes_are_taken_only_from_the_page_itself(
    town: Town, headers: dict[str, str], taken: bool, because: str
) -> None:
    code, form = town.register()
    with httpx.Client(base_url=town.address, follow_redirects=True, timeout=20) as browser:
        prove(browser, code, form["registrant"]["phone"][-4:])
        answer = browser.post(f"/tra-cuu/{code}/sua-dia-chi", data={"address": "Số 1"}, headers=headers)
        assert (answer.status_code == 200) is taken, because
    assert (town.stored(code)["registrant"]["address"] == "Số 1") is taken


def test_what_was_typed_into_a_page_that_has_closed_is_given_back(town: Town) -> None:
    code, _ = town.register()
    with town.browser() as browser:
        closed = browser.post(f"/tra-cuu/{code}/danh-gia", data={"mark": "2", "words": "Chưa nêu <lệ phí>."})
    assert closed.status_code == 403
    assert "Chưa nêu &lt;lệ phí&gt;." in closed.text
    assert f'value="{code}"' in closed.text
