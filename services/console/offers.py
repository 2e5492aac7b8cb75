"""Which forms a page offers, and how what was typed becomes a command.

This is courtesy, not permission: a form that would be refused is not put before people. What may be done is decided
by the service that owns the case, whose answer the page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from services.console.acting import Acting
from services.console.case.dossier import Case, Dialogue, Letter, Submission, became_letters
from services.console.case.four_eyes import may_judge
from services.console.case.question import Question
from services.console.language import say
from services.console.terms import Escalation
from services.console.words import Term, plain_number
from shared.contracts import COMMANDS, Actor, Command, Role
from shared.contracts.handbook import HandbookCommand
from shared.contracts.post import ClosePrintRun, GiveNumbers, OpenRegister, RecordDelivered, RecordReturned
from shared.contracts.texts import TextsCommand
from shared.text import clean
from shared.web import HANOI

CLERKS = frozenset({Role.CLERK, Role.OFFICE_HEAD})
OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN})
LEADERS = frozenset({Role.OFFICE_HEAD, Role.CHAIRMAN})
EXPERTS = frozenset({Role.OFFICER, Role.HEAD})
APPROVERS = LEADERS | {Role.HEAD}

UNAPPROVED = frozenset({"received", "awaits-triage", "assigned", "drafting", "awaiting-approval"})
UNASSIGNED = frozenset({"received", "awaits-triage"})
WITH_DEPARTMENT = frozenset({"assigned", "drafting"})
WITH_LEADERS = frozenset({"awaiting-approval"})
TO_BE_ANSWERED = UNAPPROVED | {"approved"}
REFERRED_UP = frozenset({"referred-up"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One command: who is likely to use it, in which states.

    main: the states that wait for it. beside: those in which it stands beside what is waited for, where it is not rare.
    own: of the officer's own department only. alone: not while the question gets the answer of another one.
    """

    verb: str
    words: str
    roles: frozenset[Role]
    states: frozenset[str]
    main: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    own: bool = False
    alone: bool = False


