"""Who acts at the console, which forms he is offered, and what keeps other sites out."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from services.console import event_words, offers, terms, words
from services.console.acting import OPERATOR, Acting, chosen, known_hosts, require_own_site, workers
from services.console.case.dossier import Dialogue, Letter, Submission
from services.console.case.question import Coordination, Draft, Endorsement, Question, Related
from services.console.story import tell
from services.console.terms import Escalation
from services.console.words import Term
from shared.communes import Communes
from shared.contracts import (
    COMMANDS,
    EVENTS,
    Envelope,
    Role,
    base,
    conference,
    deadlines,
    intake,
    notify,
    people,
    post,
    routing,
)
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import CheckIn, PlanDialogue
from shared.contracts.notify import NotificationSent
from shared.contracts.routing import AssignQuestion, DraftAnswer, ExtendTerm, PrioritiseQuestion, TransferQuestion
from shared.contracts.taxonomy import QuestionField, Scope
from tests.builders import HELD_AT, NOW, actor, any_of, of_deadline, of_message

COMMUNES = Communes.load()
CLERK, LAND_OFFICER, CHAIRMAN = "hanh.clerk@hanoi.example", "toan.kinhte@hanoi.example", "loi.lanhdao@hanoi.example"
HEAD = "hai.kinhte@hanoi.example"
OF_TOPIC = ["group-question", "prioritise-question"]
RULE = "department-answer"
HOSTS = known_hosts("127.0.0.1", "https://console.tinh.example")
KEYS = {"key": "01JKEY", "version": "3"}


def request(method: str = "GET", **headers: str) -> Request:
    told = {"host": "127.0.0.1:8081", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return Request({"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw})


def who(worker: str) -> Acting:
    return chosen(COMMUNES, "thanh-tri", worker)


def a_question(state: str, **known: Any) -> Question:
    fields: dict[str, Any] = dict.fromkeys(Question.__dataclass_fields__)
    fields |= {"id": "01J-1", "state": state, "stage": state, "standing": "open", "version": 1}
    fields |= {"awaits_acceptance": False, "scope": "in-scope"}
    lists = ("terms", "escalations", "earlier", "like", "parts", "followers", "drafts", "coordinating", "opinions")
    fields |= {name: [] for name in (*lists, "hand_backs")}
    if state == "awaiting-approval":
        fields["awaits"] = ["office-head", "chairman"]
    return Question(**fields | known)


def a_letter(id: str, state: str) -> Letter:
    return Letter(id, "answer", "email", state, NOW, *(None,) * 16)


def a_term(state: str) -> Term:
    return Term(f"01J-1:{RULE}", RULE, state, "quá hạn 1 ngày", "late", state != "met", 100, NOW, NOW, "", False, None)


def an_escalation(step: int, put_before: str, acknowledged_at: datetime | None = None) -> Escalation:
    return Escalation(f"01J-1:{RULE}", step, put_before, NOW, None, None, acknowledged_at)


def a_dialogue(state: str) -> Dialogue:
    return Dialogue("D", state, HELD_AT)


def a_registrant(attendance: str | None) -> Submission:
    fields: dict[str, Any] = dict.fromkeys(Submission.__dataclass_fields__)
    return Submission(**fields | {"id": "01J", "attendance": attendance})


# --- who acts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "name", "because"),
    [
        ("", None, "nobody is there"),
        (f"thanh-tri/{CLERK}", "Trần Thị Hạnh", "the profile knows her"),
        ("thanh-tri/somebody@else.example", None, "the profile does not know him"),
        (f"another-commune/{CLERK}", None, "the commune is not of this installation"),
        ("thanh-tri/van-hanh", OPERATOR.name, "whoever runs the system"),
    ],
)
def test_a_person_of_the_commune_is_found_in_its_profile(cookie: str, name: str | None, because: str) -> None:
    commune, _, worker = cookie.partition("/")
    found = chosen(COMMUNES, commune, worker)
    assert (found.worker.name if found.worker else None) == name, because


def test_everybody_of_a_commune_is_found() -> None:
    for worker in workers(COMMUNES["thanh-tri"]):
        assert who(worker.id).worker == worker


def test_without_a_person_no_command_is_sent() -> None:
    with pytest.raises(HTTPException, match="đăng nhập"):
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
        (
            CLERK,
            "awaits-triage",
            ["assign-question", "split-question", "redirect-question", "refer-question-up", *OF_TOPIC],
            "the office decides",
        ),
        (
            CLERK,
            "assigned",
            [
                *("assign-question", "split-question", "transfer-question", "ask-coordination", "join-question"),
                *("redirect-question", "refer-question-up", *OF_TOPIC),
            ],
            "or hands it to another department",
        ),
        (CLERK, "approved", OF_TOPIC, "it is decided, and waits for the conference"),
        (CLERK, "referred-up", ["report-to-superior"], "the superior waits for the report"),
        (CLERK, "redirected", [], "another authority has it"),
        (
            LAND_OFFICER,
            "assigned",
            [
                *("draft-answer", "transfer-question", "hand-back", "ask-coordination", "join-question"),
                "request-extension",
            ],
            "his department owes the answer",
        ),
        (LAND_OFFICER, "awaiting-approval", ["draft-answer"], "he may hand in a better one"),
        (
            CHAIRMAN,
            "awaiting-approval",
            ["approve-answer", "return-answer", "redirect-question", "refer-question-up", *OF_TOPIC],
            "he answers for it",
        ),
        (
            CHAIRMAN,
            "drafting",
            ["redirect-question", "refer-question-up", "extend-term", *OF_TOPIC],
            "the department needs time",
        ),
        ("van-hanh", "assigned", [], "who runs the system decides no case"),
        ("", "assigned", [], "nobody was chosen"),
    ],
)
def test_a_question_offers_what_the_person_may_do_with_it(
    worker: str, state: str, verbs: list[str], because: str
) -> None:
    found = offers.for_question(who(worker), a_question(state, department="phong-kinh-te"))
    assert [offer.verb for offer in found] == verbs, because


@pytest.mark.parametrize(
    ("worker", "known", "here", "verb", "offered", "because"),
    [
        (CLERK, {"state": "drafting"}, True, "answer-on-the-spot", True, "whoever keeps the record writes it down"),
        (CLERK, {"state": "drafting"}, False, "answer-on-the-spot", False, "the asker is not here"),
        (LAND_OFFICER, {"state": "drafting"}, True, "answer-on-the-spot", False, "the office keeps the record"),
        (CHAIRMAN, {"state": "approved"}, True, "take-for-written-answer", True, "nobody can answer it now"),
        (
            CHAIRMAN,
            {"state": "approved", "owed_in_writing": "taken"},
            True,
            "take-for-written-answer",
            False,
            "it was taken",
        ),
        (
            LAND_OFFICER,
            {"state": "assigned", "awaits_acceptance": True},
            False,
            "accept-transfer",
            True,
            "its term stands still until he takes it up",
        ),
        (LAND_OFFICER, {"state": "assigned"}, False, "accept-transfer", False, "nobody has handed it over"),
        (
            CLERK,
            {"state": "assigned", "awaits_acceptance": True},
            False,
            "accept-transfer",
            False,
            "the department takes it up",
        ),
        (
            CLERK,
            {"state": "referred-up", "superior_document": "46/BC-UBND"},
            False,
            "report-to-superior",
            False,
            "the report is out",
        ),
    ],
)
def test_what_is_offered_once_is_offered_when_its_time_has_come(
    worker: str, known: dict[str, Any], here: bool, verb: str, offered: bool, because: str
) -> None:
    found = offers.for_question(who(worker), a_question(**{"department": "phong-kinh-te"} | known), here=here)
    assert (verb in [offer.verb for offer in found]) == offered, because


@pytest.mark.parametrize(
    ("worker", "state", "others", "offered", "because"),
    [
        (CLERK, "failed", [], True, "it could go neither way"),
        (CLERK, "failed", ["L.letter"], False, "the mail has become a letter"),
        (CLERK, "sent", [], False, "it has gone out"),
        (LAND_OFFICER, "failed", [], False, "the office hands letters over"),
        ("", "failed", [], False, "nobody was chosen"),
    ],
)
def test_what_cannot_be_sent_is_handed_over(
    worker: str, state: str, others: list[str], offered: bool, because: str
) -> None:
    letter = a_letter("L", state)
    found = offers.for_letter(who(worker), letter, [letter, *(a_letter(id, "queued") for id in others)])
    assert bool(found) == offered, because


@pytest.mark.parametrize(
    ("worker", "state", "raised", "department", "may", "because"),
    [
        (LAND_OFFICER, "missed", ["officer"], "phong-kinh-te", True, "he is told first"),
        (LAND_OFFICER, "missed", ["officer", "office-head"], "phong-kinh-te", True, "he was told"),
        (LAND_OFFICER, "missed", ["officer"], "cong-an", False, "it is not his department's"),
        (CLERK, "missed", ["officer"], "phong-kinh-te", False, "it was not put before her"),
        (CHAIRMAN, "missed", ["officer"], "phong-kinh-te", True, "a leader may know it of himself"),
        (CHAIRMAN, "missed", [], "phong-kinh-te", False, "nobody was told yet"),
        (CHAIRMAN, "met", ["officer"], "phong-kinh-te", False, "it is done"),
        ("", "missed", ["officer"], "phong-kinh-te", False, "nobody was chosen"),
    ],
)
def test_a_missed_term_is_acknowledged_by_whom_it_was_put_before_or_a_leader(
    worker: str, state: str, raised: list[str], department: str, may: bool, because: str
) -> None:
    steps = [an_escalation(step, role) for step, role in enumerate(raised, 1)]
    assert offers.may_acknowledge(who(worker), a_term(state), steps, department) == may, because


def test_what_was_seen_need_not_be_seen_again() -> None:
    seen = [an_escalation(1, "officer"), an_escalation(2, "chairman", acknowledged_at=NOW)]
    assert not offers.may_acknowledge(who(CHAIRMAN), a_term("missed"), seen, "phong-kinh-te")


@pytest.mark.parametrize(
    ("state", "attendance", "now", "here", "because"),
    [
        ("registration-closed", "present", HELD_AT, True, "checked in, on the day"),
        ("held", "present", HELD_AT + timedelta(hours=5), True, "the record is written the same day"),
        ("registration-closed", "expected", HELD_AT, False, "nobody has seen him"),
        ("registration-closed", "present", HELD_AT + timedelta(days=1), False, "it is over"),
        ("cancelled", "present", HELD_AT, False, "it does not take place"),
    ],
)
def test_who_is_at_the_conference(state: str, attendance: str, now: datetime, here: bool, because: str) -> None:
    assert offers.is_here(attendance, a_dialogue(state), now) == here, because


def a_related(id: str) -> Related:
    return Related(id, id, "K7QX-3M9D", 1, "Bao giờ?", None, "assigned")


def a_draft(**known: Any) -> Draft:
    fields: dict[str, Any] = dict.fromkeys(Draft.__dataclass_fields__)
    return Draft(**fields | {"number": 1, "text": "Xin trả lời.", "written_at": NOW, "endorsed": []} | known)


@pytest.mark.parametrize(
    ("worker", "known", "may", "because"),
    [
        (HEAD, {"awaits": ["head"]}, True, "the head of the department decides first"),
        (HEAD, {"awaits": ["head"], "department": "cong-an"}, False, "it is another department's"),
        (HEAD, {"awaits": ["office-head", "chairman"]}, False, "he has decided"),
        (CHAIRMAN, {"awaits": ["head"]}, False, "the head decides first"),
        (CHAIRMAN, {"awaits": ["office-head", "chairman"]}, True, "it is his turn"),
        (CLERK, {"awaits": ["office-head", "chairman"]}, False, "she decides on no answer"),
        (HEAD, {"awaits": ["head"], "drafts": [a_draft(written_by="Bùi Thị Hải")]}, False, "she wrote it herself"),
        (HEAD, {"awaits": ["head"], "drafts": [a_draft(handed_in_by="Bùi Thị Hải")]}, False, "she handed it in"),
        (
            CHAIRMAN,
            {
                "awaits": ["chairman"],
                "drafts": [a_draft(endorsed=[Endorsement("office-head", "Nguyễn Văn Lợi", NOW)])],
            },
            False,
            "nobody decides twice",
        ),
        (CHAIRMAN, {"follows": a_related("01J-2")}, False, "it is decided with the question whose answer it gets"),
    ],
)
def test_a_draft_is_put_before_whoever_decides_next(
    worker: str, known: dict[str, Any], may: bool, because: str
) -> None:
    asked = a_question("awaiting-approval", **{"department": "phong-kinh-te"} | known)
    found = [offer.verb for offer in offers.for_question(who(worker), asked)]
    assert ("approve-answer" in found) == ("return-answer" in found) == may, because


@pytest.mark.parametrize(
    ("worker", "known", "verb", "offered", "because"),
    [
        (LAND_OFFICER, {"department": "cong-an"}, "give-opinion", False, "nobody asked his department"),
        (
            LAND_OFFICER,
            {"department": "cong-an", "coordinating": [Coordination("phong-kinh-te", "Lệ phí?", "H", NOW)]},
            "give-opinion",
            True,
            "his department is asked",
        ),
        (
            CLERK,
            {"coordinating": [Coordination("phong-kinh-te", "Lệ phí?", "H", NOW)]},
            "give-opinion",
            False,
            "the office was not asked",
        ),
        (LAND_OFFICER, {"follows": a_related("01J-2")}, "draft-answer", False, "it is written at the other question"),
        (LAND_OFFICER, {"follows": a_related("01J-2")}, "join-question", False, "it gets an answer already"),
        (LAND_OFFICER, {"follows": a_related("01J-2")}, "part-question", True, "it may be parted"),
        (LAND_OFFICER, {}, "part-question", False, "it gets its own answer"),
        (LAND_OFFICER, {"followers": [a_related("01J-2")]}, "join-question", False, "others get its answer"),
        (LAND_OFFICER, {"scope": "complaint"}, "join-question", False, "a complaint is nobody else's"),
        (CLERK, {"followers": [a_related("01J-2")]}, "split-question", False, "they are to be parted first"),
        (CLERK, {"follows": a_related("01J-2")}, "split-question", False, "it is to be parted first"),
    ],
)
def test_work_with_others_is_offered_where_it_can_be_done(
    worker: str, known: dict[str, Any], verb: str, offered: bool, because: str
) -> None:
    asked = a_question("assigned", **{"department": "phong-kinh-te"} | known)
    assert (verb in [offer.verb for offer in offers.for_question(who(worker), asked)]) == offered, because


def test_another_departments_question_offers_nothing_to_an_officer() -> None:
    assert offers.for_question(who(LAND_OFFICER), a_question("assigned", department="cong-an")) == []


def test_a_question_that_is_done_with_offers_nothing() -> None:
    assert offers.for_question(who(CLERK), a_question("assigned", standing="answered")) == []


@pytest.mark.parametrize(
    ("attendance", "state", "now", "verbs", "because"),
    [
        ("expected", "registration-closed", HELD_AT, ["check-in", "excuse-registrant"], "it is the day"),
        ("expected", "cancelled", HELD_AT, [], "it does not take place"),
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
            {"question": "01J-1", "working_days": "99", "reason": "Cần xác minh", "responsible": "Phòng Kinh tế"},
            {"working_days": "Xin ghi một số không quá 30.", "requirement": "Xin ghi mục này."},
        ),
        (
            "transfer-question",
            {"question": "01J-1", "field": "land", "department": "cong-an", "reason": "Về cư trú", "clock": "stops"},
            {"clock": "Xin chọn một mục trong danh sách."},
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
    points = {"reason": "r", "requirement": "n", "responsible": "p"}
    assert offers.command("extend-term", actor(), {**KEYS, **points, "question": "q", "working_days": "3"}) == (
        ExtendTerm(actor=actor(), key="01JKEY", version=3, question="q", working_days=3, **points)
    )


def test_a_transfer_says_what_becomes_of_the_term() -> None:
    typed = {**KEYS, "question": "01J-1", "field": "land", "department": "cong-an", "reason": "r", "clock": "pauses"}
    command = offers.command("transfer-question", actor(), typed)
    assert isinstance(command, TransferQuestion)
    assert command.clock == "pauses"


@pytest.mark.parametrize("pressing", [True, False])
def test_what_is_pressing_is_marked_and_the_mark_taken_back(pressing: bool) -> None:
    typed = {**KEYS, "question": "01J-1", "pressing": str(pressing).lower(), "reason": "r"}
    command = offers.command("prioritise-question", actor(), typed)
    assert isinstance(command, PrioritiseQuestion)
    assert command.pressing is pressing


@pytest.mark.parametrize(
    ("verb", "typed", "about"),
    [
        ("accept-transfer", {"question": "01J-1"}, "01J-1"),
        ("acknowledge-escalation", {"deadline": "01J-1:resolution", "note": "Đã giao"}, "01J-1:resolution"),
        ("record-hand-over", {"notification": "01J.answer.1", "note": "Đã trao"}, "01J.answer.1"),
        ("check-in", {"submission": "01J"}, "01J"),
        ("hold-dialogue", {"dialogue": "D"}, "D"),
    ],
)
def test_a_command_is_on_what_its_form_was_about(verb: str, typed: Mapping[str, str], about: str) -> None:
    """Messages and terms are numbered elsewhere than they are shown: their forms carry no version."""
    command = offers.command(verb, actor(), {"key": "01JKEY", "version": "", **typed})
    assert (offers.about(command), command.version) == (about, None)


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract", "told"),
    [
        (deadlines.RuleId, words.RULES),
        (deadlines.MoveCause, words.MOVE_CAUSES),
        (notify.MessageKind, words.MESSAGE_KINDS),
        (notify.MessageChannel, words.MESSAGE_CHANNELS),
        (post.Register, words.REGISTERS),
        (routing.ClockChoice, words.CLOCKS),
        (routing.ClockChoice, words.CLOCKS_IN_SHORT),
        (routing.WrittenBecause, words.WRITTEN_BECAUSE),
        (routing.Settlement, words.HOW_SETTLED),
        (conference.DialogueKind, words.DIALOGUE_KINDS),
        (conference.ListKind, words.LIST_KINDS),
        (people.Channel, words.CHANNELS),
        (people.Section, words.SECTIONS),
        (people.MediaType, words.MEDIA_TYPES),
        (intake.MailOutcome, words.MAIL_OUTCOMES),
        (base.Service, words.SERVICES),
    ],
    ids=repr,
)
def test_everything_that_can_be_said_has_words(contract: Any, told: Mapping[str, str]) -> None:
    assert set(get_args(contract)) <= set(told)
    assert all(told.values())


def test_every_event_role_field_and_scope_has_words() -> None:
    assert {event.name for event in EVENTS.values()} == set(event_words.EVENTS)
    assert set(Role) == set(words.ROLES)
    assert set(QuestionField) == set(words.FIELDS)
    assert set(Scope) == set(words.SCOPES)


def test_every_command_that_changes_something_is_confirmed() -> None:
    asks_only = {"explain-terms", "preview-calendar", "apply-calendar", "show-calendar", "look-up-submission"}
    asks_only |= {"store-file", "read-file", "read-table", "render-document", "render-slip"}
    asks_only |= {"read-history", "suggest-answers", "propose-publication"}
    asks_only |= {"read-handbook", "try-word-rules", "classify-texts"}
    asks_only |= {"render-letter", "render-report", "read-texts", "read-text", "preview-text"}
    asks_only |= {"read-post", "read-print-run", "read-print-file", "read-register"}
    verbs = {name.partition(".")[2] for name in COMMANDS} - asks_only
    assert verbs <= set(event_words.DONE)


# --- terms as deadlines explains them -------------------------------------------------------------------------------


def test_an_explanation_tells_days_and_working_time() -> None:
    told = {
        "due_at": "2026-04-28T17:00:00+07:00",
        "state": "running",
        "basis": "Kế hoạch, mục III.2",
        "provisional": False,
        "counted": ["2026-04-21", "2026-04-22"],
        "skipped": [{"date": "2026-04-25", "why": "thứ Bảy"}],
        "left": {"days": 2, "hours": 3, "minutes": 0, "late": False, "words": "còn 2 ngày 3 giờ làm việc"},
    }
    found = terms.read({"terms": {"01J-1:department-answer": told, "damaged": {"counted": "soon"}}})
    assert set(found) == {"01J-1:department-answer"}
    explained = found["01J-1:department-answer"]
    assert explained.left is not None
    assert explained.left.words == "còn 2 ngày 3 giờ làm việc"
    assert explained.counted == (date(2026, 4, 21), date(2026, 4, 22))
    assert [(one.date, one.why) for one in explained.skipped] == [(date(2026, 4, 25), "thứ Bảy")]


@pytest.mark.parametrize("state", [{}, {"terms": None}, {"terms": {}}])
def test_a_reply_without_terms_explains_nothing(state: Mapping[str, Any]) -> None:
    assert terms.read(state) == {}


# --- the history ----------------------------------------------------------------------------------------------------


def enveloped(event: Any) -> Envelope:
    return Envelope(
        id="1",
        source=f"/services/{event.speaker}",
        type=event.type,
        subject=event.subject,
        time=event.occurred_at,
        sequence=1,
        correlationid="c",
        data=event.model_dump(mode="json"),
    )


@pytest.mark.parametrize("contract", EVENTS.values(), ids=lambda contract: contract.__name__)
def test_every_event_is_told_in_words_of_its_own(contract: Any) -> None:
    event = any_of(contract)
    [line] = tell([enveloped(event)], lambda unit: f"Phòng {unit}")
    assert line.who
    assert line.what
    assert event.name not in line.what


def test_a_confidential_history_names_nobody_who_sent_something() -> None:
    envelope = enveloped(any_of(EVENTS["vn.doithoai.submission.received.v1"]))
    assert "Mai" in repr(tell([envelope], str))
    assert "Mai" not in repr(tell([envelope], str, confidential=True))


def _is_number(contract: Any, field: str) -> bool:
    """`text` of a message is the version of the commune's text."""
    return bool(contract.model_fields[field].annotation == int | None)


