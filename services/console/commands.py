"""From a filled form to what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException

from services.console import offers
from services.console.acting import Acting
from services.console.door.audit import note_command
from services.console.event_words import event_name
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Actor, Command, Done, Refused
from shared.contracts.intake import RegisterSubmission
from shared.contracts.notify import ApologiseForDelay
from shared.contracts.people import submission_of
from shared.contracts.post import (
    ClosePrintRun,
    GiveNumbers,
    ImportTracking,
    OpenRegister,
    RecordDelivered,
    RecordPosted,
    RecordReturned,
)
from shared.contracts.texts import TextsCommand
from shared.service import Service

STATUS = {"invalid": 422, "forbidden": 403, "not-found": 404, "stale": 409, "not-now": 409, "unavailable": 503}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A command that had no effect, shown beside its form with everything that was typed.

    wrong: what to mend, by field. changes: what came since the page was opened, in words.
    """

    verb: str
    about: str
    typed: Mapping[str, str]
    status: int
    reason: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    def is_of(self, verb: str, about: Mapping[str, str]) -> bool:
        """Whether it was this form: the same command, on the same."""
        return self.verb == verb and all(self.typed.get(name) == value for name, value in about.items())


@dataclass(frozen=True, slots=True)
class Success:
    """A command that took effect, and on what. state: the aggregate, or what else the owning service answered."""

    verb: str
    about: str
    state: Mapping[str, Any] = field(default_factory=dict)


Reading = Callable[[str, Actor, Mapping[str, str]], Command]
"""Makes the command of a verb and a filled form, as `offers.command` does."""


async def perform(
    service: Service, reader: Reader, who: Acting, typed: Mapping[str, str], read: Reading = offers.command
) -> Success | Attempt:
    """Send the command of a filled form, and wait until the view has heard what came of it.

    Raises:
        HTTPException: 400 when there is no such command, 403 while nobody is chosen.
    """
    verb = typed.get("verb", "")
    try:
        command = read(verb, who.actor, typed)
    except KeyError:
        raise HTTPException(400, "Không có lệnh này.") from None
    except offers.WrongFields as error:
        about = next((typed[name] for name in offers.SUBJECTS if name in typed), "")
        return Attempt(verb, about, typed, 422, "Xin xem lại những mục được đánh dấu.", wrong=error.fields)
    return await carry_out(service, reader, command, typed)


async def carry_out(service: Service, reader: Reader, command: Command, typed: Mapping[str, str]) -> Success | Attempt:
    """Send a command, and wait until the view has heard what came of it. typed: the form it was made of.

    What is registered is a case of its own, whose id the reply gives.
    """
    about = (command.dialogue or "") if isinstance(command, RegisterSubmission) else offers.about(command)
    reply = await send(service.nats, command)
    await note_command(service, command, reply)
    match reply:
        case Done(version=version, state=state):
            if isinstance(command, RegisterSubmission):
                about = submission_of(str(state["questions"][0]["id"]))
            if awaited := _awaited(command, about, state):
                await reader.until(command.listener, awaited, version)
            return Success(command.verb, about, state)
        case Refused() as refused:
            if refused.code == "stale" and command.version is not None:
                await reader.until(command.listener, about, command.version + len(refused.changes))
            changes = tuple(map(event_name, refused.changes))
            return Attempt(command.verb, about, typed, STATUS[refused.code], refused.reason, changes=changes)


def _awaited(command: Command, about: str, state: Mapping[str, Any]) -> str | None:
    """Id of what the events that follow are told of; None where nothing is, or too much."""
    match command:
        case TextsCommand() | OpenRegister() | ClosePrintRun() | RecordPosted() | ImportTracking():
            return None
        case RecordDelivered() | RecordReturned() | GiveNumbers() if len(command.notifications) > 1:
            return None
        case ApologiseForDelay():
            messages = state.get("messages") or ()
            return str(messages[-1]["id"]) if messages else None
        case _:
            return about
