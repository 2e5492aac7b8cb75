from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify import aftercare, delivery, dialogues, digests, rules
from services.notify import owed as settling
from services.notify.correspondence import Correspondence, PromiseExtended
from services.notify.messages import CONFIDENTIAL, UNREACHABLE
from shared.contracts import Event, TooEarly
from shared.contracts.deadlines import DeadlineMoved, DeadlineNear
from shared.contracts.intake import (
    AttendanceRecorded,
    CommitmentFulfilled,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    SubmissionReceived,
)
from shared.contracts.routing import (
    AnswerApproved,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSplit,
    WrittenAnswerOwed,
    WrittenBecause,
)
from shared.contracts.taxonomy import Scope
from tests.builders import (
    DIALOGUE,
    HELD_AT,
    NOW,
    QUESTION,
    SUBMISSION,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_question,
    question,
    registrant,
    submission_received,
)

HOUR = timedelta(hours=1)
ENDED_AT = HELD_AT + timedelta(hours=3)
SECOND = f"{SUBMISSION}-2"
TWO = (question(1), question(2, "Lệ phí là bao nhiêu?"))
ANNOUNCED = of_dialogue(DialogueAnnounced)
HELD = of_dialogue(DialogueHeld, occurred_at=ENDED_AT)
EXCUSED = of_attendance(RegistrantExcused)
ABSENT = of_attendance(AttendanceRecorded, present=False, occurred_at=ENDED_AT)
PRESENT = of_attendance(AttendanceRecorded, present=True, occurred_at=HELD_AT)
APPROVED = of_question(AnswerApproved)
APPROVED_AFTERWARDS = of_question(AnswerApproved, occurred_at=ENDED_AT + timedelta(days=1))
CANCELLED = of_dialogue(DialogueCancelled)
HEARD = of_question(QuestionAnsweredAtDialogue)
COMPLAINT = of_question(QuestionRedirected)
REFERRED = of_question(QuestionReferredUp)
GRANTED = of_question(
    ExtensionGranted, requirement="Đối chiếu hồ sơ lưu.", responsible="Ông Đỗ Minh Quân", occurred_at=NOW
)
MOVED = of_deadline(DeadlineMoved, cause="extension", occurred_at=NOW)
FULFILLED = of_dialogue(CommitmentFulfilled)
INVITED = of_attendance(RegistrantInvited)
WAITLISTED = of_attendance(RegistrantWaitlisted, place=4)
RESCHEDULED = of_dialogue(
    DialogueRescheduled, held_at=HELD_AT + timedelta(days=7), previously_at=HELD_AT, occurred_at=NOW + HOUR
)
CONCLUDED = of_dialogue(DialogueConcluded, occurred_at=ENDED_AT + timedelta(days=5))


def owed(because, question=QUESTION):
    return of_question(WrittenAnswerOwed, because=because, question=question)


def told(*news):
    """The dialogue's own correspondence, after this news."""
    state = None
    for one in news:
        state, _ = dialogues.keep(state, one, NOW)
    return state


def hears(state, *facts):
    """The state and everything said, after these facts in this order."""
    said = []
    for fact in facts:
        state, events = RULES[type(fact)](state, fact, NOW)
        said += events
    return state, said


