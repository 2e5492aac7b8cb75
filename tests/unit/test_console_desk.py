"""Who acts at the console, which forms he is offered, and what keeps other sites out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from services.console import offers
from services.console.acting import OPERATOR, Acting, acting, chosen, known_hosts, require_own_site, workers
from services.console.lists import Dialogue, Question, Registrant
from services.console.story import tell
from shared.communes import Communes
from shared.contracts import EVENTS, Envelope, Role
from shared.contracts.intake import CheckIn, PlanDialogue
from shared.contracts.routing import AssignQuestion, DraftAnswer, ExtendTerm
from tests.builders import HELD_AT, NOW, actor, any_of

COMMUNES = Communes.load()
CLERK, LAND_OFFICER, CHAIRMAN = "hanh.clerk@hanoi.example", "toan.kinhte@hanoi.example", "loi.lanhdao@hanoi.example"
HOSTS = known_hosts("127.0.0.1", "https://console.tinh.example")
KEYS = {"key": "01JKEY", "version": "3"}


def request(method: str = "GET", cookie: str = "", **headers: str) -> Request:
    told = {"host": "127.0.0.1:8081", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if cookie:
        told["cookie"] = f"doithoai_console={cookie}"
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw})


def who(worker: str) -> Acting:
    return chosen(COMMUNES, "thanh-tri", worker)


def a_question(state: str, **known: Any) -> Question:
    fields: dict[str, Any] = dict.fromkeys(Question.__dataclass_fields__)
    fields |= {"id": "01J-1", "state": state, "stage": state, "standing": "open", "version": 1, "escalations": []}
    return Question(**fields | known)


def a_dialogue(state: str) -> Dialogue:
    fields: dict[str, Any] = dict.fromkeys(Dialogue.__dataclass_fields__)
    return Dialogue(**fields | {"id": "D", "state": state, "held_at": HELD_AT})


def a_registrant(attendance: str | None) -> Registrant:
    fields: dict[str, Any] = dict.fromkeys(Registrant.__dataclass_fields__)
    return Registrant(**fields | {"id": "01J", "attendance": attendance})


# --- who acts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "name", "because"),
    [
        ("", None, "nobody was chosen"),
        (f"thanh-tri/{CLERK}", "Trần Thị Hạnh", "the profile knows her"),
        ("thanh-tri/somebody@else.example", None, "the profile does not know him"),
        (f"another-commune/{CLERK}", None, "the commune is not of this installation"),
        ("thanh-tri/van-hanh", OPERATOR.name, "whoever runs the system"),
    ],
)
def test_the_cookie_names_a_person_of_the_commune(cookie: str, name: str | None, because: str) -> None:
    found = acting(request(cookie=cookie), COMMUNES)
    assert (found.worker.name if found.worker else None) == name, because


def test_a_choice_is_remembered() -> None:
    for worker in workers(COMMUNES["thanh-tri"]):
        assert acting(request(cookie=who(worker.id).cookie), COMMUNES) == who(worker.id)


def test_without_a_person_no_command_is_sent() -> None:
    with pytest.raises(HTTPException, match="chọn người"):
        _ = who("").actor


def test_the_actor_carries_commune_role_and_department() -> None:
    assert who(LAND_OFFICER).actor == actor(Role.OFFICER, name="Nguyễn Đức Toàn", department="phong-kinh-te")


@pytest.mark.parametrize(
    ("method", "headers", "because"),
    [
        ("GET", {}, "reading pages is what it is for"),
        ("GET", {"host": "localhost:8081"}, "another name of this machine"),
        ("GET", {"host": "[::1]:8081"}, "and another"),
        ("GET", {"host": "console.tinh.example"}, "the installation's own name"),
        ("GET", {"sec_fetch_site": "cross-site"}, "a link from elsewhere may lead here"),
        ("POST", {"sec_fetch_site": "same-origin"}, "the browser says so"),
        ("POST", {"origin": "http://127.0.0.1:8081"}, "an older browser says so"),
    ],
)
def test_its_own_pages_are_served(method: str, headers: dict[str, str], because: str) -> None:
    require_own_site(request(method, **headers), HOSTS)


@pytest.mark.parametrize(
    ("method", "headers", "because"),
    [
        ("GET", {"host": "evil.example"}, "a site that points its name here would read everything"),
        ("GET", {"host": ""}, "no name at all"),
        ("POST", {}, "nobody says where it comes from"),
        ("POST", {"sec_fetch_site": "cross-site"}, "a form on another site"),
        ("POST", {"sec_fetch_site": "same-site"}, "another port of this machine"),
        ("POST", {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8081"}, "the browser knows better"),
        ("POST", {"origin": "http://127.0.0.1:9999"}, "another port of this machine, in an older browser"),
        ("POST", {"origin": "null"}, "a page that hides where it comes from"),
    ],
)
def test_other_sites_are_refused(method: str, headers: dict[str, str], because: str) -> None:
    with pytest.raises(HTTPException) as refused:
        require_own_site(request(method, **headers), HOSTS)
    assert refused.value.status_code == 403, because


# --- what is offered ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "state", "verbs", "because"),
    [
        (CLERK, "awaits-triage", ["assign-question", "redirect-question"], "the office decides"),
        (CLERK, "approved", [], "it is decided"),
        (LAND_OFFICER, "assigned", ["draft-answer", "request-extension"], "his department owes the answer"),
        (LAND_OFFICER, "awaiting-approval", ["draft-answer"], "he may hand in a better one"),
        (
            CHAIRMAN,
            "awaiting-approval",
            ["approve-answer", "return-answer", "redirect-question"],
            "he answers for it",
        ),
        (CHAIRMAN, "drafting", ["redirect-question", "extend-term"], "the department needs time"),
        ("van-hanh", "assigned", [], "who runs the system decides no case"),
        ("", "assigned", [], "nobody was chosen"),
    ],
)
def test_a_question_offers_what_the_person_may_do_with_it(
    worker: str, state: str, verbs: list[str], because: str
) -> None:
    found = offers.for_question(who(worker), a_question(state, department="phong-kinh-te"))
    assert [offer.verb for offer in found] == verbs, because


def test_another_departments_question_offers_nothing_to_an_officer() -> None:
    assert offers.for_question(who(LAND_OFFICER), a_question("assigned", department="cong-an")) == []


def test_a_question_that_is_done_with_offers_nothing() -> None:
    assert offers.for_question(who(CLERK), a_question("assigned", standing="answered")) == []


@pytest.mark.parametrize(
    ("state", "now", "verbs", "because"),
    [
        ("planned", NOW, ["announce-dialogue"], "the public does not know yet"),
        ("announced", NOW, [], "it lies ahead"),
        ("announced", HELD_AT, ["hold-dialogue"], "it has begun"),
        ("held", HELD_AT + timedelta(days=1), ["conclude-dialogue"], "its conclusion is owed"),
        ("concluded", HELD_AT + timedelta(days=9), [], "it is over"),
    ],
)
def test_a_dialogue_offers_its_next_step(state: str, now: datetime, verbs: list[str], because: str) -> None:
    assert [one.verb for one in offers.for_dialogue(who(CHAIRMAN), a_dialogue(state), now)] == verbs, because


@pytest.mark.parametrize(
    ("attendance", "state", "now", "verbs", "because"),
    [
        ("expected", "announced", NOW, ["excuse-registrant"], "nobody has come yet"),
        ("expected", "announced", HELD_AT, ["check-in", "excuse-registrant"], "people come in"),
        ("excused", "announced", HELD_AT, ["check-in"], "he comes all the same"),
        ("present", "announced", HELD_AT, [], "he is there"),
        ("expected", "held", HELD_AT, [], "it is over"),
        (None, "announced", HELD_AT, [], "a late form is answered in writing"),
    ],
)
def test_a_registrant_is_checked_in_on_the_day(
    attendance: str | None, state: str, now: datetime, verbs: list[str], because: str
) -> None:
    found = offers.for_registrant(who(CLERK), a_registrant(attendance), a_dialogue(state), now)
    assert [one.verb for one in found] == verbs, because


# --- from what was typed to a command -------------------------------------------------------------------------------


def test_a_filled_form_becomes_a_command() -> None:
    typed = {**KEYS, "question": "01J-1", "field": "land", "department": "phong-kinh-te", "reason": " Đất đai\r\n"}
    command = offers.command("assign-question", actor(), typed)
    assert isinstance(command, AssignQuestion)
    assert (command.field, command.reason, command.version, command.key) == ("land", "Đất đai", 3, "01JKEY")
    assert offers.about(command) == "01J-1"


def test_an_answer_keeps_its_paragraphs() -> None:
    command = offers.command("draft-answer", actor(), {**KEYS, "question": "01J-1", "text": "Một.\r\n\r\nHai."})
    assert isinstance(command, DraftAnswer)
    assert command.text == "Một.\n\nHai."


def test_the_same_form_sent_twice_plans_one_dialogue() -> None:
    typed = {"key": "01JKEY", "title": "Đối thoại", "place": "Hội trường", "held_at": "2026-05-14T08:30"}
    command = offers.command("plan-dialogue", actor(), typed)
    assert isinstance(command, PlanDialogue)
    assert command.held_at.astimezone(UTC) == HELD_AT
    assert command == offers.command("plan-dialogue", actor(), typed)
    assert command.dialogue == "thanh-tri-20260514-0830"


def test_nobody_types_his_own_role() -> None:
    typed = {**KEYS, "submission": "01J", "actor": "chairman", "role": "chairman"}
    command = offers.command("check-in", actor(), typed)
    assert isinstance(command, CheckIn)
    assert command.actor.role is Role.CLERK


@pytest.mark.parametrize(
    ("verb", "typed", "wrong"),
    [
        ("draft-answer", {"question": "01J-1", "text": "  "}, {"text": "Xin ghi mục này."}),
        (
            "assign-question",
            {"question": "01J-1", "field": "", "department": "cong-an", "reason": "x" * 2_001},
            {"field": "Xin chọn một mục trong danh sách.", "reason": "Xin ghi không quá 2.000 chữ."},
        ),
        (
            "extend-term",
            {"question": "01J-1", "working_days": "99", "reason": "Cần xác minh"},
            {"working_days": "Xin ghi một số không quá 30."},
        ),
        (
            "plan-dialogue",
            {"title": "Đối thoại", "place": "Hội trường", "held_at": "ngày mai"},
            {"held_at": "Xin ghi đủ ngày và giờ."},
        ),
    ],
)
def test_what_must_be_mended_is_named(verb: str, typed: Mapping[str, str], wrong: Mapping[str, str]) -> None:
    with pytest.raises(offers.WrongFields) as refused:
        offers.command(verb, actor(), {**KEYS, **typed})
    assert refused.value.fields == wrong


def test_there_are_only_the_commands_that_somebody_answers() -> None:
    with pytest.raises(KeyError):
        offers.command("delete-everything", actor(), KEYS)
    assert offers.command("extend-term", actor(), {**KEYS, "question": "q", "working_days": "3", "reason": "r"}) == (
        ExtendTerm(actor=actor(), key="01JKEY", version=3, question="q", working_days=3, reason="r")
    )


# --- the history ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", EVENTS.values(), ids=lambda contract: contract.__name__)
def test_every_event_is_told_in_words_of_its_own(contract: Any) -> None:
    event = any_of(contract)
    envelope = Envelope(
        id="1",
        source=f"/services/{event.speaker}",
        type=event.type,
        subject=event.subject,
        time=event.occurred_at,
        sequence=1,
        correlationid="c",
        data=event.model_dump(mode="json"),
    )
    [line] = tell([envelope], lambda unit: f"Phòng {unit}")
    assert line.who
    assert line.what
    assert event.name not in line.what


def test_a_confidential_history_names_nobody_who_sent_something() -> None:
    event = any_of(EVENTS["vn.doithoai.submission.received.v1"])
    envelope = Envelope(
        id="1",
        source="/services/intake",
        type=event.type,
        subject=event.subject,
        time=NOW,
        sequence=1,
        correlationid="c",
        data=event.model_dump(mode="json"),
    )
    assert "Mai" in repr(tell([envelope], str))
    assert "Mai" not in repr(tell([envelope], str, confidential=True))


def test_an_event_of_a_later_version_is_told_to_be_one() -> None:
    envelope = Envelope(
        id="1",
        source="/services/routing",
        type="vn.doithoai.question.sung.v1",
        subject="event.routing.thanh-tri.01J.question-sung",
        time=NOW,
        sequence=1,
        correlationid="c",
        data={},
    )
    [line] = tell([envelope], str)
    assert "chưa đọc được" in line.what
