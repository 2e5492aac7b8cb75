"""A thousand people are written to while notify is killed twenty times, and the mail server hangs up now and then.

Sixteen of the kills come in the middle of a conversation with the mail server, at a random mail and a random word of
it; the other four while print runs are closed. Afterwards the mail server's own account, the files and the stream are
held against what each person was to get: one mail, or copies of one that is flagged as uncertain; or one letter in one
print run.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import nats
import pytest
import structlog
from nats.aio.client import Client
from pymongo import MongoClient
from pypdf import PdfReader

from deploy.embedded.ports import free_block
from deploy.embedded.quiet import until_quiet
from shared.broker import EVENTS
from shared.clock import move_clock, moved_to
from shared.contracts import Envelope, Event, notify, routing
from shared.contracts.post import PrintRunClosed
from tests.builders import NOW, of_question, question, registrant, submission_received
from tests.chaos.ledger import Ledger, taken
from tests.chaos.victim import Victim
from tests.servers import Loop, RunningSystem, running
from tests.smtpservers import DROP, SmtpServer, Stage

BY_MAIL, BY_LETTER = range(1, 801), range(801, 1001)
KILLS_OF_MAILS, KILLS_OF_RUNS = 16, 4
SEED = 6
DOMAINS = 7
"""Of the receivers' addresses: three mails go to one at a time."""

ANY_WORD: tuple[Stage, ...] = ("mail", "rcpt", "data", "dot", "kept")
MISCHIEF: dict[Stage, tuple[tuple[float, str], ...]] = {
    "mail": ((0.01, "451 4.3.2 later"),),
    "rcpt": ((0.01, "450 4.2.0 greylisted"),),
    "dot": ((0.005, DROP), (0.005, "452 4.3.1 disk full")),
    "kept": ((0.01, DROP),),
}
A_WHILE = timedelta(minutes=3)
"""Longer than a claim lives whose process has died, and than the first pause after a refusal."""
CUT_OFF = NOW + timedelta(hours=7, minutes=1)
LIMIT_S = 300.0
"""Sixteen lives of a process may lie in it, each as long as a start takes on a busy machine."""

log = structlog.get_logger("chaos")


@dataclass
class Treacherous(SmtpServer):
    """A mail server that fails at random, and in whose conversations notify dies at random."""

    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    victim: Victim | None = None
    kills_left: int = 0
    _mails_to_live: int = 0
    _last_word: Stage = "mail"

    def mischief(self, stage: Stage) -> str | None:
        if self.victim is not None and self.kills_left and self._is_the_last_word(stage):
            self.kills_left -= 1
            self.victim.kill()
        lot = self.chance.random()
        for share, what in MISCHIEF.get(stage, ()):
            if lot < share:
                return what
            lot -= share
        return None

    def _is_the_last_word(self, stage: Stage) -> bool:
        """After ten to fifty mails, at any word of one."""
        if not self._mails_to_live:
            self._mails_to_live, self._last_word = self.chance.randint(10, 50), self.chance.choice(ANY_WORD)
        self._mails_to_live -= stage == self._last_word
        return not self._mails_to_live


@dataclass(frozen=True, slots=True)
class Aftermath:
    ledger: Ledger
    server: Treacherous
    runs: Sequence[dict[str, Any]]
    kills: int


def case(number: int) -> str:
    return f"01JCHAOS{number:04}"


def facts(number: int) -> list[Event]:
    """Whoever gave an e-mail address is owed a receipt, everybody else an answer on paper."""
    id, asked = case(number), f"{case(number)}-1"
    by_mail = number in BY_MAIL
    email = f"thu{number}@nguoidan{number % DOMAINS}.example" if by_mail else None
    received = submission_received(
        case=id,
        code=f"K{number:03}-CHAO",
        dialogue=None,
        registrant=registrant(name=f"Nguyễn Văn Thử {number}", email=email, phone=f"09{number:08}"),
        questions=(question().model_copy(update={"id": asked}),),
    )
    if by_mail:
        return [received]
    return [received, of_question(routing.AnswerApproved, case=id, question=asked, dialogue=None)]


async def say(client: Client, facts: Sequence[Event]) -> None:
    for event in facts:
        envelope = Envelope(
            id=f"{event.case}-{event.name}:1",
            source=f"/services/{event.speaker}",
            type=event.type,
            subject=event.subject,
            time=NOW,
            sequence=1,
            correlationid=event.case,
            data=event.model_dump(mode="json"),
        )
        await client.jetstream().publish(event.subject, envelope.model_dump_json().encode(), stream=EVENTS)


