"""What intake hears and does."""

from services.intake import aftercare, conclusion, file_handlers, form_handlers, rules, submissions
from services.intake.dialogue import Dialogue
from services.intake.library import handlers as library_handlers
from services.intake.lists import handlers as table_handlers
from services.intake.mailbox import handlers as mail_handlers
from services.intake.programme import conference_of
from services.intake.provided import (
    Answer,
    DialogueStore,
    FrontDoor,
    Now,
    Profiles,
    SubmissionStore,
    profile_of,
)
from services.intake.reception import Reception
from services.intake.seating import waiting_places
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Arrival, Submission
from shared.clock import Clock
from shared.commands import obey
from shared.communes import Profile
from shared.contracts import Done, Refusal, Refused
from shared.contracts.deadlines import DeadlineMoved, DeadlinePassed, DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    ApproveConclusion,
    CancelDialogue,
    CheckInRepresentative,
    CommitmentFulfilled,
    CompleteDuty,
    ConcludeDialogue,
    DelegateChair,
    DialogueConcluded,
    DialogueHeld,
    DraftConclusion,
    ExtendCommitment,
    FulfilCommitment,
    HoldDialogue,
    InviteRepresentative,
    ListReceived,
    PlanDialogue,
    QuestionsWithdrawn,
    ReceiveList,
    RegistrantExcused,
    RegistrationClosed,
    ReportBack,
    ReportResult,
    RescheduleDialogue,
    ReturnConclusion,
    SubmissionReceived,
)
from shared.contracts.routing import QuestionSettled
from shared.handlers import Handlers

consumes = Handlers("intake")


# --- registration opens and closes ----------------------------------------------------------------------------------


@consumes(DeadlineSet, DeadlineMoved)
async def learn_when_registration_closes(
    deadline: DeadlineSet | DeadlineMoved, dialogues: DialogueStore, now: Now
) -> None:
    if deadline.rule == "registration-cutoff":
        await dialogues.change(deadline.about, lambda one: rules.learn_when_registration_closes(one, deadline, now()))


@consumes(DeadlinePassed)
async def close_registration(passed: DeadlinePassed, dialogues: DialogueStore) -> None:
    if passed.rule == "registration-cutoff":
        await dialogues.change(passed.about, lambda one: rules.close_registration(one, passed))


# --- seats ----------------------------------------------------------------------------------------------------------


@consumes(RegistrationClosed, ListReceived)
async def give_seats(
    fact: RegistrationClosed | ListReceived,
    dialogues: DialogueStore,
    submissions: SubmissionStore,
    profiles: Profiles,
    now: Now,
) -> None:
    """A list may come after registration has closed; whoever stands on it is seated then."""
    await _seat(fact.case, profiles[fact.commune], dialogues, submissions, now)


@consumes(SubmissionReceived)
async def seat_who_was_entered_late(
    received: SubmissionReceived, dialogues: DialogueStore, store: SubmissionStore, profiles: Profiles, now: Now
) -> None:
    """A paper form that came in time may be entered when the seats are given already."""
    if dialogue := rules.wants_seat(received):
        await _seat(dialogue, profiles[received.commune], dialogues, store, now)


async def _seat(dialogue: str, profile: Profile, dialogues: Dialogues, store: Submissions, now: Clock) -> None:
    unseated = await store.without_seat(dialogue)
    saved = await dialogues.change(dialogue, lambda one: rules.give_seats(one, unseated, profile.hamlets))
    await _tell_places(saved.state, unseated, store, now)


@consumes(RegistrantExcused, QuestionsWithdrawn)
async def free_the_seat(
    gone: RegistrantExcused | QuestionsWithdrawn, dialogues: DialogueStore, submissions: SubmissionStore, now: Now
) -> None:
    """Who has withdrawn all he asked does not come either."""
    if gone.dialogue is None or (isinstance(gone, QuestionsWithdrawn) and not gone.entirely):
        return
    saved = await dialogues.change(gone.dialogue, lambda one: rules.free_seat(one, gone.case))
    await _tell_places(saved.state, await submissions.without_seat(gone.dialogue), submissions, now)


