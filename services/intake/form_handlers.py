"""A form: entered by the office, found, its sender seen, excused, corrected; questions withdrawn, answers rated."""

from collections.abc import Sequence

from services.intake import admission, aftercare, submissions
from services.intake.codes import normalise
from services.intake.files import Kept, must_be_free
from services.intake.keyed_in import arrival_of
from services.intake.mailbox import handlers as mail_handlers
from services.intake.provided import (
    Answer,
    FileStore,
    FrontDoor,
    MailRoom,
    MailStore,
    Now,
    Profiles,
    SubmissionStore,
    profile_of,
)
from services.intake.store import Submissions
from services.intake.submissions import Arrival
from shared.commands import obey
from shared.contracts import Done, Refusal
from shared.contracts.intake import (
    AddFiles,
    CheckIn,
    CorrectRegistrant,
    ExcuseRegistrant,
    LookUpSubmission,
    RateAnswer,
    RegisterSubmission,
    WithdrawQuestions,
)
from shared.contracts.routing import (
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionRedirected,
    QuestionReopened,
    QuestionSplit,
)
from shared.handlers import Handlers

consumes = Handlers("intake")


# --- what routing says of its questions -----------------------------------------------------------------------------


@consumes(QuestionReopened)
async def note_what_is_owed_again(reopened: QuestionReopened, store: SubmissionStore) -> None:
    await store.change(reopened.case, lambda one: aftercare.note_reopened(one, reopened))


@consumes(QuestionSplit)
async def note_what_was_split(split: QuestionSplit, store: SubmissionStore, now: Now) -> None:
    await store.change(split.case, lambda one: aftercare.note_split(one, split, now()))


@consumes(QuestionAwaitsTriage, QuestionAssigned, QuestionRedirected)
async def note_what_reads_like_a_denunciation(judged: aftercare.Judged, store: SubmissionStore) -> None:
    if aftercare.is_judgement(judged):
        await store.change(judged.case, lambda one: aftercare.note_reading(one, judged))


# --- how it comes in by a clerk's hand ------------------------------------------------------------------------------


@consumes.command(RegisterSubmission)
async def register_submission(
    command: RegisterSubmission,
    reception: FrontDoor,
    files: FileStore,
    mails: MailStore,
    mail_room: MailRoom,
    store: SubmissionStore,
    profiles: Profiles,
    now: Now,
) -> Answer:
    """A repeated command finds its form already there and gets the first receipt."""
    commune = profile_of(profiles, command).id
    admission.admit(command)
    submissions.check_past(command, now())
    mail = await mail_handlers.mail_to_register(command, mails)
    chosen = await files.chosen(commune, command.attachments)
    of_the_mail = await mail_room.files_of(mail) if mail else ()
    arrival = arrival_of(command, [*(one.attachment for one in chosen), *of_the_mail], mail)
    must_be_free(chosen, *await _repeated(arrival, chosen, store))
    receipt = await reception.receive(commune, arrival, command.dialogue)
    await mail_handlers.note_registered(command, mails, receipt, now)
    return Done(version=1, state=receipt.model_dump(mode="json"))


async def _repeated(arrival: Arrival, chosen: Sequence[Kept], store: Submissions) -> list[str]:
    """Those that have the chosen files already, and are the same form: a command that comes again names them again."""
    named = dict.fromkeys(one.named_by for one in chosen if one.named_by is not None)
    forms = [await store.get(id) for id in named]
    return [form.id for form in forms if form is not None and submissions.is_repeat(form, arrival)]


# --- what becomes of it ---------------------------------------------------------------------------------------------


@consumes.command(LookUpSubmission)
async def look_up_submission(command: LookUpSubmission, store: SubmissionStore) -> Answer:
    found = await store.by_code(code) if (code := normalise(command.code)) else None
    if found is None or not admission.may_find(found, command.actor):
        raise Refusal("not-found", f"Không tìm thấy phiếu có mã {command.code}.")
    return Done(version=found.version, state=admission.as_found(found, command.actor))


@consumes.command(ExcuseRegistrant)
async def excuse_registrant(command: ExcuseRegistrant, store: SubmissionStore, now: Now) -> Answer:
    return await obey(
        store, command.submission, command, lambda one: submissions.excuse_registrant(one, command, now())
    )


@consumes.command(CheckIn)
async def check_in(command: CheckIn, store: SubmissionStore, now: Now) -> Answer:
    return await obey(store, command.submission, command, lambda one: submissions.check_in(one, command, now()))


@consumes.command(CorrectRegistrant)
async def correct_registrant(command: CorrectRegistrant, store: SubmissionStore, now: Now) -> Answer:
    return await obey(store, command.submission, command, lambda one: aftercare.correct_registrant(one, command, now()))


@consumes.command(WithdrawQuestions)
async def withdraw_questions(command: WithdrawQuestions, store: SubmissionStore, now: Now) -> Answer:
    return await obey(store, command.submission, command, lambda one: aftercare.withdraw_questions(one, command, now()))


@consumes.command(RateAnswer)
async def rate_answer(command: RateAnswer, store: SubmissionStore, now: Now) -> Answer:
    return await obey(store, command.submission, command, lambda one: aftercare.rate_answer(one, command, now()))


@consumes.command(AddFiles)
async def add_files(
    command: AddFiles, store: SubmissionStore, files: FileStore, profiles: Profiles, now: Now
) -> Answer:
    """What the form names is kept. What a crash leaves unnamed is found by the form, and named then."""
    chosen = await files.chosen(profile_of(profiles, command).id, command.attachments)
    must_be_free(chosen, command.submission)
    attachments = tuple(one.attachment for one in chosen)
    done = await obey(
        store, command.submission, command, lambda one: aftercare.add_files(one, command, attachments, now())
    )
    if isinstance(done, Done):
        named = {one["id"] for one in done.state["attachments"]}
        await files.name([one for one in attachments if one.id in named], command.submission)
    return done
