"""What notify hears and does."""

from functools import partial

from services.notify import aftercare, apologies, delivery, dialogues, digests, rules
from services.notify.correspondence import Conference, Entry
from services.notify.mailing.handlers import consumes as of_mails
from services.notify.numbers.handlers import consumes as of_registers
from services.notify.paper.handlers import consumes as of_files
from services.notify.post import PostRoom
from services.notify.posting.handlers import consumes as of_the_post
from services.notify.provided import Letters, Now, Post, Profiles
from services.notify.reminded import reminded
from services.notify.store import Correspondences
from services.notify.texts.handlers import consumes as of_texts
from shared.clock import Clock
from shared.commands import obey
from shared.contracts import Done, Refused, TooEarly
from shared.contracts.deadlines import DeadlineMoved, DeadlineNear, EscalationRaised
from shared.contracts.intake import (
    AttendanceRecorded,
    CommitmentExtended,
    CommitmentFulfilled,
    ConclusionDrafted,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RepresentativeInvited,
    SubmissionReceived,
)
from shared.contracts.notify import ApologiseForDelay, RecordHandOver
from shared.contracts.routing import (
    AnswerApproved,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSplit,
    WrittenAnswerOwed,
)
from shared.handlers import Handlers
from shared.logs import in_short, logger
from shared.store import OUTAGES

consumes = Handlers("notify")
consumes.include(of_mails, of_registers, of_files, of_texts, of_the_post)


@consumes(SubmissionReceived)
async def acknowledge(received: SubmissionReceived, letters: Letters, post: Post, now: Now) -> None:
    """A form that is new is the common case and costs one write and, with a dialogue, one read."""
    conference = await _conference(letters, received.dialogue)
    if not await post.begin(rules.acknowledge(None, received, now(), conference)):
        await post.note(received.case, lambda one: rules.acknowledge(one, received, now(), conference))


# --- the dialogue ----------------------------------------------------------------------------------------------------


@consumes(DialogueAnnounced, DialogueRescheduled, DialogueCancelled, DialogueHeld, DialogueConcluded)
async def keep_dialogue(news: dialogues.News, letters: Letters, post: Post, now: Now) -> None:
    await post.note(news.case, lambda one: dialogues.keep(one, news, now()))
    await tell_registrants(news.case, letters, post, now)


async def tell_registrants(dialogue: str, letters: Correspondences, post: PostRoom, now: Clock) -> None:
    """What has become of their dialogue, as its own record has it."""
    if (conference := await _conference(letters, dialogue)) is None:
        return
    for case in await letters.of_dialogue(dialogue):
        await post.note(case, lambda one: rules.learn_of_dialogue(one, conference, now()))


async def tell_again(letters: Correspondences, post: PostRoom, now: Clock) -> None:
    """For forms that were being taken in while the news was told first: they may have read the record before it."""
    for dialogue in await letters.to_tell_again(now()):
        try:
            await tell_registrants(dialogue, letters, post, now)
            await post.note(dialogue, dialogues.told_again)
        except OUTAGES:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one dialogue is not wrong with the next
            logger().error("not-told-again", case=dialogue, error=in_short(error))


@consumes(RepresentativeInvited)
async def invite_representative(invited: RepresentativeInvited, post: Post, now: Now) -> None:
    await post.note(invited.case, lambda one: dialogues.invite(one, invited, now()))


@consumes(ConclusionDrafted)
async def keep_draft(drafted: ConclusionDrafted, post: Post) -> None:
    await post.note(drafted.case, lambda one: dialogues.keep_draft(one, drafted))


@consumes(CommitmentExtended)
async def tell_of_longer_promise(extended: CommitmentExtended, letters: Letters, post: Post, now: Now) -> None:
    await post.note(extended.case, lambda one: dialogues.keep_longer_promise(one, extended))
    await _tell_of_longer_promise(extended.case, extended.commitment, letters, post, now)


@consumes(CommitmentFulfilled)
async def tell_result(fulfilled: CommitmentFulfilled, post: Post, now: Now) -> None:
    for case in dialogues.askers(fulfilled.questions):
        await post.note(case, lambda one: rules.tell_result(one, fulfilled, now()))


# --- the form and its questions --------------------------------------------------------------------------------------


@consumes(RegistrantInvited)
async def invite_registrant(invited: RegistrantInvited, letters: Letters, post: Post, now: Now) -> None:
    await _must_be_here(letters, invited.case)
    conference = await _conference(letters, invited.dialogue)
    await post.note(invited.case, lambda one: rules.invite(one, invited, now(), conference))


@consumes(RegistrantWaitlisted)
async def tell_of_waiting_list(waitlisted: RegistrantWaitlisted, letters: Letters, post: Post, now: Now) -> None:
    await _must_be_here(letters, waitlisted.case)
    conference = await _conference(letters, waitlisted.dialogue)
    await post.note(waitlisted.case, lambda one: rules.tell_of_waiting_list(one, waitlisted, now(), conference))


@consumes(RegistrantExcused)
async def note_excuse(excused: RegistrantExcused, post: Post, now: Now) -> None:
    await post.note(excused.case, lambda one: rules.note_excuse(one, excused, now()))


@consumes(AttendanceRecorded)
async def note_attendance(attendance: AttendanceRecorded, post: Post, now: Now) -> None:
    await post.note(attendance.case, lambda one: rules.note_attendance(one, attendance, now()))


@consumes(AnswerApproved)
async def note_answer(approved: AnswerApproved, letters: Letters, post: Post, now: Now) -> None:
    """The form is read before the dialogue: a dialogue that ends in between is then seen in one or the other."""
    await _must_be_here(letters, approved.case)
    conference = await _conference(letters, approved.dialogue)
    await post.note(approved.case, lambda one: rules.note_answer(one, approved, now(), conference))