RULES = {
    SubmissionReceived: rules.acknowledge,
    DialogueHeld: lambda state, held, now: rules.learn_of_dialogue(state, told(held).conference, now),
    RegistrantExcused: rules.note_excuse,
    AttendanceRecorded: rules.note_attendance,
    AnswerApproved: rules.note_answer,
    QuestionAnsweredAtDialogue: rules.note_answered_at_dialogue,
    QuestionRedirected: rules.guide,
    QuestionReferredUp: rules.tell_of_referral,
    WrittenAnswerOwed: rules.note_owed,
    ExtensionGranted: rules.note_grant,
    DeadlineMoved: rules.note_new_end,
    CommitmentFulfilled: rules.tell_result,
    RegistrantCorrected: aftercare.correct,
    QuestionsWithdrawn: aftercare.note_withdrawal,
    QuestionReopened: aftercare.note_reopening,
    QuestionSplit: rules.note_split,
    RegistrantInvited: lambda state, invited, now: rules.invite(state, invited, now, told(ANNOUNCED).conference),
    RegistrantWaitlisted: lambda state, waitlisted, now: rules.tell_of_waiting_list(
        state, waitlisted, now, told(ANNOUNCED).conference
    ),
}
NEWS = (DialogueAnnounced, DialogueRescheduled, DialogueCancelled, DialogueHeld, DialogueConcluded)
for news in set(NEWS) - {DialogueHeld}:
    RULES[news] = lambda state, one, now: rules.learn_of_dialogue(state, told(ANNOUNCED, one).conference, now)


def a_form(**changes):
    """A form that was acknowledged, its receipt out of the way."""
    state, _ = rules.acknowledge(None, submission_received(**changes), NOW)
    for message in state.messages:
        state, _ = delivery.sent(state, message.id, "<receipt>", NOW)
    return state


def nobody(state):
    """A term is near, and nobody holds the role that must act."""
    near = of_deadline(DeadlineNear)
    return digests.nobody(state, digests.entry(near, "Phiếu"), near.commune, near.case, NOW)


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
        state, _ = nobody(None)
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
    assert (failed.name, failed.reason) == ("notification-failed", UNREACHABLE)
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
    dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    dialogue, _ = dialogues.keep(dialogue, HELD, NOW)
    state, _ = hears(a_form(), ABSENT)
    state, [queued] = rules.note_answer(state, APPROVED, NOW, dialogue.conference)
    assert (queued.kind, state.held) == ("answer", True)


@pytest.mark.parametrize(
    "fact",
    [HELD, EXCUSED, ABSENT, APPROVED, HEARD, COMPLAINT, REFERRED, GRANTED, MOVED, FULFILLED, INVITED, WAITLISTED],
)
@pytest.mark.parametrize("state", [None, Correspondence(SUBMISSION, "thanh-tri")])
def test_a_fact_about_a_form_that_is_not_here_yet_comes_too_early(fact, state):
    with pytest.raises(TooEarly):
        hears(state, fact)


def test_a_fact_about_a_question_that_the_form_does_not_have_yet_waits_for_its_split():
    with pytest.raises(TooEarly, match="no question"):
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
    assert events[0].reason == settling.ANSWERED_ALOUD
    claimed, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
    assert answers(hears(claimed, HEARD)[0]) == answers(claimed), "what is on its way cannot be called back"


@pytest.mark.parametrize("because", sorted(set(get_args(WrittenBecause)) - {"reopened"}))
@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_an_answer_that_is_owed_in_writing_waits_for_no_conference(because, order):
    facts = [APPROVED, owed(because)]
    state, events = hears(a_form(), *[facts[number] for number in order])
    assert [message.questions for message in answers(state)] == [(QUESTION,)]
    assert names(events) == ["notification-queued"]
    assert hears(state, *facts, HELD, PRESENT)[1] == [], "and only once"


def test_answers_that_are_owed_for_different_reasons_are_not_in_one_letter():
    state, _ = hears(
        a_form(questions=TWO),
        owed("outside-subject", SECOND),
        of_question(AnswerApproved, question=SECOND),
        APPROVED,
        EXCUSED,
        HELD,
    )
    assert [(one.occasion, one.questions) for one in answers(state)] == [
        ("outside-subject", (SECOND,)),
        ("excused", (QUESTION,)),
    ]


def test_when_a_conference_is_called_off_everybody_is_told_and_answered_in_writing():
    state, _ = hears(a_form(), APPROVED, CANCELLED)
    assert {one.kind for one in state.messages} == {"receipt", "cancelled", "answer"}
    assert hears(state, CANCELLED, owed("cancelled"))[1] == []


