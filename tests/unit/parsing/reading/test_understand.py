"""Ceilings, headers, quotes, and our own mails as another installation reads them."""

from __future__ import annotations

import base64
import random
from datetime import UTC, date, datetime

import pytest

from exchange.domain.limits import Limits
from exchange.domain.mail import Kind, Outcome
from exchange.errors import Unreadable
from exchange.parsing.mailkinds.absence import return_date
from exchange.parsing.mime.headers import from_base64
from exchange.parsing.mime.markup import read_html
from exchange.parsing.mime.quoting import mark_quotes
from exchange.parsing.reading.understand import read_head, understand, understand_file
from exchange.parsing.text.lines import plain_lines
from exchange.rendering.compose import Attachment, Mail, TemplateName, Templates, compose
from exchange.rendering.workbook import CSV, XLSX, answers_csv, answers_workbook
from tests.corpus import making
from tests.corpus.making import D
from tests.unit.rendering.cases import ANSWERED, CONTEXTS, FACTS

HEAD = b"From: ann@op-b.test\r\nMIME-Version: 1.0\r\n"


def nested(depth: int) -> bytes:
    levels = (
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(depth)
    )
    return HEAD + "".join(levels).encode() + b"\r\nhi"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1_600_000, 1_600_001, 1_600_002])
def test_base64_is_decoded_despite_other_characters(size: int) -> None:
    """Decode base64 with blanks, other characters and lost padding, across its chunks."""
    content = random.Random(size).randbytes(size)
    written = base64.encodebytes(content).replace(b"\n", b" !\r\n").replace(b"=", b"")
    assert from_base64(written) == content
    assert from_base64(b"QUJD" + written + b"QUJD", 4, 4 + len(written)) == content
    assert from_base64(written + b"A" * (size % 3 == 0)) == content  # half a byte does not count


class TestCeilings:
    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (HEAD + b"\r\n" + b"x" * 60_000_000, "60,000,042 bytes"),
            (b"X-Long: " + b"a" * 300_000 + b"\r\n\r\nx", "header of more than 256,000"),
            (b"X: y\r\n" * 100_000, "header of more than 256,000"),
            (nested(1_000), "deeper than 10"),
            (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000, "deeper than 10"),
            (
                HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                + b"--b\r\n\r\nx\r\n" * 100_000,
                "more than 200 parts",
            ),
        ],
        ids=["bytes", "long field", "many fields", "nested parts", "nested mails", "parts"],
    )  # fmt: skip
    def test_what_passes_one_is_refused_with_its_reason(self, raw: bytes, words: str) -> None:
        with pytest.raises(Unreadable, match=words):
            understand(raw)

    def test_rows_of_a_list(self) -> None:
        raw = making.mail(
            making.multi("mixed", making.raw_part(b"a,b\n" * 50, "text/csv", "list.csv"))
        )
        said = understand(raw, Limits(rows=20))
        assert [(one.where, one.reason) for one in said.rejects] == [
            ("list.csv", "more than 20 rows")
        ]

    def test_a_file_by_itself_has_the_same_ceilings(self) -> None:
        with pytest.raises(Unreadable, match="more than 10"):
            understand_file("a.csv", b"x" * 11, Limits(mail_bytes=10))

    @pytest.mark.parametrize("depth", [1, 9])
    def test_what_keeps_below_is_read(self, depth: int) -> None:
        assert understand(nested(depth)).text.strip() == "hi"


