"""From what was typed on a case's page to a command: those forms that hold a person, or several questions.

Flat forms are read by `offers.command`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from services.console import offers
from services.console.offers import WrongFields
from shared.contracts import Actor, Command
from shared.contracts.intake import AddFiles, CorrectRegistrant, WithdrawQuestions
from shared.contracts.people import MAX_QUESTION, Registrant
from shared.contracts.routing import AskCoordination, AssignQuestion, JoinQuestion, SplitQuestion
from shared.text import clean, one_line, whole_number

REACHED = ("phone", "email", "address")
CHOSEN = "cau-"
"""Begins the name of the box of each question that is withdrawn."""
COORDINATING = "phoi-hop-"
"""Begins the name of the box of each department that is to coordinate."""
MOST_PARTS = 10
WRITTEN = frozenset(
    {
        *("text", "reason", "remarks", "guidance", "matter", "note", "requirement", "responsible", "authority"),
        *("document", "topic", "answered_by", "asked", "answered", "words", "until", "working_days"),
        *("name", "phone", "email", "address"),
    }
)
"""Fields of a case's forms that somebody writes himself."""
CHOOSE = "Xin chọn một mục trong danh sách."
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


def _assign(actor: Actor, typed: Mapping[str, str]) -> Command:
    """`phoi-hop-<id>` for each department that is to coordinate; the one that answers does not beside itself."""
    named = ("key", "question", "field", "department", "reason")
    lead = typed.get("department", "")
    values: dict[str, Any] = {name: clean(typed.get(name, "")) for name in named}
    values["coordinating"] = tuple(other for other in _coordinating(typed) if other != lead)
    values["matter"] = clean(typed.get("matter", "")) or None
    if wrong := {name: CHOOSE for name in ("field", "department") if not values[name]}:
        raise WrongFields(wrong if values["reason"] else {**wrong, "reason": "Xin ghi mục này."})
    return offers.valid(AssignQuestion, actor, values | {"version": typed.get("version") or None})


def _ask_coordination(actor: Actor, typed: Mapping[str, str]) -> Command:
    departments, matter = _coordinating(typed), clean(typed.get("matter", ""))
    wrong = {} if departments else {"departments": "Xin chọn ít nhất một phòng."}
    if not matter:
        wrong["matter"] = "Xin ghi mục này."
    if wrong:
        raise WrongFields(wrong)
    return offers.valid(AskCoordination, actor, _of_question(typed) | {"departments": departments, "matter": matter})


def _coordinating(typed: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(COORDINATING) for name in typed if name.startswith(COORDINATING))


def _join(actor: Actor, typed: Mapping[str, str]) -> Command:
    lead = clean(typed.get("lead", ""))
    if not lead:
        raise WrongFields({"lead": "Xin chọn câu hỏi để trả lời chung."})
    return offers.valid(JoinQuestion, actor, _of_question(typed) | {"lead": lead})


def _split(actor: Actor, typed: Mapping[str, str]) -> Command:
    """`phan-1`, `linh-vuc-1`, `phong-1` for each matter; one with `bo-1`, or without words, is left out."""
    parts, wrong = list[dict[str, str | None]](), dict[str, str]()
    for place in range(1, places(typed) + 1):
        text = clean(typed.get(f"phan-{place}", ""))
        field, department = typed.get(f"linh-vuc-{place}") or None, typed.get(f"phong-{place}") or None
        if f"bo-{place}" in typed or not text:
            continue
        if len(text) > MAX_QUESTION:
            wrong[f"phan-{place}"] = "Xin ghi không quá 20.000 chữ."
        if (field is None) != (department is None):
            missing = "linh-vuc" if field is None else "phong"
            wrong[f"{missing}-{place}"] = "Xin chọn cả lĩnh vực và phòng, hoặc để trống cả hai."
        parts.append({"text": text, "field": field, "department": department})
    if len(parts) < 2:
        wrong["parts"] = "Xin ghi ít nhất hai nội dung, nội dung đầu được giữ ở câu này."
    if wrong:
        raise WrongFields(wrong)
    return offers.valid(SplitQuestion, actor, _of_question(typed) | {"parts": tuple(parts)})


def places(typed: Mapping[str, str]) -> int:
    """How many matters a form of a split has room for."""
    return min(whole_number(typed.get("places", "")) or 0, MOST_PARTS)


def prepared(typed: Mapping[str, str]) -> dict[str, str] | None:
    """A form whose button is no command: what it is to look like now. None of a form that is to be sent.

    `fill`: a text to start the answer from; what was typed stays before it. `more`: room for another matter. `look`:
    the same once more, with how it reads and what changed.
    """
    if "fill" in typed:
        written, text = typed.get("text", "").strip(), typed["fill"].replace("\r\n", "\n").strip()
        return {**typed, "text": written if text in written else f"{written}\n\n{text}".strip()}
    if "more" in typed:
        return {**typed, "places": str(min(places(typed) + 1, MOST_PARTS))}
    return dict(typed) if "look" in typed else None


def typed_words(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """What somebody wrote in a form that has gone meanwhile, by field: to be copied, not lost.

    Without what was only chosen, and what a form carries unseen.
    """
    return [(name, text) for name, text in typed.items() if name.startswith("phan-") or name in WRITTEN if text.strip()]


def _of_question(typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": typed.get("key", ""),
        "question": typed.get("question", ""),
        "version": typed.get("version") or None,
    }


def _kept(typed: Mapping[str, str]) -> dict[str, str | None]:
    """The flat fields that these forms have."""
    flat = {name: clean(typed.get(name, "")) for name in ("key", "submission", "reason", "note") if name in typed}
    return {**flat, "version": typed.get("version") or None}


_READ: Mapping[str, Callable[[Actor, Mapping[str, str]], Command]] = {
    CorrectRegistrant.verb: _correct,
    WithdrawQuestions.verb: _withdraw,
    AddFiles.verb: _add_files,
    AssignQuestion.verb: _assign,
    AskCoordination.verb: _ask_coordination,
    JoinQuestion.verb: _join,
    SplitQuestion.verb: _split,
}
