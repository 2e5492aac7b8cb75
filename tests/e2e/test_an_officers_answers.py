"""Xã Thanh Trì answers: like questions with one text, several matters by several departments, each step by another.

One story across all services. Questions come in outside any dialogue, so each is owed in writing: three neighbours ask
much the same, one asks two things at once, one question is given to the wrong department.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import nats
import pytest
import pytest_asyncio

from deploy.embedded.rehearsal.ledger import Ledger
from deploy.embedded.rehearsal.play import Outcome
from shared.broker import DEADLETTERS
from shared.commands import send
from shared.contracts import Done, Refused, Role, handbook, routing
from tests.e2e.journey import Journey
from tests.e2e.town import Town, at, settled_in
from tests.servers import RunningSystem, running

COMMUNE = "thanh-tri"
ECONOMY, CULTURE, CENTRE = "phong-kinh-te", "phong-van-hoa-xa-hoi", "trung-tam-hanh-chinh-cong"
ANSWER = "Hồ sơ của thôn Nội được xét trong tháng 6/2026. Ông/bà theo dõi danh sách niêm yết tại nhà văn hóa thôn."
FIRST = "Hồ sơ của thôn Nội sẽ được xét."
TWO = (
    "Con tôi sinh tháng trước thì làm giấy khai sinh cần giấy tờ gì? Ngoài ra đèn đường ngõ 5 hỏng hai tháng chưa sửa."
)
WRONG = "Mẹ tôi 80 tuổi chưa có lương hưu thì được hưởng trợ cấp gì?"
NEIGHBOURS = {
    "lead": "Bao giờ các hộ ở thôn Nội được cấp sổ đỏ?",
    "second": "Sổ đỏ của thôn Nội bao giờ thì cấp?",
    "third": "Nhà tôi ở thôn Nội, bao giờ có sổ đỏ?",
}


@dataclass(frozen=True)
class Story(Journey):
    """What has become of the forms of a town, by their names in the story. told: what was seen on the way."""

    town: Town
    told: dict[str, Any]

    def case(self, key: str) -> str:
        return self.town.cases[key]


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningSystem]:
    with running(begins_at=at(4, 6, 7)) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(stack: RunningSystem) -> AsyncIterator[Story]:
    town, told = await settled_in(COMMUNE, stack), dict[str, Any]()
    await town.it_is(at(4, 6, 9))
    await the_forms_come_in(town)
    await the_office_hands_them_out(town, told)
    await the_officer_writes(town, told)
    await the_others_are_answered(town)
    await the_office_teaches_a_rule(town, told)
    events, ledger = await town.said(), Ledger()
    for event in events:
        ledger.note(event)
    yield Story(COMMUNE, Outcome({COMMUNE: ledger}, {}), events, stack.addresses, town, told)
    await town.client.close()


async def the_forms_come_in(town: Town) -> None:
    asked = NEIGHBOURS | {"two": TWO, "wrong": WRONG}
    for number, (name, text) in enumerate(asked.items(), 1):
        await town.sends_by_program(
            name,
            text,
            name=f"Nguyễn Văn {('An', 'Bình', 'Cường', 'Dũng', 'Em')[number - 1]}",
            phone=f"095300000{number}",
            email=f"{name}@nguoidan.example",
            address=f"Số {number}, thôn Nội",
        )


async def the_office_hands_them_out(town: Town, told: dict[str, Any]) -> None:
    """What the rules did not give to these departments, the clerk does."""
    for name in NEIGHBOURS:
        await hand_out(town, of(town, name), "land", ECONOMY)
    parts = (
        {"text": "Con tôi sinh tháng trước thì làm giấy khai sinh cần giấy tờ gì?"},
        {"text": "Đèn đường ngõ 5 hỏng hai tháng chưa sửa."},
    )
    first, second = (
        routing.Part(**parts[0], field="civil-status", department=CENTRE),
        routing.Part(**parts[1], field="infrastructure", department=ECONOMY),
    )
    await town.does(routing.SplitQuestion, Role.CLERK, question=of(town, "two"), parts=(first, second))
    wrong = of(town, "wrong")
    await hand_out(town, wrong, "land", ECONOMY)
    await town.does(routing.HandBack, Role.OFFICER, ECONOMY, question=wrong, reason="Nội dung thuộc chính sách xã hội")
    async with town.own_form("wrong", "0005") as form:
        told["handed back"] = await form.page()
    await hand_out(town, wrong, "social-policy", CULTURE)


async def the_officer_writes(town: Town, told: dict[str, Any]) -> None:
    """For all three at once; with the opinion of another department, through each step, and once more."""
    lead = of(town, "lead")
    for name in ("second", "third"):
        await town.does(routing.JoinQuestion, Role.OFFICER, ECONOMY, question=of(town, name), lead=lead)
    told["own draft"] = await refused(town, routing.DraftAnswer, of(town, "second"), text="Trả lời riêng.")
    await town.does(
        routing.AskCoordination,
        Role.OFFICER,
        ECONOMY,
        question=lead,
        departments=(CULTURE,),
        matter="Nhà văn hóa thôn Nội niêm yết được từ ngày nào?",
    )
    await town.does(routing.GiveOpinion, Role.OFFICER, CULTURE, question=lead, text="Từ ngày 01/6/2026.")
    told["placeholder"] = await refused(town, routing.DraftAnswer, lead, text="Xét trong {tháng xét}.")
    await town.does(routing.KeepDraft, Role.OFFICER, ECONOMY, question=lead, text=FIRST)
    await town.it_is(at(4, 7, 9))
    await town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=lead, text=FIRST)
    await town.does(routing.ApproveAnswer, Role.HEAD, ECONOMY, question=lead)
    await town.does(routing.ReturnAnswer, Role.CHAIRMAN, question=lead, remarks="Nêu rõ tháng xét và nơi niêm yết.")
    await town.it_is(at(4, 8, 9))
    await town.does(routing.DraftAnswer, Role.OFFICER, ECONOMY, question=lead, text=ANSWER)
    async with town.own_form("third", "0003") as form:
        told["drafted"] = await form.page()
    await town.approves(lead)
    history = await town.does(routing.ReadHistory, Role.CLERK, question=lead)
    told["history"] = history.state["entries"]


async def the_others_are_answered(town: Town) -> None:
    await town.it_is(at(4, 9, 9))
    await town.works()


async def the_office_teaches_a_rule(town: Town, told: dict[str, Any]) -> None:
    """Tried before it is saved; then it decides at once."""
    text = "Ki ốt số 7 khu Ao Cả thu tiền thế nào?"
    rules = (handbook.WordRule(field="business", words=("khu Ao Cả",), weight=3.0, department=CULTURE),)
    tried = await town.does(handbook.TryWordRules, Role.CLERK, rules=rules, texts=(text,))
    told["tried"] = tried.state["texts"][0]
    before = await town.does(handbook.ClassifyTexts, Role.CLERK, texts=(text,))
    told["before"] = before.state["texts"][0]
    await town.does(handbook.SaveWordRules, Role.CLERK, rules=rules, reason="Khu Ao Cả do Phòng Văn hóa quản lý.")
    async with asyncio.timeout(20):
        while await says(town, text) != CULTURE:  # noqa: ASYNC110 - every replica looks for itself
            await asyncio.sleep(0.2)
    await town.sends_by_program("taught", text, name="Lê Thị Phượng", phone="0953000006", address="Số 6, thôn Nội")


async def says(town: Town, text: str) -> str:
    told = await town.does(handbook.ClassifyTexts, Role.CLERK, texts=(text,))
    department: str = told.state["texts"][0]["department"]
    return department


def of(town: Town, name: str) -> str:
    return f"{town.cases[name]}-1"


async def hand_out(town: Town, question: str, field: str, department: str) -> None:
    known = await town.said(routing.QuestionAssigned, routing.QuestionHandedBack)
    last = next((one for one in reversed(known) if one.question == question), None)
    if isinstance(last, routing.QuestionAssigned) and (last.field, last.department) == (field, department):
        return
    await town.does(
        routing.AssignQuestion,
        Role.CLERK,
        question=question,
        field=field,
        department=department,
        reason="Văn phòng đọc và phân loại.",
    )


async def refused(town: Town, command: Any, question: str, **fields: Any) -> str:
    actor = town.person(Role.OFFICER, ECONOMY)
    reply = await send(town.client, command(actor=actor, key=f"no-{question}-{fields}", question=question, **fields))
    assert isinstance(reply, Refused), reply
    return reply.reason


# --- one text, and a letter for each ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_each_neighbour_has_a_letter_of_his_own_with_the_same_answer(story: Story, name: str) -> None:
    assert ANSWER in story.mail("answer", f"{name}@nguoidan.example")
    assert NEIGHBOURS[name] in story.mail("answer", f"{name}@nguoidan.example")
    assert story.settled(name) == "answered-in-writing"


def test_who_gets_the_answer_of_another_has_none_to_write_himself(story: Story) -> None:
    assert story.town.codes["lead"] in story.told["own draft"]


def test_the_terms_of_those_that_follow_are_met_with_the_one_they_follow(story: Story) -> None:
    for name in NEIGHBOURS:
        met = story.named("deadline-met", rule="department-answer", about=story.question(name))
        assert [one.late for one in met] == [False, False], "handed in, returned in time, handed in again"


# --- through each step --------------------------------------------------------------------------------------------


def test_a_placeholder_left_in_the_text_is_named(story: Story) -> None:
    assert "{tháng xét}" in story.told["placeholder"]


def test_the_answer_went_from_the_officer_to_the_head_to_the_leaders_and_once_more(story: Story) -> None:
    lead = story.question("lead")
    steps = ("draft-kept", "answer-drafted", "answer-endorsed", "answer-returned", "answer-approved")
    walked = [event.name for event in story.events if getattr(event, "question", None) == lead and event.name in steps]
    again = ["answer-drafted", "answer-endorsed", "answer-approved"]
    assert walked == ["draft-kept", "answer-drafted", "answer-endorsed", "answer-returned", *again]
    assert [event.draft for event in story.named("answer-drafted", question=lead)] == [1, 2], (
        "what was kept is handed in"
    )
    people = {event.drafted_by for event in story.named("answer-drafted", question=lead)}
    people |= {event.endorsed_by for event in story.named("answer-endorsed", question=lead)}
    people |= {event.approved_by for event in story.named("answer-approved", question=lead)}
    assert len(people) == 3, "nobody judges what he wrote, nor twice"


def test_who_did_what_is_told_with_whose_turn_it_was_then_and_why(story: Story) -> None:
    entries = story.told["history"]
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)
    returned = next(entry for entry in entries if entry["why"] and "Nêu rõ tháng xét" in entry["why"])
    assert (returned["from"], returned["to"], returned["holder"]) == ("drafted", "returned", ECONOMY)
    assert any(entry["what"] and "phối hợp" in entry["what"] for entry in entries)


def test_its_asker_reads_in_plain_words_who_has_it(story: Story) -> None:
    page = story.told["drafted"]
    assert "Phòng Kinh tế" in page
    assert "dự thảo" not in page, "words of the office stay in the office"


# --- several matters, the wrong department ----------------------------------------------------------------------------


def test_each_matter_is_answered_by_its_own_department(story: Story) -> None:
    whole, part = story.question("two"), f"{story.question('two')}-1"
    departments = {
        event.question: event.department for event in story.named("answer-approved") if event.question in (whole, part)
    }
    assert departments == {whole: CENTRE, part: ECONOMY}
    for question in (whole, part):
        assert story.the("question-settled", question=question).how == "answered-in-writing"
    told = " ".join(mail["Subject"] + " " + str(mail.get_body(("plain",)).get_content()) for mail in two_mails(story))
    assert "giấy khai sinh" in told
    assert "Đèn đường ngõ 5" in told


def two_mails(story: Story) -> list[Any]:
    return story.mails("answer", "two@nguoidan.example")


def test_a_question_in_the_wrong_place_goes_back_with_its_reason_for_everybody_to_read(story: Story) -> None:
    page = story.told["handed back"]
    assert "Phòng Kinh tế đã chuyển lại Văn phòng" in page
    assert "Lý do: Nội dung thuộc chính sách xã hội." in page
    assert story.the("answer-approved", question=story.question("wrong")).department == CULTURE
    assert story.the("deadline-met", rule="triage", about=story.question("wrong"))


# --- what the office teaches ------------------------------------------------------------------------------------------


def test_a_rule_is_tried_before_it_is_saved_and_decides_from_then_on(story: Story) -> None:
    assert story.told["tried"]["department"] == CULTURE != story.told["before"]["department"]
    taught = story.the("question-assigned", question=story.question("taught"))
    assert (taught.department, taught.field, taught.assigned_by) == (CULTURE, "business", None)
    assert "khu Ao Cả" in taught.because


# --- the books ------------------------------------------------------------------------------------------------------


def test_nothing_is_owed_but_the_one_question_that_has_just_come(story: Story) -> None:
    settled = {event.question for event in story.named("question-settled")}
    asked = {question.id for form in story.named("submission-received") for question in form.questions}
    asked |= {part.id for split in story.named("question-split") for part in split.parts}
    assert asked - settled == {story.question("taught")}
    ended = ("deadline-met", "deadline-cancelled")
    open_terms = {event.deadline for event in story.named("deadline-set")}
    open_terms -= {event.deadline for name in ended for event in story.named(name)}
    assert {term.partition(":")[0] for term in open_terms if not term.startswith(COMMUNE)} == {story.question("taught")}


async def test_nothing_is_parked(story: Story) -> None:
    client = await nats.connect(story.stack.nats_url)
    try:
        parked = await client.jetstream().stream_info(DEADLETTERS)
        assert parked.state.messages == 0
    finally:
        await client.close()


async def test_the_same_key_twice_is_one_effect(story: Story) -> None:
    """The last act, sent once more by a network that lost its answer."""
    command = handbook.SaveWordRules(
        actor=story.town.person(Role.CLERK), key="once", rules=(), reason="Bỏ quy tắc thử nghiệm."
    )
    first, second = await send(story.town.client, command), await send(story.town.client, command)
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.version == second.version
