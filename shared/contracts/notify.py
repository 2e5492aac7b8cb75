"""What notify says of each message, and what it can be asked. The case is the submission's id, or the dialogue's;
of a digest for staff it is the digest's own."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Command, Event, Token

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
    """The mail server has taken it, or the letter's PDF lies in the outgoing tray, or a clerk has handed it over.

    reference: the Message-ID of a mail, the file name of a letter, or the clerk's note.
    uncertain: it may have left twice, because a crash hid whether the first attempt did.
    """

    reference: str
    uncertain: bool = False


class NotificationFailed(NotifyEvent):
    """It cannot be delivered this way; `reason` is what the mail server or the printer said."""

    reason: str


class NotifyCommand(Command, listener="notify"):
    """Asked of notify."""


class RecordHandOver(NotifyCommand):
    """A message that could go neither by mail nor by post was told or handed over. note: how, when, to whom."""

    notification: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class RenderDocument(NotifyCommand):
    """A document about a dialogue as a file; changes nothing.

    conclusion: the notice as drafted, or as published, as pdf or docx. loudspeaker: the text to read aloud, as txt or
    docx. The reply's state holds "name", "media_type" and "content" (base64).
    """

    dialogue: Token
    document: DocumentKind
    format: DocumentFormat


class RenderSlip(NotifyCommand):
    """The transfer slip (phiếu chuyển) of a question that was referred up or redirected, as a file; changes nothing.

    The reply's state is as of `RenderDocument`.
    """

    submission: Token
    question: Token
    format: Literal["pdf", "docx"]
