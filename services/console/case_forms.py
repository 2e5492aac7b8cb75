"""From what was typed on a case's page to a command: those forms that hold a person, or several questions.

Flat forms are read by `offers.command`.
"""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from services.console import offers
from services.console.offers import WrongFields
from shared.contracts import Actor, Command
from shared.contracts.intake import AddFiles, CorrectRegistrant, WithdrawQuestions
from shared.contracts.people import Registrant
from shared.text import clean, one_line

REACHED = ("phone", "email", "address")
CHOSEN = "cau-"
"""Begins the name of the box of each question that is withdrawn."""
WRONG: Mapping[str, str] = {
    "name": "Xin ghi họ tên, không quá 200 chữ.",
    "phone": "Số điện thoại gồm 9 đến 15 chữ số.",
    "email": "Thư điện tử chưa đúng, ví dụ: ten@gmail.com.",
    "address": "Xin ghi địa chỉ không quá 500 chữ.",
}


def command(verb: str, actor: Actor, typed: Mapping[str, str]) -> Command:
    """The command of a filled form of a case's page.

    Raises:
        KeyError: when there is no such command.
        WrongFields: naming each field that must be mended.
    """
    if reading := _READ.get(verb):
        return reading(actor, typed)
    return offers.command(verb, actor, typed)


def _correct(actor: Actor, typed: Mapping[str, str]) -> Command:
    """Whoever can be reached in no way any more gets no answer."""
    told: dict[str, str | None] = {name: one_line(typed.get(name, "")) or None for name in ("name", *REACHED)}
    if told["phone"]:
        told["phone"] = "".join(sign for sign in told["phone"] if sign not in " .-()")
    wrong = dict[str, str]()
    registrant: Registrant | None = None
    try:
        registrant = Registrant.model_validate(told)
    except ValidationError as error:
        wrong = {(field := str(found["loc"][0])): WRONG[field] for found in error.errors()}
    if registrant is not None and not registrant.reachable:
        wrong["address"] = "Xin giữ lại ít nhất một cách liên hệ: điện thoại, thư điện tử hoặc địa chỉ."
    if not clean(typed.get("reason", "")):
        wrong["reason"] = "Xin ghi mục này."
    if wrong:
        raise WrongFields(wrong)
    return offers.valid(CorrectRegistrant, actor, _kept(typed) | {"registrant": registrant})


def _withdraw(actor: Actor, typed: Mapping[str, str]) -> Command:
    """`cau-<id>` for each question that is chosen. None chosen would mean all of them, so one must be."""
    chosen = tuple(name.removeprefix(CHOSEN) for name in typed if name.startswith(CHOSEN))
    if not chosen:
        raise WrongFields({"questions": "Xin chọn câu hỏi được rút."})
    return offers.valid(WithdrawQuestions, actor, _kept(typed) | {"questions": chosen})


def _add_files(actor: Actor, typed: Mapping[str, str]) -> Command:
    """attachments: ids of the files that were stored, parted by spaces."""
    stored = tuple(typed.get("attachments", "").split())
    if not stored:
        raise WrongFields({"files": "Xin chọn ít nhất một tệp."})
    return offers.valid(AddFiles, actor, _kept(typed) | {"attachments": stored})


def _kept(typed: Mapping[str, str]) -> dict[str, str | None]:
    """The flat fields that these forms have."""
    flat = {name: clean(typed.get(name, "")) for name in ("key", "submission", "reason", "note") if name in typed}
    return {**flat, "version": typed.get("version") or None}


_READ: Mapping[str, Callable[[Actor, Mapping[str, str]], Command]] = {
    CorrectRegistrant.verb: _correct,
    WithdrawQuestions.verb: _withdraw,
    AddFiles.verb: _add_files,
}
