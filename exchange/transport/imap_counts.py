"""How much lies in a mailbox, for ``exchange doctor``: its oldest mail, and the Junk folders.

Folders are opened for reading only (EXAMINE), headers are peeked at: nothing is marked or moved.
Everything is bounded, whatever a mailbox of many years holds.
"""

from __future__ import annotations

import imaplib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from exchange.ports.mail import MailRef
from exchange.transport.imap_fetch import sized
from exchange.transport.imap_session import Session

MOST_HEADERS: Final = 1000  # the last ones of a Junk folder
_DATED: Final = 2000  # the first ones of an inbox
_MOST_FOLDERS: Final = 5
_HEADER_BYTES: Final = 4000
_SENDER: Final = f"BODY.PEEK[HEADER.FIELDS (FROM)]<0.{_HEADER_BYTES}>"
_SPECIAL: Final = b"\\junk"  # RFC 6154
# How servers and mail programs name it where they do not say what it is, letters and digits alone.
_NAMES: Final = frozenset(
    {
        "junk", "junkemail", "junkmail", "spam", "spammail", "bulk", "bulkmail", "quarantine",
        "probablespam", "suspectedspam", "ebostsothach", "sothach",
        "spamverdacht", "unerwunscht", "unerwunschtewerbung", "werbung",
        "courrierindesirable", "indesirables", "pourriel", "pourriels",
        "correonodeseado", "nodeseado", "correobasura", "postaindesiderata", "indesiderata",
        "lixoeletronico", "ongewenst", "ongewensteemail", "ongewenstepost",
        "skrappost", "sppost", "sppelpost", "uonsket", "unsketepost", "unsketmail", "roskaposti",
        "wiadomoscismieci", "niechciane", "nevyzadanaposta", "levelszemet",
        "нежелательнаяпочта", "спам", "迷惑メール", "垃圾邮件", "垃圾郵件",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JunkFolder:
    """A folder that the server, or somebody's mail program, sorts mail into unasked."""

    name: str
    mails: int
    senders: tuple[bytes, ...] = ()  # the From fields of its last mails, as they stand there


def oldest_of_inbox(session: Session, mails: int) -> datetime | None:
    """When the oldest mail of the selected inbox arrived, UTC.

    Mails lie there in the order in which they came, but for those that somebody moved back.
    """
    if not mails:
        return None
    uids = session.all_uids(mails)[:_DATED]
    found, _ = session.given(uids, ["INTERNALDATE"])
    dates = (sized(MailRef(0, uid), fields).arrived for uid, fields in found.items())
    return min((one for one in dates if one is not None), default=None)


def junk_folders(session: Session) -> tuple[JunkFolder, ...]:
    """The Junk folders with their last senders; whatever cannot be opened is left out."""
    found = []
    for name in _junk_names(session)[:_MOST_FOLDERS]:
        try:
            exists = session.client.select_folder(name, readonly=True).get(b"EXISTS")
            mails = exists if isinstance(exists, int) else 0
            found.append(JunkFolder(name, mails, _senders(session, mails)))
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ValueError, TypeError):
            continue
    return tuple(found)


def _junk_names(session: Session) -> list[str]:
    """By what the server says of its folders, else by their names."""
    listed = [
        ({flag.lower() for flag in flags}, separator, name)
        for flags, separator, name in session.client.list_folders("", "*")
    ]
    usable = [one for one in listed if not one[0] & {b"\\noselect", b"\\nonexistent"}]
    return [
        name for flags, separator, name in usable if _SPECIAL in flags or _is_junk(name, separator)
    ]


def _is_junk(name: str, separator: bytes | None) -> bool:
    sign = separator.decode("ascii", "replace") if separator else "/"
    last = unicodedata.normalize("NFKD", name.rpartition(sign)[2].casefold())
    return re.sub(r"[\W_]+|[\u0300-\u036f]", "", last) in _KNOWN


def _folded(name: str) -> str:
    return re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name.casefold()))


_KNOWN: Final = frozenset(map(_folded, _NAMES))


def _senders(session: Session, mails: int) -> tuple[bytes, ...]:
    if not mails:
        return ()
    uids = session.all_uids(mails)[-MOST_HEADERS:]
    found, _ = session.given(uids, [_SENDER])
    return tuple(
        value
        for uid in sorted(found)
        for name, value in found[uid].items()
        if name.startswith(b"BODY[") and isinstance(value, bytes)
    )
