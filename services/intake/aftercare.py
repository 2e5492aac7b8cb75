"""What intake decides of a form after it came in: corrected, withdrawn, rated, more put to it, settled, reopened.

Whoever registered does some of this himself, on the tracking page. His commands come with the role `system`, for the
page has made sure of him; the events then name no clerk.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from services.intake.dialogue import OFFICE, allow_role
from services.intake.submissions import Decision, Mark, Reading, Reopened, Settled, Submission
from shared.contracts import Refusal, Role, TooEarly
from shared.contracts.intake import (
    AddFiles,
    AnswerRated,
    CorrectRegistrant,
    FilesAdded,
    IntakeCommand,
    NewsDeclined,
    QuestionsWithdrawn,
    RateAnswer,
    RegistrantCorrected,
    WithdrawQuestions,
)
from shared.contracts.people import Attachment
from shared.contracts.routing import (
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionRedirected,
    QuestionReopened,
    QuestionSettled,
    QuestionSplit,
    Settlement,
)
from shared.contracts.taxonomy import Scope

CONTESTED = 2
"""A mark as low as this, or lower, gives the question back to the office."""
ANSWERED: frozenset[Settlement] = frozenset({"answered-at-dialogue", "answered-in-writing"})
MOST_FILES = 20
"""Of one form, whoever put them there."""

_OFFICE_OR_HIMSELF = OFFICE | {Role.SYSTEM}


class _About(TypedDict):
    commune: str
    case: str
    occurred_at: datetime


def _about(submission: Submission, now: datetime) -> _About:
    return _About(commune=submission.commune, case=submission.id, occurred_at=now)


def _clerk(command: IntakeCommand) -> str | None:
    return None if command.actor.role is Role.SYSTEM else command.actor.name


# --- what its sender, or the office for him, changes ----------------------------------------------------------------


def correct_registrant(submission: Submission, command: CorrectRegistrant, now: datetime) -> Decision:
    """What goes out from now on goes there. The name decides whose form it is, so only the office mends that."""
    allow_role(command, "sửa thông tin người đăng ký", _OFFICE_OR_HIMSELF)
    registrant = command.registrant
    if registrant == submission.registrant:
        return submission, []
    if not registrant.reachable:
        raise Refusal("invalid", "Xin giữ lại ít nhất một cách liên hệ: số điện thoại, địa chỉ hoặc thư điện tử.")
    if registrant.name != submission.registrant.name and command.actor.role is Role.SYSTEM:
        raise Refusal("forbidden", "Họ và tên chỉ Văn phòng sửa được. Xin ông/bà liên hệ Văn phòng UBND xã.")
    return replace(submission, registrant=registrant, corrected_at=now), [
        RegistrantCorrected(
            **_about(submission, now),
            registrant=registrant,
            reason=command.reason,
            corrected_by=_clerk(command),
        )
    ]


def open_questions(submission: Submission) -> tuple[str, ...]:
    """Those that somebody still works on: neither settled nor withdrawn."""
    return tuple(
        question.id
        for question in submission.questions
        if question.id not in submission.settlements and question.id not in submission.withdrawn
    )


def withdraw_questions(submission: Submission, command: WithdrawQuestions, now: datetime) -> Decision:
    """Nobody answers them any more. Who has withdrawn all that was open is not expected at the dialogue either."""
    allow_role(command, "ghi nhận rút câu hỏi", _OFFICE_OR_HIMSELF)
    going = _going(submission, command.questions)
    if not going:
        return submission, []
    withdrawn = replace(submission, withdrawn=(*submission.withdrawn, *going))
    entirely = not open_questions(withdrawn)
    if entirely and submission.attendance == "expected":
        withdrawn = replace(withdrawn, attendance="excused", excuse=command.reason, seat=None, waits=None)
    return withdrawn, [
        QuestionsWithdrawn(
            **_about(submission, now),
            dialogue=submission.dialogue,
            questions=going,
            entirely=entirely,
            reason=command.reason,
            withdrawn_by=_clerk(command),
        )
    ]


def _going(submission: Submission, named: Collection[str]) -> tuple[str, ...]:
    """The questions that are withdrawn now, in the order of the form; none where all of them were before."""
    still_open = open_questions(submission)
    if not named:
        if not still_open and not submission.withdrawn:
            raise Refusal("not-now", "Các câu hỏi của phiếu đã được giải quyết xong nên không còn câu nào để rút.")
        return still_open
    for question in named:
        must_ask(submission, question)
        if question not in still_open and question not in submission.withdrawn:
            raise Refusal("not-now", "Câu hỏi này đã được giải quyết xong nên không rút được nữa.")
    return tuple(question for question in still_open if question in named)


def must_ask(submission: Submission, question: str) -> None:
    """Refuse a question of another form."""
    if all(one.id != question for one in submission.questions):
        raise Refusal("not-found", "Phiếu này không có câu hỏi đó. Xin mở lại phiếu và chọn lại.")


def is_answered(submission: Submission, question: str) -> bool:
    """Its last settlement was an answer; what was sent elsewhere or withdrawn was not. Of one that nobody knows how it
    was settled, routing does."""
    settled = submission.settlements.get(question)
    return settled is not None and (settled.how is None or settled.how in ANSWERED)


def rate_answer(submission: Submission, command: RateAnswer, now: datetime) -> Decision:
    """The last mark counts. A bad one is contested: routing gives the question back to the office."""
    allow_role(command, "ghi nhận đánh giá câu trả lời", _OFFICE_OR_HIMSELF)
    must_ask(submission, command.question)
    if not is_answered(submission, command.question):
        raise Refusal("not-now", "Chỉ đánh giá được sau khi câu hỏi đã được trả lời.")
    given, words = submission.marks.get(command.question), command.words or None
    if given is not None and (given.mark, given.words) == (command.mark, words):
        return submission, []
    marks = submission.marks | {command.question: Mark(command.mark, words, now)}
    return replace(submission, marks=marks), [
        AnswerRated(
            **_about(submission, now),
            question=command.question,
            mark=command.mark,
            words=words,
            contested=command.mark <= CONTESTED,
        )
    ]


def add_files(
    submission: Submission, command: AddFiles, attachments: tuple[Attachment, ...], now: datetime
) -> Decision:
    """The scan of the paper, a document brought later. A file that is there already is not put there twice.

    Args:
        attachments: the stored files that the command names.
    """
    allow_role(command, "thêm tệp vào phiếu", OFFICE)
    known = {one.digest for one in submission.attachments}
    fresh = tuple({one.digest: one for one in attachments if one.digest not in known}.values())
    if not fresh:
        return submission, []
    if len(submission.attachments) + len(fresh) > MOST_FILES:
        raise Refusal("invalid", f"Mỗi phiếu giữ nhiều nhất {MOST_FILES} tệp. Xin gộp các trang vào một tệp PDF.")
    return replace(submission, attachments=(*submission.attachments, *fresh)), [
        FilesAdded(
            **_about(submission, now),
            attachments=fresh,
            note=command.note or None,
            added_by=command.actor.name,
        )
    ]


def decline_news(submission: Submission, now: datetime) -> Decision:
    """He is sent nothing any more that he need not have. Said once, however often he asks for it."""
    if submission.declines_news:
        return submission, []
    return replace(submission, declines_news=True), [NewsDeclined(**_about(submission, now))]


# --- what routing says of its questions -----------------------------------------------------------------------------


Judged = QuestionAwaitsTriage | QuestionAssigned | QuestionRedirected


def is_judgement(fact: Judged) -> bool:
    """Whether it tells of a denunciation, or what a person has decided. What the rules alone assigned never was one."""
    match fact:
        case QuestionAwaitsTriage():
            return fact.scope is Scope.DENUNCIATION
        case QuestionAssigned():
            return fact.assigned_by is not None
        case QuestionRedirected():
            return True


def note_reading(submission: Submission | None, fact: Judged) -> Decision:
    """The last word counts: what reads like a denunciation is one until a person has seen that it is none."""
    if submission is None:
        raise TooEarly("the submission is not here yet")
    known = submission.readings.get(fact.question)
    if known is not None and fact.occurred_at <= known.at:
        return submission, []
    denounces = not isinstance(fact, QuestionAssigned) and fact.scope is Scope.DENUNCIATION
    readings = submission.readings | {fact.question: Reading(denounces, fact.occurred_at)}
    return replace(submission, readings=readings), []


WITHDRAWN_BEFORE = "Người hỏi đã rút câu hỏi này trước khi nội dung được tách riêng."


def note_split(submission: Submission | None, split: QuestionSplit, now: datetime) -> Decision:
    """Each matter is a question of the form from now on, to be followed, withdrawn and rated by itself.

    Of two splits of a question the later tells its words. What its asker withdrew while the office was splitting it, he
    withdrew with all its matters. Of what read like a denunciation, each matter that no person gave to a department
    does, from the moment of the split.
    """
    if submission is None:
        raise TooEarly("the submission is not here yet")
    known, at = submission.splits.get(split.question), split.occurred_at
    questions = {one.id: one for one in submission.questions}
    fresh = [part for part in split.parts if part.id not in questions]
    if not fresh and known is not None and at <= known:
        return submission, []
    if known is None or at > known:
        questions[split.question] = questions[split.question].model_copy(update={"text": split.text})
        submission = replace(submission, splits=submission.splits | {split.question: at})
    ordered = sorted([*questions.values(), *fresh], key=lambda one: (one.number, one.id))
    submission = replace(submission, questions=tuple(ordered), readings=_readings_after(submission, split))
    submission = _with(submission, submission.settlements)
    if not fresh or split.question not in submission.withdrawn:
        return submission, []
    going = tuple(part.id for part in fresh)
    submission = replace(submission, withdrawn=(*submission.withdrawn, *going))
    return submission, [
        QuestionsWithdrawn(
            **_about(submission, now),
            dialogue=submission.dialogue,
            questions=going,
            entirely=not open_questions(submission),
            reason=WITHDRAWN_BEFORE,
            withdrawn_by=None,
        )
    ]


def _readings_after(submission: Submission, split: QuestionSplit) -> dict[str, Reading]:
    """What was said of a part itself is later than the split, and counts."""
    if split.scope is not Scope.DENUNCIATION:
        return submission.readings
    by_a_person = {one.question for one in split.assigned}
    taken_over = {
        part.id: Reading(denounces=True, at=split.occurred_at) for part in split.parts if part.id not in by_a_person
    }
    return taken_over | submission.readings


def note_settled(submission: Submission | None, settled: QuestionSettled) -> Decision:
    """One question less is owed; with the last one the form is settled. What a later fact has overtaken is passed."""
    if submission is None:
        raise TooEarly("the submission is not here yet")
    known, reopened = submission.settlements.get(settled.question), submission.reopenings.get(settled.question)
    at = settled.occurred_at
    if (known is not None and at <= known.at) or (reopened is not None and at < reopened.at):
        return submission, []
    return _with(submission, submission.settlements | {settled.question: Settled(settled.how, at)}), []


def note_reopened(submission: Submission | None, reopened: QuestionReopened) -> Decision:
    """It is owed again, and what was said of the last answer is said. The next answer is rated anew."""
    if submission is None:
        raise TooEarly("the submission is not here yet")
    question, at = reopened.question, reopened.occurred_at
    known = submission.reopenings.get(question)
    if known is not None and known.round >= reopened.round:
        return submission, []
    noted = replace(
        submission,
        reopenings=submission.reopenings | {question: Reopened(reopened.round, at)},
        marks={one: mark for one, mark in submission.marks.items() if one != question or mark.at > at},
        withdrawn=tuple(one for one in submission.withdrawn if one != question),
    )
    settlements = {one: last for one, last in submission.settlements.items() if one != question or last.at > at}
    return _with(noted, settlements), []


def _with(submission: Submission, settlements: dict[str, Settled]) -> Submission:
    whole = all(question.id in settlements for question in submission.questions)
    settled_at = max(settled.at for settled in settlements.values()) if whole and settlements else None
    return replace(submission, settlements=settlements, settled_at=settled_at)
