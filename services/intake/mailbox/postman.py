"""The communes' mailboxes, polled: every mail is taken in, and moved only after what it became is durable."""

import asyncio
from collections import Counter as Count
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import TypeVar

from nats.errors import Error as NatsError
from prometheus_client import Counter, Gauge

from services.intake.files import MOST_BYTES_OF_A_MAIL
from services.intake.mailbox import imap
from services.intake.mailbox.imap import Connection, NotGiven, Waiting, in_words
from services.intake.mailbox.mailboxes import Mailbox
from services.intake.mailbox.reception import MailReception, TakenIn, identified
from services.intake.store import Incomings
from shared import traces
from shared.clock import Clock, real_now
from shared.logs import in_short, logger
from shared.store import OUTAGES, StaleSave

MOST_TRIES = 3
LONGEST_PAUSE_S = 300.0
NOT_ITS_FAULT = (*OUTAGES, NatsError, StaleSave)
"""Our own troubles: the round ends, and no mail is blamed."""

POLLED_AT = Gauge("doithoai_mailbox_polled_timestamp_seconds", "When a mailbox was last read to its end", ["commune"])
FAILING = Gauge("doithoai_mailbox_failing", "1 while a mailbox cannot be read", ["commune"])
WAITING = Gauge("doithoai_mailbox_waiting", "Mails that wait to be taken in", ["commune"])
MAILS = Counter("doithoai_mails_total", "Mails taken in, by what became of them", ["commune", "outcome"])

T = TypeVar("T")


