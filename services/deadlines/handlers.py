"""What deadlines hears and does."""

from typing import Annotated

from services.deadlines import rules
from services.deadlines.rules import deadline_id
from services.deadlines.store import Deadlines
from services.deadlines.terms import Offices
from shared.contracts.intake import DialogueConcluded, DialogueHeld, DialoguePlanned
from shared.contracts.routing import (
    AnswerDrafted,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionRedirected,
)
from shared.handlers import Handlers, Provided

consumes = Handlers("deadlines")

DeadlineStore = Annotated[Deadlines, Provided("deadlines")]
AllOffices = Annotated[Offices, Provided("offices")]


@consumes(DialoguePlanned)
async def close_registration_in_time(planned: DialoguePlanned, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[planned.commune]
    term = office.term("registration-cutoff")
    await deadlines.change(
        deadline_id(planned.case, "registration-cutoff"),
        lambda one: rules.close_registration(one, planned, term, office.calendar, office.hours),
    )


@consumes(DialogueHeld)
async def expect_conclusion(held: DialogueHeld, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[held.commune]
    term = office.term("conclusion-notice")
    await deadlines.change(
        deadline_id(held.case, "conclusion-notice"),
        lambda one: rules.expect_conclusion(one, held, term, office.calendar, office.hours),
    )


@consumes(DialogueConcluded)
async def accept_conclusion(concluded: DialogueConcluded, deadlines: DeadlineStore) -> None:
    await deadlines.change(
        deadline_id(concluded.case, "conclusion-notice"), lambda one: rules.accept_conclusion(one, concluded)
    )


@consumes(QuestionAssigned)
async def start_the_clock(assigned: QuestionAssigned, deadlines: DeadlineStore, offices: AllOffices) -> None:
    """A first assignment is the common case and costs one write; any other is decided on what is there."""
    office = offices[assigned.commune]
    term = office.term("department-answer")
    deadline, said = rules.expect_answer(None, assigned, term, office.calendar, office.hours)
    if not await deadlines.create(deadline, said):
        await deadlines.change(
            deadline.id, lambda one: rules.expect_answer(one, assigned, term, office.calendar, office.hours)
        )


@consumes(AnswerDrafted)
async def accept_answer(drafted: AnswerDrafted, deadlines: DeadlineStore) -> None:
    await deadlines.change(
        deadline_id(drafted.question, "department-answer"), lambda one: rules.accept_answer(one, drafted)
    )


@consumes(AnswerReturned)
async def reopen(returned: AnswerReturned, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[returned.commune]
    await deadlines.change(
        deadline_id(returned.question, "department-answer"),
        lambda one: rules.reopen(one, returned, office.calendar, office.hours),
    )


@consumes(ExtensionGranted)
async def extend(granted: ExtensionGranted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[granted.commune]
    await deadlines.change(
        deadline_id(granted.question, "department-answer"),
        lambda one: rules.extend(one, granted, office.calendar, office.hours),
    )


@consumes(QuestionRedirected)
async def cancel(redirected: QuestionRedirected, deadlines: DeadlineStore) -> None:
    await deadlines.change(
        deadline_id(redirected.question, "department-answer"), lambda one: rules.cancel(one, redirected)
    )


@consumes(QuestionAnsweredAtDialogue)
async def accept_answer_at_dialogue(answered: QuestionAnsweredAtDialogue, deadlines: DeadlineStore) -> None:
    await deadlines.change(
        deadline_id(answered.question, "department-answer"),
        lambda one: rules.accept_answer_at_dialogue(one, answered),
    )
