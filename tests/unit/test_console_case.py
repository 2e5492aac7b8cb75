"""The page of a case with its record: next step, time line, terms drawn, who decides, and what a stale page is told."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.console import offers
from services.console.acting import Acting, chosen
from services.console.case import deciders, stale
from services.console.case.versions import since_handed_in
from services.console.commands import Attempt
from services.console.story import Line
from shared.communes import Communes
from shared.contracts import Event, Refused, Role
from shared.contracts.deadlines import DeadlineMissed, DeadlineMoved, DeadlineSet
from shared.contracts.intake import RegistrantCorrected
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    DraftKept,
    ExtensionRequested,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionSettled,
    QuestionTransferred,
)
from tests.builders import (
    COMMUNE,
    NOW,
    QUESTION,
    SUBMISSION,
    of_deadline,
    of_form,
    of_message,
    of_question,
    question,
    submission_received,
)
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing
from tests.unit.test_console_view import messages, the_question, view_of

CASE = f"/ho-so/{SUBMISSION}"
CHAIRMAN, HEAD, ECONOMY_OFFICER = "loi.lanhdao@hanoi.example", "nga.hcc@hanoi.example", "toan.kinhte@hanoi.example"
LATER = NOW + timedelta(days=1)
RECEIVED = submission_received(questions=(question(1),))
ASSIGNED = of_question(QuestionAssigned)
TERM = of_deadline(DeadlineSet)
KEPT = of_question(DraftKept, text="Ông/bà mang căn cước đến Trung tâm.")
FIRST = of_question(AnswerDrafted, draft=2, text="Ông/bà mang căn cước đến xã.", awaits=(Role.HEAD,))
RETURNED = of_question(AnswerReturned, draft=2)
SECOND = of_question(AnswerDrafted, draft=3, text="Ông/bà mang căn cước và lệ phí đến xã.", awaits=(Role.HEAD,))
ENDORSED = of_question(AnswerEndorsed, draft=3, awaits=(Role.OFFICE_HEAD, Role.CHAIRMAN))
STALE = Refused(code="stale", reason="Hồ sơ đã thay đổi.", changes=("answer-returned",))


class Recorded(Routing):
    """A routing beside a stream that holds the record of the case."""

    def __init__(self, events: Sequence[Event], **answers: Any) -> None:
        super().__init__(**answers)
        self._record = messages(*events)
        self._answers: Iterator[SimpleNamespace] = iter(())

    def new_inbox(self) -> str:
        return "inbox"

    async def subscribe(self, inbox: str) -> "Recorded":
        self._answers = iter(())
        return self

    async def unsubscribe(self) -> None: ...

    async def publish(self, subject: str, body: bytes, reply: str) -> None:
        """The broker's direct get of several: what lies there, then the end."""
        start = json.loads(body)["seq"]
        lying = [
            SimpleNamespace(data=one.body, headers={"Nats-Sequence": str(place), "Nats-Num-Pending": "0"})
            for place, one in enumerate(self._record, 1)
            if place >= start
        ]
        self._answers = iter([*lying, SimpleNamespace(data=b"", headers={"Status": "204"})])

    async def next_msg(self, timeout: float) -> SimpleNamespace:
        return next(self._answers)


def desk(folder: Path, *events: Event, worker: str = CLERK, **answers: Any) -> Desk:
    return Desk(folder, Recorded(events, **answers), events, worker=worker)


async def page(folder: Path, *events: Event, worker: str = CLERK, sight: str = "") -> str:
    answer = await desk(folder, *events, worker=worker).get(CASE + sight)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def form_of(html: str, verb: str) -> str:
    """The markup of the form of a command."""
    form: str
    [form] = [one for one in re.findall(r"<form.*?</form>", html, re.DOTALL) if f'value="{verb}"' in one[:600]]
    return form


def acting(worker: str) -> Acting:
    return chosen(Communes.load(), COMMUNE, worker)