APOLOGISE = "Gửi thư xin lỗi, hẹn ngày trả lời"
TRIAGE_OR_DEPARTMENT = frozenset({"awaits-triage"}) | WITH_DEPARTMENT
DRAFTED_OR_NOT = WITH_DEPARTMENT | WITH_LEADERS
OF_QUESTION = (
    Offer("answer-on-the-spot", "Trả lời tại hội nghị", OFFICE, TO_BE_ANSWERED, main=TO_BE_ANSWERED),
    Offer("take-for-written-answer", "Tiếp nhận, trả lời bằng văn bản", OFFICE, TO_BE_ANSWERED, beside=TO_BE_ANSWERED),
    Offer("approve-answer", "Duyệt câu trả lời", APPROVERS, WITH_LEADERS, main=WITH_LEADERS, alone=True),
    Offer("return-answer", "Trả lại dự thảo", APPROVERS, WITH_LEADERS, alone=True, beside=WITH_LEADERS),
    Offer("accept-transfer", "Nhận câu hỏi", EXPERTS, WITH_DEPARTMENT, main=WITH_DEPARTMENT, own=True),
    Offer(
        "draft-answer",
        "Soạn câu trả lời",
        EXPERTS,
        DRAFTED_OR_NOT,
        main=WITH_DEPARTMENT,
        beside=WITH_LEADERS,
        own=True,
        alone=True,
    ),
    Offer("give-opinion", "Gửi ý kiến phối hợp", EXPERTS, DRAFTED_OR_NOT, main=DRAFTED_OR_NOT),
    Offer("report-to-superior", "Ghi nhận báo cáo cấp trên", OFFICE, REFERRED_UP, main=REFERRED_UP),
    Offer("assign-question", "Giao cho phòng", CLERKS, UNAPPROVED, main=UNASSIGNED),
    Offer("split-question", "Tách thành nhiều câu", CLERKS, TRIAGE_OR_DEPARTMENT, beside=UNASSIGNED),
    Offer("transfer-question", "Chuyển phòng khác", CLERKS, WITH_DEPARTMENT),
    Offer("transfer-question", "Chuyển phòng khác", EXPERTS, WITH_DEPARTMENT, own=True),
    Offer("hand-back", "Trả lại Văn phòng", EXPERTS, WITH_DEPARTMENT, own=True, beside=WITH_DEPARTMENT),
    Offer("ask-coordination", "Đề nghị phối hợp", CLERKS, WITH_DEPARTMENT),
    Offer("ask-coordination", "Đề nghị phối hợp", EXPERTS, WITH_DEPARTMENT, beside=WITH_DEPARTMENT, own=True),
    Offer("join-question", "Trả lời chung với câu khác", CLERKS, WITH_DEPARTMENT, alone=True),
    Offer("join-question", "Trả lời chung với câu khác", EXPERTS, WITH_DEPARTMENT, own=True, alone=True),
    Offer("part-question", "Tách khỏi nhóm trả lời chung", CLERKS, DRAFTED_OR_NOT),
    Offer("part-question", "Tách khỏi nhóm trả lời chung", EXPERTS, DRAFTED_OR_NOT, own=True),
    Offer("redirect-question", "Hướng dẫn nơi có thẩm quyền", OFFICE, UNAPPROVED, beside=UNASSIGNED),
    Offer("refer-question-up", "Báo cáo cấp trên", OFFICE, UNAPPROVED, beside=UNASSIGNED),
    Offer("request-extension", "Xin gia hạn", EXPERTS, WITH_DEPARTMENT, own=True, alone=True, beside=WITH_DEPARTMENT),
    Offer("extend-term", "Gia hạn", LEADERS, WITH_DEPARTMENT, alone=True, beside=WITH_DEPARTMENT),
    Offer("apologise-for-delay", APOLOGISE, CLERKS, TO_BE_ANSWERED, beside=TO_BE_ANSWERED),
    Offer("group-question", "Xếp nhóm nội dung", OFFICE, TO_BE_ANSWERED),
    Offer("prioritise-question", "Đánh dấu bức xúc", OFFICE, TO_BE_ANSWERED),
)
ANSWERED = frozenset({"answered-at-dialogue", "answered-in-writing"})
"""Ways in which a question was settled that its asker may rate, and others may read."""
AFTER_ANSWER = (
    Offer("rate-answer", "Ghi nhận đánh giá", OFFICE, ANSWERED, beside=ANSWERED),
    Offer("reopen-question", "Mở lại câu hỏi", OFFICE, ANSWERED),
    Offer("publish-answer", "Đăng lên thư viện hỏi đáp", OFFICE, ANSWERED, beside=ANSWERED),
)
"""What may be done with a question that was answered, by how it was settled."""
UNPUBLISH = Offer("unpublish-answer", "Gỡ khỏi thư viện", OFFICE, frozenset({"published"}))
OF_FORM = (
    Offer("correct-registrant", "Sửa thông tin liên hệ", OFFICE, frozenset({"open", "over"})),
    Offer("add-files", "Bổ sung tệp", OFFICE, frozenset({"open", "over"})),
    Offer("withdraw-questions", "Ghi nhận rút câu hỏi", OFFICE, frozenset({"open"})),
)
"""What may be done with a form: `open` while a question of it is, then `over`."""
NOBODYS = frozenset({"digest", "reminder", "escalation"})
"""Kinds of messages that no citizen waits for."""
HAND_OVER = Offer("record-hand-over", "Ghi nhận đã trao trực tiếp", CLERKS, frozenset({"failed"}))
ACKNOWLEDGE = "acknowledge-escalation"
CHECK_IN = Offer("check-in", "Có mặt", OFFICE, frozenset({"expected", "excused"}))
EXCUSE = Offer("excuse-registrant", "Báo vắng", OFFICE, frozenset({"expected"}))

OF_COMMUNE = TextsCommand | OpenRegister | ClosePrintRun
OF_LETTERS = RecordDelivered | RecordReturned | GiveNumbers
SUBJECTS = ("submission", "question", "deadline", "notification", "dialogue", "mail", "run")
"""Fields of a command, one of which names what it is on."""

TAKING_PLACE = frozenset({"announced", "registration-closed", "held"})
"""States of a dialogue on its day."""
AHEAD = frozenset({"planned", "announced", "registration-closed"})

LISTENERS: Mapping[str, str] = {verb: name.split(".")[0] for name in COMMANDS for verb in [name.split(".")[1]]}


def for_question(who: Acting, question: Question, *, here: bool = False) -> list[Offer]:
    """What this person may want to do with a question now, the most likely first.

    here: its asker is at the conference.
    """
    if question.standing != "open":
        return _after_answer(who, question)
    found = _offered(OF_QUESTION, who, question.state, question.department)
    found = [offer for offer in found if not (offer.alone and question.follows)]
    return [offer for offer in found if _is_due(who, offer.verb, question, here)] + _unpublish(who, question)


