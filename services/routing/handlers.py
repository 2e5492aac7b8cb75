"""What routing hears and does."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from services.routing import aftercare, answers, conference, library, owed, review, rules
from services.routing.classifying.classifier import Classifier
from services.routing.moves import permit_review
from services.routing.question import Decision, Question
from services.routing.store import FORGOTTEN_S, Conferences, Questions
from shared.clock import Clock
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Done, Refusal, Refused
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
from shared.contracts.routing import (
    AcceptTransfer,
    AnswerOnTheSpot,
    ApproveAnswer,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    GroupQuestion,
    PrioritiseQuestion,
    PublishAnswer,
    RedirectQuestion,
    ReferQuestionUp,
    ReopenQuestion,
    ReportToSuperior,
    RequestExtension,
    ReturnAnswer,
    ReviewQuestions,
    RoutingCommand,
    TakeForWrittenAnswer,
    TransferQuestion,
    UnpublishAnswer,
)
from shared.handlers import Handlers, Provided

consumes = Handlers("routing")

QuestionStore = Annotated[Questions, Provided("questions")]
ConferenceStore = Annotated[Conferences, Provided("conferences")]
Classifiers = Annotated[dict[str, Classifier], Provided("classifiers")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]


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
) -> Done | Refused:
    """Repeating it finds the same and says nothing new, so neither key nor version matter."""
    dialogue = await conferences.now(command.dialogue)
    if dialogue is None:
        raise Refusal("not-found", f"Không tìm thấy hội nghị {command.dialogue}.")
    permit_review(command, dialogue.commune)
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
    classifier = classifiers[received.commune]
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
    for question in ids:
        await questions.change(question, lambda one: owed.note_attendance(one, attendance, dialogue, now()))


@consumes(RegistrantExcused)
async def note_excuse(
    excused: RegistrantExcused, questions: QuestionStore, conferences: ConferenceStore, now: Now
) -> None:
    ids = await questions.of_case(excused.case)
    dialogue = await conferences.now(excused.dialogue)
    for question in ids:
        await questions.change(question, lambda one: owed.note_excuse(one, excused, dialogue, now()))


@consumes(RegistrantWaitlisted, RegistrantInvited)
async def note_seat(fact: RegistrantWaitlisted | RegistrantInvited, questions: QuestionStore, now: Now) -> None:
    for question in await questions.of_case(fact.case):
        await questions.change(question, lambda one: owed.note_seat(one, fact, now()))


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


# --- commands -------------------------------------------------------------------------------------------------------

C = TypeVar("C", bound=RoutingCommand)


async def decide(
    command: C, questions: Questions, rule: Callable[[Question, C, datetime], Decision], now: Clock
) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rule(one, command, now()))


@consumes.command(AssignQuestion)
async def assign_question(
    command: AssignQuestion, questions: QuestionStore, conferences: ConferenceStore, profiles: Profiles, now: Now
) -> Done | Refused:
    departments, dialogue = _departments(profiles, command), await _dialogue_of(command, questions, conferences)
    return await obey(
        questions,
        command.question,
        command,
        lambda one: rules.assign_question(one, command, departments, dialogue, now()),
    )


@consumes.command(TransferQuestion)
async def transfer_question(
    command: TransferQuestion, questions: QuestionStore, conferences: ConferenceStore, profiles: Profiles, now: Now
) -> Done | Refused:
    departments, dialogue = _departments(profiles, command), await _dialogue_of(command, questions, conferences)
    return await obey(
        questions,
        command.question,
        command,
        lambda one: rules.transfer_question(one, command, departments, dialogue, now()),
    )


def _departments(profiles: Communes, command: RoutingCommand) -> set[str]:
    profile = profiles.get(command.actor.commune)
    return {department.id for department in profile.departments} if profile else set()


async def _dialogue_of(
    command: RoutingCommand, questions: Questions, conferences: Conferences
) -> conference.Conference | None:
    """The dialogue of the question it is about: a question stays with its dialogue."""
    question = await questions.get(command.question)
    return await conferences.now(question.dialogue) if question else None


@consumes.command(AcceptTransfer)
async def accept_transfer(command: AcceptTransfer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.accept_transfer, now)


@consumes.command(RedirectQuestion)
async def redirect_question(command: RedirectQuestion, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.redirect_question, now)


@consumes.command(ReferQuestionUp)
async def refer_question_up(command: ReferQuestionUp, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.refer_question_up, now)


@consumes.command(ReportToSuperior)
async def report_to_superior(command: ReportToSuperior, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.report_to_superior, now)


@consumes.command(GroupQuestion)
async def group_question(command: GroupQuestion, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.group_question, now)


@consumes.command(PrioritiseQuestion)
async def prioritise_question(command: PrioritiseQuestion, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, rules.prioritise_question, now)


@consumes.command(DraftAnswer)
async def draft_answer(command: DraftAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.draft_answer, now)


@consumes.command(ReturnAnswer)
async def return_answer(command: ReturnAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.return_answer, now)


@consumes.command(ApproveAnswer)
async def approve_answer(command: ApproveAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.approve_answer, now)


@consumes.command(RequestExtension)
async def request_extension(command: RequestExtension, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.request_extension, now)


@consumes.command(ExtendTerm)
async def extend_term(command: ExtendTerm, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.extend_term, now)


@consumes.command(AnswerOnTheSpot)
async def answer_on_the_spot(command: AnswerOnTheSpot, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.answer_on_the_spot, now)


@consumes.command(TakeForWrittenAnswer)
async def take_for_written_answer(command: TakeForWrittenAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, answers.take_for_written_answer, now)


@consumes.command(ReopenQuestion)
async def reopen_question(command: ReopenQuestion, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, aftercare.reopen_question, now)


@consumes.command(PublishAnswer)
async def publish_answer(
    command: PublishAnswer, questions: QuestionStore, profiles: Profiles, now: Now
) -> Done | Refused:
    contacts = _contacts(profiles, command)
    return await obey(
        questions, command.question, command, lambda one: library.publish_answer(one, command, contacts, now())
    )


@consumes.command(UnpublishAnswer)
async def unpublish_answer(command: UnpublishAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await decide(command, questions, library.unpublish_answer, now)


def _contacts(profiles: Communes, command: RoutingCommand) -> list[str]:
    """Under which everybody may reach the office."""
    profile = profiles.get(command.actor.commune)
    return [way for way in (profile.phone, profile.email) if way] if profile else []
