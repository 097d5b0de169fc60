"""Column mappings: what each column of a party's tables holds, where we recognise it wrongly.

A person puts a mapping on file for one party, and it is used for that party's mail only.  It says
where to look and nothing more: the cells are checked as they always are.
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

    None leaves a column to our own recognition; an empty text says that the table has no such
    column.  Raises BadInput for what cannot be a mapping.
    """

    device: str
    code: tuple[str, ...] | None = None  # two when each code is split over two columns
    status: str | None = None  # the answer in words
    comment: str | None = None
    device_type: str | None = None
    installed: str | None = None  # whether the sender installed it, yes or no
    header_row: int = 0  # as the spreadsheet numbers it; 0: we look for it
    file: str = ""  # only for files of this name; * and ? are wildcards
    sheet: str = ""  # only for sheets of this name; * and ? are wildcards

    def __post_init__(self) -> None:
        if not self.device.strip():
            raise BadInput("the column of the Device IDs is not named", place="device")
        for place, text in (*self._named(), ("file", self.file), ("sheet", self.sheet)):
            if len(text) > _LONGEST or not text.isprintable():
                raise BadInput(f"a name has at most {_LONGEST} plain characters", place=place)
            if mask_codes(text) != text:
                raise BadInput("an install code was given where a column is named", place=place)
        if not 0 <= self.header_row <= _LAST_HEADER_ROW:
            raise BadInput(f"the header is in row 1 to {_LAST_HEADER_ROW}", place="header row")
        if self.code is not None and len(self.code) > _MOST_CODE_COLUMNS:
            raise BadInput("a code is split over two columns at most", place="code")
        if self.code is not None and not all(one.strip() for one in self.code):
            raise BadInput("a column of install codes is not named", place="code")
        columns = [" ".join(text.split()).casefold() for _, text in self._named() if text.strip()]
        if len(set(columns)) != len(columns):
            raise BadInput("the same column is named for two things")

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
        """Return the columns that the mapping names, that of the Device IDs first."""
        return tuple(text for _, text in self._named() if text)

    @property
    def scope(self) -> tuple[str, str]:
        """Return the patterns of file and sheet name that limit the mapping, in lower case."""
        return self.file.casefold(), self.sheet.casefold()

    def __str__(self) -> str:
        """Return it in words: ``Device ID in 'Meter GUID', install code in 'F'``."""
        parts = [f"Device ID in {self.device!r}"]
        if self.code is not None:
            places = " and ".join(map(repr, self.code))
            parts.append(f"install code in {places}" if places else "no install code")
        for what, one in (
            ("answer", self.status),
            ("comment", self.comment),
            ("device type", self.device_type),
            ("installed by them", self.installed),
        ):
            if one is not None:
                parts.append(f"{what} in {one!r}" if one else f"no {what}")
        if self.header_row:
            parts.append(f"header in row {self.header_row}")
        if self.file:
            parts.append(f"files {self.file!r} only")
        if self.sheet:
            parts.append(f"sheets {self.sheet!r} only")
        return ", ".join(parts)


def as_values(maps: Iterable[ColumnMap]) -> list[dict[str, object]]:
    """Return the mappings as values that JSON can hold."""
    return [asdict(one) for one in maps]


def from_values(values: Iterable[Mapping[str, object]]) -> tuple[ColumnMap, ...]:
    """Return the mappings made of such values.

    Raises BadInput, LookupError or TypeError when they are no mappings.
    """
    found = []
    for one in values:
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
