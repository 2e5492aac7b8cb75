"""What is owed to whoever asked: that his question is handed out, answered by a department, judged, and sent to him."""

from collections.abc import Iterable, Iterator

from services.deadlines.deadline import Duty, Told
from services.deadlines.explain import Term, local_date
from services.deadlines.turns import (
    Done,
    Dropped,
    Extended,
    HandedOver,
    PassedOn,
    Reopened,
    Resumed,
    SentBack,
    Started,
    Suspended,
    Turn,
)
from shared.contracts import Role
from shared.contracts.deadlines import RuleId
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionParted,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSettled,
    QuestionTransferred,
    RoutingEvent,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)

OF_A_QUESTION: tuple[RuleId, ...] = (
    "triage",
    "department-answer",
    "approval",
    "revision",
    "written-answer",
    "guidance",
    "superior-report",
)
"""All that can be owed of a question."""

TRANSFERRED = {
    "keeps-running": "Câu hỏi được chuyển cho đơn vị khác, thời hạn vẫn tính tiếp",
    "pauses": "Câu hỏi được chuyển cho đơn vị khác, thời hạn tạm dừng đến khi đơn vị đó tiếp nhận",
    "starts-anew": "Câu hỏi được chuyển cho đơn vị khác, thời hạn tính lại từ ngày chuyển",
}


HEARD = "Câu hỏi đã được trả lời tại hội nghị đối thoại."
WITHDRAWN = "Người hỏi đã rút câu hỏi."
REOPENED = "Câu hỏi được mở lại vì câu trả lời chưa đáp ứng nội dung đã hỏi."
NEWER_DRAFT = "Phòng chuyên môn trình dự thảo mới."
PARTED = "Câu hỏi được tách ra để trả lời riêng, dự thảo được duyệt riêng."
NEXT_TO_DECIDE = "Đã qua một bước duyệt, chuyển người duyệt tiếp theo."
SET_ASIDE = "Câu hỏi được giao cho đơn vị khác, dự thảo không duyệt nữa."


def expect_triage(
    waiting: QuestionAwaitsTriage | QuestionHandedBack | QuestionReopened, term: Term
) -> tuple[Told, Told]:
    """The office must say whose it is, each time it has the question again."""
    return _anew(waiting, "triage", Started(waiting.occurred_at, local_date(waiting.occurred_at), term))


def hand_back(handed_back: QuestionHandedBack) -> tuple[Told, Told]:
    """The department owes nothing; whoever gets the question next, be it the same, has the whole term."""
    at, reason = handed_back.occurred_at, f"Phòng chuyên môn trả lại câu hỏi: {handed_back.reason}"
    return (
        Told(_owed(handed_back, "department-answer"), Dropped(at), reason),
        Told(_owed(handed_back, "revision"), Dropped(at), reason),
    )


def what_else_is_done(assigned: QuestionAssigned) -> Iterator[Told]:
    """Nobody needs to say any more whose it is; a draft of the department before is not judged any more.

    What the rules assign as it comes in has never waited for a person, and costs no second term.
    """
    if assigned.ends_triage or assigned.assigned_by is not None:
        yield accept_triage(assigned)
    if assigned.sets_aside:
        yield from _nobody_works_on(assigned, SET_ASIDE)


def accept_triage(decided: QuestionAssigned | QuestionRedirected | QuestionReferredUp) -> Told:
    """It is decided where it goes."""
    return Told(_owed(decided, "triage"), Done(decided.occurred_at))


def expect_answer(assigned: QuestionAssigned, term: Term) -> Told:
    """The department owes it. The day of assignment is not counted; another department gets the whole term."""
    at = assigned.occurred_at
    return Told(_owed(assigned, "department-answer"), Started(at, local_date(at), term, assigned.department))


