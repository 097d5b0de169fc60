"""Tell whether a reply brings what we asked for: the rows or files that we could not read.

Our answer asks for the corrected Device IDs, or for the list in another form.  Who replies with
them seldom asks for the codes once more.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Final

from exchange.domain.mail import Kind, Subkind, Understanding
from exchange.domain.statements import Act, Statement

_SUBKINDS: Final = frozenset(
    {
        Subkind.REPLY, Subkind.CORRECTS, Subkind.THANKS, Subkind.ATTACHMENT_SILENT,
        Subkind.NOT_UNDERSTOOD,
    }
)  # fmt: skip
_ACTS: Final = frozenset((Act.ASKS, Act.CORRECTS, Act.THANKS))
# What a sentence says of the file that comes with it, or of the slip that it mends; and what makes
# it say something else.
_PRESENTS = re.compile(
    r"\b(?:should (?:be|read|say|have (?:been|read|said))|(?:right|correct) (?:one|id)|typos?"
    r"|typing|password|protection|unlocked|unprotected|file|workbook|spreadsheet|csv|excel|format|copy"
    r"|version|attach\w*)\b",
    re.I,
)
_BUT = re.compile(
    r"n't\b|\b(?:not|never|no|nothing|stop|cancel\w*|ignore|disregard|hold|unless|until|before|if|only"
    r"|wrong|failed|why|who|what|when|which)\b|\?",
    re.I,
)


def may_correct(said: Understanding) -> bool:
    """Return whether a mail lists Devices and only thanks, corrects or presents its file."""
    if said.kind is not Kind.UNKNOWN or said.subkind not in _SUBKINDS or not said.devices:
        return False
    if said.answers or said.loose_codes or said.miscount or said.by_machine:
        return False
    return all(_is_plain(one) for one in said.statements)


def _is_plain(one: Statement) -> bool:
    if one.hedge:
        return False
    if one.act is Act.OTHER:
        return bool(_PRESENTS.search(one.words)) and not _BUT.search(one.words)
    return one.act in _ACTS


def corrects(said: Understanding, asked: Container[str], rows: int, files: int) -> bool:
    """Return whether a reply that ``may_correct`` brings what could not be read.

    ``asked``: the Device IDs that were read in what it replies to; ``rows`` and ``files``: how many
    rows and whole files were not.  More new Devices than rows are another list, unless a file may
    have had them.
    """
    new = sum(str(one.device) not in asked for one in said.devices)
    return 0 < new <= rows or (new > 0 and files > 0)
