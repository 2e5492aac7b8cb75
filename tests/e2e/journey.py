"""What came of a plan that was played: what was said, which mails and letters lie there, who had which form."""

import email
import email.policy
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from functools import cached_property
from typing import Any

import httpx
import nats
import pypdf

from deploy.embedded.installation import RunningStack
from deploy.embedded.quiet import until_quiet
from deploy.embedded.rehearsal.forms import Sent
from deploy.embedded.rehearsal.ledger import Ledger
from deploy.embedded.rehearsal.play import Outcome
from shared.cases import read
from shared.clock import move_clock
from shared.contracts import Event
from shared.web import HANOI
from tests.door import let_in_now


@dataclass(frozen=True)
class Journey:
    """One plan, played to its end. Days are those of Hanoi."""

    commune: str
    outcome: Outcome
    events: Sequence[Event]
    stack: RunningStack

    @property
    def ledger(self) -> Ledger:
        return self.outcome.ledgers[self.commune]

    def named(self, name: str, **fields: Any) -> list[Any]:
        """Events of a name whose fields have these values, in the order in which they were said."""
        return [
            event
            for event in self.events
            if event.name == name and all(getattr(event, field) == value for field, value in fields.items())
        ]

    def the(self, name: str, **fields: Any) -> Any:
        """The one event of that name and these values."""
        [event] = self.named(name, **fields)
        return event

    def days(self, name: str, **fields: Any) -> list[date]:
        """The days on which it was said."""
        return [event.occurred_at.astimezone(HANOI).date() for event in self.named(name, **fields)]

    def due(self, rule: str, **fields: Any) -> list[date]:
        """The last days of the terms of a rule, as first set."""
        return [event.due_on for event in self.named("deadline-set", rule=rule, **fields)]

    def sent(self, key: str) -> Sent:
        """The form of this key."""
        [sent] = [sent for sent in self.outcome.sent.values() if sent.form.key == key]
        return sent

    def case(self, key: str) -> str:
        """Id of the form of this key."""
        return self.sent(key).case

    def question(self, key: str, number: int = 1) -> str:
        """Id of a question of the form of this key."""
        return f"{self.case(key)}-{number}"

    def settled(self, key: str, number: int = 1) -> str:
        """How a question of the form of this key was settled, once in each round; the last of them."""
        question = self.question(key, number)
        settled = self.named("question-settled", question=question)
        assert len(settled) == 1 + len(self.named("question-reopened", question=question))
        how: str = settled[-1].how
        return how

    def mails(self, kind: str, to: str | None = None) -> list[EmailMessage]:
        """Mails of a kind, to an address, as they lie in the catcher."""
        return [
            mail
            for name, mail in self._mails
            if (f".{kind}" in name or f"-{kind}-" in name)
            and (to is None or to in [one.addr_spec for one in mail["To"].addresses])
        ]

    def mail(self, kind: str, to: str) -> str:
        """The text of the one mail of a kind to an address, spaces made single."""
        [mail] = self.mails(kind, to)
        return text_of(mail)

    def letters(self, kind: str, key: str | None = None) -> list[str]:
        """The texts of the printed letters of a kind, of the form of this key; spaces made single."""
        case = self.case(key) if key else ""
        return [text for name, text in self._letters if f".{kind}" in name and name.startswith(case)]

    def public(self) -> httpx.AsyncClient:
        """What everybody can open."""
        return httpx.AsyncClient(base_url=self.stack.public_url, timeout=30)

    def console(self, person: str) -> httpx.AsyncClient:
        """The console, as whoever of the commune has this address, or his superior."""
        address = self.stack.services["console"]
        return httpx.AsyncClient(base_url=address, cookies=let_in_now(address, self.commune, person), timeout=30)

    @cached_property
    def _mails(self) -> list[tuple[str, EmailMessage]]:
        return list(self._read_mails())

    def _read_mails(self) -> Iterator[tuple[str, EmailMessage]]:
        for file in sorted(self.stack.mail.glob("*.eml")):
            yield file.name, email.message_from_bytes(file.read_bytes(), policy=email.policy.default)  # type: ignore[misc]

    @cached_property
    def _letters(self) -> list[tuple[str, str]]:
        return [
            (file.name, " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split()))
            for file in sorted(self.stack.letters.rglob("*.pdf"))
        ]


async def said_of(commune: str, stack: RunningStack) -> list[Event]:
    """All that has been said of a commune by now, in the order of the stream."""
    client = await nats.connect(stack.nats_url)
    try:
        return [envelope.open() async for _, envelope in read(client, f"event.*.{commune}.>")]
    finally:
        await client.close()


async def let_pass(stack: RunningStack, until: datetime) -> None:
    """Simulated time goes on until then, and all that was due is done."""
    client = await nats.connect(stack.nats_url)
    try:
        await move_clock(client, until)
        await until_quiet(client, stack.services, swept_at=until)
    finally:
        await client.close()


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail, spaces made single."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def words_of(page: str) -> str:
    """What a page says, without its marks; spaces made single."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