class Postman:
    """Reads one mailbox for ever, in rounds. busy: mails of the round that are not done yet."""

    def __init__(self, mailbox: Mailbox, room: MailReception, incomings: Incomings, now: Clock) -> None:
        self.mailbox = mailbox
        self.busy = 0
        self._room = room
        self._incomings = incomings
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"mailbox-{mailbox.commune}")
        self._stopping, self._stopped = asyncio.Event(), asyncio.Event()
        self._stopped.set()
        self._refused: Count[tuple[int, str]] = Count()
        self._unmoved: Count[tuple[int, str]] = Count()
        self._forgiven: set[str] = set()

    async def work(self) -> None:
        """A round, a pause, the next round; after a failure the pauses grow."""
        failed = 0
        self._stopped.clear()
        FAILING.labels(self.mailbox.commune).set(0)
        while not self._stopping.is_set():
            try:
                await self.round()
                failed = 0
                POLLED_AT.labels(self.mailbox.commune).set(real_now().timestamp())
            except imap.AWAY as error:
                failed += 1
                logger().warning("mailbox-away", commune=self.mailbox.commune, why=in_words(error, self.mailbox))
            except NOT_ITS_FAULT as error:
                failed += 1
                logger().warning("mailbox-waits", commune=self.mailbox.commune, error=in_short(error))
            except Exception as error:  # noqa: BLE001 - a mailbox must not fall silent
                failed += 1
                logger().error("mailbox-failed", commune=self.mailbox.commune, exc_info=error)
            finally:
                self.busy = 0
            FAILING.labels(self.mailbox.commune).set(min(failed, 1))
            pause = min(self.mailbox.every_s * 2 ** min(failed, 10), max(LONGEST_PAUSE_S, self.mailbox.every_s))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._stopped.set()

    async def stop(self) -> None:
        """No further mail is begun; the one in hand is finished."""
        self._stopping.set()
        await self._stopped.wait()

    async def round(self) -> int:
        """Take in every mail that waits now. Returns how many were.

        Raises:
            one of imap.AWAY, or of NOT_ITS_FAULT: what was done until then stays done.
        """
        done = 0
        connections = ExitStack()
        try:
            connection = await self._in_thread(connections.enter_context, imap.opened(self.mailbox))
            validity = await self._in_thread(lambda: connection.validity)
            waiting = await self._in_thread(connection.waiting)
            waiting.sort(key=lambda one: self._trouble((validity, one.uid)))  # who stopped the last round waits
            for number, one in enumerate(waiting):
                self.busy = len(waiting) - number
                WAITING.labels(self.mailbox.commune).set(self.busy)
                if self._stopping.is_set():
                    break
                done += await self._deal_with(connection, (validity, one.uid), one)
            else:
                WAITING.labels(self.mailbox.commune).set(0)
        finally:
            await self._in_thread(connections.close)
        return done

    async def _deal_with(self, connection: Connection, place: tuple[int, str], one: Waiting) -> bool:
        """Fetch, take in, and only then move. A trace begins."""
        about = {"network.protocol.name": "imap", "doithoai.commune": self.mailbox.commune}
        with traces.span("take in mail", "consumer", about, parent=None) as span:
            taken = await self._fetched(connection, place, one)
            span.note("doithoai.outcome", taken.incoming.outcome if taken else "waits")
        if taken is None:
            return False
        self._unmoved[place] += 1  # what breaks the connection stays blamed
        try:
            await self._in_thread(connection.move, one.uid)
        except NotGiven as refused:
            logger().warning("mail-not-moved", commune=self.mailbox.commune, uid=one.uid, error=in_short(refused))
            return False
        del self._unmoved[place]
        if not taken.before:
            MAILS.labels(self.mailbox.commune, taken.incoming.outcome).inc()
            logger().info("mail", commune=self.mailbox.commune, mail=taken.incoming.id, why=taken.incoming.why)
        return True

    async def _fetched(self, connection: Connection, place: tuple[int, str], one: Waiting) -> TakenIn | None:
        """What became of the mail; None where it must wait for the next round, or is gone."""
        received_at = self._arrived(one.received_at)
        headers_only = one.size > MOST_BYTES_OF_A_MAIL or self._refused[place] >= MOST_TRIES
        self._refused[place] += 1
        try:
            data = await self._in_thread(connection.headers if headers_only else connection.whole, one.uid)
        except NotGiven as refused:
            logger().warning("mail-not-given", commune=self.mailbox.commune, uid=one.uid, error=in_short(refused))
            return None
        del self._refused[place]
        if data is None:
            return None
        if headers_only:
            return await self._headers_only(data, one, received_at)
        return await self._taken_in(data, received_at)

    async def _headers_only(self, headers: bytes, one: Waiting, received_at: datetime) -> TakenIn:
        if one.size > MOST_BYTES_OF_A_MAIL:
            folder = self.mailbox.processed
            return await self._room.note_too_large(self.mailbox.commune, headers, one.size, folder, received_at)
        return await self._room.give_up(self.mailbox.commune, headers, received_at)

    def _trouble(self, place: tuple[int, str]) -> int:
        return self._refused[place] + self._unmoved[place]

    async def _taken_in(self, data: bytes, received_at: datetime) -> TakenIn | None:
        """A mail that fails is tried three times, counted where a crash forgets nothing; then a clerk gets it."""
        commune = self.mailbox.commune
        id = await asyncio.to_thread(identified, commune, data)
        tries = 0
        try:
            if id not in self._forgiven:
                tries = await self._incomings.tried(id)
            self._forgiven.discard(id)
            if tries > MOST_TRIES:
                taken = await self._room.give_up(commune, data, received_at)
            else:
                taken = await self._room.take_in(commune, data, received_at)
        except NOT_ITS_FAULT:
            self._forgiven.add(id)
            raise
        except Exception as error:  # noqa: BLE001 - one bad mail never stops the next
            logger().error("mail-failed", commune=commune, mail=id, tries=tries, exc_info=error)
            if tries < MOST_TRIES:
                return None
            taken = await self._room.give_up(commune, data, received_at)
        await self._incomings.forget_tries(id)
        return taken

    def _arrived(self, received_at: datetime) -> datetime:
        """When the server got it, by our clock: a rehearsal's runs ahead of the server's."""
        age = max(real_now() - received_at, timedelta())
        return self._now() - age

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


class Postmen:
    """All mailboxes, each beside the others."""

    def __init__(self, mailboxes: Sequence[Mailbox], room: MailReception, incomings: Incomings, now: Clock) -> None:
        self._postmen = [Postman(mailbox, room, incomings, now) for mailbox in mailboxes]

    @property
    def busy(self) -> int:
        return sum(postman.busy for postman in self._postmen)

    async def work(self) -> None:
        await asyncio.gather(*(postman.work() for postman in self._postmen))

    async def stop(self) -> None:
        await asyncio.gather(*(postman.stop() for postman in self._postmen))
