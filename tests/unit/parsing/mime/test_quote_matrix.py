"""Clients and desks times languages: Devices typed are found, Devices quoted are not taken."""

from __future__ import annotations

import sys
from collections import Counter
from email.message import EmailMessage

import pytest

from exchange.parsing.reading.understand import understand
from tests.unit.parsing.mime.quote_layouts import LANGUAGES, LAYOUTS, THEIRS, TITLE, Reply

TYPED = ("00-DB-5A-11-00-00-0A-01", "00-DB-5A-11-00-00-0A-02")
QUOTED = ("00-DB-5A-11-00-00-0B-01", "00-DB-5A-11-00-00-0B-02", "00-DB-5A-11-00-00-0B-03")


def _mail(layout: str, language: str) -> bytes:
    words = LANGUAGES[language]
    typed = ["Hello,", "", "please send the install codes for:", "", *TYPED, "", "Thanks", "Bea"]
    earlier = ["Dear all,", "", "we have now lost these meters:", "", *QUOTED, "", "Orla"]
    kind, text = LAYOUTS[layout](Reply(typed, earlier, words))
    mail = EmailMessage()
    mail["From"] = f"Wren Metering <{THEIRS}>"
    mail["To"] = "codes@ours.example"
    mail["Subject"] = f"{words.reply}: {TITLE}"
    mail["In-Reply-To"] = "<1@tern.example>"
    mail.set_content(text, subtype=kind)
    return mail.as_bytes()


def test_what_is_typed_is_found_and_what_is_quoted_is_not_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    missed: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for layout in LAYOUTS:
        for language in LANGUAGES:
            found = {str(one.device) for one in understand(_mail(layout, language)).devices}
            missed[f"{layout} / {language}"] += len(set(TYPED) - found)
            taken[f"{layout} / {language}"] += len(set(QUOTED) & found)
    mails = len(LAYOUTS) * len(LANGUAGES)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(LAYOUTS)} layouts x {len(LANGUAGES)} languages:"
            f" {mails * len(TYPED) - missed.total()} of {mails * len(TYPED)} typed Devices found,"
            f" {taken.total()} of {mails * len(QUOTED)} quoted Devices taken\n"
        )
    assert not +missed
    assert not +taken
