"""Read a letter of ours into what its text is recognised by."""

from __future__ import annotations

from exchange.domain.limits import DEFAULT, Limits
from exchange.domain.meaning.sent_lines import SentText
from exchange.errors import Unreadable
from exchange.parsing.mime.contents import body_of
from exchange.parsing.mime.parts import Part, read_parts
from exchange.parsing.text.lines import plain_lines


def sent_texts(raw: bytes, limits: Limits = DEFAULT) -> tuple[SentText, ...]:
    """Return the texts of a letter that we sent, plain and HTML; none if it cannot be read.

    What is attached is left out.
    """
    try:
        mail = read_parts(raw, limits)
        bodies = [body_of(part, limits, plain_lines) for part in _bodies(mail)]
    except Unreadable:
        return ()
    texts = (SentText.of(line.text for line in body.lines) for body in bodies)
    return tuple(one for one in texts if one.words)


def _bodies(part: Part) -> list[Part]:
    if part.children:
        return [] if part.is_mail else [one for child in part.children for one in _bodies(child)]
    body = part.media in ("text/plain", "text/html") and not part.attached and not part.name
    return [part] if body else []
