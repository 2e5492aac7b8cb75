"""An independent ledger: what the stream, the mail folder and the letter folder say, read without the services."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any, TypeVar

from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from pymongo import MongoClient

from deploy.embedded.installation import RunningStack
from shared.contracts import SERVICES, Envelope, Event

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Mail:
    message_id: str
    to: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that has happened so far, as seen from outside.

    envelopes: every message of the stream, in its order. letters: PDF files by name.
    """

    envelopes: tuple[Envelope, ...]
    mails: tuple[Mail, ...]
    letters: dict[str, Path]
    parked: int

    def all(self, contract: type[E], /, **fields: Any) -> list[E]:
        """Events of one kind with these values, in the order of the stream."""
        found = [envelope.open() for envelope in self.envelopes if envelope.type == contract.type]
        return [
            event
            for event in found
            if isinstance(event, contract) and all(getattr(event, name) == value for name, value in fields.items())
        ]

    def copies(self, message_id: str) -> int:
        """How many times a mail lies in the folder."""
        return sum(mail.message_id == message_id for mail in self.mails)

    @property
    def said_twice(self) -> list[str]:
        """Ids that the stream has more than once."""
        return [id for id, times in Counter(envelope.id for envelope in self.envelopes).items() if times > 1]

    @property
    def out_of_order(self) -> list[str]:
        """Aggregates whose history does not come as 1, 2, 3 … in the stream."""
        histories: dict[str, list[int]] = {}
        for envelope in self.envelopes:
            histories.setdefault(envelope.id.rpartition(":")[0], []).append(envelope.sequence)
        return [id for id, places in histories.items() if places != list(range(1, len(places) + 1))]


async def taken(client: Client, place: RunningStack) -> Ledger:
    """Read everything."""
    js = client.jetstream()
    folder = place.letters
    return Ledger(
        envelopes=tuple([envelope async for envelope in _stream(client)]),
        mails=tuple(_mails(place.mail)),
        letters={file.name: file for file in folder.rglob("*.pdf")},
        parked=(await js.stream_info("DEADLETTERS")).state.messages,
    )


async def _stream(client: Client) -> Any:
    subscription = await client.jetstream().subscribe("event.>", ordered_consumer=True)
    left = (await client.jetstream().stream_info("EVENTS")).state.messages
    try:
        while left:
            message = await subscription.next_msg(timeout=5)
            yield Envelope.model_validate_json(message.data)
            left = message.metadata.num_pending
    except NatsTimeoutError as error:
        raise AssertionError(f"the stream says that {left} more messages follow") from error
    finally:
        await subscription.unsubscribe()


def _mails(folder: Path) -> Iterable[Mail]:
    for file in sorted(folder.glob("*.eml")):
        mail = message_from_bytes(file.read_bytes())
        yield Mail(str(mail["Message-ID"]), str(mail["X-RcptTo"]))


def unpublished(place: RunningStack) -> dict[str, int]:
    """Saves that the stream does not have yet, by service: the outboxes, read from the databases."""
    left: dict[str, int] = {}
    with MongoClient[Any](place.mongo_url) as client:
        for service in SERVICES:
            database = client[f"doithoai_{service}"]
            for name in database.list_collection_names():
                behind = [
                    one["said"] - one["published"]
                    for one in database[name].find({}, {"said": 1, "published": 1})
                    if one["said"] != one["published"]
                ]
                if behind:
                    left[service] = left.get(service, 0) + len(behind)
    return left


def histories(place: RunningStack) -> dict[str, int]:
    """How many events each service's database holds, to compare with the stream."""
    held: dict[str, int] = {}
    with MongoClient[Any](place.mongo_url) as client:
        for service in SERVICES:
            database = client[f"doithoai_{service}"]
            held[service] = sum(
                one["said"] for name in database.list_collection_names() for one in database[name].find({}, {"said": 1})
            )
    return held
