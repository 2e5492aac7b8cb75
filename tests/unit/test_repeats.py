"""By what a sender is known when he sends his form again."""

import pytest
from pydantic import SecretStr

from services.intake.pages.repeats import Senders
from services.intake.submissions import SAME_NETWORK_FOR, Sender

SECRET = SecretStr("một bí mật của cả cài đặt")


def test_a_token_is_known_again_by_every_replica_and_by_no_other_installation() -> None:
    token = Senders(SECRET).token()
    assert Senders(SECRET).of_page(token) == Senders(SECRET).of_page(token) != Sender(None)
    assert Senders(SecretStr("khác")).of_page(token) == Senders(None).of_page(token) == Sender(None)


def test_each_form_that_is_shown_has_a_token_of_its_own() -> None:
    senders = Senders(SECRET)
    assert len({senders.of_page(senders.token()) for _ in range(100)}) == 100


@pytest.mark.parametrize("token", ["", "x", "ImEi.AAAA", "\x00", "ế" * 10_000])
def test_who_has_no_token_of_ours_is_known_by_nothing(token: str) -> None:
    assert Senders(SECRET).of_page(token) == Sender(None)


def test_a_program_is_known_by_its_key_wherever_it_is_and_without_one_by_its_network_for_a_while() -> None:
    senders, key = Senders(SECRET), "6f9619ff-8b86-d011-b42d"
    assert senders.of_program(key, "203.0.113.7") == senders.of_program(key, "198.51.100.1")
    assert senders.of_program(key, None).lasts is None
    here = senders.of_program(None, "2001:db8:1:2::1")
    assert here == senders.of_program(None, "2001:db8:1:2::ffff") != senders.of_program(None, "2001:db8:1:3::1")
    assert here.lasts == SAME_NETWORK_FOR


def test_nothing_that_is_kept_tells_an_address() -> None:
    """The addresses of the old kind are few enough to try all."""
    assert Senders(SECRET).of_program(None, "203.0.113.7") != Senders(None).of_program(None, "203.0.113.7")
