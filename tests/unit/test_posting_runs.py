"""Print runs: when they are closed, in which order letters stand, and what is recorded of them."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.posting import runs
from services.notify.posting.letters import Ready
from services.notify.posting.runs import PrintRun
from services.notify.posting.tracking import matched
from shared.communes import PROFILES, PostPlan, read_profile
from shared.contracts import Refusal
from shared.contracts.post import PrintRunClosed, PrintRunPosted, RecordPosted
from tests.builders import COMMUNE, actor
from tests.unit.posting_scene import CUT_OFF, HAMLETS, RUN, ready, run_of

HANOI = timezone(timedelta(hours=7))
PROFILE = read_profile(PROFILES / f"{COMMUNE}.yaml")
LATER = CUT_OFF + timedelta(days=10)
MONDAY = date(2026, 6, 8)


def local(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, second, tzinfo=HANOI)


# --- the cut-off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "at", "cut_off", "because"),
    [
        (local(5, 8), "16:30", local(5, 16, 30), "it is still ahead today"),
        (local(5, 16, 29, 59), "16:30", local(5, 16, 30), "a second before"),
        (local(5, 16, 30), "16:30", local(6, 16, 30), "at the instant itself the run is being closed"),
        (local(5, 23, 59, 59), "16:30", local(6, 16, 30), "late in the evening"),
        (local(6, 0), "16:30", local(6, 16, 30), "it is tomorrow already, in Vietnam"),
        (local(6, 6, 59), "16:30", local(6, 16, 30), "though the day before in UTC"),
        (local(6, 12), "16:30", local(6, 16, 30), "a Saturday has one, too"),
        (local(5, 23, 59, 59), "00:00", local(6, 0), "midnight belongs to the day that begins"),
        (local(6, 0), "00:00", local(7, 0), "and is not met twice"),
        (local(30, 20), "16:30", local(1, 16, 30) + timedelta(days=30), "the first of July"),
    ],
)
def test_the_next_cut_off_is_of_today_or_tomorrow_in_vietnam(
    now: datetime, at: str, cut_off: datetime, because: str
) -> None:
    profile = PROFILE.model_copy(update={"post": PostPlan(cut_off=at)})
    assert runs.next_cut_off(profile, now) == cut_off, because


@pytest.mark.parametrize(
    ("number", "id", "because"),
    [
        (1, "thanh-tri-20260605", "the first of a day bears the day alone"),
        (2, "thanh-tri-20260605-2", "the second is numbered"),
    ],
)
def test_a_run_is_called_by_commune_and_day(number: int, id: str, because: str) -> None:
    assert runs.run_id(COMMUNE, date(2026, 6, 5), number) == id, because


# --- the order -------------------------------------------------------------------------------------------------------


def test_letters_are_sorted_by_hamlet_as_the_profile_lists_them_then_by_address() -> None:
    letters = [
        ready(1, "Số 1 đường Nguyễn Bặc, Hà Nội"),
        ready(2, "Số 12, thôn Nội"),
        ready(3, "Mặt trận Tổ quốc xã, thôn Nội", by_hand=True),
        ready(4, "nhà 3, Tự Khoát"),
        ready(5, "Số 5, T. Nội, xã Thanh Trì"),
        ready(6, "so 7 thon dong phu"),
        ready(7, "Số 2 đường Nguyễn Bặc, Hà Nội"),
        ready(8, "Số 5, xóm Nội"),
    ]
    run = run_of(letters)
    assert [(int(item.case[3:]), item.hamlet) for item in run.items] == [
        (5, "Thôn Nội"),
        (8, "Thôn Nội"),
        (2, "Thôn Nội"),
        (6, "Thôn Đông Phù"),
        (4, "Thôn Tự Khoát"),
        (1, None),
        (7, None),
        (3, "Thôn Nội"),
    ], "by hand comes last, whatever it names"
    assert [item.by_hand for item in run.items] == [False] * 7 + [True]
    assert [item.envelope for item in run.items] == list(range(1, 9))


HOA = "Nguyễn Thị Hoa"


@pytest.mark.parametrize(
    ("one", "other", "share", "because"),
    [
        (ready(1, "Số 5, thôn Nội", HOA), ready(2, "Số 5, thôn Nội", HOA), True, "one person at one address"),
        (ready(1, "Số 5, thôn Nội", HOA), ready(2, "số 5,  THÔN NỘI", HOA.upper()), True, "capitals and blanks"),
        (ready(1, "Số 5, thôn Nội", HOA), ready(2, "Số 7, thôn Nội", HOA), False, "another house"),
        (ready(1, "Số 5, thôn Nội", HOA), ready(2, "Số 5, thôn Nội", "Nguyễn Thị Hòa"), False, "Hoa is not Hòa"),
        (ready(1, "Số 5", HOA, "0912345678"), ready(2, "Số 5", HOA, "0987654321"), False, "two of one name"),
        (ready(1, "Thôn Nội", HOA, by_hand=True), ready(2, "Thôn Nội", HOA, by_hand=True), False, "handed over singly"),
    ],
)
def test_letters_to_one_person_share_an_envelope_where_the_commune_chose_so(
    one: Ready, other: Ready, share: bool, because: str
) -> None:
    envelopes = [item.envelope for item in run_of([one, other], together=True).items]
    assert (envelopes == [1, 1]) is share, because
    assert [item.envelope for item in run_of([one, other]).items] == [1, 2], "else each has its own"


@pytest.mark.parametrize(
    ("letters", "of_one", "bundles", "because"),
    [
        (500, 1, [500], "a full bundle"),
        (501, 1, [500, 1], "one more"),
        (1_203, 1, [500, 500, 203], "and so on"),
        (501, 3, [498, 3], "an envelope is not torn: 167 of three do not fit into 500"),
        (1_100, 1_100, [500, 500, 100], "nor is one thicker than a bundle"),
    ],
)
def test_a_bundle_has_at_most_500_letters(letters: int, of_one: int, bundles: list[int], because: str) -> None:
    run = run_of([ready(n, f"Số {n // of_one}, thôn Nội", HOA) for n in range(letters)], together=True)
    sizes = [sum(item.bundle == number for item in run.items) for number in range(1, run.bundles + 1)]
    assert sizes == bundles, because
    assert run.bundles == len(bundles)


people = st.builds(
    ready,
    st.integers(0, 10_000),
    st.sampled_from(["Số 5, thôn Nội", "Số 12, thôn Nội", "số 5, thôn nội", "Số 5, Đông Phù", "Hà Nội", None]),
    st.sampled_from(["A", "B"]),
)


@given(st.lists(people, max_size=60, unique_by=lambda one: one.case), st.booleans())
def test_every_letter_is_in_one_envelope_and_one_bundle_in_order(letters: list[Ready], together: bool) -> None:
    items = run_of(letters, together=together).items
    assert sorted(item.notification for item in items) == sorted(one.notification for one in letters)
    for one, other in pairwise(items):
        assert other.envelope - one.envelope in (0, 1)
        if one.envelope == other.envelope:
            assert one.bundle == other.bundle
        step = (other.bundle, other.place)
        assert step in ((one.bundle, one.place + 1), (one.bundle + 1, 1))
    assert run_of(reversed(letters), together=together).items == items, "whatever order they were gathered in"


@pytest.mark.parametrize(
    ("letter", "because"),
    [
        (ready(1), "the shortest"),
        (ready(2, "Số 5, thôn Nội", HOA), "one like most"),
        (ready(10_000, "Tổ dân phố 5, " + "ữ" * 486, "ữ" * 200), "the longest name and address that a form takes"),
        (replace(ready(3), kind="dialogue-reminder", drawn_by="0" * 40, pages=2**40), "the longest of all else"),
    ],
)
def test_a_letter_weighs_at_least_what_it_takes_in_the_record(letter: Ready, because: str) -> None:
    hamlet = "Tổ dân phố số 12 Nguyễn Văn Linh"
    run = runs.put_together(RUN, COMMUNE, [letter], (hamlet,), together=False, cut_off=CUT_OFF, now=CUT_OFF)
    assert run.receivers
    kept = {"9999": {**asdict(run.items[0]), "hamlet": hamlet}, "10000": asdict(run.receivers[0])}
    assert len(bson.encode(kept)) <= runs.weight(letter), because


# --- closing ---------------------------------------------------------------------------------------------------------


def test_a_run_is_said_to_be_closed_once_all_its_letters_are_noted() -> None:
    run = run_of([ready(n, "Thôn Nội") for n in range(3)], noted=False)
    run, events = runs.noted(run, 2, {1}, CUT_OFF)
    assert (events, run.closed, run.to_note) == ([], False, 2)
    assert runs.noted(run, 1, (), CUT_OFF) == (run, []), "a slower replica does not set the mark back"
    run, [closed] = runs.noted(run, 3, (), CUT_OFF)
    assert isinstance(closed, PrintRunClosed)
    assert (closed.letters, closed.envelopes, closed.run, closed.case) == (2, 2, RUN, RUN)
    assert (run.closed, run.unfinished, run.letters) == (True, None, 2)
    assert runs.noted(run, 3, {0}, CUT_OFF) == (run, []), "whoever was slower has nothing to add"


def test_what_is_in_doubt_is_neither_in_the_run_nor_out_of_it_and_looked_at_with_growing_pauses() -> None:
    letters = [ready(n, "Thôn Nội") for n in range(3)]
    run = run_of(letters, noted=False)
    first, second, third = (item.notification for item in run.items)
    run, [closed] = runs.noted(run, 3, (), CUT_OFF, [first, second])
    assert isinstance(closed, PrintRunClosed)
    assert (closed.letters, run.closed, run.unfinished) == (1, True, None)
    assert [item.notification for _, item in run.kept()] == [third]
    pauses = []
    for _ in range(5):
        assert run.look_again_at is not None
        now = run.look_again_at
        run, events = runs.looked_again(run, {}, now)
        assert events == []
        assert run.look_again_at is not None
        pauses.append(int((run.look_again_at - now).total_seconds() / 60))
    assert pauses == [5, 15, 60, 60, 60]
    run, events = runs.looked_again(run, {first: True, second: False}, LATER)
    assert (events, run.letters, run.dropped, run.doubtful, run.look_again_at) == ([], 2, (1,), (), None)
    known = [(place, item.notification, item.bundle, item.place, item.envelope) for place, item in run.kept()]
    assert known == [(2, third, 1, 3, 3), (0, first, 2, 1, 4)], "a bundle of its own: the first may be folded"
    assert runs.looked_again(run, {first: False}, LATER) == (run, []), "whoever was slower has nothing to add"


def test_a_run_that_was_all_in_doubt_is_said_to_be_closed_once_it_is_not() -> None:
    run = run_of([ready(1, "Thôn Nội"), ready(2, "Thôn Nội")], noted=False)
    first, second = (item.notification for item in run.items)
    run, events = runs.noted(run, 2, (), CUT_OFF, [first, second])
    assert events == []
    run, [closed] = runs.looked_again(run, {first: True}, LATER)
    assert isinstance(closed, PrintRunClosed)
    assert (closed.letters, run.doubtful) == (1, (second,))
    run, events = runs.looked_again(run, {second: True}, LATER)
    assert (events, run.letters, run.bundles) == ([], 2, 1)
    assert [(item.bundle, item.place) for _, item in run.kept()] == [(1, 1), (1, 2)]


def test_a_run_of_which_everything_was_called_back_is_not_said_to_be_closed() -> None:
    run = run_of([ready(1, "Thôn Nội")], noted=False)
    run, events = runs.noted(run, 1, {0}, CUT_OFF)
    assert (events, run.letters, run.unfinished) == ([], 0, None)


# --- what becomes of it ----------------------------------------------------------------------------------------------


def a_run(letters: int = 3) -> PrintRun:
    return run_of([ready(n, f"Số {n}, thôn Nội") for n in range(1, letters + 1)])


def posted(run: PrintRun, *ids: str, on: date = MONDAY, **tracking: str) -> tuple[PrintRun, list]:
    numbers = {run.items[int(place[1:])].notification: number for place, number in tracking.items()}
    command = RecordPosted(actor=actor(), key="k", run=RUN, posted_on=on, notifications=ids, tracking=numbers)
    state, events = runs.record_posted(run, command, LATER)
    return state, [*events]


def test_a_whole_run_is_posted_at_once_and_said_once() -> None:
    run, [said] = posted(a_run())
    assert isinstance(said, PrintRunPosted)
    assert (said.run, said.posted_on, run.posted, run.to_tell) == (RUN, MONDAY, 3, (1, 2, 3))
    assert posted(run) == (run, []), "twice changes nothing"


def test_the_run_is_posted_with_its_last_letter() -> None:
    first, second, third = (item.notification for item in a_run().items)
    run, events = posted(a_run(), first)
    assert (events, run.posted) == ([], 1)
    run, events = runs.record_returned(run, [second], date(2026, 6, 9), "Sai địa chỉ", LATER)
    assert (events, run.returned) == ([], 1)
    run, [said] = posted(run, third, on=date(2026, 6, 10))
    assert said.posted_on == date(2026, 6, 10)
    assert (run.posted, run.returned, run.fate(1).posted_on) == (2, 1, MONDAY)


def test_what_is_handed_over_keeps_no_run_waiting_to_be_posted() -> None:
    run, [closed] = runs.noted(
        run_of([ready(1, "Số 1, thôn Nội"), ready(2, "Hội Nông dân", by_hand=True)], noted=False), 2, (), CUT_OFF
    )
    assert isinstance(closed, PrintRunClosed)
    assert (closed.envelopes, closed.by_hand) == (2, 1)
    run, [said] = runs.record_tracking(run, MONDAY, {1: "EA00001VN"}, LATER)
    assert (said.name, run.posted, run.letters) == ("print-run-posted", 1, 2)


def test_a_run_of_which_nothing_goes_by_post_is_done_once_all_of_it_was_handed_over() -> None:
    run = run_of([ready(n, "Hội Nông dân", by_hand=True) for n in (1, 2)])
    run, events = posted(run, run.items[0].notification)
    assert events == []
    run, [said] = posted(run, run.items[1].notification)
    assert said.name == "print-run-posted"


def test_a_day_is_corrected_and_the_run_not_said_again() -> None:
    run, _ = posted(a_run())
    run = runs.told(run, {n: run.fate(n) for n in (1, 2, 3)})[0]
    run, events = posted(run, run.items[0].notification, on=date(2026, 6, 9))
    assert (events, run.to_tell, run.fate(1).posted_on) == ([], (1,), date(2026, 6, 9))


@pytest.mark.parametrize(
    ("on", "because"),
    [(date(2026, 6, 4), "before it was closed"), (date(2026, 6, 16), "tomorrow")],
)
def test_nothing_is_posted_on_an_impossible_day(on: date, because: str) -> None:
    with pytest.raises(Refusal, match="Ngày gửi"):
        posted(a_run(), on=on)


def test_nothing_is_recorded_of_a_run_that_is_being_closed() -> None:
    with pytest.raises(Refusal) as refused:
        posted(run_of([ready(1, "Thôn Nội")], noted=False))
    assert refused.value.code == "not-now"


def test_a_letter_that_is_not_of_the_run_is_named() -> None:
    with pytest.raises(Refusal, match=r"01JX\.answer\.1"):
        posted(a_run(), "01JX.answer.1")
    dropped = replace(a_run(), dropped=(0,))
    with pytest.raises(Refusal, match=dropped.items[0].notification):
        posted(dropped, dropped.items[0].notification)


def test_what_is_recorded_of_a_letter_counts_for_its_envelope() -> None:
    run = run_of([ready(n, "Số 5, thôn Nội", HOA) for n in (1, 2)], together=True)
    run, [_] = posted(run, run.items[0].notification)
    assert run.posted == 2
    run, _ = runs.record_returned(run, [run.items[1].notification], date(2026, 6, 9), "Không có người nhận", LATER)
    assert (run.returned, run.to_tell) == (2, (1,))


def test_what_came_back_may_be_delivered_at_a_second_attempt() -> None:
    run, _ = posted(a_run(1))
    [letter] = [item.notification for item in run.items]
    run, _ = runs.record_returned(run, [letter], date(2026, 6, 10), "Không có người nhận", LATER)
    assert (run.returned, run.delivered) == (1, 0)
    run, _ = runs.record_delivered(run, [letter], date(2026, 6, 12), LATER)
    assert (run.returned, run.delivered) == (0, 1)


def test_what_came_back_on_the_day_it_is_said_to_have_been_delivered_lies_in_the_office() -> None:
    run, _ = posted(a_run(1))
    [letter] = [item.notification for item in run.items]
    run, _ = runs.record_delivered(run, [letter], date(2026, 6, 10), LATER)
    run, _ = runs.record_returned(run, [letter], date(2026, 6, 10), "Người nhận từ chối", LATER)
    assert (run.returned, run.delivered) == (1, 0)


def test_what_is_told_is_told_no_more_unless_more_was_recorded_meanwhile() -> None:
    run, _ = posted(a_run(2))
    known = {n: run.fate(n) for n in (1, 2)}
    run, _ = runs.record_delivered(run, [run.items[1].notification], MONDAY, LATER)
    run, _ = runs.told(run, known)
    assert (run.to_tell, run.unfinished) == ((2,), True)
    run, _ = runs.told(run, {2: run.fate(2)})
    assert (run.to_tell, run.unfinished) == ((), None)


# --- the post's own list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "envelope", "because"),
    [
        ("01J00002.answer.1", 2, "the reference"),
        (" 01j00002.ANSWER.1.pdf ", 2, "as the file is called, whatever the capitals"),
        ("3", 3, "the running number"),
        ("003", 3, "with zeros"),
        ("3.0", 3, "as a spreadsheet writes a number"),
        ("1/2", 2, "bundle and place"),
        ("1 - 02", 2, "in another hand"),
        ("9", None, "there are three"),
        ("2/1", None, "there is one bundle"),
        ("", None, "nothing"),
    ],
)
def test_the_post_names_a_letter_in_several_ways(written: str, envelope: int | None, because: str) -> None:
    found = matched(a_run(), [(written, "ea123456789vn")])
    assert found.tracking == ({envelope: "EA123456789VN"} if envelope else {}), because
    assert found.unknown == (() if envelope else (written,)), because


@pytest.mark.parametrize(
    ("rows", "because"),
    [
        ([("1", "EA00001VN"), ("2", "ea00001vn")], "a number given to two letters"),
        ([("1", "EA00001VN"), ("01J00001.answer.1", "EA00002VN")], "a letter with two numbers"),
        ([("3", "EA00009VN")], "a number that another letter already has"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(rows: list[tuple[str, str]], because: str) -> None:
    run, _ = posted(a_run(), _1="EA00009VN")
    with pytest.raises(Refusal, match=r"[Mm]ã vận đơn"):
        runs.record_tracking(run, MONDAY, matched(run, rows).tracking, LATER)


def test_two_numbers_that_were_exchanged_are_put_right_in_one_list() -> None:
    run, _ = posted(a_run(), _0="EA00001VN", _1="EA00002VN")
    run, _ = runs.record_tracking(run, MONDAY, matched(run, [("1", "EA00002VN"), ("2", "EA00001VN")]).tracking, LATER)
    assert (run.fate(1).tracking, run.fate(2).tracking) == ("EA00002VN", "EA00001VN")


def test_letters_in_one_envelope_have_one_number() -> None:
    run = run_of([ready(n, "Số 5, thôn Nội", HOA) for n in (1, 2)], together=True)
    rows = [("01J00001.answer.1", "EA00001VN"), ("01J00002.answer.1", "EA00001VN")]
    run, [_] = runs.record_tracking(run, MONDAY, matched(run, rows).tracking, LATER)
    assert run.fate(1).tracking == "EA00001VN"


def test_the_hamlets_of_the_scene_are_the_profiles() -> None:
    assert PROFILE.hamlets[:3] == HAMLETS
