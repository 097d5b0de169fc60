"""Encrypted requests before the real agent: what opens is answered, everything else is a person's.

The keys are made for each run, so these stories are no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import making
from tests.scenarios.stage import STORIES, Stage, attached_codes, attached_devices, staged
from tests.scenarios.traces import traces, traces_in
from tests.sealing import envelope, identity, tlv

OURS, OLD, OTHER = "install-codes@lose.example", "before", "somebody else"
DEVICE, MISSING = "00-DB-11-22-33-44-55-01", "00-DB-11-22-33-44-55-02"
CODE = "457C 769F 39D8 6441 99C0 E5BD BCFB C85B A2B2"
PASSPHRASE = "lantern-on-the-quay"
SCRIPT: dict[str, Any] = {
    "now": "2026-12-14T09:00",
    "codes": {DEVICE: CODE},
    "register": {"complete_as_of": "2026-12-01"},
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An agent with two keys on file: one with a passphrase, one of an expired certificate."""
    secrets = tmp_path / "lose" / "secrets"
    tables = '\n[[smime]]\ncertificate = "secrets/now.crt"\nkey = "secrets/now.key"\n'
    tables += 'password_file = "secrets/now.password"\n'
    tables += '\n[[smime]]\ncertificate = "secrets/old.crt"\nkey = "secrets/old.key"\n'
    with staged(STORIES / "list-in-xlsx", tmp_path, {**SCRIPT, "config": tables}) as found:
        identity(OURS).write(secrets, "now", PASSPHRASE)
        identity(OLD, days=-10).write(secrets, "old")
        yield found
        _no_key_anywhere(found)


def _no_key_anywhere(stage: Stage) -> None:
    """Neither key nor passphrase stands in any other file, mail or word of ours."""
    planted = [PASSPHRASE.encode()]
    for one in (identity(OURS), identity(OLD, days=-10)):
        planted += one.pem().splitlines()[1:-1]
    planted += (stage.folder / "secrets" / "now.key").read_bytes().splitlines()[1:-1]
    kept = [path for path in stage.folder.rglob("*") if path.is_file()]
    seen = {str(path): path.read_bytes() for path in kept if path.parent.name != "secrets"}
    seen["printed"] = "\n".join(stage.said).encode()
    seen["sent"] = b"".join(one.raw for one in stage.relayed())
    assert [name for name, content in seen.items() for one in planted if one in content] == []


def _request(*parts: bytes, number: int = 1) -> bytes:
    content = parts[0] if len(parts) == 1 else making.multi("mixed", *parts)
    return making.mail(
        content, sender="install-codes@gain.example", to=OURS, subject="Codes please", number=number
    )


def _sealed(content: bytes) -> bytes:
    return making.raw_part(content, "application/pkcs7-mime; smime-type=enveloped-data", "x.p7m")


def _list(*devices: str) -> bytes:
    rows = "Device ID\n" + "".join(f"{one}\n" for one in devices)
    words = making.part("Please send us the install codes of these.\n")
    return making.multi("mixed", words, making.raw_part(rows.encode(), "text/csv", "request.csv"))


def _play(stage: Stage, raw: bytes) -> tuple[str, str]:
    """Deliver and decide a mail; folder and reason."""
    stage.servers.deliver(raw, OURS)
    stage.round()
    (found,) = stage.rows("SELECT folder, reason FROM mail ORDER BY id DESC LIMIT 1")
    return found[0], found[1]


