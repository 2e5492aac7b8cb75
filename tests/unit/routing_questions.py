"""Questions, people, commands and facts for the tests of routing; a test names only what it is about."""

from datetime import UTC, datetime

from services.routing import aftercare, answers, coordination, library, owed, rules, splitting, together
from services.routing.approval import DEFAULT, Approval
from services.routing.classifying.classification import Classification
from services.routing.conference import Conference
from services.routing.question import Draft, Question, Referral, State
from shared.contracts import Actor, Role
from shared.contracts.conference import Session
from shared.contracts.intake import (
    AnswerRated,
    AttendanceRecorded,
    DialogueCancelled,
    DialogueHeld,
    QuestionsWithdrawn,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    SubmissionReceived,
)
from shared.contracts.notify import NotificationSent
from shared.contracts.people import Question as Asked
from shared.contracts.people import Registrant
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
    Part,
    PartQuestion,
    PrioritiseQuestion,
    Proposal,
    PublishAnswer,
    RedirectQuestion,
    ReferQuestionUp,
    ReopenQuestion,
    ReportToSuperior,
    RequestExtension,
    ReturnAnswer,
    SplitQuestion,
    TakeForWrittenAnswer,
    TransferQuestion,
    UnpublishAnswer,
)
from shared.contracts.taxonomy import QuestionField, Scope

COMMUNE, CASE, QUESTION, DIALOGUE = "thanh-tri", "01J9", "01J9-1", "thang-10"
LEAD, LEAD_CODE = "01J8-1", "P2WX-77QD"
LAND, HEALTH = QuestionField.LAND, QuestionField.HEALTH
ECONOMY, CULTURE, OFFICE = "phong-kinh-te", "phong-van-hoa-xa-hoi", "van-phong"
DEPARTMENTS = (ECONOMY, CULTURE, OFFICE)
HEADED = frozenset({ECONOMY})
LONG = ((Role.HEAD,), (Role.OFFICE_HEAD,), (Role.CHAIRMAN,))
USUAL_APPROVAL, LONG_APPROVAL = (Approval(steps, HEADED, OFFICE) for steps in (DEFAULT, LONG))
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
HELD_AT, ENDED_AT = datetime(2026, 10, 20, 1, 0, tzinfo=UTC), datetime(2026, 10, 20, 4, 30, tzinfo=UTC)

CLERK = Actor(name="Trần Thị Hạnh", role=Role.CLERK, commune=COMMUNE)
OFFICER = Actor(name="Nguyễn Đức Toàn", role=Role.OFFICER, commune=COMMUNE, department=ECONOMY)
HEAD = Actor(name="Đinh Văn Sơn", role=Role.HEAD, commune=COMMUNE, department=ECONOMY)
OTHER_OFFICER = Actor(name="Vũ Thị Lan", role=Role.OFFICER, commune=COMMUNE, department=CULTURE)
OFFICE_HEAD = Actor(name="Lê Quang Huy", role=Role.OFFICE_HEAD, commune=COMMUNE)
CHAIRMAN = Actor(name="Nguyễn Văn Lợi", role=Role.CHAIRMAN, commune=COMMUNE)
PROVINCE = Actor(name="Cấp tỉnh", role=Role.PROVINCE, commune=COMMUNE)
STRANGER = Actor(name="Chánh Văn phòng xã khác", role=Role.OFFICE_HEAD, commune="thanh-mai")
ACTING_HEAD = Actor(name=OFFICE_HEAD.name, role=Role.HEAD, commune=COMMUNE, department=ECONOMY)
STAFF = (CLERK, OFFICER, HEAD, ACTING_HEAD, OTHER_OFFICER, OFFICE_HEAD, CHAIRMAN, PROVINCE, STRANGER)

ASKED = Asked(id=QUESTION, number=1, section="procedures", text="Bao giờ có sổ đỏ?")


