"""Who is reminded of the dialogue he is invited to: in time, once for each day, and only who still is to come."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.notify import delivery, dialogues, reminders
from services.notify.reminders import OVERTAKEN
from services.notify.wording import VIETNAM
from shared.contracts.intake import RepresentativeInvited
from tests.builders import HELD_AT, NOW, SUBMISSION, of_dialogue, registrant
from tests.unit.test_notify_aftercare import all_sent, corrected, withdrawn
from tests.unit.test_notify_rules import CANCELLED, EXCUSED, HELD, HOUR, INVITED, RESCHEDULED, a_form, hears

DAY = timedelta(days=1)
AT = datetime.combine(HELD_AT.astimezone(VIETNAM).date() - 2 * DAY, reminders.AT, VIETNAM)
LATER = AT + 7 * DAY


def invited(*facts, **known):
    """He was told of the day as soon as he was given a seat, and of all that came then."""
    state = all_sent(hears(all_sent(a_form(registrant=registrant(**known))), INVITED)[0])
    return all_sent(hears(state, *facts)[0])


def remind(state, now, days=2):
    return reminders.remind(state, days, now)


def reminded(state):
    return [one for one in state.messages if one.kind == "dialogue-reminder"]


def test_who_is_invited_is_reminded_two_days_before_when_the_office_opens():
    state, events = remind(invited(), NOW)
    assert (state.remind_at, reminded(state), events) == (AT, [], [])
    assert remind(state, AT - HOUR) == (state, [])
    state, [queued] = remind(state, AT)
    [reminder] = reminded(state)
    assert (reminder.channel, reminder.to, reminder.next_action_at) == ("email", ("mai@nguoidan.example",), AT)
    assert (queued.name, queued.kind, state.remind_at) == ("notification-queued", "dialogue-reminder", None)
    assert remind(state, AT + HOUR) == (state, []), "once"


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (invited(CANCELLED), "there is none"),
        (invited(HELD), "it is over"),
        (invited(EXCUSED), "he said that he will not come"),
        (invited(withdrawn(entirely=True)), "he is not expected"),
        (invited(email=None), "he is reached by post"),
        (replace(invited(), declines_news=True), "he wants no mail that he need not have"),
        (all_sent(a_form()), "he has no seat"),
    ],
)
def test_nobody_else_is(state, because):
    assert remind(state, NOW)[0].remind_at is None, because
    assert reminded(remind(state, AT)[0]) == [], because


def test_no_commune_reminds_whose_profile_says_none():
    assert remind(invited(), NOW, days=0) == (invited(), [])


def test_who_was_invited_less_than_a_day_before_knows():
    late = tuple(replace(one, sent_at=AT - HOUR) for one in invited().messages)
    state, events = remind(replace(invited(), messages=late), AT)
    assert (reminded(state), events, state.remind_at) == ([], [], None)


def test_whose_invitation_did_not_go_out_is_not_reminded_of_it():
    state, _ = hears(all_sent(a_form()), INVITED)
    assert reminded(remind(state, AT)[0]) == []


def test_the_hour_moves_with_the_dialogue():
    state, _ = remind(invited(), NOW)
    state, events = remind(invited(RESCHEDULED), NOW + HOUR)
    assert (state.remind_at, events) == (LATER, [])
    assert reminded(remind(state, AT)[0]) == []
    assert len(reminded(remind(state, LATER)[0])) == 1


def test_of_a_new_day_he_is_reminded_again():
    state, _ = remind(invited(), AT)
    state, _ = delivery.sent(state, reminded(state)[0].id, "<id>", AT)
    moved = all_sent(hears(state, RESCHEDULED)[0])
    moved, _ = remind(moved, AT + HOUR)
    assert moved.remind_at == LATER
    first, second = reminded(remind(moved, LATER)[0])
    assert first.id != second.id


@pytest.mark.parametrize("fact", [RESCHEDULED, CANCELLED, EXCUSED, withdrawn(entirely=True)], ids=lambda one: one.name)
def test_a_reminder_that_is_overtaken_between_two_attempts_is_not_tried_again(fact):
    state, _ = remind(invited(), AT)
    state, _ = delivery.claim_due(state, "c", AT, timedelta(minutes=2))
    [reminder] = reminded(state)
    state, _ = delivery.failed(state, reminder.id, "451", AT, permanent=False, by="c")
    state, events = remind(hears(state, fact)[0], AT)
    assert reminded(state) == []
    assert [one.reason for one in events if one.name == "notification-failed"] == [OVERTAKEN]


def test_a_reminder_that_is_refused_is_no_letter():
    state, _ = remind(invited(), AT)
    state, _ = delivery.claim_due(state, "c", AT, timedelta(minutes=2))
    [reminder] = reminded(state)
    state, events = delivery.failed(state, reminder.id, "550", AT, permanent=True, by="c")
    assert ([one.channel for one in reminded(state)], [one.name for one in events]) == (
        ["email"],
        ["notification-failed"],
    )


def test_it_goes_where_he_is_reached_then():
    state, _ = remind(hears(invited(), corrected(registrant(email="moi@nguoidan.example")))[0], NOW + HOUR)
    assert reminded(remind(state, AT)[0])[0].to == ("moi@nguoidan.example",)


def test_representatives_with_a_mailbox_are_reminded_too():
    fact = of_dialogue(RepresentativeInvited)
    with_mailbox = fact.representative.model_copy(update={"email": "mt@nguoidan.example"})
    without = fact.representative.model_copy(update={"id": "g2", "email": None})
    state = None
    for guest in (with_mailbox, without):
        state, _ = dialogues.invite(state, fact.model_copy(update={"representative": guest}), NOW)
    state = all_sent(state)
    state, _ = remind(state, NOW)
    assert state.remind_at == AT
    state, _ = remind(state, AT)
    assert [(one.guest, one.to) for one in reminded(state)] == [(with_mailbox.id, ("mt@nguoidan.example",))]
    assert reminded(state)[0].id.startswith(f"{state.id}.dialogue-reminder.")
    assert SUBMISSION not in reminded(state)[0].id