async def _tell_places(dialogue: Dialogue, unseated: list[Submission], store: Submissions, now: Clock) -> None:
    """Each form says what became of it. Repeating it tells only those who have not been told."""
    seats = {guest.id: guest.seat for guest in dialogue.guests}
    waits = waiting_places(dialogue.guests)
    for one in unseated:
        seat, place = seats.get(one.id), waits.get(one.id)
        if seat is not None or (place is not None and one.waits is None):
            await _tell_place(one.id, dialogue.id, seat, place, store, now)


async def _tell_place(
    id: str, dialogue: str, seat: int | None, place: int | None, store: Submissions, now: Clock
) -> None:
    def told(submission: Submission | None) -> submissions.Decision:
        assert submission is not None, "it was found a moment ago, and none is ever removed"
        return submissions.note_place(submission, dialogue, seat, place, now())

    await store.change(id, told)


# --- the conference, and what is owed after it ----------------------------------------------------------------------


@consumes(DialogueHeld)
async def record_who_was_absent(held: DialogueHeld, store: SubmissionStore) -> None:
    for submission in await store.ids({"dialogue": held.case, "attendance": "expected"}):
        await store.change(submission, lambda one: submissions.record_absence(one, held))


@consumes(QuestionSettled)
async def note_what_is_settled(
    settled: QuestionSettled, store: SubmissionStore, dialogues: DialogueStore, now: Now
) -> None:
    saved = await store.change(settled.case, lambda one: aftercare.note_settled(one, settled))
    if saved.state.dialogue is not None and saved.state.settled_at is not None:
        await _settle_unless_owed(saved.state.dialogue, dialogues, store, now)


@consumes(DialogueConcluded, CommitmentFulfilled)
async def settle_what_was_promised(
    fact: DialogueConcluded | CommitmentFulfilled, store: SubmissionStore, dialogues: DialogueStore, now: Now
) -> None:
    await _settle_unless_owed(fact.case, dialogues, store, now)


async def _settle_unless_owed(dialogue: str, dialogues: Dialogues, store: Submissions, now: Clock) -> None:
    """Whoever comes last sees that nothing is owed: each of them has saved before it looks here."""
    if await dialogues.is_concluded(dialogue) and not await store.owed(dialogue):
        await dialogues.change(dialogue, lambda one: rules.settle(one, now()))


# --- commands about a dialogue --------------------------------------------------------------------------------------


@consumes.command(PlanDialogue)
async def plan_dialogue(command: PlanDialogue, dialogues: DialogueStore, profiles: Profiles, now: Now) -> Answer:
    profile = profile_of(profiles, command)
    conference = conference_of(profile, command, await dialogues.programme(profile.id))
    planned = await dialogues.change(
        command.dialogue, lambda one: rules.plan_dialogue(one, command, conference, now()), key=command.key
    )
    if planned.state.commune != command.actor.commune:
        raise Refusal("not-now", "Mã hội nghị đối thoại này đã được dùng. Xin đặt một mã khác.")
    return Done(version=planned.said, state=dialogues.as_json(planned.state))


@consumes.command(AnnounceDialogue)
async def announce_dialogue(command: AnnounceDialogue, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.announce_dialogue(one, command, now()))


@consumes.command(RescheduleDialogue)
async def reschedule_dialogue(command: RescheduleDialogue, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.reschedule_dialogue(one, command, now()))


@consumes.command(CancelDialogue)
async def cancel_dialogue(command: CancelDialogue, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.cancel_dialogue(one, command, now()))


@consumes.command(DelegateChair)
async def delegate_chair(command: DelegateChair, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.delegate_chair(one, command, now()))


@consumes.command(ReportBack)
async def report_back(command: ReportBack, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.report_back(one, command, now()))


@consumes.command(HoldDialogue)
async def hold_dialogue(command: HoldDialogue, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.hold_dialogue(one, command, now()))