class TestExtension:
    @pytest.mark.parametrize("facts", [(GRANTED, MOVED), (MOVED, GRANTED), (MOVED, GRANTED, MOVED, GRANTED)])
    def test_is_told_once_with_its_four_points(self, facts):
        state, [queued] = hears(a_form(), *facts)
        [message] = [one for one in state.messages if one.kind == "extension"]
        told = message.extension
        assert (queued.kind, queued.questions) == ("extension", (QUESTION,))
        assert (told.requirement, told.responsible, told.until) == (
            "Đối chiếu hồ sơ lưu.",
            "Ông Đỗ Minh Quân",
            MOVED.due_at,
        )

    def test_is_told_each_time_it_is_granted(self):
        again = GRANTED.model_copy(update={"occurred_at": NOW + HOUR})
        later = MOVED.model_copy(update={"occurred_at": NOW + HOUR, "due_at": MOVED.due_at + timedelta(days=7)})
        for facts in permutations([GRANTED, MOVED, again, later]):
            state, _ = hears(a_form(), *facts)
            ends = {one.id: one.extension.until for one in state.messages if one.kind == "extension"}
            assert sorted(ends.values()) == [MOVED.due_at, later.due_at]

    def test_is_not_told_before_its_end_is_known(self):
        other = MOVED.model_copy(update={"occurred_at": NOW - HOUR})
        assert hears(a_form(), GRANTED, other)[1] == []

    def test_of_a_term_that_stood_still_is_told_when_it_runs_again(self):
        resumed = MOVED.model_copy(update={"occurred_at": NOW + HOUR, "cause": "resumed"})
        before = MOVED.model_copy(update={"occurred_at": NOW - HOUR, "cause": "resumed"})
        state, [queued] = hears(a_form(), before, GRANTED, resumed)
        assert (queued.kind, state.messages[-1].extension.until) == ("extension", resumed.due_at)


class TestReferral:
    def test_is_told_at_once_and_once(self):
        state, [queued] = hears(a_form(), REFERRED)
        assert (queued.kind, queued.questions) == ("referral", (QUESTION,))
        assert hears(state, REFERRED) == (state, [])


class TestInvitation:
    def test_is_sent_once_for_a_seat(self):
        state, [queued] = hears(a_form(), INVITED)
        assert (queued.kind, queued.questions, state.seat.number) == ("invitation", (), 3)
        assert hears(state, INVITED)[1] == []

    def test_to_another_seat_is_another_one_and_the_later_counts(self):
        later = of_attendance(RegistrantInvited, seat=7, occurred_at=NOW + HOUR)
        state, events = hears(a_form(), later, INVITED)
        assert (state.seat.number, names(events)) == (7, ["notification-queued"])
        assert names(hears(a_form(), INVITED, later)[1]) == ["notification-queued"] * 2

    def test_waits_until_the_conference_is_known(self):
        with pytest.raises(TooEarly):
            rules.invite(a_form(), INVITED, NOW)

    def test_is_not_sent_to_a_conference_that_is_over_or_called_off(self):
        for over in (CANCELLED, HELD):
            state, _ = hears(a_form(), over, INVITED)
            assert "invitation" not in {one.kind for one in state.messages}

    def test_that_waits_is_withdrawn_when_the_conference_is_called_off(self):
        state, events = hears(a_form(), INVITED, CANCELLED)
        assert {one.kind for one in state.messages} == {"receipt", "cancelled"}
        assert events[1].reason == settling.CALLED_OFF


