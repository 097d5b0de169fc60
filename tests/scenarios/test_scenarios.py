"""Every story of ``stories/`` is played and what came out is compared with what it expects."""

from __future__ import annotations

from email.message import EmailMessage
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from exchange.domain.device import InstallCode
from exchange.sandbox.servers import SandboxServers
from tests.scenarios.stage import (
    PASSWORD,
    STORIES,
    Stage,
    addresses,
    attached_codes,
    attached_devices,
    body_of,
    load,
)


@pytest.mark.parametrize("story", sorted(STORIES.iterdir()), ids=lambda story: story.name)
def test_story(story: Path, tmp_path: Path) -> None:
    script = load(story)
    with SandboxServers(
        tmp_path / "servers", dict.fromkeys(addresses(), PASSWORD), lambda: stage.clock.now()
    ) as servers:
        stage = Stage(tmp_path / "lose", servers, story, script)
        stage.set_up()
        stage.play()
    expect = script.get("expect", {})
    _compare_mails(stage, expect.get("mail", []), script.get("codes", {}))
    for wanted in expect.get("rows", []):
        rows = stage.rows(wanted["sql"])
        assert _alike(rows, wanted["rows"]), f"{wanted['sql']}\n{rows}"
    assert "intact" in stage.command(["audit", "verify"])
    _no_code_in_the_clear(stage)


def _alike(rows: list[list[Any]], wanted: list[list[Any]]) -> bool:
    return len(rows) == len(wanted) and all(
        len(row) == len(want)
        and all(
            fnmatchcase(str(cell), str(pattern)) for cell, pattern in zip(row, want, strict=True)
        )
        for row, want in zip(rows, wanted, strict=True)
    )


def _compare_mails(stage: Stage, wanted: list[dict[str, Any]], codes: dict[str, str]) -> None:
    sent = stage.sent()
    shown = [f"{mail['To']}: {mail['Subject']}" for mail in sent]
    assert len(sent) == len(wanted), f"sent {shown}"
    for relayed, mail, want in zip(stage.relayed(), sent, wanted, strict=True):
        assert relayed.recipients == (want["to"],)
        assert str(mail["To"]) == want["to"]
        for header, pattern in {
            "Subject": want.get("subject", "*"),
            **want.get("header", {}),
        }.items():
            value = str(mail[header])
            assert fnmatchcase(value, stage.fill(pattern)), f"{header}: {value}"
        _lines_in_order(body_of(mail), want.get("text", []))
        if "devices" in want:
            assert attached_devices(mail) == want["devices"]
        _codes_are_right(mail, codes)


def _lines_in_order(lines: list[str], patterns: list[str]) -> None:
    rest = iter(lines)
    for pattern in patterns:
        assert any(fnmatchcase(line, pattern) for line in rest), (
            f"no line matches {pattern!r} (in order) in:\n" + "\n".join(lines)
        )


def _codes_are_right(mail: EmailMessage, codes: dict[str, str]) -> None:
    """Whatever a story expects: a code that left is the code of that very device."""
    for device, code in attached_codes(mail).items():
        assert code == InstallCode.parse(codes[device]).hex


def _no_code_in_the_clear(stage: Stage) -> None:
    files = [path for path in stage.folder.rglob("*") if path.is_file()]
    for secret in stage.secrets():
        forms = {secret, secret.lower(), InstallCode.parse(secret).grouped}
        needles = {form.encode() for form in forms} | {bytes.fromhex(secret)}
        for path in files:
            content = path.read_bytes()
            assert not any(needle in content for needle in needles), f"a code lies in {path.name}"
