"""The rehearsal clock of an installation: one time for all, which only moves forward."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import nats
import pytest
from nats.aio.client import Client

from shared.clock import RehearsalClock, move_clock, moved_to, provision_clock, real_now
from tests.servers import Servers

MAY = datetime(2031, 5, 14, 1, 30, tzinfo=UTC)


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    await provision_clock(client)
    yield client
    await client.close()


async def followed(client: Client) -> RehearsalClock:
    clock = RehearsalClock()
    await clock.follow(client)
    return clock


async def test_a_clock_that_nobody_has_set_shows_the_real_time(client: Client) -> None:
    assert await moved_to(client) is None
    assert timedelta() <= (await followed(client))() - real_now() < timedelta(seconds=1)


async def test_whoever_starts_later_has_the_time_of_the_others(client: Client) -> None:
    first = await followed(client)
    await move_clock(client, MAY)
    second = await followed(client)
    await client.flush()
    assert MAY <= first() < MAY + timedelta(seconds=5)
    assert abs(first() - second()) < timedelta(seconds=1)


async def test_time_never_goes_back_not_even_for_who_starts_later(client: Client) -> None:
    await move_clock(client, MAY)
    await move_clock(client, MAY - timedelta(days=1))
    assert (await followed(client))() >= MAY


async def test_a_move_to_what_has_passed_already_is_heard_too_so_that_what_is_due_is_done(client: Client) -> None:
    clock, heard = await followed(client), list[datetime]()

    async def note() -> None:
        heard.append(clock())

    clock.on_move(note)
    await move_clock(client, MAY)
    await move_clock(client, MAY - timedelta(days=1))
    await client.flush()
    assert (len(heard), min(heard) >= MAY) == (2, True)


async def test_of_several_who_move_it_together_whoever_moves_it_furthest_wins(client: Client) -> None:
    moves = [MAY + timedelta(days=days) for days in (3, 9, 1, 7, 5)]
    await asyncio.gather(*(move_clock(client, to) for to in moves))
    assert max(moves) <= (await followed(client))() < max(moves) + timedelta(hours=1)


async def test_its_instants_are_whole_milliseconds_as_the_database_keeps_them(client: Client) -> None:
    await move_clock(client, MAY + timedelta(microseconds=123_456))
    clock = await followed(client)
    assert [clock().microsecond % 1000 for _ in range(5)] == [0] * 5
