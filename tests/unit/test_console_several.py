"""Several questions at once: said before to whom it happens, held back, taken back, and told of afterwards."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from services.console.acting import chosen as acting
from services.console.offers import WrongFields
from services.console.view import View
from services.console.work import held, several
from services.console.work.chosen import Chosen, chosen
from services.console.work.held import State
from shared.clock import real_now
from shared.communes import Communes
from shared.contracts import Done, Event, Refused
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    ApproveAnswer,
    AssignQuestion,
    ExtendTerm,
    ExtensionRequested,
    GroupQuestion,
    PrioritiseQuestion,
    Proposal,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionJoined,
    QuestionPrioritised,
)
from tests.builders import COMMUNE, NOW, QUESTION, SUBMISSION, actor, of_question, question, submission_received
from tests.unit.teaching_scene import CLERK, OFFICER, Desk, Routing
from tests.unit.test_console_view import messages

COMMUNES = Communes.load()
CHAIRMAN = "loi.lanhdao@hanoi.example"
SECOND = f"{SUBMISSION}-2"
RECEIVED = submission_received(questions=(question(1), question(2, "Bao giờ thôn Nội có nước sạch?")))
PROPOSAL = Proposal(field="land", department="phong-kinh-te", confidence=0.41)
UNSURE = tuple(
    of_question(QuestionAwaitsTriage, question=one, scope="in-scope", proposals=(PROPOSAL,))
    for one in (QUESTION, SECOND)
)
WANTED = tuple(
    of_question(ExtensionRequested, question=one, requirement="Trích lục bản đồ", responsible="Phòng Kinh tế")
    for one in (QUESTION, SECOND)
)
ASSIGNED = tuple(of_question(QuestionAssigned, question=one) for one in (QUESTION, SECOND))
DRAFTED = tuple(of_question(AnswerDrafted, question=one) for one in (QUESTION, SECOND))
BOTH = {f"chon-{QUESTION}": "1", f"chon-{SECOND}": "1"}
SEEN = {f"version-{QUESTION}": "1", f"version-{SECOND}": "1"}
PRESSING = {"verb": "prioritise-question", "reason": "Nêu nhiều lần.", "back": "/?loc=qua-han&phong=", **BOTH, **SEEN}


def rows(folder: Path, *events: Event) -> list[Chosen]:
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(RECEIVED, *events))
    with view.reading() as db:
        return chosen(db, COMMUNE, [SECOND, QUESTION, "01JELSEWHERE-1"], NOW)


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden"(?: form="\w+")? name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}


# --- which of them, and which command each gets ----------------------------------------------------------------------


def test_the_chosen_are_there_in_the_order_of_choosing_and_of_the_own_commune(tmp_path: Path) -> None:
    assert [row.id for row in rows(tmp_path)] == [SECOND, QUESTION]


@pytest.mark.parametrize(
    ("worker", "verb", "events", "able", "why_not", "because"),
    [
        (CLERK, "assign-question", UNSURE, 2, [], "both wait for the office"),
        (OFFICER, "assign-question", UNSURE, 0, ["Vai trò"], "he sorts nothing"),
        (CLERK, "assign-question", [*ASSIGNED, of_question(AnswerApproved)], 1, ["Đã duyệt"], "one is approved"),
        (CHAIRMAN, "approve-answer", [*ASSIGNED, *DRAFTED], 2, [], "both wait for him"),
        (CHAIRMAN, "approve-answer", [*ASSIGNED, DRAFTED[0]], 1, ["Đã giao"], "one is being written"),
        (
            CHAIRMAN,
            "approve-answer",
            [*ASSIGNED, *DRAFTED, of_question(AnswerEndorsed, endorsed_by="Nguyễn Văn Lợi")],
            1,
            ["không chờ ông/bà"],
            "he has decided on one",
        ),
        (
            CHAIRMAN,
            "approve-answer",
            [*ASSIGNED, *DRAFTED, of_question(QuestionJoined, question=SECOND, lead=QUESTION)],
            1,
            ["nhận chung"],
            "one gets the answer of the other",
        ),
        (CHAIRMAN, "extend-term", [*ASSIGNED, WANTED[0]], 1, ["không xin"], "more time was asked for one"),
        (
            CHAIRMAN,
            "extend-term",
            [*ASSIGNED, of_question(ExtensionRequested)],
            0,
            ["chưa nêu"],
            "of a letter too little",
        ),
        (
            CLERK,
            "prioritise-question",
            [*ASSIGNED, of_question(QuestionPrioritised)],
            1,
            ["đã được đánh dấu"],
            "one is marked",
        ),
    ],
)
def test_it_is_said_of_each_whether_it_can_be_done_and_why_not(
    tmp_path: Path, worker: str, verb: str, events: list[Event], able: int, why_not: list[str], because: str
) -> None:
    parted = several.sort(acting(COMMUNES, COMMUNE, worker), several.KINDS[verb], rows(tmp_path, *events))
    assert len(parted.able) == able, because
    told = " ".join(parted.why_not.values())
    assert all(words in told for words in why_not), told


@pytest.mark.parametrize(
    ("verb", "typed", "events", "expected", "because"),
    [
        (
            "assign-question",
            {"department": "cong-an", "field": "", "reason": "An ninh."},
            UNSURE,
            {"department": "cong-an", "field": "land", "reason": "An ninh."},
            "the field that was proposed",
        ),
        (
            "assign-question",
            {"department": several.AS_PROPOSED},
            UNSURE,
            {"department": "phong-kinh-te", "field": "land", "reason": several.BECAUSE_PROPOSED},
            "each where it belongs",
        ),
        (
            "prioritise-question",
            {"reason": "Gấp."},
            ASSIGNED,
            {"pressing": True, "reason": "Gấp."},
            "marked, never unmarked",
        ),
        ("group-question", {"topic": " Nước  sạch "}, ASSIGNED, {"topic": "Nước  sạch"}, "one topic"),
        ("approve-answer", {}, [*ASSIGNED, *DRAFTED], {}, "nothing is to be said"),
        (
            "extend-term",
            {},
            [*ASSIGNED, *WANTED],
            {"working_days": 5, "reason": "Cần xác minh hồ sơ lưu."},
            "as the department asked",
        ),
    ],
)
def test_each_question_gets_a_command_of_its_own(
    tmp_path: Path, verb: str, typed: Mapping[str, str], events: list[Event], expected: dict[str, object], because: str
) -> None:
    made = several.commands(several.KINDS[verb], actor(), "01JACT", rows(tmp_path, *events), {**typed, **SEEN})
    assert [(case, called) for _, case, called in made] == [
        (SUBMISSION, "K7QX-3M9D, câu 2"),
        (SUBMISSION, "K7QX-3M9D, câu 1"),
    ]
    for command, _, _ in made:
        values = command.model_dump()
        assert {name: values[name] for name in expected} == expected, because
        assert (values["key"], values["version"]) == (f"01JACT-{values['question']}", 1)
    kinds = AssignQuestion | PrioritiseQuestion | GroupQuestion | ApproveAnswer | ExtendTerm
    assert all(isinstance(command, kinds) for command, _, _ in made)


@pytest.mark.parametrize(
    ("verb", "typed", "wrong", "because"),
    [
        ("assign-question", {}, {"department", "reason"}, "to whom, and why"),
        ("assign-question", {"department": several.AS_PROPOSED}, {"department"}, "nothing was proposed for them"),
        ("group-question", {"topic": " "}, {"topic"}, "under which topic"),
        ("return-answer", {}, {"remarks"}, "what is to be mended"),
        ("prioritise-question", {}, {"reason"}, "why"),
    ],
)
def test_what_must_be_said_once_for_all_is_asked_for(
    tmp_path: Path, verb: str, typed: Mapping[str, str], wrong: set[str], because: str
) -> None:
    with pytest.raises(WrongFields) as found:
        several.commands(several.KINDS[verb], actor(), "01JACT", rows(tmp_path, *ASSIGNED), typed)
    assert set(found.value.fields) == wrong, because


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worker", "verb", "events", "told", "because"),
    [
        (
            CHAIRMAN,
            "approve-answer",
            [*ASSIGNED, *DRAFTED],
            [
                "2 câu trả lời được duyệt",
                "Nguyễn Thị Mai, qua thư điện tử mai@nguoidan.example",
                "Duyệt (2)",
                "10 giây",
            ],
            "what goes to whom",
        ),
        (CLERK, "assign-question", UNSURE, ["Theo đề xuất của từng câu", "đề xuất: Phòng Kinh tế"], "where each goes"),
        (
            CHAIRMAN,
            "extend-term",
            [*ASSIGNED, WANTED[0]],
            ["thêm 5 ngày làm việc", "Không làm được với các câu sau", "không xin gia hạn"],
            "and what cannot be done",
        ),
        (
            CLERK,
            "group-question",
            [*ASSIGNED],
            ["mỗi người hỏi vẫn có câu trả lời riêng"],
            "",
        ),
    ],
)
async def test_before_it_is_done_a_page_says_what_will_happen_to_whom(
    tmp_path: Path, worker: str, verb: str, events: list[Event], told: list[str], because: str
) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *events], worker)
    page = (await desk.send("/viec/nhieu", {"verb": verb, **BOTH})).text
    assert [words for words in told if words not in page] == [], because
    assert desk.kept.acts.acts == {}  # type: ignore[attr-defined]


async def test_a_denouncer_is_named_in_no_dialog(tmp_path: Path) -> None:
    secret = "Chủ tịch thôn nhận tiền"
    form = submission_received(questions=(question(1, secret), question(2)))
    events = [form, of_question(QuestionAwaitsTriage, scope="denunciation"), UNSURE[1]]
    page = (
        await Desk(tmp_path, Routing(), events, CLERK).send("/viec/nhieu", {"verb": "assign-question", **BOTH})
    ).text
    assert "giữ kín" in page
    assert "Nguyễn Thị Mai" not in page
    assert secret not in page


async def test_what_has_changed_since_is_said_in_the_dialog_and_the_page_goes_on_from_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED, *DRAFTED], CHAIRMAN)
    page = (await desk.send("/viec/nhieu", {"verb": "approve-answer", **BOTH, **SEEN})).text
    assert page.count("Câu hỏi đã thay đổi từ khi ông/bà mở trang.") == 2
    assert hidden(page)[f"version-{QUESTION}"] == "2"


async def test_an_act_is_held_back_and_its_list_says_so(tmp_path: Path) -> None:
    routing = Routing(prioritise_question={})
    desk = Desk(tmp_path, routing, [RECEIVED, *ASSIGNED], CLERK)
    typed = hidden((await desk.send("/viec/nhieu", PRESSING)).text)
    for _ in range(2):  # a form that is sent twice is held once
        answer = await desk.send("/viec/giu", PRESSING | typed)
        assert answer.headers["location"] == "/?loc=qua-han&phong="
    [act] = await desk.kept.acts.of(COMMUNE, CLERK, real_now() - timedelta(minutes=1))
    assert (act.state, len(act.steps), routing.sent(PrioritiseQuestion)) == (State.HELD, 2, [])
    assert [step.body["reason"] for step in act.steps] == ["Nêu nhiều lần."] * 2
    page = (await desk.get("/?loc=tat-ca&phong=")).text
    assert page.count("chờ thực hiện") == 2
    assert f'name="chon-{QUESTION}" id="chon-{QUESTION}" value="1" autocomplete="off" disabled' in page
    toast = (await desk.get("/viec/dang-giu")).text
    assert "Sẽ đánh dấu bức xúc 2 câu" in toast
    assert "Hoàn tác" in toast


@pytest.mark.parametrize(
    ("verb", "typed", "events", "words"),
    [
        ("assign-question", {"department": several.AS_PROPOSED}, UNSURE, "Sẽ giao 2 câu theo đề xuất phân loại"),
        (
            "assign-question",
            {"department": "phong-kinh-te", "reason": "Về đất."},
            UNSURE,
            "Sẽ giao 2 câu cho Phòng Kinh tế",
        ),
        ("group-question", {"topic": "Nước"}, ASSIGNED, "Sẽ xếp 2 câu vào nhóm “Nước”"),
    ],
)
async def test_a_line_says_what_is_about_to_happen(
    tmp_path: Path, verb: str, typed: dict[str, str], events: list[Event], words: str
) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *events], CLERK)
    await desk.send("/viec/giu", {"verb": verb, **typed, **BOTH, **SEEN, "key": "01JACT"})
    assert words in (await desk.get("/viec/dang-giu")).text


async def test_an_act_is_taken_back_by_who_did_it_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    act = (await desk.kept.acts.of(COMMUNE, CLERK, real_now() - timedelta(minutes=1)))[0]
    await desk.kept.acts.add(replace(act, id="01JOTHERS", worker=OFFICER))
    assert (await desk.send("/viec/hoan-tac", {"act": "01JOTHERS"})).status_code == 404
    answer = await desk.send("/viec/hoan-tac", {"act": "01JACT", "back": "/?loc=tat-ca"})
    assert answer.headers["location"] == "/?loc=tat-ca"
    assert [one.state for one in await desk.kept.acts.of(COMMUNE, CLERK, act.held_at)] == [State.UNDONE]
    assert "Hoàn tác" not in (await desk.get("/viec/dang-giu")).text


async def test_what_was_undone_is_done_by_pressing_once_more(tmp_path: Path) -> None:
    """The browser's Back shows the dialog as it was, with the key of what was undone."""
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    await desk.send("/viec/hoan-tac", {"act": "01JACT"})
    again = await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    assert (again.status_code, "đã được hoàn tác; bấm lần nữa" in again.text) == (409, True)
    typed = hidden(again.text)
    assert typed["key"] != "01JACT"
    assert (await desk.send("/viec/giu", PRESSING | typed)).status_code == 303
    states = {act.id: act.state for act in desk.kept.acts.acts.values()}  # type: ignore[attr-defined]
    assert states == {"01JACT": State.UNDONE, typed["key"]: State.HELD}


