"""What intake decides of one form: for which dialogue it is, whether it is on time, whether its sender comes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.intake.dialogue import OFFICE, TOLD, Announcement, allow_role
from shared.contracts import Event, Refusal, TooEarly
from shared.contracts.intake import (
    AttendanceRecorded,
    CheckIn,
    DialogueHeld,
    ExcuseRegistrant,
    RegisterSubmission,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    SubmissionReceived,
)
from shared.contracts.people import Attachment, Attendance, Channel, Matter, Question, Registrant, Thread
from shared.contracts.routing import Settlement


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing is owed of a question any more. how: None where it was settled before that was kept."""

    how: Settlement | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """The office has a question again. round: 2 for the second answer, and so on."""

    round: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What the asker said of an answer: 1 (not at all) to 5 (entirely), and his words."""

    mark: int
    words: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """As what routing, or a person after it, last took a question."""

    denounces: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Submission:
    """One form of one person. `attendance` is None for a late form: it is answered in writing, not at the dialogue.

    fingerprint: the same person with the same words for the same dialogue has the same one.
    sent_by: the mark of who sent it himself, if he has one (`Sender`).
    collected_by: the organisation whose list it came on. mail: the one it came by.
    seat: at the conference; waits: the place on the waiting list that the registrant was told.
    attachments: files that came with it or were put to it later.
    corrected_at: when its registrant was last corrected.
    withdrawn: ids of the questions that its sender wants no answer to any more.
    settlements, reopenings, marks: by question, the last of each. A mark is of the last answer only.
    settled_at: when nothing was owed of any question; None while something is.
    splits: by question, when it was last split into several.
    declines_news: its registrant wants no mail that he need not have.
    readings: by question, of those that routing held for a denunciation or a person has decided on.
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
    collected_by: str | None = None
    mail: str | None = None
    seat: int | None = None
    waits: int | None = None
    attachments: tuple[Attachment, ...] = ()
    corrected_at: datetime | None = None
    withdrawn: tuple[str, ...] = ()
    settlements: dict[str, Settled] = field(default_factory=dict)
    reopenings: dict[str, Reopened] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    splits: dict[str, datetime] = field(default_factory=dict)
    settled_at: datetime | None = None
    sent_by: str | None = None
    declines_news: bool = False
    version: int = 0

    @property
    def confidential(self) -> bool:
        """A question of it reads like a denunciation, or is one: who sent it is kept secret (Law on Denunciations 2018,
        art. 56)."""
        return any(reading.denounces for reading in self.readings.values())


Decision = tuple[Submission, Sequence[Event]]


# --- for which dialogue ---------------------------------------------------------------------------------------------


def taking_registrations(told: Sequence[Announcement], now: datetime) -> list[Announcement]:
    """The dialogues that a form which comes in now is in time for, the next one first."""
    return sorted((one for one in told if one.takes_registrations(now)), key=lambda one: one.held_at)


def next_dialogue(
    told: Sequence[Announcement], now: datetime, received_at: datetime | None = None
) -> Announcement | None:
    """What a form without a choice is for: the next one it is in time for, else the next one that lies ahead.

    received_at: where the form came in before it is entered; the dialogue must lie ahead all the same.
    """
    ahead = [one for one in told if one.state in TOLD and now < one.held_at]
    in_time = [one for one in ahead if one.in_time(received_at)] if received_at else taking_registrations(told, now)
    return min(in_time or ahead, key=lambda one: one.held_at, default=None)


def dialogue_for(
    told: Sequence[Announcement],
    wanted: str | None,
    channel: Channel,
    now: datetime,
    received_at: datetime | None = None,
) -> Announcement | None:
    """The dialogue that a form is for.

    Args:
        told: the announced dialogues of the commune; from the floor also the one that was held.
        received_at: where the form came in before it is entered.

    Raises:
        Refusal: the wanted one takes no forms now; from the floor: it was not being held.
    """
    chosen = next((one for one in told if one.id == wanted), None)
    if channel == "floor":
        if chosen is None or not chosen.was_held(received_at or now):
            raise Refusal(
                "not-now",
                "Chỉ ghi câu hỏi tại chỗ khi hội nghị đang diễn ra. Xin chọn đúng hội nghị, hoặc nhập phiếu giấy.",
            )
        return chosen
    if wanted is None:
        return next_dialogue(told, now, received_at)
    if chosen is None or chosen.state not in TOLD or now >= chosen.held_at:
        raise Refusal("not-now", "Hội nghị này không còn nhận phiếu. Xin chọn hội nghị khác, hoặc bỏ chọn hội nghị.")
    return chosen


