"""``exchange read`` as it is really run: many files, some of them poison, each with its result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exchange.parsing.reading.mbox import split_mbox
from tests.corpus import making, packing
from tests.corpus.making import CODE_CRC, D
from tests.places import ROOT

ASK = "Please send the install code of {}\n"


@dataclass(frozen=True)
class Ran:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value that it must be."""
        return json.loads(self.out)


def read(*words: object, given: bytes = b"", **environment: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "exchange", "read", *map(str, words)],
        input=given,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=600,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def devices(said: dict[str, Any]) -> list[str]:
    return [one["device_id"] for one in said["devices"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three mails, of which the middle one is a list of 300,000 rows of running text."""
    good = making.mail(ASK.format(D[0]))
    row = f"we have looked everywhere for {D[1]} and the others of the same street\n"
    (tmp_path / "a.eml").write_bytes(good)
    (tmp_path / "b.eml").write_bytes(making.mail("") + row.encode() * 500_000)
    (tmp_path / "c.eml").write_bytes(good)
    return tmp_path


@pytest.mark.parametrize(
    ("ceilings", "reason"),
    [
        # A busy machine may take more than a second for the good ones too.
        ([("--seconds", text) for text in ("1", "3", "9", "27")], "takes more than"),
        ([("--memory-mb", "300")], "memory"),
    ],
)
def test_poison_costs_itself_and_the_next_file_is_read(
    folder: Path, ceilings: list[tuple[str, str]], reason: str
) -> None:
    for ceiling in ceilings:
        ran = read(folder, "--json", *ceiling)
        before, poison, after = ran.json
        if [devices(before), devices(after)] == [[D[0]], [D[0]]]:
            break
    else:
        pytest.fail("the good files were not read")
    assert ran.code == 1
    assert (poison["kind"], poison["subkind"], poison["devices"]) == ("unknown", "unreadable", [])
    assert poison["file"] == str(folder / "b.eml")
    (reject,) = poison["rejects"]
    assert reason in reject["reason"] or "ended the reading process" in reject["reason"]
    assert reject["where"] == "b.eml"
    assert ran.err.splitlines() == [f"{folder / 'b.eml'}: {reject['reason']}"]


def test_files_folders_and_standard_input_in_the_order_given(tmp_path: Path) -> None:
    inner = tmp_path / "folder" / "deeper"
    inner.mkdir(parents=True)
    (inner / "b.csv").write_text(f"Device ID\n{D[1]}\n")
    (tmp_path / "folder" / "a.xlsx").write_bytes(making.xlsx(("S", [["Device ID"], [D[0]]])))
    (tmp_path / "folder" / ".hidden").write_text(D[3])
    mail = making.mail(ASK.format(D[2]))
    ran = read(tmp_path / "none.eml", "-", tmp_path / "folder", "--json", given=mail)
    assert [Path(one["file"]).name for one in ran.json] == ["none.eml", "-", "a.xlsx", "b.csv"]
    assert [devices(one) for one in ran.json] == [[], [D[2]], [D[0]], [D[1]]]
    assert ran.json[3]["devices"][0]["where"] == "b.csv > row 2"
    assert ran.code == 1
    assert ran.err == f"{tmp_path / 'none.eml'}: there is no such file\n"


def test_one_mail_on_standard_input_gives_one_object(tmp_path: Path) -> None:
    ran = read("-", "--json", given=f"Device ID\n{D[0]}\n".encode())
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["devices"] == [{"device_id": D[0], "where": "standard input > line 2"}]
    assert read("--json").code == 2
    empty = read(tmp_path, "--json")
    assert (empty.code, empty.json) == (0, [])


def test_people_get_each_file_under_its_name(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.eml", "b.eml")]
    for path, device in zip(paths, D, strict=False):
        path.write_bytes(making.mail(f"{device} {CODE_CRC}\n", subject="Re: MP121 request"))
    ran = read(*paths)
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines.index(f"{paths[0]}:") < lines.index(f"{paths[1]}:")
    assert CODE_CRC[:8] not in ran.out


def test_json_comes_whole_where_the_output_knows_few_letters(tmp_path: Path) -> None:
    path = tmp_path / "Zähler.csv"
    path.write_text(f"Device ID\n{D[0]}\n")
    ran = read(path, "--json", PYTHONIOENCODING="ascii")
    assert ran.json["devices"] == [{"device_id": D[0], "where": "Zähler.csv > row 2"}]


# Mailboxes


def boxed(*mails: bytes, end: bytes = b"\n") -> bytes:
    box = b""
    for mail in mails:
        text = mail.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        box += b"From kim@gain.test Mon Dec 14 09:00:00 2026\n" + text + b"\n"
    return box.replace(b"\n", end)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_mailbox_gives_a_result_for_each_mail(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "box"
    first = making.mail(ASK.format(D[0]) + f"\nFrom all of us\n\nFrom now on {D[1]} too\n")
    nested = making.mail(b"Content-Type: message/rfc822\r\n\r\n" * 100)
    last = making.mail(f"{D[2]} {CODE_CRC}\n", subject="Re: MP121 request")
    path.write_bytes(boxed(first, nested, last, end=end))
    ran = read(path, "--json")
    assert [(one["mail"], one["kind"], devices(one)) for one in ran.json] == [
        (1, "request", [D[0], D[1]]),
        (2, "unknown", []),
        (3, "response", [D[2]]),
    ]
    assert ran.code == 1
    assert ran.err.startswith(f"{path} > mail 2: ")


def test_a_mailbox_of_one_mail_is_that_mail(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox"
    path.write_bytes(boxed(making.mail(ASK.format(D[0]))))
    ran = read(path, "--json")
    assert (ran.json["mail"], devices(ran.json)) == (None, [D[0]])


def test_a_line_that_only_looks_like_a_separator_divides_nothing() -> None:
    mail = (
        b"Subject: a\n\nSee below.\n\nFrom Kim Mon Dec 14 09:00:00 2026\n"
        b"we have: nothing\nFrom Kim Mon Dec 14 09:00:00 2026\nTo: you\n\nFrom here on\nX: y\n"
    )
    box = boxed(mail, mail)
    assert list(split_mbox(box.splitlines(keepends=True), 10_000)) == [mail, mail]


def test_a_mail_of_a_mailbox_that_is_too_large_is_cut_and_the_next_one_whole() -> None:
    large, small = b"Subject: a\n\n" + b"x" * 79 + b"\n" * 1, b"Subject: b\n\nhello\n"
    box = boxed(large, small).splitlines(keepends=True)
    first, second = split_mbox(box, 50)
    assert len(first) == 51
    assert second == small


def test_an_attached_mailbox_is_read_mail_by_mail(tmp_path: Path) -> None:
    box = boxed(making.mail(ASK.format(D[0])), making.mail(ASK.format(D[1])))
    path = tmp_path / "a.eml"
    path.write_bytes(making.mail(making.raw_part(box, "application/mbox", "sent.mbox")))
    assert read(path, "--json").json["devices"] == [
        {"device_id": D[0], "where": "sent.mbox > mail 1 > body line 1"},
        {"device_id": D[1], "where": "sent.mbox > mail 2 > body line 1"},
    ]


# Secrets


def test_a_password_from_file_or_environment_opens_a_protected_list(tmp_path: Path) -> None:
    path = tmp_path / "list.zip"
    path.write_bytes(packing.aes_zipped("street-lamp", ("a.csv", f"Device ID\n{D[0]}\n".encode())))
    secret = tmp_path / "passwords"
    secret.write_text("another\nstreet-lamp\n")
    for words in (("--password-file", secret), ("--password-env", "LIST_PASSWORD")):
        ran = read(path, "--json", *words, LIST_PASSWORD="street-lamp")
        assert (ran.code, devices(ran.json)) == (0, [D[0]])
        assert "street-lamp" not in ran.out + ran.err
    without = read(path, "--json")
    assert without.code == 0
    assert "password" in without.json["rejects"][0]["reason"]
    for words in (("--password-env", "NO_SUCH"), ("--password-file", tmp_path / "none")):
        ran = read(path, "--json", *words)
        assert (ran.code, ran.out) == (1, "")
        assert str(words[1]) in ran.err


def test_our_own_mail_is_known_by_our_address(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    marked = ["X-MP121-Exchange: request; ref=MP121-LOSE-2612-Q00001"]
    ours = making.mail(ASK.format(D[0]), sender="install-codes@lose.example", extra=marked)
    path.write_bytes(ours)
    ran = read(path, "--json", "--our-address", "Install-Codes@LOSE.example")
    assert (ran.json["subkind"], ran.json["devices"]) == ("own", [])
    assert devices(read(path, "--json").json) == [D[0]]


def test_codes_in_names_of_files_are_masked(tmp_path: Path) -> None:
    path = tmp_path / f"{CODE_CRC}.csv"
    path.write_text(f"Device ID\n{D[0]}\n")
    ran = read(path, tmp_path / f"{CODE_CRC}.eml", "--json")
    assert CODE_CRC not in ran.out + ran.err
    assert "[masked]" in ran.json[0]["file"]
    assert CODE_CRC in read(path, "--json", "--reveal").json["file"]


def test_what_a_mail_repeats_of_our_letter_is_quoted(tmp_path: Path) -> None:
    letter = (
        "Dear Op B,\n\nthank you for your request of last week. This is our answer for the only\n"
        f"Device that you listed, with its install code:\n\n{D[1]}  {CODE_CRC}\n"
    )
    sent, reply = tmp_path / "sent.eml", tmp_path / "reply.eml"
    sent.write_bytes(making.mail(letter))
    reply.write_bytes(making.mail(f"{ASK.format(D[0])}\n\n{letter}"))
    assert read(reply, "--json").json["kind"] == "response"
    known = read(reply, "--json", "--sent", sent).json
    assert (known["kind"], devices(known)) == ("request", [D[0]])


def test_a_letter_that_is_not_there_is_named(tmp_path: Path) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(making.mail(ASK.format(D[0])))
    ran = read(mail, "--sent", tmp_path / "none.eml")
    assert ran.code != 0
    assert "none.eml" in ran.err
