"""The input of ``exchange read``: files, folders, standard input, and mailbox files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from exchange.domain.limits import Limits
from exchange.domain.meaning.sent_lines import SentText
from exchange.errors import BadInput
from exchange.later import Later

if TYPE_CHECKING:
    from exchange.parsing.reading import mbox
else:
    mbox = Later("exchange.parsing.reading.mbox")

STANDARD_INPUT: Final = "-"
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One mail or file to read; ``fault`` says why there is no content."""

    file: str  # as given, safe to print
    name: str  # without folders
    content: bytes = field(default=b"", repr=False)
    mail: int | None = None  # which mail of a mailbox file, from 1
    fault: str = ""

    @property
    def place(self) -> str:
        """Return what to call it in a message."""
        return f"{self.file} > mail {self.mail}" if self.mail else self.file


def sources(given: Sequence[Path], limits: Limits) -> Iterator[Source]:
    """Yield everything that ``given`` names, in order; of a folder all files in it.

    Hidden files and folders inside a folder are left out. A file that cannot be opened is yielded
    with its fault.
    """
    for path in given:
        if str(path) == STANDARD_INPUT:
            yield from _contents(STANDARD_INPUT, "standard input", sys.stdin.buffer, limits)
        elif path.is_dir():
            for inner in _files(path):
                yield from _file(inner, limits)
        else:
            yield from _file(path, limits)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of ours that a mail may reply to."""

    path: Path
    content: bytes = field(repr=False)
    texts: tuple[SentText, ...] = field(repr=False)  # what a mail that repeats it is compared with


def sent_letters(paths: Iterable[Path]) -> list[Letter]:
    """Return our letters in these files; raises BadInput for one that cannot be read."""
    # Imported only now: it loads what reads HTML.
    from exchange.parsing.reading.sent import sent_texts

    found: list[Letter] = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            why = error.strerror or "it cannot be read"
            raise BadInput(f"the letter cannot be read: {why}", place=str(path)) from None
        found.append(Letter(path, content, sent_texts(content)))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if not name.startswith(".") and (path.is_file() or not path.exists()):
                yield path


def _file(path: Path, limits: Limits) -> Iterator[Source]:
    shown, name = _shown(str(path)), _shown(path.name or str(path))
    try:
        with path.open("rb") as file:
            yield from _contents(shown, name, file, limits)
    except FileNotFoundError:
        yield Source(shown, name, fault="there is no such file")
    except OSError as error:
        yield Source(shown, name, fault=error.strerror or "cannot be read")


def _shown(name: str) -> str:
    # A file name may hold bytes that are not UTF-8; they must not break the output.
    return name.encode("utf-8", "replace").decode("utf-8")


def _contents(shown: str, name: str, file: BinaryIO, limits: Limits) -> Iterator[Source]:
    first = file.readline(_LONGEST_LINE)
    if mbox.is_separator(first):
        rest = iter(lambda: file.readline(_LONGEST_LINE), b"")
        mails = mbox.split_mbox(chain([first], rest), limits.mail_bytes)
        one, another = next(mails, b""), next(mails, None)
        if another is None:
            yield Source(shown, name, one)
            return
        for number, mail in enumerate(chain((one, another), mails), 1):
            yield Source(shown, name, mail, number)
        return
    most = limits.mail_bytes
    content = first + file.read(max(most + 1 - len(first), 0))
    if len(content) > most:
        yield Source(shown, name, fault=f"the file has more than {most:,} bytes")
    else:
        yield Source(shown, name, content)