# --- the next step --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "events", "next_step", "beside", "because"),
    [
        (
            CLERK,
            [of_question(QuestionAwaitsTriage)],
            "assign-question",
            {"redirect-question"},
            "it is to be given away",
        ),
        (CLERK, [ASSIGNED], None, set(), "the department has it"),
        (OFFICER, [ASSIGNED], "draft-answer", {"request-extension", "hand-back"}, "his department answers"),
        (
            OFFICER,
            [ASSIGNED, of_question(QuestionTransferred)],
            "accept-transfer",
            {"draft-answer"},
            "it is not his yet",
        ),
        (OFFICER, [ASSIGNED, FIRST], None, {"draft-answer"}, "somebody else decides"),
        (HEAD, [ASSIGNED, FIRST], "approve-answer", {"return-answer"}, "she decides"),
        (CHAIRMAN, [ASSIGNED, of_question(ExtensionRequested)], "extend-term", set(), "more time was asked for"),
        (CHAIRMAN, [ASSIGNED], None, {"extend-term"}, "nobody asked for more time"),
        (
            CLERK,
            [ASSIGNED, of_question(AnswerApproved), of_question(QuestionSettled)],
            None,
            {"rate-answer"},
            "all done",
        ),
    ],
)
def test_one_next_step_at_most_stands_before_the_others(
    tmp_path: Path, worker: str, events: list[Event], next_step: str | None, beside: set[str], because: str
) -> None:
    asked = the_question(view_of(tmp_path, RECEIVED, *events))
    found = offers.arranged(offers.for_question(acting(worker), asked), asked)
    assert (found.next.verb if found.next else None) == next_step, because
    assert beside <= {offer.verb for offer in found.beside}, because
    assert not {offer.verb for offer in found.beside} & {offer.verb for offer in found.rare}, because


async def test_the_next_step_is_open_and_its_button_alone_is_the_main_one(tmp_path: Path) -> None:
    html = await page(tmp_path, RECEIVED, ASSIGNED, worker=OFFICER)
    assert re.findall(r'<details class="act ([\w-]+ main)" open', html) == ["is-next main"]
    assert "Soạn câu trả lời" in html[html.index("is-next main") :][:200]
    assert html.index("Việc khác") < html.index('value="transfer-question"'), "rare ones stand behind a word"


@pytest.mark.parametrize(
    ("worker", "department", "told", "because"),
    [
        (ECONOMY_OFFICER, "phong-kinh-te", "Trưởng phòng Bùi Thị Hải", "the head of his department looks first"),
        ("hai.kinhte@hanoi.example", "phong-kinh-te", "Chánh Văn phòng", "nobody passes what she wrote herself"),
    ],
)
def test_whoever_hands_in_is_told_who_decides(worker: str, department: str, told: str, because: str) -> None:
    assert deciders.first_deciders(acting(worker), department).startswith(told), because


async def test_before_an_answer_is_handed_in_the_page_says_who_decides_and_that_nothing_is_sent(tmp_path: Path) -> None:
    form = form_of(await page(tmp_path, RECEIVED, ASSIGNED, worker=OFFICER), "draft-answer")
    assert "Trình xong, Trưởng phòng Nguyễn Thu Nga quyết định trước; người hỏi chưa nhận gì" in form
    assert "Trình Trưởng phòng Nguyễn Thu Nga duyệt?" in form


# --- approval -------------------------------------------------------------------------------------------------------


async def test_whoever_decides_sees_what_changed_since_a_version_was_handed_in(tmp_path: Path) -> None:
    html = await page(tmp_path, RECEIVED, ASSIGNED, KEPT, FIRST, RETURNED, SECOND, worker=HEAD)
    assert "So với bản 2 đã trình trước: thêm 3 chữ, bỏ 0 chữ" in html
    assert "<ins>và lệ phí </ins>" in html
    approve = form_of(html, "approve-answer")
    assert "được chuyển đến người duyệt bước tiếp theo; chưa gửi cho ai" in approve
    assert "bốn mắt" in approve


async def test_the_last_to_decide_reads_to_whom_the_answer_goes(tmp_path: Path) -> None:
    late = submission_received(questions=(question(1),), dialogue=None, on_time=False)
    html = await page(tmp_path, late, ASSIGNED, SECOND, ENDORSED, worker=CHAIRMAN)
    approve = form_of(html, "approve-answer")
    assert "được gửi cho ông/bà Nguyễn Thị Mai qua thư điện tử mai@nguoidan.example" in approve
    assert "Sau khi duyệt không sửa được nữa." in approve


async def test_whoever_wrote_a_draft_is_told_that_somebody_else_decides(tmp_path: Path) -> None:
    own = of_question(AnswerDrafted, draft=2, drafted_by="Nguyễn Thu Nga", awaits=(Role.HEAD,))
    html = await page(tmp_path, RECEIVED, ASSIGNED, own, worker=HEAD)
    assert "không ai tự duyệt lời của mình" in html
    assert 'value="approve-answer"' not in html


def test_the_first_version_that_is_handed_in_has_changed_nothing(tmp_path: Path) -> None:
    drafts = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, KEPT, FIRST)).drafts
    assert since_handed_in(drafts).before is None, "what was only kept nobody has judged"


