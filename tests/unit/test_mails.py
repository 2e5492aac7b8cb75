import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.notify import aftercare, delivery, dialogues, digests, rules
from services.notify.contents import data_of, dated
from services.notify.mailing.digest_words import TASKS
from services.notify.mailing.mails import CannotMail, message_id, render_mail
from services.notify.paper.drawn import qr_png
from services.notify.texts.shipped import shipped
from services.notify.texts.writing import write
from services.notify.wording import one_line
from shared.communes import PROFILES, read_profile
from shared.contracts import Role
from shared.contracts.deadlines import DeadlineMoved, DeadlineNear, EscalationRaised, RuleId
from shared.contracts.intake import (
    CommitmentFulfilled,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialogueRescheduled,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RepresentativeInvited,
)
from shared.contracts.people import Thread
from shared.contracts.routing import (
    AnswerApproved,
    ExtensionGranted,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope
from tests.builders import (
    ATTACHMENT,
    COMMITMENT,
    DIALOGUE,
    NOW,
    PLACE,
    QUESTION,
    REPRESENTATIVE,
    SUBMISSION,
    TITLE,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.message_ids import IDS

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
BASE = "https://doithoai.thanhtri.example"
FOUR_POINTS = ("Nội dung", "Yêu cầu", "Thời gian", "Trách nhiệm giải quyết")
ADDRESS = registrant().address
PHONE = registrant().phone


def a_form(known=True, **changes):
    """Acknowledged; `known`: notify has heard of the dialogue."""
    dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    return rules.acknowledge(None, submission_received(**changes), NOW, dialogue.conference if known else None)[0]


def an_answered_form(**changes):
    state, _ = rules.note_answer(a_form(**changes), of_question(AnswerApproved), NOW)
    state, _ = rules.note_excuse(state, of_attendance(RegistrantExcused), NOW)
    held, _ = dialogues.keep(None, of_dialogue(DialogueHeld), NOW)
    return rules.learn_of_dialogue(state, held.conference, NOW)[0]


def sent(state, message=None, *, now=NOW, conclusion=None, desk_url="", **more):
    """The mail of a message in the shipped words."""
    message = message or state.messages[-1]
    data = data_of(
        state,
        message,
        PROFILE,
        dated(message.created_at),
        medium="mail",
        base_url=BASE,
        desk_url=desk_url,
        conclusion=conclusion,
    )
    written = write(shipped(message.kind), data)
    return render_mail(written, state, message, PROFILE, ids=IDS, base_url=BASE, now=now, **more)


def mail_of(state, message=None, **more):
    """As the receiver's program reads it from the wire."""
    return message_from_bytes(bytes(sent(state, message, **more)), policy=default)


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def html_of(mail):
    return mail.get_body(("html",)).get_content()


class Words(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.words, self.tags = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def both_parts(mail):
    return [text_of(mail), " ".join(" ".join(Words(html_of(mail)).words).split())]


def test_the_receipt_has_the_code_the_link_the_questions_and_what_happens_when():
    mail = mail_of(a_form(questions=(question(1), question(2, "Ai tiếp nhận?"))))
    assert mail["Subject"] == "Đã tiếp nhận Phiếu đăng ký đối thoại, mã phiếu K7QX-3M9D"
    assert f"{BASE}/tra-cuu/K7QX-3M9D" in text_of(mail)
    assert f'href="{BASE}/tra-cuu/K7QX-3M9D"' in html_of(mail)
    for part in both_parts(mail):
        for words in (
            "09:30 ngày 20/04/2026",
            "08:30 ngày 14/05/2026",
            "05 ngày kể từ ngày được giao",
            TITLE,
            "Thủ tục cấp lại giấy khai sinh",
            "Ai tiếp nhận?",
            "Phiếu gửi đúng hạn",
        ):
            assert words in part


@pytest.mark.parametrize(
    ("form", "heading", "promise"),
    [
        ({}, "Phiếu gửi đúng hạn", "trả lời trực tiếp tại hội nghị"),
        ({"known": False}, "Phiếu gửi đúng hạn", "được công bố trước ngày đối thoại"),
        ({"on_time": False}, "Phiếu gửi sau hạn đăng ký", "bằng văn bản thay vì tại hội nghị"),
        ({"on_time": False, "dialogue": None, "known": False}, "Phiếu gửi ngoài đợt đăng ký", "bằng văn bản thay vì"),
    ],
)
def test_the_receipt_says_whether_the_form_is_on_time_and_what_that_means(form, heading, promise):
    for part in both_parts(mail_of(a_form(**form))):
        assert heading in part
        assert promise in part


def test_the_receipt_counts_the_files_and_says_what_can_be_done_on_the_page_it_names():
    files = (ATTACHMENT, ATTACHMENT.model_copy(update={"id": "01JOTHER"}))
    for part in both_parts(mail_of(a_form(attachments=files))):
        assert "lúc 09:30 ngày 20/04/2026, kèm theo 02 tệp." in part
        assert "sửa địa chỉ nhận trả lời, rút câu hỏi" in part
    for part in both_parts(mail_of(a_form())):
        assert "kèm theo" not in part


def test_the_answer_to_a_reopened_question_says_that_it_follows_an_earlier_one_and_nothing_of_a_mark():
    again = of_question(AnswerApproved, text="Lệ phí 25.000 đồng.", round=2, occurred_at=NOW + timedelta(hours=2))
    state = an_answered_form()
    state, _ = delivery.sent(state, state.messages[-1].id, "<first>", NOW)
    state, _ = aftercare.note_reopening(state, of_question(QuestionReopened), NOW)
    state, _ = rules.note_answer(state, again, NOW)
    mail = mail_of(state)
    assert mail["Subject"] == "Trả lời bổ sung Phiếu đăng ký đối thoại, mã phiếu K7QX-3M9D"
    for part in both_parts(mail):
        for words in ("Ngày 20/04/2026", "Tiếp theo nội dung đã trả lời trước đây", "Lệ phí 25.000 đồng."):
            assert words in part
        assert not re.search("điểm|đánh giá|mang căn cước", part)


def test_an_answer_quotes_the_question_and_names_its_department():
    mail = mail_of(an_answered_form())
    for part in both_parts(mail):
        for words in (
            TITLE,
            "Vì lý do khách quan, ông/bà không tham dự Hội nghị",
            "Thủ tục cấp lại giấy khai sinh",
            "mang căn cước đến Trung tâm",
            "theo ý kiến của Trung tâm Phục vụ hành chính công",
        ):
            assert words in part


def test_an_answer_on_a_line_of_its_own_stays_there():
    state = a_form(on_time=False)
    state, _ = rules.note_answer(state, of_question(AnswerApproved, text="Một.\nHai.\n\n\nBa."), NOW)
    assert "Một.\n\nHai.\n\nBa." in text_of(mail_of(state)).replace("\r\n", "\n")
    assert html_of(mail_of(state)).count('<p style="margin:0 0 12px;">Hai.</p>') == 1


@pytest.mark.parametrize(
    ("scope", "words"), [(Scope.COMPLAINT, "Luật Khiếu nại"), (Scope.IN_SCOPE, "không thuộc thẩm quyền giải quyết")]
)
def test_guidance_says_where_the_matter_goes(scope, words):
    state, _ = rules.guide(a_form(), of_question(QuestionRedirected, scope=scope), NOW)
    for part in both_parts(mail_of(state)):
        assert words in part
        assert "Ban Tiếp công dân xã Thanh Trì" in part
        assert "Thủ tục cấp lại giấy khai sinh" in part


@pytest.mark.parametrize(
    ("rule", "contract"), [(rules.guide, QuestionRedirected), (rules.tell_of_referral, QuestionReferredUp)]
)
def test_what_is_told_of_a_denunciation_names_neither_the_person_nor_the_matter(rule, contract):
    mail = mail_of(rule(a_form(), of_question(contract, scope=Scope.DENUNCIATION), NOW)[0])
    for part in [*both_parts(mail), str(mail["To"]), mail["Subject"]]:
        assert "Mai" not in part
        assert "giấy khai sinh" not in part
    assert mail["To"].addresses[0].addr_spec == "mai@nguoidan.example"


def learns(state, *news):
    """The form, after news of its dialogue."""
    dialogue = None
    for one in (of_dialogue(DialogueAnnounced), *news):
        dialogue, _ = dialogues.keep(dialogue, one, NOW)
    return rules.learn_of_dialogue(state, dialogue.conference, NOW)[0]


class TestInvitation:
    def invited(self):
        return rules.invite(a_form(), of_attendance(RegistrantInvited), NOW)[0]

    def test_says_when_where_which_seat_and_what_to_bring(self):
        mail = mail_of(self.invited())
        assert mail["Subject"] == f"Giấy mời dự {TITLE}"
        for part in both_parts(mail):
            for words in (
                "8 giờ 30 phút, thứ Năm, ngày 14 tháng 5 năm 2026",
                PLACE,
                "03",
                "K7QX-3M9D",
                "căn cước",
                "báo trước",
            ):
                assert words in part

    def test_carries_the_qr_code_of_the_receipt_inside(self):
        mail = mail_of(self.invited())
        [drawing] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
        assert drawing["Content-ID"] == "<ma-qr-1>"
        assert drawing.get_content() == qr_png(f"{BASE}/phieu/K7QX-3M9D")
        [image] = [attrs for tag, attrs in Words(html_of(mail)).tags if tag == "img"]
        assert image["src"] == "cid:ma-qr-1"
        assert f"{BASE}/phieu/K7QX-3M9D" in text_of(mail)

    def test_of_a_representative_names_whom_he_speaks_for_and_has_no_code(self):
        representative = REPRESENTATIVE.model_copy(update={"email": "binh@mttq.example"})
        dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
        invited = of_dialogue(RepresentativeInvited, representative=representative)
        mail = mail_of(dialogues.invite(dialogue, invited, NOW)[0])
        assert [to.addr_spec for to in mail["To"].addresses] == ["binh@mttq.example"]
        for part in both_parts(mail):
            assert "Nguyễn Văn Bình" in part
            assert "đại diện Ủy ban Mặt trận Tổ quốc Việt Nam xã" in part
            assert "hủy" not in part
        assert not [part for part in mail.walk() if part.get_content_maintype() == "image"]


def test_who_waits_for_a_seat_is_told_which_one_he_is_and_that_he_is_answered_all_the_same():
    state, _ = rules.tell_of_waiting_list(a_form(), of_attendance(RegistrantWaitlisted, place=4), NOW)
    mail = mail_of(state)
    assert mail["Subject"] == "Danh sách chờ dự hội nghị đối thoại, mã phiếu K7QX-3M9D"
    for part in both_parts(mail):
        for words in (
            TITLE,
            "danh sách chờ",
            "04",
            "đã được tiếp nhận đầy đủ",
            "trực tiếp tại Hội nghị nếu ông/bà được mời dự",
            "không phải đăng ký lại",
        ):
            assert words in part


ASKED_FOR = {
    "answer": [(rules.note_answer, AnswerApproved), (rules.note_owed, WrittenAnswerOwed)],
    "guidance": [(rules.guide, QuestionRedirected)],
    "referral": [(rules.tell_of_referral, QuestionReferredUp)],
}


def mails_of(**form):
    """Every mail that a form may lead to, by kind."""
    state = a_form(**form)
    yield "receipt", mail_of(state)
    for kind, steps in ASKED_FOR.items():
        asked = state
        for rule, contract in steps:
            asked, _ = rule(asked, of_question(contract), NOW)
        yield kind, mail_of(asked)
    extended, _ = rules.note_grant(state, of_question(ExtensionGranted, responsible="Ông Quân"), NOW)
    yield "extension", mail_of(rules.note_new_end(extended, of_deadline(DeadlineMoved, cause="extension"), NOW)[0])
    yield "resolution", mail_of(rules.tell_result(state, of_dialogue(CommitmentFulfilled), NOW)[0])
    concluded = of_dialogue(DialogueConcluded)
    dialogue, _ = dialogues.keep(dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)[0], concluded, NOW)
    told = learns(state, concluded)
    yield "conclusion", mail_of(told, conclusion=dialogue.record.conclusion)


def test_no_mail_to_who_spoke_from_the_floor_speaks_of_a_form():
    for kind, mail in mails_of(channel="floor"):
        for part in [*both_parts(mail), mail["Subject"]]:
            assert not re.search("Phiếu|đăng ký|đã gửi", part), (kind, part)
        assert re.search(f"(Tại|tại) {TITLE}", text_of(mail)), kind


def test_mails_to_who_is_on_a_collected_list_say_whose():
    for kind, mail in mails_of(channel="list", collected_by="Hội <Nông dân> xã"):
        for part in both_parts(mail):
            assert not re.search("Phiếu|đăng ký", part), (kind, part)
            assert "do Hội <Nông dân> xã tổng hợp" in part, kind


def test_mails_to_who_sent_a_form_speak_of_it():
    for kind, mail in mails_of():
        assert re.search("Phiếu đăng ký|đã đăng ký tham gia", text_of(mail)), kind


def test_another_day_is_told_beside_the_old_one_with_the_reason():
    moved = of_dialogue(DialogueRescheduled, occurred_at=NOW + timedelta(hours=1))
    mail = mail_of(learns(a_form(), moved))
    assert mail["Subject"] == "Thay đổi thời gian hội nghị đối thoại, mã phiếu K7QX-3M9D"
    for part in both_parts(mail):
        for words in ("thứ Năm, ngày 7 tháng 5", "thứ Năm, ngày 14 tháng 5", "Bão số 3 đổ bộ.", PLACE):
            assert words in part


def test_who_was_registered_for_a_conference_that_is_called_off_is_promised_a_written_answer():
    for part in both_parts(mail_of(learns(a_form(), of_dialogue(DialogueCancelled)))):
        for words in ("bất khả kháng", "Bão số 3 đổ bộ.", "trả lời bằng văn bản", "K7QX-3M9D"):
            assert words in part


@pytest.mark.parametrize(
    ("because", "words"),
    [
        ("outside-subject", "không thuộc phạm vi nội dung của"),
        ("taken", "chưa thể giải đáp ngay"),
        ("cancelled", "Vì lý do bất khả kháng"),
        ("no-seat", "Hội nghị không còn chỗ để mời ông/bà tham dự"),
    ],
)
def test_an_answer_says_why_it_is_written(because, words):
    state, _ = rules.note_answer(a_form(), of_question(AnswerApproved), NOW)
    state, _ = rules.note_owed(state, of_question(WrittenAnswerOwed, because=because), NOW)
    for part in both_parts(mail_of(state)):
        assert words in part
        assert TITLE in part


def test_a_referral_says_to_whom_and_why():
    state, _ = rules.tell_of_referral(
        a_form(), of_question(QuestionReferredUp, reason="Thuộc thẩm quyền cấp trên"), NOW
    )
    for part in both_parts(mail_of(state)):
        for words in ("Ủy ban nhân dân thành phố Hà Nội", "Thuộc thẩm quyền cấp trên", "vượt quá thẩm quyền"):
            assert words in part


def test_more_time_is_told_with_the_four_points_of_the_plan():
    granted = of_question(ExtensionGranted, requirement="Đối chiếu hồ sơ lưu.", responsible="Ông Đỗ Minh Quân")
    state, _ = rules.note_grant(a_form(), granted, NOW)
    state, _ = rules.note_new_end(state, of_deadline(DeadlineMoved, cause="extension"), NOW)
    for part in both_parts(mail_of(state)):
        points = [part.index(f"{number}. {name}") for number, name in enumerate(FOUR_POINTS, 1)]
        assert points == sorted(points)
        for words in (
            "Thủ tục cấp lại giấy khai sinh",
            "Đối chiếu hồ sơ lưu.",
            "28/04/2026",
            "Ông Đỗ Minh Quân, Trung tâm Phục vụ hành chính công",
        ):
            assert words in part


def test_the_result_of_a_promise_is_told_in_full():
    state, _ = rules.tell_result(a_form(), of_dialogue(CommitmentFulfilled), NOW)
    for part in both_parts(mail_of(state)):
        for words in ("Đã niêm yết công khai từ ngày 01/06/2026.", COMMITMENT.text, "Thủ tục cấp lại giấy khai sinh"):
            assert words in part


def test_the_conclusion_is_sent_with_its_text_its_promises_and_where_it_is_published():
    concluded = of_dialogue(DialogueConcluded)
    dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
    dialogue, _ = dialogues.keep(dialogue, concluded, NOW)
    state = learns(a_form(), concluded)
    mail = mail_of(state, conclusion=dialogue.record.conclusion)
    assert mail["Subject"] == "Thông báo kết luận hội nghị đối thoại số 15/TB-UBND"
    for part in both_parts(mail):
        for words in (concluded.summary, COMMITMENT.text, "Trung tâm Phục vụ hành chính công", "15/TB-UBND"):
            assert words in part
    assert f"{BASE}/xa/thanh-tri/hoi-nghi/{DIALOGUE}" in text_of(mail)
    assert f'href="{BASE}/xa/thanh-tri/hoi-nghi/{DIALOGUE}"' in html_of(mail)


class TestDigest:
    def digest(self, *facts, to="quan.hcc@hanoi.example"):
        state = None
        for fact in facts:
            entry = digests.entry(fact, digests.reference(a_form(), fact, {}))
            state, _ = digests.note(state, entry, fact.commune, to, NOW, NOW, last=True)
        return state

    NEAR = of_deadline(DeadlineNear)
    MISSED = of_deadline(
        EscalationRaised, deadline=f"{QUESTION}:written-answer", rule="written-answer", step=1, to=Role.OFFICER
    )

    def test_says_what_is_due_when_whose_it_is_and_what_is_asked(self):
        mail = mail_of(self.digest(self.NEAR, self.MISSED))
        assert mail["Subject"] == "Nhắc việc ngày 20/04/2026: 1 việc quá hạn, 1 việc sắp đến hạn"
        for part in both_parts(mail):
            for words in (
                "Kính gửi ông/bà Đỗ Minh Quân,",
                "Phiếu K7QX-3M9D, câu hỏi 1",
                "Trung tâm Phục vụ hành chính công",
                "17:00 ngày 28/04/2026",
                "Hoàn thành ngay; nếu chưa xong, việc được báo cáo lên cấp trên.",
                "xin gia hạn trước khi hết hạn",
            ):
                assert words in part
            assert part.index("Quá hạn") < part.index("Sắp đến hạn"), "what is overdue comes first"

    @pytest.mark.parametrize(
        ("step", "to", "department", "owner", "ask"),
        [
            (1, Role.OFFICER, "phong-kinh-te", None, "Hoàn thành ngay"),
            (1, Role.HEAD, "phong-kinh-te", None, "Đôn đốc Phòng Kinh tế hoàn thành ngay"),
            (2, Role.OFFICE_HEAD, "phong-kinh-te", None, "Đôn đốc Phòng Kinh tế hoàn thành ngay"),
            (1, Role.CLERK, None, None, "Hoàn thành ngay; nếu chưa xong"),
            (1, Role.CLERK, None, "Công an xã", "Đôn đốc Công an xã hoàn thành ngay"),
            (1, Role.OFFICE_HEAD, None, None, "Chỉ đạo Văn phòng hoàn thành ngay"),
            (1, Role.OFFICE_HEAD, None, "Công an xã", "Đôn đốc Công an xã hoàn thành ngay"),
            (1, Role.OFFICER, None, "Công an xã", "Đôn đốc Công an xã hoàn thành ngay"),
            (3, Role.CHAIRMAN, "phong-kinh-te", None, "Chỉ đạo Phòng Kinh tế hoàn thành và cho ý kiến"),
            (4, Role.PROVINCE, "phong-kinh-te", None, "Để biết và theo dõi"),
        ],
    )
    def test_asks_each_reader_for_what_is_his_to_do(self, step, to, department, owner, ask):
        raised = of_deadline(EscalationRaised, step=step, to=to, department=department, owner=owner)
        for part in both_parts(mail_of(self.digest(raised))):
            assert ask in part
            assert f"Bước {step} của quy định báo cáo việc quá hạn" in part

    @pytest.mark.parametrize(
        ("contract", "to", "department", "ask", "because"),
        [
            (DeadlineNear, None, "phong-kinh-te", "Duyệt, hoặc trả lại kèm ý kiến, trước hạn", None),
            (DeadlineNear, None, None, "Duyệt, hoặc trả lại kèm ý kiến, trước hạn", None),
            (EscalationRaised, Role.OFFICER, "phong-kinh-te", "trả lại kèm ý kiến, ngay", "lãnh đạo đơn vị thực hiện"),
            (EscalationRaised, Role.OFFICER, None, "trả lại kèm ý kiến, ngay", "Chánh Văn phòng"),
            (EscalationRaised, Role.OFFICE_HEAD, "phong-kinh-te", "Đôn đốc lãnh đạo Phòng Kinh tế", "Chánh Văn phòng"),
            (EscalationRaised, Role.CHAIRMAN, None, "Chỉ đạo người có thẩm quyền duyệt hoàn thành", "Chủ tịch UBND"),
        ],
    )
    def test_asks_whoever_decides_on_an_answer_to_decide(self, contract, to, department, ask, because):
        fact = of_deadline(contract, rule="approval", department=department, **({"to": to} if to else {}))
        for part in both_parts(mail_of(self.digest(fact))):
            assert ask in part
            assert "Xem xét, duyệt câu trả lời" in part
            assert because is None or f"gửi {because}" in part

    def test_tells_the_clerk_that_what_waits_for_triage_is_his(self):
        missed = of_deadline(EscalationRaised, rule="triage", department=None, to=Role.OFFICER)
        for part in both_parts(mail_of(self.digest(missed, to="hanh.clerk@hanoi.example"))):
            for words in ("Phân loại, giao câu hỏi", "Văn phòng HĐND và UBND", "gửi cán bộ Văn phòng"):
                assert words in part

    @pytest.mark.parametrize("rule", get_args(RuleId))
    def test_has_words_for_every_rule(self, rule):
        fact = of_deadline(DeadlineNear, rule=rule, what="Chuẩn bị hội trường", owner="Văn phòng", department=None)
        for part in both_parts(mail_of(self.digest(fact))):
            assert TASKS[rule] in part
            assert "Chuẩn bị hội trường" in part
            assert rule not in part

    def test_tells_of_one_term_only_what_was_said_last(self):
        steps = [of_deadline(EscalationRaised, step=step, to=to) for step, to in [(1, "officer"), (2, "office-head")]]
        mail = mail_of(self.digest(self.NEAR, *steps))
        assert mail["Subject"].endswith(": 1 việc quá hạn")
        assert "Bước 2" in text_of(mail)
        assert "Bước 1" not in text_of(mail)

    def test_tells_nothing_of_the_citizen(self):
        mail = mail_of(self.digest(self.NEAR, self.MISSED))
        wire = " ".join([*both_parts(mail), str(mail)])
        for secret in ("Mai", ADDRESS, PHONE, "nguoidan", "giấy khai sinh"):
            assert secret not in wire

    def test_names_a_dialogue_by_its_title_a_slot_by_its_name_and_what_is_unknown_by_its_id(self):
        dialogue, _ = dialogues.keep(None, of_dialogue(DialogueAnnounced), NOW)
        fact = of_deadline(DeadlineNear, case=DIALOGUE, about=DIALOGUE)
        assert digests.reference(dialogue, fact, {}) == TITLE
        assert digests.reference(None, fact, {DIALOGUE: "Quý II"}) == "Quý II"
        assert digests.reference(None, fact, {}) == f"Mã hồ sơ {DIALOGUE}"

    def test_leads_from_letters_that_are_to_be_posted_to_their_print_run(self):
        runs = {"thanh-tri-20260416": "Đợt in 16/04/2026", "thanh-tri-20260417-2": "Đợt in 17/04/2026, lần 2"}
        state = None
        for contract, run in zip((EscalationRaised, DeadlineNear), runs, strict=True):
            fact = of_deadline(contract, rule="posting", deadline=f"{run}:posting", case=run, about=run)
            entry = digests.entry(fact, digests.reference(None, fact, {}))
            state, _ = digests.note(state, entry, fact.commune, "hanh.clerk@hanoi.example", NOW, NOW, last=True)
        mail = mail_of(state, desk_url="https://desk.example")
        for run, named in runs.items():
            assert all(named in part for part in both_parts(mail))
            assert f"https://desk.example/buu-chinh/{run}\r" in text_of(mail).replace("\n", "\r")
            assert f'href="https://desk.example/buu-chinh/{run}"' in html_of(mail)

    def test_leads_to_the_desk(self):
        state = self.digest(self.NEAR)
        assert 'href="https://desk.example"' in html_of(mail_of(state, desk_url="https://desk.example"))


def test_the_envelope():
    state = a_form()
    mail = mail_of(state, now=datetime(2026, 4, 20, 17, 30, tzinfo=UTC))
    assert mail["Message-ID"] == message_id(state.messages[0], PROFILE, IDS)
    assert re.fullmatch(rf"<{SUBMISSION}\.receipt\.[a-z2-7]{{24}}@hanoi\.gov\.vn>", mail["Message-ID"])
    assert mail["Date"].datetime == datetime(2026, 4, 21, 0, 30, tzinfo=timezone(timedelta(hours=7)))
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("UBND xã Thanh Trì", "vanthu_thanhtri@hanoi.gov.vn")
    assert mail["Reply-To"] == "vanthu_thanhtri@hanoi.gov.vn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "vi"
    assert mail["To"].addresses[0].display_name == "Nguyễn Thị Mai"


def test_the_receipt_of_a_form_that_came_by_mail_answers_in_its_thread():
    references = tuple(f"<{number}.{'a' * 60}@nguoidan.example>" for number in range(30))
    mail = mail_of(
        a_form(thread=Thread(message_id="<b2@x.example>", subject="RE: Phiếu của tôi", references=references))
    )
    assert mail["In-Reply-To"] == "<b2@x.example>"
    assert mail["References"].split() == [*references[-19:], "<b2@x.example>"]
    assert mail["Subject"] == "Re: Phiếu của tôi"


def test_a_receipt_to_whom_somebody_else_named_has_nothing_of_what_that_one_wrote():
    words = "Tài khoản bị khóa, xin vào x.example"
    state = a_form(by_another=True, registrant=registrant(name=words), questions=(question(1, words),))
    mail = mail_of(state)
    assert mail["Subject"] == "Đã tiếp nhận Phiếu đăng ký đối thoại, mã phiếu K7QX-3M9D"
    assert mail["To"].addresses[0].display_name == ""
    assert f'href="{BASE}/tra-cuu/K7QX-3M9D"' in html_of(mail)
    for part in both_parts(mail):
        assert "K7QX-3M9D" in part
        assert "tiếp nhận một Phiếu đăng ký" in part
        assert "x.example" not in part
        assert "Tài khoản" not in part
    assert "x.example" not in str(mail)


@pytest.mark.parametrize(
    ("thread", "subject", "because"),
    [
        (Thread(message_id="<a@b>\r\nBcc: x@y.example"), None, "a line break in the Message-ID"),
        (Thread(message_id="<thư@b.example>"), None, "letters that no header carries"),
        (Thread(message_id="<a@b>", subject="x\r\nBcc: ai@x.example"), "Re: x Bcc: ai@x.example", "in the subject"),
        (Thread(message_id="<a@b>", references=("<c@d>\nBcc: x@y",)), None, "in a reference; no subject to repeat"),
    ],
)
def test_what_stood_in_the_head_of_the_other_mail_makes_no_header_of_its_own(thread, subject, because):
    mail = mail_of(a_form(thread=thread))
    assert mail["Bcc"] is None, because
    assert mail["Subject"] == (subject or mail_of(a_form())["Subject"])


def test_the_longest_message_id_is_not_folded_or_encoded():
    case, instant = "01JZ8K2M3N4P5Q6R7S8T9V0W1X", NOW
    state = a_form(case=case, questions=(question(20).model_copy(update={"id": f"{case}-20"}),))
    state, _ = rules.note_grant(state, of_question(ExtensionGranted, case=case, question=f"{case}-20"), instant)
    moved = of_deadline(DeadlineMoved, case=case, about=f"{case}-20", cause="extension")
    state, _ = rules.note_new_end(state, moved, NOW)
    wire = bytes(sent(state, state.messages[-1]))
    assert re.search(rb"^Message-ID: <[A-Za-z0-9.-]+@hanoi\.gov\.vn>\r$", wire, re.MULTILINE)


def test_the_same_message_is_the_same_bytes():
    state = an_answered_form()
    first, second = (bytes(sent(state, state.messages[-1])) for _ in range(2))
    assert first == second


def test_on_the_wire_there_is_only_ascii_in_short_lines():
    state, _ = rules.note_answer(a_form(on_time=False), of_question(AnswerApproved, text="dài " * 12_000), NOW)
    wire = bytes(sent(state, state.messages[-1]))
    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert b"\n" not in wire.replace(b"\r\n", b"")


def test_the_html_fetches_nothing_and_fits_a_telephone():
    for state in (a_form(), an_answered_form()):
        html = html_of(mail_of(state))
        tags = Words(html).tags
        assert not {tag for tag, _ in tags} & {"img", "link", "script", "style", "iframe", "object", "form"}
        assert not any("src" in attrs or "background" in attrs for _, attrs in tags)
        assert "url(" not in html
        assert ("html", {"lang": "vi"}) in tags
        assert "max-width:600px" in html
        sizes = [int(size) for size in re.findall(r"font:(?:bold )?(\d+)px", html)]
        assert min(sizes) >= 16


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "{% raw %}", "a & b < c", '"><b>'])
def test_what_people_write_is_text_in_both_parts(nasty):
    state = a_form(registrant=registrant(name=nasty), questions=(question(1, nasty),))
    mail = mail_of(state)
    for part in both_parts(mail):
        assert part.count(nasty) >= 2
    assert "script" not in {tag for tag, _ in Words(html_of(mail)).tags}


