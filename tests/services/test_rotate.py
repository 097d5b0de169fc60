"""Keys change while the work goes on: at once, or everything sealed again, cut off anywhere."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, text
from sqlmodel import SQLModel

from exchange.bootstrap import SetClock, open_context, open_key_change
from exchange.cli.codes.codes import app
from exchange.domain.device import DeviceId
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError, VaultDamaged, VaultError, WrongKey
from exchange.ports.mail import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.answering import party_passwords
from exchange.services.codes import rotate
from exchange.services.context import Context
from exchange.services.people import audit_log
from exchange.store.mails import sealed as sealed_columns
from exchange.store.mails.mail import NewMail
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.contexts import NOW, Said, add_parties, command, make_context, make_party
from tests.services.test_codes import HEAD, code, device, rows

MANY = 3_000


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return filled(make_context(tmp_path / "lose"))


def filled(made: Context) -> Context:
    """A vault, some mails and the passwords of a party."""
    add_parties(made, make_party("GAIN"), make_party("OTHR"))
    _load(made, HEAD + rows(range(1, MANY)))
    party_passwords.save_passwords(made, "GAIN", ["a list's password"], "test")
    for number in range(250):
        _keep(made, number)
    return made


@pytest.mark.servers
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    want(missing())
    with postgres() as url:
        make_folder(tmp_path / "lose", OwnParty("LOSE", "Lose", "codes@lose.example", url))
        ctx = filled(again_in(tmp_path / "lose"))
        before = everything(ctx)
        daemon = again(ctx)
        change = open_key_change(ctx)
        rotate.rotate(ctx, change, "test")
        done = rotate.reseal(ctx, change, "test", lambda _: None)
        assert (done.texts, done.records) == (251, MANY - 1)
        assert rotate.under_other_keys(ctx, change) == 0
        assert everything(daemon) == everything(again(ctx)) == before
        for one in (ctx, daemon):
            one.store.dispose()


def _load(ctx: Context, content: str) -> None:
    path = ctx.folder / "codes.csv"
    path.write_text(content)
    assert command(app, ctx.folder, "import", str(path)).code == 0
    path.unlink()


def _keep(ctx: Context, number: int) -> None:
    now = parse_instant(NOW)
    with ctx.store.transaction("keep") as tx:
        mail = NewMail(
            mailbox="requests",
            ref=MailRef(1, number + 1),
            content_hash=f"{number:064}",
            message_id=f"<{number}@gain.example>",
            sender="codes@gain.example",
            subject="Please",
            size=9,
            arrived_at=now,
            sealed=ctx.sealer.seal(b"mail number %d" % number, "mail"),
        )
        tx.mail.keep([mail], now)


def run(ctx: Context, *words: str) -> Said:
    return command(app, ctx.folder, *words)


def again(ctx: Context) -> Context:
    return again_in(ctx.folder)


def again_in(folder: Path) -> Context:
    return open_context(folder, SetClock(parse_instant(NOW)))


def everything(ctx: Context) -> tuple[dict[str, str], list[bytes], tuple[str, ...]]:
    codes = {str(one.device): one.code.hex for one in ctx.vault.iter_all() if one.code}
    with ctx.store.engine.connect() as connection:
        sealed = connection.execute(text("SELECT sealed FROM mail ORDER BY id")).scalars().all()
    mails = [ctx.sealer.open(bytes(one), "mail") for one in sealed]
    return codes, mails, party_passwords.passwords_of_sender(ctx, "codes@gain.example")


def test_every_sealed_column_is_known() -> None:
    named = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not table.name.startswith("vault_")
    }
    assert {(kind.table.name, kind.name) for kind in sealed_columns.SEALED} == named


def test_a_new_key_at_once_and_the_daemon_goes_on(ctx: Context) -> None:
    daemon = again(ctx)
    before = everything(daemon)
    buckets = _buckets(ctx)
    old = (ctx.folder / "keys" / "exchange.key").read_bytes()
    said = run(ctx, "rotate-key", "--by", "Sam")
    assert said.code == 0
    assert _buckets(ctx) == buckets  # nothing was sealed again
    assert (ctx.folder / "keys" / "exchange.key").read_bytes() != old
    assert everything(daemon) == everything(again(ctx)) == before
    _keep(daemon, 1000)
    kept = next((ctx.folder / "keys").glob("*.old"))
    assert kept.read_bytes() == old
    assert kept.stat().st_mode & 0o777 == 0o600
    # The old key does not open it any longer.
    kept.replace(ctx.folder / "keys" / "exchange.key")
    with pytest.raises(WrongKey):
        again(ctx)


def test_everything_is_sealed_again_and_nothing_left(ctx: Context) -> None:
    daemon = again(ctx)
    before = everything(ctx)
    old = {row[:9] for row in _buckets(ctx).values()}
    said = run(ctx, "rotate-key", "--reseal", "--json")
    told = json.loads(said.out)
    assert told["left_under_old_keys"] == 0
    assert (told["texts"], told["resumed"]) == (251, False)
    assert told["buckets"] == len(_buckets(ctx))
    new = {row[:9] for row in _buckets(ctx).values()}
    assert new == {b"\x01" + bytes.fromhex(told["data_key"])}
    assert not old & new
    assert everything(daemon) == everything(again(ctx)) == before
    assert "older data key" not in run(ctx, "verify").out
    # What a daemon seals from now on is under the new key, though it began under the old one.
    _keep(daemon, 2000)
    assert rotate.under_other_keys(ctx, open_key_change(ctx)) == 0
    # The next time the key before is given up: nothing is under it.
    run(ctx, "rotate-key", "--only-reseal")
    assert len(open_key_change(ctx)._keys().sealing) == 2
    assert everything(again(ctx))[0] == before[0]


@pytest.mark.parametrize("kill_at", [2, 3, 4, 6])
def test_sealing_again_goes_on_after_a_kill(ctx: Context, kill_at: int) -> None:
    before = everything(ctx)
    program = f"""
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from exchange.ports.mail import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services.codes import rotate
from exchange.vault.rekeying import rotate as buckets
buckets._AT_ONCE = 1
rotate._ROWS_AT_ONCE = 60
left = [{kill_at}]
@event.listens_for(Engine, "commit")
def committed(connection):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["exchange", "codes", "rotate-key", "--reseal", "--by", "T",
            "--folder", {str(ctx.folder)!r}]
