"""What may be done to several questions at once, and how one filled form becomes a command for each of them.

As in `offers`, this is courtesy: routing decides on each when it is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.console import offers
from services.console.acting import Acting
from services.console.case import case_forms
from services.console.language import say
from services.console.offers import WrongFields
from services.console.words import STAGES
from services.console.work.chosen import Chosen
from shared.contracts import Actor, Command, Role
from shared.contracts.routing import (
    ApproveAnswer,
    AssignQuestion,
    ExtendTerm,
    GroupQuestion,
    PrioritiseQuestion,
    ReturnAnswer,
)
from shared.text import clean, whole_number

CHOSEN = "chon-"
"""Begins the name of the box of each question that is chosen."""
VERSION = "version-"
"""Begins the name of the field that says how much of a question's history its page knew."""
AS_PROPOSED = "theo-de-xuat"
"""For a department: each question goes where the machine proposes."""
BECAUSE_PROPOSED = "Văn phòng xác nhận đề xuất phân loại."


@dataclass(frozen=True, slots=True)
class Kind:
    """A command that makes sense for several. words: of its button. needs: fields to be typed once for all."""

    verb: str
    words: str
    roles: frozenset[Role]
    needs: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    kind.verb: kind
    for kind in (
        Kind(ApproveAnswer.verb, "Duyệt", offers.APPROVERS),
        Kind(ReturnAnswer.verb, "Trả lại", offers.APPROVERS, ("remarks",)),
        Kind(AssignQuestion.verb, "Giao phòng", offers.CLERKS, ("department", "field", "reason")),
        Kind(ExtendTerm.verb, "Gia hạn như đề nghị", offers.LEADERS),
        Kind(GroupQuestion.verb, "Xếp nhóm nội dung", offers.OFFICE, ("topic",)),
        Kind(PrioritiseQuestion.verb, "Đánh dấu bức xúc", offers.OFFICE, ("reason",)),
    )
}


@dataclass(frozen=True, slots=True)
class Sorted:
    """The chosen questions, parted by whether it can be done to them; why not, in words, by id."""

    able: Sequence[Chosen]
    unable: Sequence[Chosen]
    why_not: Mapping[str, str]


def kinds_for(who: Acting) -> list[Kind]:
    """What this person may do to several."""
    return [kind for kind in KINDS.values() if who.role in kind.roles]


def chosen_in(typed: Mapping[str, str]) -> list[str]:
    """The questions whose boxes were ticked, in the order of the page."""
    return [name.removeprefix(CHOSEN) for name in typed if name.startswith(CHOSEN)]


def seen_in(typed: Mapping[str, str], question: str) -> int | None:
    """How much of a question's history the page knew on which it was chosen."""
    return whole_number(typed.get(f"{VERSION}{question}", ""))


def sort(who: Acting, kind: Kind, rows: Sequence[Chosen]) -> Sorted:
    """To which of the questions it can be done by this person now."""
    why_not = {row.id: why for row in rows if (why := _why_not(who, kind, row))}
    return Sorted(
        able=[row for row in rows if row.id not in why_not],
        unable=[row for row in rows if row.id in why_not],
        why_not=why_not,
    )


def commands(
    kind: Kind, actor: Actor, act: str, rows: Sequence[Chosen], typed: Mapping[str, str]
) -> list[tuple[Command, str, str]]:
    """A command for each question, with its case and how it is called.

    Args:
        act: the key of the form, of which each command gets a key of its own.

    Raises:
        WrongFields: naming each field that must be mended.
    """
    if wrong := _wrong(kind, rows, typed):
        raise WrongFields(wrong)
    made = [_command(kind, actor, act, row, typed) for row in rows]
    return [(command, row.submission, row.called) for command, row in zip(made, rows, strict=True)]


def aim(kind: Kind, typed: Mapping[str, str]) -> str:
    """The department or topic that the verb needs to be told; "" where it says it all."""
    match kind.verb:
        case AssignQuestion.verb:
            return typed.get("department", "")
        case GroupQuestion.verb:
            return clean(typed.get("topic", ""))
        case _:
            return ""


def proposed(row: Chosen) -> tuple[str, str] | None:
    """Department and field where the machine would put a question; None where it proposes nothing."""
    first = next(iter(row.question.proposals or ()), None)
    return (str(first["department"]), str(first["field"])) if first and row.question.scope == "in-scope" else None


def _command(kind: Kind, actor: Actor, act: str, row: Chosen, typed: Mapping[str, str]) -> Command:
    question = row.question
    values = {name: typed.get(name, "") for name in kind.needs}
    match kind.verb:
        case AssignQuestion.verb if values["department"] == AS_PROPOSED and (found := proposed(row)):
            reason = clean(values["reason"]) or BECAUSE_PROPOSED
            values = {"department": found[0], "field": found[1], "reason": reason}
        case AssignQuestion.verb:
            values["field"] = values["field"] or question.field or (proposed(row) or ("", "other"))[1]
        case PrioritiseQuestion.verb:
            values["pressing"] = "true"
        case ExtendTerm.verb:
            values = {
                "working_days": str(question.wanted_days or ""),
                "reason": question.wanted_reason or "",
                "requirement": question.wanted_requirement or "",
                "responsible": question.wanted_responsible or "",
            }
        case _:
            pass
    known = {"key": f"{act}-{row.id}", "question": row.id, "version": str(seen_in(typed, row.id) or "")}
    return case_forms.command(kind.verb, actor, values | known)


def _wrong(kind: Kind, rows: Sequence[Chosen], typed: Mapping[str, str]) -> dict[str, str]:
    as_proposed = kind.verb == AssignQuestion.verb and typed.get("department") == AS_PROPOSED
    if as_proposed and any(proposed(row) is None for row in rows):
        return {"department": "Có câu hệ thống không đề xuất phòng nào. Xin chọn một phòng, hoặc bỏ chọn câu đó."}
    optional = {"field"} | ({"reason"} if as_proposed else set())
    missing = [name for name in kind.needs if name not in optional and not clean(typed.get(name, ""))]
    return dict.fromkeys(missing, "Xin ghi mục này.") | (
        {"department": case_forms.CHOOSE} if "department" in missing else {}
    )


def _why_not(who: Acting, kind: Kind, row: Chosen) -> str:
    """Why it cannot be done to this question; "" when it can."""
    question = row.question
    if who.role not in kind.roles:
        return "Vai trò của ông/bà không làm được việc này."
    if question.standing != "open":
        return say("Câu hỏi đã xong: %(stage)s.", stage=say(STAGES[question.stage]))
    if kind.verb == ExtendTerm.verb and question.wanted_days is None:
        return "Phòng chuyên môn không xin gia hạn."
    if kind.verb == ExtendTerm.verb and not (question.wanted_requirement and question.wanted_responsible):
        return "Đề nghị chưa nêu yêu cầu và nơi chịu trách nhiệm; xin gia hạn trong hồ sơ."
    if kind.verb == PrioritiseQuestion.verb and question.pressing:
        return "Câu hỏi đã được đánh dấu bức xúc."
    if kind.verb not in [offer.verb for offer in offers.for_question(who, question)]:
        if question.follows:
            return "Câu hỏi này nhận chung câu trả lời với câu khác; xin làm ở câu đó."
        if kind.verb in (ApproveAnswer.verb, ReturnAnswer.verb) and question.state == "awaiting-approval":
            return "Dự thảo không chờ ông/bà duyệt."
        return say("Trạng thái hiện nay: %(stage)s.", stage=say(STAGES[question.stage]))
    return ""
