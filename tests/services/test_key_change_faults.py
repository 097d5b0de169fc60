"""A change of the key, ended or refused a call at its points; a key that is lost."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.bootstrap import SetClock, open_context
from exchange.domain.time.sla import parse_instant
from exchange.errors import ExchangeError
from exchange.vault.keys.keys import load_key_file
from tests.faultpoints import Commands
from tests.services.contexts import INIT, NOW, make_context
from tests.services.test_codes import HEAD, rows

CODES = range(1, 6)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, far: Commands) -> Path:
    """A folder with a few codes, to be copied."""
    folder = tmp_path_factory.mktemp("keys") / "ours"
    make_context(folder).store.dispose()
    (folder / "codes.csv").write_text(HEAD + rows(CODES))
    words = ("codes", "import", str(folder / "codes.csv"), "--by", "T", "-C", str(folder))
    assert far.run(*words, "--quiet").code == 0
    return folder


@pytest.fixture
def copy(filled: Path, tmp_path: Path) -> Callable[[], Path]:
    def fresh() -> Path:
        shutil.rmtree(tmp_path / "f", ignore_errors=True)
        shutil.copytree(filled, tmp_path / "f")
        return tmp_path / "f"

    return fresh


def looked(folder: Path) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Every code, opened by whatever opens the vault now, and the changes of the key.

    The changes are those of the audit log, from which key to which.
    """
    ctx = open_context(folder, SetClock(parse_instant(NOW)))
    try:
        with ctx.store.reading() as tx:
            details = [json.loads(row.detail) for row in tx.audit.rows(event="key.rotated")]
        codes = {str(one.device): one.code.hex for one in ctx.vault.iter_all() if one.code}
    finally:
        ctx.store.dispose()
    return codes, [(one["old_key"], one["new_key"]) for one in details]


def held(folder: Path) -> dict[str, str]:
    return looked(folder)[0]


def changes(folder: Path) -> list[tuple[str, str]]:
    return looked(folder)[1]


def key_ids(folder: Path) -> Counter[str]:
    return Counter(load_key_file(path).key_id for path in (folder / "keys").iterdir())


def sweep(copy: Callable[[], Path], far: Commands, fault: str, at: int, step: int) -> int:
    """Every ``step``-th point from ``at``; `make test-faults` tries all of them."""
    tried = 0
    codes: dict[str, str] = {}
    while True:
        folder = copy()
        codes = codes or held(folder)
        first = load_key_file(folder / "keys" / "exchange.key").key_id
        words = ("codes", "rotate-key", "--by", "T", "-C", str(folder))
        hurt = far.run(*words, at=at, fault=fault)
        if hurt.points < at:
            assert hurt.code == 0
            return tried
        tried += 1
        assert hurt.code in ((-9,) if fault == "kill" else (0, 1)), (at, hurt)
        assert len(hurt.err.splitlines()) <= 1, (at, hurt)
        assert (folder / "keys" / "exchange.key").exists(), at
        assert held(folder) == codes, at
        done = far.run(*words)
        assert done.code == 0, (at, done)
        assert len(done.err.splitlines()) <= 1, (at, done)  # what it passed over
        found, told = looked(folder)
        assert found == codes, at
        last = load_key_file(folder / "keys" / "exchange.key").key_id
        # Each change is in the log once, in order, and each key is kept once.
        assert [old for old, _ in told] == [first, *(new for _, new in told[:-1])], at
        assert told[-1][1] == last
        assert not (folder / "keys" / "exchange.key.next").exists(), at
        assert set(key_ids(folder)) == {first, *(new for _, new in told)}, at
        at += step


@pytest.mark.parametrize(
    ("fault", "at", "step", "points"), [("kill", 2, 3, 4), ("ENOSPC", 1, 6, 2), ("EIO", 4, 7, 1)]
)
def test_rotate_key_cut_off(
    copy: Callable[[], Path], far: Commands, fault: str, at: int, step: int, points: int
) -> None:
    assert sweep(copy, far, fault, at, step) >= points


def test_two_changes_at_once_follow_each_other(copy: Callable[[], Path], far: Commands) -> None:
    folder = copy()
    codes = held(folder)
    words = ("codes", "rotate-key", "--by", "T", "-C", str(folder))
    for _ in range(2):
        for done in far.together([words, words]):
            assert done.code == 0, done
    found, told = looked(folder)
    assert found == codes
    assert len(told) == 4
    assert [old for old, _ in told[1:]] == [new for _, new in told[:-1]]
    names = {path.name for path in (folder / "keys").iterdir()}
    assert names == {"exchange.key", *(f"exchange.key.{old}.old" for old, _ in told)}
    assert load_key_file(folder / "keys" / "exchange.key").key_id == told[-1][1]


