"""Read Outlook's RTF bodies: decompress RTF ([MS-OXRTFCP]), and turn RTF into HTML or text.

Outlook keeps an HTML body inside RTF ([MS-OXRTFEX]); any other RTF becomes text, its tables with a
tab between cells and a line for each row, or HTML if some of it is struck out or hidden.  All in
linear time.
"""

from __future__ import annotations

import html
import re
import struct
from dataclasses import dataclass, replace
from typing import Final

from exchange.errors import Unreadable

_FIRST_WORDS: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes New Roman"
    rb"Courier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW: Final = 4096
_HEADER = struct.Struct("<II4sI")
# People do not write larger bodies, and each byte costs a step of Python.
_LARGEST: Final = 8_000_000

_TOKEN = re.compile(
    rb"\\(?:'(?P<byte>[0-9a-fA-F]{2})|(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|(?P<symbol>[^a-zA-Z]))|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.S,
)
_SILENT: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr "
    b"listtable listoverridetable rsidtbl generator themedata datastore latentstyles pntext "
    b"xmlnstbl mmathPr fldinst bkmkstart bkmkend".split()
)
_BREAKS: Final = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"nestrow": "\n",
    b"tab": "\t", b"cell": "\t", b"nestcell": "\t", b"emdash": "\u2014", b"endash": "\u2013",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d",
    b"bullet": "\u2022",
}  # fmt: skip
_STRUCK: Final = (b"strike", b"striked", b"deleted")
_STYLED: Final = {"struck": ("<s>", "</s>"), "hidden": ('<span style="display:none">', "</span>")}
_SYMBOLS: Final = {b"~": "\u00a0", b"-": "\u00ad", b"_": "\u2011"}
_CHARSETS: Final = {
    0: 1252, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 177: 1255, 178: 1256,
    186: 1257, 204: 1251, 222: 874, 238: 1250,
}  # fmt: skip


def decompress(packed: bytes) -> bytes:
    """Decompress a PidTagRtfCompressed value; raises Unreadable when it is damaged or too large."""
    if len(packed) < _HEADER.size:
        raise Unreadable("the RTF body is damaged")
    _, size, kind, _ = _HEADER.unpack_from(packed)
    if size > _LARGEST:
        raise Unreadable(f"an RTF body of more than {_LARGEST:,} bytes")
    if kind == b"MELA":
        return packed[_HEADER.size : _HEADER.size + size]
    if kind != b"LZFu":
        raise Unreadable("the RTF body is damaged")
    # The output is the window: place p of the dictionary is the last byte written at p modulo 4096.
    out = bytearray(_FIRST_WORDS)
    start = len(out)
    place = _HEADER.size
    while place < len(packed) and len(out) - start <= size:
        control = packed[place]
        place += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += packed[place : place + 1]
                place += 1
                continue
            token = int.from_bytes(packed[place : place + 2].ljust(2, b"\0"), "big")
            place += 2
            offset, length = token >> 4, (token & 15) + 2
            at = len(out) - (len(out) - offset) % _WINDOW
            if at == len(out) or place > len(packed):
                return bytes(out[start : start + size])
            if at < 0:
                raise Unreadable("the RTF body is damaged")
            for one in range(at, at + length):
                out.append(out[one])
    return bytes(out[start : start + size])


@dataclass(frozen=True, slots=True)
class _Group:
    """The state that a closing brace restores."""

    silent: bool = False
    tag: bool = False  # inside \*\htmltag
    html_off: bool = False  # \htmlrtf: for readers of RTF only
    codepage: int = 1252
    style: str = ""  # "struck" or "hidden"
    skip: int = 1  # bytes after a \u that are there for older readers


