"""A form after it came in: its sender corrected, questions withdrawn, answers rated, files added."""

from services.intake import aftercare
from services.intake.files import must_be_free
from services.intake.provided import Answer, FileStore, Now, Profiles, SubmissionStore, profile_of
from shared.commands import obey
from shared.contracts import Done
from shared.contracts.intake import AddFiles, CorrectRegistrant, RateAnswer, WithdrawQuestions
from shared.contracts.routing import QuestionAssigned, QuestionAwaitsTriage, QuestionRedirected, QuestionReopened
from shared.handlers import Handlers

consumes = Handlers("intake")


@consumes(QuestionReopened)
async def note_what_is_owed_again(reopened: QuestionReopened, store: SubmissionStore) -> None:
    await store.change(reopened.case, lambda one: aftercare.note_reopened(one, reopened))


@consumes(QuestionAwaitsTriage, QuestionAssigned, QuestionRedirected)
async def note_what_reads_like_a_denunciation(judged: aftercare.Judged, store: SubmissionStore) -> None:
    if aftercare.is_judgement(judged):
        await store.change(judged.case, lambda one: aftercare.note_reading(one, judged))


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
