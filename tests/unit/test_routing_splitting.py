"""A question with several matters becomes several: what stays, what is opened, and that no fact falls in between."""

from datetime import timedelta
from itertools import permutations, product

import pytest

from services.routing.conference import Conference
from services.routing.question import State
from services.routing.splitting import catch_up, free_number, open_part, split_question
from shared.contracts import Refusal
from shared.contracts.routing import (
    Part,
    PartAssigned,
    Proposal,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionSplit,
    SplitQuestion,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    CULTURE,
    DEPARTMENTS,
    DIALOGUE,
    ECONOMY,
    ENDED_AT,
    HEALTH,
    LAND,
    NOW,
    OFFICE_HEAD,
    OFFICER,
    QUESTION,
    STRANGER,
    a_conference,
    a_question,
    about_it,
    attendance,
    classified,
    excuse,
    invite,
    names,
    take_note,
    waitlist,
)

LATER = NOW + timedelta(hours=1)
ROAD, CARD = Part(text="Bao giờ có sổ đỏ?"), Part(text="Làm thẻ BHYT ở đâu?")
OF_LAND = Part(text=ROAD.text, field=LAND, department=ECONOMY)
OF_HEALTH = Part(text=CARD.text, field=HEALTH, department=CULTURE)
GUESS = (Proposal(field=LAND, department=ECONOMY, confidence=0.5),)
UNSURE = {"triage": True, "confidence": 0.3}


def split(*parts, actor=CLERK):
    return about_it(SplitQuestion, actor, parts=parts or (ROAD, CARD))


def done(question, command, conference=None, number=2, followed=False, now=NOW, **classification):
    known = classified(text=command.parts[0].text, **classification)
    return split_question(question, command, number, followed, known, DEPARTMENTS, conference, now)


def waiting(**fields):
    return a_question(State.AWAITS_TRIAGE, **{"proposals": GUESS, "text": "Sổ đỏ? Với lại thẻ BHYT?"} | fields)


def opened(parent, said, conference=None, now=LATER, **classification):
    return open_part(None, said.parts[0], parent, said, classified(**classification), conference, now)


# --- what stays -------------------------------------------------------------------------------------------------------


def test_the_question_keeps_the_first_matter_and_remembers_what_was_asked():
    question, [said, *_] = done(waiting(), split(OF_LAND, OF_HEALTH))
    assert (question.text, question.whole, question.parts, question.matters) == (ROAD.text, waiting().text, 1, ())
    assert isinstance(said, QuestionSplit)
    assert [(one.id, one.number, one.section, one.text) for one in said.parts] == [
        (f"{QUESTION}-1", 2, "procedures", CARD.text)
    ]
    assert said.assigned == (PartAssigned(question=f"{QUESTION}-1", field=HEALTH, department=CULTURE),)
    again, [more, *_] = done(question, split(ROAD, CARD), number=3)
    assert (again.whole, again.parts) == (waiting().text, 2), "the first text stays what it was"
    assert more.parts[0].id == f"{QUESTION}-2"


@pytest.mark.parametrize(
    ("question", "part", "classification", "state", "department", "by", "because"),
    [
        (waiting(), OF_LAND, UNSURE, State.ASSIGNED, ECONOMY, CLERK.name, "the office says whose it is"),
        (waiting(), ROAD, {}, State.ASSIGNED, ECONOMY, None, "one matter alone is clear"),
        (waiting(), ROAD, UNSURE, State.AWAITS_TRIAGE, None, None, "not clear either"),
        (waiting(proposals=()), ROAD, {}, State.AWAITS_TRIAGE, None, None, "a department handed it back"),
        (waiting(round=2), ROAD, {}, State.AWAITS_TRIAGE, None, None, "the answer of before was not enough"),
        (a_question(), ROAD, {"department": CULTURE}, State.ASSIGNED, ECONOMY, None, "it has its department"),
        (a_question(State.RETURNED), OF_LAND, {}, State.RETURNED, ECONOMY, None, "the same department again"),
        (a_question(), OF_HEALTH, {}, State.ASSIGNED, CULTURE, CLERK.name, "another department"),
    ],
)
def test_who_answers_the_first_matter(question, part, classification, state, department, by, because):
    kept, told = done(question, split(part, CARD), **classification)
    assert (kept.state, kept.department) == (state, department), because
    assigned = [event for event in told if isinstance(event, QuestionAssigned)]
    moved = (question.state, question.department) != (state, department)
    assert [event.assigned_by for event in assigned] == ([by] if moved else []), because