async def until_ready(url: str) -> None:
    async with asyncio.timeout(LIMIT_S), httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"{url}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class World:
    system: RunningSystem
    server: Treacherous
    victim: Victim
    client: Client

    async def at_rest(self) -> Ledger:
        await until_quiet(self.client, ["notify"], limit_s=LIMIT_S)
        return await taken(self.client, self.system.addresses)

    async def later(self, by: timedelta) -> Ledger:
        now = await moved_to(self.client)
        assert now is not None
        await move_clock(self.client, now + by)
        await until_quiet(self.client, ["notify"], swept_at=now + by, limit_s=LIMIT_S)
        return await self.at_rest()


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    with ExitStack() as stack:
        system = stack.enter_context(running(services=()))
        place, loop, server, port = system.addresses, Loop(), Treacherous(), free_block().base
        stack.callback(loop.close)
        loop.run(server.start())
        environment = {
            "NATS_URL": place.nats_url,
            "MONGO_URL": place.mongo_url,
            "SMTP_URL": server.url(),
            "DOITHOAI_SERVICE_PORT": str(port),
            "DOITHOAI_LETTERS": str(place.letters),
            "DOITHOAI_DATA": str(system.folder),
            "DOITHOAI_CLOCK": "rehearsal",
        }
        victim = Victim("notify", environment, system.folder / "log" / "notify.log")
        victim.start()
        stack.callback(victim.stop)
        await until_ready(f"http://127.0.0.1:{port}")
        client = await nats.connect(place.nats_url)
        await move_clock(client, NOW)
        yield World(system, server, victim, client)
        await client.close()


@pytest.fixture(scope="module")
async def after(world: World) -> Aftermath:
    began, server = monotonic(), world.server
    server.victim, server.kills_left = world.victim, KILLS_OF_MAILS
    for number in sorted([*BY_MAIL, *BY_LETTER], key=lambda number: number * 7919 % 1000):
        await say(world.client, facts(number))
    ledger = await world.at_rest()
    log.info("first quiet", seconds=round(monotonic() - began, 1), kills=world.victim.kills, mails=len(server.mails))
    while len(ledger.all(notify.NotificationSent, channel="email")) < len(BY_MAIL):
        now = await moved_to(world.client)
        assert now is not None
        assert now < NOW + timedelta(hours=6), "mails are still missing after hours"
        ledger = await world.later(A_WHILE)
    log.info("all mails", seconds=round(monotonic() - began, 1), kills=world.victim.kills, mails=len(server.mails))
    await close_the_run_among_deaths(world, server.chance)
    ledger = await world.later(A_WHILE)
    seconds = round(monotonic() - began, 1)
    uncertain = len(ledger.all(notify.NotificationSent, uncertain=True))
    copies = sum(times > 1 for times in Counter(mail.message_id for mail in server.mails).values())
    log.info("at the end", seconds=seconds, kills=world.victim.kills, uncertain=uncertain, came_twice=copies)
    with MongoClient[Any](world.system.addresses.mongo_url) as database:
        runs = list(database["doithoai_notify"]["print_run"].find())
    return Aftermath(ledger, server, runs, world.victim.kills)


async def close_the_run_among_deaths(world: World, chance: random.Random) -> None:
    """At the cut-off all letters leave, while notify dies after some of them."""
    leaving = await world.client.subscribe("event.notify.*.*.notification-sent")
    await world.client.flush()
    await move_clock(world.client, CUT_OFF)
    for _ in range(KILLS_OF_RUNS):
        for _ in range(chance.randint(1, 40)):
            await leaving.next_msg(timeout=LIMIT_S)
        await asyncio.to_thread(world.victim.kill)
    await leaving.unsubscribe()


def test_notify_died_twenty_times(after: Aftermath) -> None:
    assert after.kills == KILLS_OF_MAILS + KILLS_OF_RUNS


def test_each_person_got_one_mail_or_copies_of_one_that_is_flagged(after: Aftermath) -> None:
    sent = {one.case: one for one in after.ledger.all(notify.NotificationSent, channel="email")}
    assert sorted(sent) == [case(number) for number in BY_MAIL]
    assert len(after.ledger.all(notify.NotificationSent, channel="email")) == len(BY_MAIL), "and said once"
    copies = Counter(mail.message_id for mail in after.server.mails)
    assert set(copies) == {one.reference for one in sent.values()}, "nothing else went out"
    for one in sent.values():
        assert copies[one.reference] == 1 or one.uncertain, one
    receivers = {mail.to for mail in after.server.mails}
    assert len(receivers) == len(BY_MAIL)


def test_only_few_are_flagged(after: Aftermath) -> None:
    """At each death, those that were under way; and those whose connection broke."""
    flagged = after.ledger.all(notify.NotificationSent, uncertain=True)
    assert 0 < len(flagged) < 200


def test_every_letter_left_in_one_print_run_as_one_file_that_names_its_reader(after: Aftermath) -> None:
    sent = after.ledger.all(notify.NotificationSent, channel="letter")
    assert sorted(one.case for one in sent) == [case(number) for number in BY_LETTER]
    assert sorted(one.reference for one in sent) == sorted(after.ledger.letters)
    places = [(item["notification"], run["_id"]) for run in after.runs for item in kept_in(run)]
    assert sorted(places) == sorted((one.notification, one.run) for one in sent)
    closed = after.ledger.all(PrintRunClosed)
    assert sum(one.letters for one in closed) == len(BY_LETTER)
    assert len({one.run for one in closed}) == len(closed)
    for one in sent:
        text = " ".join(page.extract_text() for page in PdfReader(after.ledger.letters[one.reference]).pages)
        assert f"Nguyễn Văn Thử {int(one.case[-4:])}" in " ".join(text.split())


def kept_in(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for place, item in enumerate(run["items"]) if place not in run.get("dropped", ())]


def test_nothing_failed_and_nothing_is_parked_and_the_stream_has_all_in_order(after: Aftermath) -> None:
    ledger = after.ledger
    assert ledger.all(notify.NotificationFailed) == []
    assert (ledger.parked, ledger.said_twice, ledger.out_of_order) == (0, [], [])
