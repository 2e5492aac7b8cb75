"""A conference told by events: planned with sessions, duties and lists; people and questions of every kind."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts import Event, deadlines, intake, routing
from shared.contracts.conference import Commitment, Duty, ExpectedList, Representative, Session, Span
from shared.contracts.people import Question
from tests.builders import (
    BASIS,
    DIALOGUE,
    HELD_AT,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_question,
    registrant,
    submission_received,
)

DURING = HELD_AT + timedelta(hours=1)
ENDED_AT = HELD_AT + timedelta(hours=3)
CLOSES_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
LAND, PEOPLE, OFFICE = "phong-kinh-te", "trung-tam-hanh-chinh-cong", "van-phong"

SESSIONS = (
    Session(number=1, title="Thủ tục hành chính", audience="Nhân dân", fields=("civil-status", "one-stop-service")),
    Session(number=2, title="Đất đai, hạ tầng", audience="Các hộ dân thôn Nội", fields=("land", "infrastructure")),
)
DUTIES = tuple(
    Duty(id=id, what=what, owner=owner, department=unit, term=Span(count=2, unit="working-days", basis=BASIS))
    for id, what, owner, unit in (
        ("hoi-truong", "Chuẩn bị hội trường, âm thanh", "Văn phòng HĐND và UBND", OFFICE),
        ("an-ninh", "Phương án bảo đảm an ninh, trật tự", "Công an xã", "cong-an"),
        ("kinh-phi", "Bố trí kinh phí tổ chức hội nghị", "Phòng Kinh tế", LAND),
    )
)
OPINIONS = ExpectedList(
    id="mat-tran", kind="opinions", sender="Ủy ban MTTQ Việt Nam xã", term=Span(count=7, unit="days", basis=BASIS)
)
PARTICIPANTS = ExpectedList(
    id="doan", kind="participants", sender="Đoàn Thanh niên xã", term=Span(count=5, unit="days", basis=BASIS)
)
GUEST = Representative(id="binh", name="Nguyễn Văn Bình", organisation="Ủy ban MTTQ Việt Nam xã")


def form(number: int, name: str, text: str, **changes: Any) -> intake.SubmissionReceived:
    """The n-th form, one question; an hour after the one before."""
    case = f"01JFORM{number:02}"
    at = CLOSES_AT - timedelta(days=5) + timedelta(hours=number)
    return submission_received(
        **{
            "case": case,
            "code": f"K7QX-3M{number:02}",
            "received_at": at,
            "occurred_at": at,
            "registrant": registrant(name=name, address=f"Số {number}, thôn Nội, xã Thanh Trì", phone=None),
            "questions": (Question(id=f"{case}-1", number=1, section="procedures", text=text),),
            **changes,
        }
    )


def asked(contract: type[Event], number: int, **changes: Any) -> Any:
    """What routing says of the question of the n-th form."""
    return of_question(contract, case=f"01JFORM{number:02}", question=f"01JFORM{number:02}-1", **changes)


def came(number: int, present: bool = True) -> Any:
    return of_attendance(intake.AttendanceRecorded, case=f"01JFORM{number:02}", present=present)


def term(rule: str, about: str, due_on: date, **changes: Any) -> Any:
    due_at = datetime(due_on.year, due_on.month, due_on.day, 10, 0, tzinfo=UTC)
    known = {"deadline": f"{about}:{rule}", "rule": rule, "about": about, "case": DIALOGUE, "department": None}
    return of_deadline(deadlines.DeadlineSet, **known | {"due_on": due_on, "due_at": due_at} | changes)


PLANNED: tuple[Event, ...] = (
    of_dialogue(
        intake.DialoguePlanned, sessions=SESSIONS, seats=60, per_hamlet=3, duties=DUTIES, lists=(OPINIONS, PARTICIPANTS)
    ),
    term("announcement", DIALOGUE, date(2026, 5, 6)),
    term("registration-cutoff", DIALOGUE, date(2026, 5, 4)),
    *(term("preparation", f"{DIALOGUE}-{duty.id}", date(2026, 5, 12), department=duty.department) for duty in DUTIES),
    term("opinions-collected", f"{DIALOGUE}-mat-tran", date(2026, 5, 7)),
    term("participant-list", f"{DIALOGUE}-doan", date(2026, 5, 8)),
    of_dialogue(intake.DutyCompleted, duty="kinh-phi"),
)
ANNOUNCED: tuple[Event, ...] = (*PLANNED, of_dialogue(intake.DialogueAnnounced, sessions=SESSIONS))
REGISTERED: tuple[Event, ...] = (
    *ANNOUNCED,
    form(1, "Nguyễn Thị Mai", "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?"),
    form(2, "Trần Văn Tuấn", "Đường thôn Nội ngập khi mưa, bao giờ làm thoát nước?"),
    form(3, "Lê Thị Hoa", "Đường thôn Nội cứ mưa là ngập, bao giờ làm cống thoát nước?"),
    form(4, "Phạm Văn Đức", "Hồ sơ cấp giấy chứng nhận quyền sử dụng đất của tôi quá hạn đã hai tháng."),
    form(5, "Vũ Thị Thu", "Tôi tố cáo ông Bí Mật nhận tiền khi làm thủ tục."),
    form(6, "Đỗ Văn Nam", "Đề nghị xã cho xây cầu qua sông Hồng.", channel="list", collected_by=OPINIONS.sender),
    form(7, "Hoàng Thị Yến", "Phiếu của tôi gửi muộn, xin trả lời giúp.", on_time=False),
    form(8, "Bùi Văn Long", "Bộ phận một cửa đóng cửa lúc 16 giờ 30 có đúng không?"),
    asked(routing.QuestionAssigned, 1, session=1),
    asked(routing.QuestionAssigned, 2, field="infrastructure", department=LAND, session=2),
    asked(routing.QuestionAssigned, 3, field="infrastructure", department=LAND, session=2),
    asked(routing.QuestionAssigned, 4, field="land", department=LAND, session=2),
    asked(routing.QuestionAwaitsTriage, 5, scope="denunciation"),
    asked(routing.QuestionAssigned, 6, field="infrastructure", department=LAND, session=2),
    asked(routing.QuestionAssigned, 7, field="other", department=OFFICE),
    asked(routing.QuestionAssigned, 8, field="one-stop-service", session=1),
    asked(routing.QuestionResembles, 3, like="01JFORM02-1"),
    asked(routing.QuestionPrioritised, 4, reason="Nhiều hộ cùng kêu"),
    asked(routing.QuestionRecurs, 8),
    asked(routing.AnswerDrafted, 1),
    asked(routing.AnswerApproved, 1),
    of_dialogue(intake.RepresentativeInvited, representative=GUEST),
)
CLOSED: tuple[Event, ...] = (
    *REGISTERED,
    of_dialogue(intake.RegistrationClosed, occurred_at=CLOSES_AT),
    *(
        of_attendance(intake.RegistrantInvited, case=f"01JFORM{number:02}", seat=number)
        for number in (1, 2, 3, 4, 5, 6)
    ),
    of_attendance(intake.RegistrantWaitlisted, case="01JFORM08", place=1),
)
GATHERED: tuple[Event, ...] = (
    *CLOSED,
    *(came(number) for number in (1, 2, 3, 4, 5, 6)),
    of_dialogue(intake.RepresentativeAttended, representative=GUEST.id),
)
ANSWERED: tuple[Event, ...] = (
    *GATHERED,
    asked(
        routing.QuestionAnsweredAtDialogue,
        4,
        answer="Hồ sơ vướng đo đạc; ông nhận kết quả trước ngày 30/5.",
        answered_by="Nguyễn Đức Toàn, Phòng Kinh tế",
        occurred_at=DURING,
    ),
    asked(routing.QuestionSettled, 4, how="answered-at-dialogue", occurred_at=DURING),
    asked(routing.QuestionTakenForWrittenAnswer, 2, note="Giao Phòng Kinh tế khảo sát, trả lời.", occurred_at=DURING),
    asked(routing.WrittenAnswerOwed, 2, because="taken", occurred_at=DURING),
    asked(routing.QuestionGrouped, 2, topic="Thoát nước thôn Nội"),
    asked(routing.QuestionGrouped, 3, topic="Thoát nước thôn Nội"),
    asked(routing.QuestionTakenForWrittenAnswer, 3, note="Như câu trên.", occurred_at=DURING),
    asked(routing.QuestionReferredUp, 6, reason="Cầu qua sông thuộc thành phố.", occurred_at=DURING),
)
HELD: tuple[Event, ...] = (
    *ANSWERED,
    of_dialogue(intake.DialogueHeld, occurred_at=ENDED_AT),
    asked(routing.QuestionAnsweredAtDialogue, 1, occurred_at=ENDED_AT),
    asked(routing.QuestionSettled, 1, how="answered-at-dialogue", occurred_at=ENDED_AT),
    came(8, present=False),
    term("conclusion-notice", DIALOGUE, date(2026, 5, 28)),
    term("result-report", DIALOGUE, date(2026, 6, 12)),
)
PROMISES = (
    Commitment(
        id=f"{DIALOGUE}-c1",
        text="Khảo sát, trả lời về thoát nước thôn Nội.",
        department=LAND,
        questions=("01JFORM02-1", "01JFORM03-1"),
    ),
    Commitment(id=f"{DIALOGUE}-c2", text="Niêm yết giờ làm việc của bộ phận một cửa.", department=PEOPLE),
)
CONCLUDED: tuple[Event, ...] = (
    *HELD,
    of_dialogue(intake.ConclusionDrafted, commitments=PROMISES),
    of_dialogue(intake.ConclusionApproved),
    of_dialogue(intake.DialogueConcluded, commitments=PROMISES, occurred_at=ENDED_AT + timedelta(days=5)),
    *(term("resolution", one.id, date(2026, 6, 16), department=one.department) for one in PROMISES),
    of_dialogue(intake.CommitmentFulfilled, commitment=PROMISES[1].id, department=PEOPLE, questions=()),
)


def scene(events: Sequence[Event], *more: Event) -> tuple[Event, ...]:
    return (*events, *more)
