"""What routing hears and does."""

from typing import Annotated

from services.routing import rules
from services.routing.classification import Classifier
from services.routing.store import Questions
from shared.clock import Clock
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Done, Refused
from shared.contracts.intake import AttendanceRecorded, DialogueHeld, RegistrantExcused, SubmissionReceived
from shared.contracts.notify import NotificationSent
from shared.contracts.routing import (
    ApproveAnswer,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    RedirectQuestion,
    RequestExtension,
    ReturnAnswer,
)
from shared.handlers import Handlers, Provided

consumes = Handlers("routing")

QuestionStore = Annotated[Questions, Provided("questions")]
Classifiers = Annotated[dict[str, Classifier], Provided("classifiers")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]


@consumes(SubmissionReceived)
async def hand_out_questions(
    received: SubmissionReceived, questions: QuestionStore, classifiers: Classifiers, now: Now
) -> None:
    """A question that is there already was handed out by an earlier delivery.

    The first question is saved last: where it is, all of its form are (`Questions.of_case`).
    """
    classifier = classifiers[received.commune]
    for asked in reversed(received.questions):
        question, said = rules.open_question(None, received, asked, classifier.classify(asked.text), now())
        await questions.create(question, said)


@consumes(AttendanceRecorded)
async def note_attendance(attendance: AttendanceRecorded, questions: QuestionStore, now: Now) -> None:
    for question in await questions.of_case(attendance.case):
        await questions.change(question, lambda one: rules.note_attendance(one, attendance, now()))


@consumes(RegistrantExcused)
async def note_excuse(excused: RegistrantExcused, questions: QuestionStore) -> None:
    for question in await questions.of_case(excused.case):
        await questions.change(question, lambda one: rules.note_excuse(one, excused))


@consumes(DialogueHeld)
async def settle_what_was_answered_aloud(held: DialogueHeld, questions: QuestionStore, now: Now) -> None:
    for question in await questions.of_dialogue(held.case):
        await questions.change(question, lambda one: rules.note_dialogue_held(one, held, now()))


@consumes(NotificationSent)
async def settle_what_was_sent(sent: NotificationSent, questions: QuestionStore, now: Now) -> None:
    for question in sent.questions:
        await questions.change(question, lambda one: rules.note_sent(one, sent, now()))


@consumes.command(AssignQuestion)
async def assign_question(
    command: AssignQuestion, questions: QuestionStore, profiles: Profiles, now: Now
) -> Done | Refused:
    profile = profiles.get(command.actor.commune)
    departments = {department.id for department in profile.departments} if profile else set()
    return await obey(
        questions,
        command.question,
        command,
        lambda one: rules.assign_question(one, command, departments, now()),
    )


@consumes.command(RedirectQuestion)
async def redirect_question(command: RedirectQuestion, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.redirect_question(one, command, now()))


@consumes.command(DraftAnswer)
async def draft_answer(command: DraftAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.draft_answer(one, command, now()))


@consumes.command(ReturnAnswer)
async def return_answer(command: ReturnAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.return_answer(one, command, now()))


@consumes.command(ApproveAnswer)
async def approve_answer(command: ApproveAnswer, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.approve_answer(one, command, now()))


@consumes.command(RequestExtension)
async def request_extension(command: RequestExtension, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.request_extension(one, command, now()))


@consumes.command(ExtendTerm)
async def extend_term(command: ExtendTerm, questions: QuestionStore, now: Now) -> Done | Refused:
    return await obey(questions, command.question, command, lambda one: rules.extend_term(one, command, now()))
