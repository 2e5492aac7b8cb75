"""Nobody is written to about a day that has passed or was given up; whom a letter cannot reach in time is called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify import delivery, dialogues, owed, rules
from services.notify.correspondence import Correspondence
from services.notify.posting import letters
from shared.contracts.intake import DialogueRescheduled, RepresentativeInvited
from shared.contracts.notify import RecordHandOver
from tests.builders import DIALOGUE, HELD_AT, NOW, REPRESENTATIVE, SUBMISSION, actor, of_dialogue
from tests.unit.test_notify_aftercare import BY_POST, all_sent, corrected
from tests.unit.test_notify_drawn import CUT_OFF
from tests.unit.test_notify_rules import (
    ANNOUNCED,
    CANCELLED,
    HELD,
    HOUR,
    INVITED,
    RESCHEDULED,
    WAITLISTED,
    a_form,
    hears,
    names,
    told,
)

STALE = timedelta(minutes=2)
TOO_LATE = HELD_AT + HOUR
"""A cut-off after the dialogue has begun."""
AGAIN = of_dialogue(
    DialogueRescheduled,
    held_at=HELD_AT + timedelta(days=14),
    previously_at=RESCHEDULED.held_at,
    occurred_at=NOW + 2 * HOUR,
)
BY_MAIL = of_dialogue(
    RepresentativeInvited, representative=REPRESENTATIVE.model_copy(update={"email": "binh@mttq.example"})
)
BY_HAND = of_dialogue(RepresentativeInvited)


def drawn(state: Correspondence, leaves_at=CUT_OFF, now=NOW):
    """Every letter that waits is made, and everything that is said of it."""
    of, said = delivery.claim_due(state, "c", now, STALE)
    state = of
    for message in of.claimed("c"):
        state, events = delivery.drawn(state, message.id, of, leaves_at, now, by="c")
        said = [*said, *events]
    return state, said


def of_kinds(state: Correspondence):
    return [(one.kind, one.state) for one in state.messages if one.kind != "receipt"]


def a_guest(invited=BY_HAND):
    return dialogues.invite(told(ANNOUNCED), invited, NOW)[0]


@pytest.mark.parametrize("fact", [INVITED, WAITLISTED, RESCHEDULED], ids=lambda one: one.name)
def test_a_letter_that_would_leave_after_the_dialogue_began_is_a_call_for_the_clerk(fact):
    held_at = RESCHEDULED.held_at if fact is RESCHEDULED else HELD_AT
    waits, _ = hears(a_form(registrant=BY_POST), fact)
    in_time, said = drawn(waits, held_at - timedelta(seconds=1))
    assert (of_kinds(in_time)[0][1], said) == ("drawn", [])
    state, [failed] = drawn(waits, held_at)
    [(kind, now)] = of_kinds(state)
    assert (failed.name, failed.kind, failed.reason, failed.withdrawn) == (
        "notification-failed",
        kind,
        owed.TOO_LATE,
        False,
    )
    assert (now, state.discarded) == ("failed", (failed.notification,)), "it stays on record, without a file"
    assert not owed.TOO_LATE.startswith("Không")
    assert owed.settle(state, NOW) == (state, []), "said once"
    assert drawn(state, held_at)[1] == []


def test_whom_no_letter_reaches_in_time_the_clerk_tells_and_records_that():
    state, _ = drawn(hears(a_form(registrant=BY_POST), INVITED)[0], TOO_LATE)
    [letter] = [one.id for one in state.messages]
    command = RecordHandOver(actor=actor(), key="k", notification=letter, note="Đã gọi điện.")
    state, [sent] = delivery.hand_over(state, command, NOW)
    assert (sent.channel, state.message(letter).state) == ("in-person", "sent")


@pytest.mark.parametrize(
    ("known", "said", "because"),
    [
        ({"email": None, "address": "Số 9, thôn Trung"}, [], "another letter would be as late"),
        ({"email": "mai@moi.example"}, ["notification-queued"], "a mail arrives at once"),
    ],
)
def test_what_came_too_late_is_written_again_only_as_a_mail(known, said, because):
    state, _ = drawn(hears(a_form(registrant=BY_POST), INVITED)[0], TOO_LATE)
    state, events = hears(state, corrected(BY_POST.model_copy(update=known)))
    assert names(events) == said, because


def test_a_letter_whose_day_is_moved_before_its_cut_off_is_a_call_for_the_clerk():
    state, _ = drawn(hears(a_form(registrant=BY_POST), INVITED)[0], HELD_AT - HOUR)
    sooner = of_dialogue(DialogueRescheduled, held_at=HELD_AT - 2 * HOUR, previously_at=HELD_AT, occurred_at=NOW + HOUR)
    state, events = hears(state, sooner)
    assert of_kinds(state) == [("invitation", "failed"), ("rescheduled", "queued")]
    assert [one.reason for one in events if one.name == "notification-failed"] == [owed.TOO_LATE]


@pytest.mark.parametrize(
    ("waits", "fact", "now"),
    [
        (INVITED, HELD, NOW),
        (INVITED, None, HELD_AT),
        (WAITLISTED, None, HELD_AT),
        (RESCHEDULED, None, RESCHEDULED.held_at),
    ],
    ids=["held", "its hour has come", "its hour has come, waiting", "the new hour has come"],
)
@pytest.mark.parametrize("known", [{}, {"email": None}], ids=["mail", "letter"])
def test_what_was_not_sent_before_the_day_is_not_sent_after_it(waits, fact, now, known):
    state, _ = hears(a_form(registrant=BY_POST.model_copy(update={"email": "mai@nguoidan.example"} | known)), waits)
    if fact is not None:
        state, events = hears(state, fact)
    else:
        state, events = delivery.claim_due(state, "c", now, STALE)
    assert of_kinds(state) == []
    assert [(one.name, one.withdrawn, one.reason) for one in events] == [
        ("notification-failed", True, owed.NO_LONGER_WAITS if waits is WAITLISTED and fact else owed.OVER)
    ]


def test_an_invitation_that_bounces_after_the_day_becomes_no_letter():
    state = all_sent(hears(a_form(), INVITED)[0])
    [mail] = [one for one in state.messages if one.kind == "invitation"]
    before, _ = delivery.came_back(state, mail, "550", HELD_AT - HOUR)
    assert of_kinds(before) == [("invitation", "failed"), ("invitation", "queued")]
    after, [failed] = delivery.came_back(state, mail, "550", HELD_AT)
    assert (of_kinds(after), failed.reason) == ([], owed.OVER)


def test_of_two_new_days_only_the_one_that_counts_is_told():
    state, _ = drawn(hears(a_form(registrant=BY_POST), RESCHEDULED)[0], HELD_AT - HOUR)
    state, events = rules.learn_of_dialogue(state, told(ANNOUNCED, RESCHEDULED, AGAIN).conference, NOW + 2 * HOUR)
    assert [(one.move.held_at, one.state) for one in state.messages if one.move] == [(AGAIN.held_at, "queued")]
    assert events[0].reason == owed.MOVED_AGAIN
    assert [*letters.ready(state, HELD_AT)] == []


class TestGuests:
    def test_whose_letter_would_leave_after_the_dialogue_began_is_called(self):
        state, [failed] = drawn(a_guest(), TOO_LATE)
        assert (failed.reason, of_kinds(state)) == (owed.TOO_LATE, [("invitation", "failed")])
        assert dialogues.keep(state, ANNOUNCED, NOW)[1] == []
        command = RecordHandOver(actor=actor(), key="k", notification=failed.notification, note="Đã gọi điện.")
        assert delivery.hand_over(state, command, NOW)[1][0].case == DIALOGUE

    def test_are_not_invited_to_what_is_over(self):
        state, events = dialogues.keep(a_guest(), HELD, NOW)
        assert (of_kinds(state), events[0].reason) == ([], owed.OVER)
        state, events = delivery.claim_due(a_guest(BY_MAIL), "c", HELD_AT, STALE)
        assert (of_kinds(state), events[0].reason) == ([], owed.OVER)

    def test_whose_mail_comes_back_after_the_day_get_no_letter(self):
        state, _ = delivery.claim_due(a_guest(BY_MAIL), "c", NOW, STALE)
        state, _ = delivery.sent(state, state.messages[0].id, "<x>", NOW)
        before, _ = delivery.came_back(state, state.messages[0], "550", HELD_AT - HOUR)
        assert of_kinds(before) == [("invitation", "failed"), ("invitation", "queued")]
        assert of_kinds(delivery.came_back(state, state.messages[0], "550", HELD_AT)[0]) == []

    def test_are_told_of_the_day_that_counts(self):
        state, _ = dialogues.keep(a_guest(), RESCHEDULED, NOW)
        state, events = dialogues.keep(state, AGAIN, NOW)
        assert [one.move.held_at for one in state.messages if one.move] == [AGAIN.held_at]
        assert events[0].reason == owed.MOVED_AGAIN

    def test_are_told_once_that_it_cannot_be_held(self):
        state, events = dialogues.keep(a_guest(), CANCELLED, NOW)
        assert (of_kinds(state), events[0].reason) == ([("cancelled", "queued")], owed.CALLED_OFF)


def test_what_says_something_else_by_the_time_it_is_made_and_comes_too_late_is_not_drawn_again():
    of, _ = delivery.claim_due(hears(a_form(registrant=BY_POST), INVITED)[0], "c", NOW, STALE)
    state, _ = hears(of, corrected(BY_POST.model_copy(update={"address": "Số 9"})))
    state, _ = delivery.drawn(state, f"{SUBMISSION}.invitation.{INVITED.seat}", of, TOO_LATE, NOW, by="c")
    assert of_kinds(state) == [("invitation", "failed")]
    assert replace(state, version=0).next_action_at is None
