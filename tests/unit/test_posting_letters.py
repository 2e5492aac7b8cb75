"""A letter from the moment it lies ready: it leaves in one run, is called back before, or comes back after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.notify.correspondence import Correspondence, Fate
from services.notify.delivery import hand_over
from services.notify.posting import letters
from shared.contracts import Event, Refusal, Role
from shared.contracts.notify import NotificationFailed, NotificationSent, RecordHandOver
from shared.contracts.post import CallBackLetter
from tests.builders import COMMUNE, actor
from tests.unit.posting_scene import CUT_OFF, RUN, draw, drawn, left, letter_of

LETTER = letter_of("01JA")
BEFORE = CUT_OFF - timedelta(seconds=1)
SENT = Fate(RUN)


def recorded(state: Correspondence, *fates: Fate) -> tuple[Correspondence, list[str]]:
    """What is said as these become known, one after the other."""
    said: list[Event] = []
    for fate in fates:
        state, events = letters.learn(state, LETTER, fate, CUT_OFF)
        said += events
    return state, [event.name for event in said]


def test_a_letter_leaves_in_its_run_once() -> None:
    state, [sent] = letters.left(drawn("01JA"), LETTER, RUN, CUT_OFF, CUT_OFF)
    assert isinstance(sent, NotificationSent)
    assert (sent.channel, sent.reference, sent.run, sent.text) == ("letter", f"{LETTER}.pdf", RUN, 3)
    message = state.message(LETTER)
    assert (message.state, message.fate, state.leaves_at) == ("sent", SENT, None)
    assert letters.left(state, LETTER, RUN, CUT_OFF, CUT_OFF) == (state, []), "noted twice"
    assert letters.left(state, LETTER, f"{RUN}-2", CUT_OFF, CUT_OFF) == (state, []), "nor in another run"
    assert letters.has_left_in(state, LETTER, RUN)
    assert not letters.has_left_in(state, LETTER, f"{RUN}-2")


@pytest.mark.parametrize(
    ("state", "because"),
    [
        (drawn("01JA", CUT_OFF + timedelta(days=1)), "its cut-off is tomorrow's"),
        (letters.draw_again(drawn("01JA"), LETTER, CUT_OFF)[0], "it waits to be drawn anew"),
        (replace(drawn("01JA"), messages=()), "it was withdrawn"),
    ],
)
def test_what_does_not_lie_ready_leaves_in_no_run(state: Correspondence, because: str) -> None:
    assert letters.left(state, LETTER, RUN, CUT_OFF, CUT_OFF) == (state, []), because
    assert not letters.has_left_in(state, LETTER, RUN)


def call_back(role: Role = Role.CLERK, reason: str = "Sai tên người nhận") -> CallBackLetter:
    return CallBackLetter(actor=actor(role), key="k", notification=LETTER, reason=reason)


def test_a_letter_that_is_called_back_is_for_the_office_to_tell() -> None:
    state, [failed] = letters.call_back(drawn("01JA"), call_back(), BEFORE)
    assert isinstance(failed, NotificationFailed)
    assert failed.reason == "Sai tên người nhận"
    assert state.discarded == (LETTER,), "its file goes"
    assert letters.left(state, LETTER, RUN, CUT_OFF, CUT_OFF) == (state, [])
    assert letters.call_back(state, call_back(), BEFORE) == (state, []), "twice"
    told = RecordHandOver(actor=actor(), key="h", notification=LETTER, note="Gọi điện ngày 5/6")
    assert hand_over(state, told, CUT_OFF)[0].message(LETTER).channel == "in-person"


@pytest.mark.parametrize(
    ("state", "command", "now", "code", "because"),
    [
        (drawn("01JA"), call_back(Role.OFFICER), BEFORE, "forbidden", "an officer does not see to letters"),
        (drawn("01JA"), call_back(), CUT_OFF, "not-now", "at the instant of the cut-off it has left"),
        (left(drawn("01JA")), call_back(), BEFORE, "not-now", "its run was closed early"),
        (replace(drawn("01JA"), messages=()), call_back(), BEFORE, "not-found", "there is no such letter"),
        (letters.draw_again(drawn("01JA"), LETTER, BEFORE)[0], call_back(), BEFORE, "not-now", "it is being drawn"),
    ],
)
def test_what_cannot_be_called_back(
    state: Correspondence, command: CallBackLetter, now: object, code: str, because: str
) -> None:
    with pytest.raises(Refusal) as refused:
        letters.call_back(state, command, now)  # type: ignore[arg-type]
    assert refused.value.code == code, because


POSTED = letters.posted(SENT, date(2026, 6, 8), "EA123456789VN")
DELIVERED = letters.delivered(POSTED, date(2026, 6, 10))
RETURNED = letters.returned(POSTED, date(2026, 6, 12), "Không có người nhận")


@pytest.mark.parametrize(
    ("fates", "said", "because"),
    [
        ([POSTED], ["letter-posted"], "posted"),
        ([POSTED, POSTED], ["letter-posted"], "twice is once"),
        ([POSTED, DELIVERED], ["letter-posted", "letter-delivered"], "in order"),
        ([DELIVERED], ["letter-posted", "letter-delivered"], "both at once"),
        ([letters.delivered(SENT, date(2026, 6, 10))], ["letter-delivered"], "delivered, and nobody recorded when"),
        ([POSTED, RETURNED], ["letter-posted", "letter-returned"], "it came back"),
        (
            [RETURNED, letters.delivered(RETURNED, date(2026, 6, 15))],
            ["letter-posted", "letter-returned", "letter-delivered"],
            "delivered at a second attempt",
        ),
        ([POSTED, letters.posted(POSTED, date(2026, 6, 9), None)], ["letter-posted"] * 2, "another day"),
        (
            [RETURNED, letters.posted(RETURNED, date(2026, 6, 12), None)],
            ["letter-posted", "letter-returned", "letter-posted"],
            "posted once more",
        ),
        (
            [RETURNED, letters.returned(RETURNED, date(2026, 6, 12), "Sai địa chỉ")],
            ["letter-posted", "letter-returned", "letter-returned"],
            "for another reason",
        ),
        ([Fate(f"{RUN}-2", posted_on=date(2026, 6, 8))], [], "of a run that it did not leave in"),
    ],
)
def test_each_thing_that_becomes_of_a_letter_is_said_once(fates: list[Fate], said: list[str], because: str) -> None:
    assert recorded(left(drawn("01JA")), *fates)[1] == said, because


def test_the_posts_number_stays_until_another_is_given() -> None:
    again = letters.posted(POSTED, date(2026, 6, 9), None)
    assert (again.tracking, again.posted_on) == ("EA123456789VN", date(2026, 6, 9))


@pytest.mark.parametrize(
    ("fate", "came_back", "because"),
    [
        (POSTED, False, "it is on its way"),
        (RETURNED, True, "the post brought it back"),
        (letters.delivered(RETURNED, date(2026, 6, 15)), False, "and delivered it later after all"),
        (letters.returned(DELIVERED, date(2026, 6, 12), "Sai người"), True, "the wrong person had taken it"),
        (letters.posted(RETURNED, date(2026, 6, 13), None), False, "it was posted once more"),
        (letters.posted(RETURNED, date(2026, 6, 7), None), True, "only the day of posting was put right"),
    ],
)
def test_what_came_back_is_a_task_until_it_arrives(fate: Fate, came_back: bool, because: str) -> None:
    assert fate.came_back is came_back, because


def test_a_letter_that_came_back_may_be_handed_over() -> None:
    state, _ = recorded(left(drawn("01JA")), RETURNED)
    command = RecordHandOver(actor=actor(), key="h", notification=LETTER, note="Giao tại nhà ngày 15/6")
    state, [sent] = hand_over(state, command, CUT_OFF)
    assert (sent.channel, state.message(LETTER).fate) == ("in-person", RETURNED)


def test_a_letter_without_its_file_is_drawn_again() -> None:
    state, events = letters.draw_again(drawn("01JA"), LETTER, CUT_OFF)
    message = state.message(LETTER)
    assert (events, message.state, state.next_action_at, state.leaves_at) == ([], "queued", CUT_OFF, None)
    assert letters.draw_again(left(drawn("01JA")), LETTER, CUT_OFF)[0] == left(drawn("01JA")), "what has left has left"


def test_two_letters_of_a_case_leave_each_by_its_own_cut_off() -> None:
    later = draw(replace(drawn("01JA"), messages=()), CUT_OFF + timedelta(days=1))
    assert [*letters.ready(later, CUT_OFF)] == []
    assert [one.notification for one in letters.ready(later, CUT_OFF + timedelta(days=1))] == [LETTER]
    assert later.commune == COMMUNE
