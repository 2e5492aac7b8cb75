from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify import delivery, digests, rules
from services.notify.delivery import AWAY_FOR, LOST_TRACK, MOST_ATTEMPTS, MOST_UNANSWERED, PAUSES
from services.notify.messages import put, without
from shared.contracts import Refusal, Role
from shared.contracts.deadlines import DeadlineNear
from shared.contracts.notify import RecordHandOver
from shared.contracts.routing import AnswerApproved, QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import NOW, QUESTION, SUBMISSION, actor, of_deadline, of_question, registrant, submission_received

STALE = timedelta(minutes=5)
ANSWER = f"{SUBMISSION}.answer.1"


def an_answer(**known):
    """A late form's answer that waits to be sent; its receipt is out."""
    state, _ = rules.acknowledge(None, submission_received(on_time=False, registrant=registrant(**known)), NOW)
    for message in state.messages:
        state, _ = delivery.sent(state, message.id, "<receipt>", NOW)
    return rules.note_answer(state, of_question(AnswerApproved), NOW)[0]


def claimed(state, by="first", at=NOW):
    return delivery.claim_due(state, by, at, STALE)[0]


def test_a_claim_is_the_callers_alone():
    state = claimed(an_answer())
    assert [message.id for message in state.claimed("first")] == [ANSWER]
    assert claimed(state, "second") == state
    assert state.next_action_at == NOW + STALE


def test_what_is_not_due_is_not_claimed():
    state = an_answer()
    assert claimed(state, at=NOW - timedelta(seconds=1)) == state


@pytest.mark.parametrize(
    ("known", "uncertain", "because"),
    [
        ({}, True, "the mail may have left before the crash"),
        ({"email": None}, False, "the letter is written over the same file"),
    ],
)
def test_a_lost_claim_is_taken_on_again_with_the_same_id(known, uncertain, because):
    state = claimed(claimed(an_answer(**known)), "second", NOW + STALE)
    [message] = state.claimed("second")
    assert (message.id, message.uncertain, message.attempts) == (ANSWER, uncertain, 2), because
    _, [sent] = delivery.sent(state, ANSWER, "reference", NOW)
    assert sent.uncertain is uncertain, because


def test_a_claim_that_is_known_to_be_alive_is_not_lost():
    state = claimed(an_answer())
    days_later = NOW + timedelta(days=30)
    assert delivery.claim_due(state, "second", days_later, STALE, alive={"first"}) == (state, [])
    assert delivery.claim_due(state, "second", days_later, STALE, alive={"another"})[0].claimed("second")


def test_a_result_is_said_once():
    state, [_] = delivery.sent(claimed(an_answer()), ANSWER, "<id>", NOW)
    assert delivery.sent(state, ANSWER, "<id>", NOW) == (state, [])
    assert delivery.failed(state, ANSWER, "too late", NOW, permanent=True, by="first") == (state, [])


def test_only_the_holder_of_the_claim_says_that_it_failed():
    state = claimed(claimed(an_answer()), "second", NOW + STALE)
    assert delivery.failed(state, ANSWER, "451", NOW, permanent=False, by="first") == (state, [])


def test_a_success_counts_whoever_holds_the_claim():
    state = claimed(claimed(an_answer()), "second", NOW + STALE)
    state, [sent] = delivery.sent(state, ANSWER, "<id>", NOW)
    assert sent.name == "notification-sent"
    assert state.claimed("second") == ()


def test_a_message_that_fails_for_now_is_tried_for_a_day_with_growing_pauses():
    state, at, pauses = an_answer(), NOW, []
    while True:
        state = claimed(state, at=at)
        state, events = delivery.failed(state, ANSWER, "451 busy", at, permanent=False, by="first")
        if events:
            break
        pauses.append(state.message(ANSWER).next_action_at - at)
        at += pauses[-1]
    assert pauses[:5] == [*PAUSES, PAUSES[-1]]
    assert timedelta(hours=23) < at - NOW < timedelta(hours=24)
    assert [event.name for event in events] == ["notification-failed", "notification-queued"]


