"""What intake decides of a dialogue, from plan to report. Its conclusion: `conclusion.py`; forms: `submissions.py`.

Everything that may be done, in which state and by whom, stands in `MOVES` and `TURNS`; the functions below look there.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from services.intake import seating
from services.intake.dialogue import (
    AHEAD,
    MOVES,
    Arrived,
    Completed,
    Conference,
    Delegation,
    Dialogue,
    Report,
    State,
    allow_role,
    moved,
    permit,
    permit_department,
    turned,
)
from services.intake.seating import Guest, Guests, seats_left
from services.intake.submissions import Submission
from shared.contracts import Event, Refusal, TooEarly
from shared.contracts.conference import ExpectedList, Representative
from shared.contracts.deadlines import DeadlineMoved, DeadlinePassed, DeadlineSet
from shared.contracts.intake import (
    AnnounceDialogue,
    CancelDialogue,
    ChairDelegated,
    CheckInRepresentative,
    CompleteDuty,
    DelegateChair,
    DelegateReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DialogueSettled,
    DutyCompleted,
    HoldDialogue,
    InviteRepresentative,
    ListReceived,
    PlanDialogue,
    ReceiveList,
    RegistrationClosed,
    ReportBack,
    ReportResult,
    RepresentativeAttended,
    RepresentativeInvited,
    RescheduleDialogue,
    ResultReported,
    SubmissionReceived,
)
from shared.hamlets import hamlet_in

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LONGEST_ID = 64
"""Characters that the id of anything may have; those of duties, lists and commitments begin with the dialogue's."""

Decision = tuple[Dialogue, Sequence[Event]]


class _About(TypedDict):
    commune: str
    case: str
    occurred_at: datetime


def about(dialogue: Dialogue, now: datetime) -> _About:
    """What every event of a dialogue says."""
    return _About(commune=dialogue.commune, case=dialogue.id, occurred_at=now)


# --- plan, announce, move, cancel -----------------------------------------------------------------------------------


def plan_dialogue(dialogue: Dialogue | None, command: PlanDialogue, conference: Conference, now: datetime) -> Decision:
    """The office enters a dialogue; it must lie ahead. An ad hoc one takes registrations until it begins.

    Args:
        conference: what the profile and the command lay down for it.
    """
    move = MOVES[PlanDialogue]
    allow_role(command, move.does, move.by)
    if dialogue is not None:
        raise Refusal("not-now", move.otherwise)
    _lies_ahead(command.held_at, now)
    parts = [*(duty.id for duty in conference.duties), *(one.id for one in conference.lists), "c200"]
    if len(command.dialogue) + 1 + max(map(len, parts)) > LONGEST_ID:
        raise Refusal("invalid", "Mã hội nghị quá dài. Xin đặt một mã ngắn hơn, ví dụ thanh-tri-2026-1.")
    planned = Dialogue(
        id=command.dialogue,
        commune=command.actor.commune,
        title=command.title,
        held_at=command.held_at,
        place=command.place,
        kind=command.kind,
        registration_closes_at=command.held_at if command.kind == "ad-hoc" else None,
        sessions=conference.sessions,
        seats=conference.seats,
        per_hamlet=conference.per_hamlet,
        duties=conference.duties,
        lists=conference.lists,
    )
    return planned, [
        DialoguePlanned(
            **about(planned, now),
            title=planned.title,
            held_at=planned.held_at,
            place=planned.place,
            kind=planned.kind,
            sessions=planned.sessions or None,
            seats=planned.seats,
            per_hamlet=planned.per_hamlet,
            duties=planned.duties or None,
            lists=planned.lists or None,
        )
    ]


def announce_dialogue(dialogue: Dialogue, command: AnnounceDialogue, now: datetime) -> Decision:
    """The public is told. The announcement names the day until which forms are taken, so that must be known.

    One that is announced after that day takes only late forms, and says so at once.
    """
    permit(dialogue, command)
    if dialogue.registration_closes_at is None:
        raise Refusal(
            "not-now",
            "Hạn nhận phiếu đăng ký đang được tính. Xin thử lại sau giây lát; nếu vẫn vậy, xin báo người vận hành.",
        )
    if now >= dialogue.held_at:
        raise Refusal("not-now", "Đã qua giờ tổ chức nên không thông báo được nữa. Xin dời hội nghị trước.")
    announced = moved(dialogue, command, announced_at=now)
    said = DialogueAnnounced(
        **about(dialogue, now),
        title=dialogue.title,
        held_at=dialogue.held_at,
        place=dialogue.place,
        registration_closes_at=dialogue.registration_closes_at,
        kind=dialogue.kind,
        sessions=dialogue.sessions or None,
    )
    if now > dialogue.registration_closes_at:
        closed, events = _close(announced, now)
        return closed, [said, *events]
    return announced, [said]


