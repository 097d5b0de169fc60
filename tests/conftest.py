"""What every test shares: hypothesis measures no time, tests keep to loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from tests.faultpoints import Commands, commands
from tests.servers import postgres as postgres_server
from tests.servers import want

# A deadline would make every property a timed test on a busy machine.
settings.register_profile("quiet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("quiet")


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """A server of its own for the tests of one module."""
    want(postgres_server.missing())
    with postgres_server.postgres() as url:
        yield url


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """The module's server, emptied after the test."""
    yield postgres_url
    empty(postgres_url)


def empty(url: str) -> None:
    """Remove everything from a database."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


@pytest.fixture(scope="session")
def far() -> Iterator[Commands]:
    """What runs commands in processes that can be ended at a point; started once."""
    with commands() as made:
        yield made
