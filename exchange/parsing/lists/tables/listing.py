"""A table to findings: which devices its rows name, and what they say of each."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Final

from exchange.domain.device import DeviceId, InstallCode
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.findings.claim_columns import any_bad_code, any_code, any_outcome
from exchange.parsing.findings.duplicate_rows import DuplicateRows
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.identifiers.bulk import count_decimal_ids
from exchange.parsing.identifiers.codes import (
    BadCode,
    code_digits,
    has_good_crc,
    read_code,
    read_code_cell,
)
from exchange.parsing.identifiers.devices import (
    DamagedId,
    is_decimal_id,
    may_be_rounded,
    read_device,
    read_device_cell,
    split_devices,
)
from exchange.parsing.identifiers.tokens import Token, TokenForm, find_tokens, remove_tokens
from exchange.parsing.lists.tables.column_finder import Columns, columns_of, find_columns
from exchange.parsing.lists.tables.long_lists import LongList, RowAnswer, RowReaders
from exchange.parsing.phrases.answer_phrases import read_remark, says_no
from exchange.parsing.phrases.header_terms import Role, device_type_of, header_meaning
from exchange.parsing.sheets.grid import Row, Table, TypedRows, column_of
from exchange.parsing.text.lines import settled

_ROUNDED_ROWS: Final = 3
_PAIR_ROWS: Final = 60
_PIECE: Final = 36  # digits of a whole code; what has fewer may be a part of one
_SECRET: Final = 8
# A code as it stands in a row, with how many digits it was written.
_Written = tuple[InstallCode | BadCode, int]
_BULK_ROWS: Final = 200  # below this there is nothing to be gained
_SHOWN: Final = 120
_EXACT: Final = frozenset(
    ("being looked into", "not readable", "install code provided", "not the installing supplier")
)


def read_listing(table: Table, columns: Columns | None = None) -> Findings | None:
    """What a table says; None when it has no column of Device IDs.

    ``columns``: which they are, where that is known beforehand.

    Rows that name a device and say nothing of it answer nothing, unless other rows of the table
    answer: then the silence is unclear.
    """
    columns = columns or find_columns(table.rows)
    if columns is None:
        return None
    return _Listing(table, columns).read()


def label_value_lines(table: Table) -> list[tuple[int, str]]:
    """A sheet that reads across (``Device ID | 00-DB-...``) as numbered lines ``Device ID: ...``.

    Empty when it is an ordinary table.
    """
    pairs: list[tuple[int, str]] = []
    upright = False
    for row in table.rows[:_PAIR_ROWS]:
        cells = [cell for cell in row.cells if cell]
        if len(cells) > 2 and any(map(read_device, cells)):
            return []  # rows that no pair holds: nothing in them may be lost
        for name, value in pairwise(cells):
            named = header_meaning(name).role in (Role.DEVICE, Role.MAYBE_DEVICE)
            upright |= named and read_device(value) is not None
        if len(cells) == 2 and not row.damaged:
            pairs.append((row.number, f"{cells[0].rstrip(':')}: {cells[1]}"))
    return pairs if upright else []


def _codes_in(cell: str) -> list[Token]:
    """The codes that stand in a cell of remarks."""
    if len(cell) < _PIECE - 4 or not cell.strip():
        return []
    return [
        word
        for word in find_tokens(settled(cell))
        if word.form in (TokenForm.CODE, TokenForm.ODD_LENGTH)
    ]


class _Listing:
    """One table under reading."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self.table = table
        self.columns = columns
        self.found = Findings()
        self.silent: MixedList[Claim] = MixedList()  # nothing is said of these
        self.tentative: MixedList[Claim] = MixedList()
        self.repeats = DuplicateRows()
        self.rounded = self._rounded()

    def read(self) -> Findings:
        columns, table = self.columns, self.table
        done = self._in_bulk() if self._is_long() else columns.first_row
        for row in islice(table.rows, done, None) if done < len(table.rows) else ():
            for column, kind in self.columns.devices.items():
                self._device(row, column, kind)
        found = self.found
        found.warnings += [f"{table.where}: {text}" for text in columns.warnings]
        found.claims += self.tentative
        if self.silent and (
            any_code(found.claims)
            or any_bad_code(found.claims)
            or any_outcome(found.claims, Outcome.NOT_INSTALLER)
        ):
            found.claims += self.silent
        repeated = self.repeats.describe()
        if repeated:
            found.warnings.append(f"{table.where}: listed more than once: {repeated}")
        return found

    def _is_long(self) -> bool:
        """Whether the table is long and simple enough for its plain rows to be read together."""
        columns = self.columns
        if (
            len(columns.devices) != 1
            or len(columns.codes) > 1
            or columns.code_parts
            or self.rounded
        ):
            return False
        (kind,) = columns.devices.values()
        others = any(owner and kind and owner != kind for owner in columns.codes.values())
        return not others and len(self.table.rows) >= _BULK_ROWS

    def _in_bulk(self) -> int:
        """Read stretch after stretch of plain rows; returns the index where it ended.

        It ends early where a second header changes the columns.
        """
        columns, rows, found = self.columns, self.table.rows, self.found
        plain = LongList(
            self.table,
            columns,
            RowReaders(self._said_beside, self._said_alone, self._words_hold_codes),
        )
        end = len(rows)
        for start, end in plain.stretches():
            if end > start:
                read = plain.stretch(start, end)
                found.devices += read.found
                self.repeats.add_many(read.ids, read.numbers)
                for group, claims in (
                    (found.claims, read.claims),
                    (self.tentative, read.tentative),
                    (self.silent, read.silent),
                ):
                    group += claims or ()
            if end < len(rows):
                self._device(rows[end], plain.column, plain.kind)
                if self.columns is not columns:
                    end += 1
                    break
        found.definite |= plain.exact_from < end
        return end

    def _rounded(self) -> bool:
        """Whether a text file's all-digit IDs all end in zero: Excel rounded them before saving."""
        if isinstance(self.table.rows, TypedRows):
            return False
        decimal = ended = 0
        for column in self.columns.devices:
            cells = column_of(self.table.rows, column)
            many, of_them = count_decimal_ids(cells)
            decimal, ended = decimal + many, ended + of_them
            for cell in map(cells.__getitem__, cells.foreign().tolist()):
                if len(cell) == 16 and is_decimal_id(cell):
                    decimal += 1
                    ended += may_be_rounded(cell)
        return decimal >= _ROUNDED_ROWS and decimal == ended

    def _device(self, row: Row, column: int, kind: str) -> None:
        cells = row.cells
        text = cells[column] if column < len(cells) else ""
        seen = read_device_cell(text, numeric=column in row.damaged)
        if seen is None:
            if len(self.columns.devices) == 1:
                self._orphan(row)
            return
        if isinstance(seen, DamagedId):
            self._damaged(row, column, kind, text, seen)
            return
        where = self.table.place(row.number)
        if self.rounded and may_be_rounded(text):
            reason = "all such numbers here end in 0: Excel seems to have rounded them"
            self.found.rejects.append(Reject(text, reason, where))
            return
        self._take(row, seen, column, kind, where)

    def _damaged(self, row: Row, column: int, kind: str, text: str, seen: DamagedId) -> None:
        if self.columns.read_header is not None:
            known = self.columns.read_header(row)
            if known:
                self.columns = known
                if not known.devices:
                    reason = "another header: the columns on file do not fit what is below it"
                    self.found.rejects.append(Reject(text, reason, self.table.place(row.number)))
                return
        role = header_meaning(text).role if not row.damaged else None
        if self.columns.read_header is None and role in (Role.DEVICE, Role.MAYBE_DEVICE):
            again = columns_of(row, [])
            if again and not any(read_device(cell) for cell in row.cells):
                # A second header further down, perhaps with its columns in another order.
                self.columns = again if column in again.devices else self.columns
            return
        where = self.table.place(row.number)
        several = split_devices(text)
        if several and not self._codes(row, column):
            for device in several:
                self._take(row, device, column, kind, where)
            return
        reason = seen.reason
        if several:
            reason = "several Device IDs and an install code in one row"
        self.found.rejects.append(Reject(seen.text, reason, where))

    def _take(self, row: Row, device: DeviceId, column: int, kind: str, where: str) -> None:
        columns = self.columns
        self.repeats.add(device, row.number)
        if columns.type is not None and columns.type < len(row.cells):
            kind = device_type_of(row.cells[columns.type]) or kind
        self.found.devices.append(Found(device, where, kind))
        if columns.codes or columns.remarks:
            codes = self._codes(row, column)
            if codes:
                self._coded(row, device, codes, where)
                return
        if columns.codes or columns.remarks or columns.denial is not None:
            self._worded(row, device, where)

    def _codes(self, row: Row, column: int) -> list[_Written]:
        """The codes of a row that belong to the device of one column."""
        if self.columns.code_parts:
            return self._joined(row)
        kind = self.columns.devices.get(column, "")
        found: list[_Written] = []
        halved = self._halved(row)
        for index, owner in self.columns.codes.items():
            if index >= len(row.cells) or not row.cells[index]:
                continue
            if owner and kind and owner != kind:
                continue
            text = row.cells[index]
            if index in halved:
                text = halved[index]
                if not text:
                    continue
            code = read_code_cell(text, numeric=index in row.damaged)
            if code is not None:
                found.append((code, len(code_digits(text))))
        for index in self.columns.remarks:
            if index < len(row.cells) and index not in row.damaged and index not in halved:
                found += [
                    (read_code(word.text), len(code_digits(word.text)))
                    for word in _codes_in(row.cells[index])
                ]
        return found

    def _joined(self, row: Row) -> list[_Written]:
        """The code of a row whose pieces stand in columns of their own, as a person told us."""
        places = [index for index in self.columns.code_parts if index < len(row.cells)]
        pieces = [row.cells[index] for index in places if code_digits(row.cells[index])]
        if not pieces:
            return []
        text = " ".join(pieces)
        code = read_code_cell(text, numeric=not row.damaged.isdisjoint(places))
        return [(code, len(code_digits(text)))] if code is not None else []

    def _halved(self, row: Row) -> dict[int, str]:
        """Code cells that the cells beside them complete, the CRC holding: their whole text.

        The further columns of a code that stands in several are empty here.
        """
        cells, codes = row.cells, self.columns.codes
        whole: dict[int, str] = {}
        for index in codes:
            if index in whole:
                continue
            joined, at = "", index
            while at < len(cells) and len(joined) < _PIECE:
                piece = code_digits(cells[at])
                if not piece or at in row.damaged or at in self.columns.devices:
                    break
                joined, at = joined + piece, at + 1
            if at > index + 1 and has_good_crc(joined):
                whole[index] = joined
                whole.update((beside, "") for beside in range(index + 1, at) if beside in codes)
        return whole

    def _coded(self, row: Row, device: DeviceId, codes: list[_Written], where: str) -> None:
        others = [
            column
            for column in self.columns.devices
            if column < len(row.cells) and row.cells[column]
        ]
        by_type = self.columns.codes
        typed = bool(by_type) and all(by_type.values()) and all(self.columns.devices.values())
        if len(others) > 1 and not typed:
            self.found.claims.append(Claim(device, where, bad_code=True))
            reason = "one install code next to several Device IDs"
            self.found.rejects.append(Reject(str(device), reason, where, device))
            return
        contradicts, said, *_ = self._said_beside(row)
        for code, digits in codes:
            if isinstance(code, BadCode):
                self.found.rejects.append(Reject(code.text, code.reason, where, device))
                self.found.claims.append(Claim(device, where, remark=said, bad_code=True))
            else:
                self.found.claims.append(
                    Claim(device, where, code, contradicts, said, digits=digits)
                )

    def _words_hold_codes(self, row: Row) -> bool:
        remarks = (index for index in self.columns.remarks if index < len(row.cells))
        return any(_codes_in(row.cells[index]) for index in remarks)

    def _said_beside(self, row: Row) -> RowAnswer:
        """The words beside a code: those that deny contradict it, others are only a remark."""
        said = self._remark(row)
        denied = read_remark(said).outcome is Outcome.NOT_INSTALLER
        return RowAnswer(Outcome.NOT_INSTALLER if denied else None, said)

    def _worded(self, row: Row, device: DeviceId, where: str) -> None:
        said = self._said_alone(row)
        self.found.definite |= said.exact
        if said.outcome is None:
            self.silent.append(Claim(device, where, outcome=Outcome.UNCLEAR))
            return
        claim = Claim(device, where, outcome=said.outcome, remark=said.remark)
        (self.found.claims if said.definite else self.tentative).append(claim)

    def _said_alone(self, row: Row) -> RowAnswer:
        """The words of a row without a code."""
        columns = self.columns
        said = self._remark(row)
        denial = columns.denial
        if denial is not None and denial < len(row.cells) and says_no(row.cells[denial]):
            return RowAnswer(Outcome.NOT_INSTALLER, said or "no")
        remark, exact = read_remark(said), False
        for index in columns.remarks:
            # Our own workbook's words count as they are, whatever reason stands beside them.
            if index < len(row.cells) and row.cells[index].lower() in _EXACT:
                remark, exact = read_remark(row.cells[index]), True
                break
        return RowAnswer(remark.outcome, said, remark.definite, exact)

    def _remark(self, row: Row) -> str:
        cells = row.cells
        words = [
            remove_tokens(cells[index], _codes_in(cells[index]))  # a remark is shown, a code never
            for index in self.columns.remarks
            if index < len(cells)
            and cells[index]
            and index not in row.damaged
            and len(code_digits(cells[index])) < _SECRET  # a piece of a code is no remark
        ]
        for index in self.columns.codes:
            if index >= len(cells) or not cells[index] or code_digits(cells[index]):
                continue
            if read_code_cell(cells[index]) is None:  # "IC: 83FE ..." is a code and no remark
                words.append(cells[index])
        return "; ".join(words)[:500] if words else ""

    def _orphan(self, row: Row) -> None:
        """A code in a row that names no device."""
        for index in self.columns.codes:
            if index < len(row.cells) and len(code_digits(row.cells[index])) >= 28:
                where = self.table.place(row.number)
                self.found.stray_code = True
                reason = "an install code without a Device ID next to it"
                self.found.rejects.append(Reject(row.cells[index][:_SHOWN], reason, where))