@consumes(WrittenAnswerOwed)
async def note_owed(owed: WrittenAnswerOwed, post: Post, now: Now) -> None:
    await post.note(owed.case, lambda one: rules.note_owed(one, owed, now()))


@consumes(QuestionAnsweredAtDialogue)
async def note_answered_at_dialogue(answered: QuestionAnsweredAtDialogue, post: Post, now: Now) -> None:
    await post.note(answered.case, lambda one: rules.note_answered_at_dialogue(one, answered, now()))


@consumes(QuestionSplit)
async def note_split(split: QuestionSplit, post: Post, now: Now) -> None:
    await post.note(split.case, lambda one: rules.note_split(one, split, now()))


@consumes(QuestionRedirected)
async def guide(redirected: QuestionRedirected, post: Post, now: Now) -> None:
    await post.note(redirected.case, lambda one: rules.guide(one, redirected, now()))


@consumes(QuestionReferredUp)
async def tell_of_referral(referred: QuestionReferredUp, post: Post, now: Now) -> None:
    await post.note(referred.case, lambda one: rules.tell_of_referral(one, referred, now()))


@consumes(ExtensionGranted)
async def note_grant(granted: ExtensionGranted, post: Post, now: Now) -> None:
    await post.note(granted.case, lambda one: rules.note_grant(one, granted, now()))


@consumes(RegistrantCorrected)
async def write_to_the_right_address(corrected: RegistrantCorrected, post: Post, now: Now) -> None:
    await post.note(corrected.case, lambda one: aftercare.correct(one, corrected, now()))


@consumes(QuestionsWithdrawn)
async def hold_back_what_was_withdrawn(withdrawn: QuestionsWithdrawn, post: Post, now: Now) -> None:
    await post.note(withdrawn.case, lambda one: aftercare.note_withdrawal(one, withdrawn, now()))


@consumes(QuestionReopened)
async def await_a_better_answer(reopened: QuestionReopened, post: Post, now: Now) -> None:
    await post.note(reopened.case, lambda one: aftercare.note_reopening(one, reopened, now()))


# --- terms -----------------------------------------------------------------------------------------------------------


@consumes(DeadlineMoved)
async def note_new_end(moved: DeadlineMoved, letters: Letters, post: Post, now: Now) -> None:
    match moved.rule, moved.cause:
        case "registration-cutoff", _:
            await post.note(moved.case, lambda one: dialogues.keep_cut_off(one, moved))
        case "department-answer", "extension" | "resumed":
            await post.note(moved.case, lambda one: rules.note_new_end(one, moved, now()))
        case "resolution" | "resolution-extended", "extension":
            await post.note(moved.case, lambda one: dialogues.keep_new_end(one, moved))
            await _tell_of_longer_promise(moved.case, moved.about, letters, post, now)


@consumes(DeadlineNear, EscalationRaised)
async def put_into_digests(
    fact: DeadlineNear | EscalationRaised, letters: Letters, post: Post, profiles: Profiles, now: Now
) -> None:
    profile = profiles[fact.commune]
    slots = {f"{profile.id}-{slot.id}": slot.name for slot in profile.programme}
    entry = digests.entry(fact, digests.reference(await letters.get(fact.case), fact, slots))
    people = reminded(entry, profile)
    if not people:
        await post.note(fact.case, lambda one: digests.nobody(one, entry, fact.commune, fact.case, now()))
    for email in people:
        await _put_into_digest(email, entry, fact, post, now)


# --- commands --------------------------------------------------------------------------------------------------------


@consumes.command(RecordHandOver)
async def record_hand_over(command: RecordHandOver, letters: Letters, now: Now) -> Done | Refused:
    case, _, _ = command.notification.partition(".")
    return await obey(letters, case, command, lambda one: delivery.hand_over(one, command, now()))


@consumes.command(ApologiseForDelay)
async def apologise_for_delay(command: ApologiseForDelay, letters: Letters, now: Now) -> Done | Refused:
    return await obey(letters, command.submission, command, lambda one: apologies.apologise(one, command, now()))


async def _must_be_here(letters: Correspondences, case: str) -> None:
    if await letters.get(case) is None:
        raise TooEarly(f"{case} is not known yet")


async def _conference(letters: Correspondences, dialogue: str | None) -> Conference | None:
    known = await letters.get(dialogue) if dialogue else None
    return known.conference if known else None


async def _tell_of_longer_promise(
    dialogue: str, commitment: str, letters: Correspondences, post: PostRoom, now: Clock
) -> None:
    record = await letters.get(dialogue)
    known = dialogues.longer_promise(record, commitment) if record else None
    if known is None:
        return
    extended, until = known
    for case in dialogues.askers(extended.questions):
        await post.note(case, lambda one: rules.tell_of_longer_promise(one, extended, until, now()))


async def _put_into_digest(
    email: str, entry: Entry, fact: DeadlineNear | EscalationRaised, post: PostRoom, now: Clock
) -> None:
    """Into the digest of the day; if that is on its way, into the one of the next day the office opens."""
    openings = digests.openings(fact)
    for opens_at in openings:
        digest = digests.digest_id(fact.commune, email, digests.day_of(opens_at))
        put = partial(
            digests.note,
            entry=entry,
            commune=fact.commune,
            to=email,
            opens_at=opens_at,
            now=now(),
            last=opens_at == openings[-1],
        )
        noted = await post.note(digest, put)
        if digests.holds(noted.state, entry):
            return
