"""Tables at 80 columns: an address, an ID or a reference is never broken, a line never too long."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exchange.bootstrap import open_context, the_clock
from exchange.cli.main import app
from exchange.store.mails.mail import REVIEW
from exchange.store.mails.outbox import FAILED
from tests.services.contexts import INIT, command, make_context
from tests.services.test_inbox_many import _fill as fill_inbox

LONG = "install.codes.of.the.losing.supplier@mailroom.supplier.example"
LEAD = "head.of.metering.operations@escalations.supplier.example"
SENDER = "somebody.who.is.not.on.the.register@mailroom.stranger.example"
REFERENCE = re.compile(r"MP121-OURS-\d{4}-Q\d{5}\b")
DEVICE = "00-DB-12-34-56-78-90-A0"
CONTACTS = (
    "signifier,party,mpids,role,request_address,reply_address,escalation_1\n"
    f"LOSE,The Losing Supplier of Great Britain,LOSE,supplier,{LONG},{LONG},{LEAD}\n"
)
GAINED = f"Device ID,Former Supplier,Device Type,Change Of Supplier Date\n{DEVICE},LOSE,ESME,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    assert command(app, folder, "init", str(folder), *INIT).code == 0
    for name, text, words in (
        ("contacts.csv", CONTACTS, ("contacts", "import", "--yes")),
        ("gained.csv", GAINED, ("request", "create")),
    ):
        (tmp_path / name).write_text(text)
        said = command(app, folder, *words, str(tmp_path / name))
        assert said.code == 0, said.all
    return folder


def _lines(folder: Path, *words: str) -> str:
    said = command(app, folder, *words, columns=80)
    assert said.code == 0, said.all
    assert max(map(len, said.out.splitlines())) <= 80
    return said.out


def test_letters_name_the_whole_address_and_reference(folder: Path) -> None:
    text = _lines(folder, "letters", "list")
    assert LONG in text
    assert REFERENCE.search(text)


def test_contacts_name_whole_addresses(folder: Path) -> None:
    text = _lines(folder, "contacts", "list")
    assert text.count(LONG) == 2
    assert LEAD in text
    assert "The Losing Supplier of Great Britain" in text


def test_a_request_names_the_whole_device(folder: Path) -> None:
    found = REFERENCE.search(_lines(folder, "request", "list"))
    assert found
    text = _lines(folder, "request", "show", found[0])
    assert DEVICE in text
    assert LONG in text


def test_the_inbox_names_the_whole_sender(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "ours")
    reason = f"the sender is not on the contacts register; {DEVICE} is asked for, as others were"
    fill_inbox(ctx, (SENDER, REVIEW, "request", reason), (SENDER, REVIEW, "request", reason))
    ctx.store.dispose()
    text = _lines(tmp_path / "ours", "inbox", "list")
    assert text.count(SENDER) == 2
    assert text.count(DEVICE) == 2


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (("contacts", "history"), LONG),
        (("contacts", "check", "--stale-after", "0"), "LOSE"),
        (("request", "outcomes"), DEVICE),
        (("letters", "list", "--party", "LOSE", "--state", "queued"), LONG),
        (("read", "@gained.csv"), DEVICE),
    ],
)
def test_every_list_names_its_subject_whole(
    folder: Path, words: tuple[str, ...], whole: str
) -> None:
    text = _lines(folder, *(one.replace("@", f"{folder.parent}/") for one in words))
    assert whole in text


def test_a_refused_letter_is_listed_with_its_whole_address_and_reference(folder: Path) -> None:
    ctx = open_context(folder, the_clock("2026-12-01T10:00"))
    with ctx.store.transaction("refused") as tx:
        (letter,) = tx.outbox.heads()
        tx.outbox.record(letter.id, ctx.now(), state=FAILED, reply=f"550 5.1.1 <{LONG}>: unknown")
    ctx.store.dispose()
    for words in (("inbox", "list"), ("letters", "list")):
        text = _lines(folder, *words)
        assert text.count(LONG) == 2
        assert REFERENCE.search(text)


def test_short_cells_stay_a_table(tmp_path: Path) -> None:
    ctx = make_context(tmp_path / "ours")
    fill_inbox(ctx, ("a@b.example", REVIEW, "request", "the sender is not on the register " * 5))
    ctx.store.dispose()
    text = _lines(tmp_path / "ours", "inbox", "list")
    assert "│ a@b.example │" in text
