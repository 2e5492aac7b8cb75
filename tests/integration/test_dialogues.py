"""A dialogue on real servers: seats and lists whatever is delivered twice, and the pages that tell of it.

Intake runs in this process; what the other services say is published as they would say it.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from pymongo import monitoring

from deploy.embedded.quiet import until_quiet
from services.intake import app as intake_app
from services.intake.dialogue import State
from services.intake.pages.notice import VERSION
from services.intake.store import Dialogues, Submissions
from shared.broker import EVENTS
from shared.cases import follow
from shared.clock import move_clock
from shared.commands import send
from shared.contracts import Done, Envelope, Event, Refused, Role, deadlines, intake, notify
from shared.contracts.conference import Opinion, Promise, Representative
from shared.contracts.people import Matter
from shared.contracts.routing import QuestionSettled
from shared.service import Service
from shared.settings import Settings
from tests.builders import (
    CLOSES_AT,
    COMMUNE,
    DIALOGUE,
    HELD_AT,
    LIST,
    NOW,
    PLACE,
    SUBMISSION,
    TITLE,
    actor,
    of_deadline,
    of_question,
    question,
    registrant,
)
from tests.servers import Servers

CUT_OFF: dict[str, Any] = {"rule": "registration-cutoff", "about": DIALOGUE, "case": DIALOGUE, "due_at": CLOSES_AT}
LATER = "thanh-tri-2026-2"
ASKED = (Matter(section="procedures", text="Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"),)


class Calls(monitoring.CommandListener):
    """What the database is asked, while somebody listens."""

    def __init__(self) -> None:
        self.names: list[str] | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.names is not None and event.database_name == "doithoai_intake":
            self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


CALLS = Calls()
monitoring.register(CALLS)


@dataclass
class Office:
    """Intake and whoever works with it. Times are those of the rehearsal clock."""

    client: Client
    service: Service
    http: httpx.AsyncClient
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def dialogues(self) -> Dialogues:
        assert self.service.database is not None
        return Dialogues(self.service.database)

    @property
    def submissions(self) -> Submissions:
        assert self.service.database is not None
        return Submissions(self.service.database)

    async def ask(self, contract: type[intake.IntakeCommand], role: Role = Role.CLERK, **fields: Any) -> Any:
        own = {"dialogue": DIALOGUE} if "dialogue" in contract.model_fields else {}
        name = "Nguyễn Văn Lợi" if role is Role.CHAIRMAN else "Trần Thị Hạnh"
        known = {"actor": actor(role, name=name), "key": f"key-{next(self.numbers)}"} | own
        return await send(self.client, contract(**known | fields))

    async def do(self, contract: type[intake.IntakeCommand], role: Role = Role.CLERK, **fields: Any) -> dict[str, Any]:
        reply = await self.ask(contract, role, **fields)
        assert isinstance(reply, Done), reply
        return reply.state

    async def hear(self, event: Event, *, times: int = 1) -> None:
        """Somebody says it, and the broker brings it so many times."""
        for _ in range(times):
            number = next(self.numbers)
            envelope = Envelope(
                id=f"{event.speaker}:{number}",
                source=f"/services/{event.speaker}",
                type=event.type,
                subject=event.subject,
                time=event.occurred_at,
                sequence=number,
                correlationid=event.case,
                data=event.model_dump(mode="json"),
            )
            body = envelope.model_dump_json().encode()
            await self.client.jetstream().publish(event.subject, body, stream=EVENTS)
        await self.quiet()

    async def again(self, handler: str, event: str, case: str = DIALOGUE) -> None:
        """An event that intake has said comes to one of its handlers once more."""
        [*_, message] = [one for one in await follow(self.client, COMMUNE, case) if one.subject.endswith(event)]
        await self.client.jetstream().publish(f"replay.{handler}", message.model_dump_json().encode(), stream=EVENTS)
        await self.quiet()

    async def quiet(self) -> None:
        await until_quiet(self.client, ["intake"])

    async def said(self, case: str) -> list[Event]:
        await self.quiet()
        return [one.open() for one in await follow(self.client, COMMUNE, case)]

    async def plan(self, dialogue: str = DIALOGUE, held_at: Any = HELD_AT, **fields: Any) -> None:
        """Plan and announce, with the cut-off that deadlines would count."""
        await self.do(intake.PlanDialogue, dialogue=dialogue, title=TITLE, held_at=held_at, place=PLACE, **fields)
        due_at = CLOSES_AT + (held_at - HELD_AT)
        cut_off = CUT_OFF | {"about": dialogue, "case": dialogue, "due_at": due_at}
        await self.hear(of_deadline(deadlines.DeadlineSet, **cut_off))
        await self.do(intake.AnnounceDialogue, dialogue=dialogue)

    async def register(self, name: str, address: str = "Số 5", **fields: Any) -> str:
        """The submission's id."""
        person = registrant(name=name, address=address)
        known = {"channel": "paper", "registrant": person, "questions": ASKED, "dialogue": None}
        receipt = await self.do(intake.RegisterSubmission, **known | fields)
        return str(receipt["questions"][0]["id"]).rpartition("-")[0]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(servers: Servers) -> AsyncIterator[Office]:
    settings = Settings(nats_url=servers.nats_url, mongo_url=servers.mongo_url, clock="rehearsal")
    service, client = intake_app.build(settings), await nats.connect(servers.nats_url)
    transport = httpx.ASGITransport(service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://intake") as http,
    ):

        async def is_ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await until(is_ready)
        await move_clock(client, NOW)

        async def is_then() -> bool:
            return abs(service.clock() - NOW) < timedelta(minutes=5)

        await until(is_then)
        yield Office(client, service, http)
    await client.close()


