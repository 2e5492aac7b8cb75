"""The one table of who may do what with a question, and when; how a question ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from services.routing.names import STATE_NAMES, role_names
from services.routing.question import Question, State
from shared.contracts import Actor, Event, Refusal, Role
from shared.contracts.intake import DialogueHeld, QuestionsWithdrawn
from shared.contracts.notify import MessageKind, NotificationSent
from shared.contracts.routing import (
    AcceptTransfer,
    AnswerOnTheSpot,
    ApproveAnswer,
    AskCoordination,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    GiveOpinion,
    GroupQuestion,
    HandBack,
    JoinQuestion,
    KeepDraft,
    PartQuestion,
    PrioritiseQuestion,
    PublishAnswer,
    RedirectQuestion,
    ReferQuestionUp,
    ReopenQuestion,
    ReportToSuperior,
    RequestExtension,
    ReturnAnswer,
    RoutingCommand,
    Settlement,
    SplitQuestion,
    SuperiorReported,
    TakeForWrittenAnswer,
    TransferQuestion,
    UnpublishAnswer,
)

OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD})
LEADERS = frozenset({Role.OFFICE_HEAD, Role.CHAIRMAN})
DEPARTMENT = frozenset({Role.OFFICER, Role.HEAD})
APPROVERS = LEADERS | {Role.HEAD}
"""Who may be a step of a commune's approval."""

WITH_DEPARTMENT = frozenset({State.ASSIGNED, State.RETURNED})
UNAPPROVED = frozenset({State.AWAITS_TRIAGE, State.ASSIGNED, State.DRAFTED, State.RETURNED})
TO_BE_ANSWERED = UNAPPROVED | {State.APPROVED}
"""The commune itself owes the asker an answer."""
OPEN = frozenset(State) - {State.SETTLED}

ANSWERED: frozenset[Settlement] = frozenset({"answered-at-dialogue", "answered-in-writing"})
"""How a question is settled that got an answer of the commune."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that can be done with a question.

    does: in the words of a person, `phân công câu hỏi`.
    by: the roles that may. whose: of which department an officer or head must be: the one in the lead, or one that is
        asked to coordinate.
    when: the states it may be done in.
    leads_to: the state it ends in; None where the state stays.
    otherwise: what to do where the state does not allow it, a Vietnamese sentence.
    how: of a settled question, how it must have been settled; None where that does not matter.
    alone: not while the question gets the answer of another one.
    stepwise: of several steps only the last leads there; before it the state stays.
    """

    does: str
    by: frozenset[Role]
    when: frozenset[State]
    leads_to: State | None
    otherwise: str
    how: frozenset[Settlement] | None = None
    whose: Literal["lead", "coordinating"] = "lead"
    alone: bool = False
    stepwise: bool = False


