"""What routing does when it is asked and when it hears, on a real broker and a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.routing import app as routing_app
from services.routing import handlers
from services.routing.conference import Conference
from services.routing.store import FORGOTTEN_S, Conferences, Handbooks, Questions
from services.routing.taught import Teaching, live_classifiers
from shared.contracts import TooEarly, intake, notify, routing
from shared.contracts.conference import Session
from shared.store import Database
from tests.builders import (
    DIALOGUE,
    of_attendance,
    of_dialogue,
    of_form,
    of_message,
    submission_received,
)
from tests.integration.routing_office import (
    CLERK,
    CULTURE,
    LAND_OFFICE,
    LAND_TITLE,
    OFFICER,
    OTHER_OFFICER,
    Office,
    an_office,
    announced,
    came,
    form,
)
from tests.integration.test_delivery import parked, say, settings_of
from tests.servers import Servers

SESSIONS = (
    Session(number=1, title="Đợt 1", fields=("construction",)),
    Session(number=2, title="Đợt 2", fields=("land",)),
)
HANDING_OVER = {"field": "health", "department": CULTURE, "reason": "Thuộc phòng khác", "clock": "pauses"}
REFERRING = {"authority": "Ủy ban nhân dân thành phố Hà Nội", "reason": "Vượt thẩm quyền"}


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with an_office(fresh) as office:
        yield office


async def refer_up(office: Office, question: str) -> None:
    await office.done(routing.ReferQuestionUp, question=question, **REFERRING)


async def test_the_office_of_the_own_commune_alone_may_have_questions_reviewed(office: Office) -> None:
    await office.hears(announced(), form("C1"))
    for by, dialogue, code in [
        (OFFICER, DIALOGUE, "forbidden"),
        (CLERK.model_copy(update={"commune": "thanh-mai"}), DIALOGUE, "forbidden"),
        (CLERK, "thang-13", "not-found"),
    ]:
        assert getattr(await office.asked(routing.ReviewQuestions, by, dialogue=dialogue), "code", None) == code
    reply = await office.done(routing.ReviewQuestions, dialogue=DIALOGUE)
    assert reply.state == {"reviewed": 1, "recurring": 0, "alike": 0}


# --- what a dialogue is about -----------------------------------------------------------------------------------------


async def test_a_form_waits_until_its_dialogue_is_known_and_is_then_put_in_its_place(office: Office) -> None:
    await say(office.client, form("C1"))
    await say(office.client, form("C2", "Đăng ký khai sinh cho con cần giấy tờ gì?"))
    await asyncio.sleep(0.1)
    assert await office.told() == []
    await office.hears(announced(sessions=SESSIONS))
    assigned = {event.question: event for event in await office.told_of(routing.QuestionAssigned)}
    assert (assigned["C1-1"].session, assigned["C1-1"].outside_subject) == (2, False)
    assert (assigned["C2-1"].session, assigned["C2-1"].outside_subject) == (None, True)
    [owed] = await office.told_of(routing.WrittenAnswerOwed)
    assert (owed.question, owed.because) == ("C2-1", "outside-subject")
    assert not await parked(office.client)


async def test_a_form_for_no_dialogue_waits_for_none(office: Office) -> None:
    await office.hears(form("C1", dialogue=None, on_time=False))
    assert [type(event) for event in await office.told()] == [routing.QuestionAssigned, routing.WrittenAnswerOwed]


async def test_a_transfer_counts_what_the_dialogue_is_about(office: Office) -> None:
    await office.hears(announced(sessions=SESSIONS), form("C1"))
    await office.done(routing.TransferQuestion, OFFICER, question="C1-1", **HANDING_OVER)
    [transferred] = await office.told_of(routing.QuestionTransferred)
    assert (transferred.session, transferred.outside_subject) == (None, True)
    await office.done(routing.DraftAnswer, OTHER_OFFICER, question="C1-1", text="Trả lời.")
    assert [type(event) for event in await office.told()][-3:] == [
        routing.WrittenAnswerOwed,
        routing.TransferAccepted,
        routing.AnswerDrafted,
    ]


# --- how it ends ------------------------------------------------------------------------------------------------------


async def test_a_cancelled_dialogue_owes_everybody_an_answer_in_writing_whenever_the_form_comes(
    office: Office,
) -> None:
    called_off = of_dialogue(intake.DialogueCancelled)
    await office.hears(announced(), form("C1", LAND_TITLE, LAND_TITLE), form("C2"), form("C3"))
    await office.done(routing.ReferQuestionUp, question="C2-1", **REFERRING)
    await office.hears(came("C3"))
    await office.done(routing.AnswerOnTheSpot, question="C3-1", text="Đã có sổ.", answered_by="Chủ tịch")
    await office.hears(called_off, form("C4"), called_off, form("C1", LAND_TITLE, LAND_TITLE))
    owed = [(event.question, event.because) for event in await office.told_of(routing.WrittenAnswerOwed)]
    assert sorted(owed) == [("C1-1", "cancelled"), ("C1-2", "cancelled"), ("C4-1", "cancelled")]


async def test_a_form_opened_by_somebody_who_does_not_know_yet_that_the_dialogue_is_off_is_told(
    fresh: Servers,
) -> None:
    """Two processes: the one remembers the dialogue as it was, while the other is telling that it is off."""
    database = Database(fresh.mongo_url, "routing")
    questions, of_one, of_other = Questions(database), Conferences(database), Conferences(database)
    profiles = routing_app.build(settings_of(fresh)).communes
    classifiers = live_classifiers(profiles, Teaching(questions, Handbooks(database)))
    await handlers.learn_what_a_dialogue_is_about(announced(), of_one)
    await of_other.lately(DIALOGUE)

    async def open_meanwhile() -> None:
        while not (await of_one.get(DIALOGUE) or Conference("", "")).over:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        await handlers.hand_out_questions(form("C1"), questions, of_other, classifiers, _now)

    called_off = of_dialogue(intake.DialogueCancelled)
    await asyncio.gather(
        handlers.owe_in_writing_what_was_cancelled(called_off, questions, of_one, _now), open_meanwhile()
    )
    question = await questions.get("C1-1")
    assert question is not None
    assert question.owed_because == "cancelled"
    database.close()


def _now() -> datetime:
    return datetime.now(UTC)


async def test_who_was_absent_or_came_and_was_not_answered_is_owed_an_answer_once(office: Office) -> None:
    over = of_dialogue(intake.DialogueHeld, occurred_at=_now() + timedelta(hours=1))
    await office.hears(announced(), *(form(f"C{number}") for number in range(1, 7)))
    waits = [of_attendance(intake.RegistrantWaitlisted, case=case) for case in ("C5", "C6")]
    await office.hears(*waits, of_attendance(intake.RegistrantInvited, case="C6"))
    for case in ("C1", "C2"):
        await office.answered(f"{case}-1")
    await office.hears(came("C1"), came("C3"), over, came("C2", present=False))
    await office.hears(of_attendance(intake.RegistrantExcused, case="C4"), over, came("C2", present=False))
    await office.hears(*(came(case, present=False) for case in ("C5", "C6")), *waits)
    owed = {event.question: event.because for event in await office.told_of(routing.WrittenAnswerOwed)}
    assert owed == {
        "C2-1": "absent",
        "C3-1": "afterwards",
        "C4-1": "excused",
        "C5-1": "no-seat",
        "C6-1": "absent",
    }
    assert len(await office.told_of(routing.WrittenAnswerOwed)) == 5
    [heard] = await office.told_of(routing.QuestionAnsweredAtDialogue)
    assert heard.question == "C1-1"


@pytest.mark.parametrize("notice_first", [True, False])
async def test_what_was_referred_up_is_settled_by_report_and_notice(office: Office, notice_first: bool) -> None:
    notice = of_message(notify.NotificationSent, case="C1", kind="referral", questions=("C1-1",))
    await office.hears(announced(), form("C1"))
    await refer_up(office, "C1-1")
    for step in ("notice", "report") if notice_first else ("report", "notice"):
        assert await office.told_of(routing.QuestionSettled) == []
        if step == "notice":
            await office.hears(notice, notice)
        else:
            await office.done(routing.ReportToSuperior, question="C1-1", document="45/BC-UBND")
    [end] = await office.told_of(routing.QuestionSettled)
    assert end.how == "referred-up"


async def test_what_its_asker_withdraws_is_settled_whatever_comes_before_or_after(office: Office) -> None:
    withdrawn = of_form(intake.QuestionsWithdrawn, case="C1", questions=("C1-1",))
    letter = of_message(notify.NotificationSent, case="C1", questions=("C1-1",))
    await say(office.client, withdrawn)
    await asyncio.sleep(0.1)
    await office.hears(announced(), form("C1", LAND_TITLE, LAND_TITLE), withdrawn, letter, came("C1"))
    ended = await office.told_of(routing.QuestionSettled)
    assert [(event.question, event.how) for event in ended] == [("C1-1", "withdrawn")]
    assert not await parked(office.client)


async def test_a_contested_answer_is_given_anew_once_and_only_the_new_letter_ends_it(office: Office) -> None:
    letter = of_message(notify.NotificationSent, case="C1", questions=("C1-1",))
    await office.hears(form("C1", dialogue=None, on_time=False))
    for text in ("Đang xem xét.", "Trong quý IV."):
        await office.answered("C1-1", text)
        await office.hears(letter)
        if text == "Đang xem xét.":
            mark = of_form(intake.AnswerRated, case="C1", question="C1-1", occurred_at=_now())
            await office.hears(mark, mark, letter, mark.model_copy(update={"mark": 1}))
            as_before = {"field": "land", "department": LAND_OFFICE, "reason": "Như lần trước"}
            await office.done(routing.AssignQuestion, question="C1-1", **as_before)
    assert len(await office.told_of(routing.QuestionSettled)) == 1, "the letter of the first round, heard of again"
    await office.hears(letter.model_copy(update={"round": 2}), mark)
    assert len(await office.told_of(routing.QuestionSettled)) == 2
    [reopened] = await office.told_of(routing.QuestionReopened)
    assert (reopened.round, reopened.mark) == (2, 2)
    assert not await parked(office.client)


# --- what was asked before --------------------------------------------------------------------------------------------


async def test_when_registration_closes_it_is_said_once_what_recurs_and_what_resembles(office: Office) -> None:
    earlier = "thanh-tri-2025-2"
    await office.hears(
        announced(earlier),
        form("B1", dialogue=earlier),
        announced(),
        form("C1", "Xin hỏi UBND xã bao giờ các hộ ở thôn Nội được cấp sổ đỏ?"),
        form("C2", received_at=submission_received().received_at + timedelta(minutes=1)),
        form("C3", "Đăng ký khai sinh cho con cần giấy tờ gì?"),
    )
    await office.hears(of_dialogue(intake.DialogueHeld, case=earlier))
    closed = of_dialogue(intake.RegistrationClosed)
    await office.hears(closed, closed)
    recurring = {event.question: event.earlier for event in await office.told_of(routing.QuestionRecurs)}
    assert recurring == {"C1-1": ("B1-1",), "C2-1": ("B1-1",)}
    [alike] = await office.told_of(routing.QuestionResembles)
    assert (alike.question, alike.like) == ("C2-1", "C1-1")
    told = await office.told()
    reply = await office.done(routing.ReviewQuestions, dialogue=DIALOGUE)
    assert reply.state == {"reviewed": 3, "recurring": 2, "alike": 1}
    assert await office.told() == told


# --- what is remembered of a dialogue ---------------------------------------------------------------------------------


async def test_a_dialogue_is_read_once_for_many_forms_and_again_after_a_moment(fresh: Servers) -> None:
    database = Database(fresh.mongo_url, "routing")
    conferences = Conferences(database)
    assert await conferences.lately(None) is None
    with pytest.raises(TooEarly):
        await conferences.lately(DIALOGUE)
    await handlers.learn_what_a_dialogue_is_about(announced(sessions=SESSIONS), conferences)
    known = await conferences.lately(DIALOGUE)
    assert known is not None
    assert known.sessions == SESSIONS
    await database.collection("conferences").delete_many({})
    assert await conferences.lately(DIALOGUE) is known
    await asyncio.sleep(FORGOTTEN_S)
    with pytest.raises(TooEarly):
        await conferences.lately(DIALOGUE)
    database.close()