@pytest.fixture
async def office(fresh: Servers) -> AsyncIterator[Office]:
    async with serving(fresh) as found:
        yield found


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# --- seats ----------------------------------------------------------------------------------------------------------


async def test_seats_are_given_once_whatever_is_delivered_twice(office: Office) -> None:
    await office.plan(seats=3, per_hamlet=1)
    guest = Representative(id="mt-1", name="Nguyễn Văn Bình")
    await office.do(intake.InviteRepresentative, representative=guest)
    first = await office.register("An", "Số 1, thôn Nội")
    same_hamlet = await office.register("Bình", "Số 2, thon noi")
    other = await office.register("Chi", "Số 3, thôn Đông Phù")
    last = await office.register("Dung", "Số 4, thôn Tự Khoát")
    await office.hear(of_deadline(deadlines.DeadlinePassed, **CUT_OFF), times=3)
    for _ in range(2):
        await office.again("intake-give-seats", "registration-closed")
    assert names(await office.said(DIALOGUE)).count("RegistrationClosed") == 1
    told = {one: (await office.said(one))[1:] for one in (first, same_hamlet, other, last)}
    assert {one: names(events) for one, events in told.items()} == {
        first: ["RegistrantInvited"],
        same_hamlet: ["RegistrantWaitlisted"],
        other: ["RegistrantInvited"],
        last: ["RegistrantWaitlisted"],
    }
    assert [told[one][0].seat for one in (first, other)] == [2, 3]  # type: ignore[attr-defined]
    assert [told[one][0].place for one in (same_hamlet, last)] == [1, 2]  # type: ignore[attr-defined]

    await office.do(intake.ExcuseRegistrant, submission=other, reason="Đi công tác xa")
    await office.quiet()
    for _ in range(2):
        await office.again("intake-free-the-seat", "registrant-excused", other)
    assert names(await office.said(last))[1:] == ["RegistrantWaitlisted", "RegistrantInvited"]
    assert names(await office.said(same_hamlet))[1:] == ["RegistrantWaitlisted"], "his hamlet has its share"
    dialogue = await office.dialogues.get(DIALOGUE)
    assert dialogue is not None
    assert Counter(guest.seat for guest in dialogue.guests) == {1: 1, 2: 1, 3: 1, None: 1}


