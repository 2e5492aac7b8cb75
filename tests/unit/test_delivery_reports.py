"""Reports of mail servers in the styles there are: which mail each is about, and what became of it."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.mailbox.reception import read
from services.intake.reading.delivery_reports import report_in
from services.intake.reading.server_words import meaning
from shared.addresses import fingerprint
from tests.delivery_samples import (
    NOTIFICATION,
    OURS,
    RECEIPT,
    RECEIVER,
    complaint,
    group,
    in_words,
    our_mail,
    report,
    with_copy_attached,
)
from tests.effort import calls
from tests.mail_samples import OFFICE, a_mail
from tests.message_ids import IDS, ours

UNKNOWN = f"smtp; 550 5.1.1 <{RECEIVER}>: Recipient address rejected: User unknown"
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
    f"delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
    f"  {RECEIVER}\n    host mx.nguoidan.example [203.0.113.7]\n    SMTP error from remote mail server after RCPT "
    f"TO:<{RECEIVER}>:\n    550 5.1.1 no mailbox by that name is currently available\n"
)
EXIM_LATE = (
    "This message was created automatically by mail delivery software.\nA message that you sent has not yet been "
    "delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.\n\nNo action is "
    f"required on your part. Delivery attempts will continue for\nsome time.\n\n  {RECEIVER}\n    Delay reason: "
    "connection timed out\n"
)
QMAIL = (
    "Hi. This is the qmail-send program at mx.nguoidan.example.\nI'm afraid I wasn't able to deliver your message to "
    "the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    f"<{RECEIVER}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n"
)
COPY = f"Return-Path: <{OFFICE}>\n{our_mail()}\nXin xem câu trả lời."
SENDMAIL = (
    "The original message was received at Mon, 20 Apr 2026 09:30:00 +0700\nfrom mx.hanoi.gov.vn\n\n   ----- The "
    f"following addresses had permanent fatal errors -----\n<{RECEIVER}>\n    (reason: 552 5.2.2 Mailbox full)\n\n   "
    "----- Transcript of session follows -----\n... while talking to mx.nguoidan.example.:\n>>> DATA\n<<< 552 5.2.2 "
    "Mailbox full\n"
)
EXCHANGE = (
    f"Delivery has failed to these recipients or groups:\n\nmận ({RECEIVER})\nThe email address you entered "
    "couldn't be found. Please check the recipient's email address.\n\nDiagnostic information for administrators:\n"
    f"Generating server: EX01.nguoidan.example\n{RECEIVER}\nRemote Server returned '550 5.1.10 "
    "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n"
)
EXCHANGE_VI = (
    f"Không gửi được thư đến những người nhận hoặc nhóm này:\n\n{RECEIVER}\nKhông tìm thấy địa chỉ email bạn đã nhập. "
    "Vui lòng kiểm tra lại địa chỉ.\n\nThông tin chẩn đoán dành cho quản trị viên:\n550 5.1.10 "
    "RESOLVER.ADR.RecipientNotFound\n"
)
EXCHANGE_2003 = (
    "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be "
    f"reached:\n\n      {RECEIVER} on 20/04/2026 09:31\n            The e-mail account does not exist at the "
    f"organization this message was sent to.\n            <mx.nguoidan.example #5.1.1>\n"
)
VIETNAMESE = (
    "Kính gửi quý khách,\n\nHệ thống thư điện tử xin thông báo: thư của quý khách không chuyển được đến người nhận "
    f"{RECEIVER} vì hộp thư không tồn tại.\n\nNội dung thư gốc:\n"
)
VIETNAMESE_LATE = (
    "Hệ thống chưa chuyển được thư của quý khách do máy chủ người nhận tạm thời không phản hồi và sẽ tiếp tục thử lại "
    "trong 72 giờ.\n\nNội dung thư gốc:\n"
)
GMAIL = (
    f"** Address not found **\n\nYour message wasn't delivered to {RECEIVER} because the address couldn't be found, "
    "or is unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account that you "
    "tried to reach does not exist.\n"
)
ZIMBRA = (
    "This is the mail system at host mail.nguoidan.example.\n\nI'm sorry to have to inform you that your message could "
    f"not\nbe delivered to one or more recipients.\n\n<{RECEIVER}>: "
    "host mail.nguoidan.example[10.0.0.5] said: 452 4.2.2 "
    "Over\n    quota (in reply to end of DATA command)\n"
)
HTML = (
    f"<html><body><p>Delivery to <b>{RECEIVER}</b> failed permanently.</p><pre>554 5.7.1 Message rejected as spam"
    "</pre></body></html>"
)
SECOND = "smtp; 452 4.2.2 mailbox full"


@pytest.mark.parametrize(
    ("mail", "action", "status", "said", "because"),
    [
        (report(group(said=UNKNOWN)), "failed", "5.1.1", "không có địa chỉ thư này", "Postfix"),
        (
            report(group(action="delayed", status="4.4.1", said="X-Postfix; connect to mx.example: timed out")),
            "delayed",
            "4.4.1",
            "không kết nối được với máy chủ nhận",
            "Postfix, after some hours",
        ),
        (
            report(group(action="failed", status="4.4.1", said="X-Postfix; connect to mx.example: timed out")),
            "failed",
            "4.4.1",
            "không kết nối được với máy chủ nhận",
            "Postfix, after five days: a status of the kind that passes, and the end all the same",
        ),
        (
            report(group(said=UNKNOWN), copied_as="text/rfc822-headers"),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "the head alone",
        ),
        (
            report(group(status="5.0.0"), words=EXIM, sender="Mail Delivery System <Mailer-Daemon@mx.example>"),
            "failed",
            "5.0.0",
            "không có địa chỉ thư này",
            "Exim, which tells the reason to people alone",
        ),
        (
            report(group(action="delayed", status="4.0.0"), words=EXIM_LATE, subject="Warning: message delayed"),
            "delayed",
            "4.0.0",
            "",
            "Exim, after a day",
        ),
        (
            report(
                group(status="5.1.10", said="smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found"),
                words=EXCHANGE,
                sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@nguoidan.example>",
                subject="Undeliverable: Trả lời",
                head=f"In-Reply-To: {OURS}\nReferences: {RECEIPT} {OURS}\nAuto-Submitted: auto-replied\n",
            ),
            "failed",
            "5.1.10",
            "không tìm thấy người nhận",
            "Exchange, in English",
        ),
        (
            report(
                group(status="5.1.10"),
                words=EXCHANGE_VI,
                sender="postmaster@nguoidan.example",
                subject="=?utf-8?b?S2jDtG5nIGfhu61pIMSRxrDhu6Nj?=",
            ),
            "failed",
            "5.1.10",
            "không tìm thấy người nhận",
            "Exchange, in Vietnamese",
        ),
        (
            report(
                group(said="smtp; 550-5.1.1 The email account that you tried to reach does not exist."),
                words=GMAIL,
                sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                subject="Delivery Status Notification (Failure)",
                head=f"In-Reply-To: {OURS}\nReferences: {RECEIPT} {OURS}\nX-Failed-Recipients: {RECEIVER}\n",
            ),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "Gmail",
        ),
        (report(group(status="5.2.2"), words=ZIMBRA), "failed", "5.2.2", "hộp thư của người nhận đã đầy", "Zimbra"),
        (
            report(group(status="5.2.2", said="SMTP; 552 5.2.2 Mailbox full"), words=SENDMAIL),
            "failed",
            "5.2.2",
            "hộp thư của người nhận đã đầy",
            "Sendmail",
        ),
        (
            report(group(to="x@y.example", action="relayed", status="2.0.0"), group(said=UNKNOWN)),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "of several receivers one was lost",
        ),
        (
            report(group(action="delayed", status="4.2.2", said=SECOND), group(said=UNKNOWN)),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "late for one, lost for the other",
        ),
        (
            report("Final-Recipient: rfc822; a@b.example\nStatus: 5.7.1 (refused)\n"),
            "failed",
            "5.7.1",
            "máy chủ nhận từ chối vì lý do an toàn, có thể do coi là thư rác",
            "no action is told: the status means it",
        ),
        (
            report(group(action="FAILED (gave up)", said=UNKNOWN)),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "capitals and a comment (RFC 3464, 2.1.1)",
        ),
        (
            report(
                group(to="mận@nguoidan.example", said=UNKNOWN),
                part="message/global-delivery-status",
                copied_as="message/global",
            ),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "an address in Vietnamese letters (RFC 6533)",
        ),
        (
            report(group(said=UNKNOWN), copy=f"{our_mail().replace('Message-ID: ', 'Message-Id:' + chr(10) + ' ')}"),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "a Message-ID on a line of its own",
        ),
        (
            report(
                group(said=UNKNOWN),
                copied_as="message/rfc822\nContent-Transfer-Encoding: base64",
                copy=base64.encodebytes(our_mail().encode()).decode(),
            ),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "a copy in base64, against RFC 2046",
        ),
        (
            report(group(said=UNKNOWN), copy="x", head=f"In-Reply-To: {OURS}\n"),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "nothing is returned: a report for programs answers our mail",
        ),
        (in_words(QMAIL, copy=COPY), "failed", "5.1.1", "không có địa chỉ thư này", "qmail"),
        (
            in_words(EXIM_LATE, copy=our_mail(), sender="Mailer-Daemon@mx.example", subject="Warning: delayed"),
            "delayed",
            "",
            "",
            "an old Exim",
        ),
        (
            with_copy_attached(EXCHANGE_2003, sender="postmaster@nguoidan.example", subject="Undeliverable: Trả lời"),
            "failed",
            "5.1.1",
            "không có địa chỉ thư này",
            "an old Exchange",
        ),
        (
            with_copy_attached(VIETNAMESE, sender="postmaster@nguoidan.example", subject="Thư không gửi được"),
            "failed",
            "",
            "",
            "in Vietnamese, without any code",
        ),
        (
            with_copy_attached(VIETNAMESE_LATE, sender="postmaster@x.example", subject="Thông báo trạng thái gửi"),
            "delayed",
            "",
            "",
            "in Vietnamese, to be tried again",
        ),
        (in_words(VIETNAMESE, copy=our_mail()), "failed", "", "", "in Vietnamese, the copy below"),
        (
            in_words(VIETNAMESE, copy=f"{our_mail()}\nXin lỗi vì trả lời chậm trễ; 550 5.1.1 là mã hồ sơ."),
            "failed",
            "",
            "",
            "what we wrote ourselves is not what the server says",
        ),
        (
            report(words=HTML, kind="x", part="text/html"),
            "failed",
            "5.7.1",
            "máy chủ nhận từ chối vì lý do an toàn, có thể do coi là thư rác",
            "HTML",
        ),
        (complaint(), "complained", "", "abuse", "RFC 5965"),
        (complaint("opt-out"), "complained", "", "opt-out", "a list's way to say it"),
    ],
)
def test_a_report_says_what_became_of_which_mail(mail, action, status, said, because):
    found = report_in(mail, OFFICE)
    assert found is not None, because
    assert (found.notification, found.action, found.status) == (NOTIFICATION, action, status), because
    assert found.token == IDS.token(NOTIFICATION), because
    assert found.said == said, because
    assert action == "complained" or fingerprint(RECEIVER, found.token) in found.recipients, because
    assert read(mail, OFFICE).kind == "bounce", because


OTHERS = our_mail(ours(NOTIFICATION, "x.example"))


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (report(group(said=UNKNOWN), copy=OTHERS), "another domain's Message-ID"),
        (report(group(said=UNKNOWN), copy=our_mail("<r1@hanoi.gov.vn>")), "a mail that a person of the office wrote"),
        (report(group(said=UNKNOWN), copy=our_mail(f"<{NOTIFICATION}@hanoi.gov.vn>")), "what anybody can work out"),
        (report(group(said=UNKNOWN), copy="Subject: x\n\nx"), "no Message-ID: what it referred to is not it"),
        (
            report(group(said=UNKNOWN), copy=f"References: {OURS}\nMessage-ID: <x@y.example>\n\nx"),
            "an answer to our mail, that was returned",
        ),
        (
            report(group(said=UNKNOWN), copy=our_mail(ours("a." * 120 + "b"))),
            "longer than any id",
        ),
        (report(group(action="relayed", status="2.0.0")), "handed on to a server that reports nothing"),
        (report(group(action="delivered", status="2.0.0")), "it arrived"),
        (report(), "a report of nobody"),
        (
            report("Arrival-Date: today\n", copy=report(group(said=UNKNOWN)).decode()),
            "what stands in the returned mail is no report of ours",
        ),
        (complaint("not-spam"), "it was taken out of the spam again"),
        (complaint("auth-failure"), "somebody forged it (RFC 6591)"),
        (a_mail("Xin cảm ơn xã.", In_Reply_To=OURS), "a citizen answers"),
        (
            a_mail("Tôi vắng mặt; thư không chuyển được cho ai khác.", In_Reply_To=OURS, Return_Path="<>"),
            "his program answers, whatever it says",
        ),
        (
            in_words("Your message was successfully delivered to the recipient.", copy=our_mail(), subject="Receipt"),
            "a receipt",
        ),
        (b"", "nothing"),
        (b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n", "a head alone"),
    ],
)
def test_what_reports_nothing_of_ours_changes_nothing(mail, because):
    assert report_in(bytes(mail), OFFICE) is None, because


MDN = "Final-Recipient: rfc822; man.nguyen@nguoidan.example\nDisposition: manual-action/MDN-sent-manually; displayed\n"
HELD = "Your message is waiting for the approval of a moderator."


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize(
    ("words", "subject", "because"),
    [
        (HELD, "Message held for review", "a moderator looks at it"),
        ("Thư của ông/bà đã đến. Mã 550 -abc", "Thư đã được nhận", "a number that is no refusal"),
        ("gọi số 0900 550 5.1.1 xin gọi anh Nam", "hi", "codes between words that nobody knows"),
        ("Xin xem thư kèm theo.", "?", "words that nobody knows"),
    ],
)
def test_what_only_a_person_can_tell_is_no_failure(words, subject, answers, because):
    head = {"In_Reply_To": OURS} if answers else {}
    copy = "Subject: x\n" if answers else ""
    found = report_in(
        with_copy_attached(words, sender="MAILER-DAEMON@x.example", subject=subject, copy=copy, **head), OFFICE
    )
    assert found is not None, because
    assert (found.notification, found.action) == (NOTIFICATION, None), because


def test_what_answers_a_mail_of_ours_and_returns_nothing_is_no_return_of_it():
    answer = in_words(QMAIL, head=f"In-Reply-To: {OURS}\r\n")
    found = report_in(answer, OFFICE)
    assert found is not None
    assert found.action is None


@pytest.mark.parametrize("head", ["", f"In-Reply-To: {OURS}\n"])
def test_that_a_mail_was_read_is_no_failure(head):
    read_receipt = report(MDN, kind="disposition-notification", sender="MAILER-DAEMON@x.example", head=head)
    assert report_in(read_receipt, OFFICE) is None


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (report(group(to="Man.Nguyen@NguoiDan.example", said=UNKNOWN)), "capitals"),
        (report(group(to="man.moi@khac.example", said=UNKNOWN)), "it was passed on: the copy says to whom it went"),
        (
            report(group(to="x@y.example", Original_Recipient=f"rfc822;{RECEIVER}"), copy=our_mail(to="a@b.example")),
            "RFC 3464, 2.3.1",
        ),
        (in_words(VIETNAMESE, copy=our_mail(to="a@b.example")), "in its words alone"),
    ],
)
def test_a_report_names_whom_the_mail_went_to_without_an_address(mail, because):
    found = report_in(mail, OFFICE)
    assert found is not None, because
    assert fingerprint(RECEIVER, found.token) in found.recipients, because
    assert fingerprint("ai.do@nguoidan.example", found.token) not in found.recipients, because
    assert "@" not in repr(found), because


def test_a_domain_in_vietnamese_letters_is_the_same_in_ascii():
    found = report_in(report(group(to="man@xn--x-8fa.example"), copy=our_mail(to="a@b.example")), OFFICE)
    assert found is not None
    assert fingerprint("MAN@" + b"xn--x-8fa".decode("idna") + ".example", found.token) in found.recipients


@pytest.mark.parametrize(
    "said",
    [
        f"smtp; 550 5.1.1 <{RECEIVER}>... User unknown",
        "smtp; 550 5.1.1 Xin đăng nhập lại tại http://evil.example/login và gọi 0900 000 000 gặp anh Nam",
        "smtp; 550 5.1.1 " + "dài " * 500,
    ],
)
def test_of_what_a_server_says_only_the_meaning_of_its_codes_is_repeated(said):
    found = report_in(report(group(said=said)), OFFICE)
    assert found is not None
    assert found.said == "không có địa chỉ thư này"


@pytest.mark.parametrize(
    ("status", "line", "said"),
    [
        ("", "552 no room", "hộp thư của người nhận đã đầy (552)"),
        ("", "550 no such user: man.nguyen", "máy chủ nhận từ chối thư (550)"),
        ("", "451 try again", "máy chủ nhận tạm thời chưa nhận thư (451)"),
        ("5.0.0", "550 5.2.1 disabled", "hộp thư của người nhận đã bị khóa"),
        ("5.0.0", "550 no", "máy chủ nhận từ chối thư"),
        ("5.7.606", "", "máy chủ nhận từ chối vì lý do an toàn, có thể do coi là thư rác"),
        ("5.9.9", "gọi 0900000000", ""),
        ("", "", ""),
    ],
)
def test_codes_are_told_in_vietnamese(status, line, said):
    assert meaning(status, line) == said


def fields_without_end(kind, last):
    groups = "".join(f"X{number}: a\n" for number in range(32_000)) + last
    return report(groups, kind=kind)


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (report(group(said=UNKNOWN), copy=our_mail() + "\n" + "dòng dài\n" * 500_000), "a copy of 5 MB"),
        (report(*[group(action="delayed", status="4.0.0", said="x") for _ in range(20_000)]), "20,000 receivers"),
        (report(group(said=UNKNOWN + " a" * 100_000)), "a reason without end"),
        (report(group(said=UNKNOWN), words="\n" * 400_000), "an empty page without end"),
        (report(group(said=UNKNOWN), words="<" * 1_000_000), "signs that begin and never end"),
        (in_words("> " * 300_000 + "\n", copy=our_mail()), "a quotation without end"),
        (in_words(QMAIL + "message-id: <" * 100_000, copy=our_mail()), "Message-IDs without end"),
        (in_words("delivery to " * 60_000, copy=our_mail()), "the same words for ever"),
        (report(group(said="smtp; " + "a@" * 50_000)), "an address without end"),
        (fields_without_end("delivery-status", group(said=UNKNOWN)), "32,000 fields"),
        (fields_without_end("global-delivery-status", group(said=UNKNOWN)), "the same, of another kind"),
        (fields_without_end("feedback-report", "Feedback-Type: abuse\n"), "the same, in a complaint"),
        (report(*[group(said=UNKNOWN + " a" * 9_000)] * 100), "a hundred long reasons"),
        (
            in_words(QMAIL, copy=our_mail(), head=f"X-Failed-Recipients: {'a@b.vn,' * 50_000}\r\n"),
            "receivers without end",
        ),
    ],
)
def test_a_huge_report_is_read_soon_or_not_at_all(mail, because):
    """Of a short one it is some 6,000 calls."""
    assert calls(lambda: report_in(mail, OFFICE)) < 3_000_000, because


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2_000), st.sampled_from(["", "x", "\r\n\r\n"]))
def test_no_bytes_stop_the_reading(junk, place, more):
    whole = report(group(said=UNKNOWN))
    report_in(whole[:place] + junk + more.encode() + whole[place:], OFFICE)


@pytest.mark.parametrize("office", ["", "x", "xã@thanh.trì.vn", "a@" + "b" * 300])
def test_whatever_the_offices_address_a_report_is_none_of_its_own(office):
    assert report_in(report(group(said=UNKNOWN)), office) is None


def test_the_domain_may_have_vietnamese_letters():
    domain = "xãthanhtrì.example"
    mine = our_mail(ours(NOTIFICATION, domain.encode("idna").decode()))
    assert report_in(report(group(said=UNKNOWN), copy=mine), f"vanthu@{domain}") is not None
