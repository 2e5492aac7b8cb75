"""Once a question is held for a denunciation, its words and its author's name go out with nothing (Law on Denunciations
2018, art. 56), whatever was already written about it."""

from dataclasses import replace
from itertools import permutations

import pytest

from services.notify import owed, together
from services.notify.contents import UNSAID, data_of, is_anonymous
from services.notify.messages import CONFIDENTIAL, can_be_posted
from services.notify.posting import letters
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from shared.contracts.intake import CommitmentFulfilled
from shared.contracts.routing import QuestionRedirected, QuestionReferredUp
from shared.contracts.taxonomy import Scope
from tests.builders import NOW, QUESTION, of_dialogue, of_question, question, registrant
from tests.unit.test_notify_aftercare import BY_POST, PROFILE, a_late_form, all_sent, approved_again
from tests.unit.test_notify_apologies import apologise
from tests.unit.test_notify_drawn import CUT_OFF, drawn
from tests.unit.test_notify_rules import COMPLAINT, GRANTED, MOVED, REFERRED, SECOND, a_form, hears

SECRET = "Tôi tố cáo ông B nhận tiền."
TWO = (question(1, SECRET), question(2, "Lệ phí là bao nhiêu?"))
DENOUNCED = [of_question(fact, scope=Scope.DENUNCIATION) for fact in (QuestionRedirected, QuestionReferredUp)]
ANSWERED = approved_again(SECOND, round=1)


def kinds(state):
    return [one.kind for one in state.messages if one.kind != "receipt"]


@pytest.mark.parametrize("fact", [*DENOUNCED, COMPLAINT, REFERRED], ids=lambda one: f"{one.name}-{one.scope}")
def test_nobody_is_told_that_an_answer_takes_longer_which_others_give(fact):
    for facts in permutations([GRANTED, MOVED, fact]):
        state, _ = hears(a_late_form(), *facts)
        assert kinds(state) in (["guidance"], ["referral"])
    state, events = hears(a_late_form(), GRANTED, MOVED, fact)
    assert events[1].reason == owed.HANDED_ON


@pytest.mark.parametrize("fact", DENOUNCED, ids=lambda one: one.name)
def test_a_letter_on_more_time_that_lies_ready_does_not_leave_once_its_question_is_a_denunciation(fact):
    state = drawn(hears(a_late_form(BY_POST), GRANTED, MOVED)[0])
    assert [one.kind for one in letters.ready(state, CUT_OFF)] == ["extension"]
    state, _ = hears(state, fact)
    assert [*letters.ready(state, CUT_OFF)] == []
    [left] = state.messages
    assert (left.state, left.reason) == ("failed", CONFIDENTIAL), "and the guidance is given by a person"
    assert len(state.discarded) == 1, "its file goes"


@pytest.mark.parametrize("fact", DENOUNCED, ids=lambda one: one.name)
def test_an_apology_that_waits_is_withdrawn_when_its_question_is_handed_on(fact):
    state = drawn(apologise(a_late_form(BY_POST))[0])
    state, [withdrawn, *_] = hears(state, fact)
    assert (withdrawn.kind, "apology" in kinds(state)) == ("apology", False)


def test_the_mail_of_a_day_carries_nothing_of_a_denunciation():
    state, _ = hears(all_sent(a_late_form_of_two()), GRANTED, MOVED, ANSWERED)
    state = together.put_off(state, CUT_OFF, NOW, lambda kind: 0)
    assert [one.kind for one in state.messages if one.envelope] == ["extension", "answer"]
    state, _ = hears(state, DENOUNCED[0])
    state = together.put_off(state, CUT_OFF, NOW, lambda kind: 0)
    assert [one.kind for one in state.messages if one.envelope] == ["answer"]
    assert [one.kind for one in state.messages if one.next_action_at] == ["guidance"], "it goes alone, at once"


def test_what_waits_for_others_to_the_same_address_leaves_alone_once_it_is_confidential():
    state, _ = hears(all_sent(a_late_form_of_two()), of_dialogue(CommitmentFulfilled, questions=(QUESTION,)))
    state = together.put_off(state, CUT_OFF, NOW, lambda kind: 0)
    state, _ = hears(state, DENOUNCED[0])
    [resolution] = [one for one in state.messages if one.kind == "resolution"]
    assert (resolution.envelope, resolution.leaves_at, resolution.next_action_at) == (None, None, NOW)
    assert not can_be_posted(state, resolution)


@pytest.mark.parametrize("fact", DENOUNCED, ids=lambda one: one.name)
def test_its_words_and_its_author_stand_in_no_kind_of_message(fact):
    state, _ = hears(a_late_form_of_two(), GRANTED, MOVED)
    state, _ = apologise(state)
    written = state.messages
    state, _ = hears(state, ANSWERED, of_dialogue(CommitmentFulfilled, questions=(QUESTION,)), fact)
    state = replace(state, messages=(*written, *(one for one in state.messages if one not in written)))
    about = [one for one in state.messages if QUESTION in one.questions]
    handed_on = "guidance" if isinstance(fact, QuestionRedirected) else "referral"
    assert {one.kind for one in about} == {"extension", "apology", "resolution", handed_on}
    for message in about:
        data = data_of(state, message, PROFILE, NOW.date(), medium="mail")
        assert data["items"][0]["question"] == [UNSAID]
        assert is_anonymous(state, message)
        said = str(data) + str(write(shipped(message.kind), data))
        assert SECRET not in said
        assert state.registrant.name not in said


def test_what_is_said_of_his_other_questions_names_him():
    state, _ = hears(a_late_form_of_two(), ANSWERED, DENOUNCED[0])
    [answer] = [one for one in state.messages if one.kind == "answer"]
    data = data_of(state, answer, PROFILE, NOW.date(), medium="mail")
    assert (data["items"][0]["question"], is_anonymous(state, answer)) == (["Lệ phí là bao nhiêu?"], False)


def a_late_form_of_two():
    return a_form(on_time=False, questions=TWO, registrant=registrant())
