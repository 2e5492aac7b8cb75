"""From what was typed in the dialogue room to a command: plans, guests, the floor, the conclusion.

Flat forms are read by `offers.command`; here are those that hold a list, a person or a local time.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.console import offers
from services.console.language import say
from services.console.offers import WrongFields
from shared.communes import Profile
from shared.contracts import Actor, Command
from shared.contracts.conference import Representative, Session
from shared.contracts.intake import (
    CheckIn,
    DraftConclusion,
    InviteRepresentative,
    PlanDialogue,
    RegisterSubmission,
    RescheduleDialogue,
)
from shared.contracts.people import MAX_QUESTION, Registrant
from shared.contracts.taxonomy import QuestionField
from shared.representatives import representative_id
from shared.text import clean, one_line
from shared.web import HANOI

SESSIONS = 4
"""Sessions a form has room for; a plan names two."""
PROCEDURES = "procedures"

PHONE = re.compile(r"^\+?[0-9]{9,15}$")
EMAIL = re.compile(r"^[^@\s<>,;]++@[^@\s<>,;.]++\.[^@\s<>,;]++$")


def command(verb: str, actor: Actor, typed: Mapping[str, str], profile: Profile) -> Command:
    """The command of a filled form of the dialogue room.

    Raises:
        KeyError: when there is no such command.
        WrongFields: naming each field that must be mended.
    """
    if reading := _READ.get(verb):
        return reading(actor, typed, profile)
    return offers.command(verb, actor, typed)


def _plan(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    """An ad hoc dialogue takes nothing from the programme; sessions that were left empty are none."""
    plain = {name: text for name, text in typed.items() if text.strip() or name not in ("seats", "per_hamlet")}
    planned = offers.command(PlanDialogue.verb, actor, plain)
    return planned.model_copy(update={"sessions": _sessions(typed) or None})


def _sessions(typed: Mapping[str, str]) -> tuple[Session, ...]:
    found = list[Session]()
    for place in range(1, SESSIONS + 1):
        if title := one_line(typed.get(f"session-{place}-title", "")):
            fields = tuple(one for one in QuestionField if f"session-{place}-field-{one.value}" in typed)
            audience = one_line(typed.get(f"session-{place}-audience", ""))[:300] or None
            found.append(Session(number=len(found) + 1, title=title[:300], audience=audience, fields=fields))
    return tuple(found)


def _reschedule(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    values = _flat(RescheduleDialogue, typed)
    return offers.valid(RescheduleDialogue, actor, values | {"held_at": local(typed.get("held_at", ""))})


def _invite(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    cells = tuple(one_line(typed.get(name, "")) for name in ("name", "organisation", "hamlet", "contact"))
    if wrong := _wrong_participant(cells):
        raise WrongFields({"contact" if cells[0] else "name": wrong})
    values = _flat(InviteRepresentative, typed) | {"representative": _representative(cells)}
    return offers.valid(InviteRepresentative, actor, values)


def _from_the_floor(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    """Name and words are enough at the conference; where to write to is asked for when nobody can answer at once.

    received_at: when it was asked, where the connection was lost meanwhile.
    """
    name, contact, address = (one_line(typed.get(one, "")) for one in ("name", "contact", "address"))
    text, wrong = clean(typed.get("text", "")), dict[str, str]()
    if not name or len(name) > 200:
        wrong["name"] = "Xin ghi họ tên người phát biểu."
    if why := _wrong_contact(contact):
        wrong["contact"] = why
    if not text or len(text) > MAX_QUESTION:
        wrong["text"] = "Xin ghi nội dung phát biểu."
    if wrong:
        raise WrongFields(wrong)
    matter = {"section": _section(typed), "text": text}
    values = {
        "key": typed.get("key", ""),
        "dialogue": typed.get("dialogue"),
        "channel": "floor",
        "received_at": typed.get("received_at") or None,
        "registrant": _registrant(name, contact, address[:500]),
        "questions": (matter,),
    }
    return offers.valid(RegisterSubmission, actor, values)


def _draft_conclusion(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    """Promises `promise-<n>-text`, `-department`, `-questions`; one whose text was emptied is dropped.

    `question-ids`: pairs `<name shown>=<id>` of all questions that may be named, as the page gave them.
    """
    known = dict(pair.rpartition("=")[::2] for pair in typed.get("question-ids", "").split())
    promises, wrong = list[dict[str, Any]](), dict[str, str]()
    for place in promise_places(typed):
        text = clean(typed.get(f"promise-{place}-text", ""))
        if not text:
            continue
        named = re.split(r"[\s,;]+", typed.get(f"promise-{place}-questions", "").strip().upper())
        unknown = [one for one in named if one and one not in known]
        department = typed.get(f"promise-{place}-department", "")
        if unknown:
            wrong[f"promise-{place}-questions"] = say("Hội nghị không có câu hỏi %(codes)s.", codes=", ".join(unknown))
        if not department:
            wrong[f"promise-{place}-department"] = "Xin chọn phòng thực hiện."
        if len(text) > 5_000:
            wrong[f"promise-{place}-text"] = "Xin ghi không quá 5.000 chữ."
        if not wrong:
            questions = tuple(dict.fromkeys(known[one] for one in named if one))
            promises.append({"text": text, "department": department, "questions": questions})
    if wrong:
        raise WrongFields(wrong)
    return offers.valid(DraftConclusion, actor, _flat(DraftConclusion, typed) | {"promises": tuple(promises)})


def _check_in(actor: Actor, typed: Mapping[str, str], _: Profile) -> Command:
    """Whoever has come is there, whatever else happened to his form meanwhile."""
    return offers.valid(CheckIn, actor, _flat(CheckIn, typed) | {"version": None})


_READ: Mapping[str, Callable[[Actor, Mapping[str, str], Profile], Command]] = {
    PlanDialogue.verb: _plan,
    RescheduleDialogue.verb: _reschedule,
    InviteRepresentative.verb: _invite,
    RegisterSubmission.verb: _from_the_floor,
    DraftConclusion.verb: _draft_conclusion,
    CheckIn.verb: _check_in,
}


def promise_places(typed: Mapping[str, str]) -> list[int]:
    """The numbers of the promises in a form, in their order."""
    found = (re.fullmatch(r"promise-(\d{1,4})-text", name) for name in typed)
    return sorted(int(one[1]) for one in found if one)


def local(typed: str) -> datetime | None:
    """A browser's local time, which is Vietnam's; None when it is none."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=HANOI)
    except ValueError:
        return None


