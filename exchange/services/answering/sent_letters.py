"""Open the letters of ours that a mail names, so that what it repeats of them is known."""

from __future__ import annotations

import re
from typing import Final

from exchange.domain.meaning.sent_lines import SentText
from exchange.errors import VaultError
from exchange.parsing.reading.sent import sent_texts
from exchange.services.context import Context
from exchange.store.mails.outbox import StoredLetter

_SEARCHED: Final = 65_536  # bytes of a mail in which its thread and our references are looked for
_MOST_NAMED: Final = 8
_MOST_LETTERS: Final = 4
_MOST_BYTES: Final = 2_000_000  # a letter above that has its rows in attachments only
_TAIL = re.compile(rb"-\d{4}-[aq]\d{5,9}")
_MARK = re.compile(rb"\.[a-z]{1,20}\.[0-9a-f]{1,40}@[a-z0-9.\-]{1,253}")

Known = dict[int, tuple[SentText, ...]]


def named_in(
    ctx: Context, raw: bytes, sender: str, known: Known | None = None
) -> tuple[SentText, ...]:
    """Return the texts of those letters to the sender's party that a mail names.

    A mail names a letter by its Message-ID or reference.  A letter to another party is left out:
    the mail cannot answer it.  ``known`` keeps what was opened for the mails that follow.
    """
    refs, message_ids = _names(raw, f"mp121-{ctx.signifier.lower()}".encode())
    if not refs or not sender:
        return ()
    with ctx.store.reading() as tx:
        heads = [
            head
            for party in tx.parties.by_address(sender)
            for ref in refs
            for head in tx.outbox.heads(ref=ref, party=party.signifier)
            if head.size <= _MOST_BYTES
        ]
        heads.sort(key=lambda head: (head.message_id not in message_ids, -head.id))
        chosen = [head.id for head in heads[:_MOST_LETTERS]]
        missing = [number for number in chosen if known is None or number not in known]
        letters = tx.outbox.letters(missing) if missing else []
    known = {} if known is None else known
    for letter in letters:
        known[letter.id] = _texts(ctx, letter)
    return tuple(text for number in chosen for text in known[number])


def _names(raw: bytes, prefix: bytes) -> tuple[list[str], list[str]]:
    """Return our references and Message-IDs in the first part of a mail."""
    searched = raw[:_SEARCHED].lower()
    refs: dict[str, None] = {}
    message_ids: dict[str, None] = {}
    at = searched.find(prefix)
    while at >= 0 and len(refs) < _MOST_NAMED and len(message_ids) < _MOST_NAMED:
        tail = _TAIL.match(searched, at + len(prefix))
        if tail:
            refs.setdefault(searched[at : tail.end()].decode("ascii").upper())
            mark = _MARK.match(searched, tail.end())
            if mark:
                message_ids.setdefault(f"<{searched[at : mark.end()].decode('ascii')}>")
        at = searched.find(prefix, at + len(prefix))
    return list(refs), list(message_ids)


def _texts(ctx: Context, letter: StoredLetter) -> tuple[SentText, ...]:
    try:
        return sent_texts(ctx.sealer.open(letter.sealed, "outbox"))
    except VaultError:
        return ()  # a damaged letter of ours must not hold up the mail