class TestHead:
    def test_fields_are_unfolded_decoded_and_on_one_line(self) -> None:
        head = read_head(
            b"From: ann@op-b.test\r\nTo: A <a@op-a.test>,\r\n b@op-a.test\r\n"
            b"Subject: =?utf-8?q?caf=C3=A9=0D=0ABcc:?=\r\n =?utf-8?b?IHg=?= y\r\n"
            b"Message-ID: <m@x>\r\nIn-Reply-To: <p@x>\r\nReferences: <r@x>\r\n <p@x>\r\n"
            b"Date: Mon, 2 Nov 2026 09:15:00 +0100\r\nX-MP121-Exchange: answer;\r\n ref=R\r\n\r\n"
        )
        assert head.subject == "café Bcc: x y"
        assert head.to == ("a@op-a.test", "b@op-a.test")
        assert (head.message_id, head.in_reply_to) == ("<m@x>", "<p@x>")
        assert head.references == ("<r@x>", "<p@x>")
        assert head.date == datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
        assert head.own_marker == "answer; ref=R"

    @pytest.mark.parametrize("field", ["", "x", "Mon, 99 Nov 2026", "1" * 500, "0 0 0 0:0:0"])
    def test_a_date_that_is_none_is_none(self, field: str) -> None:
        assert read_head(f"Date: {field}\r\n\r\n".encode()).date is None

    def test_references_of_ours_are_collected_from_subject_and_quotes(self) -> None:
        said = understand(
            making.mail(
                "See mp121-gain-2612-q00012.\n> ref MP121-LOS_E-2611-A00001 MP121-GAIN-2612-Q00012"
                "\nnot MP121-GAIN-2612-Q1 nor XMP121-GAIN-2612-Q00012\n",
                subject="Re: MP121-GAIN-2610-Q00007",
            )
        )
        assert said.references == (
            "MP121-GAIN-2610-Q00007", "MP121-GAIN-2612-Q00012", "MP121-LOS_E-2611-A00001",
        )  # fmt: skip


def own_lines(text: str) -> list[str]:
    lines = plain_lines(text)
    mark_quotes(lines)
    return [line.text for line in lines if not line.quoted and line.text]


class TestQuotes:
    @pytest.mark.parametrize(
        "start",
        [
            "On Mon, 2 Nov 2026 at 09:15, Op A <codes@op-a.test> wrote:",
            "On 2 Nov 2026, at 09:15, Op A\n<codes@op-a.test> wrote:",
            "Ar Llun, 2 Tach 2026 am 09:15, ysgrifennodd Op A <codes@op-a.test>:",
            "-----Original Message-----",
            "________________________________\nFrom: Op A\nSent: Monday\nTo: Ann\nSubject: x",
            "From: Op A <codes@op-a.test>\nDate: Monday, 2 November 2026\nTo: Ann\nSubject: x",
            "*From:* Op A\n*Sent:* Monday\n*To:* Ann\n*Subject:* x",
            "Oddi wrth: Op A\nAnfonwyd: Llun\nAt: Ann\nPwnc: x",
        ],
    )
    def test_what_follows_is_quoted(self, start: str) -> None:
        kept = own_lines(f"mine\n\n{start}\n\ntheirs\nmore of theirs")
        assert kept[0] == "mine"
        assert "theirs" not in kept
        assert "more of theirs" not in kept

    def test_text_between_quoted_lines_is_the_senders(self) -> None:
        text = "On 2 Nov 2026, Op A wrote:\n> one\nmine\n> two\n>> three\nand mine"
        assert own_lines(text) == ["mine", "and mine"]

    @pytest.mark.parametrize(
        "text",
        [
            "From: our depot in Leeds the meters go out",
            "On Monday we wrote:",
            "On the 3rd of May I wrote to them about\nthe meters",
            "To: be confirmed\nSubject: to access",
        ],
    )
    def test_ordinary_sentences_are_no_quotes(self, text: str) -> None:
        assert own_lines(text + "\nmore") == [*text.split("\n"), "more"]

    def test_an_indent_is_no_quote_in_html(self) -> None:
        markup = read_html('<blockquote style="margin-left:40px">a</blockquote><p>b</p>')
        assert [line.quoted for line in markup.lines] == [False, False]
        markup = read_html('<blockquote type="cite">a</blockquote><p>b</p>')
        assert [line.quoted for line in markup.lines] == [True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am back on 5 January 2027", date(2027, 1, 5)),
        ("returning to the office on Monday 4th January 2027.", date(2027, 1, 4)),
        ("I will return on January 5th, 2027", date(2027, 1, 5)),
        ("out of office until 05/01/2027", date(2027, 1, 5)),
        ("from 21 December until 4 January", date(2027, 1, 4)),
        ("back 2027-01-05", date(2027, 1, 5)),
        ("away from 21/12/26, back in the office 04/01/27", date(2027, 1, 4)),
        ("back on 31 February 2027", None),
        ("back soon", None),
        ("on leave since 1 December 2026", None),
    ],
)
def test_the_day_an_absence_ends(text: str, expected: date | None) -> None:
    assert return_date(text, datetime(2026, 12, 20, tzinfo=UTC)) == expected