async def test_who_withdraws_all_he_asked_gives_his_seat_away(office: Office) -> None:
    await office.plan(seats=1)
    first, second = [await office.register(name) for name in ("An", "Bình")]
    await office.hear(of_deadline(deadlines.DeadlinePassed, **CUT_OFF))
    for _ in range(2):
        await office.do(intake.WithdrawQuestions, submission=first, reason="Đã tự giải quyết xong")
    await office.quiet()
    for _ in range(2):
        await office.again("intake-free-the-seat", "questions-withdrawn", first)
    assert names(await office.said(first))[1:] == ["RegistrantInvited", "QuestionsWithdrawn"]
    assert names(await office.said(second))[1:] == ["RegistrantWaitlisted", "RegistrantInvited"]


async def test_a_paper_form_that_came_in_time_and_is_entered_late_gets_a_seat_or_a_place_among_those_who_wait(
    office: Office,
) -> None:
    await office.plan(seats=2)
    first = await office.register("An")
    await office.hear(of_deadline(deadlines.DeadlinePassed, **CUT_OFF))
    late = {"received_at": NOW - timedelta(hours=2), "late_because": "Mất điện cả buổi sáng."}
    second, third = [await office.register(name, **late) for name in ("Bình", "Chi")]
    too_late = await office.register("Dung")
    for _ in range(2):
        await office.again("intake-seat-who-was-entered-late", "submission-received", third)
    told = {one: (await office.said(one))[1:] for one in (first, second, third, too_late)}
    assert [names(events) for events in told.values()] == [
        ["RegistrantInvited"],
        ["RegistrantInvited"],
        ["RegistrantWaitlisted"],
        [],
    ]
    assert told[second][0].seat == 2  # type: ignore[attr-defined]


async def test_the_boxes_of_a_paper_form_are_taken_apart_as_those_of_the_web_form_are(office: Office) -> None:
    boxes = {"procedures": "1. Cấp lại giấy khai sinh ở đâu?\n2. Lệ phí bao nhiêu?", "handling": "Một cửa mở mấy giờ?"}
    receipt = await office.do(
        intake.RegisterSubmission, channel="paper", registrant=registrant(), boxes=boxes, dialogue=None
    )
    assert [(one["section"], one["text"]) for one in receipt["questions"]] == [
        ("procedures", "Cấp lại giấy khai sinh ở đâu?"),
        ("procedures", "Lệ phí bao nhiêu?"),
        ("handling", "Một cửa mở mấy giờ?"),
    ]


async def test_a_dialogue_that_moves_ahead_opens_registration_again(office: Office) -> None:
    await office.plan()
    early = await office.register("An")
    await office.hear(of_deadline(deadlines.DeadlinePassed, **CUT_OFF))
    late = await office.register("Bình")
    later = HELD_AT + timedelta(days=14)
    await office.do(intake.RescheduleDialogue, held_at=later, reason="Bão số 3 đổ bộ.")
    moved = CUT_OFF | {"due_at": CLOSES_AT + timedelta(days=14), "cause": "rescheduled"}
    await office.hear(of_deadline(deadlines.DeadlineMoved, **moved), times=2)
    again = await office.register("Chi")
    await office.hear(of_deadline(deadlines.DeadlinePassed, **moved))
    assert names(await office.said(early))[1:] == ["RegistrantInvited"], "he keeps his seat"
    assert names(await office.said(late)) == ["SubmissionReceived"]
    assert names(await office.said(again))[1:] == ["RegistrantInvited"]


# --- lists ----------------------------------------------------------------------------------------------------------


async def expecting_a_list(office: Office) -> None:
    """The plan of Thanh Trì asks nobody for a list; that of others does."""
    await office.plan()
    await office.dialogues.change(DIALOGUE, lambda one: (replace(one, lists=(LIST,)), []))  # type: ignore[type-var]


def opinions(*people: str) -> tuple[Opinion, ...]:
    return tuple(Opinion(registrant=registrant(name=name), matters=ASKED) for name in people)


