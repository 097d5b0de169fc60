"""Recognise whose people and which companies a few words name."""

from __future__ import annotations

from typing import Final

# Our own people: "our installation team", "our metering people"; no "our contractor's fitters".
_OWN_KINDS: Final = frozenset(
    ("installation", "installations", "install", "installs", "metering", "smart", "meter",
    "field", "own",
     "operations", "ops", "industry", "technical", "service", "services",
     "in-house", "internal", "engineering", "asset", "data", "whole", "local")
)  # fmt: skip
OWN_PEOPLE: Final = frozenset(
    ("team", "teams", "engineer", "engineers", "fitter", "fitters", "installer", "installers",
     "technician", "technicians", "operatives", "people", "department", "side", "company", "staff",
     "organisation", "business", "desk", "lot", "guys", "crew", "colleagues", "crews", "firm",
     "colleague", "lads", "lasses", "boys", "folks", "folk", "workforce", "electrician",
     "electricians",
     "fitting", "house", "watch", "end", "employees", "employee", "installs team", "manager",
     "managers", "lead", "coordinator")
)  # fmt: skip


# Other companies: "a previous energy supplier", "different people".
_BEFORE_OTHERS: Final = frozenset(("a", "an", "the", "some", "one"))
_OTHER: Final = frozenset(
    ("another", "different", "other", "previous", "prior", "earlier", "former", "preceding", "old",
     "various", "several", "then", "original")
)  # fmt: skip
_FUELS: Final = frozenset(("energy", "gas", "electricity", "power", "utility"))
COMPANY: Final = frozenset(
    ("supplier", "suppliers", "party", "parties", "company", "companies", "provider", "providers",
     "firm", "firms", "people", "lot", "organisation", "organisations", "utility", "outfit")
)  # fmt: skip


def own_people(low: list[str], at: int) -> int:
    """Return of how many words ``our installation team`` is made, 0 if it is something else."""
    end = at + 1
    while end < len(low) and end < at + 4 and low[end] in _OWN_KINDS:
        end += 1
    return end + 1 - at if end < len(low) and low[end] in OWN_PEOPLE else 0


def other_people(low: list[str], at: int) -> int:
    """Return of how many words ``a different energy supplier`` is made, 0 if it is none."""
    if at >= len(low) or (at and low[at - 1] in ("our", "your", "not")):
        return 0
    end = at + 1 if low[at] in _BEFORE_OTHERS else at
    first = end
    while end < len(low) and end < at + 4 and low[end] in _OTHER:
        end += 1
    if end == first:
        return 0
    while end < len(low) and end < at + 5 and low[end] in _FUELS:
        end += 1
    return end + 1 - at if end < len(low) and low[end] in COMPANY else 0


def is_somebody(raw: list[str], at: int) -> bool:
    """Whether the sender or a name stands at ``at``."""
    word = raw[at] if at < len(raw) else ""
    return word.lower() in ("us", "our") or word[:1].isupper()
