"""The making of a folder and of a database, ended or refused a call, and typed in used folders."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.config import load_settings
from exchange.domain.device import DeviceId
from exchange.errors import BadInput
from exchange.ports.records import VaultRecord
from exchange.provision import make_database
from tests.conftest import empty
from tests.faultpoints import Commands
from tests.services.contexts import INIT, make_context
from tests.services.test_key_change_faults import held


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder that has a code."""
    ctx = make_context(tmp_path / "made")
    ctx.vault.put_many([VaultRecord(DeviceId.parse("00-DB-12-34-56-78-90-A0"), None, True)])
    ctx.store.dispose()
    return tmp_path / "made"


@pytest.mark.parametrize(("fault", "step"), [("kill", 6), ("ENOSPC", 13)])
def test_a_killed_init_is_finished_by_init(
    tmp_path: Path, far: Commands, fault: str, step: int
) -> None:
    folder, at = tmp_path / "ours", 1 if fault == "kill" else 2
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        hurt = far.run("init", "--folder", str(folder), *INIT, at=at, fault=fault)
        if hurt.points < at:
            break
        key = folder / "keys" / "exchange.key"
        made = key.read_bytes() if key.exists() else b""
        ready = (folder / "config" / "exchange.toml").exists()
        done = far.run("init", "--folder", str(folder), *INIT)
        assert (done.code == 0) != ready, (at, done)
        assert not ready or "working folder already" in done.err
        assert made in (b"", key.read_bytes()), at  # a key that was made is kept
        assert held(folder) == {}, at
        left = {path.name for path in folder.rglob("*") if path.is_file()}
        kept = {"exchange.toml", "calendar.toml", "contacts.csv", "exchange.key", "exchange.db"}
        kept |= {"references.0", "references.1"}
        assert {name for name in left if not name.startswith("exchange.db-")} == kept, at
        at += step
    assert at > 20


def test_init_takes_no_database_that_is_somebodys(
    folder: Path, far: Commands, tmp_path: Path
) -> None:
    config = folder / "config" / "exchange.toml"
    kept = config.replace(tmp_path / "kept")  # the configuration is lost, nothing else
    for _ in range(2):
        said = far.run("init", "--folder", str(folder), *INIT)
        assert (said.code, "there is a database already" in said.err) == (1, True)
    (folder / "config" / "exchange.toml.unfinished").touch()
    assert far.run("init", "--folder", str(folder), *INIT).code == 1
    kept.replace(config)
    assert held(folder) == {}


@pytest.mark.parametrize(("call", "fault"), [("os.link", "ENOSPC"), ("os.fsync", "EIO")])
def test_a_database_that_cannot_be_made_is_said_with_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, fault: str
) -> None:
    for one in folder.glob("exchange.db*"):
        one.unlink()
    number = getattr(errno, fault)

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as at:
        at.setattr(call, refused)
        with pytest.raises(BadInput, match=os.strerror(number)) as said:
            make_database(folder, load_settings(folder))
    assert said.value.place == str(folder / "exchange.db")
    assert "free space" in said.value.hint
    assert [one.name for one in folder.iterdir() if one.name.endswith(".part")] == []
    make_database(folder, load_settings(folder))
    assert held(folder) == {}


def test_a_database_whose_making_was_cut_off_in_a_commit_is_made(folder: Path) -> None:
    path = folder / "exchange.db"
    for one in folder.glob("exchange.db*"):
        one.unlink()
    program = (
        "import os, sqlite3, sys; d = sqlite3.connect(sys.argv[1]);"
        "d.execute('PRAGMA cache_size = 1'); d.execute('BEGIN');"
        "[d.execute(f'CREATE TABLE t{n} (a)') for n in range(40)]; os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert path.with_name("exchange.db-journal").stat().st_size
    assert path.stat().st_size
    make_database(folder, load_settings(folder))
    assert held(folder) == {}


def test_a_folder_that_is_in_use_is_left_as_it_is(tmp_path: Path, far: Commands) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "exchange.toml").touch()
    said = far.run("init", "--folder", str(tmp_path), *INIT)
    assert (said.code, "working folder already" in said.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


@pytest.mark.servers
def test_a_killed_init_is_finished_on_postgresql(
    tmp_path: Path, far: Commands, empty_url: str
) -> None:
    words = ("init", "--folder", str(tmp_path / "ours"), *INIT, "--database", empty_url)
    points = far.run(*words).points
    assert points > 20
    # The last ones: the commit of all tables, and the name of the configuration.
    for at in (points - 5, points - 2):
        shutil.rmtree(tmp_path / "ours")
        empty(empty_url)
        assert far.run(*words, at=at).code == -9
        done = far.run(*words)
        assert done.code == 0 or "working folder already" in done.err, (at, done)
        assert held(tmp_path / "ours") == {}, at