def reschedule_dialogue(dialogue: Dialogue, command: RescheduleDialogue, now: datetime) -> Decision:
    """Another day or another place. The terms follow; who has a seat keeps it."""
    permit(dialogue, command)
    _lies_ahead(command.held_at, now)
    place = command.place or dialogue.place
    if (command.held_at, place) == (dialogue.held_at, dialogue.place):
        raise Refusal("invalid", "Thời gian và địa điểm vẫn như cũ. Xin ghi ngày, giờ hoặc địa điểm mới.")
    rescheduled = moved(
        dialogue,
        command,
        held_at=command.held_at,
        place=place,
        previously_at=dialogue.held_at,
        reason=command.reason,
        registration_closes_at=command.held_at if dialogue.kind == "ad-hoc" else dialogue.registration_closes_at,
    )
    return rescheduled, [
        DialogueRescheduled(
            **about(dialogue, now),
            title=dialogue.title,
            held_at=command.held_at,
            place=place,
            previously_at=dialogue.held_at,
            reason=command.reason,
        )
    ]


def cancel_dialogue(dialogue: Dialogue, command: CancelDialogue, now: datetime) -> Decision:
    """Plan of Thanh Trì, II.3: force majeure; everybody is answered in writing."""
    permit(dialogue, command)
    return moved(dialogue, command, reason=command.reason), [
        DialogueCancelled(**about(dialogue, now), title=dialogue.title, held_at=dialogue.held_at, reason=command.reason)
    ]


def _lies_ahead(held_at: datetime, now: datetime) -> None:
    if held_at <= now:
        raise Refusal("invalid", "Thời gian tổ chức phải ở sau thời điểm hiện tại.")
    if held_at.astimezone(HANOI).year > now.astimezone(HANOI).year + 1:
        raise Refusal(
            "invalid", "Chỉ lập được hội nghị của năm nay hoặc năm sau: lịch làm việc các năm sau nữa chưa có."
        )


# --- registration opens and closes ----------------------------------------------------------------------------------


def learn_when_registration_closes(
    dialogue: Dialogue | None, deadline: DeadlineSet | DeadlineMoved, now: datetime
) -> Decision:
    """The cut-off was counted by the commune's working days. One that now lies ahead again opens registration again."""
    if dialogue is None:
        raise TooEarly(f"dialogue {deadline.about} is not here yet")
    if dialogue.counted_at is not None and deadline.occurred_at < dialogue.counted_at:
        return dialogue, []
    known = replace(dialogue, registration_closes_at=deadline.due_at, counted_at=deadline.occurred_at)
    return (turned(known, DeadlineMoved) if deadline.due_at > now else known), []


def close_registration(dialogue: Dialogue | None, passed: DeadlinePassed) -> Decision:
    """The cut-off has closed. One that was moved meanwhile has not."""
    if dialogue is None or dialogue.registration_closes_at is None:
        raise TooEarly(f"the cut-off of {passed.about} is not known yet")
    if passed.due_at > dialogue.registration_closes_at:
        raise TooEarly(f"the cut-off of {passed.about} was moved, and that is not known yet")
    if passed.due_at < dialogue.registration_closes_at:
        return dialogue, []
    return _close(dialogue, passed.occurred_at)


def _close(dialogue: Dialogue, at: datetime) -> Decision:
    closed = turned(dialogue, DeadlinePassed)
    if closed is dialogue:
        return dialogue, []
    return closed, [RegistrationClosed(**about(dialogue, at), title=dialogue.title, held_at=dialogue.held_at)]


# --- seats ----------------------------------------------------------------------------------------------------------


def give_seats(dialogue: Dialogue | None, registrants: Sequence[Submission], hamlets: Sequence[str]) -> Decision:
    """Once registration has closed, seats are given in the order received; representatives have theirs already.

    Args:
        registrants: who is expected, in any order; those who have a place keep it.
    """
    if dialogue is None:
        raise TooEarly("the dialogue is not here yet")
    if dialogue.state is not State.REGISTRATION_CLOSED:
        return dialogue, []
    newcomers = [
        Guest(one.id, hamlet_in(one.registrant.address, hamlets))
        for one in sorted(registrants, key=lambda one: (one.received_at, one.id))
        if one.id not in dialogue.gone
    ]
    return replace(dialogue, guests=seating.seat(dialogue.guests, newcomers, dialogue.room)), []


