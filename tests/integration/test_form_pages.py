"""The page with the form, on real servers: with its files, its consent, and what holds floods and programs back."""

import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.intake import app as intake_app
from services.intake.files import MOST_OF_A_FORM, Files
from services.intake.pages.form_pages import TRAP
from services.intake.pages.notice import VERSION
from services.intake.store import Submissions
from services.intake.submissions import Submission
from shared.clock import real_now
from shared.contracts.intake import SubmissionReceived
from shared.service import Service
from shared.settings import Settings
from tests.integration.test_files import until
from tests.servers import Servers
from tests.unit.test_files import HTML, JPEG, docx, pdf, png

FORM = "/xa/thanh-tri"
ASKED = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
TYPED = {"name": "Nguyễn Thị Mai", "phone": "0912345678", "procedures": ASKED, "consent": VERSION}
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
    first = await door.taken(await door.send(TYPED, ("a.pdf", pdf())))
    again = await door.send(TYPED, ("a.pdf", pdf()))
    assert (await door.taken(again)).id == first.id
    assert again.headers["location"].endswith("?lai=1")
    other = await door.taken(await door.send(TYPED, ("b.png", png())))
    assert other.id != first.id, "another file makes another form"
    assert door.service.database is not None
    await door.service.database.collection("files.files").update_many(
        {}, {"$set": {"uploadDate": real_now() - timedelta(days=2)}}
    )
    assert await door.files.remove_unnamed(door.submissions.naming) == 1, "the second copy is nobody's"


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
        transport = httpx.ASGITransport(door.service.app, client=(ELSEWHERE, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://intake") as elsewhere:
            assert (await elsewhere.post(FORM, data=TYPED)).status_code == 303, "everybody else notices nothing"


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