from exchange.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert everything(again(ctx)) == before
    assert again(ctx).vault.verify().records == MANY - 1
    told = json.loads(run(ctx, "rotate-key", "--only-reseal", "--json").out)
    assert told["left_under_old_keys"] == 0
    assert everything(again(ctx)) == before
    assert {row[1:9].hex() for row in _buckets(ctx).values()} == {told["data_key"]}
    begun = [json.loads(row.detail) for row in audit_log.rows(again(ctx), event="reseal.begun")]
    assert {"data_key": told["data_key"]} in begun


def _wait(stop: threading.Event, seconds: float) -> None:
    stop.wait(seconds)


def test_the_daemon_answers_and_writes_meanwhile(ctx: Context) -> None:
    daemon, stop = again(ctx), threading.Event()
    wrong: list[int | str] = []
    expected = everything(ctx)[0]
    finds = [0]

    def answer() -> None:
        number = 0
        while not stop.is_set():
            number = number % (MANY - 1) + 1
            try:
                found = daemon.vault.find(DeviceId.parse(device(number)))
                if found is None or found.code != code(number):
                    wrong.append(number)
                finds[0] += 1
                if number % 50 == 0:
                    _keep(daemon, 10_000 + finds[0])
            except ExchangeError as error:
                wrong.append(str(error))

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        done = rotate.reseal(
            ctx, open_key_change(ctx), "test", lambda seconds: _wait(stop, seconds)
        )
    finally:
        stop.set()
        thread.join()
    assert wrong == []
    assert finds[0] > 10
    assert done.records == MANY - 1
    assert everything(again(ctx))[0] == expected


def test_a_damaged_text_is_named_and_the_rest_is_done(ctx: Context) -> None:
    with ctx.store.engine.begin() as connection:
        connection.execute(text("UPDATE mail SET sealed = substr(sealed, 1, 40) WHERE id = 7"))
    with pytest.raises(VaultDamaged, match="mail 7"):
        rotate.reseal(ctx, open_key_change(ctx), "test", lambda _: None)
    assert rotate.under_other_keys(ctx, open_key_change(ctx)) == 1


def test_a_damaged_bucket_is_named_and_the_rest_is_done(ctx: Context) -> None:
    start = sorted(_buckets(ctx))[0]
    with ctx.store.engine.begin() as connection:
        connection.execute(
            text("UPDATE vault_bucket SET sealed = substr(sealed, 1, 99) WHERE start = :start"),
            {"start": start},
        )
    damaged = _buckets(ctx)[start]
    with pytest.raises(VaultDamaged, match=f"bucket {start:08x}"):
        rotate.reseal(ctx, open_key_change(ctx), "test", lambda _: None)
    assert rotate.under_other_keys(ctx, open_key_change(ctx)) == 1
    assert _buckets(ctx)[start] == damaged  # nothing wrote over it


