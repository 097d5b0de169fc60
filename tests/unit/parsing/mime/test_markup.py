"""HTML as a reader sees it: lines, tables, what is quoted, hidden or struck out."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.limits import Limits
from exchange.errors import Unreadable
from exchange.parsing.mime.markup import read_html


def texts(content: str) -> list[str]:
    return [line.text for line in read_html(content).lines]


def quoted(content: str) -> list[str]:
    return [line.text for line in read_html(content).lines if line.quoted]


# Lines


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("<p>a</p><p>b</p>", ["a", "b"]),
        ("a<br>b<br><br>c", ["a", "b", "", "c"]),
        ("<div>a<span>b</span> <b>c</b>\n d</div>", ["ab c d"]),
        ("<p>a</p>  <p> </p>b", ["a", "b"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<pre>a  b\n\n c</pre>d", ["a  b", "", " c", "d"]),
        ("<pre>a\r\nb</pre>", ["a", "b"]),
        ("a&amp;b&nbsp;c &#8211;", ["a&b\xa0c –"]),
        ("a<!-- no -->b", ["ab"]),
        ("plain text", ["plain text"]),
        ("<p>not closed", ["not closed"]),
        ("", []),
    ],
)
def test_lines(content: str, lines: list[str]) -> None:
    assert texts(content) == lines


def test_lines_are_numbered_from_one() -> None:
    found = read_html("<p>a</p><table><tr><td>b<td>c</table><p>d</p>").lines
    assert [line.number for line in found] == [1, 2, 3]


# What is not shown


@pytest.mark.parametrize("tag", ["style", "script", "title", "template", "noscript", "object"])
def test_elements_that_no_reader_sees_are_in_no_text(tag: str) -> None:
    found = read_html(f"<p>a</p><{tag}>zz</{tag}><p>b</p>")
    assert [line.text for line in found.lines] == ["a", "b"]
    assert "zz" not in found.hidden_text


@pytest.mark.parametrize(
    "attribute",
    [
        'style="display:none"',
        'style="color:red; VISIBILITY : hidden"',
        'style="mso-hide:all"',
        'style="font-size:0"',
        'style="font-size: 0pt !important"',
        'style="font-size: 0.0px; x:y"',
        "hidden",
        'hidden=""',
    ],
)
def test_hidden_text_is_kept_apart(attribute: str) -> None:
    found = read_html(f"<p>a<span {attribute}>zz<b>yy</b></span>b</p>")
    assert [line.text for line in found.lines] == ["ab"]
    assert found.hidden_text == "zz yy"


@pytest.mark.parametrize("style", ["font-size:0.5em", "font-size:10px", "display:block"])
def test_small_text_is_not_hidden(style: str) -> None:
    assert texts(f'<p style="{style}">a</p>') == ["a"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<s>", "</s>"),
        ("<del>", "</del>"),
        ("<strike>", "</strike>"),
        ('<span style="text-decoration: line-through">', "</span>"),
        ('<span style="text-decoration-line:underline line-through">', "</span>"),
    ],
)
def test_struck_out_text_is_kept_apart(opening: str, closing: str) -> None:
    found = read_html(f"<p>a{opening}zz{closing}b</p>")
    assert [line.text for line in found.lines] == ["a b"]
    assert found.struck_text == "zz"
    assert found.hidden_text == ""


# What is quoted


@pytest.mark.parametrize(
    "opening",
    [
        '<blockquote type="cite">',
        '<blockquote style="border-left:1px solid">',
        '<blockquote class="gmail_quote">',
        '<div class="yahoo_quoted">',
        '<div class="x protonmail_quote">',
        '<div class="moz-cite-prefix">',
    ],
)
def test_parts_that_mail_programs_mark_are_quoted(opening: str) -> None:
    tag = opening[1:].partition(" ")[0]
    assert quoted(f"<p>a</p>{opening}<p>b</p><p>c</p></{tag}><p>d</p>") == ["b", "c"]


@pytest.mark.parametrize(
    "name",
    [
        "gmail_attr",
        "yahoo_quoted",
        "protonmail_quote",
        "moz-cite-prefix",
        "zmail_extra",
        "tutanota_quote",
        "quoted-text",
        "ms-outlook-mobile-reference-message",
        "Quoted-Text",
    ],
)
def test_classes_that_mean_a_quotation(name: str) -> None:
    assert quoted(f'<p>a</p><div class="x {name} y">b</div><p>c</p>') == ["b"]


@pytest.mark.parametrize("opening", ["<blockquote>", '<blockquote style="margin-left:40px">'])
def test_an_indented_text_is_not_quoted(opening: str) -> None:
    assert quoted(f"{opening}<p>a</p></blockquote>") == []


def test_a_class_that_only_begins_alike_is_not_quoted() -> None:
    assert quoted('<div class="yahoo_unquoted">a</div><div class="blockquote-icon">b</div>') == []
    assert quoted('<div class="yahoo_quoted_1234">a</div><p>b</p>') == ["a"]


@pytest.mark.parametrize("name", ["divRplyFwdMsg", "x_divRplyFwdMsg", "OLK_SRC_BODY_SECTION"])
def test_from_the_mark_of_outlook_on_all_is_quoted(name: str) -> None:
    content = f'<p>a</p><div id="{name}">b</div><p>c</p><table><tr><td>d<td>e</table>'
    assert quoted(content) == ["b", "c", "d\te"]


def test_in_a_gmail_reply_the_words_between_the_quotations_are_typed() -> None:
    reply = (
        '<p>a</p><div class="gmail_quote"><div class="gmail_attr">On 3 Nov wrote:</div>'
        '<blockquote class="gmail_quote"><p>b</p></blockquote><p>typed</p></div>'
    )
    assert quoted(reply) == ["On 3 Nov wrote:", "b"]


def test_a_gmail_forward_has_no_blockquote_and_is_quoted() -> None:
    assert quoted('<p>a</p><div class="gmail_quote"><p>b</p><p>c</p></div><p>d</p>') == ["b", "c"]


# Tables


def test_a_table_is_rows_of_cells() -> None:
    found = read_html(
        "<p>x</p><table><tr><th>a</th><th> b </th></tr><tr></tr><tr><td>c<br>d</td><td></td></tr>"
        "</table><table><tr><td>e<td>f</table>"
    ).lines
    assert [(one.table, one.row, one.cells, one.text) for one in found] == [
        (0, 0, (), "x"),
        (1, 1, ("a", "b"), "a\tb"),
        (1, 3, ("c\nd", ""), "c d\t"),
        (2, 1, ("e", "f"), "e\tf"),
    ]


def test_cells_that_reach_over_columns_and_rows() -> None:
    found = read_html(
        '<table><tr><td rowspan="2">a<td colspan="2">b<td>c<tr><td>d<td>e<td>f'
        '<tr><td colspan="x">g<td rowspan="0">h<td>i<td>j</table>'
    ).lines
    assert [one.cells for one in found] == [
        ("a", "b", "", "c"),
        ("", "d", "e", "f"),
        ("g", "h", "i", "j"),
    ]


def test_a_cell_that_reaches_over_three_rows() -> None:
    found = read_html('<table><tr><td rowspan="3">a<td>b<tr><td>c<tr><td>d<tr><td>e<td>f</table>')
    assert [one.cells for one in found.lines] == [("a", "b"), ("", "c"), ("", "d"), ("e", "f")]


def test_a_span_is_capped() -> None:
    found = read_html('<table><tr><td colspan="5000">a<td>b</table>').lines
    assert len(found[0].cells) == 101
    assert len(read_html('<table><tr><td colspan="9999999">a<td>b</table>').lines[0].cells) == 2


def test_a_table_with_one_filled_cell_is_layout() -> None:
    found = read_html("<table><tr><td></td><td>a<br>b</td></tr></table>").lines
    assert [(one.table, one.text) for one in found] == [(0, "a"), (0, "b")]


def test_a_table_with_a_cell_of_many_lines_is_layout() -> None:
    def lines(count: int) -> list[int]:
        cell = "<br>".join("abcdef"[:count])
        return [one.table for one in read_html(f"<table><tr><td>{cell}<td>x</table>").lines]

    assert lines(4) == [1]
    assert lines(5) == [0] * 6


def test_a_table_within_a_cell_makes_the_outer_one_layout() -> None:
    found = read_html(
        "<table><tr><td>left</td><td>top<table><tr><td>a<td>b</table>low</td></tr></table>"
    ).lines
    assert [(one.table, one.text) for one in found] == [
        (0, "left"),
        (0, "top"),
        (1, "a\tb"),
        (0, "low"),
    ]


def test_a_table_that_never_closes_is_still_read() -> None:
    assert texts("<table><tr><td>a<td>b<tr><td>c<td>d") == ["a\tb", "c\td"]


def test_rows_of_a_quoted_table_are_quoted() -> None:
    rows = "<table><tr><td>a<td>b</table>"
    assert quoted(f'<blockquote type="cite">{rows}</blockquote>{rows}') == ["a\tb"]
    layout = "<table><tr><td>a<br>b</td></tr></table>"
    assert quoted(f'<blockquote type="cite">{layout}</blockquote>{layout}') == ["a", "b"]


# Ceilings and bad input


def test_ceilings() -> None:
    limits = Limits(html_bytes=2000, rows=5, columns=10)
    assert len(read_html("a<br>" * 5, limits).lines) == 5
    with pytest.raises(Unreadable, match="an HTML text of more than 2000 characters"):
        read_html("x" * 2001, limits)
    with pytest.raises(Unreadable, match="more than 5 lines"):
        read_html("a<br>" * 6, limits)
    with pytest.raises(Unreadable, match="more than 5 rows"):
        read_html("<table>" + "<tr><td>a" * 6 + "</table>", limits)
    with pytest.raises(Unreadable, match="more than 10 columns"):
        read_html('<table><tr><td colspan="11">a</table>', limits)
    assert read_html('<table><tr><td colspan="9">a<td>b</table>', limits).lines[0].cells[9] == "b"


def test_deep_elements_cost_little() -> None:
    began = time.process_time()
    assert "x" in texts("<div>" * 200 + "x")
    read_html("<b>" * 30_000 + "x" + "</b>" * 30_000)
    read_html("<table><tr><td>" * 5_000)
    assert time.process_time() - began < 5


def test_zero_bytes_and_half_characters_do_not_end_the_text() -> None:
    assert texts("<p>a\x00b</p><p>c\ud800d</p><p>e</p>") == ["ab", "c?d", "e"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_escaped_text_comes_back(text: str) -> None:
    shown = " ".join(filter(None, text.split(" ")))
    assert texts(f"<p>{html.escape(text)}</p>") == ([shown] if shown else [])


@given(
    st.lists(
        st.sampled_from(
            [
                "<table>",
                "</table>",
                "<tr>",
                "<td>",
                "</td>",
                "x",
                "<p>",
                "<br>",
                "</div>",
                "<div>",
                '<td colspan="3">',
                '<td rowspan="2">',
                "<s>",
                "</s>",
                '<p hidden="">',
                "<pre>",
                "a\nb",
                "<blockquote type=cite>",
                "</blockquote>",
                "<",
                "&",
                "<!--",
                "-->",
                "</p>",
            ]
        ),
        max_size=40,
    )
)
def test_any_order_of_elements_is_read(pieces: list[str]) -> None:
    found = read_html("".join(pieces)).lines
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    assert all(line.text == "\t".join(line.cells) for line in found if line.table)
