"""The servers that tests run against. How they are chosen: tests/servers.py."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.servers import RunningSystem, Servers, chosen_servers, given_elsewhere, running

settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")


def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores, file by file, for a third of a test's time is waiting; one alone on servers that
    were given, which are shared and wiped."""
    return 0 if given_elsewhere() else (os.cpu_count() or 1) * 3 // 2


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """NATS, a database and a mail catcher for the whole run, as the tests before left them."""
    with chosen_servers() as found:
        yield found


@pytest.fixture
def fresh(servers: Servers) -> Servers:
    """The same servers, emptied for this test."""
    servers.wipe()
    return servers


@pytest.fixture(scope="module")
def stack(request: pytest.FixtureRequest) -> Iterator[RunningSystem]:
    """The whole system on the chosen servers, for the tests of one module; do not mix it with `fresh`."""
    if not given_elsewhere():
        with running() as system:
            yield system
        return
    servers: Servers = request.getfixturevalue("servers")
    servers.wipe()
    with running(nats_url=servers.nats_url, mongo_url=servers.mongo_url) as system:
        yield system


@pytest.fixture(scope="module")
def breakable_stack() -> Iterator[RunningSystem]:
    """The whole system on embedded servers of its own, so that a test may kill NATS and the database, too."""
    with running() as system:
        yield system
