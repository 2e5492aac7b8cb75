"""What routing is asked to do with an answer: written, judged, given; and more time for it."""

from services.routing import answers
from services.routing.approval import Approval
from services.routing.masking import find_personal
from services.routing.office import public_words
from services.routing.provided import Answer, Now, Profiles, QuestionStore, decide
from services.routing.store import Questions
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Done, Refused, Role
from shared.contracts.routing import (
    AnswerOnTheSpot,
    ApproveAnswer,
    DraftAnswer,
    ExtendTerm,
    KeepDraft,
    RequestExtension,
    ReturnAnswer,
    TakeForWrittenAnswer,
)
from shared.handlers import Handlers

consumes = Handlers("routing")


@consumes.command(KeepDraft)
async def keep_draft(command: KeepDraft, questions: QuestionStore, profiles: Profiles, now: Now) -> Answer:
    reply = await decide(command, questions, answers.keep_draft, now)
    return await _with_what_is_personal(reply, command, questions, profiles)


@consumes.command(DraftAnswer)
async def draft_answer(command: DraftAnswer, questions: QuestionStore, profiles: Profiles, now: Now) -> Answer:
    approval, public = approval_in(profiles, command.actor.commune), public_words(profiles.get(command.actor.commune))
    askers = 1 + len(await questions.followers(command.question))
    reply = await obey(
        questions,
        command.question,
        command,
        lambda one: answers.draft_answer(one, command, approval, now(), askers=askers, public=public),
    )
    return await _with_what_is_personal(reply, command, questions, profiles)


async def _with_what_is_personal(
    reply: Answer, command: KeepDraft | DraftAnswer, questions: Questions, profiles: Communes
) -> Answer:
    """Whoever writes to several is told what in it may tell who one of them is."""
    if isinstance(reply, Refused) or not await questions.followers(command.question):
        return reply
    found = find_personal(command.text, public_words(profiles.get(command.actor.commune)))
    personal = [{"kind": one.kind, "text": one.text, "certain": one.certain} for one in found]
    return Done(version=reply.version, state={**reply.state, "personal": personal})


def approval_in(profiles: Communes, commune: str) -> Approval:
    """How a commune approves its answers; the usual way where it has no profile (any more)."""
    if commune not in profiles:
        return Approval()
    profile = profiles[commune]
    heads = frozenset(person.department for person in profile.holders(Role.HEAD) if person.department)
    return Approval(profile.approval, heads, profile.office)


@consumes.command(ReturnAnswer)
async def return_answer(command: ReturnAnswer, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.return_answer, now)


@consumes.command(ApproveAnswer)
async def approve_answer(command: ApproveAnswer, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.approve_answer, now)


@consumes.command(RequestExtension)
async def request_extension(command: RequestExtension, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.request_extension, now)


@consumes.command(ExtendTerm)
async def extend_term(command: ExtendTerm, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.extend_term, now)


@consumes.command(AnswerOnTheSpot)
async def answer_on_the_spot(command: AnswerOnTheSpot, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.answer_on_the_spot, now)


@consumes.command(TakeForWrittenAnswer)
async def take_for_written_answer(command: TakeForWrittenAnswer, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, answers.take_for_written_answer, now)
