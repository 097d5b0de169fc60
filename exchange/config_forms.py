"""Kinds of text and numbers that several options take.

A pattern says nothing to people: the ``Form`` next to it says what is meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from exchange.config_faults import TAKES, Form, lists_of
from exchange.domain.nearest import nearest
from exchange.domain.time.sla import parse_instant
from exchange.errors import BadInput

HIGHEST: Final = 10**10  # no bound that a person would meet: no column or timer overflows
_DATABASES: Final = ("sqlite", "postgresql+psycopg")
_NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"

Many = Annotated[int, Field(ge=0, le=HIGHEST)]
Days = Annotated[int, Field(ge=1, le=260)]  # Working Days: about a year
Seconds = Annotated[float, Field(gt=0, le=86400)]
Port = Annotated[int, Field(ge=1, le=65535)]


def _bare_lower(written: object) -> object:
    return written.strip().strip("<>").lower() if isinstance(written, str) else written


def upper(written: object) -> object:
    return written.strip().upper() if isinstance(written, str) else written


Address = Annotated[
    str,
    Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$"),
    Form('an email address in quotes, such as "codes@ours.example"'),
]
Host = Annotated[
    str,
    # A name or an IPv4 address, or an IPv6 address, which has two colons or more.
    Field(pattern=r"^([^\s/:@]+|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$"),
    Form('the name of a server in quotes, such as "mail.ours.example", without port'),
]
UserName = Annotated[
    str,
    Field(min_length=1, max_length=500, pattern=_NO_CONTROLS),
    Form("a user name in quotes, not empty"),
]
MailFolder = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=_NO_CONTROLS),
    Form('the name of a mail folder in quotes, such as "Processed"'),
]
ClaimFolder = Annotated[
    str,
    Field(max_length=200, pattern=_NO_CONTROLS),
    Form("the name of a mail folder in quotes, or empty"),
]
Line = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=_NO_CONTROLS),
    Form("one line of text in quotes, of 1 to 200 characters"),
]
SignatureLine = Annotated[
    str,
    Field(max_length=100, pattern=_NO_CONTROLS),
    Form("one line of text in quotes, of at most 100 characters"),
]
Signifier = Annotated[
    str,
    Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{1,15}$"),
    Form('a signifier in quotes, such as "OURS": 2 to 16 capitals, digits, - and _'),
]
Mpid = Annotated[
    str,
    Field(pattern=r"^[A-Z0-9]{4}$"),
    Form('an MPID in quotes, such as "SUPP": four capitals or digits'),
]
ListId = Annotated[
    str,
    Field(pattern=r"^[^\s<>]+$", max_length=255),
    Form('the List-Id of a mailing list in quotes, such as "codes.lists.example"'),
]
AnyListId = Annotated[ListId, BeforeValidator(_bare_lower)]
AnySignifier = Annotated[Signifier, BeforeValidator(upper)]
ShortName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]*$"),
    Form('a short name in quotes, such as "requests": small letters, digits, - and _'),
]


def refuse_other_kinds(written: Any, annotation: Any) -> Any:
    """Return a value as written; refuse one of another kind that pydantic would turn into ours.

    It takes true for 1, "yes" for true, 1730 for half past midnight, and an empty path for the
    working folder.
    """
    inner = lists_of(annotation)
    if inner is not None and isinstance(written, list):
        fits = all(_fits(one, inner) for one in written)
    else:
        fits = _fits(written, annotation)
    if not fits:
        raise PydanticCustomError("other_kind", "is of another kind")
    return written


def _fits(written: Any, annotation: Any) -> bool:
    kinds = set(_kinds(annotation))
    if bool in kinds:
        return isinstance(written, bool)
    if int in kinds:
        return isinstance(written, int) and not isinstance(written, bool)
    if float in kinds:
        number = isinstance(written, int | float) and not isinstance(written, bool)
        return number and isfinite(written)
    if time in kinds:
        return isinstance(written, time)
    return not (Path in kinds and isinstance(written, str) and not written.strip())


def _kinds(annotation: Any) -> Iterable[Any]:
    yield annotation
    for one in get_args(annotation):
        yield from _kinds(one)


def a_date_format(written: str) -> str:
    """Refuse a format that lacks a part of the date, or that strptime does not know."""
    day = date(2026, 11, 23)
    try:
        if written and datetime.strptime(day.strftime(written), written).date() != day:  # noqa: DTZ007
            raise ValueError
    except ValueError:
        raise ValueError("is not the format of a date, such as %d/%m/%Y") from None
    return written


def start(written: object) -> object:
    """Return a day (its start in Europe/London) or an instant, from TOML or text, in UTC."""
    if isinstance(written, date) and not isinstance(written, datetime):
        written = datetime(written.year, written.month, written.day)  # noqa: DTZ001 - local
    if isinstance(written, datetime):
        written = written.isoformat()
    if written is None:
        return None
    if not isinstance(written, str):  # pydantic would read a number as seconds since 1970
        raise ValueError(f"must be {TAKES[datetime]}")
    try:
        day_alone = len(written.strip()) == len("2026-12-01")
        return parse_instant(f"{written.strip()}T00:00" if day_alone else written)
    except BadInput:
        raise ValueError(f"must be {TAKES[datetime]}") from None


def database_url(written: str) -> str:
    """Refuse the address of a database that cannot be one."""
    kind = written.partition(":")[0]
    if kind not in _DATABASES:
        raise ValueError(f"is not a known kind of database ({nearest(kind, _DATABASES)})")
    if kind == "sqlite":
        path = written.removeprefix("sqlite:///").strip()
        if not written.startswith("sqlite:///") or path in ("", ":memory:"):
            raise ValueError("is not the address of a file, such as sqlite:///exchange.db")
        return written
    try:
        parts = urlsplit(written)
        fits = written.startswith(f"{kind}://") and parts.port != 0 and len(parts.path) > 1
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "is not the address of a database, such as postgresql+psycopg://user@host/name"
        )
    return written
