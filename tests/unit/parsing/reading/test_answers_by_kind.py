"""Answers about the gas or the electricity meters of a list, whose types our letter names."""

from __future__ import annotations

import pytest

from exchange.domain.meaning.resolve import resolve
from exchange.domain.meaning.thread import thread_of
from exchange.parsing.reading.understand import understand
from tests.unit.parsing.reading.test_answers_in_thread import CODES, DEVICES, OURS, REFERENCE, SIGNS

TYPES = ("ESME", "GSME", "GSME")


def letter(types: tuple[str, ...]) -> bytes:
    rows = "".join(
        f"<tr><td>{device}</td><td>{kind}</td></tr>"
        for device, kind in zip(DEVICES, types, strict=False)
    )
    return (
        f"Subject: MP121 request {REFERENCE}\nFrom: Ours Energy <{OURS}>\nTo: codes@vale.example\n"
        "Message-ID: <one@ours.example>\nContent-Type: text/html\n\n"
        f"<p>We ask you for the install codes of these Devices.</p><p>Reference: {REFERENCE}</p>"
        f"<table><tr><th>Device ID</th><th>Device type</th></tr>{rows}</table>"
    ).encode()


def answer(body: str, types: tuple[str, ...] = TYPES) -> str:
    """Return D for a denial, C for a code, ? for a person, - for nothing, Device by Device."""
    mail = (
        "Subject: RE: MP121 request\nFrom: Jo Wills <codes@vale.example>\n"
        f"To: {OURS}\nMessage-ID: <two@vale.example>\nIn-Reply-To: <one@ours.example>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body.replace('<c1>', CODES[0])}\n"
    )
    said = understand(mail.encode(), own_addresses=frozenset((OURS,)))
    found = resolve(said, thread_of(said, [understand(letter(types))], ["Vale Energy", "VALE"]))
    signs = {str(one.device): SIGNS[one.outcome] for one in found.answers}
    return "".join(signs.get(device, "-") for device in DEVICES[: len(types)])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The gas meters were not installed by us.", "-DD"),
        ("Neither gas meter is ours.", "-DD"),
        ("The electricity meter was not installed by us.", "D--"),
        ("The two gas ones are not ours, code of the electricity meter is <c1>.", "CDD"),
        ("Elec: <c1>\nThe GSMEs were not fitted by us.", "CDD"),
        ("The gas meter was not installed by us.", "???"),  # which of the two?
        ("Some of the gas meters were not installed by us.", "???"),
        ("The gas meters may not be ours.", "???"),
        ("The gas meters are not ours, and the code of the gas meter is <c1>.", "???"),
    ],
)
def test_a_kind_of_device_is_what_our_list_says(body: str, expected: str) -> None:
    assert answer(body) == expected


def test_without_types_a_person_decides() -> None:
    assert answer("The gas meters were not installed by us.", ("", "", "")) == "???"