@pytest.mark.parametrize("content", [b"", b"mp121-exchange key file, version 1\nkey-id: 00", b"\0"])
def test_a_broken_next_key_is_passed_over(
    copy: Callable[[], Path], far: Commands, content: bytes
) -> None:
    folder = copy()
    path = folder / "keys" / "exchange.key.next"
    path.write_bytes(content)
    path.chmod(0o600)
    said = far.run("codes", "stats", "-C", str(folder))
    assert said.code == 0
    assert len(said.err.splitlines()) == 1
    assert "exchange.key.next is ignored" in said.err
    if not content:
        assert "is ignored" in far.run("doctor", "-C", str(folder), "--json").out
    assert far.run("codes", "rotate-key", "-C", str(folder)).code == 0
    assert far.run("codes", "stats", "-C", str(folder)).err == ""
    kept = folder / "keys" / "exchange.key.next.damaged"
    assert (kept.read_bytes() if kept.exists() else b"") == content  # nothing is destroyed
    assert len(held(folder)) == len(CODES)


def test_a_next_key_that_others_can_use_is_put_aside_as_it_says(
    copy: Callable[[], Path], far: Commands
) -> None:
    folder = copy()
    path = folder / "keys" / "exchange.key.next"
    shutil.copy(folder / "keys" / "exchange.key", path)  # the very key that locks the vault
    path.chmod(0o644)
    done = far.run("codes", "rotate-key", "-C", str(folder))
    assert (done.code, "moves it away" in done.err) == (0, True), done
    assert far.run("codes", "stats", "-C", str(folder)).err == ""
    assert not path.exists()
    assert len(held(folder)) == len(CODES)


def _moved(name: str) -> Callable[[Path], None]:
    return lambda keys: (keys / "exchange.key").replace(keys / name)  # type: ignore[return-value]


def _another(keys: Path) -> None:
    (keys / "exchange.key").replace(keys / "mine (copy).txt")
    from exchange.vault.keys.keys import create_key_file

    create_key_file(keys / "exchange.key")


def _folder_in_its_place(keys: Path) -> None:
    _moved("restored key.txt")(keys)
    (keys / "restored key.txt").write_text((keys / "restored key.txt").read_text() + "\n")
    (keys / "exchange.key" / "within").mkdir(parents=True)


def _damaged(keys: Path) -> None:
    shutil.copy(keys / "exchange.key", keys / "backup")
    (keys / "exchange.key").write_bytes(b"half a")


def _among_others(keys: Path) -> None:
    _moved("z")(keys)
    os.mkfifo(keys / "a-pipe")
    (keys / "a-folder").mkdir()
    (keys / "a-link").symlink_to("/dev/zero")
    (keys / "large").write_bytes(b"x" * 100_000)


@pytest.mark.parametrize(
    "lose",
    [
        _moved("exchange.key.next"), _moved("exchange.key.00.old"), _moved(".hidden.part"),
        _another, _damaged, _among_others, _folder_in_its_place,
    ],
)  # fmt: skip
def test_a_lost_key_is_found_by_its_id_and_put_back(
    copy: Callable[[], Path], far: Commands, lose: Callable[[Path], None]
) -> None:
    folder = copy()
    keys = folder / "keys"
    codes, whole = held(folder), (keys / "exchange.key").read_bytes()
    key_id = load_key_file(keys / "exchange.key").key_id
    before = {path.name for path in keys.iterdir()}
    lose(keys)
    added = {path.name for path in keys.iterdir()} - before
    if not (keys / "exchange.key.next").exists():  # which opens it where it lies
        said = far.run("codes", "stats", "-C", str(folder))
        assert said.code == 1
        assert len(said.err.splitlines()) == 1
        assert key_id in said.err
        assert "exchange codes restore-key" in said.err
        assert any(str(keys / name) in said.err for name in added)
        doctor = json.loads(far.run("doctor", "-C", str(folder), "--json").out)["checks"]
        (vault,) = (one for one in doctor if one["what"] == "vault")
        assert "exchange codes restore-key" in vault["advice"]
        assert key_id in vault["found"]
    done = far.run("codes", "restore-key", "-C", str(folder), "--by", "T")
    assert (done.code, done.err) == (0, "")
    assert (keys / "exchange.key").read_bytes().strip() == whole.strip()
    assert (keys / "exchange.key").stat().st_mode & 0o777 == 0o600
    assert held(folder) == codes
    again = far.run("codes", "restore-key", "-C", str(folder), "--by", "T")
    assert (again.code, "in its place already" in again.out) == (0, True)
    assert far.run("codes", "stats", "-C", str(folder)).err == ""


