"""Judge what was read of a drawn list: nothing lost in silence, and nothing taken that is wrong."""

from __future__ import annotations

from exchange.domain.mail import Kind, Understanding
from tests.slips.drawing import Draw, is_told, signs_of


def faults(draw: Draw, said: Understanding) -> list[str]:
    """Return what is wrong in the reading of a draw; empty if nothing is."""
    found = {one.device.raw.hex().upper() for one in said.devices}
    told = [signs_of(f"{one.text} {one.reason}") for one in said.rejects]
    told += [signs_of(one) for one in said.warnings]
    wrong = [f"foreign {one}" for one in sorted(found - draw.allowed)]
    for one in draw.good:
        if one not in found and not (draw.broken and is_told(one, told)):
            wrong.append(f"lost {one}")
    read = found & (draw.allowed - set(draw.good))
    if draw.typed and not read and not is_told(signs_of(draw.typed), told):
        wrong.append(f"silent {draw.typed}")
    if said.kind is not Kind.REQUEST and not draw.broken:  # a broken sentence may not be known
        wrong.append(f"kind {said.kind}")
    return wrong
