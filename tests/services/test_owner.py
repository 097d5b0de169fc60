"""Whose a folder is: commands of others change nothing in it, doctor names what is amiss."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faultpoints import Commands
from tests.services.contexts import make_context

SERVICE = 65_534  # a user who is not root, whatever name it has here
REFUSED = [
    ("codes", "rotate-key"), ("codes", "restore-key"), ("codes", "import", "codes.csv"),
    ("run", "--once"), ("contacts", "import", "contacts.csv"), ("inbox", "list"),
    ("report", "2026-10"), ("audit", "verify"), ("init", "--upgrade"),
    ("init", "--database-only"), ("init",),
]  # fmt: skip

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play two users")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A working folder of the service's user, where that user can reach it."""
    top = Path(tempfile.mkdtemp(prefix="owner-"))
    top.chmod(0o755)
    made = top / "ours"
    make_context(made).store.dispose()
    (made / "templates").mkdir()
    (made / "codes.csv").write_text("Device ID,Install code\n")
    give(made, SERVICE)
    yield made
    shutil.rmtree(top)


def give(folder: Path, uid: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)


def seen(folder: Path) -> dict[str, tuple[int, int, int, int, bytes]]:
    """Every file and folder: owner, mode, number, time of change, content."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        is_ = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        at = is_.st_mtime_ns
        found[str(path)] = (is_.st_uid, is_.st_mode, is_.st_ino, at, content)
    return found


def test_root_is_refused_in_the_folder_of_another(folder: Path, far: Commands) -> None:
    before = seen(folder)
    for words in REFUSED:
        said = far.run(*words, "--folder", str(folder))
        assert said.code == 1, said
        assert len(said.err.splitlines()) == 1, said
        assert "sudo -u" in said.err, said
        assert seen(folder) == before, words


def test_another_user_is_refused_in_the_folder_of_root(folder: Path, far: Commands) -> None:
    give(folder, 0)
    # Even where the modes would let them.
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    before = seen(folder)
    for words in REFUSED[:4]:
        said = far.run(*words, "--folder", str(folder), user=SERVICE)
        assert said.code == 1, said
        assert "sudo -u root" in said.err, said
        assert "sudo chown -R" in said.err
    assert seen(folder) == before


def test_the_owner_is_not_refused(folder: Path, far: Commands) -> None:
    said = far.run("codes", "stats", "--folder", str(folder), user=SERVICE)
    assert (said.code, said.err) == (0, "")
    assert far.run("codes", "rotate-key", "--folder", str(folder), user=SERVICE).code == 0
    assert {path.lstat().st_uid for path in folder.rglob("*")} == {SERVICE}


def doctor(far: Commands, folder: Path, user: int | None = None) -> list[dict[str, str]]:
    said = far.run("doctor", "--json", "--folder", str(folder), user=user)
    checks: list[dict[str, str]] = json.loads(said.out)["checks"]
    return checks


def test_doctor_typed_by_root_changes_nothing_and_says_whom_to_be(
    folder: Path, far: Commands
) -> None:
    before = seen(folder)
    checks = {one["what"]: one for one in doctor(far, folder)}
    assert seen(folder) == before
    assert checks["user"]["state"] == "failed"
    assert checks["user"]["advice"].startswith("`sudo -u ")
    assert "database" not in checks
    assert checks["files"]["state"] == "ok"


@pytest.mark.parametrize(
    "amiss",
    [
        [
            ("keys/exchange.key", 0, 0o600, "failed", "chown"),
            ("exchange.db.lock", 0, 0o600, "failed", "chown"),
            ("exchange.db.sending.lock", 0, 0o600, "failed", "chown"),
            ("exchange.db-wal", 0, 0o644, "failed", "chown"),
            ("exchange.db-shm", SERVICE, 0o400, "failed", "chmod u+rwX"),
            ("templates/answer.txt", 0, 0o600, "failed", "chown"),
            ("config/exchange.toml", 0, 0o600, "failed", "chown"),
            ("secrets/imap-password", 0, 0o600, "failed", "chown"),
            ("secrets/unused", SERVICE, 0o644, "warning", "chmod go="),
            ("reports", 0, 0o755, "failed", "chown"),
            ("keys/exchange.key.0123.old", SERVICE, 0o640, "warning", "chmod go="),
            ("references.0", 0, 0o600, "failed", "chown"),
            ("references.1", SERVICE, 0o400, "failed", "chmod u+rwX"),
            ("instance", 0, 0o600, "warning", "chown"),
            ("exchange.heartbeat", 0, 0o600, "warning", "chown"),
        ],
        [("keys", 0, 0o700, "failed", "chown"), ("templates", SERVICE, 0, "failed", "chmod u+rX")],
        [("keys", SERVICE, 0o500, "failed", "chmod u+rwX"), (".", 0, 0o755, "failed", "chown")],
        [("keys", SERVICE, 0o755, "warning", "chmod go=")],
        [("config/exchange.toml", 0, 0o644, "ok", "")],
    ],
)
def test_doctor_names_each_file_that_is_not_as_it_must_be(
    folder: Path, far: Commands, amiss: list[tuple[str, int, int, str, str]]
) -> None:
    for name, owner, mode, _, _ in amiss:
        path = folder / name
        if not path.exists():
            (path.mkdir if name == "reports" else path.touch)()
        os.chown(path, owner, owner)
        path.chmod(mode)
    found = [one for one in doctor(far, folder) if one["what"] == "files"]
    assert len(found) >= len(amiss), found
    for name, _, _, state, remedy in amiss:
        if state != "ok":
            advice = f"{remedy} {folder / name}`", f"{remedy} nobody: {folder / name}`"
            (one,) = (one for one in found if one["advice"].endswith(advice))
            assert one["state"] == state
            assert str(folder / name) in one["found"]
        else:
            assert found[0]["state"] == "ok"


def test_doctor_names_what_is_no_file_where_one_has_to_be(folder: Path, far: Commands) -> None:
    amiss = ("references.0", "references.1", "instance", "exchange.heartbeat", "exchange.db.lock")
    makers: list[Callable[[Path], object]] = [Path.mkdir, os.mkfifo, *[_linked] * 3]
    for name, make in zip(amiss, makers, strict=True):
        (folder / name).unlink(missing_ok=True)
        make(folder / name)
        os.chown(folder / name, SERVICE, SERVICE, follow_symlinks=False)
    found = [one["found"] for one in doctor(far, folder) if one["what"] == "files"]
    for name in amiss:
        assert [one for one in found if one.startswith(f"{folder / name} is ")], (name, found)


def _linked(path: Path) -> None:
    path.symlink_to(path.parent / "codes.csv")


@pytest.mark.parametrize(
    ("amiss", "mode", "words", "said"),
    [
        ("config", 0, ("doctor",), "config/exchange.toml"),
        ("config", 0, ("inbox", "list"), "config/exchange.toml"),
        ("templates", 0o444, ("doctor",), "templates"),
        (".", 0o600, ("doctor",), "config/exchange.toml"),
        (".", 0o600, ("codes", "stats"), "config/exchange.toml"),
        ("exchange.db", 0o400, ("codes", "complete-as-of", "none"), "`exchange doctor` names"),
    ],
)
def test_what_cannot_be_looked_at_is_named(
    folder: Path, far: Commands, amiss: str, mode: int, words: tuple[str, ...], said: str
) -> None:
    (folder / "templates" / "answer.txt").write_text("{{ ours }}")
    give(folder, SERVICE)
    (folder / amiss).chmod(mode)
    done = far.run(
        *words, *(["--json"] if "doctor" in words else []), "-C", str(folder), user=SERVICE
    )
    (folder / amiss).chmod(0o700)
    assert done.code == 1, done
    if "doctor" in words:
        checks = json.loads(done.out)["checks"]
        assert [one for one in checks if said in one["found"] and one["state"] == "failed"], checks
    else:
        assert len(done.err.splitlines()) == 1
        assert said in done.err
        assert "internal fault" not in done.err


def test_the_owner_reads_of_unreadable_folders_in_words(folder: Path, far: Commands) -> None:
    for name in ("templates", "keys"):
        os.chown(folder / name, 0, 0)
        (folder / name).chmod(0o700)
    checks = doctor(far, folder, SERVICE)
    for name, what in (("templates", "templates"), ("keys", "key file")):
        said = next(one for one in checks if one["what"] == what)
        assert said["state"] == "failed", said
        assert str(folder / name) in said["found"]
        told = [one for one in checks if one["what"] == "files" and name in one["found"]]
        assert "sudo chown" in told[0]["advice"]
    done = far.run("codes", "stats", "-C", str(folder), user=SERVICE)
    assert done.code == 1
    assert "keys" in done.err
    assert "Permission denied" in done.err
    assert "internal fault" not in done.err
