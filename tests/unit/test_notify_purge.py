"""Whom mails went to is forgotten after a while; what has not left, or may be written again, keeps its address."""

from datetime import timedelta

from services.notify import delivery
from services.notify.purge import forget
from tests.builders import NOW, registrant
from tests.unit.test_notify_aftercare import BY_POST, a_late_form, all_refused, all_sent, corrected
from tests.unit.test_notify_drawn import CUT_OFF, drawn, left
from tests.unit.test_notify_rules import APPROVED, hears

LONG_AFTER = NOW + timedelta(days=100)


def test_addresses_of_what_left_long_ago_are_forgotten():
    state = all_sent(hears(a_late_form(), APPROVED)[0])
    assert state.addresses_since == NOW
    assert forget(state, NOW - timedelta(seconds=1)) == state
    state = forget(state, NOW)
    assert [one.to for one in state.messages] == [(), ()]
    assert [one.state for one in state.messages] == ["sent", "sent"]
    assert state.addresses_since is None
    assert forget(state, NOW) == state


def test_what_waits_or_failed_keeps_its_own():
    waiting, _ = hears(all_sent(a_late_form()), APPROVED)
    failed = all_refused(waiting)
    for state in (waiting, failed):
        assert [one.to for one in forget(state, NOW).messages][1] == ("mai@nguoidan.example",)


def test_what_came_back_keeps_its_own_so_that_it_does_not_go_there_again():
    known = registrant(address=None)
    state = all_sent(hears(all_sent(a_late_form(known)), APPROVED)[0])
    state, _ = delivery.came_back(state, state.messages[-1], "550 không có hộp thư này", NOW)
    state = forget(state, LONG_AFTER)
    assert [one.to for one in state.messages] == [(), ("mai@nguoidan.example",)]
    assert state.addresses_since is None, "and the tidying does not look for it for ever"
    assert hears(state, corrected(known.model_copy(update={"phone": "0987654321"})))[1] == []
    again, [queued] = hears(state, corrected(registrant(address=None, email="mai.moi@nguoidan.example")))
    assert (queued.channel, forget(again, LONG_AFTER)) == ("email", again), "what waits keeps where it goes"


def test_where_a_letter_went_is_forgotten_as_well():
    state = left(drawn(hears(a_late_form(BY_POST), APPROVED)[0]))
    assert (state.messages[-1].drawn_for, state.addresses_since) == (BY_POST.address, CUT_OFF)
    state = forget(state, CUT_OFF)
    assert (state.messages[-1].drawn_for, state.addresses_since) == (None, None)
