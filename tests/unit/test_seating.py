"""Seats: in the order received, so many of a hamlet, the rest wait; and which hamlet an address names."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import rules
from services.intake.dialogue import Dialogue, State
from services.intake.seating import Guest, Guests, Room, free, seat, seats_left, waiting_places
from services.intake.submissions import Submission
from shared.contracts import TooEarly
from shared.hamlets import hamlet_in
from tests.builders import CLOSES_AT, COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, TITLE, question, registrant

HAMLETS = ("Thôn Nội", "Thôn Đông Phù", "Thôn Nội Đông Phù", "Ích Vịnh")
WARDS = ("Tổ dân phố 1", "Tổ dân phố 5", "Tổ dân phố 15")


@pytest.mark.parametrize(
    ("address", "hamlet", "because"),
    [
        ("Số 5, thôn Nội, xã Thanh Trì", "Thôn Nội", "as it is written"),
        ("so 5 thon noi xa Thanh Tri", "Thôn Nội", "without diacritics or commas"),
        ("Số 5, Thôn  NỘI", "Thôn Nội", "capitals and blanks do not count"),
        ("Thôn Nội Đông Phù", "Thôn Nội Đông Phù", "the longest name"),
        ("Nhà 3, Đông Phù, Thanh Trì", "Thôn Đông Phù", "a name alone between two commas"),
        ("Nhà 3, Ích Vịnh", "Ích Vịnh", "a profile may leave the word out"),
        ("Nhà 3, thôn Ích Vịnh", "Ích Vịnh", "and people write it all the same"),
        ("Số 12 đường Nguyễn Bặc, thành phố Hà Nội", None, "a city is no hamlet"),
        ("Đường Đông Phù, xã Thanh Trì", None, "a street is no hamlet"),
        ("thôn Nộia", None, "a longer word is another"),
        ("Số 5, T. Nội, xã Thanh Trì", "Thôn Nội", "the word shortened to a letter"),
        ("Số 5, xóm Nội", "Thôn Nội", "what the old people call it"),
        ("xóm Đông Phù, thôn Nội", "Thôn Nội", "its own word counts for more than another"),
        ("", None, "nothing is written"),
        (None, None, "there is no address"),
    ],
)
def test_the_hamlet_is_found_in_an_address(address: str | None, hamlet: str | None, because: str) -> None:
    assert hamlet_in(address, HAMLETS) == hamlet, because


@pytest.mark.parametrize(
    ("address", "hamlet", "because"),
    [
        ("Số 2, tổ dân phố 5", "Tổ dân phố 5", "as it is written"),
        ("Số 2, TDP 5", "Tổ dân phố 5", "as everybody writes it"),
        ("Số 2, tdp5", "Tổ dân phố 5", "without a blank"),
        ("tổ 5, phường Chánh Lộ", "Tổ dân phố 5", "shorter still"),
        ("Tổ dân phố số 05", "Tổ dân phố 5", "with a leading zero"),
        ("TDP 15", "Tổ dân phố 15", "fifteen is not five"),
        ("tổ 1, TDP 5", "Tổ dân phố 5", "a group within the ward's unit"),
        ("Số 5 đường Lê Lợi", None, "a house number"),
        ("Hẻm 5, phường Chánh Lộ", None, "an alley"),
        ("Xóm 5, phường Chánh Lộ", None, "another word with the same number is another place"),
        ("5, phường Chánh Lộ", None, "a bare number names nothing"),
        ("tổ 5/2", None, "a house number with a stroke"),
    ],
)
def test_a_numbered_hamlet_is_known_by_its_kind(address: str, hamlet: str | None, because: str) -> None:
    assert hamlet_in(address, WARDS) == hamlet, because


# --- properties -----------------------------------------------------------------------------------------------------

rooms = st.builds(
    Room, st.none() | st.integers(min_value=0, max_value=8), st.none() | st.integers(min_value=1, max_value=3)
)
people = st.lists(
    st.builds(Guest, st.uuids().map(str), st.none() | st.sampled_from(["A", "B", "C"])),
    max_size=20,
    unique_by=lambda guest: guest.id,
)
departures = st.lists(st.integers(min_value=0, max_value=30), max_size=10)


def might_sit(guest: Guest, guests: Guests, room: Room) -> bool:
    if room.seats is not None and sum(one.seat is not None for one in guests) >= room.seats:
        return False
    of_hamlet = sum(one.seat is not None and one.hamlet == guest.hamlet for one in guests)
    return guest.hamlet is None or room.per_hamlet is None or of_hamlet < room.per_hamlet


def assert_fair(guests: Guests, room: Room) -> None:
    seated = [guest for guest in guests if guest.seat is not None]
    assert len({guest.seat for guest in seated}) == len(seated), "one seat, one person"
    assert room.seats is None or all(1 <= (guest.seat or 0) <= room.seats for guest in seated)
    quotas = Counter(guest.hamlet for guest in seated if guest.hamlet is not None)
    assert room.per_hamlet is None or all(count <= room.per_hamlet for count in quotas.values())
    assert not any(might_sit(guest, guests, room) for guest in guests if guest.seat is None)


@given(people, people, rooms, departures)
def test_seats_are_fair_whoever_comes_and_goes(
    first: list[Guest], later: list[Guest], room: Room, leaving: list[int]
) -> None:
    guests = seat((), first, room)
    assert_fair(guests, room)
    before = guests
    guests = seat(guests, later, room)
    assert_fair(guests, room)
    assert guests[: len(before)] == before, "newcomers take nobody's seat, and nobody's place in the order"
    for leaves in leaving:
        if guests:
            gone = guests[leaves % len(guests)]
            keep = {one.id: one.seat for one in guests if one.seat is not None and one.id != gone.id}
            guests = free(guests, gone.id, room)
            assert_fair(guests, room)
            assert gone.id not in {one.id for one in guests}
            assert keep.items() <= {one.id: one.seat for one in guests}.items(), "who sits stays seated"


@given(people, rooms)
def test_who_waits_waits_behind_no_later_one_of_his_hamlet(guests: list[Guest], room: Room) -> None:
    after = seat((), guests, room)
    assert [guest.id for guest in after] == [guest.id for guest in guests], "the order received"
    for place, waiting in enumerate(after):
        if waiting.seat is None:
            assert not any(later.seat and later.hamlet == waiting.hamlet for later in after[place + 1 :])


@given(people, rooms)
def test_seating_the_same_people_again_changes_nothing(guests: list[Guest], room: Room) -> None:
    once = seat((), guests, room)
    assert seat(once, guests, room) == once
    assert free(once, "nobody", room) == once


def test_a_waiting_list_is_numbered_from_one() -> None:
    guests = seat((), [Guest("a"), Guest("b"), Guest("c")], Room(seats=1))
    assert waiting_places(guests) == {"b": 1, "c": 2}
    assert (seats_left(guests, Room(seats=1)), seats_left(guests, Room())) == (0, None)


# --- in a dialogue --------------------------------------------------------------------------------------------------


def form(id: str, minute: int, address: str | None = None) -> Submission:
    person = registrant(address=address)
    at = NOW + timedelta(minutes=minute)
    return Submission(id, COMMUNE, id, id, "web", at, True, person, (question(),), DIALOGUE, "expected")


def closed(**changes: object) -> Dialogue:
    known = Dialogue(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, State.REGISTRATION_CLOSED, CLOSES_AT)
    return replace(known, **changes)  # type: ignore[arg-type]


def seats(dialogue: Dialogue) -> dict[str, int | None]:
    return {guest.id: guest.seat for guest in dialogue.guests}


def test_representatives_sit_first_then_who_registered_first() -> None:
    dialogue = closed(seats=2, guests=(Guest("representative:r1", seat=1, representative=True),))
    given_, said = rules.give_seats(dialogue, [form("late", 9), form("early", 1)], HAMLETS)
    assert seats(given_) == {"representative:r1": 1, "early": 2, "late": None}
    assert said == []
    assert rules.give_seats(given_, [form("late", 9), form("early", 1)], HAMLETS) == (given_, [])


def test_a_hamlet_has_its_share_and_no_more() -> None:
    noi, dong_phu = "thôn Nội", "thon Dong Phu"
    forms = [form("a", 1, noi), form("b", 2, noi), form("c", 3, dong_phu), form("d", 4)]
    given_, _ = rules.give_seats(closed(per_hamlet=1), forms, HAMLETS)
    assert seats(given_) == {"a": 1, "b": None, "c": 2, "d": 3}


def test_a_freed_seat_goes_to_the_first_who_may_take_it() -> None:
    noi, dong_phu = "thôn Nội", "thôn Đông Phù"
    forms = [form("a", 1, noi), form("b", 2, dong_phu), form("c", 3, noi), form("d", 4, dong_phu)]
    full, _ = rules.give_seats(closed(seats=2, per_hamlet=1), forms, HAMLETS)
    freed, _ = rules.free_seat(full, "b")
    assert seats(freed) == {"a": 1, "c": None, "d": 2}
    assert rules.free_seat(freed, "b") == (freed, [])


def test_who_excused_himself_before_the_seats_were_given_gets_none() -> None:
    gone, _ = rules.free_seat(closed(), "a")
    assert seats(rules.give_seats(gone, [form("a", 1), form("b", 2)], HAMLETS)[0]) == {"b": 1}


@pytest.mark.parametrize("state", sorted(set(State) - {State.REGISTRATION_CLOSED}))
def test_seats_are_given_only_once_registration_has_closed(state: State) -> None:
    dialogue = closed(state=state)
    assert rules.give_seats(dialogue, [form("a", 1)], HAMLETS) == (dialogue, [])


def test_seats_of_a_dialogue_that_is_not_here_wait() -> None:
    with pytest.raises(TooEarly):
        rules.give_seats(None, [], HAMLETS)
    with pytest.raises(TooEarly):
        rules.free_seat(None, "a")
