"""What a mail is, whose own words are in it, and that no bytes whatever stop the reading."""

import email.policy
from email.message import EmailMessage
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.mailbox.reception import identified, read
from services.intake.reading.drafts import draft_of, phone_in
from services.intake.reading.mail_kinds import codes_named, news_declined
from services.intake.reading.mails import Mail, glance, read_mail
from services.intake.reading.quotations import own_words
from tests.delivery_samples import complaint
from tests.mail_samples import OFFICE, PICTURE, SENDER, a_bounce, a_mail, as_docx, filled, malformed

CASE = "01JZ8K2M3N4P5Q6R7S8T9V0W1X"
OURS = f"<{CASE}.receipt@hanoi.gov.vn>"
ABOVE = "Xin cảm ơn xã, tôi sẽ đến."


def kind(mail) -> str:
    return read(bytes(mail), OFFICE).kind


@pytest.mark.parametrize(
    ("mail", "expected", "because"),
    [
        (a_mail(filled()), "form", "a form"),
        (a_mail(filled(name="")), "form", "a form that lacks a name is one for the clerk"),
        (a_mail("Đường thôn tôi hỏng."), "no-form", "words of a citizen"),
        (a_mail(""), "no-form", "nothing"),
        (a_bounce(), "bounce", "RFC 3464, though our own mail with a form is in it"),
        (a_mail("x", sender="MAILER-DAEMON@mx.example"), "bounce", "an old mail server"),
        (a_mail("x", sender="postmaster@x.example", subject="Undeliverable: Phiếu"), "bounce", "Exchange"),
        (a_mail("Xin cấp hộp thư.", sender="postmaster@x.example"), "no-form", "a postmaster writes, too"),
        (a_mail("x", Return_Path="<>"), "bounce", "nobody to answer to"),
        (a_mail(filled(), Return_Path="<>"), "form", "but a form in it"),
        (a_mail(filled(), Auto_Submitted="auto-replied"), "automatic-reply", "it quotes the form it answers"),
        (a_mail("x", Auto_Submitted="auto-generated"), "automatic-reply", "RFC 3834"),
        (a_mail("x", Auto_Submitted="no"), "no-form", "RFC 3834: a person"),
        (a_mail(filled(), Auto_Submitted="auto-generated"), "form", "a scanner sends forms"),
        (a_mail("x", X_Autoreply="yes"), "automatic-reply", "an old responder"),
        (a_mail("x", Precedence="auto_reply"), "automatic-reply", "an older one"),
        (a_mail("x", subject="Automatic reply: Phiếu"), "automatic-reply", "Exchange, in English"),
        (a_mail("x", subject="Thư trả lời tự động"), "automatic-reply", "in Vietnamese"),
        (a_mail("x", subject="tu dong tra loi: vang mat"), "automatic-reply", "without diacritics"),
        (a_mail("Tôi vắng mặt.", subject="Báo vắng mặt hội nghị"), "no-form", "a citizen excuses himself"),
        (a_mail("x", List_Unsubscribe="<mailto:a@b.example>"), "newsletter", "RFC 2369"),
        (a_mail("x", Precedence="bulk"), "newsletter", "by its precedence"),
        (a_mail(filled(), List_Id="<thon.x.example>"), "form", "a hamlet's list carries forms"),
        (a_mail("Cảm ơn.", In_Reply_To=OURS), "reply", "to our mail"),
        (a_mail("Cảm ơn.", References=f"<x@y> {OURS} <z@y>"), "reply", "to our mail, further up"),
        (a_mail("Cảm ơn.", In_Reply_To=f"<{CASE}.extension.1.20260420T023000123@h.vn>"), "reply", "with an instant"),
        (complaint(), "bounce", "RFC 5965: its receiver did not want our mail"),
        (a_mail("Cảm ơn.", In_Reply_To="<ban@x.example>"), "no-form", "to somebody else's mail"),
        (a_mail("Cảm ơn.", subject="Phiếu K7QX-3M9M"), "reply", "with a receipt code"),
        (a_mail("Cảm ơn.", subject="Phiếu K7QX-3M9D"), "no-form", "that is no code of ours: it does not check"),
        (a_mail(filled(), In_Reply_To=OURS), "form", "a filled form in his own words"),
        (a_mail(filled(name=""), In_Reply_To=OURS), "reply", "what is no complete form stays with the thread"),
        (a_mail("\n".join(f"> {line}" for line in filled().splitlines()), In_Reply_To=OURS), "reply", "a quotation"),
        (a_mail("Đây ạ.", In_Reply_To=OURS, files=[("p.docx", as_docx(filled()))]), "form", "a form attached"),
    ],
)
def test_a_mail_is_known_for_what_it_is(mail, expected, because):
    assert kind(mail) == expected, because