def test_a_day_without_a_year_is_unknown_when_the_mail_has_no_date() -> None:
    assert return_date("back on 5 January", None) is None


def own_mail(template: TemplateName, marker: str, *attachments: Attachment) -> bytes:
    return compose(
        Mail(
            template=template,
            context=CONTEXTS[template],
            sender_name="Operator A Ltd",
            sender="codes@op-a.test",
            recipient="codes@babe.test",
            message_id="<m.1@op-a.test>",
            date=datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
            marker=marker,
            attachments=attachments,
        ),
        Templates(),
    )


class TestOwnMails:
    """Recognise mail of another installation, whatever its Auto-Submitted field says."""

    def test_a_request(self) -> None:
        said = understand(own_mail("request", "request; ref=R"))
        assert said.kind is Kind.REQUEST
        assert [str(one.device) for one in said.devices] == [D[0], D[1]]
        assert [one.device_type for one in said.devices] == ["ESME", "GSME"]
        assert not said.answers
        assert not said.rejects

    def test_an_answer_with_its_workbook_and_csv(self) -> None:
        said = understand(
            own_mail(
                "answer",
                "answer; ref=R",
                Attachment("R.xlsx", XLSX, answers_workbook(ANSWERED, FACTS)),
                Attachment("R.csv", CSV, answers_csv(ANSWERED)),
            )
        )
        assert said.kind is Kind.RESPONSE
        assert [(str(one.device), one.outcome) for one in said.answers] == [
            (D[0], Outcome.PROVIDED), (D[1], Outcome.NOT_INSTALLER), (D[2], Outcome.UNCLEAR),
        ]  # fmt: skip
        assert said.answers[0].code is not None
        assert said.answers[0].code.hex == making.CODE
        assert not said.rejects

    @pytest.mark.parametrize("template", ["query", "reminder", "breach", "escalation"])
    def test_chasing_is_never_a_second_request(self, template: TemplateName) -> None:
        said = understand(own_mail(template, f"{template}; ref=R"))
        assert said.kind is Kind.UNKNOWN
        assert said.subkind in ("query", "reminder", "escalation")
        assert not said.devices

    def test_our_own_coming_back(self) -> None:
        raw = own_mail("request", "request; ref=R")
        said = understand(raw, own_addresses=frozenset({"codes@op-a.test"}))
        assert (said.kind, said.subkind) == (Kind.UNKNOWN, "own")
        assert not said.devices


def test_which_rejects_are_damaged_codes() -> None:
    """Ask the sender again for damaged codes; leave a contradiction to a person."""
    rows: list[list[object]] = [
        ["Device ID", "Install code", "Outcome"],
        [D[0], 1.2345678901234567e35, ""],
        [D[1], f"{making.CODE_CRC[:-4]}0000", ""],
        [D[2], making.CODE_CRC, "not the installing Supplier"],
        [D[3], "83FED340", ""],
        ["00-DB-12", making.CODE_CRC, ""],
    ]
    said = understand_file("answer.xlsx", making.xlsx(("Answers", rows)))
    assert {str(one.device) for one in said.rejects if one.spoils_code} == {D[0], D[1], D[3]}
    assert len(said.rejects) == 5
