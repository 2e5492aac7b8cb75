"""A province's year as the stream tells it: what a view is built from, and asked about, at full size.

Events are written by their contracts once for each kind of life that a question leads; of the others only ids, times
and words differ, so that a million of them cost little beside what is measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from services.console.facts import aggregate_of
from services.console.view import Message
from shared.communes import Communes, Profile
from shared.contracts import Envelope, Event
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlineNear, DeadlineSet, EscalationRaised
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    ExtensionRequested,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionSettled,
)
from tests.builders import (
    COMMUNE,
    QUESTION,
    SUBMISSION,
    of_deadline,
    of_message,
    of_question,
    question,
    registrant,
    submission_received,
)

NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
"""Friday 20 November 2026, 09:30 in Hanoi."""
BEGAN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
OPEN_SHARE = 0.1
"""Of all questions, how many are still open: those of the last weeks."""

CODE, NAME, PHONE, TEXT, DEPARTMENT = "K7QX-3M9D", "@@NAME@@", "0900000000", "@@TEXT@@", "DEPARTMENT"
RECEIVED, ASSIGNED, DRAFTED, APPROVED, SENT, DUE = (datetime(1999, 1, day, tzinfo=UTC) for day in range(1, 7))
"""Instants that stand for those of a question's life."""

GIVEN = ("An", "Bình", "Chi", "Dũng", "Hạnh", "Hòa", "Khánh", "Lan", "Minh", "Nga", "Oanh", "Phúc", "Quân", "Thảo")
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
ASKED = (
    "Thủ tục {what} cần những giấy tờ gì, nộp ở đâu và bao lâu thì có kết quả?",
    "Tôi đã nộp hồ sơ {what} từ tháng trước mà chưa được trả kết quả. Đề nghị xã cho biết vướng mắc ở đâu.",
    "Gia đình tôi ở thôn {hamlet} muốn hỏi về việc {what}; mức phí, lệ phí hiện nay là bao nhiêu?",
)
WHAT = (
    "đăng ký khai sinh cho con",
    "chứng thực bản sao",
    "cấp giấy chứng nhận quyền sử dụng đất",
    "xin phép xây dựng nhà ở",
    "hưởng trợ cấp xã hội",
    "cấp lại thẻ bảo hiểm y tế",
    "đăng ký tạm trú",
    "đăng ký hộ kinh doanh",
    "xác nhận hộ nghèo",
    "nộp hồ sơ trực tuyến",
    "sửa đường làng bị ngập",
    "thu gom rác thải",
)
HAMLETS = ("Nội", "Đông Hạ", "Hậu Làng", "Thượng", "Trung")


def province(communes: int) -> Communes:
    """So many communes, each organised like Thanh Trì."""
    pattern = Communes.load()[COMMUNE]
    return Communes([_like(pattern, number) for number in range(communes)])


def _like(pattern: Profile, number: int) -> Profile:
    if not number:
        return pattern
    return pattern.model_copy(update={"id": f"xa-{number:03}", "name": f"xã Mẫu số {number}"})


@dataclass(frozen=True)
class _Life:
    """The events of one kind of life, as text with marks in it, and its instants counted from the receipt in hours."""

    events: Sequence[tuple[str, str]]
    hours: Mapping[datetime, float]


