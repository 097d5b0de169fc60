"""Files are whole or not there, and no write follows a symbolic link."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange import __main__ as entry
from exchange import files
from exchange.errors import BadInput, ConfigError, VaultError
from exchange.provision import OwnParty, make_folder
from exchange.services.asking import case_status
from exchange.services.people import monthly
from exchange.vault.keys.keyfile import KeyFile
from exchange.vault.keys.keys import create_key_file
from tests.services.contexts import make_context


def names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def test_a_file_is_new_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    files.make_file(path, b"one")
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        files.make_file(path, b"two")
    files.replace_file(path, b"three", mode=0o640)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"three", 0o640)
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_replaced_and_what_it_points_to_untouched(tmp_path: Path, there: bool) -> None:
    target, path = tmp_path / "target", tmp_path / "link"
    if there:
        target.write_bytes(b"mine")
    path.symlink_to(target)
    with pytest.raises(FileExistsError):
        files.make_file(path, b"new")
    files.replace_file(path, b"new")
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"
    assert target.exists() == there
    assert not there or target.read_bytes() == b"mine"


def test_a_block_that_raises_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with pytest.raises(TypeError), files.whole_file(path) as file:
        file.writelines((b"half", "no bytes"))  # type: ignore[arg-type]
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["a"]


def test_what_an_ended_process_left_is_removed_at_once_and_nothing_else(tmp_path: Path) -> None:
    left = [".a.csv.11111111.part", ".b.csv.00ab12ff.part"]
    kept = [".a.csv.mine.part", "a.csv.22222222.part", ".a.csv.33333333.part.bak"]
    for name in (*left, *kept):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".link.44444444.part").symlink_to(kept[1])
    (tmp_path / ".folder.55555555.part").mkdir()
    files.replace_file(tmp_path / "c.csv", b"x")
    others = {".link.44444444.part", ".folder.55555555.part", "c.csv"}
    assert set(names(tmp_path)) == {*kept, *others}


def test_a_refusal_that_nothing_else_words_is_said_with_its_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/some/place")

    monkeypatch.delenv("EXCHANGE_TRACEBACK", raising=False)
    monkeypatch.setattr(entry, "app", full)
    with pytest.raises(SystemExit) as end:
        entry.main()
    said = capsys.readouterr().err
    assert end.value.code == 1
    assert said.startswith("exchange: /some/place: No space left on device (")
    assert len(said.splitlines()) == 1


def test_what_somebody_is_writing_is_left(tmp_path: Path) -> None:
    with files.whole_file(tmp_path / "a.csv") as file:
        file.write(b"half")
        files.make_file(tmp_path / "b.csv", b"x")
        file.write(b", whole")
    assert (tmp_path / "a.csv").read_bytes() == b"half, whole"
    assert set(names(tmp_path)) == {"a.csv", "b.csv"}


@pytest.mark.parametrize(("new", "left"), [(True, 0), (False, 1)])
def test_a_new_file_has_no_name_before_it_is_whole(tmp_path: Path, new: bool, left: int) -> None:
    with files.whole_file(tmp_path / "a.csv", new=new, mode=0o640) as file:
        file.write(b"secret")
        file.flush()
        assert len(names(tmp_path)) == left
    assert (tmp_path / "a.csv").read_bytes() == b"secret"
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a.csv"]


def test_new_files_where_none_can_be_nameless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)  # as kernels that do not know it
    files.make_file(tmp_path / "a", b"one", mode=0o640)
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("call", ["fsync", "fchmod", "link", "replace"])
def test_a_refused_call_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, call, refused)
    write = files.replace_file if call == "replace" else files.make_file
    with pytest.raises(OSError, match=r"a\.csv") as said:
        write(tmp_path / "a.csv", b"x")
    assert said.value.filename == str(tmp_path / "a.csv")
    assert names(tmp_path) == []


def test_without_second_names_a_file_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", none)
    path = tmp_path / "a"
    files.make_file(path, b"one")
    files.second_name(path, tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == path.read_bytes() == b"one"
    with pytest.raises(FileExistsError):
        files.make_file(path, b"two")


def test_a_long_name_has_room(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 127)
    files.replace_file(path, b"x")
    assert path.read_bytes() == b"x"


def test_a_folder_is_locked_by_one(tmp_path: Path) -> None:
    with (
        files.folder_lock(tmp_path, 0.0),
        pytest.raises(BlockingIOError),
        files.folder_lock(tmp_path, 0.05),
    ):
        pass
    with files.folder_lock(tmp_path, 0.0):
        assert names(tmp_path) == []


def _report(folder: Path, elsewhere: Path) -> None:
    (folder / "reports").symlink_to(elsewhere)
    ctx = make_context_again(folder)
    with pytest.raises(BadInput, match="symbolic link"):
        monthly.write_month(ctx, "2026-10")


def _report_file(folder: Path, elsewhere: Path) -> None:
    (folder / "reports").mkdir()
    for ending in ("csv", "html"):
        (folder / "reports" / f"mp121-2026-10.{ending}").symlink_to(elsewhere / "victim")
    monthly.write_month(make_context_again(folder), "2026-10")
    assert not (folder / "reports" / "mp121-2026-10.csv").is_symlink()


def _codes(folder: Path, elsewhere: Path) -> None:
    (folder / "received.csv").symlink_to(elsewhere / "none")
    with pytest.raises(BadInput, match="already exists"):
        case_status.write_codes(make_context_again(folder), folder / "received.csv", "T")


def _lock(folder: Path, elsewhere: Path) -> None:
    (folder / "exchange.db.lock").unlink(missing_ok=True)
    (folder / "exchange.db.lock").symlink_to(elsewhere / "none")
    ctx = make_context_again(folder)
    with pytest.raises(Exception, match="lock file cannot be made"), ctx.store.sole_daemon():
        pass


def _database(folder: Path, elsewhere: Path) -> None:
    (folder / "exchange.db").replace(elsewhere / "moved.db")
    (folder / "exchange.db").symlink_to(elsewhere / "moved.db")
    with pytest.raises(ConfigError, match="symbolic link"):
        make_context_again(folder)


def _key(folder: Path, elsewhere: Path) -> None:
    path = folder / "keys" / "exchange.key"
    path.replace(elsewhere / "usb.key")
    path.symlink_to(elsewhere / "usb.key")
    make_context_again(folder)  # to read it is another thing
    with pytest.raises(VaultError, match="symbolic link"), KeyFile(path).exclusive():
        pass


def _next_key(folder: Path, elsewhere: Path) -> None:
    path = folder / "keys" / "exchange.key"
    path.with_name("exchange.key.next").symlink_to(elsewhere / "none")
    with pytest.raises(BadInput, match="already"):
        create_key_file(path.with_name("exchange.key.next"))


def make_context_again(folder: Path):  # type: ignore[no-untyped-def]
    from exchange.bootstrap import open_context, the_clock

    return open_context(folder, the_clock("2026-12-01T10:00"))


@pytest.mark.parametrize(
    "attempt", [_report, _report_file, _codes, _lock, _database, _key, _next_key]
)
def test_no_write_follows_a_link(tmp_path: Path, attempt: Callable[[Path, Path], None]) -> None:
    folder, elsewhere = tmp_path / "lose", tmp_path / "elsewhere"
    make_context(folder).store.dispose()
    elsewhere.mkdir()
    (elsewhere / "victim").write_bytes(b"mine")
    attempt(folder, elsewhere)
    left = {one.name for one in elsewhere.iterdir()} - {"moved.db", "usb.key"}
    assert {name for name in left if not name.startswith("moved.db")} == {"victim"}
    assert (elsewhere / "victim").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["keys", "secrets", "config", "exchange.db"])
def test_init_follows_no_link(tmp_path: Path, name: str) -> None:
    folder, elsewhere = tmp_path / "ours", tmp_path / "elsewhere"
    folder.mkdir()
    if name != "exchange.db":
        elsewhere.mkdir()
    (folder / name).symlink_to(elsewhere)
    with pytest.raises(BadInput, match="symbolic link"):
        make_folder(folder, OwnParty("OURS", "Our Energy", "codes@ours.example"))
    assert not elsewhere.exists() or list(elsewhere.iterdir()) == []