@dataclass(frozen=True, slots=True)
class Arranged:
    """What may be done, as a page puts it: the next step, what stands beside it, and what is rare."""

    next: Offer | None
    beside: tuple[Offer, ...]
    rare: tuple[Offer, ...]


def arranged(offered: Sequence[Offer], question: Question) -> Arranged:
    """One next step at most: what the state waits for, or time that was asked for and is to be granted."""
    state = (question.settled_how or "") if question.standing != "open" else question.state
    wanted = [offer for offer in offered if offer.verb == "extend-term" and question.wanted_days]
    waited = [offer for offer in offered if state in offer.main]
    next_step = next(iter((*wanted, *waited)), None)
    rest = [offer for offer in offered if offer is not next_step]
    beside = tuple(offer for offer in rest if state in offer.beside or state in offer.main)
    return Arranged(next_step, beside, tuple(offer for offer in rest if offer not in beside))


def _after_answer(who: Acting, question: Question) -> list[Offer]:
    """Only what is nobody's complaint may be read by everybody."""
    found = _offered(AFTER_ANSWER, who, question.settled_how or "")
    public = question.scope == "in-scope"
    return [offer for offer in found if public or offer.verb != "publish-answer"] + _unpublish(who, question)


def _unpublish(who: Acting, question: Question) -> list[Offer]:
    return _offered((UNPUBLISH,), who, "published" if question.published_at else "")


def for_form(who: Acting, case: Case) -> list[Offer]:
    """What this person may want to do with a form. Nothing where its questions have not come yet."""
    if not case.questions:
        return []
    open_ones = any(question.standing == "open" for question in case.questions)
    return _offered(OF_FORM, who, "open" if open_ones else "over")


def may_have_files(who: Acting, denounced: bool) -> bool:
    """The files of a form are for who answers it; those of a denunciation for the office alone."""
    if who.worker is None:
        return False
    return who.worker.role in OFFICE or (not denounced and who.worker.role in EXPERTS)


def for_registrant(who: Acting, registrant: Submission, dialogue: Dialogue | None, now: datetime) -> list[Offer]:
    """Absence is reported until the dialogue is over; presence is seen on its day."""
    if dialogue is None or dialogue.state not in AHEAD:
        return []
    begun = dialogue.held_at is not None and local(now) >= local(dialogue.held_at)
    return _offered((CHECK_IN, EXCUSE) if begun else (EXCUSE,), who, registrant.attendance or "")


def is_here(attendance: str | None, dialogue: Dialogue | None, now: datetime) -> bool:
    """Whether somebody is at the conference now."""
    return (
        dialogue is not None
        and attendance == "present"
        and dialogue.state in TAKING_PLACE
        and dialogue.held_at is not None
        and local(dialogue.held_at) == local(now)
    )


def for_letter(who: Acting, letter: Letter, letters: Sequence[Letter]) -> list[Offer]:
    """What went out neither by mail nor by post, or came back, is told or handed over. letters: of the same case."""
    became_a_letter = letter.id in became_letters(letters)
    lost = "failed" if letter.is_returned else letter.state
    moot = became_a_letter or letter.withdrawn or letter.kind in NOBODYS
    return [] if moot else _offered((HAND_OVER,), who, lost)


def may_acknowledge(who: Acting, term: Term, raised: Sequence[Escalation], department: str | None) -> bool:
    """Whether a missed term was put before this person or is a leader's to know, and nobody has seen its last step.

    Args:
        raised: the escalations of the term, the earliest first.
        department: who must act upon it; an officer hears of his own department's alone.
    """
    if who.worker is None or not raised or term.state != "missed" or raised[-1].acknowledged_at is not None:
        return False
    role, own = who.worker.role, who.worker.department in (None, department)
    return role in LEADERS or (own and any(one.put_before == role for one in raised))


