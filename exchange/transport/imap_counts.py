"""Find the oldest mail and the Junk folders of a mailbox, for ``exchange doctor``.

Folders are opened read-only (EXAMINE) and headers fetched with PEEK: nothing is marked or moved.
Everything is bounded, however much the mailbox holds.
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
# Usual names of Junk folders, for servers that do not mark them; letters and digits only.
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
    """A folder into which the server or somebody's mail program sorts suspected spam."""

    name: str
    mails: int
    senders: tuple[bytes, ...] = ()  # the From fields of its last mails, unparsed


def oldest_of_inbox(session: Session, mails: int) -> datetime | None:
    """Return when the oldest mail of the selected inbox arrived, UTC; None if there is none.

    Looks only at the first mails: they are in order of arrival unless somebody moved one back.
    """
    if not mails:
        return None
    uids = session.all_uids(mails)[:_DATED]
    found, _ = session.given(uids, ["INTERNALDATE"])
    dates = (sized(MailRef(0, uid), fields).arrived for uid, fields in found.items())
    return min((one for one in dates if one is not None), default=None)


def junk_folders(session: Session) -> tuple[JunkFolder, ...]:
    """Return the Junk folders with their last senders, without those that cannot be opened."""
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
    """Return the folders that the server marks as Junk, or that have a usual name for it."""
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
