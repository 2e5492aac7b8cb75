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
from services.notify.mailing.smtp import Mailer
from services.notify.post import AT_ONCE, PostRoom
from services.notify.store import Correspondences
from shared.communes import Communes
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.store import Database, Saved, StaleSave
from tests.builders import NOW, SUBMISSION, submission_received
from tests.servers import Servers

TIME_LIMIT_S = 20.0


async def test_two_post_rooms_share_what_waits_and_each_mail_leaves_once(fresh: Servers, tmp_path: Path) -> None:
    databases = [Database(fresh.mongo_url, "notify") for _ in range(2)]
    await databases[0].prepare()
    for number in range(40):
        received = submission_received(case=f"01J{number}")
        await Correspondences(databases[0]).create(*rules.acknowledge(None, received, NOW))
    rooms = [post_room(fresh, Correspondences(database), tmp_path) for database in databases]
    await asyncio.gather(*(room.take_what_waits() for room in rooms))
    await asyncio.gather(*map(work_off, rooms))
    sent = [
        event
        for number in range(40)
        for envelope in await Correspondences(databases[0]).history(f"01J{number}")
        if isinstance(event := envelope.open(), NotificationSent)
    ]
    assert sorted(one.case for one in sent) == sorted(f"01J{number}" for number in range(40))
    assert not any(one.uncertain for one in sent)
    assert len(list(fresh.mail.glob("*.eml"))) == 40
    for database in databases:
        database.close()


async def test_a_correspondence_that_cannot_be_read_does_not_keep_the_others_waiting(
    fresh: Servers, tmp_path: Path
) -> None:
    database = Database(fresh.mongo_url, "notify")
    letters = Correspondences(database)
    await database.prepare()
    for case in ("01JA", "01JB"):
        await letters.create(*rules.acknowledge(None, submission_received(case=case), NOW))
    await database.collection("correspondence").update_one({"_id": "01JA"}, {"$set": {"questions": "damaged"}})
    room = post_room(fresh, letters, tmp_path)
    await room.take_what_waits()
    await work_off(room)
    assert [file.name.split("-", 1)[1].split("@")[0] for file in fresh.mail.glob("*.eml")] == ["01JB.receipt"]
    database.close()


def post_room(servers: Servers, letters: Correspondences, folder: Path) -> PostRoom:
    mailer = Mailer("smtp://{}:{}".format(*servers.smtp), AT_ONCE)
    return PostRoom(letters, Communes.load(), mailer, folder, "http://localhost", "http://desk", lambda: NOW)


async def work_off(post: PostRoom) -> None:
    """Let a post room send what it has claimed, then stop it in order."""
    work = asyncio.create_task(post.work())
    async with asyncio.timeout(TIME_LIMIT_S):
        while post.busy:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await post.stop()
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


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
    post = post_room(fresh, letters, tmp_path)
    assert await post.begin(rules.acknowledge(None, submission_received(), NOW))
    await work_off(post)
    queued, sent = [envelope.open() for envelope in await letters.history(SUBMISSION)]
    assert isinstance(queued, NotificationQueued)
    assert isinstance(sent, NotificationSent)
    assert not sent.uncertain
    [mail] = fresh.mail.glob("*.eml")
    assert sent.reference.strip("<>") in mail.name
