"""A form of a script as it is written down: who asks what, in which way, and what becomes of it."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.taxonomy import QuestionField, Scope
from shared.strict_yaml import Strict

How = Literal["web", "page", "txt", "eml", "docx", "paper", "list", "floor"]
"""web: a program sends it to the API. page: a person fills in the page, with a file. paper: a clerk keys it in and
scans it. list: somebody who collects opinions has it on his. floor: it is asked at the conference."""

Fate = Literal[
    "prepared", "on-the-spot", "taken", "referred-up", "transferred", "extended", "slow", "unsettled", "returned",
    "redirected",
]  # fmt: skip
"""What becomes of a question: prepared before the conference and heard there; answered there on the spot; taken there
for a written answer; reported to the superior; handed by the wrong department to the right one with its clock paused;
given more time; answered days late; answered by nobody until it is raised again at a later dialogue; sent back once;
belonging to another authority."""

Text = Annotated[str, Field(min_length=1)]


class Rated(Strict):
    """What the asker says of his answer. days: working days after he had it.

    better: the answer that he gets in the next round; None where he is content, or the office has not found one yet.
    """

    mark: int = Field(ge=1, le=5)
    words: Text | None = None
    days: int = Field(default=2, ge=1)
    better: Text | None = None


class MatterEntry(Strict):
    """One thing asked. published: the question as it stands in the library, where it names nobody.

    withdrawn: why its asker does not want an answer any more.
    """

    section: Literal[1, 2]
    field: Annotated[QuestionField, Field(strict=False)]
    scope: Annotated[Scope, Field(strict=False)] = Scope.IN_SCOPE
    text: Text
    answer: Text
    fate: Fate = "prepared"
    authority: Text | None = None
    rated: Rated | None = None
    published: Text | None = None
    withdrawn: Text | None = None


Style = Literal[
    "auto-numbered", "base64", "capitals", "dashes", "docx-attached", "dotted", "footer", "html", "nfd",
    "no-diacritics", "numbered", "plain-labels", "plusses", "quoted-original", "quoted-printable", "sender-only",
    "spread", "table", "utf-16", "windows", "windows-1258", "wrapped",
]  # fmt: skip


class Attached(Strict):
    """A scanned page that goes with a form. name: of the file, which ends in .pdf."""

    name: Annotated[str, Field(pattern=r"\.pdf$")]
    lines: tuple[Text, ...] = Field(min_length=1, strict=False)


class FormEntry(Strict):
    """One form of a script. dialogue: key of the one it is for; None: the script's first. list: of `how: list`.

    attached: of `how: page`. entered_late: of `how: paper`, why it is keyed in days after it came.
    """

    commune: str = ""
    dialogue: Text | None = None
    key: Text
    how: How
    written: frozenset[Style] = Field(default=frozenset(), strict=False)
    date: date
    name: Text
    phone: Text | None = None
    email: Text | None = None
    address: Text | None = None
    late: bool = False
    reopened: bool = False
    excused: Text | None = None
    absent: bool = False
    list: Text | None = None
    attached: Attached | None = None
    entered_late: Text | None = None
    topic: Text | None = None
    pressing: bool = False
    matters: tuple[MatterEntry, ...] = Field(min_length=1, strict=False)
