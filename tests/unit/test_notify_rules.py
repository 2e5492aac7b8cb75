from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify import delivery, rules
from services.notify.correspondence import Conference, Correspondence
from shared.contracts import Event, Role, TooEarly
from shared.contracts.deadlines import DeadlineNear, EscalationRaised
from shared.contracts.intake import AttendanceRecorded, DialogueAnnounced, DialogueHeld, RegistrantExcused
from shared.contracts.routing import AnswerApproved, QuestionAnsweredAtDialogue, QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import (
    DIALOGUE,
    HELD_AT,
    NOW,
    PLACE,
    QUESTION,
    SUBMISSION,
    TITLE,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_question,
    question,
    registrant,
    submission_received,
)

ENDED_AT = HELD_AT + timedelta(hours=3)
SECOND = f"{SUBMISSION}-2"
TWO = (question(1), question(2, "Lệ phí là bao nhiêu?"))
HELD = of_dialogue(DialogueHeld, occurred_at=ENDED_AT)
EXCUSED = of_attendance(RegistrantExcused)
ABSENT = of_attendance(AttendanceRecorded, present=False, occurred_at=ENDED_AT)
PRESENT = of_attendance(AttendanceRecorded, present=True, occurred_at=HELD_AT)
APPROVED = of_question(AnswerApproved)
APPROVED_AFTERWARDS = of_question(AnswerApproved, occurred_at=ENDED_AT + timedelta(days=1))
HEARD = of_question(QuestionAnsweredAtDialogue)
COMPLAINT = of_question(QuestionRedirected)


def hears(state, *facts):
    """The state and everything said, after these facts in this order."""
    said = []
    for fact in facts:
        state, events = RULES[type(fact)](state, fact, NOW)
        said += events
    return state, said


RULES = {
    type(submission_received()): rules.acknowledge,
    DialogueHeld: rules.close_dialogue,
    RegistrantExcused: rules.note_excuse,
    AttendanceRecorded: rules.note_attendance,
    AnswerApproved: rules.note_answer,
    QuestionAnsweredAtDialogue: rules.note_answered_at_dialogue,
    QuestionRedirected: rules.guide,
}


def a_form(**changes):
    """A form that was acknowledged, its receipt out of the way."""
    state, _ = rules.acknowledge(None, submission_received(**changes), NOW)
    for message in state.messages:
        state, _ = delivery.sent(state, message.id, "<receipt>", NOW)
    return state


def names(events):
    return [event.name for event in events]


def answers(state):
    return [message for message in state.messages if message.kind == "answer"]


class TestTheReceipt:
    def test_goes_to_the_address_on_the_form(self):
        state, [queued] = rules.acknowledge(None, submission_received(), NOW)
        [receipt] = state.messages
        assert (receipt.kind, receipt.channel, receipt.to) == ("receipt", "email", ("mai@nguoidan.example",))
        assert (queued.name, queued.notification, queued.questions) == ("notification-queued", receipt.id, ())

    def test_of_a_form_without_an_address_is_the_slip_the_clerk_hands_over(self):
        state, events = rules.acknowledge(None, submission_received(registrant=registrant(email=None)), NOW)
        assert (state.messages, events, state.next_action_at) == ((), [], None)

    def test_is_not_written_again_when_the_fact_comes_twice(self):
        state, _ = rules.acknowledge(None, submission_received(), NOW)
        assert rules.acknowledge(state, submission_received(), NOW) == (state, [])

    def test_costs_two_saves(self):
        created, said = rules.acknowledge(None, submission_received(), NOW)
        created, more = delivery.claim_due(created, "claim-1", NOW, timedelta(minutes=5))
        [receipt] = created.claimed("claim-1")
        assert names([*said, *more]) == ["notification-queued"]
        done, [sent] = delivery.sent(created, receipt.id, "<id@host>", NOW)
        assert (sent.reference, sent.uncertain, done.next_action_at) == ("<id@host>", False, None)

    def test_of_a_form_that_a_reminder_overtook_is_written_all_the_same(self):
        state, _ = rules.remind(None, of_deadline(DeadlineNear), ["a@xa.example"], NOW)
        state, [queued] = rules.acknowledge(state, submission_received(), NOW)
        assert (queued.kind, state.code, len(state.messages)) == ("receipt", "K7QX-3M9D", 2)


