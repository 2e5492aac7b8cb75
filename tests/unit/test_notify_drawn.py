"""A letter that is drawn has not left: what each fact does to it, before its cut-off and from then on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify import delivery, dialogues, owed
from services.notify.correspondence import Fate
from services.notify.messages import UNREACHABLE, put
from services.notify.posting import letters
from shared.contracts import Refusal
from shared.contracts.intake import DialogueCancelled, RepresentativeInvited
from shared.contracts.notify import RecordHandOver
from shared.contracts.post import CallBackLetter
from tests.builders import NOW, QUESTION, SUBMISSION, actor, of_dialogue, registrant
from tests.unit.test_notify_aftercare import (
    BY_POST,
    NOWHERE,
    OVERTAKEN,
    a_late_form,
    approved_again,
    corrected,
    reopened,
    withdrawn,
)
from tests.unit.test_notify_rules import (
    APPROVED,
    CANCELLED,
    HEARD,
    HOUR,
    INVITED,
    PRESENT,
    RESCHEDULED,
    SECOND,
    TWO,
    a_form,
    answers,
    hears,
    names,
    told,
)

ANSWER = f"{SUBMISSION}.answer.1"
CUT_OFF = NOW + timedelta(hours=7)
ELSEWHERE = registrant(email=None, address="Số 9, thôn Trung")
RENAMED = registrant(name="Nguyễn Thị Mai Hoa", email=None)
CALLED = registrant(email=None, phone="0987654321")
NEWER = approved_again(round=1, text="Lời mới.", at=NOW + HOUR)


def claimed(state, by="c"):
    return delivery.claim_due(state, by, NOW, timedelta(minutes=5))[0]


def drawn(state, number=None, leaves_at=CUT_OFF):
    """Every letter that waits is made."""
    state = of = claimed(state)
    for message in state.claimed("c"):
        state, _ = delivery.drawn(state, message.id, of, leaves_at, NOW, by="c", number=number)
    return state


def left(state, at=CUT_OFF, run="thanh-tri-20260420"):
    """As the print run notes it."""
    for one in state.messages:
        if one.state == "drawn":
            state = put(state, replace(one, state="sent", sent_at=at, reference=f"{one.id}.pdf", fate=Fate(run)))
    return state


def called_back(state):
    return letters.call_back(state, CallBackLetter(actor=actor(), key="k", notification=ANSWER, reason="Sai"), NOW)[0]


def not_drawn(state):
    return delivery.failed(claimed(state), ANSWER, "Không in được chữ này.", NOW, permanent=True, by="c")[0]


def an_answer():
    state, _ = hears(a_late_form(BY_POST), APPROVED)
    return state


STATES = {
    "queued": an_answer(),
    "sending": claimed(an_answer()),
    "drawn": drawn(an_answer()),
    "past its cut-off": drawn(an_answer(), leaves_at=NOW),
    "sent": left(drawn(an_answer())),
    "called back": called_back(drawn(an_answer())),
    "cannot be drawn": not_drawn(an_answer()),
}

TABLE = [
    # what is heard, and of each state above what comes of it
    (withdrawn(), ["gone", "sending", "gone", "drawn", "sent", "gone", "gone"]),
    (reopened(), ["gone", "sending", "gone", "drawn", "sent", "gone", "gone"]),
    (corrected(ELSEWHERE), ["queued", "sending", "queued", "drawn", "sent", "failed", "queued"]),
    (corrected(RENAMED), ["queued", "sending", "queued", "drawn", "sent", "failed", "queued"]),
    (corrected(CALLED), ["queued", "sending", "drawn", "drawn", "sent", "failed", "failed"]),
    (
        corrected(registrant()),
        ["queued by mail", "sending", "queued by mail", "drawn", "sent", "failed", "queued by mail"],
    ),
    (corrected(NOWHERE), ["failed", "sending", "failed", "drawn", "sent", "failed", "failed"]),
    (NEWER, ["queued", "sending", "queued", "drawn", "sent", "failed", "failed"]),
    (PRESENT, ["queued", "sending", "drawn", "drawn", "sent", "failed", "failed"]),
]


@pytest.mark.parametrize(
    ("fact", "before", "after"),
    [(fact, before, after) for fact, outcomes in TABLE for before, after in zip(STATES, outcomes, strict=True)],
    ids=lambda one: getattr(one, "name", one),
)
def test_what_a_fact_does_to_a_letter(fact, before, after):
    state = noted(STATES[before], fact)
    found = [one for one in answers(state) if one.id == ANSWER]
    assert [f"{one.state} by mail" if one.channel == "email" else one.state for one in found] == (
        [] if after == "gone" else [after]
    )


def noted(state, fact):
    """As the post room does: what is drawn and says something else by now is drawn anew in the same save."""
    after, _ = hears(state, fact)
    return delivery.draw_anew(state, after, NOW)


@pytest.mark.parametrize(
    ("before", "words", "because"),
    [
        ("queued", "Lời mới.", "nothing is made yet"),
        ("sending", "Lời mới.", "it is drawn anew when it comes back"),
        ("drawn", "Lời mới.", "it is drawn anew"),
        ("past its cut-off", APPROVED.text, "it is being printed"),
        ("sent", APPROVED.text, "it is with the post"),
    ],
)
def test_a_newer_wording_counts_until_the_letter_leaves(before, words, because):
    state = noted(STATES[before], NEWER)
    assert state.asked(QUESTION).answer.text == words, because


def test_a_letter_that_is_made_lies_ready_until_the_cut_off():
    state = drawn(an_answer())
    letter = state.message(ANSWER)
    assert (letter.state, letter.leaves_at, letter.next_action_at) == ("drawn", CUT_OFF, None)
    assert (state.leaves_at, state.next_action_at) == (CUT_OFF, None)
    assert claimed(state, "another") == state, "nobody takes it on again"
    assert left(state).message(ANSWER).state == "sent"


@pytest.mark.parametrize(("fact", "reason"), OVERTAKEN)
def test_what_is_overtaken_while_it_lies_ready_is_withdrawn_with_its_file(fact, reason):
    state = drawn(hears(a_form(registrant=BY_POST), APPROVED, CANCELLED)[0])
    state, events = hears(state, fact)
    assert (answers(state), [event.reason for event in events]) == ([], [reason])
    assert ANSWER in state.discarded
    assert delivery.cleared(state, state.discarded)[0].discarded is None


@pytest.mark.parametrize(("fact", "reason"), OVERTAKEN)
def test_what_is_overtaken_while_it_is_drawn_is_withdrawn_when_it_is_made(fact, reason):
    of = claimed(hears(a_form(registrant=BY_POST), APPROVED, CANCELLED)[0])
    state, said = hears(of, fact)
    assert said == []
    state, [failed] = delivery.drawn(state, ANSWER, of, CUT_OFF, NOW, by="c")
    assert (answers(state), failed.reason, state.discarded) == ([], reason, (ANSWER,))


@pytest.mark.parametrize("fact", [corrected(ELSEWHERE), NEWER], ids=lambda one: one.name)
def test_what_says_something_else_by_the_time_it_is_made_is_drawn_anew(fact):
    of = claimed(an_answer())
    state, _ = hears(of, fact)
    state, events = delivery.drawn(state, ANSWER, of, CUT_OFF, NOW, by="c")
    letter = state.message(ANSWER)
    assert (letter.state, letter.attempts, letter.leaves_at, events) == ("queued", 0, None, [])
    assert state.discarded is None, "the next drawing goes over the same file"


@pytest.mark.parametrize(
    ("known", "state", "channel", "because"),
    [(NOWHERE, "failed", "letter", UNREACHABLE), (registrant(address=None), "queued", "email", "he has a mailbox")],
)
def test_who_has_no_address_by_the_time_it_is_made_is_reached_otherwise(known, state, channel, because):
    of = claimed(an_answer())
    after, _ = hears(of, corrected(known))
    after, _ = delivery.drawn(after, ANSWER, of, CUT_OFF, NOW, by="c")
    assert (after.message(ANSWER).state, after.message(ANSWER).channel) == (state, channel), because
    assert after.discarded == (ANSWER,)


def test_only_the_holder_of_the_claim_says_that_it_is_made():
    of = claimed(an_answer())
    taken = delivery.claim_due(of, "second", NOW + HOUR, timedelta(minutes=5))[0]
    assert delivery.drawn(taken, ANSWER, of, CUT_OFF, NOW, by="c") == (taken, [])


def test_the_file_of_what_was_taken_out_while_its_claim_was_given_up_for_lost_is_removed():
    of = claimed(an_answer())
    gone, _ = delivery.claim_due(hears(of, withdrawn())[0], "second", NOW + HOUR, timedelta(minutes=5))
    assert answers(gone) == []
    state, _ = delivery.drawn(delivery.cleared(gone, gone.discarded)[0], ANSWER, of, CUT_OFF, NOW, by="c")
    assert state.discarded == (ANSWER,)


def test_a_mail_that_was_taken_out_while_its_claim_was_given_up_for_lost_has_left_all_the_same():
    of = claimed(hears(a_late_form(), APPROVED)[0])
    gone, _ = delivery.claim_due(hears(of, withdrawn())[0], "second", NOW + HOUR, timedelta(minutes=5))
    assert answers(gone) == []
    assert delivery.sent(gone, ANSWER, "<id>", NOW + HOUR, number="05/UBND-VP") == (gone, [])


def test_of_two_answers_that_lie_ready_the_one_that_is_still_owed_is_drawn_anew():
    both = [APPROVED, approved_again(SECOND, round=1), CANCELLED]
    state = drawn(hears(a_form(questions=TWO, registrant=BY_POST), *both)[0])
    assert answers(state)[0].questions == (QUESTION, SECOND)
    state, events = hears(state, withdrawn(SECOND))
    assert [(one.id, one.questions, one.state) for one in answers(state)] == [(ANSWER, (QUESTION,), "queued")]
    assert names(events) == ["notification-failed", "notification-queued"]
    assert state.discarded is None, "the letter that takes its place has its file"


def test_a_number_is_said_once_and_does_not_have_the_letter_drawn_again():
    of = claimed(an_answer())
    state, [numbered] = delivery.drawn(of, ANSWER, of, CUT_OFF, NOW, by="c", number="05/UBND-VP")
    letter = state.message(ANSWER)
    assert (numbered.name, numbered.number) == ("notification-numbered", "05/UBND-VP")
    assert (letter.state, letter.number) == ("drawn", "05/UBND-VP")
    again = claimed(noted(state, corrected(ELSEWHERE)))
    state, events = delivery.drawn(again, ANSWER, again, CUT_OFF, NOW, by="c", number="05/UBND-VP")
    assert (state.message(ANSWER).state, events) == ("drawn", [])


def test_an_invitation_that_lies_ready_is_withdrawn_with_the_conference_and_drawn_anew_for_another_day():
    state = drawn(hears(a_form(registrant=BY_POST), INVITED)[0])
    moved = noted(state, RESCHEDULED)
    assert [(one.kind, one.state) for one in moved.messages] == [("invitation", "queued"), ("rescheduled", "queued")]
    state, events = hears(state, CANCELLED)
    assert [one.kind for one in state.messages] == ["cancelled"]
    assert [event.reason for event in events if event.name == "notification-failed"] == [owed.CALLED_OFF]


def test_a_guests_letter_that_lies_ready_is_withdrawn_with_the_conference():
    state, _ = dialogues.invite(told(), of_dialogue(RepresentativeInvited), NOW)
    state = replace(state, messages=tuple(replace(one, channel="letter", to=()) for one in state.messages))
    state = drawn(state)
    assert [one.state for one in state.messages] == ["drawn"]
    state, _ = dialogues.keep(state, of_dialogue(DialogueCancelled), NOW)
    assert [one.kind for one in state.messages] == ["cancelled"]


def test_what_lies_ready_needs_no_handing_over_and_what_came_back_may_be():
    command = RecordHandOver(actor=actor(), key="k", notification=ANSWER, note="Trao tay ngày 05/05/2026.")
    with pytest.raises(Refusal, match="đang chờ gửi"):
        delivery.hand_over(drawn(an_answer()), command, NOW)
    state = left(drawn(an_answer()))
    with pytest.raises(Refusal, match="đã gửi"):
        delivery.hand_over(state, command, NOW)
    fate = replace(state.message(ANSWER).fate, returned_on=NOW.date(), returned_because="Không có người nhận")
    state = replace(state, messages=(replace(state.message(ANSWER), fate=fate),))
    state, [sent] = delivery.hand_over(state, command, NOW)
    assert (sent.channel, state.message(ANSWER).channel, state.discarded) == ("in-person", "in-person", None)
    with pytest.raises(Refusal, match="đã gửi"):
        delivery.hand_over(state, command, NOW)


def test_a_message_keeps_the_text_it_was_first_taken_on_with():
    versions = iter([3, 4])
    state, _ = delivery.claim_due(an_answer(), "c", NOW, timedelta(minutes=5), text=lambda kind: next(versions))
    assert state.message(ANSWER).text == 3
    state, _ = delivery.claim_due(state, "d", NOW + HOUR, timedelta(minutes=5), text=lambda kind: next(versions))
    assert (state.message(ANSWER).text, state.message(ANSWER).attempts) == (3, 2)


def test_who_heard_the_answer_while_the_letter_lay_ready_gets_none():
    state = drawn(hears(a_form(registrant=BY_POST), APPROVED, CANCELLED)[0])
    assert answers(hears(state, HEARD)[0]) == []


def test_a_letter_that_was_called_back_goes_out_on_no_correction_of_itself():
    """Whatever else is set right: why it was called back, only the office knows."""
    state = called_back(drawn(an_answer()))
    for known in (ELSEWHERE, RENAMED, CALLED, registrant()):
        after, events = hears(state, corrected(known))
        assert (after.message(ANSWER).state, events) == ("failed", [])
    told = RecordHandOver(actor=actor(), key="h", notification=ANSWER, note="Gọi điện ngày 05/05/2026.")
    assert delivery.hand_over(state, told, NOW)[0].message(ANSWER).channel == "in-person"
