"""A paper form, as a clerk keys it in."""

from datetime import datetime
from typing import Any

import pytest

from services.console.incoming.paper_forms import Pile, command, instant, read_pile
from services.console.offers import WrongFields
from shared.contracts.intake import RegisterSubmission
from shared.web import HANOI, local_time
from tests.builders import NOW, actor

PAPER = {
    "key": "k1",
    "name": " Nguyễn  Thị Mai ",
    "phone": "0912 345.678",
    "address": "Số 5, thôn Nội",
    "email": "",
    "procedures": "1. Cấp lại giấy khai sinh ở đâu?\r\n2. Lệ phí bao nhiêu?",
    "handling": "",
}
LATE = {"received": "18/4 9:30", "late_because": "Mất điện"}


def made(**typed: str) -> RegisterSubmission:
    found = command(actor(), PAPER | typed, (), NOW)
    assert isinstance(found, RegisterSubmission)
    return found


def test_what_was_keyed_in_goes_to_intake_as_it_stands_on_the_paper() -> None:
    found = command(actor(), PAPER, ("01JSCAN",), NOW)
    assert isinstance(found, RegisterSubmission)
    assert (found.registrant.name, found.registrant.phone) == ("Nguyễn Thị Mai", "0912345678")
    assert found.boxes == {"procedures": "1. Cấp lại giấy khai sinh ở đâu?\n2. Lệ phí bao nhiêu?"}
    assert (found.channel, found.attachments, found.dialogue) == ("paper", ("01JSCAN",), None)
    assert (found.received_at, found.late_because) == (None, None)


def test_a_form_of_the_past_says_when_it_came_and_why_it_is_entered_only_now() -> None:
    found = made(**LATE)
    assert found.received_at == datetime(2026, 4, 18, 9, 30, tzinfo=HANOI)
    assert found.late_because == "Mất điện"


@pytest.mark.parametrize(
    ("changes", "field", "because"),
    [
        ({"name": " . "}, "name", "a name has letters"),
        ({"phone": "12"}, "phone", "too short"),
        ({"email": "mai@"}, "email", "no address"),
        ({"procedures": " ", "handling": "\n"}, "procedures", "nothing is asked"),
        ({"phone": "", "address": ""}, "contact", "nobody can be answered"),
        (LATE | {"late_because": ""}, "late_because", "nobody says why so late"),
        (LATE | {"received": "hôm qua"}, "received", "no day"),
        (LATE | {"received": "18/4"}, "received", "no hour"),
        (LATE | {"received": "21/4/2026 9:00"}, "received", "it lies ahead"),
    ],
)
def test_what_must_be_mended_is_named_by_its_field(changes: dict[str, str], field: str, because: str) -> None:
    with pytest.raises(WrongFields) as wrong:
        made(**changes)
    assert list(wrong.value.fields) == [field], because


def test_a_paper_that_names_no_way_to_answer_is_taken_in_where_the_clerk_says_so() -> None:
    assert not made(phone="", address="", unreachable="1").registrant.reachable


@pytest.mark.parametrize(
    ("told", "found", "because"),
    [
        ("18/4 9:30", "18/04/2026 09:30", "as one says it"),
        ("18/04/2026 09h30", "18/04/2026 09:30", "with the year"),
        ("18-4-26 14g", "18/04/2026 14:00", "a full hour, two digits of the year"),
        ("9:30 18/4", "18/04/2026 09:30", "the hour first"),
        ("2026-04-18T09:30", "18/04/2026 09:30", "as machines write it"),
        ("30/12 16:00", "30/12/2025 16:00", "without a year it is the last such day"),
        ("31/2 8:00", None, "no such day"),
        ("18/4 25:00", None, "no such hour"),
        ("18/4", None, "no hour"),
        ("9:30", None, "no day"),
        ("", None, "nothing"),
    ],
)
def test_a_day_and_hour_are_read_as_clerks_write_them(told: str, found: str | None, because: str) -> None:
    at = instant(told, NOW)
    assert (at and local_time(at)) == found, because


# --- the pile -------------------------------------------------------------------------------------------------------


def test_a_pile_remembers_ten_codes_and_what_its_forms_have_in_common_where_the_clerk_wants_it() -> None:
    pile = Pile("thanh-tri")
    for number in range(12):
        pile = pile.with_form(f"K7QX-{number:04}", LATE | {"keep": "1", "name": "Mai"})
    assert len(pile.codes) == 10
    assert pile.codes[0] == "K7QX-0011"
    assert pile.kept == LATE | {"keep": "1"}
    assert pile.with_form("K7QX-0011", LATE).kept == {}, "unticked: the next form is of another pile"
    assert pile.with_form("K7QX-0005", {}).codes.count("K7QX-0005") == 1, "a duplicate is there once"


def test_a_pile_is_read_back_in_its_own_commune_alone() -> None:
    pile = Pile("thanh-tri").with_form("K7QX-3M9M", LATE | {"keep": "1"})
    assert read_pile(pile.written(), "thanh-tri") == pile
    assert read_pile(pile.written(), "chanh-lo") == Pile("chanh-lo")


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "bnVsbA==", "W10=", "eyJjb2RlcyI6IDF9", "\u00e9"])
def test_a_cookie_of_somebody_else_is_an_empty_pile(cookie: Any) -> None:
    assert read_pile(cookie, "thanh-tri") == Pile("thanh-tri")
