"""Draw lists of Device IDs of which one is mistyped, as people type and mail them."""

from __future__ import annotations

import html
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.corpus import making, packing

_HEX: Final = "0123456789ABCDEF"
_NO_HEX: Final = "GHIJKLMNOPQRSTUVWXYZ"
_MAKERS: Final = ("00DB12", "001D24", "70B3D5", "84BA20", "D0CF5E", "5CC7C1", "000D6F", "EC1BBD")
_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_INDIC: Final = str.maketrans("0123456789", "०१२३४५६७८९")
_WIDE: Final = str.maketrans("0123456789ABCDEF", "０１２３４５６７８９ＡＢＣＤＥＦ")


@dataclass(frozen=True)
class Draw:
    """A mail with a list, what must be found in it, and what was mistyped."""

    raw: bytes
    good: tuple[str, ...]  # the IDs that are typed right, 16 digits each
    allowed: frozenset[str]  # the IDs that may be found: those, and what the slip may stand for
    typed: str  # the mistyped ID as it is typed; empty if none is
    what: str  # slip, form, shape and folding, to tell draws apart
    broken: bool  # IDs may be broken over two lines


def _pairs(digits: str, separator: str) -> str:
    return separator.join(digits[at : at + 2] for at in range(0, len(digits), 2))


FORMS: Final[dict[str, Callable[[str], str]]] = {
    "hyphens": lambda one: _pairs(one, "-"),
    "lower": lambda one: _pairs(one.lower(), "-"),
    "colons": lambda one: _pairs(one, ":"),
    "blanks": lambda one: _pairs(one, " "),
    "bare": lambda one: one,
    "bare lower": str.lower,
}


def _letter(rng: Random, text: str) -> str:
    at = rng.choice([i for i, sign in enumerate(text) if sign.isalnum()])
    return text[:at] + rng.choice(_NO_HEX) + text[at + 1 :]


def _drop(rng: Random, text: str) -> str:
    at = rng.choice([i for i, sign in enumerate(text) if sign.isalnum()])
    return text[:at] + text[at + 1 :]


def _double(rng: Random, text: str) -> str:
    at = rng.choice([i for i, sign in enumerate(text) if sign.isalnum()])
    return text[:at] + text[at] + text[at:]


def _swap(rng: Random, text: str) -> str:
    at = rng.choice([i for i in range(len(text) - 1) if text[i : i + 2].isalnum()])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _separator(rng: Random, text: str, instead: Sequence[str]) -> str:
    places = [i for i, sign in enumerate(text) if not sign.isalnum()]
    if not places:
        at = rng.randrange(1, len(text))
        return text[:at] + rng.choice([one for one in instead if one] or ["-"]) + text[at:]
    at = rng.choice(places)
    return text[:at] + rng.choice(instead) + text[at + 1 :]


def _separators(_rng: Random, text: str, one: str) -> str:
    digits = "".join(filter(str.isalnum, text))
    return _pairs(digits, one)


