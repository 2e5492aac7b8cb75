"""Whom mails went to is forgotten after a while; what has not left, or may be written again, keeps its address."""

from datetime import timedelta

from services.notify.purge import forget
from tests.builders import NOW
from tests.unit.test_notify_aftercare import a_late_form, all_refused, all_sent
from tests.unit.test_notify_rules import APPROVED, hears


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
