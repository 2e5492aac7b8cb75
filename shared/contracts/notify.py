"""What notify says of each message, and what it can be asked. The case is the submission's id, or the dialogue's;
of a digest for staff it is the digest's own."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Cleaned, Command, Event, Model, Token

MessageKind = Literal[
    "receipt",
    "invitation",
    "waitlist",
    "rescheduled",
    "cancelled",
    "answer",
    "guidance",
    "referral",
    "extension",
    "conclusion",
    "resolution",
    "apology",
    "dialogue-reminder",
    "digest",
    "reminder",
    "escalation",
]
"""`reminder` and `escalation` are of old: staff now get one digest a day."""

MessageChannel = Literal["email", "letter", "in-person"]
"""`in-person`: a clerk has told or handed it over, and recorded that."""

DocumentKind = Literal["conclusion", "loudspeaker"]
DocumentFormat = Literal["pdf", "docx", "txt"]


class NotifyEvent(Event, speaker="notify"):
    """Said by notify about one message.

    notification: id of the message, the same whatever is retried.
    questions: the questions it answers; empty for receipts and for messages to staff.
    round: of an answer, 2 for the one after the question was reopened, and so on.
    """

    notification: str
    kind: MessageKind
    channel: MessageChannel
    questions: tuple[Token, ...]
    round: int = Field(default=1, ge=1)


class NotificationQueued(NotifyEvent):
    """The message is written and will go out."""


class NotificationSent(NotifyEvent):
    """The mail server has taken it, or the print run with the letter was closed, or a clerk has handed it over.

    reference: the Message-ID of a mail, the file name of a letter, or the clerk's note.
    uncertain: it may have left twice, because a crash hid whether the first attempt did.
    text: version of the commune's text it was made with; 0 is the shipped one. number: of the outgoing register.
    run: id of the print run of a letter.
    """

    reference: str
    uncertain: bool = False
    text: int | None = None
    number: str | None = None
    run: Token | None = None


class NotificationFailed(NotifyEvent):
    """It cannot be delivered this way; `reason` is what the mail server or the printer said.

    Also of a mail that had left, when the receiver's server returns it (RFC 3464).
    withdrawn: it is no longer wanted; nobody has to do anything.
    """

    reason: str
    withdrawn: bool = False


class NotificationNumbered(NotifyEvent):
    """It was given a number of the outgoing register, before or after it left: `15/UBND-VP`."""

    number: str


class NotifyCommand(Command, listener="notify"):
    """Asked of notify."""


NotificationId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", max_length=200)]
Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), Cleaned]
ReportText = Annotated[str, StringConstraints(max_length=20_000)]


class RecordHandOver(NotifyCommand):
    """A message that could go neither by mail nor by post was told or handed over. note: how, when, to whom."""

    notification: NotificationId
    note: Remark


class RenderDocument(NotifyCommand):
    """A document about a dialogue as a file; changes nothing.

    conclusion: the notice as drafted, or as published, as pdf or docx. loudspeaker: the text to read aloud, as txt or
    docx. The reply's state holds "name", "media_type" and "content" (base64).
    """

    dialogue: Token
    document: DocumentKind
    format: DocumentFormat


class RenderLetter(NotifyCommand):
    """A message as a document; changes nothing. pdf: of what was drawn or has left the very file, else as it would be.

    docx: to be edited, from what is known now. receipt: a form's receipt on paper, whether or not it was mailed.
    The reply's state is as of `RenderDocument`.
    """

    notification: NotificationId
    format: Literal["pdf", "docx"]


class ReportTable(Model):
    """rows: cells as text; as many as `head`."""

    head: tuple[ReportText, ...] = Field(min_length=1, max_length=12)
    rows: tuple[tuple[ReportText, ...], ...] = Field(default=(), max_length=2_000)
    widths: tuple[int, ...]


class ReportPart(Model):
    """A section: its heading, then its paragraphs, then its table, as far as it has them."""

    heading: ReportText | None = None
    paragraphs: tuple[ReportText, ...] = ()
    table: ReportTable | None = None


class RenderReport(NotifyCommand):
    """A result report (báo cáo) by Decree 30/2020 of what the sender counted; changes nothing.

    addressee: `Kính gửi`. The reply's state is as of `RenderDocument`.
    """

    about: ReportText
    addressee: ReportText | None = None
    parts: tuple[ReportPart, ...] = Field(min_length=1, max_length=60)
    format: Literal["pdf", "docx"]


class ApologiseForDelay(NotifyCommand):
    """The office apologises for an answer that is late, and says until when it will come."""

    submission: Token
    question: Token
    reason: Remark
    until: date


class RenderSlip(NotifyCommand):
    """The transfer slip (phiếu chuyển) of a question that was referred up or redirected, as a file; changes nothing.

    The reply's state is as of `RenderDocument`.
    """

    submission: Token
    question: Token
    format: Literal["pdf", "docx"]
