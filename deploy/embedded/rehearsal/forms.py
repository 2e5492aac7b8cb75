"""The filled forms of a rehearsal: what people ask is data (`scripts/`), how it looks is built (`files.py`)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from deploy.embedded.rehearsal.entries import Fate, FormEntry, How, MatterEntry, Rated
from deploy.embedded.rehearsal.files import built, scanned
from shared.contracts.people import Matter, Registrant, Section
from shared.contracts.taxonomy import QuestionField, Scope


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What becomes of a question beside its answer, as of `MatterEntry`."""

    rated: Rated | None = None
    published: str | None = None
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class DemoForm:
    """One form as it comes in, and what becomes of it.

    data: the bytes of the file `filename`: the form itself, the scan of its paper, or what is attached to the page;
    None for what is only typed in.
    late: sent after registration has closed; reopened: sent when it is open again, for the dialogue was put off.
    excused: why the registrant must be absent, as reported; absent: neither comes nor says so.
    list: the collected list it is on. entered_late: why it is keyed in days after it came.
    topic: what the office puts it under.
    expects, scopes, answers, fates, afterwards: what is right for each of the matters, in order.
    authorities: whom a redirected one belongs to; None: whoever takes complaints.
    """

    key: str
    how: How
    filename: str
    data: bytes | None
    registrant: Registrant
    matters: tuple[Matter, ...]
    expects: tuple[QuestionField, ...]
    scopes: tuple[Scope, ...]
    answers: tuple[str, ...]
    fates: tuple[Fate, ...]
    authorities: tuple[str | None, ...]
    afterwards: tuple[Afterwards, ...]
    late: bool = False
    reopened: bool = False
    excused: str | None = None
    absent: bool = False
    list: str | None = None
    entered_late: str | None = None
    topic: str | None = None
    pressing: bool = False

    @property
    def withdrawn(self) -> bool:
        """Whether nothing is left of it that its sender wants an answer to."""
        return all(one.withdrawn for one in self.afterwards)


@dataclass(slots=True)
class Sent:
    """A form that went out and the receipt it got. waits: its sender has been told that there is no seat yet."""

    form: DemoForm
    code: str
    case: str
    waits: bool = False


def filled(entries: Iterable[FormEntry], commune: str) -> list[DemoForm]:
    """The forms of a dialogue, the ways of sending them mixed.

    Args:
        commune: its name as its paper form has it, `xã Thanh Trì`.
    """
    forms = [_form(entry.model_copy(update={"commune": commune})) for entry in entries]
    lanes = [[form for form in forms if form.how == how] for how in get_args(How)]
    places = {form.key: place / len(lane) for lane in lanes for place, form in enumerate(lane)}
    return sorted(forms, key=lambda form: places[form.key])


_SECTIONS: dict[int, Section] = {1: "procedures", 2: "handling"}


def _form(entry: FormEntry) -> DemoForm:
    filename, data = _file(entry)
    return DemoForm(
        key=entry.key,
        how=entry.how,
        filename=filename,
        data=data,
        registrant=Registrant(
            name=entry.name,
            phone=re.sub(r"[ .-]", "", entry.phone) if entry.phone else None,
            email=entry.email,
            address=entry.address,
        ),
        matters=tuple(Matter(section=_SECTIONS[matter.section], text=matter.text) for matter in entry.matters),
        expects=tuple(matter.field for matter in entry.matters),
        scopes=tuple(matter.scope for matter in entry.matters),
        answers=tuple(matter.answer for matter in entry.matters),
        fates=tuple("redirected" if matter.scope is not Scope.IN_SCOPE else matter.fate for matter in entry.matters),
        authorities=tuple(matter.authority for matter in entry.matters),
        afterwards=tuple(map(_afterwards, entry.matters)),
        late=entry.late,
        reopened=entry.reopened,
        excused=entry.excused,
        absent=entry.absent,
        list=entry.list,
        entered_late=entry.entered_late,
        topic=entry.topic,
        pressing=entry.pressing,
    )


def _file(entry: FormEntry) -> tuple[str, bytes | None]:
    if entry.attached:
        return entry.attached.name, scanned(entry.attached.lines, entry.date)
    data = built(entry)
    ending = "pdf" if entry.how == "paper" else entry.how
    return (f"{entry.key}.{ending}" if data else ""), data


def _afterwards(matter: MatterEntry) -> Afterwards:
    return Afterwards(matter.rated, matter.published, matter.withdrawn)
