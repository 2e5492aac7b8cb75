"""What is known of the person or organisation who registered, and of the questions they asked."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Model, Token

Section = Literal["procedures", "handling"]
"""The two boxes of the paper form: 1 on the procedures, 2 on how they are handled."""

Channel = Literal["web", "email", "paper", "list", "floor"]
"""The door a submission came through."""


MAX_QUESTION = 20_000
"""Characters of one question; a longer text belongs in an attached document."""


class Registrant(Model):
    """The person or organisation who registered, as written on the form, in Unicode NFC.

    address: house number, street and hamlet, one line; None where the form leaves it out.
    """

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{9,15}$")] | None = None
    email: (
        Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$")] | None
    ) = None
    address: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.email or self.address)


class Matter(Model):
    """One thing asked, in the box of the form it was written in."""

    section: Section
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUESTION)]


class Question(Matter):
    """A matter of a submission. `id` is the submission's id, a dash and `number` (from 1).

    What was made of a question that held several has the id of that, a dash and a number of its own.
    """

    id: Token
    number: int = Field(ge=1)


def submission_of(question: str) -> str:
    """The id of the submission that a question belongs to, by the question's."""
    return question.partition("-")[0]


MediaType = Literal[
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/webp",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/csv",
    "text/plain",
    "message/rfc822",
]
"""What a stored file may be. Its content tells, never its name."""


class Attachment(Model):
    """A file that intake keeps. It is asked for by `id` with `ReadFile`.

    name: as the sender called it, without a path. size: bytes. digest: SHA-256 of the content, in hexadecimal.
    """

    id: Token
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    media_type: MediaType
    size: int = Field(ge=1)
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Thread(Model):
    """The mail a form or a word came by, for an answer in the same thread (RFC 5322, 3.6.4).

    message_id: with its angle brackets. references: those of the mail, the oldest first.
    """

    message_id: Annotated[str, StringConstraints(min_length=3, max_length=998)]
    subject: Annotated[str, StringConstraints(max_length=500)] = ""
    references: tuple[str, ...] = ()


Attendance = Literal["expected", "excused", "present", "absent"]
"""Where a registrant stands towards the dialogue: `absent` is who neither came nor said so."""
