"""What a mail repeats of our letter is quoted in any layout; what is typed among it is not."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from exchange.domain.mail import Kind, Outcome, Understanding
from exchange.parsing.reading.sent import sent_texts
from exchange.parsing.reading.understand import understand
from tests.unit.parsing.mime.quote_layouts import LANGUAGES, LAYOUTS, THEIRS, TITLE, Reply

IDS = [f"00-DB-5A-11-00-00-0E-0{one}" for one in (1, 2, 3)]
TYPED = "00-DB-5A-11-00-00-0F-01"
CODE = "457C 769F 39D8 6441 99C0 E5BD BCFB C85B A2B2"
REQUEST = [
    "Dear Wren Metering,",
    "",
    "We have become the Supplier at premises where 3 Devices were left installed",
    "without an SM WAN connection. Please give us the install codes of these Devices.",
    'Where you did not install a Device, write "not the installing Supplier".',
    "",
    "Reference:        MP121-OURS-2611-Q00147",
    "Devices:          3",
    "",
    *(f"{one}  ESME" for one in IDS),
    "",
    "For any question, please reply to this mail or write to codes@ours.example.",
]
ANSWER = [
    "Dear Wren Metering,",
    "",
    "Thank you for your request, which we received on Monday. This is our answer,",
    "under clause 4.16 of SEC Appendix AC, for the 3 Devices you listed.",
    "",
    f"{IDS[0]}  {CODE}",
    f"{IDS[1]}  not the installing Supplier",
    f"{IDS[2]}  not the installing Supplier",
    "",
    "Please treat the codes as confidential and reply to this mail with questions.",
]


def _mail(text: str, kind: str = "plain", subject: str = f"RE: {TITLE}") -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Wren Metering <{THEIRS}>"
    mail["To"] = "codes@ours.example"
    mail["Subject"] = subject
    mail["In-Reply-To"] = "<mp121-ours-2611-q00147.request.0a1b2c@ours.example>"
    mail.set_content(text, subtype=kind)
    return mail.as_bytes()


def _read(lines: list[str], letter: list[str]) -> Understanding:
    return understand(_mail("\n".join(lines)), sent=sent_texts(_mail("\n".join(letter))))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_our_answer_below_a_request_is_quoted_in_every_layout(layout: str) -> None:
    typed = ["Please also send the install code for", "", TYPED, "", "Bea"]
    kind, text = LAYOUTS[layout](Reply(typed, ANSWER, LANGUAGES["en"]))
    said = understand(_mail(text, kind), sent=sent_texts(_mail("\n".join(ANSWER))))
    assert (said.kind, [str(one.device) for one in said.devices]) == (Kind.REQUEST, [TYPED])


@pytest.mark.parametrize("above", [True, False])
def test_our_answer_without_header_or_mark_is_quoted(above: bool) -> None:
    typed = ["Please also send the install code for", "", TYPED, "", "Bea", ""]
    lines = [*typed, *ANSWER] if above else [*ANSWER, "", *typed]
    said = _read(lines, ANSWER)
    assert (said.kind, [str(one.device) for one in said.devices]) == (Kind.REQUEST, [TYPED])
    without = understand(_mail("\n".join(lines)))
    assert without.kind is Kind.RESPONSE  # nothing else tells it


def _answers(said: Understanding) -> dict[str, Outcome]:
    return {str(one.device): one.outcome for one in said.answers}


FILLED = [
    *REQUEST[:9],
    f"{IDS[0]}  ESME  {CODE}",
    f"{IDS[1]}  ESME  not ours",
    f"{IDS[2]}  ESME",
    *REQUEST[12:],
]


@pytest.mark.parametrize("mark", ["> ", ">", ""])
def test_a_code_typed_on_our_row_is_an_answer(mark: str) -> None:
    head = (
        []
        if mark
        else ["From: Ours <codes@ours.example>", f"Sent: 3 November 2026 09:24\nTo: {THEIRS}"]
    )
    said = _read(["Filled in below.", "", *head, *(mark + one for one in FILLED)], REQUEST)
    assert _answers(said) == {IDS[0]: Outcome.PROVIDED, IDS[1]: Outcome.NOT_INSTALLER}


def test_a_code_on_the_row_of_a_letter_that_is_not_known_stays_with_a_person() -> None:
    lines = ["Filled in below.", "", *("> " + one for one in FILLED)]
    said = understand(_mail("\n".join(lines)))
    assert Outcome.PROVIDED not in _answers(said).values()
    assert any("only in quoted text" in one.reason for one in said.rejects)


def test_a_code_in_a_mail_that_is_passed_on_is_not_the_senders() -> None:
    theirs = [f">> {one}" for one in FILLED]
    said = _read(["As I wrote:", "", "> On 3 Nov 2026, Dan <d@x.example> wrote:", *theirs], REQUEST)
    assert not said.answers


def test_what_a_colleague_typed_into_our_letter_before_is_not_the_senders() -> None:
    typed = [*REQUEST[:10], f"{TYPED} is not ours", *REQUEST[10:]]
    head = ["From: Dan <dan@wren.example>", "Sent: 3 November 2026 09:24", "To: Bea", "Subject: x"]
    said = _read(["Is this settled?", "", *head, "", *typed], REQUEST)
    assert not said.answers
    ours = _read(
        ["See below.", "", head[0].replace("wren", "ours"), *head[1:], "", *typed], REQUEST
    )
    assert _answers(ours) == {TYPED: Outcome.NOT_INSTALLER}


def test_a_code_that_a_client_broke_on_our_row_is_whole() -> None:
    lines = [f"> {one}" for one in FILLED]
    at = next(at for at, one in enumerate(lines) if CODE in one)
    lines[at : at + 1] = [lines[at].replace(CODE[20:], "").rstrip(), f"> {CODE[20:]}"]
    said = _read(["Filled in below.", "", *lines], REQUEST)
    assert _answers(said)[IDS[0]] is Outcome.PROVIDED


def test_a_damaged_code_on_our_row_is_unclear() -> None:
    rows = [line.replace(CODE, CODE[:-1] + "3") for line in FILLED]
    said = _read(["Filled in.", "", *("> " + one for one in rows)], REQUEST)
    assert _answers(said)[IDS[0]] is Outcome.UNCLEAR


def test_lines_that_a_gateway_broke_are_ours() -> None:
    lines: list[str] = []
    for line in ANSWER:
        words = line.split()
        lines += [f"> {' '.join(words[:4])}", " ".join(words[4:])]
    said = _read(["Thanks, all fine.", "", *lines], ANSWER)
    assert not said.answers
    assert not said.devices


def test_the_words_we_ask_for_are_still_a_denial() -> None:
    said = _read([f"{one}  not the installing Supplier" for one in IDS], REQUEST)
    assert set(_answers(said).values()) == {Outcome.NOT_INSTALLER}
    assert len(said.answers) == len(IDS)


def test_what_is_attached_to_a_letter_or_cannot_be_read_gives_no_text() -> None:
    mail = EmailMessage()
    mail.set_content("Dear Wren Metering")
    mail.add_attachment("a,b\n", subtype="csv", filename="list.csv")
    assert len(sent_texts(mail.as_bytes())) == 1
    assert sent_texts(b"") == ()
