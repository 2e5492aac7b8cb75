"""What a mail that is no complete form tells all the same: the beginning of what a clerk keys in."""

import re
from dataclasses import asdict, dataclass
from typing import Any

from services.intake.reading.forms import MAX_MATTERS, MAX_TEXT, looks_like_form
from services.intake.reading.legacy import legible
from services.intake.reading.mails import Mail, Passage
from services.intake.reading.page import scan
from services.intake.reading.questions import separated
from services.intake.reading.registrant import contact_of
from shared.contracts.people import MAX_QUESTION, Matter

MOST_SHOWN = 50_000
"""Characters of a mail that a page shows; the original holds the rest."""


@dataclass(frozen=True, slots=True)
class Draft:
    """As much of a form as was understood. text: all that the mail says, as plain text. files: names of attachments."""

    text: str = ""
    name: str = ""
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    matters: tuple[Matter, ...] = ()
    files: tuple[str, ...] = ()


def draft_of(mail: Mail, office: str | None = None) -> Draft:
    """The likeliest form in a mail, however incomplete; where there is none, the sender's own words are the question.

    office: the commune's own address, at which no citizen is reached.
    """
    passage, text = _likeliest(mail)
    sender = passage.sender if passage else mail.sender
    if sender and office and sender.casefold() == office.casefold():
        sender = None
    page = scan(legible(text)[:MAX_TEXT])
    contact = contact_of(page, sender)
    asked = [(section, words) for section, lines in page.sections for words in separated(lines)]
    if not asked and (words := mail.own or mail.body.strip()):
        asked = [("procedures", words)]
    matters = [Matter(section=section, text=words[:MAX_QUESTION]) for section, words in dict.fromkeys(asked)]
    return Draft(
        text=shown(mail),
        name=contact.name,
        phone=contact.phone or phone_in(mail.own or mail.body),
        email=contact.email,
        address=contact.address,
        matters=tuple(matters[:MAX_MATTERS]),
        files=tuple(file.name for file in mail.files),
    )


_PHONE = re.compile(r"(?<![0-9])(?:\+84|0)(?:[ .-]?[0-9]){9}(?![0-9])")


def phone_in(text: str) -> str | None:
    """The first Vietnamese telephone number that stands anywhere in a text; the clerk compares it."""
    found = _PHONE.search(text[:MOST_SHOWN])
    return re.sub("[ .-]", "", found[0]) if found else None


def as_state(mail: Mail, office: str | None) -> dict[str, Any]:
    """The draft as it is kept beside the mail, and as the console gets it."""
    draft = asdict(draft_of(mail, office))
    return {**draft, "matters": [matter.model_dump() for matter in draft["matters"]], "files": list(draft["files"])}


def shown(mail: Mail) -> str:
    """All that a mail says, its attachments too, as one plain text."""
    parts = []
    for passage in mail.passages:
        heading = f"[{mail.files[passage.file].name}]\n" if passage.file is not None else ""
        parts.append(heading + passage.texts[0].strip())
    return "\n\n".join(parts)[:MOST_SHOWN]


def _likeliest(mail: Mail) -> tuple[Passage | None, str]:
    for passage in mail.passages:
        for text in passage.texts:
            if looks_like_form(text):
                return passage, text
    return None, mail.own or mail.body
