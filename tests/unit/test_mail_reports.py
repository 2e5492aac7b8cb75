"""What comes of a mail after it has left."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify import aftercare, delivery, dialogues, digests, rules, together
from services.notify.correspondence import Correspondence
from services.notify.mailing import handlers, reports
from services.notify.mailing.message_ids import MessageIds, Secret
from shared.addresses import fingerprint
from shared.contracts import TooEarly
from shared.contracts.deadlines import DeadlineNear
from shared.contracts.intake import (
    DeliveryReported,
    DialogueAnnounced,
    DialogueConcluded,
    DialogueHeld,
    NewsDeclined,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RepresentativeInvited,
)
from shared.contracts.notify import NotificationFailed, NotificationQueued
from shared.contracts.routing import AnswerApproved, QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import (
    NOW,
    REPRESENTATIVE,
    of_deadline,
    of_dialogue,
    of_form,
    of_question,
    registrant,
    submission_received,
)
from tests.message_ids import IDS

LATER = NOW + timedelta(hours=1)


def a_form(**changes):
    """Whose sender was sent his receipt."""
    state, _ = rules.acknowledge(None, submission_received(on_time=False, **changes), NOW)
    return posted(state)


def posted(state: Correspondence) -> Correspondence:
    """Everything that was written is sent."""
    for message in state.messages:
        if message.state == "queued":
            state, _ = delivery.claim_due(state, f"claim of {message.id}", LATER, timedelta(minutes=2))
            state, _ = delivery.sent(state, message.id, f"<{message.id}@hanoi.gov.vn>", LATER)
    return state


def an_answered_form(**changes):
    return posted(rules.note_answer(a_form(**changes), of_question(AnswerApproved), NOW)[0])


def report_of(state: Correspondence, notification: str = "", **changes: object) -> DeliveryReported:
    """Made by a server that names whom the mail went to."""
    notification, token = notification or state.messages[-1].id, "a token"
    recipients = tuple(fingerprint(to, token) for to in state.messages[-1].to)
    fields = {"case": state.id, "notification": notification, "token": token, "recipients": recipients}
    return of_form(DeliveryReported, **fields | changes)


def test_an_answer_that_comes_back_becomes_a_letter_and_says_why():
    state = an_answered_form()
    after, events = reports.note_report(state, report_of(state), LATER)
    mail, letter = after.messages[-2:]
    assert (mail.state, letter.state, letter.channel) == ("failed", "queued", "letter")
    assert letter.id == f"{mail.id}.letter"
    assert (letter.sent_at, letter.reference, letter.attempts) == (None, None, 0)
    failed, queued = events
    assert (type(failed), failed.notification, type(queued), queued.notification) == (
        NotificationFailed,
        mail.id,
        NotificationQueued,
        letter.id,
    )
    assert "mailbox unknown" in failed.reason
    assert "(5.1.1)" in failed.reason
    assert mail.reason == failed.reason


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (an_answered_form(registrant=registrant(address=None)), "he has no postal address"),
        (a_form(), "a receipt is no letter: the office hands it over"),
        (
            posted(rules.guide(a_form(), of_question(QuestionRedirected, scope=Scope.DENUNCIATION), NOW)[0]),
            "a printed letter would show who denounced somebody",
        ),
    ],
)
def test_what_cannot_become_a_letter_is_for_a_clerk(state, because):
    after, events = reports.note_report(state, report_of(state), LATER)
    assert [type(event) for event in events] == [NotificationFailed], because
    assert after.messages[-1].state == "failed"
    assert len(after.messages) == len(state.messages)


def test_a_report_that_comes_twice_counts_once():
    state = an_answered_form()
    once, _ = reports.note_report(state, report_of(state), LATER)
    again, events = reports.note_report(once, report_of(state), LATER + timedelta(days=1))
    assert (again, events) == (once, [])


def test_that_a_mail_is_late_is_noted_and_changes_nothing():
    state = an_answered_form()
    after, events = reports.note_report(state, report_of(state, action="delayed", status="4.4.1"), LATER)
    assert events == []
    assert after.messages[-1].state == "sent"
    assert "(4.4.1)" in (after.messages[-1].reason or "")
    returned, _ = reports.note_report(after, report_of(state), LATER)
    assert returned.messages[-1].channel == "letter", "and then it comes back all the same"


@pytest.mark.parametrize(
    ("state", "notification", "because"),
    [
        (an_answered_form(), "01JSUBMISSION.answer.7", "nobody wrote that"),
        (an_answered_form(), "01JANOTHER.answer.1", "it is of another case"),
        (
            an_answered_form(registrant=registrant(email=None)),
            "01JSUBMISSION.answer.1",
            "a letter, which no mail server returns",
        ),
        (rules.note_answer(a_form(), of_question(AnswerApproved), NOW)[0], "", "it has not left yet"),
    ],
)
@pytest.mark.parametrize("action", ["failed", "delayed", "complained"])
def test_a_report_that_cannot_be_true_changes_nothing(state, notification, action, because):
    assert reports.note_report(state, report_of(state, notification, action=action), LATER) == (state, []), because


@pytest.mark.parametrize("recipients", [(), (fingerprint("ai.do@nguoidan.example", "a token"),)])
@pytest.mark.parametrize("action", ["failed", "delayed"])
def test_a_report_that_does_not_name_whom_the_mail_went_to_changes_nothing(action, recipients):
    state = an_answered_form()
    assert reports.note_report(state, report_of(state, action=action, recipients=recipients), LATER) == (state, [])


def test_whoever_calls_a_mail_unwanted_is_not_named_by_his_provider():
    state = posted(concluded(a_form()))
    after, _ = reports.note_report(state, report_of(state, action="complained", recipients=()), LATER)
    assert after.declines_news


class Post:
    """Keeps one correspondence, and notes what is decided of it."""

    def __init__(self, state):
        self.state = state

    async def get(self, id):
        return self.state if id == self.state.id else None

    async def note(self, case, decide):
        assert case == self.state.id
        self.state, _ = decide(self.state)


class Envelopes:
    def __init__(self, *known):
        self.known = {one.id: one for one in known}

    async def get(self, id):
        return self.known.get(id)


def heard(report, state, *envelopes):
    """What a case is after notify heard of a report."""
    post = Post(state)
    asyncio.run(handlers.learn_what_became_of_a_mail(report, post, Envelopes(*envelopes), post, IDS, lambda: LATER))
    return post.state


@pytest.mark.parametrize("token", ["", "a" * 24, IDS.token("01JANOTHER.answer.1"), MessageIds(b"x").token("answer")])
@pytest.mark.parametrize("action", ["failed", "delayed", "complained"])
def test_who_does_not_have_a_mails_message_id_can_say_nothing_of_it(action, token):
    state = an_answered_form()
    recipients = tuple(fingerprint(to, token) for to in state.messages[-1].to)
    assert heard(report_of(state, token=token, recipients=recipients, action=action), state) == state
    right = IDS.token(state.messages[-1].id)
    recipients = tuple(fingerprint(to, right) for to in state.messages[-1].to)
    assert heard(report_of(state, token=right, recipients=recipients, action=action), state) != state


def test_nobody_can_work_out_the_message_id_of_the_mail_of_a_day():
    """Commune, address and day are known to many; with them alone all answers of a day would seem to have failed."""
    state = an_answered_form()
    answer = state.messages[-1]
    [to] = answer.to
    id = together.envelope_id(state.commune, to, LATER)
    member = together.Member(state.id, answer.id)
    envelope = together.Envelope(id, state.commune, to, (member,), state="sent")

    def report(token):
        named = (fingerprint(to, token),)
        return report_of(state, id, case=state.commune, token=token, recipients=named)

    assert heard(report(""), state, envelope) == state
    assert heard(report(MessageIds(b"").token(id)), state, envelope) == state
    after = heard(report(IDS.token(id)), state, envelope)
    assert after.message(answer.id).state == "failed"
    assert after.messages[-1].channel == "letter"


def test_a_message_id_is_the_same_again_and_another_with_another_secret():
    assert IDS.token("a") == IDS.token("a") != IDS.token("b")
    assert MessageIds(b"other").token("a") != IDS.token("a")
    assert "a secret" not in repr(Secret("message-ids", "a secret"))


def test_who_was_told_by_a_clerk_is_not_written_to_again():
    state = an_answered_form()
    told = replace(state.messages[-1], channel="in-person", reference="Đã gọi điện.")
    state = replace(state, messages=(*state.messages[:-1], told))
    assert reports.note_report(state, report_of(state), LATER) == (state, [])


def test_where_addresses_are_not_kept_any_more_a_report_is_too_late_to_be_true():
    state = an_answered_form()
    state = replace(state, messages=tuple(replace(message, to=()) for message in state.messages))
    assert reports.note_report(state, report_of(state), LATER) == (state, [])


def test_a_report_that_overtakes_the_result_of_the_sending_waits_for_it():
    state, _ = rules.note_answer(a_form(), of_question(AnswerApproved), NOW)
    state, _ = delivery.claim_due(state, "claim", LATER, timedelta(minutes=2))
    with pytest.raises(TooEarly):
        reports.note_report(state, report_of(state), LATER)


@pytest.mark.parametrize("action", ["failed", "delayed", "complained"])
def test_a_report_that_overtakes_the_result_of_the_mail_of_a_day_waits_for_it(action):
    state, _ = rules.note_answer(a_form(), of_question(AnswerApproved), NOW)
    state = together.put_off(state, LATER, NOW, lambda kind: 0)
    report = report_of(state, action=action)
    assert reports.note_report(state, report, NOW) == (state, []), "it cannot have left before its cut-off"
    with pytest.raises(TooEarly):
        reports.note_report(state, report, LATER)


def test_a_mail_that_comes_back_goes_to_the_address_that_was_set_right_meanwhile():
    state = an_answered_form()
    corrected = of_form(RegistrantCorrected, registrant=registrant(email="mai.moi@nguoidan.example"), occurred_at=LATER)
    state, _ = aftercare.correct(state, corrected, LATER)
    after, events = reports.note_report(state, report_of(state), LATER)
    assert events == []
    assert (after.messages[-1].to, after.messages[-1].state) == (("mai.moi@nguoidan.example",), "queued")


def test_a_mail_that_comes_back_after_its_question_was_withdrawn_goes_nowhere_any_more():
    state = an_answered_form()
    state, _ = aftercare.note_withdrawal(state, of_form(QuestionsWithdrawn), LATER)
    after, events = reports.note_report(state, report_of(state), LATER)
    assert [type(event) for event in events] == [NotificationFailed]
    assert not [message for message in after.messages if message.channel == "letter"]


def test_a_representatives_invitation_that_comes_back_is_handed_over_on_paper():
    state, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    representative = REPRESENTATIVE.model_copy(update={"email": "binh@mttq.example"})
    state, _ = dialogues.invite(state, of_dialogue(RepresentativeInvited, representative=representative), NOW)
    state = posted(state)
    after, _ = reports.note_report(state, report_of(state), LATER)
    assert [message.channel for message in after.messages] == ["email", "letter"]
    complained, events = reports.note_report(state, report_of(state, action="complained"), LATER)
    assert (complained, events) == (state, []), "he was invited by others, and declines in his own way"


def test_a_digest_that_comes_back_is_said_to_have_failed():
    fact = of_deadline(DeadlineNear)
    entry = digests.entry(fact, digests.reference(a_form(), fact, {}))
    state, _ = digests.note(None, entry, fact.commune, "quan.hcc@hanoi.example", NOW, NOW, last=True)
    state = posted(state)
    after, [failed] = reports.note_report(state, report_of(state), LATER)
    assert (after.messages[-1].state, failed.kind) == ("failed", "digest")
    assert reports.note_report(after, report_of(state, action="complained"), LATER) == (after, [])


# --- news ------------------------------------------------------------------------------------------------------------


def concluded(state):
    dialogue = None
    for news in (of_dialogue(DialogueAnnounced), of_dialogue(DialogueHeld), of_dialogue(DialogueConcluded)):
        dialogue, _ = dialogues.keep(dialogue, news, NOW)
    return rules.learn_of_dialogue(state, dialogue.conference, NOW)[0]


def kinds(state):
    return [message.kind for message in state.messages]


def test_who_declined_news_is_not_sent_the_conclusion():
    state, events = reports.note_declined(a_form(), of_form(NewsDeclined), NOW)
    assert (state.declines_news, events) == (True, [])
    assert "conclusion" not in kinds(concluded(state))
    assert "conclusion" in kinds(concluded(a_form()))


def test_news_that_waits_is_taken_back_and_what_is_owed_goes_out():
    state, _ = rules.note_answer(concluded(a_form()), of_question(AnswerApproved), NOW)
    assert kinds(state) == ["receipt", "conclusion", "answer"]
    after, [taken_back] = reports.note_declined(state, of_form(NewsDeclined), NOW)
    assert kinds(after) == ["receipt", "answer"]
    assert (type(taken_back), taken_back.kind) == (NotificationFailed, "conclusion")


def test_news_that_has_left_stays_sent():
    state = posted(concluded(a_form()))
    after, events = reports.note_declined(state, of_form(NewsDeclined), NOW)
    assert (after.messages, events) == (state.messages, [])


def test_news_is_declined_once():
    state, _ = reports.note_declined(a_form(), of_form(NewsDeclined), NOW)
    assert reports.note_declined(state, of_form(NewsDeclined), NOW) == (state, [])


def test_that_news_is_declined_can_be_heard_before_the_form():
    with pytest.raises(TooEarly):
        reports.note_declined(None, of_form(NewsDeclined), NOW)


def test_who_calls_a_mail_unwanted_is_sent_no_news_but_what_he_is_owed():
    state = posted(concluded(a_form()))
    after, events = reports.note_report(state, report_of(state, action="complained"), LATER)
    assert (after.declines_news, events) == (True, [])
    answered, _ = rules.note_answer(after, of_question(AnswerApproved), LATER)
    assert kinds(answered)[-1] == "answer"
