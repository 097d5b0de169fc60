"""Replies that answer no device: what they say instead, as a subkind and a warning."""

from __future__ import annotations

import re
from typing import Final

from exchange.domain.mail import Subkind
from exchange.parsing.statements.promises import promises

_OPENING: Final = 1_500  # characters at the start of a reply, which say what it is about
_PORTAL = re.compile(
    r"\b(?:raise|submit|log|send|enter|make|use|via|through|on|porth)\b[^.?!]{0,60}"
    r"\b(?:portal|porth|web ?form|online form|service ?desk|helpdesk|ticketing system)\b",
    re.I,
)
_NEEDS = re.compile(
    r"\b(?:need|require|provide|send|supply|confirm|give|have|without|angen)\b[^.?!]{0,60}"
    r"\b(?:mpans?|mprns?|mpxns?|msns?|serial numbers?|addresses|postcodes?|site address(?:es)?)\b",
    re.I,
)
_WHICH = re.compile(
    r"\bwh(?:ich|at) (?:of the |of these |of our )?(?:meters?|devices?|sites?|ids?|install codes?"
    r"|codes?|ones?)\b|\b(?:no|not see (?:any|the|an)|missing|without (?:an?|the)) "
    r"(?:attachment|list|device ids?)\b|\bpa (?:fesurydd|ddyfais)",
    re.I,
)
_ATTACHED = re.compile(
    r"\b(?:see|find|refer to|as per|are|is|in)\b[^.?!]{0,40}\b(?:attach(?:ed|ment)|enclosed)\b"
    r"|^\W*attached\W*$|\bgweler ynghlwm\b",
    re.I | re.M,
)
_WARNINGS: Final = {
    Subkind.ELSEWHERE: "they ask us to use a portal, a form or a help desk instead of mail",
    Subkind.NEEDS_MORE: (
        "they ask for more before they answer: meter points, serial numbers or addresses"
    ),
    Subkind.ASKS_WHICH: "they ask which Devices are meant",
    Subkind.ATTACHMENT_MISSING: "it mentions an attachment and has none",
    Subkind.ATTACHMENT_SILENT: "it mentions an attachment, in which no answer was found",
    Subkind.COMPLAINT: "somebody reported a mail of ours as spam or abuse",
    Subkind.PROMISED: "it promises an answer but gives none",
}


def reply_says(text: str, *, files: bool) -> Subkind:
    """Return the subkind of a reply without an answer; REPLY when it is none of these.

    ``text`` is the sender's own text; ``files`` says whether files are attached.
    """
    text = " ".join(text[:_OPENING].replace("\u2019", "'").split(" "))
    if _PORTAL.search(text):
        return Subkind.ELSEWHERE
    if _NEEDS.search(text):
        return Subkind.NEEDS_MORE
    if _WHICH.search(text):
        return Subkind.ASKS_WHICH
    if _ATTACHED.search(text):
        return Subkind.ATTACHMENT_SILENT if files else Subkind.ATTACHMENT_MISSING
    return Subkind.PROMISED if promises(text) else Subkind.REPLY


def mentions_attachment(text: str) -> bool:
    """Return whether a text says that something is attached to its mail."""
    return bool(_ATTACHED.search(" ".join(text.split(" "))))


def warnings_for(subkind: Subkind) -> list[str]:
    """Return the warning for a subkind, if it has one."""
    return [_WARNINGS[subkind]] if subkind in _WARNINGS else []
