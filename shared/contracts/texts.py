"""The texts of messages as an office writes them: one a kind, with its own versions beside the shipped one."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Token
from shared.contracts.notify import MessageKind, NotifyCommand

Subject = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class TextsCommand(NotifyCommand, listener="notify"):
    """Asked by the head of the office or the clerk."""


class ReadTexts(TextsCommand):
    """Every kind with the text that counts. Changes nothing.

    The reply's state: {"texts": [{"kind", "name", "about", "mail_subject", "body", "version", "saved_by", "saved_at",
    "own"}]}; `name` is the kind's in Vietnamese, `own` whether the commune wrote it.
    """


class ReadText(TextsCommand):
    """One kind, its versions, and what its text may name. Changes nothing.

    The reply's state: the text as of `ReadTexts`, with "shipped": {"about", "mail_subject", "body"}, "versions": [as of
    `ReadTexts`, the newest first], "names": [{"name", "says", "example"}].
    """

    kind: MessageKind


class PreviewText(TextsCommand):
    """How it would look, on a real case or on the shipped example; changes nothing, sends nothing.

    submission: of the commune. The reply's state: {"mistakes": [str]} where it cannot be saved, else {"mistakes": [],
    "subject", "html", "text"} for a mail, {"mistakes": [], "pages": [PNG in base64]} for a letter.
    """

    kind: MessageKind
    medium: Literal["mail", "letter"]
    about: Subject
    mail_subject: Subject
    body: Body
    submission: Token | None = None


class SaveText(TextsCommand):
    """A new version, from now on; what was taken on before keeps its own.

    based_on: the version that was edited; refused when it is not the newest any more. Refused with what is wrong, line
    by line, where it names what there is not, or could leave a hole.
    """

    kind: MessageKind
    about: Subject
    mail_subject: Subject
    body: Body
    based_on: int = Field(ge=0)


class UseShippedText(TextsCommand):
    """Back to the shipped text, as a new version."""

    kind: MessageKind
    based_on: int = Field(ge=0)
