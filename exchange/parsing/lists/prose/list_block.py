"""Judge from the line above a list what it lists, and what is said about all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from exchange.domain.mail import Outcome
from exchange.parsing.identifiers.tokens import Token
from exchange.parsing.phrases.answer_phrases import (
    Remark,
    denies_all,
    is_denial_heading,
    leaves_rest_open,
    read_remark,
)
from exchange.parsing.phrases.header_terms import is_list_heading, labels_device, names_devices
from exchange.parsing.text.lines import Line

_OPEN: Final = Remark(Outcome.UNCLEAR, definite=True)
_LABEL_WORDS: Final = 5  # a label has no more
_REMARK: Final = 300


@dataclass(slots=True)
class ListBlock:
    """The list being read: its heading, and what waits for the rest of it."""

    labelled: bool = False  # its heading names devices
    asked: bool = False  # its heading asks for something
    barred: bool = False  # its heading names something else
    has_device: bool = False  # it has at least one clear Device ID
    outcome: Outcome | None = None  # what its heading says about every item
    heading: str = ""
    items: int = 0  # the number of items that the heading applied to
    interrupted: bool = False  # there is a blank line between two of them
    deferred: list[tuple[Line, Token]] = field(default_factory=list)

    @property
    def of_devices(self) -> bool:
        """Return whether it is known to list devices."""
        return self.labelled or self.has_device


def block_under(text: str, *, asking: bool) -> ListBlock:
    """Return the list below a line of words; ``asking``: the line asks for install codes."""
    heading = text.rstrip()
    block = ListBlock(asked=asking)
    block.labelled = (asking and names_devices(text)) or is_list_heading(heading)
    barred = labels_device(heading) is False and not block.labelled
    block.barred = barred and not _is_about_devices(text)
    remark = read_remark(text)
    if denies_all(text):
        block.outcome, block.heading = Outcome.NOT_INSTALLER, heading[:_REMARK]
    elif (
        not (not asking and leaves_rest_open(text))
        and heading.endswith(":")
        and (is_denial_heading(text) or remark == _OPEN)
    ):
        block.outcome, block.heading = remark.outcome, heading[:_REMARK]
    return block


def _is_about_devices(text: str) -> bool:
    """Return whether a line above a list is a sentence that names Devices, and no label.

    "These meters are in our account": their numbers are no account's.
    """
    return len(text.split()) > _LABEL_WORDS and names_devices(text)