@pytest.mark.parametrize(
    ("text", "own", "because"),
    [
        (f"{ABOVE}\n\nVào 09:12, 20 thg 4, 2026, UBND xã <a@b.vn> đã viết:\n> Mã phiếu", ABOVE, "Gmail"),
        (f"{ABOVE}\n\nVào Th 2, 20 thg 4, 2026 vào lúc 09:12 UBND xã\n<a@b.vn> đã viết:\n\n> Mã", ABOVE, "broken line"),
        (f"{ABOVE}\n\nOn Mon, 20 Apr 2026 at 09:12, UBND <a@b.vn> wrote:\n> Mã phiếu", ABOVE, "in English"),
        (f"{ABOVE}\n\n-----Original Message-----\nFrom: UBND\nMã phiếu", ABOVE, "Outlook"),
        (f"{ABOVE}\n\n________________________________\nTừ: UBND\nĐã gửi: 20/04", ABOVE, "Outlook on the web"),
        (f"{ABOVE}\n\nFrom: UBND <a@b.vn>\nSent: Monday\nTo: Mận\nMã phiếu", ABOVE, "Outlook without a line"),
        (f"{ABOVE}\n-- \nMận\nCông ty X", ABOVE, "a signature"),
        (f"{ABOVE}\n\nĐược gửi từ iPhone của tôi", ABOVE, "a telephone's"),
        (f"UBND xã <a@b.vn> đã viết:\n> Mã phiếu\n> ABC\n\n{ABOVE}", ABOVE, "below the quotation"),
        (f"> Ông/bà có đến không?\n{ABOVE}\n> Mang gì?\nTôi mang giấy hẹn.", f"{ABOVE}\nTôi mang giấy hẹn.", "between"),
        ("> chỉ trích dẫn", "", "nothing of his own"),
        ("Từ: năm 2020 đến nay\nđường chưa sửa.", "Từ: năm 2020 đến nay\nđường chưa sửa.", "words like a head's"),
    ],
)
def test_own_words_are_without_the_quotation_and_the_signature(text, own, because):
    assert own_words(text) == own, because


def test_who_wrote_a_forwarded_mail_is_answered():
    text = f"---------- Forwarded message ---------\nTừ: Bà An <an@x.example>\nDate: hôm qua\n\n{filled()}"
    [form] = read(bytes(a_mail(text, sender="truongthon@x.example", subject="Fwd: phiếu")), OFFICE).found.forms
    assert form.registrant.email == "an@x.example"


def test_the_commune_itself_is_nobodys_address():
    [form] = read(bytes(a_mail(filled(), sender=OFFICE)), OFFICE).found.forms
    assert form.registrant.email is None


@pytest.mark.parametrize(
    ("mail", "expected", "because"),
    [
        (a_mail(filled(), sender=OFFICE, Message_ID=OURS), "automatic-reply", "we wrote it"),
        (a_mail(filled(), sender=OFFICE.upper(), Auto_Submitted="auto-generated"), "automatic-reply", "as ours say"),
        (a_mail("Cảm ơn.", sender=OFFICE, In_Reply_To=OURS), "reply", "a clerk writes"),
        (a_mail(filled(), sender=OFFICE), "form", "and sends forms on"),
        (a_mail(filled(), Message_ID=OURS), "form", "somebody else's mail, whatever it calls itself"),
    ],
)
def test_a_mail_of_our_own_that_comes_back_is_no_form(mail, expected, because):
    assert kind(mail) == expected, because


def test_a_form_in_the_body_and_attached_is_one_with_all_that_either_asks():
    attached = as_docx(filled(question="Xã có làm hộ chiếu không?"))
    [form] = read(bytes(a_mail(filled(), files=[("p.docx", attached)])), OFFICE).found.forms
    assert [matter.text for matter in form.matters] == [
        "Đổi giấy phép xây dựng ở đâu?",
        "Hồ sơ đất đai của tôi quá hẹn một tháng, bao giờ có kết quả?",
        "Xã có làm hộ chiếu không?",
    ]


