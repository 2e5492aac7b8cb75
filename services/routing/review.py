"""Which questions of a dialogue were asked before and never settled, and which are much like another of it.

Plan of Chánh Lộ: before the dialogue the office picks out what was raised repeatedly and never settled.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.routing.likeness import Likenesses, shingles
from services.routing.moves import LEADERS, OFFICE, permit_role
from services.routing.owed import about
from services.routing.question import Decision, Question, State
from shared.contracts import Event, Refusal
from shared.contracts.routing import QuestionRecurs, QuestionResembles, ReviewQuestions
from shared.contracts.taxonomy import Scope

MOST_EARLIER = 10
"""Earlier questions that are named for one: the most like ones. Who reads them needs no more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one question.

    earlier: questions of before that are like it and not settled, the most like first.
    like: the question of the same dialogue, received before it, that is most like it. likeness: how much, 0 to 1.
    """

    question: str
    earlier: tuple[str, ...] = ()
    like: str | None = None
    likeness: float = 0.0


def permit_review(command: ReviewQuestions, commune: str) -> None:
    """The office may have the questions of its own commune's dialogue compared."""
    if command.actor.commune != commune:
        raise Refusal("forbidden", "Hội nghị này thuộc xã khác; xin chuyển cho cán bộ của xã đó.")
    permit_role(command.actor, OFFICE | LEADERS, "rà soát câu hỏi của hội nghị")


def find(asked: Iterable[Question], others: Iterable[Question], over: Collection[str]) -> list[Finding]:
    """Compare the questions of a dialogue with each other and with those asked before.

    Complaints and denunciations are compared with nothing: who denounces is not to be found by his words.

    Args:
        asked: all questions of the dialogue.
        others: unsettled questions of the commune; those of the same dialogue among them are passed over.
        over: ids of the dialogues of the commune that were held or cancelled.

    Returns:
        What was found, in the order received; nothing of a question that is like no other.
    """
    here = {question.id: question for question in sorted(asked, key=_order) if _comparable(question)}
    dialogues = {question.dialogue for question in here.values()}
    before = {
        question.id: question
        for question in sorted(others, key=_order)
        if _comparable(question) and _unsettled(question) and question.dialogue not in dialogues
    }
    pairs = {question.id: shingles(question.text) for question in (*here.values(), *before.values())}
    same, earlier = (Likenesses({id: pairs[id] for id in some}) for some in (here, before))
    place = {id: number for number, id in enumerate(here)}
    findings = []
    for id, question in here.items():
        if not _unsettled(question):
            continue
        finding = Finding(id, _earlier(question, earlier.like(pairs[id]), before, over))
        for share, ids in same.like(pairs[id]):
            if place[ids[0]] < place[id]:
                finding = replace(finding, like=ids[0], likeness=round(float(share), 3))
                break
        if finding.earlier or finding.like:
            findings.append(finding)
    return findings


def note_finding(question: Question, finding: Finding, now: datetime) -> Decision:
    """Say what is new in it. The same finding again is no news, and of a settled question nothing is."""
    events: list[Event] = []
    if question.dialogue is None or not _unsettled(question) or not _comparable(question):
        return question, events
    if fresh := tuple(id for id in finding.earlier if id not in question.recurs):
        question = replace(question, recurs=(*question.recurs, *fresh))
        events.append(QuestionRecurs(**about(question, now), dialogue=_dialogue(question), earlier=question.recurs))
    if finding.like is not None and finding.like not in question.resembles:
        question = replace(question, resembles=(*question.resembles, finding.like))
        events.append(
            QuestionResembles(
                **about(question, now),
                dialogue=_dialogue(question),
                like=finding.like,
                likeness=finding.likeness,
            )
        )
    return question, events


def _earlier(
    question: Question,
    alike: Iterable[tuple[object, Sequence[str]]],
    before: Mapping[str, Question],
    over: Collection[str],
) -> tuple[str, ...]:
    found: list[str] = []
    for _, ids in alike:
        for id in ids:
            if before[id].dialogue in over or before[id].received_at < question.received_at:
                found.append(id)
                if len(found) == MOST_EARLIER:
                    return tuple(found)
    return tuple(found)


def _order(question: Question) -> tuple[datetime, str, int]:
    return question.received_at, question.case, question.number


def _unsettled(question: Question) -> bool:
    return question.state is not State.SETTLED


def _comparable(question: Question) -> bool:
    away = question.state is State.REDIRECTED or question.settled_how == "withdrawn"
    return question.scope is Scope.IN_SCOPE and not away


def _dialogue(question: Question) -> str:
    assert question.dialogue is not None, "checked by note_finding"
    return question.dialogue
