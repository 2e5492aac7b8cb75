"""`/`: what waits for whoever was chosen, by its terms; several drafts approved at once, and questions sorted."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console.acting import chosen
from services.console.view import View
from services.console.work import lists, my_work
from services.console.work.desk import decider_of
from services.console.work.lists import Filter
from services.console.work.my_work import Work
from shared.communes import Communes
from shared.contracts import Event, Refused, Role
from shared.contracts.deadlines import DeadlineMissed, DeadlineNear, DeadlinePaused, DeadlineSet
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    AssignQuestion,
    CoordinationAsked,
    DraftKept,
    ExtensionRequested,
    OpinionGiven,
    Proposal,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionJoined,
    ReturnAnswer,
)
from tests.builders import NOW, QUESTION, SUBMISSION, of_deadline, of_question, question, submission_received
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
OTHER_OFFICER, HEAD = "toan.kinhte@hanoi.example", "nga.hcc@hanoi.example"
OTHER_HEAD = "hai.kinhte@hanoi.example"
OFFICE_HEAD, CHAIRMAN = "huy.vanphong@hanoi.example", "loi.lanhdao@hanoi.example"
PROVINCE, OPERATOR = "chau.sonoivu@hanoi.example", "van-hanh"
SECTIONS = ("to_decide", "returned", "own", "coordinating", "triage", "wanted", "late")

RECEIVED = submission_received(questions=(question(1), question(2, "Bao giờ thôn Nội có nước sạch?")))
ASSIGNED = of_question(QuestionAssigned)
DRAFTED = of_question(AnswerDrafted, awaits=(Role.HEAD,))
ENDORSED = of_question(AnswerEndorsed)
RETURNED = of_question(AnswerReturned)
TERM = of_deadline(DeadlineSet)
DUE = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
SECOND = f"{SUBMISSION}-2"
PROPOSALS = tuple(
    Proposal(field=field, department=department, confidence=confidence)
    for field, department, confidence in (
        ("land", "phong-kinh-te", 0.41),
        ("civil-status", "trung-tam-hanh-chinh-cong", 0.32),
        ("other", "van-phong", 0.1),
    )
)
UNSURE = of_question(QuestionAwaitsTriage, scope="in-scope", proposals=PROPOSALS)
WORDS = "Ông/bà mang căn cước đến Trung tâm."


def kept(number: int, by: str = "Đỗ Minh Quân") -> DraftKept:
    fact: DraftKept = of_question(DraftKept, draft=number, text=WORDS, kept_by=by)
    return fact


def version(number: int, by: str = "Đỗ Minh Quân", text: str = WORDS) -> AnswerDrafted:
    """Handed in, for the head of the department to decide on."""
    fact: AnswerDrafted = of_question(AnswerDrafted, draft=number, text=text, drafted_by=by, awaits=(Role.HEAD,))
    return fact


def work(folder: Path, worker: str, events: Sequence[Event], now: datetime = NOW) -> Work:
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(RECEIVED, *events))
    with view.reading() as db:
        return my_work.work(db, chosen(COMMUNES, "thanh-tri", worker), now)


def in_list(folder: Path, worker: str, events: Sequence[Event]) -> bool:
    """Whether the list of what waits for this person has the first question; its number says the same."""
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(RECEIVED, *events))
    who = chosen(COMMUNES, "thanh-tri", worker)
    with view.reading() as db:
        found = lists.every_id(db, who.commune, Filter(only="to-decide", decider=decider_of(who)), NOW)
        assert lists.counts(db, who.commune, NOW, decider=decider_of(who)).to_decide == len(found)
    return QUESTION in found


def sections(found: Work) -> list[str]:
    """Where the first question waits."""
    told = {name: getattr(found, name) for name in SECTIONS} | {"own": found.by_term}
    return [name for name, tasks in told.items() if QUESTION in [task.id for task in tasks]]


# --- what waits for whom --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "events", "found", "because"),
    [
        (OFFICER, [ASSIGNED], ["own"], "his department answers it"),
        (HEAD, [ASSIGNED], ["own"], "and his head's"),
        (OTHER_OFFICER, [ASSIGNED], [], "it is not his department's"),
        (CLERK, [ASSIGNED], [], "the office has given it away"),
        (OFFICER, [ASSIGNED, DRAFTED], [], "it waits for others"),
        (HEAD, [ASSIGNED, DRAFTED], ["to_decide"], "for the head of the department"),
        (OTHER_HEAD, [ASSIGNED, DRAFTED], [], "not for the head of another"),
        (CHAIRMAN, [ASSIGNED, DRAFTED], [], "nor yet for the chairman"),
        (CHAIRMAN, [ASSIGNED, DRAFTED, ENDORSED], ["to_decide"], "whose turn comes now"),
        (OFFICE_HEAD, [ASSIGNED, DRAFTED, ENDORSED], ["to_decide"], "or the head of the office"),
        (HEAD, [ASSIGNED, DRAFTED, ENDORSED], [], "whoever has endorsed it is done with it"),
        (
            HEAD,
            [ASSIGNED, of_question(AnswerDrafted, awaits=(Role.HEAD,), drafted_by="Nguyễn Thu Nga")],
            [],
            "nobody judges what he wrote himself",
        ),
        (HEAD, [ASSIGNED, version(1, "NGUYỄN  Thu Nga")], [], "however his name is written"),
        (HEAD, [ASSIGNED, kept(1), version(1, "Nguyễn Thu Nga")], [], "nor what he handed in himself"),
        (HEAD, [ASSIGNED, version(1, "Nguyễn Thu Nga"), RETURNED, version(2)], [], "the words are still his own"),
        (HEAD, [ASSIGNED, kept(1, "Nguyễn Thu Nga"), version(2, text="Khác.")], ["to_decide"], "these words are not"),
        (OFFICER, [ASSIGNED, DRAFTED, RETURNED], ["returned"], "it came back with remarks"),
        (OFFICER, [ASSIGNED, DRAFTED, RETURNED, DRAFTED], [], "it is handed in again"),
        (OTHER_OFFICER, [ASSIGNED, of_question(CoordinationAsked)], ["coordinating"], "he is to say what he knows"),
        (OFFICER, [ASSIGNED, of_question(CoordinationAsked)], ["own"], "the lead has it as before"),
        (OTHER_OFFICER, [ASSIGNED, of_question(CoordinationAsked), of_question(AnswerApproved)], [], "it is over"),
        (CLERK, [UNSURE], ["triage"], "the office sorts"),
        (OFFICE_HEAD, [UNSURE], ["triage"], "with its head"),
        (CHAIRMAN, [UNSURE], [], "the chairman does not"),
        (CLERK, [ASSIGNED, of_question(QuestionHandedBack)], ["triage"], "the department gave it back"),
        (OFFICER, [ASSIGNED, of_question(QuestionHandedBack)], [], "and is rid of it"),
        (CHAIRMAN, [ASSIGNED, of_question(ExtensionRequested)], ["wanted"], "he may grant it"),
        (CLERK, [ASSIGNED, of_question(ExtensionRequested)], [], "she may not"),
        (
            CHAIRMAN,
            [ASSIGNED, of_question(ExtensionRequested), of_question(QuestionJoined, lead=SECOND)],
            [],
            "nobody may, of what gets the answer of another",
        ),
        (CHAIRMAN, [ASSIGNED, TERM, of_deadline(DeadlineMissed)], ["late"], "he answers for all"),
        (PROVINCE, [ASSIGNED, UNSURE, DRAFTED], [], "the superior decides no case"),
        (OPERATOR, [ASSIGNED, UNSURE, DRAFTED], [], "nor who runs the system"),
        ("", [ASSIGNED, UNSURE, DRAFTED], [], "nobody was chosen"),
    ],
)
def test_a_question_waits_for_whoever_has_to_do_something(
    tmp_path: Path, worker: str, events: list[Event], found: list[str], because: str
) -> None:
    assert sections(work(tmp_path, worker, events, DUE + timedelta(days=1))) == found, because
    assert in_list(tmp_path, worker, events) == ("to_decide" in found), because


@pytest.mark.parametrize(
    ("now", "events", "when", "because"),
    [
        (DUE + timedelta(hours=1), [], "late", "it ended an hour ago"),
        (DUE - timedelta(days=1), [of_deadline(DeadlineMissed)], "late", "deadlines says so"),
        (DUE - timedelta(hours=1), [], "today", "it ends today"),
        (DUE - timedelta(hours=17), [of_deadline(DeadlineNear)], "today", "since midnight in Vietnam"),
        (DUE - timedelta(hours=18), [of_deadline(DeadlineNear)], "near", "a day before"),
        (DUE - timedelta(days=5), [], "later", "there is time"),
        (DUE - timedelta(hours=1), [of_deadline(DeadlinePaused)], "later", "it stands still"),
    ],
)
def test_a_departments_questions_stand_by_their_terms(
    tmp_path: Path, now: datetime, events: list[Event], when: str, because: str
) -> None:
    found = work(tmp_path, OFFICER, [ASSIGNED, TERM, *events], now)
    assert [name for name, tasks in found.own.items() if tasks] == [when], because


def test_what_has_no_term_yet_comes_later(tmp_path: Path) -> None:
    assert [task.id for task in work(tmp_path, OFFICER, [ASSIGNED]).own["later"]] == [QUESTION]


@pytest.mark.parametrize(
    ("events", "kept", "because"),
    [
        ([of_question(DraftKept)], [1], "he goes on with it"),
        ([of_question(DraftKept), DRAFTED, RETURNED], [], "the version was handed in"),
        ([DRAFTED, RETURNED, of_question(DraftKept, draft=2)], [2], "he mends what came back"),
    ],
)
def test_drafts_that_were_not_handed_in_are_found_again(
    tmp_path: Path, events: list[Event], kept: list[int], because: str
) -> None:
    assert [task.draft for task in work(tmp_path, OFFICER, [ASSIGNED, *events]).kept] == kept, because


def test_whoever_coordinates_sees_what_he_was_asked_and_whether_he_answered(tmp_path: Path) -> None:
    events = [ASSIGNED, of_question(CoordinationAsked), of_question(OpinionGiven, department="phong-kinh-te")]
    [task] = work(tmp_path, OTHER_OFFICER, events).coordinating
    assert (task.matter, task.told) == ("Xin cho biết mức lệ phí.", 1)


@pytest.mark.parametrize(("count", "cut"), [(my_work.MOST, False), (my_work.MOST + 1, True)])
def test_a_desk_with_more_than_it_shows_says_so(tmp_path: Path, count: int, cut: bool) -> None:
    events = [of_question(QuestionAssigned, question=f"{SUBMISSION}-{number}") for number in range(1, count + 1)]
    found = work(tmp_path, OFFICER, events)
    assert (len(found.by_term), found.cut) == (my_work.MOST, cut)


def test_nobodys_words_of_a_denunciation_stand_on_a_desk(tmp_path: Path) -> None:
    [task] = work(tmp_path, CLERK, [of_question(QuestionAwaitsTriage, scope="denunciation")]).triage
    assert (task.name, task.text, task.because, task.proposals) == (None, None, None, ())


@pytest.mark.parametrize("worker", [OFFICER, HEAD])
def test_who_denounced_is_not_named_beside_another_question_of_his_form(tmp_path: Path, worker: str) -> None:
    denounced = of_question(QuestionAwaitsTriage, question=SECOND, scope="denunciation")
    [task] = work(tmp_path, worker, [ASSIGNED, denounced]).by_term
    assert (task.name, task.text, task.confidential) == (None, question(1).text, False)
    [known] = work(tmp_path, worker, [ASSIGNED]).by_term
    assert known.name == "Nguyễn Thị Mai"


def test_what_may_be_a_complaint_is_given_to_nobody_with_one_click(tmp_path: Path) -> None:
    waits = of_question(QuestionAwaitsTriage, scope="complaint", proposals=PROPOSALS)
    assert work(tmp_path, CLERK, [waits]).triage[0].proposals == ()


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "events", "shown", "because"),
    [
        (OFFICER, [ASSIGNED, DRAFTED, RETURNED], ["Được trả lại để sửa", "Xin nêu rõ lệ phí.", "Lê Quang Huy"], ""),
        (OFFICER, [ASSIGNED, of_question(DraftKept)], ["Còn thời gian", "Bản nháp đang viết dở", "chưa trình"], ""),
        (OTHER_OFFICER, [ASSIGNED, of_question(CoordinationAsked)], ["Phòng tôi phối hợp", "mức lệ phí"], ""),
        (HEAD, [ASSIGNED, DRAFTED], ["Chờ ông/bà duyệt", "Duyệt các câu đã chọn", "dự thảo 1"], "with its words"),
        (CLERK, [UNSURE], ["Giao Phòng Kinh tế", "Đất đai, 41 %", "Giao Văn phòng HĐND và UBND"], "three proposals"),
        (CLERK, [ASSIGNED, of_question(QuestionHandedBack)], ["trả lại:</em> Cần xác minh", "Chọn phòng"], ""),
        (CHAIRMAN, [ASSIGNED, of_question(ExtensionRequested)], ["Xin gia hạn", "5 ngày làm việc"], ""),
        (CHAIRMAN, [], ["Không có việc nào đang chờ ông/bà."], "and is told what will come"),
    ],
)
async def test_a_desk_shows_what_waits(
    tmp_path: Path, worker: str, events: list[Event], shown: list[str], because: str
) -> None:
    html = (await Desk(tmp_path, Routing(), [RECEIVED, *events], worker).get("/")).text
    assert [words for words in shown if words not in html] == [], because


@pytest.mark.parametrize("path", ["/?loc=tat-ca", "/?phong=", "/?tim=khai+sinh", "/?trang=1"])
async def test_whoever_asks_for_the_list_gets_the_list(tmp_path: Path, path: str) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, ASSIGNED], OFFICER)
    assert "<h1>Câu hỏi</h1>" in (await desk.get(path)).text
    assert "<h1>Việc của tôi</h1>" in (await desk.get("/")).text


async def test_a_draft_that_was_read_goes_back_with_remarks_from_the_desk(tmp_path: Path) -> None:
    routing = Routing(return_answer={})
    desk = Desk(tmp_path, routing, [RECEIVED, ASSIGNED, DRAFTED], HEAD)
    typed = {"question": QUESTION, "version": "2", "key": "01J", "remarks": "Xin nêu rõ lệ phí."}
    answer = await desk.send("/viec/tra-lai", typed)
    [command] = routing.sent(ReturnAnswer)
    assert (command.question, command.version, command.remarks) == (QUESTION, 2, "Xin nêu rõ lệ phí.")
    assert answer.headers["location"] == "/?xong=return-answer"


@pytest.mark.parametrize(
    ("events", "because"),
    [
        ([ASSIGNED, DRAFTED], "they stand in their form"),
        ([ASSIGNED], "and on the page, where the form has gone"),
    ],
)
async def test_remarks_that_could_not_be_sent_are_not_lost(tmp_path: Path, events: list[Event], because: str) -> None:
    stale = Refused(code="stale", reason="Đã thay đổi.", changes=("answer-drafted",))
    desk = Desk(tmp_path, Routing(return_answer=stale), [RECEIVED, *events], HEAD)
    typed = {"question": QUESTION, "version": "2", "key": "01J", "remarks": "Xin nêu rõ lệ phí."}
    answer = await desk.send("/viec/tra-lai", typed)
    assert answer.status_code == 409
    assert "Xin nêu rõ lệ phí.</textarea>" in answer.text, because
    assert "đã có: Trình dự thảo trả lời" in answer.text


async def test_a_proposal_is_taken_with_one_click(tmp_path: Path) -> None:
    routing = Routing(assign_question={})
    desk = Desk(tmp_path, routing, [RECEIVED, UNSURE], CLERK)
    chosen_one: dict[str, Any] = {"question": QUESTION, "version": "1", "key": "01J"}
    answer = await desk.send("/viec/giao", chosen_one | {"field": "land", "department": "phong-kinh-te"})
    [command] = routing.sent(AssignQuestion)
    assert (command.field, command.department, command.version) == ("land", "phong-kinh-te", 1)
    assert command.reason == "Văn phòng xác nhận đề xuất phân loại."
    assert answer.headers["location"] == "/?xong=assign-question"
    refused = Routing(assign_question=Refused(code="forbidden", reason="Việc này dành cho Văn phòng."))
    told = await Desk(tmp_path, refused, [RECEIVED, UNSURE], CLERK).send(
        "/viec/giao", chosen_one | {"field": "land", "department": "phong-kinh-te"}
    )
    assert (told.status_code, "Việc này dành cho Văn phòng." in told.text) == (403, True)


async def test_a_desk_escapes_what_people_wrote(tmp_path: Path) -> None:
    wild = "<script>alert(1)</script>"
    events = [
        submission_received(questions=(question(1, wild),)),
        ASSIGNED,
        of_question(AnswerDrafted, text=wild),
        of_question(AnswerReturned, remarks=wild),
        of_question(CoordinationAsked, matter=wild),
    ]
    for worker in (OFFICER, OTHER_OFFICER, CHAIRMAN):
        for count in range(2, len(events) + 1):
            assert wild not in (await Desk(tmp_path, Routing(), events[:count], worker).get("/")).text
