"""The library on real servers: what routing publishes stands on the pages, and is taken out again."""

from collections.abc import AsyncIterator
from time import perf_counter
from urllib.parse import quote

import pytest

from services.intake.library.shelf import entry_id
from services.intake.library.store import Catalogue, Library
from services.intake.pages.library_pages import HINTS_AN_HOUR
from shared.contracts.routing import AnswerPublished, AnswerUnpublished
from tests.builders import NOW, of_question
from tests.integration.test_dialogues import Office, serving
from tests.servers import Servers

PATH = "/xa/thanh-tri/hoi-dap"
ASKED = "Cấp lại giấy khai sinh bị mất cần những giấy tờ gì?"
FIRST = entry_id("01JFORM001-1")


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with serving(fresh) as found:
        yield found


async def publish(office: Office, number: int, asked: str, **changes: object) -> None:
    case = f"01JFORM{number:03}"
    event = of_question(AnswerPublished, case=case, question=f"{case}-1", asked=asked, **changes)
    await office.hear(event)


async def test_what_is_published_is_shown_found_and_taken_out_again(office: Office) -> None:
    assert "Chưa có câu trả lời nào được đăng" in (await office.http.get(PATH)).text
    await publish(office, 1, ASKED, answered="Mang <b>căn cước</b> đến bộ phận một cửa.")
    await publish(office, 2, "Bao giờ xã sửa đường thôn Nội bị ngập?", field="infrastructure")
    page = (await office.http.get(PATH)).text
    assert ASKED in page
    assert "&lt;b&gt;căn cước" in page, "what people wrote is never markup"
    found = (await office.http.get(PATH, params={"q": "giay khai sinh"})).text
    assert (ASKED in found, "đường thôn Nội" in found) == (True, False)
    assert "Có 1 câu hỏi về “giay khai sinh”." in found
    assert "Chưa có câu hỏi nào về “máy bay”." in (await office.http.get(PATH, params={"q": "máy bay"})).text
    entry = await office.http.get(f"{PATH}/{FIRST}")
    assert (entry.status_code, ASKED in entry.text) == (200, True)
    assert (await office.http.get(f"/xa/thanh-mai/hoi-dap/{FIRST}")).status_code == 404, "it is of another commune"
    assert ASKED not in (await office.http.get("/xa/thanh-mai/hoi-dap")).text
    taken_out = of_question(
        AnswerUnpublished, case="01JFORM001", question="01JFORM001-1", occurred_at=NOW.replace(hour=5)
    )
    await office.hear(taken_out, times=2)
    assert ASKED not in (await office.http.get(PATH)).text
    assert (await office.http.get(f"{PATH}/{FIRST}")).status_code == 404
    assert office.service.database is not None
    [kept] = await Library(office.service.database).find({"_id": FIRST})
    assert (kept.asked, kept.answered) == ("", ""), "its words are gone from the database, too"


async def test_neither_a_page_nor_a_hint_tells_of_which_form_a_question_was(office: Office) -> None:
    """Who knows a form's id could answer a mail that he never got."""
    await publish(office, 1, ASKED)
    for path in (PATH, f"{PATH}?q=khai+sinh", f"{PATH}/{FIRST}", f"/xa/thanh-tri/tuong-tu?q={quote(ASKED)}"):
        answer = await office.http.get(path)
        assert (answer.status_code, ASKED in answer.text, "01JFORM" in answer.text) == (200, True, False), path
    assert (await office.http.get(f"{PATH}/01JFORM001-1")).status_code == 404


async def test_a_long_library_has_pages(office: Office) -> None:
    for number in range(25):
        await publish(office, number, f"Câu hỏi số {number} về đất đai?", occurred_at=NOW.replace(minute=number))
    first, second = [(await office.http.get(PATH, params={"trang": page})).text for page in ("1", "2")]
    assert ("Câu hỏi số 24 " in first, "Câu hỏi số 4 " in first) == (True, False)
    assert ("Câu hỏi số 24 " in second, "Câu hỏi số 4 " in second) == (False, True)
    assert 'rel="next"' in first
    assert "Trang này không có câu hỏi nào" in (await office.http.get(PATH, params={"trang": "9"})).text
    assert (await office.http.get(PATH, params={"trang": "x"})).status_code == 200


async def test_a_question_that_is_typed_meets_those_like_it_at_once(office: Office) -> None:
    await publish(office, 1, ASKED, answered="Mang căn cước. " * 100)
    await publish(office, 2, "Bao giờ xã sửa đường thôn Nội bị ngập?")
    path = "/xa/thanh-tri/tuong-tu"
    typed = "Toi bi mat giay khai sinh, xin cap lai giay khai sinh can giay to gi"
    started = perf_counter()
    answer = await office.http.get(path, params={"q": typed})
    assert perf_counter() - started < 0.5, "some 10 ms on an idle machine"
    [hint] = answer.json()
    assert (hint["asked"], hint["url"]) == (ASKED, f"{PATH}/{FIRST}")
    assert len(hint["answered"]) < 750
    for nothing in ("khai", "", "Xin hỏi về nước sạch của khu dân cư"):
        assert (await office.http.get(path, params={"q": nothing})).json() == [], nothing
    assert (await office.http.get(f"/xa/khong-co/tuong-tu?q={quote(typed)}")).status_code == 404


async def test_hints_are_limited_gently(office: Office) -> None:
    for _ in range(HINTS_AN_HOUR + 30):  # one more is free every three seconds
        answer = await office.http.get("/xa/thanh-tri/tuong-tu?q=x")
        if answer.status_code != 200:
            break
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert (await office.http.get(PATH)).status_code == 200, "the pages are open all the time"


async def test_another_replica_learns_of_an_entry(office: Office) -> None:
    assert office.service.database is not None
    other = Catalogue(Library(office.service.database))
    await other.refresh()
    await publish(office, 1, ASKED)
    await other.refresh()
    assert other.shelf("thanh-tri").search("khai sinh") == [FIRST]
