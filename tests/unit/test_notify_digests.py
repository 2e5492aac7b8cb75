import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.notify import delivery, digests
from services.notify.correspondence import Correspondence
from shared.contracts import Role
from shared.contracts.base import Token
from shared.contracts.deadlines import DeadlineNear, EscalationRaised
from tests.builders import COMMUNE, NOW, SUBMISSION, of_deadline

OPENS = NOW - timedelta(hours=1, minutes=30)
"""Monday 20 April 2026, 08:00."""
NEXT = OPENS + timedelta(days=1)
OFFICER = "quan.hcc@hanoi.example"
STALE = timedelta(minutes=5)

NEAR = of_deadline(DeadlineNear, occurred_at=OPENS, office_reopens_at=NEXT)
MISSED = of_deadline(
    EscalationRaised, deadline="another", occurred_at=OPENS, office_reopens_at=NEXT, step=1, to=Role.OFFICER
)


def entry(fact):
    return digests.entry(fact, "Phiếu K7QX-3M9D, câu hỏi 1")


def note(state, fact, now=OPENS, *, opens_at=OPENS, last=False):
    return digests.note(state, entry(fact), COMMUNE, OFFICER, opens_at, now, last=last)


def names(events):
    return [event.name for event in events]


def test_what_falls_due_overnight_leaves_in_one_mail_a_quarter_of_an_hour_after_opening():
    state, [queued] = note(None, NEAR)
    state, more = note(state, MISSED, OPENS + timedelta(minutes=2))
    [mail] = state.messages
    assert (queued.kind, queued.case, queued.questions, more) == ("digest", state.id, (), [])
    assert (mail.to, mail.next_action_at) == ((OFFICER,), OPENS + timedelta(minutes=15))
    assert [one.step for one in digests.in_order(state, mail)] == [1, 0]


def test_the_same_said_again_is_not_told_again():
    state, _ = note(None, NEAR)
    assert note(state, NEAR, OPENS + timedelta(minutes=9)) == (state, [])


def test_a_term_that_got_a_new_end_is_told_again():
    state, _ = note(None, NEAR)
    moved = NEAR.model_copy(update={"due_at": NEAR.due_at + timedelta(days=7)})
    state, _ = note(state, moved)
    assert [one.due_at for one in digests.in_order(state, state.messages[0])] == [moved.due_at]


def test_what_is_heard_late_waits_a_moment_for_what_comes_with_it():
    late = OPENS + timedelta(hours=3)
    state, _ = note(None, NEAR, late)
    assert state.next_action_at == late + digests.TOGETHER
    state, _ = note(state, MISSED, late + timedelta(seconds=2))
    assert state.next_action_at == late + timedelta(seconds=2) + digests.TOGETHER
    assert len(state.messages) == 1


@pytest.mark.parametrize("outcome", ["sent", "on its way", "refused", "to be tried again"])
def test_what_comes_after_the_days_mail_belongs_to_the_next_opening(outcome):
    state, _ = note(None, NEAR)
    at = OPENS + timedelta(minutes=20)
    state, _ = delivery.claim_due(state, "c", at, STALE)
    if outcome == "sent":
        state, _ = delivery.sent(state, state.id, "<id>", at)
    elif outcome != "on its way":
        state, _ = delivery.failed(state, state.id, "451", at, permanent=outcome == "refused", by="c")
    assert note(state, MISSED, at) == (state, [])
    assert not digests.holds(state, entry(MISSED))
    state, [_] = note(None, MISSED, at, opens_at=NEXT, last=True)
    assert state.next_action_at == NEXT + timedelta(minutes=15)


def test_what_comes_too_late_even_for_the_next_opening_goes_in_a_mail_of_its_own():
    state, _ = note(None, NEAR)
    state, _ = delivery.claim_due(state, "c", NEXT, STALE)
    state, [queued] = note(state, MISSED, NEXT, last=True)
    assert queued.notification == f"{state.id}.2"
    assert [one.deadline for one in digests.in_order(state, state.messages[1])] == ["another"]
    assert [one.deadline for one in digests.in_order(state, state.messages[0])] == [NEAR.deadline]


