"""Reports of mail servers in the styles there are: which mail each is about, and what became of it."""

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.mailbox.reception import read
from services.intake.reading.delivery_reports import report_in
from services.intake.reading.server_words import MOST_SAID
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
from tests.mail_samples import OFFICE, a_mail

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
        (report(group(said=UNKNOWN)), "failed", "5.1.1", "550 5.1.1 …: Recipient address rejected: User", "Postfix"),
        (
            report(group(action="delayed", status="4.4.1", said="X-Postfix; connect to mx.example: timed out")),
            "delayed",
            "4.4.1",
            "connect to mx.example: timed out",
            "Postfix, after some hours",
        ),
        (
            report(group(action="failed", status="4.4.1", said="X-Postfix; connect to mx.example: timed out")),
            "failed",
            "4.4.1",
            "connect to mx.example: timed out",
            "Postfix, after five days: a status of the kind that passes, and the end all the same",
        ),
        (report(group(said=UNKNOWN), copied_as="text/rfc822-headers"), "failed", "5.1.1", "550", "the head alone"),
        (
            report(group(status="5.0.0"), words=EXIM, sender="Mail Delivery System <Mailer-Daemon@mx.example>"),
            "failed",
            "5.0.0",
            "550 5.1.1 no mailbox by that name is currently available",
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
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
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
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
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
            "550-5.1.1 The email account that you tried to reach does not exist.",
            "Gmail",
        ),
        (report(group(status="5.2.2"), words=ZIMBRA), "failed", "5.2.2", "…: host mail.nguoidan", "Zimbra: it is full"),
        (
            report(group(status="5.2.2", said="SMTP; 552 5.2.2 Mailbox full"), words=SENDMAIL),
            "failed",
            "5.2.2",
            "552 5.2.2 Mailbox full",
            "Sendmail",
        ),
        (
            report(group(to="x@y.example", action="relayed", status="2.0.0"), group(said=UNKNOWN)),
            "failed",
            "5.1.1",
            "550",
            "of several receivers one was lost",
        ),
        (
            report(group(action="delayed", status="4.2.2", said=SECOND), group(said=UNKNOWN)),
            "failed",
            "5.1.1",
            "550",
            "late for one, lost for the other",
        ),
        (
            report("Final-Recipient: rfc822; a@b.example\nStatus: 5.7.1 (refused)\n"),
            "failed",
            "5.7.1",
            "…: host",
            "no action is told: the status means it",
        ),
        (
            report(group(action="FAILED (gave up)", said=UNKNOWN)),
            "failed",
            "5.1.1",
            "550",
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
            "550",
            "an address in Vietnamese letters (RFC 6533)",
        ),
        (
            report(group(said=UNKNOWN), copy=f"{our_mail().replace('Message-ID: ', 'Message-Id:' + chr(10) + ' ')}"),
            "failed",
            "5.1.1",
            "550",
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
            "550",
            "a copy in base64, against RFC 2046",
        ),
        (
            report(group(said=UNKNOWN), copy="x", head=f"In-Reply-To: {OURS}\n"),
            "failed",
            "5.1.1",
            "550",
            "nothing is returned: it answers our mail",
        ),
        (in_words(QMAIL, copy=COPY), "failed", "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)", "qmail"),
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
            "<mx.nguoidan.example #5.1.1>",
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
            in_words(HTML, copy="<pre>x</pre>", html=True, head=f"In-Reply-To: {OURS}\r\n"),
            "failed",
            "5.7.1",
            "554",
            "HTML",
        ),
        (
            with_copy_attached("Xin xem thư kèm theo.", sender="MAILER-DAEMON@mx.example", subject="?"),
            "failed",
            "",
            "",
            "words that we do not know, from a server that returns our mail",
        ),
        (complaint(), "complained", "", "abuse", "RFC 5965"),
        (complaint("opt-out"), "complained", "", "opt-out", "a list's way to say it"),
    ],
)
def test_a_report_says_what_became_of_which_mail(mail, action, status, said, because):
    found = report_in(mail, OFFICE)
    assert found is not None, because
    assert (found.notification, found.action, found.status) == (NOTIFICATION, action, status), because
    assert found.said.startswith(said), (because, found.said)
    assert bool(found.said) == bool(said), because
    assert read(mail, OFFICE).kind == "bounce", because


OTHERS = our_mail("<01JZ8K2M3N4P5Q6R7S8T9V0W1X.answer.1@x.example>")


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (report(group(said=UNKNOWN), copy=OTHERS), "another domain's Message-ID"),
        (report(group(said=UNKNOWN), copy=our_mail("<r1@hanoi.gov.vn>")), "a mail that a person of the office wrote"),
        (report(group(said=UNKNOWN), copy="Subject: x\n\nx"), "no Message-ID: what it referred to is not it"),
        (
            report(group(said=UNKNOWN), copy=f"References: {OURS}\nMessage-ID: <x@y.example>\n\nx"),
            "an answer to our mail, that was returned",
        ),
        (
            report(group(said=UNKNOWN), copy=our_mail(f"<{'a.' * 120}b@hanoi.gov.vn>")),
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


@pytest.mark.parametrize(
    "said",
    [
        f"smtp; 550 5.1.1 <{RECEIVER}>... User unknown",
        "smtp; 550 no such user: man.nguyen",
        "smtp; 550 'MAN.NGUYEN' is not a mailbox here",
        "smtp; 554 rejected (mailto:man.nguyen@nguoidan.example), bounce+man.nguyen=nguoidan.example@hanoi.gov.vn",
        'smtp; 550 5.1.1 "Mận Nguyễn" <man.nguyen@nguoidan.example> unknown',
    ],
)
def test_what_a_server_says_is_repeated_without_addresses(said):
    found = report_in(report(group(said=said)), OFFICE)
    assert found is not None
    assert found.said.startswith("55")
    for secret in ("@", "man.nguyen", "nguoidan.example"):
        assert secret not in found.said.lower()


def test_what_a_server_says_is_one_short_line_of_nfc():
    said = "smtp; 550 Ho\u0302\u0323p thu\u031b\u0300  \x07không\u202e có " + "dài " * 500
    found = report_in(report(group(said=said)), OFFICE)
    assert found is not None
    assert found.said.startswith("550 Hộp thừ không có dài dài")
    assert len(found.said) <= MOST_SAID
    assert found.said.isprintable()


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
    ],
)
def test_a_huge_report_is_read_soon_or_not_at_all(mail, because):
    begun = time.process_time()
    report_in(mail, OFFICE)
    assert time.process_time() - begun < 5, because


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
    ours = our_mail(f"<{NOTIFICATION}@{domain.encode('idna').decode()}>")
    assert report_in(report(group(said=UNKNOWN), copy=ours), f"vanthu@{domain}") is not None
