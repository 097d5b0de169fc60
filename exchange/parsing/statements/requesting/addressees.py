"""Find whom a mail calls on, and of whom it speaks as of others, as the names are written.

Who that is, the reader does not know: ``exchange.domain.meaning.addressees`` compares the names
with our own and with those of the contacts register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from exchange.parsing.text.lines import Line, normalized

_MOST_LINES: Final = 2_000
_LONGEST: Final = 400  # characters of a line
_MOST_NAMES: Final = 20
FROM: Final = "from "  # before the name of somebody whose codes are asked for
_NAME: Final = r"[A-Z][\w&'-]{1,30}(?: (?:(?:&|and|of) )?[A-Z][\w&'-]{0,30}){0,5}"
_GREETING = re.compile(
    r"^\W*(?i:dear|hi|hello|hiya|hey|hullo|greetings|(?:good )?(?:morning|afternoon|evening|day)"
    r"|to ?:|attn\b|attention\b|fao\b|f\.a\.o|for the attention of)"
    r"(?:[: ]{1,2}|, (?=[A-Z]))(?P<who>[^,.;:!?]{2,70})"
)
# The address of a letter may have a desk before the company: "Attn: Smart desk, Northgate".
_ADDRESS_LINE = re.compile(
    r"^\W*(?i:to ?:|attn\b|attention\b|fao\b|f\.a\.o\b|for the attention of)"
)
# "Northgate, please send ...": somebody called by his name.
_CALLED = re.compile(
    rf"(?:^|[.!?,] )(?P<who>{_NAME}(?: team)?),? "
    r"(?i:please|pls|kindly|could you|can you|would you)\b"
)
_CODES_FROM = re.compile(rf"\b(?i:codes?|keys?|answer|help) from (?P<who>{_NAME}(?: team)?)")
_OTHERS: Final = r"(?i:team|folks?|people|desk|crew|guys|lot|colleagues)"
_WHOLE = re.compile(
    r"(?i:(?:all|both|team|everybody|everyone|colleagues|folks|friends|guys|people|the|to|at|from|in"
    rf"|of|over|our|dear|you|there) ){{0,5}}(?P<name>{_NAME}(?: {_OTHERS}\b)?)"
)
_SAYS = re.compile(r"[g-z]{2}")  # no row of Device IDs
_DID: Final = (
    r"(?:(?:has|have|had|could|can|would|will|did|do|does|is|are|was|were)(?:n't| not| never)?"
    r"(?! (?:(?:the|an?|your|our|its|their) )?(?:installing|losing|former|previous|last|supplier"
    r"|install|installed|fit|fitted|put|supplied|responsible|recorded|shown|listed|named|entitled"
    r"|required|obliged|asked|requested)\b)"
    r"|cannot|says?|said|tells?|told|claims?|claimed|refuses?|refused|declined|denied|denies"
    r"|drew|came back|suggested|referred|pointed|passed us|sent us|reckons?|thinks?|advised"
    r"|confirmed|answered|replied)\b"
)
_DID_SOMETHING = re.compile(rf"(?<![\w@.-])(?P<who>{_NAME}) {_DID}")
_WAS_ASKED = re.compile(
    r"\b(?:tried|asked|contacted|rang|called|chased|e-?mailed|approached|(?:wrote|written|spoke"
    r"|spoken|talked|went|gone|been|turned) (?:to|with)|heard (?:back )?from|(?:word|answer|reply"
    r"|luck|joy|help) (?:from|with|at))"
    rf" (?P<who>{_NAME})"
)


def addressed_in(lines: Iterable[Line], subject: str) -> tuple[str, ...]:
    """Return the names of those whom the sender's own ``lines`` and subject call on."""
    found: dict[str, None] = {}
    for text in (subject[:_LONGEST], *_texts(lines)):
        greeting = _GREETING.match(text)
        if greeting is not None and _ADDRESS_LINE.match(text):
            for part in text[greeting.start("who") :].split(","):
                found.update(dict.fromkeys(_names_in(part)))
        elif greeting is not None:
            found.update(dict.fromkeys(_names_in(greeting["who"])))
        found.update((one["who"].strip(), None) for one in _CALLED.finditer(text))
        found.update((f"{FROM}{one['who'].strip()}", None) for one in _CODES_FROM.finditer(text))
    return tuple(islice(found, _MOST_NAMES))


def spoken_of_in(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the names of those who did or said something, or were asked, as others than we."""
    found: dict[str, None] = {}
    for text in _texts(lines):
        for pattern in (_DID_SOMETHING, _WAS_ASKED):
            found.update((one["who"].strip(), None) for one in pattern.finditer(text))
    return tuple(islice(found, _MOST_NAMES))


def _texts(lines: Iterable[Line]) -> Iterator[str]:
    for line in islice(lines, _MOST_LINES):
        if line.text and not line.quoted and _SAYS.search(line.text):
            yield normalized(line.text[:_LONGEST]).replace("\u2019", "'").strip()


def _names_in(who: str) -> Iterator[str]:
    """Yield the names in a greeting; one of a team keeps that word: ``Cobalt team``."""
    found = _WHOLE.match(who.strip())
    if found is not None:
        yield found["name"]
