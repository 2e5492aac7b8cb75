"""The citizens' door on real servers: what is taken is durable, what is refused leaves nothing behind.

One stack of servers and intake alone serves the whole module; its last test takes the database away.
"""

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from services.intake.codes import new_code
from services.intake.pages.notice import VERSION
from services.intake.pages.web import MOST_BYTES
from shared.contracts.people import MAX_QUESTION
from tests.servers import RunningSystem, running

SUBMISSIONS = "/api/v1/communes/thanh-tri/submissions"
ASKED = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"
TYPED = {
    "name": "Nguyễn Thị Mai",
    "phone": "0912345678",
    "address": "Số 5, thôn Nội",
    "procedures": ASKED,
    "consent": VERSION,
}
KINDS = {
    "docx": (b"PK", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (b"%PDF-", "application/pdf"),
}


def form(**changes: Any) -> dict[str, Any]:
    return {"name": "Nguyễn Thị Mai", "phone": "0912345678", "questions": [{"text": ASKED}]} | changes


@dataclass(frozen=True)
class Door:
    """Intake as a citizen reaches it, and what it has stored."""

    system: RunningSystem
    http: httpx.Client
    database: Any

    def stored(self) -> tuple[int, int]:
        """How many submissions the database has, and how many events the stream, once all is published."""
        wait_until(lambda: self.http.get("/status").json()["outbox"] == 0)
        found = httpx.get(f"{self.system.addresses.nats_monitor_url}/jsz?streams=true").json()
        streams = found["account_details"][0]["stream_detail"]
        events = next(stream["state"]["messages"] for stream in streams if stream["name"] == "EVENTS")
        return self.database.submissions.count_documents({}), events

    @contextmanager
    def storing_nothing(self) -> Iterator[None]:
        before = self.stored()
        yield
        assert self.stored() == before

    def post(self, body: Any, path: str = SUBMISSIONS) -> httpx.Response:
        return self.http.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with running(services=["intake"]) as system:
        url = system.addresses.mongo_url
        with httpx.Client(base_url=system.addresses.public_url, timeout=20) as http, MongoClient(url) as mongo:
            yield Door(system, http, mongo["doithoai_intake"])


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:200]
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["title"]
    assert told["detail"].endswith(".")
    return told


def test_a_form_is_durable_and_said_once_its_receipt_is_out(door: Door) -> None:
    answer = door.post(form(questions=[{"section": "handling", "text": ASKED}, {"text": "Lệ phí bao nhiêu?"}]))
    receipt = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/submissions/{receipt['code']}"
    assert (receipt["on_time"], receipt["dialogue"], receipt["duplicate"]) == (False, None, False)
    assert [question["section"] for question in receipt["questions"]] == ["handling", "procedures"]
    found = door.database.submissions.find_one({"code": receipt["code"]})
    assert found["registrant"]["name"] == "Nguyễn Thị Mai"
    assert len(found["events"]) == 1


