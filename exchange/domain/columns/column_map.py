"""Which column of a party's tables holds what, where our own recognition reads them wrongly.

A person puts it on file for one party; it is used on that party's mail alone.  It says where to
look and nothing more: what stands in a column is checked as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from exchange.domain.device import mask_codes
from exchange.errors import BadInput

MOST_MAPS: Final = 20  # of one party
_LONGEST: Final = 120
_LAST_HEADER_ROW: Final = 1000
_MOST_CODE_COLUMNS: Final = 2


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """The columns of one kind of table, each by its header, spreadsheet letter or number (from 1).

    None leaves a column to our own recognition, an empty text says that there is none.  Raises
    BadInput for what cannot be a mapping.
    """

    device: str
    code: tuple[str, ...] | None = None  # two when each code is split over two columns
    status: str | None = None  # what was answered, in words
    comment: str | None = None
    device_type: str | None = None
    installed: str | None = None  # installed by the sender, yes or no
    header_row: int = 0  # as the spreadsheet numbers it; 0: looked for
    file: str = ""  # for files named so alone; * and ? stand for anything
    sheet: str = ""  # the same for the sheets of a workbook

    def __post_init__(self) -> None:
        if not self.device.strip():
            raise BadInput("the column of the Device IDs is not named", place="device")
        for place, text in (*self._named(), ("file", self.file), ("sheet", self.sheet)):
            if len(text) > _LONGEST or not text.isprintable():
                raise BadInput(f"a name has at most {_LONGEST} plain characters", place=place)
            if mask_codes(text) != text:
                raise BadInput("an install code was given where a column is named", place=place)
        if not 0 <= self.header_row <= _LAST_HEADER_ROW:
            raise BadInput(f"the header stands in row 1 to {_LAST_HEADER_ROW}", place="header row")
        if self.code is not None and len(self.code) > _MOST_CODE_COLUMNS:
            raise BadInput("a code is split over two columns at most", place="code")
        if self.code is not None and not all(one.strip() for one in self.code):
            raise BadInput("a column of install codes is not named", place="code")
        columns = [" ".join(text.split()).casefold() for _, text in self._named() if text.strip()]
        if len(set(columns)) != len(columns):
            raise BadInput("two things are to come from the same column")

    def _named(self) -> Iterator[tuple[str, str]]:
        yield "device", self.device
        for text in self.code or ():
            yield "code", text
        for place, one in (
            ("status", self.status),
            ("comment", self.comment),
            ("device type", self.device_type),
            ("installed by us", self.installed),
        ):
            if one is not None:
                yield place, one

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names, the Device ID's first."""
        return tuple(text for _, text in self._named() if text)

    @property
    def scope(self) -> tuple[str, str]:
        """The tables that it is for: pattern of file and of sheet, without case."""
        return self.file.casefold(), self.sheet.casefold()

    def __str__(self) -> str:
        """In words, for people: ``Device ID in 'Meter GUID', install code in 'F'``."""
        said = [f"Device ID in {self.device!r}"]
        if self.code is not None:
            places = " and ".join(map(repr, self.code))
            said.append(f"install code in {places}" if places else "no install code")
        for what, one in (
            ("answer", self.status),
            ("comment", self.comment),
            ("device type", self.device_type),
            ("installed by them", self.installed),
        ):
            if one is not None:
                said.append(f"{what} in {one!r}" if one else f"no {what}")
        if self.header_row:
            said.append(f"header in row {self.header_row}")
        if self.file:
            said.append(f"files {self.file!r} only")
        if self.sheet:
            said.append(f"sheets {self.sheet!r} only")
        return ", ".join(said)


def as_values(maps: Iterable[ColumnMap]) -> list[dict[str, object]]:
    """The mappings as values that JSON holds."""
    return [asdict(one) for one in maps]


def from_values(told: Iterable[Mapping[str, object]]) -> tuple[ColumnMap, ...]:
    """The mappings again; raises BadInput, LookupError or TypeError when they are none."""
    found = []
    for one in told:
        code = one["code"]
        if code is not None and not isinstance(code, list | tuple):
            raise TypeError("code columns")
        header_row = one["header_row"]
        if not isinstance(header_row, int):
            raise TypeError("header row")
        found.append(
            ColumnMap(
                device=str(one["device"]),
                code=None if code is None else tuple(map(str, code)),
                status=_text(one["status"]),
                comment=_text(one["comment"]),
                device_type=_text(one["device_type"]),
                installed=_text(one["installed"]),
                header_row=header_row,
                file=str(one["file"]),
                sheet=str(one["sheet"]),
            )
        )
    return tuple(found)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