def a_question(state=State.ASSIGNED, **fields):
    drafts = (
        (Draft(1, "Trả lời.", OFFICER.name, NOW),) if state in (State.DRAFTED, State.RETURNED, State.APPROVED) else ()
    )
    where = {} if state is State.AWAITS_TRIAGE else {"field": LAND, "department": ECONOMY}
    known = {
        "id": QUESTION,
        "commune": COMMUNE,
        "case": CASE,
        "code": "K7QX-3M9M",
        "number": 1,
        "section": "procedures",
        "text": ASKED.text,
        "received_at": NOW,
        "on_time": True,
        "dialogue": DIALOGUE,
        "state": state,
        "drafts": drafts,
        "approved_at": NOW if state is State.APPROVED else None,
        "referral": Referral("UBND thành phố") if state is State.REFERRED_UP else None,
        "settled_how": "answered-in-writing" if state is State.SETTLED else None,
        "settled_at": NOW if state is State.SETTLED else None,
    }
    return Question(**(known | where | fields))


def submission(**fields):
    known = {
        "commune": COMMUNE,
        "case": CASE,
        "occurred_at": NOW,
        "code": "K7QX-3M9M",
        "dialogue": DIALOGUE,
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": Registrant(name="Nguyễn Thị Hoa", phone="0912345678"),
        "questions": (ASKED,),
    }
    return SubmissionReceived(**(known | fields))


def classified(**fields):
    known = {
        "text": ASKED.text,
        "scope": Scope.IN_SCOPE,
        "field": LAND,
        "department": ECONOMY,
        "confidence": 0.86,
        "because": ("sổ đỏ",),
        "proposals": (Proposal(field=LAND, department=ECONOMY, confidence=0.86),),
        "triage": False,
    }
    return Classification(**(known | fields))


def a_conference(*sessions, **fields):
    """A dialogue with sessions of these fields each; about everything without any."""
    numbered = tuple(Session(number=n, title=f"Đợt {n}", fields=of) for n, of in enumerate(sessions, 1))
    return Conference(**({"id": DIALOGUE, "commune": COMMUNE, "announced": True, "sessions": numbered} | fields))


def opened(received=None, conference=None, now=NOW, **classification):
    received = received or submission()
    return rules.open_question(None, received, ASKED, classified(**classification), conference, now)


def said(event, **fields):
    return event(commune=COMMUNE, case=CASE, occurred_at=NOW, **fields)


def names(events):
    return [type(event) for event in events]


# --- commands ---------------------------------------------------------------------------------------------------------


def about_it(command, actor, **fields):
    return command(actor=actor, key="k", question=QUESTION, **fields)


def assign(actor=CLERK, field=HEALTH, department=CULTURE, **fields):
    return about_it(AssignQuestion, actor, field=field, department=department, reason="Đúng việc", **fields)


TWO_MATTERS = (Part(text="Bao giờ có sổ đỏ?"), Part(text="Lệ phí bao nhiêu?"))


def hand_back(actor=OFFICER):
    return about_it(HandBack, actor, reason="Thuộc lĩnh vực của phòng khác")


def ask_others(actor=OFFICER, departments=(CULTURE,), matter="Diện tích xây trường"):
    return about_it(AskCoordination, actor, departments=departments, matter=matter)


def split(actor=CLERK, parts=TWO_MATTERS):
    return about_it(SplitQuestion, actor, parts=parts)


def join(actor=CLERK, lead=LEAD):
    return about_it(JoinQuestion, actor, lead=lead)


def part(actor=CLERK):
    return about_it(PartQuestion, actor, reason="Hỏi thêm về lệ phí")


def opine(actor=OTHER_OFFICER, text="Đã có quy hoạch."):
    return about_it(GiveOpinion, actor, text=text)


def transfer(actor=CLERK, field=HEALTH, department=CULTURE, clock="keeps-running"):
    return about_it(TransferQuestion, actor, field=field, department=department, reason="Thuộc phòng khác", clock=clock)


def accept(actor=OFFICER):
    return about_it(AcceptTransfer, actor)


def redirect(actor=CLERK, scope=Scope.COMPLAINT):
    return about_it(RedirectQuestion, actor, scope=scope, authority="Ban Tiếp công dân", guidance="Gửi đơn tới ...")


