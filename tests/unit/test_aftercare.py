"""A form after it came in: its sender corrected, questions withdrawn, answers rated, files added, all in any order."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.intake import aftercare
from services.intake.aftercare import (
    add_files,
    correct_registrant,
    decline_news,
    is_judgement,
    note_reading,
    note_reopened,
    note_settled,
    rate_answer,
)
from services.intake.aftercare import withdraw_questions as withdraw
from services.intake.store import as_kept_now
from services.intake.submissions import Reopened, Settled, Submission
from shared.contracts import Event, Refusal, Role, TooEarly, intake, routing
from shared.contracts.people import Registrant
from shared.contracts.taxonomy import Scope
from tests.builders import ATTACHMENT, COMMUNE, DIALOGUE, NOW, SUBMISSION, actor, of_question, question, registrant

ONE, TWO = f"{SUBMISSION}-1", f"{SUBMISSION}-2"
HOUR = timedelta(hours=1)
SCAN = ATTACHMENT.model_copy(update={"id": "01JSCAN", "digest": "ef" * 32})
HIMSELF = Role.SYSTEM


def form(**changes: Any) -> Submission:
    known: dict[str, Any] = {
        "id": SUBMISSION,
        "commune": COMMUNE,
        "code": "K7QX-3M9D",
        "fingerprint": "f",
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": registrant(),
        "questions": (question(1), question(2)),
        "dialogue": DIALOGUE,
        "attendance": "expected",
        "seat": 4,
    }
    return Submission(**known | changes)


def command(contract: type[intake.IntakeCommand], role: Role = Role.CLERK, **fields: Any) -> Any:
    return contract(actor=actor(role), key="k", submission=SUBMISSION, **fields)


def correct(role: Role = Role.CLERK, **changes: Any) -> Any:
    return command(intake.CorrectRegistrant, role, registrant=registrant(**changes), reason="Chuyển chỗ ở")


def withdrawal(*questions: str, role: Role = Role.CLERK) -> Any:
    return command(intake.WithdrawQuestions, role, questions=questions, reason="Đã tự giải quyết")


def rating(mark: int, words: str = "", question: str = ONE, role: Role = Role.CLERK) -> Any:
    return command(intake.RateAnswer, role, question=question, mark=mark, words=words)


def settled(question: str = ONE, how: str = "answered-in-writing", at: datetime = NOW) -> routing.QuestionSettled:
    fact: routing.QuestionSettled = of_question(
        routing.QuestionSettled, question=question, how=how, occurred_at=at, case=SUBMISSION
    )
    return fact


def reopened(question: str = ONE, round: int = 2, at: datetime = NOW + HOUR) -> routing.QuestionReopened:
    fact: routing.QuestionReopened = of_question(
        routing.QuestionReopened, question=question, round=round, occurred_at=at, case=SUBMISSION
    )
    return fact


def answered(*questions: str, how: str = "answered-in-writing") -> Submission:
    found = form()
    for one in questions:
        found, _ = note_settled(found, settled(one, how))
    return found


# --- how the registrant is reached ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "role", "said", "because"),
    [
        ({"address": "Số 7, thôn Nội"}, Role.CLERK, "Trần Thị Hạnh", "he told the clerk"),
        ({"address": "Số 7, thôn Nội"}, HIMSELF, None, "he did it himself on the tracking page"),
        ({"email": None, "phone": None}, HIMSELF, None, "a letter still reaches him"),
        ({"name": "Nguyễn Thị Mai Anh"}, Role.OFFICE_HEAD, "Trần Thị Hạnh", "the office mends what it misread"),
    ],
)
def test_what_is_corrected_is_said_with_who_did_it(
    changes: dict[str, Any], role: Role, said: str | None, because: str
) -> None:
    after, [event] = correct_registrant(form(), correct(role, **changes), NOW)
    assert isinstance(event, intake.RegistrantCorrected)
    assert after.registrant == event.registrant == registrant(**changes), because
    assert (event.corrected_by, event.reason) == (said, "Chuyển chỗ ở")
    assert correct_registrant(after, correct(role, **changes), NOW) == (after, []), "nothing changes any more"


@pytest.mark.parametrize(
    ("changes", "role", "code", "because"),
    [
        ({"phone": None, "email": None, "address": None}, Role.CLERK, "invalid", "nobody could reach him"),
        ({"name": "Nguyễn Văn Nam"}, HIMSELF, "forbidden", "the form would be somebody else's"),
        ({"address": "Số 7"}, Role.OFFICER, "forbidden", "a department has no say in this"),
        ({"address": "Số 7"}, Role.PROVINCE, "forbidden", "nor has the province"),
    ],
)
def test_what_may_not_be_corrected_is_refused(changes: dict[str, Any], role: Role, code: str, because: str) -> None:
    with pytest.raises(Refusal) as refusal:
        correct_registrant(form(), correct(role, **changes), NOW)
    assert refusal.value.code == code, because


def test_a_correction_that_changes_nothing_says_nothing() -> None:
    assert correct_registrant(form(), correct(HIMSELF), NOW) == (form(), [])


# --- withdrawn ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "named", "gone", "entirely", "because"),
    [
        (form(), (ONE,), (ONE,), False, "the other is still to be answered"),
        (form(), (TWO, ONE), (ONE, TWO), True, "in the order of the form, whatever order they were ticked in"),
        (form(), (), (ONE, TWO), True, "all that are not settled"),
        (answered(ONE), (), (TWO,), True, "the first was answered, so nothing is left"),
        (form(withdrawn=(ONE,)), (), (TWO,), True, "the first was withdrawn before"),
        (form(withdrawn=(ONE,)), (ONE, TWO), (TWO,), True, "what was withdrawn is not said again"),
    ],
)
def test_what_is_withdrawn_is_said_once(
    before: Submission, named: tuple[str, ...], gone: tuple[str, ...], entirely: bool, because: str
) -> None:
    after, [event] = withdraw(before, withdrawal(*named), NOW)
    assert isinstance(event, intake.QuestionsWithdrawn)
    assert (event.questions, event.entirely, event.dialogue) == (gone, entirely, DIALOGUE), because
    assert set(after.withdrawn) == {*before.withdrawn, *gone}
    assert withdraw(after, withdrawal(*named), NOW) == (after, []), "a second delivery"


@pytest.mark.parametrize(
    ("attendance", "named", "comes", "seat", "because"),
    [
        ("expected", (), "excused", None, "he has nothing to hear; his seat becomes free"),
        ("expected", (ONE,), "expected", 4, "he comes for the other question"),
        ("present", (), "present", 4, "he is in the hall"),
        (None, (), None, 4, "he was never expected"),
    ],
)
def test_who_has_withdrawn_all_he_asked_is_not_expected(
    attendance: Any, named: tuple[str, ...], comes: Any, seat: int | None, because: str
) -> None:
    after, _ = withdraw(form(attendance=attendance), withdrawal(*named), NOW)
    assert (after.attendance, after.seat) == (comes, seat), because


@pytest.mark.parametrize(
    ("before", "asked", "code", "because"),
    [
        (answered(ONE), withdrawal(ONE), "not-now", "a settled question cannot be withdrawn"),
        (answered(ONE, TWO), withdrawal(), "not-now", "nothing is left"),
        (form(), withdrawal("01JOTHER-1"), "not-found", "it is of another form"),
        (form(), withdrawal(role=Role.OFFICER), "forbidden", "the office notes it, or he himself"),
    ],
)
def test_what_cannot_be_withdrawn_is_refused(before: Submission, asked: Any, code: str, because: str) -> None:
    with pytest.raises(Refusal) as refusal:
        withdraw(before, asked, NOW)
    assert refusal.value.code == code, because


@pytest.mark.parametrize(("role", "by"), [(Role.CLERK, "Trần Thị Hạnh"), (HIMSELF, None)])
def test_a_withdrawal_names_the_clerk_who_was_told(role: Role, by: str | None) -> None:
    _, [event] = withdraw(form(), withdrawal(role=role), NOW)
    assert isinstance(event, intake.QuestionsWithdrawn)
    assert event.withdrawn_by == by


# --- rated ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "contested", "because"),
    [
        (1, True, "not at all"),
        (2, True, "hardly"),
        (3, False, "in part: he says so, and the office reads it"),
        (5, False, "entirely"),
    ],
)
def test_a_bad_mark_is_contested(mark: int, contested: bool, because: str) -> None:
    after, [event] = rate_answer(answered(ONE), rating(mark, "Chưa nêu lệ phí"), NOW)
    assert isinstance(event, intake.AnswerRated)
    assert (event.mark, event.words, event.contested) == (mark, "Chưa nêu lệ phí", contested), because
    assert rate_answer(after, rating(mark, "Chưa nêu lệ phí"), NOW + HOUR) == (after, []), "the same again"


def test_the_last_mark_counts() -> None:
    once, _ = rate_answer(answered(ONE), rating(3), NOW)
    twice, [event] = rate_answer(once, rating(5, "Đã rõ"), NOW + HOUR)
    assert (event.mark, twice.marks[ONE].mark, twice.marks[ONE].words) == (5, 5, "Đã rõ")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "asked", "code", "because"),
    [
        (form(), rating(1), "not-now", "it has not been answered"),
        (answered(TWO), rating(1), "not-now", "the other one has"),
        (answered(ONE, how="redirected"), rating(1), "not-now", "guidance where to send it is no answer"),
        (answered(ONE, how="withdrawn"), rating(1), "not-now", "he wanted none"),
        (answered(ONE), rating(1, question="01JOTHER-1"), "not-found", "it is of another form"),
        (answered(ONE), rating(1, role=Role.HEAD), "forbidden", "departments do not rate themselves"),
    ],
)
def test_what_cannot_be_rated_is_refused(before: Submission, asked: Any, code: str, because: str) -> None:
    with pytest.raises(Refusal) as refusal:
        rate_answer(before, asked, NOW)
    assert refusal.value.code == code, because


# --- files ----------------------------------------------------------------------------------------------------------


def adding(role: Role = Role.CLERK) -> Any:
    return command(intake.AddFiles, role, attachments=(SCAN.id,), note="Bản chụp phiếu giấy")


@pytest.mark.parametrize(
    ("attachments", "fresh", "because"),
    [
        ((SCAN,), {SCAN.digest}, "a scan is put to it"),
        ((SCAN, SCAN.model_copy(update={"id": "01JAGAIN"})), {SCAN.digest}, "the same page twice is one"),
        ((ATTACHMENT, SCAN), {SCAN.digest}, "one of them came with the form"),
    ],
)
def test_files_are_put_to_a_form_once(attachments: Any, fresh: set[str], because: str) -> None:
    before = form(attachments=(ATTACHMENT,))
    after, [event] = add_files(before, adding(), attachments, NOW)
    assert isinstance(event, intake.FilesAdded)
    assert [one.digest for one in event.attachments] == list(fresh), because
    assert after.attachments == (ATTACHMENT, *event.attachments)
    assert add_files(after, adding(), attachments, NOW) == (after, []), "a second delivery"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SYSTEM, Role.OPERATOR])
def test_only_the_office_puts_files_to_a_form(role: Role) -> None:
    with pytest.raises(Refusal):
        add_files(form(), adding(role), (SCAN,), NOW)


def test_a_form_does_not_grow_without_end() -> None:
    many = tuple(
        ATTACHMENT.model_copy(update={"id": f"01J{number}", "digest": f"{number:064x}"}) for number in range(20)
    )
    with pytest.raises(Refusal, match="nhiều nhất 20 tệp"):
        add_files(form(attachments=many), adding(), (SCAN,), NOW)


# --- what routing says ----------------------------------------------------------------------------------------------


def test_a_form_is_settled_with_its_last_question() -> None:
    half, _ = note_settled(form(), settled(ONE))
    assert half.settled_at is None
    whole, said = note_settled(half, settled(TWO, at=NOW + HOUR))
    assert (whole.settled_at, said) == (NOW + HOUR, [])
    assert note_settled(whole, settled(ONE)) == (whole, [])


def test_a_reopened_question_is_owed_again_and_rated_anew() -> None:
    rated, _ = rate_answer(answered(ONE, TWO), rating(1), NOW + timedelta(minutes=5))
    again, said = note_reopened(rated, reopened())
    assert (again.settled_at, again.marks, said) == (None, {}, [])
    assert aftercare.open_questions(again) == (ONE,)
    assert note_reopened(again, reopened()) == (again, []), "a second delivery"
    assert note_settled(again, settled(ONE)) == (again, []), "the first answer, delivered again"
    better, _ = note_settled(again, settled(ONE, at=NOW + 2 * HOUR))
    _, [event] = rate_answer(better, rating(1), NOW + 3 * HOUR)
    assert isinstance(event, intake.AnswerRated), "the same mark for another answer is news"
    assert better.settled_at == NOW + 2 * HOUR


def test_a_question_that_was_withdrawn_by_mistake_is_wanted_again_once_the_office_reopens_it() -> None:
    gone, _ = withdraw(form(), withdrawal(ONE), NOW)
    gone, _ = note_settled(gone, settled(ONE, "withdrawn"))
    assert note_reopened(gone, reopened())[0].withdrawn == ()


def test_facts_about_a_form_that_is_not_here_wait() -> None:
    with pytest.raises(TooEarly):
        note_settled(None, settled())
    with pytest.raises(TooEarly):
        note_reopened(None, reopened())


# --- in any order ---------------------------------------------------------------------------------------------------

ROUNDS = (
    settled(ONE, at=NOW),
    reopened(ONE, 2, at=NOW + HOUR),
    settled(ONE, at=NOW + 2 * HOUR),
    reopened(ONE, 3, at=NOW + 3 * HOUR),
    settled(ONE, "answered-at-dialogue", at=NOW + 4 * HOUR),
    settled(TWO, "redirected", at=NOW + HOUR),
)


def hear(one: Submission, fact: Event) -> Submission:
    if isinstance(fact, routing.QuestionSettled):
        return note_settled(one, fact)[0]
    assert isinstance(fact, routing.QuestionReopened)
    return note_reopened(one, fact)[0]


@given(st.permutations(ROUNDS), st.lists(st.sampled_from(ROUNDS), max_size=6))
def test_settled_and_reopened_come_to_the_same_in_any_order(facts: list[Event], again: list[Event]) -> None:
    after = form()
    for fact in [*facts, *again]:
        after = hear(after, fact)
    assert after.settlements == {
        ONE: Settled("answered-at-dialogue", NOW + 4 * HOUR),
        TWO: Settled("redirected", NOW + HOUR),
    }
    assert after.reopenings == {ONE: Reopened(3, NOW + 3 * HOUR)}
    assert after.settled_at == NOW + 4 * HOUR


def test_a_form_of_before_settlements_were_kept_still_settles() -> None:
    stored = TypeAdapter(Submission).dump_python(form())
    del stored["settlements"], stored["reopenings"]
    half = TypeAdapter(Submission).validate_python(as_kept_now({**stored, "settled": [ONE]}))
    assert (set(half.settlements), half.settled_at) == ({ONE}, None)
    whole, _ = note_settled(half, settled(TWO, at=NOW + HOUR))
    assert whole.settled_at == NOW + HOUR
    again, _ = note_reopened(whole, reopened(ONE, at=NOW + 2 * HOUR))
    kept = TypeAdapter(Submission).dump_python(again) | {"settled": [ONE]}
    assert set(as_kept_now(kept)["settlements"]) == {TWO}, "what was reopened since is owed again"


def test_of_a_form_of_before_settlements_were_kept_routing_knows_what_was_answered() -> None:
    assert rate_answer(form(settlements={ONE: Settled(None, NOW)}), rating(1), NOW)[1]


# --- what reads like a denunciation ---------------------------------------------------------------------------------


def waits(scope: Scope = Scope.DENUNCIATION, question: str = ONE, at: datetime = NOW) -> Any:
    return of_question(routing.QuestionAwaitsTriage, scope=scope, question=question, occurred_at=at, case=SUBMISSION)


def decided(by: str | None = "Lê Thị Hoa", question: str = ONE, at: datetime = NOW + HOUR) -> Any:
    return of_question(routing.QuestionAssigned, assigned_by=by, question=question, occurred_at=at, case=SUBMISSION)


def redirected(scope: Scope, question: str = ONE, at: datetime = NOW + HOUR) -> Any:
    return of_question(routing.QuestionRedirected, scope=scope, question=question, occurred_at=at, case=SUBMISSION)


@pytest.mark.parametrize(
    ("facts", "confidential", "because"),
    [
        ([], False, "nothing is known against it"),
        ([waits(Scope.IN_SCOPE)], False, "the rules were not sure of the field"),
        ([waits(Scope.COMPLAINT)], False, "a complaint is made in one's own name"),
        ([waits()], True, "it reads like a denunciation"),
        ([waits(), decided()], False, "somebody has seen that it is none"),
        ([redirected(Scope.DENUNCIATION)], True, "somebody has seen that it is one"),
        ([waits(), redirected(Scope.COMPLAINT)], False, "it is a complaint"),
        ([waits(), decided(question=TWO)], True, "of two questions one is"),
        ([decided(None)], False, "the rules have assigned it"),
    ],
)
def test_a_form_is_confidential_where_one_of_its_questions_reads_like_a_denunciation(
    facts: list[Any], confidential: bool, because: str
) -> None:
    for order in (facts, facts[::-1], facts * 2):
        one = form()
        for fact in order:
            if is_judgement(fact):
                one, events = note_reading(one, fact)
                assert events == []
        assert one.confidential is confidential, because


def test_a_judgement_that_comes_before_its_form_waits() -> None:
    with pytest.raises(TooEarly):
        note_reading(None, waits())


QUESTIONS = st.sampled_from((ONE, TWO))
ROLES = st.sampled_from((Role.CLERK, HIMSELF))
STEPS = st.one_of(
    st.builds(lambda ones, role: withdrawal(*ones, role=role), st.lists(QUESTIONS, max_size=2), ROLES),
    st.builds(lambda mark, one, role: rating(mark, question=one, role=role), st.integers(1, 5), QUESTIONS, ROLES),
    st.builds(
        lambda role, phone, address: correct(role, email=None, phone=phone, address=address),
        ROLES,
        st.sampled_from(("0912345678", None)),
        st.sampled_from(("Số 7", None)),
    ),
    st.tuples(QUESTIONS, st.sampled_from(("answered-in-writing", "redirected", "withdrawn"))),
    QUESTIONS,
)


@given(st.lists(STEPS, max_size=14))
def test_whatever_happens_in_whatever_order_a_form_stays_sound(steps: list[Any]) -> None:
    one, round = form(), 1
    ids = {question.id for question in one.questions}
    for number, step in enumerate(steps, 1):
        at, before = NOW + number * HOUR, one
        try:
            one, events = _take(one, step, round + 1, at)
        except Refusal:
            continue
        round += isinstance(step, str)
        assert Registrant.model_validate(one.registrant).reachable
        assert one.registrant.name == before.registrant.name
        assert set(one.withdrawn) <= ids
        assert len(set(one.withdrawn)) == len(one.withdrawn)
        assert (one.settled_at is not None) == (set(one.settlements) == ids)
        assert set(one.marks) <= {id for id in ids if aftercare.is_answered(one, id)}
        assert set(aftercare.open_questions(one)) == ids - set(one.settlements) - set(one.withdrawn)
        assert one != before or not events
        for event in events:
            if isinstance(event, intake.QuestionsWithdrawn):
                assert event.entirely == (not aftercare.open_questions(one))
                assert not event.entirely or (one.attendance, one.seat) == ("excused", None)


def _take(one: Submission, step: Any, round: int, at: datetime) -> Any:
    match step:
        case intake.WithdrawQuestions():
            return withdraw(one, step, at)
        case intake.RateAnswer():
            return rate_answer(one, step, at)
        case intake.CorrectRegistrant():
            return correct_registrant(one, step, at)
        case str():
            return note_reopened(one, reopened(step, round, at))
        case (question, how) if question not in one.settlements:  # routing settles what is open
            return note_settled(one, settled(question, how, at))
        case _:
            return one, []


def test_news_is_declined_once_and_of_one_form():
    declined, [said] = decline_news(form(), NOW)
    assert declined.declines_news
    assert (type(said), said.case) == (intake.NewsDeclined, SUBMISSION)
    assert decline_news(declined, NOW + HOUR) == (declined, [])
