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

from exchange.bootstrap import SetClock, open_desk, open_key_change
from exchange.cli.codes import app
from exchange.domain.device import DeviceId
from exchange.domain.sla import parse_instant
from exchange.errors import ExchangeError, VaultDamaged, VaultError, WrongKey
from exchange.ports import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services import rotate, secrets, trail
from exchange.services.desk import Desk
from exchange.store import sealed as sealed_columns
from exchange.store.mail import NewMail
from tests.servers import want
from tests.servers.postgres import missing, postgres
from tests.services.desks import NOW, Said, add_parties, command, make_desk, make_party
from tests.services.test_codes import HEAD, code, device, rows

MANY = 3_000


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return filled(make_desk(tmp_path / "lose"))


def filled(made: Desk) -> Desk:
    """A vault, some mails and the passwords of a party."""
    add_parties(made, make_party("GAIN"), make_party("OTHR"))
    _load(made, HEAD + rows(range(1, MANY)))
    secrets.put(made, "GAIN", ["a list's password"], "test")
    for number in range(250):
        _keep(made, number)
    return made


@pytest.mark.servers
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    want(missing())
    with postgres() as url:
        make_folder(tmp_path / "lose", OwnParty("LOSE", "Lose", "codes@lose.example", url))
        desk = filled(again_in(tmp_path / "lose"))
        before = everything(desk)
        daemon = again(desk)
        change = open_key_change(desk)
        rotate.rotate(desk, change, "test")
        done = rotate.reseal(desk, change, "test", lambda _: None)
        assert (done.texts, done.records) == (251, MANY - 1)
        assert rotate.under_other_keys(desk, change) == 0
        assert everything(daemon) == everything(again(desk)) == before
        for one in (desk, daemon):
            one.store.dispose()


def _load(desk: Desk, content: str) -> None:
    path = desk.folder / "codes.csv"
    path.write_text(content)
    assert command(app, desk.folder, "import", str(path)).code == 0
    path.unlink()


def _keep(desk: Desk, number: int) -> None:
    now = parse_instant(NOW)
    with desk.store.transaction("keep") as tx:
        mail = NewMail(
            mailbox="requests",
            ref=MailRef(1, number + 1),
            content_hash=f"{number:064}",
            message_id=f"<{number}@gain.example>",
            sender="codes@gain.example",
            subject="Please",
            size=9,
            arrived_at=now,
            sealed=desk.sealer.seal(b"mail number %d" % number, "mail"),
        )
        tx.mail.keep([mail], now)


def run(desk: Desk, *words: str) -> Said:
    return command(app, desk.folder, *words)


def again(desk: Desk) -> Desk:
    return again_in(desk.folder)


def again_in(folder: Path) -> Desk:
    return open_desk(folder, SetClock(parse_instant(NOW)))


def everything(desk: Desk) -> tuple[dict[str, str], list[bytes], tuple[str, ...]]:
    codes = {str(one.device): one.code.hex for one in desk.vault.iter_all() if one.code}
    with desk.store.engine.connect() as connection:
        sealed = connection.execute(text("SELECT sealed FROM mail ORDER BY id")).scalars().all()
    mails = [desk.sealer.open(bytes(one), "mail") for one in sealed]
    return codes, mails, secrets.of_sender(desk, "codes@gain.example")


def test_every_sealed_column_is_known() -> None:
    named = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not table.name.startswith("vault_")
    }
    assert {(kind.table.name, kind.name) for kind in sealed_columns.SEALED} == named


def test_a_new_key_at_once_and_the_daemon_goes_on(desk: Desk) -> None:
    daemon = again(desk)
    before = everything(daemon)
    buckets = _buckets(desk)
    old = (desk.folder / "keys" / "exchange.key").read_bytes()
    said = run(desk, "rotate-key", "--by", "Sam")
    assert said.code == 0
    assert _buckets(desk) == buckets  # nothing was sealed again
    assert (desk.folder / "keys" / "exchange.key").read_bytes() != old
    assert everything(daemon) == everything(again(desk)) == before
    _keep(daemon, 1000)
    kept = next((desk.folder / "keys").glob("*.old"))
    assert kept.read_bytes() == old
    assert kept.stat().st_mode & 0o777 == 0o600
    # The old key does not open it any longer.
    kept.replace(desk.folder / "keys" / "exchange.key")
    with pytest.raises(WrongKey):
        again(desk)


