"""``exchange read``: how anyone tries our reading on a mail or a file of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from exchange.cli.reading.read import read_command
from tests.corpus import making
from tests.corpus.making import CODE, CODE_CRC, D

APP = typer.Typer()
APP.command()(read_command)


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(APP, list(words))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def answer(tmp_path: Path) -> str:
    path = tmp_path / "answer.eml"
    body = f"{D[0]} {CODE_CRC}\n{D[1]} - not installed by us\n{D[2]} {CODE_CRC[:-1]}0\n"
    path.write_bytes(making.mail(body, subject="Re: MP121 request"))
    return str(path)


def test_json_has_the_declared_shape_and_masks_codes(answer: str) -> None:
    code, out, err = run(answer, "--json")
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert said["kind"] == "response"
    assert said["devices"][0] == {"device_id": D[0], "where": "body line 1"}
    assert said["answers"] == [
        {"device_id": D[0], "outcome": "provided", "install_code": "[masked]",
         "where": "body line 1", "why": ""},
        {"device_id": D[1], "outcome": "not_installer", "install_code": None,
         "where": "body line 2", "why": "not installed by us"},
        {"device_id": D[2], "outcome": "unclear", "install_code": None, "where": "body line 3",
         "why": ""},
    ]  # fmt: skip
    (reject,) = said["rejects"]
    assert set(reject) == {"text", "reason", "where"}
    assert "CRC" in reject["reason"]
    assert CODE[:24] not in out


def test_reveal_shows_the_code_without_its_crc(answer: str) -> None:
    _, out, _ = run(answer, "--json", "--reveal")
    said = json.loads(out)
    assert said["answers"][0]["install_code"] == CODE
    assert said["rejects"][0]["text"] == f"{CODE_CRC[:-1]}0"


def test_people_get_tables_with_codes_masked(answer: str) -> None:
    code, out, _ = run(answer)
    assert code == 0
    assert "response: 3 devices, 3 answers, 1 reject" in out
    assert D[0] in out
    assert "83FE" not in out


def test_the_json_has_the_keys_that_the_documentation_names(answer: str) -> None:
    said = json.loads(run(answer, "--json")[1])
    assert list(said) == [
        "file", "mail", "kind", "subkind", "devices", "answers", "rejects", "warnings",
        "statements", "references", "bounces", "returns_on",
    ]  # fmt: skip
    assert (said["file"], said["mail"]) == (answer, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", f"Device ID\n{D[0]}\n".encode()),
        ("list.txt", f"{D[0]}\n".encode()),
        ("list.xlsx", making.xlsx(("S", [["Device ID"], [D[0]]]))),
        ("list", making.mail(f"Please send the install code for {D[0]}")),
    ],
)
def test_a_bare_file_is_read_like_an_attachment(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    code, out, _ = run(str(path), "--json")
    assert code == 0
    assert [one["device_id"] for one in json.loads(out)["devices"]] == [D[0]]


def test_what_cannot_be_read_is_a_reject_and_one_line(tmp_path: Path) -> None:
    nested = tmp_path / "nested.eml"
    nested.write_bytes(b"From: a@b.test\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 100)
    for path, words in ((tmp_path / "none.eml", "no such file"), (nested, "deeper than")):
        code, out, err = run(str(path), "--json")
        assert code == 1
        assert err.startswith(f"{path}: ")
        assert len(err.splitlines()) == 1
        said = json.loads(out)
        assert (said["kind"], said["subkind"]) == ("unknown", "unreadable")
        assert words in said["rejects"][0]["reason"]
        assert said["rejects"][0]["where"] == path.name
        assert run(str(path))[:2] == (1, "")


def test_a_strangers_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Device ID,x\n\x1b[31m00DB[/bold],y\n")
    code, out, _ = run(str(path))
    assert code == 0
    assert "\x1b[31m" not in out
    assert "00DB[/bold]" in out


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_saved_mail_with_a_plain_header_is_a_mail(tmp_path: Path, end: str) -> None:
    path = tmp_path / "saved.txt"
    text = (
        "From: MAILER-DAEMON@op-b.test\nTo: codes@op-a.test\nSubject: failure notice\n\n"
        "<gone@op-b.test>:\n550 5.1.1 no such user\n"
    )
    path.write_bytes(text.replace("\n", end).encode())
    _, out, _ = run(str(path), "--json")
    said = json.loads(out)
    assert said["kind"] == "bounce"
    assert [one["recipient"] for one in said["bounces"]] == ["gone@op-b.test"]


def test_a_text_that_only_begins_like_a_header_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(f"From: our list\nSubject: meters\nTo: do\n{D[0]} please\n\nMore.\n")
    _, out, _ = run(str(path), "--json")
    assert [one["device_id"] for one in json.loads(out)["devices"]] == [D[0]]


_REPLY = "In-Reply-To: <m7@op-b.test>"


def _thread(tmp_path: Path, words: str) -> tuple[str, str]:
    """Write a letter of ours about two Devices, and a reply that quotes nothing of it."""
    sent, reply = tmp_path / "sent.eml", tmp_path / "reply.eml"
    asked = "Reference: MP121-OURS-2612-Q00001\nPlease send the install codes.\n\n"
    listed = f"{asked}{D[0]}\n{D[1]}\n"
    letter = making.mail(
        listed, subject="MP121 request", extra=["X-MP121-Exchange: request"], number=7
    )
    sent.write_bytes(letter)
    reply.write_bytes(making.mail(words, subject="Re: MP121", extra=[_REPLY]))
    return str(sent), str(reply)


def test_a_sentence_answers_the_letter_that_is_given_with_it(tmp_path: Path) -> None:
    sent, reply = _thread(tmp_path, "Neither of these was fitted by Harbour.\n")
    alone = json.loads(run(reply, "--json")[1])
    assert alone["answers"] == []
    assert [one["act"] for one in alone["statements"]] == ["denies"]
    said = json.loads(run(reply, "--json", "--sent", sent, "--party", "Harbour Energy")[1])
    assert [(one["device_id"], one["outcome"]) for one in said["answers"]] == [
        (D[0], "not_installer"),
        (D[1], "not_installer"),
    ]
    assert '"Neither of these was fitted by Harbour." at body line 1' in said["answers"][0]["why"]
    other = json.loads(run(reply, "--json", "--sent", sent, "--party", "Tidal Gas")[1])
    assert {one["outcome"] for one in other["answers"]} == {"unclear"}
    assert "Harbour is no name of the sender's" in other["warnings"][-1]


def test_people_are_told_why(tmp_path: Path) -> None:
    sent, reply = _thread(tmp_path, "None of these 2 were ours.\n")
    _, out, _ = run(reply, "--sent", sent)
    assert 'because: their words "None of these 2 were ours." at body line 1, about all 2 of' in out


def test_a_letter_that_is_not_there_ends_it(tmp_path: Path) -> None:
    _, reply = _thread(tmp_path, "Not ours.\n")
    code, out, _ = run(reply, "--sent", str(tmp_path / "none.eml"))
    assert (code, out) == (1, "")


def test_a_sentence_about_a_list_that_nobody_gave_says_what_is_missing(tmp_path: Path) -> None:
    sent, reply = _thread(tmp_path, "None of these 2 were ours.\n")
    lone = 'their words "None of these 2 were ours." at body line 1 are about a list: '
    assert f"note: {lone}give our letter by --sent" in run(reply)[1]
    other = tmp_path / "other.eml"
    other.write_bytes(Path(sent).read_bytes().replace(b"m7@op-b.test", b"m8@op-b.test"))
    said = json.loads(run(reply, "--json", "--sent", str(other))[1])
    assert said["warnings"] == [f"{lone}it replies to none of the letters given"]


def test_a_letter_without_our_mark_is_read_with_a_warning(tmp_path: Path) -> None:
    sent, reply = _thread(tmp_path, "None of these 2 were ours.\n")
    assert run(reply, "--sent", sent)[2] == ""
    assert "it may be no letter of ours" in run(reply, "--sent", reply)[2]