def test_the_same_form_sent_twice_gets_its_first_receipt(door: Door) -> None:
    first = door.post(form(name="Lê Văn Hùng"))
    with door.storing_nothing():
        again = door.post(form(name=" lê  văn hùng ", phone="0912 345 678"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"duplicate": True}


def test_ten_at_once_get_one_receipt(door: Door) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: door.post(form(name="Trần Bình")), range(10)))
    assert len({answer.json()["code"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]


def test_the_fullest_form_reaches_the_stream(door: Door) -> None:
    """Vietnamese letters take up to three bytes; an event may not outgrow what the broker carries."""
    before = door.stored()
    fullest = form(questions=[{"text": f"{number:02}" + "ế" * (MAX_QUESTION - 2)} for number in range(20)])
    answer = door.http.post(SUBMISSIONS, json=fullest)
    assert answer.status_code == 201
    assert door.stored() == (before[0] + 1, before[1] + 1)


def test_control_characters_are_cleaned_away_and_the_form_is_taken(door: Door) -> None:
    answer = door.post(form(name="Ngô\x00 \x07Thị\u202e Lan", questions=[{"text": "Hỏi\x00 \x1b[2Jgì\ud800?"}]))
    assert answer.status_code == 201
    found = door.database.submissions.find_one({"code": answer.json()["code"]})
    assert found["registrant"]["name"] == "Ngô Thị Lan"
    assert found["questions"][0]["text"] == "Hỏi [2Jgì?"


@pytest.mark.parametrize(
    ("changes", "pointers", "because"),
    [
        ({"questions": []}, ["#/questions"], "nothing is asked"),
        ({"questions": [{"text": " \n "}]}, ["#/questions"], "only blanks are asked"),
        ({"phone": None}, ["#"], "no way to reach the person"),
        ({"name": "N" * 10_000}, ["#/name"], "a name of 10,000 characters"),
        ({"name": "\x00\x01\x02"}, ["#/name"], "a name of control characters alone"),
        ({"questions": [{"text": "a" * 100_000}]}, ["#/questions/0/text"], "a question of 100 kB"),
        ({"questions": [{"text": ASKED}] * 21}, ["#/questions"], "21 questions"),
        ({"email": "mai@example.vn\r\nBcc: ai@example.vn"}, ["#/email"], "a second header in the e-mail"),
        ({"name": None}, ["#/name"], "a name that is null"),
        ({"name": 5, "phone": ["0912345678"]}, ["#/name", "#/phone"], "wrong types"),
        ({"questions": "một câu hỏi"}, ["#/questions"], "text instead of a list"),
        ({"questions": [ASKED]}, ["#/questions/0"], "text instead of a question"),
        ({"questions": [{"section": "other", "text": ASKED}]}, ["#/questions/0/section"], "a section nobody knows"),
        ({"questions": [{"section": "handling"}]}, ["#/questions/0/text"], "a question without its text"),
    ],
)
def test_a_wrong_form_is_refused_in_words_that_point_at_it(
    door: Door, changes: dict[str, Any], pointers: list[str], because: str
) -> None:
    with door.storing_nothing():
        answer = door.post(form(**changes))
    assert answer.status_code == 422, because
    told = problem_of(answer)
    assert [error["pointer"] for error in told["errors"]] == pointers, because
    assert all(error["detail"].endswith(".") for error in told["errors"]), because


@pytest.mark.parametrize(
    ("body", "kind", "status", "because"),
    [
        (b'{"name": "Mai", ', "application/json", 422, "broken JSON"),
        (b"", "application/json", 422, "nothing at all"),
        (b"[]", "application/json", 422, "a list is no form"),
        (b"null", "application/json", 422, "null is no form"),
        (b"[" * 100_000, "application/json", 400, "nested deeper than anybody reads"),
        (b'{"name": "\xc3\x28"}', "application/json", 400, "not UTF-8"),
        (b"1" * 10_000, "application/json", 400, "a number too long to be one"),
        (json.dumps(form()).encode(), "text/plain", 422, "JSON that does not say so"),
        (b"name=Mai&phone=0912345678", "application/x-www-form-urlencoded", 422, "the page's way, at the API"),
    ],
)
def test_what_is_no_json_form_is_refused(door: Door, body: bytes, kind: str, status: int, because: str) -> None:
    with door.storing_nothing():
        answer = door.http.post(SUBMISSIONS, content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, because
    assert "JSON" in problem_of(answer)["detail"], because


@pytest.mark.parametrize("commune", ["khong-co", "%00", "a" * 5_000, "..%2f..%2fetc", "Xã%20Lạ"])
def test_an_unknown_commune_is_named(door: Door, commune: str) -> None:
    with door.storing_nothing():
        answer = door.post(form(), f"/api/v1/communes/{commune}/submissions")
    assert answer.status_code == 404
    assert len(problem_of(answer)["detail"]) < 200


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_50_mb_is_refused_and_never_held(door: Door, announced: bool) -> None:
    intake = psutil.Process(door.system.pids["intake"])
    size, piece = 50_000_000, b" " * 100_000
    headers = {"Content-Type": "application/json"} | ({"Content-Length": str(size)} if announced else {})
    before = intake.memory_info().rss
    with door.storing_nothing():
        answer = door.http.post(SUBMISSIONS, content=(piece for _ in range(size // len(piece))), headers=headers)
    assert answer.status_code == 413
    assert "2 MB" in problem_of(answer)["detail"]
    assert intake.memory_info().rss - before < 10 * MOST_BYTES


deep = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
odd = deep | st.sampled_from(["", "0912345678", "mai@example.vn", "Mai", [], [{"text": ASKED}], "\x00", "\ud800"])
bodies = deep | st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("name", "phone", "email", "address", "questions", "section", "text"), odd)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_whatever_json_comes_the_answer_is_a_receipt_or_a_clear_refusal(door: Door, body: Any) -> None:
    answer = door.post(body)
    assert answer.status_code in (200, 201, 422), answer.text
    if answer.status_code == 422:
        assert problem_of(answer)["errors"]


def test_a_code_alone_shows_nothing(door: Door) -> None:
    code = door.post(form(name="Đỗ Thị Hà", email="ha@example.vn")).json()["code"]
    for contact in ("5678", "ha@example.vn"):
        told = door.http.get(f"/api/v1/submissions/{code.lower()}", params={"contact": contact})
        assert told.status_code == 200
        assert told.json()["questions"][0]["state"] == "Chờ phân loại"
    wrong = door.http.get(f"/api/v1/submissions/{code}", params={"contact": "5679"})
    unknown = door.http.get(f"/api/v1/submissions/{new_code()}", params={"contact": "5678"})
    assert wrong.status_code == unknown.status_code == 404
    assert problem_of(wrong) == problem_of(unknown)
    assert problem_of(door.http.get(f"/api/v1/submissions/{code}"))["errors"][0]["parameter"] == "contact"


def test_an_error_is_a_page_for_a_person_and_a_problem_for_a_program(door: Door) -> None:
    assert door.http.get("/api/khong-co").headers["content-type"] == "application/problem+json"
    assert "Không có trang này" in door.http.get("/khong-co").text
    assert problem_of(door.http.get(SUBMISSIONS))["title"] == "Không được phép"
    assert door.http.get(SUBMISSIONS).headers["allow"] == "POST"
    broken = door.http.post("/xa/thanh-tri", content=b"--x", headers={"Content-Type": "multipart/form-data"})
    file = door.http.post("/xa/thanh-tri", files={"name": ("a.txt", b"Mai")})
    large = door.http.post("/xa/thanh-tri", data={"procedures": "a" * MOST_BYTES})
    for answer, status in ((broken, 400), (file, 422), (large, 413)):
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert "<h1>" in answer.text


@pytest.mark.parametrize(
    ("changes", "told", "because"),
    [
        ({"procedures": ""}, "ít nhất một câu hỏi", "nothing is asked"),
        ({"procedures": "\n\n".join(f"Câu hỏi số {n} là gì?" for n in range(21))}, "nhiều nhất 20 câu", "21 questions"),
        ({"procedures": "Vì sao chậm? " * 3_000}, "dài quá 20.000 ký tự", "longer than a question may be"),
        ({"phone": "", "address": ""}, "ít nhất một cách liên hệ", "no way to answer"),
        ({"name": "<script>alert(1)</script>" * 10}, "dài quá 200 ký tự", "nothing typed becomes markup"),
        ({"email": "mai@"}, "thư điện tử chưa đúng", "half an address"),
        ({"consent": ""}, "đánh dấu vào ô đồng ý", "nobody agreed"),
        ({"consent": "2020-01"}, "đánh dấu vào ô đồng ý", "what was agreed to is not what is told now"),
    ],
)
def test_a_wrong_page_comes_back_as_it_was_typed(door: Door, changes: dict[str, str], told: str, because: str) -> None:
    typed = TYPED | changes
    with door.storing_nothing():
        answer = door.http.post("/xa/thanh-tri", data=typed)
    assert answer.status_code == 422, because
    assert told in answer.text, because
    assert "<script>alert" not in answer.text
    for value in (typed[name] for name in typed if name != "consent"):
        assert value.replace("<", "&lt;").replace(">", "&gt;") in answer.text, because


def test_pages_carry_what_protects_their_reader(door: Door) -> None:
    code = door.post(form(name="Vũ Thị Thu")).json()["code"]
    forms = ("/xa/thanh-tri", "/tra-cuu")
    for path in ("/", *forms, f"/phieu/{code}", "/khong-co", "/api/docs"):
        page = door.http.get(path)
        assert "default-src 'self'" in page.headers["content-security-policy"], path
        assert page.headers["referrer-policy"] == ("same-origin" if path in forms else "no-referrer")
        assert "style=" not in page.text
        assert "<script>" not in page.text
        assert not re.search(r'(src|href|action)="(https?:)?//', page.text), "nothing comes from another server"


def test_the_form_and_the_plan_are_downloaded_from_the_pages_of_the_commune(door: Door) -> None:
    for path in ("/xa/thanh-tri", "/xa/thanh-tri/hoi-nghi"):
        page = door.http.get(path).text
        links = re.findall(r'href="(/xa/thanh-tri/(?:mau-phieu|ke-hoach)[^"]*)"', page)
        assert sorted(links) == [f"/xa/thanh-tri/{name}.{kind}" for name in ("ke-hoach", "mau-phieu") for kind in KINDS]
        for link in links:
            file = door.http.get(link)
            signature, media_type = KINDS[link.rpartition(".")[2]]
            assert file.status_code == 200
            assert file.content.startswith(signature)
            assert file.headers["content-type"] == media_type
            assert file.headers["content-disposition"].startswith("attachment; ")
            assert "default-src 'self'" in file.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/xa/thanh-tri/ke-hoach.exe", "Kế hoạch chỉ có bản Word và bản PDF."),
        ("/xa/khong-co/ke-hoach.docx", "Chưa có xã, phường nào"),
        ("/xa/khong-co/mau-phieu.docx", "Chưa có xã, phường nào"),
    ],
)
def test_a_download_that_is_not_there_is_told_on_a_page(door: Door, path: str, told: str) -> None:
    answer = door.http.get(path)
    assert answer.status_code == 404
    assert told in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_the_description_of_the_api_is_readable_and_true(door: Door) -> None:
    page, document = door.http.get("/api/docs").text, door.http.get("/api/openapi.json").json()
    assert set(document["paths"]) == {"/api/v1/communes/{commune}/submissions", "/api/v1/submissions/{code}"}
    for path in document["paths"]:
        assert path in page
    posting = document["paths"]["/api/v1/communes/{commune}/submissions"]["post"]["responses"]
    assert set(posting) == {"200", "201", "400", "404", "409", "413", "422", "429", "503"}
    example = document["components"]["schemas"]["Form"]["example"]
    receipt = door.post(example)
    assert receipt.status_code == 201
    assert set(receipt.json()) == set(document["components"]["schemas"]["Receipt"]["properties"])
    status = door.http.get(f"/api/v1/submissions/{receipt.json()['code']}", params={"contact": example["email"]})
    assert set(status.json()) == set(document["components"]["schemas"]["SubmissionStatus"]["properties"])


def test_whoever_says_that_he_forwards_for_others_is_not_believed(door: Door) -> None:
    """Else every request could come from an address of its own, and no limit would ever hold."""
    first = door.post(form(name="Cao Thị Xa"))
    headers = {"Content-Type": "application/json", "X-Forwarded-For": "198.51.100.9"}
    again = door.http.post(SUBMISSIONS, content=json.dumps(form(name="Cao Thị Xa")), headers=headers)
    assert (again.status_code, again.json()["code"]) == (200, first.json()["code"]), "it is the same network still"


def test_a_database_that_is_away_costs_a_citizen_a_second_try_and_nothing_else(door: Door) -> None:
    """It hangs first, which is the harder way to be away, then dies and is started again."""
    code = door.post(form(name="Bùi Văn Nam")).json()["code"]
    mine = form(name="Hà Thị Xuân", phone="0987654321")
    door.system.kill("database", signal.SIGSTOP)
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            api = pool.submit(door.post, mine)
            page = pool.submit(door.http.post, "/xa/thanh-tri", data=TYPED | {"name": "Hà Thị Xuân"})
            tracking = pool.submit(door.http.get, f"/api/v1/submissions/{code}", params={"contact": "5678"})
            home = pool.submit(door.http.get, "/")
            answers = [future.result() for future in (api, page, tracking, home)]
        assert time.monotonic() - began < 10
    finally:
        door.system.crash("database")
    assert [answer.status_code for answer in answers] == [503] * 4
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert "gửi lại nhiều lần cũng chỉ tính một phiếu" in problem_of(answers[0])["detail"]
    assert "vẫn được giữ nguyên" in problem_of(answers[2])["detail"]
    assert "gián đoạn" in answers[1].text
    for name in ("phone", "address", "procedures"):
        assert TYPED[name] in answers[1].text, "what was typed is still there"
    assert "Chưa có hội nghị" not in answers[1].text, "what is not known is not said"
    wait_until(lambda: door.post(mine).status_code in (200, 201), seconds=20)
    assert door.post(mine).status_code == 200
    assert door.database.submissions.count_documents({"registrant.phone": "0987654321"}) == 1
