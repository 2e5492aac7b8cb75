"""What routing hears and does. What it is asked stands in question_handlers.py and answer_handlers.py."""

import asyncio
from collections.abc import Callable

from services.routing import (
    aftercare,
    answer_handlers,
    conference,
    handbook_handlers,
    library_handlers,
    owed,
    question_handlers,
    review,
    rules,
    split_handlers,
    together_handlers,
)
from services.routing.provided import Answer, Classifiers, ConferenceStore, Now, QuestionStore
from services.routing.question import Decision, Question
from services.routing.store import FORGOTTEN_S, Conferences, Questions
from shared.clock import Clock
from shared.contracts import Done, Refusal
from shared.contracts.intake import (
    AnswerRated,
    AttendanceRecorded,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueHeld,
    DialoguePlanned,
    QuestionsWithdrawn,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RegistrationClosed,
    SubmissionReceived,
)
from shared.contracts.notify import NotificationSent
from shared.contracts.routing import ReviewQuestions
from shared.handlers import Handlers

consumes = Handlers("routing")


# --- dialogues ------------------------------------------------------------------------------------------------------


@consumes(DialoguePlanned, DialogueAnnounced)
async def learn_what_a_dialogue_is_about(
    fact: DialoguePlanned | DialogueAnnounced, conferences: ConferenceStore
) -> None:
    await conferences.change(fact.case, lambda one: conference.keep_sessions(one, fact))