def test_what_is_no_complete_form_begins_what_a_clerk_keys_in():
    mail = read_mail(bytes(a_mail(filled(name=""), files=[("anh.jpg", PICTURE)])))
    draft = draft_of(mail, OFFICE)
    assert (draft.name, draft.phone, draft.email, draft.address) == ("", "0952345678", SENDER, "Số 12, thôn Nội")
    assert [matter.section for matter in draft.matters] == ["procedures", "handling"]
    assert draft.files == ("anh.jpg",)
    plain = draft_of(read_mail(bytes(a_mail("Ngõ nhà tôi ngập."))), OFFICE)
    assert [matter.text for matter in plain.matters] == ["Ngõ nhà tôi ngập."]


@pytest.mark.parametrize(
    ("subject", "codes", "because"),
    [
        ("Re: Phiếu K7QX-3M9M của tôi", ["K7QX-3M9M"], "as it was given out"),
        ("phieu k7qx-3m9m", ["K7QX-3M9M"], "in small letters"),
        ("Phiếu K7QX–3M9M", ["K7QX-3M9M"], "with the dash that Word makes of it"),
        ("Phiếu K7QX3M9M", [], "eight letters may be a word"),
        ("Số AK7QX-3M9MB", [], "part of something longer"),
    ],
)
def test_a_receipt_code_is_found_in_a_subject(subject, codes, because):
    assert codes_named(Mail(subject=subject)) == codes, because


def test_a_mail_as_great_as_servers_take_is_read():
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["Subject"] = SENDER, "Phiếu"
    mail.set_content(filled())
    mail.add_attachment(bytes(17 * 1024 * 1024), maintype="image", subtype="jpeg", filename="anh.jpg")
    assert kind(mail) == "form"


# --- whatever comes ---------------------------------------------------------------------------------------------------

SAMPLES = [
    bytes(a_mail(filled(), html="<b>x</b>", files=[("p.docx", as_docx(filled()))], In_Reply_To=OURS)),
    bytes(a_mail("Chuyển.", forwarded=a_mail(filled()))),
    a_bounce(),
    *islice(malformed(), 14),
]
HEADERS = st.sampled_from(
    ["From", "Subject", "Message-ID", "References", "In-Reply-To", "Content-Type", "Auto-Submitted", "Return-Path",
     "Content-Transfer-Encoding", "Content-Disposition", "Precedence", "List-Id"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.binary(max_size=2_000), name=HEADERS, value=st.binary(max_size=200))
def test_no_bytes_stop_the_reading(data, name, value):
    _read_all(data)
    _read_all(name.encode() + b": " + value + b"\r\n\r\n" + data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sample=st.sampled_from(SAMPLES), at=st.floats(0, 1), junk=st.binary(max_size=40), cut=st.integers(0, 300))
def test_no_damage_stops_the_reading(sample, at, junk, cut):
    place = int(at * len(sample))
    _read_all(sample[:place] + junk + sample[place + cut :])


def _read_all(data: bytes) -> None:
    reading = read(data, OFFICE)
    assert reading.mail.subject == " ".join(reading.mail.subject.split())
    assert reading.mail.sender is None or "@" in reading.mail.sender
    draft_of(reading.mail, OFFICE)
    assert isinstance(glance(data), Mail)
    assert len(identified("thanh-tri", data)) == 26


@pytest.mark.parametrize(
    ("text", "phone", "because"),
    [
        ("Tôi ở ngõ 5, thôn Nội, số điện thoại 0951 234 070. Cảm ơn xã.", "0951234070", "within a sentence"),
        ("gọi +84 95.123.40-70 nhé", "+84951234070", "with the country, in groups"),
        ("Hồ sơ số 012345678901 nộp ngày 12/05/2026, lệ phí 50.000 đồng", None, "a longer number, a day, an amount"),
        ("ĐT 0912345678 hoặc 0987654321", "0912345678", "the first of two"),
    ],
)
def test_a_telephone_number_is_found_in_plain_words(text: str, phone: str | None, because: str) -> None:
    assert phone_in(text) == phone, because


@pytest.mark.parametrize(
    ("subject", "code", "because"),
    [
        ("Ngừng nhận tin K7QX-3M9M", "K7QX-3M9M", "as our mails ask for it"),
        ("RE: Fwd: ngung nhan tin k7qx-3m9m", "K7QX-3M9M", "answered, forwarded, without diacritics"),
        ("Ngừng nhận tin K7QX-3M9D", None, "no code of ours"),
        ("Ngừng nhận tin", None, "of which form?"),
        ("Xin đừng ngừng nhận tin K7QX-3M9M", None, "something else"),
        ("Ngừng nhận tiền K7QX-3M9M", None, "money"),
    ],
)
def test_the_subject_says_that_news_is_declined(subject, code, because):
    assert news_declined(read_mail(bytes(a_mail("", subject=subject)))) == code, because