MOVES: Mapping[type[RoutingCommand], Move] = {
    AssignQuestion: Move(
        "phân công câu hỏi",
        by=OFFICE,
        when=UNAPPROVED,
        leads_to=State.ASSIGNED,
        otherwise="Câu hỏi đã có câu trả lời được duyệt, đã chuyển đi nơi khác hoặc đã xong thì không phân công lại.",
    ),
    RedirectQuestion: Move(
        "chuyển hướng câu hỏi",
        by=OFFICE | LEADERS,
        when=UNAPPROVED,
        leads_to=State.REDIRECTED,
        otherwise="Chỉ chuyển hướng được câu hỏi chưa có câu trả lời được duyệt và chưa được hướng dẫn.",
    ),
    TransferQuestion: Move(
        "chuyển câu hỏi sang phòng khác",
        by=OFFICE | DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=State.ASSIGNED,
        otherwise="Chỉ chuyển được câu hỏi đang ở phòng chuyên môn; câu hỏi chưa phân công thì xin phân công, "
        "dự thảo đang chờ duyệt thì xin trả lại trước.",
    ),
    HandBack: Move(
        "trả lại câu hỏi cho Văn phòng",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=State.AWAITS_TRIAGE,
        otherwise="Chỉ trả lại được câu hỏi đang ở phòng chuyên môn; dự thảo đang chờ duyệt thì xin đề nghị trả lại "
        "trước.",
    ),
    SplitQuestion: Move(
        "tách câu hỏi",
        by=OFFICE,
        when=frozenset({State.AWAITS_TRIAGE}) | WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ tách được câu hỏi chưa có dự thảo trả lời đang chờ duyệt hoặc đã duyệt.",
    ),
    AskCoordination: Move(
        "đề nghị phối hợp",
        by=OFFICE | DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ đề nghị phối hợp khi phòng chủ trì đang soạn câu trả lời.",
    ),
    GiveOpinion: Move(
        "gửi ý kiến phối hợp",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT | {State.DRAFTED},
        leads_to=None,
        otherwise="Chỉ gửi ý kiến phối hợp khi câu trả lời chưa được duyệt.",
        whose="coordinating",
    ),
    AcceptTransfer: Move(
        "tiếp nhận câu hỏi",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ tiếp nhận câu hỏi vừa được chuyển đến phòng.",
    ),
    ReferQuestionUp: Move(
        "chuyển câu hỏi lên cấp trên",
        by=OFFICE | LEADERS,
        when=UNAPPROVED,
        leads_to=State.REFERRED_UP,
        otherwise="Chỉ chuyển lên cấp trên câu hỏi chưa có câu trả lời được duyệt và chưa được chuyển đi nơi khác.",
    ),
    ReportToSuperior: Move(
        "ghi nhận báo cáo cấp trên",
        by=OFFICE | LEADERS,
        when=frozenset({State.REFERRED_UP}),
        leads_to=None,
        otherwise="Xin chuyển câu hỏi lên cấp trên trước khi ghi nhận văn bản báo cáo.",
    ),
    KeepDraft: Move(
        "lưu bản nháp",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ lưu bản nháp khi phòng chuyên môn đang soạn câu trả lời.",
        alone=True,
    ),
    DraftAnswer: Move(
        "trình dự thảo trả lời",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT | {State.DRAFTED},
        leads_to=State.DRAFTED,
        otherwise="Câu hỏi cần được phân công cho phòng, và chưa có câu trả lời được duyệt.",
        alone=True,
    ),
    ReturnAnswer: Move(
        "trả lại dự thảo",
        by=APPROVERS,
        when=frozenset({State.DRAFTED}),
        leads_to=State.RETURNED,
        otherwise="Xin chờ phòng chuyên môn trình dự thảo trả lời.",
        alone=True,
    ),
    ApproveAnswer: Move(
        "duyệt câu trả lời",
        by=APPROVERS,
        when=frozenset({State.DRAFTED}),
        leads_to=State.APPROVED,
        otherwise="Xin chờ phòng chuyên môn trình dự thảo trả lời.",
        alone=True,
        stepwise=True,
    ),
    RequestExtension: Move(
        "đề nghị gia hạn",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ gia hạn khi phòng chuyên môn đang soạn câu trả lời.",
        alone=True,
    ),
    ExtendTerm: Move(
        "gia hạn",
        by=LEADERS,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ gia hạn khi phòng chuyên môn đang soạn câu trả lời.",
        alone=True,
    ),
    AnswerOnTheSpot: Move(
        "ghi nhận trả lời tại hội nghị",
        by=OFFICE | LEADERS,
        when=TO_BE_ANSWERED,
        leads_to=State.SETTLED,
        otherwise="Chỉ ghi nhận cho câu hỏi mà Ủy ban còn phải trả lời.",
    ),
    TakeForWrittenAnswer: Move(
        "tiếp thu câu hỏi để trả lời bằng văn bản",
        by=OFFICE | LEADERS,
        when=TO_BE_ANSWERED,
        leads_to=None,
        otherwise="Chỉ tiếp thu câu hỏi mà Ủy ban còn phải trả lời.",
    ),
    GroupQuestion: Move(
        "xếp câu hỏi vào nhóm",
        by=OFFICE | LEADERS,
        when=TO_BE_ANSWERED,
        leads_to=None,
        otherwise="Chỉ xếp nhóm câu hỏi mà Ủy ban còn phải trả lời.",
    ),
    JoinQuestion: Move(
        "gộp câu hỏi để trả lời chung",
        by=OFFICE | DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ gộp được câu hỏi mà phòng chuyên môn đang soạn câu trả lời.",
    ),
    PartQuestion: Move(
        "tách câu hỏi khỏi nhóm trả lời chung",
        by=OFFICE | DEPARTMENT,
        when=WITH_DEPARTMENT | {State.DRAFTED},
        leads_to=None,
        otherwise="Chỉ tách được câu hỏi chưa có câu trả lời được duyệt.",
    ),
    PrioritiseQuestion: Move(
        "đánh dấu câu hỏi bức xúc",
        by=OFFICE | LEADERS,
        when=TO_BE_ANSWERED,
        leads_to=None,
        otherwise="Chỉ đánh dấu câu hỏi mà Ủy ban còn phải trả lời.",
    ),
    ReopenQuestion: Move(
        "mở lại câu hỏi",
        by=OFFICE | LEADERS,
        when=frozenset({State.SETTLED}),
        leads_to=State.AWAITS_TRIAGE,
        otherwise="Chỉ mở lại câu hỏi đã được trả lời xong.",
        how=ANSWERED,
    ),
    PublishAnswer: Move(
        "công khai câu trả lời",
        by=OFFICE | LEADERS,
        when=frozenset({State.SETTLED}),
        leads_to=None,
        otherwise="Chỉ công khai câu hỏi đã được trả lời xong.",
        how=ANSWERED,
    ),
    UnpublishAnswer: Move(
        "gỡ câu trả lời đã công khai",
        by=OFFICE | LEADERS,
        when=frozenset(State),
        leads_to=None,
        otherwise="Câu trả lời đã công khai được gỡ lúc nào cũng được.",
    ),
}
"""Every command about one question. What is not here may not be done."""