@pytest.mark.parametrize(
    ("form", "facts", "written", "because"),
    [
        ({}, [APPROVED], False, "the conference is still to come"),
        ({}, [APPROVED, PRESENT, HELD], False, "he was there and hears it there"),
        ({}, [APPROVED, PRESENT, HELD, HEARD], False, "he heard it"),
        ({}, [APPROVED, EXCUSED], False, "excused, but the conference is still to come"),
        ({}, [APPROVED, EXCUSED, HELD], True, "excused"),
        ({}, [APPROVED, ABSENT, HELD], True, "absent"),
        ({}, [APPROVED, EXCUSED, PRESENT, HELD], False, "excused, and came all the same"),
        ({}, [APPROVED, PRESENT, ABSENT, HELD], False, "seen there, whatever else is recorded"),
        ({}, [EXCUSED, HELD], False, "nothing is approved yet"),
        ({}, [EXCUSED, HELD, APPROVED_AFTERWARDS], True, "approved later"),
        ({}, [PRESENT, HELD, APPROVED_AFTERWARDS], True, "taken at the conference, approved after it"),
        ({"on_time": False}, [APPROVED], True, "a late form waits for no conference"),
        ({"on_time": False, "dialogue": None}, [APPROVED], True, "no dialogue was open"),
    ],
)
def test_an_answer_is_written_to_who_could_not_hear_it(form, facts, written, because):
    state, events = hears(a_form(**form), *facts)
    assert [message.questions for message in answers(state)] == ([(QUESTION,)] if written else []), because
    assert names(events) == (["notification-queued"] if written else []), because


@pytest.mark.parametrize(
    ("known", "channel", "to", "because"),
    [
        ({}, "email", ("mai@nguoidan.example",), "he gave an e-mail address"),
        ({"email": None}, "letter", (), "he gave a postal address only"),
    ],
)
def test_the_answer_goes_by_mail_else_by_letter(known, channel, to, because):
    state, [queued] = hears(a_form(on_time=False, registrant=registrant(**known)), APPROVED)
    [answer] = answers(state)
    assert (answer.channel, answer.to, queued.channel) == (channel, to, channel), because


def test_a_clerk_is_told_once_to_call_who_gave_a_telephone_number_only():
    state = a_form(on_time=False, registrant=registrant(email=None, address=None))
    state, [failed] = hears(state, APPROVED)
    assert (failed.name, failed.reason) == ("notification-failed", rules.UNREACHABLE)
    assert state.next_action_at is None
    assert hears(state, APPROVED, EXCUSED, HELD)[1] == []


def test_answers_that_become_due_together_go_in_one_letter_and_later_ones_in_their_own():
    form = a_form(questions=(*TWO, question(3, "Khi nào có?")), registrant=registrant(email=None))
    third = of_question(AnswerApproved, question=f"{SUBMISSION}-3", occurred_at=ENDED_AT + timedelta(days=2))
    state, events = hears(form, APPROVED, of_question(AnswerApproved, question=SECOND), EXCUSED, HELD, third)
    assert [(m.id, m.questions) for m in answers(state)] == [
        (f"{SUBMISSION}.answer.1", (QUESTION, SECOND)),
        (f"{SUBMISSION}.answer.3", (f"{SUBMISSION}-3",)),
    ]
    assert names(events) == ["notification-queued"] * 2