@pytest.mark.parametrize(
    ("name", "shown", "because"),
    [
        ("Mai\r\nBcc: x@evil.example", "Mai Bcc x evil.example", "no header of its own"),
        ('Trần "Tý" <a@b.example>, Lê', "Trần Tý a b.example Lê", "no address of its own"),
        ("Công ty TNHH A&B; (chi nhánh)", "Công ty TNHH A B chi nhánh", "no comment, no group"),
        ("\u202eMai\x00", "Mai", "nothing invisible"),
        ("O'Neil-Nguyễn Văn A.", "O'Neil-Nguyễn Văn A.", "what names are made of stays"),
    ],
)
def test_a_name_is_only_a_name_in_the_header(name, shown, because):
    mail = mail_of(a_form(registrant=registrant(name=name)))
    [to] = mail["To"].addresses
    assert (to.display_name, to.addr_spec, mail["Bcc"]) == (shown, "mai@nguoidan.example", None), because


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=60))
def test_whatever_the_name_the_mail_goes_to_one_address(name, words):
    assume(one_line(name) and one_line(words))
    try:
        state = a_form(registrant=registrant(name=name), questions=(question(1, words),))
    except ValueError:
        return
    mail = mail_of(state)
    assert [to.addr_spec for to in mail["To"].addresses] == ["mai@nguoidan.example"]
    assert set(mail.keys()) == {
        "Message-ID",
        "Date",
        "From",
        "Reply-To",
        "To",
        "Subject",
        "Auto-Submitted",
        "Content-Language",
        "MIME-Version",
        "Content-Type",
    }