async def test_nobody_is_told_that_his_act_waits_where_it_is_another_persons(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    [act] = desk.kept.acts.acts.values()  # type: ignore[attr-defined]
    desk.kept.acts.acts["01JACT"] = replace(act, worker=OFFICER)  # type: ignore[attr-defined]
    assert (await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})).status_code == 404


async def test_whoever_is_too_late_to_take_it_back_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    await desk.kept.acts.change("01JACT", lambda act: held.claim(act, act.due_at))
    answer = await desk.send("/viec/hoan-tac", {"act": "01JACT"})
    assert answer.headers["location"] == "/viec/vua-lam?muon=1"
    assert "Đã quá lúc hoàn tác" in (await desk.get("/viec/vua-lam?muon=1")).text


async def test_what_became_of_it_is_told_on_every_page_until_it_is_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    await desk.send("/viec/giu", {**PRESSING, "key": "01JACT"})
    stale = Refused(code="stale", reason="Hồ sơ đã được người khác thay đổi.", changes=("answer-drafted",))
    await desk.kept.acts.change("01JACT", lambda act: held.claim(act, act.due_at))
    for one, reply in ((QUESTION, Done(version=3, state={})), (SECOND, stale)):
        await desk.kept.acts.change("01JACT", partial(held.note, question=one, reply=reply, now=real_now()))
    told = (await desk.get("/viec/dang-giu")).text
    assert "1 việc vừa thực hiện" in told
    assert "1 việc chưa được" in told
    page = (await desk.get("/viec/vua-lam")).text
    for words in ("Hồ sơ đã được người khác thay đổi.", "Trình dự thảo trả lời", f"/ho-so/{SUBMISSION}#{SECOND}"):
        assert words in page
    assert (await desk.get("/viec/dang-giu")).text.strip() == ""