def test_a_form_that_comes_in_while_the_dialogue_closes_learns_of_it_with_its_answer():
    dialogue, _ = rules.keep_dialogue(None, of_dialogue(DialogueAnnounced))
    dialogue, _ = rules.keep_dialogue(dialogue, HELD)
    state, _ = hears(a_form(), ABSENT)
    state, [queued] = rules.note_answer(state, APPROVED, NOW, dialogue.conference)
    assert (queued.kind, state.held) == ("answer", True)


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
def test_a_dialogue_is_kept_the_same_in_any_order(order):
    facts, state = [of_dialogue(DialogueAnnounced), HELD], None
    for number in order:
        state, _ = rules.keep_dialogue(state, facts[number])
    assert state.conference == Conference(TITLE, HELD_AT, PLACE, ENDED_AT)


@pytest.mark.parametrize("fact", [HELD, EXCUSED, ABSENT, APPROVED, HEARD, COMPLAINT])
@pytest.mark.parametrize("state", [None, Correspondence(SUBMISSION, "thanh-tri")])
def test_a_fact_about_a_form_that_is_not_here_yet_comes_too_early(fact, state):
    with pytest.raises(TooEarly):
        hears(state, fact)


def test_a_fact_about_a_question_that_the_form_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no question"):
        hears(a_form(), of_question(AnswerApproved, question="01JSUBMISSION-9"))


def test_a_newer_wording_replaces_one_that_was_not_attempted_and_no_other():
    newer = of_question(AnswerApproved, text="Lời mới", occurred_at=NOW + timedelta(hours=1))
    state, _ = hears(a_form(on_time=False), APPROVED, newer, APPROVED)
    assert state.asked(QUESTION).answer.text == "Lời mới"
    state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
    state, events = hears(state, of_question(AnswerApproved, text="Lời cuối", occurred_at=NOW + timedelta(hours=2)))
    assert (state.asked(QUESTION).answer.text, events) == ("Lời mới", [])


def test_an_answer_that_was_heard_is_withdrawn_while_it_was_not_attempted():
    state, _ = hears(a_form(questions=TWO), APPROVED, of_question(AnswerApproved, question=SECOND), EXCUSED, HELD)
    narrowed, events = hears(state, HEARD)
    assert [(m.id, m.questions) for m in answers(narrowed)] == [(f"{SUBMISSION}.answer.2", (SECOND,))]
    assert names(events) == ["notification-failed", "notification-queued"]
    assert events[0].reason == rules.ANSWERED_ALOUD
    claimed, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
    assert answers(hears(claimed, HEARD)[0]) == answers(claimed), "what is on its way cannot be called back"


class TestGuidance:
    def test_goes_out_at_once_and_once(self):
        state, [queued] = hears(a_form(), COMPLAINT)
        assert (queued.kind, queued.questions, queued.channel) == ("guidance", (QUESTION,), "email")
        assert hears(state, COMPLAINT) == (state, [])

    def test_is_a_letter_where_there_is_no_mail_address(self):
        _, [queued] = hears(a_form(registrant=registrant(email=None)), COMPLAINT)
        assert queued.channel == "letter"

    def test_about_a_denunciation_is_never_printed(self):
        denunciation = of_question(QuestionRedirected, scope=Scope.DENUNCIATION)
        _, [by_mail] = hears(a_form(), denunciation)
        state, [failed] = hears(a_form(registrant=registrant(email=None)), denunciation)
        assert by_mail.channel == "email"
        assert (failed.name, failed.reason, state.next_action_at) == (
            "notification-failed",
            rules.CONFIDENTIAL,
            None,
        )