SLIPS: Final[dict[str, Callable[[Random, str], str]]] = {
    "letter": _letter,
    "look-alike": lambda rng, text: text.replace(rng.choice("01"), rng.choice("OolI"), 1),
    "separator missing": lambda rng, text: _separator(rng, text, ("",)),
    "separator doubled": lambda rng, text: _separator(rng, text, ("--", "::", "- ", " -")),
    "one separator": lambda rng, text: _separator(
        rng, text, (" ", ".", ":", "/", "–", "_", " - ", ",", ";", "=", "+", "~", "'")
    ),
    "separators": lambda rng, text: _separators(
        rng, text, rng.choice((" ", ".", ":", "/", "–", "—", "_", " - ", " – ", "--", ", ", "  "))
    ),
    "fours": lambda rng, text: rng.choice(" -:").join(
        "".join(filter(str.isalnum, text))[at : at + 4] for at in range(0, 16, 4)
    ),
    "suffix": lambda rng, text: (
        text
        + rng.choice(
            (
                "/E",
                "/1",
                "_1",
                "#",
                "EUI",
                "E",
                "G",
                "-E",
                "*",
                "(E)",
                "x",
                ".",
                "-",
                "/",
                "'",
                "#1",
                "-1",
                "/ESME",
                "?",
                "_",
                "ESME",
                "-53",
            )
        )
    ),
    "prefix": lambda rng, text: (
        rng.choice(
            ("EUI", "EUI-64:", "#", "ID", "x", "0x", "-", "'", "E/", "1)", "GUID-", "=", "No.", "_")
        )
        + text
    ),
    "digit missing": _drop,
    "digit doubled": _double,
    "digits swapped": _swap,
    "pair missing": lambda rng, text: text[:-3] if len(text) > 16 else text[:-2],
    "pair more": lambda rng, text: text + (text[2] if len(text) > 16 else "") + "7A",
    "blank within": lambda rng, text: (lambda at: text[:at] + " " + text[at:])(
        rng.randrange(1, len(text))
    ),
    "other digits": lambda rng, text: text.translate(rng.choice((_ARABIC, _INDIC, _WIDE))),
    "one other digit": lambda rng, text: (
        text[:-2] + text[-2:].translate(rng.choice((_ARABIC, _WIDE)))
    ),
}


def _plain(items: Sequence[str], start: str = "") -> str:
    return "\n".join(f"{start}{one}" for one in items)


TEXTS: Final[dict[str, Callable[[Sequence[str]], str]]] = {
    "plain": _plain,
    "indented": lambda items: _plain(items, "    "),
    "hyphen bullets": lambda items: _plain(items, "- "),
    "star bullets": lambda items: _plain(items, "* "),
    "dot bullets": lambda items: _plain(items, "\u2022 "),
    "numbers": lambda items: "\n".join(f"{n}. {one}" for n, one in enumerate(items, 1)),
    "brackets": lambda items: "\n".join(f"({n}) {one}" for n, one in enumerate(items, 1)),
    "parenthesis": lambda items: "\n".join(f"{n}) {one}" for n, one in enumerate(items, 1)),
    "labels": lambda items: _plain(items, "Device ID: "),
    "meters": lambda items: "\n".join(f"Meter {n}: {one}" for n, one in enumerate(items, 1)),
    "types": lambda items: "\n".join(
        f"{one} {'ESME' if n % 2 else 'GSME'}" for n, one in enumerate(items)
    ),
    "fuels": lambda items: "\n".join(
        f"{one} - {'elec' if n % 2 else 'gas'}" for n, one in enumerate(items)
    ),
    "sites": lambda items: "\n".join(f"{one}, {n + 3} Mill Lane" for n, one in enumerate(items)),
    "apart": "\n\n".join,
    "commas": ", ".join,
    "commas at the ends": ",\n".join,
    "and": lambda items: f"{', '.join(items[:-1])} and {items[-1]}",
}
_FOLDED: Final = ("plain", "hyphen bullets", "numbers", "labels", "types", "sites", "commas", "and")

PAGES: Final[dict[str, Callable[[Sequence[str]], str]]] = {
    "br": "<br>".join,
    "br bullets": lambda items: "<br>".join(f"&bull; {one}" for one in items),
    "p": lambda items: "".join(f"<p>{one}</p>" for one in items),
    "div": lambda items: "".join(f"<div>{one}</div>" for one in items),
    "ul": lambda items: f"<ul>{''.join(f'<li>{one}</li>' for one in items)}</ul>",
    "ol": lambda items: f"<ol>{''.join(f'<li>{one}</li>' for one in items)}</ol>",
    "table": lambda items: making.table(["Device ID", "Site"], *([one, "North"] for one in items)),
    "bare table": lambda items: making.table(*([one, "North"] for one in items)),
    "one column": lambda items: making.table(*([one] for one in items)),
    "pre": lambda items: f"<pre>{chr(10).join(items)}</pre>",
}