HELD = (Scope.COMPLAINT, Scope.DENUNCIATION)


@pytest.mark.parametrize(("before", "reads_like"), [*product(HELD, Scope)])
def test_of_a_question_held_for_a_complaint_the_rules_hand_out_no_matter(before, reads_like):
    """The matter that says what somebody did may be another than the one that calls it a denunciation."""
    reading = {"scope": reads_like, "triage": reads_like is not Scope.IN_SCOPE}
    graver = Scope.DENUNCIATION if Scope.DENUNCIATION in (before, reads_like) else Scope.COMPLAINT
    kept, told = done(waiting(scope=before), split(), **reading)
    part, said = opened(kept, told[0], **reading)
    assert (told[0].scope, names([*told[1:], *said])) == (before, [QuestionAwaitsTriage] * 2)
    for one, waits in ((kept, told[1]), (part, said[0])):
        assert (one.state, one.scope, one.department, one.proposals) == (State.AWAITS_TRIAGE, graver, None, ())
        assert (waits.scope, waits.proposals) == (graver, ())
        assert waits.because, "it says why it waits"


@pytest.mark.parametrize("before", HELD)
def test_what_a_person_names_a_department_for_is_in_scope_and_the_rest_stays_held(before):
    kept, told = done(waiting(scope=before), split(OF_LAND, CARD))
    part, _ = opened(kept, told[0])
    assert (kept.scope, kept.department, part.scope, part.department) == (Scope.IN_SCOPE, ECONOMY, before, None)
    kept, told = done(waiting(scope=before), split(ROAD, OF_HEALTH))
    part, _ = opened(kept, told[0])
    assert (kept.scope, kept.department, part.scope, part.department) == (before, None, Scope.IN_SCOPE, CULTURE)


def test_a_matter_that_reads_like_a_denunciation_by_itself_waits_for_a_person():
    for question in (waiting(), waiting(proposals=()), waiting(round=2)):
        kept, told = done(question, split(), scope=Scope.DENUNCIATION, triage=True)
        assert (kept.scope, names(told)) == (Scope.DENUNCIATION, [QuestionSplit, QuestionAwaitsTriage])


@pytest.mark.parametrize(
    ("fields", "because"),
    [({"proposals": ()}, "a department handed it back"), ({"round": 2}, "the answer of before was not enough")],
)
def test_where_a_person_decides_he_decides_on_every_matter(fields, because):
    parent, [said] = done(waiting(**fields), split())
    part, [waits, *_] = opened(parent, said)
    assert (part.state, waits.scope, waits.proposals) == (State.AWAITS_TRIAGE, Scope.IN_SCOPE, ()), because
    _, [again] = done(part, split())
    assert not again.by_the_rules, "nor is it forgotten when a matter is split again"
    parent, [said] = done(waiting(**fields), split(ROAD, OF_HEALTH))
    assert opened(parent, said)[0].department == CULTURE


def test_what_the_rules_decide_after_a_split_has_ended_its_wait():
    _, [_, assigned] = done(waiting(), split())
    assert (assigned.assigned_by, assigned.ends_triage) == (None, True)
    parent, [said, *_] = done(waiting(), split())
    _, [of_the_part] = opened(parent, said)
    assert not of_the_part.ends_triage, "it has never waited"