def hand_over(transferred: QuestionTransferred, term: Term) -> tuple[Told, Told]:
    """What becomes of the term is said by whoever hands the question over. A draft of the former is not mended."""
    at, giver, department = transferred.occurred_at, transferred.from_department, transferred.department
    turn: Turn
    match transferred.clock:
        case "keeps-running":
            turn = HandedOver(at, giver, department)
        case "pauses":
            turn = Suspended(at, giver, department)
        case "starts-anew":
            turn = Started(at, local_date(at), term, department)
    reason = f"{TRANSFERRED[transferred.clock]}: {transferred.reason}"
    return (
        Told(_owed(transferred, "department-answer"), turn, reason),
        Told(_owed(transferred, "revision"), Dropped(at), reason),
    )


def take_up(accepted: TransferAccepted) -> Told:
    """A term that stood still for the transfer runs again."""
    return Told(
        _owed(accepted, "department-answer"),
        Resumed(accepted.occurred_at, accepted.department),
        "Đơn vị được chuyển đến đã tiếp nhận câu hỏi, thời hạn được tính tiếp với số ngày làm việc còn lại.",
    )


def accept_answer(drafted: AnswerDrafted) -> Iterator[Told]:
    """A department has done its duty once its answer is with the office, in time or late."""
    yield Told(_owed(drafted, "department-answer"), Done(drafted.occurred_at, drafted.department, drafted.draft))
    if drafted.draft > 1:
        yield Told(_owed(drafted, "revision"), Done(drafted.occurred_at))


def expect_approval(drafted: AnswerDrafted, term: Term) -> tuple[Told, ...]:
    """Whoever decides has the whole term for each draft: a newer one in its place is another text to read.

    One decision about several questions has one term, that of the question that leads.
    """
    if drafted.follows is not None:
        return ()
    return _anew(drafted, "approval", _judging(drafted, drafted.department, term), NEWER_DRAFT)


def expect_approval_by_itself(parted: QuestionParted, term: Term) -> tuple[Told, ...]:
    """The draft that waited with that of another question waits alone: whoever decides has the whole term for it."""
    if not parted.awaits:
        return ()
    return _anew(parted, "approval", _judging(parted, parted.department, term), PARTED)


def _judging(fact: AnswerDrafted | QuestionParted, department: str | None, term: Term) -> Started:
    at = fact.occurred_at
    return Started(at, local_date(at), term, _judge(fact.awaits, department), fact.awaits)


def pass_on(endorsed: AnswerEndorsed) -> Told:
    """The next who decides has the whole term, too."""
    at = endorsed.occurred_at
    turn = PassedOn(at, local_date(at), _judge(endorsed.awaits, endorsed.department), endorsed.awaits)
    return Told(_owed(endorsed, "approval"), turn, NEXT_TO_DECIDE)


def accept_judgement(judged: AnswerApproved | AnswerReturned) -> Told:
    return Told(_owed(judged, "approval"), Done(judged.occurred_at))


def _judge(awaits: Iterable[Role], department: str | None) -> str | None:
    """A step that only a head decides is his department's; any other is of leaders of the whole commune."""
    return department if set(awaits) == {Role.HEAD} else None


def send_back(returned: AnswerReturned, term: Term) -> tuple[Told, ...]:
    """It was judged in time or late. The department mends its draft within a term of its own, for that of the answer
    may be over: handed in, it was met."""
    at = returned.occurred_at
    mending = Started(at, local_date(at), term, returned.department)
    return (
        Told(_owed(returned, "department-answer"), SentBack(at, returned.department, returned.draft)),
        accept_judgement(returned),
        *_anew(returned, "revision", mending),
    )


def extend(granted: ExtensionGranted) -> Told:
    """So many working days after the present end; a term that was missed runs again."""
    turn = Extended(granted.occurred_at, granted.department, granted.working_days)
    return Told(_owed(granted, "department-answer"), turn, granted.reason)


