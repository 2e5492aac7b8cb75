"""What intake hears and does."""

from typing import Annotated

from services.intake import rules
from services.intake.codes import normalise
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from shared.clock import Clock
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Done, Refusal, Refused, Role
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    CheckIn,
    ConcludeDialogue,
    DialogueHeld,
    ExcuseRegistrant,
    HoldDialogue,
    LookUpSubmission,
    PlanDialogue,
    RegisterSubmission,
)
from shared.handlers import Handlers, Provided

consumes = Handlers("intake")

DialogueStore = Annotated[Dialogues, Provided("dialogues")]
SubmissionStore = Annotated[Submissions, Provided("submissions")]
FrontDoor = Annotated[Reception, Provided("reception")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]


@consumes(DeadlineSet)
async def learn_when_registration_closes(deadline: DeadlineSet, dialogues: DialogueStore) -> None:
    if deadline.rule == "registration-cutoff":
        await dialogues.change(deadline.about, lambda one: rules.learn_when_registration_closes(one, deadline))


@consumes(DialogueHeld)
async def record_who_was_absent(held: DialogueHeld, submissions: SubmissionStore) -> None:
    for submission in await submissions.ids({"dialogue": held.case, "attendance": "expected"}):
        await submissions.change(submission, lambda one: rules.record_absence(one, held))


@consumes.command(PlanDialogue)
async def plan_dialogue(
    command: PlanDialogue, dialogues: DialogueStore, profiles: Profiles, now: Now
) -> Done | Refused:
    if command.actor.commune not in profiles:
        raise Refusal("not-found", f"Chưa có hồ sơ cấu hình của xã {command.actor.commune}.")
    planned = await dialogues.change(
        command.dialogue, lambda one: rules.plan_dialogue(one, command, now()), key=command.key
    )
    return Done(version=planned.said, state=dialogues.as_json(planned.state))


@consumes.command(AnnounceDialogue)
async def announce_dialogue(command: AnnounceDialogue, dialogues: DialogueStore, now: Now) -> Done | Refused:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.announce_dialogue(one, command, now()))


@consumes.command(HoldDialogue)
async def hold_dialogue(command: HoldDialogue, dialogues: DialogueStore, now: Now) -> Done | Refused:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.hold_dialogue(one, command, now()))


@consumes.command(ConcludeDialogue)
async def conclude_dialogue(command: ConcludeDialogue, dialogues: DialogueStore, now: Now) -> Done | Refused:
    return await obey(dialogues, command.dialogue, command, lambda one: rules.conclude_dialogue(one, command, now()))


@consumes.command(RegisterSubmission)
async def register_submission(command: RegisterSubmission, reception: FrontDoor, profiles: Profiles) -> Done | Refused:
    """A repeated command finds its form already there and gets the first receipt."""
    if command.actor.commune not in profiles:
        raise Refusal("not-found", f"Chưa có hồ sơ cấu hình của xã {command.actor.commune}.")
    receipt = await reception.receive(command.actor.commune, command.channel, command.registrant, command.questions)
    return Done(version=1, state=receipt.model_dump(mode="json"))


@consumes.command(ExcuseRegistrant)
async def excuse_registrant(command: ExcuseRegistrant, submissions: SubmissionStore, now: Now) -> Done | Refused:
    return await obey(
        submissions, command.submission, command, lambda one: rules.excuse_registrant(one, command, now())
    )


@consumes.command(CheckIn)
async def check_in(command: CheckIn, submissions: SubmissionStore, now: Now) -> Done | Refused:
    return await obey(submissions, command.submission, command, lambda one: rules.check_in(one, command, now()))


@consumes.command(LookUpSubmission)
async def look_up_submission(command: LookUpSubmission, submissions: SubmissionStore) -> Done | Refused:
    found = await submissions.by_code(code) if (code := normalise(command.code)) else None
    if found is None or (command.actor.role is not Role.OPERATOR and found.commune != command.actor.commune):
        raise Refusal("not-found", f"Không tìm thấy phiếu có mã {command.code}.")
    return Done(version=found.version, state={"id": found.id, "commune": found.commune, "code": found.code})