@pytest.mark.parametrize("contract", EVENTS.values(), ids=lambda contract: contract.__name__)
def test_a_confidential_history_repeats_nothing_that_was_written(contract: Any) -> None:
    event = any_of(contract)
    wrote = {"reason", "note", "topic", "text", "guidance", "remarks", "reference", "report", "answer"}
    words_of_it = {name for name in wrote & set(contract.model_fields) if not _is_number(contract, name)}
    secret = event.model_copy(update=dict.fromkeys(words_of_it, "điều giữ kín"))
    [line] = tell([enveloped(secret)], str, confidential=True)
    assert "giữ kín" not in repr(line)


@pytest.mark.parametrize(
    ("event", "number", "because"),
    [
        (of_deadline(DeadlineSet), "1", "the term of a question"),
        (
            of_deadline(
                DeadlineSet, case="D", about="D-hoi-truong", rule="preparation", deadline="D-hoi-truong:preparation"
            ),
            "",
            "the term of a duty",
        ),
        (of_message(NotificationSent), "1", "an answer"),
        (of_message(NotificationSent, case="D", kind="conclusion"), "", "it tells of a dialogue, not of one form"),
    ],
)
def test_a_line_names_the_question_it_is_about(event: Any, number: str, because: str) -> None:
    [line] = tell([enveloped(event)], str)
    assert line.about == number, because


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
