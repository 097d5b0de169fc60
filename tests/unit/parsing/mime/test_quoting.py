"""Which lines of a body are of an earlier mail: marked, none removed, and a forward kept apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.mime.quoting import begins_quote, mark_quotes
from exchange.parsing.text.lines import plain_lines


def marks(text: str, *, subject_forwards: bool = False) -> str:
    """Return a letter for each line: typed by the sender, quoted, or forwarded."""
    lines = plain_lines(text)
    mark_quotes(lines, subject_forwards=subject_forwards)
    return "".join("f" if one.forwarded else "q" if one.quoted else "t" for one in lines)


@pytest.mark.parametrize("prefix", [">", "> ", ">>", "  > ", "|>", "| >", "AO> ", "AOB>"])
def test_a_prefix_quotes_its_line_only(prefix: str) -> None:
    assert marks(f"a\n{prefix}b\nc") == "tqt"


@pytest.mark.parametrize("text", ["    > b", "ABCD> b", "a > b", "| b", "5 > 3", ""])
def test_other_lines_are_typed(text: str) -> None:
    assert marks(text) == "t"


def test_a_row_of_a_table_has_no_prefix() -> None:
    lines = plain_lines("> 5\n> 5")
    lines[0].table = 1
    mark_quotes(lines)
    assert [one.quoted for one in lines] == [False, True]


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----",
        "___ Original Message ___",
        "== Neges wreiddiol ==",
        "-- Ursprüngliche Nachricht --",
        "-----Message d'origine-----",
        " ** original appointment ** ",
    ],
)
def test_an_original_message_quotes_everything_below(line: str) -> None:
    assert marks(f"a\n{line}\nb\n\nc") == "tqqqq"
    assert marks(f"a\n{line}\nb", subject_forwards=True) == "tff"
    assert marks(f"a\nsee {line}\nb") == "ttt"


@pytest.mark.parametrize(
    "line",
    [
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "--- Neges wedi'i hanfon ymlaen ---",
        "---- Forwarded by Ann Other on 3 Nov ----",
    ],
)
def test_a_forwarded_message_is_kept_apart(line: str) -> None:
    assert marks(f"a\n{line}\nb\nc") == "tfff"


def test_what_a_forwarded_mail_quotes_is_no_longer_forwarded() -> None:
    text = "-- Forwarded message --\nb\n> c\nd\nOn 3 Nov 2026, Ann wrote:\ne\n"
    assert marks(text) == "ffqfqqq"


HEAD = "From: Ann Other\nSent: Monday\nTo: codes\nSubject: x\n"


def test_the_header_block_of_outlook_quotes_everything_below() -> None:
    assert marks(f"a\n{HEAD}\nb") == "tqqqqqq"
    assert marks(f"a\n{HEAD}\nb", subject_forwards=True) == "tffffff"


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("From: Ann\nSent: Monday\nSubject: x", True),
        ("*From:* Ann\n*Sent:* Monday\n*To:* x", True),
        ("Von: Ann\nGesendet: Montag\nBetreff: x", True),
        ("De : Ann\nEnvoyé : lundi\nObjet : x", True),
        ("Oddi wrth: Ann\nDyddiad: x\nPwnc: x", True),
        ("From: Ann\nSent: Monday", False),
        ("From: Ann\nSent: Monday\nDate: Monday", False),  # twice the same
        ("Sent: Monday\nTo: x\nSubject: x", False),
        ("From:\nTo: x\nSubject: x", False),
        ("From: Ann\n\n\n\n\n\n\nTo: x\nSubject: x", True),
        ("From: Ann\n\n\n\n\n\n\n\nTo: x\nSubject: x", False),
    ],
)
def test_a_header_block_has_a_sender_and_two_other_fields(block: str, found: bool) -> None:
    assert ("q" in marks(f"{block}\nrest")) is found
    assert begins_quote(plain_lines(block), 0) is found


def test_a_second_header_block_in_a_forward_begins_its_answer() -> None:
    gap = "text\n" * 8
    assert marks(f"{HEAD}{gap}{HEAD}x", subject_forwards=True) == "f" * 12 + "q" * 5
    # Too near to be another mail: still the head of the same one.
    assert marks(f"{HEAD}text\n{HEAD}x", subject_forwards=True) == "f" * 10


@pytest.mark.parametrize(
    "line",
    [
        "On 3 Nov 2026, Ann <ann@a.test> wrote:",
        "On Mon, 3 November Ann wrote: *",
        "Ar 3 Tachwedd ysgrifennodd Ann:",
        "Le 3 nov. 2026, Ann a écrit :",
        "Am 3.11.2026 schrieb Ann:",
        "*On 3 Nov Ann wrote:*",
        "On 3 Nov 2026,\nAnn Other\nwrote:",
    ],
)
def test_an_attribution_begins_a_quotation(line: str) -> None:
    count = line.count("\n") + 1
    assert marks(f"a\n{line}\nb") == "t" + "q" * (count + 1)
    assert begins_quote(plain_lines(line), 0)


def test_after_an_attribution_prefixes_say_what_is_quoted() -> None:
    assert marks("a\nOn 3 Nov Ann wrote:\n\n> b\nc\n> d") == "tqtqtq"
    # Without a prefix near, everything below is quoted.
    assert marks("On 3 Nov Ann wrote:\nb\n> c\nd") == "qqqq"
    assert marks("On 3 Nov Ann wrote:" + "\n" * 7 + "b") == "q" + "t" * 7


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote:",
        "On 3 Nov Ann wrote",
        "On 3 Nov 2026,\n\nAnn wrote:",
        "On 3 Nov\na\nb\nAnn wrote:",
        "One 3 Nov Ann wrote:",
        "We saw that 3 of them wrote:",
        "On 3 Nov " + "x" * 500 + " wrote:",
        "On 5 May 2026 we at the depot wrote:\n",
        "On 5 May 2026 at 09:00 our desk wrote:\nb",
        "On these, as our fitter wrote on 5 May 2026:\nb",
    ],
)
def test_sentences_that_begin_alike_are_typed(text: str) -> None:
    assert set(marks(f"{text}\nb")) == {"t"}
    assert not begins_quote(plain_lines(text), 0)


def test_a_long_line_is_no_attribution() -> None:
    line = "On 3 Nov 2026 {} wrote:"
    most = 500 - len(line.format(""))
    assert set(marks(line.format("x" * most))) == {"q"}
    assert set(marks(line.format("x" * (most + 1)))) == {"t"}
    # The same for each of its lines.
    two = "On 3 Nov 2026,\n{} wrote:"
    most = 500 - len(" wrote:")
    assert set(marks(two.format("x" * most))) == {"q"}
    assert set(marks(two.format("x" * (most + 1)))) == {"t"}


def test_marks_of_the_html_stay() -> None:
    lines = plain_lines("a\nb")
    lines[0].quoted = True
    mark_quotes(lines)
    assert [one.quoted for one in lines] == [True, False]


def test_long_lines_and_many_take_linear_time() -> None:
    began = time.process_time()
    for line in ("On " + "1" * 490, "-" * 20_000, "From: " + "x" * 20_000, ">" * 20_000):
        marks("\n".join([line] * 20))
    marks("On 3 Nov\n" * 10_000)
    marks("From: x\n" * 10_000)
    assert time.process_time() - began < 5


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "",
                "> b",
                "On 3 Nov Ann wrote:",
                "-- Forwarded message --",
                "From: Ann",
                "Sent: x",
                "To: x",
                "Subject: x",
                "-- Original Message --",
            ]
        ),
        max_size=20,
    ),
    st.booleans(),
)
def test_no_line_is_lost_and_a_forwarded_one_is_quoted(lines: list[str], forwards: bool) -> None:
    read = plain_lines("\n".join(lines))
    before = [one.text for one in read]
    mark_quotes(read, subject_forwards=forwards)
    assert [one.text for one in read] == before
    assert all(one.quoted for one in read if one.forwarded)
    if not any(line.startswith(("--", "On", "From", ">")) for line in lines):
        assert not any(one.quoted for one in read)
