"""What is written about a question that was split, and about questions that share an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify import delivery, rules
from shared.contracts import TooEarly
from shared.contracts.intake import QuestionsWithdrawn
from shared.contracts.people import Question
from shared.contracts.routing import AnswerApproved, QuestionRedirected, QuestionReferredUp, QuestionSplit
from tests.builders import NOW, QUESTION, SUBMISSION, of_form, of_question, submission_received
from tests.unit.test_notify_rules import ENDED_AT, EXCUSED, HELD, HOUR, a_form, answers, deliver, hears, owed

FEE = Question(id=f"{QUESTION}-1", number=2, section="procedures", text="Lệ phí là bao nhiêu?")
TERM = Question(id=f"{QUESTION}-2", number=3, section="procedures", text="Bao giờ có?")
WEEKDAYS = Question(id=f"{FEE.id}-1", number=3, section="procedures", text="Có nộp vào thứ Bảy được không?")
"""Its number is given twice: both splits were made at once."""

SPLIT = of_question(QuestionSplit, text="Cần giấy tờ gì?", parts=(FEE, TERM))
OF_A_PART = of_question(QuestionSplit, question=FEE.id, text="Phí bao nhiêu?", parts=(WEEKDAYS,))
EVERY = (QUESTION, FEE.id, TERM.id, WEEKDAYS.id)


def approved(question, **changes):
    return of_question(AnswerApproved, question=question, **changes)


def test_the_question_keeps_the_first_matter_and_each_part_is_one_of_its_own():
    state, events = hears(a_form(), SPLIT)
    assert events == []
    assert [(one.question.id, one.question.number, one.question.text) for one in state.questions] == [
        (QUESTION, 1, "Cần giấy tờ gì?"),
        (FEE.id, 2, FEE.text),
        (TERM.id, 3, TERM.text),
    ]
    assert hears(state, SPLIT) == (state, [])


def test_what_is_said_of_a_part_before_the_split_is_heard_waits_for_it():
    for fact in (approved(FEE.id), OF_A_PART, of_question(QuestionRedirected, question=FEE.id)):
        with pytest.raises(TooEarly):
            hears(a_form(), fact)


def test_of_two_splits_the_later_says_what_stays_and_both_say_what_is_new():
    first, second = (
        SPLIT.model_copy(update={"parts": (FEE,)}),
        SPLIT.model_copy(update={"parts": (TERM,), "text": "Giấy tờ gì?", "occurred_at": NOW + HOUR}),
    )
    for facts in ((first, second), (second, first)):
        state, _ = hears(a_form(), *facts)
        assert state.asked(QUESTION).question.text == "Giấy tờ gì?"
        assert {one.question.id for one in state.questions} == {QUESTION, FEE.id, TERM.id}


def test_parts_that_become_due_together_share_a_letter_and_the_later_one_has_its_own():
    later = approved(TERM.id, occurred_at=ENDED_AT + 24 * HOUR)
    state, _ = hears(a_form(), SPLIT, approved(QUESTION), approved(FEE.id), EXCUSED, HELD, later)
    assert [one.questions for one in answers(state)] == [(QUESTION, FEE.id), (TERM.id,)]
    assert len({one.id for one in answers(state)}) == 2


def test_parts_that_were_given_the_same_number_are_both_written_about():
    facts = [owed("taken", id) for id in (TERM.id, WEEKDAYS.id)]
    state, _ = hears(a_form(), SPLIT, OF_A_PART, *facts)
    for kind, contract in (
        ("answer", AnswerApproved),
        ("guidance", QuestionRedirected),
        ("referral", QuestionReferredUp),
    ):
        known = state
        for id in (TERM.id, WEEKDAYS.id):
            known, _ = hears(known, of_question(contract, question=id))
        written = [one for one in known.messages if one.kind == kind]
        assert [one.questions for one in written] == [(TERM.id,), (WEEKDAYS.id,)]
        assert len({one.id for one in written}) == 2


def test_of_a_part_that_was_withdrawn_nothing_is_written_and_the_others_are_answered():
    gone = of_form(QuestionsWithdrawn, questions=(FEE.id,), entirely=False)
    state, _ = hears(a_form(on_time=False), SPLIT, gone, *map(approved, (QUESTION, FEE.id, TERM.id)))
    assert [one.questions for one in answers(state)] == [(QUESTION,), (TERM.id,)]


def test_a_question_that_was_not_split_keeps_the_names_of_its_messages():
    state, _ = hears(a_form(on_time=False), approved(QUESTION), of_question(QuestionRedirected))
    assert {one.id for one in state.messages} >= {f"{SUBMISSION}.answer.1", f"{SUBMISSION}.guidance.1"}


def test_two_askers_who_share_an_answer_have_a_message_each():
    """A question that is joined to another has its own `AnswerApproved`, with the other's text."""
    written = []
    for case in ("01JFIRST", "01JSECOND"):
        asked = Question(id=f"{case}-1", number=1, section="procedures", text="Hỏi như nhau")
        form, _ = rules.acknowledge(None, submission_received(case=case, questions=(asked,), on_time=False), NOW)
        form, _ = hears(form, approved(asked.id, case=case, text="Chung một lời."))
        written += [(one.id, one.questions, form.asked(asked.id).answer.text) for one in answers(form)]
    assert written == [
        ("01JFIRST.answer.1", ("01JFIRST-1",), "Chung một lời."),
        ("01JSECOND.answer.1", ("01JSECOND-1",), "Chung một lời."),
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.randoms(use_true_random=False), st.sets(st.sampled_from(EVERY)), st.sets(st.sampled_from(EVERY)), st.booleans()
)
def test_however_a_split_is_heard_every_part_is_answered_once(random, answered, guided, at_once):
    def send(state):
        state, _ = delivery.claim_due(state, "c", NOW, HOUR)
        for message in state.claimed("c"):
            state, _ = delivery.sent(state, message.id, "<id>", NOW)
        return state

    facts = [submission_received(on_time=False), SPLIT, OF_A_PART, *map(approved, answered)]
    facts += [of_question(QuestionRedirected, question=id) for id in guided]
    twice = facts + random.choices(facts, k=3)
    random.shuffle(twice)
    state = deliver(twice, send if at_once else lambda one: one)
    for kind, about in (("answer", answered), ("guidance", guided)):
        told = [id for one in state.messages if one.kind == kind for id in one.questions]
        assert sorted(told) == sorted(about)
    assert len({one.id for one in state.messages}) == len(state.messages)