def draw(rng: Random) -> Draw:
    """Draw one mail: a list of five to twelve with one slip, in some form, shape and folding."""
    form, slip = rng.choice(list(FORMS)), rng.choice(list(SLIPS))
    ids = ids_of(rng, rng.randint(5, 12))
    at = rng.randrange(len(ids))
    written = [FORMS[form](one) for one in ids]
    typed = written[at] = SLIPS[slip](rng, written[at])
    kind = rng.choice(("text", "text", "text", "page", "document"))
    raw, what, broken = _SHAPED[kind](rng, written)
    good = tuple(one for n, one in enumerate(ids) if n != at)
    return Draw(
        raw,
        good,
        frozenset((*good, *_meant(typed, ids[at]))),
        typed,
        f"{slip} | {form} | {what}",
        broken,
    )


def ids_of(rng: Random, count: int) -> list[str]:
    """Return IDs of one maker or of several, in a row or not."""
    makers = [rng.choice(_MAKERS)] if rng.random() < 0.5 else list(_MAKERS)
    if rng.random() < 0.3:
        first = rng.randrange(16**10 - 20)
        return [f"{makers[0]}{first + n:010X}" for n in range(count)]
    return [rng.choice(makers) + "".join(rng.choices(_HEX, k=10)) for _ in range(count)]


def _meant(typed: str, digits: str) -> list[str]:
    """Return the ID that was meant, and what is typed if that is 16 hex digits."""
    found = "".join(filter(str.isalnum, typed)).upper()
    valid = len(found) == 16 and all(sign in _HEX for sign in found)
    return [digits, found] if valid else [digits]


_ASK: Final = "Hello,\n\nPlease send the install codes for these devices:\n\n"
_END: Final = "\n\nMany thanks\nSam Carter\nMetering, 020 7946 0123\n"


def _text(rng: Random, items: list[str]) -> tuple[bytes, str, bool]:
    shape = rng.choice(list(TEXTS))
    body = _ASK + TEXTS[shape](items) + _END
    width = rng.randint(18, 90) if shape in _FOLDED and rng.random() < 0.5 else 0
    if not width:
        return making.mail(body), shape, False
    hard = rng.random() < 0.2
    lines = [piece for line in body.split("\n") for piece in _fold(line, width, hard=hard)]
    return making.mail("\n".join(lines)), f"{shape} | folded{' hard' if hard else ''} {width}", True


def _fold(line: str, width: int, *, hard: bool) -> list[str]:
    if hard:
        return [line[at : at + width] for at in range(0, len(line), width)] or [""]
    return textwrap.wrap(line, width, break_long_words=False) or [""]


def _page(rng: Random, items: list[str]) -> tuple[bytes, str, bool]:
    shape = rng.choice(list(PAGES))
    listed = PAGES[shape]([html.escape(one) for one in items])
    body = f"<p>Please send the install codes for these devices:</p>{listed}<p>Thanks<br>Sam</p>"
    return making.mail(making.html(body)), shape, False


def _document(rng: Random, items: list[str]) -> tuple[bytes, str, bool]:
    shape = rng.choice(("paragraphs", "table", "bare table"))
    rows = [] if shape == "paragraphs" else [[one, "North"] for one in items]
    if shape == "table":
        rows.insert(0, ["Device ID", "Site"])
    if rows:
        content = packing.document(rows, text="Install codes please for")
    else:
        content = packing.document([], text="Install codes please for these devices:", more=items)
    asked = making.part("Please send the install codes for the devices in the document.\n")
    attached = making.raw_part(content, "application/msword", "list.docx")
    return making.mail(making.multi("mixed", asked, attached)), f"docx {shape}", False


def signs_of(text: str) -> str:
    """Return the letters and digits of a text, in one form."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).upper()


def is_told(signs: str, told: Sequence[str]) -> bool:
    """Return whether eight characters in a row of an ID are in a reject or warning."""
    return any(signs[at : at + 8] in text for text in told for at in range(max(1, len(signs) - 7)))


_SHAPED: Final[dict[str, Callable[[Random, list[str]], tuple[bytes, str, bool]]]] = {
    "text": _text,
    "page": _page,
    "document": _document,
}
