"""The tree of a mail's parts: decoded once, and refused as a whole past any ceiling."""

from __future__ import annotations

import base64
import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.mime.headers import Headers
from exchange.parsing.mime.parts import Part, read_mail_file, read_parts, uudecoded


def read(raw: bytes, limits: Limits = DEFAULT) -> Part:
    return read_parts(raw, limits)


def leaf(head: str, body: bytes = b"x") -> Part:
    return read(head.encode() + b"\r\n\r\n" + body)


def multi(*bodies: bytes, kind: str = "mixed") -> bytes:
    """Return a multipart with the boundary ``b``; each body has its own header."""
    head = f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode()
    return head + b"".join(b"--b\r\n" + body + b"\r\n" for body in bodies) + b"--b--\r\n"


def nested(levels: int) -> bytes:
    """Return a mail with an attached mail in an attached mail."""
    content = b"Subject: inmost\r\n\r\nx"
    for _ in range(levels):
        content = b"Content-Type: message/rfc822\r\n\r\n" + content
    return content


# One part


def test_a_part_without_a_type_is_plain_text() -> None:
    for head in ("Subject: s", "Content-Type: nonsense", "Content-Type: "):
        part = leaf(head)
        assert (part.media, part.content, part.children) == ("text/plain", b"x", [])


def test_a_text_without_any_field_is_a_body_from_its_beginning() -> None:
    assert read(b"no header here\r\n\r\nsecond").content == b"no header here\r\n\r\nsecond"
    assert read(b"\r\nbody").content == b"body"
    assert read(b"").content == b""


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        ("base64", b"QUJD\r\n", b"ABC"),
        ("BASE64; x", b"QUJD", b"ABC"),
        ('"base64"', b"QUJD", b"ABC"),
        ("quoted-printable", b"a=3Db=\r\nc\r\n", b"a=bc\r\n"),
        ("Quoted-Printable", b"a=3Db=\rc\r", b"a=bc\n"),
        ("x-uuencode", b"begin 644 a\n#04)#\n`\nend\n", b"ABC"),
        ("uue", b"begin 644 a\n#04)#\nend\n", b"ABC"),
        ("8bit", b"caf\xe9", b"caf\xe9"),
        ("no-such-encoding", b"QUJD", b"QUJD"),
    ],
)
def test_transfer_encodings(encoding: str, body: bytes, content: bytes) -> None:
    assert leaf(f"Content-Transfer-Encoding: {encoding}", body).content == content


@pytest.mark.parametrize(
    ("head", "name", "attached"),
    [
        ("Content-Disposition: attachment; filename=a.csv", "a.csv", True),
        ("Content-Disposition:  ATTACHMENT", "", True),
        ("Content-Disposition: inline; filename=a.csv", "a.csv", False),
        ("Content-Type: text/csv; name=b.csv", "b.csv", False),
        (
            "Content-Type: text/csv; name=b.csv\r\nContent-Disposition: x; filename=a.csv",
            "a.csv",
            False,
        ),
        ('Content-Disposition: attachment; filename="../dir\\\\a.csv"', "a.csv", True),
        ("Content-Disposition: attachment; filename*=utf-8''a%0Ab.csv", "a b.csv", True),
    ],
)
def test_file_names(head: str, name: str, attached: bool) -> None:
    part = leaf(head)
    assert (part.name, part.attached) == (name, attached)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("n" * 120, "n" * 120),
        ("n" * 121, "n" * 120),
        ("n" * 116 + ".csv", "n" * 116 + ".csv"),
        ("n" * 200 + ".csv", "n" * 108 + "….csv"),
        ("." + "e" * 200, "e" * 108 + "…." + "e" * 8),
    ],
)
def test_a_long_file_name_is_shortened_and_keeps_its_ending(name: str, kept: str) -> None:
    assert leaf(f"Content-Disposition: attachment; filename={name}").name == kept


# Parts within parts