@pytest.mark.parametrize(
    ("typed", "status", "because"),
    [
        ({"verb": "prioritise-question"}, 200, "nothing was chosen: the page says how"),
        ({"verb": "delete-everything", **BOTH}, 400, "there is no such command"),
        ({"verb": "plan-dialogue", **BOTH}, 400, "nor is every command for several"),
    ],
)
async def test_what_cannot_be_asked_for_is_not_asked(
    tmp_path: Path, typed: dict[str, str], status: int, because: str
) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    assert (await desk.send("/viec/nhieu", typed)).status_code == status, because


@pytest.mark.parametrize(
    "back", ["//evil.example/", "/\\evil.example", "https://evil.example/", "", "javascript:alert(1)"]
)
async def test_nobody_is_led_to_another_site(tmp_path: Path, back: str) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *ASSIGNED], CLERK)
    answer = await desk.send("/viec/giu", {**PRESSING, "back": back, "key": "01JACT"})
    assert answer.headers["location"] == "/"


async def test_what_was_typed_stays_where_something_is_missing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Routing(), [RECEIVED, *UNSURE], CLERK)
    typed = {"verb": "assign-question", "department": "phong-kinh-te", "reason": " ", **BOTH, **SEEN}
    answer = await desk.send("/viec/giu", typed)
    assert answer.status_code == 422
    assert '<option value="phong-kinh-te" selected>' in answer.text
    assert "Xin ghi mục này." in answer.text
