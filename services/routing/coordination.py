"""Departments that say what they know to the one that answers: who is asked, and what they said.

The department in the lead (chủ trì) answers alone for the answer; its term does not wait for the others.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from services.routing.moves import permit, permit_department
from services.routing.owed import about
from services.routing.question import Decision, Opinion, Question
from shared.contracts import Actor, Refusal
from shared.contracts.routing import AskCoordination, CoordinationAsked, GiveOpinion, OpinionGiven

USUAL_MATTER = "Đề nghị cho ý kiến về nội dung thuộc lĩnh vực phòng phụ trách."
MOST_OPINIONS = 20
LONGEST_OPINION = 10_000
"""Characters. All opinions are kept with the question, as all versions of its answer are."""


def ask_coordination(
    question: Question, command: AskCoordination, departments: Collection[str], now: datetime
) -> Decision:
    """The office or the department in the lead asks others, beside those that were asked before.

    Args:
        departments: ids of this commune's departments.
    """
    permit(question, command)
    asked, told = coordinated(question, command.departments, departments, command.matter, command.actor, now)
    if not told:
        raise Refusal("invalid", "Các phòng này đã được đề nghị phối hợp từ trước; không có gì thay đổi.")
    return asked, told


def coordinated(
    question: Question,
    others: Sequence[str],
    departments: Collection[str],
    matter: str | None,
    by: Actor,
    now: datetime,
) -> Decision:
    """The question with these departments beside the one in the lead. Quiet where all of them were asked before.

    Raises:
        Refusal: for a department that the commune does not have, and for the one in the lead.
    """
    for other in others:
        permit_department(other, departments)
        if other == question.department:
            raise Refusal("invalid", "Phòng chủ trì không phối hợp với chính mình. Xin chỉ chọn các phòng khác.")
    coordinating = tuple(dict.fromkeys((*question.coordinating, *others)))
    if coordinating == question.coordinating:
        return question, []
    return replace(question, coordinating=coordinating), [
        CoordinationAsked(
            **about(question, now),
            department=question.in_charge,
            departments=coordinating,
            matter=matter or USUAL_MATTER,
            asked_by=by.name,
        )
    ]


def give_opinion(question: Question, command: GiveOpinion, now: datetime) -> Decision:
    """A department that was asked says what it knows, as often as it likes. The same words again change nothing."""
    permit(question, command)
    department = command.actor.department
    assert department is not None, "permitted only to a department that was asked"
    opinion = Opinion(department, command.text, command.actor.name, now)
    if any((given.text, given.by) == (opinion.text, opinion.by) for given in question.opinions):
        return question, []
    if len(opinion.text) > LONGEST_OPINION:
        raise Refusal(
            "invalid",
            f"Ý kiến dài quá {LONGEST_OPINION:_} ký tự. ".replace("_", ".")
            + "Xin nêu ý chính, và gửi tài liệu đầy đủ cho phòng chủ trì.",
        )
    if len(question.opinions) >= MOST_OPINIONS:
        raise Refusal(
            "invalid", f"Câu hỏi đã có {MOST_OPINIONS} ý kiến phối hợp. Xin trao đổi trực tiếp với phòng chủ trì."
        )
    return replace(question, opinions=(*question.opinions, opinion)), [
        OpinionGiven(**about(question, now), department=department, text=opinion.text, given_by=opinion.by)
    ]