class WrongFields(ValueError):
    """What was typed cannot be sent: what to mend, by field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


def command(verb: str, actor: Actor, typed: Mapping[str, str]) -> Command:
    """The command of a filled form.

    Args:
        typed: its fields by name, with `key` (one for each form that was shown) and `version`.

    Raises:
        KeyError: when there is no such command.
        WrongFields: naming each field that must be mended.
    """
    contract = COMMANDS[f"{LISTENERS[verb]}.{verb}"]
    values: dict[str, Any] = {name: clean(text) for name, text in typed.items() if name in contract.model_fields}
    if verb == "plan-dialogue":
        values |= _when_and_which(actor.commune, values.get("held_at", ""))
    values["version"] = values.get("version") or None
    return valid(contract, actor, values)


def valid(contract: type[Command], actor: Actor, values: Mapping[str, Any]) -> Command:
    """The command with these values.

    Raises:
        WrongFields: naming each field that must be mended.
    """
    try:
        return contract.model_validate({**values, "actor": actor})
    except ValidationError as error:
        raise WrongFields({str(found["loc"][0]): _in_words(found) for found in error.errors()}) from None


def about(command: Command) -> str:
    """Id of what the command is on; what an office teaches is its commune's, and so are its texts and its registers."""
    if isinstance(command, HandbookCommand | OF_COMMUNE):
        return command.actor.commune
    if isinstance(command, OF_LETTERS):
        return command.notifications[0]
    for name in SUBJECTS:
        if (id := getattr(command, name, None)) is not None:
            return str(id)
    raise TypeError(f"{command.verb} is on no case")


def _is_due(who: Acting, verb: str, question: Question, here: bool) -> bool:
    match verb:
        case "approve-answer" | "return-answer":
            return decides_next(who, question)
        case "give-opinion":
            own = who.worker.department if who.worker else None
            return own in [one.department for one in question.coordinating]
        case "split-question":
            return not question.follows and not question.followers
        case "join-question":
            return question.scope == "in-scope" and not question.followers
        case "part-question":
            return question.follows is not None
        case "answer-on-the-spot":
            return here and question.reopened_round is None  # what was not enough is answered in writing
        case "take-for-written-answer":
            return here and question.owed_in_writing is None
        case "accept-transfer":
            return question.awaits_acceptance
        case "report-to-superior":
            return question.superior_document is None
        case "apologise-for-delay":
            late = any(term.owed and term.urgency in ("near", "late") for term in question.terms)
            return late and question.scope != "denunciation"
        case _:
            return True


def decides_next(who: Acting, question: Question) -> bool:
    """Whether a draft waits for this person: in his role, of his own department where he is its head.

    Nobody judges what he wrote himself, nor twice.
    """
    if who.worker is None or who.worker.role not in (question.awaits or ()):
        return False
    if who.worker.role is Role.HEAD and who.worker.department != question.department:
        return False
    return may_judge(who.worker.name, question.drafts)


def may_have_slip(who: Acting, question: Question) -> bool:
    """The slip goes with what leaves the commune; the office sends it."""
    return who.role in OFFICE and (question.referred_at is not None or question.redirected_at is not None)


def local(at: datetime) -> date:
    """The day it is in Vietnam."""
    return at.astimezone(HANOI).date()


def _offered(offers: tuple[Offer, ...], who: Acting, state: str, department: str | None = None) -> list[Offer]:
    if who.worker is None:
        return []
    mine = who.worker.department == department
    return [
        offer
        for offer in offers
        if who.worker.role in offer.roles and state in offer.states and (mine or not offer.own)
    ]


def _when_and_which(commune: str, typed: str) -> dict[str, Any]:
    """A browser's local time is Vietnam's; day and hour name the dialogue, so that a form sent twice plans one."""
    try:
        held_at = datetime.fromisoformat(typed).replace(tzinfo=HANOI)
    except ValueError:
        return {"held_at": None, "dialogue": commune}
    return {"held_at": held_at, "dialogue": f"{commune}-{held_at:%Y%m%d-%H%M}"}


def _in_words(found: Any) -> str:
    limits = found.get("ctx", {})
    match found["type"]:
        case "string_pattern_mismatch":
            return "Mục này chưa đúng, xin xem lại từng chữ số, từng ký tự."
        case "string_too_long":
            return say("Xin ghi không quá %(number)s chữ.", number=plain_number(limits["max_length"]))
        case "string_too_short" | "missing":
            return "Xin ghi mục này."
        case "enum" | "literal_error" | "bool_parsing":
            return "Xin chọn một mục trong danh sách."
        case "greater_than_equal":
            return say("Xin ghi một số từ %(number)s trở lên.", number=plain_number(limits["ge"]))
        case "less_than_equal":
            return say("Xin ghi một số không quá %(number)s.", number=plain_number(limits["le"]))
        case "int_parsing":
            return "Xin ghi một số."
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return "Xin ghi ngày."
        case "datetime_type" | "datetime_parsing" | "datetime_from_date_parsing":
            return "Xin ghi đủ ngày và giờ."
        case _:
            return "Mục này chưa đúng."
