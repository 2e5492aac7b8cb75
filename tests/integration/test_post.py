"""The post room on a real database and a real mail server: what cannot be undone is done once, whatever is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from services.notify import rules
from services.notify.correspondence import Correspondence
from services.notify.post import AT_ONCE, PostRoom
from services.notify.smtp import Mailer
from services.notify.store import Correspondences
from shared.communes import Communes
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.store import Database, Saved, StaleSave
from tests.builders import NOW, SUBMISSION, submission_received
from tests.servers import Servers

TIME_LIMIT_S = 20.0


class AwayFor(Correspondences):
    """A database that is away, for longer than the driver waits for it, when a first change is to be saved."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.outage: list[Exception] = [
            AutoReconnect("connection closed"),
            ServerSelectionTimeoutError("no server"),
            StaleSave("others were faster"),
        ]

    async def change(self, *arguments: Any, **more: Any) -> Saved[Correspondence]:
        if self.outage:
            raise self.outage.pop(0)
        return await super().change(*arguments, **more)


@pytest.fixture
async def letters(fresh: Servers) -> AsyncIterator[AwayFor]:
    database = Database(fresh.mongo_url, "notify")
    letters = AwayFor(database)
    await database.prepare()
    yield letters
    database.close()


async def test_a_mail_that_left_while_the_database_was_away_is_recorded_later_and_not_sent_again(
    fresh: Servers, letters: AwayFor, tmp_path: Path
) -> None:
    mailer = Mailer("smtp://{}:{}".format(*fresh.smtp), AT_ONCE)
    post = PostRoom(letters, Communes.load(), mailer, tmp_path, "http://localhost", lambda: NOW)
    assert await post.begin(rules.acknowledge(None, submission_received(), NOW))
    work = asyncio.create_task(post.work())
    async with asyncio.timeout(TIME_LIMIT_S):
        while post.busy:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await post.stop()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    queued, sent = [envelope.open() for envelope in await letters.history(SUBMISSION)]
    assert isinstance(queued, NotificationQueued)
    assert isinstance(sent, NotificationSent)
    assert not sent.uncertain
    [mail] = fresh.mail.glob("*.eml")
    assert sent.reference.strip("<>") in mail.name