STAFF = OFFICE | LEADERS | DEPARTMENT
"""Who works in a commune, and may read what was done with its questions."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A fact after which nothing is owed any more. what: in words. when: the states that it ends."""

    what: str
    when: frozenset[State]
    how: Settlement


ENDINGS: Mapping[tuple[type[Event], MessageKind | None], Ending] = {
    (DialogueHeld, None): Ending("đã nghe tại hội nghị", frozenset({State.APPROVED}), "answered-at-dialogue"),
    (NotificationSent, "answer"): Ending("đã gửi trả lời", frozenset({State.APPROVED}), "answered-in-writing"),
    (NotificationSent, "guidance"): Ending("đã gửi hướng dẫn", frozenset({State.REDIRECTED}), "redirected"),
    (NotificationSent, "referral"): Ending("đã báo người hỏi", frozenset({State.REFERRED_UP}), "referred-up"),
    (SuperiorReported, None): Ending("đã báo cáo cấp trên", frozenset({State.REFERRED_UP}), "referred-up"),
    (QuestionsWithdrawn, None): Ending("người hỏi rút câu hỏi", OPEN, "withdrawn"),
}
"""How a question ends, by the fact and, of a message, its kind.

The dialogue ends only what its rule says was heard. What was referred up ends with the later of report and notice.
Whoever asked may withdraw his question as long as it is open, wherever it is.
"""


def permit(question: Question, command: RoutingCommand) -> None:
    """Refuse what this person may not do, or not now.

    Raises:
        Refusal: with what to do instead.
    """
    move, actor = MOVES[type(command)], command.actor
    permit_person(question, actor, move.by, move.does)
    if actor.role in DEPARTMENT:
        _permit_own_department(question, actor, move)
    if question.state not in move.when or not _ended_as_needed(question, move):
        raise Refusal("not-now", f"{_as_it_stands(question)}, nên không {move.does} được. {move.otherwise}")
    if move.alone and question.follows is not None:
        other = f"câu hỏi của phiếu {question.follows_code}" if question.follows_code else "một câu hỏi khác"
        raise Refusal(
            "not-now",
            f"Câu hỏi này được trả lời chung với {other}, nên không {move.does} riêng được. "
            "Xin làm ở câu hỏi đó, hoặc tách câu hỏi này khỏi nhóm trả lời chung.",
        )


def _permit_own_department(question: Question, actor: Actor, move: Move) -> None:
    if move.whose == "coordinating":
        if actor.department not in question.coordinating:
            raise Refusal(
                "forbidden",
                f"Phòng của ông/bà không được đề nghị phối hợp trả lời câu hỏi này, nên không được {move.does}.",
            )
    elif question.department is not None and actor.department != question.department:
        raise Refusal(
            "forbidden",
            f"Câu hỏi này được giao cho phòng khác, nên ông/bà không được {move.does}. "
            "Nếu câu hỏi thuộc phòng của ông/bà, xin báo Văn phòng phân công lại.",
        )


def _ended_as_needed(question: Question, move: Move) -> bool:
    return question.state is not State.SETTLED or move.how is None or question.settled_how in move.how


def _as_it_stands(question: Question) -> str:
    if question.settled_how == "withdrawn":
        return "Người hỏi đã rút câu hỏi này"
    return f"Câu hỏi {STATE_NAMES[question.state]}"


def permit_department(department: str, departments: Collection[str]) -> None:
    """Refuse a department that the commune does not have."""
    if department not in departments:
        raise Refusal("invalid", f"Đơn vị không có phòng nào mang mã {department}. Xin chọn một phòng trong danh sách.")


def permit_role(actor: Actor, by: Collection[Role], does: str) -> None:
    """Refuse whom his office does not entitle to it."""
    if actor.role not in by:
        raise Refusal("forbidden", f"Vai trò của ông/bà không được {does}; việc này dành cho {role_names(by)}.")


def permit_person(question: Question, actor: Actor, by: Collection[Role], does: str) -> None:
    """Refuse all but these people of the question's own commune."""
    if actor.commune != question.commune:
        raise Refusal("forbidden", "Câu hỏi này thuộc xã khác hoặc phường khác; xin chuyển cho cán bộ ở đó.")
    permit_role(actor, by, does)


def after(command: RoutingCommand) -> State:
    """The state that the command leads to."""
    state = MOVES[type(command)].leads_to
    assert state is not None, "asked only for moves that lead somewhere"
    return state
