"""What a form of the dialogue room leads to: a command, several, or a note of the room."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from sqlite3 import Connection
from typing import get_args
from urllib.parse import quote

from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from ulid import ULID

from services.console.acting import Acting
from services.console.commands import Attempt, Success, carry_out, perform
from services.console.door.audit import note_here
from services.console.hall import attendees, checkin, conferences, dialogue_forms, order, room_offers
from services.console.hall.asked import Asked, asked
from services.console.hall.notes import Notes, Rule
from services.console.hall.order import MINUTES, By
from services.console.language import say
from services.console.pages import Pages
from services.console.reader import Reader
from shared.commands import send
from shared.communes import Profile
from shared.contracts import Actor, Command, Done
from shared.contracts.intake import CheckIn, CheckInRepresentative, InviteRepresentative
from shared.contracts.routing import GroupQuestion, ProposePublication
from shared.logs import in_short, logger
from shared.service import Service
from shared.text import one_line, whole_number
from shared.web import local_day

MASKED_WITHIN_S = 2.0
"""So long a question waits for its words; the speaker has the floor without them."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the pages of a dialogue work with."""

    service: Service
    pages: Pages
    reader: Reader
    notes: Notes


Outcome = Success | Attempt | Response
Typed = Mapping[str, str]
Doing = Callable[[Room, Acting, str, Typed], Awaitable[Outcome]]


async def act(room: Room, who: Acting, dialogue: str, typed: Typed) -> Outcome:
    """Do what a form of this dialogue asks for."""
    verb = typed.get("verb", "")
    if verb in NOTES:
        outcome = await _note(room, who, dialogue, typed)
        became = "done" if isinstance(outcome, Success) else OUTCOMES[outcome.status]
        await note_here(room.service.app, who, "command", outcome=became, verb=verb, about=outcome.about)
        return outcome
    return await _SPECIAL.get(verb, _plainly)(room, who, dialogue, typed)


def reading(profile: Profile) -> Callable[[str, Actor, Typed], Command]:
    return partial(dialogue_forms.command, profile=profile)


async def _plainly(room: Room, who: Acting, dialogue: str, typed: Typed) -> Outcome:
    """One command."""
    return await perform(room.service, room.reader, who, typed, reading(who.profile))


# --- at the door ----------------------------------------------------------------------------------------------------


async def _find_guest(room: Room, who: Acting, dialogue: str, typed: Typed) -> Outcome:
    """A code that was scanned or typed checks its owner in; anything else is a name to look for.

    scanned: among what was typed, where it can be a code only.
    """
    wanted = one_line(typed.get("wanted", ""))[:200]
    code = dialogue_forms.scanned_code(wanted)

    def find(db: Connection) -> tuple[str | None, checkin.Elsewhere | None]:
        return attendees.find_guest(db, who.commune, dialogue, code), checkin.elsewhere(db, who.commune, dialogue, code)

    found, other = await room.pages.read(find) if code else (None, None)
    if found is not None:
        command = CheckIn(actor=who.actor, key=typed.get("key") or str(ULID()), submission=found)
        return await carry_out(room.service, room.reader, command, typed)
    if other is not None:
        return Attempt("find-guest", dialogue, typed, 409, _of_elsewhere(wanted, other))
    if "scanned" in typed or (wanted and any(letter.isdigit() for letter in code)):
        return Attempt(
            "find-guest", dialogue, typed, 404, say("Hội nghị này không có phiếu mang mã “%(code)s”.", code=wanted)
        )
    return RedirectResponse(f"/hoi-nghi/{dialogue}/{typed.get('here', 'diem-danh')}?tim={quote(wanted)}#diem-danh", 303)


def _of_elsewhere(wanted: str, other: checkin.Elsewhere) -> str:
    if other.title is None:
        return say("Phiếu “%(code)s” không thuộc hội nghị nào.", code=wanted)
    title = other.title
    if other.held_at:
        title = say("%(title)s, ngày %(day)s", title=other.title, day=local_day(other.held_at))
    return say("Phiếu “%(code)s” là của hội nghị khác: %(title)s.", code=wanted, title=title)


async def _walk_in(room: Room, who: Acting, dialogue: str, typed: Typed) -> Outcome:
    """Somebody who was not invited is given a seat, where there is one, and is there."""
    key = typed.get("key") or str(ULID())
    given = {**typed, "verb": InviteRepresentative.verb, "key": f"{key}-seat", "contact": ""}
    invited = await perform(room.service, room.reader, who, given, reading(who.profile))
    if isinstance(invited, Attempt):
        return replace(invited, verb=typed["verb"], typed=typed)
    command = dialogue_forms.command(InviteRepresentative.verb, who.actor, given, who.profile)
    assert isinstance(command, InviteRepresentative)
    come = CheckInRepresentative(
        actor=who.actor, key=f"{key}-come", dialogue=dialogue, representative=command.representative.id
    )
    return await carry_out(room.service, room.reader, come, typed)


async def _group(room: Room, who: Acting, dialogue: str, typed: Typed) -> Outcome:
    """Several questions into one topic; each asker keeps an answer of his own."""
    topic, key = one_line(typed.get("topic", "")), typed.get("key", "")
    if not topic or len(topic) > 2_000:
        return Attempt("group-questions", dialogue, typed, 422, "Xin ghi tên nhóm vấn đề.")
    result: Success | Attempt = Success(GroupQuestion.verb, dialogue)
    for question in typed.get("questions", "").split():
        command = GroupQuestion(actor=who.actor, key=f"{key}-{question}", question=question, topic=topic)
        result = await carry_out(room.service, room.reader, command, typed)
        if isinstance(result, Attempt):
            return Attempt("group-questions", dialogue, typed, result.status, result.reason)
    return result


