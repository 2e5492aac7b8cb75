"""Everything that can be done with a question: by whom, of which commune, on what he has seen, and once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.routing.moves import MOVES
from shared.contracts import Actor, Command, Refused, Role, routing
from tests.builders import (
    actor,
)
from tests.integration.routing_office import (
    CHAIRMAN,
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
from tests.servers import Servers


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with an_office(fresh) as office:
        yield office


# --- every command ----------------------------------------------------------------------------------------------------

Prepare = Callable[[Office, str], Awaitable[Any]]


@dataclass(frozen=True)
class Asking:
    """What a command says, who may give it and who may not, and what must have been done before."""

    fields: dict[str, Any]
    by: Actor = CLERK
    not_by: Actor = OTHER_OFFICER
    first: Prepare | None = None


def after(contract: type[Command], by: Actor = CLERK, **fields: Any) -> Prepare:
    async def prepare(office: Office, question: str) -> None:
        await office.done(contract, by, question=question, **fields)

    return prepare


async def check_in(office: Office, question: str) -> None:
    await office.hears(came(question.removesuffix("-1")))


async def answer_aloud(office: Office, question: str) -> None:
    await check_in(office, question)
    await office.done(routing.AnswerOnTheSpot, question=question, text="Đã có sổ.", answered_by="Chủ tịch")


async def publish(office: Office, question: str) -> None:
    await answer_aloud(office, question)
    await office.done(routing.PublishAnswer, question=question, **PUBLISHING)


LEAD = "LEAD-1"
ASSIGNING = {"field": "health", "department": CULTURE, "reason": "Đúng việc"}
GUIDING = {"scope": "complaint", "authority": "Ban Tiếp công dân", "guidance": "Gửi đơn tới Ban Tiếp công dân."}
PARTS = ({"text": LAND_TITLE}, {"text": "Lệ phí cấp sổ đỏ là bao nhiêu?"})
OTHERS = {"departments": (CULTURE,), "matter": "Diện tích xây trường"}
PUBLISHING = {"asked": "Bao giờ thôn Nội có sổ đỏ?", "answered": "Trong quý IV."}
HANDING_OVER = {"field": "health", "department": CULTURE, "reason": "Thuộc phòng khác", "clock": "pauses"}
REFERRING = {"authority": "Ủy ban nhân dân thành phố Hà Nội", "reason": "Vượt thẩm quyền"}
hand_in = after(routing.DraftAnswer, OFFICER, text="Trả lời.")
hand_over = after(routing.TransferQuestion, **HANDING_OVER)
refer_up = after(routing.ReferQuestionUp, **REFERRING)
ASKINGS: dict[type[Command], Asking] = {
    routing.AssignQuestion: Asking(ASSIGNING),
    routing.RedirectQuestion: Asking(GUIDING, by=CHAIRMAN),
    routing.TransferQuestion: Asking(HANDING_OVER),
    routing.HandBack: Asking({"reason": "Thuộc lĩnh vực của phòng khác"}, by=OFFICER),
    routing.SplitQuestion: Asking({"parts": PARTS}),
    routing.AskCoordination: Asking(OTHERS, by=OFFICER),
    routing.GiveOpinion: Asking(
        {"text": "Đã có quy hoạch."},
        by=OTHER_OFFICER,
        not_by=OFFICER,
        first=after(routing.AskCoordination, **OTHERS),
    ),
    routing.AcceptTransfer: Asking({}, by=OTHER_OFFICER, not_by=CLERK, first=hand_over),
    routing.ReferQuestionUp: Asking(REFERRING),
    routing.ReportToSuperior: Asking({"document": "45/BC-UBND"}, first=refer_up),
    routing.KeepDraft: Asking({"text": "Trả lời dở."}, by=OFFICER, not_by=CLERK),
    routing.DraftAnswer: Asking({"text": "Trả lời."}, by=OFFICER, not_by=CHAIRMAN),
    routing.ReturnAnswer: Asking({"remarks": "Thiếu căn cứ"}, by=CHAIRMAN, not_by=OFFICER, first=hand_in),
    routing.ApproveAnswer: Asking({}, by=HEAD, not_by=CLERK, first=hand_in),
    routing.RequestExtension: Asking({"working_days": 5, **MORE_TIME}, by=OFFICER, not_by=CLERK),
    routing.ExtendTerm: Asking({"working_days": 5, **MORE_TIME}, by=CHAIRMAN),
    routing.AnswerOnTheSpot: Asking({"text": "Đã có sổ.", "answered_by": "Chủ tịch"}, first=check_in),
    routing.TakeForWrittenAnswer: Asking({"note": "Giao Phòng Kinh tế trả lời"}),
    routing.GroupQuestion: Asking({"topic": "Cấp sổ đỏ"}),
    routing.JoinQuestion: Asking({"lead": LEAD}, by=OFFICER),
    routing.PartQuestion: Asking({"reason": "Hỏi thêm về lệ phí"}, first=after(routing.JoinQuestion, lead=LEAD)),
    routing.PrioritiseQuestion: Asking({"pressing": True, "reason": "Nhiều hộ cùng hỏi"}),
    routing.ReopenQuestion: Asking({"reason": "Thiếu căn cứ"}, first=answer_aloud),
    routing.PublishAnswer: Asking(PUBLISHING, by=CHAIRMAN, first=answer_aloud),
    routing.UnpublishAnswer: Asking({"reason": "Quy định đã thay đổi"}, first=publish),
}


def test_every_move_is_asked_for_here() -> None:
    assert set(ASKINGS) == set(MOVES)


async def test_each_command_is_carried_out_once_for_its_own_people_who_saw_what_is(office: Office) -> None:
    await office.hears(announced(), form("LEAD"), *(form(f"C{number}") for number in range(len(ASKINGS))))
    for number, asking in enumerate(ASKINGS.values()):
        if asking.first:
            await asking.first(office, f"C{number}-1")
    for number, (contract, asking) in enumerate(ASKINGS.items()):
        await is_carried_out_once(office, contract, asking, f"C{number}-1")


async def is_carried_out_once(office: Office, contract: type[Command], asking: Asking, question: str) -> None:
    verb, ask = contract.verb, {"question": question, **asking.fields}
    stranger = asking.by.model_copy(update={"commune": "thanh-mai"})
    before = await office.told(question)

    refusals = [
        await office.asked(contract, asking.not_by, **ask),
        await office.asked(contract, stranger, **ask),
        await office.asked(contract, asking.by, **ask | {"question": "C99-1"}),
        unseen := await office.asked(contract, asking.by, **ask, version=0),
    ]
    codes = [getattr(reply, "code", reply) for reply in refusals]
    assert codes == ["forbidden", "forbidden", "not-found", "stale"], verb
    assert isinstance(unseen, Refused)
    assert unseen.changes == tuple(event.name for event in before), verb
    assert unseen.state is not None, verb
    assert await office.told(question) == before, verb

    done = await office.done(contract, asking.by, **ask, version=len(before), key=f"once-{question}")
    again = await office.done(contract, asking.by, **ask, version=len(before), key=f"once-{question}")
    assert done == again, verb
    assert done.version == len(await office.told(question)) > len(before), verb
    other = await office.asked(contract, stranger, **ask, key=f"once-{question}")
    assert getattr(other, "code", other) == "forbidden", f"{verb}: a key that was seen shows nothing to strangers"


@pytest.mark.parametrize("contract", [one for one in routing.RoutingCommand.__subclasses__() if one not in MOVES])
async def test_what_is_read_of_a_question_is_for_people_of_its_commune_and_changes_nothing(
    office: Office, contract: type[Command]
) -> None:
    await office.hears(announced(), form("C1"))
    before = await office.told("C1-1")
    operator, stranger = actor(Role.OPERATOR), CLERK.model_copy(update={"commune": "thanh-mai"})
    for by, question, code in [
        (operator, "C1-1", "forbidden"),
        (stranger, "C1-1", "forbidden"),
        (CLERK, "C99-1", "not-found"),
    ]:
        assert getattr(await office.asked(contract, by, question=question), "code", None) == code
    assert (await office.done(contract, question="C1-1", version=0)).state
    assert await office.told("C1-1") == before


async def test_an_answer_passes_the_steps_of_the_commune_and_its_history_tells_who_did_what(office: Office) -> None:
    await office.hears(announced(), form("C1"))
    await office.done(routing.AskCoordination, OFFICER, question="C1-1", **OTHERS)
    await office.done(routing.GiveOpinion, OTHER_OFFICER, question="C1-1", text="Đã có quy hoạch.")
    await office.done(routing.KeepDraft, OFFICER, question="C1-1", text="Nộp tại {nơi nộp}.")
    unfilled = await office.asked(routing.DraftAnswer, OFFICER, question="C1-1", text="Nộp tại {nơi nộp}.")
    assert getattr(unfilled, "reason", "").startswith("Còn chỗ chưa điền: {nơi nộp}.")
    drafted = await office.done(routing.DraftAnswer, OFFICER, question="C1-1", text="Nộp tại Một cửa.")
    assert drafted.state["awaits"] == [["head"], ["office-head", "chairman"]]
    early = await office.asked(routing.ApproveAnswer, CHAIRMAN, question="C1-1")
    assert getattr(early, "code", None) == "not-now"
    await office.done(routing.ApproveAnswer, HEAD, question="C1-1")
    await office.done(routing.ApproveAnswer, CHAIRMAN, question="C1-1")
    reply = await office.done(routing.ReadHistory, OTHER_OFFICER, question="C1-1")
    told = [(one["who"], one["role"], one["to"], one["holder"]) for one in reply.state["entries"]]
    assert told == [
        (None, None, "assigned", LAND_OFFICE),
        (OFFICER.name, "officer", "assigned", LAND_OFFICE),
        (OTHER_OFFICER.name, "officer", "assigned", LAND_OFFICE),
        (OFFICER.name, "officer", "assigned", LAND_OFFICE),
        (OFFICER.name, "officer", "drafted", LAND_OFFICE),
        (HEAD.name, "head", "drafted", "leaders"),
        (CHAIRMAN.name, "chairman", "approved", "office"),
    ]
    assert reply.version == len(told)


async def test_in_the_office_s_own_department_its_head_passes_the_answer_once(office: Office) -> None:
    await office.hears(announced(), form("C1"))
    own = {"field": "other", "department": "van-phong", "reason": "Việc của Văn phòng"}
    await office.done(routing.AssignQuestion, question="C1-1", **own)
    writer = actor(Role.OFFICER, name="Phạm Thu Trang", department="van-phong")
    drafted = await office.done(routing.DraftAnswer, writer, question="C1-1", text="Trả lời.")
    assert drafted.state["awaits"] == [["office-head"], ["chairman"]]
