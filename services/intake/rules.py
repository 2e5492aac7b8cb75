"""What intake decides: the life of a dialogue, whether a form is on time, who is expected, excused, present, absent."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    AttendanceRecorded,
    CheckIn,
    ConcludeDialogue,
    DialogueAnnounced,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    ExcuseRegistrant,
    HoldDialogue,
    IntakeCommand,
    PlanDialogue,
    RegistrantExcused,
    SubmissionReceived,
)
from shared.contracts.people import Attendance, Channel, Matter, Question, Registrant

DialogueState = Literal["planned", "announced", "held", "concluded"]

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

OFFICE = (Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN)
LEADERS = (Role.OFFICE_HEAD, Role.CHAIRMAN)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conference of a commune with its citizens. Forms are on time until `registration_closes_at`."""

    id: str
    commune: str
    title: str
    held_at: datetime
    place: str
    state: DialogueState = "planned"
    registration_closes_at: datetime | None = None
    announced_at: datetime | None = None
    ended_at: datetime | None = None
    notice: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Submission:
    """One form of one person. `attendance` is None for a late form: it is answered in writing, not at the dialogue.

    fingerprint: the same person with the same words for the same dialogue has the same one.
    """

    id: str
    commune: str
    code: str
    fingerprint: str
    channel: Channel
    received_at: datetime
    on_time: bool
    registrant: Registrant
    questions: tuple[Question, ...]
    dialogue: str | None = None
    attendance: Attendance | None = None
    excuse: str | None = None
    version: int = 0


def plan_dialogue(dialogue: Dialogue | None, command: PlanDialogue, now: datetime) -> tuple[Dialogue, Sequence[Event]]:
    """The office enters a dialogue of the programme; it must lie ahead."""
    _only(command, OFFICE)
    if dialogue is not None:
        raise Refusal("not-now", "Mã hội nghị đối thoại này đã được dùng.")
    if command.held_at <= now:
        raise Refusal("invalid", "Thời gian tổ chức phải ở sau thời điểm hiện tại.")
    if command.held_at.astimezone(HANOI).year > now.astimezone(HANOI).year + 1:
        raise Refusal(
            "invalid", "Chỉ lập được hội nghị của năm nay hoặc năm sau: lịch làm việc các năm sau nữa chưa có."
        )
    planned = Dialogue(
        id=command.dialogue,
        commune=command.actor.commune,
        title=command.title,
        held_at=command.held_at,
        place=command.place,
    )
    return planned, [
        DialoguePlanned(
            commune=planned.commune,
            case=planned.id,
            occurred_at=now,
            title=planned.title,
            held_at=planned.held_at,
            place=planned.place,
        )
    ]


def learn_when_registration_closes(
    dialogue: Dialogue | None, deadline: DeadlineSet
) -> tuple[Dialogue, Sequence[Event]]:
    """The cut-off was counted by the commune's working days; from now on a form is on time or late."""
    if dialogue is None:
        raise TooEarly(f"dialogue {deadline.about} is not here yet")
    return replace(dialogue, registration_closes_at=deadline.due_at), []


def announce_dialogue(dialogue: Dialogue, command: AnnounceDialogue, now: datetime) -> tuple[Dialogue, Sequence[Event]]:
    """The public is told. The announcement names the day until which forms are taken, so that must be known."""
    _only(command, OFFICE)
    if dialogue.state != "planned":
        raise Refusal("not-now", "Hội nghị đối thoại này đã được thông báo.")
    if dialogue.registration_closes_at is None:
        raise Refusal(
            "not-now",
            "Hạn nhận phiếu đăng ký đang được tính. Xin thử lại sau giây lát; nếu vẫn vậy, xin báo người vận hành.",
        )
    announced = replace(dialogue, state="announced", announced_at=now)
    return announced, [
        DialogueAnnounced(
            commune=dialogue.commune,
            case=dialogue.id,
            occurred_at=now,
            title=dialogue.title,
            held_at=dialogue.held_at,
            place=dialogue.place,
            registration_closes_at=dialogue.registration_closes_at,
        )
    ]


def hold_dialogue(dialogue: Dialogue, command: HoldDialogue, now: datetime) -> tuple[Dialogue, Sequence[Event]]:
    """The conference has taken place; it cannot have ended before it began."""
    _only(command, OFFICE)
    if dialogue.state != "announced":
        raise Refusal("not-now", "Chỉ hội nghị đã thông báo và chưa diễn ra mới được ghi nhận là đã tổ chức.")
    if now < dialogue.held_at:
        raise Refusal("not-now", "Chưa đến giờ tổ chức hội nghị đối thoại.")
    held = replace(dialogue, state="held", ended_at=now)
    return held, [
        DialogueHeld(
            commune=dialogue.commune, case=dialogue.id, occurred_at=now, title=dialogue.title, held_at=dialogue.held_at
        )
    ]