class TestWaitingList:
    def kinds(self, state):
        return [one.kind for one in state.messages if one.kind != "receipt"]

    def test_is_told_once_to_who_is_on_it(self):
        state, [queued] = hears(a_form(), WAITLISTED)
        assert (queued.kind, queued.questions, state.waiting_place) == ("waitlist", (), 4)
        again = WAITLISTED.model_copy(update={"place": 2})
        assert hears(state, WAITLISTED, again) == (state, []), "he is told once, whatever place he has later"

    def test_waits_until_the_conference_is_known(self):
        with pytest.raises(TooEarly):
            rules.tell_of_waiting_list(a_form(), WAITLISTED, NOW)

    def test_that_moves_up_ends_in_an_invitation_and_no_longer_in_the_news_that_he_waits(self):
        state, events = hears(a_form(), WAITLISTED, INVITED)
        assert self.kinds(state) == ["invitation"]
        assert [(one.name, one.kind) for one in events] == [
            ("notification-queued", "waitlist"),
            ("notification-failed", "waitlist"),
            ("notification-queued", "invitation"),
        ]
        assert events[1].reason == settling.NO_LONGER_WAITS
        assert self.kinds(hears(a_form(), INVITED, WAITLISTED)[0]) == ["invitation"]

    def test_that_was_told_stays_told_when_he_is_invited(self):
        state, _ = hears(a_form(), WAITLISTED)
        state, _ = delivery.sent(state, state.messages[-1].id, "<waitlist>", NOW)
        state, [queued] = hears(state, INVITED)
        assert (queued.kind, self.kinds(state)) == ("invitation", ["waitlist", "invitation"])

    def test_news_that_failed_for_now_is_not_tried_again_once_he_is_invited(self):
        state, _ = hears(a_form(), WAITLISTED)
        state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
        on_its_way, _ = hears(state, INVITED)
        assert self.kinds(on_its_way) == ["waitlist", "invitation"], "what is on its way cannot be called back"
        state, _ = delivery.failed(state, state.messages[-1].id, "busy", NOW, permanent=False, by="c")
        assert self.kinds(hears(state, INVITED)[0]) == ["invitation"]

    @pytest.mark.parametrize(
        ("fact", "reason", "left"),
        [
            (CANCELLED, settling.CALLED_OFF, ["cancelled"]),
            (EXCUSED, settling.NO_LONGER_WAITS, []),
            (HELD, settling.NO_LONGER_WAITS, []),
        ],
    )
    def test_is_not_told_any_more_when_it_leads_nowhere(self, fact, reason, left):
        state, events = hears(a_form(), WAITLISTED, fact)
        assert self.kinds(state) == left
        assert [one.reason for one in events if one.name == "notification-failed"] == [reason]
        assert self.kinds(hears(a_form(), fact, WAITLISTED)[0]) == left

    def test_leaves_who_came_all_the_same_with_what_he_heard(self):
        assert answers(hears(a_form(), WAITLISTED, APPROVED, PRESENT, HELD)[0]) == []