def wants_seat(received: SubmissionReceived) -> str | None:
    """The dialogue whose seats are to be looked at because of this form: it was received in time, and entered later.

    Whoever is entered at once is seated when registration closes; who spoke from the floor has been there.
    """
    entered_late = received.entered_at is not None and received.channel != "floor"
    return received.dialogue if received.on_time and entered_late else None


def free_seat(dialogue: Dialogue | None, excused: str) -> Decision:
    """Who has excused himself gives his seat to the first who waits and may take it, until the conference is held."""
    if dialogue is None:
        raise TooEarly("the dialogue is not here yet")
    if dialogue.state not in AHEAD or excused in dialogue.gone:
        return dialogue, []
    guests = seating.free(dialogue.guests, excused, dialogue.room)
    return replace(dialogue, guests=guests, gone=(*dialogue.gone, excused)), []


def invite_representative(
    dialogue: Dialogue, command: InviteRepresentative, hamlets: Sequence[str], now: datetime
) -> Decision:
    """A delegate of an organisation, a hamlet or the superior level takes a seat at once."""
    permit(dialogue, command)
    if any(one.id == command.representative.id for one in dialogue.representatives):
        raise Refusal("not-now", "Mã này đã dùng cho một đại biểu được mời. Xin xem lại danh sách đại biểu.")
    return _invite(dialogue, (command.representative,), hamlets, now)


def check_in_representative(dialogue: Dialogue, command: CheckInRepresentative, now: datetime) -> Decision:
    """An invited representative has come."""
    permit(dialogue, command)
    if all(one.id != command.representative for one in dialogue.representatives):
        raise Refusal("not-found", "Đại biểu này chưa có trong danh sách mời. Xin mời đại biểu trước.")
    if command.representative in dialogue.attended:
        return dialogue, []
    return moved(dialogue, command, attended=(*dialogue.attended, command.representative)), [
        RepresentativeAttended(**about(dialogue, now), representative=command.representative)
    ]


def _invite(dialogue: Dialogue, invited: Sequence[Representative], hamlets: Sequence[str], now: datetime) -> Decision:
    guests = dialogue.guests
    for one in invited:
        hamlet = hamlet_in(one.hamlet, hamlets) or one.hamlet
        after = seating.seat(guests, [Guest(_guest_id(one), hamlet, representative=True)], dialogue.room)
        if after[-1].seat is None:
            raise Refusal("not-now", _no_seat(dialogue, guests, one, hamlet))
        guests = after
    return replace(dialogue, guests=guests, representatives=(*dialogue.representatives, *invited)), [
        RepresentativeInvited(
            **about(dialogue, now),
            representative=one,
            title=dialogue.title,
            held_at=dialogue.held_at,
            place=dialogue.place,
        )
        for one in invited
    ]


def _guest_id(representative: Representative) -> str:
    """No form has such an id, so the two kinds of guests never meet."""
    return f"representative:{representative.id}"


def _no_seat(dialogue: Dialogue, guests: Guests, representative: Representative, hamlet: str | None) -> str:
    left = seats_left(guests, dialogue.room)
    if left is not None and left <= 0:
        return f"Đã hết {dialogue.seats} chỗ nên chưa mời được {representative.name}. Xin chờ có người báo vắng."
    return (
        f"{hamlet} đã đủ {dialogue.per_hamlet} người nên chưa mời được {representative.name}. "
        "Xin chờ có người của nơi này báo vắng."
    )


# --- preparation ----------------------------------------------------------------------------------------------------


def complete_duty(dialogue: Dialogue, command: CompleteDuty, now: datetime) -> Decision:
    """What had to be prepared is, and how one can see that; also when it was late."""
    permit(dialogue, command)
    duty = dialogue.duty(command.duty)
    permit_department(command, duty.department)
    if any(done.duty == duty.id for done in dialogue.completed):
        raise Refusal("not-now", "Việc này đã được ghi nhận hoàn thành; không cần ghi lại.")
    done = Completed(duty.id, command.proof, command.actor.name, now)
    return moved(dialogue, command, completed=(*dialogue.completed, done)), [
        DutyCompleted(**about(dialogue, now), duty=duty.id, proof=command.proof, completed_by=command.actor.name)
    ]


def expect_list(dialogue: Dialogue, command: ReceiveList) -> ExpectedList:
    """The list that has come in.

    Raises:
        Refusal: it is not expected, or not of this kind, or not now.
    """
    permit(dialogue, command)
    expected = dialogue.expected(command.list)
    if expected.kind == "opinions" and command.participants:
        raise Refusal("invalid", "Đây là danh sách ý kiến; xin gửi danh sách người tham dự theo mục riêng.")
    if expected.kind == "participants" and command.opinions:
        raise Refusal("invalid", "Đây là danh sách người tham dự; xin gửi ý kiến theo mục tổng hợp ý kiến.")
    return expected


