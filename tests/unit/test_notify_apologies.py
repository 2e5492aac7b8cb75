"""An answer that is late is apologised for: once for each day that is promised, to whoever still waits."""

from datetime import date, timedelta

import pytest

from services.notify import apologies, delivery
from services.notify.owed import ANSWERED_MEANWHILE
from shared.contracts import Refusal, Role
from shared.contracts.notify import ApologiseForDelay
from shared.contracts.routing import QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import NOW, QUESTION, SUBMISSION, actor, of_question, registrant
from tests.unit.test_notify_aftercare import (
    BY_POST,
    NOWHERE,
    a_late_form,
    all_sent,
    approved_again,
    claimed,
    reopened,
    withdrawn,
)
from tests.unit.test_notify_rules import APPROVED, COMPLAINT, HEARD, REFERRED, a_form, hears

UNTIL = date(2026, 5, 4)


def command(role=Role.CLERK, question=QUESTION, until=UNTIL):
    return ApologiseForDelay(
        actor=actor(role), key="k", submission=SUBMISSION, question=question, reason="Chờ xác minh.", until=until
    )


def apologise(state, **more):
    return apologies.apologise(state, command(**more), NOW)


@pytest.mark.parametrize(
    ("known", "channel", "said"),
    [
        (registrant(), "email", "notification-queued"),
        (BY_POST, "letter", "notification-queued"),
        (NOWHERE, "letter", "notification-failed"),
    ],
)
def test_who_waits_is_written_to_once_a_day_that_is_promised(known, channel, said):
    state, [event] = apologise(a_form(registrant=known))
    message = state.messages[-1]
    assert (message.id, message.channel, message.questions) == (
        f"{SUBMISSION}.apology.1.20260504",
        channel,
        (QUESTION,),
    )
    assert (message.apology.reason, message.apology.until, event.name) == ("Chờ xác minh.", UNTIL, said)
    assert apologise(state) == (state, [])
    again, events = apologise(state, until=date(2026, 5, 11))
    assert (len(again.messages), len(events)) == (len(state.messages) + 1, 1)


@pytest.mark.parametrize("role", Role)
def test_it_is_the_offices_to_apologise(role):
    """An officer of a department might do so for the question of another."""
    if role in (Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN):
        assert apologise(a_form(), role=role)[1]
    else:
        with pytest.raises(Refusal) as refused:
            apologise(a_form(), role=role)
        assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("facts", "code", "because"),
    [
        ([withdrawn()], "not-now", "he wants no answer"),
        ([HEARD], "not-now", "he heard it"),
        ([of_question(QuestionRedirected, scope=Scope.DENUNCIATION)], "invalid", "nothing is written about it"),
    ],
)
def test_who_waits_for_nothing_is_not(facts, code, because):
    with pytest.raises(Refusal) as refused:
        apologise(hears(a_form(), *facts)[0])
    assert refused.value.code == code, because


@pytest.mark.parametrize("fact", [APPROVED, COMPLAINT, REFERRED], ids=lambda one: one.name)
def test_what_is_answered_in_writing_is_not_late(fact):
    state, _ = hears(a_late_form(), fact)
    for known in (state, all_sent(state)):
        with pytest.raises(Refusal, match="đã có câu trả lời"):
            apologise(known)


def test_an_answer_that_is_kept_for_the_dialogue_may_be_late():
    assert apologise(hears(a_form(), APPROVED)[0])[1]


def test_what_was_reopened_may_be_late_again():
    state, _ = hears(all_sent(hears(a_late_form(), APPROVED)[0]), reopened())
    assert apologise(state)[1]
    with pytest.raises(Refusal):
        apologise(all_sent(hears(state, approved_again())[0]))


def test_a_day_that_is_over_is_not_promised():
    today = (NOW + timedelta(hours=7)).date()
    assert apologise(a_form(), until=today)[1]
    with pytest.raises(Refusal, match="đã qua"):
        apologise(a_form(), until=today - timedelta(days=1))


def test_of_a_question_that_is_not_there_is_refused():
    with pytest.raises(Refusal) as refused:
        apologise(a_form(), question=f"{SUBMISSION}-9")
    assert refused.value.code == "not-found"


@pytest.mark.parametrize("known", [registrant(), BY_POST])
def test_an_apology_that_waits_is_not_sent_once_the_answer_is_approved(known):
    state, _ = apologise(a_late_form(known))
    state, events = hears(state, APPROVED)
    assert [one.kind for one in state.messages if one.state == "queued"] == ["answer"]
    assert [event.reason for event in events if event.name == "notification-failed"] == [ANSWERED_MEANWHILE]


def test_an_apology_that_is_being_drawn_while_the_answer_is_approved_is_not_sent():
    state = claimed(apologise(a_late_form(BY_POST))[0])
    state, _ = hears(state, APPROVED)
    state, events = delivery.release(state, "c", NOW)
    assert [one.kind for one in state.messages if one.state == "queued"] == ["answer"]
    assert [event.reason for event in events] == [ANSWERED_MEANWHILE]
