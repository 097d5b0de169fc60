"""Kinds of text and numbers that several options take.

A pattern says nothing to people: the ``Form`` next to it says what is meant.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from exchange.config_faults import Form

Port = Annotated[int, Field(ge=1, le=65535)]
Address = Annotated[
    str,
    Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$"),
    Form('an email address in quotes, such as "codes@ours.example"'),
]
SignatureLine = Annotated[
    str,
    Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"),
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
ShortName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]*$"),
    Form('a short name in quotes, such as "requests": small letters, digits, - and _'),
]
