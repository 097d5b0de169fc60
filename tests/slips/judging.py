"""Judge what was read of a drawn list: nothing lost in silence, and nothing taken that is wrong."""

from __future__ import annotations

import unicodedata

from exchange.domain.mail import Kind, Understanding
from tests.slips.drawing import Draw


def faults(draw: Draw, said: Understanding) -> list[str]:
    """Return what is wrong in the reading of a draw; empty if nothing is."""
    found = {one.device.raw.hex().upper() for one in said.devices}
    told = [_signs(f"{one.text} {one.reason}") for one in said.rejects]
    told += [_signs(one) for one in said.warnings]
    wrong = [f"foreign {one}" for one in sorted(found - draw.allowed)]
    for one in draw.good:
        if one not in found and not (draw.broken and _is_told(one, told)):
            wrong.append(f"lost {one}")
    read = found & (draw.allowed - set(draw.good))
    if draw.typed and not read and not _is_told(_signs(draw.typed), told):
        wrong.append(f"silent {draw.typed}")
    if said.kind is not Kind.REQUEST and not draw.broken:  # a broken sentence may not be known
        wrong.append(f"kind {said.kind}")
    return wrong


def _signs(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).upper()


def _is_told(signs: str, told: list[str]) -> bool:
    """Return whether eight characters in a row of an ID are in a reject or warning."""
    return any(signs[at : at + 8] in text for text in told for at in range(max(1, len(signs) - 7)))
