"""Questions split and joined on a real broker and a real database: nothing falls in between, nothing happens twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.routing import app as routing_app
from services.routing import handlers, split_handlers
from services.routing.question import Question
from services.routing.splitting import split_question
from services.routing.store import Conferences, Handbooks, Questions
from services.routing.taught import Teaching, live_classifiers
from shared.contracts import Event, Refused, Role, intake, routing
from shared.store import Database
from tests.builders import COMMUNE, actor, of_attendance, of_dialogue
from tests.integration.routing_office import (
    CLERK,
    CULTURE,
    HEAD,
    LAND_OFFICE,
    LAND_TITLE,
    MORE_TIME,
    OFFICER,
    OTHER_OFFICER,
    Office,
    an_office,
    announced,
    came,
    form,
)
from tests.integration.test_delivery import parked, settings_of, settled
from tests.servers import Servers

CARD = "Làm lại thẻ bảo hiểm y tế bị mất ở đâu?"
BIRTH = "Đăng ký khai sinh cho cháu cần giấy tờ gì?"
WHOLE = f"{LAND_TITLE} Ngoài ra, {CARD} Thứ ba, {BIRTH}"
PARTS = (
    {"text": LAND_TITLE, "field": "land", "department": LAND_OFFICE},
    {"text": CARD, "field": "health", "department": CULTURE},
    {"text": BIRTH},
)


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with an_office(fresh) as found:
        yield found


async def at_rest(office: Office) -> list[Any]:
    """All that routing has said, once it has heard its own words, too."""
    assert office.service.outbox is not None
    before, said = -1, list[Any]()
    while before != len(said):
        before = len(said)
        await office.service.outbox.drain()
        await settled(office.client)
        said = await office.told()
    assert await parked(office.client) == []
    return said


def of(said: list[Any], question: str, *contracts: type[Event]) -> list[Any]:
    return [event for event in said if event.question == question and isinstance(event, contracts or (object,))]


def stored(office: Office) -> Questions:
    assert office.service.database is not None
    return Questions(office.service.database)


async def question_of(office: Office, id: str) -> Question:
    found = await stored(office).get(id)
    assert found is not None, id
    return found


# --- split ------------------------------------------------------------------------------------------------------------


async def test_a_question_with_three_matters_becomes_three_each_with_its_department(office: Office) -> None:
    await office.hears(announced(), form("C1", WHOLE, LAND_TITLE))
    reply = await office.done(routing.SplitQuestion, question="C1-1", parts=PARTS)
    assert (reply.state["text"], reply.state["parts"]) == (LAND_TITLE, 2)
    assert reply.state["whole"].startswith(WHOLE[:40])
    said = await at_rest(office)
    [card], [birth] = (of(said, f"C1-1-{part}", routing.QuestionAssigned) for part in (1, 2))
    assert (card.department, card.assigned_by) == (CULTURE, CLERK.name)
    assert (birth.field, birth.assigned_by) == ("civil-status", None), "the rules decide where nobody did"
    questions = [await question_of(office, id) for id in ("C1-1", "C1-2", "C1-1-1", "C1-1-2")]
    assert [one.number for one in questions] == [1, 2, 3, 4]
    await office.done(routing.SplitQuestion, question="C1-2", parts=PARTS[:2])
    await at_rest(office)
    assert (await question_of(office, "C1-2-1")).number == 5


async def test_no_matter_of_a_denunciation_is_handed_out_by_the_rules(office: Office) -> None:
    denounced = f"{LAND_TITLE} Tôi tố cáo ông Bình, cán bộ địa chính, nhận của nhà tôi 20 triệu."
    took = "Ông Bình cầm của tôi 20 triệu khi làm sổ đỏ cho các hộ ở thôn Nội."
    await office.hears(announced(), form("C1", denounced))
    assert (await question_of(office, "C1-1")).scope == "denunciation"
    await office.done(routing.SplitQuestion, question="C1-1", parts=[*PARTS[:1], {"text": took}, PARTS[1]])
    said = await at_rest(office)
    assert [event.department for event in of(said, "C1-1", routing.QuestionAssigned)] == [LAND_OFFICE]
    assert [event.scope for event in of(said, "C1-1-1", routing.QuestionAwaitsTriage)] == ["denunciation"]
    assert not of(said, "C1-1-1", routing.QuestionAssigned)
    assert [event.assigned_by for event in of(said, "C1-1-2", routing.QuestionAssigned)] == [CLERK.name]


async def test_a_part_is_answered_by_itself(office: Office) -> None:
    await office.hears(announced(), form("C1", WHOLE, dialogue=None))
    await office.done(routing.SplitQuestion, question="C1-1", parts=PARTS)
    await at_rest(office)
    drafted = await office.done(routing.DraftAnswer, OTHER_OFFICER, question="C1-1-1", text="Tại Trung tâm.")
    assert drafted.state["state"] == "drafted"
    assert (await question_of(office, "C1-1")).state == "assigned"


async def test_whatever_is_heard_while_a_question_is_split_reaches_every_part(office: Office) -> None:
    """Splits, attendance and the end of the dialogue are on their way at once, for many forms."""
    cases = [f"C{number}" for number in range(12)]
    await office.hears(announced(), *(form(case, WHOLE) for case in cases))
    over = of_dialogue(intake.DialogueHeld, occurred_at=datetime.now(UTC) + timedelta(hours=1))

    async def splits(number: int, case: str) -> None:
        await asyncio.sleep(0.004 * (number % 4))
        await office.done(routing.SplitQuestion, question=f"{case}-1", parts=PARTS)

    async def hears() -> None:
        for number, case in enumerate(cases):
            excused = of_attendance(intake.RegistrantExcused, case=case)
            await office.hears(excused if number % 3 == 2 else came(case, present=number % 3 == 0))
            if number == len(cases) // 2:
                await office.hears(over)

    await asyncio.gather(hears(), *(splits(number, case) for number, case in enumerate(cases)))
    said = await at_rest(office)
    for number, case in enumerate(cases):
        why = ("afterwards", "absent", "excused")[number % 3]
        for id in (f"{case}-1", f"{case}-1-1", f"{case}-1-2"):
            assert [event.because for event in of(said, id, routing.WrittenAnswerOwed)] == [why], id


class SplitMeanwhile(Questions):
    """The form was read for one split, and another is saved before that is decided."""

    def __init__(self, database: Database, meanwhile: Callable[[], Awaitable[Any]]) -> None:
        super().__init__(database)
        self._meanwhile = meanwhile

    async def followers(self, lead: str) -> list[str]:
        await self._meanwhile()
        return await super().followers(lead)


async def test_two_who_split_a_question_at_once_number_its_parts_apart(office: Office) -> None:
    service = office.service
    assert service.database is not None
    await office.hears(announced(), form("C1", WHOLE, LAND_TITLE))

    async def another() -> None:
        await office.done(routing.SplitQuestion, question="C1-1", parts=PARTS[:2])

    questions, conferences = SplitMeanwhile(service.database, another), Conferences(service.database)
    classifiers = live_classifiers(service.communes, Teaching(questions, Handbooks(service.database)))
    command = routing.SplitQuestion(actor=CLERK, key="k", question="C1-1", parts=PARTS)
    await split_handlers.split_question(command, questions, conferences, classifiers, service.communes, _now)
    await at_rest(office)
    parts = [await question_of(office, f"C1-1-{part}") for part in (1, 2, 3)]
    assert [one.number for one in parts] == [3, 4, 5]


async def test_who_dies_between_the_split_and_its_parts_has_lost_none_of_them(fresh: Servers) -> None:
    """The split is saved; of its parts one is opened, then the process dies, and the event is delivered again."""
    service, database = routing_app.build(settings_of(fresh)), Database(fresh.mongo_url, "routing")
    questions, conferences = Questions(database), Conferences(database)
    classifiers = live_classifiers(service.communes, Teaching(questions, Handbooks(database)))
    await handlers.learn_what_a_dialogue_is_about(announced(), conferences)
    await handlers.hand_out_questions(form("C1", WHOLE), questions, conferences, classifiers, _now)
    parent = await questions.get("C1-1")
    assert parent is not None
    command = routing.SplitQuestion(actor=CLERK, key="k", question="C1-1", parts=PARTS)
    departments = {one.id for one in service.communes[COMMUNE].departments}
    classification = (await classifiers.of(COMMUNE)).classify(LAND_TITLE)
    kept, said = split_question(parent, command, 2, False, classification, departments, None, _now())
    [split] = [event for event in said if isinstance(event, routing.QuestionSplit)]
    await questions.change("C1-1", lambda _: (kept, said))

    first_only = split.model_copy(update={"parts": split.parts[:1]})
    await split_handlers.open_what_was_split_off(first_only, questions, conferences, classifiers, _now)
    await handlers.note_attendance(came("C1"), questions, conferences, _now)
    for _ in range(2):
        await split_handlers.open_what_was_split_off(split, questions, conferences, classifiers, _now)
    for id in ("C1-1", "C1-1-1", "C1-1-2"):
        one = await questions.get(id)
        assert one is not None
        assert one.present is True, id
        opened = [event.type for event in await questions.history(id)]
        assert len(opened) == len(set(opened)), "nothing is said twice"
    database.close()


def _now() -> datetime:
    return datetime.now(UTC)


# --- joined -----------------------------------------------------------------------------------------------------------


HEAD_OF_OFFICE = actor(Role.OFFICE_HEAD, name="Lê Quang Huy")


async def three_askers(office: Office) -> None:
    await office.hears(announced(), *(form(case, dialogue=None) for case in ("C1", "C2", "C3")))
    for case in ("C2", "C3"):
        await office.done(routing.JoinQuestion, OFFICER, question=f"{case}-1", lead="C1-1")
    await at_rest(office)


async def test_three_askers_one_text_three_approvals(office: Office) -> None:
    await three_askers(office)
    await office.done(routing.DraftAnswer, OFFICER, question="C1-1", text="Bản một.")
    await at_rest(office)
    assert (await question_of(office, "C2-1")).state == "drafted"
    await office.done(routing.ReturnAnswer, HEAD, question="C1-1", remarks="Thiếu căn cứ")
    await office.answered("C1-1", "Trong quý IV.")
    said = await at_rest(office)
    for case in ("C1", "C2", "C3"):
        [approved] = of(said, f"{case}-1", routing.AnswerApproved)
        assert (approved.text, approved.case) == ("Trong quý IV.", case)
        assert [event.because for event in of(said, f"{case}-1", routing.WrittenAnswerOwed)] == ["unscheduled"]
        texts = [event.text for event in of(said, f"{case}-1", routing.AnswerDrafted)]
        assert texts[-1] == "Trong quý IV."
        assert (await question_of(office, f"{case}-1")).follows is None


async def test_while_it_follows_a_question_has_no_answer_of_its_own_and_gets_one_when_it_is_parted(
    office: Office,
) -> None:
    await three_askers(office)
    for contract, fields in [
        (routing.DraftAnswer, {"text": "Riêng."}),
        (routing.KeepDraft, {"text": "Riêng."}),
        (routing.RequestExtension, {"working_days": 5, **MORE_TIME}),
    ]:
        refused = await office.asked(contract, OFFICER, question="C2-1", **fields)
        assert isinstance(refused, Refused)
        assert (refused.code, "K7QX-3M9D" in refused.reason) == ("not-now", True)
    assert getattr(await office.asked(routing.JoinQuestion, OFFICER, question="C1-1", lead="C2-1"), "code", "") == (
        "not-now"
    )
    await office.done(routing.PartQuestion, OFFICER, question="C2-1", reason="Câu này hỏi thêm về lệ phí")
    await office.done(routing.DraftAnswer, OFFICER, question="C2-1", text="Riêng.")
    await office.answered("C1-1", "Chung.")
    said = await at_rest(office)
    assert [len(of(said, f"{case}-1", routing.AnswerApproved)) for case in ("C1", "C2", "C3")] == [1, 0, 1]


async def test_who_follows_stays_when_the_leading_question_is_handed_back(office: Office) -> None:
    await three_askers(office)
    await office.done(routing.HandBack, OFFICER, question="C1-1", reason="Thuộc phòng khác")
    said = await at_rest(office)
    for case in ("C2", "C3"):
        [parted] = of(said, f"{case}-1", routing.QuestionParted)
        assert (parted.lead, parted.parted_by) == ("C1-1", None)
        question = await question_of(office, f"{case}-1")
        assert (question.state, question.department, question.follows) == ("assigned", LAND_OFFICE, None)


async def test_more_time_for_the_one_is_more_time_for_all_and_counts_once(office: Office) -> None:
    await three_askers(office)
    await office.done(routing.ExtendTerm, HEAD_OF_OFFICE, question="C1-1", working_days=5, **MORE_TIME)
    said = await at_rest(office)
    [granted] = of(said, "C1-1", routing.ExtensionGranted)
    await office.hears(granted, granted)
    said = await at_rest(office)
    for case in ("C2", "C3"):
        assert (await question_of(office, f"{case}-1")).extended_by == 5
        assert len(of(said, f"{case}-1", routing.ExtensionGranted)) == 1


async def test_one_answer_to_several_tells_its_writer_what_is_for_one_of_them_alone(office: Office) -> None:
    await three_askers(office)
    private = "Kính gửi bà Nguyễn Thị Hoa, điện thoại 0912345678: trong quý IV."
    refused = await office.asked(routing.DraftAnswer, OFFICER, question="C1-1", text=private)
    assert isinstance(refused, Refused)
    assert "gửi cho 3 người hỏi" in refused.reason
    kept = await office.done(routing.KeepDraft, OFFICER, question="C1-1", text=private)
    assert {"kind": "phone", "text": "0912345678", "certain": True} in kept.state["personal"]
    handed_in = await office.done(routing.DraftAnswer, OFFICER, question="C1-1", text="Kính gửi bà Hoa: quý IV.")
    assert [one["kind"] for one in handed_in.state["personal"]] in (["name"], [])
    assert [one.get("text") for one in handed_in.state["drafts"]] == [None, "Kính gửi bà Hoa: quý IV."]
    alone = await office.done(routing.PartQuestion, OFFICER, question="C2-1", reason="Trả lời riêng cho bà Hoa")
    assert "personal" not in alone.state
    said = await at_rest(office)
    assert [event.follows for event in of(said, "C3-1", routing.AnswerDrafted)] == ["C1-1"]


async def test_two_that_join_each_other_at_once_are_both_answered(office: Office) -> None:
    await office.hears(announced(), form("C1", dialogue=None), form("C2", dialogue=None))
    await asyncio.gather(
        office.asked(routing.JoinQuestion, OFFICER, question="C1-1", lead="C2-1"),
        office.asked(routing.JoinQuestion, OFFICER, question="C2-1", lead="C1-1"),
    )
    await at_rest(office)
    leads = [id for id in ("C1-1", "C2-1") if (await question_of(office, id)).follows is None]
    assert leads, "one of them leads, or each is on its own"
    for id in leads:
        await office.answered(id, "Trong quý IV.")
    said = await at_rest(office)
    assert [len(of(said, id, routing.AnswerApproved)) for id in ("C1-1", "C2-1")] == [1, 1]