class TestNewsOfTheDialogue:
    def test_every_registrant_is_told_of_another_day_once(self):
        state, [queued] = hears(a_form(), RESCHEDULED)
        assert (queued.kind, state.messages[-1].move.held_at) == ("rescheduled", RESCHEDULED.held_at)
        assert state.conference.held_at == RESCHEDULED.held_at, "later letters name the new day"
        assert hears(state, RESCHEDULED)[1] == []
        again = of_dialogue(
            DialogueRescheduled,
            held_at=HELD_AT + timedelta(days=14),
            previously_at=RESCHEDULED.held_at,
            occurred_at=NOW + 2 * HOUR,
        )
        state, events = hears(state, again)
        assert names(events) == ["notification-failed", "notification-queued"], "of two days the one that counts"
        assert [one.move.held_at for one in state.messages if one.move] == [again.held_at]

    def test_who_registered_after_the_day_was_moved_is_not_told_of_the_old_one(self):
        dialogue = told(ANNOUNCED, RESCHEDULED)
        received = submission_received(received_at=NOW + 2 * HOUR)
        state, _ = rules.acknowledge(None, received, NOW, dialogue.conference)
        assert [one.kind for one in state.messages] == ["receipt"]

    def test_a_form_that_is_taken_in_late_is_told_what_it_has_missed(self):
        dialogue = told(ANNOUNCED, RESCHEDULED)
        state, _ = rules.acknowledge(None, submission_received(), NOW, dialogue.conference)
        assert [one.kind for one in state.messages] == ["receipt", "rescheduled"]

    def test_nobody_is_told_of_a_day_that_was_given_up_again(self):
        again = of_dialogue(
            DialogueRescheduled, held_at=HELD_AT, previously_at=RESCHEDULED.held_at, occurred_at=NOW + 2 * HOUR
        )
        dialogue = told(again, ANNOUNCED, RESCHEDULED)
        state, _ = rules.acknowledge(None, submission_received(), NOW, dialogue.conference)
        assert [one.move.held_at for one in state.messages if one.move] == [HELD_AT]

    def test_every_registrant_gets_the_conclusion_once(self):
        state, [queued] = hears(a_form(), CONCLUDED)
        assert queued.kind == "conclusion"
        assert hears(state, CONCLUDED)[1] == []

    def test_a_registrant_whom_no_way_leads_to_is_a_failure_that_somebody_sees_once(self):
        state = a_form(registrant=registrant(email=None, address=None))
        state, [failed] = hears(state, CONCLUDED)
        assert (failed.kind, failed.reason) == ("conclusion", UNREACHABLE)
        assert hears(state, CONCLUDED)[1] == []


class TestPromises:
    extended = PromiseExtended(
        f"{DIALOGUE}-c1", "phong-kinh-te", "Trả hết hồ sơ.", (QUESTION,), "Phải đo lại.", "Đo đạc.", "Ông Toàn"
    )

    def test_that_take_longer_are_told_to_the_askers_once(self):
        until = NOW + timedelta(days=30)
        state, [queued] = rules.tell_of_longer_promise(a_form(questions=TWO), self.extended, until, NOW)
        assert (queued.kind, queued.questions, queued.notification) == (
            "extension",
            (QUESTION,),
            f"{SUBMISSION}.extension.c1",
        )
        assert rules.tell_of_longer_promise(state, self.extended, until, NOW) == (state, [])

    def test_that_are_kept_are_told_to_the_askers_once(self):
        state, [queued] = hears(a_form(questions=TWO), FULFILLED)
        assert (queued.kind, queued.questions) == ("resolution", (QUESTION,))
        assert hears(state, FULFILLED) == (state, [])


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
            CONFIDENTIAL,
            None,
        )


@pytest.mark.parametrize(
    ("form", "facts", "occasion"),
    [
        ({}, [APPROVED, EXCUSED, HELD], "excused"),
        ({}, [APPROVED, ABSENT, HELD], "absent"),
        ({}, [PRESENT, HELD, APPROVED_AFTERWARDS], "afterwards"),
        ({"on_time": False}, [APPROVED, EXCUSED, HELD], "late"),
        ({"on_time": False, "dialogue": None}, [APPROVED], "unscheduled"),
        ({}, [COMPLAINT], "redirected"),
        ({}, [APPROVED, owed("outside-subject")], "outside-subject"),
        ({}, [PRESENT, HELD, owed("taken"), APPROVED_AFTERWARDS], "taken"),
        ({}, [APPROVED, CANCELLED], "cancelled"),
        ({}, [APPROVED, owed("cancelled")], "cancelled"),
        ({}, [APPROVED, owed("absent")], "absent"),
        ({}, [WAITLISTED, APPROVED, ABSENT, HELD], "no-seat"),
        ({}, [WAITLISTED, APPROVED, HELD, owed("absent"), ABSENT], "no-seat"),
        ({}, [APPROVED, owed("no-seat"), ABSENT, HELD], "no-seat"),
        ({}, [WAITLISTED, INVITED, APPROVED, ABSENT, HELD], "absent"),
        ({}, [WAITLISTED, EXCUSED, APPROVED, HELD], "excused"),
        ({"on_time": False}, [APPROVED, owed("late")], "late"),
    ],
)
def test_a_letter_says_why_it_is_one(form, facts, occasion):
    state, _ = hears(a_form(**form), *facts)
    [message] = [one for one in state.messages if one.kind in ("answer", "guidance")]
    assert message.occasion == occasion


