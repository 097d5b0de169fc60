"""Turn Word documents (ECMA-376 part 1, 17) and RTF files into the HTML or text they show."""

from __future__ import annotations

import html
import io
import zipfile
import zlib
from typing import Final

from lxml import etree

from exchange.domain.mail import Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.naming import file_part
from exchange.parsing.containers.openers import Budget, InnerPart, Opened
from exchange.parsing.containers.rtf import read_rtf

_MAIN: Final = "word/document.xml"
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_HTML_OF: Final = {
    ("start", "tbl"): "<table>", ("end", "tbl"): "</table>",
    ("start", "tr"): "<tr>", ("end", "tr"): "</tr>",
    ("start", "tc"): "<td>", ("end", "tc"): "</td>",
    ("start", "p"): "<p>", ("end", "p"): "</p>",
    ("end", "br"): "<br>", ("end", "cr"): "<br>", ("end", "tab"): "&#9;",
    ("end", "noBreakHyphen"): "-",
}  # fmt: skip
_STRUCK: Final = ("<s>", "</s>")
_STYLED: Final = {
    "strike": _STRUCK, "dstrike": _STRUCK, "vanish": ('<span style="display:none">', "</span>"),
}  # fmt: skip
_OFF: Final = ("0", "false", "off", "none")
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, EOFError, IndexError,
    NotImplementedError, RuntimeError, OverflowError, etree.LxmlError,
)  # fmt: skip


def is_rtf(content: bytes) -> bool:
    """Return whether ``content`` is an RTF file."""
    return content[:100].lstrip().startswith(b"{\\rtf")


def open_document(where: str, name: str, content: bytes, budget: Budget) -> Opened | None:
    """Return the document as HTML or text at the same place; None for a kind we do not support.

    Raises Unreadable when the mail's ceilings are passed.
    """
    opened = Opened()
    if is_rtf(content):
        try:
            text, is_html = read_rtf(content)
        except Unreadable as error:
            opened.rejects.append(Reject(name, error.message, where))
            return opened
        media = "text/html" if is_html else "text/plain"
        opened.inner.append(
            InnerPart("", file_part(name, text.encode("utf-8", "replace"), media, "utf-8"))
        )
        return opened
    try:
        shown = _word(where, content, budget)
    except _DAMAGE:
        opened.rejects.append(Reject(name, "the document is damaged", where))
        return opened
    if shown is None:
        return None
    opened.inner.append(
        InnerPart("", file_part(name, shown.encode("utf-8", "replace"), "text/html", "utf-8"))
    )
    return opened


def _word(where: str, content: bytes, budget: Budget) -> str | None:
    limits = budget.limits
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if _MAIN not in archive.namelist():
            return None
        size = archive.getinfo(_MAIN).file_size
        if size > limits.html_bytes:
            raise ValueError("too large")
        budget.count_bytes(size, where)
        with archive.open(_MAIN) as stream:
            body = stream.read(size + 1)
    pieces = ["<html><body>"]
    events = etree.iterparse(
        io.BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False,
    )  # fmt: skip
    style = ("", "")  # around the words of this run
    hidden = 0  # > 0 inside deleted text, or inside alternative content for older programs
    for event, element in events:
        tag = element.tag if isinstance(element.tag, str) else ""
        local = tag.rpartition("}")[2]
        if local in ("del", "moveFrom", "Fallback"):
            hidden += 1 if event == "start" else -1
        elif not hidden and tag.startswith((_W, _STRICT)):
            pieces.append(_HTML_OF.get((event, local), ""))
            if event == "start" and local == "r":
                style = ("", "")
            elif event == "start" and local in _STYLED and _of_run(element):
                style = _STYLED[local] if _is_on(element) else style
            elif event == "end" and local == "t" and element.text:
                pieces.append(f"{style[0]}{html.escape(element.text)}{style[1]}")
        if event == "end":
            element.clear(keep_tail=True)
    return "".join([*pieces, "</body></html>"])


def _of_run(element: etree._Element) -> bool:
    """Return whether a property is one of the words of a run, not of the mark of a paragraph."""
    properties = element.getparent()
    run = properties.getparent() if properties is not None else None
    return run is not None and str(run.tag).endswith("}r")


def _is_on(element: etree._Element) -> bool:
    value = next((text for name, text in element.items() if name.endswith("}val")), "true")
    return value not in _OFF
