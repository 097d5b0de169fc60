"""Open any container: the one way in for the mail reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from exchange.domain.mail import Reject
from exchange.errors import NotDecrypted, Unreadable
from exchange.parsing.containers.archive import open_gzip, open_zip
from exchange.parsing.containers.document import is_rtf, open_document
from exchange.parsing.containers.naming import Steps, file_part
from exchange.parsing.containers.openers import Budget, InnerPart, Opened, Openers
from exchange.parsing.containers.outlook import open_outlook
from exchange.parsing.containers.protected import is_protected_xls, open_protected
from exchange.parsing.containers.smime import MEDIA, cms_kind, der_of, entity_of
from exchange.parsing.containers.sniff import Shape
from exchange.parsing.containers.tnef import open_tnef
from exchange.parsing.containers.uu import UuFile, extract_uu
from exchange.parsing.mime.parts import Part, read_mail_file

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_OLE: Final = b"\xd0\xcf\x11\xe0"
ENCRYPTED: Final = "encrypted mail"  # its element of the path
_OTHER_ARCHIVE: Final = "we cannot read this kind of archive: please send a ZIP"
_EMPTY: Final = "the file is empty"
_DAMAGED: Final = "the file is damaged, or is not what its name says"
# Endings of files that usually hold a list: one with other content must be reported.
_LIST_ENDINGS: Final = (
    ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".zip", ".msg", ".eml", ".docx",
    ".doc", ".docm", ".odt", ".pdf", ".rtf", ".json", ".xml",
)  # fmt: skip
# Databases and the like: they may well hold a list, and we do not support them.
_UNSUPPORTED_ENDINGS: Final = (
    ".mdb",
    ".accdb",
    ".dbf",
    ".one",
    ".wk1",
    ".wks",
    ".123",
    ".xps",
    ".oxps",
    ".parquet",
)
_UNSUPPORTED: Final = "we cannot read this kind of file: please send a workbook or CSV"
_CONTAINERS: Final = (Shape.ARCHIVE, Shape.OUTLOOK, Shape.TNEF, Shape.PROTECTED)


@dataclass(slots=True)
class Unpacked:
    """The path of the mail's own parts after opening, and what could not be opened."""

    path: str
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def open_container(
    where: str, part: Part, shape: Shape, openers: Openers, budget: Budget, depth: int
) -> Opened | None:
    """Return what a file holds; None when it is not a container.

    ``shape`` is that of ``part.content``, and ``depth`` the number of containers and mails around
    the file.  What cannot be opened is among the rejects; raises Unreadable when a ceiling of the
    whole mail is passed.
    """
    content = part.content
    kind = _kind_of(part, shape)
    if not kind:
        return None
    budget.check_depth(depth + 1, where)
    if kind == "zip":
        return open_zip(where, content, openers, budget)
    if kind == "gzip":
        return open_gzip(where, part.name, content, budget)
    if kind == "outlook":
        return open_outlook(where, content, budget, depth + 1)
    if kind == "tnef":
        return open_tnef(where, content, budget, depth + 1)
    if kind == "protected":
        return open_protected(where, part.name, content, openers, budget)
    if kind == "cms":
        return _open_cms(where, content, openers, budget, depth + 1)
    if kind == "document":
        return open_document(where, part.name, content, budget)
    if kind == "uu":
        return _files(where, extract_uu(content)[1], budget)
    reasons = {"damaged": _DAMAGED, "unsupported": _UNSUPPORTED, "empty": _EMPTY}
    reason = reasons.get(kind, _OTHER_ARCHIVE)
    return Opened(rejects=[Reject(part.name, reason, where)])


def _kind_of(part: Part, shape: Shape) -> str:
    content = part.content
    if shape is Shape.ARCHIVE:
        return "zip" if content.startswith(_ZIP) else "gzip" if content.startswith(_GZIP) else "?"
    if shape in _CONTAINERS:
        return {Shape.OUTLOOK: "outlook", Shape.TNEF: "tnef"}.get(shape, "protected")
    if shape is Shape.DOCUMENT:
        return "document" if content.startswith(_ZIP) or is_rtf(content) else ""
    if shape is Shape.WORKBOOK and content.startswith(_OLE) and is_protected_xls(content):
        return "protected"
    if part.media in MEDIA or part.name.lower().endswith((".p7m", ".p7s", ".p7z")):
        return "cms" if cms_kind(der_of(content)) or part.media in MEDIA else ""
    if shape is Shape.OTHER and content[:1] == b"\x30" and cms_kind(content):
        return "cms"
    if shape in (Shape.OTHER, Shape.EMPTY) and part.name.lower().endswith(_LIST_ENDINGS):
        return "damaged" if shape is Shape.OTHER else "empty"
    if shape is Shape.OTHER and part.name.lower().endswith(_UNSUPPORTED_ENDINGS):
        return "unsupported"
    if shape is Shape.TEXT and content.lstrip().startswith(b"begin"):
        return "uu" if extract_uu(content)[1] else ""
    return ""


