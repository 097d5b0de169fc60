"""Read HTML bodies into the lines and tables a reader sees; streamed, so that depth costs nothing.

Hidden elements, scripts, styles and text that the sender struck out are left out of the lines.
Parts that Gmail, Apple Mail, Thunderbird or Outlook mark as quoted are marked as quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from exchange.domain.limits import DEFAULT, Limits
from exchange.errors import Unreadable
from exchange.parsing.text.lines import Line

_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl",
    "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_NOT_SHOWN: Final = frozenset(
    ("head", "style", "script", "title", "template", "noscript", "object", "select", "textarea")
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)",
    re.I,
)
_STRIKES: Final = frozenset(("s", "del", "strike"))
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]{0,80}line-through", re.I)
# Webmail puts prefixes of its own before these names: ydp12ab34cdyahoo_quoted, x_gmail_quote.
_QUOTE_CLASS = re.compile(
    r"(?:^|\s)\S{0,40}(?:gmail_quote\S*|gmail_attr|yahoo_quoted\S*|protonmail_quote|moz-cite-prefix"
    r"|zmail_extra|tutanota_quote|quoted[-_]text|ms-outlook-mobile-reference-message"
    r"|[-_](?:block)?quote|freshdesk_quote)(?=\s|$)",
    re.I,
)
_RULE_STYLE = re.compile(r"border-top\s*:\s*(?!none|0|inherit)[^;]", re.I)
_RULE: Final = "\ue0f7"  # stands in a text before what a line is drawn above
_QUOTE_FROM_HERE_ID = re.compile(
    r"(?:x_)*(?:divrplyfwdmsg|appendonsend|olk_src_body_section|yahoo_quoted\w*"
    r"|mail-editor-reference-message-container)",
    re.I,
)
_RULED_TAGS: Final = frozenset(("hr", "div", "td", "p"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_LAYOUT_LINES: Final = 4  # a cell with more lines belongs to a page layout, not to a table
_WIDEST_SPAN: Final = 100


@dataclass(slots=True)
class Markup:
    """The lines of an HTML text and, apart from them, its hidden and struck-out text."""

    lines: list[Line]
    hidden_text: str
    ruled: frozenset[int] = frozenset()  # numbers of lines above which a line is drawn
    struck_text: str = ""  # struck out: a reader sees it, and sees that it no longer holds


def read_html(content: str, limits: Limits = DEFAULT) -> Markup:
    """Return the visible lines of an HTML text; raises Unreadable when it passes a ceiling."""
    if len(content) > limits.html_bytes:
        raise Unreadable(f"an HTML text of more than {limits.html_bytes} characters")
    target = _Reader(limits)
    parser = etree.HTMLParser(target=target, encoding="utf-8", remove_comments=True)
    encoded = content.replace("\x00", "").encode("utf-8", "replace")
    try:
        # In chunks: a deep tree of hundreds of megabytes fed at once would be a single C call.
        for start in range(0, len(encoded), 1 << 20):
            parser.feed(encoded[start : start + (1 << 20)])
        parser.close()
    except (etree.LxmlError, ValueError, AssertionError):
        # libxml2 gave up (nothing to parse, or too deep): keep what was read so far.
        target.incomplete = bool(content.strip())
    return target.result()


@dataclass(slots=True)
class _Grid:
    """A table that is being read."""

    rows: list[tuple[list[str], bool]] = field(default_factory=list)
    row: list[str] | None = None
    cell: list[str] | None = None
    span: int = 1
    rowspan: int = 1
    rowspans: dict[int, int] = field(default_factory=dict)  # column -> rows still covered
    layout: bool = False  # only lays out the page: its cells are lines
    struck: set[int] = field(default_factory=set)  # indexes of rows with struck-out text


class _Reader:
    """The target of lxml's parser."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.incomplete = False
        self._lines: list[Line] = []
        self._spans: list[int] = []  # for each line: the number of its Gmail container, or 0
        self._text: list[str] = []
        self._unseen: list[str] = []
        self._crossed: list[str] = []
        self._stack: list[tuple[str, int, int, int, int, int]] = []
        self._struck = self._hidden = self._quoted = self._container = self._pre = 0
        self._rest = self._any_rule = False
        self._ruled: set[int] = set()
        self._containers = 0
        self._with_blockquote: set[int] = set()
        self._grids: list[_Grid] = []
        self._tables = 0

    # -- what lxml calls --

    def start(self, tag: str, attrib: Mapping[str, str]) -> None:
        hides = tag in _NOT_SHOWN or self._hides(attrib)
        self._stack.append(
            (tag, self._hidden, self._quoted, self._container, self._pre, self._struck)
        )
        style = attrib.get("style")
        if tag in _STRIKES or (style and _STRUCK.search(style)):
            self._struck += 1
        if hides:
            self._hidden += 1
        if self._hidden:
            return
        if tag == "br":
            self._flush(always=True)
            return
        if tag in _BLOCKS:
            self._flush()
        self._mark_quote(tag, attrib)
        if tag == "pre":
            self._pre += 1
        elif tag == "table":
            self._open_table()
        elif tag == "tr":
            self._open_row()
        elif tag in ("td", "th"):
            self._open_cell(attrib)

    def end(self, _tag: str) -> None:
        if not self._stack:
            return
        opened, hidden, quoted, container, pre, struck = self._stack.pop()
        if not self._hidden and opened in _BLOCKS:
            self._flush()
            if opened in ("td", "th"):
                self._close_cell()
            elif opened == "tr":
                self._close_row()
            elif opened == "table":
                self._close_table()
        self._hidden, self._quoted, self._container, self._pre = hidden, quoted, container, pre
        self._struck = struck

    def data(self, text: str) -> None:
        if self._hidden:
            if not any(entry[0] in _NOT_SHOWN for entry in self._stack[-3:]):
                self._unseen.append(text)
            return
        if self._struck:
            self._crossed.append(text)
            if self._grids and text.strip():
                self._grids[-1].struck.add(len(self._grids[-1].rows))
            text = " "
        if self._pre and "\n" in text:
            first, *others = text.replace("\r\n", "\n").split("\n")
            self._text.append(first)
            for line in others:
                self._flush(always=True)
                self._text.append(line)
            return
        self._text.append(text)

    def comment(self, _text: str) -> None:
        """Ignore a comment."""

    def close(self) -> None:
        """Do nothing at the end of the input."""

    # -- lines --

    def result(self) -> Markup:
        self._flush()
        while self._grids:
            self._close_table()
        for line, container in zip(self._lines, self._spans, strict=True):
            # In a Gmail reply the sender's text is between blockquotes; a forward has none.
            if container and container not in self._with_blockquote:
                line.quoted = True
        ruled = frozenset(self._ruled)
        return Markup(self._lines, " ".join(self._unseen), ruled, "\n".join(self._crossed))

    def _flush(self, *, always: bool = False) -> None:
        raw = "".join(self._text)
        if not raw and not always:
            return
        self._text.clear()
        if self._any_rule and _RULE in raw and not raw.replace(_RULE, "").strip():
            self._text.append(_RULE)  # it is drawn above what comes next
            raw = ""
            if not always:
                return
        text = raw if self._pre else _BLANKS.sub(" ", raw).strip(" ")
        grid = self._grids[-1] if self._grids else None
        if grid and not grid.layout:
            if grid.cell is not None:
                grid.cell.append(text)
                return
            if not text:
                return
        if text or always:
            self._emit(text)

    def _emit(self, text: str, table: int = 0, row: int = 0, cells: tuple[str, ...] = ()) -> None:
        if len(self._lines) >= self.limits.rows:
            raise Unreadable(f"more than {self.limits.rows} lines")
        quoted = bool(self._quoted) or self._rest
        number = len(self._lines) + 1
        if self._any_rule and _RULE in text:
            text = text.replace(_RULE, "").strip(" ")
            cells = tuple(cell.replace(_RULE, "").strip() for cell in cells)
            self._ruled.add(number)
        self._lines.append(Line(number, text, quoted=quoted, table=table, row=row, cells=cells))
        self._spans.append(self._container)

    # -- quotes and hiding --

    @staticmethod
    def _hides(attrib: Mapping[str, str]) -> bool:
        style = attrib.get("style")
        return "hidden" in attrib or bool(style and _HIDDEN.search(style))

    def _mark_quote(self, tag: str, attrib: Mapping[str, str]) -> None:
        name = attrib.get("class", "")
        marked = bool(name) and bool(_QUOTE_CLASS.search(name))
        ident = attrib.get("id")
        if ident and _QUOTE_FROM_HERE_ID.fullmatch(ident):
            self._rest = True
        if tag in _RULED_TAGS and self._is_ruled(tag, attrib):
            self._text.append(_RULE)
            self._any_rule = True
        if tag == "blockquote":
            style = attrib.get("style", "")
            # A blockquote may only indent; a quotation says "cite" or has a line on its left.
            if marked or attrib.get("type", "").lower() == "cite" or "border-left" in style:
                self._quoted += 1
                self._with_blockquote.add(self._container)
        elif marked and "gmail_quote" in name.lower() and not self._container:
            self._containers += 1
            self._container = self._containers
        elif marked:
            self._quoted += 1

    def _is_ruled(self, tag: str, attrib: Mapping[str, str]) -> bool:
        style = attrib.get("style")
        if tag == "hr":
            return True
        if not style or "border-top" not in style or not _RULE_STYLE.search(style):
            return False
        grid = self._grids[-1] if self._grids else None
        return tag == "div" or grid is None or not (grid.rows or grid.row)

    # -- tables --

    def _open_table(self) -> None:
        outer = self._grids[-1] if self._grids else None
        if outer and not outer.layout:
            # A table inside a cell: the outer one only lays out the page.
            outer.layout = True
            self._emit_as_lines(outer)
        self._grids.append(_Grid())

    def _open_row(self) -> None:
        grid = self._grids[-1] if self._grids else None
        if grid and not grid.layout:
            self._close_row()
            grid.row = []

    def _open_cell(self, attrib: Mapping[str, str]) -> None:
        grid = self._grids[-1] if self._grids else None
        if grid is None or grid.layout:
            return
        if grid.cell is not None:
            self._close_cell()
        if grid.row is None:
            grid.row = []
        while grid.rowspans.get(len(grid.row), 0) > 0:
            grid.rowspans[len(grid.row)] -= 1
            grid.row.append("")
        grid.cell = []
        grid.span = _span(attrib.get("colspan"))
        grid.rowspan = _span(attrib.get("rowspan"))

    def _close_cell(self) -> None:
        grid = self._grids[-1] if self._grids else None
        if grid is None or grid.layout or grid.cell is None or grid.row is None:
            return
        text = "\n".join(grid.cell).strip()
        column = len(grid.row)
        grid.row.append(text)
        grid.row.extend([""] * (grid.span - 1))
        if grid.rowspan > 1:
            for one in range(column, len(grid.row)):
                grid.rowspans[one] = grid.rowspan - 1
        if len(grid.row) > self.limits.columns:
            raise Unreadable(f"more than {self.limits.columns} columns")
        grid.cell = None

    def _close_row(self) -> None:
        grid = self._grids[-1] if self._grids else None
        if grid is None or grid.layout:
            return
        self._close_cell()
        if grid.row is not None:
            if len(grid.rows) >= self.limits.rows:
                raise Unreadable(f"more than {self.limits.rows} rows")
            grid.rows.append((grid.row, bool(self._quoted) or self._rest))
            grid.row = None

    def _close_table(self) -> None:
        if not self._grids:
            return
        self._close_row()
        grid = self._grids.pop()
        if grid.layout:
            return
        filled = sum(1 for row, _ in grid.rows for cell in row if cell)
        deep = any(cell.count("\n") >= _LAYOUT_LINES for row, _ in grid.rows for cell in row)
        outer = self._grids[-1] if self._grids else None
        if filled <= 1 or deep or (outer and not outer.layout):
            self._emit_as_lines(grid)
            return
        self._tables += 1
        for number, (row, quoted) in enumerate(grid.rows, 1):
            if any(row):
                # A cell keeps its line breaks, as in a workbook; the line has none.
                text = "\t".join(row).replace("\n", " ")
                self._emit(text, self._tables, number, tuple(row))
                self._lines[-1].quoted = self._lines[-1].quoted or quoted
                self._lines[-1].struck = number - 1 in grid.struck

    def _emit_as_lines(self, grid: _Grid) -> None:
        """Emit the cells of a layout table as lines."""
        pending = list(grid.rows)
        if grid.row is not None:
            pending.append((grid.row, False))
        for row, quoted in pending:
            for cell in filter(None, row):
                for text in cell.split("\n"):
                    self._emit(text)
                    self._lines[-1].quoted = self._lines[-1].quoted or quoted
        if grid.cell:
            for text in grid.cell:
                self._emit(text)
        grid.rows, grid.row, grid.cell = [], None, None


def _span(value: str | None) -> int:
    if not value or not value.strip().isdecimal() or len(value) > 6:
        return 1
    return max(1, min(int(value), _WIDEST_SPAN))
