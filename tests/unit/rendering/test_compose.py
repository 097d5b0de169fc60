"""Mails as their recipient's program reads them: composed, then parsed back."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import random
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.errors import BadInput
from exchange.rendering.compose import Attachment, Mail, Templates, compose, reply_subject
from exchange.rendering.workbook import RequestRow, requests_csv
from tests.unit.rendering.cases import CODE, CONTEXTS

TEMPLATES = Templates()
PARENT = "<DB9PR01MB7345" + "A" * 60 + "@DB9PR01MB7345.eurprd01.prod.outlook.test>"

MAIL = Mail(
    template="answer",
    context=CONTEXTS["answer"],
    sender_name="Operator A Ltd",
    sender="codes@op-a.test",
    recipient="codes@babe.test",
    message_id="<answer.1@op-a.test>",
    date=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    marker="answer; ref=OPA-A-2026-00007",
)


def changed(**fields: object) -> Mail:
    return dataclasses.replace(MAIL, **fields)  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def raw_header(raw: bytes, name: str) -> str:
    """The value as it stands on the wire, unfolded as RFC 5322 says and nothing else."""
    head = raw.split(b"\r\n\r\n", 1)[0].decode("ascii")
    lines = head.replace("\r\n", "\n")
    found = re.findall(rf"^{name}:(.*(?:\n[ \t].*)*)", lines, re.MULTILINE)
    assert len(found) == 1
    return str(found[0]).replace("\n", "").strip()


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


class TestHeaders:
    def test_a_reply_threads_and_says_it_is_automatic(self) -> None:
        raw = compose(changed(in_reply_to=PARENT, references=("<root@x.test>",)), TEMPLATES)
        message = read(raw)
        assert message["From"].addresses[0].addr_spec == "codes@op-a.test"
        assert message["From"].addresses[0].display_name == "Operator A Ltd"
        assert message["To"] == "codes@babe.test"
        assert message["Message-ID"] == "<answer.1@op-a.test>"
        assert parsedate_to_datetime(message["Date"]) == MAIL.date
        assert raw_header(raw, "In-Reply-To") == PARENT
        assert raw_header(raw, "References").split() == ["<root@x.test>", PARENT]
        assert message["Auto-Submitted"] == "auto-replied"
        assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
        assert message["X-MP121-Exchange"] == "answer; ref=OPA-A-2026-00007"
        assert message["MIME-Version"] == "1.0"

    @pytest.mark.parametrize("name", [name for name in CONTEXTS if name not in ("answer", "list")])
    def test_what_is_no_reply_is_auto_generated(self, name: str) -> None:
        raw = compose(changed(template=name, context=CONTEXTS[name]), TEMPLATES)  # type: ignore[index]
        message = read(raw)
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["In-Reply-To"] is None
        assert message["References"] is None
        assert "OPA-Q-2026-00007" in message["Subject"]

    def test_lines_end_in_crlf_and_stay_short_and_seven_bit(self) -> None:
        big = Attachment("a.csv", "text/csv", b"x" * 10_000)
        subject = "Re: " + "Łódź 🔌 " * 20
        raw = compose(
            changed(subject_override=subject, in_reply_to=PARENT, attachments=(big,)), TEMPLATES
        )
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"\r" not in raw.replace(b"\r\n", b"")
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) < 998

    @pytest.mark.parametrize("note", ["Łódź Sub-Post Office", "Ty'n-y-Coed, Llŷn", "电力 🔌 meter"])
    @pytest.mark.parametrize("name", ["codes.csv", "Łódź.csv"])
    def test_a_csv_names_its_charset(self, name: str, note: str) -> None:
        content = requests_csv([RequestRow("00-DB-12-34-56-78-90-A0", "ESME", note=note)])
        whole = compose(changed(attachments=(Attachment(name, "text/csv", content),)), TEMPLATES)
        (part,) = read(whole).iter_attachments()
        assert part.get_content_type() == "text/csv"
        assert part.get_content_charset() == "utf-8"
        assert part.get_filename() == name
        # As a program reads it that goes by what the part says of itself.
        (row,) = csv.DictReader(io.StringIO(part.get_content().removeprefix("\ufeff")))
        assert row["Note"] == note
        assert part.get_payload(decode=True) == content

    def test_what_is_no_text_names_no_charset(self) -> None:
        book = Attachment("a.xlsx", "application/vnd.ms-excel", b"PK")
        (part,) = read(compose(changed(attachments=(book,)), TEMPLATES)).iter_attachments()
        assert str(part["Content-Type"]) == "application/vnd.ms-excel"

    def test_message_ids_may_come_without_brackets_and_broken_ones_are_left_out(self) -> None:
        raw = compose(
            changed(
                message_id="answer.2@op-a.test",
                in_reply_to="parent@x.test",
                references=("a@x.test", "", "<b c@x.test>", "<é@x.test>", "<x\r\nBcc: y@z.test>"),
            ),
            TEMPLATES,
        )
        assert raw_header(raw, "Message-ID") == "<answer.2@op-a.test>"
        assert raw_header(raw, "References") == "<a@x.test> <parent@x.test>"
        assert b"bcc" not in raw.lower()

    def test_of_many_references_the_first_and_the_last_are_kept(self) -> None:
        many = tuple(f"<{n}@x.test>" for n in range(500))
        raw = compose(changed(references=many, in_reply_to=many[-1]), TEMPLATES)
        kept = raw_header(raw, "References").split()
        assert kept == ["<0@x.test>", *many[-29:]]

    def test_a_parent_that_stands_among_the_references_is_named_once_and_last(self) -> None:
        raw = compose(
            changed(references=("<a@x>", "<b@x>", "<c@x>"), in_reply_to="<b@x>"), TEMPLATES
        )
        assert raw_header(raw, "References") == "<a@x> <c@x> <b@x>"

    def test_the_same_mail_gives_the_same_bytes(self) -> None:
        mail = changed(attachments=(Attachment("a.csv", "text/csv", b"1,2\r\n"),))
        assert compose(mail, TEMPLATES) == compose(mail, TEMPLATES)

    @pytest.mark.parametrize(
        "name", ['Łódź "Energy", Ltd', "A" * 300, "a\r\nBcc: x@y.test", "电力🔌"]
    )
    def test_the_senders_name_is_whatever_it_is(self, name: str) -> None:
        message = read(compose(changed(sender_name=name), TEMPLATES))
        assert message["Bcc"] is None
        (address,) = message["From"].addresses
        assert address.addr_spec == "codes@op-a.test"
        assert address.display_name[:30] == re.sub(r"\s+", " ", name)[:30]

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "no-at.test",
            "a@b.test, c@d.test",
            "a@b.test\r\nBcc: c@d.test",
            "é@b.test",
            ".a@b.test",
        ],
    )
    def test_what_is_no_address_is_refused(self, address: str) -> None:
        with pytest.raises(BadInput, match="To: "):
            compose(changed(recipient=address), TEMPLATES)
        with pytest.raises(BadInput, match="From: "):
            compose(changed(sender=address), TEMPLATES)

    def test_a_mail_without_message_id_or_time_zone_is_refused(self) -> None:
        with pytest.raises(BadInput, match="Message-ID"):
            compose(changed(message_id=""), TEMPLATES)
        with pytest.raises(BadInput, match="Date"):
            compose(changed(date=datetime(2026, 11, 2)), TEMPLATES)  # noqa: DTZ001


class TestSubjects:
    @pytest.mark.parametrize(
        ("original", "reply"),
        [
            ("Install codes [ticket 4711]", "Re: Install codes [ticket 4711]"),
            ("RE: re:Re[2]: codes", "Re: codes"),
            ("", "Re: (no subject)"),
            (" \r\n\t ", "Re: (no subject)"),
            ("a\r\n\tb\x00c\x0b\x85\u2028d", "Re: a b c d"),
            ("price \u202egnp.exe", "Re: price gnp.exe"),
            ("שלום קודים", "Re: שלום קודים"),
            ("Reading Ltd", "Re: Reading Ltd"),
            ("Re: " * 100_000 + "codes", "Re: (no subject)"),
            ("bad \ud800 half", "Re: bad \ufffd half"),
        ],
    )
    def test_reply_subject(self, original: str, reply: str) -> None:
        assert reply_subject(original) == reply

    @pytest.mark.parametrize(
        "original",
        [
            "=?utf-8?q?a=0D=0ABcc=3A_x=40y.test?=",
            "=?utf-8?b?DQpCY2M6IHhAeS50ZXN0?=",
            "=?utf-7?q?+AA0-+AAo-?= =?x-unknown?q?z?= =?",
            "x" * 10_000,
            "=?utf-8?q?x" * 2_000,
            "🔌" * 5_000,
            "שלום " * 2_000,
            "\u202e\u2066" * 500 + "end",
            "Re: " * 3_000,
            "\r\n".join(["Bcc: x@y.test"] * 50),
        ],
    )
    def test_no_subject_breaks_a_reply_or_adds_a_header(self, original: str) -> None:
        raw = compose(changed(subject_override=reply_subject(original)), TEMPLATES)
        message = read(raw)
        assert message["Bcc"] is None
        assert message["To"] == "codes@babe.test"
        assert message["Subject"] == reply_subject(original)
        assert len(message["Subject"]) <= 200
        assert text_of(message, "plain").startswith("Dear Bright & Bold <Energy>,")

    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=400), st.booleans())
    def test_any_subject_arrives_as_it_was_set(self, original: str, reply: bool) -> None:
        subject = reply_subject(original) if reply else original
        raw = compose(changed(subject_override=subject), TEMPLATES)
        lines = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        assert max(map(len, lines)) <= 300
        if reply:
            assert read(raw)["Subject"] == subject

    def test_an_override_that_was_not_cleaned_is_cleaned(self) -> None:
        message = read(compose(changed(subject_override="a\r\nBcc: x@y.test"), TEMPLATES))
        assert message["Subject"] == "a Bcc: x@y.test"
        assert message["Bcc"] is None


class TestBody:
    @settings(max_examples=150, deadline=None)
    @given(
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n"), max_size=300
        ),
        st.sampled_from([1, 30]),
    )
    def test_any_words_arrive_and_every_line_is_short(self, words: str, times: int) -> None:
        words = words * times
        context = CONTEXTS["request"] | {"them": {"name": words, "signifier": "X"}}
        raw = compose(changed(template="request", context=context, subject_override="x"), TEMPLATES)
        assert raw.isascii()
        # HTML, which nobody reads as it stands, may have long lines: far under the 998 allowed.
        head, html = raw.split(b"Content-Type: text/html")
        assert max(map(len, head.split(b"\r\n"))) <= 78
        assert max(map(len, html.split(b"\r\n"))) <= 800
        assert b"\n" not in raw.replace(b"\r\n", b"")
        message = read(raw)
        assert not list(message.defects)
        assert text_of(message, "plain").startswith(f"Dear {words},\n")
        assert [part.get_content_type() for part in message.walk()] == [
            "multipart/alternative", "text/plain", "text/html",
        ]  # fmt: skip
        assert not [defect for part in message.walk() for defect in part.defects]

    def test_text_and_html_say_the_same(self) -> None:
        message = read(compose(MAIL, TEMPLATES))
        assert message.get_content_type() == "multipart/alternative"
        text, html = text_of(message, "plain"), text_of(message, "html")
        for words in (
            "Wednesday 1 July 2026 at 17:45 BST",
            "clause 4.16",
            "00-DB-12-34-56-78-90-A0",
            CODE,
            "being looked into",
            "Wednesday 15 July 2026",
            "Device ID too short: 15 characters, 16 needed",
            "BABE-Q-2026-00012",
            "codes@op-a.test",
        ):
            assert words in " ".join(text.split())
            assert words in html
        assert "a.xlsx > S > row 5" in text
        assert "a.xlsx &gt; S &gt; row 5" in html
        assert "Bright &amp; Bold &lt;Energy&gt;" in html
        for banned in ("<script", "<img", "http:", "https:", "url("):
            assert banned not in html

    def test_hostile_words_neither_break_the_parts_nor_the_page(self) -> None:
        hostile = "<script>x</script> \r\n--=_\r\n\x00\x0c \ud800 {{ us }} " + "y" * 5_000
        unreadable: Any = CONTEXTS["answer"]["unreadable"]
        (first,) = unreadable
        row = first._replace(reason=hostile, where=hostile)
        context = CONTEXTS["answer"] | {"unreadable": [row], "their_ref": hostile}
        message = read(compose(changed(context=context), TEMPLATES))
        html, text = text_of(message, "html"), text_of(message, "plain")
        assert len(list(message.walk())) == 3
        assert "<script" not in html
        assert "&lt;script&gt;x&lt;/script&gt; --=_" in html
        assert "<script>x</script> --=_ \ufffd {{ us }} y" in text
        assert max(map(len, text.split("\n"))) < 600

    def test_a_user_template_with_stray_characters_still_makes_a_mail(self) -> None:
        context = CONTEXTS["request"] | {"them": {"name": "A\r\nB\rC\x07\udfff", "signifier": "X"}}
        message = read(compose(changed(template="request", context=context), TEMPLATES))
        assert text_of(message, "plain").startswith("Dear A\nB\nC\ufffd\ufffd,\n")


class TestAttachments:
    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=120))
    def test_any_name_arrives_without_what_a_file_system_refuses(self, name: str) -> None:
        mail = changed(attachments=(Attachment(name, "text/csv", b"1"),))
        raw = compose(mail, TEMPLATES)
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        (part,) = read(raw).iter_attachments()
        assert part.get_payload(decode=True) == b"1"
        found = part.get_filename()
        assert found
        assert not set(found) & set('\\/:*?"<>|;\r\n')
        plain = re.sub(r"[^A-Za-z0-9._-]", "", name)
        if plain == name.strip(". ") and plain:
            assert found == plain[:100]

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.binary(max_size=400), min_size=1, max_size=3))
    def test_contents_arrive_byte_for_byte(self, contents: list[bytes]) -> None:
        files = tuple(
            Attachment(f"{n}.bin", "application/octet-stream", content)
            for n, content in enumerate(contents)
        )
        message = read(compose(changed(attachments=files), TEMPLATES))
        assert message.get_content_type() == "multipart/mixed"
        assert [part.get_content() for part in message.iter_attachments()] == contents
        assert CODE in text_of(message, "plain")

    @pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 114, 115, 1_000_003, 57 << 15])
    def test_base64_is_the_standard_librarys(self, size: int) -> None:
        content = random.Random(size).randbytes(size)
        raw = compose(changed(attachments=(Attachment("a.bin", "a/b", content),)), TEMPLATES)
        (part,) = read(raw).iter_attachments()
        expected = base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
        assert part["Content-Transfer-Encoding"] == "base64"
        assert b"\r\n\r\n" + expected + b"\r\n--" in raw

    def test_names_and_types(self) -> None:
        files = (
            Attachment("OPA-A-2026-00007.xlsx", "application/vnd.ms-excel", b"1"),
            Attachment("../../etc/pass\r\nwd", "text/csv", b"2"),
            Attachment("Łódź.csv", "text/csv; x\r\ny", b"3"),
            Attachment("", "text/csv", b"4"),
        )
        parts = list(read(compose(changed(attachments=files), TEMPLATES)).iter_attachments())
        assert [part.get_filename() for part in parts] == [
            "OPA-A-2026-00007.xlsx",
            "_.._etc_pass wd",
            "Łódź.csv",
            "attachment",
        ]
        assert [part.get_content_type() for part in parts] == [
            "application/vnd.ms-excel",
            "text/csv",
            "application/octet-stream",
            "text/csv",
        ]
        assert [part.get_content_disposition() for part in parts] == ["attachment"] * 4
        assert [part.get_payload(decode=True) for part in parts] == [b"1", b"2", b"3", b"4"]

    def test_secrets_stay_out_of_repr(self) -> None:
        mail = changed(attachments=(Attachment("a.csv", "text/csv", CODE.encode()),))
        assert CODE not in repr(mail)
        assert CODE not in repr(CONTEXTS["answer"]["rows"])