def redirect(redirected: QuestionRedirected, term: Term) -> tuple[Told, ...]:
    """Nobody here owes an answer to a question that belongs elsewhere; the office owes the letter that says where."""
    at = redirected.occurred_at
    reason = f"Câu hỏi được hướng dẫn gửi đến {redirected.authority}."
    return (
        *_nobody_answers(redirected, reason),
        Told(_owed(redirected, "guidance"), Started(at, local_date(at), term)),
        accept_triage(redirected),
    )


def accept_answer_at_dialogue(answered: QuestionAnsweredAtDialogue) -> tuple[Told, ...]:
    """The registrant has heard the answer: nothing is owed any more. What was approved before is past all other duties;
    what was said on the spot may not be."""
    at, done = answered.occurred_at, Told(_owed(answered, "department-answer"), Done(answered.occurred_at))
    if answered.answer is None:
        return (done,)
    return (done, Told(_owed(answered, "triage"), Dropped(at), HEARD), *_nobody_works_on(answered, HEARD))


def refer_up(referred: QuestionReferredUp, report: Term, notice: Term) -> tuple[Told, ...]:
    """The department owes nothing any more; the office owes the report to the superior, and the asker a notice."""
    at = referred.occurred_at
    reason = f"Câu hỏi vượt thẩm quyền, được báo cáo lên {referred.authority}."
    return (
        *_nobody_answers(referred, reason),
        Told(_owed(referred, "superior-report"), Started(at, local_date(at), report)),
        Told(_owed(referred, "guidance"), Started(at, local_date(at), notice)),
        accept_triage(referred),
    )


def _nobody_answers(fact: QuestionRedirected | QuestionReferredUp, reason: str) -> Iterator[Told]:
    yield Told(_owed(fact, "department-answer"), Dropped(fact.occurred_at), reason)
    yield from _nobody_works_on(fact, reason)


def _nobody_works_on(fact: RoutingEvent, reason: str) -> Iterator[Told]:
    """A draft is neither judged nor mended any more."""
    yield Told(_owed(fact, "approval"), Dropped(fact.occurred_at), reason)
    yield Told(_owed(fact, "revision"), Dropped(fact.occurred_at), reason)


def accept_report(reported: SuperiorReported) -> Told:
    return Told(_owed(reported, "superior-report"), Done(reported.occurred_at))


def expect_letter(owed: WrittenAnswerOwed, term: Term) -> Told:
    """The office owes it: the answer must have gone out, whoever writes it."""
    at = owed.occurred_at
    return Told(_owed(owed, "written-answer"), Started(at, local_date(at), term))


def accept_settlement(settled: QuestionSettled) -> tuple[Told, ...]:
    """A letter that is out does the duty; who heard the answer after all needs none; who wants none is owed nothing."""
    at, letter = settled.occurred_at, _owed(settled, "written-answer")
    match settled.how:
        case "withdrawn":
            return tuple(Told(_owed(settled, rule), Dropped(at), WITHDRAWN) for rule in OF_A_QUESTION)
        case "answered-at-dialogue":
            return (Told(letter, Dropped(at), HEARD),)
        case "redirected" | "referred-up":
            return (Told(_owed(settled, "guidance"), Done(at)), Told(letter, Done(at)))
        case _:
            return (Told(letter, Done(at)),)


def begin_again(reopened: QuestionReopened) -> tuple[Told, Told]:
    """What was done in the round before stays told; the next department and the office owe the whole term again."""
    at = reopened.occurred_at
    return (
        Told(_owed(reopened, "department-answer"), Reopened(at), REOPENED),
        Told(_owed(reopened, "written-answer"), Reopened(at), REOPENED),
    )


def _anew(fact: RoutingEvent, rule: RuleId, started: Started, reason: str | None = None) -> tuple[Told, Told]:
    """What was done before stays done; the whole is owed once more."""
    duty = _owed(fact, rule)
    return Told(duty, Reopened(started.at), reason), Told(duty, started)


def _owed(fact: RoutingEvent, rule: RuleId) -> Duty:
    return Duty(fact.commune, fact.case, rule, fact.question)
