"""Read the judged mails, and count where the reading agrees with the judgement.

Each theme is a zip: ``NAME.eml``, the judgement ``NAME.json`` and, where the mail answers a letter
of ours, that letter as ``NAME.sent.eml``.  A list in a judgement means that any of its values is
right.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from exchange.domain.mail import Kind, Understanding
from exchange.domain.meaning.resolve import Resolved, resolve
from exchange.domain.meaning.thread import thread_of
from exchange.parsing.reading.sent import sent_texts
from exchange.parsing.reading.understand import understand

HERE = Path(__file__).parent
THEMES: Final = (
    "acts", "acts2", "acts3", "acts4", "acts5", "answers", "answers2", "answers3", "answers4",
    "answers5", "answers6", "desks5", "quotes", "quotes3",
)  # fmt: skip
_OURS: Final = frozenset(("codes@ours.example",))
_OUR_NAMES: Final = ("Ours Energy", "OURS")
_UNCLEAR: Final = "unclear"
_DENIED: Final = "not_installer"


class Judged(NamedTuple):
    """A mail, our letter that it answers or nothing, and the judgement."""

    name: str
    raw: bytes
    sent: bytes
    judgement: Mapping[str, Any]


@dataclass(slots=True)
class Score:
    """How many were right, of how many, by what was counted; and what was wrong where."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def count(self, what: str, mail: str, *, right: bool) -> None:
        """Count one thing of a mail."""
        self.of[what] += 1
        self.right[what] += right
        if not right:
            self.wrong.append((mail, what))

    def share(self, what: str) -> float:
        """Return the share that was right; 1.0 where nothing was counted."""
        return self.right[what] / self.of[what] if self.of[what] else 1.0


def judged(theme: str) -> Iterator[Judged]:
    """Yield the mails of a theme, in the order of their names."""
    with zipfile.ZipFile(HERE / f"{theme}.zip") as files:
        names = set(files.namelist())
        for name in sorted(names):
            if not name.endswith(".json"):
                continue
            stem = name.removesuffix(".json")
            letter = f"{stem}.sent.eml"
            sent = files.read(letter) if letter in names else b""
            judgement = json.loads(files.read(name))
            yield Judged(stem, files.read(f"{stem}.eml"), sent, judgement)


def score(theme: str) -> Score:
    """Read all mails of a theme and count."""
    found = Score()
    for one in judged(theme):
        texts = sent_texts(one.sent) if one.sent else ()
        said = understand(one.raw, own_addresses=_OURS, sent=texts)
        letters = [understand(one.sent.replace(b"X-MP121-Exchange:", b"X-L:", 1))]
        context = thread_of(said, letters if one.sent else [], one.judgement["party"])
        context = replace(context, ours=_OUR_NAMES)
        _count(found, one, said, resolve(said, context))
    return found


def _any_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _count(found: Score, one: Judged, said: Understanding, resolved: Resolved) -> None:
    kind = getattr(resolved, "kind", None) or said.kind
    found.count("kind", one.name, right=kind.value in _any_of(one.judgement["kind"]))
    answers = {
        str(each.device): each.code.hex if each.code else each.outcome.value
        for each in resolved.answers
    }
    _count_answers(found, one, answers)
    # A header that two readers read in two ways is nobody's: nothing in it is answered.
    asked = kind is Kind.REQUEST and bool(said.head.sender)
    may = _any_of(one.judgement["answered"])
    if may == [False]:
        found.count("not answered that must not be", one.name, right=not asked)
    if may == [True]:
        found.count("answered that may be", one.name, right=asked)
    if asked and may == [True]:
        _count_devices(found, one, {str(each.device) for each in said.devices})


def _count_answers(found: Score, one: Judged, answers: Mapping[str, str]) -> None:
    for device, judgement in one.judgement["answers"].items():
        wanted, got = _any_of(judgement), answers.get(device, _UNCLEAR)
        if wanted == [_DENIED]:
            found.count("denials taken", one.name, right=got == _DENIED)
        elif all(isinstance(each, str) and len(each) >= 32 for each in wanted):
            codes = [each[:32].upper() for each in wanted]
            found.count("codes taken", one.name, right=got[:32].upper() in codes)
        if got == _DENIED:
            found.count("denials that are right", one.name, right=_DENIED in wanted)
        if len(got) == 32:
            codes = [str(each)[:32].upper() for each in wanted]
            found.count("codes that are right", one.name, right=got.upper() in codes)


def _count_devices(found: Score, one: Judged, devices: set[str]) -> None:
    listed = one.judgement["devices"]
    must = [each for each in listed if isinstance(each, str)]
    may = {each for some in listed if isinstance(some, list) for each in some}
    for device in must:
        found.count("devices found", one.name, right=device in devices)
    for device in devices:
        right = device in must or device in may or device in one.judgement["answers"]
        found.count("devices that are right", one.name, right=right)