@pytest.mark.parametrize(
    ("email", "on_the_wire"),
    [
        ("mai+dat@nguoidan.example", "mai+dat@nguoidan.example"),
        ("o'neil@nguoidan.example", "o'neil@nguoidan.example"),
        ('a"b@nguoidan.example', '"a\\"b"@nguoidan.example'),
        ("a(b)@nguoidan.example", '"a(b)"@nguoidan.example'),
        ("mai@tiếngviệt.example", "mai@xn--tingvit-5t4cyc.example"),
    ],
)
def test_odd_addresses_are_quoted_or_encoded(email, on_the_wire):
    state = a_form(registrant=registrant(email=email))
    wire = bytes(sent(state, state.messages[0]))
    assert on_the_wire.encode() in wire


@pytest.mark.parametrize("email", ["maí@nguoidan.example", "mai\x00@nguoidan.example", "mai@a..example", "mai@[::1].x"])
def test_an_address_that_no_server_would_take_is_said_to_be_one(email):
    state = a_form(registrant=registrant(email=email))
    with pytest.raises(CannotMail, match="Không gửi được"):
        mail_of(state)


def test_organisations_are_not_called_ong_ba():
    for part in both_parts(mail_of(a_form(registrant=registrant(name="Hợp tác xã Dịch vụ Nội Am")))):
        assert "Kính gửi Hợp tác xã Dịch vụ Nội Am," in part
        assert "quý đơn vị" in part
        assert "ông/bà" not in part.lower()
