"""What a cell of a spreadsheet shows in place of a value: an error, or that a formula has none."""

from __future__ import annotations

import re
from typing import Final

# The errors of binary workbooks by number ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2).
_NAMES: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
ERROR: Final = "#ERROR!"  # an error that the file does not name
# What stands in place of a formula whose value the file does not hold.
VALUELESS: Final = "(formula without a value)"
# "#N/A", "#REF!", "#NV", "Err:502": an error cell in Excel and LibreOffice, in any language.
_ERROR = re.compile(r"#[^\W\d_][\w/]{1,15}[!?]?|Err:\d{3}")

# An ID spelt in a formula: HYPERLINK("http://...", "00-DB-12-...").
_ID_WITHIN = re.compile(r"[0-9A-Fa-f]{2}(?:[-:. ]?[0-9A-Fa-f]{2}){7}")


def spells_id(formula: str) -> bool:
    """Return whether a formula spells out what may be a Device ID or a code.

    An empty value of such a formula was never calculated: the program that wrote it does not
    calculate.
    """
    return _ID_WITHIN.search(formula) is not None


def spells_id_in(formula: bytes) -> bool:
    """Return the same of a binary formula, whose texts are in Latin-1 or in UTF-16."""
    return spells_id(formula.replace(b"\0", b"").decode("latin-1"))


def error_name(number: int) -> str:
    """Return an error of a binary workbook as the program shows it."""
    return _NAMES.get(number, ERROR)


def is_error(text: str) -> bool:
    """Return whether a cell shows an error."""
    return bool(_ERROR.fullmatch(text))


def missing_value(text: str) -> str:
    """Return why a cell holds no value: an error or a formula; empty for any other text."""
    if text == VALUELESS:
        return (
            "a formula whose value the file does not hold:"
            " please save it in the spreadsheet program, and send it again"
        )
    return "the spreadsheet shows an error here" if is_error(text) else ""