@consumes(DialogueHeld)
async def settle_what_was_answered_aloud(
    held: DialogueHeld, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    await close_conference(held, questions, conferences, now)


@consumes(DialogueCancelled)
async def owe_in_writing_what_was_cancelled(
    cancelled: DialogueCancelled, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    await close_conference(cancelled, questions, conferences, now)


async def close_conference(
    fact: DialogueHeld | DialogueCancelled, questions: Questions, conferences: Conferences, now: Clock
) -> None:
    """Tell every question of the dialogue that it is over, also those that are being opened meanwhile.

    That it is over is saved first. A process that still remembers it otherwise does so for a moment only; what it has
    opened by then is told in the second round, and whatever is opened later reads it (`hand_out_questions`).
    """
    over = await conferences.change(fact.case, lambda one: conference.keep_end(one, fact))
    for pause in (0.0, FORGOTTEN_S):
        await asyncio.sleep(pause)
        for question in await questions.of_dialogue(fact.case):
            await questions.change(question, lambda one: owed.note_over(one, over.state, now()))


@consumes(RegistrationClosed)
async def look_for_what_recurs(
    closed: RegistrationClosed, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    await review_questions_of(closed.case, closed.commune, questions, conferences, now)


@consumes.command(ReviewQuestions)
async def review_questions(
    command: ReviewQuestions, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> Answer:
    """Repeating it finds the same and says nothing new, so neither key nor version matter."""
    dialogue = await conferences.now(command.dialogue)
    if dialogue is None:
        raise Refusal("not-found", f"Không tìm thấy hội nghị {command.dialogue}.")
    review.permit_review(command, dialogue.commune)
    state = await review_questions_of(dialogue.id, dialogue.commune, questions, conferences, now)
    return Done(version=0, state=state)


async def review_questions_of(
    dialogue: str, commune: str, questions: Questions, conferences: Conferences, now: Clock
) -> dict[str, int]:
    """Say which questions of the dialogue were asked before or twice.

    Returns:
        How many questions were compared, and of how many it was found: {"reviewed", "recurring", "alike"}.
    """
    asked, others = await questions.registered_for(dialogue), await questions.unsettled(commune)
    over = await conferences.over(commune)
    found = await asyncio.to_thread(review.find, asked, others, over)  # seconds of work must not hold up the rest
    before = {question.id: question for question in asked}
    for finding in found:
        if review.note_finding(before[finding.question], finding, now())[1]:
            await questions.change(finding.question, _noting(finding, now))
    return {
        "reviewed": len(asked),
        "recurring": sum(bool(finding.earlier) for finding in found),
        "alike": sum(finding.like is not None for finding in found),
    }


def _noting(finding: review.Finding, now: Clock) -> Callable[[Question | None], Decision]:
    def note(question: Question | None) -> Decision:
        assert question is not None, "questions are never removed"
        return review.note_finding(question, finding, now())

    return note


# --- submissions ----------------------------------------------------------------------------------------------------


@consumes(SubmissionReceived)
async def hand_out_questions(
    received: SubmissionReceived,
    questions: QuestionStore,
    conferences: ConferenceStore,
    classifiers: Classifiers,
    now: Now,
) -> None:
    """A question that is there already was handed out by an earlier delivery.

    The first question is saved last: where it is, all of its form are (`Questions.of_case`). Whether the dialogue is
    over is asked again once they are saved: see `close_conference`.
    """
    classifier = await classifiers.of(received.commune)
    dialogue = await conferences.lately(received.dialogue)
    for asked in reversed(received.questions):
        question, said = rules.open_question(None, received, asked, classifier.classify(asked.text), dialogue, now())
        await questions.create(question, said)
    dialogue = await conferences.lately(received.dialogue)
    if dialogue is not None and dialogue.over:
        for asked in received.questions:
            await questions.change(asked.id, lambda one: owed.note_over(one, dialogue, now()))


@consumes(AttendanceRecorded)
async def note_attendance(
    attendance: AttendanceRecorded, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    ids = await questions.of_case(attendance.case)
    dialogue = await conferences.now(attendance.dialogue)
    await tell_the_form(
        attendance.case, ids, questions, lambda one: owed.note_attendance(one, attendance, dialogue, now())
    )


@consumes(RegistrantExcused)
async def note_excuse(
    excused: RegistrantExcused, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    ids = await questions.of_case(excused.case)
    dialogue = await conferences.now(excused.dialogue)
    await tell_the_form(excused.case, ids, questions, lambda one: owed.note_excuse(one, excused, dialogue, now()))


@consumes(RegistrantWaitlisted, RegistrantInvited)
async def note_seat(fact: RegistrantWaitlisted | RegistrantInvited, questions: QuestionStore, now: Now) -> None:
    ids = await questions.of_case(fact.case)
    await tell_the_form(fact.case, ids, questions, lambda one: owed.note_seat(one, fact, now()))


async def tell_the_form(
    case: str, ids: list[str], questions: Questions, note: Callable[[Question | None], Decision]
) -> None:
    """Tell all questions of a form, also one that is being split off meanwhile.

    It began as its parent was read. So after each pass it is looked for; and once it is saved, its parent is read again
    (`open_what_was_split_off`). Whichever comes last, it is told.
    """
    told: set[str] = set()
    while ids:
        for question in ids:
            await questions.change(question, note)
        told.update(ids)
        ids = [id for id in await questions.of_case(case) if id not in told]


@consumes(NotificationSent)
async def settle_what_was_sent(sent: NotificationSent, questions: QuestionStore, now: Now) -> None:
    for question in sent.questions:
        await questions.change(question, lambda one: owed.note_sent(one, sent, now()))


@consumes(QuestionsWithdrawn)
async def settle_what_was_withdrawn(withdrawn: QuestionsWithdrawn, questions: QuestionStore, now: Now) -> None:
    for question in withdrawn.questions:
        await questions.change(question, lambda one: aftercare.note_withdrawal(one, withdrawn, now()))


@consumes(AnswerRated)
async def look_again_at_what_was_contested(rated: AnswerRated, questions: QuestionStore, now: Now) -> None:
    if rated.contested:
        await questions.change(rated.question, lambda one: aftercare.note_mark(one, rated, now()))


consumes.include(
    question_handlers.consumes,
    split_handlers.consumes,
    together_handlers.consumes,
    answer_handlers.consumes,
    library_handlers.consumes,
    handbook_handlers.consumes,
)
