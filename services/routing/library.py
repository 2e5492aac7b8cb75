"""The commune's library of answers: what helped one asker may help the next, but nobody is to be known by it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.routing.masking import Found, find_personal
from services.routing.moves import permit
from services.routing.owed import about
from services.routing.question import Decision, Publication, Question
from shared.contracts import Refusal
from shared.contracts.routing import AnswerPublished, AnswerUnpublished, PublishAnswer, UnpublishAnswer
from shared.contracts.taxonomy import Scope


def publish_answer(question: Question, command: PublishAnswer, contacts: Collection[str], now: datetime) -> Decision:
    """Question and answer are shown to everybody, in the words that were sent. The same words again change nothing.

    Args:
        contacts: the office's own telephone number and e-mail address, which an answer may name.
    """
    permit(question, command)
    if question.scope is not Scope.IN_SCOPE:
        raise Refusal("invalid", "Nội dung khiếu nại, tố cáo hoặc ngoài phạm vi đối thoại không được công khai.")
    _names_nobody("câu hỏi", find_personal(command.asked, contacts))
    _names_nobody("câu trả lời", find_personal(command.answered, contacts))
    before = question.publication
    if before is not None and (before.asked, before.answered) == (command.asked, command.answered):
        return question, []
    publication = Publication(command.asked, command.answered, command.actor.name, now)
    return replace(question, publication=publication), [
        AnswerPublished(
            **about(question, now),
            field=question.field,
            asked=publication.asked,
            answered=publication.answered,
            published_by=publication.by,
        )
    ]


def unpublish_answer(question: Question, command: UnpublishAnswer, now: datetime) -> Decision:
    """It is taken out, whatever has become of the question since. What is not in the library stays out."""
    permit(question, command)
    if question.publication is None:
        return question, []
    return replace(question, publication=None), [
        AnswerUnpublished(**about(question, now), reason=command.reason, unpublished_by=command.actor.name)
    ]


def _names_nobody(where: str, found: Collection[Found]) -> None:
    """Law on the Protection of Personal Data 91/2025/QH15: what tells who asked is not made public."""
    if found:
        what = ", ".join(map(str, found))
        raise Refusal("invalid", f"Còn {what} trong nội dung {where}. Xin lược bỏ trước khi công khai.")
