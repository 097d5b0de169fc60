"""What each part of a mail is for: body, attachment, report, attached mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.mime.contents import Contents, body_of, contents_of
from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import Part, read_parts
from exchange.parsing.text.lines import Line, plain_lines, split_lines
from tests.corpus import making


def sorted_parts(content: bytes, limits: Limits = DEFAULT) -> Contents:
    """Return the contents of the mail that consists of this part."""
    return contents_of(read_parts(making.mail(content), DEFAULT), limits)


def texts(contents: Contents) -> list[str]:
    return [line.text for line in contents.lines if line.text]


def leaf(media: str, text: str, **params: str) -> Part:
    return Part(Headers([]), media, params, text.encode())


# Which part is what


def test_text_without_a_name_is_the_body() -> None:
    found = sorted_parts(making.multi("mixed", making.part("one\n"), making.html("<p>two</p>")))
    assert texts(found) == ["one", "two"]
    assert found.attachments == []


@pytest.mark.parametrize(
    "part",
    [
        making.part("a,b", "text/plain", name="a.txt", disposition="inline"),
        making.part("a,b", "text/plain", disposition="attachment"),
        making.part("a,b", "text/csv"),
        making.part("a,b", "application/octet-stream"),
    ],
    ids=["a name", "a disposition", "another text", "another type"],
)
def test_any_other_text_is_an_attachment(part: bytes) -> None:
    found = sorted_parts(making.multi("mixed", making.part("body\n"), part))
    assert texts(found) == ["body"]
    assert [one.content.strip() for _, one in found.attachments] == [b"a,b"]


def test_attachments_without_a_name_are_numbered() -> None:
    named = making.part("x", "text/csv", name="a.csv")
    bare = making.part("x", "text/csv")
    found = sorted_parts(making.multi("mixed", bare, named, bare))
    assert [name for name, _ in found.attachments] == ["attachment 1", "a.csv", "attachment 3"]


def test_an_empty_attachment_is_listed_if_it_has_a_name() -> None:
    named = making.part(" \n", "text/csv", name="a.csv")
    found = sorted_parts(making.multi("mixed", named, making.part(" \n", "text/csv")))
    assert [name for name, _ in found.attachments] == ["a.csv"]


@pytest.mark.parametrize(
    "media",
    ["application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"],
)
def test_a_signature_is_nothing(media: str) -> None:
    found = sorted_parts(making.multi("signed", making.part("x\n"), making.part("sig", media)))
    assert texts(found) == ["x"]
    assert found.attachments == []
    assert not found.encrypted


@pytest.mark.parametrize(
    "media",
    ["application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"],
)
def test_an_encrypted_part_is_noted(media: str) -> None:
    found = sorted_parts(making.multi("mixed", making.part("x", media)))
    assert found.encrypted
    assert found.attachments == []


def test_an_invitation_and_a_complaint_are_noted() -> None:
    found = sorted_parts(making.multi("mixed", making.part("x", "text/calendar")))
    assert (found.calendar, found.complaint) == (True, False)
    found = sorted_parts(making.multi("report", making.part("x", "message/feedback-report")))
    assert (found.calendar, found.complaint) == (False, True)


@pytest.mark.parametrize(
    "media",
    [
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
    ],
)
def test_report_parts(media: str) -> None:
    found = sorted_parts(making.multi("report", making.part("x: y", media)))
    assert [part.media for part in found.reports] == [media]
    assert found.attachments == []


@pytest.mark.parametrize("media", ["text/rfc822-headers", "message/global-headers"])
def test_the_header_of_the_original_mail(media: str) -> None:
    found = sorted_parts(making.multi("report", making.part("Subject: ours", media)))
    assert [part.media for part in found.originals] == [media]


def test_a_mail_within_a_report_is_the_original_and_otherwise_attached() -> None:
    inner = making.part(b"Subject: inner\r\n\r\nx", "message/rfc822")
    report = sorted_parts(making.multi("report", inner))
    assert [part.headers.get("subject") for part in report.originals] == ["inner"]
    assert report.mails == []
    other = sorted_parts(making.multi("mixed", inner))
    assert other.originals == []
    assert [(name, one.headers.get("subject")) for name, one in other.mails] == [
        ("forwarded mail", "inner")
    ]
    assert texts(other) == []  # attached mails are not opened


def test_a_report_below_another_multipart_is_no_report_of_the_mail() -> None:
    inner = making.part(b"Subject: inner\r\n\r\nx", "message/rfc822")
    report = making.multi("report", inner, boundary="=_in")
    found = sorted_parts(making.multi("mixed", report))
    assert found.originals == []
    assert len(found.mails) == 1


# Renderings of one text


def test_the_html_of_an_alternative_is_taken() -> None:
    assert texts(sorted_parts(making.both("plain\n", "<p>rich</p>"))) == ["rich"]


@pytest.mark.parametrize("order", [1, -1])
def test_whichever_comes_first(order: int) -> None:
    parts = [making.part("plain\n"), making.html("<p>rich</p>")][::order]
    assert texts(sorted_parts(making.multi("alternative", *parts))) == ["rich"]


def test_plain_text_is_taken_where_the_html_is_empty() -> None:
    for parts in (
        (making.part("plain\n"), making.html("<p> </p>")),
        (making.html("<p> </p>"), making.part("plain\n")),
    ):
        assert texts(sorted_parts(making.multi("alternative", *parts))) == ["plain"]


def test_a_file_within_an_alternative_is_still_an_attachment() -> None:
    related = making.multi(
        "related",
        making.html("<p>rich</p>"),
        making.part("x", "text/csv", name="a.csv"),
        boundary="=_rel",
    )
    calendar = making.part("x", "text/calendar")
    found = sorted_parts(making.multi("alternative", making.part("plain\n"), related, calendar))
    assert texts(found) == ["rich"]
    assert [name for name, _ in found.attachments] == ["a.csv"]
    assert found.calendar


# Lines and their numbers


def test_numbers_of_lines_and_tables_go_on_in_the_next_body() -> None:
    rows = making.table(["a", "b"], ["c", "d"])
    found = sorted_parts(
        making.multi("mixed", making.part("one\ntwo"), making.html(rows), making.html(rows))
    )
    assert [line.number for line in found.lines] == [1, 2, 3, 4, 5, 6]
    assert [line.table for line in found.lines] == [0, 0, 1, 1, 2, 2]
    assert [line.row for line in found.lines] == [0, 0, 1, 2, 1, 2]


def test_hidden_and_struck_out_text_is_kept_apart() -> None:
    found = sorted_parts(
        making.multi(
            "mixed",
            making.html("<p>seen<span style='display:none'>secret</span></p>"),
            making.html("<p>now<s>before</s></p>"),
        )
    )
    assert texts(found) == ["seen", "now"]
    assert (found.hidden_text, found.struck_text) == ("secret", "before")


def test_the_caller_splits_plain_text() -> None:
    def upper(text: str) -> list[Line]:
        return plain_lines(text.upper())

    mail = read_parts(
        making.mail(making.multi("mixed", making.part("a"), making.html("b"))), DEFAULT
    )
    assert texts(contents_of(mail, DEFAULT, upper)) == ["A", "b"]


# format=flowed (RFC 3676)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("a \r\nb \nc", ["a b c"]),
        ("a\nb", ["a", "b"]),
        ("-- \nAnn", ["-- ", "Ann"]),
        ("> a \n> b", ["> a ", "> b"]),
        ("a \n> b", ["a ", "> b"]),
        ("a \n\nb", ["a ", "", "b"]),
        ("a \n b", ["a b"]),  # space-stuffed
    ],
)
def test_flowed_lines_are_joined(text: str, joined: list[str]) -> None:
    for form in ("flowed", "Flowed"):
        body = body_of(leaf("text/plain", text, format=form), DEFAULT, plain_lines)
        assert [line.text for line in body.lines] == joined
    fixed = body_of(leaf("text/plain", text, format="fixed"), DEFAULT, plain_lines)
    assert [line.text for line in fixed.lines] == split_lines(text)


def test_the_declared_charset_is_used() -> None:
    part = Part(Headers([]), "text/plain", {"charset": "cp1250"}, "Łódź".encode("cp1250"))
    assert body_of(part, DEFAULT, plain_lines).lines[0].text == "Łódź"


# Ceilings


def test_a_text_past_the_ceiling_is_refused() -> None:
    limits = Limits(text_chars=1000, html_bytes=50)
    assert body_of(leaf("text/plain", "x" * 1000), limits, plain_lines).lines
    with pytest.raises(Unreadable, match="a text of more than 1,000 characters"):
        body_of(leaf("text/plain", "x" * 1001), limits, plain_lines)
    with pytest.raises(Unreadable, match="an HTML text of more than 50 characters"):
        body_of(leaf("text/html", "x" * 51), limits, plain_lines)


def test_a_text_past_the_ceiling_refuses_the_whole_mail() -> None:
    with pytest.raises(Unreadable):
        sorted_parts(making.multi("mixed", making.part("x" * 100)), Limits(text_chars=50))


@given(st.lists(st.sampled_from([b"one\n", b"", b"two\nthree\n"]), min_size=1, max_size=5))
def test_lines_are_numbered_without_a_gap(bodies: list[bytes]) -> None:
    found = sorted_parts(making.multi("mixed", *(making.part(body) for body in bodies)))
    assert [line.number for line in found.lines] == list(range(1, len(found.lines) + 1))