def _lives() -> dict[str, _Life]:
    asked = submission_received(
        received_at=RECEIVED,
        occurred_at=RECEIVED,
        dialogue=None,
        registrant=registrant(name=NAME, phone=PHONE),
        questions=(question(1, TEXT),),
    )
    receipt = {"notification": f"{SUBMISSION}-receipt", "kind": "receipt", "questions": (QUESTION,)}
    queued = of_message(NotificationQueued, occurred_at=RECEIVED, **receipt)
    confirmed = of_message(NotificationSent, occurred_at=RECEIVED, **receipt)
    given = of_question(QuestionAssigned, occurred_at=ASSIGNED, department=DEPARTMENT)
    term: dict[str, Any] = {"department": DEPARTMENT, "due_at": DUE}
    runs = of_deadline(DeadlineSet, occurred_at=ASSIGNED, due_on=DUE.date(), **term)
    drafted = of_question(AnswerDrafted, occurred_at=DRAFTED)
    approved = of_question(AnswerApproved, occurred_at=APPROVED)
    met = of_deadline(DeadlineMet, occurred_at=APPROVED, met_at=APPROVED, late=False, **term)
    late = of_deadline(DeadlineMet, occurred_at=APPROVED, met_at=APPROVED, late=True, **term)
    answer = {"notification": f"{SUBMISSION}-answer", "kind": "answer", "questions": (QUESTION,)}
    sent = (
        of_message(NotificationQueued, occurred_at=SENT, **answer),
        of_message(NotificationSent, occurred_at=SENT, **answer),
        of_question(QuestionSettled, occurred_at=SENT),
    )
    near = of_deadline(DeadlineNear, occurred_at=DUE, **term)
    missed = of_deadline(DeadlineMissed, occurred_at=DUE, **term)
    raised = of_deadline(EscalationRaised, occurred_at=DUE, **term)
    begun = (asked, queued, confirmed, given, runs)
    in_time = {RECEIVED: 0, ASSIGNED: 1, DRAFTED: 48, APPROVED: 72, SENT: 73, DUE: 168}
    too_late = {RECEIVED: 0, ASSIGNED: 1, DRAFTED: 200, APPROVED: 240, SENT: 241, DUE: 168}
    return {
        "answered": _life((*begun, drafted, approved, met, *sent), in_time),
        "answered-late": _life((*begun, near, missed, raised, drafted, approved, late, *sent), too_late),
        "triage": _life((asked, queued, confirmed, of_question(QuestionAwaitsTriage, occurred_at=ASSIGNED)), in_time),
        "assigned": _life(begun, in_time),
        "late": _life((*begun, near, missed, raised), too_late),
        "drafted": _life((*begun, drafted), in_time),
        "wants-more": _life((*begun, of_question(ExtensionRequested, occurred_at=DRAFTED)), in_time),
    }


def _life(events: Sequence[Event], hours: Mapping[datetime, float]) -> _Life:
    said: dict[tuple[str, str], int] = {}
    found = []
    for event in events:
        aggregate = (event.speaker, aggregate_of(event))
        said[aggregate] = said.get(aggregate, 0) + 1
        envelope = Envelope(
            id=f"{':'.join(aggregate)}:{said[aggregate]}",
            source=f"/services/{event.speaker}",
            type=event.type,
            subject=event.subject,
            time=event.occurred_at,
            sequence=said[aggregate],
            correlationid=event.case,
            data=event.model_dump(mode="json"),
        )
        found.append((event.subject, envelope.model_dump_json()))
    return _Life(found, hours)


def events(communes: Communes, questions: int, seed: int = 7) -> Iterator[Message]:
    """So many questions, a fifth of them asked in the first commune; their events in the order of the stream.

    A commune's departments share its questions.
    """
    random, lives, position = Random(seed), _lives(), 0
    names = list(communes)
    year = (NOW - BEGAN).total_seconds()
    for number in range(questions):
        commune = names[0] if number % 5 == 0 else names[1 + number % (len(names) - 1)]
        age = number / questions
        received = BEGAN + timedelta(seconds=year * age)
        if age < 1 - OPEN_SHARE:
            life = lives["answered-late" if random.random() < 0.1 else "answered"]
        else:
            received = NOW - timedelta(hours=random.uniform(2, 160))
            kind = random.choices(("assigned", "drafted", "triage", "wants-more", "late"), weights=(50, 30, 8, 4, 8))[0]
            life = lives[kind]
            if kind == "late":
                received -= timedelta(hours=200)
        departments = communes[commune].departments
        marks = {
            SUBMISSION: f"01B{number:010}",
            CODE: _code(number),
            NAME: f"{random.choice(FAMILY)} Thị {random.choice(GIVEN)}",
            PHONE: f"09{number % 100_000_000:08}",
            TEXT: random.choice(ASKED).format(what=random.choice(WHAT), hamlet=random.choice(HAMLETS)),
            DEPARTMENT: departments[number // 7 % len(departments)].id,
            **{_iso(mark): _iso(received + timedelta(hours=hours)) for mark, hours in life.hours.items()},
            f"{DUE.date()}": f"{(received + timedelta(hours=life.hours[DUE])).date()}",
        }
        for subject, text in life.events:
            position += 1
            subject = subject.replace(SUBMISSION, marks[SUBMISSION]).replace(f".{COMMUNE}.", f".{commune}.")
            for mark, value in marks.items():
                text = text.replace(mark, value)
            if commune != COMMUNE:
                text = text.replace(f'"commune":"{COMMUNE}"', f'"commune":"{commune}"').replace(
                    f".{COMMUNE}.", f".{commune}."
                )
            yield Message(position, subject, text.encode())


def _iso(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")


LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def _code(number: int) -> str:
    code = ""
    for _ in range(8):
        number, digit = divmod(number, len(LETTERS))
        code = LETTERS[digit] + code
    return f"{code[:4]}-{code[4:]}"
