"""What every test shares: hypothesis measures no time, tests keep to loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

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
