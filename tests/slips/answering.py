"""Draw answers with a list of Device IDs and install codes of which one is mistyped; judge them."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from exchange.domain.device import InstallCode
from exchange.domain.mail import Kind, Outcome, Understanding
from tests.corpus import making
from tests.slips.drawing import FORMS, SLIPS, ids_of, is_told, signs_of

_HEX: Final = "0123456789ABCDEF"


class Row(NamedTuple):
    """One row as it is typed: its ID, its code without the CRC, its CRC."""

    device: str
    code: str
    crc: str


@dataclass(frozen=True)
class AnswerDraw:
    """A mail with codes, what they are, and which row is mistyped."""

    raw: bytes
    codes: dict[str, str]  # the 32 digits of each ID of 16
    mistyped: str  # the ID of the row with the slip
    typed: Row
    slip_in_id: bool
    what: str
    folded: bool


def _fours(digits: str, sign: str) -> str:
    return sign.join(digits[at : at + 4] for at in range(0, len(digits), 4))


CODE_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "bare": lambda one: one,
    "lower": str.lower,
    "fours": lambda one: _fours(one, " "),
    "hyphens": lambda one: _fours(one, "-"),
}


def _at_digit(rng: Random, text: str) -> int:
    return rng.choice([n for n, sign in enumerate(text) if sign.isalnum()])


def _other_digit(rng: Random, text: str) -> str:
    at = _at_digit(rng, text)
    return text[:at] + rng.choice(_HEX.replace(text[at].upper(), "")) + text[at + 1 :]


def _letter(rng: Random, text: str) -> str:
    at = _at_digit(rng, text)
    return text[:at] + rng.choice("OILSZG") + text[at + 1 :]


def _missing(rng: Random, text: str) -> str:
    at = _at_digit(rng, text)
    return text[:at] + text[at + 1 :]


def _doubled(rng: Random, text: str) -> str:
    at = _at_digit(rng, text)
    return text[:at] + text[at] + text[at:]


def _group_missing(rng: Random, text: str) -> str:
    at = rng.randrange(0, max(1, len(text) - 5))
    return text[:at] + text[at + 4 + (not text.isalnum()) :]


CODE_SLIPS: Final[dict[str, Callable[[Random, str], str]]] = {
    "other digit": _other_digit,
    "letter": _letter,
    "digit missing": _missing,
    "digit doubled": _doubled,
    "group missing": _group_missing,
}


def _joined(row: Row) -> str:
    """Return the code with its CRC at its end, written as the code is."""
    sign = next((one for one in row.code if not one.isalnum()), "")
    return f"{row.code}{sign}{row.crc}"


# A row of a list; the CRC is at the end of the code, next to it, in words or on a line of its own.
LAYOUTS: Final[dict[str, Callable[[Row], str]]] = {
    "whole": lambda row: f"{row.device}  {_joined(row)}",
    "code first": lambda row: f"{_joined(row)}  {row.device}",
    "apart": lambda row: f"{row.device}: {row.code} {row.crc}",
    "in brackets": lambda row: f"{row.device} {row.code} (CRC {row.crc})",
    "in words": lambda row: f"{row.device} - {row.code}, checksum {row.crc}",
    "crc first": lambda row: f"{row.device}, CRC {row.crc}, code {row.code}",
    "lines": lambda row: f"Device ID: {row.device}\nInstall code: {row.code}\nCRC: {row.crc}\n",
    "crc above": lambda row: f"Checksum {row.crc}\n{row.device}\n{row.code}\n",
    "two lines": lambda row: f"{row.device}\n{_joined(row)}\n",
    "label": lambda row: f"Z:{row.device}$I:{row.code}{row.crc}",
}
_STARTS: Final = ("", "", "- ", "* ", "# ")
_REPLY: Final = ("In-Reply-To: <q@lose.example>",)
_SAID: Final = "Hello,\n\nHere are the install codes you asked for:\n\n"
_END: Final = "\n\nKind regards\nSam Carter\n"


def draw_answer(rng: Random) -> AnswerDraw:
    """Draw one mail: a list of three to eight rows with one slip, in some layout and folding."""
    ids = ids_of(rng, rng.randint(3, 8))
    codes = {one: "".join(rng.choices(_HEX, k=32)) for one in ids}
    layout = rng.choice([*LAYOUTS, "csv", "page"])
    bare = layout == "label"
    id_form = "bare" if bare else rng.choice(list(FORMS))
    code_form = "bare" if bare else rng.choice(list(CODE_FORMS))
    rows = [_row(one, codes[one], id_form, code_form) for one in ids]
    at, part = rng.randrange(len(rows)), rng.choice(("device", "code", "code", "crc"))
    slips = SLIPS if part == "device" else CODE_SLIPS
    slip = rng.choice([one for one in slips if part != "crc" or "group" not in one])
    rows[at] = rows[at]._replace(**{part: slips[slip](rng, getattr(rows[at], part))})
    raw, folded = _mail(rng, layout, rows)
    what = f"{part} {slip} | {id_form} | {code_form} | {layout}{' | folded' if folded else ''}"
    return AnswerDraw(raw, codes, ids[at], rows[at], part == "device", what, folded)


def _row(device: str, code: str, id_form: str, code_form: str) -> Row:
    crc = InstallCode.parse(code).with_crc[32:]
    return Row(FORMS[id_form](device), CODE_FORMS[code_form](code), crc)


def _mail(rng: Random, layout: str, rows: Sequence[Row]) -> tuple[bytes, bool]:
    if layout == "csv":
        table = "\r\n".join(";".join(one) for one in [("Device ID", "Install code", "CRC"), *rows])
        attached = making.raw_part(table.encode(), "text/csv", "codes.csv")
        said = making.part("Please find the codes attached.\n")
        return making.mail(making.multi("mixed", said, attached), extra=_REPLY), False
    if layout == "page":
        cells = [[html.escape(one) for one in row] for row in rows]
        page = making.table(["Device ID", "Install code", "CRC"], *cells)
        return making.mail(making.html(f"<p>Here are the codes.</p>{page}"), extra=_REPLY), False
    start = rng.choice(_STARTS)
    typed = [LAYOUTS[layout](row) for row in rows]
    typed = [f"{f'{n}. ' if start == '# ' else start}{one}" for n, one in enumerate(typed, 1)]
    body = _SAID + "\n".join(typed) + _END
    folded = layout not in ("label", "lines", "crc above") and rng.random() < 0.3
    if folded:
        width = rng.randint(30, 70)
        pieces = (textwrap.wrap(one, width) or [""] for one in body.split("\n"))
        body = "\n".join(piece for one in pieces for piece in one)
    return making.mail(body, extra=_REPLY), folded


def answer_faults(draw: AnswerDraw, said: Understanding) -> list[str]:
    """Return what is wrong in the reading of a draw: a wrong code, a row lost in silence."""
    given = {one.device.raw.hex().upper(): one for one in said.answers}
    # A Device that is listed without an answer stops the mail for a person.
    listed = {one.device.raw.hex().upper() for one in said.devices}
    told = [signs_of(f"{one.text} {one.device or ''} {one.reason}") for one in said.rejects]
    told += [signs_of(one) for one in said.warnings]
    wrong: list[str] = []
    for device, one in given.items():
        if one.outcome is Outcome.NOT_INSTALLER:
            wrong.append(f"denied {device}")
        elif one.code is not None and one.code.hex != draw.codes.get(device):
            meant = draw.slip_in_id and one.code.hex == draw.codes[draw.mistyped]
            wrong += [] if meant else [f"damaged {device}"]
    for device, code in draw.codes.items():
        if device == draw.mistyped:
            continue
        seen = device in listed or is_told(device, told) or is_told(code, told)
        wrong += [] if seen else [f"lost {device}"]
    typed = [draw.typed.device, draw.typed.code]
    seen = draw.mistyped in listed or any(is_told(signs_of(one), told) for one in typed)
    if not seen and not (draw.slip_in_id and signs_of(draw.typed.device) in listed):
        wrong.append(f"silent {draw.typed.device}")
    if said.kind not in (Kind.RESPONSE, Kind.UNKNOWN):
        wrong.append(f"kind {said.kind}")
    return wrong


def taken(draw: AnswerDraw, said: Understanding) -> tuple[int, int]:
    """Return how many codes of the rows typed right were taken, and how many there are."""
    given = {one.device.raw.hex().upper() for one in said.answers if one.code is not None}
    good = set(draw.codes) - {draw.mistyped}
    return len(given & good), len(good)