def test_ids_are_fit_for_file_names_and_message_ids():
    state, _ = hears(a_form(on_time=False), APPROVED, COMPLAINT)
    state, _ = nobody(state)
    ids = [message.id for message in state.messages]
    assert len(set(ids)) == 4
    assert all(set(id) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") for id in ids)
    assert all(".." not in id for id in ids)


def test_a_correspondence_is_the_same_after_it_was_stored():
    state, _ = hears(a_form(questions=TWO), APPROVED, COMPLAINT, EXCUSED, HELD)
    state, _ = nobody(state)
    stored = TypeAdapter(Correspondence)
    assert stored.validate_python(stored.dump_python(state)) == state
    assert stored.validate_json(stored.dump_json(state)) == state


def test_a_correspondence_that_was_stored_before_doors_and_waiting_lists_were_kept_still_loads():
    stored = TypeAdapter(Correspondence)
    state = a_form()
    old = stored.dump_python(state)
    for since_then in ("channel", "collected_by", "waiting_place"):
        del old[since_then]
    assert stored.validate_python(old) == replace(state, channel=None)


def test_the_door_a_form_came_through_is_kept():
    state = a_form(channel="list", collected_by="Hội Nông dân xã")
    assert (state.channel, state.collected_by) == ("list", "Hội Nông dân xã")


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
    owed_because: tuple[str | None, str | None]
    referred: tuple[bool, bool]
    extended: tuple[bool, bool]
    concluded: bool
    waits: bool
    invited: bool
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
        for asked, because, referred, extended in zip(
            TWO, self.owed_because, self.referred, self.extended, strict=True
        ):
            if because is not None:
                found.append(owed(because, asked.id))
            found += [REFERRED.model_copy(update={"question": asked.id})] * referred
            found += [
                GRANTED.model_copy(update={"question": asked.id}),
                MOVED.model_copy(update={"about": asked.id}),
            ] * extended
        return found + [CONCLUDED] * self.concluded + [WAITLISTED] * self.waits + [INVITED] * self.invited

    @property
    def learns_that_he_waits(self) -> bool:
        return self.waits and not (self.invited or self.excused or self.held)

    def owed(self) -> set[str]:
        away = self.attended is False or (self.excused and self.attended is None)
        return {
            asked.id
            for asked, since, heard, because in zip(TWO, self.approved, self.heard, self.owed_because, strict=True)
            if since is not None
            and not heard
            and (because or not self.on_time or (self.held and (away or since >= timedelta(0))))
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
    owed_because=st.tuples(*[st.sampled_from([None, "taken", "outside-subject", "absent"])] * 2),
    referred=st.tuples(st.booleans(), st.booleans()),
    extended=st.tuples(st.booleans(), st.booleans()),
    concluded=st.booleans(),
    waits=st.booleans(),
    invited=st.booleans(),
    email=st.sampled_from([None, "mai@nguoidan.example"]),
    address=st.sampled_from([None, "Số 5, thôn Nội"]),
)


def deliver(facts, after_each=lambda state: state):
    """As the broker does: what came too early comes again later; what is about a dialogue goes to each of its forms."""
    state, dialogue, waiting = None, None, list(facts)
    while waiting:
        fact = waiting.pop(0)
        if isinstance(fact, DialogueHeld | DialogueConcluded):
            if dialogue is None and isinstance(fact, DialogueConcluded):
                dialogue = told(ANNOUNCED)
            dialogue, _ = dialogues.keep(dialogue, fact, NOW)
            if state is None:
                continue
        try:
            if isinstance(fact, AnswerApproved | SubmissionReceived):
                rule = rules.note_answer if isinstance(fact, AnswerApproved) else rules.acknowledge
                state, _ = rule(state, fact, NOW, dialogue.conference if dialogue else None)
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
    handed_on = [any(both) for both in zip(life.redirected, life.referred, strict=True)]
    for kind, happened in (
        ("guidance", life.redirected),
        ("referral", life.referred),
        ("extension", [more and not gone for more, gone in zip(life.extended, handed_on, strict=True)]),
    ):
        about = [question for message in state.messages if message.kind == kind for question in message.questions]
        assert sorted(about) == [asked.id for asked, did in zip(TWO, happened, strict=True) if did]
    assert [one.kind for one in state.messages].count("conclusion") == life.concluded
    waiting = [one for one in state.messages if one.kind == "waitlist" and one.state == "queued"]
    assert len(waiting) == (life.learns_that_he_waits and bool(life.email or life.address))
    assert life.waits or "no-seat" not in {one.occasion for one in answers(state)}
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


@settings(max_examples=200, deadline=None)
@given(lives, st.randoms(use_true_random=False))
def test_while_a_mail_server_is_busy_what_was_heard_is_not_written_and_what_is_owed_is_not_forgotten(life, random):
    def busy(state):
        state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
        for message in state.claimed("c"):
            state, _ = delivery.failed(state, message.id, "451", NOW, permanent=False, by="c")
        return state

    facts = life.facts()
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = deliver(twice, busy)
    state, _ = delivery.claim_due(state, "d", NOW + timedelta(days=1), timedelta(minutes=5))
    received = [question for m in state.claimed("d") if m.kind == "answer" for question in m.questions]
    assert len(received) == len(set(received)), "two written answers to one question"
    assert not set(received) & {asked.id for asked, heard in zip(TWO, life.heard, strict=True) if heard}
    if life.email or life.address:
        assert life.owed() <= set(received)


EVERYTHING = [
    APPROVED,
    ABSENT,
    owed("taken"),
    GRANTED,
    MOVED,
    REFERRED,
    INVITED,
    WAITLISTED,
    RESCHEDULED,
    CANCELLED,
    HELD,
    CONCLUDED,
    FULFILLED,
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(EVERYTHING), max_size=25), st.booleans())
def test_whatever_happens_in_whatever_order_everything_is_told_at_most_once(facts, at_once):
    """Each message leaves at once, or only in the end; what was withdrawn in between never leaves."""

    def send(state):
        state, _ = delivery.claim_due(state, "c", NOW, timedelta(minutes=5))
        for message in state.claimed("c"):
            state, [sent] = delivery.sent(state, message.id, "reference", NOW)
            left.append((sent.kind, sent.questions))
        return state

    state, left, dialogue = a_form(), [], told(ANNOUNCED)
    for fact in facts:
        if type(fact) in NEWS:
            dialogue, _ = dialogues.keep(dialogue, fact, NOW)
            state, _ = rules.learn_of_dialogue(state, dialogue.conference, NOW)
        else:
            state, _ = hears(state, fact)
        state = send(state) if at_once else state
    send(state)
    assert len(left) == len(set(left))
    if not at_once and CANCELLED in facts:
        assert {kind for kind, _ in left}.isdisjoint({"invitation", "waitlist", "rescheduled"})


def test_the_next_look_is_at_the_earliest_message():
    state, _ = hears(a_form(on_time=False), APPROVED, COMPLAINT)
    assert state.next_action_at == NOW
    later = replace(state.messages[-1], next_action_at=NOW + timedelta(hours=1))
    state, _ = delivery.sent(replace(state, messages=(*state.messages[:-1], later)), state.messages[1].id, "r", NOW)
    assert state.next_action_at == NOW + timedelta(hours=1)
