"""The shapes that begin an earlier mail, and typed lines that resemble them."""

from __future__ import annotations

import pytest

from exchange.parsing.mime.quote_shapes import (
    has_header_fields,
    is_attribution,
    is_comment_head,
    is_enclosed_attribution,
    is_header_block,
    tells_who_wrote,
)
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.text.lines import plain_lines

ID = "00-DB-5A-11-00-00-0A-01"


@pytest.mark.parametrize(
    "text",
    [
        "Struan Bain on 25 November 2026 at 10:22 wrote:",
        "El lun, 16-11-2026 a las 10:28 +0000, Orla Quirke escribi\u00f3:",
        "Orla Quirke <o@tern.example> ezt \u00edrta (id\u0151pont: 2026. nov. 3., K, 9:24):",
        "3 Kas 2026 Sal, 09:24 tarihinde Orla Quirke <o@tern.example> \u015funu yazd\u0131:",
        "2026\u5e7411\u67083\u65e5(\u706b) 9:24 Orla Quirke <o@tern.example>:",
        "\u0432\u0442, 3 \u043d\u043e\u044f\u0431. 2026 09:24, Orla Quirke <o@tern.example>:",
        "ysgrifennodd Orla Quirke <o@tern.example>:",
    ],
)
def test_an_attribution_in_any_language(text: str) -> None:
    assert is_attribution(text)


# Whatever of this stands above a list, the list is what the sender asks about.
TYPED = [
    "Please send the codes to Jo Lee <jo@vale.example> by 12 November 2026 10:00:",
    "Please reply to meters@vale.example by 12/11/2026:",
    "Gained on 12/11/2026 00:00:",
    "Meters lost 12/11/2026 10:00:",
    "Appointment on Tuesday 3 November 2026 at 10:30 for:",
    "As Ann Smith wrote on 3 November 2026, we need codes for these:",
    "cc Jo Lee <jo@vale.example>, please send codes for:",
    "Installed 12:30 on 3 Nov 2026, needed by Friday:",
    "Batch received 3 Nov 2026 09:24:",
    "Report date 03/11/2026 09:24",
    "Devices at Mill Lane (visit 3 Nov 2026, 9:30) are:",
    "Updated list, 3 Nov 2026 09:24",
    "Name: Jo Lee\nEmail: jo@vale.example\nDate: 12/11/2026 10:00\nTeam: Metering",
    "Ann Lee: <ann@vale.example>\nVisit: 3 November 2026 09:00\nSite: Mill Lane\nCrew: Bob Day",
    "MPAN: 100\nVisit: 12/11/2026 08:00\nContact: jo@vale.example\nOther: al@vale.example",
]


@pytest.mark.parametrize("text", TYPED)
@pytest.mark.parametrize("above", ["Hi,", f"Please send the codes of\n\n{ID}"])
def test_a_typed_line_with_an_address_and_a_date_begins_no_quote(text: str, above: str) -> None:
    lines = plain_lines(f"{above}\n\n{text}\n\n{ID[:-1]}2\n\nThanks\nBea")
    mark_quotes(lines, subject="Install codes")
    assert not [line.text for line in lines if line.quoted]


def test_a_header_block_needs_an_address_a_date_and_labels() -> None:
    block = "Lenker: Ann <a@tern.example>\nDatoen: 3. nov. 2026 09:24\nMottar: b@wren.example"
    assert is_header_block(plain_lines(block), 0)
    assert not is_header_block(plain_lines(block.replace(" 09:24", "")), 0)
    assert not is_header_block(plain_lines(block.replace("@", " at ")), 0)
    assert not is_header_block(plain_lines(block.replace("b@wren.example", ID)), 0)


def test_the_drawn_line_or_the_subject_makes_up_for_addresses() -> None:
    block = plain_lines("Fra: Ann\nSendt: 3. nov. 2026 09:24\nTil: Bea\nEmne: Mill Lane")
    assert not is_header_block(block, 0, "Something else")
    assert is_header_block(block, 0, "SV: Mill Lane")
    addressed = plain_lines("Fra: Ann <a@tern.example>\nSendt: 3. nov. 2026 09:24\nTil: Bea")
    assert not is_header_block(addressed, 0)
    assert is_header_block(addressed, 0, ruled=True)


