"""What the console shows of the work on a question: whose it is, who speaks with whom, every version, who decides."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from services.console import dossier, lists
from services.console.lists import Decider, Filter
from services.console.story import tell
from shared.contracts import Event, Role
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import QuestionsWithdrawn, RegistrantCorrected
from shared.contracts.notify import NotificationSent
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    CoordinationAsked,
    DraftKept,
    OpinionGiven,
    ProposedMatter,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionTransferred,
)
from tests.builders import (
    COMMUNE,
    NOW,
    QUESTION,
    SUBMISSION,
    of_deadline,
    of_form,
    of_message,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.unit.test_console_desk import enveloped
from tests.unit.test_console_view import PART, SPLIT, items, the_question, view_of

LATER = NOW + timedelta(hours=3)
CENTRE, ECONOMY, CULTURE = "trung-tam-hanh-chinh-cong", "phong-kinh-te", "phong-van-hoa-xa-hoi"
RECEIVED = submission_received(
    questions=(question(1, "Cấp lại giấy khai sinh thế nào, lệ phí bao nhiêu?"), question(2))
)
SECOND = f"{SUBMISSION}-2"
ASSIGNED = of_question(QuestionAssigned)
SECOND_ASSIGNED = of_question(QuestionAssigned, question=SECOND)
ASKED = of_question(CoordinationAsked)
OPINION = of_question(OpinionGiven, department=ECONOMY, text="Lệ phí là 8.000 đồng.")
HANDED_BACK = of_question(QuestionHandedBack, reason="Thuộc lĩnh vực đất đai.")
KEPT = of_question(DraftKept, text="Ông/bà mang căn cước.")
HANDED_IN = of_question(AnswerDrafted, draft=2, text="Ông/bà mang căn cước đến Trung tâm.", awaits=(Role.HEAD,))
ENDORSED = of_question(AnswerEndorsed, draft=2)
JOINED = of_question(QuestionJoined, question=SECOND, lead=QUESTION)


def the_questions(folder: Path, *events: Event) -> list[dossier.Question]:
    with view_of(folder, *events).reading() as db:
        return dossier.questions_of(db, COMMUNE, SUBMISSION, NOW)


# --- a question that holds several matters --------------------------------------------------------------------------


def test_a_part_is_a_question_of_the_form_with_a_number_of_its_own(tmp_path: Path) -> None:
    first, _, part = the_questions(tmp_path, RECEIVED, ASSIGNED, SPLIT)
    assert (first.number, first.text, first.form_text) == (1, SPLIT.text, RECEIVED.questions[0].text)
    assert (part.id, part.number, part.text, part.section, part.stage) == (
        *(PART, 3, "Lệ phí là bao nhiêu?"),
        *("procedures", "received"),
    )
    assert part.part_of is not None
    assert (part.part_of.id, [one.id for one in first.parts]) == (QUESTION, [PART])


def test_a_part_is_found_by_its_own_words_under_its_askers_name(tmp_path: Path) -> None:
    corrected = of_form(RegistrantCorrected, registrant=registrant(name="Nguyễn Thị Mơ"))
    view = view_of(tmp_path, RECEIVED, SPLIT, corrected)
    assert [item.id for item in items(view, Filter(search="le phi la bao nhieu"))] == [PART]
    assert {item.id for item in items(view, Filter(search="nguyen thi mo"))} == {QUESTION, SECOND, PART}


def test_what_the_form_said_first_is_known_whichever_speaker_is_heard_first(tmp_path: Path) -> None:
    first, second, part = the_questions(tmp_path, SPLIT, RECEIVED)
    assert [first.text, part.number, second.number] == [SPLIT.text, 3, 2]


def test_matters_are_proposed_until_somebody_decides(tmp_path: Path) -> None:
    matter = ProposedMatter(text="Lệ phí bao nhiêu?", field="finance", department=ECONOMY, confidence=0.8)
    waits = of_question(QuestionAwaitsTriage, scope="in-scope", matters=(matter,))
    assert the_question(view_of(tmp_path / "1", RECEIVED, waits)).matters == [matter.model_dump(mode="json")]
    assert not the_question(view_of(tmp_path / "2", RECEIVED, waits, SPLIT)).matters
    assert not the_question(view_of(tmp_path / "3", RECEIVED, waits, ASSIGNED)).matters


def test_a_line_of_the_history_names_a_part_by_its_number_on_the_form() -> None:
    withdrawn = of_form(QuestionsWithdrawn, questions=(SECOND, PART), entirely=False)
    events: list[Event] = [
        *(RECEIVED, SPLIT, of_question(QuestionAssigned, question=PART), withdrawn),
        *(of_deadline(DeadlineSet, about=PART, rule="triage"), of_question(QuestionJoined, question=PART, lead=SECOND)),
    ]
    lines = tell([enveloped(event) for event in events], str)
    assert [line.about for line in lines] == ["", "1", "3", "", "3", "3"]
    assert (lines[1].what, lines[3].what) == (
        "Tách các nội dung khác thành câu 3",
        "Rút câu 2, 3; Trần Thị Hạnh ghi nhận",
    )
    assert lines[5].what == "Gộp để trả lời chung với câu 2"


# --- who has it, and who speaks with whom ---------------------------------------------------------------------------


def test_a_question_that_was_handed_back_waits_for_the_office_and_nothing_is_proposed(tmp_path: Path) -> None:
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, ASKED, HANDED_BACK))
    assert (one.stage, one.field, one.department, one.proposals) == ("awaits-triage", None, None, None)
    assert [(back.department, back.reason) for back in one.hand_backs] == [(CENTRE, "Thuộc lĩnh vực đất đai.")]
    assert one.coordinating == []


def test_every_hand_back_stays_to_be_read(tmp_path: Path) -> None:
    elsewhere = of_question(QuestionAssigned, department=ECONOMY)
    again = of_question(QuestionHandedBack, department=ECONOMY, reason="Không phải của phòng.")
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, HANDED_BACK, elsewhere, again, ASSIGNED))
    assert [back.department for back in one.hand_backs] == [CENTRE, ECONOMY]


def test_whoever_was_asked_first_stays_asked_about_what_he_was_asked(tmp_path: Path) -> None:
    both = of_question(CoordinationAsked, departments=(ECONOMY, CULTURE), matter="Xin cho biết thời hạn.")
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, ASKED, OPINION, both))
    assert {other.department: other.matter for other in one.coordinating} == {
        ECONOMY: "Xin cho biết mức lệ phí.",
        CULTURE: "Xin cho biết thời hạn.",
    }
    assert [(said.department, said.text) for said in one.opinions] == [(ECONOMY, "Lệ phí là 8.000 đồng.")]


@pytest.mark.parametrize(
    ("event", "left", "because"),
    [
        (of_question(QuestionAssigned, department=CULTURE), [], "another department begins anew"),
        (of_question(QuestionAssigned, field="land"), [ECONOMY], "only the field is corrected"),
        (of_question(QuestionTransferred, department=CULTURE), [ECONOMY], "others go on coordinating"),
        (of_question(QuestionTransferred, department=ECONOMY), [], "it has the lead now"),
        (of_question(QuestionRedirected), [], "another authority has it"),
        (of_question(QuestionReferredUp), [], "the superior has it"),
        (of_question(QuestionSettled, how="withdrawn"), [], "nobody answers it"),
        (of_question(QuestionSettled), [ECONOMY], "who helped to answer stays to be read"),
        (of_question(QuestionReopened), [], "the office decides anew"),
    ],
)
def test_coordination_ends_with_the_lead(tmp_path: Path, event: Event, left: list[str], because: str) -> None:
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, ASKED, OPINION, event))
    assert [other.department for other in one.coordinating] == left, because
    assert len(one.opinions) == 1, "what was said stays"


def test_a_department_finds_what_it_coordinates(tmp_path: Path) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, SECOND_ASSIGNED, ASKED)
    assert [item.id for item in items(view, Filter(only="coordinating", department=ECONOMY))] == [QUESTION]
    assert items(view, Filter(only="coordinating", department=CENTRE)) == []
    assert [item.coordinating for item in items(view, Filter(only="coordinating"))] == [[ECONOMY]]
    with view.reading() as db:
        assert lists.counts(db, COMMUNE, NOW, ECONOMY).coordinating == lists.counts(db, COMMUNE, NOW).coordinating == 1


# --- versions and their approval ------------------------------------------------------------------------------------


def test_every_version_stays_with_who_wrote_and_who_handed_it_in(tmp_path: Path) -> None:
    by_another = of_question(AnswerDrafted, text=KEPT.text, drafted_by="Nguyễn Thu Nga", occurred_at=LATER)
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, KEPT, by_another, of_question(AnswerReturned)))
    [draft] = one.drafts
    assert (draft.written_by, draft.handed_in_by, draft.written_at, draft.handed_in_at) == (
        *("Đỗ Minh Quân", "Nguyễn Thu Nga"),
        *(NOW, LATER),
    )
    assert (draft.remarks, one.remarks, one.drafted_by) == ("Xin nêu rõ lệ phí.", "Xin nêu rõ lệ phí.", "Đỗ Minh Quân")


@pytest.mark.parametrize(
    ("events", "stage", "awaits", "because"),
    [
        ([KEPT], "drafting", None, "it was kept, and not handed in"),
        ([KEPT, HANDED_IN], "awaiting-approval", ["head"], "the head decides first"),
        ([KEPT, HANDED_IN, ENDORSED], "awaiting-approval", ["office-head", "chairman"], "then a leader"),
        ([KEPT, HANDED_IN, ENDORSED, of_question(AnswerReturned, draft=2)], "drafting", None, "it begins anew"),
        ([KEPT, HANDED_IN, ENDORSED, of_question(AnswerApproved)], "approved", None, "everything is decided"),
        ([KEPT, HANDED_IN, of_question(QuestionRedirected)], "out-of-scope", None, "nothing is to be decided"),
    ],
)
def test_who_decides_next_is_known(
    tmp_path: Path, events: list[Event], stage: str, awaits: list[str] | None, because: str
) -> None:
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, *events))
    assert (one.stage, one.awaits) == (stage, awaits), because


@pytest.mark.parametrize(
    ("decider", "events", "found", "because"),
    [
        (Decider("head", CENTRE), [HANDED_IN], True, "the head of the department"),
        (Decider("head", ECONOMY), [HANDED_IN], False, "the head of another"),
        (Decider("chairman"), [HANDED_IN], False, "it is not his turn"),
        (Decider("chairman"), [HANDED_IN, ENDORSED], True, "now it is"),
        (Decider("head", CENTRE), [HANDED_IN, ENDORSED], False, "he has decided"),
        (None, [HANDED_IN], False, "nobody was chosen"),
    ],
)
def test_each_sees_which_drafts_wait_for_him(
    tmp_path: Path, decider: Decider | None, events: list[Event], found: bool, because: str
) -> None:
    view = view_of(tmp_path, RECEIVED, ASSIGNED, KEPT, *events)
    assert bool(items(view, Filter(only="to-decide", decider=decider))) == found, because
    with view.reading() as db:
        assert lists.counts(db, COMMUNE, NOW, decider=decider).to_decide == found


def test_steps_of_approval_that_are_done_stay_with_their_draft(tmp_path: Path) -> None:
    one = the_question(view_of(tmp_path, RECEIVED, ASSIGNED, KEPT, HANDED_IN, ENDORSED))
    assert [[(step.role, step.endorsed_by) for step in draft.endorsed] for draft in one.drafts] == [
        [],
        [("head", "Nguyễn Thu Nga")],
    ]


def test_a_draft_that_waits_with_a_term_shows_the_term(tmp_path: Path) -> None:
    term = of_deadline(DeadlineSet, rule="approval", deadline=f"{QUESTION}:approval")
    [waits, _] = items(view_of(tmp_path / "1", RECEIVED, ASSIGNED, HANDED_IN))
    assert waits.waiting == "chờ từ hôm nay"
    [waits, _] = items(view_of(tmp_path / "2", RECEIVED, ASSIGNED, HANDED_IN, term))
    assert waits.term is not None
    assert (waits.waiting, waits.term.rule) == ("", "approval")


# --- one answer for several -----------------------------------------------------------------------------------------


def test_a_question_names_whose_answer_it_gets_and_who_gets_its_own(tmp_path: Path) -> None:
    lead, follower = the_questions(tmp_path, RECEIVED, ASSIGNED, SECOND_ASSIGNED, JOINED)
    assert follower.follows is not None
    assert (follower.follows.number, follower.follows.code) == (1, "K7QX-3M9D")
    assert ([one.id for one in lead.followers], lead.follows) == ([SECOND], None)


@pytest.mark.parametrize(
    ("event", "because"),
    [
        (of_question(QuestionParted, question=SECOND, lead=QUESTION), "somebody parted them"),
        (of_question(QuestionAssigned, question=SECOND, department=ECONOMY), "another department has it"),
        (of_question(QuestionHandedBack, question=SECOND), "the office has it"),
        (of_question(QuestionSettled, question=SECOND, how="withdrawn"), "its asker gave up"),
    ],
)
def test_a_question_that_goes_its_own_way_follows_none(tmp_path: Path, event: Event, because: str) -> None:
    lead, follower = the_questions(tmp_path, RECEIVED, ASSIGNED, SECOND_ASSIGNED, JOINED, event)
    assert (follower.follows, lead.followers) == (None, []), because


def test_a_draft_in_common_waits_for_a_leader_once(tmp_path: Path) -> None:
    both = [of_question(AnswerDrafted, question=id) for id in (QUESTION, SECOND)]
    view = view_of(tmp_path, RECEIVED, ASSIGNED, SECOND_ASSIGNED, JOINED, *both)
    waiting = items(view, Filter(only="to-decide", decider=Decider("chairman")))
    assert [(item.id, item.followers) for item in waiting] == [(QUESTION, 1)]
    assert [item.follows_code for item in items(view) if item.id == SECOND] == ["K7QX-3M9D"]


def joinable(folder: Path, *events: Event) -> Sequence[tuple[str, bool]]:
    with view_of(folder, *events).reading() as db:
        first = dossier.questions_of(db, COMMUNE, SUBMISSION, NOW)[0]
        return [(one.id, one.alike) for one in dossier.joinable(db, COMMUNE, first)]


OTHER = submission_received(
    case="01JOTHER", code="A2BC-4D5E", questions=(question(1).model_copy(update={"id": "01JOTHER-1"}),)
)
OTHER_ASSIGNED = of_question(QuestionAssigned, case="01JOTHER", question="01JOTHER-1")


@pytest.mark.parametrize(
    ("events", "found", "because"),
    [
        ([], [("01JOTHER-1", False), (SECOND, False)], "by code"),
        (
            [of_question(QuestionResembles)],
            [(SECOND, True), ("01JOTHER-1", False)],
            "what is like it comes first",
        ),
        (
            [of_question(QuestionGrouped), of_question(QuestionGrouped, question=SECOND)],
            [(SECOND, True), ("01JOTHER-1", False)],
            "and what has the same topic",
        ),
        ([of_question(AnswerDrafted, question=SECOND)], [("01JOTHER-1", False)], "it waits for approval"),
        ([of_question(QuestionAssigned, question=SECOND, department=ECONOMY)], [("01JOTHER-1", False)], "another's"),
        (
            [of_question(QuestionJoined, question=SECOND, lead="01JOTHER-1")],
            [("01JOTHER-1", False)],
            "it gets the answer of another",
        ),
    ],
)
def test_a_question_may_get_the_answer_of_one_its_department_works_on(
    tmp_path: Path, events: list[Event], found: list[tuple[str, bool]], because: str
) -> None:
    given = (RECEIVED, OTHER, ASSIGNED, SECOND_ASSIGNED, OTHER_ASSIGNED)
    assert joinable(tmp_path, *given, *events) == found, because


def test_messages_about_a_part_name_its_number() -> None:
    lines = tell(
        [enveloped(event) for event in (RECEIVED, SPLIT, of_message(NotificationSent, questions=(PART,)))], str
    )
    assert lines[-1].about == "3"
