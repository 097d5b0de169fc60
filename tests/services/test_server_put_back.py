"""A real Dovecot that is restored from a snapshot: it gives UIDs again at the same UIDVALIDITY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exchange.services.people import audit_log
from tests.servers import want
from tests.servers.dovecot import Dovecot
from tests.services.yards import US, Yard, asks


@dataclass
class _Door:
    port: int
    ca_file: Path


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    want(Dovecot.missing())
    with Dovecot({US: "secret"}) as found:
        yield found


@pytest.fixture
def yard(tmp_path: Path, dovecot: Dovecot) -> Iterator[Yard]:
    found = Yard(tmp_path / "lose", _Door(dovecot.imap_port, dovecot.ca_file))
    yield found
    found.close()


def _restored(dovecot: Dovecot, copy: Path) -> None:
    dovecot.stop()
    dovecot.put_back(US, copy)
    dovecot.start()


@pytest.mark.parametrize("arrive_before_we_look", [True, False])
def test_every_mail_is_answered_once(
    yard: Yard, dovecot: Dovecot, arrive_before_we_look: bool
) -> None:
    dovecot.append(US, [asks(1), asks(2)])
    yard.round()
    assert yard.answers() == 2
    dovecot.append(US, [asks(3)])
    dovecot.stop()
    copy = dovecot.snapshot(US)
    dovecot.start()
    yard.round()
    dovecot.append(US, [asks(4), asks(5)])
    yard.round()
    assert yard.answers() == 5
    validity = {row.ref.uidvalidity for row in yard.rows()}
    _restored(dovecot, copy)  # mail 3 is in the inbox, the UIDs of 4 and 5 are free
    if not arrive_before_we_look:
        yard.round()
    dovecot.append(US, [asks(6), asks(7), asks(8)])
    for _ in range(4):
        yard.round()
    rows = yard.rows()
    assert {row.ref.uidvalidity for row in rows} == validity
    assert len([row for row in rows if row.ref.uid < 0]) == 2  # UIDs were used again
    assert yard.answers() == 8
    assert yard.sql("SELECT count(*) FROM inbound_request") == [(8,)]
    assert {(row.state, row.folder) for row in rows} == {("filed", "processed")}
    assert sorted(yard.raw(row.id) for row in rows) == [asks(number) for number in range(1, 9)]
    assert yard.box.list() == []
    audit_log.verify(yard.ctx)
