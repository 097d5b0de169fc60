"""Mailbox files are split into mails, and no line of text is taken for a separator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.parsing.reading.mbox import is_separator, mails_in, split_mbox

FROM = b"From ann@op-b.test Mon Nov  2 09:15:00 2026"
MAIL = b"Subject: a\n\nbody\n"


@pytest.mark.parametrize(
    ("line", "separates"),
    [
        (FROM, True),
        (b"From - Mon Nov  2 09:15 2026", True),
        (b"From the other side at 9", False),
        (b"From 9:15 to 10:15 on Monday", False),
        (b"from a Mon Nov  2 09:15:00 2026", False),
        (b">" + FROM, False),
        (FROM + b" " * 1000, False),
        (b"", False),
    ],
)
def test_what_separates_two_mails(line: bytes, separates: bool) -> None:
    assert is_separator(line) is separates


def test_a_file_that_is_no_mailbox_is_one_mail() -> None:
    assert mails_in(MAIL + FROM + b"\n", 1000) == [MAIL + FROM + b"\n"]
    assert mails_in(b"", 1000) == [b""]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_each_mail_comes_out_as_it_was(end: bytes) -> None:
    mail = MAIL.replace(b"\n", end)
    other = mail.replace(b"a", b"b")
    content = end.join([FROM, mail, FROM, other, b""])
    assert mails_in(content, 1000) == [mail, other]


@pytest.mark.parametrize(
    "inner",
    [
        FROM + b"\nSubject: not after an empty line\n",
        b"\n" + FROM + b"\nno field follows\n",
        b"\n" + FROM + b"\n\nno field follows at once\n",
    ],
)
def test_a_separator_needs_an_empty_line_before_and_a_field_after(inner: bytes) -> None:
    assert mails_in(FROM + b"\n" + MAIL + inner, 1000) == [MAIL + inner]


def test_a_separator_at_the_very_end_is_text() -> None:
    assert mails_in(FROM + b"\n" + MAIL + b"\n" + FROM, 1000) == [MAIL + b"\n" + FROM]


def test_a_quoted_line_loses_one_mark() -> None:
    content = FROM + b"\nSubject: a\n\n>From here\n>>From there\n> From far\n"
    assert mails_in(content, 1000) == [b"Subject: a\n\nFrom here\n>From there\n> From far\n"]


def test_a_mail_may_begin_with_a_quoted_separator() -> None:
    content = FROM + b"\n>From b Mon Nov  2 09:15:00 2026\n" + MAIL
    assert len(mails_in(content, 1000)) == 1


def test_a_mail_that_is_too_long_is_cut_and_the_next_one_is_whole() -> None:
    long = b"Subject: a\n\n" + b"x\n" * 5000
    content = FROM + b"\n" + long + b"\n" + FROM + b"\n" + MAIL
    first, second = mails_in(content, 100)
    assert (first, second) == (long[:101], MAIL)


def test_lines_are_taken_one_by_one() -> None:
    def endless() -> object:
        while True:
            yield from (FROM + b"\n", b"Subject: a\n", b"\n")

    mails = split_mbox(endless(), 1000)  # type: ignore[arg-type]
    assert [next(mails) for _ in range(3)] == [b"Subject: a\n"] * 3


BODY = st.lists(
    st.sampled_from([b"text\n", b"\n", b"> quoted\n", b"From here\n", b"Subject: x\n"])
).map(b"".join)


@given(st.lists(BODY, min_size=1, max_size=4))
def test_as_many_mails_as_were_joined(bodies: list[bytes]) -> None:
    mails = [b"Subject: a\n\n" + body + b"end\n" for body in bodies]
    content = b"\n".join(FROM + b"\n" + mail for mail in mails)
    assert mails_in(content, 10_000) == mails
