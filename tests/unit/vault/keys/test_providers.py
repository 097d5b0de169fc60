"""Sources of the key: each returns the right key, or says what is wrong with it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from exchange.errors import VaultDamaged, VaultError, WrongKey
from exchange.vault.keys.datakeys import DataKeys, recipe_of
from exchange.vault.keys.keyfile import KeyFile
from exchange.vault.keys.keys import (
    KeyProvider,
    VaultLock,
    WrappingKey,
    create_key_file,
    load_key_file,
    write_key_file,
)
from exchange.vault.keys.providers import (
    EitherKey,
    Passphrase,
    command_key,
    credential_key,
    environment_key,
)
from exchange.vault.rekeying.keychange import first_key
from tests.waiting import until, with_longer

KEY = WrappingKey(bytes(range(32)))
DIGITS = KEY.secret.hex()
PHRASE = "correct horse battery staple"


def text_of(key: WrappingKey, folder: Path) -> str:
    path = folder / "made.key"
    write_key_file(path, key)
    return path.read_text()


def opens(provider: KeyProvider, key: WrappingKey) -> bool:
    keys = DataKeys.generate()
    return DataKeys.unwrap(keys.wrap(key), key.key_id, provider) == keys


def test_a_variable_holds_digits_or_the_text_of_a_key_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (DIGITS, f" {DIGITS.upper()}\n", text_of(KEY, tmp_path)):
        monkeypatch.setenv("EX_KEY", content)
        assert opens(environment_key("EX_KEY"), KEY)
    for content in ("", DIGITS[:-1], DIGITS[:-1] + "g", text_of(KEY, tmp_path / "b")[:-4]):
        monkeypatch.setenv("EX_KEY", content)
        with pytest.raises(VaultError) as told:
            environment_key("EX_KEY").key_for(VaultLock(KEY.key_id))
        assert "$EX_KEY" in str(told.value)
        assert DIGITS[:20] not in str(told.value)
    monkeypatch.delenv("EX_KEY")
    with pytest.raises(VaultError, match="there is no key"):
        environment_key("EX_KEY").key_for(VaultLock(KEY.key_id))


def test_a_systemd_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(VaultError, match="CREDENTIALS_DIRECTORY is not set"):
        credential_key("vault").key_for(VaultLock(KEY.key_id))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(VaultError, match="No such file"):
        credential_key("vault").key_for(VaultLock(KEY.key_id))
    (tmp_path / "vault").write_text(DIGITS + "\n")
    assert opens(credential_key("vault"), KEY)


def command(code: str, seconds: float = 20.0) -> KeyProvider:
    return command_key([sys.executable, "-c", code], seconds)


def test_a_command_prints_the_key_and_is_told_which(tmp_path: Path) -> None:
    assert opens(command(f"print('{DIGITS}')"), KEY)
    told = tmp_path / "told"
    program = f"import os; open({str(told)!r}, 'w').write(os.environ['EXCHANGE_KEY_ID'])"
    assert opens(command(f"{program}; print('{DIGITS}')"), KEY)
    assert told.read_text() == KEY.key_id


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('SECRET' * 3); sys.exit(3)", "it ended with 3"),
        ("import sys; sys.stderr.write('SECRET'); sys.exit(1)", "it ended with 1"),
        ("print('SECRET' * 1000)", "more than a key"),
        ("print('SECRET')", "no key file, or it is damaged"),
        ("pass", "there is no key"),
    ],
)
def test_a_command_that_fails_shows_nothing_of_what_it_printed(
    code: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(VaultError, match=said) as told:
        command(code).key_for(VaultLock(KEY.key_id))
    assert "SECRET" not in str(told.value) + repr(told.value.__context__)
    assert "SECRET" not in "".join(capfd.readouterr())


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"did not end within 0\.2 s"):
        command("import time; time.sleep(60)", 0.2).key_for(VaultLock(KEY.key_id))


def test_what_a_hanging_command_started_is_ended_with_it(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    words = ["sh", "-c", f"sleep 600 & echo $! > {started}; wait"]

    def end(seconds: float) -> Path:
        with pytest.raises(VaultError, match="did not end"):
            command_key(words, seconds).key_for(VaultLock(KEY.key_id))
        return Path(f"/proc/{int(started.read_text())}/stat")

    state = with_longer(0.5, end, OSError, ValueError)

    def is_gone() -> bool:
        # Gone, or a zombie that its new parent has not waited for yet.
        with suppress(OSError):
            return state.read_text().rpartition(")")[2].split()[0] == "Z"
        return True

    until(is_gone, "for its end")


def test_a_command_is_no_shell(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be run"):
        command_key([f"echo {DIGITS} > {tmp_path}/x"], 5).key_for(VaultLock(KEY.key_id))
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_opens_with_nothing_but_the_head() -> None:
    key, keys = Passphrase(lambda: PHRASE).fresh(), DataKeys.generate()
    wrapped = keys.wrap(key)
    assert DataKeys.unwrap(wrapped, key.key_id, Passphrase(lambda: PHRASE)) == keys
    with pytest.raises(WrongKey):
        DataKeys.unwrap(wrapped, key.key_id, Passphrase(lambda: PHRASE + "r"))
    with pytest.raises(WrongKey, match="not by a passphrase"):
        DataKeys.unwrap(keys.wrap(KEY), KEY.key_id, Passphrase(lambda: PHRASE))
    assert Passphrase(lambda: PHRASE).fresh().key_id != key.key_id  # another salt
    assert PHRASE.encode() not in wrapped
    assert key.secret not in wrapped
    assert PHRASE not in repr(Passphrase(lambda: PHRASE))


def test_a_passphrase_is_not_too_short() -> None:
    with pytest.raises(VaultError, match="at least 12"):
        Passphrase(lambda: "short").fresh()


def test_a_changed_recipe_is_damage_and_costs_nothing() -> None:
    key, keys = Passphrase(lambda: PHRASE).fresh(), DataKeys.generate()
    wrapped = keys.wrap(key)
    assert recipe_of(wrapped) == key.recipe
    for place in range(2, 9):  # version, passes, lanes, the size of memory
        for value in (0, 0xFF):
            changed = bytearray(wrapped)
            changed[place] = value
            if bytes(changed) == wrapped:
                continue
            with pytest.raises((VaultDamaged, WrongKey)):
                DataKeys.unwrap(bytes(changed), key.key_id, Passphrase(lambda: PHRASE))
    for cut in (b"", wrapped[:1], wrapped[:2], wrapped[:10], b"\x02\xff" + wrapped[2:]):
        with pytest.raises(VaultDamaged):
            DataKeys.unwrap(cut, key.key_id, Passphrase(lambda: PHRASE))


def test_either_opens_while_a_key_changes_over(tmp_path: Path) -> None:
    create_key_file(tmp_path / "old.key")
    old = load_key_file(tmp_path / "old.key")
    both = EitherKey(KEY, KeyFile(tmp_path / "old.key"))
    assert opens(both, KEY)
    assert opens(both, old)
    gone = EitherKey(KeyFile(tmp_path / "none.key"), KEY)
    assert opens(gone, KEY)
    with pytest.raises(WrongKey):
        opens(both, WrappingKey(os.urandom(32)))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_key_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "exchange.key"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(VaultError, match="accessible to other users"):
        KeyFile(path).key_for(VaultLock("0" * 16))


def test_a_next_key_file_opens_what_is_locked_by_it(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "exchange.key")
    first = first_key(file)
    following = file.prepare(VaultLock(first.key_id))
    assert (
        file.prepare(VaultLock(first.key_id)) == following
    )  # a next key that exists is not made again
    assert file.key_for(VaultLock(first.key_id)) == first
    assert file.key_for(VaultLock(following.key_id)) == following
    kept = file.promote()
    assert kept is not None
    assert load_key_file(kept) == first
    assert file.key_for(VaultLock(following.key_id)) == following
    assert not file.next_path.exists()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("cut", ["both there", "old one moved", "done"])
def test_a_change_of_key_files_cut_off_anywhere_leaves_one_that_fits(
    tmp_path: Path, cut: str
) -> None:
    file = KeyFile(tmp_path / "exchange.key")
    following = file.prepare(VaultLock(first_key(file).key_id))
    steps: dict[str, Callable[[], object]] = {
        "both there": lambda: None,
        "old one moved": lambda: file.path.rename(tmp_path / "away.old"),
        "done": file.promote,
    }
    steps[cut]()
    assert file.key_for(VaultLock(following.key_id)) == following