async def test_a_list_that_comes_in_twice_doubles_nothing(office: Office) -> None:
    await expecting_a_list(office)
    sent: dict[str, Any] = {"list": LIST.id, "opinions": opinions("An", "Bình", "Chi")}
    first = await office.do(intake.ReceiveList, key="list-1", **sent)
    same_key = await office.do(intake.ReceiveList, key="list-1", **sent)
    other_key = await office.do(intake.ReceiveList, key="list-2", **sent)
    codes = [receipt["code"] for receipt in first["receipts"]]
    for again in (same_key, other_key):
        assert [(receipt["code"], receipt["duplicate"]) for receipt in again["receipts"]] == [
            (code, True) for code in codes
        ]
    more = await office.do(intake.ReceiveList, **sent | {"opinions": opinions("Chi", "Dung")})
    assert [receipt["duplicate"] for receipt in more["receipts"]] == [True, False]
    received = [one for one in await office.said(DIALOGUE) if isinstance(one, intake.ListReceived)]
    assert [(one.sender, one.count) for one in received] == [(LIST.sender, 3), (LIST.sender, 1)]
    kept = await office.submissions.find({"dialogue": DIALOGUE})
    assert len(kept) == 4
    assert {(one.channel, one.collected_by, one.on_time) for one in kept} == {("list", LIST.sender, True)}


async def test_a_list_that_may_not_come_in_leaves_nothing_behind(office: Office) -> None:
    await expecting_a_list(office)
    sent: dict[str, Any] = {"list": LIST.id, "opinions": opinions("An")}
    for refused, code in (
        (await office.ask(intake.ReceiveList, Role.OFFICER, **sent), "forbidden"),
        (await office.ask(intake.ReceiveList, **sent | {"list": "khong-co"}), "not-found"),
        (await office.ask(intake.ReceiveList, version=1, **sent), "stale"),
        (await office.ask(intake.ReceiveList, actor=actor(commune="thanh-mai"), **sent), "forbidden"),
    ):
        assert isinstance(refused, Refused)
        assert refused.code == code, refused
    assert await office.submissions.ids({}) == []


# --- from the floor to the end --------------------------------------------------------------------------------------


async def test_a_dialogue_is_settled_once_whoever_comes_last(office: Office) -> None:
    await office.plan()
    written = await office.register("An")
    await move_clock(office.client, HELD_AT)
    await until(lambda: _has_come(office))
    asked = await office.register("Bình", channel="floor", dialogue=DIALOGUE)
    assert names(await office.said(asked)) == ["SubmissionReceived", "AttendanceRecorded"]
    await office.do(intake.HoldDialogue)
    await office.quiet()
    assert names(await office.said(written))[-1] == "AttendanceRecorded"
    refused = await office.ask(
        intake.DraftConclusion,
        summary="Kết luận.",
        promises=(Promise(text="Niêm yết.", department="van-phong", questions=("01JOTHER-1",)),),
    )
    assert isinstance(refused, Refused)
    promise = Promise(text="Niêm yết.", department="van-phong", questions=(f"{written}-1",))
    await office.do(intake.DraftConclusion, summary="Kết luận.", promises=(promise,))
    await office.do(intake.ApproveConclusion, Role.CHAIRMAN)
    await office.do(intake.ConcludeDialogue, notice="15/TB-UBND")
    await office.hear(of_question(QuestionSettled, question=f"{asked}-1", case=asked), times=2)
    await office.do(intake.FulfilCommitment, commitment=f"{DIALOGUE}-c1", result="Xong.", proof="Ảnh")
    await office.do(intake.ReportResult, document="45/BC-UBND", recipient="UBND thành phố")
    assert "DialogueSettled" not in names(await office.said(DIALOGUE)), "one question is still owed"
    await office.hear(of_question(QuestionSettled, question=f"{written}-1", case=written), times=2)
    assert names(await office.said(DIALOGUE)).count("DialogueSettled") == 1
    dialogue = await office.dialogues.get(DIALOGUE)
    assert dialogue is not None
    assert dialogue.state is State.REPORTED


async def _has_come(office: Office) -> bool:
    return office.service.clock() >= HELD_AT


async def test_the_same_command_again_has_no_effect_and_a_stale_one_is_refused(office: Office) -> None:
    await office.plan()
    cancel = {"key": "cancel-1", "reason": "Lũ lụt."}
    stale = await office.ask(intake.CancelDialogue, version=1, reason="Lũ lụt.")
    assert isinstance(stale, Refused)
    assert (stale.code, stale.changes) == ("stale", ("dialogue-announced",))
    for _ in range(2):
        await office.do(intake.CancelDialogue, **cancel)
    assert names(await office.said(DIALOGUE)).count("DialogueCancelled") == 1


