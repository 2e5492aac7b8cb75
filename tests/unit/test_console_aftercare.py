"""What the console shows of a form after it came in, and of a question after it was answered; and to whom."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.console import offers, words
from services.console.case import case_forms, dossier
from services.console.knowledge.library import published
from services.console.offers import WrongFields
from services.console.work.lists import Filter
from services.intake.pages.tracking import MARKS
from shared.contracts import Event
from shared.contracts.intake import (
    AddFiles,
    AnswerRated,
    AttendanceRecorded,
    CorrectRegistrant,
    FilesAdded,
    MailSettled,
    MailTakenIn,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantWrote,
    WithdrawQuestions,
)
from shared.contracts.notify import NotificationFailed, NotificationSent
from shared.contracts.routing import (
    AnswerApproved,
    AnswerPublished,
    AnswerUnpublished,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionReopened,
    QuestionSettled,
    WrittenAnswerOwed,
)
from tests.builders import (
    ATTACHMENT,
    COMMUNE,
    HELD_AT,
    NOW,
    ORIGINAL,
    QUESTION,
    SUBMISSION,
    actor,
    of_attendance,
    of_form,
    of_message,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.unit.test_console_pages import ANNOUNCED, CHAIRMAN, CLERK, OFFICER, console, page
from tests.unit.test_console_view import counts, items, the_question, view_of

CASE = f"/ho-so/{SUBMISSION}"
FILE = f"{CASE}/tep/{ATTACHMENT.id}"
LATER = NOW + timedelta(days=3)
RECEIVED = submission_received(attachments=(ATTACHMENT,), notice="2026-11")
ASSIGNED = of_question(QuestionAssigned)
APPROVED = of_question(AnswerApproved)
SENT = of_message(NotificationSent)
SETTLED = of_question(QuestionSettled)
DENOUNCED = of_question(QuestionAwaitsTriage, scope="denunciation")
ANSWERED = (RECEIVED, ASSIGNED, APPROVED, SENT, SETTLED)
REOPENED = of_question(QuestionReopened, occurred_at=LATER)
AGAIN = (*ANSWERED, of_form(AnswerRated), REOPENED, of_question(WrittenAnswerOwed, because="reopened"))


def verbs(html: str, *wanted: str) -> list[str]:
    """Those that a page offers: by a form of their own, or by the way to the page where that is done."""
    pages = {"publish-answer": f"{CASE}/cong-khai/{QUESTION}"}
    return [verb for verb in wanted if f'value="{verb}"' in html or f'href="{pages.get(verb)}"' in html]


# --- where a question stands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "stage", "standing", "because"),
    [
        ([ASSIGNED, of_question(QuestionSettled, how="withdrawn")], "withdrawn", "withdrawn", "he wants no answer"),
        (AGAIN[1:], "awaits-triage", "open", "the letter that went out was not enough"),
        ((*AGAIN[1:], ASSIGNED), "assigned", "open", "the same department has it again"),
        ((*AGAIN[1:], ASSIGNED, APPROVED), "approved", "open", "the second letter has not gone out"),
        (
            (*AGAIN[1:], ASSIGNED, APPROVED, of_message(NotificationSent, occurred_at=LATER + timedelta(days=1))),
            "sent",
            "answered",
            "the second letter has gone out",
        ),
        (
            (ASSIGNED, of_question(QuestionAnsweredAtDialogue), SETTLED, REOPENED),
            "awaits-triage",
            "open",
            "what was heard was not enough",
        ),
        (
            (*AGAIN[1:], of_question(QuestionSettled, how="withdrawn")),
            "withdrawn",
            "withdrawn",
            "he gave up",
        ),
    ],
)
def test_a_question_is_withdrawn_or_open_again(
    tmp_path: Path, events: tuple[Event, ...], stage: str, standing: str, because: str
) -> None:
    view = view_of(tmp_path, RECEIVED, *events)
    [item] = items(view)
    assert (item.stage, item.standing) == (stage, standing), because
    assert counts(view).received == 1
    assert counts(view).withdrawn == (standing == "withdrawn")


def test_the_office_has_a_reopened_question_and_the_department_that_answered_is_proposed(tmp_path: Path) -> None:
    one = the_question(view_of(tmp_path, *AGAIN))
    assert (one.department, one.reopened_round, one.rating, one.owed_in_writing) == (None, 2, 2, "reopened")
    assert one.proposals == [
        {"field": "civil-status", "department": "trung-tam-hanh-chinh-cong", "confidence": 1.0},
    ]
    assert one.answer == APPROVED.text
    assert one.answered_before


def test_a_second_letter_that_cannot_be_sent_is_told_although_the_first_answer_was_heard(tmp_path: Path) -> None:
    heard = (RECEIVED, ASSIGNED, of_question(QuestionAnsweredAtDialogue), SETTLED, REOPENED)
    failed = of_message(NotificationFailed, occurred_at=LATER)
    view = view_of(tmp_path, *heard, ASSIGNED, APPROVED, failed)
    assert [item.undelivered for item in items(view, Filter(only="undelivered"))] == [True]
    assert counts(view).undelivered == 1


@pytest.mark.parametrize(
    ("events", "attendance", "because"),
    [
        ([of_form(QuestionsWithdrawn)], "withdrawn", "nothing of his is left"),
        ([of_form(QuestionsWithdrawn, entirely=False)], "expected", "another question is"),
        ([of_attendance(AttendanceRecorded), of_form(QuestionsWithdrawn)], "present", "he has been there"),
    ],
)
def test_nobody_is_expected_who_asks_nothing_any_more(
    tmp_path: Path, events: list[Event], attendance: str, because: str
) -> None:
    with view_of(tmp_path, RECEIVED, *events).reading() as db:
        found = dossier.submission(db, COMMUNE, SUBMISSION)
    assert found is not None
    assert found.attendance == attendance, because


def test_a_corrected_registrant_is_found_as_he_is_called_now(tmp_path: Path) -> None:
    new = registrant(name="Nguyễn Thị Mơ", phone="0987654321", email=None)
    view = view_of(tmp_path, RECEIVED, of_form(RegistrantCorrected, registrant=new))
    assert items(view, Filter(search="nguyen thi mo"))
    assert items(view, Filter(search="0987654321", reachable=True))
    assert not items(view, Filter(search="nguyen thi mai"))
    assert not items(view, Filter(search="0912345678", reachable=True))


def test_a_form_of_which_routing_speaks_first_is_found_all_the_same(tmp_path: Path) -> None:
    assert items(view_of(tmp_path, ASSIGNED, RECEIVED), Filter(search="khai sinh"))


@pytest.mark.parametrize(
    ("events", "offered", "because"),
    [
        ([ASSIGNED], True, "its asker is at the conference"),
        ([ASSIGNED, APPROVED, SETTLED, REOPENED], False, "what was not enough is answered in writing"),
    ],
)
async def test_a_reopened_question_is_not_answered_on_the_spot(
    tmp_path: Path, events: list[Event], offered: bool, because: str
) -> None:
    there = (*ANNOUNCED, RECEIVED, of_attendance(AttendanceRecorded))
    html = await page(tmp_path, CASE, *there, *events, now=HELD_AT)
    assert bool(verbs(html, "answer-on-the-spot")) == offered, because


def test_files_and_words_of_a_form_are_kept_once_and_in_their_order(tmp_path: Path) -> None:
    wrote = of_form(RegistrantWrote, attachments=(ATTACHMENT,), occurred_at=LATER)
    view = view_of(tmp_path, RECEIVED, of_form(FilesAdded, attachments=(ORIGINAL,)), wrote, wrote)
    with view.reading() as db:
        found = dossier.case(db, COMMUNE, SUBMISSION, NOW)
        assert dossier.files_of(db, "thanh-mai", SUBMISSION) == []
    assert found is not None
    assert [(one.id, one.source, one.added_by) for one in found.files] == [
        (ATTACHMENT.id, "form", None),
        (ORIGINAL.id, "added", "Trần Thị Hạnh"),
    ]
    assert [one.text for one in found.words] == ["Tôi xin gửi thêm giấy hẹn."] * 2


def test_a_mail_is_what_came_in_and_how_it_was_dealt_with(tmp_path: Path) -> None:
    view = view_of(tmp_path, of_form(MailTakenIn, case="M"), of_form(MailSettled, case="M"))
    with view.reading() as db:
        mail = dict(db.execute("SELECT * FROM mail").fetchone())
    assert (mail["id"], mail["outcome"], mail["settled_how"]) == ("M", "quarantined", "registered")
    assert SUBMISSION in mail["submissions"]
    assert ORIGINAL.id in mail["original"]


def test_a_mark_is_told_to_the_office_in_the_words_that_its_giver_chose_from() -> None:
    assert {mark: told.lower() for mark, told in MARKS.items()} == words.MARKS


# --- what a case shows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "shown", "because"),
    [
        ([RECEIVED], ["giay-hen-tra.pdf", "PDF, 48,2 kB", "kèm theo phiếu", f'href="{FILE}"'], "a file of the form"),
        ([RECEIVED], ["phiên bản 2026-11"], "what was agreed to"),
        ([RECEIVED, of_form(RegistrantWrote)], ["Tôi xin gửi thêm giấy hẹn."], "what he wrote since"),
        (
            [
                submission_received(
                    channel="paper",
                    entered_at=LATER,
                    entered_by="Trần Thị Hạnh",
                    entered_because="Mất điện hai ngày",
                )
            ],
            ["Trần Thị Hạnh nhập 23/04/2026 09:30: Mất điện hai ngày"],
            "it was entered late",
        ),
        ([RECEIVED, of_form(RegistrantCorrected)], ["Số 7, thôn Nội", "người đăng ký tự sửa"], "he moved"),
        (
            [RECEIVED, ASSIGNED, of_form(QuestionsWithdrawn), of_question(QuestionSettled, how="withdrawn")],
            ["Đã rút", "Chuyển chỗ ở", "Trần Thị Hạnh ghi nhận"],
            "he took it back",
        ),
        (
            AGAIN,
            [
                "2/5 – trả lời còn thiếu nhiều",
                "Câu trả lời chưa nêu lệ phí.",
                "Trả lời lần 2",
                "Câu trả lời trước, chưa đạt",
            ],
            "the mark in words, the second round, the first answer",
        ),
        ([*ANSWERED, of_question(AnswerPublished)], [f'href="/thu-vien#{QUESTION}"'], "where everybody reads it"),
    ],
)
async def test_a_case_shows_what_became_of_it_since(
    tmp_path: Path, events: list[Event], shown: list[str], because: str
) -> None:
    html = await page(tmp_path, CASE, *events)
    assert [one for one in shown if one not in html] == [], because


async def test_what_came_by_mail_was_entered_late_by_nobody(tmp_path: Path) -> None:
    mailed = submission_received(channel="email", entered_at=NOW + timedelta(minutes=3), entered_by=None)
    assert "Nhập sau" not in await page(tmp_path, CASE, mailed)


async def test_a_line_of_the_list_tells_of_files_marks_and_second_rounds(tmp_path: Path) -> None:
    html = await page(tmp_path, "/?loc=tat-ca&phong=", *AGAIN)
    assert "có tệp · được đánh giá 2/5 · mở lại lần 2" in html


async def test_what_was_withdrawn_has_a_filter_of_its_own_and_balances_the_sum(tmp_path: Path) -> None:
    html = await page(tmp_path, "/?loc=da-rut&phong=", RECEIVED, of_question(QuestionSettled, how="withdrawn"))
    assert "khai sinh" in html
    assert "người hỏi đã rút <b>1</b>" in html


async def test_a_denunciation_shows_its_files_and_what_was_written_since_to_the_office_alone(tmp_path: Path) -> None:
    events = [
        RECEIVED,
        DENOUNCED,
        of_form(RegistrantWrote, text="Tôi là Mai"),
        of_form(RegistrantCorrected, reason="Mai chuyển chỗ ở"),
    ]
    told = ("giay-hen-tra.pdf", "Tôi là Mai", "Mai chuyển chỗ ở", "thôn Nội")
    assert [one for one in told if one in await page(tmp_path, CASE, *events, worker=OFFICER)] == []
    office = await page(tmp_path, CASE, *events, worker=CLERK)
    assert [one for one in told if one not in office] == []


@pytest.mark.parametrize(
    ("path", "worker", "denounced", "status", "because"),
    [
        (FILE, "", False, 303, "nobody is signed in"),
        (FILE, "van-hanh", False, 403, "who runs the system sees figures, not forms"),
        (FILE, OFFICER, True, 403, "a department does not see the files of a denunciation"),
        (f"{CASE}/tep/01JOTHER", CLERK, False, 404, "it is no file of this form"),
        (f"/ho-so/01JOTHER/tep/{ATTACHMENT.id}", CLERK, False, 404, "a file of another form"),
    ],
)
async def test_a_file_is_given_to_who_answers_the_form_and_as_a_file_of_this_form_alone(
    tmp_path: Path, path: str, worker: str, denounced: bool, status: int, because: str
) -> None:
    events = [RECEIVED, DENOUNCED] if denounced else [RECEIVED, ASSIGNED]
    transport = httpx.ASGITransport(console(tmp_path, events, NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        answer = await client.get(path)
    assert answer.status_code == status, because


# --- what is offered ------------------------------------------------------------------------------------------------

OFFERED = ("rate-answer", "reopen-question", "publish-answer", "unpublish-answer")


@pytest.mark.parametrize(
    ("events", "worker", "found", "because"),
    [
        (ANSWERED, CLERK, ["rate-answer", "reopen-question", "publish-answer"], "it was answered"),
        (ANSWERED, CHAIRMAN, ["rate-answer", "reopen-question", "publish-answer"], "a leader may, too"),
        (ANSWERED, OFFICER, [], "the office looks after it"),
        ([*ANSWERED, of_question(AnswerPublished)], CLERK, [*OFFERED], "it can be mended and taken out"),
        ([*AGAIN, of_question(AnswerPublished)], CLERK, ["unpublish-answer"], "the published answer was not enough"),
        ([RECEIVED, ASSIGNED], CLERK, [], "nothing was answered"),
        ([RECEIVED, ASSIGNED, of_question(QuestionSettled, how="redirected")], CLERK, [], "another answers it"),
        (
            [RECEIVED, of_question(QuestionAwaitsTriage, scope="complaint"), SETTLED],
            CLERK,
            ["rate-answer", "reopen-question"],
            "a complaint is not for everybody to read",
        ),
    ],
)
async def test_an_answered_question_can_be_rated_reopened_and_published(
    tmp_path: Path, events: list[Event], worker: str, found: list[str], because: str
) -> None:
    assert verbs(await page(tmp_path, CASE, *events, worker=worker), *OFFERED) == found, because


@pytest.mark.parametrize(
    ("events", "worker", "found", "because"),
    [
        ([RECEIVED], CLERK, ["correct-registrant", "add-files", "withdraw-questions"], "it is open"),
        (ANSWERED, CLERK, ["correct-registrant", "add-files"], "nothing is left to withdraw"),
        ([RECEIVED], OFFICER, [], "the office looks after forms"),
        ([ASSIGNED], CLERK, [], "the form has not come yet, only its question"),
    ],
)
async def test_a_form_can_be_mended_and_taken_back(
    tmp_path: Path, events: list[Event], worker: str, found: list[str], because: str
) -> None:
    events = [one for one in events if one is not ASSIGNED or RECEIVED in events]
    if not events:
        return
    html = await page(tmp_path, CASE, *events, worker=worker)
    assert verbs(html, "correct-registrant", "add-files", "withdraw-questions") == found, because


# --- from what was typed to a command -------------------------------------------------------------------------------

KEYS = {"key": "01JKEY", "version": "3", "submission": SUBMISSION}


def test_a_corrected_person_is_what_was_typed_tidied() -> None:
    typed = {**KEYS, "name": " Nguyễn  Thị Mai ", "phone": "0912.345 678", "email": "", "address": "", "reason": "r"}
    command = case_forms.command("correct-registrant", actor(), typed)
    assert isinstance(command, CorrectRegistrant)
    assert command.registrant == registrant(email=None, address=None)
    assert (command.version, command.key, offers.about(command)) == (3, "01JKEY", SUBMISSION)


def test_the_chosen_questions_are_withdrawn() -> None:
    typed = {**KEYS, f"cau-{QUESTION}": "1", "reason": "Đã tự giải quyết"}
    command = case_forms.command("withdraw-questions", actor(), typed)
    assert isinstance(command, WithdrawQuestions)
    assert command.questions == (QUESTION,)


def test_the_stored_files_are_added() -> None:
    command = case_forms.command("add-files", actor(), {**KEYS, "attachments": "A B", "note": ""})
    assert isinstance(command, AddFiles)
    assert command.attachments == ("A", "B")


def test_a_mark_is_on_the_form_whose_version_it_carries() -> None:
    command = case_forms.command("rate-answer", actor(), {**KEYS, "question": QUESTION, "mark": "2", "words": ""})
    assert offers.about(command) == SUBMISSION


@pytest.mark.parametrize(
    ("verb", "typed", "wrong"),
    [
        (
            "correct-registrant",
            {"name": "", "phone": "12", "email": "mai@", "address": "Thôn Nội", "reason": " "},
            {"name", "phone", "email", "reason"},
        ),
        ("correct-registrant", {"name": "Mai", "phone": "", "email": "", "address": "", "reason": "r"}, {"address"}),
        ("withdraw-questions", {"reason": "r"}, {"questions"}),
        ("withdraw-questions", {f"cau-{QUESTION}": "1", "reason": ""}, {"reason"}),
        ("add-files", {"attachments": ""}, {"files"}),
        ("rate-answer", {"question": QUESTION, "words": ""}, {"mark"}),
        ("publish-answer", {"question": QUESTION, "asked": "", "answered": "a"}, {"asked"}),
    ],
)
def test_what_must_be_mended_is_named(verb: str, typed: Mapping[str, str], wrong: set[str]) -> None:
    with pytest.raises(WrongFields) as refused:
        case_forms.command(verb, actor(), {**KEYS, **typed})
    assert set(refused.value.fields) == wrong


# --- the library ----------------------------------------------------------------------------------------------------


async def test_the_library_lists_what_everybody_reads_and_the_office_takes_it_out(tmp_path: Path) -> None:
    events = [*ANSWERED, of_question(AnswerPublished)]
    html = await page(tmp_path, "/thu-vien", *events)
    assert "Cấp lại giấy khai sinh cần những giấy tờ gì?" in html
    assert 'value="unpublish-answer"' in html
    assert f'href="{CASE}#{QUESTION}"' in html
    assert 'value="unpublish-answer"' not in await page(tmp_path, "/thu-vien", *events, worker=OFFICER)


async def test_what_was_taken_out_or_is_of_another_commune_is_not_in_the_library(tmp_path: Path) -> None:
    events = [*ANSWERED, of_question(AnswerPublished)]
    assert "chưa đăng câu hỏi nào" in await page(tmp_path, "/thu-vien", *events, of_question(AnswerUnpublished))
    with view_of(tmp_path / "view", *events).reading() as db:
        assert published(db, "thanh-mai") == []
        assert [one.id for one in published(db, COMMUNE)] == [QUESTION]


async def test_a_library_escapes_what_is_in_it(tmp_path: Path) -> None:
    wild = "<script>alert(1)</script>"
    form = submission_received(
        questions=(question(1, wild),), attachments=(ATTACHMENT.model_copy(update={"name": wild}),)
    )
    events = [
        form,
        *ANSWERED[1:],
        of_question(AnswerPublished, asked=wild, answered=wild),
        of_form(AnswerRated, words=wild),
    ]
    for path in ("/thu-vien", CASE):
        html = await page(tmp_path, path, *events)
        assert "alert(1)" in html
        assert wild not in html
