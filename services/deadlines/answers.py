"""What is owed to whoever asked: the department's answer, the written one, the report to the superior."""

from services.deadlines.deadline import Duty, Told
from services.deadlines.explain import Term, local_date
from services.deadlines.turns import (
    Done,
    Dropped,
    Extended,
    HandedOver,
    Reopened,
    Resumed,
    SentBack,
    Started,
    Suspended,
    Turn,
)
from shared.contracts.deadlines import RuleId
from shared.contracts.routing import (
    AnswerDrafted,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
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

OF_A_QUESTION: tuple[RuleId, ...] = ("department-answer", "written-answer", "superior-report")
"""All that can be owed of a question."""

TRANSFERRED = {
    "keeps-running": "Câu hỏi được chuyển cho đơn vị khác, thời hạn vẫn tính tiếp",
    "pauses": "Câu hỏi được chuyển cho đơn vị khác, thời hạn tạm dừng đến khi đơn vị đó tiếp nhận",
    "starts-anew": "Câu hỏi được chuyển cho đơn vị khác, thời hạn tính lại từ ngày chuyển",
}


HEARD = "Câu hỏi đã được trả lời tại hội nghị đối thoại."
WITHDRAWN = "Người hỏi đã rút câu hỏi."
REOPENED = "Câu hỏi được mở lại vì câu trả lời chưa đáp ứng nội dung đã hỏi."


def expect_answer(assigned: QuestionAssigned, term: Term) -> Told:
    """The department owes it. The day of assignment is not counted; another department gets the whole term."""
    at = assigned.occurred_at
    return Told(_owed(assigned, "department-answer"), Started(at, local_date(at), term, assigned.department))


def hand_over(transferred: QuestionTransferred, term: Term) -> Told:
    """What becomes of the term is said by whoever hands the question over."""
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
    return Told(_owed(transferred, "department-answer"), turn, reason)


def take_up(accepted: TransferAccepted) -> Told:
    """A term that stood still for the transfer runs again."""
    return Told(
        _owed(accepted, "department-answer"),
        Resumed(accepted.occurred_at, accepted.department),
        "Đơn vị được chuyển đến đã tiếp nhận câu hỏi, thời hạn được tính tiếp với số ngày làm việc còn lại.",
    )


def accept_answer(drafted: AnswerDrafted) -> Told:
    """A department has done its duty once its answer is with the office, in time or late."""
    return Told(_owed(drafted, "department-answer"), Done(drafted.occurred_at, drafted.department, drafted.draft))


def reopen(returned: AnswerReturned) -> Told:
    return Told(
        _owed(returned, "department-answer"), SentBack(returned.occurred_at, returned.department, returned.draft)
    )


def extend(granted: ExtensionGranted) -> Told:
    """So many working days after the present end; a term that was missed runs again."""
    turn = Extended(granted.occurred_at, granted.department, granted.working_days)
    return Told(_owed(granted, "department-answer"), turn, granted.reason)


def redirect(redirected: QuestionRedirected) -> Told:
    """Nobody here owes an answer to a question that belongs elsewhere."""
    reason = f"Câu hỏi được hướng dẫn gửi đến {redirected.authority}."
    return Told(_owed(redirected, "department-answer"), Dropped(redirected.occurred_at), reason)


def accept_answer_at_dialogue(answered: QuestionAnsweredAtDialogue) -> Told:
    """The registrant has heard the answer: nothing is owed any more."""
    return Told(_owed(answered, "department-answer"), Done(answered.occurred_at))


def refer_up(referred: QuestionReferredUp, term: Term) -> tuple[Told, Told]:
    """The department owes nothing any more; the office owes the report to the superior."""
    at = referred.occurred_at
    reason = f"Câu hỏi vượt thẩm quyền, được báo cáo lên {referred.authority}."
    return (
        Told(_owed(referred, "department-answer"), Dropped(at), reason),
        Told(_owed(referred, "superior-report"), Started(at, local_date(at), term)),
    )


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
        case _:
            return (Told(letter, Done(at)),)


def begin_again(reopened: QuestionReopened) -> tuple[Told, Told]:
    """What was done in the round before stays told; the next department and the office owe the whole term again."""
    at = reopened.occurred_at
    return (
        Told(_owed(reopened, "department-answer"), Reopened(at), REOPENED),
        Told(_owed(reopened, "written-answer"), Reopened(at), REOPENED),
    )


def _owed(fact: RoutingEvent, rule: RuleId) -> Duty:
    return Duty(fact.commune, fact.case, rule, fact.question)
