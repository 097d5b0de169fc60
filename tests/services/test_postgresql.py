"""The same work on PostgreSQL: a request answered, our own asked and answered, the log intact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.bootstrap import SetClock, open_context, open_courier, open_mailbox
from exchange.domain.columns.column_map import ColumnMap
from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.outbound import CaseState, Gained, LegState
from exchange.domain.time.sla import parse_instant
from exchange.errors import AlreadyRunning, NotStorable
from exchange.ports.records import VaultRecord
from exchange.provision import OwnParty, make_folder
from exchange.sandbox.servers import SandboxServers
from exchange.services.answering import party_columns
from exchange.services.asking import request
from exchange.services.codes.code_file import ReadOptions
from exchange.services.codes.codes import import_codes
from exchange.services.codes.import_report import CodeSource
from exchange.services.context import Context
from exchange.services.mailbox.rounds import Reachability, one_round
from exchange.services.people import audit_log, monthly
from exchange.store.db import Store
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import add_parties, make_party

PASSWORD = "only-for-this-test"
DEVICES = [DeviceId(bytes((0, 0xDB, 0, 0, 0, 0, 1, number))) for number in range(1, 61)]
CODES = {device: InstallCode(bytes(15) + device.raw[-1:]) for device in DEVICES}


@pytest.fixture
def url() -> Iterator[str]:
    want(missing())
    with postgres() as found:
        yield found


def _open(folder: Path, servers: SandboxServers, clock: SetClock, database: str = "") -> Context:
    signifier = folder.name.upper()
    address = f"codes@{folder.name}.example"
    make_folder(folder, OwnParty(signifier, f"{signifier.title()} Energy", address, database))
    config = folder / "config" / "exchange.toml"
    text = config.read_text()
    for host, port in (("imap", servers.imap_port), ("smtp", servers.smtp_port)):
        text = text.replace(
            f'host = "{host}.ours.example"',
            f'host = "127.0.0.1"\nport = {port}\nca_file = "{servers.ca_file}"',
        )
        (folder / "secrets" / f"{host}-password").write_text(PASSWORD)
    config.write_text(text)
    return open_context(folder, clock)


def test_both_directions(url: str, tmp_path: Path) -> None:
    clock = SetClock(parse_instant("2026-12-14T09:00"))
    accounts = {f"codes@{one}.example": PASSWORD for one in ("gain", "lose")}
    with SandboxServers(tmp_path / "servers", accounts, clock.now) as servers:
        lose = _open(tmp_path / "lose", servers, clock, url)
        gain = _open(tmp_path / "gain", servers, clock)
        add_parties(lose, make_party("GAIN"))
        add_parties(gain, make_party("LOSE"))
        own_columns = ColumnMap("Device ID", status="Outcome")
        party_columns.save_columns(lose, "GAIN", own_columns, "test")
        assert party_columns.columns_of_sender(lose, "codes@gain.example") == (own_columns,)
        done = lose.vault.put_many(VaultRecord(one, CODES[one], True) for one in DEVICES[:50])
        assert done.added == 50
        gained = [Gained(str(one), ("LOSE",), "ESME", "row") for one in DEVICES]
        assert request.create(gain, gained, "gained.csv").opened == 60
        for _ in range(3):
            for ctx in (gain, lose):
                box = open_mailbox(ctx, ctx.settings.mailbox[0])
                done_round = one_round(ctx, [box], open_courier(ctx), Reachability())
                box.close()
                assert not done_round.troubles
        with gain.store.reading() as tx:
            assert tx.outbound.case_counts() == {CaseState.CODE_RECEIVED: 50, CaseState.SEEKING: 10}
            for case in tx.outbound.cases(CaseState.CODE_RECEIVED):
                assert case.sealed_code
                raw = gain.sealer.open(case.sealed_code, "code")
                assert raw == CODES[DeviceId.parse(case.device)].raw
        with lose.store.reading() as tx:
            (asked,) = tx.inbound.requests()
            assert {state.value: n for state, n in tx.inbound.counts(asked.id).items()} == {
                "provided": 50,
                "held": 10,
            }
        assert audit_log.verify(lose)[0] > 60
        figures = monthly.build(lose, "2026-12").inbound
        assert (figures.devices_received, figures.answered_in_time, figures.held) == (60, 50, 10)
        # And as the one who asks: the database of the other engine chases in the same way.
        add_parties(lose, make_party("GAIN"))
        ask = [Gained("00-DB-00-00-00-00-02-01", ("GAIN",), "", "row")]
        request.create(lose, ask, "gained.csv")
        for day in ("2026-12-14T10:00", "2026-12-21T10:00", "2026-12-31T10:00"):
            clock.at = parse_instant(day)
            box = open_mailbox(lose, lose.settings.mailbox[0])
            one_round(lose, [box], open_courier(lose), Reachability())
            box.close()
        with lose.store.reading() as tx:
            (leg,) = tx.legs.legs(states=[LegState.SENT])
            assert leg.overdue
            assert leg.level == 1
            assert [one.purpose for one in tx.outbox.by_ref(tx.outbound.requests()[0].ref)] == [
                "request",
                "reminder",
                "breach",
            ]
        with (
            lose.store.sole_daemon(),
            pytest.raises(AlreadyRunning),
            Store(url).sole_daemon(),
        ):
            pass
        for ctx in (gain, lose):
            ctx.store.dispose()


def test_codes_are_taken_with_their_audit_entry_or_not_at_all(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    make_folder(folder, OwnParty("LOSE", "Lose Power", "codes@lose.example", url))
    ctx = open_context(folder, SetClock(parse_instant("2026-12-14T09:00")))
    file = tmp_path / "codes.csv"
    rows = [f"{one},{CODES[one].with_crc}" for one in DEVICES[:20]]
    file.write_text("Device ID,Install Code\n" + "\n".join(rows))
    with ctx.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (seq < 0)")
    with pytest.raises(NotStorable, match="full_disk"):
        import_codes(ctx, CodeSource.at(file), ReadOptions(source="more"), "kim")
    assert ctx.vault.stats().records == 0
    with ctx.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DROP CONSTRAINT full_disk")
    done = import_codes(ctx, CodeSource.at(file), ReadOptions(source="more"), "kim")
    assert (done.added, ctx.vault.verify().records) == (20, 20)
    with ctx.store.reading() as tx:
        assert [one.actor for one in tx.audit.rows(event="codes.imported")] == ["kim"]
    ctx.store.dispose()
