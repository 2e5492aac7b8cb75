"""A plan is played on the real stack, on its own days; a module of tests names it by `COMMUNE`."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio
from rich.console import Console

from deploy.embedded.rehearsal.play import Outcome, beginning, rehearse
from shared.contracts import Event
from tests.e2e.journey import Journey, said_of
from tests.servers import RunningSystem, Servers, given_elsewhere, running


@dataclass(frozen=True)
class Played:
    outcome: Outcome
    events: Sequence[Event]


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[RunningSystem]:
    """A new installation that begins with the script, on the chosen servers."""
    begins_at = beginning([request.module.COMMUNE])
    if not given_elsewhere():
        with running(begins_at=begins_at) as system:
            yield system
        return
    servers: Servers = request.getfixturevalue("servers")
    servers.wipe()
    with running(nats_url=servers.nats_url, mongo_url=servers.mongo_url, begins_at=begins_at) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def played(request: pytest.FixtureRequest, stack) -> Played:
    console = Console(file=io.StringIO())
    outcome = await rehearse(stack.addresses, console, communes=[request.module.COMMUNE], on_their_days=True)
    return Played(outcome, await said_of(request.module.COMMUNE, stack.addresses))


@pytest.fixture(scope="module")
def journey(request: pytest.FixtureRequest, stack, played: Played) -> Journey:
    """What was said and what lies there, once the last act is over."""
    return Journey(request.module.COMMUNE, played.outcome, played.events, stack.addresses)