def scanned_code(typed: str) -> str:
    """What a scanner read or a person typed, as codes are compared: the last part of an address, characters only."""
    last = one_line(typed).split("?")[0].rstrip("/").rpartition("/")[2]
    return "".join(character for character in last.upper() if character.isalnum())


def _section(typed: Mapping[str, str]) -> str:
    return "handling" if typed.get("section") == "handling" else PROCEDURES


def _flat(contract: type[Command], typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields that are one text each; one that was left empty is not said."""
    values = {name: clean(text) for name, text in typed.items() if name in contract.model_fields}
    return {name: text for name, text in values.items() if text or contract.model_fields[name].is_required()}


def _wrong_participant(cells: tuple[str, ...]) -> str:
    if not cells[0] or any(len(cell) > 300 for cell in cells):
        return "Xin ghi mục quá dài ngắn lại." if cells[0] else "Thiếu họ tên."
    return _wrong_contact(cells[3])


def _wrong_contact(contact: str) -> str:
    if contact and not (PHONE.match(_digits(contact)) or EMAIL.match(contact)):
        return say("“%(contact)s” không phải số điện thoại hay thư điện tử.", contact=contact[:40])
    return ""


def _contact(contact: str) -> dict[str, str | None]:
    is_mail = "@" in contact
    return {"email": contact if is_mail else None, "phone": _digits(contact) or None if not is_mail else None}


def _digits(contact: str) -> str:
    return re.sub(r"[\s.\-()]", "", contact)


def _registrant(name: str, contact: str, address: str) -> Registrant:
    try:
        return Registrant.model_validate({"name": name, "address": address or None, **_contact(contact)})
    except ValidationError as error:  # what a page lets through is checked above; this is the last word
        raise WrongFields({"name": "Thông tin người này chưa đúng."}) from error


def _representative(cells: tuple[str, ...]) -> Representative:
    """The id is that of a list with the same person on it, so that nobody is invited twice."""
    name, organisation, hamlet, contact = cells
    return Representative(
        id=representative_id(name, organisation, hamlet),
        name=name,
        organisation=organisation or None,
        hamlet=hamlet or None,
        **_contact(contact),
    )