def test_the_bodies_between_the_delimiters() -> None:
    mail = read(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble --b\r\n"
        b"--b \t\r\n\r\none\r\n\r\n--b\r\n\r\n--bx\r\ntwo --b\r\n--b--\r\nepilogue\r\n--b\r\n\r\nno"
    )
    assert mail.media == "multipart/mixed"
    assert [one.content for one in mail.children] == [b"one\r\n", b"--bx\r\ntwo --b"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_the_line_end_before_a_delimiter_is_not_content(end: bytes) -> None:
    mail = read(
        end.join(
            [b"Content-Type: multipart/mixed; boundary=b", b"", b"--b", b"", b"one", b"--b--", b""]
        )
    )
    assert [one.content for one in mail.children] == [b"one"]


def test_a_mail_may_end_with_its_delimiter() -> None:
    for end in (b"--b--", b"--b"):
        mail = read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n" + end)
        assert mail.children[0].content == b"one"


def test_an_unclosed_last_part_runs_to_the_end() -> None:
    mail = read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n")
    assert [one.content for one in mail.children] == [b"one\r\n"]


@pytest.mark.parametrize("boundary", ["", "; boundary=other"])
def test_a_multipart_without_parts_is_text(boundary: str) -> None:
    mail = read(f"Content-Type: multipart/mixed{boundary}\r\n\r\n--b\r\n\r\none".encode())
    assert (mail.media, mail.content) == ("text/plain", b"--b\r\n\r\none")


def test_a_digest_holds_mails() -> None:
    mail = read(multi(b"\r\nSubject: inner\r\n\r\nx", kind="digest"))
    assert mail.children[0].is_mail
    assert mail.children[0].children[0].headers.get("subject") == "inner"


@pytest.mark.parametrize("media", ["message/rfc822", "message/global"])
def test_an_attached_mail_has_the_mail_as_its_one_child(media: str) -> None:
    inner = base64.encodebytes(b"Subject: inner\r\n\r\nx")
    part = leaf(f"Content-Type: {media}\r\nContent-Transfer-Encoding: base64", inner)
    assert part.is_mail
    assert [one.headers.get("subject") for one in part.children] == ["inner"]
    assert part.children[0].content == b"x"


def test_an_attached_mail_without_content_is_none() -> None:
    part = leaf("Content-Type: message/rfc822", b" \r\n")
    assert not part.is_mail
    assert not part.children


def test_a_container_is_no_mail() -> None:
    assert not read(multi(b"\r\none")).is_mail


def test_a_part_of_ours_is_shown_unless_it_is_made_an_attachment() -> None:
    part = Part(Headers([]), "text/plain", {})
    assert (part.content, part.name, part.attached, part.children) == (b"", "", False, [])


# Ceilings


def test_a_mail_of_too_many_bytes_is_refused() -> None:
    assert read(b"x" * 1000, Limits(mail_bytes=1000)).content
    with pytest.raises(Unreadable, match=r"the mail has 1,001 bytes, more than 1,000"):
        read(b"x" * 1001, Limits(mail_bytes=1000))


def test_too_many_parts_are_refused() -> None:
    few = Limits(parts=4)
    assert len(read(multi(*[b"\r\nx"] * 3), few).children) == 3
    with pytest.raises(Unreadable, match="more than 4 parts"):
        read(multi(*[b"\r\nx"] * 4), few)


def test_parts_nested_too_deep_are_refused() -> None:
    assert read(nested(4), Limits(depth=4)).children
    with pytest.raises(Unreadable, match="deeper than 4 levels"):
        read(nested(5), Limits(depth=4))


def test_a_header_of_too_many_bytes_is_refused() -> None:
    limits = Limits(header_bytes=100, part_header_bytes=50)
    long = b"A: " + b"x" * 70
    assert read(long + b"\r\n\r\nbody", limits).content == b"body"
    with pytest.raises(Unreadable, match="a header of more than 100 bytes"):
        read(long + b"x" * 70 + b"\r\n\r\nbody", limits)
    with pytest.raises(Unreadable, match="a header of more than 50 bytes"):
        read(multi(long + b"\r\n\r\nbody"), limits)
    # An attached mail has the header of a mail.
    assert read(b"Content-Type: message/rfc822\r\n\r\n" + long + b"\r\n\r\nx", limits).is_mail


def test_a_mail_in_a_file_goes_on_counting_levels() -> None:
    limits = Limits(depth=4)
    assert read_mail_file(nested(1), limits, 3).is_mail
    with pytest.raises(Unreadable, match="deeper than 4 levels"):
        read_mail_file(nested(1), limits, 4)


def test_thousands_of_near_delimiters_take_linear_time() -> None:
    body = b"--b" * 300_000 + b"\r\n--bx" * 200_000
    began = time.process_time()
    mail = read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + body)
    assert [one.content for one in mail.children] == [body]
    assert time.process_time() - began < 3


# uuencode


@given(st.binary(max_size=200))
def test_uuencoded_content_comes_back(content: bytes) -> None:
    lines = [binascii.b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45)]
    body = b"before\nbegin 644 a\n" + b"".join(lines) + b"`\nend\nafter\n"
    assert uudecoded(body) == content


def test_a_line_of_uuencode_with_a_checksum_is_read() -> None:
    assert uudecoded(b"begin 644 a\n#04)#zzzz\nend") == b"ABC"


def test_a_damaged_line_is_left_out() -> None:
    assert uudecoded(b"begin 644 a\n#04)#\n#\xff\xff\xff\xff\n#04)#\nend") == b"ABCABC"
    assert uudecoded(b"#04)#\nend") == b""


# Properties


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_every_body_comes_back(bodies: list[bytes]) -> None:
    head = b"Content-Type: application/x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    mail = read(multi(*(head + base64.b64encode(body) for body in bodies)))
    assert [one.content for one in mail.children] == bodies


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: multipart/mixed; boundary=b",
                b"Content-Type: message/rfc822",
                b"--b",
                b"--b--",
                b"",
                b" ",
                b"x",
                b"A: b",
                b"Content-Transfer-Encoding: base64",
                b"\xff\x00",
            ]
        ),
        max_size=30,
    )
)
def test_any_lines_are_read_or_refused_in_our_own_words(lines: list[bytes]) -> None:
    raw = b"\r\n".join(lines)
    whole = read(raw, Limits(parts=1000, depth=1000))
    count, depth, waiting = 0, 0, [(whole, 0)]
    while waiting:
        part, level = waiting.pop()
        count, depth = count + 1, max(depth, level)
        assert not (part.children and part.content and not part.is_mail)
        waiting += [(one, level + 1) for one in part.children]
    if count <= 8 and depth <= 3:
        assert read(raw, Limits(parts=8, depth=3)).media == whole.media
    else:
        with pytest.raises(Unreadable, match=r"more than 8 parts|nested deeper than 3 levels"):
            read(raw, Limits(parts=8, depth=3))
