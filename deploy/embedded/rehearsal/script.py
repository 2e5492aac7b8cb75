"""What is played at a rehearsal: the dialogues of a commune, as its plan has them, in `scripts/<commune>.yaml`.

Days are told from the conference, so that the same script is played on the plan's own day or on any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field

from deploy.embedded.rehearsal.entries import FormEntry, Text
from deploy.embedded.rehearsal.forms import DemoForm, filled
from shared.contracts.conference import Representative
from shared.strict_yaml import Strict, read_strictly

SCRIPTS = Path(__file__).with_name("scripts")
ORDER = ("chanh-lo", "nguyen-nghiem", "tinh-thien", "thanh-mai", "thanh-tri")
"""The communes in the order of their plans' dates."""

Kind = Literal["periodic", "ad-hoc"]


class Promised(Strict):
    """One thing the conclusion assigns. of: keys of the forms whose askers are told.

    extended: why the longer term is needed, what is required for it, and who answers for it.
    """

    text: Text
    department: Text
    of: tuple[Text, ...] = Field(default=(), strict=False)
    result: Text = "Đã thực hiện xong."
    proof: Text = "Biên bản nghiệm thu lưu tại Văn phòng"
    extended: dict[Literal["reason", "requirement", "responsible"], Text] | None = None


class Conclusion(Strict):
    """The conclusion notice. drafted: working days before its term ends. returned: what was wrong with the first draft.

    A draft that is returned is written anew at once, so it takes a day more.
    """

    notice: Text
    summary: Text
    drafted: int = 3
    returned: Text | None = None
    promises: tuple[Promised, ...] = Field(default=(), strict=False)


class Delegation(Strict):
    deputy: Text
    reason: Text
    report: Text


class Postponed(Strict):
    """Put off, so many days before it, by so many days."""

    days_before: int = Field(ge=1)
    days: int = Field(ge=1)
    reason: Text


class Cancelled(Strict):
    days_before: int = Field(ge=0)
    reason: Text


class Guest(Strict):
    """Somebody invited without having registered. list: the list of participants he is on, else the office asks him."""

    name: Text
    organisation: Text | None = None
    hamlet: Text | None = None
    email: Text | None = None
    list: Text | None = None
    absent: bool = False


class WrongRow(Strict):
    """A row of a list that cannot be taken, as it stands there."""

    name: Text | None = None
    phone: Text | None = None
    address: Text | None = None
    text: Text | None = None


class TableEntry(Strict):
    """A list that somebody sends as a spreadsheet though no plan asks him for it. On it are the forms that name it.

    at: days after the conference, negative before it.
    """

    id: Text
    sender: Text
    at: int
    wrong: tuple[WrongRow, ...] = Field(default=(), strict=False)


class MailEntry(Strict):
    """A mail that is no form. at: as of a list. answers: key of the form whose receipt it replies to, a day later."""

    key: Text
    name: Text
    email: Text
    subject: Text
    text: Text
    at: int = 0
    answers: Text | None = None


class DialogueEntry(Strict):
    """One dialogue. title: with {month}, {quarter} and {year} of its day. held_at: a day its plan names or allows.

    planned, announced, invited: days before it; the last when the office invites its guests. until: days after it that
    are played.
    late_duty: the preparation that is forgotten until its term has been missed.
    late_list: the list that comes after its term. tables, mails: what else is sent in.
    """

    key: Text
    title: Text
    held_at: AwareDatetime
    kind: Kind = "periodic"
    slot: Text | None = None
    planned: int = 40
    announced: int = 38
    invited: int = 5
    until: int = 21
    seats: int | None = None
    late_duty: Text | None = None
    late_list: Text | None = None
    guests: tuple[Guest, ...] = Field(default=(), strict=False)
    tables: tuple[TableEntry, ...] = Field(default=(), strict=False)
    mails: tuple[MailEntry, ...] = Field(default=(), strict=False)
    delegated: Delegation | None = None
    postponed: Postponed | None = None
    cancelled: Cancelled | None = None
    conclusion: Conclusion | None = None
    report: Text | None = None


class _File(Strict):
    dialogues: tuple[DialogueEntry, ...] = Field(min_length=1, strict=False)
    forms: tuple[FormEntry, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A dialogue to play. forms: in the order in which they are sent; topics: those put together under one topic."""

    commune: str
    entry: DialogueEntry
    forms: Sequence[DemoForm]
    held_on: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "held_on", self.entry.held_at.date())

    @property
    def id(self) -> str:
        return f"{self.commune}.{self.entry.key}"

    def title(self, held_at: datetime) -> str:
        """Its title when it is held on this day."""
        quarter = ("I", "II", "III", "IV")[(held_at.month - 1) // 3]
        return self.entry.title.format(month=held_at.month, quarter=quarter, year=held_at.year)

    @property
    def guests(self) -> Mapping[str, Representative]:
        """Those who are invited by the office and those on lists, by id."""
        return {
            f"{self.entry.key}-{number}": Representative(
                id=f"{self.entry.key}-{number}",
                name=guest.name,
                organisation=guest.organisation,
                hamlet=guest.hamlet,
                email=guest.email,
            )
            for number, guest in enumerate(self.entry.guests, 1)
        }


def scripts_of(commune: str, name: str) -> list[Script]:
    """Every dialogue of a commune's script, in the order of their days.

    Args:
        name: of the commune as it stands on its paper form, `xã Thanh Trì`.

    Raises:
        YamlError: when the script is not as it must be.
    """
    written, _ = read_strictly(SCRIPTS / f"{commune}.yaml", _File)
    first = written.dialogues[0].key
    found = [
        Script(commune, entry, filled([form for form in written.forms if (form.dialogue or first) == entry.key], name))
        for entry in written.dialogues
    ]
    return sorted(found, key=lambda script: script.entry.held_at)
