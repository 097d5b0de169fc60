"""What is said of a request, in many words: whether a list of Devices is answered by machine.

The files in ``said`` have one mail on each line.  Whoever adds to them writes the mails first, and
looks afterwards how they are read.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from exchange.domain.mail import Kind
from exchange.domain.meaning.addressees import meant_for_another
from exchange.parsing.reading.understand import understand

HERE: Final = Path(__file__).parent / "said"
IDS: Final = ("00-DB-12-34-56-78-90-A0", "00-DB-12-34-56-78-90-A1", "00-DB-12-34-56-78-90-A2")
OWN: Final = ("Ours Energy", "OURS")
REGISTERED: Final = ("Northgate Energy Ltd", "Vale Energy", "Marlow Power")
# What has to be right; of requests, the few that go to a person are no fault that ruins us.
LEAST: Final = {
    "not_asked": 1.0,
    "not_asked_2": 1.0,
    "not_asked_3": 0.96,
    "not_asked_4": 1.0,
    "not_asked_5": 1.0,
    "asked": 0.98,
    "asked_2": 0.98,
    "asked_3": 0.9,
    "asked_4": 0.97,
    "asked_5": 0.9,
}


class Said(NamedTuple):
    """A mail of the set."""

    number: int
    kind: str
    subject: str
    text: str


def said_in(name: str) -> Iterator[Said]:
    lines = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            kind, subject, text = (part.strip() for part in line.split("|", 2))
            yield Said(number, kind, subject, text)


def mail_of(one: Said) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Ola Bright <ola@vale.example>"
    mail["To"] = "codes@ours.example"
    mail["Subject"] = one.subject.replace("@1", IDS[0])
    mail["Date"] = "Mon, 09 Nov 2026 10:00:00 +0000"
    mail["Message-ID"] = f"<{one.number}@vale.example>"
    if one.kind == "dispute":  # of what we answered
        mail["In-Reply-To"] = "<mp121-ours-2611-a00082.answer.19dffca0430f@ours.example>"
    if one.text.startswith("<"):
        listed = "".join(f"<p>{each}</p>" for each in IDS)
        mail.set_content(one.text.replace("@", listed), subtype="html")
    else:
        text = (
            one.text.replace(" \u00b6 ", "\n\n").replace("@1", IDS[0]).replace("@", "\n".join(IDS))
        )
        mail.set_content(f"{text}\n")
    return mail.as_bytes()


def is_answered(one: Said) -> bool:
    said = understand(mail_of(one), own_addresses=frozenset(("codes@ours.example",)))
    return said.kind is Kind.REQUEST and not meant_for_another(
        said, OWN, REGISTERED, ("Vale Energy",)
    )


@pytest.mark.parametrize("name", LEAST)
def test_what_is_said_of_a_request(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = name.startswith("asked")
    of, right, wrong = Counter[str](), Counter[str](), []
    for one in said_in(name):
        of[one.kind] += 1
        if is_answered(one) == wanted:
            right[one.kind] += 1
        else:
            wrong.append(f"{name}.txt:{one.number}: {one.text}")
    with capsys.disabled():
        kinds = ", ".join(f"{kind} {right[kind]} of {of[kind]}" for kind in of)
        sys.stdout.write(f"\n{name}: {right.total()} of {of.total()} right ({kinds})\n")
    assert right.total() / of.total() >= LEAST[name], "\n".join(wrong)