# --- the editor -----------------------------------------------------------------------------------------------------


async def test_an_answer_is_looked_over_before_it_is_handed_in_and_nothing_is_sent(tmp_path: Path) -> None:
    at = desk(tmp_path, RECEIVED, ASSIGNED, KEPT, worker=OFFICER)
    typed = {
        "verb": "draft-answer",
        "question": QUESTION,
        "version": "2",
        "text": "Ông/bà mang hộ chiếu đến Trung tâm.",
    }
    answer = await at.send(CASE, {**typed, "key": "01JKEY", "look": "1"})
    html = unescape(answer.text)
    assert answer.status_code == 200
    assert "Người hỏi sẽ đọc" in html
    assert "<del>căn cước </del><ins>hộ chiếu </ins>" in html
    assert "Ông/bà mang hộ chiếu đến Trung tâm.</textarea>" in html


# --- a page that is out of date -------------------------------------------------------------------------------------

ON_QUESTION = {"question": QUESTION, "version": "1", "key": "01JKEY"}
WROTE = "Điều đã viết, không được mất."
BY_FORM: list[tuple[str, str, list[Event], dict[str, str], str]] = [
    (OFFICER, "draft-answer", [ASSIGNED], {"text": WROTE}, "the answer"),
    (OFFICER, "hand-back", [ASSIGNED], {"reason": WROTE}, "why it goes back"),
    (
        OFFICER,
        "request-extension",
        [ASSIGNED],
        {"working_days": "3", "reason": WROTE, "requirement": "r", "responsible": "p"},
        "why more time is needed",
    ),
    (OFFICER, "ask-coordination", [ASSIGNED], {"matter": WROTE, "phoi-hop-cong-an": "1"}, "what others are asked"),
    (
        OFFICER,
        "transfer-question",
        [ASSIGNED],
        {"field": "land", "department": "phong-kinh-te", "reason": WROTE, "clock": "pauses"},
        "why it is another's",
    ),
    (HEAD, "return-answer", [ASSIGNED, FIRST], {"remarks": WROTE}, "what is to be mended"),
    (
        CLERK,
        "assign-question",
        [of_question(QuestionAwaitsTriage, scope="in-scope")],
        {"field": "land", "department": "phong-kinh-te", "reason": WROTE},
        "why it is whose",
    ),
    (
        CLERK,
        "redirect-question",
        [of_question(QuestionAwaitsTriage, scope="in-scope")],
        {"scope": "complaint", "authority": "Tòa án", "guidance": WROTE},
        "the guidance",
    ),
    (
        CLERK,
        "refer-question-up",
        [of_question(QuestionAwaitsTriage, scope="in-scope")],
        {"authority": "Thành phố", "reason": WROTE},
        "why it is referred up",
    ),
    (
        CLERK,
        "split-question",
        [of_question(QuestionAwaitsTriage, scope="in-scope")],
        {"places": "2", "phan-1": WROTE, "phan-2": "Hai"},
        "the matters",
    ),
    (
        CHAIRMAN,
        "extend-term",
        [ASSIGNED],
        {"working_days": "3", "reason": WROTE, "requirement": "r", "responsible": "p"},
        "why it is extended",
    ),
    (CLERK, "group-question", [ASSIGNED], {"topic": WROTE}, "the topic"),
    (CLERK, "prioritise-question", [ASSIGNED], {"pressing": "true", "reason": WROTE}, "why it is pressing"),
]


@pytest.mark.parametrize(("worker", "verb", "events", "typed", "because"), BY_FORM)
async def test_every_form_of_a_stale_page_keeps_what_was_typed_and_can_be_sent_again(
    tmp_path: Path, worker: str, verb: str, events: list[Event], typed: dict[str, str], because: str
) -> None:
    since = of_question(DraftKept, kept_by="Đỗ Minh Quân") if worker != HEAD else of_question(ExtensionRequested)
    at = desk(tmp_path, RECEIVED, *events, since, worker=worker, **{verb.replace("-", "_"): STALE})
    answer = await at.send(CASE, {**ON_QUESTION, **typed, "verb": verb, "version": str(len(events))})
    html = unescape(answer.text)
    assert answer.status_code == 409, because
    form = form_of(html, verb)
    assert WROTE in form, because
    assert f'name="version" value="{len(events) + 1}"' in form, "as it stands now, to be sent again"
    assert "Đỗ Minh Quân: " in form, "what came since, and who did it"


