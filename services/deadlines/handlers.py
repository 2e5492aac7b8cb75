"""What deadlines hears and does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from services.deadlines import answers, calendars, conferences, decrees, posting, rules
from services.deadlines.calendars import LiveCalendar
from services.deadlines.deadline import Deadline, Decision, Told
from services.deadlines.decrees import AppliedCalendars
from services.deadlines.explaining import explain_term
from services.deadlines.store import Conferences, Deadlines
from services.deadlines.terms import Office, Offices
from shared.clock import Clock
from shared.commands import obey
from shared.contracts import Done, Refused, Role
from shared.contracts.deadlines import (
    AcknowledgeEscalation,
    ApplyCalendar,
    ExplainTerms,
    PreviewCalendar,
    ShowCalendar,
)
from shared.contracts.intake import (
    CommitmentExtended,
    CommitmentFulfilled,
    DelegateReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DutyCompleted,
    ListReceived,
    ResultReported,
)
from shared.contracts.post import PrintRunClosed, PrintRunPosted
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionParted,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSettled,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from shared.handlers import Handlers, Provided

consumes = Handlers("deadlines")

SEE_ALL = frozenset({Role.OPERATOR, Role.PROVINCE})

DeadlineStore = Annotated[Deadlines, Provided("deadlines")]
ConferenceStore = Annotated[Conferences, Provided("conferences")]
AllOffices = Annotated[Offices, Provided("offices")]
Calendar = Annotated[LiveCalendar, Provided("calendar")]
CalendarStore = Annotated[AppliedCalendars, Provided("calendars")]
Now = Annotated[Clock, Provided("now")]


async def take_in(tellings: Iterable[Told], deadlines: Deadlines, office: Office) -> None:
    """Tell each term what has happened to it, all of it in one save."""
    of_term: dict[str, list[Told]] = defaultdict(list)
    for told in tellings:
        of_term[told.duty.id].append(told)
    for id, its_own in of_term.items():
        await deadlines.change(id, _hearing(its_own, office))


def _hearing(tellings: Sequence[Told], office: Office) -> Callable[[Deadline | None], Decision]:
    return lambda one: rules.hear_all(one, tellings, office.calendar, office.hours)


# --- dialogues -------------------------------------------------------------------------------------------------------


@consumes(DialoguePlanned, DialogueRescheduled, DialogueCancelled, DialogueHeld)
async def keep_up_with_the_dialogue(
    fact: DialoguePlanned | DialogueRescheduled | DialogueCancelled | DialogueHeld,
    known: ConferenceStore,
    deadlines: DeadlineStore,
    offices: AllOffices,
) -> None:
    """Whoever saves second has heard both, and tells the terms both."""
    conference = (await known.change(fact.case, lambda one: conferences.note(one, fact))).state
    office = offices[fact.commune]
    if not isinstance(fact, DialogueHeld):
        await take_in(conferences.prepare(conference, office), deadlines, office)
    await take_in(conferences.in_the_programme(conference, office), deadlines, office)


@consumes(DialogueAnnounced)
async def accept_announcement(announced: DialogueAnnounced, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in(conferences.accept_announcement(announced), deadlines, offices[announced.commune])


@consumes(DutyCompleted)
async def accept_preparation(completed: DutyCompleted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([conferences.accept_preparation(completed)], deadlines, offices[completed.commune])


@consumes(ListReceived)
async def accept_list(received: ListReceived, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([conferences.accept_list(received)], deadlines, offices[received.commune])


@consumes(DialogueHeld)
async def expect_conclusion(held: DialogueHeld, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[held.commune]
    await take_in(conferences.expect_conclusion(held, office), deadlines, office)


@consumes(DelegateReported)
async def accept_delegates_report(reported: DelegateReported, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([conferences.accept_delegates_report(reported)], deadlines, offices[reported.commune])


@consumes(DialogueConcluded)
async def accept_conclusion(concluded: DialogueConcluded, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[concluded.commune]
    await take_in(conferences.accept_conclusion(concluded, office), deadlines, office)


@consumes(CommitmentExtended)
async def extend_commitment(extended: CommitmentExtended, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[extended.commune]
    await take_in([conferences.extend_commitment(extended, office)], deadlines, office)


@consumes(CommitmentFulfilled)
async def accept_resolution(fulfilled: CommitmentFulfilled, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([conferences.accept_resolution(fulfilled)], deadlines, offices[fulfilled.commune])


@consumes(ResultReported)
async def accept_result_report(reported: ResultReported, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([conferences.accept_result_report(reported)], deadlines, offices[reported.commune])


# --- questions -------------------------------------------------------------------------------------------------------


@consumes(QuestionAssigned)
async def start_the_clock(assigned: QuestionAssigned, deadlines: DeadlineStore, offices: AllOffices) -> None:
    """A first assignment is the common case and costs one write; any other is decided on what is there."""
    office = offices[assigned.commune]
    told = answers.expect_answer(assigned, office.term("department-answer"))
    if not await deadlines.create(*rules.hear(None, told, office.calendar, office.hours)):
        await take_in([told], deadlines, office)
    await take_in(answers.what_else_is_done(assigned), deadlines, office)


@consumes(QuestionAwaitsTriage)
async def expect_triage(waiting: QuestionAwaitsTriage, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[waiting.commune]
    await take_in(answers.expect_triage(waiting, office.term("triage")), deadlines, office)


@consumes(QuestionHandedBack)
async def hand_back(handed_back: QuestionHandedBack, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[handed_back.commune]
    told = [*answers.hand_back(handed_back), *answers.expect_triage(handed_back, office.term("triage"))]
    await take_in(told, deadlines, office)


@consumes(QuestionTransferred)
async def hand_over(transferred: QuestionTransferred, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[transferred.commune]
    await take_in(answers.hand_over(transferred, office.term("department-answer")), deadlines, office)


@consumes(TransferAccepted)
async def take_up(accepted: TransferAccepted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([answers.take_up(accepted)], deadlines, offices[accepted.commune])


@consumes(AnswerDrafted)
async def accept_answer(drafted: AnswerDrafted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[drafted.commune]
    told = [*answers.accept_answer(drafted), *answers.expect_approval(drafted, office.term("approval"))]
    await take_in(told, deadlines, office)


@consumes(AnswerEndorsed)
async def pass_on(endorsed: AnswerEndorsed, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([answers.pass_on(endorsed)], deadlines, offices[endorsed.commune])


@consumes(QuestionParted)
async def expect_approval_by_itself(parted: QuestionParted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[parted.commune]
    await take_in(answers.expect_approval_by_itself(parted, office.term("approval")), deadlines, office)


@consumes(AnswerApproved)
async def accept_approval(approved: AnswerApproved, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([answers.accept_judgement(approved)], deadlines, offices[approved.commune])


@consumes(AnswerReturned)
async def expect_a_better_draft(returned: AnswerReturned, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[returned.commune]
    await take_in(answers.send_back(returned, office.term("revision")), deadlines, office)


@consumes(ExtensionGranted)
async def extend(granted: ExtensionGranted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([answers.extend(granted)], deadlines, offices[granted.commune])


@consumes(QuestionRedirected)
async def cancel(redirected: QuestionRedirected, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[redirected.commune]
    await take_in(answers.redirect(redirected, office.term("guidance")), deadlines, office)


@consumes(QuestionAnsweredAtDialogue)
async def accept_answer_at_dialogue(
    answered: QuestionAnsweredAtDialogue, deadlines: DeadlineStore, offices: AllOffices
) -> None:
    await take_in(answers.accept_answer_at_dialogue(answered), deadlines, offices[answered.commune])


@consumes(QuestionReferredUp)
async def expect_report(referred: QuestionReferredUp, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[referred.commune]
    told = answers.refer_up(referred, office.term("superior-report"), office.term("guidance"))
    await take_in(told, deadlines, office)


@consumes(SuperiorReported)
async def accept_report(reported: SuperiorReported, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in([answers.accept_report(reported)], deadlines, offices[reported.commune])


@consumes(WrittenAnswerOwed)
async def expect_letter(owed: WrittenAnswerOwed, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[owed.commune]
    await take_in([answers.expect_letter(owed, office.term("written-answer"))], deadlines, office)


@consumes(QuestionSettled)
async def accept_settlement(settled: QuestionSettled, deadlines: DeadlineStore, offices: AllOffices) -> None:
    await take_in(answers.accept_settlement(settled), deadlines, offices[settled.commune])


@consumes(QuestionReopened)
async def begin_again(reopened: QuestionReopened, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[reopened.commune]
    told = [*answers.begin_again(reopened), *answers.expect_triage(reopened, office.term("triage"))]
    await take_in(told, deadlines, office)


# --- print runs ------------------------------------------------------------------------------------------------------


@consumes(PrintRunClosed)
async def expect_posting(closed: PrintRunClosed, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[closed.commune]
    await take_in(posting.expect_posting(closed, office.term("posting")), deadlines, office)


@consumes(PrintRunPosted)
async def accept_posting(posted: PrintRunPosted, deadlines: DeadlineStore, offices: AllOffices) -> None:
    office = offices[posted.commune]
    await take_in([posting.accept_posting(posted, office.hours)], deadlines, office)


# --- escalations -----------------------------------------------------------------------------------------------------


@consumes.command(AcknowledgeEscalation)
async def acknowledge_escalation(command: AcknowledgeEscalation, deadlines: DeadlineStore, now: Now) -> Done | Refused:
    return await obey(deadlines, command.deadline, command, lambda one: rules.acknowledge(one, command, now()))


# --- the calendar ----------------------------------------------------------------------------------------------------


@consumes.command(ExplainTerms)
async def explain_terms(
    command: ExplainTerms, deadlines: DeadlineStore, offices: AllOffices, calendar: Calendar, now: Now
) -> Done:
    """One read for all. Each is explained by the calendar it was counted with, what is left by the present one."""
    wanted: dict[str, Any] = {"_id": {"$in": list(command.deadlines)}}
    if command.actor.role not in SEE_ALL:
        wanted["commune"] = command.actor.commune
    at = now()
    terms = {
        one.id: explain_term(one, calendar.as_of(one.calendar), calendar, offices[one.commune].hours, at)
        for one in await deadlines.find(wanted)
        if one.commune in offices
    }
    return Done(version=0, state={"terms": terms})


@consumes.command(ShowCalendar)
async def show_calendar(_: ShowCalendar, calendar: Calendar) -> Done:
    return Done(version=calendar.revision, state=calendars.shown(calendar))


@consumes.command(PreviewCalendar)
async def preview_calendar(
    command: PreviewCalendar, deadlines: DeadlineStore, offices: AllOffices, calendar: Calendar, now: Now
) -> Done:
    calendars.check(command)
    state = await decrees.preview(command.year, calendar, deadlines, offices, now)
    return Done(version=calendar.revision, state=dict(state))


@consumes.command(ApplyCalendar)
async def apply_calendar(command: ApplyCalendar, applied: CalendarStore, calendar: Calendar, now: Now) -> Done:
    """The next sweep counts the open terms again."""
    calendars.check(command)
    saved = await applied.change(
        calendars.STATE, lambda one: calendars.apply_calendar(one, command, now()), key=command.key
    )
    calendar.take(saved.state)
    return Done(version=saved.state.revision, state=calendars.shown(calendar))
