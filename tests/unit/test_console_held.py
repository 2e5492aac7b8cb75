"""Acts that are held back: undone in time they never happen; else each step happens once, whoever dies when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.console.work import held
from services.console.work.held import Act, NotNow, State
from shared.contracts import Actor, Command, Done, Refused, Role
from shared.contracts.routing import PrioritiseQuestion
from tests.builders import COMMUNE, NOW, QUESTION, SUBMISSION, actor

SECOND = f"{SUBMISSION}-2"
WORKER = "hanh.clerk@hanoi.example"
DUE = NOW + held.HELD_FOR
DONE = Done(version=4, state={})
STALE = Refused(code="stale", reason="Đã có thay đổi.", changes=("answer-returned",))
AWAY = Refused(code="unavailable", reason="Không hoạt động.")


def pressing(question: str, key: str = "01JACT") -> tuple[Command, str, str]:
    command = PrioritiseQuestion(
        actor=actor(), key=f"{key}-{question}", version=3, question=question, pressing=True, reason="Nêu nhiều lần."
    )
    return command, SUBMISSION, f"K7QX-3M9D, câu {question[-1]}"


def act(*questions: str) -> Act:
    return held.hold("01JACT", COMMUNE, WORKER, "", [pressing(one) for one in questions or (QUESTION, SECOND)], NOW)


def sending() -> Act:
    return held.claim(act(), DUE)


def test_an_act_waits_ten_seconds_with_a_key_for_each_of_its_commands() -> None:
    made = act()
    assert (made.state, made.due_at, made.next_at) == (State.HELD, DUE, DUE)
    assert [step.body["key"] for step in made.steps] == [f"01JACT-{QUESTION}", f"01JACT-{SECOND}"]
    assert [(step.name, step.seen) for step in made.steps] == [("routing.prioritise-question", 3)] * 2


@pytest.mark.parametrize(
    ("made", "after", "because"),
    [
        (act(), timedelta(0), "at once"),
        (act(), held.HELD_FOR - timedelta(milliseconds=1), "at the last moment"),
        (held.undo(act(), NOW), held.HELD_FOR * 2, "what is undone stays so, however often he clicks"),
    ],
)
def test_an_act_is_undone_while_it_waits(made: Act, after: timedelta, because: str) -> None:
    undone = held.undo(made, NOW + after)
    assert (undone.state, undone.next_at) == (State.UNDONE, None), because


@pytest.mark.parametrize(
    ("made", "at", "because"),
    [
        (act(), DUE, "its time is over, though no console has begun yet"),
        (sending(), DUE, "it is being sent"),
        (replace(sending(), state=State.OVER, next_at=None), DUE, "it has happened"),
    ],
)
def test_what_has_begun_cannot_be_undone(made: Act, at: object, because: str) -> None:
    with pytest.raises(NotNow):
        held.undo(made, at)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "after", "because"),
    [
        (act(), timedelta(0), "it is due"),
        (act(), timedelta(days=1), "nobody ran for a day"),
        (sending(), held.LEASE, "whoever took it up has died"),
    ],
)
def test_a_console_takes_up_what_is_due(made: Act, after: timedelta, because: str) -> None:
    assert held.claim(made, DUE + after).next_at == DUE + after + held.LEASE, because


@pytest.mark.parametrize(
    ("made", "after", "because"),
    [
        (act(), timedelta(milliseconds=-1), "it may still be undone"),
        (held.undo(act(), NOW), timedelta(days=1), "undone acts never happen"),
        (sending(), held.LEASE - timedelta(milliseconds=1), "another console is at it"),
        (replace(sending(), state=State.OVER, next_at=None), timedelta(days=1), "it has happened"),
    ],
)
def test_nobody_takes_up_what_is_not_his(made: Act, after: timedelta, because: str) -> None:
    with pytest.raises(NotNow):
        held.claim(made, DUE + after)


@pytest.mark.parametrize(
    ("made", "state", "because"),
    [
        (act(), State.UNDONE, "whoever did it is to do nothing any more"),
        (sending(), State.SENDING, "a console is at it"),
        (replace(sending(), state=State.OVER, next_at=None), State.OVER, "it has happened"),
    ],
)
def test_what_no_console_has_begun_is_void(made: Act, state: State, because: str) -> None:
    assert held.void(made).state is state, because


@pytest.mark.parametrize(
    ("today", "after", "code", "because"),
    [
        (actor(), timedelta(0), None, "he is who he was"),
        (None, timedelta(0), "forbidden", "he is nobody here any more"),
        (actor(Role.OFFICER), timedelta(0), "forbidden", "he has another role"),
        (actor(), held.GIVEN_UP_AFTER, "not-now", "nobody expects it any more"),
    ],
)
def test_what_is_not_sent_any_more(today: Actor | None, after: timedelta, code: str | None, because: str) -> None:
    found = held.why_not(act(), actor(), today, DUE + after)
    assert (found.code if found else None) == code, because


def test_the_outcome_of_each_step_is_kept_and_the_last_one_ends_the_act() -> None:
    first = held.note(sending(), QUESTION, DONE, DUE)
    assert (first.state, [step.question for step in first.open]) == (State.SENDING, [SECOND])
    over = held.note(first, SECOND, STALE, DUE)
    assert (over.state, over.next_at) == (State.OVER, None)
    assert [step.question for step in over.done] == [QUESTION]
    [refused] = over.refused
    assert refused.outcome == held.Outcome(False, "Đã có thay đổi.", ("answer-returned",))


@pytest.mark.parametrize(
    ("reply", "after", "open_steps", "because"),
    [
        (AWAY, timedelta(0), 2, "routing is away: it is asked again"),
        (AWAY, held.GIVEN_UP_AFTER, 1, "for too long: nobody waits for it any more"),
        (STALE, timedelta(0), 1, "an answer is an answer"),
    ],
)
def test_a_service_that_is_away_is_asked_again_for_a_while(
    reply: Refused, after: timedelta, open_steps: int, because: str
) -> None:
    noted = held.note(sending(), QUESTION, reply, DUE + after)
    assert len(noted.open) == open_steps, because


@pytest.mark.parametrize("reply", [DONE, STALE, AWAY])
def test_what_is_known_of_a_step_is_told_a_second_time_to_no_effect(reply: Done | Refused) -> None:
    over = held.note(held.note(sending(), QUESTION, DONE, DUE), SECOND, DONE, DUE)
    assert held.note(over, QUESTION, reply, DUE + held.LEASE) == over


@pytest.mark.parametrize(
    ("made", "told", "because"),
    [
        (act(), True, "it may be undone"),
        (sending(), True, "it is under way"),
        (held.undo(act(), NOW), False, "nothing happened"),
        (replace(sending(), state=State.OVER), True, "he has not read it"),
        (held.read(replace(sending(), state=State.OVER), NOW), False, "he has"),
    ],
)
def test_a_person_is_told_of_what_he_does_until_he_has_read_of_it(made: Act, told: bool, because: str) -> None:
    assert bool(held.untold([made])) == told, because


@pytest.mark.parametrize(
    ("made", "waiting", "because"),
    [
        (act, {QUESTION, SECOND}, "both are about to happen"),
        (lambda: held.note(sending(), QUESTION, DONE, DUE), {SECOND}, "one has happened"),
        (lambda: held.undo(act(), NOW), set(), "none will"),
    ],
)
def test_a_row_says_what_is_about_to_happen_to_it(made: Callable[[], Act], waiting: set[str], because: str) -> None:
    assert set(held.waiting([made()])) == waiting, because