def test_a_mail_that_is_refused_for_good_becomes_a_letter():
    state, [failed, queued] = delivery.failed(
        claimed(an_answer()), ANSWER, "550 unknown", NOW, permanent=True, by="first"
    )
    letter = state.message(f"{ANSWER}.letter")
    assert (failed.reason, queued.channel) == ("550 unknown", "letter")
    assert (letter.questions, letter.next_action_at) == (state.message(ANSWER).questions, NOW)
    state, events = delivery.failed(claimed(state), letter.id, "Phông chữ thiếu ký tự", NOW, permanent=True, by="first")
    assert [event.name for event in events] == ["notification-failed"]
    assert state.next_action_at is None


@pytest.mark.parametrize(
    ("known", "scope", "because"),
    [
        ({"address": None}, Scope.COMPLAINT, "there is no postal address"),
        ({"address": "\u206a\u206a"}, Scope.COMPLAINT, "nor can one be read"),
        ({}, Scope.DENUNCIATION, "a denouncer's name is not printed"),
    ],
)
def test_a_refused_mail_stays_a_failure_where_no_letter_may_be_written(known, scope, because):
    state, _ = rules.acknowledge(None, submission_received(registrant=registrant(**known)), NOW)
    state, _ = delivery.sent(state, state.messages[0].id, "<receipt>", NOW)
    state, _ = rules.guide(state, of_question(QuestionRedirected, scope=scope), NOW)
    guidance = state.messages[-1].id
    state, events = delivery.failed(claimed(state), guidance, "550", NOW, permanent=True, by="first")
    assert [event.name for event in events] == ["notification-failed"], because


def test_a_receipt_that_is_refused_does_not_become_a_letter():
    state, _ = rules.acknowledge(None, submission_received(), NOW)
    receipt = state.messages[0].id
    state, events = delivery.failed(claimed(state), receipt, "550", NOW, permanent=True, by="first")
    assert [event.name for event in events] == ["notification-failed"]
    assert len(state.messages) == 1


def test_a_message_whose_sender_always_dies_is_given_up():
    state, at = an_answer(), NOW
    for number in range(MOST_ATTEMPTS):
        state = claimed(state, f"claim-{number}", at)
        at += STALE
    state, [failed] = delivery.claim_due(state, "last", at, STALE)
    assert (failed.reason, state.claimed("last"), state.next_action_at) == (LOST_TRACK, (), None)


def test_a_mail_that_no_server_confirms_is_tried_a_few_times_with_growing_pauses_and_makes_no_letter():
    state, at, pauses = an_answer(), NOW, []
    while True:
        state, events = delivery.unanswered(claimed(state, at=at), ANSWER, "hung up", at, by="first")
        if events:
            break
        pauses.append(state.message(ANSWER).next_action_at - at)
        at += pauses[-1]
    assert pauses == list(PAUSES[: MOST_UNANSWERED - 1])
    assert [(event.name, event.reason) for event in events] == [("notification-failed", LOST_TRACK)]
    message = state.messages[-1]
    assert (message.id, message.uncertain, message.next_action_at) == (ANSWER, True, None)


def test_what_is_refused_after_it_was_not_confirmed_becomes_a_letter_as_before():
    state, _ = delivery.unanswered(claimed(an_answer()), ANSWER, "hung up", NOW, by="first")
    at = state.next_action_at
    state, events = delivery.failed(claimed(state, at=at), ANSWER, "550", at, permanent=True, by="first")
    assert [event.name for event in events] == ["notification-failed", "notification-queued"]
    assert not state.messages[-1].uncertain


def test_a_server_that_is_away_uses_up_no_attempt():
    state, at = an_answer(), NOW
    for _ in range(2 * MOST_ATTEMPTS):
        state, events = delivery.away(claimed(state, at=at), "first", "down", at)
        at += AWAY_FOR
        message = state.message(ANSWER)
        assert (message.state, message.attempts, message.next_action_at, events) == ("queued", 0, at, [])
    assert message.reason == "down"


def test_letters_do_not_wait_for_a_mail_server():
    state = claimed(an_answer(email=None))
    assert delivery.away(state, "first", "down", NOW) == (state, [])


