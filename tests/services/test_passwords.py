"""Passwords on file: sealed, tried on what the party sends, never shown."""

from __future__ import annotations

import io
from email.message import EmailMessage
from pathlib import Path

import msoffcrypto
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from exchange.cli.contacts.contacts import app
from exchange.services.answering import party_passwords
from tests.services.contexts import add_parties, bytes_of, command, make_context, make_party

DEVICE = "00-DB-12-34-56-78-90-A0"
PASSWORD = "correct-horse-battery"


def _protected_list() -> bytes:
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["Device ID", DEVICE])
    out = io.BytesIO()
    plain.seek(0)
    OOXMLFile(plain).encrypt(PASSWORD, out)
    assert msoffcrypto.OfficeFile(out).is_encrypted()
    return out.getvalue()


def _mail(sender: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "codes@lose.example", "codes please"
    mail["Message-ID"] = "<1@gain.example>"
    mail.set_content("Please send us the install codes of the attached list.\n")
    mail.add_attachment(
        _protected_list(), maintype="application", subtype="octet-stream", filename="list.xlsx"
    )
    return mail.as_bytes()


def test_a_protected_list_opens_with_the_password_of_its_sender(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    ctx = make_context(folder)
    add_parties(ctx, make_party("GAIN"), make_party("FORM"))
    said = command(app, folder, "passwords", "gain", typed=f"wrong-one\n{PASSWORD}\n")
    assert (said.code, said.out) == (0, "2 passwords on file for GAIN\n")
    ours = party_passwords.passwords_of_sender(ctx, "codes@gain.example")
    assert ours == ("wrong-one", PASSWORD)
    assert party_passwords.passwords_of_sender(ctx, "codes@form.example") == ()
    assert party_passwords.passwords_of_sender(ctx, "stranger@elsewhere.example") == ()
    read = ctx.reader.read(_mail("codes@gain.example"), ours)
    assert [str(found.device) for found in read.devices] == [DEVICE]
    closed = ctx.reader.read(_mail("codes@form.example"), ())
    assert not closed.devices
    assert any("password" in reject.reason for reject in closed.rejects)
    assert PASSWORD.encode() not in bytes_of(folder)
    assert PASSWORD not in said.all

    assert command(app, folder, "passwords", "GAIN", "--forget").code == 0
    assert party_passwords.passwords_of_sender(ctx, "codes@gain.example") == ()
    ctx.reader.close()


def test_refused_without_a_party_or_a_password(tmp_path: Path) -> None:
    folder = tmp_path / "lose"
    make_context(folder)
    said = command(app, folder, "passwords", "NOBODY", typed="x\n")
    assert said.code == 1
    assert "not on the contacts register" in said.err
    assert command(app, folder, "passwords", "NOBODY", typed="").code == 1