class TestStaff:
    def test_are_reminded_once_for_each_end_a_term_has_had(self):
        near = of_deadline(DeadlineNear)
        state, [queued] = rules.remind(None, near, ["a@xa.example", "b@xa.example", "a@xa.example"], NOW)
        assert (queued.kind, queued.questions, state.id) == ("reminder", (), SUBMISSION)
        assert state.messages[0].to == ("a@xa.example", "b@xa.example")
        assert rules.remind(state, near, ["a@xa.example"], NOW) == (state, [])
        later = near.model_copy(update={"due_at": near.due_at + timedelta(days=7)})
        assert names(rules.remind(state, later, ["a@xa.example"], NOW)[1]) == ["notification-queued"]

    def test_hear_of_a_missed_term_once_on_each_rung(self):
        state, said = None, []
        for step, to in [(1, Role.OFFICER), (2, Role.OFFICE_HEAD), (1, Role.OFFICER)]:
            raised = of_deadline(EscalationRaised, step=step, to=to)
            state, events = rules.escalate(state, raised, [f"{to}@xa.example"], NOW)
            said += events
        assert [message.term.to for message in state.messages] == [Role.OFFICER, Role.OFFICE_HEAD]
        assert len(said) == 2

    def test_of_a_role_that_nobody_holds_make_a_failure_that_somebody_sees(self):
        _, [failed] = rules.escalate(None, of_deadline(EscalationRaised), [], NOW)
        assert (failed.name, failed.reason) == ("notification-failed", rules.NOBODY_IN_CHARGE)

    def test_are_written_to_about_a_dialogue_in_its_own_record(self):
        near = of_deadline(DeadlineNear, case=DIALOGUE, about=DIALOGUE, rule="conclusion-notice", department=None)
        state, _ = rules.keep_dialogue(None, of_dialogue(DialogueAnnounced))
        state, [queued] = rules.remind(state, near, ["a@xa.example"], NOW)
        assert queued.case == DIALOGUE
        assert state.messages[0].id.startswith(f"{DIALOGUE}.reminder.dialogue.conclusion-notice.")


@pytest.mark.parametrize(
    ("form", "facts", "occasion"),
    [
        ({}, [APPROVED, EXCUSED, HELD], "excused"),
        ({}, [APPROVED, ABSENT, HELD], "absent"),
        ({}, [PRESENT, HELD, APPROVED_AFTERWARDS], "afterwards"),
        ({"on_time": False}, [APPROVED, EXCUSED, HELD], "late"),
        ({"on_time": False, "dialogue": None}, [APPROVED], "unscheduled"),
        ({}, [COMPLAINT], "redirected"),
    ],
)
def test_a_letter_says_why_it_is_one(form, facts, occasion):
    state, _ = hears(a_form(**form), *facts)
    assert rules.occasion(state, state.messages[-1]) == occasion


