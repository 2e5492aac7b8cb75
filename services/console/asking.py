"""What pages ask of other services, and go without while those are away: suggestions, who did what, letters, files."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import AwareDatetime, Base64Bytes, TypeAdapter, ValidationError
from ulid import ULID

from services.console.acting import Acting
from shared.commands import send
from shared.contracts import Command, Done, Refused
from shared.contracts.base import Model
from shared.contracts.notify import RenderSlip
from shared.contracts.routing import ReadHistory, SuggestAnswers
from shared.logs import in_short, logger

M = TypeVar("M", bound=Model)

PATIENCE_S = 1.0
"""A page waits so long for suggestions, and does without."""


DRAWN_WITHIN_S = 30.0
"""Paper is set and signed while somebody waits."""
AWAY = "Lúc này chưa hỏi được dịch vụ thư. Xin tải lại trang sau ít phút; không có gì bị mất."


class Template(Model):
    """A text to start from. missing: the placeholders that somebody must fill in."""

    name: str
    text: str
    missing: tuple[str, ...] = ()


class Like(Model):
    """A like question with its answer, in words that name nobody. likeness: 0 to 1."""

    asked: str
    answered: str
    likeness: float
    published: bool = False


class Suggested(Model):
    """What an answer may be started from. asked: routing was there to be asked."""

    answers: tuple[Like, ...] = ()
    templates: tuple[Template, ...] = ()
    asked: bool = True


class Entry(Model):
    """One thing that was done with a question. before, after: its states. holder: whose turn it was then."""

    at: AwareDatetime
    who: str | None = None
    role: str | None = None
    what: str
    before: str | None = None
    after: str | None = None
    holder: str | None = None
    why: str | None = None


class _Drawn(Model):
    name: str
    media_type: str
    content: Base64Bytes


class File(Model):
    """A file as a reply carries it."""

    name: str
    media_type: str
    data: bytes


async def asked(nats: Client, command: Command, shape: type[M], *, timeout: float = 10) -> M | Refused:
    """What a service answers, as a value; refused as unavailable where it is away, or says what cannot be read."""
    if not nats.is_connected:
        return Refused(code="unavailable", reason=AWAY)
    try:
        reply = await send(nats, command, timeout=timeout)
        return shape.model_validate(reply.state) if isinstance(reply, Done) else reply
    except ValidationError as error:
        logger().warning("answer-not-read", verb=command.verb, errors=error.error_count())
    except (NatsError, TimeoutError) as error:
        logger().warning("not-answered", verb=command.verb, error=in_short(error))
    return Refused(code="unavailable", reason=AWAY)


async def drawn(nats: Client, command: Command) -> File | Refused:
    """A document as a file: what a reply calls "name", "media_type" and "content"."""
    found = await asked(nats, command, _Drawn, timeout=DRAWN_WITHIN_S)
    if isinstance(found, Refused):
        return found
    return File(name=found.name, media_type=found.media_type, data=found.content)


async def suggestions(nats: Client, who: Acting, questions: Sequence[str]) -> Mapping[str, Suggested]:
    """By id of the question."""
    found = await asyncio.gather(*(_suggested(nats, who, question) for question in questions))
    return dict(zip(questions, found, strict=True))


async def _suggested(nats: Client, who: Acting, question: str) -> Suggested:
    if not nats.is_connected or who.worker is None:
        return Suggested(asked=False)
    try:
        reply = await send(nats, SuggestAnswers(actor=who.actor, key=str(ULID()), question=question), PATIENCE_S)
        return Suggested.model_validate(reply.state) if isinstance(reply, Done) else Suggested(asked=False)
    except (NatsError, TimeoutError, ValidationError) as error:
        logger().warning("nothing-suggested", error=in_short(error))
        return Suggested(asked=False)


async def who_did_what(nats: Client, who: Acting, question: str) -> list[Entry] | Refused:
    """The latest last."""
    reply = await send(nats, ReadHistory(actor=who.actor, key=str(ULID()), question=question))
    return reply if isinstance(reply, Refused) else entries(reply.state)


def entries(state: Mapping[str, Any]) -> list[Entry]:
    """The entries of a reply: "from" and "to" are the states before and after."""
    told = [{**entry, "before": entry.get("from"), "after": entry.get("to")} for entry in state.get("entries") or ()]
    return TypeAdapter(list[Entry]).validate_python(told)


async def slip(
    nats: Client, who: Acting, submission: str, question: str, format: Literal["pdf", "docx"]
) -> File | Refused:
    """The transfer slip of a question that left the commune."""
    command = RenderSlip(actor=who.actor, key=str(ULID()), submission=submission, question=question, format=format)
    return await drawn(nats, command)