def test_a_link_that_leads_to_no_key_is_to_be_removed_first(
    copy: Callable[[], Path], far: Commands
) -> None:
    """``restore-key`` follows no link and replaces none, so the word does not stop at it."""
    folder = copy()
    path = folder / "keys" / "exchange.key"
    _moved("copy")(path.parent)
    path.symlink_to("/dev/zero")
    said = far.run("codes", "stats", "-C", str(folder))
    assert said.code == 1
    assert "remove the symbolic link there, then `exchange codes restore-key`" in (said.err)
    path.unlink()
    assert far.run("codes", "restore-key", "-C", str(folder), "--by", "T").code == 0
    assert far.run("codes", "stats", "-C", str(folder)).err == ""


def test_a_key_that_is_nowhere_is_asked_for_by_its_id(
    copy: Callable[[], Path], far: Commands
) -> None:
    folder = copy()
    path = folder / "keys" / "exchange.key"
    key_id = load_key_file(path).key_id
    path.unlink()
    for words in (("codes", "stats"), ("codes", "restore-key"), ("codes", "rotate-key")):
        said = far.run(*words, "-C", str(folder))
        assert said.code == 1
        assert key_id in said.err
        assert "backup" in said.err
    assert list((folder / "keys").iterdir()) == []  # none is made in its place


def test_restore_key_killed(copy: Callable[[], Path], far: Commands) -> None:
    at = 1
    while True:
        folder = copy()
        keys = folder / "keys"
        _another(keys)
        other = load_key_file(keys / "exchange.key").key_id
        words = ("codes", "restore-key", "--by", "T", "-C", str(folder))
        hurt = far.run(*words, at=at)
        if hurt.points < at:
            assert hurt.code == 0
            break
        assert far.run(*words).code == 0, at
        assert len(held(folder)) == len(CODES), at
        assert other in key_ids_of(keys), at  # what stood there is kept
        at += 3
    assert at > 6


def key_ids_of(keys: Path) -> set[str]:
    found = set()
    for path in keys.iterdir():
        try:
            found.add(load_key_file(path).key_id)
        except ExchangeError:
            continue
    return found


@pytest.mark.servers
def test_changes_on_two_machines_follow_each_other_on_postgresql(
    tmp_path: Path, far: Commands, empty_url: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    made = far.run("init", "--folder", str(here), *INIT, "--database", empty_url)
    assert made.code == 0, made
    first = load_key_file(here / "keys" / "exchange.key").key_id
    shutil.copytree(here, there)
    words = [("codes", "rotate-key", "--by", "T", "-C", str(one)) for one in (here, there)]
    for done in far.together([words[0], words[0]]):
        assert done.code == 0, done  # one after the other
    told = changes(here)
    assert [old for old, _ in told] == [first, told[0][1]]
    # The other machine has the key of before: it is refused, and nothing is changed.
    second = far.run(*words[1])
    assert second.code == 1
    assert told[-1][1] in second.err
    assert changes(here) == told
    # Brought up to date, both at once: one changes the key, the other one's no longer opens.
    shutil.copy(here / "keys" / "exchange.key", there / "keys" / "brought.key")
    assert far.run("codes", "restore-key", "--by", "T", "-C", str(there)).code == 0
    codes = [done.code for done in far.together(words)]
    assert sorted(codes) == [0, 1]
    winner = (here, there)[codes.index(0)]
    assert changes(winner)[-1][1] == load_key_file(winner / "keys" / "exchange.key").key_id
    assert len(changes(winner)) == 3


@pytest.mark.servers
def test_rotate_key_killed_on_postgresql(tmp_path: Path, far: Commands, empty_url: str) -> None:
    folder = tmp_path / "ours"
    assert far.run("init", "--folder", str(folder), *INIT, "--database", empty_url).code == 0
    words = ("codes", "rotate-key", "--by", "T", "-C", str(folder))
    points = far.run(*words).points
    for at in (points - 5, points - 1):
        assert far.run(*words, at=at).code == -9
        assert held(folder) == {}, at
        assert far.run(*words).code == 0
        assert not (folder / "keys" / "exchange.key.next").exists()
    told = changes(folder)
    assert [old for old, _ in told[1:]] == [new for _, new in told[:-1]]
    assert set(key_ids(folder)) == {told[0][0], *(new for _, new in told)}