def refer_up(actor=OFFICE_HEAD):
    return about_it(ReferQuestionUp, actor, authority="UBND thành phố", reason="Vượt thẩm quyền")


def report_up(actor=CLERK, document="45/BC-UBND"):
    return about_it(ReportToSuperior, actor, document=document)


def draft(actor=OFFICER, text="Trả lời."):
    return about_it(DraftAnswer, actor, text=text)


def keep(actor=OFFICER, text="Trả lời dở."):
    return about_it(KeepDraft, actor, text=text)


def give_back(actor=OFFICE_HEAD):
    return about_it(ReturnAnswer, actor, remarks="Thiếu căn cứ")


def approve(actor=CHAIRMAN):
    return about_it(ApproveAnswer, actor)


MORE_TIME = {"reason": "Cần đo lại", "requirement": "Trích lục bản đồ", "responsible": "Ông Toàn, Phòng Kinh tế"}


def ask_for_more(actor=OFFICER, working_days=5):
    return about_it(RequestExtension, actor, working_days=working_days, **MORE_TIME)


def extend(actor=OFFICE_HEAD, working_days=5):
    return about_it(ExtendTerm, actor, working_days=working_days, **MORE_TIME)


def answer_aloud(actor=CLERK, text="Đã có sổ."):
    return about_it(AnswerOnTheSpot, actor, text=text, answered_by="Nguyễn Văn Lợi, Chủ tịch UBND xã")


def take(actor=CLERK):
    return about_it(TakeForWrittenAnswer, actor, note="Giao Phòng Kinh tế trả lời")


def group(actor=CLERK, topic="Cấp sổ đỏ"):
    return about_it(GroupQuestion, actor, topic=topic)


def prioritise(actor=CLERK, pressing=True):
    return about_it(PrioritiseQuestion, actor, pressing=pressing, reason="Nhiều hộ cùng hỏi")


def reopen(actor=CLERK):
    return about_it(ReopenQuestion, actor, reason="Trả lời thiếu phần lệ phí")


def publish(actor=OFFICE_HEAD, asked="Bao giờ thôn Nội có sổ đỏ?", answered="Trong quý IV năm 2026."):
    return about_it(PublishAnswer, actor, asked=asked, answered=answered)


def unpublish(actor=OFFICE_HEAD):
    return about_it(UnpublishAnswer, actor, reason="Quy định đã thay đổi")


COMMAND_OF = {
    AssignQuestion: assign,
    TransferQuestion: transfer,
    AcceptTransfer: accept,
    RedirectQuestion: redirect,
    ReferQuestionUp: refer_up,
    ReportToSuperior: report_up,
    HandBack: hand_back,
    SplitQuestion: split,
    JoinQuestion: join,
    PartQuestion: part,
    AskCoordination: ask_others,
    GiveOpinion: opine,
    KeepDraft: keep,
    DraftAnswer: draft,
    ReturnAnswer: give_back,
    ApproveAnswer: approve,
    RequestExtension: ask_for_more,
    ExtendTerm: extend,
    AnswerOnTheSpot: answer_aloud,
    TakeForWrittenAnswer: take,
    GroupQuestion: group,
    PrioritiseQuestion: prioritise,
    ReopenQuestion: reopen,
    PublishAnswer: publish,
    UnpublishAnswer: unpublish,
}

RULE_OF = {
    AcceptTransfer: rules.accept_transfer,
    RedirectQuestion: rules.redirect_question,
    ReferQuestionUp: rules.refer_question_up,
    ReportToSuperior: rules.report_to_superior,
    HandBack: rules.hand_back,
    PartQuestion: together.part_question,
    GiveOpinion: coordination.give_opinion,
    KeepDraft: answers.keep_draft,
    ReturnAnswer: answers.return_answer,
    ApproveAnswer: answers.approve_answer,
    RequestExtension: answers.request_extension,
    ExtendTerm: answers.extend_term,
    AnswerOnTheSpot: answers.answer_on_the_spot,
    TakeForWrittenAnswer: answers.take_for_written_answer,
    GroupQuestion: rules.group_question,
    PrioritiseQuestion: rules.prioritise_question,
    ReopenQuestion: aftercare.reopen_question,
    UnpublishAnswer: library.unpublish_answer,
}
OFFICE_CONTACTS = ("024 3861 1234", "vanphong@thanhtri.example")


