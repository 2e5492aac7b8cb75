"""What the asker says after he has asked: that he wants no answer any more, or that the one he got was not enough."""

from dataclasses import replace
from datetime import datetime

from services.routing.moves import ANSWERED, ENDINGS, permit
from services.routing.owed import about, known, settled
from services.routing.question import Decision, Question, State, released
from shared.contracts import TooEarly
from shared.contracts.intake import AnswerRated, QuestionsWithdrawn
from shared.contracts.routing import Proposal, QuestionReopened, ReopenQuestion, WrittenAnswerOwed

NOT_ENOUGH = "Người hỏi cho biết câu trả lời chưa đáp ứng nội dung đã hỏi."


def note_withdrawal(question: Question | None, withdrawn: QuestionsWithdrawn, now: datetime) -> Decision:
    """Nothing is owed to who wants no answer any more, wherever his question is.

    A question that was answered first stays so; also where it was reopened after he had withdrawn it.
    """
    question, ending = known(question, withdrawn), ENDINGS[QuestionsWithdrawn, None]
    if question.id not in withdrawn.questions or question.state not in ending.when:
        return question, []
    if question.reopened_at is not None and withdrawn.occurred_at <= question.reopened_at:
        return question, []
    return settled(question, ending.how, now)


def note_mark(question: Question | None, rated: AnswerRated, now: datetime) -> Decision:
    """A bad mark puts the question before the office again, once for each answer however many marks that gets."""
    question = known(question, rated)
    if not rated.contested:
        return question, []
    if question.state is not State.SETTLED:
        if question.round == 1:
            raise TooEarly(f"{question.id} was rated while it is {question.state}")
        return question, []
    if question.settled_how not in ANSWERED or not _of_the_last_answer(question, rated):
        return question, []
    return _reopen(question, rated.words or NOT_ENOUGH, now, mark=rated.mark)


def reopen_question(question: Question, command: ReopenQuestion, now: datetime) -> Decision:
    """The office sees by itself that the answer was not enough."""
    permit(question, command)
    return _reopen(question, command.reason, now, by=command.actor.name)


def _of_the_last_answer(question: Question, rated: AnswerRated) -> bool:
    return question.settled_at is None or rated.occurred_at >= question.settled_at


def _reopen(
    question: Question, reason: str, now: datetime, *, mark: int | None = None, by: str | None = None
) -> Decision:
    """The office decides who answers; it knows who did. What is owed now is a letter, whoever was at the dialogue."""
    reopened = replace(
        released(question),
        state=State.AWAITS_TRIAGE,
        field=None,
        department=None,
        session=None,
        outside_subject=False,
        because=(reason,),
        confidence=0.0,
        proposals=_who_answered(question) or question.proposals,
        decided_at=None,
        approved_at=None,
        owed_because="reopened",
        settled_how=None,
        settled_at=None,
        round=question.round + 1,
        reopened_at=now,
    )
    return reopened, [
        QuestionReopened(
            **about(question, now),
            dialogue=question.dialogue,
            reason=reason,
            mark=mark,
            reopened_by=by,
            round=reopened.round,
        ),
        WrittenAnswerOwed(**about(question, now), dialogue=question.dialogue, because="reopened"),
    ]


def _who_answered(question: Question) -> tuple[Proposal, ...]:
    """None for what was answered on the spot before anybody had it."""
    if question.field is None or question.department is None:
        return ()
    return (Proposal(field=question.field, department=question.department, confidence=1.0),)