def test_everything_is_sealed_again_and_nothing_left(desk: Desk) -> None:
    daemon = again(desk)
    before = everything(desk)
    old = {row[:9] for row in _buckets(desk).values()}
    said = run(desk, "rotate-key", "--reseal", "--json")
    told = json.loads(said.out)
    assert told["left_under_old_keys"] == 0
    assert (told["texts"], told["resumed"]) == (251, False)
    assert told["buckets"] == len(_buckets(desk))
    new = {row[:9] for row in _buckets(desk).values()}
    assert new == {b"\x01" + bytes.fromhex(told["data_key"])}
    assert not old & new
    assert everything(daemon) == everything(again(desk)) == before
    assert "older data key" not in run(desk, "verify").out
    # What a daemon seals from now on is under the new key, though it began under the old one.
    _keep(daemon, 2000)
    assert rotate.under_other_keys(desk, open_key_change(desk)) == 0
    # The next time the key before is given up: nothing is under it.
    run(desk, "rotate-key", "--only-reseal")
    assert len(open_key_change(desk)._keys().sealing) == 2
    assert everything(again(desk))[0] == before[0]


@pytest.mark.parametrize("kill_at", [2, 3, 4, 6])
def test_sealing_again_goes_on_after_a_kill(desk: Desk, kill_at: int) -> None:
    before = everything(desk)
    program = f"""
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from exchange.ports import MailRef
from exchange.provision import OwnParty, make_folder
from exchange.services import rotate
from exchange.vault import rotate as buckets
buckets._AT_ONCE = 1
rotate._ROWS_AT_ONCE = 60
left = [{kill_at}]
@event.listens_for(Engine, "commit")
def committed(connection):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["exchange", "codes", "rotate-key", "--reseal", "--by", "T",
            "--folder", {str(desk.folder)!r}]
from exchange.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert everything(again(desk)) == before
    assert again(desk).vault.verify().records == MANY - 1
    told = json.loads(run(desk, "rotate-key", "--only-reseal", "--json").out)
    assert told["left_under_old_keys"] == 0
    assert everything(again(desk)) == before
    assert {row[1:9].hex() for row in _buckets(desk).values()} == {told["data_key"]}
    begun = [json.loads(row.detail) for row in trail.rows(again(desk), event="reseal.begun")]
    assert {"data_key": told["data_key"]} in begun


def test_the_daemon_answers_and_writes_meanwhile(desk: Desk) -> None:
    daemon, wrong, stop = again(desk), [], threading.Event()
    expected = everything(desk)[0]
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
        done = rotate.reseal(desk, open_key_change(desk), "test", stop.wait)
    finally:
        stop.set()
        thread.join()
    assert wrong == []
    assert finds[0] > 10
    assert done.records == MANY - 1
    assert everything(again(desk))[0] == expected


def test_a_damaged_text_is_named_and_the_rest_is_done(desk: Desk) -> None:
    with desk.store.engine.begin() as connection:
        connection.execute(text("UPDATE mail SET sealed = substr(sealed, 1, 40) WHERE id = 7"))
    with pytest.raises(VaultDamaged, match="mail 7"):
        rotate.reseal(desk, open_key_change(desk), "test", lambda _: None)
    assert rotate.under_other_keys(desk, open_key_change(desk)) == 1


def test_a_damaged_bucket_is_named_and_the_rest_is_done(desk: Desk) -> None:
    start = sorted(_buckets(desk))[0]
    with desk.store.engine.begin() as connection:
        connection.execute(
            text("UPDATE vault_bucket SET sealed = substr(sealed, 1, 99) WHERE start = :start"),
            {"start": start},
        )
    damaged = _buckets(desk)[start]
    with pytest.raises(VaultDamaged, match=f"bucket {start:08x}"):
        rotate.reseal(desk, open_key_change(desk), "test", lambda _: None)
    assert rotate.under_other_keys(desk, open_key_change(desk)) == 1
    assert _buckets(desk)[start] == damaged  # nothing wrote over it


SOURCES = """
[keys]
passphrase_env = "EX_PHRASE"
[keys.old]
file = "keys/exchange.key"
"""


def test_from_a_key_file_to_a_passphrase(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(desk)
    monkeypatch.setenv("EX_PHRASE", "correct horse battery staple")
    config = desk.folder / "config" / "exchange.toml"
    was = config.read_text()
    config.write_text(was.replace("[keys]\n", SOURCES))
    assert everything(again(desk)) == before  # still locked by the file
    assert run(desk, "rotate-key").code == 0
    shutil.rmtree(desk.folder / "keys")
    config.write_text(was.replace("[keys]\n", SOURCES.partition("[keys.old]")[0]))
    assert everything(again(desk)) == before
    again_refused = run(desk, "rotate-key")
    assert again_refused.code == 1
    assert "locked by this key already" in again_refused.err
    assert "[keys.old]" in again_refused.err
    monkeypatch.setenv("EX_PHRASE", "correct horse battery stable")
    with pytest.raises(WrongKey):
        again(desk)


def test_a_passphrase_file_that_others_can_use_is_refused(desk: Desk) -> None:
    before = everything(desk)
    config = desk.folder / "config" / "exchange.toml"
    phrase = desk.folder / "secrets" / "phrase"
    phrase.write_text("correct horse battery staple\n")
    phrase.chmod(0o600)
    source = SOURCES.replace('passphrase_env = "EX_PHRASE"', 'passphrase_file = "secrets/phrase"')
    config.write_text(config.read_text().replace("[keys]\n", source))
    assert run(desk, "rotate-key").code == 0
    config.write_text(config.read_text().replace(source, source.partition("[keys.old]")[0]))
    assert everything(again(desk)) == before
    phrase.chmod(0o640)
    with pytest.raises(VaultError, match=r"others than its owner .*0640"):
        again(desk)


def test_two_sources_of_the_key_are_refused(desk: Desk) -> None:
    config = desk.folder / "config" / "exchange.toml"
    both = '[keys]\nenv = "A"\ncredential = "b"\n'
    config.write_text(config.read_text().replace("[keys]\n", both))
    with pytest.raises(ExchangeError, match="a key has one source"):
        again(desk)


def test_a_backup_without_the_key_is_of_no_use(desk: Desk, tmp_path: Path) -> None:
    known = everything(desk)[0]
    backup = tmp_path / "backup"
    backup.mkdir()
    connection = sqlite3.connect(desk.folder / "exchange.db")
    connection.execute("VACUUM INTO ?", (str(backup / "exchange.db"),))
    connection.close()
    shutil.copytree(desk.folder / "config", backup / "config")
    content = (backup / "exchange.db").read_bytes()
    for secret in list(known.values())[:500]:
        for form in (bytes.fromhex(secret), secret.encode(), secret.lower().encode()):
            assert form not in content
    assert b"mail number" not in content
    with pytest.raises(ExchangeError, match="no key file"):
        open_desk(backup, SetClock(parse_instant(NOW)))
    # Another key is no better; with its own it is whole.
    made = make_desk(tmp_path / "other")
    shutil.copytree(made.folder / "keys", backup / "keys")
    with pytest.raises(WrongKey):
        open_desk(backup, SetClock(parse_instant(NOW)))
    shutil.rmtree(backup / "keys")
    shutil.copytree(desk.folder / "keys", backup / "keys")
    assert everything(open_desk(backup, SetClock(datetime.now().astimezone())))[0] == known


def test_each_change_of_keys_is_audited(desk: Desk) -> None:
    run(desk, "rotate-key", "--reseal", "--by", "Jo")
    with desk.store.reading() as tx:
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


def _buckets(desk: Desk) -> dict[int, bytes]:
    with desk.store.engine.connect() as connection:
        found = connection.execute(text("SELECT start, sealed FROM vault_bucket"))
        return {int(start): bytes(sealed) for start, sealed in found}
