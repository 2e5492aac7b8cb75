from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake import rules
from shared.contracts import Refusal, Role, TooEarly
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    CheckIn,
    ConcludeDialogue,
    DialogueHeld,
    ExcuseRegistrant,
    HoldDialogue,
    PlanDialogue,
)
from shared.contracts.people import Matter
from tests.builders import CLOSES_AT, COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor, of_deadline, registrant

MATTERS = (Matter(section="procedures", text="Bao giờ có kết quả?"), Matter(section="handling", text="Ai tiếp nhận?"))


def a_dialogue(**changes):
    dialogue = rules.Dialogue(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, "announced", CLOSES_AT)
    return replace(dialogue, **changes)


def received(at=NOW, dialogue=None, **changes):
    dialogue = dialogue or a_dialogue()
    told = {"registrant": registrant(), "matters": MATTERS} | changes
    return rules.receive_submission("01J", "K7QX-3M9D", COMMUNE, "web", dialogue=dialogue, now=at, **told)


def command(contract, role=Role.CLERK, **fields):
    return contract(actor=actor(role), key="k", **fields)


@pytest.mark.parametrize(
    ("at", "on_time", "because"),
    [
        (CLOSES_AT - timedelta(days=3), True, "registration is open"),
        (CLOSES_AT, True, "the office is about to close"),
        (CLOSES_AT + timedelta(seconds=1), False, "the office has closed on the last day"),
    ],
)
def test_a_form_is_on_time_until_registration_closes(at, on_time, because):
    submission, [event] = received(at)
    assert submission.on_time is event.on_time is on_time, because
    assert submission.attendance == ("expected" if on_time else None)


def test_a_form_without_an_open_dialogue_is_received_all_the_same():
    submission, [event] = rules.receive_submission("01J", "K7QX-3M9D", COMMUNE, "web", registrant(), MATTERS, None, NOW)
    assert (submission.dialogue, event.on_time, len(event.questions)) == (None, False, 2)


def test_each_matter_becomes_a_question_with_its_own_number():
    submission, _ = received()
    assert [(q.id, q.number, q.section) for q in submission.questions] == [
        ("01J-1", 1, "procedures"),
        ("01J-2", 2, "handling"),
    ]


@pytest.mark.parametrize(
    ("changes", "same", "because"),
    [
        ({}, True, "it is the same form"),
        ({"registrant": registrant(name="NGUYỄN  THỊ MAI")}, True, "capitals and blanks do not count"),
        ({"matters": MATTERS[:1]}, False, "another question was asked"),
        ({"registrant": registrant(phone="0987654321")}, False, "another person"),
    ],
)
def test_the_same_person_with_the_same_words_is_recognised(changes, same, because):
    first, again = received()[0], received(NOW + timedelta(days=1), **changes)[0]
    assert (first.fingerprint == again.fingerprint) is same, because


def test_a_dialogue_is_announced_once_its_cut_off_is_known():
    planned = a_dialogue(state="planned", registration_closes_at=None)
    with pytest.raises(Refusal, match="đang được tính"):
        rules.announce_dialogue(planned, command(AnnounceDialogue, dialogue=DIALOGUE), NOW)
    cut_off = of_deadline(DeadlineSet, rule="registration-cutoff", about=DIALOGUE, due_at=CLOSES_AT)
    known, said = rules.learn_when_registration_closes(planned, cut_off)
    assert said == []
    _, [announced] = rules.announce_dialogue(known, command(AnnounceDialogue, dialogue=DIALOGUE), NOW)
    assert announced.registration_closes_at == CLOSES_AT


def test_a_cut_off_that_comes_before_its_dialogue_waits():
    with pytest.raises(TooEarly):
        rules.learn_when_registration_closes(None, of_deadline(DeadlineSet, rule="registration-cutoff"))


@pytest.mark.parametrize(
    ("held_at", "existing", "because"),
    [
        (NOW - timedelta(hours=1), None, "it lies in the past"),
        (HELD_AT, a_dialogue(), "the id is taken"),
        (HELD_AT.replace(year=2028), None, "nobody knows the days off of 2028"),
    ],
)
def test_a_dialogue_that_cannot_be_planned_is_refused(held_at, existing, because):
    plan = command(PlanDialogue, dialogue=DIALOGUE, title=TITLE, held_at=held_at, place=PLACE)
    with pytest.raises(Refusal):
        rules.plan_dialogue(existing, plan, NOW)


@pytest.mark.parametrize(
    ("decide", "state", "at", "role", "because"),
    [
        (rules.hold_dialogue, "announced", HELD_AT - timedelta(minutes=1), Role.CLERK, "it has not begun"),
        (rules.hold_dialogue, "planned", HELD_AT, Role.CLERK, "nobody was told of it"),
        (rules.hold_dialogue, "announced", HELD_AT, Role.OFFICER, "an officer does not run the office"),
        (rules.conclude_dialogue, "announced", HELD_AT, Role.CHAIRMAN, "it was not held"),
        (rules.conclude_dialogue, "concluded", HELD_AT, Role.CHAIRMAN, "there is one conclusion"),
        (rules.conclude_dialogue, "held", HELD_AT, Role.CLERK, "a clerk does not conclude"),
    ],
)
def test_a_step_out_of_turn_is_refused(decide, state, at, role, because):
    contract, more = (
        (HoldDialogue, {}) if decide is rules.hold_dialogue else (ConcludeDialogue, {"notice": "1", "summary": "x"})
    )
    with pytest.raises(Refusal):
        decide(a_dialogue(state=state), command(contract, role, dialogue=DIALOGUE, **more), at)


HELD = DialogueHeld(commune=COMMUNE, case=DIALOGUE, occurred_at=HELD_AT, title=TITLE, held_at=HELD_AT)


def test_who_was_expected_and_did_not_come_is_absent():
    expected, _ = received()
    absent, [event] = rules.record_absence(expected, HELD)
    assert (absent.attendance, event.present) == ("absent", False)
    assert rules.record_absence(absent, HELD) == (absent, [])


def test_who_has_excused_himself_is_not_absent_and_may_come_after_all():
    expected, _ = received()
    excused, [event] = rules.excuse_registrant(
        expected, command(ExcuseRegistrant, submission="01J", reason="Bận việc gia đình"), NOW
    )
    assert event.reason == "Bận việc gia đình"
    assert rules.record_absence(excused, HELD) == (excused, [])
    present, [came] = rules.check_in(excused, command(CheckIn, submission="01J"), HELD_AT)
    assert came.present
    assert rules.check_in(present, command(CheckIn, submission="01J"), HELD_AT) == (present, [])


def test_a_late_form_has_nobody_to_excuse():
    late, _ = received(CLOSES_AT + timedelta(days=1))
    with pytest.raises(Refusal):
        rules.excuse_registrant(late, command(ExcuseRegistrant, submission="01J", reason="x"), NOW)
