"""What mail servers send back, each in its own way. Names and addresses are made up."""

import base64
import email.policy
from email.message import EmailMessage

from tests.mail_samples import OFFICE
from tests.message_ids import ours

NOTIFICATION = "01JZ8K2M3N4P5Q6R7S8T9V0W1X.answer.1"
OURS = ours(NOTIFICATION)
RECEIPT = ours("01JZ8K2M3N4P5Q6R7S8T9V0W1X.receipt")
RECEIVER = "man.nguyen@nguoidan.example"
POSTFIX = """This is the mail system at host mx.hanoi.gov.vn.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<man.nguyen@nguoidan.example>: host mx.nguoidan.example[203.0.113.7] said: 550 5.1.1
    <man.nguyen@nguoidan.example>: Recipient address rejected: User unknown (in reply to RCPT TO command)
"""


def our_mail(id: str = OURS, to: str = RECEIVER) -> str:
    """As it was sent: it answers the receipt, whose Message-ID must not be taken for its own."""
    return (
        f"Received: by mx.hanoi.gov.vn; Mon, 20 Apr 2026 09:30:01 +0700\nMessage-ID: {id}\n"
        f"Date: Mon, 20 Apr 2026 09:30:00 +0700\nFrom: UBND <{OFFICE}>\nTo: {to}\n"
        f"In-Reply-To: {RECEIPT}\nReferences: {RECEIPT}\nSubject: =?utf-8?b?VHLhuqMgbOG7nWk=?=\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    )


def group(to: str = RECEIVER, action: str = "failed", status: str = "5.1.1", said: str = "", **more: str) -> str:
    """One receiver of a report."""
    fields = {"Final-Recipient": f"rfc822; {to}", "Action": action, "Status": status, "Diagnostic-Code": said}
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)


def report(
    *groups: str,
    words: str = POSTFIX,
    copy: str = "",
    copied_as: str = "message/rfc822",
    kind: str = "delivery-status",
    part: str = "",
    sender: str = "MAILER-DAEMON@mx.hanoi.gov.vn (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    charset: str = "utf-8",
    head: str = "",
) -> bytes:
    """A `multipart/report`. copy: what is returned; empty for our mail. part: the type of the report's second part."""
    returned = copy or our_mail() + "\nXin xem câu trả lời."
    text = (
        f"Return-Path: <>\nFrom: {sender}\nTo: {OFFICE}\nSubject: {subject}\nMessage-ID: <r1@mx.example>\n{head}"
        f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="b/1"\n\n'
        f"--b/1\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n{words}\n"
        f"--b/1\nContent-Type: {part or f'message/{kind}'}\n\n"
        f"{'' if kind == 'feedback-report' else 'Reporting-MTA: dns; mx.hanoi.gov.vn' + chr(10) * 2}"
        + "\n".join(groups)
        + f"\n--b/1\nContent-Type: {copied_as}\n\n{returned}\n--b/1--\n"
    )
    return text.replace("\n", "\r\n").encode(charset)


def in_words(
    text: str,
    *,
    sender: str = "MAILER-DAEMON@mx.example",
    subject: str = "failure notice",
    copy: str = "",
    html: bool = False,
    head: str = "",
) -> bytes:
    """A report for people alone, with the copy below it."""
    body = f"{text}\n\n{copy}" if copy else text
    return (
        f"Return-Path: <>\r\nFrom: {sender}\r\nTo: {OFFICE}\r\nSubject: {subject}\r\n{head}MIME-Version: 1.0\r\n"
        f"Content-Type: text/{'html' if html else 'plain'}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.encodebytes(body.encode()).decode()}"
    ).encode()


def with_copy_attached(text: str, *, sender: str, subject: str, copy: str = "", **headers: str) -> bytes:
    """What old Exchange servers write: words, and the mail beside them as it was."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, OFFICE, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    mail.add_attachment(email.message_from_string((copy or our_mail()) + "\nx", policy=email.policy.default))
    return bytes(mail)


def complaint(kind: str = "abuse") -> bytes:
    """RFC 5965, as providers send it to whom they know."""
    return report(
        f"Feedback-Type: {kind}\nUser-Agent: Feedback/1.0\nVersion: 1\nOriginal-Rcpt-To: {RECEIVER}\n",
        kind="feedback-report",
        words="This is an email abuse report for an email message received from IP 203.0.113.9.",
        sender="feedback@fbl.example",
        subject="Complaint about message",
    )