@pytest.mark.parametrize(
    ("form", "number", "because"),
    [
        ({"C1-1": (1, 0)}, 2, "one question"),
        ({"C1-1": (1, 2), "C1-2": (2, 0)}, 5, "two that were split off are not opened yet"),
        ({"C1-1": (1, 2), "C1-2": (2, 0), "C1-1-1": (3, 0)}, 5, "one of them is"),
        ({"C1-1": (1, 1), "C1-1-1": (2, 1)}, 4, "a part was split, too"),
        ({"C1-1": (1, 0), "C1-7": (7, 0)}, 8, "numbers of the form are kept"),
    ],
)
def test_a_part_gets_the_next_number_of_the_form(form, number, because):
    assert free_number(form, "C1") == number, because


def test_the_first_matter_may_be_outside_the_subject_of_the_dialogue():
    kept, told = done(waiting(), split(OF_HEALTH, ROAD), a_conference((LAND,)))
    assert kept.outside_subject
    assert names(told) == [QuestionSplit, QuestionAssigned, WrittenAnswerOwed]


@pytest.mark.parametrize(
    ("question", "command", "followed", "code", "words"),
    [
        (waiting(), split(actor=OFFICER), False, "forbidden", "Vai trò"),
        (waiting(), split(actor=CHAIRMAN), False, "forbidden", "Vai trò"),
        (waiting(), split(actor=STRANGER), False, "forbidden", "xã khác"),
        (a_question(State.DRAFTED), split(), False, "not-now", "chưa có dự thảo"),
        (a_question(State.SETTLED), split(), False, "not-now", "chưa có dự thảo"),
        (a_question(follows="01J8-1"), split(), False, "not-now", "trả lời chung"),
        (a_question(), split(), True, "not-now", "trả lời chung"),
        (waiting(), split(ROAD, Part(text="x", field=LAND)), False, "invalid", "cả lĩnh vực và phòng"),
        (waiting(), split(ROAD, Part(text="x", department=ECONOMY)), False, "invalid", "cả lĩnh vực và phòng"),
        (waiting(), split(ROAD, Part(text="x", field=LAND, department="khong-co")), False, "invalid", "khong-co"),
        (waiting(id="x" * 63), split(), False, "invalid", "nhiều tầng"),
    ],
)
def test_what_may_not_be_split_is_refused_with_what_to_do(question, command, followed, code, words):
    with pytest.raises(Refusal) as refusal:
        done(question, command, followed=followed)
    assert (refusal.value.code, words in refusal.value.reason) == (code, True), refusal.value.reason


def test_the_office_head_may_split_too():
    assert done(waiting(), split(actor=OFFICE_HEAD))[0].parts == 1


# --- what is opened ---------------------------------------------------------------------------------------------------


def test_a_part_is_opened_as_the_person_said_or_as_the_rules_hold():
    parent, [said, *_] = done(waiting(), split(OF_LAND, OF_HEALTH))
    part, told = opened(parent, said, **UNSURE)
    assert (part.id, part.case, part.code, part.number) == (f"{QUESTION}-1", parent.case, parent.code, 2)
    assert (part.state, part.field, part.department) == (State.ASSIGNED, HEALTH, CULTURE)
    assert part.decided_at == NOW, "what a person says teaches"
    assert [(event.department, event.assigned_by) for event in told] == [(CULTURE, CLERK.name)]

    parent, [said, *_] = done(waiting(), split())
    part, told = opened(parent, said)
    assert (part.state, part.department, told[0].assigned_by, part.decided_at) == (State.ASSIGNED, ECONOMY, None, None)
    part, told = opened(parent, said, **UNSURE)
    assert (part.state, names(told)) == (State.AWAITS_TRIAGE, [QuestionAwaitsTriage])
    assert open_part(part, said.parts[0], parent, said, classified(), None, LATER) == (part, []), "opened before"


