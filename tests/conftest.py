"""What every test shares: hypothesis measures no time, tests keep to loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from tests.faultpoints import Commands, commands
from tests.servers import postgres as postgres_server
from tests.servers import want

# A deadline would make every property a timed test on a busy machine, and examples that are other
# ones each time would fail a change that has no part in it: `--hypothesis-profile=search` looks
# for more.
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", QUIET, max_examples=1000)
settings.register_profile("quiet", QUIET, derandomize=True)
settings.load_profile("quiet")


# The files that take longest, in seconds as measured (`make test` with --durations=60): they begin
# first, so that no process is left alone with one of them at the end.
LONGEST = {
    "tests/services/test_upgrade.py": 157,
    "tests/scenarios/test_kill.py": 151,
    "tests/benchmarks/test_benchmarks.py": 144,
    "tests/faults/test_slice.py": 139,
    "tests/services/test_disputes.py": 128,
    "tests/test_secrets.py": 122,
    "tests/scenarios/test_daemon_faults.py": 109,
    "tests/adapters/test_whole.py": 108,
    "tests/services/test_codes_bulk.py": 101,
    "tests/services/test_key_change_faults.py": 81,
    "tests/scenarios/test_daemon.py": 73,
    "tests/test_docs.py": 71,
    "tests/services/test_due_work.py": 49,
    "tests/unit/parsing/lists/tables/test_long_lists.py": 46,
    "tests/services/test_codes_sheets.py": 38,
    "tests/unit/parsing/sheets/test_xlsx_stream.py": 37,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda one: -LONGEST.get(one.nodeid.partition("::")[0], 0))


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