def test_a_claim_is_renewed_where_it_would_soon_be_taken_for_lost():
    state = claimed(an_answer())
    assert delivery.renew(state, "first", NOW + STALE / 2, STALE) == (state, [])
    later = NOW + STALE / 2 + timedelta(seconds=1)
    renewed, _ = delivery.renew(state, "first", later, STALE)
    assert renewed.next_action_at == later + STALE
    assert delivery.renew(state, "second", later, STALE) == (state, [])
    taken = claimed(state, "second", NOW + STALE)
    assert delivery.renew(taken, "first", NOW + 2 * STALE, STALE) == (taken, [])


@pytest.mark.parametrize(
    "result",
    [
        lambda state: delivery.failed(state, ANSWER, "550", NOW, permanent=True, by="first"),
        lambda state: delivery.unanswered(state, ANSWER, "hung up", NOW, by="first"),
        lambda state: delivery.away(state, "first", "down", NOW),
    ],
    ids=["failed", "unanswered", "away"],
)
def test_what_was_withdrawn_after_its_claim_was_given_up_for_lost_has_no_result(result):
    state = without(an_answer(), an_answer().message(ANSWER))
    assert result(state) == (state, [])


def test_a_process_that_stops_gives_back_what_it_did_not_begin():
    """All but the text that was settled when it was taken on."""
    state = an_answer()
    released, events = delivery.release(claimed(state), "first", NOW)
    assert (put(released, replace(released.message(ANSWER), text=None)), events) == (state, [])


class TestHandOver:
    def unreachable(self):
        return an_answer(email=None, address=None)

    def hand_over(self, state, role=Role.CLERK, id=ANSWER):
        command = RecordHandOver(actor=actor(role), key="k", notification=id, note="Đã gọi điện ngày 20/04/2026.")
        return delivery.hand_over(state, command, NOW)

    @pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICE_HEAD])
    def test_of_what_went_neither_way_counts_as_sent(self, role):
        state, [sent] = self.hand_over(self.unreachable(), role)
        assert (sent.name, sent.channel, sent.reference) == (
            "notification-sent",
            "in-person",
            "Đã gọi điện ngày 20/04/2026.",
        )
        assert sent.questions == (QUESTION,)
        with pytest.raises(Refusal, match="đã gửi") as refused:
            self.hand_over(state, role)
        assert refused.value.code == "not-now"

    @pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.CHAIRMAN, Role.PROVINCE])
    def test_is_recorded_by_the_office_alone(self, role):
        with pytest.raises(Refusal, match="Văn phòng") as refused:
            self.hand_over(self.unreachable(), role)
        assert refused.value.code == "forbidden"

    def test_of_what_is_still_to_be_sent_is_refused(self):
        with pytest.raises(Refusal, match="đang chờ gửi"):
            self.hand_over(an_answer())

    def test_of_a_mail_that_has_become_a_letter_is_refused(self):
        state = claimed(an_answer())
        state, _ = delivery.failed(state, ANSWER, "550", NOW, permanent=True, by="first")
        with pytest.raises(Refusal, match="đang chờ gửi"):
            self.hand_over(state)

    def test_of_what_was_never_written_is_refused(self):
        with pytest.raises(Refusal) as refused:
            self.hand_over(self.unreachable(), id=f"{SUBMISSION}.answer.9")
        assert refused.value.code == "not-found"

    def test_is_not_for_digests(self):
        near = of_deadline(DeadlineNear)
        state, [failed] = digests.nobody(None, digests.entry(near, "x"), near.commune, near.case, NOW)
        with pytest.raises(Refusal) as refused:
            self.hand_over(state, id=failed.notification)
        assert refused.value.code == "invalid"


def test_a_letter_that_a_mail_becomes_says_the_same():
    state = claimed(an_answer())
    state, _ = delivery.failed(state, ANSWER, "550", NOW, permanent=True, by="first")
    mail, letter = state.messages[1:]
    assert (letter.occasion, letter.questions, letter.kind) == (mail.occasion, mail.questions, mail.kind)
    assert (letter.state, letter.attempts, letter.to, letter.uncertain) == ("queued", 0, (), False)