def _open_cms(where: str, content: bytes, openers: Openers, budget: Budget, depth: int) -> Opened:
    """Return the MIME entity in an S/MIME message as a mail at the same place."""
    opened = Opened()
    try:
        entity = entity_of(where, content, openers, budget)
    except NotDecrypted:
        raise
    except Unreadable as error:
        budget.count_bytes(0, where)  # raises if a ceiling of the whole mail was passed
        opened.rejects.append(Reject(where, error.message, where))
        return opened
    if entity is not None:
        inner = mail_in(entity.content, budget, where, depth)
        step = ENCRYPTED if entity.encrypted else ""
        opened.inner.append(InnerPart(step, inner, mail=True, same_mail=True))
        if entity.warning:
            opened.warnings.append(f"{where}: {entity.warning}")
    return opened


def mail_in(content: bytes, budget: Budget, where: str, depth: int) -> Part:
    """Return the mail in a file; its parts count together with those of all containers.

    Raises Unreadable when a ceiling is passed.
    """
    mail = read_mail_file(content, budget.limits, depth)
    waiting, parts = [mail], 0
    while waiting:
        part = waiting.pop()
        parts += 1
        waiting += part.children
    budget.count_files(parts, where)
    return mail


def unpack_bodies(path: str, mail: Part, openers: Openers, budget: Budget, depth: int) -> Unpacked:
    """Open in place what a reader sees as the mail itself: S/MIME, and uuencode in its text.

    The opened parts replace the packed ones in the tree; the result holds only what could not be
    opened.  Attached mails are not opened here, and an encrypted part becomes an attached mail.
    """
    result = Unpacked(path)
    # Part, level, path, and whether the part is the whole mail.
    waiting = [(mail, depth, path, True)]
    while waiting:
        part, level, there, whole = waiting.pop()
        opened = Opened()
        if part.media in MEDIA and part.content:
            opened, encrypted = _unseal(there, part, openers, budget, level)
            if encrypted and whole:
                result.path = there = f"{there}{ENCRYPTED} > "
            elif encrypted:
                part.media, part.name = "message/rfc822", ENCRYPTED
        elif part.media == "text/plain" and not part.name and not part.attached:
            opened, whole = _split_off(there, part, budget), False
        else:
            whole = whole and part.media == "multipart/signed"
        result.rejects += opened.rejects
        result.warnings += opened.warnings
        if not part.is_mail:
            deeper = level + bool(opened.inner)
            waiting += [(child, deeper, there, whole) for child in part.children]
    return result


def _unseal(
    path: str, part: Part, openers: Openers, budget: Budget, depth: int
) -> tuple[Opened, bool]:
    """Replace an S/MIME part by the MIME entity in it; return also whether it was encrypted."""
    where = f"{path}{part.name or 'smime.p7m'}"
    budget.check_depth(depth + 1, where)
    opened = _open_cms(where, part.content, openers, budget, depth + 1)
    part.media, part.content, part.name, part.attached = "multipart/mixed", b"", "", False
    part.children = [inner.part for inner in opened.inner]
    return opened, any(inner.step for inner in opened.inner)


def _split_off(path: str, part: Part, budget: Budget) -> Opened:
    """Replace a text with uuencoded files in it by the rest of the text and the files."""
    rest, files = extract_uu(part.content)
    if not files:
        return Opened()
    opened = _files(path.removesuffix(" > "), files, budget)
    text = Part(part.headers, part.media, part.params, rest)
    part.media, part.content = "multipart/mixed", b""
    part.children = [text, *(inner.part for inner in opened.inner)]
    return opened


def _files(where: str, files: list[UuFile], budget: Budget) -> Opened:
    opened = Opened()
    steps = Steps("file")
    budget.count_files(len(files), where)
    for one in files:
        budget.count_bytes(len(one.content), where)
        step = steps.of(one.name)
        if not one.whole:
            reason = "the uuencoded file is damaged: a part of it may be missing"
            there = f"{where} > {step}" if where else step
            opened.rejects.append(Reject(step, reason, there))
        opened.inner.append(InnerPart(step, file_part(one.name, one.content)))
    return opened
