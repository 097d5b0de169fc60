"""What is attached to a mail and linked in it, and what it has instead of a list of Devices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from exchange.domain.limits import Limits
from exchange.domain.mail import Enclosed, Lack, Reject
from exchange.errors import Unreadable
from exchange.parsing.containers.sniff import Shape, shape_of
from exchange.parsing.mailkinds.replies import mentions_attachment
from exchange.parsing.mime.parts import Part
from exchange.parsing.sheets.workbooks import read_workbook

MOST_NAMED: Final = 50  # files and links that are named
_SEARCHED: Final = 200_000  # characters of a body or of its HTML
_HREF = re.compile(rb"""href\s{0,9}=\s{0,9}["']?(https?://[^"'\s<>]{1,2000})""", re.I)
_URL = re.compile(r"https?://[^\s<>\"']{1,2000}")
# Where files are shared; a link to anything else may stand in any signature.
_SHARING = re.compile(
    r"sharepoint\.com|1drv\.ms|onedrive\.|(?:docs|drive|sheets)\.google\.com|dropbox\.com"
    r"|\bbox\.com|wetransfer\.com|we\.tl/|sharefile|icloud\.com|egnyte\.com|mimecast"
    r"|\.(?:xlsx?|xlsm|xlsb|ods|csv|tsv|zip|docx?|pdf)(?:[?#]|$)",
    re.I,
)
# A mail that asks, and says so of its list.
_ATTACHED = re.compile(r"\b(?:attach(?:ed|ments?)|enclosed)\b", re.I)
_PICTURE: Final = r"(?:pictures?|photo\w*|images?|screen ?(?:shot|grab|print)s?|scans?)\b"
_PICTURED = re.compile(rf"\b{_PICTURE}", re.I)
_SHOWS = re.compile(
    rf"\b(?:in|on|from|per|see)\s+(?:(?:the|this|these|my|our|attached|enclosed)\s+){{0,3}}{_PICTURE}",
    re.I,
)
_LOGO = re.compile(r"image\d{3,}\.\w+", re.I)  # as Outlook names what a signature shows
# The numbers and names of supply points and meters, which are no Device IDs.
_MPAN = re.compile(r"(?<!\d)\d{13}(?!\d)|(?<!\d)\d{2} \d{4} \d{4} \d{3}(?!\d)")
_NUMBERED = re.compile(
    r"\b(?:mpans?|mprns?|mpxns?|msns?|serials?|supply (?:point|number)s?"
    r"|meter (?:number|no\.?)s?)\b",
    re.I,
)
_SOME_DIGITS = re.compile(r"\d{5}")


def enclosed_in(attachments: Sequence[tuple[str, Part]]) -> tuple[Enclosed, ...]:
    """Return the first files that are attached."""
    return tuple(
        Enclosed(name, part.media, len(part.content)) for name, part in attachments[:MOST_NAMED]
    )


def links_in(mail: Part, text: str) -> tuple[str, ...]:
    """Return where the links of a mail lead, each once, those in its text first."""
    found = dict.fromkeys(typed_links(text))
    for part in _html(mail):
        for target in _HREF.findall(part.content[:_SEARCHED]):
            found.setdefault(target.decode("utf-8", "replace").replace("&amp;", "&"))
    return tuple(found)


def typed_links(text: str) -> tuple[str, ...]:
    """Return the links in a text, each once."""
    found = (one.rstrip(".,;:)]") for one in _URL.findall(text[:_SEARCHED]))
    return tuple(dict.fromkeys(found))


def _html(part: Part) -> Iterator[Part]:
    if part.is_mail:
        return
    if part.media == "text/html" and not part.attached:
        yield part
    for child in part.children:
        yield from _html(child)


def lack_of(
    mail: Part,
    text: str,
    attachments: Sequence[tuple[str, Part]],
    links: Sequence[str],
    limits: Limits,
) -> tuple[Lack, str]:
    """Return what a mail has instead of a list, and the file or link that it is.

    ``text`` is the sender's own; the mail asks for install codes and names no Device.
    """
    shown, pictures = text[:_SEARCHED], list[str]()
    forgotten = bool(_ATTACHED.search(shown)) or mentions_attachment(shown)
    for name, part in attachments[:MOST_NAMED]:
        if part.media.startswith("image/"):
            # A logo in the signature is not what a mail means by its attachment.
            if not forgotten or _PICTURED.search(shown) or not _is_embedded(mail, name, part):
                pictures.append(name)
        else:
            return _of_file(name, part, limits), name
    for link in links:
        if _SHARING.search(link):
            return Lack.LINK, link
    if _names_meter_points(shown):
        return Lack.METER_POINTS, ""
    if pictures:
        return Lack.PICTURE, pictures[0]
    return Lack.FORGOTTEN if forgotten else Lack.NONE, ""


def pictured_in(mail: Part, text: str, attachments: Sequence[tuple[str, Part]]) -> list[Reject]:
    """Return the pictures that a request says have Devices, next to those that it lists."""
    pictures = [
        Reject(name, "we cannot read pictures: please send a workbook or CSV", name)
        for name, part in attachments[:MOST_NAMED]
        if part.media.startswith("image/") and not _is_embedded(mail, name, part)
    ]
    return pictures if pictures and _SHOWS.search(text[:_SEARCHED]) else []


def _is_embedded(mail: Part, name: str, part: Part) -> bool:
    """Return whether a picture is shown within the text, as logos are."""
    if _LOGO.fullmatch(name):
        return True
    shown_as = part.headers.get("content-id").strip(" <>\t\r\n")
    target = f"cid:{shown_as}".encode() if shown_as else b""
    return bool(target) and any(target in one.content[:_SEARCHED] for one in _html(mail))


def _of_file(name: str, part: Part, limits: Limits) -> Lack:
    """Return why a file that can be read lists no Device."""
    shape = shape_of(part.content)
    if shape in (Shape.TEXT, Shape.HTML):
        shown = part.content[:_SEARCHED].decode("latin-1")
        rows = [line for line in shown.splitlines() if line.strip()]
    elif shape is not Shape.WORKBOOK:
        return Lack.NO_IDS
    else:
        try:
            book = read_workbook(name, part.content, limits)
        except Unreadable:
            return Lack.NO_IDS
        filled = [row for table in book.tables for row in table.rows if any(row.cells)]
        rows = [" ".join(row.cells) for row in filled[:1000]]
    if not any(map(_SOME_DIGITS.search, rows)):
        return Lack.EMPTY if len(rows) < 2 else Lack.NO_IDS
    return Lack.METER_POINTS if _names_meter_points("\n".join(rows)) else Lack.NO_IDS


def _names_meter_points(text: str) -> bool:
    if _MPAN.search(text):
        return True
    return bool(_NUMBERED.search(text) and _SOME_DIGITS.search(text))
