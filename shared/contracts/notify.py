"""What notify says of each message. The case is the submission's id, or the dialogue's for staff."""

from typing import Literal

from shared.contracts.base import Event, Token

MessageKind = Literal["receipt", "answer", "guidance", "reminder", "escalation"]
MessageChannel = Literal["email", "letter"]


class NotifyEvent(Event, speaker="notify"):
    """Said by notify about one message.

    notification: id of the message, the same whatever is retried.
    questions: the questions it answers; empty for receipts and for messages to staff.
    """

    notification: str
    kind: MessageKind
    channel: MessageChannel
    questions: tuple[Token, ...]


class NotificationQueued(NotifyEvent):
    """The message is written and will go out."""


class NotificationSent(NotifyEvent):
    """The mail server has taken it, or the letter's PDF lies in the outgoing tray.

    reference: the Message-ID of a mail, the file name of a letter.
    uncertain: it may have left twice, because a crash hid whether the first attempt did.
    """

    reference: str
    uncertain: bool = False


class NotificationFailed(NotifyEvent):
    """It cannot be delivered this way; `reason` is what the mail server or the printer said."""

    reason: str