@pytest.mark.parametrize(
    ("fields", "owed", "because"),
    [
        ({}, None, "the dialogue is still to come"),
        ({"on_time": False}, "late", "the form came too late"),
        ({"dialogue": None}, "unscheduled", "there was no dialogue"),
        ({"present": True, "dialogue_ended_at": ENDED_AT}, "afterwards", "he was there, and no answer was ready"),
        ({"present": False, "dialogue_ended_at": ENDED_AT}, "absent", "he did not come"),
        ({"excused": True, "dialogue_ended_at": ENDED_AT}, "excused", "he said so"),
        ({"dialogue_cancelled": True}, "cancelled", "it was not held"),
        ({"taken": True, "present": True}, "taken", "at the conference, for a written answer"),
        ({"round": 2, "reopened_at": NOW, "owed_because": "reopened"}, "reopened", "the answer was not enough"),
    ],
)
def test_a_part_is_owed_what_its_parent_is_owed(fields, owed, because):
    parent, [said, *_] = done(waiting(**fields), split(OF_LAND, OF_HEALTH))
    part, told = opened(parent, said)
    assert (part.owed_because, part.round) == (owed, parent.round), because
    assert [event.because for event in told if isinstance(event, WrittenAnswerOwed)] == ([owed] if owed else []), (
        because
    )


def test_each_part_has_its_own_place_in_the_dialogue():
    sessions = a_conference((LAND,), (HEALTH,))
    parent, [said, *_] = done(waiting(), split(OF_LAND, OF_HEALTH), sessions)
    part, [assigned] = opened(parent, said, sessions)
    assert (parent.session, part.session, assigned.session) == (1, 2, 2)


# --- what is heard meanwhile ------------------------------------------------------------------------------------------

FACTS = {
    "came": [attendance()],
    "stayed away": [attendance(present=False)],
    "missed at first": [attendance(present=False), attendance()],
    "excused": [excuse()],
    "waits for a seat": [waitlist(), attendance(present=False)],
    "got a seat": [waitlist(), invite(), attendance(present=False)],
}


@pytest.mark.parametrize("heard", FACTS.values(), ids=FACTS.keys())
@pytest.mark.parametrize("ends", [True, False])
def test_what_is_heard_while_a_part_is_opened_reaches_it_wherever_it_falls(heard, ends):
    """As the handlers do it: a fact goes over the questions it finds, and looks for others after its pass; who opens a
    part looks at its parent again after it. Whichever of the steps a fact falls between, the part ends the same."""
    over = Conference(DIALOGUE, "thanh-tri", announced=True, ended_at=ENDED_AT)
    ends_found = set()
    for steps in set(permutations(["read", "open", "look again", *["hear"] * len(heard)])):
        if [step for step in steps if step != "hear"] != ["read", "open", "look again"]:
            continue
        parent, [said, *_] = done(waiting(), split(OF_LAND, OF_HEALTH))
        part, facts, owed, conference = None, list(heard), [], None
        for place, step in enumerate(steps):
            if ends and place == len(steps) // 2:
                conference = over  # kept before any question is told
            match step:
                case "read":
                    as_read = parent
                case "open":
                    part, told = opened(as_read, said, conference)
                    owed += told
                case "look again":
                    part, told = catch_up(part, parent, conference, LATER)
                    owed += told
                case "hear":
                    fact = facts.pop(0)
                    parent, _ = take_note(parent, fact, conference=conference)
                    if part is not None:
                        part, told = take_note(part, fact, conference=conference)
                        owed += told
        part, told = catch_up(part, parent, conference, LATER)
        assert told == [], "nothing was left"
        said_once = [event.because for event in owed if isinstance(event, WrittenAnswerOwed)]
        assert len(said_once) <= 1
        ends_found.add((part.present, part.excused, part.waitlisted, part.invited, bool(said_once)))
    assert len(ends_found) == 1