async def test_documents_of_before_still_load(office: Office) -> None:
    """As the first release wrote them."""
    assert office.service.database is not None
    own = {"commune": COMMUNE, "version": 2, "said": 0, "published": 0, "events": []}
    old = {"title": TITLE, "held_at": HELD_AT, "place": PLACE, "announced_at": NOW, "registration_closes_at": CLOSES_AT}
    await office.service.database.collection("dialogues").insert_one({"_id": "old", **own, **old, "state": "announced"})
    form = {"code": "K7QX-3M9M", "fingerprint": "f", "channel": "web", "received_at": NOW, "on_time": True}
    asked = {"registrant": registrant().model_dump(), "questions": [question().model_dump()], "dialogue": "old"}
    await office.service.database.collection("submissions").insert_one(
        {"_id": SUBMISSION, **own, **form, **asked, "attendance": "expected"}
    )
    assert await office.submissions.owed("old")
    await office.hear(of_question(QuestionSettled))
    assert not await office.submissions.owed("old")
    [announcement] = await office.dialogues.told(COMMUNE)
    assert announcement.takes_registrations(NOW)
    await office.do(intake.CancelDialogue, dialogue="old", reason="Lũ lụt.")
    assert (await office.http.get("/xa/thanh-tri/hoi-nghi/old")).status_code == 200


# --- pages ----------------------------------------------------------------------------------------------------------

TYPED = {
    "name": "Nguyễn Thị Mai",
    "phone": "0912345678",
    "address": "Số 5, thôn Nội",
    "procedures": ASKED[0].text,
    "consent": VERSION,
}


async def test_where_several_dialogues_are_open_the_form_asks_which(office: Office) -> None:
    await office.plan()
    await office.plan(LATER, HELD_AT + timedelta(days=30))
    page = (await office.http.get("/xa/thanh-tri")).text
    assert page.count('type="radio"') == 2
    without = await office.http.post("/xa/thanh-tri", data=TYPED)
    assert without.status_code == 422
    assert "Xin ông/bà chọn một hội nghị" in without.text
    assert all(value in without.text for value in TYPED.values()), "nothing typed is lost"
    gone = await office.http.post("/xa/thanh-tri", data=TYPED | {"dialogue": "khong-co"})
    assert "không còn nhận phiếu" in gone.text
    wrong = await office.http.post("/xa/thanh-tri", data=TYPED | {"dialogue": LATER, "name": ""})
    assert f'value="{LATER}" checked' in wrong.text, "the choice is kept"
    taken = await office.http.post("/xa/thanh-tri", data=TYPED | {"dialogue": LATER})
    assert taken.status_code == 303
    [kept] = await office.submissions.find({})
    assert kept.dialogue == LATER