def admit_list(dialogue: Dialogue, command: ReceiveList) -> Decision:
    """Nothing changes yet: what may not come in is refused before its opinions are taken in."""
    expect_list(dialogue, command)
    return dialogue, []


def receive_list(
    dialogue: Dialogue, command: ReceiveList, taken_in: int, hamlets: Sequence[str], now: datetime
) -> Decision:
    """A list is in: its opinions are forms by now, its participants are invited. What had come before is not counted.

    Args:
        taken_in: how many of its opinions were not known yet.
    """
    expected = expect_list(dialogue, command)
    known = {one.id for one in dialogue.representatives}
    named = {one.id: one for one in command.participants if one.id not in known}
    count = taken_in if expected.kind == "opinions" else len(named)
    before = next((one for one in dialogue.arrived if one.list == expected.id), None)
    if before is not None and not count:
        return dialogue, []
    invited, events = _invite(dialogue, tuple(named.values()), hamlets, now)
    arrived = Arrived(expected.id, count + (before.count if before else 0), now)
    others = tuple(one for one in dialogue.arrived if one.list != expected.id)
    received = ListReceived(
        **about(dialogue, now), list=expected.id, kind=expected.kind, sender=expected.sender, count=count
    )
    return moved(invited, command, arrived=(*others, arrived)), [received, *events]


# --- the conference, and after it -----------------------------------------------------------------------------------


def delegate_chair(dialogue: Dialogue, command: DelegateChair, now: datetime) -> Decision:
    """Plan of Chánh Lộ, II.1.1: the chairman cannot preside; a deputy does, and reports to him afterwards."""
    permit(dialogue, command)
    if dialogue.delegation is not None and dialogue.delegation.deputy == command.deputy:
        raise Refusal("not-now", f"Đã ủy quyền cho {command.deputy} chủ trì; không cần ghi lại.")
    return moved(dialogue, command, delegation=Delegation(command.deputy, command.reason, now)), [
        ChairDelegated(
            **about(dialogue, now), deputy=command.deputy, reason=command.reason, delegated_by=command.actor.name
        )
    ]


def report_back(dialogue: Dialogue, command: ReportBack, now: datetime) -> Decision:
    """The deputy has told the chairman what came of it."""
    permit(dialogue, command)
    if dialogue.delegation is None:
        raise Refusal("not-now", "Hội nghị do Chủ tịch trực tiếp chủ trì nên không cần báo cáo lại.")
    if dialogue.delegation.report is not None:
        raise Refusal("not-now", "Đã báo cáo Chủ tịch về hội nghị này; không cần báo cáo lại.")
    return moved(dialogue, command, delegation=replace(dialogue.delegation, report=command.report)), [
        DelegateReported(**about(dialogue, now), report=command.report, reported_by=command.actor.name)
    ]


def hold_dialogue(dialogue: Dialogue, command: HoldDialogue, now: datetime) -> Decision:
    """The conference has taken place; it cannot have ended before it began."""
    permit(dialogue, command)
    if now < dialogue.held_at:
        raise Refusal("not-now", "Chưa đến giờ tổ chức hội nghị đối thoại. Nếu đổi giờ, xin dời hội nghị trước.")
    return moved(dialogue, command, ended_at=now), [
        DialogueHeld(
            **about(dialogue, now),
            title=dialogue.title,
            held_at=dialogue.held_at,
            presided_by=dialogue.delegation.deputy if dialogue.delegation else None,
        )
    ]


def settle(dialogue: Dialogue | None, now: datetime) -> Decision:
    """Nothing is owed of it any more. To be asked once every question of its forms is settled."""
    if dialogue is None:
        raise TooEarly("the dialogue is not here yet")
    if dialogue.state is not State.CONCLUDED or not dialogue.fulfilled:
        return dialogue, []
    settled = turned(dialogue, DialogueSettled)
    if settled.report is not None:
        settled = turned(settled, ResultReported)
    return settled, [DialogueSettled(**about(dialogue, now))]


def report_result(dialogue: Dialogue, command: ReportResult, now: datetime) -> Decision:
    """The superior has the report. One made before everything is settled closes the dialogue when that comes."""
    permit(dialogue, command)
    if dialogue.report is not None:
        raise Refusal("not-now", f"Đã báo cáo kết quả bằng văn bản {dialogue.report.document}; không báo cáo lần nữa.")
    reported = moved(dialogue, command, report=Report(command.document, command.recipient, now))
    return turned(reported, ResultReported), [
        ResultReported(
            **about(dialogue, now),
            document=command.document,
            recipient=command.recipient,
            reported_by=command.actor.name,
        )
    ]
