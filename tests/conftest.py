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
    "tests/adapters/test_whole.py": 53,
    "tests/benchmarks/test_benchmarks.py": 51,
    "tests/scenarios/test_kill.py": 45,
    "tests/scenarios/test_daemon_faults.py": 42,
    "tests/adapters/test_mailbox_faults.py": 41,
    "tests/scenarios/test_scenarios.py": 40,
    "tests/services/test_disputes.py": 39,
    "tests/services/test_every_mail_a_row.py": 38,
    "tests/judged/test_judged.py": 34,
    "tests/scenarios/test_daemon.py": 34,
    "tests/services/test_upgrade.py": 29,
    "tests/unit/worker/test_reader.py": 28,
    "tests/unit/cli/test_read_files.py": 26,
    "tests/faults/test_slice.py": 25,
    "tests/unit/parsing/lists/tables/test_long_lists.py": 25,
    "tests/test_secrets.py": 24,
    "tests/services/test_codes_bulk.py": 24,
    "tests/services/test_posting.py": 24,
    "tests/services/test_rotate.py": 22,
    "tests/scenarios/test_signs_of_life.py": 20,
    "tests/test_docs.py": 20,
    "tests/services/test_key_change_faults.py": 19,
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
