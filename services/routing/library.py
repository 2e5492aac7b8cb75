"""The commune's library of answers: what helped one asker may help the next, but nobody is to be known by it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.routing.masking import find_personal, mask, tells_the_asker
from services.routing.moves import MOVES, permit, permit_person
from services.routing.owed import about
from services.routing.question import Decision, Publication, Question
from services.routing.templates import permit_filled
from shared.contracts import Event, Refusal
from shared.contracts.routing import (
    AnswerApproved,
    AnswerPublished,
    AnswerUnpublished,
    ProposePublication,
    PublishAnswer,
    QuestionAnsweredAtDialogue,
    UnpublishAnswer,
)
from shared.contracts.taxonomy import Scope


def publish_answer(question: Question, command: PublishAnswer, public: Collection[str], now: datetime) -> Decision:
    """Question and answer are shown to everybody, in the words that were sent. The same words again change nothing.

    Args:
        public: what an answer may name: the office's own telephone number, e-mail address, address and name.
    """
    permit(question, command)
    _in_scope(question)
    permit_filled(command.answered, before="công khai")
    _names_nobody("câu hỏi", command.asked, command, public)
    _names_nobody("câu trả lời", command.answered, command, public)
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


def propose_publication(
    question: Question, command: ProposePublication, answered: str | None, public: Collection[str]
) -> dict[str, Any]:
    """Question and answer without what tells who asked, for a person to read: whoever may publish may ask for it.

    Args:
        answered: the last answer that was given; None while there is none.
        public: as of `publish_answer`.

    Returns:
        {"asked", "answered", "found": [{"where", "kind", "text", "mask"}]}.
    """
    move = MOVES[PublishAnswer]
    permit_person(question, command.actor, move.by, move.does)
    _in_scope(question)
    texts = {"asked": question.text, "answered": answered or ""}
    masked = {where: mask(text, public, command.known) for where, text in texts.items()}
    return {where: one.text for where, one in masked.items()} | {
        "found": [
            {"where": where, "kind": found.kind, "text": found.text, "mask": found.mask}
            for where, one in masked.items()
            for found in one.found
        ]
    }


def last_answer(said: Sequence[Event]) -> str | None:
    """What the asker was told last: on the spot, or the text that was approved. None while there is none."""
    for event in reversed(said):
        if isinstance(event, AnswerApproved):
            return event.text
        if isinstance(event, QuestionAnsweredAtDialogue) and event.answer is not None:
            return event.answer
    return None


def unpublish_answer(question: Question, command: UnpublishAnswer, now: datetime) -> Decision:
    """It is taken out, whatever has become of the question since. What is not in the library stays out."""
    permit(question, command)
    if question.publication is None:
        return question, []
    return replace(question, publication=None), [
        AnswerUnpublished(**about(question, now), reason=command.reason, unpublished_by=command.actor.name)
    ]


def _in_scope(question: Question) -> None:
    if question.scope is not Scope.IN_SCOPE:
        raise Refusal("invalid", "Nội dung khiếu nại, tố cáo hoặc ngoài phạm vi đối thoại không được công khai.")


def _names_nobody(where: str, text: str, command: PublishAnswer, public: Collection[str]) -> None:
    """Law on the Protection of Personal Data 91/2025/QH15: what tells who asked is not made public.

    Of what only looks like a name or an address, whoever publishes may say that it names nobody who asked; of the
    asker's own he may not.
    """
    found = find_personal(text, public, command.known)
    if never := [one for one in found if one.certain or tells_the_asker(one, command.known)]:
        what = ", ".join(map(str, never))
        raise Refusal("invalid", f"Còn {what} trong nội dung {where}. Xin lược bỏ trước khi công khai.")
    read = {" ".join(one.split()) for one in command.kept}
    if likely := [one for one in found if " ".join(one.text.split()) not in read]:
        what = ", ".join(map(str, likely))
        raise Refusal(
            "invalid",
            f"Có thể còn {what} trong nội dung {where}. "
            "Xin lược bỏ, hoặc xác nhận đó không phải là thông tin của người dân.",
        )