def test_ids_are_fit_for_file_names_and_message_ids():
    state, _ = hears(a_form(on_time=False), APPROVED, COMPLAINT)
    state, _ = rules.escalate(state, of_deadline(EscalationRaised), ["a@xa.example"], NOW)
    ids = [message.id for message in state.messages]
    assert len(set(ids)) == 4
    assert all(set(id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") for id in ids)
    assert all(".." not in id for id in ids)


def test_a_correspondence_is_the_same_after_it_was_stored():
    state, _ = hears(a_form(questions=TWO), APPROVED, COMPLAINT, EXCUSED, HELD)
    state, _ = rules.escalate(state, of_deadline(EscalationRaised), ["a@xa.example"], NOW)
    stored = TypeAdapter(Correspondence)
    assert stored.validate_python(stored.dump_python(state)) == state
    assert stored.validate_json(stored.dump_json(state)) == state


# In any order, twice, and with redelivery of what came too early


@dataclass(frozen=True)
class Life:
    """What truly happened to a form with two questions, whatever order it is heard in."""

    on_time: bool
    excused: bool
    attended: bool | None
    held: bool
    approved: tuple[timedelta | None, timedelta | None]
    heard: tuple[bool, bool]
    redirected: tuple[bool, bool]
    email: str | None
    address: str | None

    def facts(self) -> list[Event]:
        known = registrant(email=self.email, address=self.address)
        found: list[Event] = [submission_received(on_time=self.on_time, questions=TWO, registrant=known)]
        found += [EXCUSED] * self.excused + [HELD] * self.held
        if self.attended is not None:
            found.append(PRESENT if self.attended else ABSENT)
        for asked, since, heard, redirected in zip(TWO, self.approved, self.heard, self.redirected, strict=True):
            if since is not None:
                found.append(of_question(AnswerApproved, question=asked.id, occurred_at=ENDED_AT + since))
            found += [of_question(QuestionAnsweredAtDialogue, question=asked.id)] * heard
            found += [of_question(QuestionRedirected, question=asked.id)] * redirected
        return found

    def owed(self) -> set[str]:
        away = self.attended is False or (self.excused and self.attended is None)
        return {
            asked.id
            for asked, since, heard in zip(TWO, self.approved, self.heard, strict=True)
            if since is not None and not heard and (not self.on_time or (self.held and (away or since >= timedelta(0))))
        }


lives = st.builds(
    Life,
    on_time=st.booleans(),
    excused=st.booleans(),
    attended=st.sampled_from([None, True, False]),
    held=st.booleans(),
    approved=st.tuples(*[st.sampled_from([None, timedelta(days=-3), timedelta(0), timedelta(days=3)])] * 2),
    heard=st.tuples(st.booleans(), st.booleans()),
    redirected=st.tuples(st.booleans(), st.booleans()),
    email=st.sampled_from([None, "mai@nguoidan.example"]),
    address=st.sampled_from([None, "Số 5, thôn Nội"]),
)


def deliver(facts, after_each=lambda state: state):
    """As the broker does: what came too early comes again later; what is about a dialogue goes to each of its forms."""
    state, dialogue, waiting = None, None, list(facts)
    while waiting:
        fact = waiting.pop(0)
        if isinstance(fact, DialogueHeld):
            dialogue, _ = rules.keep_dialogue(dialogue, fact)
            if state is None:
                continue
        try:
            if isinstance(fact, AnswerApproved):
                state, _ = rules.note_answer(state, fact, NOW, dialogue.conference if dialogue else None)
            else:
                state, _ = hears(state, fact)
        except TooEarly:
            waiting.append(fact)
        if state is not None:
            state = after_each(state)
    return state


@settings(max_examples=400, deadline=None)
@given(lives, st.randoms(use_true_random=False))
def test_the_same_facts_lead_to_the_same_messages_in_any_order(life, random):
    facts = life.facts()
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = deliver(twice)
    written = [question for message in answers(state) for question in message.questions]
    assert sorted(written) == sorted(life.owed()), "each owed answer in one message, and no other"
    guided = [question for message in state.messages if message.kind == "guidance" for question in message.questions]
    assert sorted(guided) == [asked.id for asked, told in zip(TWO, life.redirected, strict=True) if told]
    assert all(m.state == ("queued" if life.email or life.address else "failed") for m in state.messages[1:])


@settings(max_examples=200, deadline=None)
@given(lives, st.randoms(use_true_random=False), st.sampled_from(["sent", "refused"]))
def test_nobody_is_written_to_twice_or_forgotten_when_messages_leave_at_once(life, random, outcome):
    def send(state):
        state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
        for message in state.claimed("c"):
            if outcome == "sent" or message.channel == "letter":
                state, _ = delivery.sent(state, message.id, "reference", NOW)
            else:
                state, _ = delivery.failed(state, message.id, "550", NOW, permanent=True, by="c")
        return state

    facts = life.facts()
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = send(deliver(twice, send))
    received = [question for m in answers(state) if m.state == "sent" for question in m.questions]
    assert len(received) == len(set(received)), "two written answers to one question"
    tried = {question for message in answers(state) for question in message.questions}
    assert life.owed() <= tried
    if life.address or (life.email and outcome == "sent"):
        assert life.owed() <= set(received)


def test_the_next_look_is_at_the_earliest_message():
    state, _ = hears(a_form(on_time=False), APPROVED, COMPLAINT)
    assert state.next_action_at == NOW
    later = replace(state.messages[-1], next_action_at=NOW + timedelta(hours=1))
    state, _ = delivery.sent(replace(state, messages=(*state.messages[:-1], later)), state.messages[1].id, "r", NOW)
    assert state.next_action_at == NOW + timedelta(hours=1)