def conclude_dialogue(dialogue: Dialogue, command: ConcludeDialogue, now: datetime) -> tuple[Dialogue, Sequence[Event]]:
    """The conclusion notice is out, with the number the office gave it."""
    _only(command, LEADERS)
    if dialogue.state != "held":
        raise Refusal("not-now", "Chỉ ban hành thông báo kết luận sau khi hội nghị đã diễn ra, và chỉ một lần.")
    concluded = replace(dialogue, state="concluded", notice=command.notice)
    return concluded, [
        DialogueConcluded(
            commune=dialogue.commune,
            case=dialogue.id,
            occurred_at=now,
            notice=command.notice,
            summary=command.summary,
        )
    ]


def receive_submission(
    id: str,
    code: str,
    commune: str,
    channel: Channel,
    registrant: Registrant,
    matters: Sequence[Matter],
    dialogue: Dialogue | None,
    now: datetime,
) -> tuple[Submission, Sequence[Event]]:
    """Whatever comes in is received. On time is what arrives for an open dialogue before registration closes."""
    on_time = dialogue is not None and (
        dialogue.registration_closes_at is None or now <= dialogue.registration_closes_at
    )
    submission = Submission(
        id=id,
        commune=commune,
        code=code,
        fingerprint=fingerprint(commune, dialogue.id if dialogue else None, registrant, matters),
        channel=channel,
        received_at=now,
        on_time=on_time,
        registrant=registrant,
        questions=tuple(
            Question(id=f"{id}-{number}", number=number, section=matter.section, text=matter.text)
            for number, matter in enumerate(matters, 1)
        ),
        dialogue=dialogue.id if dialogue else None,
        attendance="expected" if on_time else None,
    )
    return submission, [
        SubmissionReceived(
            commune=commune,
            case=id,
            occurred_at=now,
            code=code,
            dialogue=submission.dialogue,
            channel=channel,
            received_at=now,
            on_time=on_time,
            registrant=registrant,
            questions=submission.questions,
        )
    ]


def fingerprint(commune: str, dialogue: str | None, registrant: Registrant, matters: Sequence[Matter]) -> str:
    """Equal for the same form sent twice, whatever its spacing and capitals."""
    person = registrant.phone or registrant.email or registrant.address or ""
    words = [commune, dialogue or "", person, registrant.name, *(f"{m.section}:{m.text}" for m in matters)]
    return hashlib.sha256("\0".join(" ".join(word.casefold().split()) for word in words).encode()).hexdigest()


def excuse_registrant(
    submission: Submission, command: ExcuseRegistrant, now: datetime
) -> tuple[Submission, Sequence[Event]]:
    """Who was expected and reports that he must be absent gets his answer in writing."""
    _only(command, OFFICE)
    if submission.dialogue is None or submission.attendance is None:
        raise Refusal("not-now", "Phiếu này không có trong danh sách dự hội nghị đối thoại.")
    if submission.attendance != "expected":
        raise Refusal("not-now", "Đã ghi nhận việc tham dự hoặc vắng mặt của người đăng ký này.")
    excused = replace(submission, attendance="excused", excuse=command.reason)
    return excused, [
        RegistrantExcused(
            commune=submission.commune,
            case=submission.id,
            occurred_at=now,
            dialogue=submission.dialogue,
            reason=command.reason,
        )
    ]


def check_in(submission: Submission, command: CheckIn, now: datetime) -> tuple[Submission, Sequence[Event]]:
    """Who comes is present, also when he had excused himself."""
    _only(command, OFFICE)
    if submission.dialogue is None:
        raise Refusal("not-now", "Phiếu này không thuộc hội nghị đối thoại nào.")
    if submission.attendance == "present":
        return submission, []
    if submission.attendance == "absent":
        raise Refusal("not-now", "Hội nghị đã kết thúc; người đăng ký đã được ghi nhận vắng mặt.")
    return replace(submission, attendance="present"), [_attendance(submission, submission.dialogue, True, now)]


def record_absence(submission: Submission | None, held: DialogueHeld) -> tuple[Submission, Sequence[Event]]:
    """Who was expected and had not come when the conference ended is absent."""
    if submission is None:
        raise TooEarly("the submission is not here yet")
    if submission.attendance != "expected":
        return submission, []
    return replace(submission, attendance="absent"), [_attendance(submission, held.case, False, held.occurred_at)]


def _attendance(submission: Submission, dialogue: str, present: bool, at: datetime) -> AttendanceRecorded:
    return AttendanceRecorded(
        commune=submission.commune, case=submission.id, occurred_at=at, dialogue=dialogue, present=present
    )


def _only(command: IntakeCommand, roles: Sequence[Role]) -> None:
    if command.actor.role not in roles:
        raise Refusal("forbidden", "Vai trò của ông/bà không được làm việc này.")