def test_a_digest_that_was_claimed_and_given_back_is_open_again():
    state, _ = note(None, NEAR)
    at = OPENS + timedelta(minutes=20)
    state, _ = delivery.claim_due(state, "c", at, STALE)
    state, _ = delivery.release(state, "c", at)
    state, _ = note(state, MISSED, at)
    assert len(digests.in_order(state, state.messages[0])) == 2


def test_openings_are_those_the_term_was_said_with():
    assert digests.openings(NEAR) == [OPENS, NEXT]
    assert digests.openings(of_deadline(DeadlineNear)) == [NOW]


def test_a_digest_that_cannot_be_mailed_becomes_no_letter():
    state, _ = note(None, NEAR)
    at = OPENS + timedelta(minutes=20)
    state, _ = delivery.claim_due(state, "c", at, STALE)
    state, [failed] = delivery.failed(state, state.id, "550", at, permanent=True, by="c")
    assert (failed.name, len(state.messages)) == ("notification-failed", 1)


def test_a_role_that_nobody_holds_is_a_failure_that_somebody_sees_once():
    state, [failed] = digests.nobody(None, entry(MISSED), COMMUNE, SUBMISSION, NOW)
    assert (failed.name, failed.case, failed.reason) == ("notification-failed", SUBMISSION, digests.NOBODY_IN_CHARGE)
    assert digests.nobody(state, entry(MISSED), COMMUNE, SUBMISSION, NOW) == (state, [])
    assert names(digests.nobody(state, entry(NEAR), COMMUNE, SUBMISSION, NOW)[1]) == ["notification-failed"]


@pytest.mark.parametrize("commune", ["thanh-tri", "x" * 64])
def test_an_id_is_fit_for_a_subject_and_the_same_for_the_same_person_and_day(commune):
    id = digests.digest_id(commune, OFFICER, date(2026, 4, 28))
    assert (
        TypeAdapter(Token).validate_python(id) == id == digests.digest_id(commune, OFFICER.upper(), date(2026, 4, 28))
    )
    others = [(commune, "lan@x.example", 28), (commune, OFFICER, 29), (f"{commune[:-1]}y", OFFICER, 28)]
    assert id not in {digests.digest_id(where, who, date(2026, 4, day)) for where, who, day in others}
    assert "quan" not in id
    if commune == "thanh-tri":
        assert re.fullmatch(r"digest-thanh-tri-20260428-[0-9a-f]{8}", id)


def test_the_day_is_the_one_in_vietnam():
    assert digests.day_of(NOW.replace(hour=23)) == date(2026, 4, 21)


def test_a_digest_is_the_same_after_it_was_stored():
    state, _ = note(None, NEAR)
    stored = TypeAdapter(Correspondence)
    assert stored.validate_json(stored.dump_json(state)) == state


facts = st.lists(
    st.builds(
        lambda deadline, step, days: (
            of_deadline(EscalationRaised, deadline=deadline, step=step, to=Role.OFFICER, occurred_at=OPENS)
            if step
            else of_deadline(
                DeadlineNear, deadline=deadline, due_at=NEAR.due_at + timedelta(days=days), occurred_at=OPENS
            )
        ),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(facts, st.lists(st.integers(0, 30), max_size=12))
def test_whatever_comes_when_each_thing_is_told_once_and_nothing_is_lost(said, minutes):
    """As the handler does: into the day's digest, else into the next one's; mails leave meanwhile."""
    today, tomorrow, at = None, None, OPENS
    for number, fact in enumerate([*said, *said]):
        at += timedelta(minutes=minutes[number] if number < len(minutes) else 0)
        if today is not None:
            today, _ = delivery.claim_due(today, f"c{number}", at, timedelta(days=9))
        today, _ = note(today, fact, at)
        if not digests.holds(today, entry(fact)):
            tomorrow, _ = note(tomorrow, fact, at, opens_at=NEXT, last=True)
    told = [
        (one.deadline, one.due_at, one.step) for digest in (today, tomorrow) if digest for one in digest.digest.entries
    ]
    assert sorted(told) == sorted({(one.deadline, one.due_at, getattr(one, "step", 0)) for one in said})
    assert all(len(digest.messages) == 1 for digest in (today, tomorrow) if digest)
