"""Read Device IDs as people write them, and say why something that looks like one is not.

The functions take a whole word or cell.  Its digits alone do not tell whether 16 hex digits *are*
a Device ID: its surroundings do (the column of a table, the words of a line).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from exchange.domain.device import DeviceId, wrong_length
from exchange.errors import BadInput
from exchange.parsing.text.cell_words import missing_value
from exchange.parsing.text.lines import normalized

_BARE = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{16}")
# Eight pairs or four groups of four, one separator throughout.
_SEPARATED = re.compile(
    r"[0-9A-Fa-f]{2}([-:. ])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){6}"
    r"|[0-9A-Fa-f]{4}([-:. ])[0-9A-Fa-f]{4}(?:\2[0-9A-Fa-f]{4}){2}"
)
_SEPARATORS = re.compile(r"[\s:.\-]+")
_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d{1,3}")
# Cyrillic and Greek letters that look like the hex digits A, B, C, E or like a zero, and the
# decimal digits of every other script.
HOMOGLYPHS: Final = str.maketrans(
    "\u0410\u0412\u0421\u0415\u041e\u0430\u0441\u0435\u043e\u0391\u0392\u0395\u039f\u03bf",
    "ABCE0ace0ABE00",
) | {
    zero + digit: str(digit)
    for zero in range(0x80, 0x20000)
    if unicodedata.decimal(chr(zero), -1) == 0
    for digit in range(10)
}
_LOOKALIKE: Final = HOMOGLYPHS | str.maketrans("OoIlL|", "001111")
_MISTAKEN: Final = frozenset(map(chr, _LOOKALIKE))
_MAY_BE_MISTAKEN = re.compile(f"[0-9A-Fa-f{re.escape(''.join(sorted(_MISTAKEN)))}:. \\-]+")
# What people write where there is no Device ID.
NOTHING: Final = frozenset(("n/a", "na", "n.a", "none", "nil", "-"))
# What lines are drawn with.
RULES: Final = "-=_*.:~+|\u2013\u2014\u2500\u2502\u253c\u2550 "
_TOTALS: Final = frozenset(("total", "totals", "end", "count", "subtotal", "eof", "grand total"))
_LINE_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")
# A number or bullet of a list, and the name of the value: "EUI-64:", "Device ID =", "GUID".
_LISTED = re.compile(
    r"(?:\(?\d{1,5}(?:\)[ ]?|[.:][ ])|[-*\u2022\u00b7\u2013][ ]|\#\d{1,5}[ ]"
    r"|\d{1,5}[ ]+(?=[0-9A-Fa-f]{2}[-:]))?[ ]*"
    r"(?:(?:(?:device|meter|zigbee|ieee|han|smets[ ]?2|esme|gsme|ppmid|ihd)[ _-]?)?"
    r"(?:eui-?64|eui|guid|id|identifier|mac(?:[ ]address)?)(?:[ ]{0,2}[:=#][ ]{0,2}|[ ]{1,2}))?",
    re.I,
)
# Marks around an ID, and its type after it: "<00-DB-...>", "00-DB-... (ESME)", "00-DB-...*".
_AROUND: Final = "{}<>[]()#*."
_TYPE_AFTER = re.compile(
    r"[ ]*[(\[](?:esme|gsme|electric(?:ity)?|elec|gas)(?:[ ]meter)?[)\]]$", re.I
)
_LINK = re.compile(r"https?://[^\s/?#]{1,253}[/?#](\S{1,500})", re.I)
_LINK_PARTS = re.compile(r"[/?&=#;]")
_SHORTEST: Final = 16  # an ID alone: there is room for nothing else
_LONGEST_SHOWN: Final = 120
_LENGTHS: Final = (16, 23)  # bare, or with a separator after each pair


class DamagedId(NamedTuple):
    """Something that should be a Device ID and is not one: the text as sent, and the reason."""

    text: str
    reason: str


def read_device(text: str) -> DeviceId | None:
    """Read a whole word or cell as a Device ID in any written form; None when it is not one.

    Never corrects anything, and refuses mixed separators.
    """
    if not (_BARE.fullmatch(text) or _SEPARATED.fullmatch(text)):
        return None
    if len(text) in (16, 18):  # bare, or after 0x
        digits = text[-16:]
    else:
        digits = text.replace(text[2 if len(text) == 23 else 4], "")
    try:
        return DeviceId(bytes.fromhex(digits))
    except BadInput:  # all zeros, all Fs
        return None


def read_device_cell(text: str, *, numeric: bool = False) -> DeviceId | DamagedId | None:
    """Read a cell of a device column; None when it is empty, a total or a remark.

    ``numeric``: the spreadsheet stored it as a number or a date, so digits may be lost.
    """
    if not numeric and len(text) in _LENGTHS:
        found = read_device(text)
        if found:
            return found
    broken = normalized(text)
    text = " ".join(broken.split()).strip("'\"`,;")
    if (
        not text.strip(RULES)
        or text.lower().rstrip(":. ") in NOTHING | _TOTALS
        or text.lower().startswith("total")
    ):
        return None
    if numeric:
        return DamagedId(text[:_LONGEST_SHOWN], _numeric_damage(text))
    found = read_device(text) or read_listed_device(broken)
    if found:
        return found
    if _EXPONENT.fullmatch(text):
        return DamagedId(text, "Excel turned it into exponent notation: digits are lost")
    return DamagedId(text[:_LONGEST_SHOWN], _why(text))


def read_listed_device(text: str) -> DeviceId | None:
    """Read a Device ID with a number, a bullet or its own name before it, or broken over two lines.

    ``1. 00-DB-...``, ``EUI-64: 00-DB-...``, ``(00-DB-...)``, ``00-DB-... (ESME)``, or as a part of
    a link: ``https://host/devices/00DB...``; nothing else may be in the cell.
    """
    if len(text) <= _SHORTEST:
        return None  # nearly every other cell of a table
    text = _LINE_BREAK.sub("", text.strip()).strip("'\"`,; ")
    link = _LINK.fullmatch(text)
    if link:
        found = {one for one in map(read_device, _LINK_PARTS.split(link[1])) if one}
        return found.pop() if len(found) == 1 else None
    return _after_its_name(text) or _after_its_name(_TYPE_AFTER.sub("", text).strip(_AROUND))


def _after_its_name(text: str) -> DeviceId | None:
    listed = _LISTED.match(text)
    return read_device(text[listed.end() :] if listed else text)


def _numeric_damage(text: str) -> str:
    if _EXPONENT.fullmatch(text) or "E" in text:
        return "Excel kept it as a number in exponent notation: digits are lost"
    digits = text.partition(".")[0].lstrip("-")
    if not digits.isdecimal():
        return "Excel turned it into a date or a time: the digits are lost"
    if len(digits) > 15:
        return "Excel kept it as a number: digits beyond the fifteenth are lost"
    number = "1 digit" if len(digits) == 1 else f"{len(digits)} digits"
    return f"Excel kept it as a number of {number}: leading zeros are lost"


def _why(text: str) -> str:
    """Return why a text is not a Device ID, with a suggestion where letters look like digits."""
    wanting = missing_value(text)
    if wanting:
        return wanting
    suggestion = suggest_device(text)
    if suggestion:
        return (
            "a letter in place of a digit (O for 0, l or I for 1, or one of another alphabet);"
            f" {suggestion} may be meant"
        )
    digits = _SEPARATORS.sub("", text)
    if digits and all(c in "0123456789abcdefABCDEF" for c in digits):
        if len(digits) == 16:
            if set(digits) <= {"0"} or set(digits.upper()) <= {"F"}:
                return "a Device ID is not all zeros or all Fs"
            return "the digits are not grouped like those of a Device ID"
        if digits.isdecimal() and len(digits) < 16:
            return f"{wrong_length(len(digits))}; leading zeros may be lost"
        return wrong_length(len(digits))
    return "not a Device ID: it has characters that are not hex digits"


def suggest_device(text: str) -> DeviceId | None:
    """Return the Device ID that may be meant by O for 0, or l or I for 1: only a suggestion."""
    if not _MAY_BE_MISTAKEN.fullmatch(text) or _MISTAKEN.isdisjoint(text):
        return None
    return read_device(text.translate(_LOOKALIKE))


def split_devices(text: str) -> list[DeviceId]:
    """Return the Device IDs of one cell, separated by commas, semicolons, slashes or lines.

    Empty when there is only one piece or any piece is something else.
    """
    pieces = [piece.strip() for piece in re.split(r"[,;/\n|&]+|\s+and\s+", normalized(text))]
    if len(pieces) < 2:
        pieces = text.split()
        if len(pieces) < 2:
            return []
    found = [read_device(piece) or read_listed_device(piece) for piece in pieces if piece]
    devices = [one for one in found if one is not None]
    return devices if len(devices) == len(found) else []


def is_exponent_notation(text: str) -> bool:
    """Return whether it is a number as Excel shows it when it is too long for its column."""
    return bool(_EXPONENT.fullmatch(text))


def may_be_rounded(text: str) -> bool:
    """Return whether it can be a number that Excel rounded: 16 decimal digits, the last one 0."""
    return len(text) == 16 and text[0] != "0" and text[-1] == "0" and text.isdecimal()


def is_decimal_id(text: str) -> bool:
    """Return whether it is 16 decimal digits that Excel could have stored as a number."""
    return len(text) == 16 and text[0] != "0" and text.isdecimal()