_SPECIAL: Mapping[str, Doing] = {"find-guest": _find_guest, "group-questions": _group, "walk-in": _walk_in}


# --- notes of the room ----------------------------------------------------------------------------------------------


NOTES = frozenset(
    {
        "call-question",
        "call-next",
        "rest",
        "move-question",
        "put-question",
        "arrange-questions",
        "set-screen",
        "set-answering",
    }
)
"""What the room notes for itself: no service is asked, and no event tells of it."""
OUTCOMES = {403: "forbidden", 404: "not-found", 409: "not-now", 422: "invalid"}
"""What the record calls an attempt to note something."""


async def _note(room: Room, who: Acting, dialogue: str, typed: Typed) -> Success | Attempt:
    verb, now = typed["verb"], room.service.clock()
    found = await room.pages.read(
        lambda db: (
            conferences.conference(db, who.commune, dialogue, now),
            asked(db, who.commune, dialogue, now),
        )
    )
    conference, questions = found
    if conference is None:
        return Attempt(verb, dialogue, typed, 404, "Không có hội nghị này.")
    if verb not in room_offers.for_notes(who, conference, now):
        return Attempt(verb, dialogue, typed, 403, "Lúc này không điều hành được hội nghị này.")
    if verb in ("call-question", "call-next"):
        return await _call(room, who, dialogue, typed, questions)
    rule = _rule(typed, questions)
    if rule is None:
        return Attempt(verb, dialogue, typed, 422, "Xin tải lại trang rồi làm lại.")
    await room.notes.change(who.commune, dialogue, rule)
    about = typed.get("question", "")
    return Success(verb, about if about in {one.id for one in questions} else dialogue)


async def _call(room: Room, who: Acting, dialogue: str, typed: Typed, questions: list[Asked]) -> Success | Attempt:
    """Whom the page has named has the floor, unless somebody has it of whom the page did not know.

    The screen gets his words, once nothing in them tells who he is.
    """
    wanted, seen = typed.get("question"), typed.get("speaking", "")
    chosen = next((one for one in questions if one.id == wanted and one.can_be_called), None)
    if chosen is None:
        return Attempt(typed["verb"], dialogue, typed, 409, "Câu hỏi này không gọi được nữa, hoặc người hỏi vắng mặt.")
    now = room.service.clock()

    def rule(before: order.Floor) -> order.Floor:
        speaking = order.running(before, questions)
        moved_on = speaking is not None and speaking.id not in (seen, chosen.id)
        return before if moved_on else order.call(before, chosen.id, None, now)

    floor = await room.notes.change(who.commune, dialogue, rule)
    if floor.speaking != chosen.id:
        moved = "Lượt phát biểu vừa thay đổi: đã mời người khác. Xin xem lại rồi mời tiếp."
        return Attempt(typed["verb"], dialogue, typed, 409, moved)
    words = await _masked(room, who, chosen)
    if words is not None:
        await room.notes.change(who.commune, dialogue, lambda before: _worded(before, chosen.id, words))
    return Success(typed["verb"], chosen.id)


def _worded(floor: order.Floor, question: str, words: str) -> order.Floor:
    """The words of a question that may have lost the floor meanwhile."""
    return replace(floor, words=words) if floor.speaking == question else floor


async def _masked(room: Room, who: Acting, question: Asked) -> str | None:
    """The question without what tells who asked it, as routing masks it; None where routing cannot say."""
    known = await room.pages.read(lambda db: attendees.told_of(db, who.commune, question.submission))
    command = ProposePublication(actor=who.actor, key=str(ULID()), question=question.id, known=known)
    if not room.service.nats.is_connected:
        return None
    try:
        reply = await send(room.service.nats, command, MASKED_WITHIN_S)
    except (NatsError, TimeoutError) as error:
        logger().warning("question-not-masked", error=in_short(error))
        return None
    return str(reply.state["asked"]) if isinstance(reply, Done) else None


def _rule(typed: Typed, questions: list[Asked]) -> Rule | None:
    """The note that a form asks for; None where it says nothing of sense."""
    question = typed.get("question", "")
    match typed["verb"]:
        case "rest":
            return order.rest
        case "move-question" if typed.get("steps") in ("-1", "1"):
            return lambda floor: order.move(floor, questions, question, int(typed["steps"]))
        case "put-question":
            return lambda floor: order.put(floor, questions, question, typed.get("before", ""))
        case "arrange-questions":
            by: By | None = next((one for one in get_args(By) if one == typed.get("by")), None)
            return None if by is None else lambda floor: order.arrange(floor, by)
        case "set-answering":
            answering = one_line(typed.get("answering", ""))[:300] or None
            return lambda floor: replace(floor, answering=answering)
        case "set-screen":
            minutes = whole_number(typed.get("minutes", ""))
            if minutes is None or minutes not in MINUTES:
                return None
            return lambda floor: replace(floor, names="names" in typed, texts="texts" in typed, minutes=minutes)
        case _:
            return None
