"""What the record is told of: who did what, from where, about what; also what leaves the house, and acts held back."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from openpyxl import load_workbook
from pymongo.errors import ServerSelectionTimeoutError

from services.console.acting import OPERATOR, Acting
from services.console.door.audit import Audit, Present, note_command, present
from services.console.streams.deeds import Deeds
from services.console.work import held, held_worker
from services.console.work.held import Act, State
from shared.communes import Communes
from shared.contracts import Actor, Command, Done, Event, Refused, Role
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.routing import ApproveAnswer, QuestionAssigned, UnpublishAnswer
from shared.service import Service
from tests.builders import COMMUNE, DIALOGUE, NOW, QUESTION, SUBMISSION, actor, of_deadline, of_question
from tests.builders import submission_received as received
from tests.remembered import RememberedActs, RememberedRecord
from tests.unit import conference_scene as scene
from tests.unit.teaching_scene import CLERK, Desk, Routing
from tests.unit.test_console_post_pages import PAGE, Notify, piece
from tests.unit.test_console_several import ASSIGNED, PRESSING, RECEIVED

CHAIRMAN, HOME = "loi.lanhdao@hanoi.example", "10.0.0.7"
SECOND = f"{SUBMISSION}-2"
DUE = NOW + held.HELD_FOR
AWAY = Refused(code="unavailable", reason="Không hoạt động.")
APPROVER = actor(Role.CHAIRMAN)


# --- acts that were held back -----------------------------------------------------------------------------------------


def act(*questions: str) -> Act:
    steps = [
        (ApproveAnswer(actor=APPROVER, key=f"01JACT-{one}", version=3, question=one), SUBMISSION, one)
        for one in questions or (QUESTION, SECOND)
    ]
    made = held.hold("01JACT", COMMUNE, CHAIRMAN, "", steps, NOW)
    return replace(made, account=CHAIRMAN, address=HOME)


class Worker:
    """A console that takes up what is due, and what it tells the record. still: who he is by now, asked each time."""

    def __init__(self, *answers: Done | Refused, still: Callable[[], Actor | None] = lambda: APPROVER) -> None:
        self.acts, self.record, self.sent = RememberedActs(), RememberedRecord(), list[str]()
        self._answers, self._still = list(answers), still
        self.is_connected = True
        self._service = cast("Service", SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(audit=self.record))))

    async def request(self, subject: str, payload: bytes, timeout: float, headers: Any = None) -> Any:
        self.sent.append(json.loads(payload)["question"])
        reply = self._answers.pop(0) if self._answers else Done(version=4, state={})
        return SimpleNamespace(data=reply.model_dump_json().encode())

    async def take_up(self, after: timedelta = timedelta(0)) -> Act:
        async def still(_act: Act) -> Actor | None:
            return self._still()

        async def noted(command: Command, reply: Done | Refused) -> None:
            await note_command(self._service, command, reply)

        await held_worker.take_up_what_is_due(self.acts, cast("Any", self), still, lambda: DUE + after, noted)
        return self.acts.acts["01JACT"]


async def test_of_an_act_the_record_knows_whose_account_it_was_and_from_where() -> None:
    worker = Worker()
    await worker.acts.add(act())
    await worker.take_up()
    assert [(row["who"], row["address"], row["verb"], row["about"]) for row in worker.record.rows] == [
        (CHAIRMAN, HOME, "approve-answer", QUESTION),
        (CHAIRMAN, HOME, "approve-answer", SECOND),
    ]
    assert present.get() is None, "the next act is another's"


async def test_a_service_that_is_away_is_in_the_record_once_it_is_given_up() -> None:
    worker = Worker(AWAY, AWAY, AWAY)
    await worker.acts.add(act(QUESTION))
    for seconds in (0, 5, 10):
        await worker.take_up(timedelta(seconds=seconds))
    assert (len(worker.sent), worker.record.rows) == (3, [])
    await worker.take_up(held.GIVEN_UP_AFTER)
    assert [row["outcome"] for row in worker.record.rows] == ["not-now"]


@pytest.mark.parametrize(
    ("by_now", "because"),
    [
        (None, "he is in no profile any more, or his account is closed"),
        (actor(Role.OFFICER), "he has another role"),
        (APPROVER.model_copy(update={"department": "cong-an"}), "he has gone to another department"),
    ],
)
async def test_an_act_of_somebody_who_is_not_that_any_more_is_not_sent(by_now: Actor | None, because: str) -> None:
    worker = Worker(still=lambda: by_now)
    await worker.acts.add(act())
    over = await worker.take_up()
    assert worker.sent == [], because
    assert (over.state, [step.outcome.reason[:17] for step in over.refused if step.outcome]) == (
        State.OVER,
        ["Người bấm không c"] * 2,
    )
    assert [row["outcome"] for row in worker.record.rows] == ["forbidden"] * 2


async def test_what_he_is_is_asked_before_each_step() -> None:
    answers = [APPROVER, None]
    worker = Worker(still=lambda: answers.pop(0))
    await worker.acts.add(act())
    over = await worker.take_up()
    assert (worker.sent, len(over.done), len(over.refused)) == ([QUESTION], 1, 1)


@pytest.mark.parametrize(
    ("taken_up", "after", "sent", "because"),
    [
        (False, held.GIVEN_UP_AFTER - timedelta(seconds=1), 2, "it is late, not of yesterday"),
        (False, held.GIVEN_UP_AFTER, 0, "every console was down, or the broker away"),
        (False, timedelta(days=2), 0, "over the weekend"),
        (True, timedelta(days=2), 0, "whoever took it up has died, and nobody knows how far it came"),
    ],
)
async def test_an_act_of_long_ago_is_not_sent(taken_up: bool, after: timedelta, sent: int, because: str) -> None:
    worker = Worker()
    await worker.acts.add(held.claim(act(), DUE) if taken_up else act())
    over = await worker.take_up(after)
    assert (len(worker.sent), over.state, len(over.refused)) == (sent, State.OVER, 2 - sent), because
    assert all(step.outcome and "15 phút" in step.outcome.reason for step in over.refused)


async def test_holding_back_and_taking_back_are_in_the_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    token = present.set(Present(CLERK, HOME))
    try:
        for _ in range(2):  # a form that is sent twice is held once
            await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
        await desk.send("/viec/hoan-tac", {"act": "01JACT"})
        await desk.send("/viec/hoan-tac", {"act": "01JNONE"})
    finally:
        present.reset(token)
    assert [(row["kind"], row["verb"], row["about"], row["outcome"], row["who"]) for row in desk.record.rows] == [
        ("command", "hold-prioritise-question", "01JACT", "done", CLERK),
        ("command", "undo", "01JACT", "done", CLERK),
    ]
    [kept] = desk.kept.acts.acts.values()  # type: ignore[attr-defined]
    assert (kept.account, kept.address) == (CLERK, HOME)


async def test_whoever_is_too_late_to_take_back_is_in_the_record_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    await desk.kept.acts.change("01JACT", lambda one: held.claim(one, one.due_at))
    await desk.send("/viec/hoan-tac", {"act": "01JACT"})
    assert [(row["verb"], row["outcome"]) for row in desk.record.rows][1:] == [("undo", "not-now")]


# --- notes of the room ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "outcome", "about", "because"),
    [
        ({"verb": "set-screen", "names": "1", "texts": "1", "minutes": "3"}, "done", DIALOGUE, "names on the wall"),
        ({"verb": "call-next", "question": "01JFORM01-1"}, "done", "01JFORM01-1", "who has the floor"),
        ({"verb": "set-screen", "minutes": "0"}, "invalid", DIALOGUE, "nobody speaks for no time"),
        ({"verb": "call-question", "question": "01JFORM05-1"}, "not-now", DIALOGUE, "a denunciation is not called"),
        ({"verb": "rest", "question": "Trần Thị Bí Mật"}, "done", DIALOGUE, "nothing of what was typed"),
    ],
)
async def test_a_note_of_the_room_is_in_the_record(
    tmp_path: Path, typed: Mapping[str, str], outcome: str, about: str, because: str
) -> None:
    desk = Desk(tmp_path, Routing(), scene.GATHERED, CLERK, scene.DURING)
    await desk.send(f"/hoi-nghi/{DIALOGUE}/tai-hoi-nghi", typed)
    [row] = desk.record.rows
    told = (row["kind"], row["verb"], row["outcome"], row["about"], row["commune"])
    assert told == ("command", typed["verb"], outcome, about, COMMUNE), because


# --- what leaves the house --------------------------------------------------------------------------------------------

QUARTER: Sequence[Event] = (received(), of_question(QuestionAssigned), of_deadline(DeadlineSet))


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/cau-hoi.csv?loc=tat-ca&phong=&tim=B%C3%AD+M%E1%BA%ADt", "/cau-hoi.csv?loc=tat-ca&phong="),
        ("/buu-chinh.xlsx", "/buu-chinh.xlsx"),
        ("/bao-cao.xlsx?ky=2026", "/bao-cao.xlsx?ky=2026"),
        ("/bao-cao.docx", "/bao-cao.docx"),
        (f"/hoi-nghi/{DIALOGUE}/in/ky-ten", f"/hoi-nghi/{DIALOGUE}/in/ky-ten"),
        (f"{PAGE}/tep/bundle?bo=2", f"{PAGE}/tep/bundle?bo=2"),
    ],
)
async def test_what_leaves_the_house_is_a_line_of_the_record_with_its_filters(
    tmp_path: Path, path: str, about: str
) -> None:
    desk = Desk(tmp_path, Notify(read_print_file=piece(b"x" * 250, most=100)), scene.CONCLUDED)
    assert (await desk.get(path)).status_code == 200
    [row] = desk.record.rows
    assert (row["kind"], row["outcome"], row["about"], row["name"]) == ("export", "done", about, "Trần Thị Hạnh")
    assert (row["commune"], row["must"]) == (COMMUNE, True)


async def test_what_there_is_not_is_not_taken_away(tmp_path: Path) -> None:
    gone = Refused(code="not-found", reason="Đợt in không có bó này.")
    desk = Desk(tmp_path, Notify(read_print_file=gone), scene.CONCLUDED)
    for path in (f"{PAGE}/tep/bundle?bo=2", "/bao-cao.xlsx?ky=mai", "/bao-cao.odt", "/hoi-nghi/01JNONE/in/ky-ten"):
        assert (await desk.get(path)).status_code == 404
    assert desk.record.rows == []


@pytest.mark.parametrize("worker", ["cap-tinh", "van-hanh"])
async def test_whoever_is_of_no_commune_is_in_no_communes_record(tmp_path: Path, worker: str) -> None:
    desk = Desk(tmp_path, Routing(), QUARTER, worker)
    assert (await desk.get("/tinh.csv")).status_code == 200
    assert [row["commune"] for row in desk.record.rows] == [""]


@pytest.mark.parametrize(("worker", "listed"), [(CLERK, True), ("cap-tinh", False), ("van-hanh", False)])
async def test_the_list_of_questions_is_in_the_reports_of_their_commune_alone(
    tmp_path: Path, worker: str, listed: bool
) -> None:
    answer = await Desk(tmp_path, Routing(), QUARTER, worker).get("/bao-cao.xlsx?ky=2026")
    (tmp_path / "told.xlsx").write_bytes(answer.content)
    book = load_workbook(tmp_path / "told.xlsx")
    told = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert ("Danh sách" in book.sheetnames, "K7QX-3M9D" in told) == (listed, listed)


# --- when the record cannot be written --------------------------------------------------------------------------------


class Closed:
    """A database that is away."""

    def collection(self, _name: str) -> "Closed":
        return self

    def register(self, *_: object) -> None:
        """It has no indexes."""

    async def insert_one(self, _row: object) -> None:
        raise ServerSelectionTimeoutError


async def test_what_may_go_on_without_its_line_does() -> None:
    await Audit(cast("Any", Closed())).note("command", "done", verb="approve-answer")


@pytest.mark.parametrize("what", ["event-read", "parked-read", "discard"])
async def test_nothing_is_shown_or_given_up_that_could_not_be_recorded(what: str) -> None:
    service = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(audit=Audit(cast("Any", Closed())))))
    who = Acting(Communes.load()[COMMUNE], OPERATOR)
    with pytest.raises(ServerSelectionTimeoutError):
        await Deeds(cast("Service", service)).note(who, what, "event 7", "Người dân hỏi lại.")
    await Deeds(cast("Service", service)).note(who, "replay", "notify-draw-up 7")


async def test_no_list_leaves_the_house_unrecorded(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), QUARTER)
    desk.record.is_away = True
    answer = await desk.get("/cau-hoi.csv")
    assert (answer.status_code, "Nguyễn Thị Mai" in answer.text) == (503, False)


# --- the library ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("worker", [CLERK, "cap-tinh", "van-hanh"])
async def test_the_library_takes_out_and_does_nothing_else(tmp_path: Path, worker: str) -> None:
    routing = Routing()
    desk = Desk(tmp_path, routing, QUARTER, worker)
    typed = {"question": QUESTION, "pressing": "true", "reason": "Gấp.", "key": "k"}
    assert (await desk.send("/thu-vien", {"verb": "prioritise-question", **typed})).status_code == 400
    assert (routing.received, desk.record.rows) == ([], [])


async def test_the_library_takes_out(tmp_path: Path) -> None:
    routing = Routing()
    typed = {"verb": "unpublish-answer", "question": QUESTION, "reason": "Có tên người.", "key": "k"}
    await Desk(tmp_path, routing, QUARTER).send("/thu-vien", typed)
    assert len(routing.sent(UnpublishAnswer)) == 1