class _Reader:
    """Walk the tokens once and collect what a reader sees."""

    def __init__(self, rtf: bytes) -> None:
        self.html = b"\\fromhtml" in rtf[:1000]
        self._rtf = rtf
        self._out: list[str] = []
        self._styles: list[str] = []  # of each piece
        self._bytes = bytearray()
        self._fonts: dict[int, int] = {}
        self._font = 0
        self._group = _Group()
        self._codepage = 1252
        self._to_skip = 0  # characters still to skip after \u
        self._surrogate = 0

    def read(self) -> str:
        stack: list[_Group] = []
        fresh = starred = False  # right after a brace; right after \*
        for match in _TOKEN.finditer(self._rtf):
            kind = match.lastgroup
            word = match.group("word")
            if kind == "brace":
                self._flush()
                self._to_skip = 0
                if match.group() == b"{":
                    stack.append(self._group)
                elif stack:
                    self._group = stack.pop()
                fresh, starred = match.group() == b"{", False
                continue
            if word is not None:
                self._word(word, match.group("number"), fresh=fresh, starred=starred)
            elif match.group("symbol") == b"*":
                starred = fresh
                continue
            elif kind == "byte":
                self._raw(bytes.fromhex(match.group("byte").decode()))
            elif kind == "symbol":
                self._symbol(match.group("symbol"))
            elif kind == "text":
                self._raw(match.group("text"))
            fresh = starred = False
        self._flush()
        if self.html or not any(self._styles):
            return "".join(self._out)
        self.html = True
        return (
            f"<html><body><pre>{''.join(map(_styled, self._out, self._styles))}</pre></body></html>"
        )

    def _put(self, text: str) -> None:
        self._out.append(text)
        self._styles.append(self._group.style)

    def _visible(self) -> bool:
        group = self._group
        return not group.silent and (group.tag or not (self.html and group.html_off))

    def _word(self, word: bytes, number: bytes | None, *, fresh: bool, starred: bool) -> None:
        if word != b"u":
            self._flush()
        value = int(number) if number else None
        group = self._group
        if word == b"htmltag" and starred:
            self._group = replace(group, tag=True, silent=not self.html)
        elif starred or (fresh and word in _SILENT):
            self._group = replace(group, silent=True)
        elif word == b"htmlrtf":
            self._group = replace(group, html_off=value != 0)
        elif word in _STRUCK:
            self._group = replace(group, style="" if value == 0 else "struck")
        elif word == b"v":
            self._group = replace(group, style="" if value == 0 else "hidden")
        elif word == b"plain":
            self._group = replace(group, style="")
        elif word == b"ansicpg" and value:
            self._codepage = value
            self._group = replace(group, codepage=value)
        elif word == b"uc" and value is not None:
            self._group = replace(group, skip=min(max(value, 0), 8))
        elif word == b"u" and value is not None:
            self._unicode(value % 65536)
        elif word == b"f" and value is not None:
            self._font = value
            self._group = replace(group, codepage=self._fonts.get(value, self._codepage))
        elif word == b"fcharset" and value is not None:
            self._fonts[self._font] = _CHARSETS.get(value, self._codepage)
        elif word in _BREAKS and self._visible() and not group.tag:
            self._put(_BREAKS[word])

    def _symbol(self, symbol: bytes) -> None:
        if symbol in b"\\{}":
            self._raw(symbol)
        elif symbol in b"\r\n":
            self._emit("\n")
        elif symbol in _SYMBOLS:
            self._emit(_SYMBOLS[symbol])

    def _emit(self, text: str) -> None:
        self._flush()
        if self._visible():
            self._put(text)

    def _raw(self, content: bytes) -> None:
        if self._to_skip:
            gone = min(self._to_skip, len(content))
            self._to_skip -= gone
            content = content[gone:]
        if content and self._visible():
            self._bytes += content

    def _unicode(self, point: int) -> None:
        self._flush()
        self._to_skip = self._group.skip
        if 0xD800 <= point < 0xDC00:
            self._surrogate = point
            return
        if 0xDC00 <= point < 0xE000:
            high, self._surrogate = self._surrogate, 0
            if not high:
                return
            point = 0x10000 + ((high - 0xD800) << 10) + (point - 0xDC00)
        if self._visible():
            self._put(chr(point))

    def _flush(self) -> None:
        """Decode the bytes collected so far in the charset of their font."""
        if self._bytes:
            name = "utf-8" if self._group.codepage == 65001 else f"cp{self._group.codepage}"
            try:
                self._put(bytes(self._bytes).decode(name, "replace"))
            except LookupError:
                self._put(bytes(self._bytes).decode("cp1252", "replace"))
            self._bytes.clear()


def _styled(text: str, style: str) -> str:
    begin, end = _STYLED.get(style, ("", ""))
    return f"{begin}{html.escape(text)}{end}" if text.strip() else text


def read_rtf(rtf: bytes) -> tuple[str, bool]:
    """Return the text of ``rtf``, and whether it is HTML; raises Unreadable when too large."""
    if len(rtf) > _LARGEST:
        raise Unreadable(f"an RTF text of more than {_LARGEST:,} bytes")
    reader = _Reader(rtf)
    return reader.read().replace("\0", ""), reader.html
