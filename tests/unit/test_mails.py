import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from services.notify import rules
from services.notify.mails import CannotMail, message_id, render_mail
from shared.communes import PROFILES, read_profile
from shared.contracts import Role
from shared.contracts.deadlines import DeadlineNear, EscalationRaised
from shared.contracts.intake import DialogueAnnounced, DialogueHeld, RegistrantExcused
from shared.contracts.routing import AnswerApproved, QuestionRedirected
from shared.contracts.taxonomy import Scope
from tests.builders import (
    DIALOGUE,
    NOW,
    QUESTION,
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

PROFILE = read_profile(PROFILES / "thanh-tri.yaml")
BASE = "https://doithoai.thanhtri.example"
ADDRESS = registrant().address
PHONE = registrant().phone


def a_form(known=True, **changes):
    """Acknowledged; `known`: notify has heard of the dialogue."""
    dialogue, _ = rules.keep_dialogue(None, of_dialogue(DialogueAnnounced))
    return rules.acknowledge(None, submission_received(**changes), NOW, dialogue.conference if known else None)[0]


def an_answered_form(**changes):
    state, _ = rules.note_answer(a_form(**changes), of_question(AnswerApproved), NOW)
    state, _ = rules.note_excuse(state, of_attendance(RegistrantExcused), NOW)
    return rules.close_dialogue(state, of_dialogue(DialogueHeld), NOW)[0]


def mail_of(state, message=None, now=NOW):
    """As the receiver's program reads it from the wire."""
    sent = render_mail(state, message or state.messages[-1], PROFILE, base_url=BASE, now=now)
    return message_from_bytes(bytes(sent), policy=default)


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
    assert mail["Subject"] == "Đã tiếp nhận Phiếu đăng ký đối thoại, mã K7QX-3M9D"
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


def test_an_answer_quotes_the_question_and_names_its_department():
    mail = mail_of(an_answered_form())
    for part in both_parts(mail):
        for words in (
            "Vì lý do khách quan, ông/bà không tham dự " + TITLE,
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


def test_guidance_on_a_denunciation_names_neither_the_person_nor_the_matter():
    state, _ = rules.guide(a_form(), of_question(QuestionRedirected, scope=Scope.DENUNCIATION), NOW)
    mail = mail_of(state)
    for part in [*both_parts(mail), str(mail["To"]), mail["Subject"]]:
        assert "Mai" not in part
        assert "giấy khai sinh" not in part
    assert mail["To"].addresses[0].addr_spec == "mai@nguoidan.example"


class TestStaff:
    def reminded(self):
        return rules.remind(a_form(), of_deadline(DeadlineNear), ["quan@xa.example", "b@xa.example"], NOW)[0]

    def test_are_told_which_work_is_due_when_and_whose_it_is(self):
        mail = mail_of(self.reminded())
        assert [to.addr_spec for to in mail["To"].addresses] == ["quan@xa.example", "b@xa.example"]
        assert mail["Subject"] == "Nhắc việc: soạn câu trả lời, phiếu K7QX-3M9D, câu hỏi 1, hạn 17:00 ngày 28/04/2026"
        for part in both_parts(mail):
            assert "Trung tâm Phục vụ hành chính công" in part
            assert "17:00 ngày 28/04/2026" in part

    @pytest.mark.parametrize(
        ("step", "to", "words"),
        [
            (1, Role.OFFICER, "công chức được giao là người trực tiếp thực hiện"),
            (2, Role.OFFICE_HEAD, "Chánh Văn phòng theo bước 2"),
            (3, Role.CHAIRMAN, "Chủ tịch UBND xã Thanh Trì theo bước 3"),
        ],
    )
    def test_are_told_why_a_missed_term_comes_to_them(self, step, to, words):
        raised = of_deadline(EscalationRaised, step=step, to=to)
        for part in both_parts(mail_of(rules.escalate(a_form(), raised, ["a@xa.example"], NOW)[0])):
            assert words in part

    def test_are_told_nothing_of_the_citizen(self):
        for state in (
            self.reminded(),
            rules.escalate(a_form(), of_deadline(EscalationRaised), ["a@xa.example"], NOW)[0],
        ):
            wire = " ".join([*both_parts(mail_of(state)), str(mail_of(state))])
            for secret in ("Mai", ADDRESS, PHONE, "nguoidan", "giấy khai sinh"):
                assert secret not in wire

    def test_are_told_of_a_dialogue_by_its_title(self):
        near = of_deadline(DeadlineNear, case=DIALOGUE, about=DIALOGUE, rule="conclusion-notice", department=None)
        dialogue, _ = rules.keep_dialogue(None, of_dialogue(DialogueAnnounced))
        text = text_of(mail_of(rules.remind(dialogue, near, ["a@xa.example"], NOW)[0]))
        assert TITLE in text
        assert "Văn phòng HĐND và UBND" in text
        assert "gia hạn" not in text

    def test_are_told_the_case_when_its_form_is_not_here_yet(self):
        state, _ = rules.remind(None, of_deadline(DeadlineNear), ["a@xa.example"], NOW)
        assert f"Mã hồ sơ {QUESTION}" in text_of(mail_of(state))


def test_the_envelope():
    state = a_form()
    mail = mail_of(state, now=datetime(2026, 4, 20, 17, 30, tzinfo=UTC))
    assert mail["Message-ID"] == f"<{SUBMISSION}.receipt@hanoi.gov.vn>" == message_id(state.messages[0], PROFILE)
    assert mail["Date"].datetime == datetime(2026, 4, 21, 0, 30, tzinfo=timezone(timedelta(hours=7)))
    [sender] = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("UBND xã Thanh Trì", "vanthu_thanhtri@hanoi.gov.vn")
    assert mail["Reply-To"] == "vanthu_thanhtri@hanoi.gov.vn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "vi"
    assert mail["To"].addresses[0].display_name == "Nguyễn Thị Mai"


def test_the_longest_message_id_is_not_folded_or_encoded():
    near = of_deadline(
        EscalationRaised, case="01JZ8K2M3N4P5Q6R7S8T9V0W1X", about="01JZ8K2M3N4P5Q6R7S8T9V0W1X-20", step=3
    )
    state, _ = rules.escalate(None, near, ["a@xa.example"], NOW)
    wire = bytes(render_mail(state, state.messages[0], PROFILE, base_url=BASE, now=NOW))
    assert re.search(rb"^Message-ID:\s+<[A-Za-z0-9.-]+@hanoi\.gov\.vn>\r$", wire, re.MULTILINE)


def test_the_same_message_is_the_same_bytes():
    state = an_answered_form()
    first, second = (bytes(render_mail(state, state.messages[-1], PROFILE, base_url=BASE, now=NOW)) for _ in range(2))
    assert first == second


def test_on_the_wire_there_is_only_ascii_in_short_lines():
    state, _ = rules.note_answer(a_form(on_time=False), of_question(AnswerApproved, text="dài " * 12_000), NOW)
    wire = bytes(render_mail(state, state.messages[-1], PROFILE, base_url=BASE, now=NOW))
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
    wire = bytes(render_mail(state, state.messages[0], PROFILE, base_url=BASE, now=NOW))
    assert on_the_wire.encode() in wire


@pytest.mark.parametrize("email", ["maí@nguoidan.example", "mai\x00@nguoidan.example", "mai@a..example", "mai@[::1].x"])
def test_an_address_that_no_server_would_take_is_said_to_be_one(email):
    state = a_form(registrant=registrant(email=email))
    with pytest.raises(CannotMail, match="Không gửi được"):
        mail_of(state)


def test_a_value_that_a_template_lacks_is_an_error():
    state = a_form()
    with pytest.raises(UndefinedError):
        mail_of(state, replace(state.messages[0], kind="answer"))


def test_organisations_are_not_called_ong_ba():
    for part in both_parts(mail_of(a_form(registrant=registrant(name="Hợp tác xã Dịch vụ Nội Am")))):
        assert "Kính gửi Hợp tác xã Dịch vụ Nội Am," in part
        assert "quý đơn vị" in part
        assert "ông/bà" not in part.lower()