# --- a form comes in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sender:
    """By what somebody who sends a form himself is known when he sends it again.

    mark: a hash; None: by nothing. lasts: how long from the first time; None for good.
    """

    mark: str | None
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A form that was read, and how it came. Who takes it in says what he knows.

    sender: None where the office or a service takes it in.
    received_at: where it came in before it is entered; then `entered_by` and, but from the floor, `entered_because`.
    mail: the id of the one it was read from.
    The others as of `SubmissionReceived`.
    """

    channel: Channel
    registrant: Registrant
    matters: Sequence[Matter]
    collected_by: str | None = None
    notice: str | None = None
    attachments: tuple[Attachment, ...] = ()
    received_at: datetime | None = None
    entered_by: str | None = None
    entered_because: str | None = None
    thread: Thread | None = None
    by_another: bool = False
    mail: str | None = None
    sender: Sender | None = None


OLDEST = timedelta(days=365)
"""A form that is entered later than a year after it came in is a slip of the pen."""


def check_past(command: RegisterSubmission, now: datetime) -> None:
    """Refuse an instant of receipt that cannot be.

    Raises:
        Refusal: it lies ahead or more than a year back, or nobody says why it is entered only now.
    """
    if command.received_at is None:
        return
    if not now - OLDEST <= command.received_at <= now + timedelta(minutes=2):
        raise Refusal("invalid", "Thời điểm nhận phiếu phải trước bây giờ và không quá một năm. Xin xem lại.")
    if command.channel != "floor" and command.late_because is None:
        raise Refusal("invalid", "Xin ghi lý do nhập phiếu sau ngày nhận.")


def receive_submission(
    id: str, code: str, commune: str, arrival: Arrival, dialogue: Announcement | None, now: datetime
) -> Decision:
    """Whatever comes in is received; a late form is answered in writing. From the floor, its asker is there."""
    received_at = min(arrival.received_at or now, now)
    entered_late = arrival.received_at is not None
    on_time = dialogue is not None and _on_time(dialogue, arrival.channel, received_at, entered_late)
    there = arrival.channel == "floor" and on_time
    submission = Submission(
        id=id,
        commune=commune,
        code=code,
        fingerprint=fingerprint(commune, dialogue.id if dialogue else None, arrival),
        channel=arrival.channel,
        received_at=received_at,
        on_time=on_time,
        registrant=arrival.registrant,
        questions=tuple(
            Question(id=f"{id}-{number}", number=number, section=matter.section, text=matter.text)
            for number, matter in enumerate(arrival.matters, 1)
        ),
        dialogue=dialogue.id if dialogue else None,
        attendance="present" if there else "expected" if on_time else None,
        collected_by=arrival.collected_by,
        mail=arrival.mail,
        attachments=arrival.attachments,
        sent_by=arrival.sender.mark if arrival.sender else None,
    )
    received = SubmissionReceived(
        commune=commune,
        case=id,
        occurred_at=now,
        code=code,
        dialogue=submission.dialogue,
        channel=arrival.channel,
        received_at=received_at,
        on_time=on_time,
        registrant=arrival.registrant,
        questions=submission.questions,
        collected_by=arrival.collected_by,
        notice=arrival.notice,
        attachments=arrival.attachments or None,
        entered_at=now if entered_late else None,
        entered_by=arrival.entered_by if entered_late else None,
        entered_because=arrival.entered_because if entered_late else None,
        thread=arrival.thread,
        by_another=arrival.by_another,
    )
    if there and dialogue is not None:
        return submission, [received, _attendance(submission, dialogue.id, True, now)]
    return submission, [received]


def _on_time(dialogue: Announcement, channel: Channel, at: datetime, entered_late: bool) -> bool:
    """Until registration closes; from the floor, while it is held; a list has a later term of its own (`lists`)."""
    if channel == "floor":
        return dialogue.was_held(at)
    if channel == "list":
        return at < dialogue.held_at
    return dialogue.in_time(at) if entered_late else dialogue.takes_registrations(at)


def fingerprint(commune: str, dialogue: str | None, arrival: Arrival) -> str:
    """Equal for the same form sent twice, whatever its spacing and capitals; the same files must be with it.

    No two scans of a paper are the same file, so those of a paper form do not count.
    """
    registrant = arrival.registrant
    person = registrant.phone or registrant.email or registrant.address or ""
    asked = [f"{matter.section}:{matter.text}" for matter in arrival.matters]
    files = sorted(attachment.digest for attachment in arrival.attachments if arrival.channel != "paper")
    words = [commune, dialogue or "", person, registrant.name, *asked, *files]
    return hashlib.sha256("\0".join(" ".join(word.casefold().split()) for word in words).encode()).hexdigest()


SAME_NETWORK_FOR = timedelta(minutes=15)
"""After an unclear result a program tries again within this time. Later it may be anybody behind the same address."""


def may_have_receipt(first: Submission, again: Arrival, now: datetime) -> bool:
    """Whoever repeats a form gets its first receipt only if he is known as its sender: its code opens the form.

    The office and its services get it whoever had sent the form; they may look it up anyway.
    """
    if (sender := again.sender) is None:
        return True
    if sender.mark is None or sender.mark != first.sent_by:
        return False
    return sender.lasts is None or now - first.received_at <= sender.lasts


def is_repeat(form: Submission, arrival: Arrival) -> bool:
    """The same form once more, whatever dialogue it would be for by now."""
    return form.fingerprint == fingerprint(form.commune, form.dialogue, arrival)


# --- whether its sender comes ---------------------------------------------------------------------------------------


def note_place(submission: Submission, dialogue: str, seat: int | None, waits: int | None, now: datetime) -> Decision:
    """The registrant has a seat, or is the n-th who waits. He is told once that he waits, and once of his seat."""
    if submission.attendance != "expected" or submission.seat is not None:
        return submission, []
    about = {"commune": submission.commune, "case": submission.id, "occurred_at": now, "dialogue": dialogue}
    if seat is not None:
        return replace(submission, seat=seat, waits=None), [RegistrantInvited(**about, seat=seat)]
    if waits is not None and submission.waits is None:
        return replace(submission, waits=waits), [RegistrantWaitlisted(**about, place=waits)]
    return submission, []


def excuse_registrant(submission: Submission, command: ExcuseRegistrant, now: datetime) -> Decision:
    """Who was expected and reports that he must be absent gets his answer in writing; his seat becomes free."""
    allow_role(command, "ghi nhận báo vắng", OFFICE)
    if submission.dialogue is None or submission.attendance is None:
        raise Refusal(
            "not-now",
            "Phiếu này không có trong danh sách dự hội nghị đối thoại; câu trả lời được gửi bằng văn bản sẵn rồi.",
        )
    if submission.attendance != "expected":
        raise Refusal("not-now", "Đã ghi nhận việc tham dự hoặc vắng mặt của người đăng ký này; không cần ghi lại.")
    excused = replace(submission, attendance="excused", excuse=command.reason, seat=None, waits=None)
    return excused, [
        RegistrantExcused(
            commune=submission.commune,
            case=submission.id,
            occurred_at=now,
            dialogue=submission.dialogue,
            reason=command.reason,
        )
    ]


def check_in(submission: Submission, command: CheckIn, now: datetime) -> Decision:
    """Who comes is present, also when he had excused himself or stood on the waiting list."""
    allow_role(command, "ghi nhận có mặt", OFFICE)
    if submission.dialogue is None:
        raise Refusal("not-now", "Phiếu này không thuộc hội nghị đối thoại nào; xin trả lời bằng văn bản.")
    if submission.attendance == "present":
        return submission, []
    if submission.attendance == "absent":
        raise Refusal(
            "not-now", "Hội nghị đã kết thúc; người đăng ký đã được ghi nhận vắng mặt và được trả lời bằng văn bản."
        )
    return replace(submission, attendance="present"), [_attendance(submission, submission.dialogue, True, now)]


def record_absence(submission: Submission | None, held: DialogueHeld) -> Decision:
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
