"""Tables typed or pasted into a plain body."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Kind, Understanding
from exchange.parsing.reading.understand import understand

HEAD = b"From: a@gain.example\r\nSubject: codes please\r\nMessage-ID: <1@gain.example>\r\n\r\n"
A0, A1, A2 = (f"00-DB-12-34-56-78-90-A{n}" for n in range(3))


def _read(body: str) -> Understanding:
    return understand(HEAD + body.replace("\n", "\r\n").encode())


def _devices(said: Understanding) -> list[str]:
    return [str(found.device) for found in said.devices]


@pytest.mark.parametrize("sign", [",", ";", " | "])
def test_rows_under_a_header_are_read_by_their_column(sign: str) -> None:
    rows = [("Device ID", "MPAN"), ("00DB1234567890A0", "1234567890126"), (A1, "1234567890126")]
    lines = "\n".join(sign.join(row) for row in rows)
    said = _read(f"Hello, please send the codes of\n\n{lines}\n\nThanks, Kim\n")
    assert said.kind is Kind.REQUEST
    assert _devices(said) == [A0, A1]
    assert [found.where for found in said.devices] == [
        "body table 1 > row 2",
        "body table 1 > row 3",
    ]
    assert not said.rejects


def test_a_drawn_table_is_read() -> None:
    drawn = f"| Device ID | MPAN |\n|-----------|------|\n| {A0} | 1234567890126 |\n"
    assert _devices(_read(f"Please send:\n{drawn}")) == [A0]


def test_a_damaged_row_is_told_with_its_place() -> None:
    body = f"Please send:\n\nDevice ID;Status\n{A0};pending\n1.23457E+15;pending\n{A2};pending\n"
    said = _read(body)
    assert _devices(said) == [A0, A2]
    assert [reject.where for reject in said.rejects] == ["body table 1 > row 3"]


def test_several_ids_on_a_line_stay_running_text() -> None:
    said = _read(f"Device IDs, please send codes:\n{A0}, {A1}\n{A2}, 00-DB-12-34-56-78-90-A3\n")
    assert len(said.devices) == 4


def test_a_quoted_table_is_not_asked_anew() -> None:
    said = _read(f"Any news?\n\n> Device ID,MPAN\n> {A0},1234567890126\n")
    assert not said.devices
    assert any("quoted" in warning for warning in said.warnings)


def test_sentences_with_commas_are_no_table() -> None:
    said = _read(f"Device ID, MPAN and date, as ever.\nYours, Kim\n\nOnly this one: {A0}\n")
    assert _devices(said) == [A0]
    assert not said.rejects


@pytest.mark.parametrize(("sign", "edge"), [("|", "| "), ("\t", "")])
def test_a_drawn_row_without_an_id_is_told_and_cuts_no_table(sign: str, edge: str) -> None:
    rows = [("Meter", "Device ID"), ("E1", A0), ("E2", "tbc"), ("E3", A1)]
    said = understand(
        b"From: a@gain.example\nSubject: Codes\n\nPlease send us the install codes:\n\n"
        + "\n".join(f"{edge}{sign.join(row)}{edge}" for row in rows).encode()
        + b"\nDana Wells | Gainsborough Energy\n"
    )
    assert [str(one.device) for one in said.devices] == [A0, A1]
    assert [(one.text, one.where) for one in said.rejects] == [("tbc", "body table 1 > row 3")]


def test_a_signature_is_no_row_of_a_table_without_edges() -> None:
    said = understand(
        HEAD
        + f"Please send the codes:\n\nSite | Device ID\nE1 | {A0}\n"
        "Dana Wells | Gainsborough Energy\n".encode()
    )
    assert [str(one.device) for one in said.devices] == [A0]
    assert said.rejects == ()
