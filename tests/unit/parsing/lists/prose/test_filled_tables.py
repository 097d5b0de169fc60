"""Our own table, filled in by the sender in the quoted letter."""

from __future__ import annotations

import pytest

from exchange.domain.mail import Outcome
from exchange.parsing.reading.understand import understand

_ROW = "<tr><td>{}</td><td>ESME</td><td>{}</td></tr>"
_IDS = ("00-1D-24-00-00-00-00-01", "00-1D-24-00-00-00-00-02", "00-1D-24-00-00-00-00-03")
_CODE = "00112233445566778899AABBCCDDEEFF"


def _mail(header: str, cells: tuple[str, ...], subject_ref: str = "Q00012") -> bytes:
    rows = "".join(_ROW.format(*each) for each in zip(_IDS, cells, strict=True))
    return (
        "From: Kim <kim@vale.example>\nTo: codes@ours.example\nMIME-Version: 1.0\n"
        f"Subject: RE: MP121 request MP121-OURS-2611-{subject_ref}\nMessage-ID: <a@vale.example>\n"
        "In-Reply-To: <q@ours.example>\nContent-Type: text/html; charset=utf-8\n\n"
        "<p>Hi, see below.</p><p>Kim</p><hr>"
        "<p>Da: Ours Energy &lt;codes@ours.example&gt;<br>Inviato: giovedi 5 novembre 2026<br>"
        "A: smart@vale.example<br>Oggetto: MP121 request</p>"
        "<p>Dear Vale,</p><p>We ask for the install codes of these Devices.</p>"
        f"<table><tr><th>Device ID</th><th>Device type</th><th>{header}</th></tr>{rows}</table>"
        f"<p>Our reference: MP121-OURS-2611-{subject_ref}</p>"
    ).encode()


@pytest.mark.parametrize(
    ("header", "cells", "outcomes"),
    [
        ("Outcome", ("Not the installing Supplier",) * 3, [Outcome.NOT_INSTALLER] * 3),
        (
            "Did Vale install? Yes / No",
            ("No", "Checking", "No"),
            [Outcome.NOT_INSTALLER, Outcome.UNCLEAR, Outcome.NOT_INSTALLER],
        ),
        (
            "Install code",
            (_CODE, "", ""),
            [Outcome.PROVIDED, Outcome.UNCLEAR, Outcome.UNCLEAR],
        ),
    ],
)
def test_a_column_that_they_added_answers(
    header: str, cells: tuple[str, ...], outcomes: list[Outcome]
) -> None:
    said = understand(_mail(header, cells), own_addresses=frozenset(("codes@ours.example",)))
    found = {str(one.device): one.outcome for one in said.answers}
    assert [found[each] for each in _IDS] == outcomes


def test_our_table_as_it_was_answers_nothing() -> None:
    said = understand(
        _mail("Your reference", ("", "", "")), own_addresses=frozenset(("codes@ours.example",))
    )
    assert not said.answers
    assert not said.devices


def test_an_answer_of_ours_in_the_quote_is_not_theirs() -> None:
    raw = _mail("Outcome", ("Not the installing Supplier",) * 3, "A00012")
    said = understand(raw, own_addresses=frozenset(("codes@ours.example",)))
    assert not said.answers