UNSURE = classified(triage=True)


def carry_out(question, command, now=NOW, conference=None, approval=USUAL_APPROVAL, reading=UNSURE):
    """reading: what the rules make of the first matter of a split."""
    match command:
        case AssignQuestion():
            return rules.assign_question(question, command, DEPARTMENTS, conference, now)
        case TransferQuestion():
            return rules.transfer_question(question, command, DEPARTMENTS, conference, now)
        case AskCoordination():
            return coordination.ask_coordination(question, command, DEPARTMENTS, now)
        case SplitQuestion():
            return splitting.split_question(question, command, 2, False, reading, DEPARTMENTS, conference, now)
        case JoinQuestion():
            lead = a_question(id=command.lead, case="01J8", code=LEAD_CODE, department=question.department)
            return together.join_question(question, command, lead, False, now)
        case DraftAnswer():
            return answers.draft_answer(question, command, approval, now)
        case PublishAnswer():
            return library.publish_answer(question, command, OFFICE_CONTACTS, now)
    return RULE_OF[type(command)](question, command, now)


def of_department(actor, department):
    return actor.model_copy(update={"department": department})


# --- facts ------------------------------------------------------------------------------------------------------------


def attendance(present=True, dialogue=DIALOGUE):
    return said(AttendanceRecorded, dialogue=dialogue, present=present)


def excuse(dialogue=DIALOGUE):
    return said(RegistrantExcused, dialogue=dialogue, reason="Đi viện")


def waitlist(dialogue=DIALOGUE):
    return said(RegistrantWaitlisted, dialogue=dialogue, place=4)


def invite(dialogue=DIALOGUE):
    return said(RegistrantInvited, dialogue=dialogue, seat=12)


def held(ended_at=ENDED_AT, dialogue=DIALOGUE):
    return DialogueHeld(commune=COMMUNE, case=dialogue, occurred_at=ended_at, title="Đối thoại", held_at=HELD_AT)


def cancelled(dialogue=DIALOGUE):
    return DialogueCancelled(
        commune=COMMUNE, case=dialogue, occurred_at=NOW, title="Đối thoại", held_at=HELD_AT, reason="Bão số 3"
    )


def withdrawn(at=NOW, questions=(QUESTION,)):
    return QuestionsWithdrawn(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at,
        dialogue=DIALOGUE,
        questions=questions,
        entirely=True,
        reason="Đã giải quyết xong việc nhà",
    )


def rated(at=NOW, mark=1, words="Chưa nêu lệ phí."):
    return AnswerRated(
        commune=COMMUNE, case=CASE, occurred_at=at, question=QUESTION, mark=mark, words=words, contested=mark <= 2
    )


def sent(kind="answer", questions=(QUESTION,), round=1):
    return said(
        NotificationSent,
        round=round,
        notification=f"{CASE}.{kind}.1",
        kind=kind,
        channel="email",
        questions=questions,
        reference="<1@xa>",
    )


def take_note(question, fact, now=NOW, conference=None):
    match fact:
        case AttendanceRecorded():
            return owed.note_attendance(question, fact, conference, now)
        case RegistrantExcused():
            return owed.note_excuse(question, fact, conference, now)
        case RegistrantWaitlisted() | RegistrantInvited():
            return owed.note_seat(question, fact, now)
        case DialogueHeld():
            over = Conference(fact.case, COMMUNE, announced=True, ended_at=fact.occurred_at)
            return owed.note_over(question, over, now)
        case DialogueCancelled():
            return owed.note_over(question, Conference(fact.case, COMMUNE, announced=True, cancelled=True), now)
        case NotificationSent():
            return owed.note_sent(question, fact, now)
        case QuestionsWithdrawn():
            return aftercare.note_withdrawal(question, fact, now)
        case AnswerRated():
            return aftercare.note_mark(question, fact, now)