async def test_a_program_may_choose_a_dialogue_too(office: Office) -> None:
    await office.plan()
    await office.plan(LATER, HELD_AT + timedelta(days=30))
    path, form = "/api/v1/communes/thanh-tri/submissions", {"name": "Mai", "phone": "0912345678"}
    asked = form | {"questions": [{"text": ASKED[0].text}]}
    assert (await office.http.post(path, json=asked)).json()["dialogue"] == DIALOGUE, "the next one"
    assert (await office.http.post(path, json=asked | {"dialogue": LATER})).json()["dialogue"] == LATER
    refused = await office.http.post(path, json=asked | {"dialogue": "khong-co"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/dialogue")


async def test_a_form_costs_one_read_and_one_insert(office: Office) -> None:
    await office.plan()
    form = {"name": "Mai", "phone": "0912345678", "questions": [{"text": ASKED[0].text}]}
    for send_form in (
        lambda: office.http.post("/api/v1/communes/thanh-tri/submissions", json=form),
        lambda: office.http.post("/xa/thanh-tri", data=TYPED),
    ):
        await office.quiet()
        CALLS.names = []
        assert (await send_form()).status_code in (201, 303)
        done, CALLS.names = CALLS.names[:2], None
        assert done == ["find", "insert"], "the outbox is marked later"


async def test_what_was_concluded_can_be_read_and_downloaded(office: Office) -> None:
    await office.plan()
    path = f"/xa/thanh-tri/hoi-nghi/{DIALOGUE}"
    assert "Đang nhận đăng ký" in (await office.http.get("/xa/thanh-tri/hoi-nghi")).text
    assert "Đến hết 17:00 thứ Hai, 04/05/2026" in (await office.http.get(path)).text
    assert (await office.http.get(f"{path}/ket-luan.pdf")).status_code == 404, "there is none yet"
    await move_clock(office.client, HELD_AT)
    await until(lambda: _has_come(office))
    await office.do(intake.HoldDialogue)
    promise = Promise(text="Niêm yết công khai.", department="van-phong")
    await office.do(intake.DraftConclusion, summary="Các phòng thực hiện.", promises=(promise,))
    assert "Các phòng thực hiện." not in (await office.http.get(path)).text, "a draft is not for the public"
    await office.do(intake.ApproveConclusion, Role.CHAIRMAN)
    await office.do(intake.ConcludeDialogue, notice="15/TB-UBND")
    page = (await office.http.get(path)).text
    for words in ("Thông báo kết luận số 15/TB-UBND", "Các phòng thực hiện.", "Niêm yết công khai.", "Đang thực hiện"):
        assert words in page
    away = await office.http.get(f"{path}/ket-luan.pdf")
    assert (away.status_code, "<h1>" in away.text) == (503, True), "notify is away"

    async def notify_would(message: Msg) -> None:
        asked = notify.RenderDocument.model_validate_json(message.data)
        content = base64.b64encode(f"{asked.document}.{asked.format}".encode()).decode()
        state = {"name": "x", "media_type": "text/html", "content": content}
        await message.respond(Done(version=0, state=state).model_dump_json().encode())

    await office.client.subscribe(notify.RenderDocument.everywhere(), cb=notify_would)
    await office.client.flush()
    for kind, media_type in (("pdf", "application/pdf"), ("docx", "wordprocessingml")):
        file = await office.http.get(f"{path}/ket-luan.{kind}")
        assert (file.status_code, file.text) == (200, f"conclusion.{kind}")
        assert media_type in file.headers["content-type"], "whatever the reply calls it"
    for wrong in (f"{path}/ket-luan.exe", "/xa/thanh-mai/hoi-nghi/" + DIALOGUE, "/xa/thanh-tri/hoi-nghi/khong-co"):
        assert (await office.http.get(wrong)).status_code == 404


async def test_a_term_is_explained_where_deadlines_answers_and_dated_where_not(office: Office) -> None:
    id = await office.register("Mai")
    submission = await office.submissions.get(id)
    assert submission is not None
    question = f"{id}-1"
    about = {"about": question, "case": id, "deadline": f"{question}:department-answer"}
    await office.hear(of_deadline(deadlines.DeadlineSet, **about))
    asking = {"code": submission.code, "contact": "5678"}
    assert (
        "thứ Ba, 28/04/2026 (còn 8 ngày)"
        in (await office.http.post("/tra-cuu", data=asking, follow_redirects=True)).text
    )

    async def deadlines_would(message: Msg) -> None:
        asked = deadlines.ExplainTerms.model_validate_json(message.data)
        term = {
            "due_at": CLOSES_AT.isoformat(),
            "state": "running",
            "basis": "Kế hoạch năm 2026, mục III.2",
            "provisional": False,
            "counted": ["2026-04-21", "2026-04-22"],
            "skipped": [{"date": "2026-04-25", "why": "thứ Bảy"}],
            "left": {"days": 2, "hours": 3, "minutes": 0, "late": False, "words": "còn 2 ngày 3 giờ làm việc"},
        }
        state = {"terms": dict.fromkeys(asked.deadlines, term)}
        await message.respond(Done(version=0, state=state).model_dump_json().encode())

    await office.client.subscribe(deadlines.ExplainTerms.everywhere(), cb=deadlines_would)
    await office.client.flush()
    page = (await office.http.post("/tra-cuu", data=asking, follow_redirects=True)).text
    for words in ("(còn 2 ngày 3 giờ làm việc)", "Các ngày được tính (2): 21/04/2026", "25/04/2026: thứ Bảy."):
        assert words in page
