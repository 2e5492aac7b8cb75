"""The page with the form, on real servers: with its files, its consent, and what holds floods and programs back."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import ANY

import httpx
import pytest

from services.intake import app as intake_app
from services.intake.codes import new_code
from services.intake.files import MOST_OF_A_FORM, Files
from services.intake.pages import form_pages, paper_pages
from services.intake.pages.form_pages import MOST_OF_A_DAY, TRAP
from services.intake.pages.notice import VERSION
from services.intake.pages.paper_pages import UNKNOWN_AN_HOUR
from services.intake.store import Submissions
from services.intake.submissions import Submission
from shared.contracts.intake import SubmissionReceived
from shared.service import Service
from shared.settings import Settings
from tests.integration.test_files import until
from tests.servers import Servers
from tests.unit.test_files import HTML, JPEG, docx, pdf, png

FORM = "/xa/thanh-tri"
ASKED = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
TYPED = {"name": "Nguyễn Thị Mai", "phone": "0912345678", "procedures": ASKED, "consent": VERSION}
API = "/api/v1/communes/thanh-tri/submissions"
BY_PROGRAM = {"name": "Mai", "phone": "0912345678", "questions": [{"text": ASKED}]}
HERE, ELSEWHERE = "203.0.113.7", "203.0.113.8"
Sent = tuple[str, bytes]
LISTED = re.compile(r'<span>([^<]+) \(\d[^)]*\)</span>\s*<span[^>]*><input[^>]*name="drop" value="([^"]+)"')
HIDDEN = re.compile(rf'<div class="leave" aria-hidden="true">.*?name="{TRAP}"[^>]* tabindex="-1"', re.DOTALL)


@dataclass
class Door:
    """Intake as a browser reaches it; what it has stored."""

    service: Service
    http: httpx.AsyncClient

    @property
    def submissions(self) -> Submissions:
        assert self.service.database is not None
        return Submissions(self.service.database)

    @property
    def files(self) -> Files:
        assert self.service.database is not None
        return Files(self.service.database)

    async def stored(self) -> int:
        assert self.service.database is not None
        return int(await self.service.database.collection("files.files").count_documents({}))

    async def send(self, typed: Mapping[str, Any], *files: Sent, at: str = FORM) -> httpx.Response:
        """As a browser sends it: an empty file is there, too, when none is chosen."""
        chosen = [("files", one) for one in files or (("", b""),)]
        return await self.http.post(at, data=dict(typed), files=chosen)

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[httpx.AsyncClient]:
        """Another browser at another address."""
        transport = httpx.ASGITransport(self.service.app, client=(ELSEWHERE, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
            yield http

    async def age_forms(self, by: timedelta) -> None:
        """All forms came in so much earlier."""
        assert self.service.database is not None
        forms = self.service.database.collection("submissions")
        async for form in forms.find({}):
            await forms.update_one({"_id": form["_id"]}, {"$set": {"received_at": form["received_at"] - by}})

    async def taken(self, answer: httpx.Response) -> Submission:
        assert answer.status_code == 303, answer.text
        code = answer.headers["location"].split("/")[-1].split("?")[0]
        submission = await self.submissions.by_code(code)
        assert submission is not None
        return submission


@asynccontextmanager
async def serving(servers: Servers, **settings: Any) -> AsyncIterator[Door]:
    """settings: forms_an_hour is 0 unless it says otherwise."""
    known: dict[str, Any] = {"nats_url": servers.nats_url, "mongo_url": servers.mongo_url, "forms_an_hour": 0}
    service = intake_app.build(Settings(**known | settings))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.app.router.lifespan_context(service.app))
        transport = httpx.ASGITransport(service.app, client=(HERE, 1))
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://intake"))

        async def is_ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await until(is_ready)
        yield Door(service, http)


@pytest.fixture
async def door(fresh: Servers) -> AsyncIterator[Door]:
    async with serving(fresh) as found:
        yield found


def summary_of(answer: httpx.Response) -> str:
    found = re.search(r'<div class="summary".*?</div>', answer.text, re.DOTALL)
    assert found, "no summary"
    return html.unescape(re.sub(r"<[^>]+>", "", found.group()))


def once_in(answer: httpx.Response) -> str:
    found = re.search(r'name="once" value="([^"]+)"', answer.text)
    assert found, "no token"
    return found.group(1)


def carried_in(answer: httpx.Response) -> str:
    found = re.search(r'name="carried" value="([^"]*)"', answer.text)
    return found.group(1) if found else ""


def listed_in(answer: httpx.Response) -> dict[str, str]:
    """The kept files on a page: id by name."""
    found = re.findall(
        r"<span>([^<]+) \(\d[^)]*\)</span>\s*<span[^>]*><input[^>]*name=\"drop\" value=\"([^\"]+)\"", answer.text
    )
    return {html.unescape(name): id for name, id in found}


# --- files ----------------------------------------------------------------------------------------------------------


async def test_a_form_comes_with_its_files(door: Door) -> None:
    answer = await door.send(TYPED, ("Giấy hẹn.PDF", pdf()), ("anh.jpeg", JPEG), ("don.docx", docx()))
    submission = await door.taken(answer)
    assert [file.name for file in submission.attachments] == ["Giấy hẹn.pdf", "anh.jpg", "don.docx"]
    for file, data in zip(submission.attachments, (pdf(), JPEG, docx()), strict=True):
        kept = await door.files.find(file.id)
        assert kept is not None
        assert (kept.commune, kept.named_by, await door.files.read(file.id)) == ("thanh-tri", submission.id, data)
    [received] = [one.open() for one in await door.submissions.history(submission.id)]
    assert isinstance(received, SubmissionReceived)
    assert (received.notice, received.attachments) == (VERSION, submission.attachments)


async def test_a_form_without_files_names_none(door: Door) -> None:
    submission = await door.taken(await door.send(TYPED))
    assert submission.attachments == ()
    assert await door.stored() == 0


async def test_the_files_of_a_form_that_must_be_mended_need_not_be_chosen_twice(door: Door) -> None:
    wrong = await door.send(TYPED | {"phone": "", "consent": ""}, ("a.pdf", pdf()), ("b.png", png()))
    assert wrong.status_code == 422
    assert list(listed_in(wrong)) == ["a.pdf", "b.png"]
    assert "Đã nhận các tệp sau" in wrong.text
    still_wrong = await door.send(TYPED | {"name": "", "carried": carried_in(wrong)}, ("c.jpg", JPEG))
    assert list(listed_in(still_wrong)) == ["a.pdf", "b.png", "c.jpg"]
    mended = TYPED | {"carried": carried_in(still_wrong), "drop": listed_in(still_wrong)["b.png"]}
    submission = await door.taken(await door.send(mended))
    assert [file.name for file in submission.attachments] == ["a.pdf", "c.jpg"]


async def test_what_is_not_taken_is_told_beside_the_field_and_in_the_summary(door: Door) -> None:
    answer = await door.send(TYPED, ("don.pdf", HTML), ("anh.png", png()), ("trong.pdf", b""))
    assert answer.status_code == 422
    for told in ("Chưa nhận “don.pdf”: Chỉ nhận tệp PDF, ảnh", "Chưa nhận “trong.pdf”: Tệp trống"):
        assert told in summary_of(answer)
        assert answer.text.count(told) == 2
    assert list(listed_in(answer)) == ["anh.png"], "the others are kept"
    assert ASKED in answer.text
    submission = await door.taken(await door.send(TYPED | {"carried": carried_in(answer)}))
    assert [file.name for file in submission.attachments] == ["anh.png"]


async def test_a_form_has_five_files_at_most(door: Door) -> None:
    many = [(f"anh-{number}.png", png() + bytes(number)) for number in range(7)]
    answer = await door.send(TYPED, *many)
    assert answer.status_code == 422
    assert len(listed_in(answer)) == MOST_OF_A_FORM
    assert "Chưa nhận “anh-6.png”: mỗi phiếu có nhiều nhất 5 tệp." in summary_of(answer)
    assert await door.stored() == MOST_OF_A_FORM


async def test_a_file_beyond_10_mb_is_told_and_the_rest_is_kept(door: Door) -> None:
    answer = await door.send(TYPED, ("phim.jpg", JPEG + bytes(11 * 1024 * 1024)), ("anh.jpg", JPEG))
    assert "Chưa nhận “phim.jpg”: Tệp lớn quá 10 MB." in summary_of(answer)
    assert list(listed_in(answer)) == ["anh.jpg"]


async def test_five_files_of_10_mb_are_taken_and_60_mb_are_not(door: Door) -> None:
    most = 10 * 1024 * 1024
    fullest = [(f"anh-{number}.jpg", (JPEG + bytes([number])).ljust(most, b"x")) for number in range(5)]
    submission = await door.taken(await door.send(TYPED, *fullest))
    assert [file.size for file in submission.attachments] == [most] * 5
    beyond = await door.send(TYPED, ("phim.jpg", JPEG + bytes(60_000_000)))
    assert beyond.status_code == 413
    assert "55 MB" in beyond.text


async def test_a_file_that_was_chosen_twice_counts_once(door: Door) -> None:
    wrong = await door.send(TYPED | {"name": ""}, ("a.pdf", pdf()))
    submission = await door.taken(await door.send(TYPED | {"carried": carried_in(wrong)}, ("a (1).pdf", pdf())))
    assert [file.name for file in submission.attachments] == ["a.pdf"]


@pytest.mark.parametrize("at", [FORM, "/xa/thanh-mai"])
async def test_what_a_page_carries_is_believed_only_where_it_is_ours(door: Door, at: str) -> None:
    carried = carried_in(await door.send(TYPED | {"name": ""}, ("a.pdf", pdf()), at="/xa/thanh-tri"))
    forged = carried if at != FORM else f"{carried[:-4]}AAAA"
    answer = await door.send(TYPED | {"carried": forged}, at=at)
    assert answer.status_code == 422
    assert "không còn được giữ. Xin ông/bà chọn lại tệp" in summary_of(answer)


async def test_the_same_form_with_its_file_sent_twice_is_one_form(door: Door) -> None:
    typed = TYPED | {"once": once_in(await door.http.get(FORM))}
    first = await door.taken(await door.send(typed, ("a.pdf", pdf())))
    door.http.cookies.clear()
    again = await door.send(typed, ("a.pdf", pdf()))
    assert (await door.taken(again)).id == first.id
    assert again.headers["location"].endswith("?lai=1")
    assert await door.stored() == 1, "the second copy is nobody's"
    other = await door.taken(await door.send(typed, ("b.png", png())))
    assert other.id != first.id, "another file makes another form"


# --- who is told the code of a form that had come before -----------------------------------------------------------


async def test_who_only_knows_what_a_neighbour_wrote_learns_no_code_and_opens_no_form(door: Door) -> None:
    first = await door.taken(await door.send(TYPED | {"once": once_in(await door.http.get(FORM))}, ("a.pdf", pdf())))
    door.http.cookies.clear()
    for once in (once_in(await door.http.get(FORM)), "", "do-toi-nghi-ra"):
        told = await door.send(TYPED | {"once": once}, ("a.pdf", pdf()))
        assert told.status_code == 409
        assert "<h1>Phiếu này đã được tiếp nhận</h1>" in told.text
        assert "Văn phòng cho biết mã phiếu sau khi xác minh người hỏi" in told.text
        assert "vanthu_thanhtri@hanoi.gov.vn" in told.text
        assert first.code not in told.text
        assert "set-cookie" not in told.headers
        assert (await door.stored(), len(await door.submissions.find({}))) == (1, 1), "nothing is stored"
    assert len(await door.submissions.history(first.id)) == 1


async def test_whose_receipt_was_mailed_is_told_to_look_there(door: Door) -> None:
    typed = TYPED | {"email": "mai@example.vn"}
    await door.taken(await door.send(typed))
    door.http.cookies.clear()
    told = await door.send(typed)
    assert "đã được gửi đến địa chỉ thư điện tử ghi trên phiếu" in told.text
    assert "mai@example.vn" not in told.text


async def test_a_form_keeps_its_token_through_all_that_must_be_mended(door: Door) -> None:
    once = once_in(await door.http.get(FORM))
    wrong = await door.send(TYPED | {"once": once, "name": ""})
    assert once_in(wrong) == once
    trapped = await door.send(TYPED | {"once": once, TRAP: "x"})
    assert once_in(trapped) == once
    assert once_in(await door.http.get(FORM)) != once, "another form has another"


async def test_a_browser_that_has_the_form_open_may_see_its_receipt_again(door: Door) -> None:
    first = await door.taken(await door.send(TYPED))
    again = await door.send(TYPED | {"once": once_in(await door.http.get(FORM))})
    assert (await door.taken(again)).id == first.id


async def test_a_program_repeats_its_form_with_its_key_whenever_and_from_wherever(door: Door) -> None:
    key = {"Idempotency-Key": "6f9619ff-8b86-d011-b42d-00cf4fc964ff"}
    first = await door.http.post(API, json=BY_PROGRAM, headers=key)
    await door.age_forms(timedelta(days=3))
    async with door.elsewhere() as elsewhere:
        again = await elsewhere.post(API, json=BY_PROGRAM, headers=key)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["code"] == first.json()["code"]
        other = await elsewhere.post(API, json=BY_PROGRAM, headers={"Idempotency-Key": "x" * 36})
        assert other.status_code == 409
    assert (await door.http.post(API, json=BY_PROGRAM)).status_code == 409, "it was sent with a key"
    short = await door.http.post(API, json=BY_PROGRAM, headers={"Idempotency-Key": "1"})
    assert (short.status_code, short.json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")


async def test_a_program_without_a_key_repeats_its_form_soon_and_from_where_it_was(door: Door) -> None:
    first = (await door.http.post(API, json=BY_PROGRAM)).json()
    await door.age_forms(timedelta(minutes=14))
    assert (await door.http.post(API, json=BY_PROGRAM)).json() == first | {"duplicate": True, "received_at": ANY}
    async with door.elsewhere() as elsewhere:
        told = await elsewhere.post(API, json=BY_PROGRAM)
    await door.age_forms(timedelta(minutes=2))
    late = await door.http.post(API, json=BY_PROGRAM)
    for answer in (told, late):
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        assert answer.json()["title"] == "Phiếu này đã được tiếp nhận"
        assert first["code"] not in answer.text
        assert "location" not in answer.headers
    page = await door.send({"name": "Mai", "phone": "0912345678", "procedures": ASKED, "consent": VERSION})
    assert page.status_code == 409, "nor does the page tell"


# --- other sites -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status", "because"),
    [
        ({"Origin": "https://ke-xau.example"}, 403, "another site"),
        ({"Origin": "null"}, 403, "a site that hides"),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://intake"}, 403, "the browser says so"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "another server of the same name"),
        ({"Origin": "http://intake"}, None, "our own page"),
        ({"Sec-Fetch-Site": "same-origin"}, None, "our own page"),
        ({}, None, "no browser at all"),
    ],
)
async def test_another_site_cannot_hand_in_a_form_through_its_visitors(
    door: Door, headers: dict[str, str], status: int | None, because: str
) -> None:
    sent = await door.http.post(FORM, data=TYPED, headers=headers)
    asked = await door.http.post("/tra-cuu", data={"code": "x", "contact": "x"}, headers=headers)
    assert (sent.status_code, asked.status_code) == (status or 303, status or 404), because
    assert len(await door.submissions.find({})) == (0 if status else 1), because


async def test_our_own_forms_say_where_they_come_from(door: Door) -> None:
    """With `no-referrer` a browser sends "Origin: null", like a site that hides."""
    for path in (FORM, "/tra-cuu"):
        assert (await door.http.get(path)).headers["referrer-policy"] == "same-origin", path


# --- what is shown to whom -------------------------------------------------------------------------------------------


async def test_who_has_sent_a_form_sees_how_its_boxes_were_taken_apart_and_nobody_else(door: Door) -> None:
    asked = {"procedures": f"{ASKED}\n\nLệ phí bao nhiêu?", "handling": "Vì sao phải chờ?"}
    answer = await door.send(TYPED | asked, ("Giấy hẹn.pdf", pdf()))
    assert answer.headers["location"].startswith("/phieu/")
    own = await door.http.get(answer.headers["location"])
    assert re.findall(r"<li>([^<]+\?)</li>", own.text) == [ASKED, "Lệ phí bao nhiêu?", "Vì sao phải chờ?"]
    assert "Giấy hẹn.pdf" in own.text
    assert own.headers["cache-control"] == "no-store"
    door.http.cookies.clear()
    others = await door.http.get(answer.headers["location"])
    assert others.status_code == 200
    assert not any(words in others.text for words in (ASKED, "Giấy hẹn", "0912345678", "Nguyễn Thị Mai"))


async def test_the_notice_is_on_the_form_and_on_a_page_of_its_own(door: Door) -> None:
    form = (await door.http.get(FORM)).text
    assert f'name="consent" value="{VERSION}"' in form
    assert "checked" not in form, "nobody agrees by default"
    page = (await door.http.get("/thong-bao-du-lieu?xa=thanh-tri")).text
    for told in ("UBND) xã Thanh Trì quyết định mục đích", "Điều 4 của Luật", "91/2025/QH15", f": {VERSION}."):
        assert told in form
        assert told in page
    assert "xã, phường nơi ông/bà gửi phiếu" in (await door.http.get("/thong-bao-du-lieu?xa=khong-co")).text
    returned = (await door.send(TYPED | {"name": ""})).text
    assert re.search(r'name="consent"[^>]* checked', returned), "who has agreed need not agree twice"


@pytest.mark.parametrize(
    ("text", "questions", "because"),
    [
        (f"{ASKED}\n\nLệ phí bao nhiêu?", [ASKED, "Lệ phí bao nhiêu?"], "a blank line stands between two"),
        ("Hỏi " + "rất " * 100, [("Hỏi " + "rất " * 100)[:120]], "the beginning tells which it is"),
        ("", [], "nothing is written yet"),
    ],
)
async def test_how_a_box_would_be_taken_apart_can_be_asked(
    door: Door, text: str, questions: list[str], because: str
) -> None:
    answer = await door.http.post(f"{FORM}/cau-hoi", data={"text": text})
    assert answer.json() == {"questions": questions}, because
    assert await door.submissions.find({}) == []


# --- codes that are guessed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", ".pdf"])
async def test_who_tries_codes_is_soon_told_nothing_more(door: Door, ending: str) -> None:
    form = await door.taken(await door.send(TYPED))
    own = f"/phieu/{form.code}{ending}"
    async with door.elsewhere() as tries:
        assert (await tries.get(own)).status_code == 200
        for _ in range(UNKNOWN_AN_HOUR):
            assert (await tries.get(f"/phieu/{new_code()}{ending}")).status_code == 404
        held = await tries.get(own)
        assert (held.status_code, 0 < int(held.headers["retry-after"]) <= 60) == (429, True)
        assert "quá nhiều lần" in held.text
        tries.cookies = door.http.cookies
        assert (await tries.get(own)).status_code == 200, "who has it open is not held back"
    assert (await door.http.get(own)).status_code == 200, "everybody else notices nothing"


async def test_receipts_are_not_set_without_end(fresh: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_pages, "PDFS_AN_HOUR", 12)
    async with serving(fresh) as door:
        path = f"/phieu/{(await door.taken(await door.send(TYPED))).code}.pdf"
        assert [(await door.http.get(path)).status_code for _ in range(13)] == [200] * 12 + [429]


async def test_boxes_are_not_taken_apart_without_end(fresh: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_pages, "TAKEN_APART_AN_HOUR", 12)
    async with serving(fresh) as door:
        ask = partial(door.http.post, f"{FORM}/cau-hoi", data={"text": ""})
        assert [(await ask()).status_code for _ in range(13)] == [200] * 12 + [429]


# --- floods and programs ---------------------------------------------------------------------------------------------


async def test_what_a_program_fills_in_is_not_taken_and_a_person_is_told_what_to_do(door: Door) -> None:
    answer = await door.send(TYPED | {TRAP: "https://mua-ngay.example"}, ("a.pdf", pdf()))
    assert answer.status_code == 422
    assert "chưa được nhận" in summary_of(answer)
    assert "vanthu_thanhtri@hanoi.gov.vn" in summary_of(answer)
    assert ASKED in answer.text
    assert "mua-ngay" not in answer.text
    assert (await door.stored(), await door.submissions.find({})) == (0, [])
    assert re.search(
        rf'<div class="leave" aria-hidden="true">.*?name="{TRAP}"[^>]* tabindex="-1"', answer.text, re.DOTALL
    )


async def test_a_flood_from_one_address_is_held_back_and_loses_nothing(fresh: Servers) -> None:
    async with serving(fresh, forms_an_hour=2) as door:
        for number in range(2):
            await door.taken(await door.send(TYPED | {"name": f"Mai {'ABC'[number]}"}))
        held = await door.send(TYPED, ("a.pdf", pdf()))
        assert (held.status_code, await door.stored()) == (429, 0)
        assert 0 < int(held.headers["retry-after"]) <= 1_800
        assert "quá nhiều phiếu" in summary_of(held)
        assert "xin chọn lại" in summary_of(held)
        assert "vanthu_thanhtri@hanoi.gov.vn" in summary_of(held)
        assert ASKED in held.text
        form = {"name": "Mai", "phone": "0912345678", "questions": [{"text": ASKED}]}
        api = await door.http.post("/api/v1/communes/thanh-tri/submissions", json=form)
        assert (api.status_code, api.json()["title"]) == (429, "Quá nhiều lần gửi")
        assert 0 < int(api.headers["retry-after"]) <= 1_800
        async with door.elsewhere() as elsewhere:
            assert (await elsewhere.post(FORM, data=TYPED)).status_code == 303, "everybody else notices nothing"


async def test_a_flood_of_large_forms_is_not_even_read(fresh: Servers) -> None:
    async with serving(fresh, forms_an_hour=1) as door:
        await door.taken(await door.send(TYPED))
        read = 0

        async def body() -> AsyncIterator[bytes]:
            nonlocal read
            for _ in range(100):
                read += 1
                yield bytes(100_000)

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        for announced in ({"Content-Length": "10000000"}, {}):
            held = await door.http.post(FORM, content=body(), headers=headers | announced)
            assert (held.status_code, read) == (429, 0)
            assert 0 < int(held.headers["retry-after"]) <= 3_600
            assert "quay lại trang trước" in held.text


async def test_one_connection_does_not_fill_the_disk(door: Door) -> None:
    """Each form lacks its name, so that its files stay with nobody; those who send none are let in all the same."""
    most = 10 * 1024 * 1024
    for number in range(-(-MOST_OF_A_DAY // (5 * most))):
        many = [((f"{number}-{one}.jpg"), (JPEG + bytes([number, one])).ljust(most, b"x")) for one in range(5)]
        assert (await door.send(TYPED | {"name": ""}, *many)).status_code == 422
    before = await door.stored()
    small = await door.send(TYPED, ("a.pdf", pdf()))
    assert (small.status_code, await door.stored()) == (429, before)
    assert "gửi phiếu không kèm tệp" in summary_of(small)
    assert ASKED in small.text
    large = await door.send(TYPED, ("a.pdf", pdf().ljust(3_000_000, b"x")))
    assert (large.status_code, await door.stored()) == (429, before)
    await door.taken(await door.send(TYPED))
    async with door.elsewhere() as elsewhere:
        files = {"files": ("a.pdf", pdf())}
        assert (await elsewhere.post(FORM, data=TYPED | {"name": "Lê Hà"}, files=files)).status_code == 303


@pytest.mark.parametrize(
    ("notice", "status", "because"),
    [
        (VERSION, 201, "his people have agreed to what holds now"),
        (None, 201, "who asks them otherwise says nothing of it"),
        ("", 201, "an empty field is none"),
        ("2019-01", 422, "nobody has ever been shown that"),
    ],
)
async def test_a_program_may_tell_which_notice_was_agreed_to(
    door: Door, notice: str | None, status: int, because: str
) -> None:
    form = {"name": "Mai", "phone": "0912345678", "questions": [{"text": ASKED}], "notice": notice}
    answer = await door.http.post("/api/v1/communes/thanh-tri/submissions", json=form)
    assert answer.status_code == status, because
    if status == 422:
        assert answer.json()["errors"][0]["pointer"] == "#/notice"
        return
    submission = await door.submissions.by_code(answer.json()["code"])
    assert submission is not None
    [received] = [one.open() for one in await door.submissions.history(submission.id)]
    assert isinstance(received, SubmissionReceived)
    assert received.notice == (notice or None), because
