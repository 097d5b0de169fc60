"""Draw small inline SVG charts: no script, no font, no external file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from markupsafe import Markup

_WIDTH: Final = 240
_HEIGHT: Final = 16


class Piece(NamedTuple):
    """A piece of a bar: a count, and the CSS class that gives it its colour."""

    label: str
    size: int
    css: str


def bar(pieces: Sequence[Piece], scale: int = 0) -> Markup:
    """Draw a horizontal bar; ``scale`` is the count that fills its width, by default its sum.

    A piece with a count is at least two units wide, so that one late device among thousands is
    visible.  The bar's title gives the counts to screen readers.
    """
    total = sum(piece.size for piece in pieces)
    whole = max(scale or total, total, 1)
    said = ", ".join(f"{piece.size:,} {piece.label}" for piece in pieces if piece.size) or "none"
    shapes, x = [], 0.0
    for piece in pieces:
        if piece.size:
            width = max(2.0, piece.size / whole * _WIDTH)
            shapes.append(
                f'<rect class={quoteattr(piece.css)} x="{x:.1f}" y="0" '
                f'width="{width:.1f}" height="{_HEIGHT}"/>'
            )
            x += width
    box = max(float(_WIDTH), x)
    return Markup(  # noqa: S704 - numbers, and labels escaped here
        f'<svg class="bar" role="img" viewBox="0 0 {box:.0f} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" aria-label={quoteattr(said)}>'
        f"<title>{escape(said)}</title>{''.join(shapes)}</svg>"
    )
