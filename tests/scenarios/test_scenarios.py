"""Every story of ``stories/`` is played and what came out is compared with what it expects."""

from __future__ import annotations

from email.message import EmailMessage
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from exchange.domain.device import InstallCode
from tests.scenarios.stage import (
    STORIES,
    US,
    Stage,
    alike,
    attached_codes,
    attached_devices,
    body_of,
    load,
    staged,
)
from tests.scenarios.traces import traces, traces_in


def _stories() -> list[Any]:
    found = []
    for story in sorted(path.parent for path in STORIES.glob("*/story.toml")):
        broken = load(story).get("broken")
        marks = [pytest.mark.xfail(reason=broken, strict=True)] if broken else []
        found.append(pytest.param(story, id=story.name, marks=marks))
    return found


@pytest.mark.parametrize("story", _stories())
def test_story(story: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with staged(story, tmp_path) as stage:
        stage.play()
        expect = stage.script.get("expect", {})
        _compare_mails(stage, expect.get("mail", []))
        for wanted in expect.get("rows", []):
            rows = stage.rows(wanted["sql"])
            assert alike(rows, wanted["rows"]), f"{wanted['sql']}\n{rows}"
        for folder, number in expect.get("folders", {}).items():
            assert len(stage.servers.mails(US, folder)) == number, folder
        for wanted in expect.get("file", []):
            _compare_file(stage, wanted)
        assert "intact" in stage.command(["audit", "verify"])
        _codes_left_to_the_register_only(stage)
        _no_code_in_the_clear(stage, capfd.readouterr())


def _compare_mails(stage: Stage, wanted: list[dict[str, Any]]) -> None:
    sent = stage.sent()
    shown = [f"{mail['To']}: {mail['Subject']}" for mail in sent]
    assert len(sent) == len(wanted), f"sent {shown}"
    for relayed, mail, want in zip(stage.relayed(), sent, wanted, strict=True):
        recipient = stage.fill(want["to"])
        assert relayed.recipients == (recipient,), shown
        assert str(mail["To"]) == recipient
        for header, pattern in {
            "Subject": want.get("subject", "*"),
            **want.get("header", {}),
        }.items():
            value = str(mail[header])
            assert fnmatchcase(value, stage.fill(pattern)), f"{header}: {value}"
        lines = body_of(mail)
        _lines_in_order(lines, want.get("text", []))
        for pattern in want.get("never", []):
            assert not any(fnmatchcase(line, pattern) for line in lines), "\n".join(lines)
        if "devices" in want:
            assert attached_devices(mail) == want["devices"]
        _codes_are_right(mail, stage.truth())


def _lines_in_order(lines: list[str], patterns: list[str]) -> None:
    rest = iter(lines)
    for pattern in patterns:
        assert any(fnmatchcase(line, pattern) for line in rest), (
            f"no line matches {pattern!r} (in order) in:\n" + "\n".join(lines)
        )


def _compare_file(stage: Stage, wanted: dict[str, Any]) -> None:
    path = Path(stage.fill(wanted["path"]))
    assert f"{path.stat().st_mode & 0o777:o}" == wanted["mode"]
    assert path.read_text(encoding="utf-8").splitlines() == [
        stage.fill(line) for line in wanted["lines"]
    ]


def _codes_are_right(mail: EmailMessage, codes: dict[str, str]) -> None:
    """Whatever a story expects: a code that left is the code of that very device."""
    alone = "return address" in str(mail["Subject"]) or mail["To"] == "team@lose.example"
    alone = alone or str(mail["X-MP121-Exchange"]).startswith("list;")
    if not list(mail.iter_attachments()) and alone:
        # Our own test, the warning to our own team, and the letter that asks for a list.
        return
    for device, code in attached_codes(mail).items():
        assert code == InstallCode.parse(codes[device]).hex


def _codes_left_to_the_register_only(stage: Stage) -> None:
    """Whatever a story expects: a code goes to a reply address of the register, in an answer."""
    register = {address for (address,) in stage.rows("SELECT reply_address FROM party")}
    secrets = [one for one in stage.truth().values() if one]
    for relayed, mail in zip(stage.relayed(), stage.sent(), strict=True):
        text = "\n".join(
            str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
        )
        if traces(text.encode(), secrets):
            assert set(relayed.recipients) <= register
            assert str(mail["X-MP121-Exchange"]).startswith("answer")
        assert not traces(str(mail["Subject"]).encode(), stage.secrets())


def _no_code_in_the_clear(stage: Stage, printed: tuple[str, str]) -> None:
    secrets = stage.secrets()
    assert traces_in(stage.folder, secrets) == []
    told = "\n".join([*printed, *stage.said])
    assert traces(told.encode(), secrets) == [], "a command or the log shows a code"