async def test_what_was_typed_in_a_form_that_has_gone_stands_to_be_copied(tmp_path: Path) -> None:
    events = [RECEIVED, ASSIGNED, of_question(AnswerApproved), of_question(QuestionSettled)]
    at = desk(tmp_path, *events, worker=OFFICER, draft_answer=STALE)
    answer = await at.send(CASE, {**ON_QUESTION, "verb": "draft-answer", "text": WROTE})
    html = unescape(answer.text)
    assert re.search(rf'<textarea id="kept-text"[^>]*readonly>\s*{re.escape(WROTE)}</textarea>', html)
    assert "Nguyễn Văn Lợi: Duyệt câu trả lời" in html


async def test_a_form_about_the_registrant_is_told_what_came_since(tmp_path: Path) -> None:
    at = desk(tmp_path, RECEIVED, of_form(RegistrantCorrected), correct_registrant=STALE)
    typed = {"submission": SUBMISSION, "version": "1", "key": "01JKEY", "name": "Nguyễn Thị Mơ", "phone": "0912345678"}
    answer = await at.send(CASE, {**typed, "verb": "correct-registrant", "reason": WROTE})
    form = form_of(unescape(answer.text), "correct-registrant")
    assert 'value="Nguyễn Thị Mơ"' in form
    assert "Sửa thông tin liên hệ" in form


@pytest.mark.parametrize(
    ("version", "told", "because"),
    [
        ("1", ("B: hai, 20/04/2026 09:30", "C: ba, 20/04/2026 09:30"), "what came after the version that was seen"),
        ("3", ("returned",), "the history does not have it: the words that the service gave"),
        ("", ("returned",), "a form without a version"),
    ],
)
def test_what_came_since_is_told_by_name(version: str, told: tuple[str, ...], because: str) -> None:
    lines = [Line(NOW, who, what, on=QUESTION, sequence=place) for place, who, what in
             [(1, "A", "một"), (2, "B", "hai"), (3, "C", "ba")]]  # fmt: skip
    lines.append(Line(NOW, "D", "khác", on=f"{SUBMISSION}-9", sequence=7))
    attempt = Attempt("hand-back", QUESTION, {"version": version}, 409, "", changes=("returned",))
    assert stale.named(attempt, lines).changes == told, because


# --- the time line and the terms ------------------------------------------------------------------------------------


async def test_the_history_is_a_time_line_by_days_that_can_be_filtered(tmp_path: Path) -> None:
    letters = [of_message(NotificationQueued), of_message(NotificationSent)]
    late = of_deadline(DeadlineMissed, occurred_at=LATER)
    events = [RECEIVED, ASSIGNED, TERM, *letters, late]
    html = await page(tmp_path, *events)
    assert html.index("Thứ Hai, 20/04/2026") < html.index("Thứ Ba, 21/04/2026")
    assert "Hệ thống: 4 việc" in html, "what the system did in one minute is one entry"
    assert re.search(r'<li id="sk-[^"]+" class="late">', html)
    of_letters = await page(tmp_path, *events, sight="?xem=thu")
    assert "Hệ thống: 4 việc" not in of_letters
    assert "Giao Trung tâm" not in of_letters[of_letters.index('id="dien-bien"') :]
    assert 'id="xem-thu"' in of_letters
    assert of_letters.count('aria-current="true"') == 1


async def test_terms_are_drawn_and_told_as_a_table(tmp_path: Path) -> None:
    moved = of_deadline(
        DeadlineMoved, due_at=datetime(2026, 5, 5, 10, tzinfo=UTC), cause="extension", reason="Chờ xác minh."
    )
    html = await page(tmp_path, RECEIVED, ASSIGNED, TERM, moved)
    assert 'role="img" aria-label="Từ 20/04/2026 09:30 đến 05/05/2026 17:00, còn 15 ngày"' in html
    table = html[html.index('class="as-table"') :]
    assert "dời từ 28/04/2026 17:00 đến 05/05/2026 17:00, gia hạn: Chờ xác minh." in table
    assert "hình vẽ coi thứ Bảy, Chủ nhật là ngày nghỉ" in html, "deadlines is away"


async def test_a_case_can_be_read_in_english_and_the_record_stays_as_it_is(tmp_path: Path) -> None:
    at = desk(tmp_path, RECEIVED, ASSIGNED, TERM, worker=OFFICER)
    at._cookies["doithoai_language"] = "en"
    html = unescape((await at.get(CASE)).text)
    for told in ("Write the answer", "Submit for approval", "How it is counted", "History", "E-mail"):
        assert told in html
    assert RECEIVED.questions[0].text in html
    assert "Gửi phiếu K7QX-3M9D" in html
