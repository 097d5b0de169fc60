"""Passwords and files that the configuration names: what is empty or no file is said at once."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from exchange.config import Credential, read_toml, settings_in
from exchange.credentials import password_of
from exchange.errors import BadInput, BadInputs, ConfigError
from tests.places import ROOT

SAMPLE = ROOT / "config" / "exchange.toml"


@pytest.mark.parametrize("content", ["", "\n", " \t\r\n"])
def test_an_empty_password_is_said_and_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "word").write_text(content)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for named in (Credential(password_file=Path("word")), Credential(password_credential="word")):
        with pytest.raises(ConfigError, match=r"mailbox a > .*word: the password is empty"):
            password_of(named, tmp_path, "mailbox a")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\nb\n", "there is more than one line"),
        (b"a\x00b", "or a control character"),
        (b"x" * 20_000, "this is too long for a password"),
        (b"\xff\xfe", "the password file cannot be read"),
    ],
)
def test_what_cannot_be_a_password_is_not_tried(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "word").write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        password_of(Credential(password_file=Path("word")), tmp_path, "smtp")


def test_a_password_is_read_without_the_mark_of_an_editor(tmp_path: Path) -> None:
    (tmp_path / "word").write_bytes(b"\xef\xbb\xbfsecret\r\n")
    assert password_of(Credential(password_file=Path("word")), tmp_path, "smtp") == "secret"


def test_a_pipe_in_place_of_a_password_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "word")
    with pytest.raises(ConfigError, match="the password file cannot be read"):
        password_of(Credential(password_file=Path("word")), tmp_path, "smtp")


def test_a_pipe_in_place_of_the_configuration_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "exchange.toml")
    with pytest.raises(ConfigError, match="is not a file"):
        read_toml(tmp_path / "exchange.toml")


@pytest.mark.parametrize("value", ["-1", '"soon"', "0"])
def test_a_fault_of_a_table_is_said_once_by_its_own_words(tmp_path: Path, value: str) -> None:
    path = tmp_path / "exchange.toml"
    text = re.sub(r"(?m)^# poll_seconds.*$", f"poll_seconds = {value}", SAMPLE.read_text())
    path.write_text(text)
    with pytest.raises(BadInput, match=r"mailbox\.1\.poll_seconds") as found:
        settings_in(path)
    assert not isinstance(found.value, BadInputs), found.value


def test_no_mailbox_at_all_is_said(tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text('mailbox = []\n[party]\nname = "x"\n')
    with pytest.raises(BadInputs, match=r"> mailbox: "):
        settings_in(path)