@consumes.command(CompleteDuty)
async def complete_duty(command: CompleteDuty, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.complete_duty(one, command, now()))


@consumes.command(InviteRepresentative)
async def invite_representative(
    command: InviteRepresentative, dialogues: DialogueStore, profiles: Profiles, now: Now
) -> Answer:
    hamlets = profile_of(profiles, command).hamlets
    return await obey(
        dialogues, command.dialogue, command, lambda one: rules.invite_representative(one, command, hamlets, now())
    )


@consumes.command(CheckInRepresentative)
async def check_in_representative(command: CheckInRepresentative, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: rules.check_in_representative(one, command, now())
    )


@consumes.command(ReceiveList)
async def receive_list(
    command: ReceiveList, dialogues: DialogueStore, reception: FrontDoor, profiles: Profiles, now: Now
) -> Answer:
    """Its opinions become forms before the list itself is noted: what a crash leaves half done is done by a repeat."""
    hamlets = profile_of(profiles, command).hamlets
    may = await obey(dialogues, command.dialogue, command, lambda one: rules.admit_list(one, command))
    if isinstance(may, Refused):
        return may
    receipts = await _take_in_opinions(command, await dialogues.get(command.dialogue), reception)
    fresh = sum(not receipt["duplicate"] for receipt in receipts)
    noted = await obey(
        dialogues,
        command.dialogue,
        command.model_copy(update={"version": None}),
        lambda one: rules.receive_list(one, command, fresh, hamlets, now()),
    )
    if isinstance(noted, Refused):
        return noted
    return Done(version=noted.version, state={**noted.state, "receipts": receipts})


async def _take_in_opinions(
    command: ReceiveList, dialogue: Dialogue | None, reception: Reception
) -> list[dict[str, object]]:
    assert dialogue is not None, "obey has found it"
    sender = next((one.sender for one in dialogue.lists if one.id == command.list), None)
    receipts = []
    for opinion in command.opinions:
        arrival = Arrival("list", opinion.registrant, opinion.matters, collected_by=sender)
        receipt = await reception.take_in(dialogue.commune, arrival, dialogue.announcement)
        receipts.append({"name": opinion.registrant.name, **receipt.model_dump(mode="json")})
    return receipts


@consumes.command(DraftConclusion)
async def draft_conclusion(
    command: DraftConclusion, dialogues: DialogueStore, store: SubmissionStore, profiles: Profiles, now: Now
) -> Answer:
    departments = {department.id for department in profile_of(profiles, command).departments}
    named = {question for promise in command.promises for question in promise.questions}
    unknown = await store.not_of(command.dialogue, named)
    return await obey(
        dialogues,
        command.dialogue,
        command,
        lambda one: conclusion.draft_conclusion(one, command, departments, unknown, now()),
    )


@consumes.command(ReturnConclusion)
async def return_conclusion(command: ReturnConclusion, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: conclusion.return_conclusion(one, command, now())
    )


@consumes.command(ApproveConclusion)
async def approve_conclusion(command: ApproveConclusion, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: conclusion.approve_conclusion(one, command, now())
    )


@consumes.command(ConcludeDialogue)
async def conclude_dialogue(command: ConcludeDialogue, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: conclusion.conclude_dialogue(one, command, now())
    )


@consumes.command(ExtendCommitment)
async def extend_commitment(command: ExtendCommitment, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: conclusion.extend_commitment(one, command, now())
    )


@consumes.command(FulfilCommitment)
async def fulfil_commitment(command: FulfilCommitment, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(
        dialogues, command.dialogue, command, lambda one: conclusion.fulfil_commitment(one, command, now())
    )


@consumes.command(ReportResult)
async def report_result(command: ReportResult, dialogues: DialogueStore, now: Now) -> Answer:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.report_result(one, command, now()))


consumes.include(
    file_handlers.consumes,
    form_handlers.consumes,
    library_handlers.consumes,
    mail_handlers.consumes,
    table_handlers.consumes,
)
