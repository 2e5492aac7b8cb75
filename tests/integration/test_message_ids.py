"""The secret in notify's Message-IDs, in a real database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.notify.mailing.message_ids import MessageIds, Secrets
from shared.store import Database
from tests.servers import Servers


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "notify")
    yield database
    database.close()


async def test_replicas_that_start_together_have_the_same_secret_and_keep_it(database: Database) -> None:
    replicas = [MessageIds() for _ in range(10)]
    await asyncio.gather(*(one.learn(Secrets(database)) for one in replicas))
    later = MessageIds()
    await later.learn(Secrets(database))
    [token] = {one.token("01J.answer.1") for one in [*replicas, later]}
    assert later.made("01J.answer.1", token)
    assert not later.made("01J.answer.2", token)
    assert not MessageIds(b"").made("01J.answer.1", token), "it is a secret indeed"


async def test_nothing_is_made_or_believed_before_it_is_known() -> None:
    with pytest.raises(AssertionError):
        MessageIds().token("01J.answer.1")