def test_the_head_of_a_comment_is_a_name_and_a_time_only() -> None:
    assert is_comment_head("Orla Quirke, 3 Nov 2026, 09:24 GMT", plainly=True)
    assert is_comment_head("2026-11-03 09:24:51 GMT - Orla Quirke        Additional comments")
    assert not is_comment_head("Orla will visit on 3 Nov 2026 at 09:24", plainly=True)
    assert not is_comment_head("Orla Quirke, 3 Nov 2026")
    assert not is_comment_head(f"Orla Quirke 3 Nov 2026 09:24 {ID}")


def test_the_first_comment_of_a_ticket_is_the_senders_own() -> None:
    lines = plain_lines(
        "##- Please reply above this line -##\n\n-----\n\nBea Roe, 4 Nov 2026, 10:02\n\n"
        "All done.\n\n-----\n\nOrla Quirke, 3 Nov 2026, 09:24\n\nWhere are the codes?"
    )
    mark_quotes(lines)
    assert not next(line for line in lines if line.text == "All done.").quoted
    assert next(line for line in lines if line.text.startswith("Where")).quoted


def test_an_attribution_between_dashes_or_arrows() -> None:
    assert is_enclosed_attribution(
        "---- On Tue, 3 Nov 2026 09:24 +0000 Ann <a@b.example> wrote ----"
    )
    assert is_enclosed_attribution(">>> Orla Quirke 03/11/2026 09:24 >>>")
    assert not is_enclosed_attribution("---- Devices of 2026 ----")
    assert not is_enclosed_attribution(f"---- {ID} ----")


def test_hostile_lines_take_no_time() -> None:
    for text in ("a: " * 5000, "3 Nov " * 5000, "-" * 50_000, "<a@b" * 5000, "Ab " * 9000 + ":"):
        lines = plain_lines("\n".join([text] * 50))
        mark_quotes(lines)


@pytest.mark.parametrize(
    "text",
    ["Ole Hansen kirjoitti 3.11.2026:", "Op 3 november 2026 om 09:15 schreef Bea Low het volgende:",
     "Bea Low skrev den 2026-11-03 09:15:"],
)  # fmt: skip
def test_a_name_a_verb_and_a_day_say_who_wrote(text: str) -> None:
    assert is_attribution(text)


@pytest.mark.parametrize(
    "text",
    ["Bea Low needs these by 3.11.2026:",
     "On 3 Nov 2026 Bea Low wrote to us that the codes of these meters are missing:",
     "We moved house on 3 Nov 2026 at 09:15:"],
)  # fmt: skip
def test_a_sentence_with_a_day_does_not(text: str) -> None:
    assert not is_attribution(text)


def test_who_said_it_may_stand_without_a_day() -> None:
    assert tells_who_wrote("bea@tern.example said:")
    assert not tells_who_wrote("please send them to bea@tern.example:")


@pytest.mark.parametrize(
    ("text", "ruled", "titled", "expected"),
    [
        ("Fra: Bea\nSendt: 3. november 2026", False, True, True),
        ("Fra: Bea\nSendt: 3. november 2026", True, False, True),
        ("Fra: Bea\nSendt: 3. november 2026", False, False, False),
        ("Da: Bea <bea@tern.example>", False, True, True),
        ("Da: Bea", False, True, False),
        ("Date: 3 Nov 2026 09:15\nSubject: RE: Meters", False, False, True),
        ("Date: 3 Nov 2026 09:15\nSubject: Meters", False, False, False),
        ("Date: 3 Nov 2026\nSupplier: Tern", True, True, False),
    ],
)
def test_fields_of_a_header_begin_an_earlier_mail(
    text: str, ruled: bool, titled: bool, expected: bool
) -> None:
    lines = plain_lines(text)
    assert has_header_fields(lines, 0, "Codes", ruled=ruled, titled=titled) is expected
