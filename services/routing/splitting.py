"""A question that holds several matters becomes several questions: each has its department, its term and its answer.

The question keeps the first matter, and its number on the form. The others are opened from what is said of the split,
so that a process that dies in between loses none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from services.routing.classifying.classification import Classification
from services.routing.conference import Conference, place_of
from services.routing.moves import permit, permit_department
from services.routing.owed import about, in_its_place, reckon
from services.routing.question import Decision, Question, State
from services.routing.rules import assign_question, assigned_by
from shared.contracts import Refusal
from shared.contracts.people import Question as Asked
from shared.contracts.routing import (
    AssignQuestion,
    Part,
    PartAssigned,
    QuestionAwaitsTriage,
    QuestionSplit,
    SplitQuestion,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope

BECAUSE = "Văn phòng tách câu hỏi có nhiều nội dung và giao từng nội dung."
HELD_BECAUSE: Mapping[Scope, str] = {
    Scope.IN_SCOPE: "Tách từ câu hỏi phải do cán bộ phân loại",
    Scope.COMPLAINT: "Tách từ câu hỏi có dấu hiệu khiếu nại",
    Scope.DENUNCIATION: "Tách từ câu hỏi có dấu hiệu tố cáo",
}
"""Why a person decides on a matter that the rules would be sure of by itself."""
LONGEST_ID = 64


def free_number(form: Mapping[str, tuple[int, int]], case: str) -> int:
    """The first number on a form that no question has, nor any that was split off and is not opened yet.

    Args:
        form: of each question of the form its number, and how many were made of it.
    """
    as_it_came = sum(id == f"{case}-{number}" for id, (number, _) in form.items())
    split_off = sum(parts for _, parts in form.values())
    return max([as_it_came + split_off, *(number for number, _ in form.values())]) + 1


def split_question(
    question: Question,
    command: SplitQuestion,
    number: int,
    followed: bool,
    classification: Classification,
    departments: Collection[str],
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """The office makes a question of each matter. Who answers the first is said with it, or else stays as it was.

    Where the rules alone had let it wait, they may be sure of a matter now. Where a person had handed it back or found
    its answer wanting, a person decides on each; likewise where it was held for a complaint or denunciation, for the
    words that told so may stand in another matter (Law on Denunciations 2018, art. 56).

    Args:
        number: the first that is free on the form.
        followed: other questions get the answer of this one.
        classification: of the first part.
        departments: ids of this commune's departments.
        conference: the question's dialogue, as far as it is known.
    """
    permit(question, command)
    if question.follows is not None or followed:
        raise Refusal(
            "not-now",
            "Câu hỏi này đang được trả lời chung với câu hỏi khác. "
            "Xin tách nó khỏi nhóm trả lời chung trước, rồi tách từng nội dung.",
        )
    for part in command.parts:
        _whole(part, departments)
    first, *others = command.parts
    ids = [f"{question.id}-{question.parts + place}" for place, _ in enumerate(others, 1)]
    if len(ids[-1]) > LONGEST_ID:
        raise Refusal("invalid", "Câu hỏi này đã được tách nhiều tầng; xin tách từ câu hỏi ban đầu của phiếu.")
    split = QuestionSplit(
        **about(question, now),
        text=first.text,
        parts=tuple(
            Asked(id=id, number=number + place, section=question.section, text=part.text)
            for place, (id, part) in enumerate(zip(ids, others, strict=True))
        ),
        assigned=tuple(_assigned(ids, others)),
        split_by=command.actor.name,
        by_the_rules=question.scope is Scope.IN_SCOPE and question.round == 1 and bool(question.proposals),
        scope=question.scope,
    )
    kept = replace(
        question,
        text=first.text,
        whole=question.whole or question.text,
        parts=question.parts + len(others),
        matters=(),
    )
    if first.field is not None and first.department is not None:
        if (first.field, first.department) == (kept.field, kept.department):
            return kept, [split]
        assigning = AssignQuestion(
            actor=command.actor,
            key=command.key,
            question=question.id,
            field=first.field,
            department=first.department,
            reason=BECAUSE,
        )
        kept, more = assign_question(kept, assigning, departments, conference, now)
        return kept, [split, *more]
    is_held = _graver(question.scope, classification.scope) is not Scope.IN_SCOPE
    if kept.state is not State.AWAITS_TRIAGE or not (split.by_the_rules or is_held):
        return kept, [split]
    kept, told = _handed_out(kept, classification, split, conference, now)
    kept, events = reckon(kept, now)
    return kept, [split, *told, *events]


def open_part(
    part: Question | None,
    asked: Asked,
    parent: Question,
    split: QuestionSplit,
    classification: Classification,
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """A part begins where its parent stands: the same form and dialogue, who came, the round, and what is owed.

    Args:
        part: None, unless an earlier delivery has opened it.
        classification: of its text; it may decide where the person who split it did not.
    """
    if part is not None:
        return part, []
    opened = Question(
        id=asked.id,
        commune=parent.commune,
        case=parent.case,
        code=parent.code,
        number=asked.number,
        section=asked.section,
        text=asked.text,
        received_at=parent.received_at,
        on_time=parent.on_time,
        dialogue=parent.dialogue,
        taken=parent.taken,
        owed_because="reopened" if parent.round > 1 else None,
        round=parent.round,
        reopened_at=parent.reopened_at,
    )
    opened = _as_seen(opened, parent, conference)
    said = next((one for one in split.assigned if one.question == asked.id), None)
    if said is None:
        opened, told = _handed_out(opened, classification, split, conference, now)
    else:
        opened = replace(
            opened,
            state=State.ASSIGNED,
            field=said.field,
            department=said.department,
            because=(BECAUSE,),
            confidence=1.0,
            decided_at=split.occurred_at,
        )
        opened = in_its_place(opened, place_of(said.field, conference))
        told = [assigned_by(opened, split.split_by, now)]
    if opened.owed_because == "reopened":
        told = [*told, WrittenAnswerOwed(**about(opened, now), dialogue=opened.dialogue, because="reopened")]
    opened, events = reckon(opened, now)
    return opened, [*told, *events]


def catch_up(part: Question | None, parent: Question, conference: Conference | None, now: datetime) -> Decision:
    """What was heard of the asker while the part was being opened is noted on it, too. A second time changes nothing.

    Args:
        parent, conference: as they are once the part is saved.
    """
    assert part is not None, "it was opened before, and questions are never removed"
    return reckon(_as_seen(part, parent, conference), now)


def _as_seen(part: Question, parent: Question, conference: Conference | None) -> Question:
    """Who was seen was there, also where he was missed at first."""
    return replace(
        part,
        excused=part.excused or parent.excused,
        waitlisted=part.waitlisted or parent.waitlisted,
        invited=part.invited or parent.invited,
        present=max((one.present for one in (part, parent) if one.present is not None), default=None),
        dialogue_ended_at=conference.ended_at if conference else parent.dialogue_ended_at,
        dialogue_cancelled=conference.cancelled if conference else parent.dialogue_cancelled,
    )


def _handed_out(
    question: Question,
    classification: Classification,
    split: QuestionSplit,
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """A matter goes to the department the rules are sure of where they may decide, or waits for a person.

    Where they may not, nothing is proposed either: it may lead to the department that gave the question back.
    """
    scope = _graver(split.scope, classification.scope)
    tells_so_itself = split.by_the_rules or (classification.triage and classification.scope is scope)
    held = replace(
        question,
        scope=scope,
        because=classification.because if tells_so_itself else (HELD_BECAUSE[split.scope],),
        confidence=classification.confidence,
        proposals=classification.proposals if split.by_the_rules else (),
        matters=classification.matters,
    )
    if classification.triage or not split.by_the_rules:
        return held, [
            QuestionAwaitsTriage(
                **about(held, now),
                dialogue=held.dialogue,
                scope=held.scope,
                because=held.because,
                proposals=held.proposals,
                matters=held.matters,
            )
        ]
    held = replace(held, state=State.ASSIGNED, field=classification.field, department=classification.department)
    held = in_its_place(held, place_of(classification.field, conference))
    return held, [assigned_by(held, None, now, ends_triage=question.id == split.question)]


def _graver(one: Scope, other: Scope) -> Scope:
    return max(one, other, key=list(Scope).index)


def _whole(part: Part, departments: Collection[str]) -> None:
    if (part.field is None) != (part.department is None):
        raise Refusal("invalid", "Xin chọn cả lĩnh vực và phòng cho từng nội dung, hoặc để trống cả hai.")
    if part.department is not None:
        permit_department(part.department, departments)


def _assigned(ids: list[str], parts: list[Part]) -> Iterator[PartAssigned]:
    for id, part in zip(ids, parts, strict=True):
        if part.field is not None and part.department is not None:
            yield PartAssigned(question=id, field=part.field, department=part.department)
