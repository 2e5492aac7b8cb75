"""The post room on a real database and a real mail server: what cannot be undone is done once, whatever dies."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from email.message import Message
from pathlib import Path

import pytest

from services.notify import rules
from services.notify.post import AT_ONCE, PostRoom
from services.notify.smtp import Mailer
from services.notify.store import Correspondences
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.notify import NotificationSent
from shared.store import Database
from tests.builders import NOW, SUBMISSION, submission_received
from tests.servers import RunningSystem, running

TIME_LIMIT_S = 30.0


@pytest.fixture(scope="module")
def breakable() -> Iterator[RunningSystem]:
    """A database and a mail server that a test may kill."""
    with running(services=()) as system:
        yield system


class UnluckyMailer(Mailer):
    """Right after a mail has left, something else dies."""

    def __init__(self, url: str, disaster: Callable[[], None]) -> None:
        super().__init__(url, AT_ONCE)
        self._disaster = disaster

    async def send(self, mail: Message, sender: str, recipients: Sequence[str]) -> None:
        await super().send(mail, sender, recipients)
        self._disaster()


@asynccontextmanager
async def post_room(system: RunningSystem, mailer: Mailer, letters: Path) -> AsyncIterator[PostRoom]:
    database = Database(system.addresses.mongo_url, "notify")
    await database.prepare()
    post = PostRoom(Correspondences(database), Communes.load(), mailer, letters, "http://localhost", lambda: NOW)
    work = asyncio.create_task(post.work())
    try:
        yield post
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        database.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_a_mail_that_left_while_the_database_died_is_recorded_later_and_not_sent_again(
    breakable: RunningSystem, tmp_path: Path
) -> None:
    mailer = UnluckyMailer(breakable.addresses.smtp_url, lambda: breakable.kill("database"))
    async with post_room(breakable, mailer, tmp_path) as post:
        assert await post.begin(rules.acknowledge(None, submission_received(), NOW))

        async def is_idle() -> bool:
            return not post.busy

        await until(is_idle)
        [sent] = [event for event in await said(breakable) if isinstance(event, NotificationSent)]
    assert not sent.uncertain
    [mail] = breakable.addresses.mail.glob("*.eml")
    assert sent.reference.strip("<>") in mail.name


async def said(system: RunningSystem) -> list[Event]:
    database = Database(system.addresses.mongo_url, "notify")
    try:
        return [envelope.open() for envelope in await Correspondences(database).history(SUBMISSION)]
    finally:
        database.close()
