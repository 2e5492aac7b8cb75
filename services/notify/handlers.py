"""What notify hears and does."""

from typing import Annotated

from services.notify import rules
from services.notify.correspondence import Conference
from services.notify.post import PostRoom
from services.notify.store import Correspondences
from shared.clock import Clock
from shared.communes import Communes
from shared.contracts import Role, TooEarly
from shared.contracts.deadlines import DeadlineNear, EscalationRaised
from shared.contracts.intake import (
    AttendanceRecorded,
    DialogueAnnounced,
    DialogueHeld,
    RegistrantExcused,
    SubmissionReceived,
)
from shared.contracts.routing import AnswerApproved, QuestionAnsweredAtDialogue, QuestionRedirected
from shared.handlers import Handlers, Provided

consumes = Handlers("notify")

Letters = Annotated[Correspondences, Provided("correspondences")]
Post = Annotated[PostRoom, Provided("post")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]


@consumes(SubmissionReceived)
async def acknowledge(received: SubmissionReceived, letters: Letters, post: Post, now: Now) -> None:
    """A form that is new is the common case and costs one write and, with a dialogue, one read."""
    conference = await _conference(letters, received.dialogue)
    if not await post.begin(rules.acknowledge(None, received, now(), conference)):
        await post.note(received.case, lambda one: rules.acknowledge(one, received, now(), conference))


@consumes(DialogueAnnounced)
async def keep_announced_dialogue(announced: DialogueAnnounced, post: Post) -> None:
    await post.note(announced.case, lambda one: rules.keep_dialogue(one, announced))


@consumes(DialogueHeld)
async def write_to_those_who_stayed_away(held: DialogueHeld, letters: Letters, post: Post, now: Now) -> None:
    await post.note(held.case, lambda one: rules.keep_dialogue(one, held))
    for case in await letters.of_dialogue(held.case):
        await post.note(case, lambda one: rules.close_dialogue(one, held, now()))


@consumes(RegistrantExcused)
async def note_excuse(excused: RegistrantExcused, post: Post, now: Now) -> None:
    await post.note(excused.case, lambda one: rules.note_excuse(one, excused, now()))


@consumes(AttendanceRecorded)
async def note_attendance(attendance: AttendanceRecorded, post: Post, now: Now) -> None:
    await post.note(attendance.case, lambda one: rules.note_attendance(one, attendance, now()))


@consumes(AnswerApproved)
async def note_answer(approved: AnswerApproved, letters: Letters, post: Post, now: Now) -> None:
    """The form is read before the dialogue: a dialogue that ends in between is then seen in one or the other."""
    if await letters.get(approved.case) is None:
        raise TooEarly(f"{approved.case} is not known yet")
    conference = await _conference(letters, approved.dialogue)
    await post.note(approved.case, lambda one: rules.note_answer(one, approved, now(), conference))


@consumes(QuestionAnsweredAtDialogue)
async def note_answered_at_dialogue(answered: QuestionAnsweredAtDialogue, post: Post, now: Now) -> None:
    await post.note(answered.case, lambda one: rules.note_answered_at_dialogue(one, answered, now()))


@consumes(QuestionRedirected)
async def guide(redirected: QuestionRedirected, post: Post, now: Now) -> None:
    await post.note(redirected.case, lambda one: rules.guide(one, redirected, now()))


@consumes(DeadlineNear)
async def remind(near: DeadlineNear, post: Post, profiles: Profiles, now: Now) -> None:
    to = _addresses(profiles, near.commune, Role.OFFICER if near.department else Role.OFFICE_HEAD, near.department)
    await post.note(near.case, lambda one: rules.remind(one, near, to, now()))


@consumes(EscalationRaised)
async def escalate(raised: EscalationRaised, post: Post, profiles: Profiles, now: Now) -> None:
    to = _addresses(profiles, raised.commune, raised.to, raised.department)
    await post.note(raised.case, lambda one: rules.escalate(one, raised, to, now()))


async def _conference(letters: Correspondences, dialogue: str | None) -> Conference | None:
    known = await letters.get(dialogue) if dialogue else None
    return known.conference if known else None


def _addresses(profiles: Communes, commune: str, role: Role, department: str | None) -> tuple[str, ...]:
    return tuple(person.email for person in profiles[commune].holders(role, department))