SOURCES = """
[keys]
passphrase_env = "EX_PHRASE"
[keys.old]
file = "keys/exchange.key"
"""


def test_from_a_key_file_to_a_passphrase(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(ctx)
    monkeypatch.setenv("EX_PHRASE", "correct horse battery staple")
    config = ctx.folder / "config" / "exchange.toml"
    was = config.read_text()
    config.write_text(was.replace("[keys]\n", SOURCES))
    assert everything(again(ctx)) == before  # still locked by the file
    assert run(ctx, "rotate-key").code == 0
    shutil.rmtree(ctx.folder / "keys")
    config.write_text(was.replace("[keys]\n", SOURCES.partition("[keys.old]")[0]))
    assert everything(again(ctx)) == before
    again_refused = run(ctx, "rotate-key")
    assert again_refused.code == 1
    assert "already locked by this key" in again_refused.err
    assert "[keys.old]" in again_refused.err
    monkeypatch.setenv("EX_PHRASE", "correct horse battery stable")
    with pytest.raises(WrongKey):
        again(ctx)


def test_a_passphrase_file_that_others_can_use_is_refused(ctx: Context) -> None:
    before = everything(ctx)
    config = ctx.folder / "config" / "exchange.toml"
    phrase = ctx.folder / "secrets" / "phrase"
    phrase.write_text("correct horse battery staple\n")
    phrase.chmod(0o600)
    source = SOURCES.replace('passphrase_env = "EX_PHRASE"', 'passphrase_file = "secrets/phrase"')
    config.write_text(config.read_text().replace("[keys]\n", source))
    assert run(ctx, "rotate-key").code == 0
    config.write_text(config.read_text().replace(source, source.partition("[keys.old]")[0]))
    assert everything(again(ctx)) == before
    phrase.chmod(0o640)
    with pytest.raises(VaultError, match=r"accessible to other users .*0640"):
        again(ctx)


def test_two_sources_of_the_key_are_refused(ctx: Context) -> None:
    config = ctx.folder / "config" / "exchange.toml"
    both = '[keys]\nenv = "A"\ncredential = "b"\n'
    config.write_text(config.read_text().replace("[keys]\n", both))
    with pytest.raises(ExchangeError, match="a key has one source"):
        again(ctx)


def test_a_backup_without_the_key_is_of_no_use(ctx: Context, tmp_path: Path) -> None:
    known = everything(ctx)[0]
    backup = tmp_path / "backup"
    backup.mkdir()
    connection = sqlite3.connect(ctx.folder / "exchange.db")
    connection.execute("VACUUM INTO ?", (str(backup / "exchange.db"),))
    connection.close()
    shutil.copytree(ctx.folder / "config", backup / "config")
    content = (backup / "exchange.db").read_bytes()
    for secret in list(known.values())[:500]:
        for form in (bytes.fromhex(secret), secret.encode(), secret.lower().encode()):
            assert form not in content
    assert b"mail number" not in content
    with pytest.raises(ExchangeError, match="no key file"):
        open_context(backup, SetClock(parse_instant(NOW)))
    # Another key is no better; with its own it is whole.
    made = make_context(tmp_path / "other")
    shutil.copytree(made.folder / "keys", backup / "keys")
    with pytest.raises(WrongKey):
        open_context(backup, SetClock(parse_instant(NOW)))
    shutil.rmtree(backup / "keys")
    shutil.copytree(ctx.folder / "keys", backup / "keys")
    assert everything(open_context(backup, SetClock(datetime.now().astimezone())))[0] == known


def test_each_change_of_keys_is_audited(ctx: Context) -> None:
    run(ctx, "rotate-key", "--reseal", "--by", "Jo")
    with ctx.store.reading() as tx:
        found = [
            (one.event, one.actor, json.loads(one.detail))
            for event in ("key.rotated", "reseal.begun", "reseal.ended")
            for one in tx.audit.rows(event=event)
        ]
    assert [one[:2] for one in found] == [
        ("key.rotated", "Jo"), ("reseal.begun", "Jo"), ("reseal.ended", "Jo"),
    ]  # fmt: skip
    assert found[2][2]["left"] == 0
    assert os.environ.get("EX_PHRASE") is None


def _buckets(ctx: Context) -> dict[int, bytes]:
    with ctx.store.engine.connect() as connection:
        found = connection.execute(text("SELECT start, sealed FROM vault_bucket"))
        return {int(start): bytes(sealed) for start, sealed in found}
