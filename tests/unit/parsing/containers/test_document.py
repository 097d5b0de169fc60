"""Word and RTF files: shown as HTML or text at the same place, or refused with a reason."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.document import is_rtf, open_document
from exchange.parsing.containers.openers import Budget
from exchange.parsing.mime.parts import Part
from tests.corpus import packing
from tests.corpus.outlook import html_in_rtf

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def shown(content: bytes) -> Part:
    opened = open_document("a.docx", "a.docx", content, Budget(DEFAULT))
    assert opened is not None
    assert (opened.rejects, opened.warnings) == ([], [])
    (inner,) = opened.inner
    assert (inner.step, inner.mail, inner.part.name) == ("", False, "a.docx")
    assert inner.part.params == {"charset": "utf-8"}
    return inner.part


def refused(content: bytes, limits: Limits = DEFAULT) -> list[Reject]:
    opened = open_document("x > a.docx", "a.docx", content, Budget(limits))
    assert opened is not None
    assert opened.inner == []
    return opened.rejects


def word(body: str, names: str = _W, head: str = "") -> bytes:
    xml = f"{head}<w:document {names}><w:body>{body}</w:body></w:document>"
    return packing.zipped(("word/document.xml", xml.encode()))


def page(body: str, **more: str) -> str:
    whole = shown(word(body, **more)).content.decode()
    return whole.removeprefix("<html><body>").removesuffix("</body></html>")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"{\\rtf1 x}", True),
        (b" \r\n{\\rtf", True),
        (b"{rtf1", False),
        (b" " * 100 + b"{\\rtf", False),
    ],
)
def test_rtf_files(content: bytes, found: bool) -> None:
    assert is_rtf(content) is found


def test_an_rtf_file_is_text_or_html() -> None:
    part = shown(b"{\\rtf1\\ansi \\'e9\\par x}")
    assert (part.media, part.content) == ("text/plain", "é\nx".encode())
    part = shown(html_in_rtf("<p>é</p>"))
    assert (part.media, part.content) == ("text/html", "<p>é</p>".encode())


def test_an_oversized_rtf_file_is_refused() -> None:
    assert refused(b"{\\rtf1" + b"x" * 8_000_000) == [
        Reject("a.docx", "an RTF text of more than 8,000,000 bytes", "x > a.docx")
    ]


def test_a_table_in_a_word_document() -> None:
    part = shown(packing.document([["Device ID", "a &amp; &lt;b&gt;"]], text="Please"))
    assert part.media == "text/html"
    assert part.content.decode() == (
        "<html><body><p>Please</p><table><tr><td><p>Device ID</p></td><td><p>a &amp; &lt;b&gt;</p>"
        "</td></tr></table></body></html>"
    )


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/>", "a&#9;b<br>c<br>"),
        ("<w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t>", "a-b"),
        ("<w:del><w:t>gone</w:t></w:del><w:ins><w:t>new</w:t></w:ins>", "new"),
        (
            "<w:moveFrom><w:p><w:t>old</w:t></w:p></w:moveFrom><w:moveTo><w:t>here</w:t></w:moveTo>",
            "here",
        ),
        ('<m:x xmlns:m="urn:m"><m:Fallback><w:t>twice</w:t></m:Fallback><w:t>a</w:t></m:x>', "a"),
        ('<m:t xmlns:m="urn:m">other</m:t><w:instrText>field</w:instrText>', ""),
        (
            "<w:r><w:rPr><w:b/><w:strike/></w:rPr><w:t>a</w:t></w:r><w:r><w:t>b</w:t></w:r>",
            "<s>a</s>b",
        ),
        ('<w:r><w:rPr><w:dstrike w:val="true"/></w:rPr><w:t>a</w:t></w:r>', "<s>a</s>"),
        ('<w:r><w:rPr><w:strike w:val="0"/></w:rPr><w:t>a</w:t></w:r>', "a"),
        (
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r>",
            '<span style="display:none">a</span>',
        ),
        # The mark at the end of a paragraph is struck out, not its words.
        ("<w:pPr><w:rPr><w:strike/></w:rPr></w:pPr><w:r><w:t>a</w:t></w:r>", "a"),
        ("<w:del><w:del><w:t>a</w:t></w:del><w:t>b</w:t></w:del><w:t>c</w:t>", "c"),
    ],
)
def test_what_a_reader_of_word_sees(body: str, seen: str) -> None:
    assert page(body) == seen


def test_the_strict_form_of_word_documents() -> None:
    assert (
        page("<w:t>a</w:t>", names='xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"')
        == "a"
    )
    assert page("<w:t>a</w:t>", names='xmlns:w="urn:another"') == ""


def test_an_archive_that_is_no_word_document_is_none_of_ours() -> None:
    content = packing.zipped(("ppt/presentation.xml", b"x"))
    assert open_document("a", "a", content, Budget(DEFAULT)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"",
        packing.zipped(("word/document.xml", b"<w:document")),
        packing.zipped(("word/document.xml", b"")),
        packing.document([["a"]])[:-30],
        packing.with_declared_size(packing.zipped(("word/document.xml", b"<a/>")), 3),
    ],
    ids=["cut", "empty", "bad XML", "no XML", "cut short", "false size"],
)
def test_damage_is_refused(content: bytes) -> None:
    assert refused(content) == [Reject("a.docx", "the document is damaged", "x > a.docx")]


def test_entities_are_not_expanded() -> None:
    head = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    assert page("<w:t>x&a;&b;</w:t>", head=head) == "x"


def test_ceilings() -> None:
    content = word("<w:t>" + "x" * 5000 + "</w:t>")
    assert refused(content, Limits(html_bytes=5000))[0].reason == "the document is damaged"
    with pytest.raises(Unreadable, match="its containers hold more than 5,000 bytes"):
        open_document("a", "a", content, Budget(Limits(inflated_bytes=5000)))
    budget = Budget(DEFAULT)
    open_document("a", "a", content, budget)
    assert budget.inflated > 5000


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_text_is_escaped(text: str) -> None:
    assert page(f"<w:t>{html.escape(text)}</w:t>") == html.escape(text)
