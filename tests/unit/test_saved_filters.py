"""Names for what somebody looks for again and again."""

from dataclasses import replace

import pytest

from services.console.work import saved_filters
from services.console.work.filters import CHOICES
from services.console.work.saved_filters import DEFAULTS, MOST, SavedFilter, Wrong
from shared.contracts import Role
from tests.builders import COMMUNE, NOW

WORKER = "hanh.clerk@hanoi.example"
OWN = SavedFilter("01JA", COMMUNE, WORKER, "Đường thôn Nội", "loc=qua-han&tim=th%C3%B4n+N%E1%BB%99i", NOW)


@pytest.mark.parametrize(
    ("query", "address", "because"),
    [
        ("?loc=qua-han&phong=&trang=3", "loc=qua-han&phong=", "the page of a list is no part of it"),
        (
            "tim=%20th%C3%B4n%20%20N%E1%BB%99i&loc=qua-han",
            "loc=qua-han&tim=th%C3%B4n+N%E1%BB%99i",
            "always the same way",
        ),
        ("loc=tat-ca&phong=phong-kinh-te&ho-so=01J", "loc=tat-ca&phong=phong-kinh-te", "nor is the case beside it"),
        ("loc=khong-co&xong=approve-answer", "", "what the list does not know"),
        ("", "", "one's own open questions"),
    ],
)
def test_a_filter_keeps_what_makes_the_list_what_it_is(query: str, address: str, because: str) -> None:
    assert saved_filters.address(query) == address, because


@pytest.mark.parametrize(
    ("name", "kept", "because"),
    [
        ("  Quá hạn \n thôn Nội ", "Quá hạn thôn Nội", "a line"),
        ("x" * saved_filters.LONGEST_NAME, "x" * saved_filters.LONGEST_NAME, "as long as it may be"),
    ],
)
def test_a_name_is_one_line(name: str, kept: str, because: str) -> None:
    assert saved_filters.new("01JB", COMMUNE, WORKER, name, "loc=qua-han", [OWN], NOW).name == kept, because


@pytest.mark.parametrize(
    ("name", "own", "because"),
    [
        ("  ", [], "it has none"),
        ("x" * (saved_filters.LONGEST_NAME + 1), [], "it is too long"),
        ("đường THÔN nội", [OWN], "there is one of this name"),
        ("Khác", [replace(OWN, id=str(number), name=str(number)) for number in range(MOST)], "there are enough"),
    ],
)
def test_a_filter_that_cannot_be_kept_is_refused(name: str, own: list[SavedFilter], because: str) -> None:
    with pytest.raises(Wrong):
        saved_filters.new("01JB", COMMUNE, WORKER, name, "loc=qua-han", own, NOW)


def test_a_filter_is_renamed_to_what_no_other_is_called() -> None:
    assert saved_filters.named("đường THÔN nội", OWN.id, [OWN]) == "đường THÔN nội"
    with pytest.raises(Wrong):
        saved_filters.named("đường THÔN nội", "01JB", [OWN])


def test_a_form_that_is_sent_twice_keeps_one() -> None:
    assert saved_filters.new(OWN.id, COMMUNE, WORKER, OWN.name, OWN.address, [OWN], NOW) == OWN


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.HEAD, Role.OFFICER])
def test_every_desk_begins_with_filters_that_lead_somewhere(role: Role) -> None:
    ready = DEFAULTS[role]
    assert ready
    for one in ready:
        assert saved_filters.address(one.address) == one.address
        assert one.address.removeprefix("loc=").split("&")[0] in CHOICES
