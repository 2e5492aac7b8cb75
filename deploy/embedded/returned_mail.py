"""What the world outside sends back about a mail: that it was returned (RFC 3464), or is unwanted (RFC 5965)."""

from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime

from ulid import ULID

HOST = "localhost"
REMOTE = "550 5.1.1 User unknown"


def returned(mail: bytes, sender: str, recipient: str, at: datetime) -> bytes:
    """The report that this mail did not reach its recipient, although a server had taken it."""
    of_mail = _fields({"Reporting-MTA": f"dns; {HOST}", "Arrival-Date": format_datetime(at)})
    of_recipient = _fields(
        {
            "Final-Recipient": f"rfc822; {recipient}",
            "Action": "failed",
            "Status": "5.1.1",
            "Remote-MTA": "dns; mx.outside.example",
            "Diagnostic-Code": f"smtp; {REMOTE}",
        }
    )
    words = f"This mail could not be delivered:\n\n<{recipient}>: {REMOTE}\n"
    return _report(
        "delivery-status", [of_mail, of_recipient], "Undelivered Mail Returned to Sender", words, mail, sender, at
    )


def complaint(mail: bytes, sender: str, recipient: str, at: datetime) -> bytes:
    """The report that the recipient marked this mail as unwanted."""
    fields = _fields(
        {
            "Feedback-Type": "abuse",
            "User-Agent": "doithoai-mailcatcher/1",
            "Version": "1",
            "Original-Mail-From": f"<{sender}>",
            "Original-Rcpt-To": f"<{recipient}>",
            "Arrival-Date": format_datetime(at),
        }
    )
    words = "This is a report of a mail that was marked as unwanted by whom it was sent to.\n"
    return _report("feedback-report", [fields], "Complaint about a mail from you", words, mail, sender, at)


def _report(
    kind: str, fields: list[Message], subject: str, words: str, mail: bytes, sender: str, at: datetime
) -> bytes:
    report = MIMEMultipart("report", report_type=kind)
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
    report["To"] = sender
    report["Subject"] = subject
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<{ULID()}@{HOST}>"
    report["Auto-Submitted"] = "auto-replied"
    told, original = MIMENonMultipart("message", kind), MIMENonMultipart("message", "rfc822")
    if kind == "delivery-status":
        told.set_payload([*fields])
    else:
        told.set_payload(fields[0].as_string())
    original.set_payload([message_from_bytes(mail)])
    for part in (MIMEText(words), told, original):
        report.attach(part)
    return report.as_bytes(policy=SMTP)


def _fields(of: dict[str, str]) -> Message:
    fields = Message()
    for name, value in of.items():
        fields[name] = value
    return fields
