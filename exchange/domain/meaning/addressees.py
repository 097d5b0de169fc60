"""Decide whether a mail that asks for codes was meant for another company than us."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from exchange.domain.mail import Understanding


def _set_of(text: str) -> frozenset[str]:
    """Return the words of a text, which blanks separate."""
    return frozenset(text.split())


# What companies of the trade are called besides their name.
_TRADE: Final = _set_of(
    "energy power gas electric electricity utilities utility supply supplies limited ltd plc "
    "llp retail renewables"
)
_LEGAL: Final = _set_of("uk gb co company group the and of limited ltd plc llp")
_TEAM: Final = _set_of("team folks folk people desk crew guys lot colleagues")
# What a desk of any supplier may be called.
_DESK: Final = _set_of(
    "smart metering meter meters install installs installation installations code codes mp121 "
    "mp ops operations operational industry market data regulatory regulation compliance "
    "customer customers support service services commissioning settlement settlements smets "
    "smets2 asset assets sec dcc supplier suppliers supplying mailbox inbox help helpdesk uk "
    "all sir sirs madam friends everyone everybody ladies gentlemen new request requests "
    "device devices han losing gaining former previous exchange portfolio field onboarding "
    "retail business domestic contact party parties liaison complex cases case exceptions "
    "technical central national regional admin administration office home change cos "
    "registrations switching gains losses good morning afternoon evening dear hi hello team's "
    "both there again whom it may concern the our your my from key keys ic ics security esme "
    "gsme smi hub hubs wan field works working back"
)
# Of these a site or a customer seldom has one in its name, as it may have "Ltd".
_SUPPLIER: Final = _set_of("energy power gas electric electricity utilities")
_LONGEST: Final = 400  # characters of a subject
_SUBJECT_PARTS = re.compile(r"[:()\[\]|,;]|\s[-\u2013\u2014/]+\s|\s(?=to [A-Z])|\s(?=for [A-Z])")
_CALLED_ON = re.compile(
    r"(?:(?i:to|for|fao|attn|attention|dear|ask) )?"
    r"(?P<who>[A-Z][\w&'-]{0,30}(?: (?:(?:&|and|of) )?[A-Z][\w&'-]{0,30}){0,5})"
)
_FROM: Final = "from "
_LEAST_LABEL: Final = 3
_WORD = re.compile(r"[^\W_]+")


def meant_for_another(
    said: Understanding,
    own: Collection[str],
    registered: Iterable[str] = (),
    writer: Collection[str] = (),
) -> str:
    """Return why a mail is meant for another company, in words for a person; empty if it is not.

    ``own``: our names; what the addresses say that it was sent to is ours as well.
    ``registered``: the names of the parties; ``writer``: those of the sender's party.
    """
    ours = [*own, *_our_labels(said, own)]
    known = [_core(one) for one in ours if one]
    others = [core for one in registered if (core := _core(one)) and core not in known]
    writers = [*writer, _label(said.head.sender), said.head.sender_name]
    sender = [core for one in writers if (core := _core(one))]
    for name in said.addressed:
        core = _core(name) - _DESK - _TEAM
        if name.startswith(_FROM) and core in sender:
            continue  # "the request for codes from Vale Energy"
        another = core and not _is_one_of(core, known, ours)
        if another and (_is_company(name) or core in others):
            return f'it calls on "{name}", which is not us'
    for name in _titled(said.head.subject):
        core = _core(name) - _DESK
        if not core or any(core & one for one in sender) or _is_label_of(core, said.head.sender):
            continue
        called = core in others or _is_supplier(name)
        if called and not _is_one_of(core, known, ours):
            return f'its subject calls on "{name}", which is not us'
    for name in said.spoken_of:
        core = _core(name) - _DESK
        if core and core in known:
            return f'it speaks of us, "{name}", as of others'
    return ""


def names_somebody(said: Understanding) -> bool:
    """Return whether a mail calls on anybody by name, so that the parties' names matter."""
    return bool(said.addressed) or any(_core(one) - _DESK for one in _titled(said.head.subject))


def _our_labels(said: Understanding, own: Collection[str]) -> list[str]:
    """Return what the addresses that a mail was sent to call us.

    Where one of them has our name, the others may be other companies: we may stand in copy.
    """
    labels = [_label(one) for one in (*said.head.to, *said.head.delivered_to)]
    names = [core for one in own if (core := _core(_label(one) if "@" in one else one))]
    plainly = [one for one in labels if _is_one_of(_core(one), names, [])]
    return plainly or labels


def _titled(subject: str) -> Iterator[str]:
    """Yield the names that a subject may call on: ``Install codes - Vale Energy``."""
    for part in _SUBJECT_PARTS.split(subject[:_LONGEST]):
        found = _CALLED_ON.fullmatch(part.strip())
        if found is not None:
            yield found["who"]


def _is_supplier(name: str) -> bool:
    return bool(set(_words(name)) & _SUPPLIER)


def _is_label_of(core: frozenset[str], address: str) -> bool:
    """Return whether an address has a name in one word: ``codes@harbourlight.example``."""
    label = _label(address).replace(" ", "")
    return any(one in label for one in core if len(one) > _LEAST_LABEL)


def _is_company(name: str) -> bool:
    words = _words(name)
    return bool(set(words) & _TRADE) or words[-1] in _TEAM


def _is_one_of(core: frozenset[str], known: list[frozenset[str]], ours: list[str]) -> bool:
    """Return whether a name is one of ours: the same words, some of them, or their initials."""
    if any(core <= one or (one and one <= core) for one in known):
        return True
    joined = "".join(sorted(core))
    return any(
        len(label) >= _LEAST_LABEL and (label in core or sorted(label) == sorted(joined))
        for label in (one.casefold() for one in ours)
    )


def _core(name: str) -> frozenset[str]:
    """Return the words of a name without those that any company has."""
    return frozenset(_words(name)) - _TRADE - _LEGAL


def _words(name: str) -> list[str]:
    return _WORD.findall(name.casefold().replace("'s", ""))


def _label(address: str) -> str:
    """Return what a mail address calls its company: ``ours`` of ``codes@ours.example``."""
    return address.rpartition("@")[2].partition(".")[0].replace("-", " ")
