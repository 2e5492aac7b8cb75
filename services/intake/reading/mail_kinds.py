"""What a mail is to the office: forms, an answer to one of ours, a program's, or something for a person to look at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.intake.codes import normalise
from services.intake.reading.forms import MAX_MATTERS, Form, UnreadableForm, looks_like_form, read_form
from services.intake.reading.mails import Mail, Passage
from services.intake.reading.spelling import fold
from shared.contracts.people import Matter, Registrant

Kind = Literal["form", "reply", "automatic-reply", "bounce", "newsletter", "no-form"]

_OURS = re.compile(r"<([0-9A-HJKMNP-TV-Z]{26})\.[A-Za-z0-9.-]{1,160}@[^<>\s]+>")
"""The Message-ID of a mail about a form: notify makes it of the form's id and the message's name."""
_CODE = re.compile(r"(?<![0-9A-Za-z])[2-9A-HJKMNP-Za-hjkmnp-z]{4}[-‐-―−][2-9A-HJKMNP-Za-hjkmnp-z]{4}(?![0-9A-Za-z])")

_DECLINED = re.compile(r"\s*(?:(?:re|tr|fwd?)\s*:\s*)*ngung nhan tin\b")
"""As notify puts it into `List-Unsubscribe`."""


@dataclass(frozen=True, slots=True)
class Found:
    """The forms in a mail, one of each person. used: which of the mail's files they were read from.

    problems: why what looks like a form cannot be taken in, Vietnamese sentences without personal data.
    """

    forms: tuple[Form, ...] = ()
    used: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()


def forms_in(mail: Mail, office: str | None = None) -> Found:
    """Read every form that a mail holds, in its body, attached or forwarded; none from what a reply quotes.

    office: the commune's own address, at which no citizen is reached.
    """
    passages = _own_passages(mail) if cases_answered(mail) else mail.passages
    likely = [_without_office(passage, office) for passage in passages if any(map(looks_like_form, passage.texts))]
    readings = [(passage, _read(passage, passage.sender)) for passage in likely]
    if len(_merged([form for _, form in readings if isinstance(form, Form)])) > 1:
        # the sender's address is not that of all whose forms he sends; where a form gives none, a letter reaches them
        readings = [(passage, _read_apart(passage)) for passage in likely]
    read = [form for _, form in readings if isinstance(form, Form)]
    spoiled = [(passage, form) for passage, form in readings if isinstance(form, UnreadableForm)]
    return Found(
        forms=tuple(_merged(read)),
        used=frozenset(passage.file for passage, _ in readings if passage.file is not None),
        problems=tuple(_problem(mail, passage, refusal) for passage, refusal in spoiled),
    )


def kind_of(mail: Mail, found: Found) -> Kind:
    """Beyond doubt a program's; else a form, or what seems to be one; else a reply; else by its headers."""
    if mail.machine and mail.surely:
        return mail.machine
    if found.forms:
        return "form"
    if mail.machine:
        return mail.machine
    if cases_answered(mail) or codes_named(mail):
        return "reply"
    return "form" if found.problems else "no-form"


def is_our_own(mail: Mail, office: str | None) -> bool:
    """One that the office's programs wrote and that came back: it quotes forms, and would be answered for ever."""
    if not office or not mail.sender or mail.sender.casefold() != office.casefold():
        return False
    return mail.machine == "automatic-reply" or bool(mail.message_id and _OURS.fullmatch(mail.message_id))


def cases_answered(mail: Mail) -> list[str]:
    """The cases of our mails that this one refers to, the one it answers first."""
    found = (match[1] for reference in reversed(mail.references) if (match := _OURS.fullmatch(reference)))
    return list(dict.fromkeys(found))


def codes_named(mail: Mail) -> list[str]:
    """The receipt codes in the subject."""
    found = (normalise(match[0]) for match in _CODE.finditer(mail.subject))
    return list(dict.fromkeys(code for code in found if code))


def news_declined(mail: Mail) -> str | None:
    """The code of the form whose registrant wants no news any more: mail programs write this subject for him."""
    asked = _DECLINED.match(fold(mail.subject))
    return next(iter(codes_named(mail)), None) if asked else None


def _own_passages(mail: Mail) -> list[Passage]:
    body = Passage((mail.own,), mail.sender) if mail.own else None
    return [*([body] if body else []), *(passage for passage in mail.passages if passage.file is not None)]


def _without_office(passage: Passage, office: str | None) -> Passage:
    if office and passage.sender and passage.sender.casefold() == office.casefold():
        return replace(passage, sender=None)
    return passage


def _read(passage: Passage, sender: str | None) -> Form | UnreadableForm:
    """The first of the texts that can be taken in; else the least spoiled one's problems."""
    refusals = []
    for text in filter(looks_like_form, passage.texts):
        try:
            return read_form(text, sender)
        except UnreadableForm as refusal:
            refusals.append(refusal)
    return min(refusals, key=lambda refusal: len(refusal.problems))


def _read_apart(passage: Passage) -> Form | UnreadableForm:
    form = _read(passage, None)
    return form if isinstance(form, Form) else _read(passage, passage.sender)


def _merged(forms: Sequence[Form]) -> list[Form]:
    """One form of each person: who fills in a file often writes the same into the mail."""
    merged: list[Form] = []
    for form in forms:
        for place, earlier in enumerate(merged):
            if _same_person(earlier.registrant, form.registrant) and (whole := _together(earlier, form)):
                merged[place] = whole
                break
        else:
            merged.append(form)
    return merged


def _same_person(one: Registrant, other: Registrant) -> bool:
    if fold(" ".join(one.name.split())) != fold(" ".join(other.name.split())):
        return False
    return not (one.phone and other.phone and one.phone != other.phone)


def _together(one: Form, other: Form) -> Form | None:
    """All that both ask and tell; None where that is more than one form takes."""
    matters: dict[str, Matter] = {}
    for matter in (*one.matters, *other.matters):
        matters.setdefault(" ".join(fold(matter.text).split()).rstrip(" .?!"), matter)
    if len(matters) > MAX_MATTERS:
        return None
    first, second = one.registrant, other.registrant
    registrant = first.model_copy(
        update={name: getattr(first, name) or getattr(second, name) for name in ("phone", "email", "address")}
    )
    return Form(registrant, tuple(matters.values()), tuple(dict.fromkeys((*one.notes, *other.notes))))


def _problem(mail: Mail, passage: Passage, refusal: UnreadableForm) -> str:
    where = f"Tệp {mail.files[passage.file].name}" if passage.file is not None else "Phiếu viết trong thư"
    return f"{where}: {' '.join(refusal.problems)}"
