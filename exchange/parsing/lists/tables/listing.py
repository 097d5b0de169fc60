"""Turn a table into findings: which devices its rows name, and what they say about each."""

from __future__ import annotations

from itertools import islice
from typing import Final

from exchange.domain.device import DeviceId
from exchange.domain.mail import Found, Outcome, Reject
from exchange.parsing.findings.claim_columns import any_bad_code, any_code, any_outcome
from exchange.parsing.findings.duplicate_rows import DuplicateRows
from exchange.parsing.findings.findings import Claim, Findings
from exchange.parsing.findings.mixed_list import MixedList
from exchange.parsing.findings.resolve_claims import note_totals
from exchange.parsing.findings.stated_totals import totals_of_rows
from exchange.parsing.identifiers.bulk import count_decimal_ids
from exchange.parsing.identifiers.codes import (
    BadCode,
    code_digits,
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
from exchange.parsing.identifiers.tokens import remove_tokens
from exchange.parsing.lists.tables.column_finder import Columns, columns_of, find_columns
from exchange.parsing.lists.tables.long_lists import LongList, RowAnswer, RowReaders
from exchange.parsing.lists.tables.named_columns import denials_of_a_name
from exchange.parsing.lists.tables.odd_rows import MissingIds, is_total, is_units
from exchange.parsing.lists.tables.row_codes import WrittenCode, codes_in_words, codes_of_row
from exchange.parsing.phrases.answer_phrases import (
    Remark,
    claims_it,
    read_remark,
    says_no,
    tells_of_contractor,
)
from exchange.parsing.phrases.header_terms import Role, device_type_of, header_meaning
from exchange.parsing.phrases.row_phrases import is_not_wanted
from exchange.parsing.sheets.grid import Row, Table, WorkbookRows, column_of

_ROUNDED_ROWS: Final = 3
_SECRET: Final = 8
_SHOWN: Final = 120
_NAMED: Final = 5  # Device IDs that a warning names
_OUR_WORDS: Final = frozenset(
    ("being looked into", "not readable", "install code provided", "not the installing supplier")
)


def read_listing(table: Table, columns: Columns | None = None) -> Findings | None:
    """Return what a table says; None when it has no column of Device IDs.

    ``columns``: its columns, if they are known already.

    Rows that name a device and say nothing about it answer nothing, unless other rows of the table
    answer: then the silence is unclear.
    """
    columns = columns or find_columns(table.rows)
    if columns is None:
        return None
    return _ListingReader(table, columns).read()


class _ListingReader:
    """Reads one table row by row."""

    def __init__(self, table: Table, columns: Columns) -> None:
        self.table = table
        self.columns = columns
        self.found = Findings()
        self.silent: MixedList[Claim] = MixedList()  # nothing is phrase about these devices
        self.tentative: MixedList[Claim] = MixedList()
        self.not_wanted: list[Found] = []  # by the words of their rows
        self.duplicates = DuplicateRows()
        self.all_rounded = self._all_rounded()
        self.missing: MissingIds | None = None  # made when a row holds no Device ID

    def read(self) -> Findings:
        columns, table = self.columns, self.table
        done = self._read_plain_rows() if self._is_simple() else columns.first_row
        for row in islice(table.rows, done, None) if done < len(table.rows) else ():
            for column, kind in self.columns.devices.items():
                self._read_device_cell(row, column, kind)
        found = self.found
        found.warnings += [f"{table.where}: {text}" for text in columns.warnings]
        found.left_out += [f"{table.where}: {text}" for text in columns.left_out]
        found.claims += self.tentative
        found.statements += denials_of_a_name(table, columns)
        if self.silent and (
            any_code(found.claims)
            or any_bad_code(found.claims)
            or any_outcome(found.claims, Outcome.NOT_INSTALLER)
        ):
            found.claims += self.silent
        self._leave_out_not_wanted()
        note_totals(
            found, [(table.place(row), number) for row, number in totals_of_rows(table.rows)]
        )
        repeated = self.duplicates.describe()
        if repeated:
            found.warnings.append(f"{table.where}: listed more than once: {repeated}")
        return found

    def _is_simple(self) -> bool:
        """Return whether the table is simple enough to read its plain rows together."""
        columns = self.columns
        if (
            len(columns.devices) != 1
            or len(columns.codes) > 1
            or columns.code_parts
            or self.all_rounded
        ):
            return False
        (kind,) = columns.devices.values()
        others = any(owner and kind and owner != kind for owner in columns.codes.values())
        return not others

    def _read_plain_rows(self) -> int:
        """Read the table's plain rows together, and the rows between them one by one.

        Return the index of the first row not read: the reading stops early where a second header
        changes the columns.
        """
        columns, rows, found = self.columns, self.table.rows, self.found
        plain = LongList(
            self.table,
            columns,
            RowReaders(self._words_with_code, self._words_without_code, self._words_hold_codes),
        )
        end = len(rows)
        for start, end in plain.runs():
            if end > start:
                read = plain.read_run(start, end)
                found.devices += read.found
                self.duplicates.add_many(read.ids, read.numbers)
                for group, claims in (
                    (found.claims, read.claims),
                    (self.tentative, read.tentative),
                    (self.silent, read.silent),
                ):
                    group += claims or ()
            if end < len(rows):
                self._read_device_cell(rows[end], plain.column, plain.kind)
                if self.columns is not columns:
                    end += 1
                    break
        found.definite |= plain.exact_from < end
        return end

    def _all_rounded(self) -> bool:
        """Return whether all decimal IDs of a text file end in 0: Excel rounded them on saving."""
        if isinstance(self.table.rows, WorkbookRows):
            return False
        decimal = ended = 0
        for column in self.columns.devices:
            cells = column_of(self.table.rows, column)
            many, of_them = count_decimal_ids(cells)
            decimal, ended = decimal + many, ended + of_them
            for cell in map(cells.__getitem__, cells.non_ascii().tolist()):
                if len(cell) == 16 and is_decimal_id(cell):
                    decimal += 1
                    ended += may_be_rounded(cell)
        return decimal >= _ROUNDED_ROWS and decimal == ended

    def _read_device_cell(self, row: Row, column: int, kind: str) -> None:
        cells = row.cells
        text = cells[column] if column < len(cells) else ""
        seen = read_device_cell(text, numeric=column in row.damaged)
        if seen is None:
            if column == self._last_column():
                self._report_missing_id(row, text)
            return
        if isinstance(seen, DamagedId):
            self._read_damaged_cell(row, column, kind, text, seen)
            return
        where = self.table.place(row.number)
        if self.all_rounded and may_be_rounded(text):
            reason = "all decimal numbers here end in 0: Excel seems to have rounded them"
            self.found.rejects.append(Reject(text, reason, where))
            return
        self._add_device(row, seen, column, kind, where)

    def _last_column(self) -> int:
        return max(self.columns.devices)

    def _report_missing_id(self, row: Row, text: str) -> None:
        """Report a row without a Device ID that holds a code, or looks like the rows with one."""
        columns = self.columns.devices
        if any(at < len(row.cells) and at != max(columns) and row.cells[at] for at in columns):
            return  # another column of Device IDs is filled
        if row.number in self.table.struck:
            return  # what is struck out in it is named
        if any(cell.lower() in _OUR_WORDS for cell in row.cells):
            return  # a row of our own answer, about what we could not read
        if self._report_stray_codes(row):
            return
        if self.missing is None:
            self.missing = MissingIds(self.table.rows, columns)
        if self.missing.notices(row, text):
            reason = "there is no Device ID in this row"
            self.found.rejects.append(Reject(text or "-", reason, self.table.place(row.number)))

    def _is_none_of_ours(self, row: Row, column: int) -> bool:
        """Return whether a row is a total, or describes the columns above the first Device."""
        devices = len(self.found.devices)
        return is_total(row, column, devices) or (devices == 0 and is_units(row, column))

    def _read_damaged_cell(
        self, row: Row, column: int, kind: str, text: str, seen: DamagedId
    ) -> None:
        if self.columns.read_header is not None:
            known = self.columns.read_header(row)
            if known:
                self.columns = known
                if not known.devices:
                    reason = "another header: the columns on file do not fit the rows below it"
                    self.found.rejects.append(Reject(text, reason, self.table.place(row.number)))
                return
        role = header_meaning(text).role if not row.damaged else None
        if self.columns.read_header is None and role in (Role.DEVICE, Role.MAYBE_DEVICE):
            again = columns_of(row, [])
            if again and not any(read_device(cell) for cell in row.cells):
                # A second header further down, perhaps with its columns in another order.
                self.columns = again if column in again.devices else self.columns
            return
        if self._is_none_of_ours(row, column):
            return
        where = self.table.place(row.number)
        several = split_devices(text)
        if several and not codes_of_row(row, self.columns, column):
            for device in several:
                self._add_device(row, device, column, kind, where)
            return
        reason = seen.reason
        if several:
            reason = "several Device IDs and an install code in one row"
        self.found.rejects.append(Reject(seen.text, reason, where))

    def _add_device(self, row: Row, device: DeviceId, column: int, kind: str, where: str) -> None:
        columns = self.columns
        self.duplicates.add(device, row.number)
        if columns.type is not None and columns.type < len(row.cells):
            kind = device_type_of(row.cells[columns.type]) or kind
        codes = codes_of_row(row, self.columns, column) if columns.codes or columns.remarks else []
        if not codes and self._is_not_wanted(row):
            self.not_wanted.append(Found(device, where, kind))
        else:
            self.found.devices.append(Found(device, where, kind))
        if codes:
            self._add_codes(row, device, codes, where)
            return
        if columns.codes or columns.remarks or columns.denial is not None:
            self._add_words(row, device, where)

    def _is_not_wanted(self, row: Row) -> bool:
        """Return whether the words of a row say that its code is not wanted."""
        columns = (*self.columns.remarks, *self.columns.codes)
        return any(is_not_wanted(row.cells[at]) for at in columns if at < len(row.cells))

    def _leave_out_not_wanted(self) -> None:
        """Leave out the rows that are called off; an answer may say of a Device what it likes."""
        found = self.found
        if found.claims or not self.not_wanted:
            found.devices += self.not_wanted
            return
        devices = [one.device for one in self.not_wanted]
        where, named = self.table.where, ", ".join(map(str, devices[:_NAMED]))
        found.leave_out(where, len(devices), "called off in the words of the list", f": {named}")

    def _add_codes(self, row: Row, device: DeviceId, codes: list[WrittenCode], where: str) -> None:
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
        contradicts, phrase, *_ = self._words_with_code(row)
        for code, digits in codes:
            if isinstance(code, BadCode):
                self.found.rejects.append(Reject(code.text, code.reason, where, device))
                claim = Claim(device, where, remark=phrase, bad_code=True, digits=digits)
                self.found.claims.append(claim)
            else:
                self.found.claims.append(
                    Claim(device, where, code, contradicts, phrase, digits=digits)
                )

    def _words_hold_codes(self, row: Row) -> bool:
        remarks = (index for index in self.columns.remarks if index < len(row.cells))
        return any(codes_in_words(row.cells[index]) for index in remarks)

    def _words_with_code(self, row: Row) -> RowAnswer:
        """Read the words next to a code: a denial contradicts it, anything else is a remark."""
        phrase = self._remark_of(row)
        denied = read_remark(phrase).outcome is Outcome.NOT_INSTALLER
        return RowAnswer(Outcome.NOT_INSTALLER if denied else None, phrase)

    def _add_words(self, row: Row, device: DeviceId, where: str) -> None:
        answer = self._words_without_code(row)
        self.found.definite |= answer.exact
        if answer.outcome is None:
            self.silent.append(Claim(device, where, outcome=Outcome.UNCLEAR))
            return
        claim = Claim(device, where, outcome=answer.outcome, remark=answer.remark)
        (self.found.claims if answer.definite else self.tentative).append(claim)

    def _words_without_code(self, row: Row) -> RowAnswer:
        """Read the words of a row without a code."""
        columns = self.columns
        phrase = self._remark_of(row)
        denial = columns.denial
        if denial is not None and denial < len(row.cells) and says_no(row.cells[denial]):
            ours = tells_of_contractor(phrase)
            outcome = Outcome.UNCLEAR if ours else Outcome.NOT_INSTALLER
            return RowAnswer(outcome, phrase or "no")
        if denial is not None and denial < len(row.cells) and claims_it(row.cells[denial]):
            return RowAnswer(Outcome.UNCLEAR, phrase or "yes")
        remark, exact = read_remark(phrase), False
        for index in columns.remarks:
            # The words of our own workbook count as they are, whatever reason is next to them;
            # but one who had them installed by others is the installing Supplier.
            if index < len(row.cells) and row.cells[index].lower() in _OUR_WORDS:
                remark, exact = read_remark(row.cells[index]), True
                if remark.outcome is Outcome.NOT_INSTALLER and tells_of_contractor(phrase):
                    remark = Remark(Outcome.UNCLEAR, definite=True)
                break
        return RowAnswer(remark.outcome, phrase, remark.definite, exact)

    def _remark_of(self, row: Row) -> str:
        cells = row.cells
        words = [
            remove_tokens(
                cells[index], codes_in_words(cells[index])
            )  # remarks are shown, codes never
            for index in self.columns.remarks
            if index < len(cells)
            and cells[index]
            and index not in row.damaged
            and len(code_digits(cells[index])) < _SECRET  # a piece of a code is not a remark
        ]
        for index in self.columns.codes:
            if index >= len(cells) or not cells[index] or code_digits(cells[index]):
                continue
            if read_code_cell(cells[index]) is None:  # "IC: 83FE ..." is a code, not a remark
                words.append(cells[index])
        return "; ".join(words)[:500] if words else ""

    def _report_stray_codes(self, row: Row) -> bool:
        """Report the codes in a row that names no device; return whether there was any."""
        before = len(self.found.rejects)
        for index in self.columns.codes:
            if index < len(row.cells) and len(code_digits(row.cells[index])) >= 28:
                where = self.table.place(row.number)
                self.found.stray_code = True
                reason = "an install code without a Device ID next to it"
                self.found.rejects.append(Reject(row.cells[index][:_SHOWN], reason, where))
        return len(self.found.rejects) > before