@pytest.mark.parametrize("expired", [False, True])
def test_an_encrypted_request_is_answered(
    stage: Stage, expired: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    us = identity(OLD, days=-10) if expired else identity(OURS)
    content = envelope(_list(DEVICE, MISSING), us, identity(OTHER))
    assert _play(stage, _request(_sealed(content)))[0] == "processed"
    (answer,) = stage.sent()
    assert str(answer["To"]) == "install-codes@gain.example"
    assert attached_devices(answer) == {
        DEVICE: "install code provided",
        MISSING: "not the installing Supplier",
    }
    assert attached_codes(answer) == {DEVICE: CODE.replace(" ", "")[:32]}
    assert stage.rows("SELECT place FROM inbound_device ORDER BY id") == [
        ["encrypted mail > request.csv > row 2"],
        ["encrypted mail > request.csv > row 3"],
    ]
    assert "Please send us the install codes" in stage.command(["inbox", "show", "1"])
    assert traces_in(stage.folder, [CODE]) == []
    assert traces("".join([*capfd.readouterr(), *stage.said]).encode(), [CODE]) == []


def _damaged(cipher: str) -> bytes:
    content = bytearray(envelope(_list(DEVICE), identity(OURS), cipher=cipher))
    at = -1 if cipher.endswith("gcm") else content.index(tlv(0x04, bytes(256))[:4]) + 40
    content[at] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: envelope(_list(DEVICE), identity(OTHER)), "encrypted to none of our certificates"),
        (lambda: _damaged("aes-256-cbc"), "damaged, or was encrypted to another key"),
        (lambda: _damaged("aes-256-gcm"), "damaged, or was encrypted to another key"),
        (lambda: envelope(_list(DEVICE), identity(OURS), cipher="rc2"), "RC2"),
    ],
    ids=["wrong recipient", "wrapped key", "tag", "RC2"],
)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a clear list"])
def test_what_does_not_open_goes_to_a_person_and_nobody_gets_an_answer(
    stage: Stage, content: Any, reason: str, beside: bool
) -> None:
    sealed = _sealed(content())
    clear = making.part(f"Please send the install code of {DEVICE}\n")
    folder, why = _play(stage, _request(clear, sealed) if beside else _request(sealed))
    assert folder == "shunted"
    assert reason in why
    for _ in range(3):
        stage.round()
    assert stage.sent() == []
    assert stage.rows("SELECT count(*) FROM outbox") == [[0]]


def test_a_key_that_others_can_read_holds_only_the_encrypted_mail(stage: Stage) -> None:
    key = stage.folder / "secrets" / "now.key"
    key.chmod(0o640)
    stage.servers.deliver(_request(_sealed(envelope(_list(DEVICE), identity(OURS)))), OURS)
    stage.servers.deliver(_request(_list(MISSING), number=2), OURS)
    stage.round()
    assert stage.rows("SELECT id, state FROM mail ORDER BY id") == [[1, "kept"], [2, "filed"]]
    assert len(stage.sent()) == 1
    said = stage.command(["run", "--once"], 1)
    assert "the private key is accessible to other users" in said
    key.chmod(0o600)
    stage.round()
    assert stage.rows("SELECT state FROM mail") == [["filed"], ["filed"]]
    assert attached_devices(stage.sent()[1]) == {DEVICE: "install code provided"}


def test_a_shunted_mail_is_answered_once_its_key_is_on_file(stage: Stage) -> None:
    content = envelope(_list(DEVICE), identity(OTHER))
    assert _play(stage, _request(_sealed(content)))[0] == "shunted"
    table = identity(OTHER).write(stage.folder / "secrets", "more")
    stage.config.write_text(stage.config.read_text() + table)
    stage.close()
    stage.command(["inbox", "replay", "1"])
    stage.round()
    (answer,) = stage.sent()
    assert attached_devices(answer) == {DEVICE: "install code provided"}


def test_read_and_doctor_use_the_keys_of_the_folder(stage: Stage) -> None:
    path = stage.folder.parent / "request.eml"
    path.write_bytes(_request(_sealed(envelope(_list(DEVICE), identity(OURS)))))
    said = stage.command(["read", str(path), "-C", str(stage.folder), "--json"])
    assert f'"{DEVICE}"' in said
    assert "encrypted: no key for it is configured" in stage.command(["read", str(path)])
    _, told = stage.run_cli(["doctor"])
    assert "S/MIME key 1" in told
    assert f"{identity(OURS).certificate.serial_number:X}"[-8:] in told
    assert "it has expired" in told
    (stage.folder / "secrets" / "old.key").chmod(0o644)
    _, told = stage.run_cli(["doctor"])
    assert "the private key is accessible to other users" in told
